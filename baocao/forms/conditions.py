"""Rating conditions: a closed list of kinds, each stated by a clause of the form. No expressions, no `eval`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from baocao.forms.criteria import OrganizationList
from baocao.forms.values import Count, Frozen, Kind, Level, Line, Passage, Percent, Points, RatingKey, Slug


class _Condition(Frozen):
    interpretation: Slug | None = None
    """The interpretation that this condition rests on, when the clause itself does not say it all."""
    applies_to: tuple[Kind, ...] | None = None
    """Kinds of organisation that the condition is about; all of them when absent."""


class PointsCondition(_Condition):
    """The total of awarded points reaches, or stays under, a number of points."""

    kind: Literal["points"]
    at_least: Points | None = None
    below: Points | None = None


class AchievementCondition(_Condition):
    """There is an outstanding achievement that somebody named attests."""

    kind: Literal["achievement"]


class LevelsCondition(_Condition):
    """Items reach a performance level, or (`at_most`) one of them is no better than it."""

    kind: Literal["levels"]
    items: Literal["core", "others"] | tuple[str, ...]
    at_least: Level | None = None
    at_most: Level | None = None


class ShareCondition(_Condition):
    """A share of the rated members or subordinates is rated so; the kind of organisation says which."""

    kind: Literal["share"]
    rated_at_least: RatingKey | None = None
    rated: RatingKey | None = None
    at_least: Percent | None = None
    above: Percent | None = None


class OrganizationsCondition(_Condition):
    """All organisations of a list are rated at least so, or any of them is rated just so."""

    kind: Literal["organizations"]
    of: OrganizationList
    all_at_least: RatingKey | None = None
    any_rated: RatingKey | None = None


class TargetsCondition(_Condition):
    """Fewer than so many percent of the assigned targets were met, force majeure left out."""

    kind: Literal["targets"]
    below: Percent


class UnremediedCondition(_Condition):
    """No more than so many weaknesses of earlier years are left unremedied."""

    kind: Literal["unremedied_weaknesses"]
    at_most: Count


class DisciplinedCondition(_Condition):
    """The organisation itself was disciplined in the assessed year."""

    kind: Literal["organization_disciplined"]


class SubordinatesCondition(_Condition):
    """No subordinate was disciplined, save those that found the matter themselves and have remedied it."""

    kind: Literal["subordinates_not_disciplined"]


Condition = Annotated[
    PointsCondition
    | AchievementCondition
    | LevelsCondition
    | ShareCondition
    | OrganizationsCondition
    | TargetsCondition
    | UnremediedCondition
    | DisciplinedCondition
    | SubordinatesCondition,
    Field(discriminator="kind"),
]


class Clause(Frozen):
    """One official sentence of the rating method, with the conditions that it states."""

    no: Annotated[str, Field(pattern=r"^[1-9](\.[1-9][0-9]?)?$")]
    text: Passage
    conditions: tuple[Condition, ...] = ()


class RatingRule(Frozen):
    """When a rating is given: all of its conditions hold, or any of them (a knock-out)."""

    key: RatingKey
    name: Line
    heading: Passage
    given_when: Literal["all", "any"]
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]
