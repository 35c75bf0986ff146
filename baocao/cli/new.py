"""The command `new`: empty submissions to fill in, one by name, or those of all who were assessed last year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baocao import inputs, messages, messages_annex, pipeline, sample, schema
from baocao.cli import show
from baocao.cli.common import (
    DEFAULT,
    Force,
    FormName,
    FormYear,
    Location,
    Templates,
    find_form,
    pretty,
    safe_id,
    say,
    with_progress_of,
)
from baocao.errors import DataError, Problem, UsageError
from baocao.files import write_whole
from baocao.forms import FormFolder
from baocao.forms.model import Form
from baocao.inputs import Office
from baocao.text import whole

if TYPE_CHECKING:
    from baocao.annex_rows import Row

MOST_SHOWN = 50
"""Files that are named one by one."""


def new(
    form: FormName,
    year: FormYear,
    organization: Annotated[
        str | None, typer.Option("--id", metavar="MÃ", help="Mã tổ chức, dùng làm tên tệp; bỏ trống: to-chuc-moi.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="LOẠI", help="Loại tổ chức; bỏ trống: loại đầu tiên của mẫu.")
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="THƯ_MỤC", help="Thư mục ghi tệp.")] = Path(),
    *,
    from_register: Annotated[
        bool,
        typer.Option(
            "--from-register",
            help="Tạo cho mọi tổ chức đã được chấm điểm năm trước trong sổ, kèm danh sách (.csv) cho phụ lục.",
        ),
    ] = False,
    from_year: Annotated[
        int | None,
        typer.Option("--from-year", metavar="NĂM", help="Với --from-register: lấy các tổ chức của năm này trong sổ."),
    ] = None,
    superior: Annotated[
        str | None,
        typer.Option("--superior", metavar="MÃ", help="Với --from-register: chỉ các tổ chức trực thuộc cấp trên này."),
    ] = None,
    register: Location = DEFAULT,
    templates: Templates = None,
    force: Force = False,
) -> None:
    """Tạo tệp dữ liệu trống để điền. Kèm JSON Schema giúp trình soạn thảo gợi ý và kiểm tra khi gõ."""
    apart = (
        {"--id": organization, "--kind": kind} if from_register else {"--from-year": from_year, "--superior": superior}
    )
    for option, value in apart.items():
        if value is not None:
            raise UsageError([messages.not_with_from_register(option, given=from_register)])
    blanks = _Blanks(find_form(templates, form, year), output, force)
    if from_register:
        _from_register(blanks, register, year - 1 if from_year is None else from_year, superior or "")
    else:
        assessed(blanks, safe_id(organization or "to-chuc-moi"), kind)


@dataclass(slots=True)
class _Blanks:
    """Where empty submissions are written, and what became of them."""

    folder: FormFolder
    output: Path
    force: bool
    written: int = 0
    kept: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def schema(self) -> Path:
        return self.output / f"{self.folder.form.id}-{self.folder.form.year}{pipeline.SCHEMA_SUFFIX}"

    @property
    def roster(self) -> Path:
        return self.output / f"danh-sach_{self.folder.form.id}-{self.folder.form.year}.csv"

    @property
    def link(self) -> str:
        """How a submission names its schema."""
        return f"./{self.schema.name}"

    def office(self) -> Office:
        """Return the office's defaults.

        Raises:
            DataError: they have faults.
        """
        found = pipeline.office_of(self.schema, None, {})
        if found.faults:
            raise DataError(found.faults)
        return found

    def write_schema(self) -> None:
        write_whole(self.schema, pretty(schema.submission_schema(self.folder.form)))

    def write(self, path: Path, content: bytes) -> bool:
        """Write a file unless there is one that may not be replaced; return whether it was written."""
        if path.exists() and not self.force:
            self.kept.append(path)
            return False
        write_whole(path, content)
        return True


def assessed(blanks: _Blanks, name: str, kind: str | None) -> None:
    """Write one empty submission."""
    form, path = blanks.folder.form, blanks.output / f"{name}.json"
    if not pipeline.is_submission_name(path.name):
        raise UsageError([messages.reserved_name("--id", path.name)])
    if path.exists() and not blanks.force:
        raise DataError([messages.file_exists(str(path))])
    kinds = {entry.key: entry.name for entry in form.kinds}
    if kind is not None and kind not in kinds:
        raise UsageError([messages.unknown_choice("--kind", kind, kinds)])
    blank = inputs.without_defaults(sample.blank(form, name, blanks.link, kind), blanks.office())
    blanks.write_schema()
    write_whole(path, pretty(blank))
    say([f"Đã tạo {path} và {blanks.schema}.", f"Điền xong, kiểm tra bằng: baocao check {path}"])


# --- all who were assessed last year -------------------------------------------------------------------------------


def _from_register(blanks: _Blanks, location: str, year: int, superior: str) -> None:
    """Write the roster of a new year, and an empty submission for each organisation on it."""
    from baocao import next_year, rosters  # a single blank one needs no register
    from baocao.cli.desk import opened_register

    form, office = blanks.folder.form, blanks.office()
    with opened_register(location) as register, register.view() as view:
        rows = next_year.organizations(view, form.id, year, superior)
    blanks.write_schema()
    listed = rosters.written(next_year.roster(rows, form))
    if not (blanks.roster.exists() and blanks.roster.read_bytes() == listed):
        blanks.write(blanks.roster, listed)
    try:
        for row in with_progress_of(rows, len(rows)):
            path = blanks.output / f"{row.organization}.json"
            if problem := _in_the_way(row, path, form):
                blanks.problems.append(problem)
            else:
                blanks.written += blanks.write(path, pretty(next_year.submission(row, form, blanks.link, office)))
    finally:  # also when the disk is full half way: what is written is there, and said so
        say(_begun(blanks, len(rows)))
    say(show.faults(blanks.problems), err=True)
    if blanks.problems:
        raise typer.Exit(DataError.exit_code)


def _in_the_way(row: Row, path: Path, form: Form) -> Problem | None:
    """Return why an organisation can have no submission of a form."""
    if not pipeline.is_submission_name(path.name):
        return messages.reserved_name(f"{row.name} ({row.organization})", path.name)
    kinds = {kind.key: kind.name for kind in form.kinds}
    if row.kind not in kinds:
        return messages_annex.kind_of_before(f"{row.name} ({row.organization})", row.kind_name, form.key, kinds)
    return None


def _begun(blanks: _Blanks, organizations: int) -> Iterator[str]:
    """Say what was written, what was left as it is, and what to do next."""
    form, folder = blanks.folder.form, blanks.output
    yield f"Danh sách các tổ chức phải chấm điểm: {blanks.roster} ({whole(organizations)} tổ chức)."
    yield f"Đã tạo {whole(blanks.written)} tệp dữ liệu trống trong thư mục {folder}, và {blanks.schema}."
    if blanks.kept:
        yield f"Giữ nguyên {whole(len(blanks.kept))} tệp đã có (thêm --force để thay tất cả bằng tệp mới):"
        yield from (f"  {path}" for path in blanks.kept[:MOST_SHOWN])
        if len(blanks.kept) > MOST_SHOWN:
            yield f"  … và {whole(len(blanks.kept) - MOST_SHOWN)} tệp khác"
    yield "Việc tiếp theo:"
    yield f"  sửa danh sách nếu có tổ chức mới lập, sáp nhập, giải thể: {blanks.roster}"
    yield f"  điền điểm và số liệu vào từng tệp, rồi kiểm tra: baocao check {folder}"
    yield f"  sau khi ban hành, lập phụ lục: baocao annex {form.year} --roster {blanks.roster}"
