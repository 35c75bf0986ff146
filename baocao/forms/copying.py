"""A new form from one there is: the same folder under another name and year, to be edited as data and in Word."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import tomlkit

from baocao import files, messages, messages_form
from baocao.errors import MissingError, UsageError
from baocao.forms.library import FormFolder

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
    form = tomlkit.parse((source.path / "form.toml").read_text(encoding="utf-8"))
    form["id"], form["year"] = name, year
    form["name"] = source.form.name.replace(str(source.form.year), str(year))
    form.pop("confirmation", None)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as scratch:
            copied = Path(scratch) / target.name
            shutil.copytree(source.path, copied)
            text = tomlkit.dumps(form)
            first = "" if text.startswith(SCHEMA_LINE) else f"{SCHEMA_LINE}\n"
            (copied / "form.toml").write_text(f"{first}{text}", encoding="utf-8")
            (copied / SCHEMA_FILE).write_bytes(schema)
            copied.replace(target)
    except OSError as error:
        raise MissingError([messages.unwritable(str(target), files.reason(error))]) from error
    return target
