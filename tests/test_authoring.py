"""Making a new year's form from an old one, and telling what changed: data and Word only."""

from __future__ import annotations

import io
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from baocao import compare, schema, trial
from baocao.cli import run
from baocao.errors import DataError, UsageError
from baocao.forms import FormFolder, Library
from baocao.forms.criteria import RatingTest
from baocao.forms.writing import copy_form
from baocao.rendering.trying import left_out, paragraphs
from tests.strategies import FOLDER, TEMPLATES


def edited(tmp_path: Path, *edits: tuple[str, str], file: str = "form.toml") -> FormFolder:
    """A copy of the shipped form for the next year, with texts of one of its files replaced."""
    path = copy_form(FOLDER, "hoi-quan-chung", 2022, tmp_path, b"{}")
    text = (path / file).read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (path / file).write_text(text, encoding="utf-8")
    return Library([tmp_path]).get("hoi-quan-chung/2022")


def changes(tmp_path: Path, *edits: tuple[str, str], file: str = "form.toml") -> list[str]:
    """What `form diff` says, but for the year in the name."""
    lines = list(compare.differences(FOLDER, edited(tmp_path, *edits, file=file)))
    return [line for line in lines if not line.startswith("Sửa mẫu, tên: ")]


def test_a_new_form_is_a_copied_folder_that_passes_its_check(tmp_path: Path) -> None:
    folder = edited(tmp_path)
    trial.check_form(folder)
    assert folder.form.key == "hoi-quan-chung/2022"
    assert folder.form.name.endswith("năm 2022")
    assert sorted(path.name for path in folder.path.iterdir()) == [
        "annex.docx",
        "decision.docx",
        "form.schema.json",
        "form.toml",
        "phrases.toml",
        "revocation.docx",
        "scoresheet.docx",
    ]


def test_an_editor_is_told_once_where_the_schema_is(tmp_path: Path) -> None:
    first = copy_form(FOLDER, "hoi-khac", 2022, tmp_path, b"{}")
    again = copy_form(Library([tmp_path]).get("hoi-khac/2022"), "hoi-khac", 2023, tmp_path, b"{}")
    for path in (first, again):
        text = (path / "form.toml").read_text(encoding="utf-8")
        assert text.startswith("#:schema ./form.schema.json\n")
        assert text.count("#:schema") == 1


def test_the_shipped_forms_satisfy_the_schema_of_forms() -> None:
    validator = Draft202012Validator(schema.form_schema())
    for path in TEMPLATES.rglob("form.toml"):
        raw = json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8")), default=str))
        assert [error.json_path for error in validator.iter_errors(raw)] == []


def test_the_schema_of_forms_finds_a_mistyped_key_and_a_wrong_type() -> None:
    raw = tomllib.loads((FOLDER.path / "form.toml").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema.form_schema())
    assert list(validator.iter_errors({**raw, "totall": 100}))
    assert list(validator.iter_errors({**raw, "total": "100"}))


def test_a_preview_is_the_blank_form_and_a_filled_one_for_each_kind() -> None:
    previews = trial.preview(FOLDER)
    blank, *filled, decision, revocation, annex = previews.values()
    assert len(filled) == len(FOLDER.form.kinds)
    assert left_out(FOLDER.form, paragraphs(blank)) == []
    assert "công nhận kết quả đánh giá" in " ".join(paragraphs(decision))
    assert "hủy bỏ kết quả đánh giá" in " ".join(paragraphs(revocation))
    assert "PHỤ LỤC 1" in paragraphs(annex)
    assert not any("mẫu" in line and "lý do mẫu" in line for line in paragraphs(blank))
    dotted = [line for line in paragraphs(blank) if len(line) > 20 and not line.strip("…")]
    # a dot sign is as wide as the letters are high: 14 pt; the line is A4 less margins and indent
    assert [len(line) * 14 / 72 * 25.4 < 210 - 30 - 15 - 10 for line in dotted] == [True] * 3
    assert all(any("lý do mẫu" in line for line in paragraphs(document)) for document in filled)


