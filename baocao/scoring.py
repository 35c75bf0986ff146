"""Scoring: form + submission → scoresheet. Every line knows its points, level or answer and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from functools import cached_property, partial
from types import MappingProxyType
from typing import NamedTuple

from baocao import figures
from baocao.forms.criteria import Criterion, FigureBand, Gap, RatingBand, RatingBands, Role
from baocao.forms.model import Form
from baocao.submission import Deduction, Facts, Mark, Score, StatedLevel, Submission

_CENT = Decimal("0.01")
"""A scaled total is cut off to this, so that it never rounds up to a threshold (thresholds are coarser)."""


class PointsSource(StrEnum):
    """Where the awarded points of a line come from."""

    TYPED = "typed"
    """The assessor's mark for a criterion without bands."""
    BAND = "band"
    """The band that the facts choose."""
    OWN = "own"
    """The assessor's own points where no band is chosen."""
    PENDING = "pending"
    """Not known yet."""


class LevelSource(StrEnum):
    """Where the performance level of an item comes from."""

    POINTS = "points"
    BAND = "band"
    MARKED = "marked"
    STATED = "stated"
    PENDING = "pending"


_NOBODY: Mapping[str, Mark] = MappingProxyType({})


class Line(NamedTuple):
    """One criterion that is assessed. A tuple: there are dozens in each scoresheet, and it is made in half the time."""

    criterion: Criterion
    role: Role
    awarded: Decimal | None
    """Points, 0 to the standard (of a penalty: those taken away); `None` while they cannot be known."""
    source: PointsSource
    level: str | None = None
    """The performance level of a criterion that is assessed by one."""
    met: bool | None = None
    """The answer to a criterion that is assessed by yes or no."""
    deductions: tuple[Deduction, ...] = ()
    """Why points are missing; together `deducted`. Empty for a line that follows a band."""
    chosen: RatingBand | FigureBand | Gap | None = None
    """The band or the declared gap that the facts choose."""
    others: Mapping[str, Mark] = _NOBODY
    """The marks of the assessors whose columns do not count."""

    @property
    def standard(self) -> Decimal:
        """The most points there are for the line; 0 when it gives none."""
        return self.criterion.most

    @property
    def deducted(self) -> Decimal:
        """Points that the total lacks for this line; 0 while they are not known, and of a bonus."""
        if self.awarded is None or self.role == "bonus":
            return Decimal(0)
        return self.awarded if self.role == "penalty" else self.standard - self.awarded

    def is_short(self, best: str | None) -> bool:
        """Whether the line is less than it could be: points deducted, a level below `best`, or not met.

        A bonus never is: nothing is missing where none was earned.
        """
        if self.role == "bonus":
            return False
        return bool(self.deducted) or self.met is False or (self.level is not None and self.level != best)

    def mark(self, assessor: str) -> Mark:
        """Return what another assessor gave; points that the facts decide are the same for all."""
        found = self.others.get(assessor, Mark())
        if found == Mark() and self.source is PointsSource.BAND:
            return Mark(awarded=self.awarded)
        return found


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

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items with a performance level, in the form's order."""
        return tuple(_item(self, no) for no in self.form.level_items if self.form.applies(no, self.kind))

    @cached_property
    def line_of(self) -> dict[str, Line]:
        """The lines by the number of their criterion."""
        return {line.criterion.no: line for line in self.lines}

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
        return self._awarded[no]

    @cached_property
    def _awarded(self) -> dict[str, Decimal | None]:
        return self._rows(_awarded)

    def awarded_by(self, assessor: str, no: str) -> Decimal | None:
        """Return the points that another assessor gives a row; `None` where one is missing."""
        return self._awarded_by_others[assessor][no]

    @cached_property
    def _awarded_by_others(self) -> dict[str, dict[str, Decimal | None]]:
        def column(assessor: str) -> dict[str, Decimal | None]:
            return self._rows(lambda line: _points(line, line.mark(assessor)))

        return {assessor.key: column(assessor.key) for assessor in self.form.other_assessors}

    @cached_property
    def total(self) -> Decimal | None:
        """Total of awarded points; `None` while one is not known, and in a form without points."""
        return self._total(self._awarded) if self.form.has_points else None

    def total_by(self, assessor: str) -> Decimal | None:
        """Return the total of another assessor's column; `None` where points are missing."""
        return self._total(self._awarded_by_others[assessor]) if self.form.has_points else None

    @cached_property
    def lowest(self) -> Decimal:
        """The least that the total can become: points not known yet count nothing, penalties in full."""
        return self._bound(lambda line: _or_else(line, full=line.role == "penalty"))

    @cached_property
    def highest(self) -> Decimal:
        """The most that the total can become: points not known yet count in full, penalties nothing."""
        return self._bound(lambda line: _or_else(line, full=line.role != "penalty"))

    def _bound(self, points: Callable[[Line], Decimal]) -> Decimal:
        """Return the total, or what `points` make it where not all points are known."""
        return self.total if self.total is not None else self._total(self._rows(points)) or Decimal(0)

    def bounds(self, no: str | None) -> tuple[Decimal, Decimal]:
        """Return the least and the most that the points of a row (of all when `None`) can become."""
        if no is None:
            return self.lowest, self.highest
        known = self.awarded(no)
        if known is not None:
            return known, known
        least, most = (self._rows(partial(_or_else, full=full))[no] for full in (False, True))
        return least or Decimal(0), most or Decimal(0)

    @property
    def summed(self) -> tuple[Decimal, Decimal]:
        """Points and standard points of the regular sections that apply, before the total is scaled."""
        rows = [row for row in self.form.sections if row.role == "regular" and self.form.applies(row.no, self.kind)]
        awarded = sum((self.awarded(row.no) or Decimal(0) for row in rows), Decimal(0))
        return awarded, self.form.regular_standard(self.kind)

    def _rows(self, points: Callable[[Line], Decimal | None]) -> dict[str, Decimal | None]:
        """Return the points of every row, where `points` gives those of the lines; see `awarded`."""
        sums: dict[str, Decimal | None] = dict.fromkeys(self.form.by_no, Decimal(0))
        for line in self.lines:
            found = points(line)
            for no in self.form.path(line.criterion.no):
                so_far = sums[no]
                sums[no] = None if found is None or so_far is None else so_far + found
        for no, cap in self.form.caps.items():
            so_far = sums[no]
            sums[no] = None if so_far is None else min(so_far, cap)
        return sums

    def _total(self, rows: Mapping[str, Decimal | None]) -> Decimal | None:
        """Return regular points, scaled where the form says so, with capped bonuses and penalties; never below 0.

        Args:
            rows: the points of every row; where those of a section are not known, the total is not, either.
        """
        sums: dict[Role, Decimal] = {"regular": Decimal(0), "bonus": Decimal(0), "penalty": Decimal(0)}
        for row in self.form.sections:
            found = rows[row.no]
            if found is None:
                return None
            sums[row.role] += found
        total = max(self._scaled(sums["regular"]) + sums["bonus"] - sums["penalty"], Decimal(0))
        return total if self.form.total_at_most is None else min(total, self.form.total_at_most)

    def _scaled(self, regular: Decimal) -> Decimal:
        standard = self.form.regular_standard(self.kind)
        if self.form.partial_total != "scaled" or standard == self.standard_total or not standard:
            return regular
        return (regular * self.standard_total / standard).quantize(_CENT, ROUND_DOWN)


