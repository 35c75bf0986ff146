"""The rows of the year-end annex: one for each organisation, from entries or drafts, and who ought to have one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from baocao import messages_annex as messages
from baocao.forms.model import Form
from baocao.judged import Judged
from baocao.quota import Candidate
from baocao.records import Record, decided_in, latest, record_in, record_of
from baocao.register import Entry, Number, State, Status, statuses

Mark = Decimal | int | None
"""What a row has in a column: points, or a count of criteria; `None` where there is nothing to be counted."""


# --- columns of the main table ----------------------------------------------------------------------------------


class Of(StrEnum):
    """What a column shows; the template finds it as `row.<of>.<key>`."""

    SECTIONS = "sections"
    OTHERS = "others"
    """Totals of the assessors whose columns do not count."""
    LEVELS = "levels"
    """How many criteria reach a performance level."""
    MET = "met"
    """How many criteria are answered by yes, or by no."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column between the organisation and its total."""

    of: Of
    key: str
    title: str
    negative: bool = False
    """Whether its points are taken away: those of a penalty."""


def columns(form: Form) -> tuple[Column, ...]:
    """Return the columns that a form fills: points by section and totals of other assessors; else levels, answers."""
    if form.has_points:
        sections = [row for row in form.sections if row.standard is not None]
        return (
            *(Column(Of.SECTIONS, row.no, row.printed_no, row.role == "penalty") for row in sections),
            *(Column(Of.OTHERS, assessor.key, assessor.name) for assessor in form.other_assessors),
        )
    assessed_by = {leaf.assessed_by for leaf in form.leaves}
    found = []
    if "level" in assessed_by:
        found += [Column(Of.LEVELS, key, name) for key, name in form.level_ladder.names.items()]
    if "yes_no" in assessed_by:
        found += [Column(Of.MET, key, name) for key, name in messages.ANSWERS.items()]
    return tuple(found)


def _mark(column: Column, record: Record) -> Mark:
    match column.of:
        case Of.SECTIONS:
            return _same(record.sections.get(column.key))
        case Of.OTHERS:
            return _same(record.others.get(column.key))
        case Of.LEVELS:
            return record.levels.get(column.key, 0)
        case Of.MET:
            return record.met[column.key == "no"]


@lru_cache(maxsize=8192)
def _same(points: Decimal | None) -> Decimal | None:
    """Return one object for equal points: tens of thousands of rows share a few hundred."""
    return points


# --- rows --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row(Candidate):
    """One organisation of the main table."""

    kind: str
    """Key of the kind of organisation."""
    marks: tuple[Mark, ...]
    """In the order of `columns`."""
    unrated: str = ""
    """Why it has no rating (chưa xếp loại); empty where it has one, decided or proposed."""
    notes: tuple[str, ...] = ()


def recorded(entry: Entry, shown: Sequence[Column]) -> Row:
    """Return the row of an entry with a record, without decision and notes, for an annex with the columns `shown`.

    Raises:
        DataError: somebody changed the entry.
    """
    return _row_of(record_in(entry), shown, entry.number)


def drafted(judged: Judged, shown: Sequence[Column]) -> Row:
    """Return the row of a submission that is not issued."""
    return _row_of(record_of(judged, ""), shown)


def _row_of(record: Record, shown: Sequence[Column], number: Number | None = None) -> Row:
    return Row(
        number=number,
        organization=record.organization,
        name=record.name,
        kind_name=sys.intern(record.kind_name),
        superior=sys.intern(record.superior),
        superior_name=sys.intern(record.superior_name),
        tier=sys.intern(record.tier),
        total=_same(record.total),
        proposed=sys.intern(record.proposed) or None,
        highest=sys.intern(record.highest),
        decided=None,
        kind=sys.intern(record.kind),
        marks=tuple(_mark(column, record) for column in shown),
        unrated="" if record.proposed else messages.UNDETERMINED,
    )


def standing(histories: Iterable[Iterable[Entry]], at: date, shown: Sequence[Column] = ()) -> Iterator[Row]:
    """Yield the row of each scoresheet that counts at a date, and of each that is revoked and not rated again.

    Args:
        histories: the entries about each organisation's scoresheets of a form and year.
        at: the date.
        shown: the columns of the annex.

    Raises:
        DataError: somebody changed an entry.
    """
    for history in histories:
        for status in statuses(history, at).values():
            if status.state is not State.REPLACED:
                yield _standing(status, shown)


def _standing(status: Status, shown: Sequence[Column]) -> Row:
    row = replace(recorded(latest(status), shown), notes=tuple(_notes(status)))
    if status.revoked is None:
        decided = decided_in(status)
        return replace(row, decided=sys.intern(decided) if decided else None)
    nothing, why = (None,) * len(shown), messages.revoked(status.revoked.act.effective)
    return replace(row, total=None, proposed=None, marks=nothing, unrated=why)


def _notes(status: Status) -> Iterator[str]:
    if status.replaces:
        yield messages.reissued_for(str(status.replaces))
    if status.corrections:
        yield messages.corrected(status.corrections[-1].act.effective)
    entry = status.revoked or status.decided  # once revoked, what was decided before is shown nowhere
    if entry and entry.act.decision:
        yield sys.intern(messages.decided_by(entry.act.decision.number))


# --- who is expected ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expected:
    """An organisation that ought to have a scoresheet: one of last year's, or one of a roster."""

    organization: str
    name: str
    kind_name: str
    superior: str
    superior_name: str
    reason: str = ""
    """Why it has none, where somebody knows."""


def expected(row: Row, kind_name: str | None = None) -> Expected:
    """Return the organisation of a row, to be looked for a year later; `kind_name` is what its kind is called then."""
    return Expected(row.organization, row.name, kind_name or row.kind_name, row.superior, row.superior_name)
