"""Lines of a summary as formulas that count the rows of the list, each with its result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from baocao import messages_excel as words
from baocao.annex import Annex, Content, Tally
from baocao.excel.book import Formula, Value
from baocao.excel.lists import DECIDED, KINDS, OTHER_KINDS, OTHER_SUPERIORS, PROPOSED, STATES, SUPERIORS

_LONGEST_NAME = 200
"""Letters of a rating that a formula can compare with; Excel allows 255 in one text."""
_EMPTY, _NOT_EMPTY, _ANY = '"="', '"<>"', '">0"'


def counts(tally: Tally, content: Content) -> tuple[int, ...]:
    """Return how many have each rating: decided, or proposed and not decided."""
    return tally.decided if content is Content.RESULTS else tally.proposed


def parts(annex: Annex) -> list[tuple[Content, str]]:
    """Return what there is to be told by rating, what is decided and what is proposed, with its title; one at least."""
    both = [(Content.RESULTS, words.RESULTS), (Content.PROPOSALS, words.PROPOSALS)]
    return [told for told in both if sum(counts(annex.total, told[0]))] or both[1:]


@dataclass(frozen=True, slots=True)
class Line:
    """A tally, and whom it counts."""

    tally: Tally
    names: Sequence[str]
    """Of the ratings, best first."""
    kind: int | None = None
    """The number of the kind, see `lists.Places`; `None` for all."""
    superior: int | None = None
    written: bool = False
    """Whether the numbers themselves are to be written, since counting them would take too long."""

    def all(self) -> Value:
        """Return how many there are."""
        return self._value(f"{self._listed()}+{self._others(words.ABSENT)}", self.tally.all)

    def unrated(self) -> Value:
        """Return how many have no rating."""
        return self._value(self._others(words.NOT_RATED), self.tally.unrated)

    def absent(self) -> Value:
        """Return how many have no scoresheet."""
        return self._value(self._others(words.ABSENT), self.tally.absent)

    def rated(self, content: Content) -> Value:
        """Return how many have any rating."""
        return self._value(self._rated(content, _NOT_EMPTY), sum(counts(self.tally, content)))

    def by_rating(self, content: Content) -> list[Value]:
        """Return how many have each rating."""
        values = counts(self.tally, content)
        return [
            self._value(self._rated(content, _is(name)), value) for name, value in zip(self.names, values, strict=True)
        ]

    def _value(self, formula: str, value: int) -> Value:
        unsayable = any(len(name) > _LONGEST_NAME for name in self.names)
        return value if self.written or unsayable else Formula(f"={formula}", value)

    def _rated(self, content: Content, wanted: str) -> str:
        if content is Content.RESULTS:
            return self._listed((DECIDED, wanted))
        return self._listed((PROPOSED, wanted), (DECIDED, _EMPTY))

    def _listed(self, *pairs: tuple[str, str]) -> str:
        return _countifs((KINDS, self.kind), (SUPERIORS, self.superior), *pairs)

    def _others(self, state: str) -> str:
        return _countifs((OTHER_KINDS, self.kind), (OTHER_SUPERIORS, self.superior), (STATES, _is(state)))


def _countifs(kind: tuple[str, int | None], superior: tuple[str, int | None], *pairs: tuple[str, str]) -> str:
    """Return the count of rows that fulfil all pairs of range and criterion."""
    of_kind = f"{kind[0]},{kind[1] or _ANY}"
    of_superior = f",{superior[0]},{superior[1]}" if superior[1] else ""
    return f"COUNTIFS({of_kind}{of_superior}{''.join(f',{range_},{wanted}' for range_, wanted in pairs)})"


def _is(text: str) -> str:
    """Return the criterion of cells that hold just this text; `~` goes before what would stand for other letters."""
    pattern = re.sub(r"([~*?])", r"~\1", text).replace('"', '""')
    return f'"={pattern}"'
