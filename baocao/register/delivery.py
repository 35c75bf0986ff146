"""Files of entries and annexes: promised in the same transaction, written after it, marked once written.

Why nothing is lost and nothing doubled, whenever the process is killed:

- *Before the commit* there is neither entry nor promise, and no file: files are written only after it. The number is
  free, and is given again.
- *After the commit, before the file is there*, the promise stands unfulfilled and the bytes lie in the register. The
  next `deliver` writes them. `write_whole` renames a finished file into place, so the path never holds half of one;
  what a killed one leaves beside it is removed.
- *After the rename, before the mark*, the next `deliver` finds these very bytes in place, and only marks.

Delivering twice is therefore the same as delivering once, and normal work and recovery are one function. Whoever
delivers a file holds its row (on SQLite: the write lock), so two processes never write the same file at once; and a
file that somebody edited after it was delivered is never touched again, because its mark stands.
A promise is kept at its own `place` only: a path of one clerk's machine means nothing on another's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, LargeBinary, RowMapping, cast, insert, or_, select, update

from baocao import messages_register as messages
from baocao.errors import MissingError, Problem
from baocao.files import reason, remove_leftovers, write_whole
from baocao.register.annexes import Annexed, AnnexNumber
from baocao.register.database import Database, Mode
from baocao.register.entries import Entry, Number
from baocao.register.tables import ANNEXES, CONTENTS, DELIVERIES, ENTRIES


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that belongs to an entry or an annex."""

    id: int
    position: int
    """Of the entry, or of the annex, that promised it."""
    number: Number | AnnexNumber
    """Its number, by which the two are told apart."""
    path: Path
    digest: str
    """SHA-256 of its bytes."""
    delivered: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """What `deliver` did."""

    done: tuple[Delivery, ...]
    """What it wrote; of entries that were named, also what another process wrote just before."""
    problems: tuple[Problem, ...]
    """For each file that still could not be written; it stays promised."""


def promise(connection: Connection, place: str, owner: Entry | Annexed, outputs: Mapping[str, Path]) -> None:
    """Note down, in the transaction of an entry or annex, which of its contents are to become which files."""
    digests = dict(owner.contents)
    column = "annex" if isinstance(owner, Annexed) else "position"
    rows = [
        {column: owner.position, "digest": digests[role], "place": place, "path": str(path), "delivered": False}
        for role, path in outputs.items()
    ]
    if rows:
        connection.execute(insert(DELIVERIES), rows)


def is_taken(connection: Connection, place: str, path: Path) -> bool:
    """Whether a file is at this path, or promised to be."""
    promised = DELIVERIES.c.place == place, DELIVERIES.c.delivered.is_(False), DELIVERIES.c.path == str(path)
    return _is_there(path) or connection.execute(select(DELIVERIES.c.id).where(*promised)).first() is not None


def _is_there(path: Path) -> bool:
    """Whether anything is at this path, be it a link to nowhere."""
    return path.exists() or path.is_symlink()


def deliveries(connection: Connection, *where: ColumnElement[bool]) -> tuple[Delivery, ...]:
    """Return what was promised, in that order; all of it, or that for which the conditions hold."""
    query = _QUERY.where(*where).order_by(DELIVERIES.c.id)
    return tuple(_delivery(row) for row in connection.execute(query).mappings())


def deliver(database: Database, place: str, owners: Collection[Entry | Annexed] = ()) -> Delivered:
    """Write files that are promised at `place` and not there yet.

    Args:
        database: the register's.
        place: whose files.
        owners: files of these only. What another process is writing just now is waited for; without owners it is
            left to that one.
    """
    own = bool(owners)
    wanted = _of(owners) if own else DELIVERIES.c.delivered.is_(False)
    with database.transaction(Mode.READING) as connection:
        promised = deliveries(connection, DELIVERIES.c.place == place, wanted)
    done: list[Delivery] = []
    problems: list[Problem] = []
    for delivery in promised:
        with database.transaction(Mode.DELIVERING) as connection:
            if _is_ours_to_write(connection, delivery, wait=own):
                fault = _write(connection, delivery)
                if fault is None:
                    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == delivery.id).values(delivered=True))
                    done.append(delivery)
                else:
                    problems.append(fault)
            elif own:
                done.append(delivery)
    return Delivered(tuple(done), tuple(problems))


def _of(owners: Collection[Entry | Annexed]) -> ColumnElement[bool]:
    """Return the condition for the files of some entries and annexes."""
    annexes = [owner.position for owner in owners if isinstance(owner, Annexed)]
    entries = [owner.position for owner in owners if isinstance(owner, Entry)]
    return or_(DELIVERIES.c.position.in_(entries), DELIVERIES.c.annex.in_(annexes))


def _is_ours_to_write(connection: Connection, delivery: Delivery, *, wait: bool) -> bool:
    """Lock a promise, unless another process has just kept it or (where we do not wait) is about to."""
    still_open = DELIVERIES.c.id == delivery.id, DELIVERIES.c.delivered.is_(False)
    locked = select(DELIVERIES.c.id).where(*still_open).with_for_update(skip_locked=not wait)
    return connection.execute(locked).first() is not None


def _write(connection: Connection, delivery: Delivery) -> Problem | None:
    """Write one file, unless it is there; say what stands in the way."""
    number, path = str(delivery.number), delivery.path
    found = select(cast(CONTENTS.c.content, LargeBinary)).where(CONTENTS.c.digest == delivery.digest)
    content = connection.execute(found).scalar()
    if content is None or hashlib.sha256(content).hexdigest() != delivery.digest:
        return messages.damaged_document(number, str(path))
    try:
        if not _is_there(path):
            write_whole(path, content)
        elif not path.is_file() or path.read_bytes() != content:
            return messages.occupied(str(path))
        remove_leftovers(path)  # also when the file is there: its writer may have been the second to be killed
    except MissingError as error:
        return messages.not_delivered(number, str(path), "; ".join(problem.message for problem in error.problems))
    except OSError as error:
        return messages.not_delivered(number, str(path), reason(error))
    return None


_QUERY = (
    select(
        DELIVERIES,
        ENTRIES.c.year,
        ENTRIES.c.counter,
        ANNEXES.c.year.label("annex_year"),
        ANNEXES.c.counter.label("annex_counter"),
    )
    .outerjoin_from(DELIVERIES, ENTRIES)
    .outerjoin(ANNEXES, ANNEXES.c.position == DELIVERIES.c.annex)
)


def _delivery(row: RowMapping) -> Delivery:
    if row["annex"] is None:
        owner: tuple[int, Number | AnnexNumber] = row["position"], Number(row["year"], row["counter"])
    else:
        owner = row["annex"], AnnexNumber(row["annex_year"], row["annex_counter"])
    return Delivery(row["id"], *owner, Path(row["path"]), row["digest"], row["delivered"])