@pytest.mark.system
def test_a_preview_comes_with_pdf_and_pictures_of_its_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["form", "preview", "hoi-quan-chung", "2021", "-o", str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("*.pdf"))) == len(list(tmp_path.glob("*.docx"))) == 4 + len(FOLDER.form.kinds)
    assert list(tmp_path.glob("*_de-trong-1.png"))
    assert str(tmp_path / "hoi-quan-chung-2021_de-trong.pdf") in capsys.readouterr().out


def test_without_libreoffice_the_word_files_are_there_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["form", "preview", "hoi-quan-chung", "2021", "-o", str(tmp_path)]) == 0
    assert "máy này chưa cài LibreOffice" in capsys.readouterr().out
    assert list(tmp_path.glob("*.docx"))


def test_a_copy_keeps_the_comments_of_the_original(tmp_path: Path) -> None:
    text = (edited(tmp_path).path / "form.toml").read_text(encoding="utf-8")
    assert "# --- rating method ---" in text


def test_a_confirmation_is_not_taken_over(tmp_path: Path) -> None:
    confirmed = edited(
        tmp_path / "a",
        (
            "[[quotas]]",
            f'[confirmation]\nby = "A"\ndecision = "B"\non = 2021-11-01\ndigest = "{"0" * 64}"\n\n[[quotas]]',
        ),
    )
    assert confirmed.form.confirmation
    path = copy_form(confirmed, "hoi-khac", 2023, tmp_path / "b", b"{}")
    assert "[confirmation]" not in (path / "form.toml").read_text(encoding="utf-8")


def test_a_form_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    copy_form(FOLDER, "hoi-quan-chung", 2022, tmp_path, b"{}")
    with pytest.raises(UsageError, match="đã có mẫu này"):
        copy_form(FOLDER, "hoi-quan-chung", 2022, tmp_path, b"{}")


def test_only_the_name_differs_in_a_plain_copy(tmp_path: Path) -> None:
    assert changes(tmp_path) == []


def test_changed_points_are_told(tmp_path: Path) -> None:
    moved = (
        ('"Kịp thời xem xét', '"Luôn kịp thời xem xét'),
        ("standard = 6", "standard = 7"),
        ("standard = 6", "standard = 5"),
    )
    told = changes(tmp_path, *moved)
    assert [line for line in told if "điểm chuẩn" in line] == [
        "Sửa tiêu chí I.3.1, điểm chuẩn: 6 → 7",
        "Sửa tiêu chí I.3.2, điểm chuẩn: 6 → 5",
    ]
    assert any(line.startswith("Sửa tiêu chí I.2.5, nội dung: Kịp thời") for line in told)


def test_a_changed_condition_is_told_as_it_reads_for_each_kind(tmp_path: Path) -> None:
    told = changes(tmp_path, ("at_least = 80", "at_least = 75"))
    assert [line.split(":")[0] for line in told] == [
        f"Sửa điều kiện 1.3, yêu cầu đối với {kinds}" for kinds in ("chi bộ, chi bộ cơ sở", "đảng bộ")
    ]
    assert "từ 75% đảng viên được xếp loại “Hoàn thành tốt nhiệm vụ” trở lên" in told[0]


def test_a_band_s_threshold_and_level_are_told(tmp_path: Path) -> None:
    told = changes(
        tmp_path,
        ("at_least = 70, text", "at_least = 75, text"),
        ('level = "average", at_least', 'level = "poor", at_least'),
    )
    assert [line.split(":")[0] for line in told] == ["Sửa mục V, mức 7 điểm", "Sửa mục V, mức 5 điểm"]
    assert "(từ 70%, cấp độ Tốt)" in told[0]
    assert "(từ 75%, cấp độ Tốt)" in told[0]


