"""Entries of the register as values, and the canonical form over which each is hashed.

The canonical form of an entry is the JSON object of its fields but the hash: keys sorted, no white space, letters as
they are (NFC), encoded as UTF-8. Fields that are null are left out, so that a later version can add a field and
old hashes stay right. The payload enters as the JSON *text* that is stored. `docs/register.md` shows one.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from baocao import messages_register as messages
from baocao.errors import DataError

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""What a payload may hold: no floats, points are written as text."""

GENESIS = "0" * 64
"""The hash before the first entry."""


class Kind(StrEnum):
    """What was done."""

    ISSUED = "issued"
    """Ban hành: a scoresheet was issued under a new number."""
    DECIDED = "decided"
    """Quyết định công nhận: the authority decided; a later decision takes the place of an earlier one."""
    CORRECTED = "corrected"
    """Đính chính: a slip that changes no rating."""
    REVOKED = "revoked"
    """Hủy bỏ kết quả."""
    REISSUED = "reissued"
    """Xếp loại lại: a scoresheet under a new number in place of a revoked one."""


RECORDED = frozenset({Kind.ISSUED, Kind.CORRECTED, Kind.REISSUED})
"""The entries that give a scoresheet, or another text of it: they hold its record."""

StepKind: TypeAlias = Literal[Kind.DECIDED, Kind.CORRECTED, Kind.REVOKED, Kind.REISSUED]


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A number of the register, `2021-0012`."""

    year: int
    """The year of the form, 1000–9999."""
    counter: int
    """From 1, without gaps or doubles within its year."""

    def __str__(self) -> str:
        return f"{self.year}-{self.counter:04d}"

    @classmethod
    def parse(cls, text: str) -> Number:
        """Read a number as it is written.

        Raises:
            DataError: it is written otherwise.
        """
        if re.fullmatch(r"[1-9][0-9]{3}-[0-9]{4,9}", text):
            year, _, counter = text.partition("-")
            number = cls(int(year), int(counter))
            if number.counter and str(number) == text:
                return number
        raise DataError([messages.bad_number(text)])


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a scoresheet is about; of each there is one standing number at the most."""

    organization: str
    """The organisation's id."""
    form: str
    """The form's id, without the year."""
    year: int
    """The year of the form, which is the year of the number."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision of an authority on which an entry rests."""

    number: str
    date: date
    body: str


@dataclass(frozen=True, slots=True)
class Act:
    """Who enters something, when and why."""

    effective: date
    """From when it counts."""
    recorded: datetime
    """When it was entered, with its time zone; kept in UTC to the second."""
    by: str
    reason: str = ""
    """May be empty for what needs none: issued and decided."""
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A scoresheet to be issued under the next number of its year."""

    sheet: Sheet
    act: Act
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to be entered about a number that was issued."""

    kind: StepKind
    number: Number
    """The number it is about; for `REISSUED` the revoked one, which gets a successor under a new number."""
    act: Act
    payload: Mapping[str, Json]


Draft: TypeAlias = Issue | Step
"""What is to be entered."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as it stands in the register for ever."""

    position: int
    """1, 2, 3 … without gaps."""
    kind: Kind
    number: Number
    """The number it is about; for `ISSUED` and `REISSUED` the new one."""
    sheet: Sheet
    replaces: Number | None
    """For `REISSUED`: the revoked number."""
    act: Act
    payload: str
    """JSON text as `canonical` writes it."""
    contents: tuple[tuple[str, str], ...]
    """Role → SHA-256 of stored bytes it refers to, sorted by role."""
    previous: str
    """Hash of the entry before; `GENESIS` for the first."""
    hash: str = ""
    """As stored. That it is right is not known before `fingerprint` has said the same."""

    def content(self, role: str) -> str | None:
        """Return the digest of what has this role, if anything has."""
        return dict(self.contents).get(role)

    def canonical(self) -> str:
        """Return the text over which the entry is hashed."""
        decision = self.act.decision
        fields: dict[str, Json] = {
            "by": self.act.by,
            "contents": dict(self.contents),
            "effective": self.act.effective.isoformat(),
            "form": self.sheet.form,
            "kind": self.kind.value,
            "number": str(self.number),
            "organization": self.sheet.organization,
            "payload": self.payload,
            "position": self.position,
            "previous": self.previous,
            "reason": self.act.reason,
            "recorded": stamp(self.act.recorded),
        }
        if decision is not None:
            fields["decision"] = {
                "body": decision.body,
                "date": decision.date.isoformat(),
                "number": decision.number,
            }
        if self.replaces is not None:
            fields["replaces"] = str(self.replaces)
        return canonical(fields)

    def fingerprint(self) -> str:
        """Return the hash that belongs to the fields."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """How far the register goes. Kept elsewhere, it proves later that nothing up to it was rewritten."""

    entries: int
    hash: str


def canonical(value: Json) -> str:
    """Write JSON in the one way that is hashed: sorted keys, no white space, NFC."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return unicodedata.normalize("NFC", text)


def in_utc(moment: datetime) -> datetime:
    """Return a moment as entries keep it: in UTC, to the second.

    Raises:
        ValueError: it has no time zone, so nobody could say which moment it is.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).replace(microsecond=0)


def stamp(moment: datetime) -> str:
    """Write a moment as it is stored: `2021-12-05T08:30:00Z`."""
    return f"{in_utc(moment):%Y-%m-%dT%H:%M:%SZ}"
