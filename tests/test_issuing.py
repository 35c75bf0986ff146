"""The life of a result: issue, decide, correct, revoke, issue again; and every refusal says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from baocao import records
from baocao.cli import run
from baocao.errors import DataError
from baocao.register import Kind, Number, Register, State
from baocao.rendering import package
from baocao.rendering.trying import paragraphs
from tests.office import Office, open_office

FORM = "hoi-quan-chung/2021"
Said = Callable[[], str]
FIRST = Number(2021, 1)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has issued its ten examples that can be issued."""
    office = open_office(tmp_path_factory.mktemp("office") / "a", FORM)
    assert office.issue() == 1  # one example has facts that are not yet known
    assert len(office.known()) == 10
    return office


@pytest.fixture
def office(begun: Office, tmp_path: Path) -> Office:
    return begun.copy(tmp_path / "b")


def numbers(office: Office) -> list[str]:
    return [str(number) for number in office.known()]


def edited(office: Office, number: Number, name: str = "again", **changes: Any) -> Path:
    """The submission of a number with some keys replaced."""
    raw = json.loads(office.input_of(number).read_text(encoding="utf-8")) | changes
    path = office.inputs / f"{name}.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    return path


def of(office: Office, organization: str) -> Number:
    """The number of an organisation."""
    return next(
        number
        for number, status in office.known().items()
        if records.record_in(status.issued).organization == organization
    )


def decide(office: Office, **ratings: str | dict[str, str]) -> int:
    """Enter a decision: organisation (with `_` for `-`) → rating, or the whole entry."""
    entries = [
        {"number": str(of(office, name.replace("_", "-"))), **(found if isinstance(found, dict) else {"rating": found})}
        for name, found in ratings.items()
    ]
    path = office.folder / "decision.json"
    path.write_text(json.dumps({**office.decision(), "ratings": entries}, ensure_ascii=False), encoding="utf-8")
    return office.run("decide", str(path), *office.options())


def revoke(office: Office, number: Number, ground: str = "fault", on: str = "2022-02-10") -> int:
    paper = str(office.paper("126-QĐ/HU"))
    command = ["revoke", str(number), "--ground", ground, "--reason", "có đảng viên vi phạm", "--paper", paper]
    return office.run(*command, "--on", on, *office.options())


def reissue(office: Office, number: Number, path: Path, on: str = "2022-03-01") -> int:
    command = ["reissue", str(number), str(path), "--reason", "theo kết luận kiểm tra", "--on", on]
    return office.run(*command, *office.options(templates=True))


def correct(office: Office, number: Number, path: Path) -> int:
    command = ["correct", str(number), str(path), "--reason", "ghi nhầm tên người ký"]
    return office.run(*command, *office.options(templates=True))


# --- issue -----------------------------------------------------------------------------------------------------


def test_numbers_are_given_in_order_and_every_one_has_its_document(begun: Office) -> None:
    assert numbers(begun) == [f"2021-{counter:04d}" for counter in range(1, 11)]
    for path in sorted((begun.folder / "out").glob("*.docx")):
        labels = package.labels(package.unpack(path.read_bytes()))
        assert labels["baocao.number"] == path.name[:9]
        assert labels["baocao.state"] == "issued"
        assert package.is_untouched(package.unpack(path.read_bytes()))
    assert len(list((begun.folder / "out").glob("*.docx"))) == 10


def test_an_issued_paper_has_no_draft_mark_and_no_unconfirmed_line(begun: Office) -> None:
    text = paragraphs(next((begun.folder / "out").glob("2021-0001*.docx")).read_bytes())
    assert "DỰ THẢO" not in text
    assert not any("tạm phân bổ" in line for line in text)


def test_an_entry_keeps_the_digest_that_its_document_carries(begun: Office) -> None:
    with Register.open(begun.register) as register:
        for entry in register.entries():
            digest = entry.content("document")
            assert digest
            document = package.unpack(register.content(digest))
            assert package.labels(document)["baocao.digest"] == records.record_in(entry).digest


def test_a_paper_counts_from_its_own_date_unless_another_is_said(office: Office) -> None:
    assert office.known()[FIRST].issued.act.effective == date(2021, 12, 8)


