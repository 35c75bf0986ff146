"""Findings: what became of each condition of each rating, with what was observed and what is required."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, singledispatch
from operator import ge, gt, le, lt
from typing import Any, NamedTuple

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
from baocao.requirements import Terms, asked_rows, requirement
from baocao.scoring import Scoresheet
from baocao.submission import Submission, Tally


class Status(StrEnum):
    """Whether a condition is fulfilled. For a knock-out, `passed` means that the case has occurred."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class _Outcome(NamedTuple):
    status: Status
    phrase: str
    facts: Mapping[str, Fact]


class Finding(NamedTuple):
    """What became of one condition of one rating."""

    rating: str
    clause: Clause
    condition: Condition
    outcome: _Outcome
    required: Sentence
    phrases: Phrasebook

    @property
    def status(self) -> Status:
        """Whether the condition is fulfilled."""
        return self.outcome.status

    @property
    def observed(self) -> Sentence:
        """What was observed; said when it is asked for, since a scoresheet prints few of them."""
        return self.phrases.say(f"findings.{self.outcome.phrase}", self.outcome.facts)


_STATUS: Mapping[bool | None, Status] = {True: Status.PASSED, False: Status.FAILED, None: Status.UNKNOWN}


def _outcome(truth: bool | None, phrase: str, facts: Mapping[str, Fact]) -> _Outcome:
    return _Outcome(_STATUS[truth], phrase, facts)


@dataclass(frozen=True)
class Case(Terms):
    """One submission under judgement."""

    scoresheet: Scoresheet
    submission: Submission

    @cached_property
    def tally(self) -> Tally | None:
        """How those whom this kind of organisation rates were rated."""
        found: Tally | None = getattr(self.submission.facts, self.population)
        return found

    @cached_property
    def rated(self) -> int | None:
        """How many of them were rated; `None` while that is not known."""
        return self.tally.rated if self.tally else None

    @cached_property
    def told(self) -> dict[str, Mapping[str, Fact]]:
        """What sentences tell of each item with a level, by its number."""
        names, unknown = self.form.level_ladder.names, self.phrases.names["unknown"]
        return {
            item.no: {
                "no": item.no,
                "level": names[item.level] if item.level else unknown,
                "reason": (item.reason or "").rstrip(" .;"),
            }
            for item in self.scoresheet.items
        }


class _Asked(NamedTuple):
    """A condition, with what it asks of one kind of organisation: the same for every submission."""

    rating: str
    clause: Clause
    condition: Condition
    required: Sentence
    observe: Callable[[Any, Case], _Outcome]


def find(phrases: Phrasebook, scoresheet: Scoresheet, submission: Submission) -> tuple[Finding, ...]:
    """Return a finding for every condition of every rating, in the form's order."""
    form, kind = scoresheet.form, submission.organization.kind
    case = Case(form, phrases, kind, scoresheet, submission)
    findings = []
    for asked in form.once(_all_asked, phrases, kind):
        outcome = asked.observe(asked.condition, case)
        phrases.assure(f"findings.{outcome.phrase}", outcome.facts)
        findings.append(Finding(asked.rating, asked.clause, asked.condition, outcome, asked.required, phrases))
    return tuple(findings)


def _all_asked(form: Form, phrases: Phrasebook, kind: str) -> tuple[_Asked, ...]:
    terms = Terms(form, phrases, kind)

    def asked(rating: str, clause: Clause, condition: Condition) -> _Asked:
        phrase, facts = requirement(condition, terms)
        applies = not condition.applies_to or kind in condition.applies_to
        observe = _observe.dispatch(type(condition)) if applies else _not_asked
        return _Asked(rating, clause, condition, phrases.say(f"findings.{phrase}", facts), observe)

    return tuple(
        asked(rule.key, clause, condition)
        for rule in form.ratings
        for clause in rule.clauses
        for condition in clause.conditions
    )


