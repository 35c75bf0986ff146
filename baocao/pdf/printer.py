"""One LibreOffice with a profile of its own, that prints one document after the other until it fails."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Timer

from baocao import messages
from baocao.errors import MissingError
from baocao.files import reason
from baocao.pdf.programs import Programs, environment

_WORKER = Path(__file__).with_name("worker.py")
_START = 120
"""Seconds in which LibreOffice starts; two are usual, the first time after its installation needs many."""
_END = 10
"""Seconds in which it ends when asked to, or is killed by `worker` (which waits for less)."""


class PrinterError(Exception):
    """This LibreOffice is of no use any more: it crashed, hung, was ended, or failed on a document."""


class Printer:
    """A LibreOffice in a process group and a folder of its own; both are gone when it is closed or killed."""

    def __init__(self, programs: Programs) -> None:
        """Begin to start it; `wait` until it has.

        Raises:
            MissingError: there is no room for its profile, or a program cannot be run.
        """
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="baocao-")).resolve()
        except OSError as error:
            raise MissingError([messages.unwritable(tempfile.gettempdir(), reason(error))]) from error
        self._lock = Lock()
        self._alive = True
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [programs.python, str(_WORKER), programs.soffice, str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(self._folder),
                start_new_session=True,  # a group that can be killed whole, and that Ctrl-C does not reach
            )
        except OSError as error:
            self._remove_folder()
            raise MissingError([messages.program_failed("LibreOffice", reason(error))]) from error
        assert self._process.stdin
        assert self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def wait(self) -> None:
        """Wait until it has started.

        Raises:
            PrinterError: it does not start.
        """
        self._answer(_START)

    def convert(self, document: bytes, mark: str, seconds: float) -> bytes:
        """Return a document printed as PDF, with a mark among its keywords.

        It is printed from and to the folder of this LibreOffice: under names that every system can spell, and with
        nothing beside it that the document could refer to.

        Args:
            document: a docx.
            mark: printable ASCII.
            seconds: after which it is taken for hanging.

        Raises:
            PrinterError: it cannot, or does not in time.
        """
        source, target = self._folder / "document.docx", self._folder / "document.pdf"
        task = {"document": str(source), "pdf": str(target), "mark": mark}
        try:
            source.write_bytes(document)
            self._stdin.write(json.dumps(task).encode() + b"\n")
            self._stdin.flush()
            self._answer(seconds)
            made = target.read_bytes()
            target.unlink()
        except (OSError, ValueError) as error:  # the pipe is broken, or `kill` closed it
            raise PrinterError from error
        return made

    def close(self) -> None:
        """End it, kindly at first, and remove its folder."""
        with suppress(OSError, ValueError), self._killed_after(_END):
            self._stdin.close()
            self._stdout.read()
        self.kill()

    def kill(self) -> None:
        """End it at once, whatever it does, and remove its folder. May be called by any thread, and again."""
        with self._lock:
            if not self._alive:
                return
            self._kill_all()
            self._process.wait()  # not before: until then its number cannot become another group's
            for pipe in (self._stdin, self._stdout):
                with suppress(OSError):
                    pipe.close()
            self._remove_folder()
            self._alive = False

    def _answer(self, seconds: float) -> None:
        """Wait for the worker's line; a worker that is late is killed, which ends the wait."""
        try:
            with self._killed_after(seconds):
                line = self._stdout.readline()
            failed = json.loads(line).get("failed")
        except ValueError as error:  # it ended, perhaps in the middle of the line, or `kill` closed the pipe
            raise PrinterError from error
        if failed:
            raise PrinterError(failed)

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        watch = Timer(seconds, self.kill)
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _kill_all(self) -> None:
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._process.pid)], capture_output=True, check=False)  # noqa: S603, S607
        else:
            with suppress(ProcessLookupError, PermissionError):  # it has ended (macOS: is ending)
                os.killpg(self._process.pid, signal.SIGKILL)

    def _remove_folder(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        # A LibreOffice that was killed leaves two sockets: the one it was told to open, and the one by which it knows
        # that it runs already, named after its profile (the bytes of a digest, each without a leading zero).
        profile = hashlib.md5(self._folder.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
        known_by = "".join(f"{byte:x}" for byte in profile)
        for name in (self._folder.name, f"SingleOfficeIPC_{known_by}"):
            for socket in Path("/tmp").glob(f"OSL_PIPE_*_{name}"):  # noqa: S108  # LibreOffice knows no other place
                with suppress(OSError):
                    socket.unlink()
