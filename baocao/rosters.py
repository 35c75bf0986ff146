"""Rosters: which organisations ought to have a scoresheet, as a table that Excel opens and saves."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from pathlib import Path

from pydantic import Field, ValidationError

from baocao import messages, messages_annex
from baocao.annex_rows import Expected
from baocao.errors import DataError, Problem
from baocao.files import read_limited
from baocao.forms.values import Frozen, Line, Slug
from baocao.tables import rows

MOST_BYTES = 64 * 1024 * 1024

MOST_FAULTS = 300
"""So many are told in one run: more than anybody mends at a time."""


class _Line(Frozen):
    id: Slug = Field(title="Mã tổ chức")
    name: Line = Field(title="Tên tổ chức đảng")
    kind: Line = Field(title="Loại tổ chức")
    superior_id: Slug = Field(title="Mã cấp trên")
    superior_name: Line = Field(title="Tên cấp trên")
    reason: Line | None = Field(None, title="Lý do chưa có bảng chấm điểm")


COLUMNS = tuple(_Line.model_fields)
_NEEDED = frozenset(COLUMNS) - {"reason"}
_NEVER_FORMULAS = ("=", "+", "-", "@", "'")
"""A cell that begins so is written after `'`: Excel shows it as text and computes nothing."""


def read(path: Path) -> tuple[Expected, ...]:
    """Read a roster.

    Raises:
        DataError: with every fault of the file, each by its line.
    """
    found: dict[str, Expected] = {}
    problems: list[Problem] = []
    try:
        for number, cells in rows(read_limited(path, MOST_BYTES), COLUMNS, _NEEDED):
            if len(problems) >= MOST_FAULTS:
                break
            try:
                line = _Line.model_validate({name: _unquoted(cell) for name, cell in cells.items()})
            except ValidationError as error:
                faults = (messages.structure(fault, COLUMNS) for fault in error.errors(include_url=False))
                problems += [replace(fault, where=f"dòng {number}: {fault.where}") for fault in faults]
                continue
            if line.id in found:
                problems.append(messages_annex.expected_twice(number, line.id))
            found[line.id] = Expected(
                line.id, line.name, line.kind, line.superior_id, line.superior_name, line.reason or ""
            )
    except DataError as error:
        problems += error.problems
    if problems:
        raise DataError(problem.inside(str(path)) for problem in problems[:MOST_FAULTS])
    return tuple(found.values())


def written(roster: Iterable[Expected]) -> bytes:
    """Return a roster as a table that Excel opens: UTF-8 with its mark, a line for each organisation."""
    text = StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for one in roster:
        cells = (one.organization, one.name, one.kind_name, one.superior, one.superior_name, one.reason)
        table.writerow([f"'{cell}" if cell.startswith(_NEVER_FORMULAS) else cell for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _unquoted(cell: str) -> str:
    """Return what a cell says: Excel drops the `'` before a text that would be a formula, other programs keep it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_NEVER_FORMULAS) else cell
