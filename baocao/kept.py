"""What was worked out once, kept for the next process where only the user can write.

An entry holds what program and data make of each other: code and plain values, as `marshal` writes them. Loading code
is running it, so an entry is read only from a folder and a file that belong to the user and that nobody else may
write. Whatever is wrong with it (torn, altered, of another version, somebody else's), the entry counts as missing and
is made anew; keeping is never a reason to fail. `BAOCAO_NO_CACHE=1` keeps and reads nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from baocao import __version__

OFF = "BAOCAO_NO_CACHE"
"""The environment variable that turns keeping off, whatever it says."""

LIBRARIES = ("docx", "docxtpl", "jinja2", "lxml", "markupsafe", "pydantic")
"""The packages that have a say in what is kept."""

MOST_ENTRIES = 64
MOST_BYTES = 32 * 1024 * 1024
"""What the folder holds at most; the oldest entries go first."""

_MAGIC = b"baocao kept 1\n"
_DIGEST = 32
_PACKAGE = Path(__file__).parent


def recall(kind: str, *inputs: bytes) -> Any:
    """Return what was kept for some inputs, `None` when there is nothing to rely on.

    Args:
        kind: what it is: entries of different kinds do not meet.
        inputs: the whole content of everything that it was made of.
    """
    try:
        key = _key(kind, inputs)
        content = _read(_folder() / key.hex())
        payload = content[len(_MAGIC) + _DIGEST :]
        if not content.startswith(_MAGIC + _sealed(key, payload)):
            return None
        return marshal.loads(payload)  # noqa: S302 – the file is whole, and nobody else's
    except _UNFIT:
        return None


def keep(value: Any, kind: str, *inputs: bytes) -> None:
    """Keep a value of plain types and code objects for the inputs that it was made of, where that can be done."""
    try:
        key = _key(kind, inputs)
        payload = marshal.dumps(value)
        folder = _folder(create=True)
        _write(folder / key.hex(), _MAGIC + _sealed(key, payload) + payload)
        _forget_oldest(folder)
    except _UNFIT:
        return


_UNFIT = (OSError, RuntimeError, EOFError, ValueError, TypeError)
"""No such file, nowhere to write, a full disk, a user without a home, a value that marshal does not know."""


def _sealed(key: bytes, payload: bytes) -> bytes:
    """Return what shows that a payload is whole and stands under its own key."""
    return hashlib.sha256(key + payload).digest()


# --- the folder ------------------------------------------------------------------------------------------------


def _folder(*, create: bool = False) -> Path:
    """Return the folder that only the user can write.

    Raises:
        OSError: there is none, or nothing is to be kept.
    """
    if os.environ.get(OFF):
        raise OSError(OFF)
    folder = user_cache_path("baocao", appauthor=False)
    if create:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or not _is_own(found):
        raise OSError(folder)
    return folder


def _is_own(found: os.stat_result) -> bool:
    """Whether a file or folder is the user's, and nobody else may write it."""
    if not hasattr(os, "geteuid"):  # Windows: the folder lies in the user's profile, whose rights are inherited
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(path: Path) -> bytes:
    """Return the content of an entry; of none that is a link or somebody else's.

    Raises:
        OSError: there is no such file, or it may not be relied upon.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or not _is_own(found) or found.st_size > MOST_BYTES:
            raise OSError(path)
        return file.read()


def _write(path: Path, content: bytes) -> None:
    """Write an entry so that it is there whole or not at all; that it survives a power cut is not worth waiting for."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # which nobody else may read or write
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _forget_oldest(folder: Path) -> None:
    """Remove the oldest entries beyond what the folder may hold, and what a killed process left half-written."""
    with os.scandir(folder) as found:
        entries = sorted(((entry.stat(follow_symlinks=False), entry.path) for entry in found), key=_newest_first)
    size = 0
    for number, (about, path) in enumerate(entries):
        size += about.st_size
        if number >= MOST_ENTRIES or size > MOST_BYTES:
            Path(path).unlink(missing_ok=True)


def _newest_first(entry: tuple[os.stat_result, str]) -> int:
    return -entry[0].st_mtime_ns


# --- the key ---------------------------------------------------------------------------------------------------


def _key(kind: str, inputs: tuple[bytes, ...]) -> bytes:
    digest = hashlib.sha256(_makers())
    for part in (kind.encode(), *inputs):
        digest.update(hashlib.sha256(part).digest())
    return digest.digest()


@lru_cache(maxsize=1)
def _makers() -> bytes:
    """Return the digest of everything but the inputs that an entry depends on: this program, its libraries, Python."""
    python = (
        sys.version,
        str(sys.implementation.cache_tag),
        importlib.util.MAGIC_NUMBER.hex(),
        str(sys.flags.optimize),
    )
    return hashlib.sha256("\n".join((__version__, *python, *_own_files(_PACKAGE), *_versions())).encode()).digest()


def _own_files(folder: Path) -> Iterator[str]:
    """Yield name, size and time of each module of this package: what Python itself goes by for its `.pyc` files."""
    with os.scandir(folder) as found:
        for entry in sorted(found, key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                about = entry.stat()
                yield f"{entry.path} {about.st_size} {about.st_mtime_ns}"
            elif entry.is_dir() and not entry.name.startswith("__"):
                yield from _own_files(Path(entry.path))


def _versions() -> Iterator[str]:
    """Yield the names of what is installed beside the libraries, versions among them.

    `importlib.metadata` would tell the same of each library, in ten times the time.
    """
    specs = map(importlib.util.find_spec, LIBRARIES)
    for folder in sorted({Path(spec.origin).parents[1] for spec in specs if spec and spec.origin}):
        yield from sorted(path.name for path in folder.iterdir() if path.suffix in (".dist-info", ".egg-info"))
