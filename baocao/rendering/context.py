"""The printable context: everything that the Word template may print, as text and nothing but text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from baocao.forms.criteria import Criterion
from baocao.forms.model import Form
from baocao.judged import Judged
from baocao.lines import Line
from baocao.narrative import Narrative
from baocao.rendering.again import Again
from baocao.submission import Issuer, Mark, Signature, Submission
from baocao.text import BLANK, long_date, points

Printable = str | list["Printable"] | dict[str, "Printable"]
Context = dict[str, Printable]

_SHORT_BLANK = "…"
_DOTTED_LINE = "…" * 30
"""Each dot sign is as wide as the letters are high: so many fill a line of size 14 that begins with an indent."""
_TICK = "x"
_NOT_APPLICABLE = "-"


def scoresheet_context(judged: Judged, narrative: Narrative, *, draft: bool, replaces: Sequence[str] = ()) -> Context:
    """Return what the template of the scoresheet prints.

    Optional parts are `""` or `[]`; a template leaves them out. With `draft` the paper is marked as one and says
    which of its figures nobody has confirmed; `replaces` are lines on the paper that it replaces or corrects.
    """
    form, submission = judged.form, judged.submission
    additions, signature = form.additions, submission.signature
    head = _head(form, submission)
    proposed = judged.rating.proposed
    return {
        **form.once(_printed_by_itself),
        "draft": list(_draft_mark(judged)) if draft else [],
        "replaces": list(replaces),
        "head": head or "",
        "organization": submission.organization.name.rstrip(" ."),
        "rows": _rows(judged),
        "unconfirmed": additions.unconfirmed if draft and not form.confirmed else "",
        "deductions": [sentence.text for sentence in narrative.deductions],
        "comment": list(narrative.paragraphs),
        "total": _written(judged.scoresheet.total, BLANK) if form.has_points else "",
        "totals": {
            assessor.key: _written(judged.scoresheet.total_by(assessor.key), _SHORT_BLANK)
            for assessor in form.other_assessors
        },
        "proposed": form.ladder.names[proposed] if proposed else additions.undetermined,
        "signature": {
            "place_date": "" if head else place_date(signature),
            "authority": signature.authority or "",
            "position": signature.position,
            "line": form.texts.signature_line,
            "name": signature.name,
        },
    }


def _printed_by_itself(form: Form) -> Context:
    """Return what is the same in every scoresheet of a form."""
    texts = form.texts
    return {
        "title": texts.title,
        "subtitle": texts.subtitle,
        "year": str(form.year),
        "assessed_label": texts.assessed_label,
        "instructions": list(texts.instructions),
        "columns": dict(texts.columns),
        "method_title": texts.method_title or "",
        "ratings": [
            Again(heading=rule.heading, clauses=[clause.text for clause in rule.clauses]) for rule in form.ratings
        ],
        "note": texts.note or "",
        "deductions_title": form.additions.deductions_title,
        "comment_label": texts.comment_label,
        "total_label": texts.total_label or "",
        "proposed_label": texts.proposed_label,
    }


def blank(context: Context) -> Context:
    """Return a context with everything left to be filled in by hand that the assessor says."""
    signature = context["signature"]
    assert isinstance(signature, dict)
    return {
        **context,
        "organization": BLANK,
        "deductions": [],
        "comment": [_DOTTED_LINE] * 3,
        "proposed": BLANK,
        "signature": {**signature, "authority": "", "position": BLANK, "name": BLANK},
    }


def bare(context: Context) -> Context:
    """Return a context with everything optional left out, to try a template with."""
    signature = context["signature"]
    assert isinstance(signature, dict)
    return {
        **context,
        "draft": [],
        "replaces": [],
        "head": "",
        "unconfirmed": "",
        "deductions": [],
        "signature": {**signature, "place_date": "", "authority": ""},
    }


def _draft_mark(judged: Judged) -> Iterator[str]:
    additions = judged.form.additions
    yield additions.draft
    if additions.sample:
        yield additions.sample
    if judged.is_elsewhere:
        yield additions.elsewhere


def _head(form: Form, submission: Submission) -> Context | None:
    issuer, additions = submission.issuer, form.additions
    if issuer is None:
        return None
    number = f"{additions.number_label} {issuer.symbol}" if issuer.symbol else additions.number_blank
    return page_head(issuer, submission.signature, additions.party, number)


def page_head(issuer: Issuer, signature: Signature, party: str, number: str) -> Context:
    """Return the head of a page: superior and agency, number and symbol, title of the Party, place and date."""
    return {
        "superior": _capitals(issuer.superior),
        "agency": _capitals(issuer.agency),
        "number": number,
        "party": party,
        "place_date": place_date(signature),
    }


_capitals = lru_cache(maxsize=256)(str.upper)
"""An office has the same names in all its papers."""


def place_date(signature: Signature) -> str:
    """Write place and date as a paper has them."""
    return f"{signature.place}, {_date(signature.date)}"


def _date(day: date | None) -> str:
    return long_date(day) if day else "ngày … tháng … năm …"


# --- rows of the table -----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class _Row:
    """A row of the table, with what is printed of it whatever the submission."""

    printed: Context
    unmarked: str
    """What stands for the points of a row that is not given any."""
    blank: str | None
    """What stands for points that are not known; `None` of a row that is not given any."""
    sign: str
    """What stands before its points unless they are 0."""
    known: dict[_Given, Again]
    """What was printed of the row for marks that were given before: the same few come again."""


_MOST_KNOWN = 256

_Given = tuple[Any, ...]
"""What each assessor gave a row, the one that counts first: points, level and answer of each."""


class _Table(NamedTuple):
    """The rows of the table for a kind of organisation, in the form's order."""

    rows: tuple[_Row, ...]
    numbers: tuple[str, ...]
    unpointed: tuple[str, ...]
    """The criteria that are assessed by a level or an answer."""


