"""The commands about submissions: check, score, draft."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from baocao import pipeline
from baocao.batch import Assessor, Workshop, drafts
from baocao.cli import show
from baocao.cli.common import (
    AsJson,
    AsPdf,
    Force,
    OfficePath,
    Output,
    Paths,
    Templates,
    assess_all,
    exit_for,
    say,
    with_progress,
)
from baocao.cli.many import Jobs, ReportPath, Stop, Tally, printed_all
from baocao.errors import DataError
from baocao.report import problems_json, result_json


def check(paths: Paths, templates: Templates = None, office: OfficePath = None, as_json: AsJson = False) -> None:
    """Kiểm tra dữ liệu. Mọi lỗi của mọi tệp được liệt kê trong một lần."""
    results = list(assess_all(paths, templates, office))
    if as_json:
        say(_json(problems_json(result)) for result in results)
    else:
        say(show.checked(results))
    exit_for(results)


def score(paths: Paths, templates: Templates = None, office: OfficePath = None, as_json: AsJson = False) -> None:
    """Tính điểm và xếp loại. Nêu từng điều kiện, cấp độ từng mục và điều còn thiếu để đạt mức cao hơn."""
    faulty = False
    for result in assess_all(paths, templates, office):
        say([_json(result_json(result))] if as_json else [*show.score(result), ""])
        faulty = faulty or bool(result.faults)
    if faulty:
        raise typer.Exit(DataError.exit_code)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def draft(
    paths: Paths,
    output: Output = Path("outputs"),
    *,
    templates: Templates = None,
    office: OfficePath = None,
    force: Force = False,
    jobs: Jobs = None,
    report: ReportPath = None,
    as_pdf: AsPdf = False,
) -> None:
    """Lập bảng chấm điểm dự thảo (Word). Tệp có lỗi được liệt kê ở cuối, các tệp khác vẫn được lập."""
    assessor, files = Assessor(templates, office), pipeline.submissions(paths)
    documents: list[Path] = []
    with Stop() as stop, Tally(report) as tally:
        outcomes = drafts(files, assessor, output, Workshop(jobs, stop), force=force)
        try:
            for outcome in with_progress(outcomes, paths):
                tally.add(outcome)
                if as_pdf and outcome.path:
                    documents.append(outcome.path)
        finally:  # also when the disk is full half way: what is written is there, and said so
            say(show.drafted(tally.counts, tally.shown_paths, tally.failed, output))
    printed = stop() or printed_all(documents, force=force, printers=jobs)
    tally.end(stop)
    if not printed:
        raise typer.Exit(DataError.exit_code)
