"""Whatever a file holds: an answer in words, never a traceback; and what must hold for every sound submission.

The short run is part of the normal tests; thousands of cases: `pytest -m soak tests/test_fuzz.py`.
"""

from __future__ import annotations

import io
import json
import random
import unicodedata
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from baocao import cli, pipeline, text
from baocao.cli import show
from baocao.errors import Blocks
from baocao.findings import Status
from baocao.inputs import Office
from baocao.judged import Judged
from baocao.lines import PointsSource
from baocao.rendering.trying import left_out, paragraphs
from baocao.report import problems_json, result_json
from baocao.submission import Submission
from tests.helpers import as_json, assessed, folder, library, submission
from tests.strategies import RATINGS, submissions

HOSTILE_NAMES = (
    "{{ 7*7 }}",
    "{% raw %}",
    "{% endraw %}{% if x %}",
    "{_{",
    "}_}",
    "{#",
    "<b>&amp;",
    "]]><w:p/>",
    "&#0;",
    "{{ self.__init__.__globals__ }}",
    "{%p for x in y %}",
    "{{r x }}",
    "=1+1",
    "%s %(x)s {0}",
    "“Hội”",
    "đ" * 200,
    "‘’\\n\\u0000",
)
HOSTILE_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**6, 10**29, Decimal("-0.0"), Decimal("0.1"), Decimal("1e-29"), Decimal("1e29"),
    Decimal("999.75"), "", " ", "null", "..", "con", "\x00", "\ud800", "\u202e", "\ufeff", "a\u0301" * 50, "x" * 5000,
    "2021-13-45", "0000-00-00", "２０２１-12-05", [], {}, [[]], [{}], {"": None}, {"\ud800": 1}, [None], ["x", 1, None],
    {"awarded": 5}, {"name": "x", "rating": "good"}, *HOSTILE_NAMES,
)  # fmt: skip
HOSTILE_BYTES = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"//",
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-", b"9" * 400, b"0.1", b"null", b"[" * 2000, b'{"a":' * 2000,
    b"\xef\xbb\xbf", b"\xe2\x80\xa8", b'"scores"', b'"form": "x",', b"\r", b"\n" * 50,
)  # fmt: skip
Json = Any
Path_ = tuple[str | int, ...]


# --- mutations -------------------------------------------------------------------------------------------------


def places(raw: Json, path: Path_ = ()) -> Iterator[Path_]:
    """Every place within a JSON value but the root."""
    pairs = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


def at(raw: Json, path: Path_) -> Json:
    for step in path:
        raw = raw[step]
    return raw


def delete(rng: random.Random, raw: Json, path: Path_) -> None:
    del at(raw, path[:-1])[path[-1]]


def replace(rng: random.Random, raw: Json, path: Path_) -> None:
    at(raw, path[:-1])[path[-1]] = deepcopy(rng.choice(HOSTILE_VALUES))


def rename(rng: random.Random, raw: Json, path: Path_) -> None:
    holder = at(raw, path[:-1])
    if isinstance(holder, dict):
        key = str(path[-1])
        holder[rng.choice([key.upper(), f"{key} ", key[:-1], "", "\u200b", "\ud800", "I.1.1", "name"])] = holder.pop(
            path[-1]
        )


def repeat(rng: random.Random, raw: Json, path: Path_) -> None:
    holder = at(raw, path[:-1])
    if isinstance(holder, list):
        holder.extend(deepcopy(holder) * rng.choice([1, 3, 40]))
    else:
        holder[f"{path[-1]}.1"] = deepcopy(holder[path[-1]])


def swap(rng: random.Random, raw: Json, path: Path_) -> None:
    """Put what stands at one place also at another."""
    other = rng.choice(list(places(raw)))
    at(raw, path[:-1])[path[-1]] = deepcopy(at(raw, other))


def retype(rng: random.Random, raw: Json, path: Path_) -> None:
    value = at(raw, path)
    changed: Callable[[], Json] = rng.choice(
        [lambda: [value], lambda: {"value": value}, lambda: str(value), lambda: float(0), lambda: {str(value): value}]
    )
    at(raw, path[:-1])[path[-1]] = changed()


