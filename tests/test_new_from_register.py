"""`new --from-register`: a new year begins with whoever was assessed in the last."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from baocao import inputs, next_year, rosters, sample
from baocao.cli import run
from baocao.forms import Library
from baocao.inputs import Office as Defaults
from baocao.register import Register
from tests import registers
from tests.helpers import FORM, folder
from tests.office import Office, open_office

Said = Callable[[], str]
ONE, MOVED = "hoi-dong-y-tot", "hoi-khuyen-hoc-tot-tren-90-diem"


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has issued the scoresheets of 2021, and has a form for 2022."""
    found = open_office(tmp_path_factory.mktemp("issued"), FORM)
    found.issue()
    new_form = ["form", "new", "hoi-quan-chung", "2022", "--from", FORM, "-o", found.templates]
    assert run([*new_form, "--templates", found.templates]) == 0
    return found


@pytest.fixture
def office(issued: Office, tmp_path: Path) -> Office:
    return issued.copy(tmp_path / "office")


def begin(office: Office, *more: str, form: str = "hoi-quan-chung", year: str = "2022") -> int:
    where = ["--register", office.register, "--templates", office.templates, "-o", str(begun(office))]
    return run(["new", form, year, "--from-register", *where, *more])


def begun(office: Office) -> Path:
    return office.folder / "nam-sau"


def names(office: Office) -> list[str]:
    """The identifiers of those who have a submission."""
    return sorted(path.stem for path in begun(office).glob("*.json") if not path.name.endswith(".schema.json"))


