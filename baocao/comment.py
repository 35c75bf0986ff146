"""The general comment (nhận xét chung): result, strengths, limits and conclusion, as sentences with their facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from baocao.explanations import Told, embedded, told
from baocao.findings import Finding, Status
from baocao.forms.conditions import LevelsCondition, RatingRule, YesNoCondition, is_on_total
from baocao.forms.model import Form
from baocao.phrases import Fact, Phrasebook, Sentence
from baocao.rating import Rating
from baocao.scoring import Item, LevelSource, Scoresheet
from baocao.submission import Proposal, Submission


def comment(
    phrases: Phrasebook, sheet: Scoresheet, rating: Rating, submission: Submission, short: Mapping[str, Sequence[Told]]
) -> dict[str, tuple[Sentence, ...]]:
    """Return the sentences of each part of the general comment.

    Args:
        phrases: the phrase book of the form.
        sheet: the scored result.
        rating: what became of it.
        submission: what both rest on.
        short: the lines that are less than they could be, by the number of their section.
    """
    story = _Story(phrases, sheet, rating, submission, short)
    limits = tuple(story.limits())
    return {
        "result": (story.result(),),
        "strengths": tuple(story.strengths()),
        "limits": limits,
        "conclusion": tuple(story.conclusion(len(limits))),
    }


# --- what the form alone says ----------------------------------------------------------------------------------


class _Plan(NamedTuple):
    """What the comment asks of a form and a kind of organisation, whatever a submission says."""

    year: str
    best_level: str | None
    marked: frozenset[str]
    """The items of which points are a strength: an assessor gives them, and no band."""
    has_bonus: bool
    by_total: tuple[tuple[str, Callable[[Iterable[bool]], bool], tuple[int, ...]], ...]
    """Each rating, whether all or any of its conditions are wanted, and which findings are on the total of points."""
    besides: Mapping[str, tuple[int, ...]]
    """Of ratings that need all of their conditions which findings are on anything else."""
    population: str
    noun: str
    """What those are called whom this kind of organisation rates."""
    lowest: str
    well: tuple[str, ...]
    """The ratings in the upper half of their ladder."""
    names: Mapping[str, str]
    floor: str
    """The lowest rating but one."""


def _plan(form: Form, phrases: Phrasebook, kind: str) -> _Plan:
    population = form.kind(kind).population
    ladder = form.ladder_of(population)
    found = [(rule, condition) for rule in form.ratings for clause in rule.clauses for condition in clause.conditions]

    def places(rule: RatingRule, *, on_total: bool) -> tuple[int, ...]:
        return tuple(
            place
            for place, (asking, condition) in enumerate(found)
            if asking is rule and is_on_total(condition) is on_total
        )

    return _Plan(
        year=str(form.year),
        best_level=form.best_level,
        marked=frozenset(no for no in form.level_items if not form.by_no[no].banded and form.role(no) == "regular"),
        has_bonus=any(section.role == "bonus" for section in form.sections),
        by_total=tuple(
            (rule.key, all if rule.given_when == "all" else any, places(rule, on_total=True)) for rule in form.ratings
        ),
        besides={rule.key: places(rule, on_total=False) for rule in form.ratings if rule.given_when == "all"},
        population=population,
        noun=phrases.names[population],
        lowest=ladder.lowest,
        well=ladder.keys[: (len(ladder.keys) - 1) // 2 + 1],
        names=ladder.names,
        floor=ladder.keys[-2],
    )


# --- what is said ----------------------------------------------------------------------------------------------


class _Story:
    def __init__(
        self,
        phrases: Phrasebook,
        sheet: Scoresheet,
        rating: Rating,
        submission: Submission,
        short: Mapping[str, Sequence[Told]],
    ) -> None:
        self.say = phrases.say
        self.phrases = phrases
        self.sheet = sheet
        self.form = sheet.form
        self.rating = rating
        self.submission = submission
        self.organization = submission.organization.name
        self.facts = submission.facts
        self.short = short
        self.plan = self.form.once(_plan, phrases, sheet.kind)
        self.remedied, self.pointed_out = self._weaknesses()
        self.left = self.pointed_out - self.remedied
        self.assigned, self.excused, self.met = self._targets()
        self.counted = self.assigned - self.excused
        self.missed = self.counted - self.met
        self.tally = getattr(self.facts, self.plan.population)
        self.rated = self.tally.rated or 0 if self.tally else 0
        self.failed = self.tally.at_rung(self.plan.lowest) if self.rated else 0

    def _weaknesses(self) -> tuple[int, int]:
        """Return how many weaknesses were remedied and pointed out; 0 and 0 while not known."""
        found = self.facts.weaknesses
        if found is None or found.remedied is None or found.pointed_out is None:
            return 0, 0
        return found.remedied, found.pointed_out

    def _targets(self) -> tuple[int, int, int]:
        """Return how many targets were assigned, excused and met; 0 of each while not known."""
        found = self.facts.targets
        if found is None or found.assigned is None or found.met is None or found.force_majeure is None:
            return 0, 0, 0
        return found.assigned, found.force_majeure, found.met

    def name(self, rating: str) -> str:
        return self.form.ladder.names[rating]

    # --- result

    def result(self) -> Sentence:
        sheet, proposed = self.sheet, self.rating.proposed
        total = sheet.total if self.form.has_points else Decimal(0)
        facts: dict[str, Fact] = {
            "year": self.plan.year,
            "organization": self.organization,
            "standard": sheet.standard_total,
        }
        if total is None:
            facts |= {"lowest": sheet.lowest, "highest": sheet.highest}
            return self.say("comment.result.open", facts)
        phrase = f"comment.result.{proposed or 'undetermined'}"
        facts["total"] = total
        if self.phrases.asks(phrase, "summed", "summed_standard"):
            facts["summed"], facts["summed_standard"] = sheet.summed
        if proposed:
            lost = (entry.deducted for entries in self.short.values() for entry in entries)
            facts |= {"rating": self.name(proposed), "deducted": sum(lost, Decimal(0))}
        return self.say(phrase, facts)

    # --- strengths

    def strengths(self) -> Iterator[Sentence]:
        full = [item for item in self.sheet.items if self._is_full(item)]
        if full:
            items = tuple([{"name": self.phrases.names[item.no]} for item in full])
            yield self.say("comment.strengths.full_items", {"items": items})
        if self.plan.has_bonus:
            yield from self._bonus()
        if self.facts.achievements:
            achievements = tuple(
                {"text": embedded(entry.text), "attested_by": embedded(entry.attested_by)}
                for entry in self.facts.achievements
            )
            yield self.say("comment.strengths.achievements", {"achievements": achievements})
        if self.counted and not self.missed:
            yield self.say(
                "comment.strengths.targets",
                {
                    "met": self.met,
                    "counted": self.counted,
                    "assigned": self.assigned,
                    "force_majeure": self.excused,
                },
            )
        if self.remedied * 2 >= self.pointed_out > 0:  # less than half is no strength; what is left is a limit
            share = Fraction(self.remedied, self.pointed_out)
            yield self.say(
                "comment.strengths.remedied",
                {"remedied": self.remedied, "pointed_out": self.pointed_out, "share": share},
            )
        if self.rated and not self.failed:
            yield self._population()

    def _is_full(self, item: Item) -> bool:
        """Whether an assessor, and not a band, gave an item all that there is."""
        if item.awarded is None:
            return item.level == self.plan.best_level and item.source is LevelSource.MARKED
        return item.awarded == item.standard and item.no in self.plan.marked and item.source is LevelSource.POINTS

    def _bonus(self) -> Iterator[Sentence]:
        lines = [line for line in self.sheet.lines if line.role == "bonus" and line.awarded]
        if lines:
            sections = dict.fromkeys(line.criterion.section for line in lines)
            awarded = sum((self.sheet.awarded(no) or Decimal(0) for no in sections), Decimal(0))
            criteria: tuple[Mapping[str, Fact], ...] = tuple(
                {"no": line.criterion.no, "awarded": line.awarded or Decimal(0), "reason": told(line).quoted}
                for line in lines
            )
            yield self.say("comment.strengths.bonus", {"awarded": awarded, "criteria": criteria})

    def _population(self) -> Sentence:
        plan = self.plan
        counted = sum(map(self.tally.at_rung, plan.well))
        facts = {
            "counted": counted,
            "rated": self.rated,
            "share": Fraction(counted, self.rated),
            "population": plan.noun,
            "floor": plan.names[plan.floor],
            "rating": plan.names[plan.well[-1]],
        }
        return self.say("comment.strengths.population", facts)

    # --- limits

    def limits(self) -> Iterator[Sentence]:
        for section in self.form.sections:
            short = self.short.get(section.no)
            if not short:
                continue
            criteria = tuple([{"no": entry.line.criterion.no, "reason": entry.quoted} for entry in short])
            if section.role == "penalty":
                awarded = self.sheet.awarded(section.no) or Decimal(0)
                yield self.say("comment.limits.penalty", {"deducted": awarded, "criteria": criteria})
            else:
                deducted = sum([entry.deducted for entry in short], Decimal(0))
                name = self.phrases.names[section.no]
                yield self.say("comment.limits.section", {"section": name, "deducted": deducted, "criteria": criteria})
        if self.missed:
            yield self.say(
                "comment.limits.targets",
                {"missed": self.missed, "counted": self.counted, "force_majeure": self.excused},
            )
        if self.left:
            yield self.say("comment.limits.weaknesses", {"left": self.left})
        weaknesses = self.facts.weaknesses
        if weaknesses and weaknesses.unremedied_from_earlier_years:
            yield self.say("comment.limits.earlier", {"unremedied": weaknesses.unremedied_from_earlier_years})
        if self.failed:
            lowest = self.plan.names[self.plan.lowest]
            yield self.say(
                "comment.limits.population",
                {"not_completed": self.failed, "population": self.plan.noun, "rating": lowest},
            )
        discipline = self.facts.discipline
        if discipline and discipline.organization:
            yield self.say("comment.limits.disciplined", {})
        if discipline and discipline.subordinates:
            disciplined = discipline.subordinates
            excused = sum(bool(entry.self_detected and entry.remedied) for entry in disciplined)
            yield self.say("comment.limits.subordinates", {"disciplined": len(disciplined), "excused": excused})

    # --- conclusion

    def conclusion(self, limits: int) -> Iterator[Sentence]:
        """Yield what follows; of so many sentences on limits."""
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
                {"organization": self.organization, "limits": max(short, limits), "left": self.left},
            )
        if rating.proposed:
            yield self.say(
                "comment.conclusion.proposal",
                {
                    "organization": self.organization,
                    "year": self.plan.year,
                    "rating": self.name(rating.proposed),
                },
            )

    def _own_word(self, proposal: Proposal) -> Sentence:
        """Say what the agency itself proposes: it settles, confirms or lowers."""
        computed = self.rating.computed
        own: dict[str, Fact] = {
            "by": proposal.by,
            "rating": self.name(proposal.rating),
            "reason": embedded(proposal.reason),
        }
        if computed is None:
            return self.say("comment.conclusion.settled", own)
        if proposal.rating == computed:
            return self.say("comment.conclusion.confirmed", own)
        return self.say("comment.conclusion.lowered", {**own, "computed": self.name(computed)})

    def _undetermined(self) -> Iterator[Sentence]:
        if self.rating.possible:
            unknown = [
                finding
                for finding in self.rating.findings
                if finding.status is Status.UNKNOWN and not is_on_total(finding.condition)
            ]
            conditions = [finding for finding in unknown if finding.rating in self.plan.besides]
            cases = [finding for finding in unknown if finding.rating not in self.plan.besides]
            if conditions:
                yield self.say("comment.conclusion.unknown", {"conditions": _records(conditions)})
            if cases:
                yield self.say("comment.conclusion.unknown_cases", {"conditions": _records(cases)})
        else:
            # that the best rating is missed explains nothing: what keeps the others away does
            below_best = self.form.ladder.keys[1:]
            yield self.say("comment.conclusion.undetermined", {"conditions": _records(self._unmet(below_best))})

    def _why_not_higher(self, computed: str) -> Iterator[Sentence]:
        """Say why the rating is lower than the points alone would give, or than the next one without points."""
        ladder, has_points = self.form.ladder, self.form.has_points
        by_points = self._by_points() if has_points else ladder.best
        if by_points is None or ladder.rank(by_points) >= ladder.rank(computed):
            return
        if has_points and self.sheet.total is None:
            return
        rating = self.name(by_points)
        if computed not in self.plan.besides:
            occurred = [finding for finding in self.rating.findings_of(computed) if finding.status is Status.PASSED]
            yield self.say(
                "comment.conclusion.knocked_out",
                {"rating": rating, "lowest": self.name(computed), "conditions": _records(occurred)},
            )
        elif has_points:
            between = ladder.keys[ladder.rank(by_points) : ladder.rank(computed)]
            unmet = _records(self._unmet(between))
            yield self.say("comment.conclusion.not_higher", {"rating": rating, "conditions": unmet})
        else:
            wanted = ladder.keys[ladder.rank(computed) - 1]
            unmet = _records(self._unmet([wanted]))
            if unmet:
                yield self.say("comment.conclusion.not_next", {"rating": self.name(wanted), "conditions": unmet})

    def _by_points(self) -> str | None:
        """Return the best rating that the total alone would give; any total gives one that asks nothing of it."""
        findings = self.rating.findings
        for rating, wanted, places in self.plan.by_total:
            if wanted([findings[place].status is Status.PASSED for place in places]):
                return rating
        return None

    def _unmet(self, ratings: Sequence[str]) -> list[Finding]:
        """Return what stands against ratings that need all of their conditions, points left out."""
        besides = [self.rating.findings[place] for rating in ratings for place in self.plan.besides.get(rating, ())]
        return [finding for finding in besides if finding.status is Status.FAILED]


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
