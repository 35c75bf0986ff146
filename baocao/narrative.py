"""Narrative: the deduction explanations and the general comment, as sentences that name their facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from baocao.findings import Finding, Status
from baocao.forms.conditions import PointsCondition
from baocao.forms.criteria import RatingBands, rated_at_least
from baocao.forms.model import Form
from baocao.forms.values import RATINGS, RatingKey
from baocao.phrases import Fact, Phrasebook, Sentence
from baocao.rating import Rating
from baocao.scoring import LevelSource, Line, PointsSource, Scoresheet
from baocao.submission import Proposal, Submission

LONGEST_QUOTED = 160
"""A reason of more characters is not quoted in the general comment; it stands in full in its own list."""


@dataclass(frozen=True, slots=True)
class Narrative:
    """What the scoresheet says in words."""

    deductions: tuple[Sentence, ...]
    """Lý do điểm trừ, in the form's order; one sentence a criterion."""
    comment: tuple[Sentence, ...]
    """Nhận xét chung; the clerk's own paragraphs where there is a `comment`."""
    paragraphs: tuple[str, ...]
    """The general comment as it is printed."""


def narrate(phrases: Phrasebook, scoresheet: Scoresheet, rating: Rating, submission: Submission) -> Narrative:
    """Return the narrative of a rated scoresheet. Never fails."""
    story = _Story(phrases, scoresheet, rating, submission)
    deductions = tuple(story.deductions())
    if submission.comment:
        own = tuple(Sentence("comment.own", line, {"comment": line}) for line in submission.comment.split("\n"))
        return Narrative(deductions, own, tuple(sentence.text for sentence in own))
    limits = tuple(story.limits())
    comment = (*story.result(), *story.strengths(), *limits, *story.conclusion(limits))
    return Narrative(deductions, comment, tuple(_paragraphs(phrases, comment)))


def _paragraphs(phrases: Phrasebook, comment: Iterable[Sentence]) -> Iterator[str]:
    """Join the sentences of each part; strengths and limits are named as such."""
    for part, sentences in groupby(comment, key=lambda sentence: sentence.phrase.split(".")[1]):
        text = " ".join(sentence.text for sentence in sentences)
        yield f"{phrases.names[part]} {text}" if part in phrases.names else text


def _embedded(text: str | None) -> str:
    """Return a text as it reads within a sentence: without its own full stop."""
    return re.sub(r"(?<!\.)[.;\s]+$", "", text or "")


