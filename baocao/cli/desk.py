"""What the commands that work with a register share: their options, who acts and when, opening it, its files."""

from __future__ import annotations

import datetime
import getpass
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from baocao.cli import show
from baocao.cli.common import assess_all, say
from baocao.errors import DataError, MissingError, UsageError
from baocao.papers import Paper
from baocao.pipeline import Result
from baocao.register import Act, Annexed, Decision, Entry, Number, Register

By = Annotated[
    str | None,
    typer.Option(
        "--by",
        envvar="BAOCAO_BY",
        show_envvar=False,
        metavar="NGƯỜI",
        help="Người thực hiện; bỏ trống: tên đăng nhập máy.",
    ),
]
Day = Annotated[
    datetime.datetime | None,
    typer.Option(
        "--on",
        metavar="NGÀY",
        formats=["%Y-%m-%d"],
        help="Ngày có hiệu lực; bỏ trống: ngày ghi trên văn bản.",
    ),
]
AsOf = Annotated[
    datetime.datetime | None,
    typer.Option("--as-of", metavar="NGÀY", formats=["%Y-%m-%d"], help="Tính đến ngày này; bỏ trống: hôm nay."),
]
Reason = Annotated[str, typer.Option("--reason", metavar="LÝ_DO", help="Lý do, in trên văn bản và ghi vào sổ.")]
NumberArgument = Annotated[str, typer.Argument(metavar="SỐ", help="Số trong sổ theo dõi, ví dụ 2021-0012.")]
PathArgument = Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp dữ liệu .json.")]
PaperPath = Annotated[
    Path, typer.Option("--paper", metavar="TỆP", help="Tệp .json: quyết định, cơ quan ban hành, chữ ký.")
]


@contextmanager
def opened_register(location: str, *, create: bool = False) -> Iterator[Register]:
    """Open the register, after finishing what an interrupted run left.

    What cannot be finished is told and stays promised: it stands in the way of nothing else.
    """
    # clerks at several machines use one server: a path of one machine means nothing on another's disk
    place = platform.node() if "://" in location else ""
    with Register.open(location, place=place, create=create) as register:
        left = register.deliver()
        if left.done:
            say(["Lần chạy trước bị ngắt hoặc chưa ghi kịp; đã ghi nốt:"], err=True)
            say((f"  {done.number}  {done.path}" for done in left.done), err=True)
        say(show.faults(left.problems), err=True)
        yield register


def delivered(register: Register, *entries: Entry | Annexed) -> list[Path]:
    """Write the files of what has just been entered, and return their paths.

    Raises:
        MissingError: one cannot be written; it stays promised.
    """
    delivered = register.deliver(*entries)
    if delivered.problems:
        raise MissingError(delivered.problems)
    return [done.path for done in delivered.done]


def act_of(by: str | None, on: datetime.datetime | None, reason: str = "", paper: Paper | None = None) -> Act:
    """Return who acts, when and why; the only place that asks the clock."""
    decision = Decision(paper.decision.number, paper.decision.date, paper.decision.body) if paper else None
    today = paper.decision.date if paper else datetime.datetime.now().astimezone().date()
    day = on.date() if on else today
    return Act(day, datetime.datetime.now(datetime.UTC), by or getpass.getuser(), reason, decision)


def day_of(as_of: datetime.datetime | None) -> datetime.date:
    """Return the date that is asked about: today where nobody said."""
    return as_of.date() if as_of else datetime.datetime.now().astimezone().date()


def number_of(text: str) -> Number:
    """Return a number that was typed on the command line.

    Raises:
        UsageError: it is none.
    """
    try:
        return Number.parse(text)
    except DataError as error:
        raise UsageError(error.problems) from error


def assessed(path: Path, templates: Path | None, office: Path | None) -> Result:
    """Return what becomes of one submission."""
    return next(assess_all([path], templates, office))
