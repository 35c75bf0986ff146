"""Whether a Word document says what was issued: compared as a reader sees it, and where it differs.

Word and LibreOffice write every part anew when they save, so bytes say nothing. What counts as seen, and what does
not, is told in `docs/verify.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import islice, zip_longest

from baocao.errors import DataError
from baocao.rendering.package import content_digest, unpack
from baocao.rendering.reading import Block, Passage, Reading, read
from baocao.text import shorten

__all__ = ["MOST_DIFFERENCES", "Comparison", "Difference", "Passage", "Verdict", "compare", "seen"]

MOST_DIFFERENCES = 200
_MOST_ALIGNED = 1500
"""Beyond so many blocks between the first and the last difference, they are compared one by one as they stand."""
_MOST_PAIRED = 60
"""Beyond so many replaced blocks in one stretch, likewise."""
_ALIKE = 0.5
"""A paragraph or row that shares less than this with another (0–1) is another, not the same one changed."""
_MOST_MEASURED = 2000
"""So many characters of a block tell how much it is like another."""
_CONTEXT = 24
_MOST_SHOWN = 160


class Verdict(StrEnum):
    """What became of an issued document."""

    IDENTICAL = "identical"
    """The same bytes, or the same parts in another zip or with other custom properties."""
    SAVED_AGAIN = "saved_again"
    """Other parts, but nothing that a reader sees is different."""
    CHANGED = "changed"
    """A reader sees something else."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a reader sees something else."""

    place: str
    """In the found document; for what is no longer there, in the issued one."""
    old: str
    """What was issued, shortened around the change, in quotes; empty where something was added."""
    new: str
    """What was found; empty where something is gone."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different in a found document."""

    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    """In reading order, at most `MOST_DIFFERENCES`."""
    more: bool = False
    """Whether there are more differences than are listed."""
    tracked: int = 0
    """Tracked changes in the found document; they are read as accepted."""
    comments: int = 0
    """Comments in the found document; they are not compared."""


def seen(document: bytes) -> tuple[Passage, ...]:
    """Return what a reader sees, in reading order; empty paragraphs and cells are left out.

    Raises:
        DataError: it is no docx, or a damaged one.
    """
    blocks = read(document).blocks
    return tuple(passage for block in blocks for cell in block.cells for passage in cell if passage.text)


def compare(issued: bytes, found: bytes) -> Comparison:
    """Compare a found document with the issued one.

    Raises:
        DataError: one of them is no docx, or a damaged one.
    """
    if issued == found or content_digest(unpack(issued)) == content_digest(unpack(found)):
        same = _readable(found)
        return Comparison(Verdict.IDENTICAL, tracked=same.tracked, comments=same.comments)
    before, after = read(issued), read(found)
    every = list(islice(_differences(before.blocks, after.blocks), MOST_DIFFERENCES + 1))
    verdict = Verdict.CHANGED if every else Verdict.SAVED_AGAIN
    listed = tuple(every[:MOST_DIFFERENCES])
    return Comparison(verdict, listed, len(every) > MOST_DIFFERENCES, after.tracked, after.comments)


def _readable(document: bytes) -> Reading:
    """Read a document that is known to be the issued one, whatever it is."""
    try:
        return read(document)
    except DataError:
        return Reading((), 0, 0)


# --- aligning blocks -----------------------------------------------------------------------------------------------

_Key = tuple[str, bool, tuple[tuple[str, ...], ...]]
_Pair = tuple[Block | None, Block | None]


def _differences(before: Sequence[Block], after: Sequence[Block]) -> Iterator[Difference]:
    for old, new in _aligned(before, after):
        if old is not None and new is not None:
            yield from _within(old, new)
        elif new is not None:
            yield Difference(new.place, "", _quoted(_text(new)))
        elif old is not None:
            yield Difference(old.place, _quoted(_text(old)), "")


def _aligned(before: Sequence[Block], after: Sequence[Block]) -> Iterator[_Pair]:
    """Pair the blocks that differ: with the one that they were, or with none."""
    old, new = [_key(block) for block in before], [_key(block) for block in after]
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    before, after = before[start : len(old) - end], after[start : len(new) - end]
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(old), len(new)) > _MOST_ALIGNED:
        yield from ((one, other) for one, other in zip_longest(before, after) if not _same(one, other))
        return
    for step, left, right, low, high in SequenceMatcher(None, old, new, autojunk=len(old) > 200).get_opcodes():
        if step != "equal":
            yield from _paired(before[left:right], after[low:high])


def _key(block: Block) -> _Key:
    return block.story, block.is_row, block.texts