@dataclass(frozen=True, slots=True)
class _Story:
    phrases: Phrasebook
    scoresheet: Scoresheet
    rating: Rating
    submission: Submission

    @property
    def form(self) -> Form:
        return self.scoresheet.form

    def say(self, phrase: str, **facts: Fact) -> Sentence:
        return self.phrases.say(phrase, facts)

    def name(self, rating: RatingKey) -> str:
        return self.form.rule(rating).name

    # --- deduction explanations

    def deductions(self) -> Iterator[Sentence]:
        for line in self.scoresheet.lines:
            if line.awarded is None or not line.deducted:
                continue
            facts: dict[str, Fact] = {
                "no": line.criterion.no,
                "deducted": line.deducted,
                "awarded": line.awarded,
                "standard": line.criterion.standard,
            }
            if line.source is PointsSource.BAND:
                yield self._band(line, facts)
            elif any(deduction.reason for deduction in line.deductions):
                yield self._typed(line, facts)

    def _typed(self, line: Line, facts: Mapping[str, Fact]) -> Sentence:
        if line.source is PointsSource.OWN:
            case = line.chosen.text if line.chosen else ""
            return self.say("deductions.own", **facts, case=case, reason=_embedded(line.deductions[0].reason))
        parts: tuple[Mapping[str, Fact], ...] = tuple(
            {"points": part.points, "reason": _embedded(part.reason), "evidence": _embedded(part.evidence)}
            for part in line.deductions
        )
        return self.say("deductions.typed", **facts, parts=parts)

    def _band(self, line: Line, facts: Mapping[str, Fact]) -> Sentence:
        assert line.chosen is not None
        score = self.submission.scores.get(line.criterion.no)
        common = {
            **facts,
            "band": _embedded(line.chosen.text),
            "reason": _embedded(score.reason if score else None),
        }
        if isinstance(line.criterion.banded, RatingBands):
            best = line.criterion.banded.bands[0].when[0].all_at_least
            listed = [
                entry
                for entry in getattr(self.submission.facts, line.criterion.banded.of) or ()
                if best is None or not rated_at_least(entry.rating, best)
            ]
            organizations = tuple(
                {
                    "name": entry.name,
                    "rating": self.name(entry.rating) if entry.rating else self.phrases.names["unknown"],
                }
                for entry in listed
            )
            return self.say("deductions.ratings", **common, organizations=organizations)
        remedied, pointed_out = self._weaknesses()
        return self.say(
            "deductions.share",
            **common,
            remedied=remedied,
            pointed_out=pointed_out,
            share=Fraction(remedied, pointed_out),
        )

    def _weaknesses(self) -> tuple[int, int]:
        """Return how many weaknesses were remedied and pointed out; 0 and 0 while not known."""
        found = self.submission.facts.weaknesses
        if found is None or found.remedied is None or found.pointed_out is None:
            return 0, 0
        return found.remedied, found.pointed_out

    # --- general comment: result

    def result(self) -> Iterator[Sentence]:
        sheet = self.scoresheet
        common: dict[str, Fact] = {
            "year": str(self.form.year),
            "organization": self.submission.organization.name,
            "standard": self.form.total,
        }
        proposed = self.rating.proposed
        if sheet.total is None:
            yield self.say("comment.result.open", **common, lowest=sheet.lowest, highest=sheet.highest)
        elif proposed is None:
            yield self.say("comment.result.undetermined", **common, total=sheet.total)
        else:
            yield self.say(
                f"comment.result.{proposed}",
                **common,
                total=sheet.total,
                rating=self.name(proposed),
                deducted=self.form.total - sheet.total,
            )

    # --- general comment: strengths

    def strengths(self) -> Iterator[Sentence]:
        full = [
            item
            for item in self.scoresheet.items
            if item.awarded == item.standard
            and item.source is LevelSource.POINTS
            and not self.form.by_no[item.no].banded
        ]
        if full:
            yield self.say(
                "comment.strengths.full_items", items=tuple({"name": self.phrases.names[item.no]} for item in full)
            )
        achievements = self.submission.facts.achievements
        if achievements:
            records = tuple(
                {"text": _embedded(entry.text), "attested_by": _embedded(entry.attested_by)} for entry in achievements
            )
            yield self.say("comment.strengths.achievements", achievements=records)
        yield from self._targets(met_all=True)
        remedied, pointed_out = self._weaknesses()
        if remedied * 2 >= pointed_out > 0:  # less than half is no strength; what is left is told among the limits
            yield self.say(
                "comment.strengths.remedied",
                remedied=remedied,
                pointed_out=pointed_out,
                share=Fraction(remedied, pointed_out),
            )
        yield from self._population(all_completed=True)

    def _targets(self, *, met_all: bool) -> Iterator[Sentence]:
        targets = self.submission.facts.targets
        if targets is None or targets.assigned is None or targets.met is None or targets.force_majeure is None:
            return
        counted = targets.assigned - targets.force_majeure
        missed = counted - targets.met
        if met_all and counted and not missed:
            yield self.say(
                "comment.strengths.targets",
                met=targets.met,
                counted=counted,
                assigned=targets.assigned,
                force_majeure=targets.force_majeure,
            )
        if not met_all and missed:
            yield self.say(
                "comment.limits.targets", missed=missed, counted=counted, force_majeure=targets.force_majeure
            )

    def _population(self, *, all_completed: bool) -> Iterator[Sentence]:
        population = self.form.kind(self.submission.organization.kind).population
        tally = getattr(self.submission.facts, population)
        if tally is None or not tally.rated:
            return
        noun = self.phrases.names[population]
        if all_completed and not tally.not_completed:
            counted = tally.excellent + tally.good
            yield self.say(
                "comment.strengths.population",
                counted=counted,
                rated=tally.rated,
                share=Fraction(counted, tally.rated),
                population=noun,
                floor=self.name("completed"),
                rating=self.name("good"),
            )
        if not all_completed and tally.not_completed:
            yield self.say(
                "comment.limits.population",
                not_completed=tally.not_completed,
                population=noun,
                rating=self.name("not_completed"),
            )

    # --- general comment: limits

    def limits(self) -> Iterator[Sentence]:
        for section in (row for row in self.form.criteria if not row.parent):
            lines = [self.scoresheet.line_of[leaf.no] for leaf in self.form.inside(section.no)]
            short = [line for line in lines if line.deducted]
            if short:
                yield self.say(
                    "comment.limits.section",
                    section=self.phrases.names[section.no],
                    deducted=sum((line.deducted for line in short), Decimal(0)),
                    criteria=tuple({"no": line.criterion.no, "reason": self._reasons(line)} for line in short),
                )
        yield from self._targets(met_all=False)
        left = self._left()
        if left:
            yield self.say("comment.limits.weaknesses", left=left)
        weaknesses = self.submission.facts.weaknesses
        if weaknesses and weaknesses.unremedied_from_earlier_years:
            yield self.say("comment.limits.earlier", unremedied=weaknesses.unremedied_from_earlier_years)
        yield from self._population(all_completed=False)
        discipline = self.submission.facts.discipline
        if discipline and discipline.organization:
            yield self.say("comment.limits.disciplined")
        if discipline and discipline.subordinates:
            excused = sum(bool(entry.self_detected and entry.remedied) for entry in discipline.subordinates)
            yield self.say("comment.limits.subordinates", disciplined=len(discipline.subordinates), excused=excused)

    def _reasons(self, line: Line) -> str:
        reasons = "; ".join(_embedded(deduction.reason) for deduction in line.deductions if deduction.reason)
        return reasons if len(reasons) <= LONGEST_QUOTED else ""

    def _left(self) -> int:
        remedied, pointed_out = self._weaknesses()
        return pointed_out - remedied

    # --- general comment: conclusion

    def conclusion(self, limits: Sequence[Sentence]) -> Iterator[Sentence]:
        rating, proposal = self.rating, self.submission.proposal
        if rating.computed is None:
            yield from self._undetermined()
        else:
            yield from self._why_not_higher(rating.computed)
        if proposal:
            yield self._own_word(proposal)
        if limits:
            short = sum(line.deducted > 0 for line in self.scoresheet.lines)
            yield self.say(
                "comment.conclusion.remedy",
                organization=self.submission.organization.name,
                limits=max(short, len(limits)),
                left=self._left(),
            )
        if rating.proposed:
            yield self.say(
                "comment.conclusion.proposal",
                organization=self.submission.organization.name,
                year=str(self.form.year),
                rating=self.name(rating.proposed),
            )

    def _own_word(self, proposal: Proposal) -> Sentence:
        """Say what the agency itself proposes: it settles, confirms or lowers."""
        computed = self.rating.computed
        own: dict[str, Fact] = {
            "by": proposal.by,
            "rating": self.name(proposal.rating),
            "reason": _embedded(proposal.reason),
        }
        if computed is None:
            return self.say("comment.conclusion.settled", **own)
        if proposal.rating == computed:
            return self.say("comment.conclusion.confirmed", **own)
        return self.say("comment.conclusion.lowered", **own, computed=self.name(computed))

    def _undetermined(self) -> Iterator[Sentence]:
        if self.rating.possible:
            unknown = [
                finding
                for finding in self.rating.findings
                if finding.status is Status.UNKNOWN and not isinstance(finding.condition, PointsCondition)
            ]
            conditions = [finding for finding in unknown if self.form.rule(finding.rating).given_when == "all"]
            cases = [finding for finding in unknown if finding not in conditions]
            if conditions:
                yield self.say("comment.conclusion.unknown", conditions=_records(conditions))
            if cases:
                yield self.say("comment.conclusion.unknown_cases", conditions=_records(cases))
        else:
            # that the best rating is missed explains nothing: what keeps the others away does
            yield self.say("comment.conclusion.undetermined", conditions=_records(self._unmet(RATINGS[1:])))

    def _why_not_higher(self, computed: RatingKey) -> Iterator[Sentence]:
        """Say why the rating is lower than the points alone would give."""
        by_points = self._by_points()
        if by_points is None or self.scoresheet.total is None or RATINGS.index(by_points) >= RATINGS.index(computed):
            return
        rule = self.form.rule(computed)
        if rule.given_when == "any":
            occurred = [finding for finding in self.rating.findings_of(computed) if finding.status is Status.PASSED]
            yield self.say(
                "comment.conclusion.knocked_out",
                rating=self.name(by_points),
                lowest=rule.name,
                conditions=_records(occurred),
            )
        else:
            between = RATINGS[RATINGS.index(by_points) : RATINGS.index(computed)]
            yield self.say(
                "comment.conclusion.not_higher",
                rating=self.name(by_points),
                conditions=_records(self._unmet(between)),
            )

    def _by_points(self) -> RatingKey | None:
        """Return the best rating whose condition on points is met."""
        for finding in self.rating.findings:
            if isinstance(finding.condition, PointsCondition) and finding.status is Status.PASSED:
                return finding.rating
        return None

    def _unmet(self, ratings: Sequence[RatingKey]) -> list[Finding]:
        """Return what stands against ratings that need all of their conditions, points left out."""
        return [
            finding
            for finding in self.rating.findings
            if finding.rating in ratings
            and finding.status is Status.FAILED
            and self.form.rule(finding.rating).given_when == "all"
            and not isinstance(finding.condition, PointsCondition)
        ]


def _records(findings: Iterable[Finding]) -> tuple[Mapping[str, Fact], ...]:
    """Return what each condition asks and what was observed; of conditions on the same matter the weakest, the last."""
    weakest = {_matter(finding): finding for finding in findings}
    return tuple({"required": finding.required.text, "observed": finding.observed.text} for finding in weakest.values())


def _matter(finding: Finding) -> tuple[object, ...]:
    """Return what a condition is about, whatever it asks of it."""
    condition = finding.condition
    return (condition.kind, *(getattr(condition, name, None) for name in ("items", "of", "rated_at_least", "rated")))
