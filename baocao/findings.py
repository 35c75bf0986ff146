"""Findings: what became of each condition of each rating, with what was observed and what is required."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import singledispatch
from operator import ge, gt, le, lt
from typing import NamedTuple

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
from baocao.forms.model import Form
from baocao.phrases import Fact, Phrasebook, Sentence
from baocao.requirements import Terms, asked_rows, requirement
from baocao.scoring import Item, Scoresheet
from baocao.submission import Facts, RatedOrganization, Submission, Tally


class Status(StrEnum):
    """Whether a condition is fulfilled. For a knock-out, `passed` means that the case has occurred."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class _Outcome(NamedTuple):
    status: Status
    phrase: str
    facts: Callable[[], Mapping[str, Fact]]


class Finding(NamedTuple):
    """What became of one condition of one rating."""

    rating: str
    clause: Clause
    condition: Condition
    required: Sentence
    phrases: Phrasebook
    status: Status
    """Whether the condition is fulfilled."""
    phrase: str
    facts: Callable[[], Mapping[str, Fact]]
    """What `phrase` says was observed; worked out when it is said, since a scoresheet prints few findings."""

    @property
    def observed(self) -> Sentence:
        """What was observed; said when it is asked for."""
        return self.phrases.say(f"findings.{self.phrase}", self.facts())


_STATUS: Mapping[bool | None, Status] = {True: Status.PASSED, False: Status.FAILED, None: Status.UNKNOWN}


def _outcome(truth: bool | None, phrase: str, facts: Callable[[], Mapping[str, Fact]] = dict) -> _Outcome:
    return _Outcome(_STATUS[truth], phrase, facts)


class Case(NamedTuple):
    """One submission under judgement."""

    scoresheet: Scoresheet
    facts: Facts
    tally: Tally | None
    """How those whom this kind of organisation rates were rated."""
    rated: int | None
    """How many of them were rated; `None` while that is not known."""


_Observe = Callable[[Case], _Outcome]


class _Asked(NamedTuple):
    """A condition, with what it asks of one kind of organisation: the same for every submission."""

    rating: str
    clause: Clause
    condition: Condition
    required: Sentence
    observe: _Observe


def find(phrases: Phrasebook, scoresheet: Scoresheet, submission: Submission) -> tuple[Finding, ...]:
    """Return a finding for every condition of every rating, in the form's order."""
    form, kind = scoresheet.form, submission.organization.kind
    tally: Tally | None = getattr(submission.facts, form.kind(kind).population)
    case = Case(scoresheet, submission.facts, tally, tally.rated if tally else None)
    findings = []
    for rating, clause, condition, required, observe in form.once(_all_asked, phrases, kind):
        outcome = observe(case)
        if not phrases.never_fails(f"findings.{outcome.phrase}"):
            phrases.say(f"findings.{outcome.phrase}", outcome.facts())  # what cannot be said later is a fault now
        findings.append(Finding(rating, clause, condition, required, phrases, *outcome))
    return tuple(findings)


def _all_asked(form: Form, phrases: Phrasebook, kind: str) -> tuple[_Asked, ...]:
    terms = Terms(form, phrases, kind)

    def asked(rating: str, clause: Clause, condition: Condition) -> _Asked:
        phrase, facts = requirement(condition, terms)
        applies = not condition.applies_to or kind in condition.applies_to
        observe = _observer(condition, terms) if applies else _always(_of_other_kinds(terms))
        return _Asked(rating, clause, condition, phrases.say(f"findings.{phrase}", facts), observe)

    return tuple(
        asked(rule.key, clause, condition)
        for rule in form.ratings
        for clause in rule.clauses
        for condition in clause.conditions
    )


def _always(outcome: _Outcome) -> _Observe:
    return lambda _case: outcome


def _of_other_kinds(terms: Terms) -> _Outcome:
    return _Outcome(Status.NOT_APPLICABLE, "not_applicable.kind", lambda: {"kind": terms.form.kind(terms.kind).name})


_UNKNOWN = _outcome(None, "unknown")
_NO_ROWS = _Outcome(Status.NOT_APPLICABLE, "not_applicable.rows", dict)


