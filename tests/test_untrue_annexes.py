"""An annex that later entries make untrue is named by the command that made it so, and listed as such."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from baocao.register import AnnexDraft, AnnexNumber, Number, Register, Scope
from tests.office import Office, open_office

FORM = "hoi-quan-chung/2021"
FIRST, SECOND = Number(2021, 1), Number(2021, 2)
Said = Callable[[], str]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that has issued two of its examples, and made annexes of all superiors and of two single ones."""
    office = open_office(tmp_path_factory.mktemp("office") / "a", FORM)
    assert office.issue(*sorted(office.inputs.glob("hoi-*.json"))[:2]) == 0
    for superior in ("", "dbh-loc-an", "dang-uy-khac"):
        annex(office, superior)
    return office


@pytest.fixture
def office(begun: Office, tmp_path: Path) -> Office:
    return begun.copy(tmp_path / "b")


def annex(office: Office, superior: str = "", replaces: AnnexNumber | None = None) -> None:
    with Register.open(office.register) as register, register.transaction() as transaction:
        draft = AnnexDraft(
            scope=Scope("hoi-quan-chung", 2021, superior),
            as_of=date(2021, 12, 31),
            head=register.head(),
            dated=date(2021, 12, 31),
            printed="01",
            recorded=datetime(2021, 12, 31, 8, tzinfo=UTC),
            by="Nguyễn Thị Hoa",
            digest="0" * 64,
            payload={},
            replaces=replaces,
        )
        transaction.annex(draft)


def again(office: Office, command: str, number: Number = FIRST, **options: str) -> int:
    """Correct or reissue a number by the submission that it has."""
    told = [word for key, value in options.items() for word in (f"--{key}", value)]
    path = str(office.input_of(number))
    return office.run(command, str(number), path, "--reason", "ghi nhầm", *told, *office.options(templates=True))


def revoke(office: Office, number: Number = FIRST, day: str = "2022-02-10") -> int:
    paper = ["--paper", str(office.paper("126-QĐ/HU")), "--on", day]
    return office.run("revoke", str(number), "--ground", "fault", "--reason", "vi phạm", *paper, *office.options())


def told(text: str) -> list[str]:
    return [line for line in text.splitlines() if "Phụ lục" in line]


BOTH = [
    f"Chịu ảnh hưởng: Phụ lục số 01 ngày 31/12/2021 ({number}); lập phụ lục mới bằng “baocao annex 2021{scope}”."
    for number, scope in (("2021-PL01", ""), ("2021-PL02", " --superior dbh-loc-an"))
]


def test_a_revocation_names_the_annexes_that_told_the_result(office: Office, said: Said) -> None:
    assert revoke(office) == 0
    assert told(said()) == BOTH


def test_a_correction_and_a_second_rating_name_them_too(office: Office, said: Said) -> None:
    assert again(office, "correct", on="2022-01-10") == 0
    assert told(said()) == BOTH
    assert revoke(office) == 0
    said()
    assert again(office, "reissue", on="2022-03-01") == 0
    assert told(said()) == BOTH


def test_a_decision_names_them_if_it_counts_by_their_date(office: Office, said: Said) -> None:
    ratings = [{"number": str(number), "rating": "completed", "reason": "xét hạ"} for number in office.known()]
    for number, day, lines in (("1-QĐ/HU", "2022-01-20", []), ("2-QĐ/HU", "2021-12-30", BOTH)):
        path = office.folder / "decision.json"
        path.write_text(json.dumps({**office.decision(number, day), "ratings": ratings}), encoding="utf-8")
        assert office.run("decide", str(path), *office.options()) == 0
        assert told(said()) == lines


def test_a_scoresheet_that_was_missing_names_them_if_it_counts_by_their_date(office: Office, said: Said) -> None:
    third, fourth = sorted(office.inputs.glob("hoi-*.json"))[2:4]
    assert office.run("issue", str(third), "--on", "2022-01-20", *office.options(templates=True)) == 0
    assert told(said()) == []
    assert office.issue(fourth) == 0
    assert told(said()) == BOTH


def test_an_annex_that_was_replaced_is_named_no_more(office: Office, said: Said) -> None:
    assert revoke(office) == 0
    annex(office, replaces=AnnexNumber(2021, 1))
    said()
    assert again(office, "reissue", on="2022-03-01") == 0
    assert [line for line in told(said()) if "PL01" in line] == []


def test_the_list_says_of_each_annex_whether_it_is_still_so(office: Office, said: Said) -> None:
    assert revoke(office) == 0
    annex(office, replaces=AnnexNumber(2021, 1))
    said()
    assert office.run("register", "annexes", "2021", "--register", office.register) == 0
    lines = said().splitlines()
    assert [line.split("  ")[1] for line in lines if line.startswith("2021-PL")] == [
        "đã thay bằng 2021-PL04",
        "không còn đúng",
        "còn hiệu lực",
        "còn hiệu lực",
    ]
    assert lines[1] == "    mẫu hoi-quan-chung, mọi cấp trên; tính đến 31/12/2021, từ 2 mục"
    assert lines[-1] == "4 phụ lục."
    assert office.run("register", "annexes", "--json", "--register", office.register) == 0
    found = [json.loads(line) for line in said().splitlines()]
    assert [(one["annex"], one["true"], one["replaced_by"]) for one in found] == [
        ("2021-PL01", None, "2021-PL04"),
        ("2021-PL02", False, None),
        ("2021-PL03", True, None),
        ("2021-PL04", True, None),
    ]
    assert (found[3]["replaces"], found[3]["entries"]) == ("2021-PL01", 3)


def test_the_check_tells_both_heads(office: Office, said: Said) -> None:
    assert office.run("register", "check", "--register", office.register) == 0
    text = said()
    assert "2 mục, 3 phụ lục" in text
    assert "Mã của phụ lục cuối: " in text
