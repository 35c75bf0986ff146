"""Rating: scoresheet + facts → the proposed rating, with a finding for every condition of every rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from baocao import logic
from baocao.findings import Finding, Status, find
from baocao.forms.conditions import RatingRule
from baocao.forms.model import Flag, Form
from baocao.phrases import Phrasebook
from baocao.scoring import Scoresheet
from baocao.submission import Submission


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating that the form gives and the one that is proposed, with all that speaks for and against."""

    computed: str | None
    """What the form gives; `None` when it gives none or the facts do not decide yet."""
    possible: tuple[str, ...]
    """What it may still be while facts are unknown, best first; `(computed,)` or empty once decided."""
    may_have_none: bool
    """Whether the form may give no rating at all (chưa đủ căn cứ xếp loại)."""
    proposed: str | None
    """The agency's own proposal where there is one, else the computed rating."""
    findings: tuple[Finding, ...]
    flags: tuple[Flag, ...]
    """Readings that need an explicit word of the agency; answered by a `proposal`."""

    @property
    def undetermined(self) -> bool:
        """Whether the form itself gives no rating (chưa đủ căn cứ xếp loại)."""
        return self.computed is None

    def findings_of(self, rating: str) -> tuple[Finding, ...]:
        """Return the findings of one rating."""
        return tuple(finding for finding in self.findings if finding.rating == rating)


def rate(phrases: Phrasebook, scoresheet: Scoresheet, submission: Submission) -> Rating:
    """Return the rating of a scoresheet. Never fails: what is not known leaves findings unknown."""
    form = scoresheet.form
    findings = find(phrases, scoresheet, submission)
    possible = _possible(form, findings)
    certain = len(possible) == 1 and possible[0] is not None
    computed = possible[0] if certain else None
    proposed = submission.proposal.rating if submission.proposal else computed
    return Rating(
        computed,
        tuple(rating for rating in form.ladder.keys if rating in possible),
        None in possible,
        proposed,
        findings,
        tuple(flag for flag in form.flags if proposed in flag.when_proposed and _raised(flag, findings)),
    )


def _possible(form: Form, findings: Sequence[Finding]) -> list[str | None]:
    """Return the ratings that the form may give, in the order of decision; `None` for no rating."""
    statuses: dict[str, list[Status]] = {key: [] for key in form.decision.order}
    for finding in findings:
        statuses[finding.rating].append(finding.status)
    possible: list[str | None] = []
    for key in form.decision.order:
        given = _given(form.rule(key), statuses[key])
        if given is not False:
            possible.append(key)
        if given:
            return possible
    return [*possible, None]


_TRUTH: Mapping[Status, bool | None] = {Status.PASSED: True, Status.FAILED: False, Status.UNKNOWN: None}


def _given(rule: RatingRule, statuses: Sequence[Status]) -> bool | None:
    truths = [_TRUTH[status] for status in statuses if status is not Status.NOT_APPLICABLE]
    return logic.every(truths) if rule.given_when == "all" else logic.some(truths)


def _raised(flag: Flag, findings: Sequence[Finding]) -> bool:
    return any(finding.clause.no == flag.clause and finding.status is Status.FAILED for finding in findings)
