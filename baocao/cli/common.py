"""What all commands share: arguments and options, how they speak, how they find a form."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError

from baocao import messages, pipeline
from baocao.batch import Assessor
from baocao.errors import DataError, UsageError
from baocao.forms import FormFolder, Library
from baocao.forms.values import Slug
from baocao.pipeline import Result

T = TypeVar("T")

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
AsPdf = Annotated[bool, typer.Option("--pdf", help="Lập thêm bản PDF (PDF/A) cạnh mỗi tệp Word; cần LibreOffice.")]
FormName = Annotated[str, typer.Argument(metavar="MẪU", help="Tên mẫu, ví dụ hoi-quan-chung.")]
FormKey = Annotated[str, typer.Argument(metavar="MẪU/NĂM", help="Ví dụ hoi-quan-chung/2021.")]
FormYear = Annotated[int, typer.Argument(metavar="NĂM", help="Năm của mẫu, ví dụ 2021.")]

Location = Annotated[
    str,
    typer.Option(
        "--register",
        envvar="BAOCAO_REGISTER",
        show_envvar=False,
        metavar="SỔ",
        help="Tệp sổ theo dõi, hoặc địa chỉ PostgreSQL; hoặc đặt biến môi trường BAOCAO_REGISTER.",
    ),
]
DEFAULT = "outputs/register.sqlite"
"""Where the register is when nobody says otherwise."""


def say(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines, to the standard output or (`err`) to the error output."""
    for line in lines:
        typer.echo(line, err=err)


def safe_id(name: str) -> str:
    """Return an identifier that was typed on the command line.

    Raises:
        UsageError: it cannot be used as a file name.
    """
    try:
        return TypeAdapter[str](Slug).validate_python(name)
    except ValidationError as error:
        raise UsageError([messages.structure(error.errors()[0], ())]) from error


def pretty(value: object) -> bytes:
    """Return a value as JSON that people read."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def find_form(templates: Path | None, form: str, year: int) -> FormFolder:
    """Return the form that a command names.

    Raises:
        UsageError: there is none.
        DataError: it has faults.
    """
    with as_usage():
        return Library.usual(templates).get(f"{form}/{year}")


@contextmanager
def as_usage() -> Iterator[None]:
    """A form that is asked for and does not exist is a fault of the command line, not of a file."""
    try:
        yield
    except DataError as error:
        if any(problem.source for problem in error.problems):
            raise
        raise UsageError(error.problems) from error


# --- working through submissions ---------------------------------------------------------------------------------


def assess_all(paths: Sequence[Path], templates: Path | None, office: Path | None) -> Iterator[Result]:
    """Yield what becomes of each submission, one after the other; a progress bar shows how far it is."""
    assessor = Assessor(templates, office)
    names: dict[str, str] = {}
    results = (pipeline.unlike_others(assessor(file), names) for file in pipeline.submissions(paths))
    yield from with_progress(results, paths)


def with_progress(items: Iterable[T], paths: Sequence[Path]) -> Iterator[T]:
    """Yield what comes of the files below `paths`, with a progress bar on the terminal when there are several."""
    total = sum(1 for _ in pipeline.submissions(paths)) if sys.stderr.isatty() else 0
    return with_progress_of(items, total)


def with_progress_of(items: Iterable[T], total: int) -> Iterator[T]:
    """Yield items, with a progress bar on the terminal when there are several."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    from baocao.cli.progress import progress

    yield from progress(items, total, both=sys.stdout.isatty())


def exit_for(results: Iterable[Result]) -> None:
    """End with the exit code for faulty data when a result has faults."""
    if any(result.faults for result in results):
        raise typer.Exit(DataError.exit_code)
