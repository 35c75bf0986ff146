"""Every form runs through every command: what one form can, all can, with no line of Python naming any of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from baocao.cli import run
from baocao.forms import Form, Library
from tests.office import Office, open_office
from tests.strategies import TEMPLATES
from tests.test_docs import COMMANDS

ROOT = Path(__file__).parents[1]
FORMS = Library([TEMPLATES]).available()

Arguments = Callable[[str, str, Path], list[str]]
"""Form, year and a folder to write to → what follows the command."""


def examples(form: str, year: str) -> str:
    return str(ROOT / "inputs" / form / year)


RUNS: dict[str, Arguments] = {
    "check": lambda form, year, _: [examples(form, year)],
    "score": lambda form, year, _: [examples(form, year), "--json"],
    "draft": lambda form, year, folder: [examples(form, year), "-o", str(folder)],
    "new": lambda form, year, folder: [form, year, "--id", "to-chuc-moi", "-o", str(folder)],
    "form list": lambda *_: [],
    "form show": lambda form, year, _: [form, year],
    "form schema": lambda form, year, _: [form, year],
    "form check": lambda form, year, _: [form, year],
    "form preview": lambda form, year, folder: [form, year, "-o", str(folder), "--no-pages"],
    "form new": lambda form, year, folder: [form, "2999", "--from", f"{form}/{year}", "-o", str(folder)],
    "form confirm": lambda form, year, folder: [
        *(form, year, "--by", "Ban Tổ chức", "--decision", "12-QĐ/BTC", "--on", f"{year}-11-20"),
        *("--yes", "-o", str(folder)),
    ],
    "form diff": lambda form, year, _: [f"{form}/{year}", FORMS[0]],
}


# --- commands about the register: each goes on from an office that has issued its examples ---------------------


@pytest.fixture(scope="module", params=FORMS)
def issued(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = open_office(tmp_path_factory.mktemp("office") / "a", request.param)
    office.issue()  # examples with facts not yet known are refused, the others issued
    assert office.known()
    return office


def _revoke(office: Office) -> list[str]:
    number, ground = next(iter(office.known())), next(iter(_form(office).revocation_grounds))
    paper = str(office.paper("126-QĐ/HU"))
    return [str(number), "--ground", ground, "--reason", "kết luận kiểm tra", "--paper", paper, *office.options()]


def _form(office: Office) -> Form:
    return Library([Path(office.templates)]).get(office.form).form


def _correct(office: Office) -> list[str]:
    number = next(iter(office.known()))
    again = str(office.input_of(number))
    return [str(number), again, "--reason", "ghi nhầm chức vụ", *office.options(templates=True)]


def _reissue(office: Office) -> list[str]:
    number = next(iter(office.known()))
    assert run(["revoke", *_revoke(office)]) == 0
    again = str(office.input_of(number))
    on = ["--on", f"{int(office.year) + 1}-03-01"]
    return [str(number), again, "--reason", "xếp loại lại theo kết luận", *on, *office.options(templates=True)]


def _first(office: Office) -> list[str]:
    return [str(next(iter(office.known()))), "--register", office.register]


REGISTER_RUNS: dict[str, Callable[[Office], list[str]]] = {
    "issue": lambda office: [
        str(office.input_of(next(iter(office.known())))),
        *(*office.options(templates=True), "--register", f"{office.register}.second"),
        *("-o", str(office.folder / "second")),
    ],
    "quota": lambda office: [office.year, "--register", office.register],
    "decide": lambda office: [str(office.decided_as_proposed()), *office.options()],
    "correct": _correct,
    "revoke": _revoke,
    "reissue": _reissue,
    "list": lambda office: ["--register", office.register],
    "show": _first,
    "history": _first,
    "reproduce": _first,
    "verify": lambda office: [
        *map(str, sorted((office.folder / "out").glob("*.docx"))),
        *("--register", office.register),
    ],
    "annex": lambda office: [office.year, "--as-of", f"{int(office.year) + 1}-02-01", *office.options()],
    "register annexes": lambda office: ["--register", office.register],
    "register check": lambda office: ["--register", office.register],
    "register backup": lambda office: [str(office.folder / "backup.sqlite"), "--register", office.register],
    "register export": lambda office: [str(office.folder / "export.jsonl"), "--register", office.register],
}


def test_every_command_is_tried() -> None:
    knows_no_form = ["pdf"]
    assert sorted([*RUNS, *REGISTER_RUNS, *knows_no_form]) == COMMANDS


@pytest.mark.parametrize("command", sorted(RUNS))
@pytest.mark.parametrize("key", FORMS)
def test_a_form_runs_through_a_command(
    key: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form, year = key.split("/")
    code = run([*command.split(), *RUNS[command](form, year, tmp_path)])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    assert said.out.strip() or list(tmp_path.iterdir())
    assert not re.search(r"\b(None|Decimal\(|Fraction\(|Traceback)", said.out)


@pytest.mark.parametrize("command", sorted(REGISTER_RUNS))
def test_a_form_runs_through_a_command_of_the_register(
    issued: Office, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = issued.copy(tmp_path / "b")
    code = run([*command.split(), *REGISTER_RUNS[command](office)])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    assert said.out.strip()
    assert not re.search(r"\b(None|Decimal\(|Fraction\(|Traceback)", said.out)
    assert run(["register", "check", "--register", office.register]) == 0


@pytest.mark.parametrize("key", FORMS)
def test_a_form_has_examples_and_names_itself_a_sample_unless_it_is_official(key: str) -> None:
    assert list((ROOT / "inputs" / key).glob("*.json"))
    form = Library([TEMPLATES]).get(key).form
    assert (form.additions.sample is None) == (key == "hoi-quan-chung/2021")
