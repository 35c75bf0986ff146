"""Forms with faults are refused in exact words; and what a form says is decided by its data alone.

Each `bad_forms/NAME.toml` is one edit of the shipped form (`file`, and what to `find` and `replace` there; Word's XML
is `word/document.xml`; `append` is put at the end), or `files` is a list of such edits; `bad_forms/NAME.expected` is
what is found. In a replacement `{k*10000}` stands for ten thousand times a `k`. After changing a message on purpose:

    UPDATE_EXPECTED=1 pytest tests/test_forms.py && git diff tests/bad_forms
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocao import pipeline, trial
from baocao.cli import show
from baocao.errors import DataError, Problem
from baocao.forms import Form, FormFolder, Library, load_folder
from baocao.pipeline import Result
from baocao.rendering import package
from baocao.rendering.context import scoresheet_context
from baocao.rendering.trying import paragraphs
from tests.helpers import FORM, TEMPLATES, as_json, folder, library, submission

BAD_FORMS = Path(__file__).parent / "bad_forms"
PACKAGE = Path(__file__).parents[1] / "baocao"
NAMES = sorted(path.stem for path in BAD_FORMS.glob("*.toml"))
WORD = "word/document.xml"


# --- faults ----------------------------------------------------------------------------------------------------


def copied(to: Path) -> Path:
    """A copy of the shipped form's folder, in a library of its own."""
    path = to / FORM
    shutil.copytree(TEMPLATES / FORM, path)
    return path


def edit(path: Path, file: str, edits: Iterable[Mapping[str, str]], append: str = "") -> None:
    """Replace the first of each text found in a file of a form's folder, and put a text at its end."""
    word = path / "scoresheet.docx"
    parts = package.unpack(word.read_bytes()) if file == WORD else {}
    text = parts[WORD].decode("utf-8") if parts else (path / file).read_text(encoding="utf-8")
    for change in edits:
        assert change["find"] in text, f"{file} no longer says {change['find']!r}"
        text = text.replace(change["find"], repeated(change["replace"]), 1)
    if parts:
        word.write_bytes(package.pack({**parts, WORD: text.encode()}))
    else:
        (path / file).write_text(text + repeated(append), encoding="utf-8")


def repeated(text: str) -> str:
    """Write out `{k*10000}`."""
    return re.sub(r"\{(\S)\*(\d+)\}", lambda found: found[1] * int(found[2]), text)


def problems_of(path: Path) -> tuple[Problem, ...]:
    """What `baocao form check` finds in a form's folder."""
    try:
        trial.check_form(load_folder(path))
    except DataError as error:
        return error.problems
    return ()


def compare(name: str, found: Iterable[Problem]) -> None:
    blocks = [
        f"tệp: {Path(problem.source).name}\n"
        f"nơi: {problem.where or '(cả tệp)'}\nlỗi: {problem.message}\nsửa: {problem.fix}\n"
        for problem in found
    ]
    expected = BAD_FORMS / f"{name}.expected"
    text = "\n".join(blocks)
    if os.environ.get("UPDATE_EXPECTED"):
        expected.write_text(text, encoding="utf-8")
    assert text.splitlines() == expected.read_text(encoding="utf-8").splitlines()
    assert text


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_of_a_form_is_named_exactly(name: str, tmp_path: Path) -> None:
    case = tomllib.loads((BAD_FORMS / f"{name}.toml").read_text(encoding="utf-8"))
    path = copied(tmp_path)
    for part in case.get("files", [case]):
        edit(path, part["file"], part.get("edits", ()), part.get("append", ""))
    compare(name, problems_of(path))


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<x/>")
        archive.writestr("_rels/.rels", b"<x/>")
        archive.writestr(WORD, b"0" * (65 * 1024 * 1024))
    return packed.getvalue()


def many_parts() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}.xml", b"")
    return packed.getvalue()


def empty_parts() -> bytes:
    return package.pack({"[Content_Types].xml": b"", "_rels/.rels": b"", WORD: b""})


