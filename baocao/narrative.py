"""Narrative: the deduction explanations and the general comment, as sentences that name their facts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import chain, groupby

from baocao import figures
from baocao.findings import Finding, Status
from baocao.forms.conditions import LevelsCondition, YesNoCondition, is_on_total
from baocao.forms.criteria import RatingBands
from baocao.forms.model import Form
from baocao.phrases import Fact, Phrasebook, Sentence
from baocao.rating import Rating
from baocao.scoring import Item, LevelSource, Line, PointsSource, Scoresheet
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
        lines = submission.comment.split("\n")
        own = tuple(Sentence("comment.own", line, {"comment": line}, _OF_COMMENT) for line in lines)
        return Narrative(deductions, own, tuple(sentence.text for sentence in own))
    limits = tuple(story.limits())
    comment = (*story.result(), *story.strengths(), *limits, *story.conclusion(limits))
    return Narrative(deductions, comment, tuple(_paragraphs(phrases, comment)))


_OF_COMMENT = frozenset({"comment"})


def _paragraphs(phrases: Phrasebook, comment: Iterable[Sentence]) -> Iterator[str]:
    """Join the sentences of each part; strengths and limits are named as such."""
    for part, sentences in groupby(comment, key=lambda sentence: sentence.phrase.split(".")[1]):
        text = " ".join(sentence.text for sentence in sentences)
        yield f"{phrases.names[part]} {text}" if part in phrases.names else text


def _embedded(text: str | None) -> str:
    """Return a text as it reads within a sentence: without its own full stop."""
    if not text or not (text[-1] in ".;" or text[-1].isspace()):
        return text or ""
    return _END.sub("", text)


_END = re.compile(r"(?<!\.)[.;\s]+$")


@dataclass(frozen=True)
class _Story:
    phrases: Phrasebook
    scoresheet: Scoresheet
    rating: Rating
    submission: Submission

    @cached_property
    def form(self) -> Form:
        return self.scoresheet.form

    @cached_property
    def short(self) -> dict[str, list[Line]]:
        """The lines that are less than they could be, by the number of their section."""
        best, found = self.form.best_level, defaultdict(list)
        for line in self.scoresheet.lines:
            if line.is_short(best):
                found[line.criterion.section].append(line)
        return found

    @cached_property
    def deducted(self) -> dict[str, Decimal]:
        """The points that these lines lack, by the number of their section."""
        return {no: sum((line.deducted for line in lines), Decimal(0)) for no, lines in self.short.items()}

    def say(self, phrase: str, **facts: Fact) -> Sentence:
        return self.phrases.say(phrase, facts)

    def name(self, rating: str) -> str:
        return self.form.ladder.names[rating]

    # --- deduction explanations

    def deductions(self) -> Iterator[Sentence]:
        for line in chain.from_iterable(self.short.values()):
            facts: dict[str, Fact] = {
                "no": line.criterion.no,
                "deducted": line.deducted,
                "awarded": line.awarded or Decimal(0),
                "standard": line.standard,
            }
            if line.source is PointsSource.BAND:
                yield self._band(line, facts)
            elif any(deduction.reason for deduction in line.deductions):
                is_marked = line.level or line.met is False or line.source is PointsSource.OWN
                yield self._marked(line, facts) if is_marked else self._typed(line, facts)

    def _marked(self, line: Line, facts: Mapping[str, Fact]) -> Sentence:
        """Explain a level, an answer or the assessor's own points, for which there is one reason."""
        no, reason = line.criterion.no, _embedded(line.deductions[0].reason)
        if line.level:
            names = self.form.level_ladder.names
            best = names[self.form.level_ladder.best]
            return self.say("deductions.level", no=no, level=names[line.level], best=best, reason=reason)
        if line.met is False:
            return self.say("deductions.unmet", no=no, deducted=line.deducted, reason=reason)
        case = line.chosen.text if line.chosen else ""
        return self.say("deductions.own", **facts, case=case, reason=reason)

    def _typed(self, line: Line, facts: Mapping[str, Fact]) -> Sentence:
        parts: list[Mapping[str, Fact]] = [
            {"points": part.points, "reason": _embedded(part.reason), "evidence": _embedded(part.evidence)}
            for part in line.deductions
        ]
        phrase = "deductions.penalty" if line.role == "penalty" else "deductions.typed"
        return self.phrases.say(phrase, {**facts, "parts": tuple(parts)})

    def _band(self, line: Line, facts: Mapping[str, Fact]) -> Sentence:
        banded = line.criterion.banded
        assert line.chosen is not None
        assert banded is not None
        score = self.submission.scores.get(line.criterion.no)
        common = {
            **facts,
            "band": _embedded(line.chosen.text),
            "reason": _embedded(score.reason if score else None),
        }
        if isinstance(banded, RatingBands):
            return self.say("deductions.ratings", **common, organizations=self._below_best(banded))
        reading = figures.read(self.form, self.submission.facts, banded.of)
        part, value = reading.part or 0, reading.value or Fraction(0)
        if not reading.is_share:
            return self.say(f"deductions.figures.{banded.of}", **common, count=part)
        return self.say(
            f"deductions.figures.{banded.of}",
            **common,
            part=part,
            whole=reading.whole or 0,
            share=value / 100,
            excused=reading.excused,
        )

    def _below_best(self, banded: RatingBands) -> tuple[Mapping[str, Fact], ...]:
        """Return the organisations that keep a criterion from its best band."""
        ladder, best = self.form.ladder_of(banded.of), banded.bands[0].when[0].all_at_least
        unknown = self.phrases.names["unknown"]
        return tuple(
            {"name": entry.name, "rating": ladder.names[entry.rating] if entry.rating else unknown}
            for entry in getattr(self.submission.facts, banded.of) or ()
            if best is None or not ladder.at_least(entry.rating, best)
        )

    def _weaknesses(self) -> tuple[int, int]:
        """Return how many weaknesses were remedied and pointed out; 0 and 0 while not known."""
        found = self.submission.facts.weaknesses
        if found is None or found.remedied is None or found.pointed_out is None:
            return 0, 0
        return found.remedied, found.pointed_out

    # --- general comment: result

    def result(self) -> Iterator[Sentence]:
        sheet, proposed = self.scoresheet, self.rating.proposed
        total = sheet.total if self.form.has_points else Decimal(0)
        common: dict[str, Fact] = {
            "year": str(self.form.year),
            "organization": self.submission.organization.name,
            "standard": sheet.standard_total,
        }
        if total is None:
            yield self.say("comment.result.open", **common, lowest=sheet.lowest, highest=sheet.highest)
        elif proposed is None:
            yield self.say("comment.result.undetermined", **common, **self._sums(total))
        else:
            yield self.say(
                f"comment.result.{proposed}",
                **common,
                **self._sums(total),
                rating=self.name(proposed),
                deducted=sum(self.deducted.values(), Decimal(0)),
            )

    def _sums(self, total: Decimal) -> dict[str, Fact]:
        summed, standard = self.scoresheet.summed
        return {"total": total, "summed": summed, "summed_standard": standard}

    # --- general comment: strengths

    def strengths(self) -> Iterator[Sentence]:
        full = [item for item in self.scoresheet.items if self._is_full(item)]
        if full:
            yield self.say(
                "comment.strengths.full_items", items=tuple({"name": self.phrases.names[item.no]} for item in full)
            )
        yield from self._bonus()
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

    def _is_full(self, item: Item) -> bool:
        """Whether an assessor, and not a band, gave an item all that there is."""
        if item.source is LevelSource.MARKED:
            return item.level == self.form.best_level
        is_scored = item.source is LevelSource.POINTS and not self.form.by_no[item.no].banded
        return is_scored and item.awarded == item.standard and self.form.role(item.no) == "regular"

    def _bonus(self) -> Iterator[Sentence]:
        lines = [line for line in self.scoresheet.lines if line.role == "bonus" and line.awarded]
        if lines:
            sections = dict.fromkeys(line.criterion.section for line in lines)
            awarded = sum((self.scoresheet.awarded(no) or Decimal(0) for no in sections), Decimal(0))
            criteria: tuple[Mapping[str, Fact], ...] = tuple(
                {"no": line.criterion.no, "awarded": line.awarded or Decimal(0), "reason": self._reasons(line)}
                for line in lines
            )
            yield self.say("comment.strengths.bonus", awarded=awarded, criteria=criteria)

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
        tally, ladder = getattr(self.submission.facts, population), self.form.ladder_of(population)
        if tally is None or not tally.rated:
            return
        noun = self.phrases.names[population]
        failed = tally.at_rung(ladder.lowest)
        if all_completed and not failed:
            floor, well = ladder.keys[-2], ladder.keys[(len(ladder.keys) - 1) // 2]
            counted = sum(tally.at_rung(rating) for rating in ladder.up_to(well))
            yield self.say(
                "comment.strengths.population",
                counted=counted,
                rated=tally.rated,
                share=Fraction(counted, tally.rated),
                population=noun,
                floor=ladder.names[floor],
                rating=ladder.names[well],
            )
        if not all_completed and failed:
            yield self.say(
                "comment.limits.population",
                not_completed=failed,
                population=noun,
                rating=ladder.names[ladder.lowest],
            )

    # --- general comment: limits

    def limits(self) -> Iterator[Sentence]:
        for section in self.form.sections:
            short = self.short.get(section.no)
            if not short:
                continue
            criteria = tuple({"no": line.criterion.no, "reason": self._reasons(line)} for line in short)
            if section.role == "penalty":
                awarded = self.scoresheet.awarded(section.no) or Decimal(0)
                yield self.say("comment.limits.penalty", deducted=awarded, criteria=criteria)
            else:
                yield self.say(
                    "comment.limits.section",
                    section=self.phrases.names[section.no],
                    deducted=self.deducted[section.no],
                    criteria=criteria,
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
            short = sum(map(len, self.short.values()))
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
                if finding.status is Status.UNKNOWN and not is_on_total(finding.condition)
            ]
            conditions = [finding for finding in unknown if self.form.rule(finding.rating).given_when == "all"]
            cases = [finding for finding in unknown if finding not in conditions]
            if conditions:
                yield self.say("comment.conclusion.unknown", conditions=_records(conditions))
            if cases:
                yield self.say("comment.conclusion.unknown_cases", conditions=_records(cases))
        else:
            # that the best rating is missed explains nothing: what keeps the others away does
            below_best = self.form.ladder.keys[1:]
            yield self.say("comment.conclusion.undetermined", conditions=_records(self._unmet(below_best)))

    def _why_not_higher(self, computed: str) -> Iterator[Sentence]:
        """Say why the rating is lower than the points alone would give, or than the next one without points."""
        rule, ladder = self.form.rule(computed), self.form.ladder
        by_points = self._by_points() if self.form.has_points else ladder.best
        if by_points is None or ladder.rank(by_points) >= ladder.rank(computed):
            return
        if self.form.has_points and self.scoresheet.total is None:
            return
        if rule.given_when == "any":
            occurred = [finding for finding in self.rating.findings_of(computed) if finding.status is Status.PASSED]
            yield self.say(
                "comment.conclusion.knocked_out",
                rating=self.name(by_points),
                lowest=rule.name,
                conditions=_records(occurred),
            )
        elif self.form.has_points:
            between = ladder.keys[ladder.rank(by_points) : ladder.rank(computed)]
            yield self.say(
                "comment.conclusion.not_higher",
                rating=self.name(by_points),
                conditions=_records(self._unmet(between)),
            )
        else:
            wanted = ladder.keys[ladder.rank(computed) - 1]
            unmet = _records(self._unmet([wanted]))
            if unmet:
                yield self.say("comment.conclusion.not_next", rating=self.name(wanted), conditions=unmet)

    def _by_points(self) -> str | None:
        """Return the best rating that the total alone would give; any total gives one that asks nothing of it."""
        for rule in self.form.ratings:
            on_total = [found for found in self.rating.findings_of(rule.key) if is_on_total(found.condition)]
            met = [found.status is Status.PASSED for found in on_total]
            if all(met) if rule.given_when == "all" else any(met):
                return rule.key
        return None

    def _unmet(self, ratings: Sequence[str]) -> list[Finding]:
        """Return what stands against ratings that need all of their conditions, points left out."""
        return [
            finding
            for finding in self.rating.findings
            if finding.status is Status.FAILED
            and finding.rating in ratings
            and self.form.rule(finding.rating).given_when == "all"
            and not is_on_total(finding.condition)
        ]


def _records(findings: Iterable[Finding]) -> tuple[Mapping[str, Fact], ...]:
    """Return what each condition asks and what was observed; of conditions on the same matter the weakest, the last."""
    weakest = {_matter(finding): finding for finding in findings}
    told = {_observed(finding): finding for finding in weakest.values()}
    return tuple({"required": finding.required.text, "observed": finding.observed.text} for finding in told.values())


def _observed(finding: Finding) -> tuple[object, ...]:
    """Return what is the same of conditions on some rows and on all: the rows that stand in the way of both."""
    if isinstance(finding.condition, LevelsCondition | YesNoCondition):
        return (finding.condition.kind, finding.observed.text)
    return _matter(finding)


def _matter(finding: Finding) -> tuple[object, ...]:
    """Return what a condition is about, whatever it asks of it."""
    condition = finding.condition
    return (condition.kind, *(getattr(condition, name, None) for name in ("items", "of", "rated_at_least", "rated")))
