"""The command `annex`: from the register or drafts to Word and Excel, entered, replaced, made again as it was."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from baocao import annexing, rosters
from baocao.annex_rows import Expected
from baocao.cli import run
from baocao.files import write_whole
from baocao.register import AnnexNumber, Register
from baocao.rendering import labels_of
from baocao.rendering.trying import paragraphs
from tests.annexes import FORMS, LIBRARY
from tests.helpers import FORM
from tests.office import Office, open_office

Said = Callable[[], str]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has issued its scoresheets, and decided nothing."""
    found = open_office(tmp_path_factory.mktemp("issued"), FORM)
    found.issue()
    return found


@pytest.fixture
def office(issued: Office, tmp_path: Path) -> Office:
    return issued.copy(tmp_path / "office")


def make(office: Office, *more: str) -> int:
    return office.run("annex", "2021", *more, *office.options())


def decide(office: Office) -> None:
    assert office.run("decide", str(office.decided_as_proposed()), *office.options()) == 0


def revoke_first(office: Office, day: str = "2022-02-10") -> str:
    number = str(next(iter(office.known())))
    paper = str(office.paper("126-QĐ/HU"))
    said = ["--ground", "fault", "--reason", "kết luận kiểm tra", "--paper", paper, "--on", day]
    assert office.run("revoke", number, *said, *office.options()) == 0
    return number


def words(office: Office, number: str) -> list[str]:
    """The paragraphs of an annex."""
    (path,) = (office.folder / "out").glob(f"{number}_phu-luc_*.docx")
    return paragraphs(path.read_bytes())


def annexes(office: Office) -> list[str]:
    with Register.open(office.register) as register:
        return [str(annexed.number) for annexed in register.annexes()]


# --- before and after the decision -----------------------------------------------------------------------------------


def test_before_the_decision_it_is_the_list_that_goes_to_the_authority(office: Office, said: Said) -> None:
    assert make(office, "--as-of", "2021-12-31") == 0
    printed = words(office, "2021-PL01")
    assert "Danh sách đề nghị đánh giá, xếp loại chất lượng tổ chức đảng năm 2021" in printed
    assert "Đề nghị, chưa có quyết định" in printed
    assert "Kết quả đã được quyết định" not in printed
    assert "0 đã quyết định, 10 đề nghị chưa quyết định" in said()


def test_after_the_decision_it_is_the_result(office: Office, said: Said) -> None:
    decide(office)
    assert make(office, "--as-of", "2022-01-31") == 0
    printed = words(office, "2021-PL01")
    assert "Kết quả đánh giá, xếp loại chất lượng tổ chức đảng năm 2021" in printed
    assert "Đề nghị, chưa có quyết định" not in printed
    assert "QĐ số 125-QĐ/HU" in printed
    assert "10 đã quyết định, 0 đề nghị chưa quyết định" in said()


def test_the_document_states_the_head_that_it_was_made_of(office: Office) -> None:
    assert make(office, "--as-of", "2021-12-31") == 0
    (path,) = (office.folder / "out").glob("2021-PL01_*.docx")
    with Register.open(office.register) as register:
        head, (annexed,) = register.head(), register.annexes()
    found = labels_of(path.read_bytes())
    assert (found["baocao.entries"], found["baocao.head"]) == (str(head.entries), head.hash)
    assert (annexed.head, annexed.digest) == (head, found["baocao.digest"])
    assert found["baocao.as_of"] == "2021-12-31"


def test_every_organisation_is_listed_with_its_points(office: Office) -> None:
    assert make(office, "--as-of", "2021-12-31") == 0
    (path,) = (office.folder / "out").glob("2021-PL01_*.docx")
    table = next(table for table in Document(str(path)).tables if table.rows[0].cells[0].text == "TT")
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[2][7:9] == ["5", "10"]
    assert len(rows) == 2 + 10 + 2
    assert rows[-2][0] == "Bình quân"
    assert rows[-1][0] == "Tổng cộng: 10 tổ chức đảng; tổng điểm 882,25."


