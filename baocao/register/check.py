"""Whether the register is as it was written: the chain of hashes, every stored content, heads known from elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from baocao import messages_register as messages
from baocao.errors import DataError, Problem
from baocao.register.entries import GENESIS, Entry, Head
from baocao.register.store import content, entries, head
from baocao.register.tables import CONTENTS, ENTRIES, ENTRY_CONTENTS
from baocao.text import listing

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found."""

    head: Head
    """How far the chain is sound: all entries when there is no problem."""
    contents: int
    """How many stored contents were looked at."""
    problems: tuple[Problem, ...]
    """The first faulty entry, then every faulty content."""


def verify(connection: Connection, known: Iterable[Head] = ()) -> Verdict:
    """Walk the chain and hash every content.

    Args:
        connection: a reading transaction.
        known: heads that were kept elsewhere; without one, a register that was rewritten as a whole, or cut short
            together with its own head, looks sound.
    """
    sound, fault = _walk(connection, {head.entries: head.hash for head in known})
    count, faulty = _contents(connection)
    return Verdict(sound, count, (*([fault] if fault else []), *faulty))


def _walk(connection: Connection, known: dict[int, str]) -> tuple[Head, Problem | None]:
    """Return how far the chain is sound, and what is wrong with the entry after that."""
    own = head(connection)
    sound = Head(0, GENESIS)
    found = entries(connection, changed=True)
    while (position := sound.entries + 1) <= max(own.entries, *known, 0):
        try:
            entry = next(found, None)
        except DataError:
            return sound, messages.entry_unreadable(position)
        fault = _fault(entry, sound, known.get(position))
        if fault or entry is None:
            return sound, fault
        sound = Head(position, entry.hash)
    if next(found, None) is not None:
        return sound, messages.entry_surplus(sound.entries + 1)
    return sound, None if sound == own else messages.head_unlike(own.entries)


def _fault(entry: Entry | None, before: Head, known: str | None) -> Problem | None:
    """Say what is wrong with the entry that ought to follow `before`."""
    position = before.entries + 1
    if entry is None or entry.position != position:
        return messages.entry_missing(position)
    if entry.hash != entry.digest():
        return messages.entry_changed(position, str(entry.number))
    if entry.previous != before.hash:
        return messages.entry_unlinked(position, str(entry.number))
    return messages.head_unlike(position) if known not in {None, entry.hash} else None


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
    query = (
        select(ENTRY_CONTENTS.c.digest, ENTRIES.c.year, ENTRIES.c.counter, ENTRY_CONTENTS.c.role)
        .join_from(ENTRY_CONTENTS, ENTRIES)
        .order_by(ENTRIES.c.position, ENTRY_CONTENTS.c.role)
    )
    for digest, year, counter, role in connection.execute(query):
        users[digest].append(
            f"{year}-{str(counter).zfill(4)} ({role})"
        )  # not `Number`: they may be no figures any more
    return users


def _named(users: list[str]) -> str:
    """Name the first few users of a content and count the rest: a form is used by every scoresheet."""
    rest = len(users) - _MOST_NAMED
    return listing([*users[:_MOST_NAMED], *([f"{rest} chỗ khác"] if rest > 0 else [])]) or "không mục nào"
