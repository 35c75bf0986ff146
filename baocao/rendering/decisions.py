"""The papers of an authority: the recognition of results with its list, and the revocation of one result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from baocao.forms.model import Form
from baocao.papers import Paper
from baocao.rendering import package
from baocao.rendering.compiled import fill
from baocao.rendering.context import Context, page_head
from baocao.text import long_date, whole


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One organisation in the list of a recognition, as it is printed."""

    number: str
    organization: str
    superior: str
    total: str
    """Points; empty in a form without points."""
    proposed: str
    decided: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recognition:
    """A decision that recognises results (công nhận kết quả)."""

    forms: tuple[str, ...]
    """Names of the forms by which the organisations were assessed."""
    year: int
    paper: Paper
    effective: date
    ratings: tuple[str, ...]
    """Names of the ratings, best first, in which the numbers are told."""
    rows: tuple[DecidedRow, ...]


@dataclass(frozen=True, slots=True)
class Revocation:
    """A decision that revokes one result (hủy bỏ kết quả)."""

    form: str
    year: int
    paper: Paper
    effective: date
    number: str
    organization: str
    superior: str
    rating: str
    recognised_by: str
    """The decision that recognised it; empty while there was none."""
    ground: str
    reason: str


def recognition_document(template: bytes, found: Recognition, party: str, labels: Sequence[tuple[str, str]]) -> bytes:
    """Return the docx of a recognition with its list; the same values and template give the same bytes.

    Args:
        template: `decision.docx` of the form's folder.
        found: what is decided.
        party: the title of the Party, as the form prints it.
        labels: custom properties of the file.

    Raises:
        DataError: the template cannot be used.
    """
    return _document(template, recognition_context(found, party), found.paper, labels)


def revocation_document(template: bytes, found: Revocation, party: str, labels: Sequence[tuple[str, str]]) -> bytes:
    """Return the docx of a revocation; see `recognition_document`.

    Raises:
        DataError: the template cannot be used.
    """
    return _document(template, revocation_context(found, party), found.paper, labels)


def _document(template: bytes, context: Context, paper: Paper, labels: Sequence[tuple[str, str]]) -> bytes:
    properties = {"title": paper.decision.number, "author": paper.issuer.agency}
    parts = fill(template, context, properties, paper.decision.date)
    return package.pack(package.label(parts, labels))


def recognition_context(found: Recognition, party: str) -> Context:
    """Return what the template of a recognition prints."""
    counted = Counter(row.decided for row in found.rows)
    return {
        **_common(found.paper, found.effective, party),
        "forms": list(found.forms),
        "year": str(found.year),
        "count": whole(len(found.rows)),
        "ratings": [{"name": name, "count": whole(counted[name])} for name in found.ratings if counted[name]],
        "rows": [_row(place, row) for place, row in enumerate(found.rows, start=1)],
    }


def _row(place: int, row: DecidedRow) -> Context:
    return {
        "no": whole(place),
        "organization": row.organization,
        "superior": row.superior,
        "number": row.number,
        "total": row.total,
        "proposed": row.proposed,
        "decided": row.decided,
        "note": row.note,
    }


def revocation_context(found: Revocation, party: str) -> Context:
    """Return what the template of a revocation prints."""
    return {
        **_common(found.paper, found.effective, party),
        "form": found.form,
        "year": str(found.year),
        "number": found.number,
        "organization": found.organization,
        "superior": found.superior,
        "rating": found.rating,
        "recognised_by": found.recognised_by,
        "ground": found.ground,
        "reason": found.reason.rstrip(" ."),
    }


def _common(paper: Paper, effective: date, party: str) -> Context:
    signature = paper.signature
    return {
        "head": page_head(paper.issuer, signature, party, f"Số {paper.decision.number}"),
        "decision_number": paper.decision.number,
        "decision_date": long_date(paper.decision.date),
        "body": paper.decision.body,
        "effective": long_date(effective),
        "signature": {
            "authority": signature.authority or "",
            "position": signature.position,
            "name": signature.name,
        },
    }


# --- trying the templates ----------------------------------------------------------------------------------------


def sample_contexts(form: Form) -> dict[str, Context]:
    """Return a full context for the template of each paper, by name."""
    name = form.ratings[0].name
    paper = Paper.model_validate(_SAMPLE_PAPER)
    row = DecidedRow("số mẫu", "Tổ chức mẫu", "Cấp trên mẫu", "0", name, name, "ghi chú mẫu")
    day = paper.decision.date
    recognition = Recognition((form.name,), form.year, paper, day, (name,), (row,))
    revocation = Revocation(
        form=form.name,
        year=form.year,
        paper=paper,
        effective=day,
        number=row.number,
        organization=row.organization,
        superior=row.superior,
        rating=name,
        recognised_by="quyết định mẫu",
        ground="căn cứ mẫu",
        reason="lý do mẫu",
    )
    return {
        "decision": recognition_context(recognition, form.additions.party),
        "revocation": revocation_context(revocation, form.additions.party),
    }


SAMPLE_HEAD = {
    "issuer": {"superior": "Cấp trên mẫu", "agency": "Cơ quan mẫu", "symbol": None},
    "signature": {
        "place": "Địa danh",
        "date": "2000-12-31",
        "authority": "T/M",
        "position": "Chức vụ",
        "name": "Họ và tên",
    },
}
"""Head and signature of a paper that a template is tried with."""

_SAMPLE_PAPER = {
    "decision": {"number": "1-QĐ/MẪU", "date": "2000-12-31", "body": "Cơ quan quyết định mẫu"},
    **SAMPLE_HEAD,
}