def test_who_is_issued_already_is_refused_and_nothing_is_entered(office: Office, said: Said) -> None:
    path = office.input_of(FIRST)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["organization"]["name"] += " mới"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    assert office.issue(path) == 1
    assert "đã có bảng chấm điểm còn hiệu lực" in said()
    assert len(office.known()) == 10


def test_the_very_same_scoresheet_is_issued_once(office: Office, said: Said) -> None:
    """So a batch that was cut short goes on by the same command."""
    before = sorted((office.folder / "out").iterdir())
    assert office.issue(office.input_of(FIRST)) == 0
    assert "Đã ban hành 0 bảng chấm điểm (ngoài ra 1 bảng đã ban hành trước đó, nội dung không đổi)" in said()
    assert len(office.known()) == 10
    assert sorted((office.folder / "out").iterdir()) == before


def test_an_unconfirmed_form_is_not_issued_on(tmp_path: Path, said: Said) -> None:
    example = str(Path(__file__).parents[1] / "inputs" / FORM / "hoi-dong-y-tot.json")
    register = ["--register", str(tmp_path / "r.sqlite"), "-o", str(tmp_path)]
    assert run(["issue", example, *register]) == 1
    assert "chưa được xác nhận" in said()
    assert not list(tmp_path.glob("*.docx"))


def test_facts_not_yet_known_are_refused_by_name(begun: Office, tmp_path: Path, said: Said) -> None:
    office = begun.copy(tmp_path / "c")
    assert office.issue(office.inputs / "hoi-van-hoc-chua-du-so-lieu.json") == 1
    assert "facts.achievements: chưa biết (null)" in said()


# --- quota and decision ----------------------------------------------------------------------------------------


def test_the_quota_shows_both_readings_and_ties(office: Office, said: Said) -> None:
    assert office.run("quota", "2021", "--register", office.register) == 0
    text = said()
    assert "mẫu số không gồm mức này: được 0; mẫu số gồm cả mức này: được 1" in text
    assert text.count("bằng điểm") == 2


def test_a_decision_beyond_the_quota_needs_a_reason(office: Office, said: Said) -> None:
    assert decide(office, hoi_chu_thap_do_xuat_sac="excellent") == 1
    assert "tỷ lệ 20% chỉ cho phép 0" in said()
    assert decide(office, hoi_chu_thap_do_xuat_sac="excellent", **FIVE_GOOD) == 0
    assert office.known()[of(office, "hoi-chu-thap-do-xuat-sac")].decided


FIVE_GOOD: dict[str, Any] = dict.fromkeys(
    ("hoi_dong_y_tot", "hoi_cuu_giao_chuc_nhan_xet_rieng", "hoi_khuyen_hoc_tot_tren_90_diem", "dang_bo_lien_hiep_hoi"),
    "good",
) | {"hoi_y_hoc_unicode": "Hoàn thành tốt nhiệm vụ"}


def test_the_paper_of_a_decision_counts_and_lists_what_was_decided(office: Office) -> None:
    assert decide(office, hoi_chu_thap_do_xuat_sac="excellent", **FIVE_GOOD) == 0
    text = paragraphs((office.folder / "out" / "quyet-dinh_125-qd-hu.docx").read_bytes())
    assert "- Hoàn thành tốt nhiệm vụ: 5 tổ chức đảng." in text
    assert "- Hoàn thành xuất sắc nhiệm vụ: 1 tổ chức đảng." in text
    assert "đề nghị: Hoàn thành xuất sắc nhiệm vụ" in text
    assert text.count("2021-0003") == 1


def test_a_decision_above_the_conditions_needs_a_reason(office: Office, said: Said) -> None:
    assert decide(office, hoi_nguoi_cao_tuoi_hoan_thanh="good") == 1
    assert "cao hơn mức mà các điều kiện cho phép" in said()
    assert decide(office, hoi_nguoi_cao_tuoi_hoan_thanh={"rating": "good", "reason": "xét hoàn cảnh riêng"}) == 0


def test_a_decided_rating_that_demands_reasons_is_refused_without_them(office: Office, said: Said) -> None:
    number = of(office, "hoi-chu-thap-do-xuat-sac")
    raw = json.loads(office.input_of(number).read_text(encoding="utf-8"))
    silent = edited(
        office,
        number,
        "hoi-khong-ly-do",
        scores={**raw["scores"], "I.1.1": {"awarded": 4.75}},
        organization={**raw["organization"], "id": "hoi-khong-ly-do"},
    )
    assert office.issue(silent) == 0
    assert decide(office, hoi_khong_ly_do="good") == 1
    assert "đòi hỏi nêu rõ lý do điểm trừ" in said()


