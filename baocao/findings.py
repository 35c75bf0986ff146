"""Findings: what became of each condition of each rating, with what was observed and what is required."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from baocao.scoring import Item, Scoresheet, taking
from baocao.submission import Facts, RatedOrganization, Submission, Tally


class Status(StrEnum):
    """Whether a condition is fulfilled. For a knock-out, `passed` means that the case has occurred."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


_STATUS: Mapping[bool | None, Status] = {True: Status.PASSED, False: Status.FAILED, None: Status.UNKNOWN}


class Case(NamedTuple):
    """One submission under judgement, with what several conditions ask of it."""

    scoresheet: Scoresheet
    facts: Facts
    levels: Mapping[str, str | None]
    """The performance levels by the number of their item."""
    ratings: Mapping[str, Sequence[str | None] | None]
    """The ratings of the organisations of each list; `None` while nobody has named them."""
    tally: Tally | None
    """How those whom this kind of organisation rates were rated."""
    rated: int | None
    """How many of them were rated; `None` while that is not known."""
    counts: Mapping[str, int | None]
    """How many of them are rated so, by rating."""


def _case(scoresheet: Scoresheet, facts: Facts, population: str) -> Case:
    tally: Tally | None = getattr(facts, population)
    return Case(
        scoresheet,
        facts,
        {item.no: item.level for item in scoresheet.items},
        {of: _ratings(getattr(facts, of)) for of in ORGANIZATION_LISTS},
        tally,
        tally.rated if tally else None,
        tally.counts if tally else {},
    )


def _ratings(listed: tuple[RatedOrganization, ...] | None) -> Sequence[str | None] | None:
    return None if listed is None else [entry.rating for entry in listed]


class Outcome(NamedTuple):
    """What may become of a condition: of each there are a few outcomes, the same ones for all submissions."""

    status: Status
    phrase: str
    """The phrase of what was observed, of those below `findings`."""
    facts: Callable[[Case], Mapping[str, Fact]]
    """What the phrase tells of a case: worked out when it is said, as few are."""


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
    case: Case

    @property
    def status(self) -> Status:
        """Whether the condition is fulfilled."""
        return self.outcome.status

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
        return self.asked.phrases.say(f"findings.{self.outcome.phrase}", self.outcome.facts(self.case))


class Judgement(NamedTuple):
    """What became of all conditions of all ratings, in the form's order."""

    asked: Sequence[Asked]
    case: Case
    outcomes: Sequence[Outcome]

    def finding(self, place: int) -> Finding:
        """Return what became of one condition, by its place among all."""
        return Finding(self.asked[place], self.outcomes[place], self.case)


def judge(phrases: Phrasebook, scoresheet: Scoresheet, submission: Submission) -> Judgement:
    """Return what became of every condition of every rating."""
    population, asked, doubtful = scoresheet.form.once(_plan, phrases, scoresheet.kind)
    case = _case(scoresheet, submission.facts, population)
    outcomes = [each.observe(case) for each in asked]
    for outcome in outcomes if doubtful else ():
        if outcome.phrase in doubtful:
            phrases.say(f"findings.{outcome.phrase}", outcome.facts(case))  # what cannot be said later is a fault now
    return Judgement(asked, case, outcomes)


def _plan(form: Form, phrases: Phrasebook, kind: str) -> tuple[str, tuple[Asked, ...], frozenset[str]]:
    """Return whom a kind of organisation rates, what is asked of it, and which phrases may fail."""
    return form.kind(kind).population, _all_asked(form, phrases, kind), _doubtful(phrases)


def _doubtful(phrases: Phrasebook) -> frozenset[str]:
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


# --- what is the same for every submission


def _nothing(_case: Case) -> Mapping[str, Fact]:
    return {}


_UNKNOWN = Outcome(Status.UNKNOWN, "unknown", _nothing)


def _by_truth(phrase: str, facts: Callable[[Case], Mapping[str, Fact]] = _nothing) -> Mapping[bool | None, Outcome]:
    """Return the outcomes of a condition that holds, does not, or may, all told by the same phrase."""
    return {truth: Outcome(status, phrase, facts) for truth, status in _STATUS.items()}


