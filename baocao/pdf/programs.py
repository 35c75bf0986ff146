"""Where LibreOffice and a Python that can drive it are on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from baocao import messages
from baocao.errors import MissingError

_USUAL = {
    "win32": (
        r"C:\Program Files\LibreOffice\program\soffice.exe",
        r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    ),
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
}
"""Where installers put it without naming the place in PATH."""

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Programs:
    """What printing needs."""

    soffice: str
    """LibreOffice itself."""
    python: str
    """A Python that has its module `uno`."""


def find() -> Programs:
    """Find LibreOffice, and the Python that drives it.

    Raises:
        MissingError: one of them is not installed.
    """
    soffice = shutil.which("soffice") or next(
        (path for path in _USUAL.get(sys.platform, ()) if Path(path).is_file()), None
    )
    if soffice is None:
        raise MissingError([messages.no_program("LibreOffice")])
    python = next((python for python in _pythons(Path(soffice).resolve().parent) if _has_uno(python)), None)
    if python is None:
        raise MissingError([messages.no_uno()])
    return Programs(soffice, python)


def environment(temporary: Path) -> dict[str, str]:
    """Return the environment for a foreign Python and for LibreOffice: what is set for ours would mislead them.

    The locale is the same everywhere, so that the same document is printed the same way for everybody. A LibreOffice
    that is killed leaves files in its folder for temporary files.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8", **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(temporary))}


def _pythons(program: Path) -> Iterator[str]:
    """Yield where the Python may be: LibreOffice's own, the system's, the first in PATH, ours."""
    for path in (program / "python.exe", program / "python", program.parent / "Resources" / "python"):
        if path.is_file():
            yield str(path)
    yield from (
        path for path in (shutil.which("python3", path="/usr/bin"), shutil.which("python3"), sys.executable) if path
    )


@cache
def _has_uno(python: str) -> bool:
    variables = environment(Path(tempfile.gettempdir()))
    command = [python, "-c", "import uno"]
    try:
        found = subprocess.run(command, capture_output=True, timeout=_SECONDS, env=variables, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return found.returncode == 0
