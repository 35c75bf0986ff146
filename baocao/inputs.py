"""Submissions: JSON, with the office's defaults, to checked and frozen values; every problem found at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, get_args

from pydantic import ValidationError

from baocao import messages
from baocao.errors import DataError, Problem
from baocao.exact_json import Raw, parse
from baocao.forms.criteria import Population
from baocao.forms.model import Form
from baocao.forms.values import allowed_keys
from baocao.messages import place
from baocao.submission import MOST_ENTRIES, DisciplinedSubordinate, Facts, RatedOrganization, Submission, Tally

OFFICE_KEYS: tuple[tuple[str, ...], ...] = (
    ("$schema",),
    ("form",),
    ("year",),
    ("organization", "superior"),
    ("facts", "government"),
    ("facts", "sociopolitical_organizations"),
    ("issuer",),
    ("signature",),
)
"""What may stand once for a whole office."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A submission as far as it could be read; sound only when there are no problems."""

    submission: Submission | None
    problems: tuple[Problem, ...]
    source: str
    office: str = ""
    """File of the office's defaults."""
    from_office: tuple[str, ...] = ()
    """The places that the office's file gave."""

    def located(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return problems with the file in which each is to be mended."""
        return tuple(
            problem.inside(self.office if inside(problem.where, self.from_office) else self.source)
            for problem in problems
        )


# --- the office's defaults -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Office:
    """What repeats in every submission of an office, as it stands in its file."""

    source: str
    raw: Raw
    faults: tuple[Problem, ...] = ()
    """What is wrong with the file itself; no submission can be read with it then."""


def office_problems(raw: Raw) -> Iterator[Problem]:
    """Yield what may not stand in an office's file."""
    allowed = [".".join(key) for key in OFFICE_KEYS]
    for path in _paths(raw, {key[:depth] for key in OFFICE_KEYS for depth in range(len(key))}):
        if path not in OFFICE_KEYS:
            yield messages.office_key(place(*path), allowed)


def _paths(raw: object, inner: set[tuple[str, ...]], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if prefix in inner and isinstance(raw, dict):
        for key, value in raw.items():
            yield from _paths(value, inner, (*prefix, key))
    else:
        yield prefix


NO_OFFICE = Office("", {})


def _merged(defaults: Raw, own: Raw) -> Raw:
    """Return `own` over `defaults`, object by object; lists and plain values replace."""
    merged = {**defaults, **own}
    for key in defaults.keys() & own.keys():
        if _both_objects(defaults, own, key):
            merged[key] = _merged(defaults[key], own[key])
    return merged


def without_defaults(own: Raw, office: Office) -> Raw:
    """Return a submission without what the office's file gives, so that it says nothing against it."""

    def left(part: Raw, defaults: Raw) -> Raw:
        inner = {key: left(part[key], defaults[key]) for key in part if _both_objects(part, defaults, key)}
        kept = {key: value for key, value in part.items() if key not in defaults} | inner
        return {key: kept[key] for key in part if kept.get(key, {}) != {} or key not in defaults}

    return left(own, office.raw)


def _both_objects(first: Raw, second: Raw, key: str) -> bool:
    return isinstance(first.get(key), dict) and isinstance(second.get(key), dict)


def _taken_over(defaults: object, own: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the places of all that `_merged` took from the defaults."""
    if isinstance(defaults, dict) and isinstance(own, dict):
        for key, value in defaults.items():
            if key in own:
                yield from _taken_over(value, own[key], (*path, key))
            else:
                yield place(*path, key)


# --- structure -------------------------------------------------------------------------------------------------


def read(content: bytes, source: str, office: Office = NO_OFFICE) -> Reading:
    """Read one submission as far as its structure allows.

    Where a part is not what the contract says, that part is put aside, so that everything else can be judged in
    the same run; the reading then has problems and is only good for finding more of them.
    """
    if office.faults:
        return Reading(None, office.faults, source)
    try:
        own, faults = parse(content)
    except DataError as error:
        return Reading(None, tuple(problem.inside(source) for problem in error.problems), source)
    submission, problems = _validated(_merged(office.raw, own), faults)
    reading = Reading(submission, (), source, office.source, tuple(_taken_over(office.raw, own)))
    return replace(reading, problems=reading.located(problems))


def inside(where: str, places: Iterable[str]) -> bool:
    """Whether `where` is one of the places or lies within one."""
    return any(where == found or where.startswith((f"{found}.", f"{found}[")) for found in places)


def part_of(where: str) -> str:
    """Return the score or fact that a place belongs to, else the place itself."""
    found = re.match(r'scores(\[".*?"\]|\.\w+)|facts\.\w+', where)
    return found[0] if found else where


_MOST_PASSES = 3


_MOST_FAULTS = 300
"""So many faults of structure are told in one run: more than a clerk mends at a time, few enough to be quick."""


def _cut_down(raw: Raw) -> Iterator[Problem]:
    """Put aside, before anything walks them, scores of more entries than any form has criteria."""
    scores = raw.get("scores")
    if isinstance(scores, dict) and len(scores) > MOST_ENTRIES:
        raw["scores"] = {}
        yield messages.too_many("scores", len(scores), MOST_ENTRIES)


def _validated(raw: Raw, faults: tuple[Problem, ...]) -> tuple[Submission | None, list[Problem]]:
    problems = [*faults, *_cut_down(raw)]
    places = [fault.where for fault in problems]
    for attempt in range(_MOST_PASSES):
        try:
            return Submission.model_validate(raw), problems
        except ValidationError as error:
            found = error.errors(include_url=False)[:_MOST_FAULTS]
        if attempt == 0:
            structural = [messages.structure(fault, allowed_keys(Submission, fault["loc"][:-1])) for fault in found]
            problems += [problem for problem in structural if not inside(problem.where, places)]
        for fault in found:
            _put_aside(raw, fault["loc"])
    return None, problems


_STAND_INS: Mapping[str, Any] = {
    "organization": {"id": "x", "name": "x", "kind": "cell", "superior": {"id": "x", "name": "x"}},
    "signature": {"place": "x", "date": None, "position": "x", "name": "x"},
    "scores": {},
    "facts": dict.fromkeys(Facts.model_fields, None) | {"levels": {}},
    "issuer": None,
    "proposal": None,
    "comment": None,
    "$schema": None,
}


def _put_aside(raw: Raw, loc: tuple[int | str, ...]) -> None:
    """Replace the smallest part around a fault by one that says nothing."""
    if not loc:  # nothing of it could be read
        return
    top, part = str(loc[0]), (str(loc[1]) if len(loc) > 1 else "")
    if top in ("scores", "facts") and part and isinstance(raw.get(top), dict):
        kept = {key: value for key, value in raw[top].items() if key != part}
        blank = {part: _STAND_INS["facts"][part]} if part in Facts.model_fields and top == "facts" else {}
        raw[top] = kept | blank
    elif top == "organization" and part != "kind" and isinstance(raw.get(top), dict):
        raw[top] = _STAND_INS[top] | {"kind": raw[top].get("kind")}
    elif top in _STAND_INS:
        raw[top] = _STAND_INS[top]
    elif top not in Submission.model_fields:
        raw.pop(top, None)


# --- the submission against its form ---------------------------------------------------------------------------


def check(form: Form, submission: Submission) -> tuple[Problem, ...]:
    """Return what in a submission its form does not allow, or what contradicts itself."""
    return tuple(problem for rule in CHECKS for problem in rule(form, submission))


def without(submission: Submission, problems: Iterable[Problem]) -> Submission:
    """Return the submission without the scores and facts that have problems, fit to be judged further."""
    faulty_parts = {part_of(problem.where) for problem in problems}

    def faulty(top: str, part: str) -> bool:
        return place(top, part) in faulty_parts

    scores = {no: score for no, score in submission.scores.items() if not faulty("scores", no)}
    blanks = {name: _STAND_INS["facts"][name] for name in Facts.model_fields if faulty("facts", name)}
    facts = submission.facts.model_copy(update=blanks)
    return submission.model_copy(update={"scores": scores, "facts": facts})


def _criteria(form: Form, submission: Submission) -> Iterator[Problem]:
    leaves = {leaf.no for leaf in form.leaves}
    for no in submission.scores:
        if no not in form.by_no:
            yield messages.unknown_criterion(no, [leaf.no for leaf in form.leaves])
        elif no not in leaves:
            yield messages.not_a_leaf(no, [leaf.no for leaf in form.inside(no)])
    for leaf in form.leaves:
        score = submission.scores.get(leaf.no)
        if leaf.banded:
            continue
        if score is None:
            yield messages.missing_score(leaf.no, leaf.standard, leaf.text)
        elif score.awarded is None and score.deductions is None:
            yield messages.empty_score(leaf.no, leaf.standard)


def _points(form: Form, submission: Submission) -> Iterator[Problem]:
    for leaf in form.leaves:
        score = submission.scores.get(leaf.no)
        if score is None:
            continue
        if score.awarded is not None:
            yield from _figure(form, place("scores", leaf.no, "awarded"), score.awarded, leaf.standard)
        for index, deduction in enumerate(score.deductions or ()):
            where = place("scores", leaf.no, "deductions", index, "points")
            yield from _figure(form, where, deduction.points, leaf.standard)
            if not deduction.points:
                yield messages.no_deduction(where)


def _figure(form: Form, where: str, found: Decimal, standard: Decimal) -> Iterator[Problem]:
    if found > standard:
        yield messages.above_standard(where, found, standard)
    if found % form.step:
        yield messages.wrong_step(where, found, form.step)


def _deductions(form: Form, submission: Submission) -> Iterator[Problem]:
    for leaf in form.leaves:
        score = submission.scores.get(leaf.no)
        if score is None or score.deductions is None:
            continue
        deducted = sum((deduction.points for deduction in score.deductions), Decimal(0))
        if leaf.banded:
            yield messages.banded_deductions(leaf.no)
        elif score.awarded is not None and score.awarded + deducted != leaf.standard:
            yield messages.disagreement(leaf.no, score.awarded, deducted, leaf.standard)
        elif score.awarded is None and deducted > leaf.standard:
            yield messages.above_standard(place("scores", leaf.no, "deductions"), deducted, leaf.standard)


def _levels(form: Form, submission: Submission) -> Iterator[Problem]:
    for no in submission.facts.levels:
        if no not in form.level_items:
            yield messages.unknown_level_item(no, form.level_items)


def _tallies(form: Form, submission: Submission) -> Iterator[Problem]:
    rated_by_kind = form.kind(submission.organization.kind).population
    for population in get_args(Population):
        tally: Tally | None = getattr(submission.facts, population)
        if tally is None:
            continue
        where = place("facts", population)
        if population == "subordinates" and rated_by_kind != population and (tally.rated or tally.not_rated):
            yield messages.cell_with_subordinates()
        elif tally.not_rated and not tally.not_rated_reason:
            yield messages.unexplained_not_rated(where, tally.not_rated)
        elif population == rated_by_kind and tally.rated == 0 and not tally.not_rated_reason:
            yield messages.nobody_rated(where)


def _counts(_: Form, submission: Submission) -> Iterator[Problem]:
    weaknesses, targets = submission.facts.weaknesses, submission.facts.targets
    if weaknesses:
        part, whole = weaknesses.remedied, weaknesses.pointed_out
        if part is not None and whole is not None and part > whole:
            where = place("facts", "weaknesses", "remedied")
            yield messages.more_than(where, ("số đã khắc phục", part), ("số được chỉ ra", whole))
    if targets and targets.assigned is not None:
        excused = targets.force_majeure or 0
        if excused > targets.assigned:
            where = place("facts", "targets", "force_majeure")
            yield messages.more_than(where, ("số bất khả kháng", excused), ("số được giao", targets.assigned))
        elif (targets.met or 0) > targets.assigned - excused:
            yield messages.more_than(
                place("facts", "targets", "met"),
                ("số hoàn thành", targets.met or 0),
                ("số được giao trừ bất khả kháng", targets.assigned - excused),
            )


def _named_lists(_: Form, submission: Submission) -> Iterator[Problem]:
    facts = submission.facts
    lists: dict[tuple[str, ...], Iterable[RatedOrganization | DisciplinedSubordinate]] = {
        ("government",): facts.government or (),
        ("sociopolitical_organizations",): facts.sociopolitical_organizations or (),
        ("discipline", "subordinates"): (facts.discipline and facts.discipline.subordinates) or (),
    }
    for path, entries in lists.items():
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            if entry.name in seen:
                yield messages.named_twice(place("facts", *path, index), entry.name)
            seen.add(entry.name)


def _signature(form: Form, submission: Submission) -> Iterator[Problem]:
    day = submission.signature.date
    if day is not None and day.year < form.year:
        yield messages.signed_too_early(day.year, form.year)


CHECKS: tuple[Callable[[Form, Submission], Iterator[Problem]], ...] = (
    _criteria,
    _points,
    _deductions,
    _levels,
    _tallies,
    _counts,
    _named_lists,
    _signature,
)