def _not_applicable(phrase: str, facts: Callable[[Case], Mapping[str, Fact]] = _nothing) -> Outcome:
    return Outcome(Status.NOT_APPLICABLE, phrase, facts)


def _always(outcome: Outcome) -> _Observe:
    return lambda _case: outcome


def _of_other_kinds(terms: Terms) -> Outcome:
    return _not_applicable("not_applicable.kind", lambda _case: {"kind": terms.form.kind(terms.kind).name})


_NO_ROWS = _not_applicable("not_applicable.rows")


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

    def between(case: Case) -> Mapping[str, Fact]:
        lowest, highest = case.scoresheet.bounds(row)
        return {"lowest": lowest, "highest": highest}

    known = _by_truth("points.observed", lambda case: {"total": case.scoresheet.bounds(row)[0]})
    still_open = _by_truth("points.open", between)

    def observe(case: Case) -> Outcome:
        points = case.scoresheet.total if row is None else case.scoresheet.awarded(row)
        if points is not None:
            return known[holds(points)]
        lowest, highest = map(holds, case.scoresheet.bounds(row))
        return still_open[lowest if lowest == highest else None]

    return observe


# --- achievement


@_observer.register
def _(_condition: AchievementCondition, _terms: Terms) -> _Observe:
    def told(case: Case) -> Mapping[str, Fact]:
        by = [entry.attested_by for entry in case.facts.achievements or ()]
        return {"stated": len(by), "attested": len(by) - by.count(None)}

    observed = _by_truth("achievement.observed", told)

    def observe(case: Case) -> Outcome:
        achievements = case.facts.achievements
        if achievements is None:
            return _UNKNOWN
        return observed[logic.some([True if entry.attested_by else None for entry in achievements])]

    return observe


# --- levels, answers


@_observer.register
def _(condition: LevelsCondition, terms: Terms) -> _Observe:
    rows, ladder = terms.applicable(terms.form.items(condition)), terms.form.level_ladder
    if not rows:
        return _always(_NO_ROWS)
    limit = ladder.rank(condition.at_most or condition.at_least or ladder.lowest)
    if condition.at_most is not None:
        judge, meeting = logic.some_among, frozenset(ladder.keys[limit:])
    else:
        judge, meeting = logic.all_among, frozenset(ladder.keys[: limit + 1])

    def told(case: Case) -> Mapping[str, Fact]:
        found = [case.scoresheet.item_of[no] for no in rows]
        # what stands in the way is worth naming, the rest not
        lacking = [item for item in found if condition.at_least is not None and item.level not in meeting]
        return {"items": tuple(_told(item, terms) for item in lacking or found)}

    observed, levels_of = _by_truth("levels.observed", told), taking(rows)

    def observe(case: Case) -> Outcome:
        return observed[judge(levels_of(case.levels), meeting)]

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
    wanted = condition.expects == "all_met"

    def told(case: Case) -> Mapping[str, Fact]:
        answers = {no: case.scoresheet.line_of[no].met for no in rows}
        return {
            "unmet": tuple(no for no, met in answers.items() if met is False),
            "unknown": tuple(no for no, met in answers.items() if met is None),
            "count": len(rows),
        }

    observed = _by_truth("yes_no.observed", told)

    def observe(case: Case) -> Outcome:
        all_met = logic.every([case.scoresheet.line_of[no].met for no in rows])
        return observed[None if all_met is None else all_met is wanted]

    return observe


# --- share of members or subordinates


@_observer.register
def _(condition: ShareCondition, terms: Terms) -> _Observe:
    counted_ratings = _counted(condition, terms)
    at_least, above = condition.at_least, condition.above or 0
    population, unknown = terms.phrases.names[terms.population], terms.phrases.names["unknown"]

    def counted(case: Case) -> int:
        return sum(filter(None, map(case.counts.get, counted_ratings)))

    def told(case: Case) -> Mapping[str, Fact]:
        assert case.tally
        assert case.rated
        return {
            "counted": counted(case),
            "rated": case.rated,
            "share": Fraction(counted(case), case.rated),
            "population": population,
            "not_rated": case.tally.not_rated or 0,
        }

    def of_nobody(case: Case) -> Mapping[str, Fact]:
        assert case.tally
        return {"population": population, "reason": case.tally.not_rated_reason or unknown}

    observed = _by_truth("share.observed", told)
    nobody = _not_applicable("not_applicable.nobody", of_nobody)

    def observe(case: Case) -> Outcome:
        rated = case.rated
        if rated is None:
            return _UNKNOWN
        if rated == 0:
            return nobody
        percents = counted(case) * 100
        return observed[percents >= at_least * rated if at_least is not None else percents > above * rated]

    return observe


