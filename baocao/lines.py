"""Lines: one criterion each, with its points, level or answer and where they come from.

What is given for a criterion, or what the facts say where it has bands, becomes its line. Nothing fails: what is
missing stays pending. `baocao.scoring` makes the scoresheet of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from baocao import figures
from baocao.figures import Reading
from baocao.forms.criteria import Criterion, FigureBand, FigureBands, Gap, RatingBand, RatingBands, Role
from baocao.forms.ladder import Ladder
from baocao.forms.model import Form
from baocao.submission import Deduction, Facts, Mark, RatedOrganization, Score

_NONE = Decimal(0)


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


_TYPED, _OWN = PointsSource.TYPED, PointsSource.OWN  # a look-up in an enum is dear in Python 3.11

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
    deducted: Decimal = _NONE
    """Points that the total lacks for this line; 0 while they are not known, and of a bonus."""

    @property
    def standard(self) -> Decimal:
        """The most points there are for the line; 0 when it gives none."""
        return self.criterion.most

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


@dataclass(frozen=True, eq=False, slots=True)
class Assessed:
    """A criterion that is assessed, with what is the same of it in every submission."""

    criterion: Criterion
    sort: Literal["banded", "points", "level", "yes_no"]
    role: Role
    in_full: Decimal
    """The points of which nothing is to be explained: the standard, of a bonus or penalty nought."""
    pending: Line
    ladder: Ladder
    """On which those are rated whose ratings choose a band, else the form's."""


def assessed_row(form: Form, leaf: Criterion) -> Assessed:
    """Return a criterion with what its form says of it."""
    role, sort = form.role(leaf.no), "banded" if leaf.banded else leaf.assessed_by
    in_full = leaf.most if role == "regular" else _NONE
    pending = Line(leaf, role, None, PointsSource.PENDING)
    return Assessed(leaf, sort, role, in_full, pending, form.ladder_of(leaf.banded.of if leaf.banded else ""))


# --- points ----------------------------------------------------------------------------------------------------


def points_by(line: Line, mark: Mark) -> Decimal | None:
    """Return the points that a mark gives a line."""
    if line.criterion.assessed_by == "yes_no":
        return None if mark.met is None else _answered(line.criterion, line.role, met=mark.met)
    return mark.awarded


def _answered(leaf: Criterion, role: Role, *, met: bool) -> Decimal:
    """Return the points of an answer: yes gives the standard, or, of a penalty, spares it."""
    return leaf.most if met != (role == "penalty") else Decimal(0)


def typed_points(score: Score | None, leaf: Criterion, role: Role) -> Decimal | None:
    """Return the points typed in for a criterion, or what its deductions leave; `None` when neither is."""
    awarded = score.awarded if score else None
    if score is None or awarded is not None or score.deductions is None:
        return awarded
    deducted = sum((deduction.points for deduction in score.deductions), Decimal(0))
    return deducted if role == "penalty" else leaf.most - deducted


# --- lines -----------------------------------------------------------------------------------------------------

MOST_KEPT = 4096
"""Lines and items that are the same in many scoresheets are made once; so many of them are kept."""


def line_for(form: Form, row: Assessed, found: Score | None, facts: Facts) -> Line:
    """Return the line of a criterion: what was given for it, or what the facts decide."""
    if row.sort == "banded":
        return _banded_line(form, row, found, facts)
    if found is None:
        return row.pending
    if row.sort == "points":
        return line_by_points(row, found)
    return _levelled_line(row, found) if row.sort == "level" else _answered_line(row, found)


def line_by_points(row: Assessed, found: Score) -> Line:
    """Return the line of a criterion without bands that is assessed by points."""
    typed = typed_points(found, row.criterion, row.role)
    if typed is None:
        return row.pending._replace(others=found.others)
    return _typed_line(row, typed, found)


