"""Broken inputs: every fault of a file is listed in one run, in the exact words that a clerk reads.

Each `bad/NAME.json` has its `bad/NAME.expected`; a `bad/NAME.office.json` beside it takes the part of office.json.
A file with faults is expected to list them; a file without (`later-*.json`) what is to be known before the issue.
The messages are public interface. After changing one on purpose:

    UPDATE_EXPECTED=1 pytest tests/test_bad.py && git diff tests/bad

and read every changed line as a clerk would.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from baocao import pipeline
from baocao.errors import Blocks, DataError, Problem
from baocao.files import MOST_BYTES
from baocao.inputs import NO_OFFICE
from tests.helpers import library

BAD = Path(__file__).parent / "bad"
OFFICE = ".office.json"
NAMES = sorted(path.stem for path in BAD.glob("*.json") if not path.name.endswith(OFFICE))

# Too large to be kept as files.
GENERATED = {
    "generated-deep-lists": b"[" * 100_000 + b"]" * 100_000,
    "generated-deep-objects": b'{"facts":' * 100_000 + b"1" + b"}" * 100_000,
    "generated-deep-within": b'{"form": "hoi-quan-chung", "facts": ' + b"[" * 400 + b"]" * 400 + b"}",
    "generated-deep-and-cut-off": b"[" * 100_000,
    "generated-large": b'{"form": "' + b"x" * MOST_BYTES + b'"}',
    "generated-empty": b"",
    "generated-zeros": b"\0" * 100,
    "generated-zip": b"PK\x03\x04" + b"\x00\xff" * 40,
}


def written(problem: Problem, source: Path) -> str:
    """One block a problem; the file is named where it is not the submission itself."""
    lines = [
        f"nơi: {problem.where or '(cả tệp)'}",
        f"lỗi: {problem.message}",
        f"sửa: {problem.fix}",
        f"cản: {problem.blocks.value}",
    ]
    file = Path(problem.source).name
    return "\n".join([*([] if problem.source == str(source) else [f"tệp: {file}"]), *lines]) + "\n"


def found_in(path: Path) -> tuple[Problem, ...]:
    office_path = path.with_name(path.stem + OFFICE)
    office = pipeline.read_office(office_path) if office_path.exists() else NO_OFFICE
    if office.faults:
        return office.faults
    result = pipeline.assess(path, library(), office)
    return result.faults or result.problems


def compare(name: str, found: Iterable[str]) -> None:
    expected = BAD / f"{name}.expected"
    text = "\n".join(found)
    if os.environ.get("UPDATE_EXPECTED"):
        expected.write_text(text, encoding="utf-8")
    assert text.splitlines() == expected.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_of_a_file_is_listed_in_one_run(name: str) -> None:
    path = BAD / f"{name}.json"
    compare(name, [written(problem, path) for problem in found_in(path)])


@pytest.mark.parametrize("name", GENERATED)
def test_a_hostile_file_is_refused_in_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.json"
    path.write_bytes(GENERATED[name])
    compare(name, [written(problem, path) for problem in found_in(path)])


def test_every_expectation_has_its_file() -> None:
    assert len(NAMES) >= 30
    assert {path.stem for path in BAD.glob("*.expected")} == {*NAMES, *GENERATED}


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("later-")])
def test_a_file_with_faults_is_not_said_to_leave_other_things_open(name: str) -> None:
    """What a fault made unreadable is not "unknown" to the clerk who typed it, and no stand-in is his word."""
    result = pipeline.assess(BAD / f"{name}.json", library())
    later = [problem for problem in result.problems if problem.blocks is not Blocks.DRAFT]
    assert [str(problem) for problem in later if problem.where != "form"] == []


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("later-")])
def test_nothing_is_drafted_from_a_file_with_faults(name: str) -> None:
    path = BAD / f"{name}.json"
    result = pipeline.assess(path, library())
    if (BAD / f"{name}{OFFICE}").exists():
        assert any(problem.blocks is Blocks.DRAFT for problem in found_in(path))
        return
    assert result.faults
    with pytest.raises(DataError) as caught:
        result.document()
    assert caught.value.problems == result.faults


ENGLISH = re.compile(
    r"\b(should|must|value|invalid|valid|input|expected|expecting|missing|error|required|field|string|integer|line"
    r"|column|char|delimiter|property|name|enclosed|quotes|unterminated|the|not|and|or|is|of)\b",
    re.IGNORECASE,
)
KEYS = re.compile(r"“[^”]*”|\"[^\"]*\"|\b[a-z]+_[a-z_]+\b|\b(?:name|rating|reason|form|year|not_rated)\b")


@pytest.mark.parametrize("name", [*NAMES, *GENERATED])
def test_no_message_falls_back_into_english(name: str) -> None:
    text = (BAD / f"{name}.expected").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith(("lỗi: ", "sửa: ")):
            said = KEYS.sub("", line.removeprefix("lỗi: ").removeprefix("sửa: "))
            assert not ENGLISH.search(said.partition("Dùng một trong:")[0].partition("Các khóa được phép:")[0]), line


@pytest.mark.parametrize("name", NAMES)
def test_a_problem_says_where_what_and_what_to_do(name: str) -> None:
    for problem in found_in(BAD / f"{name}.json"):
        assert problem.source
        assert problem.message.strip()
        assert problem.message[-1] not in ".;,"
        assert problem.fix.endswith(".")
        assert not re.search(r"\{\w+\}", problem.message + problem.fix), problem
