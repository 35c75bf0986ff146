"""Scoring: form + submission → scoresheet: the lines, what they add up to, and the levels of the items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from baocao.forms.criteria import Criterion, Role
from baocao.forms.model import Form
from baocao.lines import MOST_KEPT, Assessed, Line, assessed_row, line_by_points, line_for, points_by
from baocao.submission import Score, StatedLevel, Submission, points_alone

_NONE = Decimal(0)
_CENT = Decimal("0.01")
"""A scaled total is cut off to this, so that it never rounds up to a threshold (thresholds are coarser)."""


class LevelSource(StrEnum):
    """Where the performance level of an item comes from."""

    POINTS = "points"
    BAND = "band"
    MARKED = "marked"
    STATED = "stated"
    PENDING = "pending"


class Item(NamedTuple):
    """One item with a performance level."""

    no: str
    standard: Decimal | None
    """The most points there are; `None` of an item without points."""
    awarded: Decimal | None
    level: str | None
    source: LevelSource
    reason: str | None = None
    """Why the agency states another level than the points give."""


@dataclass(frozen=True)
class Scoresheet:
    """The scored result: lines in the form's order, of the sections that apply to the kind of organisation."""

    form: Form
    kind: str
    lines: tuple[Line, ...]
    stated: Mapping[str, StatedLevel]
    """The levels that the agency states in place of those that the points give, by the number of their item."""
    awarded_by_row: Mapping[str, Decimal | None]
    """The points of every row, see `awarded`."""
    total: Decimal | None
    """Total of awarded points; `None` while one is not known, and in a form without points."""
    table: _Table = field(repr=False)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items with a performance level, in the form's order."""
        return tuple([_item(item, self) for item in self.table.items])

    @cached_property
    def line_of(self) -> dict[str, Line]:
        """The lines by the number of their criterion."""
        return dict(zip(self.table.numbers, self.lines, strict=True))

    @cached_property
    def short(self) -> tuple[Line, ...]:
        """The lines that are less than they could be."""
        best, in_full = self.form.best_level, self.table.in_full
        lines = [line for line, full in zip(self.lines, in_full, strict=True) if line is not full]
        return tuple([line for line in lines if line.is_short(best)])

    @cached_property
    def item_of(self) -> dict[str, Item]:
        """The items by their number."""
        return {item.no: item for item in self.items}

    @property
    def standard_total(self) -> Decimal:
        """The points that the total is measured by; 0 in a form without points."""
        return self.form.standard_total(self.kind)

    def awarded(self, no: str) -> Decimal | None:
        """Return the points of a row: its own, or the sum of the lines below; `None` while one is not known.

        Of a bonus or penalty section no more than its cap.
        """
        return self.awarded_by_row[no]

    def awarded_by(self, assessor: str, no: str) -> Decimal | None:
        """Return the points that another assessor gives a row; `None` where one is missing."""
        return self._awarded_by_others[assessor][no]

    @cached_property
    def _awarded_by_others(self) -> dict[str, Mapping[str, Decimal | None]]:
        def column(assessor: str) -> Mapping[str, Decimal | None]:
            return self.table.rows([points_by(line, line.mark(assessor)) for line in self.lines])

        return {assessor.key: column(assessor.key) for assessor in self.form.other_assessors}

    def total_by(self, assessor: str) -> Decimal | None:
        """Return the total of another assessor's column; `None` where points are missing."""
        return self.table.total(self._awarded_by_others[assessor])

    @cached_property
    def lowest(self) -> Decimal:
        """The least that the total can become: points not known yet count nothing, penalties in full."""
        return self._bound("penalty")

    @cached_property
    def highest(self) -> Decimal:
        """The most that the total can become: points not known yet count in full, penalties nothing."""
        return self._bound("regular", "bonus")

    def _bound(self, *in_full: Role) -> Decimal:
        """Return the total; where not all points are known, with all that there may be in some sections, else none."""
        if self.total is not None:
            return self.total
        rows = self.table.rows([_or_else(line, full=line.role in in_full) for line in self.lines])
        return self.table.total(rows) or _NONE

    def bounds(self, no: str | None) -> tuple[Decimal, Decimal]:
        """Return the least and the most that the points of a row (of all when `None`) can become."""
        if no is None:
            return self.lowest, self.highest
        known = self.awarded(no)
        if known is not None:
            return known, known
        least, most = (
            self.table.rows([_or_else(line, full=full) for line in self.lines])[no] for full in (False, True)
        )
        return least or Decimal(0), most or Decimal(0)

    @property
    def summed(self) -> tuple[Decimal, Decimal]:
        """Points and standard points of the regular sections that apply, before the total is scaled."""
        rows = [row for row in self.form.sections if row.role == "regular" and self.form.applies(row.no, self.kind)]
        awarded = sum((self.awarded(row.no) or Decimal(0) for row in rows), Decimal(0))
        return awarded, self.form.regular_standard(self.kind)


