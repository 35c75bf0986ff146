"""Submissions: JSON, with the office's defaults, to frozen values of the contract; every fault found at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from baocao import messages
from baocao.errors import DataError, Problem
from baocao.exact_json import Raw, glance, parse
from baocao.forms.values import allowed_keys
from baocao.messages import place
from baocao.submission import MOST_ENTRIES, Facts, Submission

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


def merged(defaults: Raw, own: Raw) -> Raw:
    """Return `own` over `defaults`, object by object; lists and plain values replace."""
    found = defaults | own
    for key, default in defaults.items():
        if isinstance(default, dict) and isinstance(value := own.get(key), dict):
            found[key] = merged(default, value)
    return found


def without_defaults(own: Raw, office: Office) -> Raw:
    """Return a submission without what the office's file gives as well, or says where it is not known yet (`null`).

    What differs stays: last year's `office.json` must not turn a submission of this year into one of last year.
    """

    def left(part: Raw, defaults: Raw) -> Raw:
        found = {}
        for key, value in part.items():
            if _both_objects(part, defaults, key):
                if inner := left(value, defaults[key]):
                    found[key] = inner
            elif key not in defaults or value not in (None, defaults[key]):
                found[key] = value
        return found

    return left(own, office.raw)


def _both_objects(first: Raw, second: Raw, key: str) -> bool:
    return isinstance(first.get(key), dict) and isinstance(second.get(key), dict)


# --- structure -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A submission as far as it could be read; sound only when there are no problems."""

    submission: Submission | None
    problems: tuple[Problem, ...]
    source: str
    office: Office = NO_OFFICE
    own: Raw = field(default_factory=dict)
    """What the file itself says under the keys that the office's file has, too: only this tells who gave a place."""

    def located(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return problems with the file in which each is to be mended."""
        return tuple(
            [problem.inside(self.office.source if self._gave(problem.where) else self.source) for problem in problems]
        )

    def _gave(self, where: str) -> bool:
        """Whether the office's file gave a place; its keys need no quotes."""
        given: object = self.office.raw
        own: object = self.own
        for key in where.replace("[", ".").split("."):
            if not (isinstance(given, dict) and isinstance(own, dict) and key in given):
                return False
            if key not in own:
                return True
            given, own = given[key], own[key]
        return False


def read(content: bytes, source: str, office: Office = NO_OFFICE) -> Reading:
    """Read one submission as far as its structure allows.

    Where a part is not what the contract says, that part is put aside, so that everything else can be judged in
    the same run; the reading then has problems and is only good for finding more of them.
    """
    if office.faults:
        return Reading(None, office.faults, source)
    return _read_sound(content, source, office) or _read_faulty(content, source, office)


def _read_sound(content: bytes, source: str, office: Office) -> Reading | None:
    """Read what nothing is wrong with, as most submissions are; `None` where something may be."""
    own = glance(content)
    if own is None:
        return None
    try:
        submission = Submission.model_validate(merged(office.raw, own))
    except ValidationError:
        return None
    return Reading(submission, (), source, office, _under(office.raw, own))


def _read_faulty(content: bytes, source: str, office: Office) -> Reading:
    """Read with suspicion, to find all that is wrong."""
    try:
        own, faults = parse(content)
    except DataError as error:
        return Reading(None, tuple(problem.inside(source) for problem in error.problems), source)
    submission, problems = _validated(merged(office.raw, own), faults)
    reading = Reading(submission, (), source, office, _under(office.raw, own))
    return replace(reading, problems=reading.located(problems)) if problems else reading


def _under(keys: Iterable[str], own: Raw) -> Raw:
    return {key: own[key] for key in keys if key in own}


def inside(where: str, places: Iterable[str]) -> bool:
    """Whether `where` is one of the places or lies within one."""
    return any(where == found or where.startswith((f"{found}.", f"{found}[")) for found in places)


def score_of(where: str) -> str:
    """Return the score that a place belongs to, else the place itself."""
    return part_of(where) if where.startswith("scores") else where


def part_of(where: str) -> str:
    """Return the score or fact that a place belongs to, else the place itself."""
    found = re.match(r'scores(\[".*?"\]|\.\w+)|facts\.\w+', where)
    return found[0] if found else where


_MOST_PASSES = 4


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
        if attempt == 0 and "facts" in raw:
            raw["facts"] = deepcopy(raw["facts"])  # parts of it may be the office's, which other files still need
        for fault in found:
            if attempt == 0 and len(fault["loc"]) > _FACT_ITSELF and fault["loc"][0] == "facts":
                _silence(raw, fault)
            else:
                _put_aside(raw, fault["loc"])
    return None, problems


BLANK_FACTS: Mapping[str, Any] = dict.fromkeys(Facts.model_fields, None) | {"levels": {}, "figures": {}}
"""What facts say nothing with."""

_STAND_INS: Mapping[str, Any] = {
    "organization": {"id": "x", "name": "x", "kind": "", "superior": {"id": "x", "name": "x"}},
    "signature": {"place": "x", "date": None, "position": "x", "name": "x"},
    "scores": {},
    "facts": dict(BLANK_FACTS),
    "issuer": None,
    "proposal": None,
    "comment": None,
    "$schema": None,
}


def _put_aside(raw: Raw, loc: tuple[int | str, ...]) -> None:
    """Replace the part around a fault by one that says nothing."""
    if not loc:  # nothing of it could be read
        return
    top, part = str(loc[0]), (str(loc[1]) if len(loc) > 1 else "")
    if top in ("scores", "facts") and part and isinstance(raw.get(top), dict):
        kept = {key: value for key, value in raw[top].items() if key != part}
        blank = {part: BLANK_FACTS[part]} if part in BLANK_FACTS and top == "facts" else {}
        raw[top] = kept | blank
    elif top == "organization" and part != "kind" and isinstance(raw.get(top), dict):
        raw[top] = _STAND_INS[top] | {"kind": raw[top].get("kind")}
    elif top in _STAND_INS:
        raw[top] = _STAND_INS[top]
    elif top not in Submission.model_fields:
        raw.pop(top, None)


_FACT_ITSELF = 2
"""Steps from the top to a fact: `facts`, its key."""

_SILENT_ENTRIES: Mapping[str, Raw] = {
    "government": {"rating": None},
    "sociopolitical_organizations": {"rating": None},
    "achievements": {"attested_by": None},
    "subordinates": {"self_detected": None, "remedied": None},
}
"""What an entry of a list says when it says nothing; its name is its place."""


def _silence(raw: Raw, fault: ErrorDetails) -> None:
    """Make one value within the facts say nothing, so that its neighbours can be judged in the same run."""
    *above, last = fault["loc"]
    holder: Any = raw
    for step in above:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):  # it lies within another fault, which is mended first
            return
    name = "/".join(str(step) for step in fault["loc"])
    if fault["type"] == "extra_forbidden" and isinstance(holder, dict):
        holder.pop(str(last), None)  # one object may stand in several places
    elif isinstance(holder, list) and above[-1] in _SILENT_ENTRIES:
        names = {"text": name} if above[-1] == "achievements" else {"name": name}
        holder[int(last)] = {**names, **_SILENT_ENTRIES[str(above[-1])]}
    elif isinstance(holder, dict):
        holder[str(last)] = name if last in ("name", "text") else None