def score(form: Form, submission: Submission) -> Scoresheet:
    """Return the scoresheet of a submission. Never fails: what is missing stays pending."""
    kind = submission.organization.kind
    lines = tuple(_line(form, leaf, submission) for leaf in form.leaves_of(kind))
    return Scoresheet(form, kind, lines, submission.facts.levels)


# --- points ----------------------------------------------------------------------------------------------------


def _awarded(line: Line) -> Decimal | None:
    return line.awarded if line.criterion.standard is not None else Decimal(0)


def _or_else(line: Line, *, full: bool) -> Decimal:
    """Return the points of a line; of one not known yet all or nothing."""
    found = _awarded(line)
    return found if found is not None else line.standard if full else Decimal(0)


def _points(line: Line, mark: Mark) -> Decimal | None:
    """Return the points that a mark gives a line."""
    if line.criterion.standard is None:
        return Decimal(0)
    if line.criterion.assessed_by == "yes_no":
        return None if mark.met is None else _answered(line.criterion, line.role, met=mark.met)
    return mark.awarded


def _answered(leaf: Criterion, role: Role, *, met: bool) -> Decimal:
    """Return the points of an answer: yes gives the standard, or, of a penalty, spares it."""
    return leaf.most if met != (role == "penalty") else Decimal(0)


def typed_points(score: Score | None, leaf: Criterion, role: Role) -> Decimal | None:
    """Return the points typed in for a criterion, or what its deductions leave; `None` when neither is."""
    if score is None or (score.awarded is None and score.deductions is None):
        return None
    if score.awarded is not None:
        return score.awarded
    deducted = sum((deduction.points for deduction in score.deductions or ()), Decimal(0))
    return deducted if role == "penalty" else leaf.most - deducted


