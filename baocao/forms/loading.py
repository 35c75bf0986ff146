"""How one folder becomes a form that can be relied upon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from baocao import messages, messages_form
from baocao.errors import DataError, Problem
from baocao.exact_toml import parse_toml
from baocao.files import read_limited
from baocao.forms import check as checks
from baocao.forms.catalogue import COMMON, NAMED_BY_FORM, catalogue, needed
from baocao.forms.folder import FormFolder
from baocao.forms.model import Form
from baocao.forms.values import allowed_keys
from baocao.phrase_reading import load
from baocao.phrases import Phrasebook
from baocao.text import clean


def read_folder(path: Path) -> FormFolder:
    """Read a form's folder and check everything in it but the Word templates.

    Raises:
        DataError: with every fault of `form.toml` and `phrases.toml`.
    """
    sources: dict[str, bytes] = {}

    def source(name: str) -> bytes:
        sources[name] = read_limited(path / name)
        return sources[name]

    form, problems = _attempt(path / "form.toml", lambda: _read_form(path, source("form.toml")))
    phrases, found = _attempt(path / "phrases.toml", lambda: _read_phrases(source("phrases.toml"), form))
    problems += found
    if form and phrases:
        problems += [fault.inside(str(path / "phrases.toml")) for fault in checks.check_names(form, phrases)]
    if form is None or phrases is None or problems:
        raise DataError(problems)
    return FormFolder(path, form, phrases, sources)


T = TypeVar("T")


def _attempt(path: Path, read: Callable[[], T]) -> tuple[T | None, list[Problem]]:
    """Return what `read` gives, or the problems that it raises, located in the file."""
    try:
        return read(), []
    except DataError as error:
        return None, [problem.inside(str(path)) for problem in error.problems]


def _read_form(path: Path, content: bytes) -> Form:
    raw = parse_toml(content)
    problems = list(_unclean(raw))
    try:
        form = Form.model_validate(raw)
    except ValidationError as error:
        problems.extend(messages.structure(fault, allowed_keys(Form, fault["loc"][:-1]), raw) for fault in _told(error))
        raise DataError(problems) from error
    problems.extend(checks.check(form))
    expected = f"{path.parent.name}/{path.name}"
    if form.key != expected:
        problems.append(messages_form.wrong_folder(form.key, expected))
    if problems:
        raise DataError(problems)
    return form


def _told(error: ValidationError) -> list[ErrorDetails]:
    """Return the faults of structure without lists called too short because of the fault of an entry."""
    faults = error.errors(include_url=False)
    places = [fault["loc"] for fault in faults]
    return [
        fault
        for fault in faults
        if fault["type"] != "too_short"
        or not any(len(loc) > len(fault["loc"]) and loc[: len(fault["loc"])] == fault["loc"] for loc in places)
    ]


def _read_phrases(content: bytes, form: Form | None) -> Phrasebook:
    """Read the phrases of a form; of one that is not sound, what holds for every form."""
    if form is None:
        return load(content, COMMON, (), unjudged=NAMED_BY_FORM)
    return load(content, catalogue(form), needed(form))


def _unclean(raw: object, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Yield the texts of a form that are not NFC or have white space that no reader sees."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from _unclean(value, (*path, key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from _unclean(value, (*path, index))
    elif isinstance(raw, str) and clean(raw) not in ("", raw):
        yield messages_form.unclean(messages.place(*path), clean(raw))
