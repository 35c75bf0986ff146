"""Faults of data as values, and the one exception tree.

- `BaocaoError`: root of all that is raised on purpose; carries the problems found
- `DataError`, exit code 1: the user's data, form or template is wrong
- `UsageError`, exit code 2: the command was asked for something it cannot mean
- `MissingError`, exit code 3: something is missing on this machine
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Blocks(StrEnum):
    """What a problem stands in the way of."""

    DRAFT = "draft"
    """Nothing is written until it is mended."""
    ISSUE = "issue"
    """A draft may be printed; the paper may not be signed."""
    NOTHING = "nothing"
    """To be known, not to be mended."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of the data: where it is, what is wrong, what to do.

    The texts are Vietnamese and part of the public interface; `baocao.messages` holds them all.
    """

    where: str
    """The place within the file: `scores["I.1.1"].awarded`; empty for the file as a whole."""
    message: str
    """What was found and what is allowed."""
    fix: str
    """What the clerk should do."""
    blocks: Blocks = Blocks.DRAFT
    source: str = ""
    """The file it was found in."""

    def inside(self, source: str) -> Problem:
        """Return the same problem with the file it was found in, unless it names one already."""
        return self if self.source else Problem(self.where, self.message, self.fix, self.blocks, source)

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.source, self.where) if part)
        return f"{place}: {self.message}. {self.fix}"


class BaocaoError(Exception):
    """Root of everything this package raises on purpose."""

    exit_code = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Carry `problems`, at least one, in the order in which they are to be read."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DataError(BaocaoError):
    """The data (submission, office defaults, form, phrases, template) cannot be used."""


class UsageError(BaocaoError):
    """The command line asks for something that does not exist or may not be done."""

    exit_code = 2


class MissingError(BaocaoError):
    """A program or permission that the work needs is missing on this machine."""

    exit_code = 3