@singledispatch
def _observer(condition: Condition, terms: Terms) -> _Observe:
    """Return what says of a case what became of the condition: all that the case does not decide is found out here."""
    raise AssertionError(f"no rule for {condition}")  # `Condition` is closed: every kind is registered below


# --- points


@_observer.register
def _(condition: PointsCondition, terms: Terms) -> _Observe:
    row, floor, ceiling = condition.of, condition.at_least, condition.below or Decimal(0)
    if row is not None and not terms.applicable((row,)):
        return _always(_NO_ROWS)

    def holds(points: Decimal) -> bool:
        return points >= floor if floor is not None else points < ceiling

    def observe(case: Case) -> _Outcome:
        points = case.scoresheet.total if row is None else case.scoresheet.awarded(row)
        if points is not None:
            return _outcome(holds(points), "points.observed", lambda: {"total": points})
        lowest, highest = case.scoresheet.bounds(row)
        truth = holds(lowest) if holds(lowest) == holds(highest) else None
        return _outcome(truth, "points.open", lambda: {"lowest": lowest, "highest": highest})

    return observe


# --- achievement


@_observer.register
def _(_condition: AchievementCondition, _terms: Terms) -> _Observe:
    def observe(case: Case) -> _Outcome:
        achievements = case.facts.achievements
        if achievements is None:
            return _UNKNOWN
        attested = sum(entry.attested_by is not None for entry in achievements)
        truth = logic.some(True if entry.attested_by else None for entry in achievements)
        return _outcome(truth, "achievement.observed", lambda: {"stated": len(achievements), "attested": attested})

    return observe


# --- levels, answers


@_observer.register
def _(condition: LevelsCondition, terms: Terms) -> _Observe:
    rows, ladder = terms.applicable(terms.form.items(condition)), terms.form.level_ladder
    if not rows:
        return _always(_NO_ROWS)
    limit = ladder.rank(condition.at_most or condition.at_least or ladder.lowest)
    if condition.at_most is not None:
        judge, meeting = logic.some, ladder.keys[limit:]
    else:
        judge, meeting = logic.every, ladder.keys[: limit + 1]

    def observe(case: Case) -> _Outcome:
        found = [case.scoresheet.item_of[no] for no in rows]
        truths = [None if item.level is None else item.level in meeting for item in found]
        truth = judge(truths)
        if condition.at_least is not None and truth is not True:
            # what stands in the way is worth naming, the rest not
            found = [item for item, met in zip(found, truths, strict=True) if met is not True]
        return _outcome(truth, "levels.observed", lambda: {"items": tuple(_told(item, terms) for item in found)})

    return observe


def _told(item: Item, terms: Terms) -> Mapping[str, Fact]:
    """Return what sentences tell of an item with a level."""
    level = terms.form.level_ladder.names[item.level] if item.level else terms.phrases.names["unknown"]
    return {"no": item.no, "level": level, "reason": (item.reason or "").rstrip(" .;")}


@_observer.register
def _(condition: YesNoCondition, terms: Terms) -> _Observe:
    rows = asked_rows(condition, terms)
    if not rows:
        return _always(_NO_ROWS)

    def observe(case: Case) -> _Outcome:
        found = [case.scoresheet.line_of[no] for no in rows]
        all_met = logic.every(line.met for line in found)
        truth = all_met if condition.expects == "all_met" or all_met is None else not all_met
        return _outcome(
            truth,
            "yes_no.observed",
            lambda: {
                "unmet": tuple(line.criterion.no for line in found if line.met is False),
                "unknown": tuple(line.criterion.no for line in found if line.met is None),
                "count": len(found),
            },
        )

    return observe


# --- share of members or subordinates


@_observer.register
def _(condition: ShareCondition, terms: Terms) -> _Observe:
    counted_ratings = _counted(condition, terms)
    at_least, above = condition.at_least, condition.above or 0
    population, unknown = terms.phrases.names[terms.population], terms.phrases.names["unknown"]

    def nobody(tally: Tally) -> Mapping[str, Fact]:
        return {"population": population, "reason": tally.not_rated_reason or unknown}

    def observe(case: Case) -> _Outcome:
        tally, rated = case.tally, case.rated
        if tally is None or rated is None:
            return _UNKNOWN
        if rated == 0:
            return _Outcome(Status.NOT_APPLICABLE, "not_applicable.nobody", lambda: nobody(tally))
        counted = sum(map(tally.at_rung, counted_ratings))
        truth = counted * 100 >= at_least * rated if at_least is not None else counted * 100 > above * rated
        return _outcome(
            truth,
            "share.observed",
            lambda: {
                "counted": counted,
                "rated": rated,
                "share": Fraction(counted, rated),
                "population": population,
                "not_rated": tally.not_rated or 0,
            },
        )

    return observe