def test_the_check_finds_a_figure_that_its_own_sentence_does_not_say(tmp_path: Path) -> None:
    folder = edited(tmp_path, ("at_least = 80", "at_least = 85"), ("points = 7", "points = 8"))
    with pytest.raises(DataError) as raised:
        trial.check_form(folder)
    assert [(problem.where, problem.message) for problem in raised.value.problems] == [
        ("clauses 1.3", "tính theo 85 nhưng câu in trên mẫu ghi 100, 80, 100, 80"),
        ("criteria V.banded", "tính theo 8 nhưng câu in trên mẫu ghi 70, 90, 7"),
    ]


def test_what_was_dropped_and_added_is_told(tmp_path: Path) -> None:
    entry = '[[interpretations]]\nkey = "danh-so-muc"'
    assert changes(tmp_path, (entry, '[[interpretations]]\nkey = "danh-so-lai"')) == [
        "Bỏ cách hiểu danh-so-muc: Số thứ tự các mục, tiêu chí được đặt lại theo thứ tự dòng (I, 1, 1.1, …); "
        "mục I.1 lấy tên “Công tác chính trị tư tưởng”.",
        "Thêm cách hiểu danh-so-lai: Số thứ tự các mục, tiêu chí được đặt lại theo thứ tự dòng (I, 1, 1.1, …); "
        "mục I.1 lấy tên “Công tác chính trị tư tưởng”.",
    ]


def test_changed_wording_and_a_restyled_page_are_told(tmp_path: Path) -> None:
    told = changes(tmp_path, ('unknown = "chưa biết"', 'unknown = "chưa rõ"'), file="phrases.toml")
    assert told == ["Sửa tên gọi unknown, nội dung: chưa biết → chưa rõ"]
    folder = Library([tmp_path]).get("hoi-quan-chung/2022")
    folder.scoresheet.write_bytes(folder.scoresheet.read_bytes() + b"\0")
    assert "Tệp Word của bảng chấm điểm khác nhau." in list(compare.differences(FOLDER, folder_again(tmp_path)))


def test_levels_that_rest_on_no_points_have_no_threshold_to_tell() -> None:
    told = list(compare.differences(FOLDER, Library([TEMPLATES]).get("phieu-cap-do/2022")))
    assert "Sửa cấp độ Xuất sắc, từ: 90% → không" in told
    assert "Sửa cấp độ Kém, từ: 0% → không" in told


def folder_again(templates: Path) -> FormFolder:
    return Library([templates]).get("hoi-quan-chung/2022")


def test_the_commands_say_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = ["form", "new", "hoi-khac", "2022", "--from", "hoi-quan-chung/2021", "-o", str(tmp_path)]
    assert run(new) == 0
    assert "baocao form check hoi-khac 2022 --templates" in capsys.readouterr().out
    assert run(["form", "check", "hoi-khac", "2022", "--templates", str(tmp_path)]) == 0
    assert run(["form", "diff", "hoi-quan-chung/2021", "hoi-khac/2022", "--templates", str(tmp_path)]) == 0
    assert "Sửa mẫu, tên:" in capsys.readouterr().out
    assert run(["form", "diff", "hoi-quan-chung/2021", "hoi-quan-chung/2021"]) == 0
    assert "Hai mẫu giống nhau." in capsys.readouterr().out
    assert run(new) == 2
    assert run(["form", "new", "Tên Xấu", "2022", "--from", "hoi-quan-chung/2021", "-o", str(tmp_path)]) == 2
    assert run(["form", "diff", "hoi-quan-chung/2021", "khong-co/2000"]) == 2


CONFIRM = ["form", "confirm", "hoi-quan-chung", "2021", "--by", "Ban Tổ chức", "--decision", "12-QĐ/BTC"]