# --- entered once, replaced, made again ------------------------------------------------------------------------------


def test_the_same_again_is_the_same_annex(office: Office, said: Said) -> None:
    assert make(office, "--as-of", "2021-12-31") == 0
    files = sorted((office.folder / "out").glob("2021-PL01_*"))
    assert [path.suffix for path in files] == [".docx", ".xlsx"]
    before = [path.read_bytes() for path in files]
    files[0].unlink()
    said()
    assert make(office, "--as-of", "2021-12-31") == 0
    assert "đã có trong sổ với đúng nội dung như vậy" in said()
    assert annexes(office) == ["2021-PL01"]
    assert [path.read_bytes() for path in files] == before


def test_an_edited_file_of_an_annex_is_not_written_over(office: Office, said: Said) -> None:
    assert make(office, "--as-of", "2021-12-31") == 0
    (path,) = (office.folder / "out").glob("2021-PL01_*.docx")
    path.write_bytes(b"edited")
    said()
    assert make(office, "--as-of", "2021-12-31") == 1
    assert path.name in said()
    assert path.read_bytes() == b"edited"


def test_the_excel_file_of_an_annex_is_known_as_a_whole(office: Office, said: Said) -> None:
    assert make(office, "--as-of", "2021-12-31") == 0
    (path,) = (office.folder / "out").glob("2021-PL01_*.xlsx")
    said()
    assert office.run("verify", str(path), "--register", office.register) == 0
    assert "đúng bản đã ban hành (2021-PL01, " in said()
    path.write_bytes(path.read_bytes() + b"\0")
    assert office.run("verify", str(path), "--register", office.register) == 1
    assert "không giống hệt tệp Excel của phụ lục nào trong sổ" in said()


def test_a_new_annex_says_which_it_replaces(office: Office, said: Said) -> None:
    paper = office.folder / "phu-luc.json"
    raw: dict[str, Any] = {key: office.decision()[key] for key in ("issuer", "signature")}
    write_whole(paper, json.dumps({**raw, "number": "01"}).encode())
    assert make(office, "--as-of", "2021-12-31", "--paper", str(paper)) == 0
    assert "--paper" not in said()
    decide(office)
    said()
    assert make(office, "--as-of", "2022-01-31") == 0
    found = said()
    assert "Thay thế phụ lục 2021-PL01." in found
    assert "chữ ký lấy theo bảng chấm điểm mới nhất (TRƯỞNG BAN Nguyễn Văn Bình); muốn khác thì dùng --paper." in found
    assert "(thay thế Phụ lục số 01 ngày 20 tháng 01 năm 2022)" in words(office, "2021-PL02")
    assert make(office, "--as-of", "2022-02-01") == 0
    assert "(thay thế Phụ lục ngày 31 tháng 01 năm 2022)" in words(office, "2021-PL03")


def test_an_annex_that_a_revocation_makes_untrue_is_told(office: Office, said: Said) -> None:
    decide(office)
    assert make(office, "--as-of", "2022-01-31") == 0
    said()
    revoke_first(office)
    assert "2021-PL01" in said()
    assert make(office, "--as-of", "2022-02-15") == 0
    printed = words(office, "2021-PL02")
    assert "đã hủy bỏ kết quả từ 10/02/2022, chưa xếp loại lại" in printed
    assert "(thay thế Phụ lục ngày 31 tháng 01 năm 2022)" in printed


def test_after_a_revocation_the_annex_of_the_earlier_date_is_as_it_was(office: Office, said: Said) -> None:
    decide(office)
    assert make(office, "--as-of", "2022-01-31") == 0
    before = {path.name: path.read_bytes() for path in (office.folder / "out").glob("2021-PL01_*")}
    revoke_first(office)
    assert make(office, "--as-of", "2022-02-15") == 0
    said()
    assert make(office, "--as-of", "2022-01-31") == 0
    assert "đã có trong sổ" in said()
    assert {path.name: path.read_bytes() for path in (office.folder / "out").glob("2021-PL01_*")} == before
    assert annexes(office) == ["2021-PL01", "2021-PL02"]


