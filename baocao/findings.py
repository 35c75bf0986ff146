"""Findings: what became of each condition of each rating, with what was observed and what is required."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import singledispatch

from baocao import logic
from baocao.forms.conditions import (
    AchievementCondition,
    Clause,
    Condition,
    DisciplinedCondition,
    LevelsCondition,
    OrganizationsCondition,
    PointsCondition,
    ShareCondition,
    SubordinatesCondition,
    TargetsCondition,
    UnremediedCondition,
)
from baocao.forms.criteria import rated_at_least, rated_exactly
from baocao.forms.model import Form
from baocao.forms.values import LEVELS, RATINGS, Level, RatingKey
from baocao.phrases import Fact, Phrasebook, Sentence
from baocao.scoring import Scoresheet
from baocao.submission import Submission, Tally


class Status(StrEnum):
    """Whether a condition is fulfilled. For a knock-out, `passed` means that the case has occurred."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one condition of one rating."""

    rating: RatingKey
    clause: Clause
    condition: Condition
    status: Status
    observed: Sentence
    required: Sentence


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: Status
    phrase: str
    facts: Mapping[str, Fact]


def _outcome(truth: bool | None, phrase: str, facts: Mapping[str, Fact]) -> _Outcome:
    status = {True: Status.PASSED, False: Status.FAILED, None: Status.UNKNOWN}[truth]
    return _Outcome(status, phrase, facts)


@dataclass(frozen=True, slots=True)
class Case:
    """One submission under judgement."""

    form: Form
    phrases: Phrasebook
    scoresheet: Scoresheet
    submission: Submission

    def finding(self, rating: RatingKey, clause: Clause, condition: Condition) -> Finding:
        """Return the finding of one condition."""
        kind = self.submission.organization.kind
        if condition.applies_to and kind not in condition.applies_to:
            outcome = _Outcome(Status.NOT_APPLICABLE, "not_applicable.kind", {"kind": self.form.kind(kind).name})
        else:
            outcome = _observe(condition, self)
        phrase, facts = _requirement(condition, self)
        return Finding(
            rating,
            clause,
            condition,
            outcome.status,
            self.phrases.say(f"findings.{outcome.phrase}", outcome.facts),
            self.phrases.say(f"findings.{phrase}", facts),
        )

    def name(self, rating: RatingKey) -> str:
        """Return the official name of a rating."""
        return self.form.rule(rating).name

    @property
    def population(self) -> str:
        """`members` or `subordinates`: whom this kind of organisation rates."""
        return self.form.kind(self.submission.organization.kind).population

    @property
    def tally(self) -> Tally | None:
        """How those whom this kind of organisation rates were rated."""
        found: Tally | None = getattr(self.submission.facts, self.population)
        return found

    def items(self, condition: LevelsCondition) -> tuple[str, ...]:
        """Return the items that a condition speaks of."""
        match condition.items:
            case "core":
                return self.form.core_items
            case "others":
                return self.form.other_items
            case named:
                return named


_UNKNOWN = _Outcome(Status.UNKNOWN, "unknown", {})


@singledispatch
def _observe(condition: Condition, case: Case) -> _Outcome:
    """Return what the facts say of a condition."""
    raise AssertionError(f"no rule for {condition}")  # `Condition` is closed: every kind is registered below


