"""Pages to look at: docx → PDF by LibreOffice, PDF → PNG by poppler, where these programs are installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from baocao import messages
from baocao.errors import MissingError

_SECONDS = 180
"""LibreOffice needs a few seconds to start and less than one for a document; more means that it hangs."""

_DOTS_PER_INCH = 80


def to_pdf(documents: Sequence[Path], into: Path) -> list[Path]:
    """Convert documents to PDF files of the same names in a folder, and return their paths.

    Raises:
        MissingError: LibreOffice is not installed, hangs, or cannot convert them.
    """
    with tempfile.TemporaryDirectory() as profile:  # of its own, so that an open LibreOffice does not matter
        options = ["--headless", f"-env:UserInstallation={Path(profile).as_uri()}", "--convert-to", "pdf"]
        _run("soffice", "LibreOffice", [*options, "--outdir", str(into), *map(str, documents)])
    made = [into / f"{document.stem}.pdf" for document in documents]
    for path in made:
        if not path.is_file():
            raise MissingError([messages.not_converted(str(path))])
    return made


def to_pictures(pdf: Path) -> list[Path]:
    """Draw each page of a PDF file as a PNG file beside it, and return their paths in order.

    Raises:
        MissingError: poppler (`pdftoppm`) is not installed or cannot draw them.
    """
    _run("pdftoppm", "poppler", ["-png", "-r", str(_DOTS_PER_INCH), str(pdf), str(pdf.with_suffix(""))])
    return sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))


def _run(program: str, known_as: str, arguments: Sequence[str]) -> None:
    path = shutil.which(program)
    if path is None:
        raise MissingError([messages.no_program(known_as)])
    try:
        subprocess.run([path, *arguments], check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603
    except (subprocess.SubprocessError, OSError) as error:
        raise MissingError([messages.program_failed(known_as, type(error).__name__)]) from error
