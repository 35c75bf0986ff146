"""A workbook as offices read and print it: text stays text, numbers are numbers, pages are set up.

Written from top to bottom and kept on disk, not in memory: a row is gone once the next one begins. Only this module
knows XlsxWriter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, BinaryIO, TypeAlias

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

_FONT = "Times New Roman"
CHART_FONT = {"name": _FONT, "size": 10}
_A4 = 9
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_LINE = 15
"""Points that a line of text is high."""
_LETTERS = 1.1
"""Letters in the width of a digit, on the average of Vietnamese text."""
_MOST_LINES = 27
"""A row of Excel is at most 409 points high."""
_KEPT = 1000
"""Rows whose heights are known: no sheet with a chart is longer."""


Number: TypeAlias = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, and the result that is shown where nobody calculates."""

    text: str
    value: Number | None
    """`None` where there is none, as there is no mean of nothing."""


Value: TypeAlias = str | Number | Formula | None
"""What a cell holds; `None` is an empty one."""


def numbers(decimals: int) -> str:
    """Return the number format with this many decimals.

    42A is Vietnamese: LibreOffice writes `1.234,50` by it; Excel writes so where Windows is set to Vietnamese.
    """
    return "[$-42A]#,##0" + ("." + "0" * decimals if decimals else "")


_TEXT = "@"
"""A cell of this format keeps what is typed into it as text, were it to begin with `=`."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks."""

    shown: str = _TEXT
    """The number format."""
    align: str = "left"
    bold: bool = False
    italic: bool = False
    framed: bool = True
    shaded: bool = False
    size: int = 11

    def properties(self) -> dict[str, object]:
        """Return it as XlsxWriter says it."""
        return {
            "font_name": _FONT,
            "font_size": self.size,
            "bold": self.bold,
            "italic": self.italic,
            "num_format": self.shown,
            "align": self.align,
            "valign": "vcenter",
            "text_wrap": self.framed and self.shown == _TEXT,
            "border": int(self.framed),
            "indent": int(self.framed and self.align != "center"),
            **({"bg_color": "#E7EEF4"} if self.shaded else {}),
        }


TEXT = Look()
CENTRED = Look(align="center")
HEADER = Look(align="center", bold=True, shaded=True)
TITLE = Look(bold=True, framed=False, size=14)
HEADING = Look(bold=True, framed=False, size=12)
LINE = Look(framed=False)
NOTE = Look(italic=True, framed=False, size=10)
WHOLE = Look(numbers(0), align="center")
SHARE = Look(numbers(1), align="center")
MEAN = Look(numbers(2), align="center")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    width: int
    """In digits."""
    look: Look = TEXT
    hidden: bool = False


