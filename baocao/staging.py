"""Files of one run that are finished and have no name yet: written by many processes, named by one.

They lie in a folder within the one that they are for, so that naming is renaming. A run that ends, however it ends,
removes its folder; what a killed one left is removed by the next. Which is which is told by a lock that the system
takes back from a process that is gone.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from baocao import messages
from baocao.errors import MissingError
from baocao.files import finish, reason, sync_folder

if sys.platform != "win32":
    import fcntl

_PREFIX = ".baocao-"
_LOCK = "lock"


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Give a folder within `folder` for files without a name, for as long as the context lasts.

    Raises:
        MissingError: `folder` cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{_PREFIX}*"):
            _remove_unless_held(left)
        own, lock = _held(folder)
    except OSError as error:
        raise MissingError([messages.unwritable(str(folder), reason(error))]) from error
    try:
        yield own
    finally:
        lock.close()  # Windows removes no open file
        shutil.rmtree(own, ignore_errors=True)
        sync_folder(folder)  # one for all names: a power cut before it brings back old files, whole ones


def stage(folder: Path, content: bytes) -> Path:
    """Write a file into a folder of `staging` and return its path.

    Raises:
        MissingError: the folder cannot be written, or the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            finish(file, Path(name))
    except OSError as error:
        raise MissingError([messages.unwritable(str(folder.parent), reason(error))]) from error
    return Path(name)


def _held(folder: Path) -> tuple[Path, BinaryIO]:
    """Make a folder and hold its lock; anew where another run took it for a left one before it was locked."""
    while True:
        own = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        with suppress(FileNotFoundError, BlockingIOError):
            lock = (own / _LOCK).open("wb")
            _acquire(lock)
            if os.fstat(lock.fileno()).st_nlink:
                return own, lock


def _acquire(lock: BinaryIO) -> None:
    """Lock an open file until it is closed or its process ends.

    Raises:
        BlockingIOError: another process holds it.
    """
    if sys.platform != "win32":  # there nobody can remove an open file
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_unless_held(left: Path) -> None:
    if left.is_symlink():  # in a folder that others can write, it may lead anywhere
        return
    with suppress(OSError), (left / _LOCK).open("r+b") as lock:  # held, or not ours to remove: it stays
        _acquire(lock)
        (left / _LOCK).unlink()
        shutil.rmtree(left)