def test_who_signs_later_does_not_change_an_annex_of_before(office: Office, said: Said) -> None:
    assert make(office, "--as-of", "2021-12-31") == 0
    path = office.inputs / "office.json"
    raw = json.loads(path.read_bytes())
    raw["signature"]["name"] = "Lê Thị Mai"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    number = revoke_first(office, "2022-02-10")
    again = str(next(path for path in office.inputs.glob("dang-bo-khoa-hoc*.json")))
    options = office.options(templates=True)
    assert office.run("reissue", number, again, "--reason", "kết luận", "--on", "2022-03-01", *options) == 0
    said()
    assert make(office, "--as-of", "2021-12-31") == 0
    assert "đã có trong sổ" in said()
    assert make(office, "--as-of", "2022-03-31") == 0
    assert "Lê Thị Mai" in words(office, "2021-PL02")


def test_what_is_entered_later_with_an_earlier_date_does_not_change_how_it_is_made_again(office: Office) -> None:
    decide(office)
    assert make(office, "--as-of", "2022-02-15") == 0
    revoke_first(office, "2022-02-10")
    with Register.open(office.register) as register:
        known, made = annexing.again(register, AnnexNumber(2021, 1), LIBRARY)
        assert made.digest == known.digest
        assert register.content(known.content("document") or "") == made.document
    assert make(office, "--as-of", "2022-02-15") == 0
    assert annexes(office) == ["2021-PL01", "2021-PL02"]


# --- whom it lists ---------------------------------------------------------------------------------------------------


def test_a_roster_names_who_is_missing_and_who_is_unexpected(office: Office, said: Said) -> None:
    path = office.folder / "roster.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(rosters.COLUMNS)
        table.writerow(["hoi-dong-y-tot", "Chi bộ Hội Đông y", "chi bộ", "dbh-loc-an", "Đảng bộ huyện Lộc An", ""])
        table.writerow(["hoi-moi", "Chi bộ Hội mới", "chi bộ", "dbh-loc-an", "Đảng bộ huyện", "mới thành lập"])
    assert make(office, "--as-of", "2021-12-31", "--roster", str(path)) == 0
    printed = words(office, "2021-PL01")
    assert printed[printed.index("Chi bộ Hội mới") :][:2] == ["Chi bộ Hội mới", "chi bộ"]
    assert "mới thành lập" in printed
    found = said()
    assert "1 chưa có bảng chấm điểm" in found
    assert "Không có trong danh sách phải chấm điểm: " in found
    assert "Chi bộ Hội Chữ thập đỏ huyện" in found


def test_an_annex_of_one_superior_lists_its_organisations_only(office: Office, said: Said) -> None:
    assert make(office, "--as-of", "2021-12-31", "--superior", "dbh-loc-an") == 0
    assert "các tổ chức đảng trực thuộc Đảng bộ huyện Lộc An" in words(office, "2021-PL01")


def test_an_annex_that_would_list_nobody_is_refused(office: Office, said: Said) -> None:
    assert make(office, "--as-of", "2021-12-31", "--superior", "dbh-loc-am") == 1
    assert "tính đến 31/12/2021, sổ chưa có tổ chức nào để lập phụ lục năm 2021, cấp trên dbh-loc-am" in said()
    assert make(office, "--as-of", "2021-01-31") == 1
    assert "tính đến 31/01/2021, sổ chưa có tổ chức nào" in said()
    drafts = ["annex", "--drafts", str(office.inputs / "hoi-dong-y-tot.json"), "--templates", office.templates]
    assert office.run(*drafts, "--superior", "dbh-loc-am", *office.options()) == 1
    assert "các tệp dữ liệu không có tổ chức nào để lập phụ lục, cấp trên dbh-loc-am" in said()
    assert annexes(office) == []