def test_all_faults_of_a_decision_are_told_at_once_and_nothing_is_entered(office: Office, said: Said) -> None:
    path = office.folder / "bad.csv"
    path.write_text("number;rating\n2021-0001;tốt\n2021-0001;good\n2021-0099;good\nx;good\n", encoding="utf-8")
    paper = ["--paper", str(office.paper())]
    assert office.run("decide", str(path), *paper, *office.options()) == 1
    assert '"x" không phải là số trong sổ theo dõi' in said()
    path.write_text("number;rating\n2021-0001;tốt\n2021-0001;completed\n2021-0099;good\n", encoding="utf-8")
    assert office.run("decide", str(path), *paper, *office.options()) == 1
    text = said()
    assert 'mức "tốt" không có trong mẫu' in text
    assert "số 2021-0001 được ghi hai lần" in text
    assert "2021-0099: sổ theo dõi không có số này" in text
    assert all(status.decided is None for status in office.known().values())


def test_the_same_decision_is_not_entered_twice(office: Office, said: Said) -> None:
    assert decide(office, hoi_dong_y_tot="good") == 0
    assert decide(office, hoi_dong_y_tot="good") == 1
    assert "quyết định 125-QĐ/HU đã được nhập" in said()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a;b\n1;2\n", 'các cột là "a", "b"'),
        ("", "các cột là (trống)"),
        ("number;rating\n", "phải có ít nhất"),
    ],
)
def test_a_table_of_other_columns_is_refused(office: Office, said: Said, content: str, message: str) -> None:
    path = office.folder / "table.csv"
    path.write_text(content, encoding="utf-8")
    assert office.run("decide", str(path), "--paper", str(office.paper()), *office.options()) == 1
    assert message in said()


def test_a_table_needs_its_paper(office: Office, said: Said) -> None:
    path = office.folder / "table.csv"
    path.write_text("number,rating\n2021-0001,good\n", encoding="utf-8")
    assert office.run("decide", str(path), *office.options()) == 2
    assert "--paper" in said()


# --- correct, revoke, issue again --------------------------------------------------------------------------------


def test_a_correction_keeps_the_number_and_says_what_it_corrects(office: Office) -> None:
    path = edited(
        office, FIRST, signature={"place": "Lộc An", "date": "2021-12-10", "position": "PHÓ", "name": "Lê Thị B"}
    )
    assert correct(office, FIRST, path) == 0
    status = office.known()[FIRST]
    assert len(status.corrections) == 1
    document = next((office.folder / "out").glob("2021-0001_*_dinh-chinh-1.docx")).read_bytes()
    assert any(line.startswith("(Đính chính bảng chấm điểm số 2021-0001") for line in paragraphs(document))
    assert next((office.folder / "out").glob(f"2021-0001_*{FORM.replace('/', '-')}.docx")).exists()


def test_a_correction_may_not_change_the_rating(office: Office, said: Said) -> None:
    number = of(office, "hoi-chu-thap-do-xuat-sac")
    raw = json.loads(office.input_of(number).read_text(encoding="utf-8"))
    path = edited(office, number, facts={**raw["facts"], "achievements": []})
    assert correct(office, number, path) == 1
    assert "Đính chính không được đổi mức xếp loại" in said()


def test_another_organisation_s_file_corrects_nothing(office: Office, said: Said) -> None:
    assert correct(office, FIRST, office.inputs / "hoi-dong-y-tot.json") == 1
    assert "số này là của" in said()


def test_a_revocation_is_told_to_whom_it_touches(office: Office, said: Said) -> None:
    assert revoke(office, FIRST) == 0
    text = said()
    assert "tỷ lệ khống chế của 9 tổ chức" in text
    assert office.known()[FIRST].state is State.REVOKED


