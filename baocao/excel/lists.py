"""The sheets with one row for each organisation: the list, who is without a rating, the order within a quota."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain

from baocao import messages_annex
from baocao import messages_excel as words
from baocao.annex import Annex
from baocao.annex_rows import Expected, Of, Row
from baocao.excel.book import CENTRED, MEAN, TEXT, WHOLE, Book, Column, Formula, Look, Number, Sheet, Value, numbers
from baocao.forms.model import Form
from baocao.quota import Group

# Names of the ranges that formulas count in.
KINDS, SUPERIORS, PROPOSED, DECIDED = "DS_loai", "DS_cap_tren", "DS_de_nghi", "DS_quyet_dinh"
OTHER_KINDS, OTHER_SUPERIORS, STATES = "CXL_loai", "CXL_cap_tren", "CXL_tinh_trang"

_PLACES = (Column(words.KIND_NO, 8, WHOLE, hidden=True), Column(words.SUPERIOR_NO, 8, WHOLE, hidden=True))
_BEFORE = (
    Column(words.NO, 6, WHOLE),
    Column(words.ORGANIZATION, 30),
    Column(words.KIND, 12),
    Column(words.SUPERIOR, 20),
    Column(words.NUMBER, 10, CENTRED),
)
"""The columns of the list before its points."""
_AFTER = (Column(words.PROPOSED, 16), Column(words.DECIDED, 16), Column(words.NOTE, 20), *_PLACES)


class Places:
    """The numbers by which formulas tell kinds and superiors: a name may be what Excel takes for a pattern."""

    def __init__(self, annex: Annex) -> None:
        """Number them in the order of the annex."""
        self.kinds = {line.name: place for place, line in enumerate(annex.by_kind, start=1)}
        self.superiors = {superior: place for place, superior in enumerate(annex.superiors, start=1)}

    def of(self, one: Row | Expected) -> tuple[int, int]:
        """Return the numbers of an organisation's kind and superior."""
        return self.kinds[one.kind_name], self.superiors[one.superior]


def points_look(form: Form) -> Look:
    """Return how points are shown: with the decimals that points of the form can have."""
    step = (form.step or Decimal(1)).normalize()
    decimals = max(0, -int(step.as_tuple().exponent))
    return replace(WHOLE, shown=numbers(max(2, decimals) if form.partial_total == "scaled" else decimals))


def begun(book: Book, name: str, columns: Sequence[Column], heading: Sequence[str]) -> Sheet:
    """Begin a sheet with some lines, and a header that stays in sight and is printed on each page."""
    sheet = book.sheet(name, columns)
    sheet.heading(heading)
    sheet.header([column.title for column in columns])
    sheet.freeze(2)
    return sheet


# --- the list ----------------------------------------------------------------------------------------------------


def write_list(book: Book, annex: Annex, places: Places, heading: Sequence[str]) -> None:
    """Write the sheet with every organisation that has a scoresheet; with filters, sums and means."""
    points = _points(annex)
    shown = (*_BEFORE, *points, *_AFTER)
    sheet = begun(book, words.LIST, shown, heading)
    first = sheet.row
    looks = [column.look for column in shown]
    for no, row in enumerate(annex.rows, start=1):
        sheet.put(_cells(annex, no, row, places), looks)
    last = max(first, sheet.row - 1)
    sheet.filter(first, last)
    for name, title in (
        (PROPOSED, words.PROPOSED),
        (DECIDED, words.DECIDED),
        (KINDS, words.KIND_NO),
        (SUPERIORS, words.SUPERIOR_NO),
    ):
        at = len(_BEFORE) + len(points) + [column.title for column in _AFTER].index(title)
        book.name(name, sheet.range(at, first, last, absolute=True))
    sheet.row = last + 2  # Excel takes a row right below a filter for one of its own
    _totals(sheet, annex, points, (first, last))
    sheet.finish()


def _points(annex: Annex) -> tuple[Column, ...]:
    look = points_look(annex.form)
    marks = (
        Column(column.title, 8, look if column.of in {Of.SECTIONS, Of.OTHERS} else WHOLE) for column in annex.columns
    )
    return (*marks, *([Column(words.TOTAL, 9, replace(look, bold=True))] if annex.form.has_points else []))


def _cells(annex: Annex, no: int, row: Row, places: Places) -> tuple[Value, ...]:
    names = annex.form.ladder.names
    rated = not row.unrated  # a rating that does not count is not shown, so that no formula counts it
    return (
        no,
        row.name,
        row.kind_name,
        row.superior_name,
        str(row.number) if row.number else None,
        *_signed(annex, (*row.marks, row.total)),
        names.get(row.proposed or "") if rated else None,
        names.get(row.decided or "") if rated else None,
        "; ".join((*([row.unrated] if row.unrated else []), *row.notes)) or None,
        *places.of(row),
    )


def _signed(annex: Annex, found: Sequence[Number | None]) -> Iterator[Number | None]:
    """Yield points and total with the sign that they have in the total; of a form without points no total."""
    for column, value in zip(annex.columns, found, strict=False):
        yield -value if column.negative and value is not None else value
    if annex.form.has_points:
        yield found[-1]


_TOTALS = (
    (words.SUM_OF_ALL, "SUM({0})", "COUNT({0})"),
    (words.MEAN_OF_ALL, 'IF(COUNT({0})=0,"",AVERAGE({0}))', ""),
    (words.SUM_OF_SHOWN, "SUBTOTAL(109,{0})", "SUBTOTAL(102,{0})"),
    (words.MEAN_OF_SHOWN, 'IF(SUBTOTAL(102,{0})=0,"",SUBTOTAL(101,{0}))', ""),
)
"""Below the list: title, formula of a column, formula that counts the organisations."""


