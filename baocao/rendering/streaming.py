"""A docx that is never in memory as a whole: written while it is made, and told by its digest while it is read.

The parts are those of `package.label`, and so are dates, flags and order, but for the custom properties: they carry
the content digest, which is known last.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering import package
from baocao.rendering.compressor import DEFAULT, Compressor

_MOST = 0xFFFFFFFE
"""Bytes of a part and of a document: what a zip holds without 64-bit extensions. Word opens nothing near it."""

_MOST_READ = 2 << 30
_MOST_LABELS = 1 << 20
_PIECE = 1 << 18


def write(
    parts: package.Parts,
    stories: Mapping[str, Iterable[bytes]],
    labels: Iterable[tuple[str, str]],
    target: BinaryIO,
    compressor: Compressor = DEFAULT,
) -> str:
    """Write the docx of some parts with custom properties, and return its content digest.

    Args:
        parts: those that are there as a whole, as for `package.label`.
        stories: those that come in pieces; each is asked for them when it is written, one after the other.
        labels: custom properties; the content digest becomes the last of them.
        target: a file that can seek; the zip begins where it stands.
        compressor: the bytes depend on it, the digest does not.

    Raises:
        DataError: a part, or the document, has 4 GiB or more.
    """
    zipped = _Zip(target, compressor)
    whole = {name: (content,) for name, content in package.declaring_custom(parts).items() if name != package.CUSTOM}
    pieces = {**whole, **stories}
    ordered = package.in_order(tuple(pieces))
    hashes = {name: zipped.add(local, central, pieces[name]) for name, local, central in ordered}
    digest = package.digest_of(hashes)
    ((_, local, central),) = package.in_order((package.CUSTOM,))
    zipped.add(local, central, (package.custom_part(labels, digest),))
    zipped.close()
    return digest


class _Zip:
    """Writes the records of a zip; the sizes of a part are put before it once they are known."""

    def __init__(self, target: BinaryIO, compressor: Compressor) -> None:
        self._target = target
        self._compressor = compressor
        self._begin = target.tell()
        self._directory: list[tuple[bytes, ...]] = []

    def add(self, local: tuple[bytes, bytes], central: tuple[bytes, bytes, bytes], pieces: Iterable[bytes]) -> str:
        """Write a part and return its SHA-256; what its records say besides is from `package.in_order`.

        Raises:
            DataError: it does not fit into a zip.
        """
        crc, size, hashed, deflating = 0, 0, hashlib.sha256(), self._compressor.deflating()
        start = self._target.tell()
        before, after = local
        self._target.write(b"".join((before, bytes(package.SIZES.size), after)))
        for piece in pieces:
            crc = self._compressor.crc32(piece, crc)
            size += len(piece)
            hashed.update(piece)
            self._target.write(deflating.compress(piece))
        self._target.write(deflating.flush())
        end = self._target.tell()
        if max(size, end - self._begin) > _MOST:
            raise DataError([messages_form.too_large_for_word()])
        sizes = package.SIZES.pack(crc, end - start - package.LOCAL - len(after), size)
        self._target.seek(start + len(before))
        self._target.write(sizes)
        self._target.seek(end)
        self._directory.append(package.listed(central, sizes, start - self._begin))
        return hashed.hexdigest()

    def close(self) -> None:
        """Write the directory."""
        offset = self._target.tell() - self._begin
        directory = b"".join(chain.from_iterable(self._directory))
        self._target.write(directory + package.end(len(self._directory), len(directory), offset))


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seal:
    """What a document says of itself, and what it holds."""

    labels: dict[str, str]
    """Custom properties that hold text; anybody can write them."""
    digest: str
    """Content digest of what is there."""

    @property
    def is_untouched(self) -> bool:
        """Whether this program wrote the document and nobody changed or saved it since."""
        return package.is_sealed(self.labels, self.digest)


def read_seal(file: BinaryIO) -> Seal:
    """Return labels and content digest of a docx of any size that is sane, in little memory.

    Raises:
        DataError: as `package.unpack`, but up to 2 GiB unpacked: nothing of it is kept, so that a zip that unpacks
            to much costs time only, a second or two for each GiB.
    """
    with package.opened(file, _MOST_READ) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        hashes = {entry.filename: _sha256(archive, entry) for entry in entries if entry.filename != package.CUSTOM}
        own = {entry.filename for entry in entries if entry.file_size <= _MOST_LABELS}
        labels = package.labels({package.CUSTOM: archive.read(package.CUSTOM)} if package.CUSTOM in own else {})
    return Seal(labels, package.digest_of(hashes))


def _sha256(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    hashed = hashlib.sha256()
    with archive.open(entry) as content:
        while piece := content.read(_PIECE):
            hashed.update(piece)
    return hashed.hexdigest()
