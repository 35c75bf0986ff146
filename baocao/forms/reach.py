"""Ratings that can never be given, and conditions that can never hold or never fail: slips of a form's author.

For `form check` only: a form can be used with them, and is so while it is being edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from baocao import messages_form
from baocao.errors import Problem
from baocao.forms.conditions import (
    Condition,
    FigureCondition,
    LevelsCondition,
    OrganizationsCondition,
    PointsCondition,
    RatingRule,
    ShareCondition,
)
from baocao.forms.ladder import Ladder
from baocao.forms.model import Form

_WHOLE = 100
"""Percent of a whole: no share is above it."""


def unreachable(form: Form) -> Iterator[Problem]:
    """Yield the conditions that decide nothing and the ratings that are never given."""
    for no, clause in form.clauses.items():
        for condition in clause.conditions:
            for kind in form.kinds:
                verdict = None
                if condition.applies_to is None or kind.key in condition.applies_to:
                    verdict = _verdict(form, condition, kind.key)
                if verdict is not None:
                    yield messages_form.idle_condition(no, condition.kind, holds=verdict, kind_name=kind.name)
                    break
    for position, key in enumerate(form.decision.order):
        rule = form.rule(key)
        if rule.given_when == "any" and not _conditions(rule):
            yield messages_form.rating_without_cases(key)
        for earlier in form.decision.order[:position]:
            if _always_before(form, form.rule(earlier), rule):
                yield messages_form.unreachable_rating(key, form.rule(earlier).key)
                break


def _conditions(rule: RatingRule) -> list[Condition]:
    return [condition for clause in rule.clauses for condition in clause.conditions]


# --- conditions that decide nothing --------------------------------------------------------------------------------


def _verdict(form: Form, condition: Condition, kind: str) -> bool | None:
    """Return whether a condition holds in every case, or in none; `None` when the case decides."""
    verdict = None
    match condition:
        case PointsCondition():
            verdict = _points(condition, _most_points(form, condition.of, kind))
        case LevelsCondition():
            ends = (condition.at_least == form.level_ladder.lowest, condition.at_most == form.level_ladder.best)
            verdict = True if any(ends) else None
        case ShareCondition():
            verdict = _share(condition, form.ladder_of(form.kind(kind).population))
        case OrganizationsCondition():
            verdict = True if condition.all_at_least == form.ladder_of(condition.of).lowest else None
        case FigureCondition():
            verdict = _figure(condition, _WHOLE if form.is_share(condition.of) else None)
    return verdict


def _most_points(form: Form, no: str | None, kind: str) -> Decimal:
    if no is not None:
        return form.by_no[no].most
    bonus = (row.standard for row in form.sections if row.role == "bonus" and form.applies(row.no, kind))
    most = form.standard_total(kind) + sum((points or Decimal(0) for points in bonus), Decimal(0))
    return most if form.total_at_most is None else min(most, form.total_at_most)


def _points(condition: PointsCondition, most: Decimal) -> bool | None:
    if condition.at_least is not None:
        return True if condition.at_least == 0 else False if condition.at_least > most else None
    below = condition.below or Decimal(0)
    return False if below == 0 else True if below > most else None


def _share(condition: ShareCondition, ladder: Ladder) -> bool | None:
    if condition.rated_at_least == ladder.lowest or condition.at_least == 0:
        return True
    return False if condition.above == _WHOLE else None


def _figure(condition: FigureCondition, most: int | None) -> bool | None:
    """Judge a comparison with a figure from 0 to `most` (`None`: without end)."""
    word, threshold = condition.threshold
    if (word, threshold) == ("at_least", 0):
        return True
    if (word, threshold) == ("below", 0):
        return False
    if most is None:
        return None
    if threshold > most or (threshold == most and word in ("at_most", "above")):
        return word in ("at_most", "below")
    return None


# --- ratings that are never given ----------------------------------------------------------------------------------


def _always_before(form: Form, earlier: RatingRule, later: RatingRule) -> bool:
    """Whether an earlier rating is given in every case in which the later one could be."""
    first, second = _conditions(earlier), _conditions(later)
    if earlier.given_when == "all":
        follows = [_follows(form, wanted, second) for wanted in first] if later.given_when == "all" or not first else []
        return len(follows) == len(first) and all(follows)
    return later.given_when == "all" and any(_follows(form, wanted, second) for wanted in first)


def _follows(form: Form, wanted: Condition, given: list[Condition]) -> bool:
    """Whether a condition follows from one of those given."""
    return any(_implies(form, condition, wanted) for condition in given)


def _implies(form: Form, given: Condition, wanted: Condition) -> bool:
    if given.applies_to is not None and given.applies_to != wanted.applies_to:
        return False
    match given, wanted:
        case (PointsCondition(of=given_of), PointsCondition(of=wanted_of)) | (
            FigureCondition(of=given_of),
            FigureCondition(of=wanted_of),
        ):
            return given_of == wanted_of and _bounds(given, wanted)
        case ShareCondition(), ShareCondition():
            return _rated_within(form, given, wanted) and _bounds(given, wanted)
        case OrganizationsCondition(all_at_least=str(high_rating)), OrganizationsCondition(
            all_at_least=str(low_rating)
        ):
            ladder = form.ladder_of(given.of)
            return given.of == wanted.of and ladder.rank(high_rating) <= ladder.rank(low_rating)
        case LevelsCondition(at_least=str(high_level)), LevelsCondition(at_least=str(low_level)):
            same = set(form.items(wanted)) <= set(form.items(given))
            return same and form.level_ladder.rank(high_level) <= form.level_ladder.rank(low_level)
        case _:
            told = {"interpretation", "applies_to"}
            return given.model_dump(exclude=told) == wanted.model_dump(exclude=told)


def _rated_within(form: Form, given: ShareCondition, wanted: ShareCondition) -> bool:
    """Whether those whom one condition counts are all counted by the other, on every ladder in question."""
    if given.rated_at_least is None or wanted.rated_at_least is None:
        return (given.rated_at_least, given.rated) == (wanted.rated_at_least, wanted.rated)
    ladders = [form.ladder_of(kind.population) for kind in form.kinds]
    ranks = [
        (ladder.rank(given.rated_at_least), ladder.rank(wanted.rated_at_least))
        for ladder in ladders
        if {given.rated_at_least, wanted.rated_at_least} <= set(ladder.keys)
    ]
    return all(high <= low for high, low in ranks)


def _bounds(given: Condition, wanted: Condition) -> bool:
    """Whether a number within the bounds of one condition is always within those of the other."""
    floor, ceiling = _bound(given, "at_least", "above"), _bound(given, "at_most", "below")
    lower, upper = _bound(wanted, "at_least", "above"), _bound(wanted, "at_most", "below")
    if lower:
        return floor is not None and floor >= lower
    return upper is not None and ceiling is not None and (ceiling[0], not ceiling[1]) <= (upper[0], not upper[1])


def _bound(condition: Condition, loose: str, strict: str) -> tuple[Decimal | int, bool] | None:
    """Return the number of a bound and whether that number itself is outside."""
    for name, is_strict in ((loose, False), (strict, True)):
        number = getattr(condition, name, None)
        if number is not None:
            return number, is_strict
    return None
