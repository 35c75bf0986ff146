"""The commands about submissions: check, score, draft, a blank one to fill in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from baocao import inputs, messages, pipeline, sample, schema
from baocao.cli import show
from baocao.cli.common import (
    AsJson,
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
    office_of,
    pretty,
    safe_id,
    say,
)
from baocao.errors import DataError, MissingError, UsageError
from baocao.files import read_limited, write_whole
from baocao.pipeline import Result
from baocao.rendering import is_ours
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
    templates: Templates = None,
    office: OfficePath = None,
    force: Force = False,
) -> None:
    """Lập bảng chấm điểm dự thảo (Word). Tệp có lỗi được liệt kê ở cuối, các tệp khác vẫn được lập."""
    written: list[Path] = []
    failed: list[Result] = []
    try:
        for result in assess_all(paths, templates, office):
            try:
                written.append(_write_draft(result, output, force=force))
            except DataError as error:
                found = [problem.inside(result.source) for problem in error.problems]
                failed.append(Result(result.source, tuple(found)))
    except MissingError:  # a full disk half way: what is written is there, and said so
        say(show.drafted(written, failed, output))
        raise
    say(show.drafted(written, failed, output))
    exit_for(failed)


def _write_draft(result: Result, output: Path, *, force: bool) -> Path:
    """Write one draft beside what is there, never over what is not ours; return its path.

    Raises:
        DataError: the submission has faults, or its file may not be written.
        MissingError: the folder cannot be written.
    """
    document = result.document()
    assert result.judged is not None
    path = output / pipeline.draft_name(result.judged)
    if path.exists() and not force and not is_ours(read_limited(path, pipeline.MOST_DOCUMENT_BYTES), result.judged):
        raise DataError([messages.not_ours(str(path))])
    write_whole(path, document)
    return path


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
    office = office_of(path, None, {})
    if office.faults:
        raise DataError(office.faults)
    write_whole(schema_path, pretty(schema.submission_schema(folder.form)))
    blank = sample.blank(folder.form, name, f"./{schema_path.name}", kind)
    write_whole(path, pretty(inputs.without_defaults(blank, office)))
    say([f"Đã tạo {path} và {schema_path}.", f"Điền xong, kiểm tra bằng: baocao check {path}"])