def test_who_is_revoked_is_listed_with_that_decision_only(office: Office) -> None:
    decide(office)
    revoke_first(office)
    assert make(office, "--as-of", "2022-02-28") == 0
    (path,) = (office.folder / "out").glob("2021-PL01_*.docx")
    table = next(table for table in Document(str(path)).tables if table.rows[0].cells[0].text == "TT")
    (note,) = [row.cells[-1].text for row in table.rows if "đã hủy bỏ" in row.cells[-1].text]
    assert note == "đã hủy bỏ kết quả từ 10/02/2022, chưa xếp loại lại; QĐ số 126-QĐ/HU"


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_has_its_annex(form: str, tmp_path: Path, said: Said) -> None:
    office = open_office(tmp_path, form)
    office.issue()
    decide(office)
    said()
    assert (
        office.run("annex", office.year, "--as-of", f"{int(office.year) + 1}-02-01", *office.options(), "--json") == 0
    )
    found = json.loads(said())
    decided = len(office.known())
    assert (found["form"], sum(found["decided"].values()), found["organizations"]) == (form, decided, decided)
    assert [Path(path).suffix for path in found["files"]] == [".docx", ".xlsx"]


# --- drafts ----------------------------------------------------------------------------------------------------------


def drafts(office: Office, *more: str) -> int:
    folders = ["--templates", office.templates, "-o", str(office.folder / "out"), "--register", office.register]
    return run(["annex", "--drafts", str(office.inputs), "--as-of", "2021-12-20", *folders, *more])


def draft_of(office: Office, suffix: str = ".docx") -> Path:
    return office.folder / "out" / f"phu-luc_hoi-quan-chung-2021_du-thao{suffix}"


def test_an_annex_of_drafts_is_marked_and_not_entered(office: Office) -> None:
    assert drafts(office) == 0
    printed = paragraphs(draft_of(office).read_bytes())
    assert printed[0] == "DỰ THẢO"
    assert "chưa đủ căn cứ xếp loại" in printed
    assert annexes(office) == []
    assert labels_of(draft_of(office).read_bytes())["baocao.state"] == "annex_draft"


def test_a_faulty_submission_is_told_and_the_others_are_listed(office: Office, said: Said) -> None:
    path = office.inputs / "hoi-dong-y-tot.json"
    path.write_text("{}", encoding="utf-8")
    assert drafts(office) == 1
    found = said()
    assert "hoi-dong-y-tot.json" in found
    assert "10 tổ chức" in found


def edit(path: Path) -> None:
    """What Word, or any other program, does to a file that it saves."""
    if path.suffix == ".docx":
        document = Document(str(path))
        document.add_paragraph("sửa tay")
        document.save(str(path))
    else:
        path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("suffix", [".docx", ".xlsx"])
def test_a_draft_that_nobody_edited_is_written_anew_and_an_edited_one_is_kept(
    office: Office, said: Said, suffix: str
) -> None:
    assert drafts(office) == 0
    first = draft_of(office, suffix).read_bytes()
    (office.inputs / "hoi-nha-bao-bi-ky-luat.json").unlink()
    assert drafts(office) == 0
    second = draft_of(office, suffix).read_bytes()
    assert second != first
    edit(draft_of(office, suffix))
    said()
    assert drafts(office) == 1
    assert draft_of(office, suffix).name in said()
    assert drafts(office, "--force") == 0
    assert draft_of(office, suffix).read_bytes() == second


def test_a_preview_of_the_register_is_a_draft(office: Office) -> None:
    assert make(office, "--preview", "--as-of", "2021-12-31") == 0
    assert paragraphs(draft_of(office).read_bytes())[0] == "DỰ THẢO"
    assert annexes(office) == []


# --- bound -----------------------------------------------------------------------------------------------------------


def test_the_volume_holds_the_annex_and_every_scoresheet_that_stands(office: Office) -> None:
    revoked = revoke_first(office, "2021-12-30")
    assert make(office, "--as-of", "2021-12-31", "--with-scoresheets") == 0
    (volume,) = (office.folder / "out").glob("2021-PL01_*_kem-bang-cham-diem.docx")
    printed = paragraphs(volume.read_bytes())
    assert printed.count("BẢNG CHẤM ĐIỂM") == 9
    with Register.open(office.register) as register:
        ((_, made),) = [annexing.again(register, AnnexNumber(2021, 1), LIBRARY)]
        names = [name for name, _ in annexing.scoresheets(register, made.gathered.printed.annex)]
    places = [printed.index(f"- Đánh giá, xếp loại tổ chức đảng: {name}.") for name in names]
    assert places == sorted(places)
    assert len(names) == 9
    assert revoked


