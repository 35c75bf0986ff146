"""Papers as PDF by LibreOffice, and their pages as pictures by poppler, where these programs are installed.

Several LibreOffices run at once and print one document after the other. One that hangs or crashes is replaced, and the
document tried once more; nothing that one document does stops the others. `pdf.programs` finds what is needed,
`pdf.printer` is one LibreOffice, `pdf.worker` the program that drives it from its own Python.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread

from baocao import messages
from baocao.errors import DataError, MissingError, Problem
from baocao.files import read_limited, write_whole
from baocao.pdf import programs
from baocao.pdf.printer import Printer, PrinterError
from baocao.pdf.programs import Programs
from baocao.pool import processors

PATIENCE = 60.0
"""Seconds after which a document is taken for hanging; a scoresheet takes a fifth of one."""
_BYTES_A_SECOND = 10_000
"""Long documents get more time: what of a docx is printed in a second, slowly."""
_TRIES = 2
_MOST_PRINTERS = 4
_MOST_BYTES = 64 * 1024 * 1024

_MARK = re.compile(rb"<pdf:Keywords>[^<]*\bdocx-sha256:([0-9a-f]{64})")
"""In the metadata, which PDF/A leaves uncompressed."""
_DOTS_PER_INCH = 80


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one document."""

    document: Path
    pdf: Path
    """Beside the document, with its name."""
    problems: tuple[Problem, ...] = ()
    """Why it is not there; empty when it is."""


def convert(
    documents: Iterable[Path], *, force: bool = False, printers: int | None = None, patience: float = PATIENCE
) -> Iterator[Made]:
    """Print documents as PDF files beside them, and yield what became of each, in the order in which they get ready.

    The files are PDF/A-2b with structure and all fonts in them, and name the digest of the document that they show: one
    that shows its document already stays as it is, and one that is not ours, or was added to since, is not replaced.

    Args:
        documents: paths of docx files; taken one by one.
        force: replace also what is not ours.
        printers: how many LibreOffices print at once, 1 or more; otherwise one for each processor, up to four.
        patience: seconds after which a document of no great length is taken for hanging.

    Raises:
        MissingError: LibreOffice is not installed or does not start, or a folder cannot be written.
    """
    found = programs.find()
    pool = _Pool(documents, found, force=force, patience=patience)
    return pool.run(printers or min(processors(), _MOST_PRINTERS))


class _Pool:
    """Threads that take documents from one pile, each with a LibreOffice of its own while there is work."""

    def __init__(self, documents: Iterable[Path], found: Programs, *, force: bool, patience: float) -> None:
        self._documents = iter(documents)
        self._programs = found
        self._force = force
        self._patience = patience
        self._lock = Lock()
        self._printers: dict[int, Printer] = {}
        """Of each thread that has one."""
        self._stopped = False
        self._done: SimpleQueue[Made | BaseException | None] = SimpleQueue()

    def run(self, count: int) -> Iterator[Made]:
        threads = [Thread(target=self._serve, args=(number,), daemon=True) for number in range(count)]
        for thread in threads:
            thread.start()
        try:
            for _ in threads:
                while (item := self._done.get()) is not None:
                    if isinstance(item, BaseException):
                        raise item
                    yield item
        finally:
            self._stop()
            for thread in threads:
                thread.join()

    def _serve(self, number: int) -> None:
        """Print documents until there are no more."""
        try:
            while (document := self._next()) is not None:
                self._done.put(self._made(number, document))
        except BaseException as error:
            self._done.put(error)
        finally:
            if printer := self._printers.get(number):
                printer.close()
            self._done.put(None)

    def _next(self) -> Path | None:
        with self._lock:
            return None if self._stopped else next(self._documents, None)

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True
            printers = tuple(self._printers.values())
        for printer in printers:
            printer.kill()

    def _made(self, number: int, document: Path) -> Made:
        made = Made(document, document.with_suffix(".pdf"))
        try:
            content = read_limited(document, _MOST_BYTES)
            digest = hashlib.sha256(content).hexdigest()
            if not _shows(made.pdf, digest, force=self._force):
                write_whole(made.pdf, self._printed(number, content, f"docx-sha256:{digest}"))
        except DataError as error:
            return Made(document, made.pdf, tuple(problem.inside(str(document)) for problem in error.problems))
        return made

    def _printed(self, number: int, content: bytes, mark: str) -> bytes:
        """Print a document, at worst on a fresh LibreOffice.

        Raises:
            DataError: it fails there, too.
            MissingError: LibreOffice does not start.
        """
        for _ in range(_TRIES):
            printer = self._printers.get(number) or self._started(number)
            try:
                return printer.convert(content, mark, self._patience + len(content) / _BYTES_A_SECOND)
            except PrinterError:
                self._drop(number)
        raise DataError([messages.not_printed()])

    def _started(self, number: int) -> Printer:
        """Start a LibreOffice for a thread.

        Raises:
            MissingError: it does not start, or the pool is stopped.
        """
        for _ in range(_TRIES):
            with self._lock:
                if self._stopped:
                    break
                printer = self._printers[number] = Printer(self._programs)
            try:
                printer.wait()
            except PrinterError:
                self._drop(number)
            else:
                return printer
        raise MissingError([messages.program_failed("LibreOffice", "không khởi động được")])

    def _drop(self, number: int) -> None:
        with self._lock:
            printer = self._printers.pop(number)
        printer.kill()


def _shows(pdf: Path, digest: str, *, force: bool) -> bool:
    """Tell whether a PDF file shows the document of a digest, so that it may stay.

    Raises:
        DataError: it may neither stay nor be replaced: it is not ours, or was added to (signed, say), and not `force`.
    """
    if not pdf.exists():
        return False
    content = read_limited(pdf, _MOST_BYTES)
    mark = _MARK.search(content)
    untouched = mark is not None and content.count(b"%%EOF") == 1  # whoever adds to a PDF file adds an end
    current = mark is not None and mark[1] == digest.encode()
    if not (untouched or current or force):
        raise DataError([messages.pdf_not_ours(str(pdf))])
    return current and (untouched or not force)


def to_pictures(pdf: Path) -> list[Path]:
    """Draw each page of a PDF file as a PNG file beside it, and return their paths in order.

    Raises:
        MissingError: poppler (`pdftoppm`) is not installed or cannot draw them.
    """
    program = shutil.which("pdftoppm")
    if program is None:
        raise MissingError([messages.no_program("poppler")])
    command = [program, "-png", "-r", str(_DOTS_PER_INCH), str(pdf), str(pdf.with_suffix(""))]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)  # noqa: S603
    except (subprocess.SubprocessError, OSError) as error:
        raise MissingError([messages.program_failed("poppler", type(error).__name__)]) from error
    return sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))