_Taking = Callable[[Mapping[str, Any]], Sequence[Any]]
"""What takes some of the values of a mapping."""


@dataclass(frozen=True, eq=False, slots=True)
class _Table:
    """The table for a kind of organisation, with what is the same of it in every submission."""

    assessed: tuple[Assessed, ...]
    numbers: tuple[str, ...]
    """The numbers of the criteria that are assessed."""
    full_scores: tuple[Score, ...]
    """Points of which nothing is to be explained, for each of them: in most submissions this very object."""
    in_full: tuple[Line, ...]
    """The lines that they make."""
    items: tuple[_Levelled, ...]
    none: Mapping[str, Decimal]
    """No points for any row."""
    added_up: Sequence[tuple[str, _Taking]]
    """The rows whose points are added up, and what takes those of their parts, the innermost first."""
    caps: Mapping[str, Decimal]
    with_points: Mapping[str, Sequence[str]]
    """The criteria that give points, each with the rows that it is part of."""
    sections: Sequence[tuple[str, Role]]
    has_points: bool
    scale: tuple[Decimal, Decimal] | None
    """What the regular points are multiplied with and divided by; `None` where they stand as they are."""
    at_most: Decimal | None

    def rows(self, points: Sequence[Decimal | None]) -> Mapping[str, Decimal | None]:
        """Return the points of every row, given those of the lines; see `Scoresheet.awarded`."""
        sums, unknown = dict(self.none), []
        for no, given in zip(self.numbers, points, strict=True):
            if given is not None:
                sums[no] = given
            elif no in self.with_points:
                unknown.append(no)
        for no, parts in self.added_up:
            sums[no] = sum(parts(sums), _NONE)
        for no, cap in self.caps.items():
            sums[no] = min(sums[no], cap)
        return {**sums, **{above: None for no in unknown for above in self.with_points[no]}} if unknown else sums

    def total(self, rows: Mapping[str, Decimal | None]) -> Decimal | None:
        """Return regular points, scaled where the form says so, with capped bonuses and penalties; never below 0.

        Args:
            rows: the points of every row; where those of a section are not known, the total is not, either. A form
                without points has none.
        """
        if not self.has_points:
            return None
        sums: dict[Role, Decimal] = {"regular": _NONE, "bonus": _NONE, "penalty": _NONE}
        for no, role in self.sections:
            found = rows[no]
            if found is None:
                return None
            sums[role] += found
        total = max(self._scaled(sums["regular"]) + sums["bonus"] - sums["penalty"], _NONE)
        return total if self.at_most is None else min(total, self.at_most)

    def _scaled(self, regular: Decimal) -> Decimal:
        if self.scale is None:
            return regular
        total, standard = self.scale
        return (regular * total / standard).quantize(_CENT, ROUND_DOWN)


def score(form: Form, submission: Submission) -> Scoresheet:
    """Return the scoresheet of a submission. Never fails: what is missing stays pending."""
    kind, scores, facts = submission.organization.kind, submission.scores, submission.facts
    table = form.once(_table, kind)
    given = zip(table.assessed, map(scores.get, table.numbers), table.full_scores, table.in_full, strict=True)
    lines = [line if found is full else line_for(form, row, found, facts) for row, found, full, line in given]
    rows = table.rows([line.awarded for line in lines])
    return Scoresheet(form, kind, tuple(lines), facts.levels, rows, table.total(rows), table)