def bomb_of_entities() -> bytes:
    parts = package.unpack(folder().scoresheet.read_bytes())
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'.encode()
    head, _, tail = parts[WORD].partition(b"<w:document")
    return package.pack({**parts, WORD: head + bomb + b"<w:document" + tail.replace(b"{{ total }}", b"&a11;")})


BROKEN_TEMPLATES: dict[str, Callable[[], bytes]] = {
    "template-not-a-zip": lambda: b"not a zip",
    "template-empty": lambda: b"",
    "template-cut-off": lambda: folder().scoresheet.read_bytes()[:5000],
    "template-zip-bomb": zip_bomb,
    "template-many-parts": many_parts,
    "template-not-word": lambda: package.pack({"mimetype": b"x"}),
    "template-empty-parts": empty_parts,
    "template-entities": bomb_of_entities,
}


@pytest.mark.parametrize("name", BROKEN_TEMPLATES)
def test_a_broken_word_file_is_refused_in_words(name: str, tmp_path: Path) -> None:
    path = copied(tmp_path)
    (path / "scoresheet.docx").write_bytes(BROKEN_TEMPLATES[name]())
    compare(name, problems_of(path))


@pytest.mark.parametrize("missing", ["form.toml", "phrases.toml", "scoresheet.docx"])
def test_a_missing_file_of_a_form_is_named(missing: str, tmp_path: Path) -> None:
    path = copied(tmp_path)
    (path / missing).unlink()
    found = problems_of(path)
    assert [Path(problem.source).name for problem in found] == [missing]
    assert found[0].message == "không có tệp này, hoặc đây không phải là tệp"


def test_faults_of_data_and_of_phrases_are_listed_together(tmp_path: Path) -> None:
    path = copied(tmp_path)
    edit(path, "form.toml", [{"find": "total = 100", "replace": "total = 99"}])
    edit(path, "phrases.toml", [{"find": 'limits = "Hạn chế:"', "replace": 'limit = "Hạn chế:"'}])
    edit(path, "phrases.toml", [{"find": "observed = ", "replace": "observd = "}])
    assert {Path(problem.source).name for problem in problems_of(path)} == {"form.toml", "phrases.toml"}


def test_every_expectation_has_its_case() -> None:
    assert len(NAMES) >= 25
    assert {path.stem for path in BAD_FORMS.glob("*.expected")} == {*NAMES, *BROKEN_TEMPLATES}


ENGLISH = re.compile(
    r"\b(should|must|invalid|expected|unexpected|missing|encountered|unknown|unable|undefined|has no|is not|cannot"
    r"|the|template|end of|got|No filter"
    r"|Name|Getattr|Call|Sub|Neg|Macro|Assign|Output|Include|Filter|Getitem|Add|Mul)\b",
)


@pytest.mark.parametrize("name", [*NAMES, *BROKEN_TEMPLATES])
def test_no_message_to_a_form_author_falls_back_into_english(name: str) -> None:
    for line in (BAD_FORMS / f"{name}.expected").read_text(encoding="utf-8").splitlines():
        if line.startswith(("lỗi: ", "sửa: ")):
            said = re.sub(r"“[^”]*”|\"[^\"]*\"|Các giá trị có: .*", "", line)
            assert not ENGLISH.search(said), line


# --- the form is data ------------------------------------------------------------------------------------------


def assessed_by(form: FormFolder, raw: dict[str, Any]) -> Result:
    library = Library([form.path.parents[1]])
    return pipeline.assess_bytes(as_json(raw), "a.json", library)


def seen(form: FormFolder, raw: dict[str, Any]) -> list[str]:
    """Everything that a person learns of a submission: score, rating, findings, document."""
    result = assessed_by(form, raw)
    document = [] if result.faults else paragraphs(result.document())
    return [*show.score(result), *document]


TALLY = "facts/members"
SIX_OF_TEN = {"excellent": 0, "good": 6, "completed": 4, "not_completed": 0, "not_rated": 0, "not_rated_reason": None}

