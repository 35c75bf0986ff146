"""The commands about submissions: check, score, draft, a blank one to fill in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from baocao import inputs, messages, pipeline, sample, schema
from baocao.batch import Assessor, Workshop, drafts
from baocao.cli import show
from baocao.cli.common import (
    AsJson,
    AsPdf,
    Force,
    FormName,
    FormYear,
    OfficePath,
    Output,
    Paths,
    Templates,
    assess_all,
    exit_for,
    find_form,
    pretty,
    safe_id,
    say,
    with_progress,
)
from baocao.cli.many import Jobs, ReportPath, Stop, Tally
from baocao.errors import DataError, UsageError
from baocao.files import write_whole
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
    printed = stop() or _printed(documents, force=force, jobs=jobs)
    tally.end(stop)
    if not printed:
        raise typer.Exit(DataError.exit_code)


def _printed(documents: Sequence[Path], *, force: bool, jobs: int | None) -> bool:
    """Print documents, if there are any, as PDF; return whether all are."""
    if not documents:
        return True
    from baocao.cli.printing import print_pdf

    return print_pdf(documents, force=force, printers=jobs)


def new(
    form: FormName,
    year: FormYear,
    organization: Annotated[
        str, typer.Option("--id", metavar="MÃ", help="Mã tổ chức, dùng làm tên tệp.")
    ] = "to-chuc-moi",
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="LOẠI", help="Loại tổ chức; bỏ trống: loại đầu tiên của mẫu.")
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="THƯ_MỤC", help="Thư mục ghi tệp.")] = Path(),
    *,
    templates: Templates = None,
    force: Force = False,
) -> None:
    """Tạo tệp dữ liệu trống để điền. Kèm JSON Schema giúp trình soạn thảo gợi ý và kiểm tra khi gõ."""
    folder = find_form(templates, form, year)
    name = safe_id(organization)
    if f"{name}.json" == pipeline.OFFICE_FILE:
        raise UsageError([messages.office_name()])
    schema_path = output / f"{folder.form.id}-{folder.form.year}{pipeline.SCHEMA_SUFFIX}"
    path = output / f"{name}.json"
    if path.exists() and not force:
        raise DataError([messages.file_exists(str(path))])
    kinds = {entry.key: entry.name for entry in folder.form.kinds}
    if kind is not None and kind not in kinds:
        raise UsageError([messages.unknown_choice("--kind", kind, kinds)])
    office = pipeline.office_of(path, None, {})
    if office.faults:
        raise DataError(office.faults)
    write_whole(schema_path, pretty(schema.submission_schema(folder.form)))
    blank = sample.blank(folder.form, name, f"./{schema_path.name}", kind)
    write_whole(path, pretty(inputs.without_defaults(blank, office)))
    say([f"Đã tạo {path} và {schema_path}.", f"Điền xong, kiểm tra bằng: baocao check {path}"])
