"""Reading submissions: exact, merged with the office's defaults, every fault found at its own place in one run."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from baocao import inputs, messages, pipeline, sample
from baocao.errors import Blocks
from baocao.exact_json import parse
from baocao.inputs import Office, read
from baocao.messages import place
from baocao.schema import DIALECT, submission_schema
from baocao.submission import Score, Submission
from tests.helpers import ABSENT, as_json, assessed, folder, library, places_of, problems_of, submission
from tests.strategies import LEVELS, RATINGS, submissions

BAD = Path(__file__).parent / "bad"
SCHEMA = submission_schema(folder().form)
VALIDATOR = Draft202012Validator(SCHEMA)


def office(raw: dict[str, Any]) -> Office:
    return Office("office.json", raw)


# --- exactness -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["4.5", "4.50", "45e-1", "0.1", "0.30000000000000004", "1e3", "-0.0", "12345678.9"])
def test_decimals_are_taken_exactly_as_typed(token: str) -> None:
    raw, faults = parse(b'{"x": ' + token.encode() + b"}")
    value = raw["x"]
    assert faults == ()
    assert isinstance(value, Decimal)
    assert value == Decimal(token)


@given(st.decimals(-1000, 1000, allow_nan=False, places=6))
def test_a_decimal_is_never_a_binary_float(value: Decimal) -> None:
    raw, _faults = parse(f'{{"x": {value:f}}}'.encode())
    found = raw["x"]
    assert found == value
    assert not isinstance(found, float)


@pytest.mark.parametrize("token", ["4.5", "4.50", "45e-1", "4.500000"])
def test_the_way_a_number_is_typed_changes_nothing(token: str) -> None:
    content = as_json(submission({"scores/I.1.1": {"awarded": Decimal("4.5"), "reason": "nộp chậm"}}))
    result = assessed(content.replace(b"4.5", token.encode(), 1))
    assert result.judged is not None
    assert result.judged.scoresheet.total == Decimal("99.5")
    assert result.document() == assessed(content).document()


def test_minus_nought_is_nought() -> None:
    content = as_json(submission({"scores/I.1.1": {"awarded": 7, "reason": "x"}}))
    result = assessed(content.replace(b'"awarded": 7', b'"awarded": -0.0', 1))
    assert result.judged is not None
    assert str(result.judged.submission.scores["I.1.1"].awarded) == "0.0"


def test_text_is_stored_in_nfc_with_single_spaces() -> None:
    name = unicodedata.normalize("NFD", "  Chi bộ   Hội Chữ thập đỏ\u00a0huyện ")
    result = assessed(submission({"organization/name": name}))
    assert result.judged is not None
    assert result.judged.submission.organization.name == "Chi bộ Hội Chữ thập đỏ huyện"


def test_nfd_and_nfc_give_the_same_document() -> None:
    raw = submission()
    decomposed = deepcopy(raw)
    decomposed["organization"]["name"] = unicodedata.normalize("NFD", raw["organization"]["name"])
    decomposed["signature"]["name"] = unicodedata.normalize("NFD", raw["signature"]["name"])
    assert decomposed != raw
    assert assessed(decomposed).document() == assessed(raw).document()


def test_names_that_differ_only_in_their_unicode_form_are_the_same_name() -> None:
    name = "Ủy ban nhân dân huyện"
    twice = [{"name": name, "rating": "good"}, {"name": unicodedata.normalize("NFD", name), "rating": "good"}]
    assert places_of(submission({"facts/government": twice})) == ["facts.government[1]"]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert problems_of(b"\xef\xbb\xbf" + as_json(submission())) == ()


def test_paragraphs_of_a_comment_are_kept_and_empty_lines_are_not() -> None:
    result = assessed(submission({"comment": "Một.\r\n\r\n  Hai.\nBa. \n"}))
    assert result.judged is not None
    assert result.judged.submission.comment == "Một.\nHai.\nBa."


def test_the_same_submission_in_another_order_is_the_same_submission() -> None:
    raw = submission()
    turned = {key: raw[key] for key in reversed(raw)}
    turned["scores"] = {key: raw["scores"][key] for key in reversed(raw["scores"])}
    assert assessed(turned).document() == assessed(raw).document()


# --- places ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("scores", "I.1.1", "awarded"), 'scores["I.1.1"].awarded'),
        (("facts", "government", 0, "name"), "facts.government[0].name"),
        (("scores", "IV"), "scores.IV"),
        (("khóa lạ",), '["khóa lạ"]'),
        (("$schema",), '["$schema"]'),
        (('a"b',), '["a\\"b"]'),
        (("a\u200bb",), '["a\\u200bb"]'),
        ((), ""),
    ],
)
def test_a_place_is_written_as_a_reader_would(path: tuple[str | int, ...], written: str) -> None:
    assert place(*path) == written


def test_a_place_has_no_character_that_cannot_be_seen() -> None:
    assert all(ord(character) < 0x2000 for character in place("x\u202e", "\ufeff"))


# --- sound texts, read the short way ----------------------------------------------------------------------------

SOUND = json.dumps(submission(), default=int, ensure_ascii=False)
PARTS = (
    "0", "-0", "-0.0", "5", "5.0", "4.50", "50e-1", "1E3", "1e-400", "0e-400", "1e400", "1e-30", "1e-31", "NaN", "-",
    "01", "1.", "9" * 30, "9" * 31, "-" + "9" * 30, "1." + "0" * 28, "1." + "0" * 29, "9" * 5000, "null", "tru", "[1,]",
    '"Hội"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\u1ee7"', '"\x01"', '"\x7f"', '"a" "b"', '"1e5"', f'"{"." * 40}"',
    '{"awarded": 3}', '{"awarded": 2, "awarded": 2}', '{"awarded": 3.0}', '{"awarded": true}', '{"awarded": -1}',
    '{"awarded": 1001}', '{"": []}', "[" * 30 + "]" * 30,
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("old", ['{"awarded": 5}', "5", "12", '"cell"', "null"])
def test_what_is_read_at_a_glance_is_what_suspicion_would_read(old: str, part: str) -> None:
    reads_the_same(SOUND.replace(old, part, 1).encode())


@given(st.integers(0, len(SOUND)), st.sampled_from([b"", b"\xff", b"\xef\xbb\xbf", b" ", b"0", b'"', b"\\"]))
def test_a_torn_file_is_never_read_at_a_glance_alone(cut: int, strange: bytes) -> None:
    reads_the_same(SOUND[:cut].encode() + strange)
    reads_the_same(SOUND[:cut].encode() + strange + SOUND[cut:].encode())


def reads_the_same(content: bytes) -> None:
    quick = inputs._read_sound(content, "a.json", inputs.NO_OFFICE)
    if quick is not None:
        assert repr(quick) == repr(inputs._read_faulty(content, "a.json", inputs.NO_OFFICE))


@pytest.mark.parametrize("score", [{"awarded": 5}, {"awarded": Decimal("6.75"), "reason": "nộp chậm"}])
def test_a_sound_submission_needs_no_more_than_a_glance(score: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "parse", None)
    assert read(as_json(submission({"scores/I.1.1": score})), "").submission is not None


def test_whole_points_that_stand_alone_are_one_value() -> None:
    first, second = (Submission.model_validate_json(SOUND).scores[no] for no in ("I.1.1", "I.1.3"))
    assert first is second == Score(awarded=Decimal(5))


# --- the office's defaults -------------------------------------------------------------------------------------

SHARED: dict[str, Any] = {
    "organization": {"superior": {"id": "dbh-loc-ninh", "name": "Đảng bộ huyện Lộc Ninh"}},
    "facts": {"government": [{"name": "UBND huyện", "rating": "good"}], "sociopolitical_organizations": []},
    "issuer": {"superior": "HUYỆN ỦY LỘC NINH", "agency": "BAN TỔ CHỨC", "symbol": "12-BC/BTC"},
    "signature": {"place": "Lộc Ninh", "date": "2021-12-05", "position": "TRƯỞNG BAN", "name": "Trần An"},
}


def bare() -> dict[str, Any]:
    """A submission without all that the office gives."""
    return submission(
        {
            "organization/superior": ABSENT,
            "facts/government": ABSENT,
            "issuer": ABSENT,
            "signature": ABSENT,
        }
    )


def test_what_the_office_gives_need_not_be_repeated() -> None:
    result = assessed(bare(), office(SHARED))
    assert result.faults == ()
    assert result.judged is not None
    read_back = result.judged.submission
    assert read_back.signature.name == "Trần An"
    assert read_back.organization.superior.id == "dbh-loc-ninh"
    assert [entry.name for entry in (read_back.facts.government or ())] == ["UBND huyện"]


def test_without_the_office_each_part_is_missed() -> None:
    assert places_of(bare()) == ["organization.superior", "signature", "facts.government"]


def test_a_submission_overrides_the_office_key_by_key() -> None:
    own = bare() | {"signature": {"name": "Lê Bình"}, "issuer": {"symbol": None}}
    result = assessed(own, office(SHARED))
    assert result.judged is not None
    found = result.judged.submission
    assert (found.signature.name, found.signature.place) == ("Lê Bình", "Lộc Ninh")
    assert found.issuer is not None
    assert (found.issuer.symbol, found.issuer.agency) == (None, "BAN TỔ CHỨC")


def test_a_list_of_the_submission_replaces_that_of_the_office() -> None:
    raw = bare()
    raw["facts"]["government"] = [{"name": "HĐND huyện", "rating": "completed"}]
    result = assessed(raw, office(SHARED))
    assert result.judged is not None
    assert [entry.name for entry in (result.judged.submission.facts.government or ())] == ["HĐND huyện"]


def test_null_in_the_submission_overrides_too() -> None:
    raw = bare() | {"issuer": None}
    raw["facts"]["government"] = None
    result = assessed(raw, office(SHARED))
    assert result.judged is not None
    assert result.judged.submission.issuer is None
    assert result.judged.submission.facts.government is None


def test_reading_changes_neither_the_office_nor_the_next_submission() -> None:
    shared = deepcopy(SHARED)
    faulty = bare() | {"signature": 5, "issuer": {"agency": ""}}
    assert problems_of(faulty, office(shared))
    assert shared == SHARED
    assert problems_of(bare(), office(shared)) == ()


def test_a_fault_is_located_in_the_file_that_has_it() -> None:
    shared = deepcopy(SHARED) | {"issuer": {"superior": "", "agency": "BAN"}, "signature": {"place": 5, "name": "x"}}
    own = bare() | {"signature": {"date": None, "position": "", "name": "Lê"}}
    found = {(problem.source, problem.where) for problem in problems_of(own, office(shared))}
    assert found == {
        ("office.json", "issuer.superior"),
        ("office.json", "signature.place"),
        ("a.json", "signature.position"),
    }


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"facts": {"government": [{"name": "UBND", "rating": "good"}] * 2}}, "facts.government[1]"),
        ({"signature": {**SHARED["signature"], "date": "2020-12-05"}}, "signature.date"),
        ({"form": "khac", "year": 2021}, "form"),
    ],
)
def test_a_contradiction_within_the_office_file_is_located_there(changes: dict[str, Any], where: str) -> None:
    own = bare()
    del own["form"], own["year"]
    shared = {"form": "hoi-quan-chung", "year": 2021, **deepcopy(SHARED), **changes}
    found = [(problem.source, problem.where) for problem in problems_of(own, office(shared))]
    assert found == [("office.json", where)]


def test_the_office_may_give_form_and_year() -> None:
    own = bare()
    del own["form"], own["year"]
    assert problems_of(own, office({**SHARED, "form": "hoi-quan-chung", "year": 2021})) == ()


@pytest.mark.parametrize("key", ["scores", "proposal", "comment", "giao", "signatur"])
def test_what_differs_from_organisation_to_organisation_has_no_place_in_the_office_file(key: str) -> None:
    assert [problem.where for problem in inputs.office_problems({**SHARED, key: None})] == [key]


def test_an_office_file_with_faults_is_refused_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "office.json"
    path.write_text('{"scores": {}, "facts": {"members": 1}, "organization": {"id": "x"}}', encoding="utf-8")
    faults = pipeline.read_office(path).faults
    assert [problem.where for problem in faults] == ["scores", "facts.members", "organization.id"]
    assert {problem.source for problem in faults} == {str(path)}


def test_a_new_submission_says_nothing_against_the_office() -> None:
    blank = sample.blank(folder().form, "a", "x")
    left = inputs.without_defaults(blank, office(SHARED))
    assert "issuer" not in left
    assert "signature" not in left or left["signature"] == {"authority": None}
    assert "superior" not in left["organization"]
    assert "government" not in left["facts"]
    assert left["facts"]["members"] == blank["facts"]["members"]
    assert inputs.without_defaults(blank, inputs.NO_OFFICE) == blank


# --- one fault hides no other ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("organization", 5),
        ("organization/kind", "chi bộ"),
        ("organization/name", ""),
        ("organization/superior", None),
        ("signature", []),
        ("signature/date", "hôm nay"),
        ("issuer", "BAN"),
        ("proposal", {"rating": "good"}),
        ("comment", 5),
        ("scores/I.1.2", {"awarded": "năm"}),
        ("scores/I.1.2", None),
        ("scores/I.1.2/xyz", 1),
        ("facts/members", []),
        ("facts/members/good", "tám"),
        ("facts/weaknesses", 0),
        ("facts/discipline/subordinates", [{}]),
        ("facts/levels", {"I.2": {"level": "khá"}}),
        ("facts/xyz", 1),
        ("xyz", 1),
        ("$schema", 5),
    ],
)
def test_one_fault_of_structure_does_not_hide_the_others(path: str, value: object) -> None:
    others = {"scores/I.1.1/awarded": 6, "scores/III.1": ABSENT, "facts/targets/met": 13}
    others_at = {'scores["I.1.1"].awarded', 'scores["III.1"]', "facts.targets.met"}
    alone = places_of(submission({path: value}))
    together = places_of(submission({path: value, **others}))
    assert alone
    assert set(together) >= others_at | set(alone)


def test_missing_reasons_are_listed_together_with_faults_of_structure() -> None:
    changes: dict[str, Any] = {
        "scores/I.1.1": {"awarded": 4},
        "scores/I.1.2/award": 5,
        "facts/achievements": [],
        "organization/nam": "x",
    }
    found = places_of(submission(changes))
    assert {'scores["I.1.1"].reason', 'scores["I.1.2"].award', "organization.nam"} == set(found)


def test_duplicate_keys_and_impossible_numbers_are_all_listed_with_their_places() -> None:
    """The contract: each with its JSON path, all in one run, together with the other faults."""
    content = as_json(submission({"scores/I.1.1/awarded": 6, "scores/I.1.2/awarded": 4})).decode()
    content = content.replace('"proposal"', '"proposal": null, "proposal"', 1).replace(
        '"awarded": 4', '"awarded": NaN', 1
    )
    content = content.replace('"met": 12', '"met": 1e999, "met": 12', 1)
    assert set(places_of(content.encode())) >= {
        "proposal",
        'scores["I.1.1"].awarded',
        'scores["I.1.2"].awarded',
        "facts.targets.met",
    }


@pytest.mark.parametrize("changes", [{"\ud800": 1}, {"facts/\ud800": 1}, {"scores/\ud800": {"awarded": 1}}])
def test_a_key_of_half_a_character_is_a_problem_like_any_other(changes: dict[str, Any]) -> None:
    found = places_of(submission({**changes, "scores/I.1.1/awarded": 6}))
    assert 'scores["I.1.1"].awarded' in found
    assert any("\\ud800" in where for where in found)
    assert len(found) == 2


def test_a_right_comment_is_not_doubted_because_something_else_is_wrong() -> None:
    comment = (
        "Tổng điểm đạt 99,5/100 điểm, khắc phục 10/10 hạn chế.\nĐề nghị xếp loại chi bộ: Hoàn thành xuất sắc nhiệm vụ."
    )
    right = {"comment": comment, "scores/I.1.1": {"awarded": Decimal("4.5"), "reason": "nộp chậm"}}
    assert places_of(submission(right)) == []
    wrong = {"scores/I.1.2/award": 5, "facts/weaknesses/remedid": 10}
    assert places_of(submission({**right, **wrong})) == ['scores["I.1.2"].award', "facts.weaknesses.remedid"]


def test_a_place_with_a_fault_is_not_reported_twice() -> None:
    for path, value in (("scores/I.1.1", {"awarded": "x"}), ("scores/IV", {"awarded": "x"}), ("facts/members", 5)):
        found = places_of(submission({path: value}))
        assert len(found) == len(set(found)) == 1


# --- criteria --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leaf", [leaf.no for leaf in folder().form.leaves if not leaf.banded])
def test_a_forgotten_criterion_is_never_full_marks(leaf: str) -> None:
    result = assessed(submission({f"scores/{leaf}": ABSENT}))
    assert [problem.where for problem in result.faults] == [place("scores", leaf)]
    assert result.judged is None


@pytest.mark.parametrize("entry", [{}, {"awarded": None}, {"deductions": None}, {"reason": "quên"}])
def test_a_criterion_without_points_is_never_full_marks(entry: dict[str, Any]) -> None:
    assert places_of(submission({"scores/I.1.1": entry})) == ['scores["I.1.1"]']


def test_an_empty_list_of_deductions_says_full_marks() -> None:
    result = assessed(submission({"scores/I.1.1": {"deductions": []}}))
    assert result.faults == ()
    assert result.judged is not None
    assert result.judged.scoresheet.total == 100


@given(st.integers(0, 20), st.lists(st.integers(1, 12), max_size=4))
def test_awarded_and_deductions_must_agree(awarded: int, deducted: list[int]) -> None:
    step = folder().form.step or Decimal(1)
    entry = {"awarded": awarded * step, "deductions": [{"points": part * step, "reason": "vì"} for part in deducted]}
    found = places_of(submission({"scores/I.1.1": entry}))
    assert (found == []) == ((awarded + sum(deducted)) * step == 5)


@given(st.decimals(0, 10, places=3, allow_nan=False))
def test_points_are_whole_steps_up_to_the_standard(points: Decimal) -> None:
    found = places_of(submission({"scores/I.1.1": {"awarded": points, "reason": "vì"}}))
    assert (found == []) == (points <= 5 and points % (folder().form.step or 1) == 0)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_targets_that_contradict_each_other_are_refused(assigned: int, met: int, excused: int) -> None:
    facts = {"assigned": assigned, "met": met, "force_majeure": excused}
    found = [where for where in places_of(submission({"facts/targets": facts})) if where.startswith("facts.targets")]
    assert (found == []) == (excused <= assigned and met <= assigned - excused)


@given(st.integers(0, 40), st.integers(0, 40))
def test_no_more_weaknesses_are_remedied_than_were_pointed_out(pointed_out: int, remedied: int) -> None:
    facts = {"pointed_out": pointed_out, "remedied": remedied, "unremedied_from_earlier_years": 0}
    found = places_of(submission({"facts/weaknesses": facts}))
    assert ("facts.weaknesses.remedied" in found) == (remedied > pointed_out)


@pytest.mark.parametrize(
    "name", ["a", "hoi-ctd-loc-an", "a.b", "a_b", "2021", "con-hoi", "hoi-con", "com", "a" * 64, "nulx", "lpt"]
)
def test_a_safe_id_is_taken(name: str) -> None:
    assert problems_of(submission({"organization/id": name})) == ()


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "a/b", "a\\b", "/a", "~", "a..b", ".a", "a.", "-a", "a-", "a--b", "A", "hội", "a b", "a:b",
        "con", "prn.x", "aux", "nul", "com1", "lpt9.txt", "a" * 65, "a\n", "a\x00", "ａ", "a*", "$(x)", "%00",
    ],
)  # fmt: skip
def test_an_unsafe_id_is_refused(name: str) -> None:
    assert places_of(submission({"organization/id": name})) == ["organization.id"]


# --- the shipped sample and the schema -------------------------------------------------------------------------


def test_the_blank_submission_lists_what_is_to_be_filled_in() -> None:
    found = places_of(as_json(sample.blank(folder().form, "a", "x")))
    leaves = [place("scores", leaf.no) for leaf in folder().form.leaves if not leaf.banded]
    assert set(leaves) <= set(found)
    assert {"organization.name", "signature.name", "organization.superior.id"} <= set(found)
    assert [where for where in found if where.startswith("facts")] == []


def test_the_schema_is_a_schema_of_its_dialect() -> None:
    assert SCHEMA["$schema"] == DIALECT
    Draft202012Validator.check_schema(SCHEMA)


@given(submissions(unknown=True))
def test_the_schema_accepts_every_sound_submission(raw: dict[str, Any]) -> None:
    content = json.loads(json.dumps(raw, default=float))
    assert list(VALIDATOR.iter_errors(content)) == []


@given(submissions(), st.data())
def test_the_schema_and_the_reading_agree_about_structure(raw: dict[str, Any], data: st.DataObject) -> None:
    """Whatever the schema refuses the reading refuses too."""
    path = data.draw(st.sampled_from(list(_inner(raw))))
    raw = json.loads(json.dumps(raw, default=float))
    holder: Any = raw
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(st.sampled_from([None, True, -1, 0.1, 10**7, "x", "", [], {}, ["x"], {"x": 1}]))
    assume(list(VALIDATOR.iter_errors(raw)))
    assert problems_of(json.dumps(raw).encode())


def _inner(raw: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    pairs = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from _inner(value, (*path, key))


SEEN_BY_THE_SCHEMA = (
    "above-standard", "bom", "empty-texts", "large-numbers", "long-texts", "missing-all", "missing-inside",
    "missing-scores", "missing-top", "not-object-list", "not-object-null", "not-object-number", "not-object-text",
    "nulls", "parents-scored", "unknown-criteria", "unknown-form", "unknown-keys", "unknown-year", "unsafe-form",
    "unsafe-id-diacritics", "unsafe-id-dots", "unsafe-id-edges", "unsafe-id-long", "unsafe-id-slash", "wrong-dates",
    "wrong-ratings", "wrong-steps", "wrong-types-facts", "wrong-types-inside", "wrong-types-top",
    "dates-typed-otherwise", "hostile-keys", "reasons-with-input-faults",
)  # fmt: skip


@pytest.mark.parametrize("name", SEEN_BY_THE_SCHEMA)
def test_the_schema_refuses_what_a_schema_can_see(name: str) -> None:
    assert list(VALIDATOR.iter_errors(json.loads((BAD / f"{name}.json").read_text(encoding="utf-8-sig"))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("scores/I.1.1/awarded", 5.25),
        ("scores/I.1.1/awarded", 4.3),
        ("scores/I.1.1/awarded", -1),
        ("scores/I.1.1/awarded", "5"),
        ("scores/I.1.1/deductions", [{"points": 0, "reason": "x"}]),
        ("scores/I.1.1/deductions", [{"points": 0.3, "reason": "x"}]),
        ("scores/I.1.1/deductions", [{"reason": "x"}]),
        ("scores/IV", {"awarded": 6}),
        ("scores/I", {"awarded": 53}),
        ("facts/levels", {"I.1.1": {"level": "good", "reason": "x"}}),
        ("facts/members/good", -1),
        ("facts/members/good", 1.5),
        ("organization/kind", "x"),
        ("organization/id", "A b"),
        ("year", 2020),
        ("form", "x"),
        ("signature/date", "05/12/2021"),
        ("xyz", 1),
    ],
)
def test_the_schema_knows_maxima_steps_names_and_types(path: str, value: object) -> None:
    raw = json.loads(json.dumps(submission({path: value}), default=float))
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert list(validator.iter_errors(raw))
    assert problems_of(as_json(raw) if not isinstance(value, float) else json.dumps(raw).encode())


def titles(schema: Any, path: str = "") -> Iterator[tuple[str, str | None]]:
    """The title of every property and definition."""
    for name, inner in (*schema.get("properties", {}).items(), *schema.get("$defs", {}).items()):
        if "$ref" not in inner:  # its title is that of the definition
            yield f"{path}.{name}", inner.get("title")
        yield from titles(inner, f"{path}.{name}")


VIETNAMESE = set("àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ")
NO_DIACRITICS = ("JSON Schema", "Lý do chung")


def test_every_title_of_the_schema_is_vietnamese() -> None:
    for path, title in titles(SCHEMA):
        if path.startswith(".scores.") and path.endswith((".awarded", ".level", ".met", ".others")):
            continue  # a narrower limit of a property that has its title in the definition
        assert title, path
        assert set(title.lower()) & VIETNAMESE or title in NO_DIACRITICS, f"{path}: {title}"


def test_no_description_of_the_schema_is_a_docstring() -> None:
    text = json.dumps(SCHEMA, ensure_ascii=False)
    for english in ("party", "organisation", "The ", "rated"):
        assert english not in text.replace("party_committee", "").replace("not_rated", "")


def test_the_schema_names_each_criterion_by_its_official_words() -> None:
    shown = SCHEMA["properties"]["scores"]["properties"]
    assert list(shown) == [leaf.no for leaf in folder().form.leaves]
    assert all(shown[leaf.no]["description"] == leaf.text for leaf in folder().form.leaves)


# --- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [*RATINGS, *LEVELS])
def test_a_wrong_word_is_answered_with_those_that_are_allowed(word: str) -> None:
    found = problems_of(submission({"facts/levels": {"I.1": {"level": f"{word}!", "reason": "x"}}}))
    assert [problem.where for problem in found] == ['facts.levels["I.1"].level']
    assert all(level in found[0].fix for level in LEVELS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("organisation", "organization"), ("Scores", "scores"), ("fact", "facts"), ("signatures", "signature")],
)
def test_a_mistyped_key_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    found = [problem for problem in problems_of(submission({typed: {}})) if problem.where == typed]
    assert found[0].fix.startswith(f"Có phải “{meant}”? ")
    assert "$schema" in found[0].fix
    assert "json_schema" not in found[0].fix


@given(st.text(st.characters(), max_size=100))
def test_a_found_value_is_shown_without_characters_that_cannot_be_seen(value: str) -> None:
    shown = messages.show(value)
    assert not any(unicodedata.category(character)[0] == "C" for character in shown)
    assert len(messages.show("x" * 500)) <= 70


def test_reading_needs_no_form() -> None:
    reading = read(as_json(submission()), "a.json")
    assert reading.problems == ()
    assert reading.submission is not None


def test_a_draft_is_not_blocked_by_what_only_blocks_the_issue() -> None:
    result = assessed(submission({"facts/targets": None}))
    assert {problem.blocks for problem in result.problems} == {Blocks.ISSUE}
    assert result.document()


@pytest.mark.parametrize("typed", [0, 1, 3, 5])
def test_points_typed_for_a_band_that_is_not_known_yet_decide_nothing(typed: int) -> None:
    """With one rating missing, 3 points may still become the band "good": excellent stays possible."""
    changes = {"facts/sociopolitical_organizations/0/rating": None, "scores/IV": {"awarded": typed, "reason": "tạm"}}
    result = assessed(submission(changes))
    assert result.judged is not None
    assert "excellent" in result.judged.rating.possible
    assert result.judged.rating.computed is None


def test_the_library_is_asked_for_the_form_of_the_submission() -> None:
    assert library().available()
    assert places_of(submission({"form": "khac"})) == ["form"]


def test_more_scores_than_any_form_has_criteria_are_one_problem_and_take_no_time() -> None:
    scores = {f"X{at}": {"awarded": "x"} for at in range(5000)}
    found = [problem for problem in assessed(submission({"scores": scores})).problems if problem.where == "scores"]
    assert [problem.message for problem in found] == ["có 5000 mục, nhiều hơn 200"]


def test_a_fault_of_the_office_is_told_of_every_submission_that_it_is_for() -> None:
    raw = submission({"facts/government": ABSENT, "facts/weaknesses/remedied": "x"})
    office = Office("office.json", {"facts": {"government": [{"name": "UBND", "rating": 5}, {"name": "HĐND", "x": 1}]}})
    first, second = problems_of(raw, office), problems_of(raw, office)
    assert first == second
    assert "facts.government[0].rating" in [problem.where for problem in first]
