"""Reading the register. Whoever reads all of it has one entry in memory at a time, not the register."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from itertools import groupby
from typing import Any, TypeVar
from weakref import WeakSet

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    RowMapping,
    Select,
    Table,
    cast,
    func,
    select,
    tuple_,
)

from baocao import messages_register as messages
from baocao.errors import DataError
from baocao.register.annexes import Annexed
from baocao.register.entries import RECORDED, Entry, Head, Number, Sheet
from baocao.register.tables import (
    ANNEX_CONTENTS,
    ANNEXES,
    CONTENTS,
    ENTRIES,
    ENTRY_CONTENTS,
    HEAD,
    annex_from_row,
    from_row,
)

Read = TypeVar("Read")

_CHUNK = 500
"""Rows that are fetched at once where all are read."""


class View:
    """One unchanging view of a register, for as long as the context of `Register.view` lasts.

    Its iterators fetch as they go, and end with the context.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reading: WeakSet[Generator[Any, None, None]] = WeakSet()

    def close(self) -> None:
        """End the iterators that nobody read to the end, while they can still let go of the database."""
        for iterator in list(self._reading):
            iterator.close()

    def _ended_with_the_view(self, iterator: Generator[Read, None, None]) -> Iterator[Read]:
        self._reading.add(iterator)
        return iterator

    def head(self) -> Head:
        """Return how far the entries go."""
        return head(self._connection)

    def head_at(self, entries: int) -> Head:
        """Return the head that there was when there were this many entries.

        Raises:
            DataError: there never were, or somebody removed some.
        """
        found = self._connection.execute(select(ENTRIES.c.hash).where(ENTRIES.c.position == entries)).scalar()
        if found is None:
            raise DataError([messages.entry_missing(entries)])
        return Head(entries, found)

    def forms(self) -> list[tuple[str, int]]:
        """Return id and year of every form that there are scoresheets of, sorted."""
        found = self._connection.execute(select(ENTRIES.c.form, ENTRIES.c.year).distinct())
        return sorted((form, year) for form, year in found)

    def newest(self, year: int, up_to: int | None = None) -> dict[str, Entry]:
        """Return the newest entry with a record of each form of a year, by the form's id.

        Args:
            year: of the forms.
            up_to: only entries up to this position.

        Raises:
            DataError: somebody changed one of them.
        """
        where = (*_conditions(year, up_to), ENTRIES.c.kind.in_(kind.value for kind in RECORDED))
        last = select(func.max(ENTRIES.c.position)).where(*where).group_by(ENTRIES.c.form)
        found = entries(self._connection, ENTRIES.c.position.in_(last), all_at_once=True)
        return {entry.sheet.form: entry for entry in found}

    def entries(self, year: int | None = None, up_to: int | None = None, after: int = 0) -> Iterator[Entry]:
        """Yield entries in the order of their positions.

        Args:
            year: only those about scoresheets of this year.
            up_to: only those up to this position: the register as it was when its head was there.
            after: only those after this position.

        Raises:
            DataError: somebody changed one of them.
        """
        where = (*_conditions(year, up_to), ENTRIES.c.position > after)
        return self._ended_with_the_view(entries(self._connection, *where))

    def history(self, number: Number) -> tuple[Entry, ...]:
        """Return all entries about the scoresheet of a number: also about what it replaces and is replaced by.

        Raises:
            DataError: the number was never given, or somebody changed an entry.
        """
        sheet = sheet_of(self._connection, number)
        if sheet is None:
            raise DataError([messages.not_in_the_register(str(number))])
        return tuple(entries(self._connection, about(sheet), all_at_once=True))

    def histories(self, year: int, form: str | None = None, up_to: int | None = None) -> Iterator[tuple[Entry, ...]]:
        """Yield the entries about each organisation's scoresheets of a year, in the order of their positions.

        `statuses` of one such history says all of these scoresheets, so that nobody has to hold all entries at once.

        Args:
            year: of the form.
            form: only scoresheets of this form, named without its year.
            up_to: only entries up to this position.

        Raises:
            DataError: somebody changed one of them.
        """
        where = (*_conditions(year, up_to), *([] if form is None else [ENTRIES.c.form == form]))
        return self._ended_with_the_view(_histories(self._connection, *where))

    def annexes(self, year: int | None = None) -> tuple[Annexed, ...]:
        """Return all annexes, or those of one year, in the order of entry.

        Raises:
            DataError: somebody changed one of them.
        """
        return tuple(annexes(self._connection, *([] if year is None else [ANNEXES.c.year == year])))

    def content(self, digest: str) -> bytes:
        """Return stored bytes by their SHA-256.

        Raises:
            DataError: somebody removed or changed them.
        """
        return content(self._connection, digest)


def _histories(connection: Connection, *where: ColumnElement[bool]) -> Generator[tuple[Entry, ...], None, None]:
    by_sheet = ENTRIES.c.form, ENTRIES.c.organization, ENTRIES.c.position
    for _, history in groupby(entries(connection, *where, order=by_sheet), key=lambda entry: entry.sheet):
        yield tuple(history)


def _conditions(year: int | None, up_to: int | None) -> Iterator[ColumnElement[bool]]:
    if year is not None:
        yield ENTRIES.c.year == year
    if up_to is not None:
        yield ENTRIES.c.position <= up_to


