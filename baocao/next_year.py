"""A new year begins with the last: whoever was assessed then has an empty submission, and stands on the roster."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from baocao import inputs, messages_annex, sample
from baocao.annex_rows import Expected, Row, expected, standing
from baocao.errors import DataError
from baocao.forms.model import Form
from baocao.inputs import Office
from baocao.register import View
from baocao.text import alphabetical


def organizations(view: View, form: str, year: int, superior: str = "") -> tuple[Row, ...]:
    """Return each organisation that has a scoresheet of a form and year, once, by superior and name.

    What is revoked counts, too. Name, kind and superior are those of the newest scoresheet, corrections included.

    Args:
        view: of the register.
        form: the form, named without its year.
        year: of the form.
        superior: identifier of the one superior whose organisations are wanted; empty for all.

    Raises:
        DataError: there is none, or somebody changed what the register holds.
    """
    rows = list(standing(view.histories(year, form), date.max))
    if not rows:
        raise DataError([messages_annex.none_to_begin_with(form, year, view.forms())])
    found = [row for row in rows if superior in {"", row.superior}]
    if not found:
        raise DataError([messages_annex.unknown_superior(superior, {row.superior: row.superior_name for row in rows})])
    return tuple(sorted(found, key=_place))


def _place(row: Row) -> tuple[Any, ...]:
    return alphabetical(row.superior_name), row.superior, alphabetical(row.name), row.organization


def roster(rows: Iterable[Row], form: Form) -> tuple[Expected, ...]:
    """Return the roster of organisations for a form; of a kind that the form lacks, the name stays as it was."""
    kinds = {kind.key: kind.name for kind in form.kinds}
    return tuple(expected(row, kinds.get(row.kind)) for row in rows)


def submission(row: Row, form: Form, schema: str, office: Office) -> dict[str, Any]:
    """Return the empty submission of an organisation, without what the office's file gives.

    Args:
        row: the organisation, of a kind that the form has.
        form: the new form.
        schema: where the JSON Schema lies.
        office: the office's defaults.
    """
    blank = sample.blank(form, row.organization, schema, row.kind)
    blank["organization"] |= {"name": row.name, "superior": {"id": row.superior, "name": row.superior_name}}
    return inputs.without_defaults(blank, office)
