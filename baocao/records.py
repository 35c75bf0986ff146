"""What the register keeps of a scoresheet: a record that later questions are answered from, and all it was made of."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from baocao import __version__
from baocao import messages_register as messages
from baocao.errors import DataError
from baocao.findings import Status as FindingStatus
from baocao.forms import FormFolder, load_folder
from baocao.judged import Judged
from baocao.register import Annexed, Entry, Json, Register, Status
from baocao.review import unexplained

_FORM_KEY = re.compile(r"[a-z0-9][a-z0-9._-]*/[0-9]{4}")

ROLES = {
    "form": "form.toml",
    "phrases": "phrases.toml",
    "template": "scoresheet.docx",
    "template_decision": "decision.docx",
    "template_revocation": "revocation.docx",
    "template_annex": "annex.docx",
}
"""What a scoresheet was made of, or its papers are: role of the stored content → file of the form's folder."""

_ROLES_OF_LATER = frozenset({"template_annex"})
"""What entries of before do not have."""


@dataclass(frozen=True, slots=True)
class Record:
    """One scoresheet as it was issued or corrected: enough for lists, quotas and annexes, without rating it again."""

    organization: str
    """Identifier of the organisation."""
    name: str
    kind: str
    kind_name: str
    superior: str
    superior_name: str
    tier: str
    """The tier within which a quota counts; empty where the form tells none apart."""
    form: str
    """Identifier and year."""
    form_name: str
    total: Decimal | None
    """Points; `None` in a form without points."""
    standard: Decimal | None
    sections: Mapping[str, Decimal]
    """Points of each section that applies."""
    others: Mapping[str, Decimal]
    """Totals of the assessors whose columns do not count, where all of their points are known."""
    levels: Mapping[str, int]
    """How many criteria reach each performance level; empty where none is assessed by level."""
    met: tuple[int, int]
    """How many criteria are answered by yes, and by no."""
    computed: str | None
    proposed: str
    """Empty of a draft without a rating; whoever has none is not issued."""
    highest: str
    """The best rating that the conditions of the form allow."""
    unmet: tuple[str, ...]
    """What stands against better ratings: `1.3: …`."""
    unexplained: tuple[str, ...]
    """Criteria whose missing points have no reason."""
    ladder: Mapping[str, str]
    """The ratings of the form, best first, with their names."""
    digest: str
    """Content digest of the document."""
    version: str
    """The program that made it."""

    def payload(self) -> dict[str, Json]:
        """Return the record as the register stores it; points are decimal strings."""
        return {
            "organization": {
                "id": self.organization,
                "name": self.name,
                "kind": self.kind,
                "kind_name": self.kind_name,
            },
            "superior": {"id": self.superior, "name": self.superior_name},
            "tier": self.tier,
            "form": self.form,
            "form_name": self.form_name,
            "total": _written(self.total),
            "standard": _written(self.standard),
            "sections": {no: str(points) for no, points in self.sections.items()},
            "others": {assessor: str(points) for assessor, points in self.others.items()},
            "levels": dict(self.levels),
            "met": list(self.met),
            "computed": self.computed,
            "proposed": self.proposed,
            "highest": self.highest,
            "unmet": list(self.unmet),
            "unexplained": list(self.unexplained),
            "ladder": [[key, name] for key, name in self.ladder.items()],
            "digest": self.digest,
            "version": self.version,
        }


def _written(points: Decimal | None) -> str | None:
    return None if points is None else str(points)


def _read(points: str | None) -> Decimal | None:
    return None if points is None else Decimal(points)


def record_of(judged: Judged, digest: str) -> Record:
    """Return the record of a judged submission.

    Args:
        judged: the submission.
        digest: content digest of its document.
    """
    sheet, rating, form = judged.scoresheet, judged.rating, judged.form
    organization = judged.submission.organization
    return Record(
        organization=organization.id,
        name=organization.name,
        kind=organization.kind,
        kind_name=form.kind(organization.kind).name,
        superior=organization.superior.id,
        superior_name=organization.superior.name,
        tier=form.kind(organization.kind).tier or "",
        form=form.key,
        form_name=form.name,
        total=sheet.total,
        standard=sheet.standard_total if form.has_points else None,
        sections={
            row.no: sheet.awarded(row.no) or Decimal(0)
            for row in form.sections
            if row.standard is not None and form.applies(row.no, organization.kind)
        },
        others={
            assessor.key: total
            for assessor in form.other_assessors
            if (total := sheet.total_by(assessor.key)) is not None
        },
        levels=Counter(line.level for line in sheet.lines if line.level),
        met=(sum(line.met is True for line in sheet.lines), sum(line.met is False for line in sheet.lines)),
        computed=rating.computed,
        proposed=rating.proposed or "",
        highest=judged.highest,
        unmet=tuple(
            f"{finding.clause.no}: {finding.required.text} ({finding.observed.text})"
            for finding in rating.findings
            if finding.status is FindingStatus.FAILED and form.rule(finding.rating).given_when == "all"
        ),
        unexplained=tuple(unexplained(judged)),
        ladder=form.ladder.names,
        digest=digest,
        version=__version__,
    )


