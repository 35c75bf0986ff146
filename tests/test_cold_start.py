"""A command imports what it needs, and no more: what a clerk runs most starts fast."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from baocao import kept
from baocao.cli import app
from baocao.cli.words import Group, Later

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "inputs" / "hoi-quan-chung" / "2021" / "hoi-dong-y-tot.json"

REGISTER = {"sqlalchemy", "alembic", "mako", "psycopg", "sqlite3"}
OF_TESTS = {"hypothesis", "pytest"}


def imported(*arguments: str) -> set[str]:
    """The packages and modules that a new process has imported when a command has ended."""
    script = (
        "import sys; from baocao.cli import run; code = run(sys.argv[1:]); "
        "print(*sys.modules, sep='\\n', file=sys.stderr); sys.exit(code)"
    )
    # coverage measures subprocesses too, and its data are a database
    own = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env=own)
    return set(done.stderr.split())


@pytest.mark.parametrize("command", ["", "draft", "issue", "form", "form check", "register"])
def test_a_list_of_commands_imports_none_of_them(command: str) -> None:
    found = imported(*command.split(), "--help")
    heavy = {"lxml", "docx", "docxtpl", "jinja2", "tomlkit", "rich", *REGISTER, *OF_TESTS}
    assert found & (heavy if command in ("", "form", "register") else OF_TESTS) == set()


def test_a_draft_imports_no_database_and_nothing_that_is_for_authors(tmp_path: Path) -> None:
    found = imported("draft", str(EXAMPLE), "--output", str(tmp_path))
    heavy = {"tomlkit", "rich", "baocao.register", "baocao.trial", "baocao.compare", *REGISTER, *OF_TESTS}
    assert found & heavy == set()
    assert len(list(tmp_path.glob("*.docx"))) == 1


def test_a_draft_from_what_was_kept_imports_nothing_that_reads_or_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(kept.OFF)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    draft = ("draft", str(EXAMPLE), "--output", str(tmp_path / "output"), "--force")
    heavy = {"jinja2", "lxml", "docx", "docxtpl", "tomllib", "multiprocessing", "baocao.forms.check"}
    assert imported(*draft) & heavy >= {"jinja2", "lxml", "docx", "docxtpl", "tomllib"}
    assert imported(*draft) & heavy == set()


def test_what_stands_is_told_without_what_writes_excel_and_prints_pdf() -> None:
    assert imported("list", "--help") & {"xlsxwriter", "baocao.excel", "baocao.pdf"} == set()


def later(group: Any = None, prefix: str = "") -> Iterator[tuple[str, Later]]:
    """Every command that is imported when it is run, by its full name."""
    group = group or get_command(app)
    yield from ((f"{prefix}{name}", command) for name, command in group.later.items())
    for name, inner in group.commands.items():
        if isinstance(inner, Group):
            yield from later(inner, f"{name} ")


@pytest.mark.parametrize(("name", "command"), [pytest.param(*found, id=found[0]) for found in later()])
def test_a_list_says_of_a_command_how_its_help_page_begins(name: str, command: Later) -> None:
    module, _, function = command.place.partition(":")
    page = getattr(importlib.import_module(module), function).__doc__
    assert page.startswith(command.line)
    assert command.line.endswith(".")
