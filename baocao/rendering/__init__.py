"""Rendering: a judged submission and its narrative → docx bytes. The only package that knows docxtpl and zip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from docx import Document
from docx.oxml.ns import qn

from baocao import __version__, messages_form
from baocao.errors import DataError, Problem
from baocao.forms import FormFolder
from baocao.forms.model import Form
from baocao.judged import Judged
from baocao.narrative import Narrative
from baocao.rendering import package
from baocao.rendering.compiled import compile_template, fill
from baocao.rendering.context import Context, bare, blank, scoresheet_context
from baocao.rendering.decisions import sample_contexts
from baocao.rendering.essentials import marked
from baocao.rendering.proof import proofread
from baocao.text import clean

__all__ = [
    "Unnumbered",
    "blank_scoresheet",
    "differing_parts",
    "draft_scoresheet",
    "is_ours",
    "issued_scoresheet",
    "labels_of",
    "left_out",
    "paragraphs",
    "try_papers",
    "try_template",
    "version_line",
    "why_slow",
]

MARK = "baocao"
"""Prefix of the custom properties by which a document is known again."""


def draft_scoresheet(judged: Judged, narrative: Narrative) -> bytes:
    """Return the draft of a scoresheet as docx: the same input, form and template give the same bytes.

    Raises:
        DataError: the template cannot be used.
    """
    template = judged.folder.template
    context = scoresheet_context(judged, narrative, draft=True)
    parts = fill(template, context, _properties(judged), _day(judged))
    return package.pack(package.label(parts, _labels(judged)))


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """An issued scoresheet but for its number, which is known only when it is entered."""

    parts: package.Parts
    labels: tuple[tuple[str, str], ...]
    digest: str
    """Content digest: the number is a property of the file, and no part of it."""

    def numbered(self, number: str) -> bytes:
        """Return the document with its number in the register as a custom property."""
        return package.pack(package.label(self.parts, [*self.labels, (f"{MARK}.number", number)]))


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
    parts = fill(judged.folder.template, context, _properties(judged), _day(judged))
    labels = _labels(judged, state)
    digest = package.labels(package.label(parts, labels))[f"{MARK}.digest"]
    return Unnumbered(parts, tuple(labels), digest)


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
    properties = {**_properties(judged), "title": judged.form.name}
    return package.pack(fill(judged.folder.template, context, properties, _day(judged)))


def _properties(judged: Judged) -> dict[str, str]:
    texts, submission = judged.form.texts, judged.submission
    return {
        "title": f"{texts.title} - {submission.organization.name}",
        "subject": f"{texts.subtitle} {judged.form.year}",
        "author": submission.issuer.agency if submission.issuer else submission.signature.name,
        "comments": version_line(judged.folder),
    }


def version_line(folder: FormFolder) -> str:
    """Return what made a document: program, form and template, the last two with the start of their digests."""
    form = folder.form
    return f"baocao {__version__}; mẫu {form.key} ({form.digest[:12]}); tệp Word ({folder.template_digest[:12]})"


def _day(judged: Judged) -> date:
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


# --- trying a template -----------------------------------------------------------------------------------------


def try_template(judged: Judged, narrative: Narrative) -> None:
    """Proof-read the tags, then render and read a full sample and one with everything optional left out.

    Raises:
        DataError: the template cannot be filled, or leaves out official sentences.
    """
    template = judged.folder.template
    full = scoresheet_context(judged, narrative, draft=True, replaces=[judged.form.name])
    package.unpack(template)
    faults = proofread(template, full)
    if faults:
        raise DataError(faults)
    for context in (full, bare(full)):
        parts = fill(template, context, _properties(judged), _day(judged))
        printed = paragraphs(package.pack(parts))
        absent = [messages_form.left_out(sentence) for sentence in left_out(judged.form, printed)]
        if absent:
            raise DataError(absent)
    unprinted = _unprinted(judged, full)
    if unprinted:
        raise DataError([messages_form.not_printed(name) for name in unprinted])


def _unprinted(judged: Judged, context: Context) -> list[str]:
    """Return the essential names that a template prints nowhere, each once."""
    values, marks = marked(context)
    parts = fill(judged.folder.template, values, _properties(judged), _day(judged))
    printed = "\n".join(paragraphs(package.pack(parts)))
    return list(dict.fromkeys(name for mark, name in marks.items() if mark not in printed))


def try_papers(folder: FormFolder) -> dict[str, bytes]:
    """Proof-read and fill the templates of the authority's papers with samples; name → docx.

    Raises:
        DataError: with every fault, each in its file.
    """
    made: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name, context in sample_contexts(folder.form).items():
        source = str(folder.path / f"{name}.docx")
        try:
            template = folder.paper(name)
            package.unpack(template)
            problems += [fault.inside(source) for fault in proofread(template, context)]
            made[name] = package.pack(fill(template, context, {}, date(folder.form.year, 12, 31)))
        except DataError as error:
            problems += [problem.inside(source) for problem in error.problems]
    if problems:
        raise DataError(list(dict.fromkeys(problems)))
    return made


def why_slow(template: bytes) -> tuple[Problem, ...]:
    """Return why docxtpl has to fill each document of a template, which stands in the way of nothing; empty if not.

    Raises:
        DataError: it is no template that may be used.
    """
    reason = compile_template(template).why_not
    return (messages_form.slow_template(reason),) if reason else ()


def paragraphs(document: bytes) -> list[str]:
    """Return the text of each paragraph of the body, tables included, in reading order."""
    body = Document(BytesIO(document)).element.body
    texts = ("".join(node.text or "" for node in paragraph.iter(qn("w:t"))) for paragraph in body.iter(qn("w:p")))
    return [clean(text) for text in texts]


def left_out(form: Form, printed: list[str]) -> list[str]:
    """Return the official sentences that do not begin a printed paragraph after the one before."""
    missing, position = [], 0
    for sentence in form.official_sentences:
        found = next((at for at in range(position, len(printed)) if printed[at].startswith(sentence)), None)
        if found is None:
            missing.append(sentence)
        else:
            position = found + 1
    return missing
