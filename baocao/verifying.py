"""What a paper is: one of the register's, as issued or changed since; and whether it can be made again."""

from __future__ import annotations

from dataclasses import dataclass

from baocao.issuing import printed_again
from baocao.records import record_in
from baocao.register import Entry, Number, Register
from baocao.rendering import differing_parts


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What became of making the document of an entry again."""

    entry: Entry
    version: str
    """The program that made it then."""
    differing: tuple[str, ...]
    """Parts of the file that come out otherwise now; none when it is reproduced."""


def reproduce(register: Register, number: Number) -> tuple[Reproduction, ...]:
    """Make every document of a number again from what was stored, and compare part by part.

    Raises:
        DataError: the number was never given, a stored content is gone, or this version cannot read it any more.
    """
    return tuple(
        Reproduction(
            entry, record_in(entry).version, differing_parts(register.content(digest), printed_again(register, entry))
        )
        for entry in register.history(number)
        if entry.number == number and (digest := entry.content("document"))
    )