# What is edited, a submission, and the rating before and after.
EDITS: dict[str, tuple[str, str, dict[str, Any], str | None, str | None]] = {
    "80 % of clause 1.3 becomes 60 %": (
        'rated_at_least = "good", at_least = 80',
        'rated_at_least = "good", at_least = 60',
        {TALLY: SIX_OF_TEN},
        "good",
        "excellent",
    ),
    "clause 4.3 loses its condition": (
        'conditions = [{ kind = "organization_disciplined", interpretation = "ky-luat-trong-nam" }]',
        "conditions = []",
        {"facts/discipline/organization": True},
        "not_completed",
        "excellent",
    ),
    "90 points of clause 1 become 95": (
        'conditions = [{ kind = "points", at_least = 90 }]',
        'conditions = [{ kind = "points", at_least = 95 }]',
        {
            f"scores/{no}": {"awarded": 4.5, "deductions": [{"points": 0.5, "reason": "chậm"}]}
            for no in ("I.1.1", "I.1.2", "I.1.3")
        }
        | {"scores/I.3.1": {"awarded": 3, "reason": "thiếu"}, "facts/levels": {"I.3": {"level": "good", "reason": "x"}}}
        | {"scores/III.1": {"awarded": 5.25, "reason": "thiếu"}},
        "excellent",
        "good",
    ),
    "an achievement is no longer asked for": (
        'conditions = [{ kind = "achievement", interpretation = "pham-vi-dang-bo" }]',
        "conditions = []",
        {"facts/achievements": []},
        "good",
        "excellent",
    ),
    "the weaknesses of earlier years may be two": (
        'kind = "figure", of = "unremedied_weaknesses", at_most = 0',
        'kind = "figure", of = "unremedied_weaknesses", at_most = 2',
        {"facts/weaknesses/unremedied_from_earlier_years": 2},
        "good",
        "excellent",
    ),
    "targets below 50 % become below 40 %": (
        'kind = "figure", of = "targets", below = 50',
        'kind = "figure", of = "targets", below = 40',
        {"facts/targets": {"assigned": 100, "met": 45, "force_majeure": 0}},
        "not_completed",
        "excellent",
    ),
    "trên 20 % becomes trên 30 %": (
        'above = 20, applies_to = ["party_committee", "grassroots_cell"]',
        'above = 30, applies_to = ["party_committee", "grassroots_cell"]',
        {
            "organization/kind": "grassroots_cell",
            TALLY: {**SIX_OF_TEN, "completed": 1, "not_completed": 3},
        },
        "not_completed",
        "completed",
    ),
    "the knock-out of members applies to plain cells too": (
        'applies_to = ["party_committee", "grassroots_cell"]',
        'applies_to = ["party_committee", "grassroots_cell", "cell"]',
        {TALLY: {**SIX_OF_TEN, "completed": 1, "not_completed": 3}},
        "completed",
        "not_completed",
    ),
    "government need only be completed": (
        '{ kind = "organizations", of = "government", all_at_least = "good" }',
        '{ kind = "organizations", of = "government", all_at_least = "completed" }',
        {"facts/government/0/rating": "completed"},
        "good",
        "excellent",
    ),
    "the level good begins at 50 %": (
        'key = "good"\nname = "Tốt"\nat_least = 70',
        'key = "good"\nname = "Tốt"\nat_least = 55',
        {"scores/I.3.1": {"awarded": 2, "reason": "thiếu"}},
        "good",
        "excellent",
    ),
    "section I.3 becomes core": (
        'core_items = ["II.2", "II.3", "III"]',
        'core_items = ["I.3", "II.2", "II.3", "III"]',
        {"scores/I.3.1": {"awarded": 3.5, "reason": "thiếu"}},
        "excellent",
        "good",
    ),
    "discipline of subordinates is asked of a good rating too": (
        'text = "Tổ chức đảng trực thuộc không bị xử lý kỷ luật (trừ trường hợp bị xử lý kỷ luật nhưng tự phát hiện và '
        'khắc phục xong hậu quả)."\nconditions = [{ kind = "subordinates_not_disciplined", '
        'interpretation = "ky-luat-truc-thuoc" }]',
        'text = "Tổ chức đảng trực thuộc không bị xử lý kỷ luật (trừ trường hợp bị xử lý kỷ luật nhưng tự phát hiện và '
        'khắc phục xong hậu quả)."',
        {
            "organization/kind": "party_committee",
            TALLY: None,
            "facts/subordinates": {**SIX_OF_TEN, "good": 4, "completed": 6},
            "facts/discipline/subordinates": [{"name": "Chi bộ A", "self_detected": False, "remedied": False}],
        },
        None,
        "completed",
    ),
    "the order of decision puts excellent before the knock-outs": (
        'order = ["not_completed", "excellent", "good", "completed"]',
        'order = ["excellent", "not_completed", "good", "completed"]',
        {"facts/discipline/organization": True},
        "not_completed",
        "excellent",
    ),
}

