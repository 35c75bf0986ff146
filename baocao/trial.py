"""Trying out a form: previews of all its papers, and what only the printed samples show of its faults."""

from __future__ import annotations

from baocao import messages_form, sample
from baocao.errors import DataError, Problem
from baocao.forms import FormFolder
from baocao.forms.check import spoken
from baocao.forms.folder import ANNEX
from baocao.forms.reach import unreachable
from baocao.pipeline import judge
from baocao.rendering import blank_scoresheet, draft_scoresheet
from baocao.rendering.annex import sample_context
from baocao.rendering.context import Context
from baocao.rendering.decisions import sample_contexts
from baocao.rendering.trying import try_papers, try_template, why_slow
from baocao.submission import Submission


def preview(folder: FormFolder) -> dict[str, bytes]:
    """Return the blank form, a filled sample for each kind of organisation, and the other papers: name → docx.

    Raises:
        DataError: the phrases or the Word template cannot be used.
    """
    name = f"{folder.form.id}-{folder.form.year}"
    empty = judge(folder, Submission.model_validate(sample.nothing(folder.form)))
    previews = {f"{name}_de-trong.docx": blank_scoresheet(*empty)}
    for kind in folder.form.kinds:
        filled = judge(folder, Submission.model_validate(sample.full(folder.form, kind.key)))
        previews[f"{name}_dien-thu_{kind.key}.docx"] = draft_scoresheet(*filled)
    papers = try_papers(folder, _samples(folder))
    return previews | {f"{name}_{paper}.docx": content for paper, content in papers.items()}


def _samples(folder: FormFolder) -> dict[str, Context]:
    """Return a full context for each Word template of a form beside that of the scoresheet."""
    own = {ANNEX: sample_context(folder.form)} if folder.has_annex else {}
    return {**sample_contexts(folder.form), **own}


def check_form(folder: FormFolder) -> tuple[Problem, ...]:
    """Take a full sample of each kind of organisation the whole way and read the documents.

    Returns what is worth knowing and stands in the way of nothing.

    Raises:
        DataError: the form contradicts its own sentences, or the phrases or the Word template cannot be used.
    """
    slips = [
        problem.inside(str(folder.path / "form.toml")) for problem in (*spoken(folder.form), *unreachable(folder.form))
    ]
    if slips:
        raise DataError(slips)
    try_papers(folder, _samples(folder))
    for kind in folder.form.kinds:
        judged, narrative = judge(folder, Submission.model_validate(sample.full(folder.form, kind.key)))
        try:
            try_template(judged, narrative)
        except DataError as error:
            raise DataError(problem.inside(str(folder.scoresheet)) for problem in error.problems) from error
    lacks = () if folder.has_annex else (messages_form.no_annex().inside(str(folder.path)),)
    return (*(problem.inside(str(folder.scoresheet)) for problem in why_slow(folder.template)), *lacks)
