"""One folder of a form, as it is once it can be relied upon."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from baocao.files import read_limited
from baocao.forms.model import Form
from baocao.phrases import Phrasebook

SOURCES = ("form.toml", "phrases.toml")
"""The files of data of a form."""

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
        """Return the Word template of another paper; `PAPERS` are their names.

        Raises:
            DataError: it cannot be read.
        """
        return read_limited(self.path / f"{name}.docx", MOST_TEMPLATE_BYTES)

    @cached_property
    def papers(self) -> dict[str, bytes]:
        """The Word templates of the other papers by name, read once; without the annex where an older form has none.

        Raises:
            DataError: one cannot be read.
        """
        return {name: self.paper(name) for name in PAPERS if name != ANNEX or self.has_annex}

    @property
    def has_annex(self) -> bool:
        """Whether there is a Word template of the year-end annex: forms of before had none."""
        return (self.path / f"{ANNEX}.docx").exists()

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


ANNEX = "annex"
PAPERS = ("decision", "revocation", ANNEX)
"""The Word templates beside that of the scoresheet: the papers of the authority, and the year-end annex."""