def test_the_paper_of_a_revocation_names_result_ground_and_reason(office: Office) -> None:
    assert decide(office, hoi_dong_y_tot="good") == 0
    number = of(office, "hoi-dong-y-tot")
    assert revoke(office, number) == 0
    text = " ".join(paragraphs(next((office.folder / "out").glob(f"{number}_*_huy-bo.docx")).read_bytes()))
    assert "Xét việc Chi bộ Hội Đông y huyện phát hiện có khuyết điểm," in text
    assert f"(số {number} trong sổ theo dõi), mức “Hoàn thành tốt nhiệm vụ”, đã được công nhận tại Quyết định" in text
    assert "Lý do: có đảng viên vi phạm." in text


def test_a_ground_that_the_form_does_not_have_is_refused(office: Office, said: Said) -> None:
    assert revoke(office, FIRST, ground="conditons") == 1
    assert "Có phải “conditions”? " in said()


def test_a_second_rating_cites_what_it_replaces_and_says_what_changed(office: Office) -> None:
    number = of(office, "hoi-chu-thap-do-xuat-sac")
    raw = json.loads(office.input_of(number).read_text(encoding="utf-8"))
    scores = {**raw["scores"], "I.1.2": {"awarded": 3, "reason": "theo kết luận kiểm tra"}}
    path = edited(office, number, facts={**raw["facts"], "achievements": []}, scores=scores, comment=None)
    assert revoke(office, number) == 0
    assert reissue(office, number, path) == 0
    text = " ".join(paragraphs(next((office.folder / "out").glob("2021-0011*.docx")).read_bytes()))
    assert f"(Thay thế bảng chấm điểm số {number} ngày 05/12/2021 đã bị hủy bỏ kết quả: theo kết luận kiểm tra)" in text
    assert f"So với bảng chấm điểm số {number} đã bị hủy bỏ kết quả: tổng điểm chấm từ 99 thành 97,5 điểm" in text
    assert "mức đề nghị từ “Hoàn thành xuất sắc nhiệm vụ” thành “Hoàn thành tốt nhiệm vụ”." in text
    known = office.known()
    assert known[number].replaced_by == Number(2021, 11)
    assert known[Number(2021, 11)].replaces == number


@pytest.mark.parametrize(
    ("acts", "message"),
    [
        (("reissue",), "chưa bị hủy bỏ nên không xếp loại lại được"),
        (("revoke", "revoke"), "đã bị hủy bỏ từ ngày"),
        (("revoke", "reissue", "reissue"), "đã bị hủy bỏ và thay bằng số 2021-0011"),
        (("revoke", "reissue", "revoke"), "đã bị hủy bỏ và thay bằng số 2021-0011"),
        (("revoke", "correct"), "đã bị hủy bỏ từ ngày"),
    ],
)
def test_what_may_not_follow_is_refused(office: Office, said: Said, acts: tuple[str, ...], message: str) -> None:
    path = office.input_of(FIRST)
    do = {
        "revoke": lambda: revoke(office, FIRST),
        "reissue": lambda: reissue(office, FIRST, path),
        "correct": lambda: correct(office, FIRST, path),
    }
    codes = [do[act]() for act in acts]
    assert codes == [*[0] * (len(acts) - 1), 1]
    assert message in said()


def test_a_decision_on_a_revoked_result_is_refused(office: Office, said: Said) -> None:
    assert revoke(office, of(office, "hoi-dong-y-tot"), on="2022-01-10") == 0
    assert decide(office, hoi_dong_y_tot="good") == 1
    assert "đã bị hủy bỏ" in said()


# --- what stands -----------------------------------------------------------------------------------------------


def test_lists_answer_for_any_date(office: Office, said: Said) -> None:
    assert revoke(office, FIRST) == 0
    assert reissue(office, FIRST, office.input_of(FIRST)) == 0
    said()

    def listed(as_of: str, *more: str) -> dict[str, str]:
        assert office.run("list", "2021", "--as-of", as_of, "--json", *more, "--register", office.register) == 0
        return {line["number"]: line["state"] for line in map(json.loads, said().splitlines())}

    assert listed("2021-12-01") == {}
    assert listed("2021-12-31")["2021-0001"] == "in_force"
    assert listed("2022-02-20")["2021-0001"] == "revoked"
    assert listed("2022-03-01")["2021-0001"] == "replaced"
    assert listed("2022-03-01")["2021-0011"] == "in_force"
    assert listed("2022-03-01", "--status", "replaced") == {"2021-0001": "replaced"}
    assert listed("2022-03-01", "--superior", "khong-co") == {}


