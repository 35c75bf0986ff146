"""A Word document as a reader sees it: passages in reading order, each with its place in the words of Word."""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering import chart_reading
from baocao.rendering.appearance import Ground, Styles, attribute, cell_ground, child, is_low, kind
from baocao.rendering.package import Parts, unpack
from baocao.rendering.story import OBJECTS, Line, LineReader, visible_children

_DAMAGED = "tệp hỏng hoặc không phải .docx"
_MARGINS = (
    ("headerReference", "default", "đầu trang"),
    ("headerReference", "first", "đầu trang đầu"),
    ("headerReference", "even", "đầu trang chẵn"),
    ("footerReference", "default", "chân trang"),
    ("footerReference", "first", "chân trang đầu"),
    ("footerReference", "even", "chân trang chẵn"),
)
_NOTES = {"footnote": "chú thích cuối trang", "endnote": "chú thích cuối văn bản"}
_SHAPES = frozenset(("wsp", "shape", "rect", "roundrect", "oval", "line", "polyline", "curve", "arc", "contentPart"))
_FILLED = frozenset(("txbxContent", "imagedata", "textpath", "blip"))
_PICTURES = {"blip": ("embed", "link"), "svgBlip": ("embed", "link"), "imagedata": ("id", "relid", "pict", "href")}
_EMBEDDED = {"OLEObject": ("id",), "chart": ("id",), "relIds": ("dm",), "altChunk": ("id",), "subDoc": ("id",)}
_TRACKED = frozenset(("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel"))
_BARE = {"dataBinding": "ô nhập lấy chữ từ dữ liệu kèm theo"}
_PAPER = Ground()
_DIGEST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of what a reader sees."""

    place: str
    """`đoạn 4`, `bảng 2, hàng 3, ô 1`, `đầu trang, đoạn 1`; empty paragraphs count."""
    text: str
    """White space folded, NFC; in square brackets what is hidden, struck out or not typed there."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph with what stands in it (one cell), or a row of a table (its cells, each at least one passage)."""

    story: str
    """Empty for the body, else `đầu trang`, `chú thích cuối trang` and so on."""
    is_row: bool
    place: str
    cells: tuple[tuple[Passage, ...], ...]

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """What stands in each cell."""
        return tuple(tuple(passage.text for passage in cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a reader sees of a document."""

    blocks: tuple[Block, ...]
    tracked: int
    """How many tracked insertions and deletions there are; they are read as accepted."""
    comments: int
    """How many comments there are; they are not read."""


def read(document: bytes) -> Reading:
    """Read a docx.

    Raises:
        DataError: it is no docx (see `package.unpack`), damaged, or refers to parts that it does not hold.
    """
    try:
        return _Reader(unpack(document)).read()
    except (etree.XMLSyntaxError, ValueError, RecursionError) as error:
        raise DataError([messages_form.not_a_document(_DAMAGED)]) from error


class _Reader:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._related: dict[str, list[etree._Element]] = {}
        self._main = self._of_kind("", "officeDocument")
        self._roots: dict[str, etree._Element] = {}
        styles, numbering, settings = (self._optional(name) for name in ("styles", "numbering", "settings"))
        self._styles = Styles(styles, numbering)
        self._settings = settings
        self._references: list[tuple[str, str]] = []
        self._lines = LineReader(self._styles, self._note)

    def read(self) -> Reading:
        root = self._root(self._main)
        body = child(root, "body")
        if body is None:
            raise _damaged()
        blocks = [*self._blocks(body, _Where(self._main)), *self._margins(body), *self._notes()]
        read = Counter(kind(node) for part in self._roots.values() for node in part.iter() if _is_change(node))
        return Reading(tuple(blocks), sum(read[name] for name in _TRACKED), read["commentReference"])

    # --- parts --------------------------------------------------------------------------------------------------

    def _root(self, name: str) -> etree._Element:
        if name not in self._roots:
            if name not in self._parts:
                raise DataError([messages_form.not_a_document("thiếu một phần của văn bản Word")])
            self._roots[name] = self._parsed(name)
        return self._roots[name]

    def _parsed(self, name: str) -> etree._Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        root = etree.fromstring(self._parts[name], parser)
        if root.getroottree().docinfo.doctype or any(map(_is_second, root.iter())):
            raise _damaged()
        return root

    def _relations(self, part: str) -> list[etree._Element]:
        if part not in self._related:
            folder, _, name = part.rpartition("/")
            file = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
            self._related[part] = list(self._parsed(file)) if file in self._parts else []
        return self._related[part]

    def _of_kind(self, part: str, suffix: str) -> str:
        """Return the part of a kind that another refers to; empty where there is none."""
        for relation in self._relations(part):
            if str(relation.get("Type", "")).endswith(f"/{suffix}"):
                return _resolved(part, relation)
        return ""

    def _optional(self, suffix: str) -> etree._Element | None:
        name = self._of_kind(self._main, suffix)
        return self._parsed(name) if name in self._parts else None

    def _target(self, part: str, identifier: str) -> etree._Element | None:
        return next((node for node in self._relations(part) if node.get("Id") == identifier), None)

    # --- paragraphs and tables ----------------------------------------------------------------------------------

    def _blocks(self, node: etree._Element, where: _Where) -> Iterator[Block]:
        """Yield the blocks of a body, cell, margin, note or text box."""
        tables = paragraphs = 0
        line = Line()
        for item in _items(node):
            name = kind(item)
            if name == "tbl":
                tables += 1
                yield from self._rows(item, replace(where, inside=f"{where.inside}bảng {tables}, "))
                continue
            paragraphs += 1
            place = f"{where.inside}đoạn {paragraphs}"
            if name == "p":
                self._lines.read(item, line, where.ground)
                if child(child(child(item, "pPr"), "rPr"), "del") is not None:
                    continue  # its end is deleted: it runs on into the next
            else:
                line.objects.append(item)
            passages = (Passage(place, line.text()), *self._objects(line.objects, place, where))
            line = Line()
            shown = tuple(passage for passage in passages if passage.text)
            if shown:
                yield Block(where.story, False, place, (shown,))
        if line.text():
            yield Block(
                where.story, False, where.inside, ((Passage(f"{where.inside}đoạn {paragraphs}", line.text()),),)
            )

    def _rows(self, table: etree._Element, where: _Where) -> Iterator[Block]:
        merged: set[int] = set()
        for at, row in enumerate(_inside(table, "tr"), start=1):
            properties = child(row, "trPr")
            if child(properties, "del") is not None:
                continue
            cells, merged = _cells(row, merged)
            place = f"{where.inside}hàng {at}"
            low = is_low(properties)
            shown = tuple(
                self._cell(cell, replace(where, inside=f"{place}, ô {column}, "), low=low)
                for column, cell in enumerate(cells, start=1)
            )
            yield Block(where.story, True, place, shown)

    def _cell(self, cell: etree._Element | None, where: _Where, *, low: bool) -> tuple[Passage, ...]:
        """Return what a cell shows; `None` is one that continues the cell above."""
        place = where.inside.removesuffix(", ")
        if cell is None:
            return (Passage(place, ""),)
        inner = replace(where, ground=cell_ground(child(cell, "tcPr"), where.ground, low=low))
        blocks = list(self._blocks(cell, inner))
        passages = tuple(passage for block in blocks for part in block.cells for passage in part)
        if len(passages) == 1 and not blocks[0].is_row:
            return (replace(passages[0], place=place if "hình" not in passages[0].place else passages[0].place),)
        return passages or (Passage(place, ""),)

    # --- what stands in a paragraph beside its text -------------------------------------------------------------

    def _objects(self, objects: list[etree._Element], place: str, where: _Where) -> Iterator[Passage]:
        found = Counter[str]()
        for node in objects:
            for inner in self._parts_of(node, where, hidden=False):
                if isinstance(inner, str):
                    found["hình"] += 1
                    yield Passage(f"{place}, hình {found['hình']}", inner)
                else:
                    found["khung"] += 1
                    box = replace(where, inside=f"{place}, khung chữ {found['khung']}, ", ground=_PAPER)
                    for block in self._blocks(inner, box):
                        yield from (passage for cell in block.cells for passage in cell if passage.text)

    def _parts_of(self, node: etree._Element, where: _Where, *, hidden: bool) -> Iterator[str | etree._Element]:
        """Yield the text boxes of an object as they are, and its pictures and shapes in words."""
        name = kind(node)
        if name == "txbxContent":
            yield node
            return
        if name == "shapetype":
            return
        hidden = hidden or any(attribute(inner, "hidden") in ("1", "true") for inner in node if kind(inner) == "docPr")
        words = self._in_words(node, name, where)
        if words:
            yield f"[{'hình ẩn' if hidden else words[0]}: {words[1]}]" if words[1] else f"[{words[0]}]"
        for inner in visible_children(node):
            yield from self._parts_of(inner, where, hidden=hidden)

    def _in_words(self, node: etree._Element, name: str, where: _Where) -> tuple[str, str] | None:
        """Return what an object is and which one; `None` for what is no object of its own."""
        if name in _PICTURES:
            return "hình ảnh", self._digest(node, _PICTURES[name], where.part)
        if name == "chart" and (told := chart_reading.seen(self._content(node, _EMBEDDED[name], where.part) or b"")):
            return "biểu đồ", told
        if name in _EMBEDDED:
            return "đối tượng nhúng", self._digest(node, _EMBEDDED[name], where.part)
        if name == "textpath":
            return "chữ nghệ thuật", attribute(node, "string") or ""
        if name == "t" and node.text:
            return "chữ trong hình", node.text
        empty = name in _SHAPES and not any(kind(inner) in _FILLED for inner in node.iter())
        words = "hình vẽ" if empty else _BARE.get(name)
        return (words, "") if words else None

    def _digest(self, node: etree._Element, names: tuple[str, ...], part: str) -> str:
        """Return the start of the SHA-256 of the part that an object shows, or where it is linked to."""
        relation = self._relation(node, names, part)
        if relation is not None and relation.get("TargetMode") == "External":
            return f"liên kết tới {relation.get('Target', '')}"
        content = self._content(node, names, part)
        return "không đọc được" if content is None else hashlib.sha256(content).hexdigest()[:_DIGEST_SHOWN]

    def _content(self, node: etree._Element, names: tuple[str, ...], part: str) -> bytes | None:
        """Return the part that an object shows; `None` where it is elsewhere or missing."""
        relation = self._relation(node, names, part)
        if relation is None or relation.get("TargetMode") == "External":
            return None
        return self._parts.get(_resolved(part, relation))

    def _relation(self, node: etree._Element, names: tuple[str, ...], part: str) -> etree._Element | None:
        identifier = next((found for name in names if (found := attribute(node, name))), "")
        return self._target(part, identifier)

    # --- margins and notes --------------------------------------------------------------------------------------

    def _margins(self, body: etree._Element) -> Iterator[Block]:
        """Yield headers and footers, section by section, each only where it differs from the one before."""
        references: dict[tuple[str, str], str] = {}
        before: dict[str, list[tuple[tuple[str, ...], ...]]] = {}
        sections = [node for node in body.iter() if kind(node) == "sectPr" and kind(_parent(node)) != "sectPrChange"]
        even = _switched(self._settings, "evenAndOddHeaders")
        for at, section in enumerate(sections, start=1):
            for node in section:
                references[kind(node), attribute(node, "type") or "default"] = attribute(node, "id") or ""
            used = {"default": True, "first": _switched(section, "titlePg"), "even": even}
            for element, when, name in _MARGINS:
                identifier = references.get((element, when), "") if used[when] else ""
                inside = f"{name}, " if at == 1 else f"{name} của phần {at}, "
                blocks = self._margin(identifier, name, inside) if identifier else []
                texts = [block.texts for block in blocks]
                if texts != before.get(name, []):
                    yield from blocks
                before[name] = texts

    def _margin(self, identifier: str, name: str, inside: str) -> list[Block]:
        relation = self._target(self._main, identifier)
        if relation is None:
            raise _damaged()
        part = _resolved(self._main, relation)
        return list(self._blocks(self._root(part), _Where(part, name, inside)))

    def _note(self, name: str, identifier: str) -> str:
        self._references.append((name, identifier))
        return f"[chú thích {sum(known == name for known, _ in self._references)}]"

    def _notes(self) -> Iterator[Block]:
        """Yield footnotes and endnotes in the order in which the text refers to them."""
        found = Counter[str]()
        references = tuple(self._references)
        for name, identifier in references:
            found[name] += 1
            part = self._of_kind(self._main, f"{name}s")
            notes = {attribute(node, "id"): node for node in self._root(part) if kind(node) == name}
            if identifier not in notes:
                raise _damaged()
            where = _Where(part, _NOTES[name], f"{_NOTES[name]} {found[name]}, ")
            yield from self._blocks(notes[identifier], where)


@dataclass(frozen=True, slots=True)
class _Where:
    """Where blocks are read."""

    part: str
    story: str = ""
    inside: str = ""
    ground: Ground = _PAPER


def _damaged() -> DataError:
    return DataError([messages_form.not_a_document(_DAMAGED)])


def _resolved(part: str, relation: etree._Element) -> str:
    """Return the name of the part that a relation of another points to."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), str(relation.get("Target", "")))).lstrip("/")


def _parent(node: etree._Element) -> etree._Element:
    found = node.getparent()
    return node if found is None else found


def _switched(node: etree._Element | None, name: str) -> bool:
    found = child(node, name)
    return found is not None and attribute(found, "val") not in ("0", "false", "off")


def _is_second(node: etree._Element) -> bool:
    """Whether an element sets properties a second time: programs would not agree on which hold."""
    if kind(node) not in ("rPr", "pPr", "tcPr", "trPr"):
        return False
    before = node.getprevious()
    return before is not None and before.tag == node.tag


def _is_change(node: etree._Element) -> bool:
    return kind(node) in _TRACKED or kind(node) == "commentReference"


def _items(node: etree._Element) -> Iterator[etree._Element]:
    """Yield paragraphs, tables and inserted documents, whatever holds them."""
    for inner in visible_children(node):
        name = kind(inner)
        if name in ("p", "tbl", "altChunk", "subDoc") or name in OBJECTS:
            yield inner
        elif name not in ("sectPr", "tcPr", "tblPr"):
            bound = child(child(inner, "sdtPr"), "dataBinding")
            if bound is not None:
                yield bound
            yield from _items(inner)


def _inside(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the rows of a table or the cells of a row, also those in content controls."""
    for inner in visible_children(node):
        if kind(inner) == name:
            yield inner
        elif kind(inner) not in ("p", "tbl", "tc", "tblPr", "trPr"):
            yield from _inside(inner, name)


def _cells(row: etree._Element, merged: set[int]) -> tuple[list[etree._Element | None], set[int]]:
    """Return the cells of a row, `None` for one that continues the cell above, and the columns that go on."""
    cells: list[etree._Element | None] = []
    goes_on: set[int] = set()
    column = _count(child(child(row, "trPr"), "gridBefore"), 0)
    for cell in _inside(row, "tc"):
        properties = child(cell, "tcPr")
        upright, across = child(properties, "vMerge"), child(properties, "hMerge")
        if upright is not None:
            goes_on.add(column)
        continues = upright is not None and attribute(upright, "val") != "restart" and column in merged
        column += _count(child(properties, "gridSpan"), 1)
        gone = child(properties, "cellDel") is not None
        if gone or (cells and across is not None and attribute(across, "val") != "restart"):
            continue
        cells.append(None if continues else cell)
    return cells, goes_on


def _count(node: etree._Element | None, otherwise: int) -> int:
    value = attribute(node, "val") or ""
    return min(int(value), 100) if value.isascii() and value.isdigit() else otherwise
