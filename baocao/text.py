"""Vietnamese text: the notation of numbers, percentages, dates and lists. Pure functions.

Everything that is stored or printed is NFC (Unicode Standard Annex 15).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

BLANK = "………"
"""The dotted blank that a person fills in by hand."""

_FEWEST_DECIMALS = 1
_MOST_KEPT = 1024
"""Numbers and days whose notation is remembered: the same few come again in every document."""


def clean(value: str) -> str:
    """Return `value` in NFC with runs of white space folded into one space and the ends trimmed."""
    return " ".join(unicodedata.normalize("NFC", value).split())


def single_spaced(value: str) -> str:
    """Return `value` with runs of spaces made one and its ends trimmed; other white space is not looked for."""
    return value if "  " not in value and value == value.strip(" ") else " ".join(value.split())


def is_plain(value: str) -> bool:
    """Whether there is something in `value`, all of it can be seen, and `clean` would leave it as it is.

    The only white space that Python calls printable is the space.
    """
    return (
        value.isprintable()
        and "  " not in value
        and value == value.strip(" ") != ""
        and unicodedata.is_normalized("NFC", value)
    )


@lru_cache(maxsize=_MOST_KEPT)
def points(value: Decimal) -> str:
    """Write an exact decimal the Vietnamese way: `92,5`, `1.234,25`, no trailing zeros."""
    if not value:
        return "0"  # equal to "-0", and so one entry of what is remembered
    whole, _, decimals = f"{value:,f}".partition(".")
    decimals = decimals.rstrip("0")
    whole = whole.replace(",", ".")
    return f"{whole},{decimals}" if decimals else whole


@lru_cache(maxsize=_MOST_KEPT)
def count(value: int) -> str:
    """Write a count as official papers do: `02`, `12`, `1.200`; nought stays `0`."""
    return f"{value:02d}" if 0 < value < 10 else whole(value)


@lru_cache(maxsize=_MOST_KEPT)
def whole(value: int) -> str:
    """Write a count without the leading nought, as a fraction has it: `7`, `1.999`."""
    return points(Decimal(value))


def percent(share: Fraction) -> str:
    """Write a share (0–1) as a percentage, to one decimal, or more where one would mislead.

    Thresholds of forms are whole percents, so a share that is not a whole percent is never printed as one:
    1.999/2.500 is `79,96%`, not `80%`.
    """
    return _percent(*share.as_integer_ratio())  # whole numbers are found among what is kept in a tenth of the time


@lru_cache(maxsize=_MOST_KEPT)
def _percent(part: int, whole: int) -> str:
    value = Fraction(part * 100, whole)
    if value.denominator == 1:
        return f"{points(Decimal(value.numerator))}%"
    decimals = _FEWEST_DECIMALS
    while (rounded := round(value, decimals)).denominator == 1:
        decimals += 1
    return f"{points(Decimal(rounded.numerator) / Decimal(rounded.denominator))}%"


def one_decimal(value: Decimal) -> str:
    """Write a number with just one decimal, as the shares of a table have it: `33,3`, `100,0`."""
    return f"{value:,.1f}".translate(_VIETNAMESE)


def two_decimals(value: Decimal) -> str:
    """Write a number with just two decimals, as the means of a table have it: `91,25`, `1.000,00`."""
    return f"{value:,.2f}".translate(_VIETNAMESE)


def hundredths(value: Fraction) -> Decimal:
    """Return a value rounded to two decimals, a half up."""
    return Decimal(math.floor(value * 100 + Fraction(1, 2))) / 100


_VIETNAMESE = str.maketrans(",.", ".,")


@lru_cache(maxsize=_MOST_KEPT)
def long_date(day: date) -> str:
    """Write a date as the head of a paper does: `ngày 05 tháng 12 năm 2021`.

    Days 1–9 and months 1–2 have two digits (Hướng dẫn 36-HD/VPTW; Nghị định 30/2020/NĐ-CP, Phụ lục I).
    """
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def listing(parts: Sequence[str]) -> str:
    """Join a list as a sentence does: `a`, `a và b`, `a, b và c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} và {parts[-1]}"


def shorten(value: str, width: int) -> str:
    """Cut `value` to `width` characters at the most, with `…` where something was left out."""
    return value if len(value) <= width else f"{value[: width - 1]}…"


def alphabetical(value: str) -> tuple[str, str]:
    """Return the key by which names stand in Vietnamese alphabetical order, figures by their value.

    Letters first (a, ă, â, b, c, d, đ, e, ê …), then tones (level, huyền, hỏi, ngã, sắc, nặng), as TCVN dictionaries
    do: `Chi bộ 2` before `Chi bộ 10`, `Hội Dược` before `Hội Đông y`.
    """
    padded = re.sub(r"[0-9]+", lambda found: found[0].rjust(9, "0"), value.casefold())
    return padded.translate(_ORDER), padded.translate(_TONES)


def _places() -> tuple[dict[int, str], dict[int, str]]:
    """Return for every Vietnamese letter, toned or not, its place in the alphabet and that of its tone."""
    order: dict[int, str] = {}
    tones: dict[int, str] = {}
    for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"):
        for rank, tone in enumerate(("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")):
            toned = unicodedata.normalize("NFC", letter + tone)
            if len(toned) == 1:
                order[ord(toned)] = chr(ord("a") + place)
                tones[ord(toned)] = str(rank)
    return order, tones


_ORDER, _TONES = _places()


def sentence_case(value: str) -> str:
    """Return `value` with its first letter in capitals and the rest as it is."""
    return value[:1].upper() + value[1:]
