"""A record that many documents print: what a template makes of it is worked out once."""

from __future__ import annotations

from typing import Any


class Again(dict[str, Any]):
    """A part of a context that is one and the same object in each document that has it, and never changes.

    A loop whose body prints nothing but the record remembers what it made of it, by the object. To templates it is a
    `dict` like any other.
    """

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]  # a dict has none, since it may change
