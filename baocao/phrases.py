"""The wording of findings, deduction explanations and the general comment: Jinja phrases kept as data.

A phrase may print facts, choose by them and loop over them; it may do nothing else. How a phrase book is read and
checked stands in `baocao.phrase_reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import CodeType
from typing import NamedTuple

from baocao import messages_form
from baocao.errors import DataError
from baocao.phrase_code import function_of
from baocao.text import single_spaced

Fact = str | int | Decimal | Fraction | tuple["Fact", ...] | Mapping[str, "Fact"]
"""What a sentence may rest on: a text, a count, points, a share (0–1), or a list of such."""

Parts = tuple[str, ...] | None
"""`None` for a single fact, `()` for a list of facts, the names of the parts for a list of records."""

Catalogue = Mapping[str, Mapping[str, Parts]]
"""Every phrase there must be and the facts that it may use."""


class Sentence(NamedTuple):
    """One sentence and the facts it rests on. A tuple, since there are dozens in each scoresheet."""

    phrase: str
    """Key of the phrase: `comment.result.good`."""
    text: str
    given: Mapping[str, Fact]
    used: frozenset[str]
    """Which of the facts given the phrase asks for: another form's phrase may ask for more."""

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The facts that the sentence rests on."""
        return {name: fact for name, fact in self.given.items() if name in self.used}


Code = tuple[CodeType, frozenset[str], bool]
"""A phrase compiled, the names of the facts that it uses, and whether it can be said of any facts."""


class Phrasebook:
    """The phrases of one form, compiled."""

    def __init__(
        self,
        names: Mapping[str, str],
        sources: Mapping[str, str],
        codes: Mapping[str, Code],
    ) -> None:
        """Hold short names and, by phrase key, the phrase as written and compiled."""
        self.names = names
        self.sources = sources
        self.codes = codes
        self._said = {key: (function_of(code), used) for key, (code, used, _) in codes.items()}

    def say(self, phrase: str, facts: Mapping[str, Fact]) -> Sentence:
        """Return the sentence that `phrase` makes of `facts`, with those it used.

        Args:
            phrase: its key.
            facts: what the sentence is to rest on. Texts have no white space but single spaces, as all that is read;
                they may be empty.

        Raises:
            DataError: it asks of these facts what cannot be done with them: to compare a text with a number, say.
        """
        said, used = self._said[phrase]
        try:
            text = said(facts)
        except KeyError as missing:
            raise DataError([messages_form.bad_phrase(phrase, f"{missing} is undefined")]) from missing
        except (TypeError, ArithmeticError) as error:
            raise DataError([messages_form.bad_phrase(phrase, str(error))]) from error
        # what `Sentence(…)` would make, in half the time
        return tuple.__new__(Sentence, (phrase, single_spaced(text), facts, used))

    def asks(self, phrase: str, *facts: str) -> bool:
        """Whether a phrase uses any of these facts: what none asks for need not be worked out."""
        _, used = self._said[phrase]
        return not used.isdisjoint(facts)

    def never_fails(self, phrase: str) -> bool:
        """Whether a phrase can be said of any facts, as most can: then it need not be said to know that it can be."""
        _, _, never_fails = self.codes[phrase]
        return never_fails