def _same(one: Block | None, other: Block | None) -> bool:
    return one is not None and other is not None and _key(one) == _key(other)


def _shared(old: Sequence[_Key], new: Sequence[_Key]) -> int:
    """Return how many keys are the same from the start on."""
    return next(
        (at for at, (left, right) in enumerate(zip(old, new, strict=False)) if left != right), min(len(old), len(new))
    )


def _paired(before: Sequence[Block], after: Sequence[Block]) -> Iterator[_Pair]:
    """Pair the blocks of one stretch so that those most alike meet, in order; the rest stand alone.

    A block may also meet one that it is not like, where both stand alone at the same place: a replaced name is one
    difference.
    """
    if max(len(before), len(after)) > _MOST_PAIRED:
        yield from zip_longest(before, after)
        return
    at = low = 0
    for left, right in [*_meetings(before, after), (len(before), len(after))]:
        yield from _leftover(before[at:left], after[low:right])
        if left < len(before):
            yield before[left], after[right]
        at, low = left + 1, right + 1


def _leftover(before: Sequence[Block], after: Sequence[Block]) -> Iterator[_Pair]:
    fits = len(before) == len(after) and all(_fits(old, new) for old, new in zip(before, after, strict=True))
    if fits:
        yield from zip(before, after, strict=True)
    else:
        yield from ((old, None) for old in before)
        yield from ((None, new) for new in after)


def _meetings(before: Sequence[Block], after: Sequence[Block]) -> list[tuple[int, int]]:
    """Return the pairs, ascending on both sides, whose likeness adds up to the most."""
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    like = [[_likeness(old, new) for new in after] for old in before]
    for at in reversed(range(len(before))):
        for low in reversed(range(len(after))):
            meet = best[at + 1][low + 1] + like[at][low]
            best[at][low] = max(meet, best[at + 1][low], best[at][low + 1])
    met, at, low = [], 0, 0
    while at < len(before) and low < len(after):
        if like[at][low] and best[at][low] == best[at + 1][low + 1] + like[at][low]:
            met.append((at, low))
            at, low = at + 1, low + 1
        elif best[at][low] == best[at + 1][low]:
            at += 1
        else:
            low += 1
    return met


def _fits(old: Block, new: Block) -> bool:
    return (old.story, old.is_row) == (new.story, new.is_row)


def _likeness(old: Block, new: Block) -> float:
    """Return how much two blocks share, 0–1; nothing below `_ALIKE`."""
    if not _fits(old, new):
        return 0.0
    matcher = SequenceMatcher(None, _text(old)[:_MOST_MEASURED].split(), _text(new)[:_MOST_MEASURED].split())
    ratio = matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE else 0.0
    return ratio if ratio >= _ALIKE else 0.0


def _text(block: Block) -> str:
    return " | ".join(" ".join(cell) for cell in block.texts)


# --- inside a block ------------------------------------------------------------------------------------------------


def _within(old: Block, new: Block) -> Iterator[Difference]:
    """Yield the differences of a paragraph, or of a row, cell by cell."""
    if len(old.cells) != len(new.cells):
        yield _changed(new.place, _text(old), _text(new))
        return
    for left, right in zip(old.cells, new.cells, strict=True):
        if len(left) == len(right) == 1:
            if left[0].text != right[0].text:
                yield _changed(right[0].place, left[0].text, right[0].text)
        else:
            yield from _differences([_alone(passage) for passage in left], [_alone(passage) for passage in right])


def _alone(passage: Passage) -> Block:
    return Block("", False, passage.place, ((passage,),))


# --- texts ---------------------------------------------------------------------------------------------------------


def _changed(place: str, old: str, new: str) -> Difference:
    """Return a difference with both texts shortened around what changed, at whole words where it can be."""
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - start
    end = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    return Difference(place, _around(old, start, end), _around(new, start, end))


def _around(text: str, start: int, end: int) -> str:
    """Return a text without most of what is the same at its start and end."""
    if not text:
        return ""
    first = max(0, start - _CONTEXT)
    first = 0 if not first else text.find(" ", first, start) + 1 or first
    last = min(len(text), len(text) - end + _CONTEXT)
    space = text.rfind(" ", len(text) - end, last) if last < len(text) else -1
    last = space if space > 0 else last
    shown = shorten(text[first:last], _MOST_SHOWN)
    return f"“{'…' if first else ''}{shown}{'…' if last < len(text) and not shown.endswith('…') else ''}”"


def _quoted(text: str) -> str:
    return f"“{shorten(text, _MOST_SHOWN)}”"
