"""The command line: words and exit codes. The only part that prints.

Exit codes: 0 done, 1 problems in the data, 2 wrong usage, 3 something missing on the machine.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from baocao import __version__, compare, inputs, messages, pdf, pipeline, sample, schema
from baocao.cli import show, words
from baocao.errors import BaocaoError, DataError, MissingError, UsageError
from baocao.files import read_limited, write_whole
from baocao.forms import FormFolder, Library, copy_form
from baocao.forms.values import Slug
from baocao.inputs import NO_OFFICE, Office
from baocao.pipeline import Result
from baocao.rendering import is_ours, version_line
from baocao.report import problems_json, result_json

app = typer.Typer(
    name="baocao",
    cls=words.Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Từ dữ liệu JSON đã kiểm tra đến bảng chấm điểm Word ký được.",
    epilog="Mã kết thúc: 0 xong, 1 dữ liệu có lỗi, 2 dùng sai lệnh, 3 máy thiếu thành phần cần thiết.",
)
form_app = typer.Typer(cls=words.Group, no_args_is_help=True, rich_markup_mode=None, help="Các mẫu bảng chấm điểm.")
app.add_typer(form_app, name="form")

Paths = Annotated[list[Path], typer.Argument(metavar="TỆP", help="Tệp dữ liệu .json hoặc thư mục chứa chúng.")]
Templates = Annotated[
    Path | None,
    typer.Option("--templates", metavar="THƯ_MỤC", help="Thư mục mẫu của cơ quan, ưu tiên hơn mẫu kèm sẵn."),
]
OfficePath = Annotated[
    Path | None,
    typer.Option(
        "--office", metavar="TỆP", help="Phần dùng chung của cơ quan; nếu không nêu, lấy office.json cạnh tệp."
    ),
]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="THƯ_MỤC", help="Thư mục ghi kết quả.")]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON, mỗi tệp một dòng.")]
Force = Annotated[bool, typer.Option("--force", help="Ghi đè cả tệp không do baocao tạo hoặc đã được sửa.")]
FormName = Annotated[str, typer.Argument(metavar="MẪU", help="Tên mẫu, ví dụ hoi-quan-chung.")]
FormKey = Annotated[str, typer.Argument(metavar="MẪU/NĂM", help="Ví dụ hoi-quan-chung/2021.")]
FormYear = Annotated[int, typer.Argument(metavar="NĂM", help="Năm của mẫu, ví dụ 2021.")]


def main() -> None:
    """Run the command line of this process and end it with the exit code."""
    _speak_utf8()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        return app(list(arguments), prog_name="baocao", standalone_mode=False) or 0
    except BaocaoError as error:
        _say(show.faults(error.problems), err=True)
        return error.exit_code
    except typer.Abort:
        return 130
    except Exception as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            _say([words.translated(str(error))])
            return UsageError.exit_code
        # typer keeps the root of its usage errors private; they are known by how they word themselves
        if not hasattr(error, "format_message"):
            raise
        _say([f"Lỗi: {words.fault(error.format_message())}.", "Xem trợ giúp: baocao --help"], err=True)
        return UsageError.exit_code


def _speak_utf8() -> None:
    """Print Vietnamese also where the console or the pipe is set to another encoding (Windows)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _say(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        typer.echo(line, err=err)


def _version(wanted: bool) -> None:
    if not wanted:
        return
    typer.echo(f"baocao {__version__}")
    library = Library.usual()
    for key in library.available():
        try:
            typer.echo(f"  {version_line(library.get(key))}")
        except DataError:
            typer.echo(f"  mẫu {key}: có lỗi, xem “baocao form check”")
    raise typer.Exit


@app.callback()
def _root(
    _show_version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="In phiên bản chương trình, mẫu, tệp Word."),
    ] = False,
) -> None:
    pass


# --- working through submissions -------------------------------------------------------------------------------


def _assess_all(paths: Sequence[Path], templates: Path | None, office: Path | None) -> Iterator[Result]:
    library = Library.usual(templates)
    files = pipeline.submissions(paths)
    offices: dict[Path, Office] = {}
    names: dict[str, str] = {}
    for file in _with_progress(files):
        yield pipeline.unlike_others(pipeline.assess(file, library, _office_of(file, office, offices)), names)


