"""Every form runs through every command: what one form can, all can, with no line of Python naming any of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from baocao.cli import run
from baocao.forms import Library
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


def test_every_command_is_tried() -> None:
    assert sorted(RUNS) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
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


@pytest.mark.parametrize("key", FORMS)
def test_a_form_has_examples_and_names_itself_a_sample_unless_it_is_official(key: str) -> None:
    assert list((ROOT / "inputs" / key).glob("*.json"))
    form = Library([TEMPLATES]).get(key).form
    assert (form.additions.sample is None) == (key == "hoi-quan-chung/2021")
