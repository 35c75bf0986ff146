"""Expert cases (`tests/cases/`, written as data) and the examples of `inputs/`, against what the form says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from baocao import pipeline
from baocao.forms import Library
from baocao.pipeline import Result
from baocao.report import result_json
from tests.strategies import TEMPLATES

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
INPUTS = ROOT / "inputs"
LIBRARY = Library([TEMPLATES])

REASON = "lý do ghi trong ca kiểm thử"
UNKNOWN = "unknown"
"""Written in a case for `null`: TOML has none."""
NONE = "none"
"""Written in an expectation for what has no value."""
STANDING = {"issue form", "nothing signature.place"}
"""Problems of every case: the form is not confirmed, and the invented places lie outside its jurisdiction, if any."""

Json = dict[str, Any]


class Strict(BaseModel):
    """A part of a case: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WantedFinding(Strict):
    clause: str
    status: Literal["passed", "failed", "not_applicable", "unknown"]
    observed: str | None = None
    required: str | None = None


class Expected(Strict):
    total: str | None = None
    range: list[str] | None = None
    criteria: dict[str, str] = {}
    sources: dict[str, str] = {}
    items: dict[str, str] = {}
    item_sources: dict[str, str] = {}
    proposed: str | None = None
    computed: str | None = None
    possible: list[str] | None = None
    undetermined: bool | None = None
    findings: list[WantedFinding] = []
    flags: list[str] = []
    problems: list[str] = []


class Case(Strict):
    name: str
    why: str
    base: str
    lost: dict[str, float | int] = {}
    own: dict[str, float | int] = {}
    scores: dict[str, Json] = {}
    missing: list[str] = []
    government: list[str] | None = None
    sociopolitical: list[str] | None = None
    set: Json = {}
    expect: Expected

    def submission(self, folder: Path = CASES) -> Json:
        """The base, in the folder of the form's cases, with all that the case changes."""
        found: Json = json.loads((folder / "bases" / f"{self.base}.json").read_text(encoding="utf-8"))
        scores = found["scores"]
        scores |= {no: {"deductions": [{"points": lost, "reason": REASON}]} for no, lost in self.lost.items()}
        scores |= {no: {"awarded": points, "reason": REASON} for no, points in self.own.items()} | self.scores
        for no in self.missing:
            del scores[no]
        for key, given in (("government", self.government), ("sociopolitical_organizations", self.sociopolitical)):
            if given is not None:
                found["facts"][key] = [
                    {"name": f"Tổ chức thứ {at}", "rating": rating} for at, rating in enumerate(given, start=1)
                ]
        assert "scores" not in self.set, "scores have a key of their own"
        return {key: with_nulls(value) for key, value in merged(found, self.set).items()}


def merged(base: Json, changes: Json) -> Json:
    """`changes` over `base`: tables are merged, everything else is replaced."""
    both = {
        key: merged(base[key], changes[key])
        for key in base.keys() & changes.keys()
        if isinstance(base[key], dict) and isinstance(changes[key], dict)
    }
    return {**base, **changes, **both}


def with_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: with_nulls(part) for key, part in value.items()}
    if isinstance(value, list):
        return [with_nulls(part) for part in value]
    return None if value == UNKNOWN else value


def read_cases(path: Path) -> list[Case]:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert list(content) == ["case"], f"{path.name} holds something besides [[case]]"
    return [Case.model_validate(entry) for entry in content["case"]]


ALL = [
    pytest.param(case, path.parent, id=f"{path.relative_to(CASES).with_suffix('')}: {case.name}")
    for path in sorted(CASES.rglob("*.toml"))
    for case in read_cases(path)
]


# --- comparing -------------------------------------------------------------------------------------------------


def differences(expected: Expected, result: Result) -> Iterator[str]:
    """Yield every difference, as a line that can be read without the program."""
    found = result_json(result)
    yield from _difference("problems", sorted(expected.problems), _problems(found))
    if "rating" in found:
        yield from _sheet(expected, found)
        yield from _rating(expected, found["rating"])
    elif expected.model_fields_set - {"problems"}:
        yield "not judged at all: " + "; ".join(problem["message"] for problem in found["problems"])


def _problems(found: Json) -> list[str]:
    """All but the standing ones; where something blocks the draft only that, for other problems may follow from it."""
    listed = {f"{problem['blocks']} {problem['where']}" for problem in found["problems"]} - STANDING
    return sorted({problem for problem in listed if problem.startswith("draft ")} or listed)


def _sheet(expected: Expected, found: Json) -> Iterator[str]:
    if expected.total is not None:
        yield from _difference("total", expected.total, found["total"] or NONE)
    if expected.range is not None:
        yield from _difference("range", expected.range, found["total_range"])
    rows = (
        ("criteria", "awarded", expected.criteria, found["criteria"]),
        ("sources", "source", expected.sources, found["criteria"]),
        ("items", "level", expected.items, found["items"]),
        ("item_sources", "level_source", expected.item_sources, found["items"]),
    )
    for label, key, wanted, listed in rows:
        yield from _rows(label, wanted, {row["no"]: row[key] or NONE for row in listed})


