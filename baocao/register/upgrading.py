"""Creating the tables of a register, and bringing them up to this version. Alembic is imported for nothing else."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def knows(version: str) -> bool:
    """Whether this program can bring up tables of a version: it is this one or an earlier one."""
    return version in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def upgrade(connection: Connection) -> None:
    """Create the tables or bring them up, within the transaction of a connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "baocao.register:migrations")
    config.set_main_option("path_separator", "os")
    return config