# --- worked out once for each form -----------------------------------------------------------------------------


def _table(form: Form, kind: str) -> _Table:
    leaves = form.leaves_of(kind)
    assessed = tuple([assessed_row(form, leaf) for leaf in leaves])
    full_scores = tuple([points_alone(row.in_full) if row.sort == "points" else _NEVER_GIVEN for row in assessed])
    total, regular = form.standard_total(kind), form.regular_standard(kind)
    return _Table(
        assessed,
        tuple([leaf.no for leaf in leaves]),
        full_scores,
        tuple([line_by_points(row, found) for row, found in zip(assessed, full_scores, strict=True)]),
        _level_items(form, kind),
        dict.fromkeys(form.by_no, _NONE),
        _added_up(form, kind),
        form.caps,
        {leaf.no: form.path(leaf.no) for leaf in leaves if leaf.standard is not None},
        [(row.no, row.role) for row in form.sections],
        form.has_points,
        (total, regular) if form.partial_total == "scaled" and regular not in (total, 0) else None,
        form.total_at_most,
    )


_NEVER_GIVEN = Score()
"""Stands where no points alone give a criterion all that there is: an object that no submission has."""


def _added_up(form: Form, kind: str) -> list[tuple[str, _Taking]]:
    """Return what each row adds up: a section that is a criterion its own points, a row that does not apply none."""
    parts: dict[str, list[str]] = {row.no: [] for row in form.criteria}
    for row in form.criteria:
        if row.parent or row.no in form.leaf_numbers:
            parts[row.parent or row.no].append(row.no)
    return [(no, taking(parts[no])) for no in reversed(parts) if parts[no] and form.applies(no, kind)]


def taking(keys: Sequence[str]) -> _Taking:
    """Return what takes the values of one or more keys, in their order; `itemgetter` gives a single one bare."""
    return itemgetter(*keys) if len(keys) > 1 else lambda values: [values[key] for key in keys]


def _or_else(line: Line, *, full: bool) -> Decimal:
    """Return the points of a line; of one not known yet all or nothing."""
    return line.awarded if line.awarded is not None else line.standard if full else _NONE


# --- items -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Levelled:
    """An item with a performance level, with what is the same of it in every submission."""

    form: Form
    no: str
    standard: Decimal | None
    first: int
    """Which line is the first of it."""
    has_bands: bool
    """Whether bands may give its only criterion a level."""


def _level_items(form: Form, kind: str) -> tuple[_Levelled, ...]:
    places = {leaf.no: place for place, leaf in enumerate(form.leaves_of(kind))}

    def item(row: Criterion, leaf: Criterion, *others: Criterion) -> _Levelled:
        has_bands = leaf.banded is not None and not others
        return _Levelled(form, row.no, row.standard, places[leaf.no], has_bands)

    return tuple(item(form.by_no[no], *form.inside(no)) for no in form.level_items if form.applies(no, kind))


def _item(item: _Levelled, sheet: Scoresheet) -> Item:
    no, standard, stated = item.no, item.standard, sheet.stated.get(item.no)
    awarded = None if standard is None else sheet.awarded_by_row[no]
    if stated:
        return Item(no, standard, awarded, stated.level, LevelSource.STATED, stated.reason)
    if standard is None:
        level = sheet.lines[item.first].level
        return Item(no, None, None, level, LevelSource.MARKED if level else LevelSource.PENDING)
    if awarded is None:
        return Item(no, standard, None, None, LevelSource.PENDING)
    by_band = getattr(sheet.lines[item.first].chosen, "level", None) if item.has_bands else None
    return _item_by_points(item, str(awarded), by_band)


@lru_cache(MOST_KEPT)
def _item_by_points(item: _Levelled, written: str, by_band: str | None) -> Item:
    """Return an item with the level that its points give, or the band of its only criterion."""
    awarded = Decimal(written)
    level = by_band or item.form.level_of(awarded, item.standard or Decimal(1))
    return Item(item.no, item.standard, awarded, level, LevelSource.BAND if by_band else LevelSource.POINTS)