def _office_of(file: Path, chosen: Path | None, known: dict[Path, Office]) -> Office:
    path = chosen or file.parent / pipeline.OFFICE_FILE
    if path not in known:
        known[path] = pipeline.read_office(path) if chosen or path.exists() else NO_OFFICE
    return known[path]


T = TypeVar("T")


def _with_progress(items: Sequence[T]) -> Iterator[T]:
    """Yield the items, with a progress bar on the terminal when there are many."""
    if len(items) < 2 or not sys.stderr.isatty():
        yield from items
        return
    with typer.progressbar(items, label="Đang xử lý", file=sys.stderr) as bar:
        yield from bar


def _exit_for(results: Iterable[Result]) -> None:
    if any(result.faults for result in results):
        raise typer.Exit(DataError.exit_code)


@app.command(cls=words.Command)
def check(paths: Paths, templates: Templates = None, office: OfficePath = None, as_json: AsJson = False) -> None:
    """Kiểm tra dữ liệu. Mọi lỗi của mọi tệp được liệt kê trong một lần."""
    results = list(_assess_all(paths, templates, office))
    if as_json:
        _say(_json(problems_json(result)) for result in results)
    else:
        _say(show.checked(results))
    _exit_for(results)


@app.command(cls=words.Command)
def score(paths: Paths, templates: Templates = None, office: OfficePath = None, as_json: AsJson = False) -> None:
    """Tính điểm và xếp loại. Nêu từng điều kiện, cấp độ từng mục và điều còn thiếu để đạt mức cao hơn."""
    faulty = False
    for result in _assess_all(paths, templates, office):
        _say([_json(result_json(result))] if as_json else [*show.score(result), ""])
        faulty = faulty or bool(result.faults)
    if faulty:
        raise typer.Exit(DataError.exit_code)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@app.command(cls=words.Command)
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
        for result in _assess_all(paths, templates, office):
            try:
                written.append(_write_draft(result, output, force=force))
            except DataError as error:
                found = [problem.inside(result.source) for problem in error.problems]
                failed.append(Result(result.source, tuple(found)))
    except MissingError:  # a full disk half way: what is written is there, and said so
        _say(show.drafted(written, failed, output))
        raise
    _say(show.drafted(written, failed, output))
    _exit_for(failed)


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


@app.command(cls=words.Command)
def new(
    form: FormName,
    year: FormYear,
    organization: Annotated[
        str, typer.Option("--id", metavar="MÃ", help="Mã tổ chức, dùng làm tên tệp.")
    ] = "to-chuc-moi",
    output: Annotated[Path, typer.Option("-o", "--output", metavar="THƯ_MỤC", help="Thư mục ghi tệp.")] = Path(),
    templates: Templates = None,
    force: Force = False,
) -> None:
    """Tạo tệp dữ liệu trống để điền. Kèm JSON Schema giúp trình soạn thảo gợi ý và kiểm tra khi gõ."""
    folder = _form(templates, form, year)
    name = _safe_id(organization)
    if f"{name}.json" == pipeline.OFFICE_FILE:
        raise UsageError([messages.office_name()])
    schema_path = output / f"{folder.form.id}-{folder.form.year}{pipeline.SCHEMA_SUFFIX}"
    path = output / f"{name}.json"
    if path.exists() and not force:
        raise DataError([messages.file_exists(str(path))])
    office = _office_of(path, None, {})
    if office.faults:
        raise DataError(office.faults)
    write_whole(schema_path, _pretty(schema.submission_schema(folder.form)))
    blank = sample.blank(folder.form, name, f"./{schema_path.name}")
    write_whole(path, _pretty(inputs.without_defaults(blank, office)))
    _say([f"Đã tạo {path} và {schema_path}.", f"Điền xong, kiểm tra bằng: baocao check {path}"])


