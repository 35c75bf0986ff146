"""The docx file as a package of parts: read with limits, written the same way each time, digested, labelled."""

from __future__ import annotations

import hashlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO

from lxml import etree

from baocao import messages_form
from baocao.errors import DataError

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
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_ZIP_LEVEL = 6

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CUSTOM_KIND = f"{_OFFICE}/relationships/custom-properties"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
"""Format identifier of user-defined properties (ECMA-376 part 1, 22.3.2.2)."""


def unpack(content: bytes) -> Parts:
    """Return the parts of a docx.

    Raises:
        DataError: it is no zip, has no Word document in it, or unpacks to more than 64 MiB or 1,000 parts.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
                raise DataError([messages_form.not_a_document("quá lớn sau khi giải nén")])
            parts = {entry.filename: archive.read(entry) for entry in entries if not entry.is_dir()}
    except _DAMAGED as error:
        raise DataError([messages_form.not_a_document("tệp hỏng hoặc không phải .docx")]) from error
    if not {_TYPES, _RELATIONSHIPS, "word/document.xml"} <= parts.keys():
        raise DataError([messages_form.not_a_document("thiếu phần chính của văn bản Word")])
    return parts


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return the docx of some parts: the same parts give the same bytes (with the same zlib)."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=_ZIP_LEVEL) as archive:
        for name in sorted(parts, key=lambda name: (name != _TYPES, name != _RELATIONSHIPS, name)):
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, parts[name])
    return packed.getvalue()


def content_digest(parts: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the sorted parts, custom properties left out: independent of zip and compressor."""
    digest = hashlib.sha256()
    for name in sorted(parts):
        if name != CUSTOM:
            digest.update(f"{name}\0{hashlib.sha256(parts[name]).hexdigest()}\n".encode())
    return digest.hexdigest()


def label(parts: Parts, properties: Iterable[tuple[str, str]]) -> Parts:
    """Return the parts with custom document properties, the content digest (`baocao.digest`) the last of them."""
    labelled = {
        **parts,
        _TYPES: _with_child(
            parts[_TYPES],
            f"{{{_PACKAGE}/content-types}}Override",
            PartName=f"/{CUSTOM}",
            ContentType=_CUSTOM_TYPE,
        ),
        _RELATIONSHIPS: _with_child(
            parts[_RELATIONSHIPS],
            f"{{{_PACKAGE}/relationships}}Relationship",
            Id="rIdBaocao",
            Type=_CUSTOM_KIND,
            Target=CUSTOM,
        ),
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
    types = f"{_OFFICE}/docPropsVTypes"
    root = etree.Element(
        f"{{{_OFFICE}/custom-properties}}Properties",
        nsmap={None: f"{_OFFICE}/custom-properties", "vt": types},
    )
    for pid, (name, value) in enumerate(properties, start=2):
        entry = etree.SubElement(
            root,
            f"{{{_OFFICE}/custom-properties}}property",
            attrib={"fmtid": _PROPERTY_SET, "pid": str(pid), "name": name},
        )
        etree.SubElement(entry, f"{{{types}}}lpwstr").text = value
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