def _rows(label: str, wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    for no, value in wanted.items():
        yield from _difference(f"{label} {no}", value, found.get(no, "no such row"))


def _rating(expected: Expected, found: Json) -> Iterator[str]:
    for key in ("proposed", "computed"):
        wanted = getattr(expected, key)
        if wanted is not None:
            yield from _difference(key, wanted, found[key] or NONE)
    if expected.possible is not None:
        yield from _difference("possible", expected.possible, found["possible"])
    if expected.undetermined is not None:
        yield from _difference("undetermined", expected.undetermined, found["undetermined"])
    yield from _difference("flags", expected.flags, [flag["key"] for flag in found["flags"]])
    for wanted in expected.findings:
        fields = wanted.model_dump(exclude_none=True)
        same_clause = [finding for finding in found["findings"] if finding["clause"] == wanted.clause]
        if not any(fields.items() <= finding.items() for finding in same_clause):
            seen = [(finding["status"], finding["observed"], finding["required"]) for finding in same_clause]
            yield f"no finding {fields}, found {seen}"


def _difference(what: str, wanted: object, found: object) -> Iterator[str]:
    if wanted != found:
        yield f"{what}: wanted {wanted}, found {found}"


def assessed(submission: Json) -> Result:
    return pipeline.assess_bytes(json.dumps(submission).encode(), "case.json", LIBRARY)


# --- the cases -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "folder"), ALL)
def test_the_form_says(case: Case, folder: Path) -> None:
    found = list(differences(case.expect, assessed(case.submission(folder))))
    if found:
        pytest.fail("\n  ".join([f"{case.name} ({case.why})", *found]), pytrace=False)


def test_there_are_enough_cases() -> None:
    assert len(ALL) >= 30
    folders = [case.values[1] for case in ALL]
    assert {folders.count(folder) >= 15 for folder in folders} == {True}


def test_no_two_cases_are_called_the_same() -> None:
    names = [str(case.id) for case in ALL]
    assert len(names) == len(set(names))


CASE: Json = {"name": "x", "why": "x", "base": "cell", "expect": {}}


@pytest.mark.parametrize(
    "unknown",
    [
        {"lots": {}},
        {"expect": {"totals": "100"}},
        {"expect": {"findings": [{"clause": "1", "status": "passed", "seen": "x"}]}},
        {"expect": {"findings": [{"clause": "1", "status": "met"}]}},
    ],
)
def test_a_case_may_not_say_what_the_runner_does_not_know(unknown: Json) -> None:
    with pytest.raises(ValidationError):
        Case.model_validate(CASE | unknown)


@pytest.mark.parametrize(
    "wrong",
    [
        {"total": "99"},
        {"range": ["0", "100"]},
        {"criteria": {"I.9": "1"}},
        {"sources": {"IV": "typed"}},
        {"items": {"I": "excellent"}},
        {"proposed": "good"},
        {"computed": "none"},
        {"possible": []},
        {"undetermined": True},
        {"findings": [{"clause": "9", "status": "passed"}]},
        {"findings": [{"clause": "1", "status": "passed", "observed": "99 điểm"}]},
        {"flags": ["ky-luat-truc-thuoc"]},
        {"problems": ["draft scores.IV"]},
    ],
)
def test_a_wrong_expectation_is_noticed(wrong: Json) -> None:
    case = Case.model_validate(CASE | {"expect": wrong})
    assert list(differences(case.expect, assessed(case.submission())))


@pytest.mark.parametrize("typo", [{"facts": {"goverment": []}}, {"facts": {"members": {"god": 1}}}, {"comments": "x"}])
def test_a_change_at_a_place_that_does_not_exist_is_noticed(typo: Json) -> None:
    case = Case.model_validate(CASE | {"set": typo})
    assert list(differences(case.expect, assessed(case.submission())))


# --- the examples ----------------------------------------------------------------------------------------------


def table() -> Mapping[str, tuple[str, str]]:
    """Points and proposed rating of each example as the README tells them; both empty when still open."""
    readme = (ROOT / "inputs" / "README.md").read_text(encoding="utf-8")
    rows: Iterable[tuple[str, str, str]] = re.findall(
        r"^\| `([\w-]+)` \|.*\| *([\d,]*) *\| *(\w*) *\|$", readme, re.MULTILINE
    )
    return {name: (points, rating) for name, points, rating in rows}


def example(path: Path) -> Result:
    return pipeline.assess(path, LIBRARY, pipeline.read_office(path.parent / pipeline.OFFICE_FILE))


EXAMPLE_FILES = list(pipeline.submissions([INPUTS]))


def test_the_readme_lists_every_example() -> None:
    assert set(table()) == {path.stem for path in EXAMPLE_FILES}


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
def test_an_example_drafts_and_is_rated_as_the_readme_says(path: Path) -> None:
    result = example(path)
    assert [str(fault) for fault in result.faults] == []
    assert result.document()
    found = result_json(result)
    assert found["organization"]["id"] == path.stem
    points = (found["total"] or "").replace(".", ",")
    assert (points, found["rating"]["proposed"] or "") == table()[path.stem]
