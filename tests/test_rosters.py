"""Rosters: what is written is read again, and a hostile file is refused with every fault at its line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocao import rosters
from baocao.annex_rows import Expected
from baocao.errors import DataError
from baocao.text import clean
from tests.annexes import HOSTILE

HEADER = "id,name,kind,superior_id,superior_name,reason"
SOUND = "hoi-a,Chi bộ Hội A,chi bộ,dbh,Đảng bộ huyện,"
CUSTOMS = (*HOSTILE, "'", "''", "'=1", "'tis", 'nói "thật"', "a;b", "a,b", '"', "…", "'@'", "= 1")

words = st.sampled_from([name for name in CUSTOMS if name]) | st.text(
    st.characters(categories=["L", "N", "P", "S"], include_characters=" "), min_size=1, max_size=30
).map(clean).filter(bool)
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True).filter(
    lambda slug: not slug.startswith(("con", "prn", "aux", "nul", "com", "lpt"))
)
organizations = st.builds(Expected, slugs, words, words, slugs, words, st.just("") | words)
some = st.lists(organizations, max_size=6, unique_by=lambda one: one.organization)


def read(folder: Path, content: str | bytes) -> tuple[Expected, ...]:
    path = folder / "danh-sach.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return rosters.read(path)


def faults(folder: Path, content: str | bytes) -> list[tuple[str, str]]:
    """Place and message of every fault of a roster."""
    with pytest.raises(DataError) as error:
        read(folder, content)
    assert {problem.source for problem in error.value.problems} == {str(folder / "danh-sach.csv")}
    return [(problem.where, problem.message) for problem in error.value.problems]


# --- sound ones ------------------------------------------------------------------------------------------------------


@given(listed=some)
def test_what_is_written_is_read_again(listed: list[Expected], tmp_path_factory: pytest.TempPathFactory) -> None:
    assert list(read(tmp_path_factory.mktemp("roster"), rosters.written(listed))) == listed


@given(listed=some)
def test_no_cell_that_is_written_is_a_formula(listed: list[Expected]) -> None:
    table = list(csv.reader(rosters.written(listed).decode("utf-8-sig").splitlines()))
    assert [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_roster_is_read_as_excel_saves_it(separator: str, end: str, mark: str, tmp_path: Path) -> None:
    content = (mark + end.join([HEADER, SOUND, ",,,,,", ""])).replace(",", separator)
    (found,) = read(tmp_path, content)
    assert found == Expected("hoi-a", "Chi bộ Hội A", "chi bộ", "dbh", "Đảng bộ huyện")


def test_columns_may_stand_in_any_order_and_the_reason_be_left_out(tmp_path: Path) -> None:
    content = "Superior_Name,superior_id,KIND, name ,id\nĐảng bộ huyện,dbh,chi bộ,Chi bộ Hội A,hoi-a\n"
    assert read(tmp_path, content) == read(tmp_path, f"{HEADER}\n{SOUND}\n")


def test_a_roster_without_organisations_expects_nobody(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER) == ()


def test_a_large_roster_is_read_whole(tmp_path: Path) -> None:
    lines = (f"hoi-{place},Chi bộ {place},chi bộ,dbh,Đảng bộ huyện," for place in range(100_000))
    found = read(tmp_path, "\n".join([HEADER, *lines]))
    assert (len(found), found[-1].name) == (100_000, "Chi bộ 99999")


# --- hostile ones ----------------------------------------------------------------------------------------------------


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    content = "\n".join(
        [
            HEADER,
            SOUND,
            "Hội B,Chi bộ Hội B,chi bộ,dbh,Đảng bộ huyện,",
            "hoi-c,,chi bộ,dbh,Đảng bộ huyện,",
            "hoi-a,Chi bộ Hội A,chi bộ,dbh,Đảng bộ huyện,",
            f"hoi-d,{'x' * 501},chi bộ,dbh,Đảng bộ huyện,",
            "hoi-e,Chi bộ\x00Hội,chi bộ,dbh,Đảng bộ huyện,",
            '"hoi-f","Chi bộ\nHội F",chi bộ,dbh,Đảng bộ huyện,',
            "hoi-g,Chi bộ Hội G,chi bộ,con,Đảng bộ huyện,",
        ]
    )
    assert [where for where, _ in faults(tmp_path, content)] == [
        "dòng 3: id",
        "dòng 4: name",
        "dòng 5",
        "dòng 6: name",
        "dòng 7: name",
        "dòng 8: name",
        "dòng 10: superior_id",
    ]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("id,name,kind,superior_id", "superior_id"),
        (f"{HEADER},id", "reason"),
        (f"{HEADER},ghi_chu", "ghi_chu"),
        (f"{HEADER},", "reason"),
        ("", "(trống)"),
        ("mã,tên", "mã"),
    ],
)
def test_other_columns_are_refused_by_their_names(header: str, named: str, tmp_path: Path) -> None:
    ((where, message),) = faults(tmp_path, f"{header}\n{SOUND}\n")
    assert where == "dòng 1"
    assert named in message


@pytest.mark.parametrize(
    "content",
    [f"{HEADER}\n{SOUND}".encode("utf-16"), f"{HEADER}\n{SOUND}".encode("cp1258", "replace"), b"\xff\xfe\x00"],
    ids=["utf-16", "cp1258", "no text"],
)
def test_a_table_in_another_encoding_is_told_what_to_be_saved_as(content: bytes, tmp_path: Path) -> None:
    ((_, message),) = faults(tmp_path, content)
    assert message == "tệp không phải là văn bản UTF-8"


def test_a_row_with_too_many_cells_is_told(tmp_path: Path) -> None:
    ((where, message),) = faults(tmp_path, f"{HEADER}\n{SOUND}\n{SOUND},,\n")
    assert (where, message) == ("dòng 3", "có nhiều ô hơn 6 cột của dòng đầu")


@pytest.mark.parametrize("cell", ['"' + "x" * 200_000 + '"', '"chưa đóng' + "\n" * 200_000], ids=["huge", "unclosed"])
def test_a_cell_without_end_is_no_table(cell: str, tmp_path: Path) -> None:
    ((where, message),) = faults(tmp_path, f"{HEADER}\n{SOUND}\nhoi-b,{cell}\n")
    assert where.startswith("dòng ")
    assert message == "không đọc được như một dòng của bảng"


def test_a_file_with_a_fault_in_every_line_is_not_told_to_the_end(tmp_path: Path) -> None:
    found = faults(tmp_path, "\n".join([HEADER, *["?,,,,,"] * 5000]))
    assert len(found) == rosters.MOST_FAULTS
    assert found[0][0].startswith("dòng 2: ")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rosters, "MOST_BYTES", 100)
    ((_, message),) = faults(tmp_path, f"{HEADER}\n{SOUND}\n")
    assert "lớn hơn" in message


def test_a_roster_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        rosters.read(tmp_path / "khong-co.csv")
    assert error.value.problems[0].source == str(tmp_path / "khong-co.csv")