def test_the_history_is_the_whole_chain(office: Office, said: Said) -> None:
    assert revoke(office, FIRST) == 0
    assert reissue(office, FIRST, office.input_of(FIRST)) == 0
    said()
    assert office.run("history", "2021-0011", "--json", "--register", office.register) == 0
    entries = [json.loads(line) for line in said().splitlines()]
    assert [entry["kind"] for entry in entries] == [Kind.ISSUED, Kind.REVOKED, Kind.REISSUED]
    assert {entry["by"] for entry in entries} == {"Nguyễn Thị Hoa"}


def verified(office: Office, said: Said, *files: Path, as_of: str | None = None) -> list[dict[str, Any]]:
    said()
    at = ["--as-of", as_of] if as_of else []
    office.run("verify", *map(str, files), *at, "--json", "--register", office.register)
    return [json.loads(line) for line in said().splitlines()]


def test_an_issued_paper_is_known_as_such_and_what_became_of_it_is_told(office: Office, said: Said) -> None:
    assert decide(office, hoi_dong_y_tot="good") == 0
    number = of(office, "hoi-dong-y-tot")
    paper = next((office.folder / "out").glob(f"{number}_*.docx"))
    assert revoke(office, number) == 0
    assert reissue(office, number, office.input_of(number)) == 0
    before, after = (verified(office, said, paper, as_of=day)[0] for day in ("2022-02-01", "2022-03-02"))
    assert before["verdict"] == after["verdict"] == "identical"
    assert before["status"]["state"] == "in_force"
    assert (after["status"]["state"], after["status"]["replaced_by"]) == ("replaced", "2021-0011")
    papers = sorted((office.folder / "out").glob("*.docx"))
    assert len(papers) == 13
    assert {found["verdict"] for found in verified(office, said, *papers)} == {"identical"}
    assert {found["role"] for found in verified(office, said, *papers)} == {"document", "decision", "revocation"}


def test_a_changed_paper_is_told_where_and_a_saved_one_is_not_changed(office: Office, said: Said) -> None:
    path = next((office.folder / "out").glob("2021-0005_*.docx"))
    document = Document(str(path))
    document.save(str(office.folder / "saved.docx"))
    document.tables[-1].rows[3].cells[3].paragraphs[0].runs[0].text = "5,5"
    document.save(str(office.folder / "edited.docx"))
    saved, edited_ = verified(office, said, office.folder / "saved.docx", office.folder / "edited.docx")
    assert saved["verdict"] == "saved_again"
    assert edited_["verdict"] == "changed"
    assert [difference["place"] for difference in edited_["differences"]] == ["bảng 2, hàng 4, ô 4"]
    assert office.run("verify", str(office.folder / "edited.docx"), "--register", office.register) == 1
    out = said()
    assert "NỘI DUNG ĐÃ BỊ SỬA" in out
    assert re.search(r"  bảng 2, hàng 4, ô 4: “[^“”]+” → “5,5”\n", out)


def test_a_strange_file_is_not_ours(office: Office, said: Said) -> None:
    Document().save(str(office.folder / "strange.docx"))
    (office.folder / "no.docx").write_bytes(b"PK")
    assert verified(office, said, office.folder / "strange.docx")[0]["verdict"] == "not_ours"
    assert office.run("verify", str(office.folder / "no.docx"), "--register", office.register) == 1
    assert "không phải là tệp Word" in said()


def test_a_draft_and_a_forged_number_are_found_out(office: Office, said: Said) -> None:
    draft = office.input_of(of(office, "hoi-dong-y-tot"))
    assert office.run("draft", str(draft), "-o", str(office.folder / "drafts"), "--templates", office.templates) == 0
    (path,) = (office.folder / "drafts").glob("*.docx")
    assert verified(office, said, path)[0]["verdict"] == "not_ours"
    other = next((office.folder / "out").glob("2021-0006_*.docx")).read_bytes()
    forged = package.label(package.unpack(other), [("baocao.number", "2021-0005")])
    (office.folder / "forged.docx").write_bytes(package.pack(forged))
    assert verified(office, said, office.folder / "forged.docx")[0]["verdict"] == "changed"


