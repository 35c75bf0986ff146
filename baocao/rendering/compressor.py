"""What compresses the parts of a document: zlib, or Intel's ISA-L where the extra `baocao[fast]` is installed."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Deflating(Protocol):
    """Raw deflate of a content that comes in pieces."""

    def compress(self, piece: bytes, /) -> bytes:
        """Take the next piece and return what is ready."""

    def flush(self) -> bytes:
        """Return the rest."""


@dataclass(frozen=True, slots=True)
class Compressor:
    """A way to compress; the bytes of a docx depend on it, the content digest does not."""

    name: str
    deflate: Callable[[bytes], bytes]
    """Raw deflate, as a zip holds it."""
    crc32: Callable[..., int]
    """Of a content; with the CRC of what came before as second argument, of both."""
    deflating: Callable[[], Deflating]
    """As `deflate`, piece by piece; the bytes may be others."""


STANDARD = Compressor(
    "zlib 6",
    lambda content: zlib.compress(content, 6, -zlib.MAX_WBITS),
    zlib.crc32,
    lambda: zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS),
)


def _isal() -> Compressor | None:
    try:
        from isal import isal_zlib  # noqa: PLC0415 – an extra
    except ImportError:
        return None
    return Compressor(
        "isal 0",
        lambda content: isal_zlib.compress(content, 0, -zlib.MAX_WBITS),
        isal_zlib.crc32,
        lambda: isal_zlib.compressobj(0, isal_zlib.DEFLATED, -zlib.MAX_WBITS),
    )


FAST = _isal()
"""A tenth of the time for a fifth more bytes; `None` where isal is not installed."""

DEFAULT = FAST or STANDARD
