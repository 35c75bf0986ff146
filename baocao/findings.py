"""Findings: what became of each condition of each rating, with what was observed and what is required."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
from baocao.forms.criteria import ORGANIZATION_LISTS
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


Outcome = tuple[Status, str, Callable[[], Mapping[str, Fact]]]
"""A status, and phrase and facts of what was observed: these are worked out when they are said, as few are."""


_STATUS: Mapping[bool | None, Status] = {True: Status.PASSED, False: Status.FAILED, None: Status.UNKNOWN}


class Case(NamedTuple):
    """One submission under judgement, with what several conditions ask of it."""

    scoresheet: Scoresheet
    facts: Facts
    levels: Mapping[str, str | None]
    """The performance levels by the number of their item."""
    ratings: Mapping[str, frozenset[str | None] | None]
    """Which ratings the organisations of each list have; `None` while nobody has named them."""
    tally: Tally | None
    """How those whom this kind of organisation rates were rated."""
    rated: int | None
    """How many of them were rated; `None` while that is not known."""
    counts: Mapping[str, int | None]
    """How many of them are rated so, by rating."""


def _case(scoresheet: Scoresheet, facts: Facts) -> Case:
    tally: Tally | None = getattr(facts, scoresheet.form.kind(scoresheet.kind).population)
    return Case(
        scoresheet,
        facts,
        {item.no: item.level for item in scoresheet.items},
        {of: _ratings(getattr(facts, of)) for of in ORGANIZATION_LISTS},
        tally,
        tally.rated if tally else None,
        tally.counts if tally else {},
    )


def _ratings(listed: tuple[RatedOrganization, ...] | None) -> frozenset[str | None] | None:
    return None if listed is None else frozenset([entry.rating for entry in listed])


_Observe = Callable[[Case], Outcome]


class Asked(NamedTuple):
    """A condition, with what it asks of one kind of organisation: the same for every submission."""

    rating: str
    clause: Clause
    condition: Condition
    required: Sentence
    phrases: Phrasebook
    observe: _Observe


class Finding(NamedTuple):
    """What became of one condition of one rating."""

    asked: Asked
    outcome: Outcome

    @property
    def status(self) -> Status:
        """Whether the condition is fulfilled."""
        status, _, _ = self.outcome
        return status

    @property
    def rating(self) -> str:
        """The rating of which it is a condition."""
        return self.asked.rating

    @property
    def clause(self) -> Clause:
        """The official sentence that states the condition."""
        return self.asked.clause

    @property
    def condition(self) -> Condition:
        """The condition."""
        return self.asked.condition

    @property
    def required(self) -> Sentence:
        """What is asked of this kind of organisation."""
        return self.asked.required

    @property
    def observed(self) -> Sentence:
        """What was observed; said when it is asked for."""
        _, phrase, facts = self.outcome
        return self.asked.phrases.say(f"findings.{phrase}", facts())


def judge(
    phrases: Phrasebook, scoresheet: Scoresheet, submission: Submission
) -> tuple[tuple[Asked, ...], list[Outcome]]:
    """Return every condition of every rating, in the form's order, and what became of each."""
    form, case = scoresheet.form, _case(scoresheet, submission.facts)
    asked = form.once(_all_asked, phrases, scoresheet.kind)
    outcomes = [each.observe(case) for each in asked]
    doubtful = form.once(_doubtful, phrases)
    for _, phrase, facts in outcomes if doubtful else ():
        if phrase in doubtful:
            phrases.say(f"findings.{phrase}", facts())  # what cannot be said later is a fault now
    return asked, outcomes


def _doubtful(form: Form, phrases: Phrasebook) -> frozenset[str]:
    """Return the phrases of what was observed that cannot be said of all facts, as most can."""
    prefix = "findings."
    return frozenset(key.removeprefix(prefix) for key in phrases.codes if not phrases.never_fails(key))


def _all_asked(form: Form, phrases: Phrasebook, kind: str) -> tuple[Asked, ...]:
    terms = Terms(form, phrases, kind)

    def asked(rating: str, clause: Clause, condition: Condition) -> Asked:
        phrase, facts = requirement(condition, terms)
        applies = not condition.applies_to or kind in condition.applies_to
        observe = _observer(condition, terms) if applies else _always(_of_other_kinds(terms))
        return Asked(rating, clause, condition, phrases.say(f"findings.{phrase}", facts), phrases, observe)

    return tuple(
        asked(rule.key, clause, condition)
        for rule in form.ratings
        for clause in rule.clauses
        for condition in clause.conditions
    )


def _meets(meeting: Iterable[str]) -> Mapping[str | None, bool | None]:
    """Return whether ratings or levels are some of them; one that is not known (`None`) may be."""
    return {None: None, **dict.fromkeys(meeting, True)}


def _always(outcome: Outcome) -> _Observe:
    return lambda _case: outcome


def _of_other_kinds(terms: Terms) -> Outcome:
    return Status.NOT_APPLICABLE, "not_applicable.kind", lambda: {"kind": terms.form.kind(terms.kind).name}


