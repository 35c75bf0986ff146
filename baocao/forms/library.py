"""Where forms are found, and how a folder is loaded: from what was kept of it, else by reading and checking it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from baocao import kept, messages
from baocao.errors import DataError, UsageError
from baocao.files import read_limited
from baocao.forms.folder import SOURCES, FormFolder
from baocao.forms.keeping import plain, revived

_SHIPPED = (Path(__file__).parents[1] / "templates", Path(__file__).parents[2] / "templates")
"""Inside the installed package; in a checkout, beside it."""


def is_shipped(path: Path) -> bool:
    """Whether a form's folder is one that the package ships, and not the office's own."""
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in _SHIPPED)


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
    try:
        sources = {name: read_limited(path / name) for name in SOURCES}
    except DataError:
        sources = {}
    # the place is an input, too: that a form lies in the folder of its own name is part of what is checked
    inputs = (f"{path.parent.name}/{path.name}".encode(), *sources.values())
    if sources and (found := kept.recall("form", *inputs)):
        return FormFolder(path, *revived(found), sources)

    from baocao.forms.loading import read_folder  # noqa: PLC0415 – Jinja, TOML and all checks: for a changed form only

    folder = read_folder(path)
    if folder.sources == sources:
        kept.keep(plain(folder.form, folder.phrases), "form", *inputs)
    return folder
