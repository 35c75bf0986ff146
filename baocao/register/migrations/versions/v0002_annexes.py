"""Annexes: a second series, chained by hash like the entries, each bound to the head that it was computed from.

Written out rather than taken from `tables`: a migration says for ever what it did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SAME_KEY = {
    "annexes": "EXISTS (SELECT 1 FROM annexes WHERE position = NEW.position "
    "OR (year, replaces) = (NEW.year, NEW.replaces) OR (year, counter) = (NEW.year, NEW.counter))",
    "annex_contents": "EXISTS (SELECT 1 FROM annex_contents WHERE (position, role) = (NEW.position, NEW.role))",
}
"""Table that only grows → when a new row has the key of another."""

NOT_NEXT = {
    "annexes": "NEW.position <> (SELECT annexes + 1 FROM head) OR NEW.previous <> (SELECT annexes_hash FROM head) "
    "OR NOT EXISTS (SELECT 1 FROM entries WHERE position = NEW.entries AND hash = NEW.head)",
    "annex_contents": "NEW.position <> (SELECT annexes + 1 FROM head)",
}
"""Table → when a new row does not belong to the annex that comes next, or names a head that there never was."""

NOT_FORWARD = (
    "NEW.id <> OLD.id OR NOT ("
    "NEW.entries = OLD.entries + 1 AND NEW.annexes = OLD.annexes AND NEW.annexes_hash = OLD.annexes_hash "
    "OR NEW.annexes = OLD.annexes + 1 AND NEW.entries = OLD.entries AND NEW.hash = OLD.hash)"
)
REFUSAL = "the register only grows"


def upgrade() -> None:
    """Create the tables of annexes, their triggers, their place in the head and among promised files."""
    op.add_column("head", sa.Column("annexes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("head", sa.Column("annexes_hash", sa.String(64), nullable=False, server_default="0" * 64))
    _create_annexes()
    _widen_deliveries()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _create_annexes() -> None:
    op.create_table(
        "annexes",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("superior", sa.Text, nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("entries", sa.Integer, sa.ForeignKey("entries.position"), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("dated", sa.String(10), nullable=False),
        sa.Column("printed", sa.Text, nullable=False),
        sa.Column("recorded", sa.String(20), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("replaces", sa.Integer),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("annexes_number", "annexes", ["year", "counter"], unique=True)
    op.create_index("annexes_replaces", "annexes", ["year", "replaces"], unique=True)
    op.create_table(
        "annex_contents",
        sa.Column("position", sa.Integer, sa.ForeignKey("annexes.position"), primary_key=True),
        sa.Column("role", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("contents.digest"), nullable=False),
    )
    op.create_index("annex_contents_digest", "annex_contents", ["digest"])


def _widen_deliveries() -> None:
    """Let a promised file belong to an entry or to an annex. SQLite makes the table anew for that."""
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("position", existing_type=sa.Integer(), nullable=True)
        deliveries.add_column(
            sa.Column("annex", sa.Integer, sa.ForeignKey("annexes.position", name="deliveries_annex"), nullable=True)
        )
        deliveries.create_check_constraint("deliveries_owner", "(position IS NULL) <> (annex IS NULL)")


def _guard_sqlite() -> None:
    """`INSERT OR REPLACE` deletes without asking triggers of deletion: it has to be refused as an insertion."""
    for table, is_there in SAME_KEY.items():
        _sqlite_trigger(table, "delete", "BEFORE DELETE", "1")
        _sqlite_trigger(table, "replace", "BEFORE INSERT", is_there)
        _sqlite_trigger(table, "update", "BEFORE UPDATE", "1")
        _sqlite_trigger(table, "disorder", "BEFORE INSERT", NOT_NEXT[table])
    op.execute("DROP TRIGGER head_no_update")
    _sqlite_trigger("head", "update", "BEFORE UPDATE", NOT_FORWARD)


def _sqlite_trigger(table: str, name: str, event: str, refused: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{name} {event} ON {table} WHEN {refused} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _guard_postgresql() -> None:
    for table in SAME_KEY:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION register_refuse()"
        )
        _postgresql_guard(table, NOT_NEXT[table])
        op.execute(
            f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION register_guard_{table}()"
        )
    _postgresql_guard("head", NOT_FORWARD)


def _postgresql_guard(table: str, refused: str) -> None:
    op.execute(
        f"CREATE OR REPLACE FUNCTION register_guard_{table}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {refused} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; RETURN NEW; END $$"
    )
