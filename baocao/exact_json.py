"""JSON read exactly and with suspicion: decimals as typed, and every fault of the text at its place.

What is no number (`NaN`, thousands of digits), a key that stands twice, a key that no text can hold: each is found
in one run and leaves `null` or nothing behind, so that the rest can be judged.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import jiter

from baocao import messages
from baocao.errors import DataError, Problem
from baocao.messages import place

Raw = dict[str, Any]
"""A JSON object as parsed, nothing known of it yet."""

_DEEPEST = 20
_LONGEST_NUMBER = 30


def parse(content: bytes) -> tuple[Raw, tuple[Problem, ...]]:
    """Parse one JSON object; return it with the faults of its text.

    Raises:
        DataError: it is not UTF-8, not JSON, not an object, or nested deeper than 20.
    """
    hooks = _Hooks()
    try:
        source = content.decode("utf-8-sig")
        raw = json.loads(
            source,
            object_pairs_hook=hooks.object,
            parse_float=hooks.number,
            parse_int=hooks.number,
            parse_constant=hooks.no_number,
        )
    except UnicodeDecodeError as error:
        raise DataError([messages.not_utf8(error.start)]) from error
    except json.JSONDecodeError as error:
        line = error.doc[error.doc.rfind("\n", 0, error.pos) + 1 :].partition("\n")[0]
        raise DataError([messages.bad_json(error.msg, error.lineno, error.colno, line)]) from error
    except RecursionError as error:
        raise DataError([messages.too_deep()]) from error
    if not isinstance(raw, dict):
        raise DataError([messages.not_an_object(raw)])
    if _is_deep(raw):
        raise DataError([messages.too_deep()])
    if hooks.sound and not _SURROGATE.search(source):
        return raw, ()
    problems: list[Problem] = []
    return _sound(raw, (), problems), tuple(problems)


def glance(content: bytes) -> Raw | None:
    """Return what `parse` gives of a text without faults, in a third of the time; `None` where `parse` must be asked.

    How deep it is nested, and how long, large or small its numbers are, is left to whoever validates it.
    """
    try:
        raw = jiter.from_json(content, allow_inf_nan=False, float_mode="decimal", catch_duplicate_keys=True)
    except ValueError:
        return None
    return raw if isinstance(raw, dict) else None


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""Half a character above U+FFFF, as JSON may write it; without its other half no text can hold it."""


def _is_deep(raw: object) -> bool:
    """Whether objects and lists are nested deeper than any submission needs; found level by level."""
    level: list[Any] = [raw]
    for _ in range(_DEEPEST - 1):
        within = [value.values() if isinstance(value, dict) else value for value in level]
        level = [part for parts in within for part in parts if isinstance(part, _CONTAINERS)]
        if not level:
            return False
    return any(level)


_CONTAINERS = (dict, list)


class _NoNumber(str):
    """What stands where a number should, as typed."""


class _Object(dict[str, Any]):
    """A JSON object of which some keys stood more than once."""

    twice: tuple[str, ...] = ()


class _Hooks:
    """What the parser asks of one text; notes whether anything in it has to be looked at again."""

    def __init__(self) -> None:
        self.sound = True

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        self.sound = False
        faulty = _Object(found)
        keys = [key for key, _ in pairs]
        faulty.twice = tuple(key for key in found if keys.count(key) > 1)
        return faulty

    def number(self, token: str) -> int | Decimal | _NoNumber:
        number = _NUMBERS[token]
        return self.no_number(token) if number is None else number

    def no_number(self, token: str) -> _NoNumber:
        self.sound = False
        return _NoNumber(token)


class _Numbers(dict[str, int | Decimal | None]):
    """What tokens mean; `None` where that is no number. The same few points and counts come again and again.

    It forgets everything when it has grown to 1,024 tokens.
    """

    def __missing__(self, token: str) -> int | Decimal | None:
        if len(token) > _LONGEST_NUMBER:
            return None
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[token] = number = _number(token)
        return number


_MOST_KEPT = 1024
_NUMBERS = _Numbers()


def _number(token: str) -> int | Decimal | None:
    try:
        number = Decimal(token)
    except InvalidOperation:
        return None
    if abs(number.adjusted()) > _LONGEST_NUMBER:
        return None
    return number if any(mark in token for mark in ".eE") else int(token)


def _sound(value: Any, path: tuple[str | int, ...], problems: list[Problem]) -> Any:
    """Return the value with nothing in it that is no JSON value, and add what was found to `problems`."""
    if isinstance(value, _NoNumber):
        problems.append(messages.not_a_number(place(*path), value))
        return None
    if isinstance(value, list):
        return [_sound(part, (*path, index), problems) for index, part in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if isinstance(value, _Object):
        problems.extend(messages.duplicate_key(place(*path, key), key) for key in value.twice)
    sound = {}
    for key, part in value.items():
        if any("\ud800" <= character <= "\udfff" for character in key):
            problems.append(messages.unreadable_key(place(*path, key), key))
        else:
            sound[key] = _sound(part, (*path, key), problems)
    return sound
