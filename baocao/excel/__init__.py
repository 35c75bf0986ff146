"""The annex in Excel, from the same value as the annex in Word: real numbers, filters, formulas, charts.

An optional part: the core does without it, and the command imports it when it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from baocao import __version__
from baocao import messages_excel as words
from baocao.annex import Annex
from baocao.excel.book import HEADING, LINE, NOTE, TITLE, Look, opened
from baocao.excel.lists import Places, write_list, write_quotas, write_ranking, write_unrated
from baocao.excel.summary import write_summary
from baocao.excel.superiors import write_superiors
from baocao.register import Head

__all__ = ["Heading", "workbook"]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over the tables."""

    number: str
    """Of the annex: `PHỤ LỤC SỐ 01`."""
    title: str
    """What the annex is; also the title of the document."""
    lines: tuple[str, ...] = ()
    """Below it: the report, whose organisations, which annex it replaces."""
    draft: str = ""
    """The draft mark; empty where it is none."""
    register: Head | None = None
    """How far the register went that it was computed from; `None` where it was computed from drafts."""


def workbook(annex: Annex, comparison: Sequence[str], heading: Heading, target: BinaryIO) -> None:
    """Write the workbook of an annex: the same bytes for the same annex.

    Args:
        annex: what is told.
        comparison: sentences that compare with the year before.
        heading: what stands over the tables.
        target: a seekable file, open for writing.
    """
    footer = words.footer(heading.draft)
    short = [heading.title, " – ".join((*([heading.draft] if heading.draft else []), words.as_of(annex.as_of)))]
    places = Places(annex)
    with opened(target, annex.as_of, heading.title, _labels(annex, heading), footer) as book:
        write_summary(book, annex, _heading(annex, heading), comparison)
        write_list(book, annex, places, short)
        write_superiors(book, annex, places, short)
        if annex.form.quotas:
            write_quotas(book, annex, short)
            write_ranking(book, annex, short)
        write_unrated(book, annex, places, short)


def _heading(annex: Annex, heading: Heading) -> list[tuple[str, Look]]:
    head = heading.register
    return [
        (heading.number, HEADING),
        (heading.title, TITLE),
        *([(heading.draft, HEADING)] if heading.draft else []),
        *((line, LINE) for line in heading.lines),
        (words.as_of(annex.as_of), LINE),
        *([(words.register_head(head.entries, head.hash), NOTE)] if head else []),
    ]


def _labels(annex: Annex, heading: Heading) -> dict[str, str]:
    """Return the custom properties, by which the file can be told to be of this annex."""
    head = heading.register
    return {
        "baocao.form": annex.form.key,
        "baocao.as_of": annex.as_of.isoformat(),
        "baocao.state": "draft" if heading.draft else "issued",
        "baocao.version": __version__,
        **({"baocao.register.entries": str(head.entries), "baocao.register.hash": head.hash} if head else {}),
    }
