"""Scoring: form + submission → scoresheet. Every line knows its points, level or answer and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from functools import cached_property

from baocao import figures
from baocao.forms.criteria import Criterion, FigureBand, Gap, RatingBand, RatingBands, Role
from baocao.forms.model import Form
from baocao.submission import Deduction, Facts, Mark, Score, Submission

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


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion that is assessed."""

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
    others: Mapping[str, Mark] = field(default_factory=dict)
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


@dataclass(frozen=True, slots=True)
class Item:
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
    items: tuple[Item, ...]

    @cached_property
    def line_of(self) -> dict[str, Line]:
        """The lines by the number of their criterion."""
        return {line.criterion.no: line for line in self.lines}

    @cached_property
    def item_of(self) -> dict[str, Item]:
        """The items by their number."""
        return {item.no: item for item in self.items}

    def inside(self, no: str) -> list[Line]:
        """Return the lines at or below a row."""
        return [self.line_of[leaf.no] for leaf in self.form.inside(no) if leaf.no in self.line_of]

    @property
    def standard_total(self) -> Decimal:
        """The points that the total is measured by; 0 in a form without points."""
        return self.form.standard_total(self.kind)

    def awarded(self, no: str) -> Decimal | None:
        """Return the points of a row: its own, or the sum of the lines below; `None` while one is not known.

        Of a bonus or penalty section no more than its cap.
        """
        return self._row(no, _awarded)

    def awarded_by(self, assessor: str, no: str) -> Decimal | None:
        """Return the points that another assessor gives a row; `None` where one is missing."""
        return self._row(no, lambda line: _points(line, line.mark(assessor)))

    @cached_property
    def total(self) -> Decimal | None:
        """Total of awarded points; `None` while one is not known, and in a form without points."""
        return self._total(_awarded) if self.form.has_points else None

    def total_by(self, assessor: str) -> Decimal | None:
        """Return the total of another assessor's column; `None` where points are missing."""
        return self._total(lambda line: _points(line, line.mark(assessor))) if self.form.has_points else None

    @cached_property
    def lowest(self) -> Decimal:
        """The least that the total can become: points not known yet count nothing, penalties in full."""
        return self._total(lambda line: _or_else(line, full=line.role == "penalty")) or Decimal(0)

    @cached_property
    def highest(self) -> Decimal:
        """The most that the total can become: points not known yet count in full, penalties nothing."""
        return self._total(lambda line: _or_else(line, full=line.role != "penalty")) or Decimal(0)

    def bounds(self, no: str | None) -> tuple[Decimal, Decimal]:
        """Return the least and the most that the points of a row (of all when `None`) can become."""
        if no is None:
            return self.lowest, self.highest
        least = self._row(no, lambda line: _or_else(line, full=False))
        most = self._row(no, lambda line: _or_else(line, full=True))
        return least or Decimal(0), most or Decimal(0)

    @property
    def summed(self) -> tuple[Decimal, Decimal]:
        """Points and standard points of the regular sections that apply, before the total is scaled."""
        rows = [row for row in self.form.sections if row.role == "regular" and self.form.applies(row.no, self.kind)]
        awarded = sum((self.awarded(row.no) or Decimal(0) for row in rows), Decimal(0))
        return awarded, self.form.regular_standard(self.kind)

    def _row(self, no: str, points: Callable[[Line], Decimal | None]) -> Decimal | None:
        found = _sum(points(line) for line in self.inside(no))
        cap = self.form.by_no[no].standard
        return found if found is None or cap is None or self.form.role(no) == "regular" else min(found, cap)

    def _total(self, points: Callable[[Line], Decimal | None]) -> Decimal | None:
        """Return regular points, scaled where the form says so, with capped bonuses and penalties; never below 0."""
        rows = [(row.role, self._row(row.no, points)) for row in self.form.sections]
        if any(found is None for _, found in rows):
            return None
        sums = {
            role: sum((found or Decimal(0) for its_role, found in rows if its_role == role), Decimal(0))
            for role in ("regular", "bonus", "penalty")
        }
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
    lines = tuple(_line(form, leaf, submission) for leaf in form.leaves if form.applies(leaf.no, kind))
    sheet = Scoresheet(form, kind, lines, ())
    items = tuple(_item(sheet, no, submission) for no in form.level_items if form.applies(no, kind))
    return Scoresheet(form, kind, lines, items)


# --- points ----------------------------------------------------------------------------------------------------


def _sum(points: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for found in points:
        if found is None:
            return None
        total += found
    return total


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


def _item(sheet: Scoresheet, no: str, submission: Submission) -> Item:
    row, lines = sheet.form.by_no[no], sheet.inside(no)
    awarded = sheet.awarded(no) if row.standard is not None else None
    stated = submission.facts.levels.get(no)
    if stated:
        return Item(no, row.standard, awarded, stated.level, LevelSource.STATED, stated.reason)
    if row.assessed_by == "level":
        level = lines[0].level
        return Item(no, None, None, level, LevelSource.PENDING if level is None else LevelSource.MARKED)
    if awarded is None:
        return Item(no, row.standard, None, None, LevelSource.PENDING)
    chosen = lines[0].chosen if len(lines) == 1 else None
    if isinstance(chosen, RatingBand | FigureBand) and chosen.level:
        return Item(no, row.standard, awarded, chosen.level, LevelSource.BAND)
    level = sheet.form.level_of(awarded, row.standard or Decimal(1))
    return Item(no, row.standard, awarded, level, LevelSource.POINTS)