@singledispatch
def _requirement(condition: Condition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    """Return phrase and facts of what a condition asks."""
    return f"{condition.kind}.required", {}


def _share(percent: int) -> Fraction:
    return Fraction(percent, 100)


# --- points


@_observe.register
def _(condition: PointsCondition, case: Case) -> _Outcome:
    def holds(total: Decimal) -> bool:
        return total >= condition.at_least if condition.at_least is not None else total < (condition.below or 0)

    sheet = case.scoresheet
    bounds = {holds(sheet.lowest), holds(sheet.highest)}
    truth = bounds.pop() if len(bounds) == 1 else None
    if sheet.total is None:
        return _outcome(truth, "points.open", {"lowest": sheet.lowest, "highest": sheet.highest})
    return _outcome(truth, "points.observed", {"total": sheet.total})


@_requirement.register
def _(condition: PointsCondition, _case: Case) -> tuple[str, Mapping[str, Fact]]:
    if condition.at_least is not None:
        return "points.at_least", {"at_least": condition.at_least}
    return "points.below", {"below": condition.below or Decimal(0)}


# --- achievement


@_observe.register
def _(condition: AchievementCondition, case: Case) -> _Outcome:
    achievements = case.submission.facts.achievements
    if achievements is None:
        return _UNKNOWN
    truth = logic.some(True if entry.attested_by else None for entry in achievements)
    attested = sum(entry.attested_by is not None for entry in achievements)
    return _outcome(truth, "achievement.observed", {"stated": len(achievements), "attested": attested})


# --- levels


@_observe.register
def _(condition: LevelsCondition, case: Case) -> _Outcome:
    found = [case.scoresheet.item_of[no] for no in case.items(condition)]

    def meets(level: Level | None) -> bool | None:
        if level is None:
            return None
        if condition.at_most is not None:
            return LEVELS.index(level) >= LEVELS.index(condition.at_most)
        return LEVELS.index(level) <= LEVELS.index(condition.at_least or "poor")

    truths = [meets(item.level) for item in found]
    truth = logic.some(truths) if condition.at_most is not None else logic.every(truths)
    unknown = case.phrases.names["unknown"]
    if condition.at_least is not None and truth is not True:  # what stands in the way is worth naming, the rest not
        found = [item for item, met in zip(found, truths, strict=True) if met is not True]
    items = tuple(
        {
            "no": item.no,
            "level": case.form.level_name(item.level) if item.level else unknown,
            "reason": (item.reason or "").rstrip(" .;"),
        }
        for item in found
    )
    return _outcome(truth, "levels.observed", {"items": items})


@_requirement.register
def _(condition: LevelsCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    level = condition.at_most or condition.at_least or "poor"
    facts: Mapping[str, Fact] = {"items": tuple(case.items(condition)), "level": case.form.level_name(level)}
    return ("levels.at_most" if condition.at_most is not None else "levels.at_least"), facts


# --- share of members or subordinates


@_observe.register
def _(condition: ShareCondition, case: Case) -> _Outcome:
    tally = case.tally
    population = case.phrases.names[case.population]
    if tally is None or tally.rated is None:
        return _UNKNOWN
    if tally.rated == 0:
        reason = tally.not_rated_reason or case.phrases.names["unknown"]
        return _Outcome(Status.NOT_APPLICABLE, "not_applicable.nobody", {"population": population, "reason": reason})
    counted = sum(getattr(tally, rating) for rating in RATINGS if _counts(condition, rating))
    share = Fraction(counted, tally.rated)
    truth = (
        share >= _share(condition.at_least) if condition.at_least is not None else share > _share(condition.above or 0)
    )
    facts: Mapping[str, Fact] = {
        "counted": counted,
        "rated": tally.rated,
        "share": share,
        "population": population,
        "not_rated": tally.not_rated or 0,
    }
    return _outcome(truth, "share.observed", facts)


def _counts(condition: ShareCondition, rating: RatingKey) -> bool:
    if condition.rated_at_least:
        return bool(rated_at_least(rating, condition.rated_at_least))
    return rating == condition.rated


@_requirement.register
def _(condition: ShareCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    rating = condition.rated_at_least or condition.rated or "completed"
    threshold = condition.at_least if condition.at_least is not None else (condition.above or 0)
    facts: Mapping[str, Fact] = {
        "population": case.phrases.names[case.population],
        "rating": case.name(rating),
        "threshold": _share(threshold),
    }
    whose = "at_least" if condition.rated_at_least else "exactly"
    how = "from" if condition.at_least is not None else "above"
    return f"share.{whose}_{how}", facts


# --- other organisations


@_observe.register
def _(condition: OrganizationsCondition, case: Case) -> _Outcome:
    listed = getattr(case.submission.facts, condition.of)
    if listed is None:
        return _UNKNOWN
    if not listed:
        facts: Mapping[str, Fact] = {"organizations": case.phrases.names[condition.of]}
        return _Outcome(Status.NOT_APPLICABLE, "not_applicable.none_listed", facts)
    if condition.all_at_least:
        truth = logic.every(rated_at_least(entry.rating, condition.all_at_least) for entry in listed)
    else:
        truth = logic.some(rated_exactly(entry.rating, condition.any_rated) for entry in listed)
    unknown = case.phrases.names["unknown"]
    records = tuple(
        {"name": entry.name, "rating": case.name(entry.rating) if entry.rating else unknown} for entry in listed
    )
    return _outcome(truth, "organizations.observed", {"organizations": records})


@_requirement.register
def _(condition: OrganizationsCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    rating = condition.all_at_least or condition.any_rated or "completed"
    facts = {"organizations": case.phrases.names[condition.of], "rating": case.name(rating)}
    return ("organizations.all_at_least" if condition.all_at_least else "organizations.any_rated"), facts


# --- targets, weaknesses


@_observe.register
def _(condition: TargetsCondition, case: Case) -> _Outcome:
    targets = case.submission.facts.targets
    if targets is None or targets.assigned is None or targets.force_majeure is None:
        return _UNKNOWN
    counted = targets.assigned - targets.force_majeure
    if not counted:
        return _Outcome(Status.NOT_APPLICABLE, "not_applicable.no_targets", {})
    if targets.met is None:
        return _UNKNOWN
    share = Fraction(targets.met, counted)
    facts: Mapping[str, Fact] = {
        "met": targets.met,
        "counted": counted,
        "force_majeure": targets.force_majeure,
        "share": share,
    }
    return _outcome(share < _share(condition.below), "targets.observed", facts)


@_requirement.register
def _(condition: TargetsCondition, _case: Case) -> tuple[str, Mapping[str, Fact]]:
    return "targets.required", {"below": _share(condition.below)}


@_observe.register
def _(condition: UnremediedCondition, case: Case) -> _Outcome:
    weaknesses = case.submission.facts.weaknesses
    left = weaknesses.unremedied_from_earlier_years if weaknesses else None
    if left is None:
        return _UNKNOWN
    return _outcome(left <= condition.at_most, "unremedied_weaknesses.observed", {"unremedied": left})


@_requirement.register
def _(condition: UnremediedCondition, _case: Case) -> tuple[str, Mapping[str, Fact]]:
    return "unremedied_weaknesses.required", {"at_most": condition.at_most}


# --- discipline


@_observe.register
def _(_condition: DisciplinedCondition, case: Case) -> _Outcome:
    discipline = case.submission.facts.discipline
    if discipline is None or discipline.organization is None:
        return _UNKNOWN
    word = "yes" if discipline.organization else "no"
    return _outcome(discipline.organization, f"organization_disciplined.{word}", {})


@_observe.register
def _(_condition: SubordinatesCondition, case: Case) -> _Outcome:
    discipline = case.submission.facts.discipline
    listed = discipline.subordinates if discipline else None
    if not listed and case.population != "subordinates":
        return _Outcome(Status.NOT_APPLICABLE, "not_applicable.no_subordinates", {})
    if listed is None:
        return _UNKNOWN
    excused = [logic.every((entry.self_detected, entry.remedied)) for entry in listed]
    facts = {"disciplined": len(listed), "excused": excused.count(True)}
    return _outcome(logic.every(excused), "subordinates_not_disciplined.observed", facts)
