"""What the processes of `tests/test_pool.py` do: they have to find it by its name."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from baocao.steps import Steps


def double(item: int) -> Steps[int]:
    yield
    return item * 2


def dies_of_seven(item: int) -> Steps[int]:
    yield
    if item == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def dies_once(marker: Path) -> Steps[str]:
    """Die of an item that asks for it, the first time only."""
    yield
    if marker.suffix == ".once" and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return marker.name


def dies(_item: int) -> Steps[int]:
    yield
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def fails(item: int) -> Steps[int]:
    yield
    raise ValueError(item)


def lost(item: object) -> int:
    return -1


def unnamed(item: Path) -> str:
    return f"{item.name} is lost"
