"""What tests of the register enter into one, and what somebody else might do to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from baocao.errors import BaocaoError
from baocao.register import Act, Issue, Kind, Number, Sheet, Step

DAY = date(2021, 12, 5)
NOON = datetime(2021, 12, 5, 12, tzinfo=UTC)
ACT = Act(DAY, NOON, "Nguyễn Văn Bình", "phát hiện có khuyết điểm")
ONE, TWO, THREE = (Number(2021, counter) for counter in (1, 2, 3))


def sheet(organization: str = "hoi-ctd", year: int = 2021) -> Sheet:
    return Sheet(organization, "hoi-quan-chung", year)


def issue(organization: str = "hoi-ctd", year: int = 2021, day: date = DAY) -> Issue:
    return Issue(sheet(organization, year), replace(ACT, effective=day), {"organization": organization})


def step(kind: Any, number: Number = ONE, day: date = DAY) -> Step:
    return Step(kind, number, replace(ACT, effective=day), {})


def revoke(number: Number = ONE, day: date = DAY) -> Step:
    return step(Kind.REVOKED, number, day)


def reissue(number: Number = ONE, day: date = DAY) -> Step:
    return step(Kind.REISSUED, number, day)


def refusal(error: pytest.ExceptionInfo[BaocaoError]) -> str:
    return " | ".join(problem.message for problem in error.value.problems)


def raw_engine(location: str) -> Engine:
    """The database as somebody with other tools sees it."""
    url = make_url(location) if "://" in location else make_url(f"sqlite:///{location}")
    return create_engine(url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url)


def raw(location: str, *statements: str) -> None:
    engine = raw_engine(location)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


def without_triggers(location: str) -> None:
    """What a determined person would do first."""
    if "://" in location:
        tables = ("entries", "contents", "entry_contents", "annexes", "annex_contents", "head")
        drop_keys = ("ALTER TABLE entry_contents DROP CONSTRAINT entry_contents_position_fkey",)
        raw(location, *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables), *drop_keys)
        return
    with closing(sqlite3.connect(location)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