def _typed_line(row: Assessed, typed: Decimal, found: Score, chosen: Gap | None = None) -> Line:
    """Return a line with the assessor's own points, which stand for a criterion with bands in a gap between them."""
    source, deducted = _OWN if chosen else _TYPED, _deducted(row, typed)
    deductions = _deductions(row, typed, deducted, found)
    # what `Line(…)` would make, in half the time
    return tuple.__new__(
        Line, (row.criterion, row.role, typed, source, None, None, deductions, chosen, found.others, deducted)
    )


def _levelled_line(row: Assessed, found: Score) -> Line:
    source = PointsSource.PENDING if found.level is None else PointsSource.TYPED
    return row.pending._replace(source=source, level=found.level, deductions=_whole(found), others=found.others)


def _answered_line(row: Assessed, found: Score) -> Line:
    line, met = row.pending._replace(others=found.others), found.met
    if met is None:
        return line
    line = line._replace(source=PointsSource.TYPED, met=met, deductions=_whole(found))
    if row.criterion.standard is None:
        return line
    awarded = _answered(row.criterion, row.role, met=met)
    return line._replace(awarded=awarded, deducted=_deducted(row, awarded))


def _whole(found: Score) -> tuple[Deduction, ...]:
    """Return the one reason of a mark without points as what explains all that it lacks."""
    return (Deduction(points=_NONE, reason=found.reason),) if found.reason else ()


def _deducted(row: Assessed, awarded: Decimal) -> Decimal:
    if row.role == "bonus":
        return _NONE
    return awarded if row.role == "penalty" else row.in_full - awarded


def _deductions(row: Assessed, awarded: Decimal, deducted: Decimal, found: Score) -> tuple[Deduction, ...]:
    """Return the deductions of a line; one `reason` explains whatever has none of its own."""
    if row.role == "bonus":
        return (Deduction(points=_NONE, reason=found.reason),) if awarded else ()
    if deducted <= 0:
        return ()
    deductions = found.deductions
    if not deductions:
        return (Deduction(points=deducted, reason=found.reason),)
    if not found.reason:
        return deductions
    return tuple(
        deduction if deduction.reason else deduction.model_copy(update={"reason": found.reason})
        for deduction in deductions
    )


# --- lines with bands


def _banded_line(form: Form, row: Assessed, found: Score | None, facts: Facts) -> Line:
    line = _line_by_facts(row, _said(form, row, facts))
    if found is None:
        return line
    typed = typed_points(found, row.criterion, row.role)
    if typed is None or not isinstance(line.chosen, Gap):  # own points are for a case without a band, not an open one
        return line._replace(others=found.others)
    return _typed_line(row, typed, found, line.chosen)


_Ratings = tuple[str | None, ...]


def _said(form: Form, row: Assessed, facts: Facts) -> Reading | _Ratings | None:
    """Return what chooses a band: a figure, or the ratings of a list; `None` while nobody has said them."""
    banded = row.criterion.banded
    assert banded is not None
    if banded.kind == "figure":
        return figures.read(form, facts, banded.of)
    listed: tuple[RatedOrganization, ...] | None = getattr(facts, banded.of)
    return None if listed is None else tuple([entry.rating for entry in listed])


@lru_cache(MOST_KEPT)
def _line_by_facts(row: Assessed, said: Reading | _Ratings | None) -> Line:
    """Return the line that follows from the facts alone: with the points of a band, or still pending."""
    chosen = _choose(row, said)
    if chosen is None or isinstance(chosen, Gap):
        return row.pending._replace(chosen=chosen)
    deducted = _deducted(row, chosen.points)
    return Line(row.criterion, row.role, chosen.points, PointsSource.BAND, chosen=chosen, deducted=deducted)


def _choose(row: Assessed, said: Reading | _Ratings | None) -> RatingBand | FigureBand | Gap | None:
    """Return the band or gap that the facts choose, `None` while they are not known."""
    banded = row.criterion.banded
    if isinstance(said, Reading):
        return banded.choose(said.value, nothing=said.nothing) if isinstance(banded, FigureBands) else None
    return banded.choose(row.ladder, said) if isinstance(banded, RatingBands) and said is not None else None
