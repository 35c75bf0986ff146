"""The docx file as a package of parts: read with limits, written the same way each time, digested, labelled."""

from __future__ import annotations

import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, lru_cache
from io import BytesIO
from typing import Any, BinaryIO

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering.compressor import DEFAULT, STANDARD, Compressor

_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    OSError, RuntimeError, NotImplementedError, EOFError, ValueError,
)  # fmt: skip
"""All that zipfile raises on files that are no zip, or were one."""

Parts = dict[str, bytes]
"""Name in the zip → content."""

Compressed = Mapping[str, tuple[bytes, bytes]]
"""Name in the zip → what both records of a zip say of the content, and the content compressed."""

CUSTOM = "docProps/custom.xml"
TYPES = "[Content_Types].xml"
RELATIONSHIPS = "_rels/.rels"

LONGEST_PROPERTY = 255
"""python-docx refuses longer core properties."""

_MOST_PARTS = 1000
_MOST_BYTES = 64 * 1024 * 1024

# The records of a zip (PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16); what a part's two records share is written once.
_ZIP_1980 = (1 << 5) | 1
_COMMON = struct.Struct("<5H")  # version needed, flags, method, time, date
_ASCII = _COMMON.pack(20, 0, zipfile.ZIP_DEFLATED, 0, _ZIP_1980)
_UTF8 = _COMMON.pack(20, 0x800, zipfile.ZIP_DEFLATED, 0, _ZIP_1980)
SIZES = struct.Struct("<3L")  # CRC, compressed, as it was
_LENGTHS = struct.Struct("<2H")  # of the name, of the extra field
_MADE_BY = b"\x14\x03"  # version 2.0, Unix
_MODE = struct.pack("<3HL", 0, 0, 0, 0o600 << 16)  # comment, disk, internal and external attributes
_END = struct.Struct("<4s4H2LH")
LOCAL = 4 + _COMMON.size + SIZES.size
"""Bytes of a local record before its lengths."""

_DIGEST = "baocao.digest"
"""The custom property in which a document carries its own content digest."""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CUSTOM_KIND = f"{_OFFICE}/relationships/custom-properties"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""Format identifier of user-defined properties (ECMA-376 part 1, 22.3.2.2)."""


def unpack(content: bytes) -> Parts:
    """Return the parts of a docx.

    Raises:
        DataError: it is no zip, has no Word document in it, holds two parts of one name (programs would not agree
            on which to show), or unpacks to more than 64 MiB or 1,000 parts.
    """
    with opened(BytesIO(content), _MOST_BYTES) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}


@contextmanager
def opened(file: BinaryIO, most: int) -> Iterator[zipfile.ZipFile]:
    """Open a docx to read parts of it, which give no more bytes than they promise.

    Raises:
        DataError: as `unpack`, when it is opened or while it is read; `most` bytes are too many.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > most:
                raise DataError([messages_form.not_a_document("quá lớn sau khi giải nén")])
            names = {entry.filename for entry in entries}
            if len({name.casefold() for name in names}) < len(entries):
                raise DataError([messages_form.not_a_document("có hai phần trùng tên")])
            if not {TYPES, RELATIONSHIPS, "word/document.xml"} <= names:
                raise DataError([messages_form.not_a_document("thiếu phần chính của văn bản Word")])
            yield archive
    except _DAMAGED as error:
        raise DataError([messages_form.not_a_document("tệp hỏng hoặc không phải .docx")]) from error


class Kept(bytes):
    """A part that comes again in every document of a template: digested and compressed once."""

    declaring: Kept | None = None
    """The part with the custom properties declared in it, where that is known; see `declaring_custom`."""

    def plain(self) -> tuple[object, ...]:
        """Return the part and what is known of it as plain values."""
        return bytes(self), self.sha256, self.entry, self.declaring and self.declaring.plain()

    @classmethod
    def revived(cls, value: Any) -> Kept:
        """Return what `plain` was asked of."""
        content, sha256, entry, declaring = value
        part = cls(content)
        vars(part).update(sha256=sha256, entry=entry)
        part.declaring = declaring and cls.revived(declaring)
        return part

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the content."""
        return hashlib.sha256(self).hexdigest()

    @cached_property
    def entry(self) -> tuple[bytes, bytes]:
        """What `_entry` gives, by zlib whatever compresses the other parts: once, it may take its time."""
        return _entry(self, STANDARD)


def pack(parts: Mapping[str, bytes], compressor: Compressor = DEFAULT) -> bytes:
    """Return the docx of some parts: the same parts give the same bytes (with the same compressor).

    The bytes are those that `zipfile` writes with one date, mode and system for all, in a tenth of the time.
    """
    return join(compressed(parts, compressor))


def compressed(parts: Mapping[str, bytes], compressor: Compressor = DEFAULT) -> Compressed:
    """Return the parts as a zip holds them."""
    return {
        name: content.entry if isinstance(content, Kept) else _entry(content, compressor)
        for name, content in parts.items()
    }


def join(parts: Compressed) -> bytes:
    """Return the docx of compressed parts."""
    entries: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, (before, after), central in in_order(tuple(parts)):
        sizes, deflated = parts[name]
        entries += (before, sizes, after, deflated)
        directory += listed(central, sizes, offset)
        offset += LOCAL + len(after) + len(deflated)
    records = b"".join(directory)
    return b"".join((*entries, records, end(len(parts), len(records), offset)))


def listed(central: tuple[bytes, bytes, bytes], sizes: bytes, offset: int) -> tuple[bytes, ...]:
    """Return the record of a part in the directory of a zip; `offset` is where its local record begins."""
    before, between, after = central
    return before, sizes, between, offset.to_bytes(4, "little"), after


def end(count: int, size: int, offset: int) -> bytes:
    """Return the last record of a zip, whose directory of `count` records has `size` bytes and begins at `offset`."""
    return _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0)


@lru_cache(maxsize=64)
def in_order(names: tuple[str, ...]) -> tuple[tuple[str, tuple[bytes, bytes], tuple[bytes, bytes, bytes]], ...]:
    """Return names in the order of the zip, each with what its two records say whatever the part.

    Of the local record it is what stands before and after the sizes; of that in the directory what stands before the
    sizes, before the offset and after it.
    """
    return tuple([(name, *_records(name)) for name in sorted(names, key=_order)])


def _order(name: str) -> tuple[bool, bool, str]:
    return name != TYPES, name != RELATIONSHIPS, name


def _records(name: str) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes, bytes]]:
    common, path = _ASCII if name.isascii() else _UTF8, name.encode()
    lengths = _LENGTHS.pack(len(path), 0)
    return (b"PK\3\4" + common, lengths + path), (b"PK\1\2" + _MADE_BY + common, lengths + _MODE, path)


def _entry(content: bytes, compressor: Compressor) -> tuple[bytes, bytes]:
    """Return what both records of a zip say of a part's content, and the content compressed."""
    deflated = compressor.deflate(content)
    return SIZES.pack(compressor.crc32(content), len(deflated), len(content)), deflated


