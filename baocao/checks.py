"""The submission against its form: what the form does not allow, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from baocao import figures, messages
from baocao.errors import Problem
from baocao.forms.criteria import ORGANIZATION_LISTS, POPULATIONS, Criterion, Role
from baocao.forms.model import Form
from baocao.inputs import BLANK_FACTS, part_of
from baocao.messages import place
from baocao.submission import (
    DisciplinedSubordinate,
    Facts,
    Mark,
    RatedOrganization,
    Score,
    Submission,
    Tally,
    Targets,
    points_alone,
)


def check(form: Form, submission: Submission) -> tuple[Problem, ...]:
    """Return what in a submission its form does not allow, or what contradicts itself."""
    return tuple(problem for rule in CHECKS for problem in rule(form, submission))


def without(form: Form, submission: Submission, problems: Collection[Problem]) -> Submission:
    """Return the submission without the scores and facts that have problems, fit to be judged further."""
    if not problems:
        return submission
    faulty_parts = {part_of(problem.where) for problem in problems}

    def faulty(top: str, part: str) -> bool:
        return place(top, part) in faulty_parts

    scores = {no: score for no, score in submission.scores.items() if not faulty("scores", no)}
    blanks = {name: BLANK_FACTS[name] for name in Facts.model_fields if faulty("facts", name)}
    organization = submission.organization
    if organization.kind not in form.by_kind:
        organization = organization.model_copy(update={"kind": form.kinds[0].key})
    return submission.model_copy(
        update={
            "scores": scores,
            "facts": submission.facts.model_copy(update=blanks),
            "organization": organization,
            "proposal": None if "proposal.rating" in faulty_parts else submission.proposal,
        }
    )


# --- keys of the form ------------------------------------------------------------------------------------------


def _kind(form: Form, submission: Submission) -> Iterator[Problem]:
    if submission.organization.kind not in form.by_kind:
        kinds = {kind.key: kind.name for kind in form.kinds}
        yield messages.unknown_choice("organization.kind", submission.organization.kind, kinds)


def _kind_of(form: Form, submission: Submission) -> str:
    """Return the kind of organisation, or some kind where the one given is none."""
    kind = submission.organization.kind
    return kind if kind in form.by_kind else form.kinds[0].key


def _choices(form: Form, submission: Submission) -> Iterator[Problem]:
    """Ratings and levels are those of the form's ladders."""
    facts = submission.facts
    for listed in ORGANIZATION_LISTS:
        names = form.ladder_of(listed).names
        for index, entry in enumerate(getattr(facts, listed) or ()):
            if (rating := entry.rating) is not None and rating not in names:
                yield messages.unknown_choice(place("facts", listed, index, "rating"), rating, names)
    for population in POPULATIONS:
        tally = getattr(facts, population)
        if tally is not None:
            yield from _rungs(form, tally, population)
    for no, stated in facts.levels.items():
        if no not in form.level_items:
            yield messages.unknown_level_item(no, form.level_items)
        elif stated.level not in form.level_ladder.names:
            yield messages.unknown_choice(place("facts", "levels", no, "level"), stated.level, form.level_ladder.names)
    if submission.proposal and submission.proposal.rating not in form.ladder.names:
        yield messages.unknown_choice("proposal.rating", submission.proposal.rating, form.ladder.names)


def _rungs(form: Form, tally: Tally, population: str) -> Iterator[Problem]:
    """A tally counts every rating of its ladder and no other."""
    names, counts = form.ladder_of(population).names, tally.counts
    if counts.keys() == names.keys():
        return
    for key in counts:
        if key not in names:
            yield messages.unknown_key(place("facts", population, key), key, [*names, *Tally.model_fields])
    for key in names:
        if key not in counts:
            yield messages.missing_key(place("facts", population, key))


def _asked(form: Form, submission: Submission) -> Iterator[Problem]:
    """Every fact that the form asks for is there, be it `null`."""
    facts, kind = submission.facts, _kind_of(form, submission)
    given, own, known = facts.model_fields_set, facts.figures, form.own_figures
    missing = [fact for fact in figures.asked(form, kind) if fact not in given]
    for fact in missing:
        if fact not in POPULATIONS:
            yield messages.missing_key(place("facts", fact))
    for key in own:
        if key not in known:
            yield messages.unknown_key(place("facts", "figures", key), key, list(known))
    if "figures" in given:
        for key in known:
            if key not in own:
                yield messages.missing_key(place("facts", "figures", key))


# --- scores ----------------------------------------------------------------------------------------------------

Path = tuple[str | int, ...]
"""A place within a submission, written only where something is wrong."""

MARK_OF = {"points": "awarded", "level": "level", "yes_no": "met"}
"""By which key of a score a criterion is assessed."""