def _counted(condition: ShareCondition, terms: Terms) -> tuple[str, ...]:
    """Return the ratings that a condition counts."""
    return terms.ladder.up_to(condition.rated_at_least) if condition.rated_at_least else (condition.rated or "",)


# --- other organisations


@_observer.register
def _(condition: OrganizationsCondition, terms: Terms) -> _Observe:
    names, ladder = terms.phrases.names, terms.form.ladder_of(condition.of)
    if condition.all_at_least:
        judge, meeting = logic.every, ladder.up_to(condition.all_at_least)
    else:
        judge, meeting = logic.some, (condition.any_rated or "",)
    none_listed = _Outcome(
        Status.NOT_APPLICABLE, "not_applicable.none_listed", lambda: {"organizations": names[condition.of]}
    )

    def observe(case: Case) -> _Outcome:
        listed: tuple[RatedOrganization, ...] | None = getattr(case.facts, condition.of)
        if listed is None:
            return _UNKNOWN
        if not listed:
            return none_listed
        truth = judge(None if entry.rating is None else entry.rating in meeting for entry in listed)
        return _outcome(
            truth,
            "organizations.observed",
            lambda: {
                "organizations": tuple(
                    {"name": entry.name, "rating": ladder.names[entry.rating] if entry.rating else names["unknown"]}
                    for entry in listed
                )
            },
        )

    return observe


# --- figures

_COMPARED: Mapping[str, Callable[[int, int], bool]] = {
    "at_least": ge,
    "at_most": le,
    "below": lt,
    "above": gt,
}


@_observer.register
def _(condition: FigureCondition, terms: Terms) -> _Observe:
    form, figure, (word, threshold) = terms.form, condition.of, condition.threshold
    compare, phrase = _COMPARED[word], f"figures.{figure}.observed"
    nothing = _Outcome(Status.NOT_APPLICABLE, f"figures.{figure}.nothing", dict)

    def observe(case: Case) -> _Outcome:
        reading = figures.read(form, case.facts, figure)
        if reading.nothing:
            return nothing
        part, whole = reading.part, reading.whole
        if not reading.is_share:
            if part is None:
                return _UNKNOWN
            return _outcome(compare(part, threshold), phrase, lambda: {"count": part})
        if part is None or whole is None:
            return _UNKNOWN
        return _outcome(
            compare(part * 100, threshold * whole),
            phrase,
            lambda: {"part": part, "whole": whole, "share": Fraction(part, whole), "excused": reading.excused},
        )

    return observe


# --- discipline


@_observer.register
def _(_condition: DisciplinedCondition, _terms: Terms) -> _Observe:
    def observe(case: Case) -> _Outcome:
        discipline = case.facts.discipline
        if discipline is None or discipline.organization is None:
            return _UNKNOWN
        word = "yes" if discipline.organization else "no"
        return _outcome(discipline.organization, f"organization_disciplined.{word}")

    return observe


@_observer.register
def _(_condition: SubordinatesCondition, terms: Terms) -> _Observe:
    has_none = terms.population != "subordinates"

    def observe(case: Case) -> _Outcome:
        discipline = case.facts.discipline
        listed = discipline.subordinates if discipline else None
        if listed is None:
            return _UNKNOWN
        if not listed and has_none:
            return _Outcome(Status.NOT_APPLICABLE, "not_applicable.no_subordinates", dict)
        excused = [logic.every((entry.self_detected, entry.remedied)) for entry in listed]
        return _outcome(
            logic.every(excused),
            "subordinates_not_disciplined.observed",
            lambda: {"disciplined": len(listed), "excused": excused.count(True)},
        )

    return observe