# --- the chains --------------------------------------------------------------------------------------------------


def head(connection: Connection) -> Head:
    """Return how far the entries go, as the register says itself.

    Raises:
        DataError: somebody removed or changed it so that it cannot be read.
    """
    return _head(connection, select(HEAD.c.entries, HEAD.c.hash))


def annex_head(connection: Connection) -> Head:
    """Return how far the annexes go, as the register says itself: their number, the hash of the last.

    Raises:
        DataError: somebody removed or changed it so that it cannot be read.
    """
    return _head(connection, select(HEAD.c.annexes, HEAD.c.annexes_hash))


def _head(connection: Connection, query: Select[Any]) -> Head:
    found = connection.execute(query).first()
    if found is None or not isinstance(found[0], int) or not isinstance(found[1], str):
        raise DataError([messages.head_unreadable()])
    return Head(found[0], found[1])


def entries(
    connection: Connection,
    *where: ColumnElement[bool],
    order: tuple[ColumnElement[object], ...] = (ENTRIES.c.position,),
    changed: bool = False,
    all_at_once: bool = False,
) -> Generator[Entry, None, None]:
    """Yield the entries for which the conditions hold.

    Args:
        connection: a transaction.
        where: the conditions.
        order: columns that tell every two entries apart.
        changed: also those that no longer have their hash: for whoever looks for them.
        all_at_once: fetch them in one go: where they are few, that is less talk with a server.

    Raises:
        DataError: somebody changed an entry.
    """
    chunk = 0 if all_at_once else _CHUNK
    for row, contents in _with_contents(connection, ENTRIES, ENTRY_CONTENTS, where, order, chunk):
        try:
            entry = from_row(row, tuple(sorted(contents)))
            sound = entry.hash == entry.fingerprint()
        except (ValueError, TypeError) as error:  # a date, kind or number that `Transaction.append` never wrote
            raise DataError([messages.entry_unreadable(row["position"])]) from error
        if not (sound or changed):
            raise DataError([messages.entry_changed(entry.position, str(entry.number))])
        yield entry


def annexes(connection: Connection, *where: ColumnElement[bool], changed: bool = False) -> Iterator[Annexed]:
    """Yield the annexes for which the conditions hold, in the order of their positions; they are few.

    Args:
        connection: a transaction.
        where: the conditions.
        changed: also those that no longer have their hash.

    Raises:
        DataError: somebody changed an annex.
    """
    for row, contents in _with_contents(connection, ANNEXES, ANNEX_CONTENTS, where, (ANNEXES.c.position,), 0):
        try:
            annex = annex_from_row(row, tuple(sorted(contents)))
            sound = annex.hash == annex.fingerprint()
        except (ValueError, TypeError) as error:
            raise DataError([messages.entry_unreadable(row["position"], "phụ lục")]) from error
        if not (sound or changed):
            raise DataError([messages.entry_changed(annex.position, str(annex.number), "phụ lục")])
        yield annex


def _with_contents(
    connection: Connection,
    table: Table,
    references: Table,
    where: tuple[ColumnElement[bool], ...],
    order: tuple[ColumnElement[object], ...],
    chunk: int,
) -> Iterator[tuple[RowMapping, list[tuple[str, str]]]]:
    """Yield each row with what it refers to: two queries in one order, read side by side."""
    rows = select(table).where(*where).order_by(*order)
    used = select(references).join_from(references, table).where(*where).order_by(*order)
    options = {"yield_per": chunk} if chunk else {}
    with (
        connection.execute(used, execution_options=options) as found,
        connection.execute(rows, execution_options=options) as wanted,
    ):
        groups = groupby(found, key=lambda reference: reference.position)
        position, group = next(groups, (None, iter(())))
        for row in wanted.mappings():
            contents: list[tuple[str, str]] = []
            if row["position"] == position:
                contents = [(reference.role, reference.digest) for reference in group]
                position, group = next(groups, (None, iter(())))
            yield row, contents


# --- what they are about -----------------------------------------------------------------------------------------


def content(connection: Connection, digest: str) -> bytes:
    """Return stored bytes by their SHA-256.

    Raises:
        DataError: somebody removed or changed them.
    """
    found = connection.execute(
        select(cast(CONTENTS.c.content, LargeBinary)).where(CONTENTS.c.digest == digest)
    ).scalar()
    if found is None:
        raise DataError([messages.content_missing(digest, "sổ theo dõi")])
    if hashlib.sha256(found).hexdigest() != digest:
        raise DataError([messages.content_changed(digest, "sổ theo dõi")])
    return bytes(found)


def about(sheet: Sheet) -> ColumnElement[bool]:
    """Return the condition for entries about one organisation, form and year."""
    subject = tuple_(ENTRIES.c.year, ENTRIES.c.form, ENTRIES.c.organization)
    return subject == (sheet.year, sheet.form, sheet.organization)


def sheet_of(connection: Connection, number: Number) -> Sheet | None:
    """Return what a number is about; nothing where it was never given."""
    row = connection.execute(
        select(ENTRIES.c.organization, ENTRIES.c.form)
        .where(ENTRIES.c.year == number.year, ENTRIES.c.counter == number.counter)
        .limit(1)
    ).first()
    return Sheet(row.organization, row.form, number.year) if row else None