def _scores(form: Form, submission: Submission) -> Iterator[Problem]:
    """Only where something may be wrong with a score the rules say what it is, one after the other."""
    if not are_sound(form, submission):
        for rule in RULES_OF_SCORES:
            yield from rule(form, submission)


def are_sound(form: Form, submission: Submission) -> bool:
    """Whether every criterion has points, and points alone, that the form allows: then no rule finds anything.

    So it is with most submissions. Where it is not so, all may still be well: only the rules tell.
    """
    given, scores = form.once(_points_to_give, _kind_of(form, submission)), submission.scores
    return scores.keys() == given.keys() and all(
        score is given[no].in_full or _is_sound(score, given[no]) for no, score in scores.items()
    )


class _PointsToGive(NamedTuple):
    """What an assessor may give a criterion."""

    standard: Decimal
    role: Role
    step: Decimal
    in_full: Score | None
    """What gives all there is and says nothing else, in most submissions this object; `None`: no points are asked."""


def _points_to_give(form: Form, kind: str) -> dict[str, _PointsToGive]:
    return {
        leaf.no: _PointsToGive(
            leaf.most,
            form.role(leaf.no),
            form.step or Decimal(1),
            points_alone(leaf.most) if leaf.assessed_by == "points" else None,
        )
        for leaf in form.leaves_of(kind)
        if not leaf.banded
    }


def _is_sound(score: Score, given: _PointsToGive) -> bool:
    standard, role, step, in_full = given
    awarded, deductions, deducted = score.awarded, score.deductions, Decimal(0)
    if in_full is None or score.level is not None or score.met is not None or score.others:
        return False
    if deductions is None:
        return awarded is not None and awarded <= standard and not awarded % step
    for deduction in deductions:
        points = deduction.points
        if not points or points % step:
            return False
        deducted += points
    agreed = awarded is None or awarded == _left(standard, deducted, role)
    return agreed and deducted <= standard and role != "bonus"


def _criteria(form: Form, submission: Submission) -> Iterator[Problem]:
    kind = _kind_of(form, submission)
    for no in submission.scores:
        if no not in form.by_no:
            yield messages.unknown_criterion(no, [leaf.no for leaf in form.leaves])
        elif no not in form.leaf_numbers:
            yield messages.not_a_leaf(no, [leaf.no for leaf in form.inside(no)])
        elif not form.applies(no, kind):
            yield messages.not_applicable(no, form.kind(kind).name)
    for leaf in form.leaves_of(kind):
        if not leaf.banded:
            yield from _missing(leaf, submission.scores.get(leaf.no))


def _missing(leaf: Criterion, score: Score | None) -> Iterator[Problem]:
    if leaf.assessed_by != "points":
        key = MARK_OF[leaf.assessed_by]
        if score is None or getattr(score, key) is None:
            yield messages.missing_mark(leaf.no, key, leaf.text)
    elif score is None:
        yield messages.missing_score(leaf.no, leaf.most, leaf.text)
    elif score.awarded is None and score.deductions is None:
        yield messages.empty_score(leaf.no, leaf.most)


def _marks(form: Form, submission: Submission) -> Iterator[Problem]:
    """Each assessor marks a criterion in the way that the form asks, in a column that the form has."""
    others = {assessor.key: assessor.name for assessor in form.other_assessors}
    for leaf in form.leaves:
        score = submission.scores.get(leaf.no)
        if score is None:
            continue
        yield from _mark(form, leaf, score, ("scores", leaf.no))
        for key, mark in score.others.items():
            path = ("scores", leaf.no, "others", key)
            if key not in others:
                yield messages.unknown_choice(place(*path), key, others)
            else:
                yield from _mark(form, leaf, mark, path)


def _mark(form: Form, leaf: Criterion, mark: Mark, path: Path) -> Iterator[Problem]:
    wanted = MARK_OF[leaf.assessed_by]
    for key in MARK_OF.values():
        if key != wanted and getattr(mark, key) is not None:
            yield messages.wrong_mark(place(*path, key), leaf.no, wanted)
    if mark.level is not None and wanted == "level" and mark.level not in form.level_ladder.names:
        yield messages.unknown_choice(place(*path, "level"), mark.level, form.level_ladder.names)
    if mark.awarded is not None and wanted == "awarded":
        yield from _figure(form, (*path, "awarded"), mark.awarded, leaf.most)


