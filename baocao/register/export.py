"""The register for those who do not have this program: as JSON Lines, and as a copy of its file."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from sqlalchemy import Connection, LargeBinary, cast, select

from baocao import messages_register as messages
from baocao.errors import MissingError, UsageError
from baocao.files import reason
from baocao.register.annexes import Annexed
from baocao.register.database import Database, Mode, told
from baocao.register.entries import Entry, Head, Json, canonical
from baocao.register.reading import annex_head, annexes, entries, head
from baocao.register.tables import CONTENTS

_FORMAT = 2
"""Of the lines: 1 had no annexes."""


def lines(connection: Connection) -> Iterator[str]:
    """Yield the register as JSON Lines: its heads, its entries, its annexes.

    Each of these comes after the contents that it is the first to use. Its line holds the canonical form itself:
    SHA-256 over what stands between `{"entry":` (or `{"annex":`) and `,"hash":` is its hash.
    """
    own, second = head(connection), annex_head(connection)
    heads: dict[str, Json] = {"entries": own.entries, "hash": own.hash}
    heads |= {"annexes": second.entries, "annexes_hash": second.hash}
    yield canonical({"register": "baocao", "format": _FORMAT, **heads})
    told_of: set[str] = set()
    links: Iterator[Entry | Annexed] = chain(entries(connection, changed=True), annexes(connection, changed=True))
    for link in links:
        for _, digest in link.contents:
            if digest not in told_of:
                told_of.add(digest)
                yield from _content(connection, digest)
        what = "entry" if isinstance(link, Entry) else "annex"
        yield f'{{"{what}":{link.canonical()},"hash":{json.dumps(link.hash)}}}'


def _content(connection: Connection, digest: str) -> Iterator[str]:
    """Yield the line of a content as it is, changed or not; none for one that somebody removed."""
    found = connection.execute(select(cast(CONTENTS.c.content, LargeBinary)).where(CONTENTS.c.digest == digest))
    for content in found.scalars():
        yield canonical({"base64": base64.b64encode(content).decode(), "content": digest})


def backup(database: Database, target: Path) -> Head:
    """Copy the register into one new file while others work with it; whole or not at all.

    Returns:
        The head of the copy.

    Raises:
        UsageError: the target exists, or the register is on PostgreSQL, which has its own tool.
        MissingError: the target cannot be written.
    """
    if database.engine.dialect.name != "sqlite":
        raise UsageError([messages.backup_by_pg_dump(database.name, str(target))])
    try:
        if target.exists():
            raise UsageError([messages.target_exists(str(target))])
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            copy = Path(folder, target.name)
            with told(str(target), database.patience):
                own = _copy(database, copy)
            with copy.open("rb+") as file:
                os.fsync(file.fileno())
            copy.rename(target)
    except OSError as error:
        raise MissingError([messages.cannot_be_opened(str(target), reason(error))]) from error
    return own


def _copy(database: Database, copy: Path) -> Head:
    with database.transaction(Mode.READING) as connection, closing(sqlite3.connect(copy)) as target:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, without those that a WAL needs beside it
        return Head(*target.execute("SELECT entries, hash FROM head").fetchone())
