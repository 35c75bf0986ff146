"""Trying a template: filling it with samples and reading what came of them as a reader does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO

from docx import Document
from docx.oxml.ns import qn

from baocao import messages_form
from baocao.errors import DataError, Problem
from baocao.forms import FormFolder
from baocao.forms.model import Form
from baocao.judged import Judged
from baocao.narrative import Narrative
from baocao.rendering import core_properties, day_of, package
from baocao.rendering.compiled import compile_template, fill
from baocao.rendering.context import Context, bare, scoresheet_context
from baocao.rendering.essentials import marked
from baocao.rendering.proof import proofread
from baocao.text import clean


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
        parts = fill(template, context, core_properties(judged), day_of(judged))
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
    parts = fill(judged.folder.template, values, core_properties(judged), day_of(judged))
    printed = "\n".join(paragraphs(package.pack(parts)))
    return list(dict.fromkeys(name for mark, name in marks.items() if mark not in printed))


def try_papers(folder: FormFolder, samples: Mapping[str, Context]) -> dict[str, bytes]:
    """Proof-read and fill the templates of papers with samples; name → docx.

    Args:
        folder: the form's.
        samples: the name of each template and a full context for it.

    Raises:
        DataError: with every fault, each in its file.
    """
    made: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name, context in samples.items():
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
