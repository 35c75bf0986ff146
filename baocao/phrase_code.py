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

Said = Callable[[Mapping[str, Any]], list[str]]
"""What makes of facts the pieces of a sentence, white space as it stands in the phrase."""


def written(fact: object) -> object:
    """Write a fact in Vietnamese notation; texts stay as they are."""
    match fact:
        case bool() | str():
            return fact
        case int():
            return text.count(fact)
        case Decimal():
            return text.points(fact)
        case Fraction():
            return text.percent(fact)
        case _:
            return fact


def printed(fact: object) -> str:
    """Return a fact as a sentence prints it."""
    return fact if type(fact) is str else str(written(fact))


def listed(facts: Iterable[object]) -> str:
    """Return a list of facts as a sentence prints it."""
    return text.listing([printed(fact) for fact in facts])


FILTERS: Mapping[str, Callable[[Any], object]] = {
    "listing": listed,
    "length": len,
    "sentence_case": text.sentence_case,
    "plain": text.whole,
}
"""What a phrase may do with a fact before it prints it or chooses by it."""

_NAMES = {"__builtins__": {}, "enumerate": enumerate, "len": len, "printed": printed, **FILTERS}


def function_of(source: str | CodeType) -> Said:
    """Return the function that the source of a phrase, or the code compiled from it, defines."""
    namespace: dict[str, Any] = dict(_NAMES)
    exec(source, namespace)  # noqa: S102 – `phrase_source` wrote it, and quotes all that stands in the phrase
    function: Said = namespace["said"]
    return function
