"""The parts that documents refer to (headers, pictures, addresses of links) in one volume: equal ones once."""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering.package import TYPES, Parts
from baocao.rendering.wordml import parse

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES, _RELATIONSHIPS = f"{_PACKAGE}/content-types", f"{_PACKAGE}/relationships"
_OF_RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"
_DEEPEST = 8
MAIN = "word/document.xml"

Rewrite = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Relation:
    """What an identifier within a part stands for."""

    kind: str
    """Its type, an address that ends in `/header`, `/image`, `/hyperlink` and so on."""
    target: str
    """Name of a part, or an address."""
    external: bool = False


class Source:
    """A document of which parts are taken."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        """Read nothing yet."""
        self.parts = parts

    @cached_property
    def related(self) -> dict[str, Relation]:
        """What the body refers to, by identifier."""
        return self.relations(MAIN)

    def relations(self, name: str) -> dict[str, Relation]:
        """Return what a part refers to, by identifier.

        Raises:
            DataError: the part that says it is damaged.
        """
        folder, file = posixpath.split(name)
        content = self.parts.get(f"{folder}/_rels/{file}.rels")
        found = parse(content).iterfind(f"{{{_RELATIONSHIPS}}}Relationship") if content else ()
        return {one.get("Id", ""): _relation(folder, one) for one in found}

    def of_kind(self, kind: str) -> bytes:
        """Return the content of the part of a kind (`styles`) that belongs to the body; empty where there is none."""
        related = self.related.values()
        names = (found.target for found in related if found.kind.endswith(f"/{kind}") and not found.external)
        return self.parts.get(next(names, ""), b"")

    def part(self, name: str) -> bytes:
        """Return the content of a part that is referred to.

        Raises:
            DataError: there is none.
        """
        if name not in self.parts:
            raise DataError([messages_form.not_a_document("thiếu một phần được dẫn tới")])
        return self.parts[name]

    def type_of(self, name: str) -> str:
        """Return the content type of a part."""
        by_name, by_ending = self._types
        return by_name.get(f"/{name}".casefold()) or by_ending.get(
            posixpath.splitext(name)[1].casefold(), "application/octet-stream"
        )

    @cached_property
    def _types(self) -> tuple[dict[str, str], dict[str, str]]:
        root = parse(self.parts[TYPES])
        overrides, defaults = (root.findall(f"{{{_TYPES}}}{name}") for name in ("Override", "Default"))
        return (
            {one.get("PartName", "").casefold(): one.get("ContentType", "") for one in overrides},
            {f".{one.get('Extension', '')}".casefold(): one.get("ContentType", "") for one in defaults},
        )


def _relation(folder: str, one: etree._Element) -> Relation:
    kind, target = one.get("Type", ""), one.get("Target", "")
    if one.get("TargetMode") == "External":
        return Relation(kind, target, external=True)
    return Relation(kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))


class Carrier:
    """The parts of a volume, as they come."""

    def __init__(self) -> None:
        self.parts: Parts = {}
        self.types: dict[str, str] = {}
        self._known: dict[bytes, str] = {}
        self._numbers: Counter[str] = Counter()
        self._related: dict[Relation, str] = {}

    def relate(self, relation: Relation) -> str:
        """Return the identifier under which the volume's body refers to something."""
        return self._related.setdefault(relation, f"rId{len(self._related) + 1}")

    def add(self, name: str, content: bytes, content_type: str) -> None:
        """Add a part."""
        self.parts[name] = content
        self.types[name] = content_type

    def carry(self, source: Source, name: str, rewrite: Rewrite | None = None, looks: object = None) -> str:
        """Bring over a part of a document with all that it refers to, and return its name in the volume.

        Args:
            source: the document.
            name: the part.
            rewrite: what becomes of its content; kept for equal parts with the same `looks`.
            looks: what the rewriting depends on.

        Raises:
            DataError: a part is missing or damaged, or parts refer to each other in circles.
        """
        return self._carry(source, name, (rewrite, looks), {}, 0)

    def _carry(
        self, source: Source, name: str, how: tuple[Rewrite | None, object], carried: dict[str, str], depth: int
    ) -> str:
        """As `carry`; `carried` are the parts of the document that came already."""
        if depth > _DEEPEST:
            raise DataError([messages_form.not_a_document("các phần dẫn tới nhau quá sâu")])
        related = {}
        for at, found in source.relations(name).items():
            if not found.external and found.target not in carried:
                carried[found.target] = self._carry(source, found.target, (None, None), carried, depth + 1)
            related[at] = found if found.external else Relation(found.kind, carried[found.target])
        content, content_type = source.part(name), source.type_of(name)
        rewrite, looks = how
        told = repr((content_type, id(looks), sorted((at, repr(found)) for at, found in related.items())))
        key = hashlib.sha256(told.encode() + content).digest()
        if key not in self._known:
            self._known[key] = new = self._new_name(name)
            self.add(new, content if rewrite is None else rewrite(content), content_type)
            if related:
                folder, file = posixpath.split(new)
                self.parts[f"{folder}/_rels/{file}.rels"] = relationships(related, folder)
        return self._known[key]

    def _new_name(self, name: str) -> str:
        stem, ending = posixpath.splitext(name)
        stem = stem.rstrip("0123456789") or "word/part"
        self._numbers[f"{stem}{ending}"] += 1
        return f"{stem}{self._numbers[f'{stem}{ending}']}{ending}"

    def body_relationships(self) -> bytes:
        """Return the part that says what the body refers to."""
        return relationships({at: relation for relation, at in self._related.items()}, "word")

    def content_types(self) -> bytes:
        """Return the part that says what each part is."""
        root = etree.Element(f"{{{_TYPES}}}Types", nsmap={None: _TYPES})
        tag = f"{{{_TYPES}}}Default"
        etree.SubElement(root, tag, Extension="rels", ContentType=_OF_RELATIONSHIPS)
        etree.SubElement(root, tag, Extension="xml", ContentType="application/xml")
        for name in sorted(self.types):
            etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=self.types[name])
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def relationships(related: Mapping[str, Relation], folder: str) -> bytes:
    """Return a part of relationships for a part in a folder (empty for the package itself)."""
    root = etree.Element(f"{{{_RELATIONSHIPS}}}Relationships", nsmap={None: _RELATIONSHIPS})
    for at, relation in related.items():
        target = relation.target if relation.external else posixpath.relpath(relation.target, folder or ".")
        attributes = {"Id": at, "Type": relation.kind, "Target": target}
        if relation.external:
            attributes["TargetMode"] = "External"
        etree.SubElement(root, f"{{{_RELATIONSHIPS}}}Relationship", attributes)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
