"""Writing forms: a new one from one there is, and the confirmation of one by a person."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import tomlkit

from baocao import files, messages, messages_form
from baocao.errors import MissingError, UsageError
from baocao.forms.folder import FormFolder
from baocao.forms.library import is_shipped
from baocao.forms.model import Confirmation

SCHEMA_FILE = "form.schema.json"
SCHEMA_LINE = f"#:schema ./{SCHEMA_FILE}"


def copy_form(source: FormFolder, name: str, year: int, into: Path, schema: bytes) -> Path:
    """Copy a form's folder to `into/name/year` and return the new folder; whole or not at all.

    `id`, `year` and the year in `name` are changed, comments and layout stay, a confirmation does not. Beside the
    data lies their JSON Schema, named in the first line of `form.toml` as editors for TOML look for it.

    Args:
        source: the form to copy.
        name: identifier of the new one.
        year: its year.
        into: the folder of the office's forms.
        schema: JSON Schema of `form.toml`.

    Raises:
        UsageError: the folder is there already.
        MissingError: it cannot be written.
    """
    target = into / name / str(year)
    if not 1976 <= year <= 2999:
        raise UsageError([messages_form.bad_year(year)])
    if target.exists():
        raise UsageError([messages_form.form_exists(str(target))])
    form = _parsed(source)
    form["id"], form["year"] = name, year
    form["name"] = source.form.name.replace(str(source.form.year), str(year))
    form.pop("confirmation", None)
    text = tomlkit.dumps(form)
    first = "" if text.startswith(SCHEMA_LINE) else f"{SCHEMA_LINE}\n"
    _copied(source.path, target, {"form.toml": f"{first}{text}".encode(), SCHEMA_FILE: schema})
    return target


def confirm(folder: FormFolder, found: Confirmation, own: Path) -> Path:
    """Write a confirmation into `form.toml` and return the form's folder.

    A form that the package ships is copied to the office's own folder: what is shipped is never written to. Comments
    and layout of the file stay; an earlier confirmation is replaced.

    Args:
        folder: the form.
        found: who confirmed just this content, by which decision and when.
        own: the folder of the office's forms.

    Raises:
        UsageError: the office's folder has another form of this name and year.
        MissingError: the folder cannot be written.
    """
    form = _parsed(folder)
    form.pop("confirmation", None)
    form["confirmation"] = found.model_dump()
    content = tomlkit.dumps(form).encode()
    if not is_shipped(folder.path):
        files.write_whole(folder.path / "form.toml", content)
        return folder.path
    target = own / folder.form.key
    if target.exists():
        raise UsageError([messages_form.form_exists(str(target))])
    _copied(folder.path, target, {"form.toml": content})
    return target


def _parsed(folder: FormFolder) -> tomlkit.TOMLDocument:
    return tomlkit.parse((folder.path / "form.toml").read_text(encoding="utf-8-sig"))


def _copied(source: Path, target: Path, changed: Mapping[str, bytes]) -> None:
    """Copy a folder with some files changed, whole or not at all."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as scratch:
            copied = Path(scratch) / target.name
            shutil.copytree(source, copied)
            for name, content in changed.items():
                (copied / name).write_bytes(content)
            copied.replace(target)
    except OSError as error:
        raise MissingError([messages.unwritable(str(target), files.reason(error))]) from error
