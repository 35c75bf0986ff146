"""A checked phrase as a Python function: it says what Jinja would say, without Jinja's machinery for each sentence.

The syntax of phrases is a closed list (see `baocao.phrases`), so a phrase is a few lines of Python: what is printed,
choices, loops. `baocao.phrase_source` writes them, here they become a function; the lines, or their compiled code, may
be kept anywhere, since they depend on nothing but the phrase. That both say the same is a property of the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import CodeType
from typing import Any

from baocao import text

Said = Callable[[Mapping[str, Any]], str]
"""What makes of facts a sentence, white space as it comes."""


class _Notations(dict[type, Callable[[Any], str]]):
    """How facts are written, by their type; what has no notation of its own as Python writes it."""

    def __missing__(self, _type: type) -> Callable[[Any], str]:
        return str


_WRITTEN = _Notations({int: text.count, Decimal: text.points, Fraction: text.percent})


def printed(fact: object) -> str:
    """Return a fact as a sentence prints it: numbers in Vietnamese notation, texts as they are."""
    return _WRITTEN[type(fact)](fact)


def listed(facts: Iterable[object]) -> str:
    """Return a list of facts as a sentence prints it."""
    return text.listing([printed(fact) for fact in facts])


def plain(fact: object) -> str:
    """Return a count without the leading nought, as a fraction has it; anything else as it is printed."""
    return text.whole(fact) if type(fact) is int else printed(fact)


def sentence_case(fact: object) -> str:
    """Return a fact as it is printed at the beginning of a sentence."""
    return text.sentence_case(printed(fact))


FILTERS: Mapping[str, Callable[[Any], object]] = {
    "listing": listed,
    "length": len,
    "sentence_case": sentence_case,
    "plain": plain,
}
"""What a phrase may do with a fact before it prints it or chooses by it."""

_BUILTINS = {"enumerate": enumerate, "len": len, "str": str, "type": type}
_NAMES = {"__builtins__": _BUILTINS, "written": _WRITTEN, **FILTERS}


def function_of(source: str | CodeType) -> Said:
    """Return the function that the source of a phrase, or the code compiled from it, defines."""
    namespace: dict[str, Any] = dict(_NAMES)
    exec(source, namespace)  # noqa: S102 – `phrase_source` wrote it, and quotes all that stands in the phrase
    function: Said = namespace["said"]
    return function