def organization(office: Office, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((begun(office) / f"{name}.json").read_text(encoding="utf-8"))["organization"]
    return found


def revoke(office: Office, number: str) -> None:
    said = ["--ground", "fault", "--reason", "kết luận kiểm tra", "--paper", str(office.paper("126-QĐ/HU"))]
    assert office.run("revoke", number, *said, "--on", "2022-02-10", *office.options()) == 0


# --- what is written ---------------------------------------------------------------------------------------------


def test_everyone_of_last_year_is_on_the_roster_and_has_an_empty_submission(office: Office, said: Said) -> None:
    assert begin(office) == 0
    out = said()
    roster = rosters.read(begun(office) / "danh-sach_hoi-quan-chung-2022.csv")
    assert len(roster) == len(office.known()) == 10
    assert sorted(one.organization for one in roster) == names(office)
    assert organization(office, ONE) == {
        "id": ONE,
        "name": "Chi bộ Hội Đông y huyện",
        "kind": "cell",
        "superior": {"id": "dbh-loc-an", "name": "Đảng bộ huyện Lộc An"},
    }
    assert "Đã tạo 10 tệp dữ liệu trống" in out
    assert f"baocao check {begun(office)}" in out
    assert f"baocao annex 2022 --roster {begun(office) / 'danh-sach_hoi-quan-chung-2022.csv'}" in out


def test_nothing_but_what_is_to_be_filled_in_is_missing(office: Office, said: Said) -> None:
    assert begin(office) == 0
    said()
    assert run(["check", str(begun(office)), "--templates", office.templates]) == 1
    out = said()
    assert "organization" not in out
    assert 'scores["I.1.1"]: chưa có điểm chấm' in out
    assert "Đã kiểm tra 10 tệp" in out


def test_a_submission_of_each_kind_is_that_of_its_kind(office: Office) -> None:
    assert begin(office) == 0
    form = Library([Path(office.templates)]).get("hoi-quan-chung/2022").form
    for name in ("hoi-chu-thap-do-xuat-sac", ONE, "dang-bo-lien-hiep-hoi"):
        raw = json.loads((begun(office) / f"{name}.json").read_text(encoding="utf-8"))
        blank = sample.blank(form, name, raw["$schema"], raw["organization"]["kind"])
        assert {**raw, "organization": None} == {**blank, "organization": None}


def test_the_roster_is_in_the_order_of_the_annex(office: Office) -> None:
    assert begin(office) == 0
    listed = rosters.read(begun(office) / "danh-sach_hoi-quan-chung-2022.csv")
    assert [one.name.removeprefix("Chi bộ Hội ") for one in listed][1:5] == [
        "Chữ thập đỏ huyện",
        "Cựu giáo chức huyện",
        "Đông y huyện",
        "Khuyến học huyện",
    ]


# --- who ---------------------------------------------------------------------------------------------------------


def test_who_is_revoked_and_who_is_rated_again_is_listed_once(office: Office) -> None:
    first, second, *_ = map(str, office.known())
    path = office.input_of(next(iter(office.known())))
    revoke(office, first)
    revoke(office, second)
    again = ["reissue", first, str(path), "--reason", "theo kết luận", "--on", "2022-03-01"]
    assert office.run(*again, *office.options(templates=True)) == 0
    assert begin(office) == 0
    assert len(names(office)) == 10
    assert len(rosters.read(begun(office) / "danh-sach_hoi-quan-chung-2022.csv")) == 10


def test_name_kind_and_superior_are_the_newest(office: Office) -> None:
    path = office.inputs / f"{MOVED}.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["organization"] |= {"name": "Chi bộ Hội Khuyến học thị xã", "superior": {"id": "thi-uy", "name": "=Thị ủy"}}
    path.write_text(json.dumps(raw), encoding="utf-8")
    number = next(str(number) for number in office.known() if office.input_of(number) == path)
    correct = ["correct", number, str(path), "--reason", "chuyển đảng bộ"]
    assert office.run(*correct, *office.options(templates=True)) == 0
    assert begin(office) == 0
    assert organization(office, MOVED)["name"] == "Chi bộ Hội Khuyến học thị xã"
    assert organization(office, MOVED)["superior"] == {"id": "thi-uy", "name": "=Thị ủy"}
    assert begin(office, "--superior", "thi-uy", "--force") == 0
    (listed,) = rosters.read(begun(office) / "danh-sach_hoi-quan-chung-2022.csv")
    assert (listed.organization, listed.superior_name) == (MOVED, "=Thị ủy")


def test_an_unknown_superior_is_told_with_those_that_there_are(office: Office, said: Said) -> None:
    assert begin(office, "--superior", "dbh-loc-am") == 1
    assert "dbh-loc-an (Đảng bộ huyện Lộc An)" in said()
    assert not begun(office).exists()


# --- kinds that the form has no longer -----------------------------------------------------------------------------


@pytest.fixture
def of_other_kinds(office: Office) -> Office:
    """The form of 2022 calls a party committee otherwise, and a cell by another name."""
    path = Path(office.templates) / "hoi-quan-chung" / "2022" / "form.toml"
    text = path.read_text(encoding="utf-8").replace('"party_committee"', '"committee"')
    path.write_text(text.replace('name = "chi bộ"', 'name = "chi bộ trực thuộc"'), encoding="utf-8")
    return office


def test_whose_kind_the_form_lacks_is_named_and_the_others_are_written(of_other_kinds: Office, said: Said) -> None:
    assert begin(of_other_kinds) == 1
    out = said()
    assert "Đảng bộ Liên hiệp các Hội huyện (dang-bo-lien-hiep-hoi): mẫu hoi-quan-chung/2022" in out
    assert "không có loại tổ chức “đảng bộ”" in out
    assert "committee (đảng bộ)" in out
    assert "Đã tạo 8 tệp dữ liệu trống" in out
    assert len(names(of_other_kinds)) == 8


def test_the_roster_has_everyone_and_names_kinds_as_the_new_form_does(of_other_kinds: Office) -> None:
    assert begin(of_other_kinds) == 1
    listed = rosters.read(begun(of_other_kinds) / "danh-sach_hoi-quan-chung-2022.csv")
    assert {one.kind_name for one in listed} == {"chi bộ trực thuộc", "chi bộ cơ sở", "đảng bộ"}
    assert len(listed) == 10


def test_a_name_that_no_submission_may_have_is_told(office: Office, said: Said) -> None:
    path = office.inputs / "moi.json"
    raw = json.loads((office.inputs / f"{ONE}.json").read_text(encoding="utf-8"))
    raw["organization"] |= {"id": "office", "name": "Chi bộ Văn phòng"}
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert office.issue(path) == 0
    said()
    assert begin(office) == 1
    assert "Chi bộ Văn phòng (office): office.json là tên của tệp dùng chung" in said()
    assert len(names(office)) == 10


# --- what is there already -----------------------------------------------------------------------------------------


def test_what_is_there_is_kept_counted_and_named(office: Office, said: Said) -> None:
    begun(office).mkdir()
    mine = begun(office) / f"{ONE}.json"
    mine.write_text("{}", encoding="utf-8")
    assert begin(office) == 0
    out = said()
    assert mine.read_text(encoding="utf-8") == "{}"
    assert "Đã tạo 9 tệp dữ liệu trống" in out
    assert re.search(rf"Giữ nguyên 1 tệp đã có .*\n  {re.escape(str(mine))}\n", out)
    assert begin(office, "--force") == 0
    assert "Đã tạo 10 tệp dữ liệu trống" in said()
    assert organization(office, ONE)["id"] == ONE


def test_a_roster_that_somebody_edited_is_kept(office: Office, said: Said) -> None:
    assert begin(office) == 0
    roster = begun(office) / "danh-sach_hoi-quan-chung-2022.csv"
    said()
    assert begin(office) == 0
    assert f"  {roster}\n" not in said()
    roster.write_bytes(roster.read_bytes().replace("Đông y".encode(), "Đông y, Đông dược".encode()))
    edited = roster.read_bytes()
    assert begin(office) == 0
    assert f"  {roster}\n" in said()
    assert roster.read_bytes() == edited


def test_of_many_files_that_are_kept_some_are_named(
    office: Office, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baocao.cli.new.MOST_SHOWN", 4)
    assert begin(office) == 0
    said()
    assert begin(office) == 0
    assert "  … và 6 tệp khác" in said()


# --- what the office gives -----------------------------------------------------------------------------------------


def test_the_office_says_what_it_says_and_is_not_believed_where_it_is_of_last_year(office: Office, said: Said) -> None:
    begun(office).mkdir()
    shared = json.loads((office.inputs / "office.json").read_text(encoding="utf-8"))
    shared |= {"form": "hoi-quan-chung", "year": 2021}
    shared["organization"] = {"superior": {"id": "dbh-khac", "name": "Đảng bộ huyện Lộc An"}}
    (begun(office) / "office.json").write_text(json.dumps(shared), encoding="utf-8")
    assert begin(office) == 0
    raw = json.loads((begun(office) / f"{ONE}.json").read_text(encoding="utf-8"))
    assert raw["year"] == 2022
    assert "form" not in raw
    assert "issuer" not in raw
    assert raw["organization"]["superior"] == {"id": "dbh-loc-an"}
    assert run(["check", str(begun(office) / f"{ONE}.json"), "--templates", office.templates]) == 1
    assert "organization" not in said()


@pytest.mark.parametrize("kind", ["cell", "party_committee"])
def test_what_is_left_out_of_a_submission_is_what_the_office_gives(kind: str) -> None:
    own = sample.blank(folder().form, "a", "x", kind)
    defaults = {"year": 2020, "facts": {"government": [], "targets": {}}, "issuer": {"agency": "A", "symbol": None}}
    left = inputs.without_defaults(own, Defaults("office.json", defaults))
    merged = inputs.merged(defaults, left)
    assert merged == {**own, "facts": {**own["facts"], "government": []}, "issuer": {**own["issuer"], "agency": "A"}}


def test_an_office_file_with_faults_is_refused_before_anything_is_written(office: Office, said: Said) -> None:
    begun(office).mkdir()
    (begun(office) / "office.json").write_text('{"scores": 1}', encoding="utf-8")
    assert begin(office) == 1
    assert "office.json" in said()
    assert [path.name for path in begun(office).iterdir()] == ["office.json"]


# --- wrong years, wrong options --------------------------------------------------------------------------------------


def test_another_year_may_be_begun_with(office: Office, said: Said) -> None:
    assert begin(office, year="2021") == 1
    out = said()
    assert "sổ không có tổ chức nào được chấm điểm theo mẫu hoi-quan-chung năm 2020" in out
    assert "Sổ có mẫu này của năm 2021: thêm --from-year 2021." in out
    assert begin(office, "--from-year", "2021", year="2021") == 0
    assert len(names(office)) == 10


def test_a_form_that_the_register_does_not_know_is_told_with_those_it_knows(office: Office, said: Said) -> None:
    assert begin(office, form="phieu-cap-do") == 1
    assert "Sổ có các mẫu: hoi-quan-chung/2021;" in said()


def test_an_empty_register_is_told(office: Office, said: Said) -> None:
    empty = office.folder / "empty.sqlite"
    with Register.open(str(empty)):
        pass
    assert begin(office, "--register", str(empty)) == 1
    assert "Sổ này còn trống" in said()


def test_a_register_that_is_not_there_is_told(office: Office, said: Said) -> None:
    assert begin(office, "--register", str(office.folder / "khong-co.sqlite")) != 0
    assert "khong-co.sqlite" in said()
    assert not begun(office).exists()


@pytest.mark.parametrize("option", [("--id", "a"), ("--kind", "cell")])
def test_what_the_register_says_cannot_be_said_besides(office: Office, option: tuple[str, str], said: Said) -> None:
    assert begin(office, *option) == 2
    assert f"{option[0]}: không dùng cùng --from-register" in said()


@pytest.mark.parametrize("option", [("--from-year", "2021"), ("--superior", "a")])
def test_options_of_the_register_go_with_it_only(option: tuple[str, str], tmp_path: Path, said: Said) -> None:
    assert run(["new", "hoi-quan-chung", "2021", "-o", str(tmp_path), *option]) == 2
    assert f"{option[0]}: chỉ dùng cùng --from-register" in said()


@pytest.mark.parametrize("name", ["office", "a.schema"])
def test_no_submission_is_called_as_a_shared_file_or_a_schema(name: str, tmp_path: Path, said: Said) -> None:
    assert run(["new", "hoi-quan-chung", "2021", "--id", name, "-o", str(tmp_path)]) == 2
    assert f"--id: {name}.json là tên của tệp dùng chung hoặc tệp lược đồ" in said()


def test_a_progress_bar_shows_how_far_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[int] = []

    def progress(items: Any, total: int, *, both: bool) -> Iterator[Any]:
        shown.append(total)
        yield from items

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("baocao.cli.progress.progress", progress)
    assert begin(office) == 0
    assert shown == [10]


# --- the register ----------------------------------------------------------------------------------------------------


def test_the_forms_of_a_register_are_known(register: Register) -> None:
    with register.transaction() as transaction:
        for organization, year in (("b", 2022), ("a", 2021), ("c", 2021)):
            transaction.append(registers.issue(organization, year))
    with register.view() as view:
        assert view.forms() == [("hoi-quan-chung", 2021), ("hoi-quan-chung", 2022)]


def test_other_years_and_forms_do_not_count(office: Office) -> None:
    with Register.open(office.register) as register, register.view() as view:
        rows = next_year.organizations(view, "hoi-quan-chung", 2021)
    assert len({row.organization for row in rows}) == len(rows) == 10