# --- lines -----------------------------------------------------------------------------------------------------


def _line(form: Form, leaf: Criterion, submission: Submission) -> Line:
    found, role = submission.scores.get(leaf.no), form.role(leaf.no)
    others = found.others if found else {}
    if leaf.banded:
        return _banded_line(form, leaf, found, submission.facts)
    if found is None:
        return Line(leaf, role, None, PointsSource.PENDING)
    if leaf.assessed_by == "level":
        source = PointsSource.PENDING if found.level is None else PointsSource.TYPED
        return Line(leaf, role, None, source, level=found.level, deductions=_whole(found), others=others)
    if leaf.assessed_by == "yes_no":
        return _answered_line(leaf, role, found)
    typed = typed_points(found, leaf, role)
    if typed is None:
        return Line(leaf, role, None, PointsSource.PENDING, others=others)
    return Line(leaf, role, typed, PointsSource.TYPED, deductions=_deductions(leaf, role, typed, found), others=others)


def _answered_line(leaf: Criterion, role: Role, found: Score) -> Line:
    if found.met is None:
        return Line(leaf, role, None, PointsSource.PENDING, others=found.others)
    awarded = None if leaf.standard is None else _answered(leaf, role, met=found.met)
    return Line(leaf, role, awarded, PointsSource.TYPED, met=found.met, deductions=_whole(found), others=found.others)


def _whole(found: Score) -> tuple[Deduction, ...]:
    """Return the one reason of a mark without points as what explains all that it lacks."""
    return (Deduction(points=Decimal(0), reason=found.reason),) if found.reason else ()


def _banded_line(form: Form, leaf: Criterion, found: Score | None, facts: Facts) -> Line:
    role, others = form.role(leaf.no), found.others if found else {}
    typed = typed_points(found, leaf, role)
    chosen = _choose(form, leaf, facts)
    if isinstance(chosen, RatingBand | FigureBand):
        return Line(leaf, role, chosen.points, PointsSource.BAND, chosen=chosen, others=others)
    if found is None or typed is None or chosen is None:  # own points are for a case without a band, not an open one
        return Line(leaf, role, None, PointsSource.PENDING, chosen=chosen, others=others)
    deductions = _deductions(leaf, role, typed, found)
    return Line(leaf, role, typed, PointsSource.OWN, deductions=deductions, chosen=chosen, others=others)


def _choose(form: Form, leaf: Criterion, facts: Facts) -> RatingBand | FigureBand | Gap | None:
    """Return the band or gap that the facts choose, `None` while they are not known."""
    if isinstance(leaf.banded, RatingBands):
        listed = getattr(facts, leaf.banded.of)
        ladder = form.ladder_of(leaf.banded.of)
        return None if listed is None else leaf.banded.choose(ladder, [entry.rating for entry in listed])
    assert leaf.banded is not None
    reading = figures.read(form, facts, leaf.banded.of)
    return leaf.banded.choose(reading.value, nothing=reading.nothing)


def _deductions(leaf: Criterion, role: Role, awarded: Decimal, found: Score) -> tuple[Deduction, ...]:
    """Return the deductions of a line; one `reason` explains whatever has none of its own."""
    if role == "bonus":
        return (Deduction(points=Decimal(0), reason=found.reason),) if awarded else ()
    missing = awarded if role == "penalty" else leaf.most - awarded
    if missing <= 0:
        return ()
    if not found.deductions:
        return (Deduction(points=missing, reason=found.reason),)
    return tuple(
        deduction if deduction.reason else deduction.model_copy(update={"reason": found.reason})
        for deduction in found.deductions
    )


# --- items -----------------------------------------------------------------------------------------------------


def _item(sheet: Scoresheet, no: str) -> Item:
    row, leaves = sheet.form.by_no[no], sheet.form.inside(no)
    line = sheet.line_of[leaves[0].no]
    awarded = sheet.awarded(no) if row.standard is not None else None
    stated = sheet.stated.get(no)
    if stated:
        return Item(no, row.standard, awarded, stated.level, LevelSource.STATED, stated.reason)
    if row.assessed_by == "level":
        return Item(no, None, None, line.level, LevelSource.PENDING if line.level is None else LevelSource.MARKED)
    if awarded is None:
        return Item(no, row.standard, None, None, LevelSource.PENDING)
    if len(leaves) == 1 and isinstance(line.chosen, RatingBand | FigureBand) and line.chosen.level:
        return Item(no, row.standard, awarded, line.chosen.level, LevelSource.BAND)
    level = sheet.form.level_of(awarded, row.standard or Decimal(1))
    return Item(no, row.standard, awarded, level, LevelSource.POINTS)
