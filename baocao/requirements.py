"""Requirements: what each condition asks of a kind of organisation, whatever a submission says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, singledispatch

from baocao.forms.conditions import (
    Condition,
    FigureCondition,
    LevelsCondition,
    OrganizationsCondition,
    PointsCondition,
    ShareCondition,
    YesNoCondition,
)
from baocao.forms.ladder import Ladder
from baocao.forms.model import Form
from baocao.phrases import Fact, Phrasebook


@dataclass(frozen=True)
class Terms:
    """What conditions are judged by, whatever a submission says."""

    form: Form
    phrases: Phrasebook
    kind: str

    @cached_property
    def population(self) -> str:
        """`members` or `subordinates`: whom this kind of organisation rates."""
        return self.form.kind(self.kind).population

    @cached_property
    def ladder(self) -> Ladder:
        """The ladder on which they are rated."""
        return self.form.ladder_of(self.population)

    def population_of(self, condition: ShareCondition) -> str:
        """Return whom a condition is about: those of this kind, or of the first kind that it is about."""
        about = condition.applies_to or [self.kind]
        return self.population if self.kind in about else self.form.kind(about[0]).population

    def applicable(self, rows: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of some rows that apply to this kind of organisation."""
        return self.form.once(_applicable, self.kind, rows)


def _applicable(form: Form, kind: str, rows: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(no for no in rows if form.applies(no, kind))


@singledispatch
def requirement(condition: Condition, terms: Terms) -> tuple[str, Mapping[str, Fact]]:
    """Return phrase (of those below `findings`) and facts of what a condition asks."""
    return f"{condition.kind}.required", {}


def _percent(percent: int) -> Fraction:
    return Fraction(percent, 100)


@requirement.register
def _(condition: PointsCondition, terms: Terms) -> tuple[str, Mapping[str, Fact]]:
    word = "at_least" if condition.at_least is not None else "below"
    threshold = condition.at_least if condition.at_least is not None else (condition.below or Decimal(0))
    if condition.of is None:
        return f"points.{word}", {word: threshold}
    required = terms.phrases.say(f"findings.points.{word}", {word: threshold})
    return "points.row", {"no": condition.of, "required": required.text}


@requirement.register
def _(condition: LevelsCondition, terms: Terms) -> tuple[str, Mapping[str, Fact]]:
    ladder = terms.form.level_ladder
    named = terms.form.items(condition)
    items = terms.applicable(named) or named
    if condition.at_most is not None:
        return "levels.at_most", {"items": items, "level": ladder.names[condition.at_most]}
    return "levels.at_least", {"items": items, "level": ladder.names[condition.at_least or ladder.lowest]}


@requirement.register
def _(condition: YesNoCondition, terms: Terms) -> tuple[str, Mapping[str, Fact]]:
    return f"yes_no.{condition.expects}", {"items": asked_rows(condition, terms) or _named(condition, terms)}


@requirement.register
def _(condition: ShareCondition, terms: Terms) -> tuple[str, Mapping[str, Fact]]:
    population = terms.population_of(condition)
    threshold = condition.at_least if condition.at_least is not None else (condition.above or 0)
    facts: Mapping[str, Fact] = {
        "population": terms.phrases.names[population],
        "rating": terms.form.ladder_of(population).names[condition.rated_at_least or condition.rated or ""],
        "threshold": _percent(threshold),
    }
    whose = "at_least" if condition.rated_at_least else "exactly"
    how = "from" if condition.at_least is not None else "above"
    return f"share.{whose}_{how}", facts


@requirement.register
def _(condition: OrganizationsCondition, terms: Terms) -> tuple[str, Mapping[str, Fact]]:
    rating = terms.form.ladder_of(condition.of).names[condition.all_at_least or condition.any_rated or ""]
    facts = {"organizations": terms.phrases.names[condition.of], "rating": rating}
    return ("organizations.all_at_least" if condition.all_at_least else "organizations.any_rated"), facts


@requirement.register
def _(condition: FigureCondition, terms: Terms) -> tuple[str, Mapping[str, Fact]]:
    word, threshold = condition.threshold
    asked = _percent(threshold) if terms.form.is_share(condition.of) else threshold
    return f"figures.{condition.of}.{word}", {"threshold": asked}


def _named(condition: YesNoCondition, terms: Terms) -> tuple[str, ...]:
    return terms.form.yes_no_items if condition.items == "all" else condition.items


def asked_rows(condition: YesNoCondition, terms: Terms) -> tuple[str, ...]:
    """Return the criteria that are to be answered by yes or no and apply."""
    return terms.applicable(_named(condition, terms))
