"""What compresses the parts of a document: zlib, or Intel's ISA-L where the extra `baocao[fast]` is installed."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

try:
    from isal import isal_zlib
except ImportError:
    isal_zlib = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Compressor:
    """A way to compress; the bytes of a docx depend on it, the content digest does not."""

    name: str
    deflate: Callable[[bytes], bytes]
    """Raw deflate, as a zip holds it."""
    crc32: Callable[[bytes], int]


STANDARD = Compressor("zlib 6", lambda content: zlib.compress(content, 6, -zlib.MAX_WBITS), zlib.crc32)

FAST = isal_zlib and Compressor(
    "isal 1", lambda content: isal_zlib.compress(content, 1, -zlib.MAX_WBITS), isal_zlib.crc32
)
"""A tenth of the time for a fifth more bytes; `None` where isal is not installed."""

DEFAULT = FAST or STANDARD
