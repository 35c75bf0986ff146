"""The docx file as a package of parts: read with limits, written the same way each time, digested, labelled."""

from __future__ import annotations

import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from io import BytesIO
from xml.sax.saxutils import escape

from lxml import etree

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

CUSTOM = "docProps/custom.xml"
_TYPES = "[Content_Types].xml"
_RELATIONSHIPS = "_rels/.rels"

_MOST_PARTS = 1000
_MOST_BYTES = 64 * 1024 * 1024

# The records of a zip (PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16); what a part's two records share is written once.
_ZIP_1980 = (1 << 5) | 1
_COMMON = struct.Struct("<5H")  # version needed, flags, method, time, date
_ASCII = _COMMON.pack(20, 0, zipfile.ZIP_DEFLATED, 0, _ZIP_1980)
_UTF8 = _COMMON.pack(20, 0x800, zipfile.ZIP_DEFLATED, 0, _ZIP_1980)
_SIZES = struct.Struct("<3L")  # CRC, compressed, as it was
_LENGTHS = struct.Struct("<2H")  # of the name, of the extra field
_MADE_BY = b"\x14\x03"  # version 2.0, Unix
_MODE = struct.pack("<3HL", 0, 0, 0, 0o600 << 16)  # comment, disk, internal and external attributes
_END = struct.Struct("<4s4H2LH")
_LOCAL = 4 + _COMMON.size + _SIZES.size + _LENGTHS.size

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
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
                raise DataError([messages_form.not_a_document("quá lớn sau khi giải nén")])
            if len({entry.filename.casefold() for entry in entries}) < len(entries):
                raise DataError([messages_form.not_a_document("có hai phần trùng tên")])
            parts = {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except _DAMAGED as error:
        raise DataError([messages_form.not_a_document("tệp hỏng hoặc không phải .docx")]) from error
    if not {_TYPES, _RELATIONSHIPS, "word/document.xml"} <= parts.keys():
        raise DataError([messages_form.not_a_document("thiếu phần chính của văn bản Word")])
    return parts


class Kept(bytes):
    """A part that comes again in every document of a template: digested and compressed once."""

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
    entries: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, before, after in _in_order(tuple(parts)):
        content = parts[name]
        sizes, deflated = content.entry if isinstance(content, Kept) else _entry(content, compressor)
        entries += (b"PK\3\4", before, sizes, after, deflated)
        lengths, path = after[: _LENGTHS.size], after[_LENGTHS.size :]
        directory += (b"PK\1\2", _MADE_BY, before, sizes, lengths, _MODE, offset.to_bytes(4, "little"), path)
        offset += _LOCAL + len(path) + len(deflated)
    end = _END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), sum(map(len, directory)), offset, 0)
    return b"".join((*entries, *directory, end))


@lru_cache(maxsize=64)
def _in_order(names: tuple[str, ...]) -> tuple[tuple[str, bytes, bytes], ...]:
    """Return names in the order of the zip, each with what stands before and after the sizes in a local record."""
    ordered = sorted(names, key=lambda name: (name != _TYPES, name != _RELATIONSHIPS, name))
    paths = [(name, name.encode()) for name in ordered]
    return tuple(
        (name, _ASCII if name.isascii() else _UTF8, _LENGTHS.pack(len(path), 0) + path) for name, path in paths
    )


def _entry(content: bytes, compressor: Compressor) -> tuple[bytes, bytes]:
    """Return what both records of a zip say of a part's content, and the content compressed."""
    deflated = compressor.deflate(content)
    return _SIZES.pack(compressor.crc32(content), len(deflated), len(content)), deflated


def content_digest(parts: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the sorted parts, custom properties left out: independent of zip and compressor."""
    lines = [f"{name}\0{_sha256(parts[name])}\n" for name in sorted(parts) if name != CUSTOM]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sha256(content: bytes) -> str:
    return content.sha256 if isinstance(content, Kept) else hashlib.sha256(content).hexdigest()


def label(parts: Parts, properties: Iterable[tuple[str, str]]) -> Parts:
    """Return the parts with custom document properties, the content digest (`baocao.digest`) the last of them."""
    labelled = {
        **parts,
        _TYPES: _with_type(parts[_TYPES]),
        _RELATIONSHIPS: _with_relationship(parts[_RELATIONSHIPS]),
    }
    labelled[CUSTOM] = _custom_xml((*properties, ("baocao.digest", content_digest(labelled))))
    return labelled


def labels(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the custom document properties that hold text; empty where there are none to be read."""
    try:
        root = etree.fromstring(parts.get(CUSTOM, b"<none/>"), _parser())
    except etree.XMLSyntaxError:
        return {}
    return {entry.get("name", ""): "".join(entry.itertext()) for entry in root}


def is_untouched(parts: Mapping[str, bytes]) -> bool:
    """Whether this program wrote the document and nobody changed or saved it since."""
    return labels(parts).get("baocao.digest") == content_digest(parts)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


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
    root = etree.fromstring(content, _parser())
    key = "PartName" if "PartName" in attributes else "Type"
    for child in root.findall(tag):
        if child.get(key) == attributes[key]:
            root.remove(child)
    etree.SubElement(root, tag, attrib=attributes)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _custom_xml(properties: Iterable[tuple[str, str]]) -> bytes:
    """Return the part as lxml would write it, in a tenth of the time."""
    entries = (
        f'<property fmtid="{_PROPERTY_SET}" pid="{pid}" name="{escape(name, _IN_ATTRIBUTE)}">'
        f"<vt:lpwstr>{escape(value, _IN_TEXT)}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(properties, start=2)
    )
    return f"{_CUSTOM_HEAD}{''.join(entries)}</Properties>".encode()


_CUSTOM_HEAD = (
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
    f'<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
)
_IN_TEXT = {"\r": "&#13;"}
_IN_ATTRIBUTE = {**_IN_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
