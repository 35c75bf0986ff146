"""Rendering: a judged submission and its narrative → docx bytes. The only package that knows docxtpl and zip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from baocao import __version__
from baocao.errors import DataError
from baocao.forms import Form, FormFolder
from baocao.judged import Judged
from baocao.narrative import Narrative
from baocao.rendering import package
from baocao.rendering.compiled import fill
from baocao.rendering.context import blank, scoresheet_context
from baocao.steps import Steps, finished

__all__ = [
    "Unnumbered",
    "blank_scoresheet",
    "core_properties",
    "day_of",
    "differing_parts",
    "draft_scoresheet",
    "drafting",
    "is_ours",
    "is_same",
    "issued_scoresheet",
    "labels_of",
    "version_line",
]

MARK = "baocao"
"""Prefix of the custom properties by which a document is known again."""


def draft_scoresheet(judged: Judged, narrative: Narrative) -> bytes:
    """Return the draft of a scoresheet as docx: the same input, form and template give the same bytes.

    Raises:
        DataError: the template cannot be used.
    """
    return finished(drafting(judged, narrative))


def drafting(judged: Judged, narrative: Narrative) -> Steps[bytes]:
    """Do as `draft_scoresheet`, in steps."""
    context = scoresheet_context(judged, narrative, draft=True)
    yield
    parts = fill(judged.folder.template, context, core_properties(judged), day_of(judged))
    yield
    labelled = package.label(parts, _labels(judged))
    yield
    return package.pack(labelled)


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """An issued scoresheet but for its number, which is known only when it is entered."""

    parts: package.Compressed
    """All but the custom properties: what is left to do is next to nothing, and what is passed on is small."""
    labels: tuple[tuple[str, str], ...]
    digest: str
    """Content digest: the number is a property of the file, and no part of it."""

    def numbered(self, number: str) -> bytes:
        """Return the document with its number in the register as a custom property."""
        custom = package.custom_part([*self.labels, (f"{MARK}.number", number)], self.digest)
        return package.join({**self.parts, **package.compressed({package.CUSTOM: custom})})


def issued_scoresheet(judged: Judged, narrative: Narrative, state: str, replaces: Sequence[str] = ()) -> Unnumbered:
    """Return the signable scoresheet: no draft mark, and the paper that it replaces or corrects named.

    Args:
        judged: a submission without open questions.
        narrative: what it says in words.
        state: `issued`, `corrected` or `reissued`, for the custom properties.
        replaces: lines on the paper that this one replaces or corrects.

    Raises:
        DataError: the template cannot be used.
    """
    context = scoresheet_context(judged, narrative, draft=False, replaces=replaces)
    parts = fill(judged.folder.template, context, core_properties(judged), day_of(judged))
    declared = package.declaring_custom(parts)
    digest = package.content_digest(declared)
    return Unnumbered(package.compressed(declared), tuple(_labels(judged, state)), digest)


def labels_of(document: bytes) -> dict[str, str]:
    """Return the custom properties of a document that hold text: by them a paper names itself.

    Raises:
        DataError: it is no docx.
    """
    return package.labels(package.unpack(document))


def differing_parts(first: bytes, second: bytes) -> tuple[str, ...]:
    """Return the parts in which two documents differ, custom properties left out as in the content digest.

    Raises:
        DataError: one is no docx.
    """
    one, other = package.unpack(first), package.unpack(second)
    names = sorted(one.keys() | other.keys())
    return tuple(name for name in names if name != package.CUSTOM and one.get(name) != other.get(name))


def blank_scoresheet(judged: Judged, narrative: Narrative) -> bytes:
    """Return the form itself as docx, to be filled in by hand.

    Args:
        judged: a submission that says nothing.
        narrative: what it gives; not printed.

    Raises:
        DataError: the template cannot be used.
    """
    context = blank(scoresheet_context(judged, narrative, draft=not judged.form.confirmed))
    properties = {**core_properties(judged), "title": judged.form.name}
    return package.pack(fill(judged.folder.template, context, properties, day_of(judged)))


def core_properties(judged: Judged) -> dict[str, str]:
    """Return what the file says of itself, by the names of python-docx."""
    form, submission, issuer = judged.form, judged.submission, judged.submission.issuer
    title, subject = form.once(_titles)
    return {
        "title": f"{title} - {submission.organization.name}",
        "subject": subject,
        "author": issuer.agency if issuer else submission.signature.name,
        "comments": version_line(judged.folder),
    }


def _titles(form: Form) -> tuple[str, str]:
    return form.texts.title, f"{form.texts.subtitle} {form.year}"


def version_line(folder: FormFolder) -> str:
    """Return what made a document: program, form and template, the last two with the start of their digests."""
    return folder.form.once(_version_line, folder.template_digest)


def _version_line(form: Form, template_digest: str) -> str:
    return f"baocao {__version__}; mẫu {form.key} ({form.digest[:12]}); tệp Word ({template_digest[:12]})"


def day_of(judged: Judged) -> date:
    """Return the day that the file says it was made."""
    return judged.submission.signature.date or date(judged.form.year, 12, 31)


def _labels(judged: Judged, state: str = "draft") -> list[tuple[str, str]]:
    return [
        (f"{MARK}.version", __version__),
        (f"{MARK}.state", state),
        (f"{MARK}.form", judged.form.key),
        (f"{MARK}.organization", judged.submission.organization.id),
    ]


def is_ours(content: bytes, judged: Judged) -> bool:
    """Whether a file is an untouched draft of the same organisation and form."""
    try:
        parts = package.unpack(content)
    except DataError:
        return False
    found = package.labels(parts)
    wanted = dict(_labels(judged))
    same = all(found.get(name) == value for name, value in wanted.items() if name != f"{MARK}.version")
    return same and package.is_untouched(parts)


def is_same(content: bytes, document: bytes) -> bool:
    """Whether a file is what a document of ours is, byte for byte or, compressed otherwise, untouched part for part."""
    if content == document:
        return True
    try:
        parts = package.unpack(content)
    except DataError:
        return False
    return package.is_untouched(parts) and package.labels(parts) == labels_of(document)