def _totals(sheet: Sheet, annex: Annex, points: Sequence[Column], rows: tuple[int, int]) -> None:
    """Write sums and means of all rows, and of those that a filter leaves."""
    ranges = [sheet.range(len(_BEFORE) + place, *rows) for place in range(len(points))]
    numbered = sheet.range(0, *rows)
    shown_after = len(_AFTER) - len(_PLACES)
    bold = replace(TEXT, bold=True, shaded=True)
    for title, formula, counting in _TOTALS:
        values = _signed(annex, annex.sums() if counting else annex.means())
        cells = [Formula(f"={formula.format(range_)}", value) for range_, value in zip(ranges, values, strict=True)]
        count = Formula(f"={counting.format(numbered)}", len(annex.rows)) if counting else None
        looks = [replace(column.look if counting else MEAN, bold=True, shaded=True) for column in points]
        sheet.put(
            [count, title, *[None] * (len(_BEFORE) - 2), *cells, *[None] * shown_after],
            [replace(WHOLE, bold=True, shaded=True), *[bold] * (len(_BEFORE) - 1), *looks, *[bold] * shown_after],
        )


# --- who is without a rating -------------------------------------------------------------------------------------

_UNRATED = (
    *_BEFORE,
    Column(words.STATE, 22),
    Column(words.REASON, 50),
    *_PLACES,
)


def write_unrated(book: Book, annex: Annex, places: Places, heading: Sequence[str]) -> None:
    """Write the sheet with those that have no rating, then those that have no scoresheet, each with the reason."""
    sheet = begun(book, words.UNRATED, _UNRATED, heading)
    first = sheet.row
    looks = [column.look for column in _UNRATED]
    listed: Iterator[tuple[Row | Expected, str, str, str]] = chain(
        ((row, str(row.number or ""), words.NOT_RATED, row.unrated) for row in annex.unrated),
        ((one, "", words.ABSENT, one.reason or messages_annex.NO_SCORESHEET) for one in annex.absent),
    )
    for no, (one, number, state, reason) in enumerate(listed, start=1):
        known = (no, one.name, one.kind_name, one.superior_name, number or None)
        sheet.put([*known, state, reason, *places.of(one)], looks)
    last = max(first, sheet.row - 1)
    sheet.filter(first, last)
    sheet.finish()
    for name, at in ((STATES, -4), (OTHER_KINDS, -2), (OTHER_SUPERIORS, -1)):
        book.name(name, sheet.range(len(_UNRATED) + at, first, last, absolute=True))


# --- quotas ------------------------------------------------------------------------------------------------------

_QUOTAS = (
    Column(words.NO, 6, WHOLE),
    Column(words.SUPERIOR, 34),
    Column(words.TIER, 26),
    Column(words.LIMITED, 28),
    Column(words.PERCENT, 11, WHOLE),
    Column(words.BASE, 11, WHOLE),
    Column(words.FIT, 11, WHOLE),
    Column(words.FIT_WITHOUT, 14, WHOLE),
    Column(words.FIT_WITH, 14, WHOLE),
    Column(words.ELIGIBLE, 11, WHOLE),
    Column(words.WANTED, 13, WHOLE),
    Column(words.OVER, 9, replace(WHOLE, bold=True)),
)


def write_quotas(book: Book, annex: Annex, heading: Sequence[str]) -> None:
    """Write the sheet with the quota of each superior: of how many, how many fit, how many are wanted and over."""
    sheet = begun(book, words.QUOTAS, _QUOTAS, heading)
    first = sheet.row
    looks = [column.look for column in _QUOTAS]
    for no, group in enumerate(annex.quotas, start=1):
        line = sheet.row + 1
        sheet.put(
            [
                no,
                annex.superiors[group.superior],
                _tier(group),
                group.rating_name,
                group.quota.percent,
                group.base(),
                Formula(f"=INT(F{line}*E{line}/100)", group.fit()),
                group.fit(with_rating=False),
                group.fit(with_rating=True),
                group.eligible,
                len(group.wanted),
                Formula(f"=MAX(0,K{line}-G{line})", group.over),
            ],
            looks,
        )
    sheet.filter(first, max(first, sheet.row - 1))
    sheet.skip()
    sheet.line(words.NOTE_ON_QUOTAS)


def _tier(group: Group) -> str:
    return ", ".join(dict.fromkeys(found.kind_name for found in group.candidates))


def write_ranking(book: Book, annex: Annex, heading: Sequence[str]) -> None:
    """Write the sheet with those who are wanted at a limited rating, in order of points."""
    points = (Column(words.POINTS, 10, points_look(annex.form)),) if annex.form.has_points else ()
    shown = (
        Column(words.SUPERIOR, 26),
        Column(words.LIMITED, 28),
        Column(words.RANK, 9, WHOLE),
        Column(words.ORGANIZATION, 38),
        Column(words.KIND, 16),
        Column(words.NUMBER, 11, CENTRED),
        *points,
        Column(words.FITS, 16),
        Column(words.NOTE, 22),
    )
    sheet = begun(book, words.RANKING, shown, heading)
    first = sheet.row
    looks = [column.look for column in shown]
    for group in annex.quotas:
        for place in group.ranks():
            one = place.candidate
            notes = [*([messages_annex.TIED] if place.tied else []), *([messages_annex.DECIDED] if one.decided else [])]
            sheet.put(
                [
                    annex.superiors[group.superior],
                    group.rating_name,
                    place.rank,
                    one.name,
                    one.kind_name,
                    str(one.number) if one.number else None,
                    *([one.total] if points else []),
                    words.OF_THE_QUOTA[place.fits],
                    "; ".join(notes) or None,
                ],
                looks,
            )
    sheet.filter(first, max(first, sheet.row - 1))
