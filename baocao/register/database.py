"""The database under the register, SQLite or PostgreSQL: opening, migrating, three kinds of transaction.

What goes wrong with disk, lock, network or permission is told as a `Problem`; a broken promise of the tables (an
`IntegrityError`) is a fault of this program and passes through.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, String, column, create_engine, event, inspect, make_url, select, table
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from baocao import messages_register as messages
from baocao.errors import DataError, MissingError, Problem, UsageError
from baocao.files import reason
from baocao.register.tables import NEWEST_VERSION, VERSION_TABLE

PATIENCE = 60.0
"""Seconds to wait for others who write: a folder of hundreds may be issued in one transaction."""

_PAUSE = 0.02

_LOCK = 0x62616F63616F
"""Key of the advisory lock on PostgreSQL: “baocao”. It is held for the length of a transaction."""


class Mode(StrEnum):
    """What a transaction is for."""

    READING = "reading"
    """One unchanging view of everything; waits for nobody."""
    WRITING = "writing"
    """Alone: nobody else writes entries until it ends, so the next position and number are known."""
    DELIVERING = "delivering"
    """Marks files as delivered. On PostgreSQL it locks rows only, lest one slow disk hold up a whole office."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open register's database."""

    engine: Engine
    name: str
    """As messages show it: the path, or the URL without its password."""
    patience: float

    @contextmanager
    def transaction(self, mode: Mode) -> Iterator[Connection]:
        """Work in one transaction: all of it is done, or nothing.

        Raises:
            MissingError: the database is locked, full, out of reach or not ours to write.
        """
        with (
            told(self.name, self.patience),
            self.engine.connect().execution_options(mode=mode) as connection,
            connection.begin(),
        ):
            yield connection


def open_database(location: str | Path, *, create: bool, patience: float) -> Database:
    """Open the database at a path or URL, with its tables brought up to this version.

    Raises:
        UsageError: the URL cannot be read or is of another kind of database.
        DataError: there is no register (and none is to be created), or something else.
        MissingError: the folder cannot be written, the disk is full, others hold the lock, the server is out of
            reach, or the register is of a newer version.
    """
    url = _url(location)
    name = url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        _make_room(Path(name), create=create)
    try:
        engine = create_engine(url, connect_args=_connect_args(url, patience))
    except ModuleNotFoundError as error:
        raise MissingError([messages.no_driver()]) from error
    _listen(engine, patience)
    database = Database(engine, name, patience)
    try:
        _bring_up(database, create=create)
    except BaseException:
        engine.dispose()
        raise
    return database


def _url(location: str | Path) -> URL:
    text = str(location)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(location).absolute()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise UsageError([messages.bad_address(text)]) from error
    if url.get_backend_name() == "sqlite" and url.database:
        return URL.create("sqlite", database=str(Path(url.database).absolute()))
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise UsageError([messages.bad_address(url.render_as_string(hide_password=True))])


def _make_room(path: Path, *, create: bool) -> None:
    try:
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not path.exists():
            raise DataError([messages.no_register(str(path))])
    except OSError as error:
        raise MissingError([messages.cannot_be_opened(str(path), reason(error))]) from error


def _connect_args(url: URL, patience: float) -> dict[str, object]:
    if url.get_backend_name() == "sqlite":
        return {"timeout": patience, "isolation_level": None}  # None: transactions begin where we begin them
    return {"connect_timeout": max(2, int(patience))}


