"""The scalar types shared by form files and submissions: exact points, clean text, safe names and keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetPydanticSchema, StrictInt, WithJsonSchema
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import no_info_plain_validator_function

from baocao.text import clean, is_plain

MOST_POINTS = 1000
"""More points than any form gives."""
_SMALLEST, _LONGEST = -30, 30
"""Exponent and characters of points: with `MOST_POINTS` they keep hostile numbers out of decimal arithmetic."""

_SLUG = r"[a-z0-9]+(?:[-_.][a-z0-9]+)*"
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_LONGEST_SLUG = 64


class Frozen(BaseModel):
    """Base of everything read from outside: unknown keys are errors, values do not change."""

    # built when it is first used: most commands validate few of the models, and a form that was kept none
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


def _exact(value: object) -> Decimal:
    if type(value) is int:  # and no truth value
        if 0 <= value <= MOST_POINTS:
            return _WHOLE[value]
    elif not isinstance(value, Decimal):
        raise PydanticCustomError("points_type", "points")
    elif (
        value.is_finite()
        and _NOUGHT <= value <= _MOST
        and value.adjusted() >= _SMALLEST
        and len(str(value)) <= _LONGEST
    ):
        return value.copy_abs()  # "-0" is a number of JSON, and not of a paper; `abs` would round
    raise PydanticCustomError("points_range", "points")


_WHOLE = tuple(map(Decimal, range(MOST_POINTS + 1)))
_NOUGHT, _MOST = _WHOLE[0], _WHOLE[MOST_POINTS]


def _printable(value: str) -> str:
    """Return the text in NFC and folded, or refuse what no Word file can hold or no reader can see.

    Refused: control, format (bidirectional overrides, zero-width), surrogate, private and unassigned
    characters. docxtpl would drop some of them silently and let others damage the paragraph.
    """
    if is_plain(value):
        return value
    _refuse_unseen(value)
    folded = clean(value)
    if not folded:
        raise PydanticCustomError("empty_text", "text")
    return folded


@lru_cache(maxsize=1024)
def _name(value: str) -> str:
    """Do as `_printable` with names, most of which stand in every file of an office."""
    return _printable(value)


def _refuse_unseen(value: str) -> None:
    for position, character in enumerate(value, start=1):
        if unicodedata.category(character)[0] == "C" or character in "\u2028\u2029":
            raise PydanticCustomError(
                "bad_character",
                "character",
                {"code": f"U+{ord(character):04X}", "position": position},
            )


def _printable_paragraphs(value: str) -> str:
    lines = value.replace("\r\n", "\n").split("\n")
    return "\n".join(_printable(line) for line in lines if line.strip()) or _printable("")


def _file_name(value: str) -> str:
    if len(value) > _LONGEST_SLUG or not re.fullmatch(_SLUG, value) or _RESERVED.fullmatch(value):
        raise PydanticCustomError("unsafe_name", "name")
    return value


Points = Annotated[
    Decimal,
    GetPydanticSchema(lambda _source, _handler: no_info_plain_validator_function(_exact)),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": MOST_POINTS}),
]
"""Exact points, 0–1000. JSON and TOML numbers only; never a binary float."""

Count = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
"""How many there are, 0–1,000,000."""

Few = Annotated[StrictInt, Field(ge=0, le=12)]
"""A count in a band, 0–12: small, so that all cases of a form's bands can be tried when it is loaded."""

Percent = Annotated[StrictInt, Field(ge=0, le=100)]
"""A threshold in whole percent. Whole, so that a printed percentage can be kept on its side of it."""

_String = Annotated[str, Field(strict=True)]

Line = Annotated[_String, Field(max_length=500), AfterValidator(_name)]
"""One line of printable text, at most 500 characters: a name, a place, a position."""

Passage = Annotated[_String, Field(max_length=4000), AfterValidator(_printable)]
"""One paragraph of printable text, at most 4,000 characters: a reason, an evidence."""

Paragraphs = Annotated[_String, Field(max_length=20000), AfterValidator(_printable_paragraphs)]
"""Printable text in which a line break begins a new paragraph, at most 20,000 characters."""

Key = Annotated[_String, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A key that a form gives to a rating, a level, a kind, an assessor or a figure: small letters, digits and `_`."""

Choice = Annotated[_String, Field(max_length=64)]
"""One of the keys of the form; which they are is checked once the form is known."""

Slug = Annotated[
    _String,
    AfterValidator(_file_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_SLUG}$", "maxLength": _LONGEST_SLUG}),
]
"""A name that is the same safe file name everywhere: small ASCII letters, digits, inner `-`, `_` and `.`."""


def allowed_keys(model: type[BaseModel], loc: Iterable[int | str]) -> list[str]:
    """Return the keys that a model allows in the object at `loc`; none where it is one of several models."""
    found: object = model
    for step in loc:
        if isinstance(found, type) and issubclass(found, BaseModel) and step in found.model_fields:
            found = found.model_fields[str(step)].annotation
        else:
            found = next((part for part in reversed(get_args(found)) if part is not Ellipsis), None)
        found = _without_none(found)
    if isinstance(found, type) and issubclass(found, BaseModel):
        return [field.alias or name for name, field in found.model_fields.items()]
    return []


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in (Union, UnionType):
        return next(part for part in get_args(annotation) if part is not type(None))
    return annotation