def _safe_id(organization: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter[str](Slug).validate_python(organization)
    except ValidationError as error:
        raise UsageError([messages.structure(error.errors()[0], ())]) from error


def _pretty(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


# --- forms -----------------------------------------------------------------------------------------------------


def _form(templates: Path | None, form: str, year: int) -> FormFolder:
    with _as_usage():
        return Library.usual(templates).get(f"{form}/{year}")


@contextmanager
def _as_usage() -> Iterator[None]:
    """A form that is asked for and does not exist is a fault of the command line, not of a file."""
    try:
        yield
    except DataError as error:
        if any(problem.source for problem in error.problems):
            raise
        raise UsageError(error.problems) from error


@form_app.command("list", cls=words.Command)
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


@form_app.command("show", cls=words.Command)
def form_show(form: FormName, year: FormYear, templates: Templates = None) -> None:
    """In tiêu chí, điểm chuẩn và căn cứ, điều kiện xếp loại, các cách hiểu."""
    _say(show.form(_form(templates, form, year).form))


@form_app.command("schema", cls=words.Command)
def form_schema(
    form: Annotated[str | None, typer.Argument(metavar="[MẪU]", help="Bỏ trống: in schema của tệp form.toml.")] = None,
    year: Annotated[int | None, typer.Argument(metavar="[NĂM]", help="Năm của mẫu.")] = None,
    templates: Templates = None,
) -> None:
    """In JSON Schema (2020-12) của dữ liệu chấm điểm, hoặc của chính tệp form.toml."""
    if form is None:
        typer.echo(_pretty(schema.form_schema()).decode(), nl=False)
        return
    if year is None:
        raise UsageError([messages.missing_year()])
    typer.echo(_pretty(schema.submission_schema(_form(templates, form, year).form)).decode(), nl=False)


@form_app.command("check", cls=words.Command)
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
            pipeline.check_form(library.get(key))
        except DataError as error:
            faulty = True
            _say([f"{key}: có lỗi", *show.faults(error.problems)])
        else:
            typer.echo(f"{key}: hợp lệ")
    if faulty:
        raise typer.Exit(DataError.exit_code)


@form_app.command("preview", cls=words.Command)
def form_preview(
    form: FormName,
    year: FormYear,
    output: Output = Path("outputs"),
    templates: Templates = None,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help="Lập cả PDF và ảnh từng trang.")] = True,
) -> None:
    """In xem trước mẫu: bản để trống và bản điền thử cho từng loại tổ chức, kèm PDF và ảnh trang nếu có LibreOffice."""
    previews = pipeline.preview(_form(templates, form, year))
    for name, content in previews.items():
        write_whole(output / name, content)
    _say(str(output / name) for name in previews)
    if pages:
        try:
            documents = pdf.to_pdf([output / name for name in previews], output)
            _say(str(page) for document in documents for page in (document, *pdf.to_pictures(document)))
        except MissingError as error:
            _say(["Không lập được PDF và ảnh trang:", *map(show.problem, error.problems)])


@form_app.command("new", cls=words.Command)
def form_new(
    form: FormName,
    year: FormYear,
    source: Annotated[str, typer.Option("--from", metavar="MẪU/NĂM", help="Mẫu dùng làm gốc.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="THƯ_MỤC", help="Thư mục mẫu của cơ quan.")] = Path(
        "templates"
    ),
    templates: Templates = None,
) -> None:
    """Tạo mẫu mới từ một mẫu có sẵn. Sau đó sửa form.toml, phrases.toml và tệp Word, không cần lập trình."""
    with _as_usage():
        folder = Library.usual(templates).get(source)
    target = copy_form(folder, _safe_id(form), year, output, _pretty(schema.form_schema()))
    _say([f"Đã tạo {target}.", f"Sửa xong, kiểm tra bằng: baocao form check {form} {year} --templates {output}"])


@form_app.command("diff", cls=words.Command)
def form_diff(old: FormKey, new: FormKey, templates: Templates = None) -> None:
    """So sánh hai mẫu. Nêu bằng lời những gì được thêm, bỏ, sửa."""
    library = Library.usual(templates)
    with _as_usage():
        changes = list(compare.differences(library.get(old), library.get(new)))
    _say(changes or ["Hai mẫu giống nhau."])