def _listen(engine: Engine, patience: float) -> None:
    """Have every connection and transaction of an engine begin as the promises of the register need it."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
            connection.execute("PRAGMA synchronous = FULL")  # a commit outlives a power cut
            connection.execute("PRAGMA foreign_keys = ON")
            connection.text_factory = _text  # somebody may have stored other bytes

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        mode = connection.get_execution_options()["mode"]
        for statement in _beginning(engine.dialect.name, mode, patience):
            connection.exec_driver_sql(statement)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _beginning(dialect: str, mode: Mode, patience: float) -> tuple[str, ...]:
    """Return the statements with which a transaction begins."""
    if dialect == "sqlite":
        return ("BEGIN" if mode is Mode.READING else "BEGIN IMMEDIATE",)
    if mode is Mode.READING:
        return ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",)
    # read committed: what is read once the lock is ours is the newest, whatever the server's default
    own = (
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        f"SET LOCAL lock_timeout = {round(patience * 1000)}",
        "SET LOCAL synchronous_commit = on",
    )
    return (*own, f"SELECT pg_advisory_xact_lock({_LOCK})") if mode is Mode.WRITING else own


def _bring_up(database: Database, *, create: bool) -> None:
    """Create the tables or bring them up to this version; only then is SQLite's journal mode touched."""
    with database.transaction(Mode.READING) as connection:
        tables = inspect(connection).get_table_names()
        is_register = VERSION_TABLE in tables
        version = connection.execute(_STORED_VERSION).scalar() if is_register else None
    if tables and not is_register:
        raise DataError([messages.not_a_register(database.name)])
    if not tables and not create:
        raise DataError([messages.no_register(database.name)])
    if version != NEWEST_VERSION:
        from baocao.register import upgrading  # noqa: PLC0415 – Alembic takes longer to import than most commands

        if version is not None and not upgrading.knows(version):
            raise MissingError([messages.of_newer_version(database.name)])
        with database.transaction(Mode.WRITING) as connection:
            upgrading.upgrade(connection)
    if database.engine.dialect.name == "sqlite":
        _use_wal(database)


_STORED_VERSION = select(column("version_num", String)).select_from(table(VERSION_TABLE))


def _use_wal(database: Database) -> None:
    """Let readers work beside a writer. The mode stays in the file; it cannot be set inside a transaction.

    SQLite does not wait for others here, as it does elsewhere: of many who open a new register, one sets the mode.
    """
    until = time.monotonic() + database.patience
    with told(database.name, database.patience), closing(database.engine.raw_connection()) as connection:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)
            else:
                return


@contextmanager
def told(name: str, patience: float) -> Iterator[None]:
    """Turn what disk, lock, network and permissions do to a database into problems."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        problem = _explain(error.orig if isinstance(error, DBAPIError) else error, name, patience)
        if problem is None:
            raise
        raise (DataError if problem == messages.not_a_register(name) else MissingError)([problem]) from error


def _explain(error: BaseException | None, name: str, patience: float) -> Problem | None:
    """Say what happened; nothing for what must not happen."""
    problems = {
        sqlite3.SQLITE_BUSY: messages.locked(name, patience),
        sqlite3.SQLITE_FULL: messages.disk_full(name),
        sqlite3.SQLITE_READONLY: messages.cannot_be_opened(name, "chỉ được đọc"),
        sqlite3.SQLITE_CANTOPEN: messages.cannot_be_opened(name, "không có quyền hoặc đây là thư mục"),
        sqlite3.SQLITE_IOERR: messages.cannot_be_opened(name, "lỗi đọc hoặc ghi đĩa"),
        sqlite3.SQLITE_NOTADB: messages.not_a_register(name),
        sqlite3.SQLITE_CORRUPT: messages.not_a_register(name),
        "55P03": messages.locked(name, patience),  # lock_not_available
        "53100": messages.disk_full(name),
        "42501": messages.not_permitted(name),  # insufficient_privilege
        "25006": messages.not_permitted(name),  # read_only_sql_transaction
        "42P01": messages.not_a_register(name),  # undefined_table
        "42703": messages.not_a_register(name),  # undefined_column
        "57P01": messages.unreachable(name),  # admin_shutdown
        None: messages.unreachable(name),  # psycopg has no code from a server that it cannot talk to
    }
    if isinstance(error, sqlite3.Error):
        if str(error).startswith("no such "):  # a table or column; SQLite has no code for it
            return messages.not_a_register(name)
        return problems.get(_primary_code(error))
    return problems.get(getattr(error, "sqlstate", ""))


def _primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's code without what it says beyond it; 255 for an error of Python's driver."""
    return int(getattr(error, "sqlite_errorcode", 0xFF)) & 0xFF