# A figure must stand in the sentence it is taken from: the sentence is edited with it.
SAID: dict[str, tuple[str, str]] = {
    "80 % of clause 1.3 becomes 60 %": ("trong đó có từ 80%", "trong đó có từ 60%"),
    "90 points of clause 1 become 95": ("đạt từ 90 điểm trở lên, đồng thời", "đạt từ 95 điểm trở lên, đồng thời"),
    "the weaknesses of earlier years may be two": ("- Nếu có hạn chế", "- Nếu có trên 2 hạn chế"),
    "targets below 50 % become below 40 %": ("Chỉ hoàn thành dưới 50%", "Chỉ hoàn thành dưới 40%"),
    "trên 20 % becomes trên 30 %": ("Đảng bộ có trên 20%", "Đảng bộ có trên 30%"),
}


@pytest.mark.parametrize("name", EDITS)
def test_editing_the_data_changes_the_rating_without_touching_python(name: str, tmp_path: Path) -> None:
    find, new, changes, before, after = EDITS[name]
    raw = submission(changes)
    path = copied(tmp_path)
    found = assessed_by(load_folder(path), raw)
    assert found.judged is not None
    assert found.judged.rating.computed == before
    edits = [(find, new), *([SAID[name]] if name in SAID else [])]
    edit(path, "form.toml", [{"find": text, "replace": instead} for text, instead in edits])
    found = assessed_by(load_folder(path), raw)
    assert found.judged is not None
    assert found.judged.rating.computed == after


def test_moving_points_between_criteria_changes_what_may_be_awarded(tmp_path: Path) -> None:
    path = copied(tmp_path)
    text = (path / "form.toml").read_text(encoding="utf-8")
    lines = text.split("[[criteria]]")
    for at, block in enumerate(lines):
        if 'no = "III.1"' in block:
            lines[at] = block.replace("standard = 6", "standard = 5")
        if 'no = "III.2"' in block:
            lines[at] = block.replace("standard = 4", "standard = 5")
    (path / "form.toml").write_text("[[criteria]]".join(lines), encoding="utf-8")
    changed = load_folder(path)
    assert [problem.where for problem in assessed_by(changed, submission()).faults] == ['scores["III.1"].awarded']
    better = submission({"scores/III.1/awarded": 5, "scores/III.2/awarded": 5})
    result = assessed_by(changed, better)
    assert result.judged is not None
    assert result.judged.scoresheet.total == 100


def test_the_step_is_data(tmp_path: Path) -> None:
    raw = submission({"scores/I.1.1": {"awarded": 4.25, "reason": "chậm"}})
    path = copied(tmp_path)
    assert assessed_by(load_folder(path), raw).faults == ()
    edit(path, "form.toml", [{"find": "step = 0.25", "replace": "step = 0.5"}])
    assert [problem.where for problem in assessed_by(load_folder(path), raw).faults] == ['scores["I.1.1"].awarded']


def test_a_band_is_data(tmp_path: Path) -> None:
    raw = submission({"facts/weaknesses/remedied": 8, "facts/weaknesses/pointed_out": 10})
    path = copied(tmp_path)
    found = assessed_by(load_folder(path), raw)
    edit(
        path,
        "form.toml",
        [{"find": 'level = "excellent", at_least = 90, text', "replace": 'level = "excellent", at_least = 80, text'}],
    )
    edit(path, "form.toml", [{"find": "Nếu khắc phục được 90%", "replace": "Nếu khắc phục được 80%"}])
    after = assessed_by(load_folder(path), raw)
    assert found.judged is not None
    assert after.judged is not None
    assert (found.judged.scoresheet.total, after.judged.scoresheet.total) == (Decimal(97), Decimal(100))


