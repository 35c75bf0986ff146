"""Reading what may be hostile, writing what must not be half-written."""

from __future__ import annotations

import errno
import glob
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from baocao import messages
from baocao.errors import DataError, MissingError

MOST_BYTES = 4 * 1024 * 1024
"""No submission, form or phrase book is larger: 4 MiB."""


def read_limited(path: Path, most: int = MOST_BYTES) -> bytes:
    """Read a whole file of at most `most` bytes.

    Raises:
        DataError: it is larger, no plain file, or cannot be read.
    """
    try:
        if not path.is_file():
            raise DataError([messages.not_a_file(str(path))])
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise DataError([messages.unreadable(str(path), reason(error))]) from error
    if len(content) > most:
        raise DataError([messages.too_large(str(path), most)])
    return content


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all: temporary file beside it, fsync, rename.

    Raises:
        MissingError: the folder cannot be made or written, or the disk is full.
    """
    with written_whole(path) as file:
        file.write(content)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written piece by piece, which is there as a whole when that is done, or not at all.

    Raises:
        MissingError: as `write_whole`; an `OSError` of whoever makes the content is taken for one of the file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                finish(file, temporary)
            temporary.replace(path)
            sync_folder(path.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MissingError([messages.unwritable(str(path), reason(error))]) from error


def finish(file: BinaryIO, path: Path) -> None:
    """Make what was written to a temporary file last, and readable by those whom the user lets read."""
    file.flush()
    os.fsync(file.fileno())
    path.chmod(0o666 & ~_umask())


def try_write(path: Path, size: int) -> None:
    """Find out whether a file of `size` bytes could be written now; leaves nothing behind, also when killed.

    Raises:
        MissingError: as `write_whole` would.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent) as file:  # on Linux it never has a name
            file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise MissingError([messages.unwritable(str(path), reason(error))]) from error


def remove_leftovers(path: Path) -> None:
    """Remove what `write_whole` leaves when it is killed. Only for whoever knows that nobody is writing `path`."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        leftover.unlink(missing_ok=True)


def _umask() -> int:
    """Return what the user lets nobody else do; `mkstemp` lets nobody else do anything."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system lets a folder be opened (not on Windows)."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_REASONS = {
    errno.ENOENT: "không có tệp hoặc thư mục này",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.ENOSPC: "đĩa đã đầy",
    errno.EEXIST: "đã có tệp trùng tên với thư mục",
    errno.ENOTDIR: "một phần của đường dẫn không phải là thư mục",
    errno.EISDIR: "đây là thư mục",
    errno.ENAMETOOLONG: "tên quá dài",
}


def reason(error: OSError) -> str:
    """Say in Vietnamese what the system could not do."""
    return _REASONS.get(error.errno or 0, f"lỗi hệ thống số {error.errno}")
