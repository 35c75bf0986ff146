"""Findings: what became of each condition of each rating, with what was observed and what is required."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import singledispatch
from operator import ge, gt, le, lt

from baocao import figures, logic
from baocao.forms.conditions import (
    AchievementCondition,
    Clause,
    Condition,
    DisciplinedCondition,
    FigureCondition,
    LevelsCondition,
    OrganizationsCondition,
    PointsCondition,
    ShareCondition,
    SubordinatesCondition,
    YesNoCondition,
)
from baocao.forms.ladder import Ladder
from baocao.forms.model import Form
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

    rating: str
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

    def finding(self, rating: str, clause: Clause, condition: Condition) -> Finding:
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

    @property
    def population(self) -> str:
        """`members` or `subordinates`: whom this kind of organisation rates."""
        return self.form.kind(self.submission.organization.kind).population

    @property
    def tally(self) -> Tally | None:
        """How those whom this kind of organisation rates were rated."""
        found: Tally | None = getattr(self.submission.facts, self.population)
        return found

    @property
    def ladder(self) -> Ladder:
        """The ladder on which they are rated."""
        return self.form.ladder_of(self.population)

    def population_of(self, condition: ShareCondition) -> str:
        """Return whom a condition is about: those of this kind, or of the first kind that it is about."""
        about = condition.applies_to or [self.submission.organization.kind]
        return self.population if self.submission.organization.kind in about else self.form.kind(about[0]).population

    def applicable(self, rows: Sequence[str]) -> list[str]:
        """Return those of some rows that apply to this kind of organisation."""
        return [no for no in rows if self.form.applies(no, self.submission.organization.kind)]


_UNKNOWN = _Outcome(Status.UNKNOWN, "unknown", {})
_NO_ROWS = _Outcome(Status.NOT_APPLICABLE, "not_applicable.rows", {})


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
    def holds(points: Decimal) -> bool:
        return points >= condition.at_least if condition.at_least is not None else points < (condition.below or 0)

    if condition.of is not None and not case.applicable([condition.of]):
        return _NO_ROWS
    lowest, highest = case.scoresheet.bounds(condition.of)
    truths = {holds(lowest), holds(highest)}
    truth = truths.pop() if len(truths) == 1 else None
    points = case.scoresheet.total if condition.of is None else case.scoresheet.awarded(condition.of)
    if points is None:
        return _outcome(truth, "points.open", {"lowest": lowest, "highest": highest})
    return _outcome(truth, "points.observed", {"total": points})


@_requirement.register
def _(condition: PointsCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    word = "at_least" if condition.at_least is not None else "below"
    threshold = condition.at_least if condition.at_least is not None else (condition.below or Decimal(0))
    if condition.of is None:
        return f"points.{word}", {word: threshold}
    required = case.phrases.say(f"findings.points.{word}", {word: threshold})
    return "points.row", {"no": condition.of, "required": required.text}


# --- achievement


@_observe.register
def _(condition: AchievementCondition, case: Case) -> _Outcome:
    achievements = case.submission.facts.achievements
    if achievements is None:
        return _UNKNOWN
    truth = logic.some(True if entry.attested_by else None for entry in achievements)
    attested = sum(entry.attested_by is not None for entry in achievements)
    return _outcome(truth, "achievement.observed", {"stated": len(achievements), "attested": attested})


# --- levels, answers


@_observe.register
def _(condition: LevelsCondition, case: Case) -> _Outcome:
    found = [case.scoresheet.item_of[no] for no in case.applicable(case.form.items(condition))]
    if not found:
        return _NO_ROWS
    ladder = case.form.level_ladder

    def meets(level: str | None) -> bool | None:
        if condition.at_most is not None:
            return None if level is None else ladder.rank(level) >= ladder.rank(condition.at_most)
        return ladder.at_least(level, condition.at_least or ladder.lowest)

    truths = [meets(item.level) for item in found]
    truth = logic.some(truths) if condition.at_most is not None else logic.every(truths)
    unknown = case.phrases.names["unknown"]
    if condition.at_least is not None and truth is not True:  # what stands in the way is worth naming, the rest not
        found = [item for item, met in zip(found, truths, strict=True) if met is not True]
    items = tuple(
        {
            "no": item.no,
            "level": ladder.names[item.level] if item.level else unknown,
            "reason": (item.reason or "").rstrip(" .;"),
        }
        for item in found
    )
    return _outcome(truth, "levels.observed", {"items": items})


@_requirement.register
def _(condition: LevelsCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    ladder = case.form.level_ladder
    named = case.form.items(condition)
    items = tuple(case.applicable(named)) or named
    if condition.at_most is not None:
        return "levels.at_most", {"items": items, "level": ladder.names[condition.at_most]}
    return "levels.at_least", {"items": items, "level": ladder.names[condition.at_least or ladder.lowest]}


@_observe.register
def _(condition: YesNoCondition, case: Case) -> _Outcome:
    found = [case.scoresheet.line_of[no] for no in _answered(condition, case)]
    if not found:
        return _NO_ROWS
    all_met = logic.every(line.met for line in found)
    truth = all_met if condition.expects == "all_met" or all_met is None else not all_met
    facts: Mapping[str, Fact] = {
        "unmet": tuple(line.criterion.no for line in found if line.met is False),
        "unknown": tuple(line.criterion.no for line in found if line.met is None),
        "count": len(found),
    }
    return _outcome(truth, "yes_no.observed", facts)


@_requirement.register
def _(condition: YesNoCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    return f"yes_no.{condition.expects}", {"items": tuple(_answered(condition, case)) or _named(condition, case)}


def _named(condition: YesNoCondition, case: Case) -> tuple[str, ...]:
    return case.form.yes_no_items if condition.items == "all" else condition.items


def _answered(condition: YesNoCondition, case: Case) -> list[str]:
    return case.applicable(_named(condition, case))


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
    counted = sum(tally.at_rung(rating) for rating in _counted(condition, case.ladder))
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


def _counted(condition: ShareCondition, ladder: Ladder) -> tuple[str, ...]:
    """Return the ratings that a condition counts."""
    return ladder.up_to(condition.rated_at_least) if condition.rated_at_least else (condition.rated or "",)


@_requirement.register
def _(condition: ShareCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    population = case.population_of(condition)
    threshold = condition.at_least if condition.at_least is not None else (condition.above or 0)
    facts: Mapping[str, Fact] = {
        "population": case.phrases.names[population],
        "rating": case.form.ladder_of(population).names[condition.rated_at_least or condition.rated or ""],
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
    ladder = case.form.ladder_of(condition.of)
    if condition.all_at_least:
        truth = logic.every(ladder.at_least(entry.rating, condition.all_at_least) for entry in listed)
    else:
        truth = logic.some(ladder.exactly(entry.rating, condition.any_rated or "") for entry in listed)
    unknown = case.phrases.names["unknown"]
    records = tuple(
        {"name": entry.name, "rating": ladder.names[entry.rating] if entry.rating else unknown} for entry in listed
    )
    return _outcome(truth, "organizations.observed", {"organizations": records})


@_requirement.register
def _(condition: OrganizationsCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    rating = case.form.ladder_of(condition.of).names[condition.all_at_least or condition.any_rated or ""]
    facts = {"organizations": case.phrases.names[condition.of], "rating": rating}
    return ("organizations.all_at_least" if condition.all_at_least else "organizations.any_rated"), facts


# --- figures

_COMPARED: Mapping[str, Callable[[Fraction, int], bool]] = {
    "at_least": ge,
    "at_most": le,
    "below": lt,
    "above": gt,
}


@_observe.register
def _(condition: FigureCondition, case: Case) -> _Outcome:
    reading = figures.read(case.form, case.submission.facts, condition.of)
    prefix = f"figures.{condition.of}"
    if reading.nothing:
        return _Outcome(Status.NOT_APPLICABLE, f"{prefix}.nothing", {})
    if reading.value is None or reading.part is None:
        return _UNKNOWN
    word, threshold = condition.threshold
    truth = _COMPARED[word](reading.value, threshold)
    if not reading.is_share:
        return _outcome(truth, f"{prefix}.observed", {"count": reading.part})
    facts: Mapping[str, Fact] = {
        "part": reading.part,
        "whole": reading.whole or 0,
        "share": reading.value / 100,
        "excused": reading.excused,
    }
    return _outcome(truth, f"{prefix}.observed", facts)


@_requirement.register
def _(condition: FigureCondition, case: Case) -> tuple[str, Mapping[str, Fact]]:
    word, threshold = condition.threshold
    asked = _share(threshold) if case.form.is_share(condition.of) else threshold
    return f"figures.{condition.of}.{word}", {"threshold": asked}


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
    if listed is None:
        return _UNKNOWN
    if not listed and case.population != "subordinates":
        return _Outcome(Status.NOT_APPLICABLE, "not_applicable.no_subordinates", {})
    excused = [logic.every((entry.self_detected, entry.remedied)) for entry in listed]
    facts = {"disciplined": len(listed), "excused": excused.count(True)}
    return _outcome(logic.every(excused), "subordinates_not_disciplined.observed", facts)
