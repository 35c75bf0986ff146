"""The documentation is a product: what it shows is what the program prints.

`UPDATE_DOCS=1 pytest tests/test_docs.py` writes the shown help pages and tables anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeGuard, get_args, get_origin

import pytest
from pydantic import BaseModel
from typer.main import get_command

from baocao import pipeline, sample
from baocao.cli import app, run
from baocao.cli.words import Group
from baocao.forms.catalogue import COMMON, NAMED, NAMES
from baocao.forms.model import Form
from baocao.rendering.context import Printable, scoresheet_context
from baocao.schema import form_schema
from baocao.submission import Submission
from tests.strategies import FOLDER

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
UPDATE = bool(os.environ.get("UPDATE_DOCS"))


def commands() -> Iterator[str]:
    """Every command by its full name."""
    top: Any = get_command(app)
    for name in top.list_commands(None):
        command: Any = top.get_command(None, name)
        yield from (f"{name} {sub}" for sub in command.list_commands(None)) if isinstance(command, Group) else (name,)


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
    for phrase, facts in {**COMMON, **NAMED}.items():
        told = (f"`{name}`" + (f" ({', '.join(parts)})" if parts else "") for name, parts in facts.items())
        rows.append(f"| `{phrase}` | {', '.join(told)} |")
    replace_or_compare(DOCS / "form.md", "phrases", "\n".join(rows))
    assert all(f"`{name}`" in (DOCS / "form.md").read_text(encoding="utf-8") for name in NAMES)


def tables(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every table that a `form.toml` may have, with the model of its keys."""
    yield path, model
    for name, field in model.model_fields.items():
        inner = [part for part in (field.annotation, *_parts(field.annotation)) if _is_model(part)]
        step = f"{name}.*" if get_origin(field.annotation) is dict else name
        for part in dict.fromkeys(inner):
            kind = part.model_fields.get("kind")
            tag = f' (kind = "{get_args(kind.annotation)[0]}")' if kind and get_args(kind.annotation) else ""
            yield from tables(part, f"{path}.{step}{tag}".lstrip("."))


def _is_model(part: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(part, type) and issubclass(part, BaseModel)


def allowed(annotation: object) -> str:
    """The words that a key may have as its value."""
    found = (annotation, *_parts(annotation))
    return ", ".join(
        str(part) for whole in found if get_origin(whole) is Literal for part in get_args(whole) if part is not True
    )


def test_every_key_of_a_form_is_documented() -> None:
    lines: list[str] = []
    for path, model in tables(Form):
        lines += ["", f"### {f'`{path}`' if path else 'top of the file'}", "", (model.__doc__ or "").split("\n")[0], ""]
        lines += ["| key | Vietnamese title | required | note |", "|---|---|---|---|"]
        for name, field in model.model_fields.items():
            assert field.title, f"{path}.{name} has no title"
            needed = "yes" if field.is_required() else ""
            words = allowed(field.annotation)
            note = " ".join(part for part in (field.description, f"`{words}`" if words else "") if part)
            lines.append(f"| `{name}` | {field.title} | {needed} | {note} |")
    replace_or_compare(DOCS / "form.md", "keys", "\n".join(lines).strip())


def names(context: Printable, path: str = "") -> Iterator[str]:
    """Every name that a template may print, loop over or choose by."""
    if isinstance(context, dict):
        for name, inner in context.items():
            yield f"{path}{name}"
            yield from names(inner, f"{path}{name}.")
    elif isinstance(context, list) and context:
        yield from names(context[0], f"{path.rstrip('.')}[].")


def test_every_name_that_a_template_may_print_is_documented() -> None:
    """Those under a key of the form (`columns.no`) stand once, as `columns.<key>`."""
    judged, narrative = pipeline.judge(FOLDER, Submission.model_validate(sample.full(FOLDER.form)))
    of_form = re.compile(r"^(columns|totals|rows\[\]\.level|rows\[\]\.others)\..*")
    printable = {of_form.sub(r"\1", name) for name in names(scoresheet_context(judged, narrative, draft=True))}
    page = (DOCS / "form.md").read_text(encoding="utf-8").partition("<!-- names -->")[2]
    told = set(re.findall(r"^\| `([\w.\[\]]+)(?:\.<\w+>.*)?` \|", page, re.MULTILINE))
    assert told == printable


def test_the_schema_of_forms_is_published() -> None:
    published = DOCS / "form.schema.json"
    content = json.dumps(form_schema(), ensure_ascii=False, indent=2) + "\n"
    if UPDATE:
        published.write_text(content, encoding="utf-8")
    assert published.read_text(encoding="utf-8") == content


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