MUTATIONS: tuple[Callable[[random.Random, Json, Path_], None], ...] = (delete, replace, rename, repeat, swap, retype)


def mutated(rng: random.Random, raw: dict[str, Any]) -> dict[str, Any]:
    """A submission after one to six changes at random places."""
    raw = deepcopy(raw)
    for _ in range(rng.randint(1, 6)):
        found = list(places(raw))
        if found:
            rng.choice(MUTATIONS)(rng, raw, rng.choice(found))
    return raw


def scrambled(rng: random.Random, content: bytes) -> bytes:
    """The bytes of a file after one to four changes at random places."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(content) + 1)
        end = min(len(content), start + rng.choice([0, 0, 1, 1, 5, 200]))
        content = content[:start] + rng.choice((*HOSTILE_BYTES, b"")) + content[end:]
    return content


# --- what must hold for every file -----------------------------------------------------------------------------


def check_any(content: bytes, office: Office | None = None) -> pipeline.Result:
    """Take a file the whole way; whatever it holds is answered in words that can be printed."""
    result = assessed(content, office) if office else assessed(content)
    for problem in result.problems:
        assert problem.message, problem
        assert problem.fix, problem
        assert problem.source in ("a.json", "office.json"), problem
    for lines in (show.checked([result]), show.score(result), show.faults(result.problems)):
        "\n".join(lines).encode("utf-8")
    for shown in (problems_json(result), result_json(result)):
        json.dumps(shown, ensure_ascii=False, allow_nan=False).encode("utf-8")
    if result.judged is None:
        assert result.faults
    if not result.faults:
        check_document(result)
    return result


def check_document(result: pipeline.Result) -> None:
    document = result.document()
    printed = paragraphs(document)
    assert result.judged is not None
    assert left_out(result.judged.form, printed) == []
    Document(io.BytesIO(document))
    assert any(result.judged.submission.organization.name.rstrip(" .") in line for line in printed)


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_a_submission_with_random_changes_is_answered_in_words(rng: random.Random) -> None:
    check_any(as_json_with_floats(mutated(rng, submission())))


@settings(max_examples=40)
@given(submissions(unknown=True), st.randoms(use_true_random=False))
def test_any_submission_with_random_changes_is_answered_in_words(raw: dict[str, Any], rng: random.Random) -> None:
    check_any(as_json_with_floats(mutated(rng, raw)))


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_a_file_with_random_bytes_is_answered_in_words(rng: random.Random) -> None:
    check_any(scrambled(rng, as_json(submission())))


@given(st.binary(max_size=60))
def test_any_bytes_are_answered_in_words(content: bytes) -> None:
    assert check_any(content).faults


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner),
        max_leaves=20,
    )
)
def test_any_json_is_answered_in_words(raw: Json) -> None:
    assert check_any(json.dumps(raw).encode()).faults


@given(st.randoms(use_true_random=False))
def test_an_office_file_with_random_changes_is_answered_in_words(rng: random.Random) -> None:
    whole = submission()
    own = {key: whole[key] for key in ("form", "year", "scores")}
    own |= {"facts": {key: value for key, value in whole["facts"].items() if key != "government"}}
    own |= {"organization": {key: value for key, value in whole["organization"].items() if key != "superior"}}
    shared = {
        "organization": {"superior": whole["organization"]["superior"]},
        "facts": {"government": whole["facts"]["government"]},
        "issuer": whole["issuer"],
        "signature": whole["signature"],
    }
    check_any(as_json(own), Office("office.json", mutated(rng, shared)))


def as_json_with_floats(raw: Json) -> bytes:
    return json.dumps(raw, default=float).encode()


def check_by_command(content: bytes, at_work: Path) -> int:
    """The commands end with 0 or 1 and write a document just when there is no fault."""
    path = at_work / "a.json"
    path.write_bytes(content)
    output = at_work / "out"
    assert cli.run(["check", str(path), "--json"]) in (0, 1)
    assert cli.run(["score", str(path)]) in (0, 1)
    code = cli.run(["draft", str(path), "-o", str(output), "--force"])
    made = list(output.glob("*")) if output.exists() else []
    assert code == (0 if made else 1)
    for document in made:
        assert document.resolve().parent == output.resolve()
        Document(str(document))
        document.unlink()
    return code


@pytest.mark.parametrize("seed", range(30))
def test_the_commands_end_with_0_or_1_whatever_the_file_holds(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    changed = [as_json_with_floats(mutated(rng, submission())), scrambled(rng, as_json(submission()))]
    for content in changed:
        check_by_command(content, tmp_path)


def test_a_sound_submission_is_drafted_by_the_commands(tmp_path: Path) -> None:
    assert check_by_command(as_json(submission()), tmp_path) == 0


# --- hostile words ---------------------------------------------------------------------------------------------

TEXTS = (
    "organization/name",
    "organization/superior/name",
    "issuer/superior",
    "issuer/agency",
    "issuer/symbol",
    "signature/place",
    "signature/authority",
    "signature/position",
    "signature/name",
    "facts/achievements/0/text",
    "facts/achievements/0/attested_by",
    "facts/government/0/name",
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_stands_literally_wherever_it_is_printed(name: str) -> None:
    changes: dict[str, Any] = dict.fromkeys(TEXTS, name)
    changes |= {
        "scores/I.1.1": {"deductions": [{"points": 1, "reason": name, "evidence": name}]},
        "scores/I.1.2": {"awarded": 4, "reason": name},
        "proposal": {"rating": "good", "by": name, "reason": name},
        "facts/levels": {"I.2": {"level": "good", "reason": name}},
    }
    result = assessed(submission(changes))
    assert result.faults == ()
    lines = paragraphs(result.document())
    for context in (
        f"- Đánh giá, xếp loại tổ chức đảng: {name}",
        f"do {name}",
        f"{name.upper()}",
        f"Số {name}",
        f"{name}, ngày 05 tháng 12 năm 2021",
    ):
        found = context.removeprefix("do ")
        assert any(found in line for line in lines), found
    assert sum(name in line for line in lines) >= 6


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_comment_stands_literally(name: str) -> None:
    result = assessed(submission({"comment": f"{name}\n\n{name}"}))
    assert result.faults == ()
    assert sum(line == name for line in paragraphs(result.document())) == 2


# --- soak ------------------------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(0, 20_000, 500))
def test_thousands_of_changed_submissions(seed: int) -> None:
    for number in range(seed, seed + 500):
        rng = random.Random(number)
        check_any(as_json_with_floats(mutated(rng, submission())))
        check_any(scrambled(rng, as_json(submission())))


@pytest.mark.soak
@settings(max_examples=3000)
@given(submissions(unknown=True), st.randoms(use_true_random=False))
def test_thousands_of_submissions_with_changes(raw: dict[str, Any], rng: random.Random) -> None:
    check_any(as_json_with_floats(raw))
    check_any(as_json_with_floats(mutated(rng, raw)))


# --- scoring and rating ----------------------------------------------------------------------------------------


def judged(raw: dict[str, Any]) -> Judged:
    return pipeline.judge(folder(), Submission.model_validate(raw))[0]


def rank(raw: dict[str, Any]) -> int:
    """The computed rating as a number: not_completed, none given, completed, good, excellent."""
    computed = judged(raw).rating.computed
    return 1 if computed is None else {"not_completed": 0, "completed": 2, "good": 3, "excellent": 4}[computed]


@given(submissions())
def test_the_total_is_the_sum_of_the_leaves_and_of_the_sections(raw: dict[str, Any]) -> None:
    sheet = judged(raw).scoresheet
    awarded = [line.awarded for line in sheet.lines]
    if sheet.total is None:
        assert None in awarded
        return
    assert sheet.total == sum(points for points in awarded if points is not None)
    sections = [sheet.awarded(row.no) for row in sheet.form.criteria if not row.parent]
    assert sheet.total == sum(points for points in sections if points is not None)
    assert 0 <= sheet.total <= sheet.standard_total


@given(submissions(unknown=True))
def test_the_total_lies_between_lowest_and_highest(raw: dict[str, Any]) -> None:
    sheet = judged(raw).scoresheet
    assert 0 <= sheet.lowest <= sheet.highest <= sheet.standard_total
    if sheet.total is not None:
        assert sheet.lowest == sheet.total == sheet.highest


@settings(max_examples=200)
@given(submissions(), st.data())
def test_more_points_never_lower_the_rating(raw: dict[str, Any], data: st.DataObject) -> None:
    raw["proposal"] = None
    assume(judged(raw).scoresheet.total is not None)
    better = deepcopy(raw)
    for leaf in folder().form.leaves:
        if not leaf.banded and data.draw(st.booleans()):
            better["scores"][leaf.no] = {"awarded": leaf.standard}
    assert rank(better) >= rank(raw)


def nullable(raw: dict[str, Any]) -> list[Path_]:
    """The facts that may be null, where they are known."""
    facts = raw["facts"]
    tally = "subordinates" if raw["organization"]["kind"] == "party_committee" else "members"
    found: list[Path_] = [("facts", name) for name in (*facts,) if name not in ("levels", "members", "subordinates")]
    found += [("facts", tally), *(("facts", tally, key) for key in RATINGS)]
    found += [("facts", name, key) for name in ("weaknesses", "targets", "discipline") for key in facts[name]]
    for name in ("government", "sociopolitical_organizations"):
        found += [("facts", name, index, "rating") for index in range(len(facts[name]))]
    for index in range(len(facts["discipline"]["subordinates"])):
        found += [("facts", "discipline", "subordinates", index, key) for key in ("self_detected", "remedied")]
    return found + [("facts", "achievements", index, "attested_by") for index in range(len(facts["achievements"]))]


def agreeing(raw: dict[str, Any]) -> dict[str, Any]:
    """The submission with points typed in for a banded criterion made those of its band; no proposal."""
    raw = {**deepcopy(raw), "proposal": None}
    for line in judged(raw).scoresheet.lines:
        if line.source is PointsSource.BAND and line.criterion.no in raw["scores"]:
            no = line.criterion.no
            raw["scores"][no] = {**raw["scores"][no], "awarded": line.awarded}
    return raw


def forgotten(raw: dict[str, Any], paths: list[Path_]) -> dict[str, Any]:
    """The submission with some facts not known yet."""
    found = deepcopy(raw)
    for path in sorted(paths, key=len, reverse=True):
        at(found, path[:-1])[path[-1]] = None
    return found


@settings(max_examples=300)
@given(submissions(), st.data())
def test_what_becomes_known_never_leads_outside_of_what_was_possible(raw: dict[str, Any], data: st.DataObject) -> None:
    raw = agreeing(raw)
    paths = data.draw(st.lists(st.sampled_from(nullable(raw)), min_size=1, max_size=6, unique=True))
    known, open_ = judged(raw), judged(forgotten(raw, paths))
    if known.rating.computed is not None:
        assert known.rating.computed in open_.rating.possible
    else:
        assert open_.rating.computed is None
    assert open_.rating.computed in (None, known.rating.computed)
    total = known.scoresheet.total
    if total is not None:
        assert open_.scoresheet.lowest <= total <= open_.scoresheet.highest


@settings(max_examples=200)
@given(submissions(), st.data())
def test_a_finding_that_was_decided_does_not_turn_when_more_is_known(raw: dict[str, Any], data: st.DataObject) -> None:
    raw = agreeing(raw)
    paths = data.draw(st.lists(st.sampled_from(nullable(raw)), min_size=1, max_size=6, unique=True))
    known, open_ = judged(raw), judged(forgotten(raw, paths))
    for before, after in zip(open_.rating.findings, known.rating.findings, strict=True):
        if before.status in (Status.PASSED, Status.FAILED):
            assert after.status in (before.status, Status.NOT_APPLICABLE), before


@given(submissions())
def test_a_proposal_never_changes_what_the_form_gives(raw: dict[str, Any]) -> None:
    without = {**raw, "proposal": None}
    assert judged(raw).rating.computed == judged(without).rating.computed
    assert judged(raw).rating.possible == judged(without).rating.possible


@given(submissions())
def test_a_proposal_above_what_is_possible_stands_in_the_way(raw: dict[str, Any]) -> None:
    found = judged({**raw, "proposal": None}).rating
    for rating in RATINGS:
        proposal = {"rating": rating, "by": "Ban", "reason": "vì"}
        result = assessed(as_json_with_floats({**raw, "proposal": proposal}))
        too_high = any(problem.where == "proposal.rating" for problem in result.faults)
        highest = found.possible[0] if found.possible else folder().form.decision.undetermined_at_most
        assert too_high == (RATINGS.index(rating) < RATINGS.index(highest))


@given(submissions(unknown=True))
def test_nothing_unknown_passes_for_the_issue(raw: dict[str, Any]) -> None:
    result = assessed(as_json_with_floats(raw))
    assume(result.judged is not None)
    assert result.judged is not None
    if any(finding.status is Status.UNKNOWN for finding in result.judged.rating.findings):
        named = [problem for problem in result.problems if problem.blocks is Blocks.ISSUE and problem.where != "form"]
        assert named or result.faults  # faults come first; what is open is told once they are mended


# --- text ------------------------------------------------------------------------------------------------------


@given(st.text(st.characters()))
def test_clean_text_is_nfc_and_stays_as_it_is(value: str) -> None:
    cleaned = text.clean(value)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert text.clean(cleaned) == cleaned
    assert text.clean(unicodedata.normalize("NFD", value)) == cleaned


@given(st.decimals(0, 1_000_000, allow_nan=False, places=4))
def test_points_can_be_read_back(value: Decimal) -> None:
    written = text.points(value)
    assert Decimal(written.replace(".", "").replace(",", ".")) == value
    assert not written.endswith(",")
    assert "E" not in written


@given(st.integers(0, 10**9))
def test_counts_can_be_read_back_and_have_two_digits(value: int) -> None:
    written = text.count(value)
    assert int(written.replace(".", "")) == value
    assert len(written) >= 2 or value == 0


@settings(max_examples=500)
@given(st.integers(0, 10_000_000), st.integers(1, 10_000_000))
def test_a_printed_percentage_stays_on_its_side_of_every_whole_percent(part: int, whole: int) -> None:
    share = Fraction(min(part, whole), whole)
    written = text.percent(share)
    printed = Fraction(written.removesuffix("%").replace(".", "").replace(",", "."))
    exact = share * 100
    for threshold in (int(exact), int(exact) + 1):
        assert (printed < threshold) == (exact < threshold), written
        assert (printed == threshold) == (exact == threshold), written


@pytest.mark.parametrize(("part", "whole"), [(1999, 2500), (999_999, 1_000_000), (1, 1_000_000), (9_999_999, 10**7)])
def test_a_share_just_beside_a_threshold_is_not_printed_as_the_threshold(part: int, whole: int) -> None:
    assert text.percent(Fraction(part, whole)) not in ("80%", "100%", "0%", "80,0%", "100,0%", "0,0%")


@given(st.dates(date(1976, 1, 1)))
def test_a_long_date_names_its_day(day: date) -> None:
    _, shown_day, _, month, _, year = text.long_date(day).split()
    assert (int(year), int(month), int(shown_day)) == (day.year, day.month, day.day)
    assert len(shown_day) == 2
    assert (len(month) == 2) == (day.month in (1, 2, 10, 11, 12))


@given(st.lists(st.text(st.characters(), min_size=1, max_size=5), max_size=5))
def test_a_listing_names_everything_once(parts: list[str]) -> None:
    listed = text.listing(parts)
    assert all(part in listed for part in parts)
    assert listed.count(" và ") >= (len(parts) > 1)


@given(st.text(max_size=40), st.integers(1, 30))
def test_shortened_text_is_no_longer_than_asked(value: str, width: int) -> None:
    assert len(text.shorten(value, width)) <= width
    assert value.startswith(text.shorten(value, width).removesuffix("…"))


def test_the_forms_are_those_that_are_shipped() -> None:
    assert "hoi-quan-chung/2021" in library().available()
    assert len(library().available()) >= 4
