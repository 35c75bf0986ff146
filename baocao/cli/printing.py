"""Papers as PDF, for the commands that ask for it and as a command by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from baocao import messages, pdf
from baocao.cli import show
from baocao.cli.common import Force, say, with_progress_of
from baocao.errors import DataError
from baocao.text import whole


def print_(
    paths: Annotated[list[Path], typer.Argument(metavar="TỆP", help="Tệp Word .docx hoặc thư mục chứa chúng.")],
    force: Force = False,
) -> None:
    """Lập bản PDF (PDF/A) cạnh mỗi tệp Word, bằng LibreOffice. Nêu tên tệp không lập được, vẫn lập các tệp khác."""
    found = {path: sorted(path.rglob("[!~]*.docx")) if path.is_dir() else [path] for path in paths}
    if empty := [str(path) for path, documents in found.items() if not documents]:
        raise DataError(map(messages.nothing_to_print, empty))
    if not print_pdf([document for documents in found.values() for document in documents], force=force):
        raise typer.Exit(DataError.exit_code)


def print_pdf(documents: Sequence[Path], *, force: bool = False, printers: int | None = None) -> bool:
    """Write the PDF of each document beside it, say what could not be printed, and return whether all were.

    Raises:
        MissingError: LibreOffice is missing, or a folder cannot be written.
    """
    if not documents:
        return True
    printing = with_progress_of(pdf.convert(documents, force=force, printers=printers), len(documents))
    problems = [problem for made in printing for problem in made.problems]
    say(show.faults(problems))
    printed, failed = whole(len(documents) - len(problems)), whole(len(problems))
    say([f"Đã lập {printed} tệp PDF cạnh tệp Word; {failed} tệp không lập được."])
    return not problems
