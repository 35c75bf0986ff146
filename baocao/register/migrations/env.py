"""Where Alembic starts: on the connection of `baocao.register.database`, inside its transaction."""

from __future__ import annotations

from alembic import context

from baocao.register.tables import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite can, once Python's driver is told not to commit by itself
)
context.run_migrations()
