"""The printable context: everything that the Word template may print, as text and nothing but text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from baocao.forms.criteria import Criterion
from baocao.forms.model import Form
from baocao.narrative import Narrative
from baocao.review import Judged, is_elsewhere
from baocao.submission import Submission
from baocao.text import BLANK, long_date, points

Printable = str | list["Printable"] | dict[str, "Printable"]
Context = dict[str, Printable]

_SHORT_BLANK = "…"


def scoresheet_context(judged: Judged, narrative: Narrative, *, draft: bool) -> Context:
    """Return what the template of the scoresheet prints.

    Optional parts are `""` or `[]`; a template leaves them out. With `draft` the paper is marked as one and says
    which of its figures nobody has confirmed.
    """
    form, submission = judged.form, judged.submission
    texts, additions = form.texts, form.additions
    head = _head(form, submission)
    proposed = judged.rating.proposed
    return {
        "draft": list(_draft_mark(form, submission)) if draft else [],
        "head": head or "",
        "title": texts.title,
        "subtitle": texts.subtitle,
        "year": str(form.year),
        "assessed_label": texts.assessed_label,
        "organization": submission.organization.name.rstrip(" ."),
        "instructions": list(texts.instructions),
        "columns": {name: str(title) for name, title in texts.columns},
        "rows": [_row(judged, criterion) for criterion in form.criteria],
        "unconfirmed": additions.unconfirmed if draft and not form.confirmed else "",
        "method_title": texts.method_title,
        "ratings": [
            {"heading": rule.heading, "clauses": [clause.text for clause in rule.clauses]} for rule in form.ratings
        ],
        "note": texts.note,
        "deductions_title": additions.deductions_title,
        "deductions": [sentence.text for sentence in narrative.deductions],
        "comment_label": texts.comment_label,
        "comment": list(narrative.paragraphs),
        "total_label": texts.total_label,
        "total": _written(judged.scoresheet.total, BLANK),
        "proposed_label": texts.proposed_label,
        "proposed": form.rule(proposed).name if proposed else additions.undetermined,
        "signature": {
            "place_date": "" if head else _place_date(submission),
            "authority": submission.signature.authority or "",
            "position": submission.signature.position,
            "line": texts.signature_line,
            "name": submission.signature.name,
        },
    }


def bare(context: Context) -> Context:
    """Return a context with everything optional left out, to try a template with."""
    signature = context["signature"]
    assert isinstance(signature, dict)
    return {
        **context,
        "draft": [],
        "head": "",
        "unconfirmed": "",
        "deductions": [],
        "signature": {**signature, "place_date": "", "authority": ""},
    }


def _draft_mark(form: Form, submission: Submission) -> Iterator[str]:
    yield form.additions.draft
    if is_elsewhere(form, submission):
        yield form.additions.elsewhere


def _head(form: Form, submission: Submission) -> Context | None:
    issuer, additions = submission.issuer, form.additions
    if issuer is None:
        return None
    return {
        "superior": issuer.superior.upper(),
        "agency": issuer.agency.upper(),
        "number": f"{additions.number_label} {issuer.symbol}" if issuer.symbol else additions.number_blank,
        "party": additions.party,
        "place_date": _place_date(submission),
    }


def _place_date(submission: Submission) -> str:
    return f"{submission.signature.place}, {_date(submission.signature.date)}"


def _date(day: date | None) -> str:
    return long_date(day) if day else "ngày … tháng … năm …"


def _row(judged: Judged, criterion: Criterion) -> Context:
    form = judged.form
    titled = criterion.no in form.level_items or criterion not in form.leaves
    kind = "section" if not criterion.parent else "item" if titled else "criterion"
    if kind != "criterion" and criterion in form.leaves:
        kind = f"scored_{kind}"
    return {
        "kind": kind,
        "no": criterion.printed_no,
        "paragraphs": list(criterion.printed_paragraphs),
        "standard": points(criterion.standard),
        "awarded": _written(judged.scoresheet.awarded(criterion.no), _SHORT_BLANK),
    }


def _written(number: Decimal | None, blank: str) -> str:
    return blank if number is None else points(number)