SENTENCES = sorted({sentence for sentence in folder().form.official_sentences if len(sentence) > 12})


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence[:30])
def test_every_official_sentence_comes_from_the_data(sentence: str, tmp_path: Path) -> None:
    path = copied(tmp_path)
    text = (path / "form.toml").read_text(encoding="utf-8")
    changed = re.sub(f'"{re.escape(sentence)}"', f'"{sentence[:-1]} ĐÃ SỬA."', text)
    assert changed != text
    (path / "form.toml").write_text(changed, encoding="utf-8")
    form = load_folder(path)
    result = assessed_by(form, submission())
    assert result.faults == ()
    assert result.judged is not None
    assert result.narrative is not None
    assert "ĐÃ SỬA." in str(scoresheet_context(result.judged, result.narrative, draft=True))


def test_an_edited_sentence_is_printed(tmp_path: Path) -> None:
    path = copied(tmp_path)
    edit(path, "form.toml", [{"find": "- Tổ chức đảng bị xử lý kỷ luật.", "replace": "- Tổ chức đảng bị kỷ luật."}])
    lines = seen(load_folder(path), submission())
    assert "- Tổ chức đảng bị kỷ luật." in lines
    assert "- Tổ chức đảng bị xử lý kỷ luật." not in lines


def test_an_edited_phrase_is_said(tmp_path: Path) -> None:
    path = copied(tmp_path)
    edit(path, "phrases.toml", [{"find": '"{{ total }} điểm"', "replace": '"đúng {{ total }} điểm"'}])
    assert any("đúng 100 điểm" in line for line in seen(load_folder(path), submission()))


def test_any_edit_of_the_data_changes_the_digest_and_voids_the_confirmation(tmp_path: Path) -> None:
    path = copied(tmp_path)
    digest = load_folder(path).form.digest
    confirmed = f'[confirmation]\nby = "Ban"\ndecision = "QĐ 1"\non = 2021-12-01\ndigest = "{digest}"\n\n[[quotas]]'
    edit(path, "form.toml", [{"find": "[[quotas]]", "replace": confirmed}])
    assert load_folder(path).form.confirmed
    edit(path, "form.toml", [{"find": "# The whole form as data.", "replace": "# Another comment."}])
    assert load_folder(path).form.confirmed
    edit(path, "form.toml", [{"find": "DỰ THẢO", "replace": "BẢN NHÁP"}])
    assert not load_folder(path).form.confirmed


def test_an_item_that_is_ticked_is_a_row_like_any_other_criterion_and_no_heading(tmp_path: Path) -> None:
    path = copied(tmp_path)
    text = (path / "form.toml").read_text(encoding="utf-8")
    blocks = [
        block.replace('standard = 5\nbasis = "allocated"', 'assessed_by = "level"') if 'no = "II.3"' in block else block
        for block in text.replace("total = 100", "total = 95").replace("standard = 22", "standard = 17").split("\n\n")
    ]
    (path / "form.toml").write_text("\n\n".join(blocks), encoding="utf-8")
    edit(path, "phrases.toml", [{"find": "typed = ", "replace": 'level = "{{ no }}: {{ level }}"\ntyped = '}])
    raw = submission({"scores/II.3": {"level": "good"}})
    result = assessed_by(load_folder(path), raw)
    assert result.judged is not None
    assert result.narrative is not None
    rows = scoresheet_context(result.judged, result.narrative, draft=True)["rows"]
    ticked = next(row for row in rows if "Kết quả thực hiện chương trình" in str(row))
    assert isinstance(ticked, dict)
    assert (ticked["kind"], ticked["level"]) == ("criterion", {"excellent": "", "good": "x", "average": "", "poor": ""})


