"""Rating: scoresheet + facts → the proposed rating, with a finding for every condition of every rating."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from baocao.findings import Finding, Judgement, Status, judge
from baocao.forms.conditions import Condition
from baocao.forms.model import Flag, Form
from baocao.phrases import Phrasebook
from baocao.scoring import Scoresheet
from baocao.submission import Submission


class Rating(NamedTuple):
    """The rating that the form gives and the one that is proposed, with all that speaks for and against."""

    computed: str | None
    """What the form gives; `None` when it gives none or the facts do not decide yet."""
    possible: tuple[str, ...]
    """What it may still be while facts are unknown, best first; `(computed,)` or empty once decided."""
    may_have_none: bool
    """Whether the form may give no rating at all (chưa đủ căn cứ xếp loại)."""
    proposed: str | None
    """The agency's own proposal where there is one, else the computed rating."""
    form: Form
    judgement: Judgement
    """What became of every condition of every rating."""
    statuses: Sequence[Status]
    """Whether each of them is fulfilled."""
    flags: tuple[Flag, ...]
    """Readings that need an explicit word of the agency; answered by a `proposal`."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """A finding for every condition of every rating, in the form's order."""
        return tuple(map(self.judgement.finding, range(len(self.statuses))))

    @property
    def open_conditions(self) -> list[Condition]:
        """The conditions of which it is not known whether they are fulfilled."""
        if _UNKNOWN not in self.statuses:
            return []
        conditions = [asked.condition for asked in self.judgement.asked]
        return [condition for condition, status in zip(conditions, self.statuses, strict=True) if status is _UNKNOWN]

    @property
    def undetermined(self) -> bool:
        """Whether the form itself gives no rating (chưa đủ căn cứ xếp loại)."""
        return self.computed is None

    def findings_of(self, rating: str) -> tuple[Finding, ...]:
        """Return the findings of one rating."""
        return self.findings[self.form.once(_places)[rating]]


def rate(phrases: Phrasebook, scoresheet: Scoresheet, submission: Submission) -> Rating:
    """Return the rating of a scoresheet. Never fails: what is not known leaves findings unknown."""
    form, judgement = scoresheet.form, judge(phrases, scoresheet, submission)
    statuses = [outcome.status for outcome in judgement.outcomes]
    possible = _possible(form, statuses)
    computed = possible[0] if len(possible) == 1 else None
    proposed = submission.proposal.rating if submission.proposal else computed
    return Rating(
        computed,
        tuple([rating for rating in form.ladder.keys if rating in possible]),
        None in possible,
        proposed,
        form,
        judgement,
        statuses,
        tuple([flag for flag in form.flags if proposed in flag.when_proposed and _raised(form, flag, statuses)]),
    )


def _places(form: Form) -> dict[str, slice]:
    """Return where the conditions of each rating, and of each clause, stand among all conditions."""
    places, start = {}, 0
    for rule in form.ratings:
        first = start
        for clause in rule.clauses:
            places[clause.no] = slice(start, start + len(clause.conditions))
            start += len(clause.conditions)
        places[rule.key] = slice(first, start)
    return places


def _possible(form: Form, statuses: Sequence[Status]) -> list[str | None]:
    """Return the ratings that the form may give, in the order of decision; `None` for no rating."""
    possible: list[str | None] = []
    for key, place, needs_all in form.once(_order):
        given = _given(statuses[place], needs_all=needs_all)
        if given is not False:
            possible.append(key)
        if given:
            return possible
    return [*possible, None]


def _order(form: Form) -> list[tuple[str, slice, bool]]:
    """Return the ratings in the order of decision, where their conditions stand, and whether they need all of them."""
    places = form.once(_places)
    return [(key, places[key], form.rule(key).given_when == "all") for key in form.decision.order]


_PASSED, _FAILED, _UNKNOWN = Status.PASSED, Status.FAILED, Status.UNKNOWN  # see `lines`: a look-up is dear


def _given(statuses: Sequence[Status], *, needs_all: bool) -> bool | None:
    if (_FAILED if needs_all else _PASSED) in statuses:
        return not needs_all
    return None if _UNKNOWN in statuses else needs_all


def _raised(form: Form, flag: Flag, statuses: Sequence[Status]) -> bool:
    return _FAILED in statuses[form.once(_places)[flag.clause]]
