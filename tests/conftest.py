"""What all tests share: how hard hypothesis tries, and which tests this machine can run."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from baocao import kept
from baocao.register import Register
from tests import postgresql
from tests.registers import raw_engine

os.environ[kept.OFF] = "1"
"""Tests try how things are worked out, not what somebody's folder has of them; `tests/test_kept.py` tries that."""

IN_CI = os.environ.get("CI") == "true"
SYSTEM_PROGRAMS = {"system": ("soffice", "pdftoppm"), "postgresql": ("initdb", "postgres")}
"""Marker of tests → the programs that they need."""

# how slow examples are made says how busy the machine is: other tests run several LibreOffices meanwhile
BUSY = [HealthCheck.too_slow]
settings.register_profile(
    "default", deadline=None, max_examples=60, derandomize=IN_CI, print_blob=True, suppress_health_check=BUSY
)
settings.register_profile("soak", deadline=None, max_examples=5000, print_blob=True, suppress_health_check=BUSY)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test where its programs are missing, but never in CI: there it fails."""
    needed = [name for marker, names in SYSTEM_PROGRAMS.items() if item.get_closest_marker(marker) for name in names]
    missing = [name for name in needed if shutil.which(name) is None and postgresql.program(name) is None]
    if missing:
        reason = f"not on this machine: {', '.join(missing)} (tests/system.sh installs them)"
        if IN_CI:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a real server, with `{}` for the name of the database."""
    with postgresql.server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a register may be made: a new file, or a new database of a real server."""
    if request.param == "sqlite":
        return str(tmp_path / "register.sqlite")
    server: str = request.getfixturevalue("postgresql_server")
    name = f"r{uuid.uuid4().hex}"
    admin = raw_engine(server.format("postgres"))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.format(name)


@pytest.fixture
def register(location: str) -> Iterator[Register]:
    with Register.open(location, patience=1) as opened:
        yield opened


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that was printed since the last time it was asked."""

    def read() -> str:
        found = capsys.readouterr()
        return found.out + found.err

    return read
