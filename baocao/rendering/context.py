"""The printable context: everything that the Word template may print, as text and nothing but text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from baocao.forms.criteria import Criterion
from baocao.forms.model import Form
from baocao.judged import Judged
from baocao.narrative import Narrative
from baocao.scoring import Line
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
    texts, additions = form.texts, form.additions
    head = _head(form, submission)
    proposed = judged.rating.proposed
    return {
        "draft": list(_draft_mark(judged)) if draft else [],
        "replaces": list(replaces),
        "head": head or "",
        "title": texts.title,
        "subtitle": texts.subtitle,
        "year": str(form.year),
        "assessed_label": texts.assessed_label,
        "organization": submission.organization.name.rstrip(" ."),
        "instructions": list(texts.instructions),
        "columns": dict(texts.columns),
        "rows": [_row(judged, criterion) for criterion in form.criteria],
        "unconfirmed": additions.unconfirmed if draft and not form.confirmed else "",
        "method_title": texts.method_title or "",
        "ratings": [
            {"heading": rule.heading, "clauses": [clause.text for clause in rule.clauses]} for rule in form.ratings
        ],
        "note": texts.note or "",
        "deductions_title": additions.deductions_title,
        "deductions": [sentence.text for sentence in narrative.deductions],
        "comment_label": texts.comment_label,
        "comment": list(narrative.paragraphs),
        "total_label": texts.total_label or "",
        "total": _written(judged.scoresheet.total, BLANK) if form.has_points else "",
        "totals": {
            assessor.key: _written(judged.scoresheet.total_by(assessor.key), _SHORT_BLANK)
            for assessor in form.other_assessors
        },
        "proposed_label": texts.proposed_label,
        "proposed": form.ladder.names[proposed] if proposed else additions.undetermined,
        "signature": {
            "place_date": "" if head else _place_date(submission.signature),
            "authority": submission.signature.authority or "",
            "position": submission.signature.position,
            "line": texts.signature_line,
            "name": submission.signature.name,
        },
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
        "superior": issuer.superior.upper(),
        "agency": issuer.agency.upper(),
        "number": number,
        "party": party,
        "place_date": _place_date(signature),
    }


def _place_date(signature: Signature) -> str:
    return f"{signature.place}, {_date(signature.date)}"


def _date(day: date | None) -> str:
    return long_date(day) if day else "ngày … tháng … năm …"


# --- rows of the table -----------------------------------------------------------------------------------------


def _row(judged: Judged, criterion: Criterion) -> Context:
    form, sheet = judged.form, judged.scoresheet
    is_leaf = criterion.no in form.leaf_numbers
    # an item that is ticked itself is a criterion like those without a level, and no heading
    titled = not is_leaf or (criterion.no in form.level_items and criterion.assessed_by != "level")
    kind = "section" if not criterion.parent else "item" if titled else "criterion"
    if kind != "criterion" and is_leaf:
        kind = f"scored_{kind}"
    item, line = sheet.item_of.get(criterion.no), sheet.line_of.get(criterion.no)
    level = item.level if item else line.level if line else None
    return {
        "kind": kind,
        "role": form.role(criterion.no),
        "assessed_by": criterion.assessed_by if is_leaf else "",
        "no": criterion.printed_no,
        "paragraphs": list(criterion.printed_paragraphs),
        "standard": _signed(form, criterion, criterion.standard, ""),
        "awarded": _points(judged, criterion, sheet.awarded(criterion.no)),
        "level": _ticked(form.level_ladder.keys, level),
        "level_name": form.level_ladder.names[level] if level else "",
        "met": _answer(line.met if line else None),
        "others": {assessor.key: _other(judged, criterion, assessor.key, line) for assessor in form.other_assessors},
    }


def _other(judged: Judged, criterion: Criterion, assessor: str, line: Line | None) -> Context:
    """Return what another assessor gave a row, in the same words as the column that counts."""
    mark = line.mark(assessor) if line else Mark()
    return {
        "awarded": _points(judged, criterion, judged.scoresheet.awarded_by(assessor, criterion.no)),
        "level": _ticked(judged.form.level_ladder.keys, mark.level),
        "met": _answer(mark.met),
    }


def _points(judged: Judged, criterion: Criterion, awarded: Decimal | None) -> str:
    """Write the points of a row; nothing where the row has none."""
    if not judged.form.applies(criterion.no, judged.submission.organization.kind):
        return _NOT_APPLICABLE
    return "" if criterion.standard is None else _signed(judged.form, criterion, awarded, _SHORT_BLANK)


def _signed(form: Form, criterion: Criterion, number: Decimal | None, blank: str) -> str:
    """Write points; those of a penalty with a minus."""
    sign = "-" if number and form.role(criterion.no) == "penalty" else ""
    return f"{sign}{_written(number, blank)}"


def _ticked(keys: Iterable[str], found: str | None) -> Context:
    return {key: _TICK if key == found else "" for key in keys}


def _answer(met: bool | None) -> Context:
    return {"yes": _TICK if met else "", "no": _TICK if met is False else ""}


def _written(number: Decimal | None, blank: str) -> str:
    return blank if number is None else points(number)
