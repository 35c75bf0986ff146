"""What commands over many files share: how they are stopped, and how they report what failed."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Annotated

import typer

from baocao.batch import Outcome, State
from baocao.cli import show
from baocao.cli.common import say
from baocao.errors import DataError
from baocao.files import try_write, written_whole
from baocao.pipeline import Result
from baocao.report import problems_json

Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="SỐ", min=1, help="Số tiến trình làm song song; bỏ trống: theo số bộ xử lý khi nhiều tệp."
    ),
]
ReportPath = Annotated[
    Path | None,
    typer.Option("--report", metavar="TỆP", help="Ghi mọi tệp không làm được và lỗi của nó, mỗi tệp một dòng JSON."),
]

MOST_SHOWN = 50
"""Documents, and faulty files, that are listed one by one: nobody reads a thousand on a terminal."""


class Stop:
    """Whether somebody asked to stop (Ctrl-C, kill); a context manager. Asked twice, work breaks off at once."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self._signal = 0
        self._before: dict[int, object] = {}

    def __call__(self) -> bool:
        """Whether to end with what is under way."""
        return bool(self._signal)

    @property
    def exit_code(self) -> int:
        """As a shell knows it: 130 for Ctrl-C."""
        return 128 + self._signal

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():  # signals are for no other
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._asked)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        self._signal = number
        self._give_back()

    def _give_back(self) -> None:
        while self._before:
            signal.signal(*self._before.popitem())  # type: ignore[arg-type]


class Tally:
    """Counts what became of many submissions, keeps of each only what is shown, and writes the report at the end."""

    def __init__(self, report: Path | None) -> None:
        """Begin.

        Raises:
            MissingError: the report could not be written.
        """
        self.counts = dict.fromkeys(State, 0)
        self.paths: list[Path] = []
        """The documents, as long as they are few."""
        self.failed: list[Result] = []
        """The first that failed."""
        self.report = report
        if report:
            try_write(report, 0)

    def add(self, outcome: Outcome) -> None:
        """Count one."""
        self.counts[outcome.state] += 1
        if outcome.path and len(self.paths) <= MOST_SHOWN:
            self.paths.append(outcome.path)
        if outcome.state is State.FAILED:
            result = Result(outcome.source, outcome.problems)
            if len(self.failed) < MOST_SHOWN:
                self.failed.append(result)
            if self.report:
                self._lines.write(json.dumps(problems_json(result), ensure_ascii=False).encode() + b"\n")

    def __enter__(self) -> Tally:
        self._lines = tempfile.TemporaryFile()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the report, whole, also of work that was cut short."""
        with self._lines:
            if self.report:
                self._lines.seek(0)
                with written_whole(self.report) as file:
                    shutil.copyfileobj(self._lines, file)

    @property
    def shown_paths(self) -> list[Path]:
        """The documents to name: all, or none where they are too many."""
        return self.paths if len(self.paths) <= MOST_SHOWN else []

    def end(self, stop: Stop) -> None:
        """Say what is left to say, and end a command with its exit code where something failed.

        Raises:
            typer.Exit: it was stopped, or something failed.
        """
        failures = self.counts[State.FAILED]
        say(show.not_shown(failures - len(self.failed), self.report if failures else None))
        if stop():
            say(show.stopped(), err=True)
            raise typer.Exit(stop.exit_code)
        if failures:
            raise typer.Exit(DataError.exit_code)


def printed_all(documents: Sequence[Path], *, force: bool = False, printers: int | None = None) -> bool:
    """Print documents, if there are any, as PDF; return whether all are."""
    if not documents:
        return True
    from baocao.cli.printing import print_pdf

    return print_pdf(documents, force=force, printers=printers)