def test_a_shipped_form_is_confirmed_in_the_office_s_own_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (FOLDER.path / "form.toml").read_bytes()
    assert run([*CONFIRM, "--on", "2021-11-20", "--yes", "-o", str(tmp_path)]) == 0
    assert "Các cách hiểu mà mẫu không nêu rõ" in capsys.readouterr().out
    form = Library([tmp_path]).get("hoi-quan-chung/2021").form
    assert form.confirmed
    assert form.digest == FOLDER.form.digest
    assert (FOLDER.path / "form.toml").read_bytes() == before
    assert "# --- rating method ---" in (tmp_path / "hoi-quan-chung/2021/form.toml").read_text(encoding="utf-8")


def test_an_own_form_is_confirmed_where_it_is_and_again_after_an_edit(tmp_path: Path) -> None:
    confirmed = [*CONFIRM, "--on", "2021-11-20", "--yes", "--templates", str(tmp_path), "-o", str(tmp_path)]
    copy = [*CONFIRM, "--on", "2021-11-20", "--yes", "-o", str(tmp_path)]
    assert run(copy) == 0
    path = tmp_path / "hoi-quan-chung/2021/form.toml"
    edited = path.read_text(encoding="utf-8").replace("DỰ THẢO", "BẢN NHÁP")
    path.write_text(edited, encoding="utf-8")
    assert not Library([tmp_path]).get("hoi-quan-chung/2021").form.confirmed
    assert run(confirmed) == 0
    assert Library([tmp_path]).get("hoi-quan-chung/2021").form.confirmed
    assert path.read_text(encoding="utf-8").count("[confirmation]") == 1


def test_nothing_is_confirmed_without_a_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run([*CONFIRM, "--on", "2021-11-20", "-o", str(tmp_path)]) == 130
    assert list(tmp_path.iterdir()) == []
    assert "Ghi xác nhận" in capsys.readouterr().out


@pytest.mark.parametrize("on", ["2021-13-01", "mai", ""])
def test_a_day_that_is_none_is_refused(on: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*CONFIRM, "--on", on, "--yes", "-o", str(tmp_path)]) == 2
    assert "không hợp lệ" in capsys.readouterr().err


def test_an_empty_name_confirms_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = [" " if word == "Ban Tổ chức" else word for word in CONFIRM]
    assert run([*nobody, "--on", "2021-11-20", "--yes", "-o", str(tmp_path)]) == 2
    assert "by: để trống" in capsys.readouterr().err


def test_a_copy_that_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*CONFIRM, "--on", "2021-11-20", "--yes", "-o", str(tmp_path)]) == 0
    assert run([*CONFIRM, "--on", "2021-11-20", "--yes", "-o", str(tmp_path)]) == 2
    assert "đã có mẫu này" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"all_at_least": "good"}, "tất cả từ “Tốt” trở lên"),
        ({"rated": "good", "at_least": 2}, "có từ 2 đúng mức “Tốt”"),
        ({"none": True}, "không có cơ quan, đoàn thể nào"),
    ],
)
def test_a_test_of_ratings_is_told_in_words(test: dict[str, Any], said: str) -> None:
    assert compare._test({"good": "Tốt"}, RatingTest.model_validate(test)) == said


def test_a_band_without_a_level_is_told_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    run(["form", "diff", "hai-cot-cham/2022", "hoi-quan-chung/2021"])
    said = capsys.readouterr().out
    assert "cấp độ None" not in said
    assert "{'" not in said


def test_the_mark_that_notepad_puts_before_a_file_does_no_harm(tmp_path: Path) -> None:
    path = edited(tmp_path).path
    for name in ("form.toml", "phrases.toml"):
        (path / name).write_bytes(b"\xef\xbb\xbf" + (path / name).read_bytes())
    again = Library([tmp_path]).get("hoi-quan-chung/2022")
    trial.check_form(again)
    assert copy_form(again, "hoi-quan-chung", 2023, tmp_path, b"{}").is_dir()