def test_drafts_are_bound_too(office: Office) -> None:
    assert drafts(office, "--with-scoresheets") == 0
    volume = office.folder / "out" / "phu-luc_hoi-quan-chung-2021_du-thao_kem-bang-cham-diem.docx"
    assert paragraphs(volume.read_bytes()).count("BẢNG CHẤM ĐIỂM") == 11


# --- what cannot be --------------------------------------------------------------------------------------------------


def test_what_is_no_year_is_a_fault_of_the_command(office: Office, said: Said) -> None:
    assert office.run("annex", "abc", *office.options()) == 2
    assert "“abc” không phải là một năm" in said()


def test_a_year_without_scoresheets_says_what_to_do(office: Office, said: Said) -> None:
    assert office.run("annex", "2019", *office.options()) == 1
    assert "baocao issue" in said()


def test_a_faulty_paper_is_told_with_its_place(office: Office, said: Said) -> None:
    paper = office.folder / "paper.json"
    paper.write_text('{"number": 1, "signature": {"place": "Lộc An"}}', encoding="utf-8")
    assert make(office, "--paper", str(paper)) == 1
    found = said()
    assert "number" in found
    assert "signature.position" in found


def test_a_faulty_roster_is_told_line_by_line(office: Office, said: Said) -> None:
    path = office.folder / "roster.csv"
    path.write_text(
        "id,name,kind,superior_id,superior_name\nhoi a,Hội A,chi bộ,dbh,Đảng bộ\nhoi-b,,chi bộ,dbh,Đảng bộ\n"
        "hoi-c,Hội C,chi bộ,dbh,Đảng bộ\nhoi-c,Hội C,chi bộ,dbh,Đảng bộ\n",
        encoding="utf-8",
    )
    assert make(office, "--roster", str(path)) == 1
    found = said()
    assert all(f"dòng {line}" in found for line in (2, 3, 5))


def test_many_who_are_on_no_roster_are_counted(office: Office, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baocao.cli.show_annex._MOST_NAMED", 2)
    path = office.folder / "roster.csv"
    path.write_bytes(rosters.written([Expected("hoi-moi", "Hội Mới", "chi bộ", "dbh", "Đảng bộ")]))
    assert make(office, "--roster", str(path)) == 0
    found = said()
    assert "Chi bộ Hội Chữ thập đỏ huyện và 8 tổ chức khác." in found


def test_a_fault_of_the_office_is_told_once(office: Office, said: Said) -> None:
    (office.inputs / "office.json").write_text('{"scores": 1}', encoding="utf-8")
    assert office.run("annex", "--drafts", str(office.inputs), *office.options()) == 1
    found = said()
    assert found.count("scores: khóa này không dùng trong office.json") == 1
    assert "11 tệp có lỗi, không có trong phụ lục." in found


def test_a_roster_that_is_written_can_be_read_again(tmp_path: Path) -> None:
    found = (
        Expected("hoi-a", "=1+1", "chi bộ", "dbh", 'Đảng bộ "huyện", Lộc An'),
        Expected("hoi-b", "Hội B", "chi bộ", "dbh", "'=x", "-mới"),
    )
    path = tmp_path / "roster.csv"
    path.write_bytes(rosters.written(found))
    assert rosters.read(path) == found
    assert b",=1" not in path.read_bytes()


def test_the_date_of_the_annex_is_that_of_the_paper(office: Office) -> None:
    assert make(office, "--as-of", "2021-12-31") == 0
    with Register.open(office.register) as register:
        (annexed,) = register.annexes()
    assert annexed.dated == date(2021, 12, 31)