def test_every_document_is_made_again_just_as_it_was(office: Office, said: Said) -> None:
    signed = {"place": "Lộc An", "date": "2021-12-10", "position": "PHÓ BAN", "name": "Lê Thị B"}
    assert correct(office, FIRST, edited(office, FIRST, signature=signed)) == 0
    assert revoke(office, FIRST) == 0
    assert reissue(office, FIRST, office.input_of(FIRST)) == 0
    said()
    for number, documents in (("2021-0001", 2), ("2021-0011", 1), ("2021-0007", 1)):
        assert office.run("reproduce", number, "--register", office.register) == 0
        assert said().count("giống hệt bản đã ban hành") == documents


def test_a_scoresheet_of_before_annexes_were_stored_is_made_again(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = open_office(tmp_path / "a", FORM)
    with monkeypatch.context() as patched:
        patched.delitem(records.ROLES, "template_annex")
        assert office.issue(office.inputs / "hoi-dong-y-tot.json") == 0
    assert office.run("reproduce", "2021-0001", "--register", office.register) == 0
    with Register.open(office.register) as register, records.stored_folder(register, register.entries()[0]) as folder:
        assert folder.paper("decision")
        with pytest.raises(DataError):
            folder.paper("annex")


def test_the_word_template_of_the_annex_is_kept_with_a_scoresheet(begun: Office) -> None:
    with Register.open(begun.register) as register:
        (entry, *_) = register.entries()
        stored = register.content(entry.content("template_annex") or "")
    assert stored == (Path(begun.templates) / FORM / "annex.docx").read_bytes()


def test_a_newer_program_says_which_part_comes_out_otherwise(
    office: Office, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baocao.rendering.__version__", "9.9.9")
    assert office.run("reproduce", "2021-0001", "--register", office.register) == 1
    assert "khác bản đã ban hành (lập bằng baocao 0.1.0) ở docProps/core.xml" in said()


def test_a_number_is_shown_as_it_stood_or_said_not_to_be_there_yet(office: Office, said: Said) -> None:
    assert office.run("show", "2021-0001", "--register", office.register) == 0
    assert "Trạng thái: còn hiệu lực" in said()
    assert office.run("show", "2021-0001", "--as-of", "2021-01-01", "--register", office.register) == 1
    assert "chưa được ban hành" in said()
    assert office.run("show", "2021-0099", "--register", office.register) == 1
    assert office.run("show", "99", "--register", office.register) == 2


def test_without_a_register_nothing_is_made_up(tmp_path: Path, said: Said) -> None:
    for command in (["list"], ["show", "2021-0001"], ["register", "check"]):
        assert run([*command, "--register", str(tmp_path / "none.sqlite")]) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["../../x", "/etc/passwd", "hoi-quan-chung", "a/../2021"])
def test_a_form_s_name_in_a_forged_entry_leads_to_no_other_folder(office: Office, form: str) -> None:
    with Register.open(office.register) as register:
        entry = register.entries()[0]
        payload = json.dumps({**json.loads(entry.payload), "form": form})
        with pytest.raises(DataError), records.stored_folder(register, replace(entry, payload=payload)):
            pass


def test_a_quota_counts_within_one_tier_where_the_form_tells_them_apart(tmp_path: Path, said: Said) -> None:
    office = open_office(tmp_path / "tiers", FORM)
    path = Path(office.templates) / FORM / "form.toml"
    text = path.read_text(encoding="utf-8")
    for kind in ("cell", "grassroots_cell", "party_committee"):
        text = text.replace(
            f'key = "{kind}"\n', f'key = "{kind}"\ntier = "{"cap_co_so" if kind != "cell" else "cell"}"\n', 1
        )
    path.write_text(text, encoding="utf-8")
    confirm = ["form", "confirm", *FORM.split("/"), "--by", "Ban", "--decision", "2-QĐ", "--on", "2021-11-21", "--yes"]
    assert office.run(*confirm, "--templates", office.templates) == 0
    office.issue()
    said()
    assert office.run("quota", "2021", "--json", "--register", office.register) == 0
    groups = [json.loads(line) for line in said().splitlines()]
    assert [(group["tier"], group["base"]) for group in groups] == [("cap_co_so", 0), ("cell", 3)]
