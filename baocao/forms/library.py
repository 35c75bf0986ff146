"""Where forms are found, and how one folder becomes a form that can be relied upon."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from baocao import messages, messages_form
from baocao.errors import DataError, Problem, UsageError
from baocao.files import read_limited
from baocao.forms import check as checks
from baocao.forms.catalogue import COMMON, NAMED_BY_FORM, catalogue, needed
from baocao.forms.model import Form
from baocao.forms.values import allowed_keys
from baocao.phrases import Phrasebook, load, parse_toml
from baocao.text import clean

_SHIPPED = (Path(__file__).parents[1] / "templates", Path(__file__).parents[2] / "templates")
"""Inside the installed package; in a checkout, beside it."""


def is_shipped(path: Path) -> bool:
    """Whether a form's folder is one that the package ships, and not the office's own."""
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in _SHIPPED)


MOST_TEMPLATE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class FormFolder:
    """One folder = one form: its data, its phrases, its Word templates."""

    path: Path
    form: Form
    phrases: Phrasebook
    sources: Mapping[str, bytes]
    """The files of data as they were read, by name."""

    @property
    def scoresheet(self) -> Path:
        """The Word template of the scoresheet."""
        return self.path / "scoresheet.docx"

    def paper(self, name: str) -> bytes:
        """Return the Word template of another paper: `decision`, `revocation`.

        Raises:
            DataError: it cannot be read.
        """
        return read_limited(self.path / f"{name}.docx", MOST_TEMPLATE_BYTES)

    @cached_property
    def template(self) -> bytes:
        """The bytes of the Word template, read once: what is printed and what is digested are the same.

        Raises:
            DataError: it cannot be read.
        """
        return read_limited(self.scoresheet, MOST_TEMPLATE_BYTES)

    @cached_property
    def template_digest(self) -> str:
        """SHA-256 of the Word template's bytes."""
        return hashlib.sha256(self.template).hexdigest()


PAPERS = ("decision", "revocation")
"""The Word templates beside that of the scoresheet: the papers of the authority."""


class Library:
    """The forms that can be used, each from the first folder that has it."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Look in `folders`, in this order."""
        self._folders = folders
        self._loaded: dict[str, FormFolder | DataError] = {}

    @classmethod
    def usual(cls, chosen: Path | None = None) -> Library:
        """Return the library of `--templates`, else of `templates/` in the working folder, then the shipped forms.

        Raises:
            UsageError: the chosen folder does not exist.
        """
        if chosen and not chosen.is_dir():
            raise UsageError([messages.not_a_file(str(chosen))])
        own = chosen or Path("templates")
        return cls([folder for folder in (own, *_SHIPPED) if folder.is_dir()])

    def available(self) -> list[str]:
        """Return identifier and year of every form there is, sorted."""
        return sorted(
            {
                f"{path.parents[1].name}/{path.parent.name}"
                for folder in self._folders
                for path in folder.glob("*/*/form.toml")
            }
        )

    def get(self, key: str) -> FormFolder:
        """Return the form `hoi-quan-chung/2021`, loaded once; its faults are remembered likewise.

        Raises:
            DataError: there is no such form, or its files have faults.
        """
        if key not in self._loaded:
            self._loaded[key] = self._load(key)
        found = self._loaded[key]
        if isinstance(found, DataError):
            raise DataError(found.problems)
        return found

    def _load(self, key: str) -> FormFolder | DataError:
        try:
            return load_folder(self._find(key))
        except DataError as error:
            return error

    def _find(self, key: str) -> Path:
        if key in self.available():
            for folder in self._folders:
                if (folder / key / "form.toml").is_file():
                    return folder / key
        raise DataError([messages.unknown_form(key, self.available())])


def load_folder(path: Path) -> FormFolder:
    """Load a form's folder and check everything in it but the Word templates.

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