def content_digest(parts: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the sorted parts, custom properties left out: independent of zip and compressor."""
    return digest_of({name: _sha256(content) for name, content in parts.items() if name != CUSTOM})


def digest_of(hashes: Mapping[str, str]) -> str:
    """Return the content digest of parts, given the SHA-256 of each but the custom properties."""
    lines = [f"{name}\0{hashes[name]}\n" for name in sorted(hashes)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sha256(content: bytes) -> str:
    return content.sha256 if isinstance(content, Kept) else hashlib.sha256(content).hexdigest()


def label(parts: Parts, properties: Iterable[tuple[str, str]]) -> Parts:
    """Return the parts with custom document properties, the content digest (`baocao.digest`) the last of them."""
    declared = declaring_custom(parts)
    return {**declared, CUSTOM: custom_part(properties, content_digest(declared))}


def declaring_custom(parts: Parts) -> Parts:
    """Return the parts, those two that say which parts there are with the custom properties among them."""
    return {
        **parts,
        TYPES: _declaring(parts[TYPES]) or _with_type(parts[TYPES]),
        RELATIONSHIPS: _declaring(parts[RELATIONSHIPS]) or _with_relationship(parts[RELATIONSHIPS]),
    }


def _declaring(part: bytes) -> Kept | None:
    return part.declaring if isinstance(part, Kept) else None


def custom_part(properties: Iterable[tuple[str, str]], digest: str) -> bytes:
    """Return the part of the custom properties, `digest` the last of them."""
    return _custom_xml((*properties, (_DIGEST, digest)))


def labels(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the custom document properties that hold text; empty where there are none to be read."""
    try:
        root = _parsed(parts.get(CUSTOM, b"<none/>"))
    except SyntaxError:  # the root of lxml's own
        return {}
    return {entry.get("name", ""): "".join(entry.itertext()) for entry in root}


def is_untouched(parts: Mapping[str, bytes]) -> bool:
    """Whether this program wrote the document and nobody changed or saved it since."""
    return is_sealed(labels(parts), content_digest(parts))


def is_sealed(found: Mapping[str, str], digest: str) -> bool:
    """Whether the labels of a document name `digest` as its content digest."""
    return found.get(_DIGEST) == digest


def _parsed(content: bytes) -> Any:
    from lxml import etree  # noqa: PLC0415 – a document of a template that was kept needs no XML read

    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


@lru_cache(maxsize=16)
def _with_type(types: bytes) -> Kept:
    tag = f"{{{_PACKAGE}/content-types}}Override"
    return Kept(_with_child(types, tag, PartName=f"/{CUSTOM}", ContentType=_CUSTOM_TYPE))


@lru_cache(maxsize=16)
def _with_relationship(relationships: bytes) -> Kept:
    tag = f"{{{_PACKAGE}/relationships}}Relationship"
    return Kept(_with_child(relationships, tag, Id="rIdBaocao", Type=_CUSTOM_KIND, Target=CUSTOM))


def _with_child(content: bytes, tag: str, **attributes: str) -> bytes:
    """Return the XML with one more child under its root, in place of one that points to the same part."""
    from lxml import etree  # noqa: PLC0415 – see `_parsed`

    root = _parsed(content)
    key = "PartName" if "PartName" in attributes else "Type"
    for child in root.findall(tag):
        if child.get(key) == attributes[key]:
            root.remove(child)
    etree.SubElement(root, tag, attrib=attributes)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _custom_xml(properties: Iterable[tuple[str, str]]) -> bytes:
    """Return the part as lxml would write it, in a tenth of the time."""
    entries = [_property(pid, name, value) for pid, (name, value) in enumerate(properties, start=2)]
    return f"{_CUSTOM_HEAD}{''.join(entries)}</Properties>".encode()


_CUSTOM_HEAD = (
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
    f'<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
)


@lru_cache(maxsize=256)
def _property(pid: int, name: str, value: str) -> str:
    quoted = escaped(name).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
    inner = f"<vt:lpwstr>{escaped(value)}</vt:lpwstr>"
    return f'<property fmtid="{_PROPERTY_SET}" pid="{pid}" name="{quoted}">{inner}</property>'


def escaped(value: str) -> str:
    """Return a text as it stands in XML; `xml.sax.saxutils`, which would do, imports half of the web for it."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
