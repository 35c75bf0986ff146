"""The general comment (nhận xét chung): result, strengths, limits and conclusion, as sentences with their facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from baocao.explanations import Told, embedded, told
from baocao.findings import Status
from baocao.forms.conditions import Condition, LevelsCondition, YesNoCondition, is_on_total
from baocao.forms.ladder import Ladder
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

    by_assessor: frozenset[str]
    """The items of which an assessor gives the points, and no band; none that add to the total or take from it."""
    has_bonus: bool
    places: Mapping[str, Sequence[int]]
    """Which findings are those of each rating."""
    on_total: frozenset[int]
    """Which of them are on the total of points."""
    needs_all: frozenset[str]
    """The ratings that need all of their conditions; any one gives the others."""
    matters: Sequence[tuple[object, ...]]
    """What the condition of each finding is about, whatever it asks of it."""
    population: str
    """Whom this kind of organisation rates."""
    ladder: Ladder
    """How they are rated."""
    well: tuple[str, ...]
    """The upper half of that ladder."""


def _plan(form: Form, kind: str) -> _Plan:
    population = form.kind(kind).population
    ladder = form.ladder_of(population)
    asked = [
        (rule.key, condition) for rule in form.ratings for clause in rule.clauses for condition in clause.conditions
    ]
    return _Plan(
        by_assessor=frozenset(
            no for no in form.level_items if not form.by_no[no].banded and form.role(no) == "regular"
        ),
        has_bonus=any(section.role == "bonus" for section in form.sections),
        places={key: [place for place, (asking, _) in enumerate(asked) if asking == key] for key in form.ladder.keys},
        on_total=frozenset(place for place, (_, condition) in enumerate(asked) if is_on_total(condition)),
        needs_all=frozenset(rule.key for rule in form.ratings if rule.given_when == "all"),
        matters=[_matter(condition) for _, condition in asked],
        population=population,
        ladder=ladder,
        well=ladder.keys[: (len(ladder.keys) - 1) // 2 + 1],
    )


def _matter(condition: Condition) -> tuple[object, ...]:
    return (condition.kind, *(getattr(condition, name, None) for name in ("items", "of", "rated_at_least", "rated")))


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
        self.plan = self.form.once(_plan, sheet.kind)
        self.remedied, self.pointed_out = self._weaknesses()
        self.left = self.pointed_out - self.remedied
        self.assigned, self.excused, self.met = self._targets()
        self.counted = self.assigned - self.excused
        self.missed = self.counted - self.met
        self.tally = getattr(self.facts, self.plan.population)
        self.rated = self.tally.rated or 0 if self.tally else 0
        self.failed = self.tally.at_rung(self.plan.ladder.lowest) if self.rated else 0

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
            "year": str(self.form.year),
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
            lost = (entry.line.deducted for entries in self.short.values() for entry in entries)
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
                {"met": self.met, "counted": self.counted, "assigned": self.assigned, "force_majeure": self.excused},
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
            return item.level == self.form.best_level and item.source is LevelSource.MARKED
        is_full = item.awarded == item.standard and item.no in self.plan.by_assessor
        return is_full and item.source is LevelSource.POINTS

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
        ladder, well = self.plan.ladder, self.plan.well
        counted = sum(map(self.tally.at_rung, well))
        facts = {
            "counted": counted,
            "rated": self.rated,
            "share": Fraction(counted, self.rated),
            "population": self.phrases.names[self.plan.population],
            "floor": ladder.names[ladder.keys[-2]],
            "rating": ladder.names[well[-1]],
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
                deducted = sum([entry.line.deducted for entry in short], Decimal(0))
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
            noun, lowest = self.phrases.names[self.plan.population], self.plan.ladder.names[self.plan.ladder.lowest]
            facts = {"not_completed": self.failed, "population": noun, "rating": lowest}
            yield self.say("comment.limits.population", facts)
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
                {"organization": self.organization, "year": str(self.form.year), "rating": self.name(rating.proposed)},
            )

    def _own_word(self, proposal: Proposal) -> Sentence:
        """Say what the agency itself proposes: it settles, confirms or lowers."""
        computed = self.rating.computed
        reason = embedded(proposal.reason)
        own: dict[str, Fact] = {"by": proposal.by, "rating": self.name(proposal.rating), "reason": reason}
        if computed is None:
            return self.say("comment.conclusion.settled", own)
        if proposal.rating == computed:
            return self.say("comment.conclusion.confirmed", own)
        return self.say("comment.conclusion.lowered", {**own, "computed": self.name(computed)})

    def _undetermined(self) -> Iterator[Sentence]:
        needs_all = self.plan.needs_all
        if not self.rating.possible:
            # that the best rating is missed explains nothing: what keeps the others away does
            yield self.say("comment.conclusion.undetermined", {"conditions": self._unmet(self.form.ladder.keys[1:])})
            return
        conditions = self._conditions(self._besides_points(needs_all, Status.UNKNOWN))
        if conditions:
            yield self.say("comment.conclusion.unknown", {"conditions": conditions})
        cases = self._conditions(self._besides_points(self.plan.places.keys() - needs_all, Status.UNKNOWN))
        if cases:
            yield self.say("comment.conclusion.unknown_cases", {"conditions": cases})

    def _why_not_higher(self, computed: str) -> Iterator[Sentence]:
        """Say why the rating is lower than the points alone would give, or than the next one without points."""
        ladder, has_points = self.form.ladder, self.form.has_points
        by_points = self._by_points() if has_points else ladder.best
        if by_points is None or ladder.rank(by_points) >= ladder.rank(computed):
            return
        if has_points and self.sheet.total is None:
            return
        rating = self.name(by_points)
        if computed not in self.plan.needs_all:
            passed, statuses = Status.PASSED, self.rating.statuses
            occurred = [place for place in self.plan.places[computed] if statuses[place] is passed]
            yield self.say(
                "comment.conclusion.knocked_out",
                {"rating": rating, "lowest": self.name(computed), "conditions": self._conditions(occurred)},
            )
        elif has_points:
            between = ladder.keys[ladder.rank(by_points) : ladder.rank(computed)]
            yield self.say("comment.conclusion.not_higher", {"rating": rating, "conditions": self._unmet(between)})
        else:
            wanted = ladder.keys[ladder.rank(computed) - 1]
            unmet = self._unmet([wanted])
            if unmet:
                yield self.say("comment.conclusion.not_next", {"rating": self.name(wanted), "conditions": unmet})

    def _by_points(self) -> str | None:
        """Return the best rating that the total alone would give; any total gives one that asks nothing of it."""
        passed, statuses, plan = Status.PASSED, self.rating.statuses, self.plan
        for rating, places in plan.places.items():
            met = [statuses[place] is passed for place in places if place in plan.on_total]
            if all(met) if rating in plan.needs_all else any(met):
                return rating
        return None

    def _unmet(self, ratings: Iterable[str]) -> tuple[Mapping[str, Fact], ...]:
        """Return what stands against ratings that need all of their conditions, points left out."""
        return self._conditions(self._besides_points(self.plan.needs_all.intersection(ratings), Status.FAILED))

    def _besides_points(self, ratings: Collection[str], status: Status) -> list[int]:
        """Return which findings of some ratings have a status, those on the total left out."""
        return [
            place
            for rating, places in self.plan.places.items()
            if rating in ratings
            for place in places
            if self.rating.statuses[place] is status and place not in self.plan.on_total
        ]

    def _conditions(self, places: Iterable[int]) -> tuple[Mapping[str, Fact], ...]:
        """Return what conditions ask and what was observed; of those on the same matter the weakest, the last."""
        told: dict[tuple[object, ...], Mapping[str, Fact]] = {}
        for matter, place in {self.plan.matters[place]: place for place in places}.items():
            finding = self.rating.judgement.finding(place)
            observed = finding.observed.text
            # the same rows may stand in the way of a condition on some rows and of one on all
            is_on_rows = isinstance(finding.condition, LevelsCondition | YesNoCondition)
            told[(matter[0], observed) if is_on_rows else matter] = {
                "required": finding.required.text,
                "observed": observed,
            }
        return tuple(told.values())
