"""The first register: tables, and triggers by which the database itself refuses to change what was entered.

Written out rather than taken from `tables`: a migration says for ever what it did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SAME_KEY = {
    "entries": "EXISTS (SELECT 1 FROM entries WHERE position = NEW.position "
    "OR (year, replaces) = (NEW.year, NEW.replaces) "
    "OR (year, counter) = (NEW.year, NEW.counter) AND NEW.kind IN ('issued', 'reissued'))",
    "contents": "EXISTS (SELECT 1 FROM contents WHERE digest = NEW.digest)",
    "entry_contents": "EXISTS (SELECT 1 FROM entry_contents WHERE (position, role) = (NEW.position, NEW.role))",
    "head": "EXISTS (SELECT 1 FROM head WHERE id = NEW.id)",
}
"""Table that only grows → when a new row has the key of another."""

NOT_NEXT = {
    "entries": "NEW.position <> (SELECT entries + 1 FROM head) OR NEW.previous <> (SELECT hash FROM head)",
    "entry_contents": "NEW.position <> (SELECT entries + 1 FROM head)",
}
"""Table → when a new row does not belong to the entry that comes next; the head moves on last."""

NOT_FORWARD = "NEW.id <> OLD.id OR NEW.entries <> OLD.entries + 1"
REFUSAL = "the register only grows"


def upgrade() -> None:
    """Create tables and triggers."""
    _create_entries()
    _create_contents()
    head = op.create_table(
        "head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="head_single"),
    )
    op.bulk_insert(head, [{"id": 1, "entries": 0, "hash": "0" * 64}])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, sa.ForeignKey("entries.position"), nullable=False),
        sa.Column("digest", sa.String(64), sa.ForeignKey("contents.digest"), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("delivered", sa.Boolean, nullable=False),
    )
    op.create_index("deliveries_open", "deliveries", ["place", "delivered"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("replaces", sa.Integer),
        sa.Column("effective", sa.String(10), nullable=False),
        sa.Column("recorded", sa.String(20), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decision_number", sa.Text),
        sa.Column("decision_date", sa.String(10)),
        sa.Column("decision_body", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("kind IN ('issued', 'decided', 'corrected', 'revoked', 'reissued')", name="entries_kind"),
    )
    gives_number = sa.text("kind IN ('issued', 'reissued')")
    op.create_index(
        "entries_number",
        "entries",
        ["year", "counter"],
        unique=True,
        sqlite_where=gives_number,
        postgresql_where=gives_number,
    )
    op.create_index("entries_replaces", "entries", ["year", "replaces"], unique=True)
    op.create_index("entries_sheet", "entries", ["year", "form", "organization"])


def _create_contents() -> None:
    op.create_table(
        "contents",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "entry_contents",
        sa.Column("position", sa.Integer, sa.ForeignKey("entries.position"), primary_key=True),
        sa.Column("role", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("contents.digest"), nullable=False),
    )
    op.create_index("entry_contents_digest", "entry_contents", ["digest"])


def _guard_sqlite() -> None:
    """`INSERT OR REPLACE` deletes without asking triggers of deletion: it has to be refused as an insertion."""
    for table, is_there in SAME_KEY.items():
        _sqlite_trigger(table, "delete", "BEFORE DELETE", "1")
        _sqlite_trigger(table, "replace", "BEFORE INSERT", is_there)
        _sqlite_trigger(table, "update", "BEFORE UPDATE", NOT_FORWARD if table == "head" else "1")
    for table, refused in NOT_NEXT.items():
        _sqlite_trigger(table, "disorder", "BEFORE INSERT", refused)


def _sqlite_trigger(table: str, name: str, event: str, refused: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{name} {event} ON {table} WHEN {refused} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION register_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for table in SAME_KEY:
        events = "DELETE OR TRUNCATE" if table == "head" else "UPDATE OR DELETE OR TRUNCATE"
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {events} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION register_refuse()"
        )
    for table, refused in {**NOT_NEXT, "head": NOT_FORWARD}.items():
        event = "UPDATE" if table == "head" else "INSERT"
        op.execute(
            f"CREATE FUNCTION register_guard_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {refused} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_in_order BEFORE {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION register_guard_{table}()"
        )