class Sheet:
    """One sheet, written row by row."""

    def __init__(self, sheet: Any, book: Book, columns: Sequence[Column]) -> None:
        """Begin at the top of an empty sheet with columns of these widths."""
        self._sheet = sheet
        self._book = book
        self._widths = [column.width for column in columns]
        self._shown = sum(not column.hidden for column in columns)
        self.row = 0
        """The row that is written next, from 0."""
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width, None, {"hidden": column.hidden})

    @property
    def _reference(self) -> str:
        return f"'{self._sheet.name}'!"

    def put(self, cells: Sequence[Value], looks: Sequence[Look]) -> None:
        """Write the next row, as high as its texts need: LibreOffice does not find it out by itself."""
        texts = (
            len(cell) / (width * _LETTERS)
            for cell, look, width in zip(cells, looks, self._widths, strict=False)
            if isinstance(cell, str) and look.framed
        )
        lines = ceil(max(texts, default=1))
        if lines > 1:
            self._sheet.set_row(self.row, _LINE * min(lines, _MOST_LINES))
        # XlsxWriter keeps the heights of rows that it has written, 20 MB of 50,000; only charts ask for them again
        self._sheet.row_info.pop(self.row - _KEPT, None)
        self._sheet.row_sizes.pop(self.row - _KEPT, None)
        for place, (cell, look) in enumerate(zip(cells, looks, strict=True)):
            self._cell(place, cell, self._book.format(look))
        self.row += 1

    def _cell(self, place: int, cell: Value, look: object) -> None:
        match cell:
            case None:
                self._sheet.write_blank(self.row, place, None, look)
            case str() if cell.startswith("<r>"):  # XlsxWriter takes it for markup of its own, and writes it unescaped
                self._sheet.write_rich_string(self.row, place, cell[:1], look, cell[1:], look)
            case str():
                self._sheet.write_string(self.row, place, cell, look)
            case Formula():
                result = "" if cell.value is None else float(cell.value)
                self._sheet.write_formula(self.row, place, cell.text, look, result)
            case Decimal():  # as decimals: XlsxWriter cuts a float off after 16 digits, and 99.99 comes out as another
                self._sheet.write_number(self.row, place, cell.normalize(), look)
            case _:
                self._sheet.write_number(self.row, place, cell, look)

    def heading(self, lines: Sequence[str]) -> None:
        """Write lines of text, the first as a title."""
        for place, text in enumerate(lines):
            self.line(text, LINE if place else TITLE)

    def line(self, text: str, look: Look = LINE) -> None:
        """Write a line of text that may run over the cells beside it."""
        self.put((text,), (look,))

    def passage(self, text: str, columns: int, letters: int, look: Look = LINE) -> None:
        """Write a text over some columns, which together hold so many letters, in as many lines as it needs."""
        wrapped = self._book.format(look, wrapped=True)
        self._sheet.set_row(self.row, _LINE * (len(text) // letters + 1))
        self._sheet.merge_range(self.row, 0, self.row, columns - 1, "", wrapped)
        self._cell(0, text, wrapped)
        self.row += 1

    def skip(self) -> None:
        """Leave a row empty."""
        self.row += 1

    def header(self, titles: Sequence[str]) -> None:
        """Write the titles of a table."""
        self.put(titles, [HEADER] * len(titles))

    def freeze(self, columns: int) -> None:
        """Keep all rows so far in sight, and some columns; the last of these rows is printed on each page."""
        self._sheet.freeze_panes(self.row, columns)
        self._sheet.repeat_rows(self.row - 1)

    def filter(self, first: int, last: int) -> None:
        """Offer filters in the row above `first`, for the rows from there to `last`."""
        self._sheet.autofilter(first - 1, 0, last, self._shown - 1)

    def finish(self) -> None:
        """Leave hidden columns, which stand last, out of print."""
        self._sheet.print_area(0, 0, self.row - 1, self._shown - 1)

    def cell(self, place: int, row: int) -> str:
        """Return a cell as formulas on other sheets say it."""
        return f"{self._reference}{xl_rowcol_to_cell(row, place)}"

    def range(self, place: int, first: int, last: int, *, absolute: bool = False) -> str:
        """Return rows of a column as formulas on this sheet say them, or (`absolute`) names and charts."""
        if absolute:
            return f"{self._reference}{xl_range_abs(first, place, last, place)}"
        return str(xl_range(first, place, last, place))

    def sum(self, place: int, first: int, result: int | Decimal) -> Value:
        """Return the sum of a column from the row `first` to the last one written; a number where there is none."""
        return Formula(f"=SUM({self.range(place, first, self.row - 1)})", result) if self.row > first else result

    def chart(self, chart: Any) -> None:
        """Draw a chart below what is written."""
        self._sheet.insert_chart(self.row, 0, chart, {"object_position": 3})


class Book:
    """The workbook."""

    def __init__(self, book: Any, footer: str) -> None:
        """Hold an open workbook of XlsxWriter."""
        self._book = book
        self._footer = footer
        self._formats: dict[tuple[Look, bool], Any] = {}

    def format(self, look: Look, *, wrapped: bool = False) -> Any:
        """Return XlsxWriter's format for a look."""
        if (look, wrapped) not in self._formats:
            properties = {**look.properties(), **({"text_wrap": True} if wrapped else {})}
            self._formats[look, wrapped] = self._book.add_format(properties)
        return self._formats[look, wrapped]

    def sheet(self, name: str, columns: Sequence[Column], *, upright: bool = False) -> Sheet:
        """Begin a sheet that is printed on A4, lying or upright, as wide as the page."""
        sheet = self._book.add_worksheet(name)
        if not upright:
            sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.7)
        sheet.set_footer(self._footer)
        return Sheet(sheet, self, columns)

    def name(self, name: str, range_: str) -> None:
        """Give a range a name that formulas use."""
        self._book.define_name(name, f"={range_}")

    def chart(self, kind: Mapping[str, str], title: str, size: tuple[int, int]) -> Any:
        """Return an empty chart of this kind and size in pixels."""
        chart = self._book.add_chart(dict(kind))
        font, lines = CHART_FONT, {"color": "#D9D9D9"}
        chart.set_title({"name": title, "name_font": {**font, "size": 13, "bold": True}})
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_size({"width": size[0], "height": size[1]})
        lying = kind["type"] == "bar"  # XlsxWriter's y axis is the upright one, whatever stands on it
        categories = {"num_font": font, "major_gridlines": {"visible": False}, "reverse": lying}
        values = {"num_font": font, "major_gridlines": {"visible": True, "line": lines}, "min": 0}
        chart.set_x_axis(values if lying else categories)
        chart.set_y_axis(categories if lying else values)
        return chart


@contextmanager
def opened(target: BinaryIO, as_of: date, title: str, labels: Mapping[str, str], footer: str) -> Iterator[Book]:
    """Give a workbook to be written; it is complete once the context ends.

    The same content gives the same bytes: the times in it are that of `as_of`, those of the zip are fixed.

    Args:
        target: what it is written to; seekable.
        as_of: the date that it bears.
        title: of the document.
        labels: custom properties by their names; each at most 255 characters.
        footer: of each page, in the notation of Excel.
    """
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties({"title": title, "created": datetime.combine(as_of, time())})
        for name, text in labels.items():
            book.set_custom_property(name, text, "text")
        yield Book(book, footer)