def _not_asked(_condition: Condition, case: Case) -> _Outcome:
    return _Outcome(Status.NOT_APPLICABLE, "not_applicable.kind", {"kind": case.form.kind(case.kind).name})


_UNKNOWN = _Outcome(Status.UNKNOWN, "unknown", {})
_NO_ROWS = _Outcome(Status.NOT_APPLICABLE, "not_applicable.rows", {})


@singledispatch
def _observe(condition: Condition, case: Case) -> _Outcome:
    """Return what the facts say of a condition."""
    raise AssertionError(f"no rule for {condition}")  # `Condition` is closed: every kind is registered below


# --- points


@_observe.register
def _(condition: PointsCondition, case: Case) -> _Outcome:
    def holds(points: Decimal) -> bool:
        return points >= condition.at_least if condition.at_least is not None else points < (condition.below or 0)

    if condition.of is not None and not case.applicable((condition.of,)):
        return _NO_ROWS
    lowest, highest = case.scoresheet.bounds(condition.of)
    truths = {holds(lowest), holds(highest)}
    truth = truths.pop() if len(truths) == 1 else None
    points = case.scoresheet.total if condition.of is None else case.scoresheet.awarded(condition.of)
    if points is None:
        return _outcome(truth, "points.open", {"lowest": lowest, "highest": highest})
    return _outcome(truth, "points.observed", {"total": points})


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
    threshold = ladder.rank(condition.at_most or condition.at_least or ladder.lowest)

    def meets(level: str | None) -> bool | None:
        if level is None:
            return None
        rank = ladder.rank(level)
        return rank >= threshold if condition.at_most is not None else rank <= threshold

    truths = [meets(item.level) for item in found]
    truth = logic.some(truths) if condition.at_most is not None else logic.every(truths)
    if condition.at_least is not None and truth is not True:  # what stands in the way is worth naming, the rest not
        found = [item for item, met in zip(found, truths, strict=True) if met is not True]
    return _outcome(truth, "levels.observed", {"items": tuple(case.told[item.no] for item in found)})


@_observe.register
def _(condition: YesNoCondition, case: Case) -> _Outcome:
    found = [case.scoresheet.line_of[no] for no in asked_rows(condition, case)]
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


# --- share of members or subordinates


@_observe.register
def _(condition: ShareCondition, case: Case) -> _Outcome:
    tally, rated = case.tally, case.rated
    population = case.phrases.names[case.population]
    if tally is None or rated is None:
        return _UNKNOWN
    if rated == 0:
        reason = tally.not_rated_reason or case.phrases.names["unknown"]
        return _Outcome(Status.NOT_APPLICABLE, "not_applicable.nobody", {"population": population, "reason": reason})
    counted = sum(tally.at_rung(rating) for rating in _counted(condition, case.ladder))
    if condition.at_least is not None:
        truth = counted * 100 >= condition.at_least * rated
    else:
        truth = counted * 100 > (condition.above or 0) * rated
    facts: Mapping[str, Fact] = {
        "counted": counted,
        "rated": rated,
        "share": Fraction(counted, rated),
        "population": population,
        "not_rated": tally.not_rated or 0,
    }
    return _outcome(truth, "share.observed", facts)


def _counted(condition: ShareCondition, ladder: Ladder) -> tuple[str, ...]:
    """Return the ratings that a condition counts."""
    return ladder.up_to(condition.rated_at_least) if condition.rated_at_least else (condition.rated or "",)


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
    value = reading.value
    if value is None or reading.part is None:
        return _UNKNOWN
    word, threshold = condition.threshold
    truth = _COMPARED[word](value, threshold)
    if not reading.is_share:
        return _outcome(truth, f"{prefix}.observed", {"count": reading.part})
    facts: Mapping[str, Fact] = {
        "part": reading.part,
        "whole": reading.whole or 0,
        "share": value / 100,
        "excused": reading.excused,
    }
    return _outcome(truth, f"{prefix}.observed", facts)


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
