"""What a template compiles to, as values that can be kept between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from baocao.rendering.package import LONGEST_PROPERTY, Kept, escaped
from baocao.rendering.program import Written, check_characters


@dataclass(frozen=True, slots=True)
class Core:
    """The part of the core properties, with gaps."""

    name: str
    pieces: tuple[bytes | None, ...]
    """Bytes and gaps in turns: which property it is, in digits, or `None` for the day."""

    def filled(self, values: tuple[str, ...], day: date) -> bytes:
        """Return the part for the values of the names.

        Raises:
            DataError: a value has characters that XML cannot hold.
        """
        pieces = [*self.pieces]
        for at in range(1, len(pieces), 2):
            number = pieces[at]
            pieces[at] = day.isoformat().encode() if number is None else _escaped(values[int(number)])
        return b"".join(filter(None, pieces))


@lru_cache(maxsize=256)
def _escaped(value: str) -> bytes:
    text = value[:LONGEST_PROPERTY]
    check_characters(text, breaks=False)
    return escaped(text).encode()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is left to do for each document."""

    why_not: str = ""
    """Why docxtpl has to fill each document, in Vietnamese; then there are no parts."""
    charted: bool = False
    """Whether there are charts, which are trees of XML: they are looked for anew."""
    static: dict[str, Kept] = field(default_factory=dict)
    """The parts that are the same in each document."""
    programs: Mapping[str, Written] = field(default_factory=dict)
    """The parts that a program gives."""
    cores: dict[tuple[str, ...], Core] = field(default_factory=dict)
    """The core properties, by the names of those that are given."""

    def plain(self) -> tuple[object, ...]:
        """Return the plan as values that `kept` takes."""
        static = {name: part.plain() for name, part in self.static.items()}
        programs = {name: (found.code, found.kinds, found.loops, found.bodies) for name, found in self.programs.items()}
        cores = {names: (core.name, core.pieces) for names, core in self.cores.items()}
        return self.why_not, self.charted, static, programs, cores

    @classmethod
    def revived(cls, value: Any) -> Plan:
        """Return what `plain` was asked of."""
        why_not, charted, static, programs, cores = value
        return cls(
            why_not,
            charted,
            {name: Kept.revived(part) for name, part in static.items()},
            {name: Written(*found) for name, found in programs.items()},
            {names: Core(*found) for names, found in cores.items()},
        )