def _rows(judged: Judged) -> list[Printable]:
    """Return what is printed of each row, in the form's order."""
    form, sheet = judged.form, judged.scoresheet
    table = form.once(_table, sheet.kind)
    own = {no: sheet.line_of[no] for no in table.unpointed}
    columns = _columns(table, sheet.awarded_by_row, own, {item.no: item.level for item in sheet.items})
    for assessor in form.other_assessors:
        awarded = {no: sheet.awarded_by(assessor.key, no) for no in table.numbers}
        columns += _columns(table, awarded, {no: line.mark(assessor.key) for no, line in sheet.line_of.items()}, {})
    given = zip(*columns, strict=True)
    return [row.known.get(each) or _printed(form, row, each) for row, each in zip(table.rows, given, strict=True)]


def _columns(
    table: _Table,
    awarded: Mapping[str, Decimal | None],
    marks: Mapping[str, Line] | Mapping[str, Mark],
    of_items: Mapping[str, str | None],
) -> tuple[Iterable[Any], ...]:
    """Return what an assessor gave each row: points, levels, answers."""
    levels = {**{no: mark.level for no, mark in marks.items()}, **of_items}
    answers = {no: mark.met for no, mark in marks.items()}
    return tuple([map(found, table.numbers) for found in (awarded.__getitem__, levels.get, answers.get)])


def _printed(form: Form, row: _Row, given: _Given) -> Again:
    """Return what is printed of a row for what the assessors gave it, the one that counts first."""
    if len(row.known) >= _MOST_KNOWN:
        row.known.clear()
    own, *others = [_marks(form, row, *given[first : first + 3]) for first in range(0, len(given), 3)]
    level: str | None = given[1]
    row.known[given] = printed = Again(
        **row.printed,
        **own,
        level_name=form.level_ladder.names[level] if level else "",
        others={assessor.key: marks for assessor, marks in zip(form.other_assessors, others, strict=True)},
    )
    return printed


def _marks(form: Form, row: _Row, points_given: Decimal | None, level: str | None, met: bool | None) -> Context:
    """Return what is printed of an assessor's marks, in the same words in every column."""
    awarded = row.unmarked if row.blank is None else _signed(row, points_given)
    return {"awarded": awarded, "level": form.once(_ticks)[level], "met": _ANSWERS[met]}


def _signed(row: _Row, number: Decimal | None) -> str:
    """Write points; those of a penalty with a minus."""
    return f"{row.sign if number else ''}{_written(number, row.blank or '')}"


def _written(number: Decimal | None, blank: str) -> str:
    return blank if number is None else points(number)


_ANSWERS: dict[bool | None, Printable] = {
    True: {"yes": _TICK, "no": ""},
    False: {"yes": "", "no": _TICK},
    None: {"yes": "", "no": ""},
}


def _ticks(form: Form) -> dict[str | None, Printable]:
    """Return the columns of the levels, one of them ticked, for each level and for none."""
    keys = form.level_ladder.keys
    return {found: {key: _TICK if key == found else "" for key in keys} for found in (*keys, None)}


def _table(form: Form, kind: str) -> _Table:
    rows = tuple([_fixed_row(form, kind, criterion) for criterion in form.criteria])
    unpointed = tuple([leaf.no for leaf in form.leaves_of(kind) if leaf.assessed_by != "points"])
    return _Table(rows, tuple([criterion.no for criterion in form.criteria]), unpointed)


def _fixed_row(form: Form, kind: str, criterion: Criterion) -> _Row:
    is_leaf = criterion.no in form.leaf_numbers
    # an item that is ticked itself is a criterion like those without a level, and no heading
    titled = not is_leaf or (criterion.no in form.level_items and criterion.assessed_by != "level")
    sort = "section" if not criterion.parent else "item" if titled else "criterion"
    if sort != "criterion" and is_leaf:
        sort = f"scored_{sort}"
    applies = form.applies(criterion.no, kind)
    row = _Row(
        {
            "kind": sort,
            "role": form.role(criterion.no),
            "assessed_by": criterion.assessed_by if is_leaf else "",
            "no": criterion.printed_no,
            "paragraphs": list(criterion.printed_paragraphs),
        },
        "" if applies else _NOT_APPLICABLE,
        _SHORT_BLANK if applies and criterion.standard is not None else None,
        "-" if form.role(criterion.no) == "penalty" else "",
        {},
    )
    row.printed["standard"] = "" if criterion.standard is None else _signed(row, criterion.standard)
    return row
