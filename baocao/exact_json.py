"""JSON read exactly and with suspicion: decimals as typed, and every fault of the text at its place.

What is no number (`NaN`, thousands of digits), a key that stands twice, a key that no text can hold: each is found
in one run and leaves `null` or nothing behind, so that the rest can be judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

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
    try:
        raw = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_NoNumber,
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
    problems: list[Problem] = []
    return _sound(raw, (), problems), tuple(problems)


def _is_deep(raw: object) -> bool:
    """Whether objects and lists are nested deeper than any submission needs; found level by level."""
    level = [raw]
    for _ in range(_DEEPEST):
        level = [part for value in level for part in _parts(value)]
    return bool(level)


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


class _NoNumber(str):
    """What stands where a number should, as typed."""


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys stood more than once."""

    twice: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        found.twice = tuple(key for key in found if keys.count(key) > 1)
    return found


def _number(token: str) -> int | Decimal | _NoNumber:
    try:
        number = Decimal(token)
    except InvalidOperation:
        return _NoNumber(token)
    if len(token) > _LONGEST_NUMBER or abs(number.adjusted()) > _LONGEST_NUMBER:
        return _NoNumber(token)
    return number if any(mark in token for mark in ".eE") else int(token)


def _sound(value: Any, path: tuple[str | int, ...], problems: list[Problem]) -> Any:
    """Return the value with nothing in it that is no JSON value, and add what was found to `problems`."""
    if isinstance(value, _NoNumber):
        problems.append(messages.not_a_number(place(*path), value))
        return None
    if isinstance(value, list):
        return [_sound(part, (*path, index), problems) for index, part in enumerate(value)]
    if not isinstance(value, _Object):
        return value
    problems.extend(messages.duplicate_key(place(*path, key), key) for key in value.twice)
    sound = {}
    for key, part in value.items():
        if any("\ud800" <= character <= "\udfff" for character in key):
            problems.append(messages.unreadable_key(place(*path, key), key))
        else:
            sound[key] = _sound(part, (*path, key), problems)
    return sound
