"""How far a command is, on a terminal: done, of how many, how fast, how long it will take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from baocao.text import whole

T = TypeVar("T")


def progress(items: Iterable[T], total: int, *, both: bool) -> Iterator[T]:
    """Yield the items and show on the error output how far they are.

    Args:
        items: what is waited for.
        total: how many there will be, unless the work is stopped.
        both: whether the standard output is the same terminal: what is printed there meanwhile goes above the bar.
    """
    columns = (TextColumn("Đang xử lý"), BarColumn(), MofNCompleteColumn(), _Pace())
    with Progress(*columns, console=Console(stderr=True), redirect_stdout=both, transient=True) as bar:
        yield from bar.track(items, total)


class _Pace(ProgressColumn):
    """Rate and time left."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """Return the column's text; empty until there is something to count from."""
        speed, left = task.finished_speed or task.speed, task.time_remaining
        if not speed or left is None:
            return Text()
        return Text(f"{whole(round(speed))} tệp/giây, còn {duration(left)}")


def duration(seconds: float) -> str:
    """Return a time as one says it: `3 giờ 05 phút`, `2 phút 10 giây`, `8 giây`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} giờ {minutes:02} phút"
    return f"{minutes} phút {rest:02} giây" if minutes else f"{rest} giây"
