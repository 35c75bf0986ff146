"""The documentation is a product: what it shows is what the program prints.

`UPDATE_DOCS=1 pytest tests/test_docs.py` writes the shown help pages and tables anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from typer.main import get_command

from baocao.cli import app, run
from baocao.forms.catalogue import COMMON, NAMES
from baocao.submission import Submission

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
UPDATE = bool(os.environ.get("UPDATE_DOCS"))


def commands() -> Iterator[str]:
    """Every command by its full name."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        yield from (f"{name} {sub}" for sub in inner) if inner else (name,)


COMMANDS = sorted(commands())


def replace_or_compare(page: Path, marker: str, content: str) -> None:
    """The block of a page between its markers is `content`; written there with `UPDATE_DOCS`."""
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {re.escape(marker)} -->\n).*?(<!-- end -->)", re.DOTALL)
    found = pattern.search(text)
    assert found, f"{page.name} has no block {marker!r}"
    wanted = f"<!-- {marker} -->\n{content}\n<!-- end -->"
    if UPDATE:
        page.write_text(text.replace(found[0], wanted), encoding="utf-8")
    else:
        assert found[0] == wanted, f"{page.name}: run UPDATE_DOCS=1 pytest tests/test_docs.py"


def test_there_are_commands() -> None:
    assert "draft" in COMMANDS
    assert "form check" in COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_as_it_helps(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERMINAL_WIDTH", "100")
    assert f"## baocao {name}\n" in (DOCS / "cli.md").read_text(encoding="utf-8")
    assert run([*name.split(), "--help"]) == 0
    page = "\n".join(line.rstrip() for line in capsys.readouterr().out.strip().splitlines())
    replace_or_compare(DOCS / "cli.md", name, f"```\n{page}\n```")


def test_every_phrase_and_its_facts_are_documented() -> None:
    rows = ["| phrase | facts |", "|---|---|"]
    for phrase, facts in COMMON.items():
        told = (f"`{name}`" + (f" ({', '.join(parts)})" if parts else "") for name, parts in facts.items())
        rows.append(f"| `{phrase}` | {', '.join(told)} |")
    replace_or_compare(DOCS / "form.md", "phrases", "\n".join(rows))
    assert all(f"`{name}`" in (DOCS / "form.md").read_text(encoding="utf-8") for name in NAMES)


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """A table row for each key of the contract, those of its objects after it."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        needed = "yes" if field.is_required() else ""
        yield f"| `{prefix}{key}` | {field.title or ''} | {needed} | {field.description or ''} |"
        parts = [part for part in (field.annotation, *_parts(field.annotation)) if isinstance(part, type)]
        for part in parts:
            if issubclass(part, BaseModel):
                is_list = "tuple" in str(field.annotation)
                is_map = "dict" in str(field.annotation)
                yield from keys_of(part, f"{prefix}{key}{'[]' if is_list else '.*' if is_map else ''}.")


def _parts(annotation: object) -> Iterator[object]:
    for part in get_args(annotation):
        yield part
        yield from _parts(part)


def test_every_key_of_a_submission_is_documented() -> None:
    rows = ["| key | Vietnamese title | required | note |", "|---|---|---|---|", *keys_of(Submission)]
    replace_or_compare(DOCS / "submission.md", "keys", "\n".join(rows))


def test_links_between_pages_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *DOCS.glob("*.md"), *(ROOT / "inputs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"
