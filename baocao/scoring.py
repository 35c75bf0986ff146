"""Scoring: form + submission → scoresheet. Every line knows its points and where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from baocao.forms.criteria import Criterion, RatingBand, RatingBands, RatingGap, ShareBand, ShareGap
from baocao.forms.model import Form
from baocao.forms.values import Level
from baocao.submission import Deduction, Facts, Submission


class PointsSource(StrEnum):
    """Where the awarded points of a line come from."""

    TYPED = "typed"
    """The assessor's points for a criterion without bands."""
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
    STATED = "stated"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion that carries points."""

    criterion: Criterion
    awarded: Decimal | None
    """Points, 0 to the standard; `None` while they cannot be known."""
    source: PointsSource
    deductions: tuple[Deduction, ...] = ()
    """Why points are missing; together `standard - awarded`. Empty for a line that follows a band."""
    chosen: RatingBand | ShareBand | RatingGap | ShareGap | None = None
    """The band or the declared gap that the facts choose."""

    @property
    def deducted(self) -> Decimal:
        """Points below the standard; 0 while the awarded points are not known."""
        return Decimal(0) if self.awarded is None else self.criterion.standard - self.awarded


@dataclass(frozen=True, slots=True)
class Item:
    """One item with a performance level."""

    no: str
    standard: Decimal
    awarded: Decimal | None
    level: Level | None
    source: LevelSource
    reason: str | None = None
    """Why the agency states another level than the points give."""


@dataclass(frozen=True)
class Scoresheet:
    """The scored result: lines in the form's order."""

    form: Form
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

    def awarded(self, no: str) -> Decimal | None:
        """Return the points of a row: its own, or the sum of the lines below; `None` while one is not known."""
        return _sum(self.line_of[leaf.no] for leaf in self.form.inside(no))

    @cached_property
    def total(self) -> Decimal | None:
        """Total of awarded points; `None` while one is not known."""
        return _sum(self.lines)

    @cached_property
    def lowest(self) -> Decimal:
        """The least that the total can become: points not known yet count nothing."""
        return sum((line.awarded or Decimal(0) for line in self.lines), Decimal(0))

    @cached_property
    def highest(self) -> Decimal:
        """The most that the total can become: points not known yet count in full."""
        return self.form.total - sum((line.deducted for line in self.lines), Decimal(0))


def score(form: Form, submission: Submission) -> Scoresheet:
    """Return the scoresheet of a submission. Never fails: what is missing stays pending."""
    lines = tuple(_line(leaf, submission) for leaf in form.leaves)
    by_no = {line.criterion.no: line for line in lines}
    items = tuple(_item(form, no, [by_no[leaf.no] for leaf in form.inside(no)], submission) for no in form.level_items)
    return Scoresheet(form, lines, items)


def _sum(lines: Iterable[Line]) -> Decimal | None:
    total = Decimal(0)
    for line in lines:
        if line.awarded is None:
            return None
        total += line.awarded
    return total


def _line(leaf: Criterion, submission: Submission) -> Line:
    typed = submission.awarded(leaf.no, leaf.standard)
    if leaf.banded:
        return _banded_line(leaf, typed, submission)
    if typed is None:
        return Line(leaf, None, PointsSource.PENDING)
    return Line(leaf, typed, PointsSource.TYPED, _deductions(leaf, typed, submission))


def _banded_line(leaf: Criterion, typed: Decimal | None, submission: Submission) -> Line:
    chosen = _choose(leaf, submission.facts)
    if isinstance(chosen, RatingBand | ShareBand):
        return Line(leaf, chosen.points, PointsSource.BAND, chosen=chosen)
    if typed is None or chosen is None:  # own points are for a case without a band, not for one not known yet
        return Line(leaf, None, PointsSource.PENDING, chosen=chosen)
    return Line(leaf, typed, PointsSource.OWN, _deductions(leaf, typed, submission), chosen)


def _choose(leaf: Criterion, facts: Facts) -> RatingBand | ShareBand | RatingGap | ShareGap | None:
    """Return the band or gap that the facts choose, `None` while they are not known."""
    if isinstance(leaf.banded, RatingBands):
        listed = getattr(facts, leaf.banded.of)
        return None if listed is None else leaf.banded.choose([entry.rating for entry in listed])
    assert leaf.banded is not None
    weaknesses = facts.weaknesses
    return None if weaknesses is None else leaf.banded.choose(weaknesses.remedied, weaknesses.pointed_out)


def _deductions(leaf: Criterion, awarded: Decimal, submission: Submission) -> tuple[Deduction, ...]:
    """Return the deductions of a line; one `reason` explains whatever has none of its own."""
    if awarded >= leaf.standard:
        return ()
    entry = submission.scores[leaf.no]
    if not entry.deductions:
        return (Deduction(points=leaf.standard - awarded, reason=entry.reason),)
    return tuple(
        deduction if deduction.reason else deduction.model_copy(update={"reason": entry.reason})
        for deduction in entry.deductions
    )


def _item(form: Form, no: str, lines: list[Line], submission: Submission) -> Item:
    standard, awarded = form.by_no[no].standard, _sum(lines)
    stated = submission.facts.levels.get(no)
    if stated:
        return Item(no, standard, awarded, stated.level, LevelSource.STATED, stated.reason)
    if awarded is None:
        return Item(no, standard, None, None, LevelSource.PENDING)
    chosen = lines[0].chosen if len(lines) == 1 else None
    if isinstance(chosen, RatingBand | ShareBand):
        return Item(no, standard, awarded, chosen.level, LevelSource.BAND)
    return Item(no, standard, awarded, form.level_of(awarded, standard), LevelSource.POINTS)
