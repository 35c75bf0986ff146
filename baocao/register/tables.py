"""The tables as queries name them; `migrations` creates them, with the triggers that refuse changes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, RowMapping, String, Table, Text

from baocao.register.annexes import Annexed, AnnexNumber, Scope
from baocao.register.entries import Act, Decision, Entry, Head, Kind, Number, Sheet, stamp

VERSION_TABLE = "register_version"
"""Where Alembic keeps the version of the tables; the mark by which a database is known as a register."""

NEWEST_VERSION = "0002"
"""The migration that made the tables as they are described here."""

METADATA = MetaData()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("year", Integer, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("organization", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("replaces", Integer),  # the counter; the year is the same
    Column("effective", String(10), nullable=False),
    Column("recorded", String(20), nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decision_number", Text),
    Column("decision_date", String(10)),
    Column("decision_body", Text),
    Column("payload", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

CONTENTS = Table(
    "contents",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

ENTRY_CONTENTS = Table(
    "entry_contents",
    METADATA,
    Column("position", Integer, ForeignKey("entries.position"), primary_key=True),
    Column("role", String(64), primary_key=True),
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False),
)

HEAD = Table(
    "head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entries", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("annexes", Integer, nullable=False),
    Column("annexes_hash", String(64), nullable=False),
)

ANNEXES = Table(
    "annexes",
    METADATA,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("form", Text, nullable=False),
    Column("superior", Text, nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("entries", Integer, ForeignKey("entries.position"), nullable=False),
    Column("head", String(64), nullable=False),
    Column("dated", String(10), nullable=False),
    Column("printed", Text, nullable=False),
    Column("recorded", String(20), nullable=False),
    Column("by", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("replaces", Integer),  # the counter; the year is the same
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

ANNEX_CONTENTS = Table(
    "annex_contents",
    METADATA,
    Column("position", Integer, ForeignKey("annexes.position"), primary_key=True),
    Column("role", String(64), primary_key=True),
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("position", Integer, ForeignKey("entries.position")),
    Column("annex", Integer, ForeignKey("annexes.position")),  # one of the two promised the file
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False),
    Column("place", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("delivered", Boolean, nullable=False),
)


def to_row(entry: Entry) -> dict[str, object]:
    """Return the row of `ENTRIES` for an entry; its contents are rows of their own."""
    act, decision = entry.act, entry.act.decision
    return {
        "position": entry.position,
        "kind": entry.kind.value,
        "year": entry.number.year,
        "counter": entry.number.counter,
        "organization": entry.sheet.organization,
        "form": entry.sheet.form,
        "replaces": entry.replaces.counter if entry.replaces else None,
        "effective": act.effective.isoformat(),
        "recorded": stamp(act.recorded),
        "by": act.by,
        "reason": act.reason,
        "decision_number": decision.number if decision else None,
        "decision_date": decision.date.isoformat() if decision else None,
        "decision_body": decision.body if decision else None,
        "payload": entry.payload,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def from_row(row: RowMapping, contents: tuple[tuple[str, str], ...]) -> Entry:
    """Return the entry of a row.

    Raises:
        ValueError: the row was not written by `to_row`: somebody changed it.
    """
    year = row["year"]
    decision = None
    if row["decision_number"] is not None:
        decision = Decision(row["decision_number"], date.fromisoformat(row["decision_date"]), row["decision_body"])
    return Entry(
        position=row["position"],
        kind=Kind(row["kind"]),
        number=Number(year, row["counter"]),
        sheet=Sheet(row["organization"], row["form"], year),
        replaces=None if row["replaces"] is None else Number(year, row["replaces"]),
        act=Act(
            date.fromisoformat(row["effective"]),
            datetime.fromisoformat(row["recorded"]),
            row["by"],
            row["reason"],
            decision,
        ),
        payload=row["payload"],
        contents=contents,
        previous=row["previous"],
        hash=row["hash"],
    )


def annex_to_row(annex: Annexed) -> dict[str, object]:
    """Return the row of `ANNEXES` for an annex; its contents are rows of their own."""
    return {
        "position": annex.position,
        "year": annex.number.year,
        "counter": annex.number.counter,
        "form": annex.scope.form,
        "superior": annex.scope.superior,
        "as_of": annex.as_of.isoformat(),
        "entries": annex.head.entries,
        "head": annex.head.hash,
        "dated": annex.dated.isoformat(),
        "printed": annex.printed,
        "recorded": stamp(annex.recorded),
        "by": annex.by,
        "digest": annex.digest,
        "payload": annex.payload,
        "replaces": annex.replaces.counter if annex.replaces else None,
        "previous": annex.previous,
        "hash": annex.hash,
    }


def annex_from_row(row: RowMapping, contents: tuple[tuple[str, str], ...]) -> Annexed:
    """Return the annex of a row.

    Raises:
        ValueError: the row was not written by `annex_to_row`: somebody changed it.
    """
    year = row["year"]
    return Annexed(
        position=row["position"],
        number=AnnexNumber(year, row["counter"]),
        scope=Scope(row["form"], year, row["superior"]),
        as_of=date.fromisoformat(row["as_of"]),
        head=Head(row["entries"], row["head"]),
        dated=date.fromisoformat(row["dated"]),
        printed=row["printed"],
        recorded=datetime.fromisoformat(row["recorded"]),
        by=row["by"],
        digest=row["digest"],
        payload=row["payload"],
        contents=contents,
        replaces=None if row["replaces"] is None else AnnexNumber(year, row["replaces"]),
        previous=row["previous"],
        hash=row["hash"],
    )
