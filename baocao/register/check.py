"""Whether the register is as it was written: both chains of hashes, every content, heads known from elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, select

from baocao import messages_register as messages
from baocao.errors import DataError, Problem
from baocao.register.annexes import Annexed
from baocao.register.entries import GENESIS, Entry, Head
from baocao.register.reading import annex_head, annexes, content, entries, head
from baocao.register.tables import ANNEX_CONTENTS, ANNEXES, CONTENTS, ENTRIES, ENTRY_CONTENTS
from baocao.text import listing

_MOST_NAMED = 5

_Link = TypeVar("_Link", Entry, Annexed)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found."""

    head: Head
    """How far the chain of entries is sound: all of them when there is no problem."""
    annexes: Head
    """How far the chain of annexes is sound."""
    contents: int
    """How many stored contents were looked at."""
    problems: tuple[Problem, ...]
    """The first faulty entry, the first faulty annex, then every faulty content."""


def verify(connection: Connection, known: Iterable[Head] = ()) -> Verdict:
    """Walk the chain and hash every content.

    Args:
        connection: a reading transaction.
        known: heads that were kept elsewhere; without one, a register that was rewritten as a whole, or cut short
            together with its own head, looks sound.
    """
    sound, fault = _entries(connection, {head.entries: head.hash for head in known})
    annexes_sound, annex_fault = _annexes(connection)
    count, faulty = _contents(connection)
    return Verdict(sound, annexes_sound, count, (*filter(None, (fault, annex_fault)), *faulty))


def _entries(connection: Connection, known: dict[int, str]) -> tuple[Head, Problem | None]:
    """Return how far the chain of entries is sound, and what is wrong with the entry after that."""

    def unlike(entry: Entry) -> Problem | None:
        return messages.head_unlike(entry.position) if known.get(entry.position) not in {None, entry.hash} else None

    own = head(connection)
    return _walk(entries(connection, changed=True), own, max(own.entries, *known, 0), unlike, "mục")


def _annexes(connection: Connection) -> tuple[Head, Problem | None]:
    """Return how far the chain of annexes is sound, and what is wrong with the annex after that."""

    def astray(annex: Annexed) -> Problem | None:
        there = select(ENTRIES.c.hash).where(ENTRIES.c.position == annex.head.entries)
        if connection.execute(there).scalar() == annex.head.hash:
            return None
        return messages.annex_on_other_entries(annex.position, str(annex.number), annex.head.entries)

    own = annex_head(connection)
    return _walk(annexes(connection, changed=True), own, own.entries, astray, "phụ lục")


def _walk(
    found: Iterator[_Link], own: Head, furthest: int, further: Callable[[_Link], Problem | None], what: str
) -> tuple[Head, Problem | None]:
    """Return how far a chain is sound, and what is wrong with the link after that.

    Args:
        found: the links, as they are.
        own: how far the chain goes, as the register says itself.
        furthest: how far it ought to go.
        further: says what else is wrong with a link.
        what: what messages call a link.
    """
    sound = Head(0, GENESIS)
    while (position := sound.entries + 1) <= furthest:
        try:
            link = next(found, None)
        except DataError:
            return sound, messages.entry_unreadable(position, what)
        fault = _fault(link, sound, what)
        if link is None or fault:
            return sound, fault
        fault = further(link)
        if fault:
            return sound, fault
        sound = Head(position, link.hash)
    if next(found, None) is not None:
        return sound, messages.entry_surplus(sound.entries + 1, what)
    return sound, None if sound == own else messages.head_unlike(own.entries, what)


def _fault(link: Entry | Annexed | None, before: Head, what: str) -> Problem | None:
    """Say what is wrong with the link that ought to follow `before`."""
    position = before.entries + 1
    if link is None or link.position != position:
        return messages.entry_missing(position, what)
    if link.hash != link.fingerprint():
        return messages.entry_changed(position, str(link.number), what)
    if link.previous != before.hash:
        return messages.entry_unlinked(position, str(link.number), what)
    return None


def _contents(connection: Connection) -> tuple[int, list[Problem]]:
    """Hash every stored content, one at a time, and look for those that are gone."""
    users = _users(connection)
    kept = connection.execute(select(CONTENTS.c.digest).order_by(CONTENTS.c.digest)).scalars().all()
    problems = [
        messages.content_missing(digest, _named(numbers))
        for digest, numbers in users.items()
        if digest not in set(kept)
    ]
    for digest in kept:
        try:
            content(connection, digest)
        except DataError:
            problems.append(messages.content_changed(digest, _named(users[digest])))
    return len(kept), problems


def _users(connection: Connection) -> dict[str, list[str]]:
    """Return for each digest where it is used: `2021-0012 (document)`."""
    users: dict[str, list[str]] = defaultdict(list)
    for table, references, infix, width in ((ENTRIES, ENTRY_CONTENTS, "-", 4), (ANNEXES, ANNEX_CONTENTS, "-PL", 2)):
        query = (
            select(references.c.digest, table.c.year, table.c.counter, references.c.role)
            .join_from(references, table)
            .order_by(table.c.position, references.c.role)
        )
        for digest, year, counter, role in connection.execute(query):
            # not `Number`: year and counter may be no figures any more
            users[digest].append(f"{year}{infix}{str(counter).zfill(width)} ({role})")
    return users


def _named(users: list[str]) -> str:
    """Name the first few users of a content and count the rest: a form is used by every scoresheet."""
    rest = len(users) - _MOST_NAMED
    return listing([*users[:_MOST_NAMED], *([f"{rest} chỗ khác"] if rest > 0 else [])]) or "không mục nào"
