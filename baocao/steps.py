"""Work in steps: pieces of work that are alike go side by side, a step of each and then the next step of each.

What a step needs of the processor's caches, its code above all, is fetched once for all of them. One scoresheet after
the other takes an eighth more time than sixteen side by side; see `docs/performance.md`.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Work that yields after each step but the last, and returns what comes of it."""

AT_ONCE = 16
"""Pieces of work side by side: with more of them, what they have in hand no longer stays in the caches."""


def finished(steps: Steps[T]) -> T:
    """Take work to its end and return what comes of it; what it raises comes through."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def side_by_side(works: Iterable[Steps[T]]) -> list[T]:
    """Take all works to their end, a step of each in turn, and return what comes of each in their order.

    What one raises comes through, and the others are left as they are.
    """
    under_way = dict(enumerate(works))
    results: dict[int, T] = {}
    with _seldom_collected():
        while under_way:
            for number, work in list(under_way.items()):
                try:
                    next(work)
                except StopIteration as end:
                    results[number] = end.value
                    del under_way[number]
    return [results[number] for number in sorted(results)]


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Have Python look for garbage seldom: what is in hand is tens of thousands of objects, none of them garbage."""
    usual, *older = gc.get_threshold()
    gc.set_threshold(max(usual, _SELDOM) if usual else 0, *older)  # 0 means never
    try:
        yield
    finally:
        gc.set_threshold(usual, *older)


_SELDOM = 100_000