def test_conditions_that_fail_for_the_same_items_are_told_once(tmp_path: Path) -> None:
    path = copied(tmp_path)
    asked = '{ kind = "subordinates_not_disciplined", interpretation = "ky-luat-truc-thuoc" }'
    edit(
        path,
        "form.toml",
        [{"find": asked, "replace": '{ kind = "levels", items = "all", at_least = "average" }'}],
    )
    stated = {"level": "poor", "reason": "bỏ trống kế hoạch kiểm tra"}
    result = assessed_by(load_folder(path), submission({"facts/levels/I.3": stated}))
    assert result.narrative is not None
    told = [line for line in result.narrative.paragraphs if "Chưa đủ căn cứ xếp loại vì" in line]
    assert [line.count("thực tế: I.3: Kém") for line in told] == [1]


def test_a_copied_folder_is_a_new_form(tmp_path: Path) -> None:
    path = tmp_path / "hoi-khac" / "2022"
    shutil.copytree(TEMPLATES / FORM, path)
    edit(path, "form.toml", [{"find": 'id = "hoi-quan-chung"', "replace": 'id = "hoi-khac"'}])
    edit(path, "form.toml", [{"find": "year = 2021", "replace": "year = 2022"}])
    assert problems_of(path) == ()
    result = assessed_by(load_folder(path), submission({"form": "hoi-khac", "year": 2022, "signature/date": None}))
    assert result.faults == ()
    assert any("năm 2022" in line for line in paragraphs(result.document()))


# --- no form in Python -----------------------------------------------------------------------------------------

SOURCES = sorted(path for path in PACKAGE.rglob("*.py"))

# Where a message or a docstring shows what an identifier or a number looks like.
EXAMPLES = {
    "hoi-quan-chung": {"cli/common.py", "forms/library.py", "forms/model.py", "submission.py"},
    "numbers": {"messages.py", "inputs.py", "errors.py", "compare.py", "forms/criteria.py"},
}
EVERY_FORM = [library().get(key).form for key in library().available()]


@pytest.mark.parametrize("form", EVERY_FORM, ids=lambda form: form.key)
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_official_sentence_and_no_number_of_a_form_stands_in_python(source: Path, form: Form) -> None:
    name = source.relative_to(PACKAGE).as_posix()
    text = source.read_text(encoding="utf-8")
    assert [sentence for sentence in form.official_sentences if len(sentence) > 12 and sentence in text] == []
    words = [*form.ladder.names.values(), *form.level_ladder.names.values()]
    assert [word for word in words if f'"{word}"' in text] == []
    if name not in EXAMPLES["hoi-quan-chung"]:
        assert form.id not in text
    numbers = [row.no for row in form.criteria if "." in row.no]
    if name not in EXAMPLES["numbers"]:
        assert [no for no in numbers if re.search(rf"(?<![\w.]){re.escape(no)}(?![\w.])", text)] == []
    assert not re.search(r"\b(Bình Phước|Lộc Ninh|Đồng Xoài)\b", text)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_an_example_of_a_form_is_only_shown_and_never_compared(source: Path) -> None:
    code = re.sub(r'"""[\s\S]*?"""|#.*', "", source.read_text(encoding="utf-8"))
    for line in code.splitlines():
        if re.search(r'"[IV]+(\.\d)+"|"hoi-quan-chung"|\b2021\b', line):
            assert re.search(r"ví dụ|Ví dụ|help=|description=|dạng", line), line


@given(
    awarded=st.decimals(0, 1000, places=25, allow_nan=False),
    standard=st.decimals("0.25", 1000, places=2, allow_nan=False),
)
def test_a_level_is_reached_at_just_its_share_of_the_standard(awarded: Decimal, standard: Decimal) -> None:
    form = folder().form
    share = Fraction(awarded) * 100 / Fraction(standard)
    assert form.level_of(awarded, standard) == next(rule.key for rule in form.levels if share >= (rule.at_least or 0))


def test_what_a_form_asks_is_worked_out_once_for_each_kind() -> None:
    form, asked = folder().form, []

    def work(form: Form, kind: str) -> str:
        asked.append(kind)
        return f"{form.id} {kind}"

    assert [form.once(work, kind) for kind in ("a", "b", "a")] == [f"{form.id} a", f"{form.id} b", f"{form.id} a"]
    assert asked == ["a", "b"]