def _deductions(form: Form, submission: Submission) -> Iterator[Problem]:
    for leaf in form.leaves:
        score = submission.scores.get(leaf.no)
        if score is None or score.deductions is None:
            continue
        standard, role = leaf.most, form.role(leaf.no)
        for index, deduction in enumerate(score.deductions):
            path = ("scores", leaf.no, "deductions", index, "points")
            yield from _figure(form, path, deduction.points, standard)
            if not deduction.points:
                yield messages.no_deduction(place(*path))
        deducted = sum((deduction.points for deduction in score.deductions), Decimal(0))
        if leaf.banded:
            yield messages.banded_deductions(leaf.no)
        elif leaf.assessed_by != "points" or role == "bonus":
            yield messages.needless_deductions(leaf.no)
        elif score.awarded is not None and score.awarded != _left(standard, deducted, role):
            yield messages.disagreement(leaf.no, score.awarded, deducted, standard, role)
        elif score.awarded is None and deducted > standard:
            yield messages.above_standard(place("scores", leaf.no, "deductions"), deducted, standard)


def _left(standard: Decimal, deducted: Decimal, role: Role) -> Decimal:
    return deducted if role == "penalty" else standard - deducted


def _figure(form: Form, path: Path, found: Decimal, standard: Decimal) -> Iterator[Problem]:
    if found > standard:
        yield messages.above_standard(place(*path), found, standard)
    if form.step and found % form.step:
        yield messages.wrong_step(place(*path), found, form.step)


# --- facts -----------------------------------------------------------------------------------------------------


def _tallies(form: Form, submission: Submission) -> Iterator[Problem]:
    kind = form.kind(_kind_of(form, submission))
    for population in POPULATIONS:
        tally: Tally | None = getattr(submission.facts, population)
        if tally is None:
            continue
        if population == "subordinates" and kind.population != population and (tally.rated or tally.not_rated):
            yield messages.kind_without_subordinates(kind.name)
        elif tally.not_rated and not tally.not_rated_reason:
            yield messages.unexplained_not_rated(place("facts", population), tally.not_rated)
        elif population == kind.population and tally.rated == 0 and not tally.not_rated_reason:
            yield messages.nobody_rated(place("facts", population))


def _counts(form: Form, submission: Submission) -> Iterator[Problem]:
    weaknesses, targets = submission.facts.weaknesses, submission.facts.targets
    if weaknesses:
        part, whole = weaknesses.remedied, weaknesses.pointed_out
        if part is not None and whole is not None and part > whole:
            where = place("facts", "weaknesses", "remedied")
            yield messages.more_than(where, ("số đã khắc phục", part), ("số được chỉ ra", whole))
    if targets and targets.assigned is not None:
        yield from _target_counts(targets, targets.assigned)
    for figure in form.figures:
        part = submission.facts.figures.get(figure.key)
        whole = submission.facts.figures.get(figure.out_of or "")
        if figure.out_of and part is not None and whole is not None and part > whole:
            of = form.own_figures[figure.out_of]
            yield messages.more_than(place("facts", "figures", figure.key), (figure.name, part), (of.name, whole))


def _target_counts(targets: Targets, assigned: int) -> Iterator[Problem]:
    excused = targets.force_majeure or 0
    if excused > assigned:
        where = place("facts", "targets", "force_majeure")
        yield messages.more_than(where, ("số bất khả kháng", excused), ("số được giao", assigned))
    elif (targets.met or 0) > assigned - excused:
        yield messages.more_than(
            place("facts", "targets", "met"),
            ("số hoàn thành", targets.met or 0),
            ("số được giao trừ bất khả kháng", assigned - excused),
        )


def _named_lists(_: Form, submission: Submission) -> Iterator[Problem]:
    facts = submission.facts
    disciplined = facts.discipline.subordinates if facts.discipline else None
    yield from _named_twice(facts.government, "government")
    yield from _named_twice(facts.sociopolitical_organizations, "sociopolitical_organizations")
    yield from _named_twice(disciplined, "discipline", "subordinates")


def _named_twice(entries: Sequence[RatedOrganization | DisciplinedSubordinate] | None, *path: str) -> Iterator[Problem]:
    names = [entry.name for entry in entries or ()]
    if len(set(names)) < len(names):
        for index, name in enumerate(names):
            if name in names[:index]:
                yield messages.named_twice(place("facts", *path, index), name)


def _signature(form: Form, submission: Submission) -> Iterator[Problem]:
    day = submission.signature.date
    if day is not None and day.year < form.year:
        yield messages.signed_too_early(day.year, form.year)


RULES_OF_SCORES: tuple[Callable[[Form, Submission], Iterator[Problem]], ...] = (_criteria, _marks, _deductions)

CHECKS: tuple[Callable[[Form, Submission], Iterator[Problem]], ...] = (
    _kind,
    _scores,
    _choices,
    _asked,
    _tallies,
    _counts,
    _named_lists,
    _signature,
)