@contextmanager
def as_written(found: Entry | Annexed) -> Iterator[None]:
    """Tell of an entry or annex that holds something else than this program writes.

    Raises:
        DataError: somebody changed it, hash and all.
    """
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        what = "mục" if isinstance(found, Entry) else "phụ lục"
        raise DataError([messages.entry_unreadable(found.position, what)]) from error


def record_in(entry: Entry) -> Record:
    """Return the record that an issued, corrected or re-issued entry holds.

    Raises:
        DataError: somebody changed the entry.
    """
    with as_written(entry):
        return _record(json.loads(entry.payload))


def _record(raw: Any) -> Record:
    organization, superior = raw["organization"], raw["superior"]
    return Record(
        organization=organization["id"],
        name=organization["name"],
        kind=organization["kind"],
        kind_name=organization["kind_name"],
        superior=superior["id"],
        superior_name=superior["name"],
        tier=raw["tier"],
        form=raw["form"],
        form_name=raw["form_name"],
        total=_read(raw["total"]),
        standard=_read(raw["standard"]),
        sections={no: Decimal(points) for no, points in raw["sections"].items()},
        others={assessor: Decimal(points) for assessor, points in raw.get("others", {}).items()},
        levels=dict(raw.get("levels", {})),
        met=(raw["met"][0], raw["met"][1]) if "met" in raw else (0, 0),  # entries of before did not say
        computed=raw["computed"],
        proposed=raw["proposed"],
        highest=raw["highest"],
        unmet=tuple(raw["unmet"]),
        unexplained=tuple(raw["unexplained"]),
        ladder=dict(raw["ladder"]),
        digest=raw["digest"],
        version=raw["version"],
    )


def latest(status: Status) -> Entry:
    """Return the entry that holds the present text of a scoresheet: its last correction, else its issue."""
    return status.corrections[-1] if status.corrections else status.issued


def decided_in(status: Status) -> str | None:
    """Return the decided rating; `None` while nothing is decided."""
    if status.decided is None:
        return None
    with as_written(status.decided):
        rating: str = json.loads(status.decided.payload)["rating"]
        return rating


def canonical(value: object) -> str:
    """Write a submission as JSON in one way only: sorted keys, no white space, exact decimals as numbers."""
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case date():
            return json.dumps(value.isoformat())
        case int() | Decimal():
            return f"{Decimal(value).normalize():f}"
        case Mapping():
            return f"{{{','.join(f'{canonical(key)}:{canonical(value[key])}' for key in sorted(value))}}}"
        case Iterable():
            return f"[{','.join(map(canonical, value))}]"
        case _:
            raise TypeError(type(value).__name__)


def contents_of(judged: Judged, document: bytes) -> dict[str, bytes]:
    """Return all that a scoresheet was made of, by role, and the scoresheet."""
    return {**made_of(judged), "document": document}


def made_of(judged: Judged) -> dict[str, bytes]:
    """Return all that a scoresheet was made of, by role."""
    folder = judged.folder
    files = {**folder.sources, "scoresheet.docx": folder.template}
    files |= {f"{name}.docx": content for name, content in folder.papers.items()}
    submission = canonical(judged.submission.model_dump())
    return {**{role: files[name] for role, name in ROLES.items() if name in files}, "submission": submission.encode()}


def stored_content(register: Register, entry: Entry, role: str) -> bytes:
    """Return what an entry with a record was made of.

    Raises:
        DataError: somebody removed or changed it.
    """
    digest = entry.content(role)
    if digest is None:  # every entry with a record has all roles
        raise DataError([messages.entry_unreadable(entry.position)])
    return register.content(digest)


@contextmanager
def stored_folder(register: Register, entry: Entry) -> Iterator[FormFolder]:
    """Give the form's folder as it was when an entry was made, for as long as the context lasts.

    It has no `annex.docx` where the entry was made before these were stored.

    Raises:
        DataError: a stored content is gone, or this version of the program cannot read it any more.
    """
    form = record_in(entry).form
    if not _FORM_KEY.fullmatch(form):  # it becomes a path, and somebody may have written the entry anew
        raise DataError([messages.entry_changed(entry.position, str(entry.number))])
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / form
        path.mkdir(parents=True)
        for role, name in ROLES.items():
            if entry.content(role) or role not in _ROLES_OF_LATER:
                (path / name).write_bytes(stored_content(register, entry, role))
        yield load_folder(path)