_UNKNOWN: Outcome = (Status.UNKNOWN, "unknown", dict)
_NO_ROWS: Outcome = (Status.NOT_APPLICABLE, "not_applicable.rows", dict)


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

    def observe(case: Case) -> Outcome:
        points = case.scoresheet.total if row is None else case.scoresheet.awarded(row)
        if points is not None:
            return _STATUS[holds(points)], "points.observed", lambda: {"total": points}
        lowest, highest = case.scoresheet.bounds(row)
        truth = holds(lowest) if holds(lowest) == holds(highest) else None
        return _STATUS[truth], "points.open", lambda: {"lowest": lowest, "highest": highest}

    return observe


# --- achievement


@_observer.register
def _(_condition: AchievementCondition, _terms: Terms) -> _Observe:
    def observe(case: Case) -> Outcome:
        achievements = case.facts.achievements
        if achievements is None:
            return _UNKNOWN
        by = [entry.attested_by for entry in achievements]
        truth = logic.some([True if body else None for body in by])
        stated = len(by)
        return _STATUS[truth], "achievement.observed", lambda: {"stated": stated, "attested": stated - by.count(None)}

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
    meets = _meets(meeting)

    def observe(case: Case) -> Outcome:
        levels = case.levels
        truth = judge([meets.get(levels[no], False) for no in rows])

        def told() -> Mapping[str, Fact]:
            found = [case.scoresheet.item_of[no] for no in rows]
            if condition.at_least is not None and truth is not True:
                # what stands in the way is worth naming, the rest not
                found = [item for item in found if item.level not in meeting]
            return {"items": tuple(_told(item, terms) for item in found)}

        return _STATUS[truth], "levels.observed", told

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

    def observe(case: Case) -> Outcome:
        found = [case.scoresheet.line_of[no] for no in rows]
        all_met = logic.every(line.met for line in found)
        truth = all_met if condition.expects == "all_met" or all_met is None else not all_met
        return (
            _STATUS[truth],
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

    def observe(case: Case) -> Outcome:
        tally, rated = case.tally, case.rated
        if tally is None or rated is None:
            return _UNKNOWN
        if rated == 0:
            return Status.NOT_APPLICABLE, "not_applicable.nobody", lambda: nobody(tally)
        counted = sum([case.counts.get(rating) or 0 for rating in counted_ratings])
        truth = counted * 100 >= at_least * rated if at_least is not None else counted * 100 > above * rated
        return (
            _STATUS[truth],
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
    of, names, ladder = condition.of, terms.phrases.names, terms.form.ladder_of(condition.of)
    if condition.all_at_least:
        judge, meeting = logic.every, ladder.up_to(condition.all_at_least)
    else:
        judge, meeting = logic.some, (condition.any_rated or "",)
    meets = _meets(meeting)
    none_listed: Outcome = (
        Status.NOT_APPLICABLE,
        "not_applicable.none_listed",
        lambda: {"organizations": names[of]},
    )

    def observe(case: Case) -> Outcome:
        ratings = case.ratings[of]
        if ratings is None:
            return _UNKNOWN
        if not ratings:
            return none_listed
        truth = judge([meets.get(rating, False) for rating in ratings])
        return (
            _STATUS[truth],
            "organizations.observed",
            lambda: {
                "organizations": tuple(
                    {"name": entry.name, "rating": ladder.names[entry.rating] if entry.rating else names["unknown"]}
                    for entry in getattr(case.facts, of)
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
    nothing: Outcome = (Status.NOT_APPLICABLE, f"figures.{figure}.nothing", dict)

    def observe(case: Case) -> Outcome:
        reading = figures.read(form, case.facts, figure)
        if reading.nothing:
            return nothing
        part, whole = reading.part, reading.whole
        if not reading.is_share:
            if part is None:
                return _UNKNOWN
            return _STATUS[compare(part, threshold)], phrase, lambda: {"count": part}
        if part is None or whole is None:
            return _UNKNOWN
        return (
            _STATUS[compare(part * 100, threshold * whole)],
            phrase,
            lambda: {"part": part, "whole": whole, "share": Fraction(part, whole), "excused": reading.excused},
        )

    return observe


# --- discipline


@_observer.register
def _(_condition: DisciplinedCondition, _terms: Terms) -> _Observe:
    def observe(case: Case) -> Outcome:
        discipline = case.facts.discipline
        if discipline is None or discipline.organization is None:
            return _UNKNOWN
        word = "yes" if discipline.organization else "no"
        return _STATUS[discipline.organization], f"organization_disciplined.{word}", dict

    return observe


@_observer.register
def _(_condition: SubordinatesCondition, terms: Terms) -> _Observe:
    has_none = terms.population != "subordinates"

    def observe(case: Case) -> Outcome:
        discipline = case.facts.discipline
        listed = discipline.subordinates if discipline else None
        if listed is None:
            return _UNKNOWN
        if not listed and has_none:
            return Status.NOT_APPLICABLE, "not_applicable.no_subordinates", dict
        excused = [logic.every((entry.self_detected, entry.remedied)) for entry in listed]
        return (
            _STATUS[logic.every(excused)],
            "subordinates_not_disciplined.observed",
            lambda: {"disciplined": len(listed), "excused": excused.count(True)},
        )

    return observe
