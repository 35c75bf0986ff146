"""Annexes as values: the second series of the register, and what later entries make of them.

An annex states what the entries up to a head say of a form's year at a date. It is numbered in a series of its own
and hashed over the annex before and over that head: the two chains bind each other. An annex is only ever added; one
that is no longer right is replaced by another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from baocao import messages_register as messages
from baocao.errors import DataError, Problem
from baocao.register.entries import Entry, Head, Json, Kind, canonical, stamp
from baocao.register.status import statuses


@dataclass(frozen=True, slots=True, order=True)
class AnnexNumber:
    """A number of the second series, `2021-PL01`."""

    year: int
    """The year of the form, 1000–9999."""
    counter: int
    """From 1, without gaps or doubles within its year."""

    def __str__(self) -> str:
        return f"{self.year}-PL{self.counter:02d}"

    @staticmethod
    def is_written_so(text: str) -> bool:
        """Whether a text means a number of this series, rightly written or not."""
        return "-PL" in text

    @classmethod
    def parse(cls, text: str) -> AnnexNumber:
        """Read a number as it is written.

        Raises:
            DataError: it is written otherwise.
        """
        if re.fullmatch(r"[1-9][0-9]{3}-PL[0-9]{2,9}", text):
            year, _, counter = text.partition("-PL")
            number = cls(int(year), int(counter))
            if number.counter and str(number) == text:
                return number
        raise DataError([messages.bad_annex_number(text)])


@dataclass(frozen=True, slots=True)
class Scope:
    """What an annex is about."""

    form: str
    """The form's id, without the year."""
    year: int
    """The year of the form, which is the year of the number."""
    superior: str = ""
    """The id of the superior whose organisations it lists; empty for all of them."""


@dataclass(frozen=True, slots=True)
class AnnexDraft:
    """An annex to be entered under the next number of its year."""

    scope: Scope
    as_of: date
    """The date of which it speaks: entries that take effect later are not in it."""
    head: Head
    """How far the register went when it was computed."""
    dated: date
    """The date of the paper."""
    printed: str
    """The number on the paper, as in “Phụ lục số …”; empty where the dispatch clerk writes it."""
    recorded: datetime
    """When it is entered, with its time zone; kept in UTC to the second."""
    by: str
    """Who enters it."""
    digest: str
    """Content digest of its Word document."""
    payload: Mapping[str, Json]
    """What else it was made of: enough, with the entries up to the head, to compute it again."""
    replaces: AnnexNumber | None = None
    """The standing annex of the same scope that it takes the place of."""


@dataclass(frozen=True, slots=True)
class Annexed:
    """An annex as it stands in the register for ever; fields of the same name are those of its draft."""

    position: int
    """1, 2, 3 … without gaps, among annexes."""
    number: AnnexNumber
    scope: Scope
    as_of: date
    head: Head
    dated: date
    printed: str
    recorded: datetime
    by: str
    digest: str
    payload: str
    """JSON text as `canonical` writes it."""
    contents: tuple[tuple[str, str], ...]
    """Role → SHA-256 of stored bytes it refers to, sorted by role."""
    replaces: AnnexNumber | None
    previous: str
    """Hash of the annex before; `GENESIS` for the first."""
    hash: str = ""
    """As stored. That it is right is not known before `fingerprint` has said the same."""

    def content(self, role: str) -> str | None:
        """Return the digest of what has this role, if anything has."""
        return dict(self.contents).get(role)

    def canonical(self) -> str:
        """Return the text over which the annex is hashed; `docs/register.md` shows one."""
        fields: dict[str, Json] = {
            "annex": str(self.number),
            "as_of": self.as_of.isoformat(),
            "by": self.by,
            "contents": dict(self.contents),
            "dated": self.dated.isoformat(),
            "digest": self.digest,
            "entries": self.head.entries,
            "form": self.scope.form,
            "head": self.head.hash,
            "payload": self.payload,
            "position": self.position,
            "previous": self.previous,
            "printed": self.printed,
            "recorded": stamp(self.recorded),
            "superior": self.scope.superior,
        }
        if self.replaces is not None:
            fields["replaces"] = str(self.replaces)
        return canonical(fields)

    def fingerprint(self) -> str:
        """Return the hash that belongs to the fields."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def standing_annexes(annexes: Iterable[Annexed]) -> tuple[Annexed, ...]:
    """Return the annexes that none of the others replaces, in the order given."""
    known = tuple(annexes)
    replaced = {annex.replaces for annex in known}
    return tuple(annex for annex in known if annex.number not in replaced)


def annex_objections(annexes: Iterable[Annexed], draft: AnnexDraft) -> tuple[Problem, ...]:
    """Say why an annex may not take the place of the one that it names; nothing when it may, or names none.

    Its date may be any: an annex that was made for the wrong day is replaced, too.

    Args:
        annexes: all annexes of its year.
        draft: what is to be entered.
    """
    if draft.replaces is None:
        return ()
    name = str(draft.replaces)
    known = {annex.number: annex for annex in annexes}
    if draft.replaces not in known:
        return (messages.annex_not_in_the_register(name),)
    if known[draft.replaces].scope != draft.scope:
        return (messages.annex_of_other_scope(name),)
    by = next((str(annex.number) for annex in known.values() if annex.replaces == draft.replaces), None)
    return (messages.annex_already_replaced(name, by),) if by else ()


def makes_untrue(entry: Entry, annex: Annexed, history: Iterable[Entry]) -> bool:
    """Whether an annex no longer tells what is so, once an entry about its form, year and superior was made.

    It does not when the entry takes effect by the date of the annex: the annex is wrong about its own date. Nor when
    the entry takes back, later, what the annex tells of a number: its points, its result, that it is revoked and not
    yet rated again. What merely comes after it (a new scoresheet, the first decision on one) leaves it true.

    Args:
        entry: what was entered.
        annex: one whose scope the entry belongs to; if it counted the entry, the entry leaves it true.
        history: the entries about the same scoresheet.
    """
    if entry.position <= annex.head.entries:
        return False
    if entry.act.effective <= annex.as_of:
        return True
    told = statuses((earlier for earlier in history if earlier.position <= annex.head.entries), annex.as_of)
    before = told.get(entry.replaces or entry.number)
    return before is not None and (entry.kind is not Kind.DECIDED or before.decided is not None)
