"""The commands about forms: list, show, check, preview, make the next one, confirm."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from baocao import compare, messages, pdf, schema, trial
from baocao.cli import show, show_form
from baocao.cli.common import FormKey, FormName, FormYear, Output, Templates, as_usage, find_form, pretty, safe_id, say
from baocao.errors import DataError, MissingError, UsageError
from baocao.files import write_whole
from baocao.forms import Confirmation, Library
from baocao.forms.writing import confirm, copy_form

FormsFolder = Annotated[Path, typer.Option("-o", "--output", metavar="THƯ_MỤC", help="Thư mục mẫu của cơ quan.")]


def form_list(templates: Templates = None) -> None:
    """Liệt kê các mẫu dùng được."""
    library = Library.usual(templates)
    faulty = False
    for key in library.available():
        try:
            folder = library.get(key)
        except DataError:
            faulty = True
            typer.echo(f"{key}: có lỗi, xem “baocao form check”")
        else:
            state = "đã xác nhận" if folder.form.confirmed else "chưa xác nhận"
            typer.echo(f"{key}: {folder.form.name} ({state})")
    if faulty:
        raise typer.Exit(DataError.exit_code)


def form_show(form: FormName, year: FormYear, templates: Templates = None) -> None:
    """In tiêu chí, điểm chuẩn và căn cứ, điều kiện xếp loại, các cách hiểu."""
    say(show_form.form(find_form(templates, form, year).form))


def form_schema(
    form: Annotated[str | None, typer.Argument(metavar="[MẪU]", help="Bỏ trống: in schema của tệp form.toml.")] = None,
    year: Annotated[int | None, typer.Argument(metavar="[NĂM]", help="Năm của mẫu.")] = None,
    templates: Templates = None,
) -> None:
    """In JSON Schema (2020-12) của dữ liệu chấm điểm, hoặc của chính tệp form.toml."""
    if form is None:
        typer.echo(pretty(schema.form_schema()).decode(), nl=False)
        return
    if year is None:
        raise UsageError([messages.missing_year()])
    typer.echo(pretty(schema.submission_schema(find_form(templates, form, year).form)).decode(), nl=False)


def form_check(
    form: Annotated[str | None, typer.Argument(metavar="[MẪU]", help="Bỏ trống: mọi mẫu.")] = None,
    year: Annotated[int | None, typer.Argument(metavar="[NĂM]", help="Năm của mẫu.")] = None,
    templates: Templates = None,
) -> None:
    """Kiểm tra dữ liệu, câu chữ và tệp Word của mẫu; in thử tệp Word."""
    library = Library.usual(templates)
    keys = [key for key in library.available() if form in (None, key.split("/")[0]) and year in (None, int(key[-4:]))]
    if not keys:
        raise UsageError(
            [messages.unknown_form("/".join(str(part) for part in (form, year) if part), library.available())]
        )
    faulty = False
    for key in keys:
        try:
            remarks = trial.check_form(library.get(key))
        except DataError as error:
            faulty = True
            say([f"{key}: có lỗi", *show.faults(error.problems)])
        else:
            say([f"{key}: hợp lệ", *map(show.problem, remarks)])
    if faulty:
        raise typer.Exit(DataError.exit_code)


def form_preview(
    form: FormName,
    year: FormYear,
    output: Output = Path("outputs"),
    templates: Templates = None,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help="Lập cả PDF và ảnh từng trang.")] = True,
) -> None:
    """In xem trước mẫu: bản để trống và bản điền thử cho từng loại tổ chức, kèm PDF và ảnh trang nếu có LibreOffice."""
    previews = trial.preview(find_form(templates, form, year))
    for name, content in previews.items():
        write_whole(output / name, content)
    say(str(output / name) for name in previews)
    if pages:
        try:
            for made in pdf.convert([output / name for name in previews], force=True):
                pages_of = () if made.problems else (made.pdf, *pdf.to_pictures(made.pdf))
                say([*map(str, pages_of), *show.faults(made.problems)])
        except MissingError as error:
            say(["Không lập được PDF và ảnh trang:", *map(show.problem, error.problems)])


def form_new(
    form: FormName,
    year: FormYear,
    source: Annotated[str, typer.Option("--from", metavar="MẪU/NĂM", help="Mẫu dùng làm gốc.")],
    output: FormsFolder = Path("templates"),
    templates: Templates = None,
) -> None:
    """Tạo mẫu mới từ một mẫu có sẵn. Sau đó sửa form.toml, phrases.toml và tệp Word, không cần lập trình."""
    with as_usage():
        folder = Library.usual(templates).get(source)
    target = copy_form(folder, safe_id(form), year, output, pretty(schema.form_schema()))
    say([f"Đã tạo {target}.", f"Sửa xong, kiểm tra bằng: baocao form check {form} {year} --templates {output}"])


def form_diff(old: FormKey, new: FormKey, templates: Templates = None) -> None:
    """So sánh hai mẫu. Nêu bằng lời những gì được thêm, bỏ, sửa."""
    library = Library.usual(templates)
    with as_usage():
        changes = list(compare.differences(library.get(old), library.get(new)))
    say(changes or ["Hai mẫu giống nhau."])


def form_confirm(
    form: FormName,
    year: FormYear,
    *,
    by: Annotated[str, typer.Option("--by", metavar="NGƯỜI", help="Người, cơ quan xác nhận.")],
    decision: Annotated[str, typer.Option("--decision", metavar="VĂN_BẢN", help="Số, ký hiệu văn bản xác nhận.")],
    on: Annotated[datetime.datetime, typer.Option("--on", metavar="NGÀY", formats=["%Y-%m-%d"], help="Ngày văn bản.")],
    output: FormsFolder = Path("templates"),
    templates: Templates = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ghi ngay, không hỏi lại.")] = False,
) -> None:
    """Ghi nhận mẫu đã được xác nhận: điểm chuẩn, căn cứ và mọi cách hiểu. Sửa mẫu sau đó thì xác nhận hết hiệu lực.

    Mẫu kèm sẵn được chép vào thư mục mẫu của cơ quan rồi mới ghi.
    """
    folder = find_form(templates, form, year)
    trial.check_form(folder)
    say(show_form.form(folder.form))
    if not yes and not typer.confirm("Ghi xác nhận các điểm chuẩn và cách hiểu nêu trên?"):
        raise typer.Abort
    try:
        found = Confirmation(by=by, decision=decision, on=on.date(), digest=folder.form.digest)
    except ValidationError as error:
        raise UsageError([messages.structure(fault, ()) for fault in error.errors(include_url=False)]) from error
    path = confirm(folder, found, output)
    say([f"Đã ghi xác nhận vào {path / 'form.toml'}."])
