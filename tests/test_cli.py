"""The command line: words, exit codes, what is written and what is never overwritten."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from docx import Document
from jsonschema import Draft202012Validator

import baocao
from baocao import cli, pipeline
from baocao.cli import show
from baocao.pipeline import Result
from tests.helpers import FORM, TEMPLATES, as_json, submission

HELP_PAGES = (
    (), ("check",), ("score",), ("draft",), ("new",), ("form",), ("form", "list"), ("form", "show"),
    ("form", "schema"), ("form", "check"),
)  # fmt: skip
ENGLISH = re.compile(
    r"Usage|Options|Arguments|Commands|Show this|Missing|Error|No such|required|default|Try |Invalid|unexpected|"
    r"\b(the|and|must|should|for|file|path|text|integer)\b",
    re.IGNORECASE,
)
NAME = "hoi-ctd-loc-ninh_hoi-quan-chung-2021_du-thao.docx"
SOME = ("check", "score", "draft")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one sound submission, `a.json`."""
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "a.json")
    return tmp_path


def put(path: Path, changes: dict[str, Any] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_json(submission(changes)))
    return path


def run(*arguments: str | Path) -> int:
    return cli.run([str(argument) for argument in arguments])


def process(*arguments: str | Path, at: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHONIO", "PYTHONUTF8", "LC_"))}
    command = [sys.executable, "-m", "baocao", *map(str, arguments)]
    return subprocess.run(command, cwd=at, env={**kept, **environment}, capture_output=True, check=False)


# --- help ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", HELP_PAGES, ids=" ".join)
def test_help_is_vietnamese_throughout(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command, "--help") == 0
    page = capsys.readouterr().out
    assert page.startswith("Cách dùng: baocao")
    said = re.sub(r"--?[\w-]+|office\.json|\.json|JSON( Schema)?|Word|outputs|hoi-quan-chung", "", page)
    said = re.sub(r"^  (check|score|draft|new|form|list|show|schema)\b", "", said, flags=re.MULTILINE)
    assert not ENGLISH.search(said), ENGLISH.search(said)


@pytest.mark.parametrize("command", HELP_PAGES, ids=" ".join)
def test_help_names_every_command_with_a_sentence(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    run(*command, "--help")
    page = capsys.readouterr().out
    inner = [
        path[len(command)] for path in HELP_PAGES if len(path) == len(command) + 1 and path[: len(command)] == command
    ]
    for name in inner:
        assert re.search(rf"^  {name} +\S.{{8,}}", page, re.MULTILINE), name


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() in (0, 2)
    captured = capsys.readouterr()
    assert "Cách dùng: baocao" in captured.out + captured.err


def test_the_version_names_form_and_template_with_their_digests(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    first, *forms = capsys.readouterr().out.splitlines()
    assert first == f"baocao {baocao.__version__}"
    line = rf"  baocao \S+; mẫu {FORM} \([0-9a-f]{{12}}\); tệp Word \([0-9a-f]{{12}}\)"
    assert any(re.fullmatch(line, found) for found in forms)


# --- wrong usage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek"], "không có lệnh chek"),
        (["check"], "thiếu tham số"),
        (["check", "--hep", "a.json"], "không có tùy chọn --hep"),
        (["check", "a.json", "--templates"], "tùy chọn --templates cần có giá trị"),
        (["check", "a.json", "--json=1"], "--json"),
        (["new", "hoi-quan-chung", "hai-không"], "không hợp lệ"),
        (["new", "hoi-quan-chung"], "thiếu tham số"),
        (["form", "list", "thừa"], "thừa tham số"),
        (["form", "sow"], "không có lệnh sow"),
        (["form", "show", "hoi-quan-chung", "2020"], "không có mẫu hoi-quan-chung/2020"),
        (["form", "schema", "khac", "2021"], "không có mẫu khac/2021"),
        (["form", "check", "khac", "2021"], "không có mẫu khac/2021"),
        (["new", "khac", "2021"], "không có mẫu khac/2021"),
        (["new", "hoi-quan-chung", "2021", "--id", "../x"], "không dùng làm tên tệp được"),
        (["new", "hoi-quan-chung", "2021", "--id", "Hội"], "không dùng làm tên tệp được"),
        (["check", "a.json", "--templates", "không-có"], "không có tệp này"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_so_in_vietnamese(
    arguments: list[str], said: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert "None" not in captured.err
    assert not ENGLISH.search(re.sub(r"--?\w+|baocao \w+|json", "", captured.err)), captured.err


# --- check -----------------------------------------------------------------------------------------------------


def test_a_sound_submission_is_said_to_be_sound(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "a.json") == 0
    out = capsys.readouterr().out
    assert "a.json: hợp lệ (Hoàn thành xuất sắc nhiệm vụ, 100 điểm)" in out
    assert out.endswith("Đã kiểm tra 1 tệp: 1 tệp hợp lệ, 0 tệp có lỗi.\n")


def test_check_lists_every_fault_of_every_file(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(work / "b.json", {"scores/I.1.1/awarded": 6, "signature/nam": "x", "facts/targets/met": 13})
    put(work / "c" / "d.json", {"organization/id": "..", "scores/III.1": {}})
    (work / "c" / "e.json").write_bytes(b"{")
    assert run("check", work) == 1
    out = capsys.readouterr().out
    for place in (
        'scores["I.1.1"].awarded',
        "signature.nam",
        "facts.targets.met",
        "organization.id",
        'scores["III.1"]',
    ):
        assert f"  {place}: " in out
    assert "Đã kiểm tra 4 tệp: 1 tệp hợp lệ, 3 tệp có lỗi." in out
    assert out.count("→") >= 6


def test_check_as_json_gives_one_object_a_file(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(work / "b.json", {"scores/I.1.1/awarded": 6})
    assert run("check", "a.json", "b.json", "--json") == 1
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["source"], second["source"]) == ("a.json", "b.json")
    found = next(problem for problem in second["problems"] if problem["blocks"] == "draft")
    assert found["where"] == 'scores["I.1.1"].awarded'
    assert set(found) == {"file", "where", "message", "fix", "blocks"}


@pytest.mark.parametrize("command", SOME)
def test_a_missing_file_is_a_problem_and_the_others_are_worked_on(
    command: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command, "không-có.json", "a.json") == 1
    captured = capsys.readouterr()
    assert "không-có.json" in captured.out
    assert "không có tệp này" in captured.out
    assert captured.err == ""


@pytest.mark.parametrize("command", SOME)
def test_a_folder_without_submissions_is_said_to_be_empty(
    command: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "rỗng").mkdir()
    (work / "rỗng" / "office.json").write_text("{}", encoding="utf-8")
    (work / "rỗng" / "x.schema.json").write_text("{}", encoding="utf-8")
    assert run(command, "rỗng") == 1
    assert "thư mục không có tệp .json nào" in capsys.readouterr().err


def test_a_file_named_twice_is_worked_on_once(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "a.json", "a.json", work / "a.json") == 0
    assert "Đã kiểm tra 1 tệp" in capsys.readouterr().out


def test_a_fault_of_the_office_is_listed_once(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = submission()
    del raw["issuer"]
    for name in "bcd":
        (work / f"{name}.json").write_bytes(as_json(raw))
    (work / "office.json").write_text('{"issuer": {"superior": "", "agency": "BAN"}}', encoding="utf-8")
    assert run("check", "b.json", "c.json", "d.json") == 1
    out = capsys.readouterr().out
    assert out.count("issuer.superior") == 1
    assert "office.json: lỗi trong tệp dùng chung" in out


def test_a_broken_office_file_stops_the_command(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "office.json").write_text('{"scores": {}}', encoding="utf-8")
    assert run("check", "a.json") == 1
    captured = capsys.readouterr()
    assert "office.json" in captured.out + captured.err


def test_an_office_file_may_be_named(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = submission()
    issuer = raw.pop("issuer")
    (work / "b.json").write_bytes(as_json(raw))
    (work / "chung.json").write_bytes(as_json({"issuer": issuer}))
    assert run("draft", "b.json", "--office", "chung.json") == 0
    assert run("draft", "b.json", "--office", "không-có.json") in (1, 2)
    captured = capsys.readouterr()
    assert "không-có.json" in captured.out + captured.err


# --- score -----------------------------------------------------------------------------------------------------

KEYS = {
    "source", "organization", "form", "year", "total", "total_range", "standard_total", "criteria", "items", "rating",
    "next", "narrative", "problems",
}  # fmt: skip


def test_score_as_json_keeps_the_contract(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(
        work / "b.json",
        {"organization/id": "b", "scores/I.1.1": {"awarded": 4.25, "reason": "nộp chậm"}, "facts/targets": None},
    )
    assert run("score", "a.json", "b.json", "--json") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    for line in lines:
        found = json.loads(line)
        assert set(found) >= KEYS
        assert {"id", "name", "kind"} <= set(found["organization"])
        assert all({"no", "standard", "awarded"} <= set(leaf) for leaf in found["criteria"])
        assert all({"no", "standard", "awarded", "level", "level_source"} <= set(item) for item in found["items"])
        assert {"proposed", "undetermined", "flags", "findings"} <= set(found["rating"])
        wanted = {"rating", "clause", "status", "observed", "required", "interpretation"}
        assert all(wanted <= set(finding) for finding in found["rating"]["findings"])
        assert {finding["status"] for finding in found["rating"]["findings"]} <= {
            "passed", "failed", "not_applicable", "unknown",
        }  # fmt: skip
        sentences = found["narrative"]["deductions"] + found["narrative"]["comment"]
        assert all({"text", "facts"} <= set(sentence) for sentence in sentences)
    first, second = map(json.loads, lines)
    assert (first["total"], first["standard_total"], first["rating"]["proposed"]) == ("100", "100", "excellent")
    assert second["total"] == "99.25"
    assert second["rating"]["proposed"] is None


def test_score_of_a_faulty_file_says_nothing_that_could_be_taken_for_a_result(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(work / "b.json", {"scores/I.1.1/awarded": 6})
    assert run("score", "b.json", "--json") == 1
    assert set(json.loads(capsys.readouterr().out)) == {"source", "problems"}
    assert run("score", "b.json") == 1
    out = capsys.readouterr().out
    assert "Tổng điểm" not in out
    assert "Đề nghị xếp loại" not in out


def test_score_says_what_is_missing_for_the_next_rating(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(work / "b.json", {"facts/achievements": []})
    assert run("score", "b.json") == 0
    out = capsys.readouterr().out
    assert "Mức đề nghị: Hoàn thành tốt nhiệm vụ" in out
    assert "Còn thiếu để đạt mức “Hoàn thành xuất sắc nhiệm vụ”:\n  - 1.1: " in out


# --- draft -----------------------------------------------------------------------------------------------------


def test_a_draft_is_written_to_outputs(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("draft", "a.json") == 0
    assert [path.name for path in (work / "outputs").iterdir()] == [NAME]
    Document(str(work / "outputs" / NAME))
    assert "Đã lập 1 bảng chấm điểm dự thảo trong outputs; 0 tệp có lỗi." in capsys.readouterr().out


def test_a_folder_is_drafted_past_its_bad_files(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(work / "in" / "a.json", {"organization/id": "a"})
    put(work / "in" / "b.json", {"scores/I.1.1/awarded": 6})
    (work / "in" / "c.json").write_bytes(b"\xff{")
    put(work / "in" / "sub" / "d.json", {"organization/id": "d"})
    assert run("draft", "in", "-o", "out") == 1
    assert sorted(path.name[0] for path in (work / "out").iterdir()) == ["a", "d"]
    out = capsys.readouterr().out
    assert "Đã lập 2 bảng chấm điểm dự thảo trong out; 2 tệp có lỗi." in out
    assert 'scores["I.1.1"].awarded' in out


def test_a_draft_is_the_same_bytes_twice(work: Path) -> None:
    assert run("draft", "a.json") == 0
    first = (work / "outputs" / NAME).read_bytes()
    assert run("draft", "a.json", "-o", "again") == 0
    assert (work / "again" / NAME).read_bytes() == first


def test_an_untouched_draft_of_ours_is_replaced(work: Path) -> None:
    assert run("draft", "a.json") == 0
    first = (work / "outputs" / NAME).read_bytes()
    put(work / "a.json", {"scores/I.1.1": {"awarded": 4, "reason": "nộp chậm"}})
    assert run("draft", "a.json") == 0
    assert (work / "outputs" / NAME).read_bytes() != first


def edited_by_hand(path: Path) -> None:
    document = Document(str(path))
    document.add_paragraph("Ý kiến của tôi")
    document.save(str(path))


def saved_unchanged_by_word(path: Path) -> None:
    document = Document(str(path))
    document.core_properties.last_modified_by = "Nguyễn Văn A"
    document.save(str(path))


def of_another_organization(path: Path) -> None:
    put(path.parent.parent / "other.json", {"organization/id": "khac"})
    assert run("draft", "other.json") == 0
    shutil.move(path.parent / NAME.replace("hoi-ctd-loc-ninh", "khac"), path)


FOREIGN: dict[str, Callable[[Path], object]] = {
    "edited": edited_by_hand,
    "saved again": saved_unchanged_by_word,
    "of another organisation": of_another_organization,
    "no docx": lambda path: path.write_bytes(b"PK not a docx"),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_not_ours_is_never_overwritten_unless_forced(
    name: str, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("draft", "a.json") == 0
    path = work / "outputs" / NAME
    FOREIGN[name](path)
    before = path.read_bytes()
    assert run("draft", "a.json") == 1
    assert path.read_bytes() == before
    assert "không do baocao tạo ra hoặc đã được sửa sau khi tạo" in capsys.readouterr().out
    assert run("draft", "a.json", "--force") == 0
    assert path.read_bytes() != before


def test_a_folder_in_the_place_of_the_draft_is_left_alone(work: Path) -> None:
    (work / "outputs" / NAME).mkdir(parents=True)
    assert run("draft", "a.json") in (1, 3)
    assert (work / "outputs" / NAME).is_dir()


def test_two_organisations_of_the_same_id_do_not_overwrite_each_other(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(work / "b.json", {"organization/name": "Chi bộ khác"})
    for force in ((), ("--force",)):
        assert run("draft", "a.json", "b.json", *force) == 1
        out = capsys.readouterr().out
        assert "b.json: không lập được, 1 lỗi" in out
        assert "organization.id: trùng tên tệp kết quả" in out
        assert "a.json" in out
    text = "\n".join(paragraph.text for paragraph in Document(str(work / "outputs" / NAME)).paragraphs)
    assert "Chi bộ khác" not in text


def test_no_temporary_file_is_left_behind(work: Path) -> None:
    assert run("draft", "a.json") == 0
    assert [path.name for path in (work / "outputs").iterdir()] == [NAME]


@pytest.mark.parametrize("command", [("draft", "a.json", "-o"), ("new", "hoi-quan-chung", "2021", "-o")])
def test_a_folder_that_cannot_be_made_ends_with_3(
    command: tuple[str, ...], work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "tệp").write_text("một tệp thường", encoding="utf-8")
    assert run(*command, "tệp") == 3
    captured = capsys.readouterr()
    assert "không ghi được" in captured.err
    assert "Traceback" not in captured.err
    assert not re.search(r"Not a directory|File exists|Permission denied", captured.err), captured.err


def test_a_folder_that_may_not_be_written_ends_with_3(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = work / "khóa"
    folder.mkdir(mode=0o555)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere; a file in place of the folder is tried above")
    assert run("draft", "a.json", "-o", folder) == 3
    assert "không ghi được" in capsys.readouterr().err


# --- new -------------------------------------------------------------------------------------------------------


def test_a_new_submission_lists_what_is_to_be_filled_in(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", "hoi-quan-chung", "2021", "--id", "hoi-moi", "-o", "moi") == 0
    assert sorted(path.name for path in (work / "moi").iterdir()) == [
        "hoi-moi.json",
        "hoi-quan-chung-2021.schema.json",
    ]
    capsys.readouterr()
    assert run("check", "moi") == 1
    out = capsys.readouterr().out
    assert "organization.name: chưa điền (null)" in out
    assert 'scores["I.1.1"]: chưa có điểm chấm' in out
    assert "Đã kiểm tra 1 tệp" in out


def test_the_schema_takes_a_new_submission_for_incomplete(work: Path) -> None:
    assert run("new", "hoi-quan-chung", "2021", "--id", "hoi-moi") == 0
    raw = json.loads((work / "hoi-moi.json").read_text(encoding="utf-8"))
    schema = json.loads((work / raw["$schema"]).read_text(encoding="utf-8"))
    found = {".".join(map(str, error.path)) for error in Draft202012Validator(schema).iter_errors(raw)}
    assert "organization.name" in found
    assert not any(path.startswith("facts") for path in found)


def test_a_new_submission_never_replaces_one(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (work / "a.json").read_bytes()
    assert run("new", "hoi-quan-chung", "2021", "--id", "a") == 1
    assert (work / "a.json").read_bytes() == before
    assert not list(work.glob("*.schema.json"))
    assert "a.json" in capsys.readouterr().err
    assert run("new", "hoi-quan-chung", "2021", "--id", "a", "--force") == 0
    assert (work / "a.json").read_bytes() != before


def test_an_office_is_not_overruled_by_a_new_submission(work: Path) -> None:
    shared = {key: submission()[key] for key in ("issuer", "signature")}
    (work / "office.json").write_bytes(as_json(shared))
    assert run("new", "hoi-quan-chung", "2021", "--id", "b") == 0
    raw = json.loads((work / "b.json").read_text(encoding="utf-8"))
    assert "issuer" not in raw
    assert "signature" not in raw


# --- forms -----------------------------------------------------------------------------------------------------


def test_forms_are_listed_with_their_state(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("form", "list") == 0
    assert re.search(rf"^{FORM}: .+ \((chưa|đã) xác nhận\)$", capsys.readouterr().out, re.MULTILINE)


def test_a_form_is_shown_with_basis_and_interpretations(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("form", "show", "hoi-quan-chung", "2021") == 0
    out = capsys.readouterr().out
    for said in ("tạm phân bổ", "in trên mẫu", "suy ra", "Lý do:", "Cách hiểu khác:", "IV", "chấm 5 điểm"):
        assert said in out


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("form", "schema", "hoi-quan-chung", "2021") == 0
    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_shipped_forms_are_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("form", "check") == 0
    assert f"{FORM}: hợp lệ" in capsys.readouterr().out
    assert run("form", "check", "hoi-quan-chung", "2021") == 0


def test_forms_of_the_office_come_before_the_shipped_ones(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(TEMPLATES / FORM, work / "mau" / FORM)
    form = work / "mau" / FORM / "form.toml"
    form.write_text(form.read_text(encoding="utf-8").replace("total = 100", "total = 99"), encoding="utf-8")
    assert run("form", "check", "--templates", "mau") == 1
    assert "điểm chuẩn 99 khác tổng các dòng bên dưới 100" in capsys.readouterr().out
    assert run("check", "a.json", "--templates", "mau") == 1
    assert "form.toml" in capsys.readouterr().out
    assert run("form", "list", "--templates", "mau") == 1
    assert run("check", "a.json") == 0


def test_forms_of_the_working_folder_are_found(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(TEMPLATES / FORM, work / "templates" / "hoi-khac" / "2022")
    form = work / "templates" / "hoi-khac" / "2022" / "form.toml"
    text = form.read_text(encoding="utf-8").replace('id = "hoi-quan-chung"', 'id = "hoi-khac"', 1)
    form.write_text(text.replace("year = 2021", "year = 2022", 1), encoding="utf-8")
    assert run("form", "list") == 0
    assert {"hoi-khac/2022", FORM} <= {line.partition(":")[0] for line in capsys.readouterr().out.splitlines()}


# --- the console -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8", "utf-16"])
def test_vietnamese_survives_a_console_of_another_encoding(encoding: str, work: Path) -> None:
    put(work / "b.json", {"scores/I.1.1/awarded": 6})
    done = process("check", "a.json", "b.json", at=work, PYTHONIOENCODING=encoding)
    assert done.returncode == 1
    assert "vượt điểm chuẩn" in done.stdout.decode("utf-8")
    assert done.stderr == b""
    wrong = process("chek", at=work, PYTHONIOENCODING=encoding)
    assert wrong.returncode == 2
    assert "không có lệnh" in wrong.stderr.decode("utf-8")


@pytest.mark.slow
def test_output_through_a_pipe_in_the_c_locale_is_vietnamese(work: Path) -> None:
    done = process("score", "a.json", at=work, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "Hoàn thành xuất sắc nhiệm vụ" in done.stdout.decode("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--version"], 0), (["check", "none.json"], 1), (["--x"], 2), (["draft", "a.json", "-o", "a.json"], 3)],
)
def test_a_process_ends_with_the_exit_code(arguments: list[str], code: int, work: Path) -> None:
    done = process(*arguments, at=work)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_traceback(work: Path) -> None:
    command = f"{sys.executable} -m baocao form show hoi-quan-chung 2021 | head -1"
    done = subprocess.run(command, shell=True, cwd=work, capture_output=True, check=False)
    assert b"hoi-quan-chung/2021" in done.stdout
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_completion_script_is_printed(shell: str) -> None:
    done = process(_BAOCAO_COMPLETE=f"source_{shell}")
    if shell == "powershell" and done.returncode:
        pytest.skip("this version of typer has none for powershell")
    assert b"baocao" in done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_commands_are_completed() -> None:
    done = process(_BAOCAO_COMPLETE="complete_bash", COMP_WORDS="baocao ch", COMP_CWORD="1")
    assert b"check" in done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("error", [KeyboardInterrupt, typer.Abort])
def test_an_interrupted_command_ends_with_130(
    error: type[BaseException], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "submissions", interrupt)
    assert run("check", "a.json") == 130


def test_a_fault_of_the_program_itself_is_not_hidden(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "submissions", fail)
    with pytest.raises(ZeroDivisionError):
        run("check", "a.json")


def test_counts_are_written_with_a_point_between_thousands() -> None:
    results = [Result(f"{number}.json", ()) for number in range(1234)]
    assert list(show.checked(results))[-1] == "Đã kiểm tra 1.234 tệp: 1.234 tệp hợp lệ, 0 tệp có lỗi."
