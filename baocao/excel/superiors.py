"""The sheets of counts by superior, and the chart of the largest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from baocao import messages_annex
from baocao import messages_excel as words
from baocao.annex import Annex, Content, Tally, shares
from baocao.excel.book import HEADING, NOTE, SHARE, WHOLE, Book, Column, Formula, Look, Sheet, Value
from baocao.excel.charts import GREY, Series, bars_chart, color
from baocao.excel.counting import Line, counts, parts
from baocao.excel.lists import Places, begun

_MOST_WORK = 20_000_000
"""Cells that the formulas of a sheet may go through in all; beyond that the numbers themselves are written."""
_LARGEST = 15
"""Superiors that the chart shows by name."""
_BEFORE = (Column(words.NO, 6, WHOLE), Column(words.SUPERIOR, 36), Column(words.ALL, 9, WHOLE))
_OTHER = {
    Content.RESULTS: (Content.PROPOSALS, words.ALL_PROPOSED),
    Content.PROPOSALS: (Content.RESULTS, words.ALL_DECIDED),
}
"""Beside what is told by rating stands how many there are of the other, so that each row adds up."""
_SHEETS = {Content.RESULTS: words.SUPERIORS_DECIDED, Content.PROPOSALS: words.SUPERIORS_PROPOSED}


@dataclass(frozen=True, slots=True)
class _Told:
    """A sheet by superior that is written."""

    content: Content
    sheet: Sheet
    rows: Sequence[int]
    """Of the superiors, in their order."""
    total: int
    """The row of the sums."""


def write_superiors(book: Book, annex: Annex, places: Places, heading: Sequence[str]) -> None:
    """Write a sheet for what is decided and one for what is proposed, as far as there are, and the chart."""
    lines = list(annex.by_superior())
    contents = [content for content, _ in parts(annex)]
    told = []
    for content in contents:
        name = _SHEETS[content] if len(contents) > 1 else words.SUPERIORS
        shown = _columns(annex, content, alone=len(contents) == 1)
        told.append(_write(begun(book, name, shown, heading), annex, places, lines, (content, shown)))
    if len(lines) > 1:
        _write_chart(book, annex, [line for line, _ in lines], told)


def _columns(annex: Annex, content: Content, *, alone: bool) -> tuple[Column, ...]:
    ratings = (
        column
        for name in annex.form.ladder.names.values()
        for column in (Column(name, 15, WHOLE), Column(words.SHARE, 9, SHARE))
    )
    other = () if alone else (Column(_OTHER[content][1], 13, WHOLE),)
    return (*_BEFORE, *ratings, *other, Column(words.NOT_RATED, 10, WHOLE), Column(words.ABSENT, 13, WHOLE))


def _write(
    sheet: Sheet,
    annex: Annex,
    places: Places,
    lines: Sequence[tuple[Tally, tuple[Tally, ...]]],
    part: tuple[Content, Sequence[Column]],
) -> _Told:
    """Write a row for each superior, below it one for each kind where there are several, and the sums."""
    content, shown = part
    names = tuple(annex.form.ladder.names.values())
    written = len(annex.rows) * len(shown) * sum(1 + len(kinds) for _, kinds in lines) > _MOST_WORK
    first, looks, rows = sheet.row, [column.look for column in shown], []
    for superior, (tally, kinds) in enumerate(lines, start=1):
        rows.append(sheet.row)
        line = Line(tally, names, superior=superior, written=written)
        sheet.put([superior, tally.name, *_cells(line, content, len(shown))], _bold(looks) if kinds else looks)
        for kind in kinds:
            inner = replace(line, tally=kind, kind=places.kinds[kind.name])
            sheet.put([None, f"– {kind.name}", *_cells(inner, content, len(shown))], looks)
    total, last = sheet.row, sheet.row - 1
    results = _cells(Line(annex.total, names, written=True), content, len(shown))
    cells = [
        result if look == SHARE or not lines else _sum(sheet, place, (first, last), result)
        for place, (result, look) in enumerate(zip(results, looks[2:], strict=True), start=2)
    ]
    sheet.put([None, messages_annex.ALL, *cells], _bold(looks))
    if written:
        sheet.skip()
        sheet.line(words.NOTE_ON_VALUES, NOTE)
    return _Told(content, sheet, rows, total)


def _cells(line: Line, content: Content, columns: int) -> list[Value]:
    """Return the cells of a line after its name."""
    told = zip(line.by_rating(content), shares(counts(line.tally, content)), strict=True)
    ratings: list[Value] = [cell for pair in told for cell in pair]
    other = [line.rated(_OTHER[content][0])] if columns > len(_BEFORE) + len(ratings) + 2 else []
    return [line.all(), *ratings, *other, line.unrated(), line.absent()]


def _sum(sheet: Sheet, place: int, rows: tuple[int, int], result: Value) -> Value:
    """Return the sum over the superiors, which are the rows with a number."""
    assert isinstance(result, int)
    return Formula(f'=SUMIF({sheet.range(0, *rows)},">0",{sheet.range(place, *rows)})', result)


def _bold(looks: Sequence[Look]) -> list[Look]:
    return [replace(look, bold=True) for look in looks]


# --- the chart ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stack:
    """What the bars are made of: those of one rating, or those without one."""

    title: str
    told: _Told
    column: int
    """Of the sheet by superior."""
    content: Content | None = None
    """`None` for those without a rating."""
    rating: int = 0
    """The place of the rating in the ladder."""

    def of(self, tally: Tally) -> int:
        """Return how many there are in a line."""
        return tally.unrated if self.content is None else counts(tally, self.content)[self.rating]

    def copied(self, superior: int, tally: Tally) -> Formula:
        """Return the number that stands in the line of a superior."""
        return Formula(f"={self.told.sheet.cell(self.column, self.told.rows[superior])}", self.of(tally))

    def rest(self, above: str, number: int) -> Formula:
        """Return the number of those that are not above."""
        return Formula(f"={self.told.sheet.cell(self.column, self.told.total)}-SUM({above})", number)

    def series(self, categories: tuple[str, Sequence[str]], values: tuple[str, Sequence[int]]) -> Series:
        """Return it as a series of the chart."""
        shade = GREY if self.content is None else color(self.rating)
        return Series(self.title, categories, values, hatched=self.content is Content.PROPOSALS, color=shade)


def _stacks(annex: Annex, told: Sequence[_Told]) -> list[_Stack]:
    names, titles = list(annex.form.ladder.names.values()), dict(parts(annex))
    ratings = [
        _Stack(
            words.of_part(titles[one.content], name) if len(told) > 1 else name,
            one,
            len(_BEFORE) + 2 * rating,
            one.content,
            rating,
        )
        for one in told
        for rating, name in enumerate(names)
    ]
    unrated = len(_BEFORE) + 2 * len(names) + (len(told) > 1)
    return [*ratings, _Stack(words.NOT_RATED, told[0], unrated)]


def _write_chart(book: Book, annex: Annex, lines: Sequence[Tally], told: Sequence[_Told]) -> None:
    """Write the sheet with the chart of the largest, below the table that it is drawn from and that adds the others."""
    largest = sorted(range(len(lines)), key=lambda place: lines[place].absent - lines[place].all)[:_LARGEST]
    stacks = _stacks(annex, told)
    shown = (_BEFORE[1], *(Column(stack.title, 15, WHOLE) for stack in stacks))
    looks = [column.look for column in shown]
    sheet = book.sheet(words.CHART, shown)
    title = words.chart_of_superiors(len(largest) if len(largest) < len(lines) else 0)
    sheet.line(title, HEADING)
    sheet.header([column.title for column in shown])
    first, names = sheet.row, [lines[place].name for place in largest]
    values = [[stack.of(lines[place]) for place in largest] for stack in stacks]
    for place, name in zip(largest, names, strict=True):
        sheet.put([name, *(stack.copied(place, lines[place]) for stack in stacks)], looks)
    last = sheet.row - 1
    if len(lines) > len(largest):
        rest = [
            stack.rest(sheet.range(at, first, last), stack.of(annex.total) - sum(found))
            for at, (stack, found) in enumerate(zip(stacks, values, strict=True), start=1)
        ]
        sheet.put([messages_annex.OTHER_SUPERIORS, *rest], looks)
    categories = sheet.range(0, first, last, absolute=True), names
    series = [
        stack.series(categories, (sheet.range(at, first, last, absolute=True), found))
        for at, (stack, found) in enumerate(zip(stacks, values, strict=True), start=1)
        if any(found)
    ]
    sheet.skip()
    if series:
        sheet.chart(bars_chart(book, title, series, len(names)))
