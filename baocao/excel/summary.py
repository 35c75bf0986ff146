"""The sheet of what the annex says in all: by kind and by rating, and against the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from baocao import messages_annex
from baocao import messages_excel as words
from baocao.annex import Annex, Content, shares
from baocao.excel.book import HEADING, NOTE, SHARE, TEXT, WHOLE, Book, Column, Look, Sheet, Value
from baocao.excel.charts import Series, columns_chart
from baocao.excel.counting import Line, counts, parts

_WIDTHS = (Column("", 32), *[Column("", 12)] * 9)
_PASSAGE = 8, 125
"""Columns over which a long text goes, and the letters that they hold."""
_BOLD = replace(TEXT, bold=True)
_BOLD_WHOLE = replace(WHOLE, bold=True)
_BOLD_SHARE = replace(SHARE, bold=True)


def write_summary(book: Book, annex: Annex, heading: Sequence[tuple[str, Look]], comparison: Sequence[str]) -> None:
    """Write the sheet.

    Args:
        book: the workbook.
        annex: what it tells.
        heading: lines on top, and how they look.
        comparison: sentences that compare with the year before.
    """
    sheet = book.sheet(words.SUMMARY, _WIDTHS, upright=True)
    for text, look in heading:
        sheet.passage(text, *_PASSAGE, look)
    names = tuple(annex.form.ladder.names.values())
    kinds = [Line(line, names, kind) for kind, line in enumerate(annex.by_kind, start=1)]
    _titled(sheet, words.OVERVIEW)
    _overview(sheet, annex, kinds)
    series = []
    for content, title in parts(annex):
        _titled(sheet, title)
        series.append(_by_rating(sheet, [Line(annex.total, names), *(kinds if len(kinds) > 1 else [])], content, title))
    if comparison:
        _titled(sheet, words.COMPARISON)
    for sentence in comparison:
        sheet.passage(sentence, *_PASSAGE)
    sheet.skip()
    sheet.passage(words.NOTE_ON_COUNTS, *_PASSAGE, NOTE)
    sheet.skip()
    if any(sum(one.values[1]) for one in series):
        sheet.chart(columns_chart(book, words.CHART_OF_RATINGS, series))


def _titled(sheet: Sheet, title: str) -> None:
    sheet.skip()
    sheet.line(title, HEADING)


def _overview(sheet: Sheet, annex: Annex, kinds: Sequence[Line]) -> None:
    """Write how many of each kind are decided, proposed, neither."""
    titles = (words.KIND_OF_ORGANIZATION, words.ALL, words.ALL_DECIDED, words.ALL_PROPOSED)
    sheet.header([*titles, words.NOT_RATED, words.ABSENT])
    first = sheet.row
    for line in kinds:
        rated = line.rated(Content.RESULTS), line.rated(Content.PROPOSALS)
        sheet.put([line.tally.name, line.all(), *rated, line.unrated(), line.absent()], [TEXT, *[WHOLE] * 5])
    total = annex.total
    results = (total.all, sum(total.decided), sum(total.proposed), total.unrated, total.absent)
    sums = [sheet.sum(place, first, result) for place, result in enumerate(results, start=1)]
    sheet.put([messages_annex.ALL, *sums], [_BOLD, *[_BOLD_WHOLE] * 5])


def _by_rating(sheet: Sheet, lines: Sequence[Line], content: Content, title: str) -> Series:
    """Write a row for each rating: how many of all and of each kind, with their shares; return it as a series."""
    titles = [words.RATING, *(title for line in lines for title in (line.tally.name, words.SHARE))]
    sheet.header(titles)
    first, names = sheet.row, lines[0].names
    by_line = [(line.by_rating(content), _told(line, content)[1]) for line in lines]
    for place, name in enumerate(names):
        cells = [found[place] for pair in by_line for found in pair]
        sheet.put([name, *cells], [TEXT, *[WHOLE, SHARE] * len(lines)])
    last = sheet.row - 1
    results = [sum(found) for line in lines for found in _told(line, content)]
    sums: list[Value] = [sheet.sum(place, first, result) for place, result in enumerate(results, start=1)]
    sheet.put([words.SUM, *sums], [_BOLD, *[_BOLD_WHOLE, _BOLD_SHARE] * len(lines)])
    return Series(
        title,
        (sheet.range(0, first, last, absolute=True), names),
        (sheet.range(1, first, last, absolute=True), counts(lines[0].tally, content)),
        hatched=content is Content.PROPOSALS,
    )


def _told(line: Line, content: Content) -> tuple[tuple[int, ...], tuple[Decimal, ...]]:
    """Return the counts and the shares of a line."""
    found = counts(line.tally, content)
    return found, shares(found)