def _counted(condition: ShareCondition, terms: Terms) -> tuple[str, ...]:
    """Return the ratings that a condition counts."""
    return terms.ladder.up_to(condition.rated_at_least) if condition.rated_at_least else (condition.rated or "",)


# --- other organisations


@_observer.register
def _(condition: OrganizationsCondition, terms: Terms) -> _Observe:
    of, names, ladder = condition.of, terms.phrases.names, terms.form.ladder_of(condition.of)
    if condition.all_at_least:
        judge, meeting = logic.all_among, frozenset(ladder.up_to(condition.all_at_least))
    else:
        judge, meeting = logic.some_among, frozenset([condition.any_rated or ""])

    def told(case: Case) -> Mapping[str, Fact]:
        return {
            "organizations": tuple(
                {"name": entry.name, "rating": ladder.names[entry.rating] if entry.rating else names["unknown"]}
                for entry in getattr(case.facts, of)
            )
        }

    observed = _by_truth("organizations.observed", told)
    none_listed = _not_applicable("not_applicable.none_listed", lambda _case: {"organizations": names[of]})

    def observe(case: Case) -> Outcome:
        ratings = case.ratings[of]
        if ratings is None:
            return _UNKNOWN
        return observed[judge(ratings, meeting)] if ratings else none_listed

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
    compare, is_share = _COMPARED[word], form.is_share(figure)

    def told(case: Case) -> Mapping[str, Fact]:
        reading = figures.read(form, case.facts, figure)
        part, whole = reading.part, reading.whole
        assert part is not None
        if not is_share:
            return {"count": part}
        assert whole
        return {"part": part, "whole": whole, "share": Fraction(part, whole), "excused": reading.excused}

    observed = _by_truth(f"figures.{figure}.observed", told)
    nothing = _not_applicable(f"figures.{figure}.nothing")

    def observe(case: Case) -> Outcome:
        reading = figures.read(form, case.facts, figure)
        part, whole = reading.part, reading.whole
        if not is_share:
            return _UNKNOWN if part is None else observed[compare(part, threshold)]
        if whole == 0:
            return nothing
        return _UNKNOWN if part is None or whole is None else observed[compare(part * 100, threshold * whole)]

    return observe


# --- discipline


@_observer.register
def _(_condition: DisciplinedCondition, _terms: Terms) -> _Observe:
    observed = {
        None: _UNKNOWN,
        True: Outcome(Status.PASSED, "organization_disciplined.yes", _nothing),
        False: Outcome(Status.FAILED, "organization_disciplined.no", _nothing),
    }

    def observe(case: Case) -> Outcome:
        discipline = case.facts.discipline
        return observed[discipline.organization if discipline else None]

    return observe


@_observer.register
def _(_condition: SubordinatesCondition, terms: Terms) -> _Observe:
    has_none = terms.population != "subordinates"

    def excused(case: Case) -> list[bool | None] | None:
        discipline = case.facts.discipline
        listed = discipline.subordinates if discipline else None
        return None if listed is None else [logic.every((entry.self_detected, entry.remedied)) for entry in listed]

    def told(case: Case) -> Mapping[str, Fact]:
        found = excused(case) or []
        return {"disciplined": len(found), "excused": found.count(True)}

    observed = _by_truth("subordinates_not_disciplined.observed", told)
    no_subordinates = _not_applicable("not_applicable.no_subordinates")

    def observe(case: Case) -> Outcome:
        found = excused(case)
        if found is None:
            return _UNKNOWN
        return no_subordinates if not found and has_none else observed[logic.every(found)]

    return observe
