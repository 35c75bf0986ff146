"""A list that is made while it is printed, so that it is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from baocao import messages_form
from baocao.errors import DataError


class Once:
    """An iterable that a template may loop over once, and ask before whether it holds anything.

    Iterators at the top of a streamed context become such lists by themselves; further down whoever makes the
    context says so.
    """

    __slots__ = ("_ahead", "_begun", "_name", "_rest")

    def __init__(self, values: Iterable[Any], name: str) -> None:
        """Take what `values` will give; `name` is for the message to who loops over it twice."""
        self._rest = iter(values)
        self._ahead: list[Any] = []
        self._begun = False
        self._name = name

    def __bool__(self) -> bool:
        """Whether there is a value to come, which is made for that."""
        if not self._ahead:
            self._ahead.extend(islice(self._rest, 1))
        return bool(self._ahead)

    def __iter__(self) -> Iterator[Any]:
        """Return the values.

        Raises:
            DataError: they were printed already; nothing is blank because it has been used up.
        """
        if self._begun:
            raise DataError([messages_form.looped_twice(self._name)])
        self._begun = True
        return self._values()

    def _values(self) -> Iterator[Any]:
        while self._ahead:
            yield self._ahead.pop()
        yield from self._rest
