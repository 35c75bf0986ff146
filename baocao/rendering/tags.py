"""The tags of a Word template in reading order, each with the place where a person finds it in Word.

What stands in tracked changes, content controls, links, fields and text boxes is read too: docxtpl renders it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from lxml import etree

from baocao.text import shorten

_TAG = re.compile(
    r"\{\{(?P<print>.*?)\}\}|\{%(?P<block>.*?)%\}|\{#.*?#\}|(?P<stray>\{\s*[{%#]?|[}%#]\s*\}|\})",
    re.DOTALL,
)
_SCOPE = re.compile(r"^(p|tr|tc|r)(?=\s)")
_TRIM = re.compile(r"^[-+]|[-+]$")
"""What docxtpl and Jinja put before or after a tag's own words: `{%tr for …`, `{%- if …`."""
_WIDTH = 60

_TEXT = {qn(name) for name in ("w:t", "w:delText", "w:instrText")}
_SIGNS = {
    qn(name): sign
    for name, sign in {
        "w:br": "\n",
        "w:cr": "\n",
        "w:tab": "\t",
        "w:softHyphen": "\u00ad",
        "w:noBreakHyphen": "\u2011",
    }.items()
}
_WRAPPERS = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "del", "moveTo", "moveFrom", "customXml")}
_BOX = qn("w:txbxContent")
_HOLDERS = {"p": "w:p", "tr": "w:tr", "tc": "w:tc", "r": "w:r"}

Element = etree._Element


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag, or a stray brace."""

    place: str
    words: str
    """What stands between the braces, without the scope."""
    kind: str
    """`print`, `block` or `stray`."""
    scope: str = ""
    """`p`, `tr`, `tc` or `r`: docxtpl takes the tag for the whole paragraph, row, cell or run."""
    text: str = ""
    """The tag as it is written."""
    holder: tuple[str, ...] | None = ()
    """The XML elements around it; `None` when it begins in others than it ends, or lacks what its scope names."""
    is_alone: bool = True
    """Whether nothing else stands in what its scope takes away."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some text of a paragraph and the element that holds it."""

    text: str
    node: Element


def stories(document: WordDocument) -> Iterator[list[Tag]]:
    """Return the tags of the body and of each head and foot of a page; loops and choices close within one."""
    yield list(_tags(document.element.body))
    for section in document.sections:
        for name, margin in (
            ("đầu trang", section.header),
            ("chân trang", section.footer),
            ("đầu trang đầu", section.first_page_header),
            ("chân trang đầu", section.first_page_footer),
            ("đầu trang chẵn", section.even_page_header),
            ("chân trang chẵn", section.even_page_footer),
        ):
            if not margin.is_linked_to_previous:
                yield list(_tags(margin._element, f"{name}, "))


def unread(parts: Iterable[tuple[str, bytes]]) -> Iterator[Tag]:
    """Yield the tags of parts in which nothing is filled in, by the name of each part in Word."""
    for name, content in parts:
        for found in _TAG.finditer("".join(etree.fromstring(content).itertext(qn("w:t")))):
            yield Tag(_shown(name, found[0]), "", "stray")


# --- places ------------------------------------------------------------------------------------------------------


def _tags(story: Element, inside: str = "") -> Iterator[Tag]:
    for place, paragraph in _paragraphs(story, inside):
        pieces = list(_pieces(paragraph))
        for found in _TAG.finditer("".join(piece.text for piece in pieces)):
            kind = found.lastgroup
            if kind:
                yield _tag(place, kind, found, pieces)


def _paragraphs(story: Element, inside: str = "", cell: str = "") -> Iterator[tuple[str, Element]]:
    """Yield place and paragraph in reading order: `bảng 1, hàng 3, ô 2`, `đoạn 4`, `đoạn 4, hộp chữ, đoạn 1`."""
    tables = paragraphs = 0
    for block in _unwrapped(story):
        if block.tag == qn("w:tbl"):
            tables += 1
            for row, entry in enumerate(_named(block, "w:tr"), start=1):
                for column, inner in enumerate(_named(entry, "w:tc"), start=1):
                    place = f"{inside}bảng {tables}, hàng {row}, ô {column}"
                    yield from _paragraphs(inner, f"{place}, ", place)
        elif block.tag == qn("w:p"):
            paragraphs += 1
            place = cell or f"{inside}đoạn {paragraphs}"
            yield place, block
            for box in block.iter(_BOX):
                yield from _paragraphs(box, f"{place}, hộp chữ, ")


def _unwrapped(parent: Element) -> Iterator[Element]:
    for child in parent:
        if child.tag in _WRAPPERS:
            yield from _unwrapped(child)
        else:
            yield child


def _named(parent: Element, name: str) -> Iterator[Element]:
    return (child for child in _unwrapped(parent) if child.tag == qn(name))


def _pieces(paragraph: Element) -> Iterator[_Piece]:
    """Yield the texts of a paragraph without those of its text boxes."""
    for child in paragraph:
        if child.tag in _TEXT:
            yield _Piece(child.text or "", child)
        elif child.tag in _SIGNS and paragraph.tag == qn("w:r"):
            yield _Piece(_SIGNS[child.tag], child)
        elif child.tag != _BOX:
            yield from _pieces(child)


# --- tags --------------------------------------------------------------------------------------------------------


def _tag(place: str, kind: str, found: re.Match[str], pieces: list[_Piece]) -> Tag:
    words = _TRIM.sub("", found[kind].strip()).strip()
    scoped = _SCOPE.match(found[kind]) if kind != "stray" else None
    scope = scoped[1] if scoped else ""
    first, last = _piece_at(pieces, found.start()).node, _piece_at(pieces, found.end() - 1).node
    holder = next(first.iterancestors(qn(_HOLDERS[scope])), None) if scope else first.getparent()
    path = None if holder is None or _path(first) != _path(last) else _path(holder)
    whole = "" if holder is None or not scope else "".join(piece.text for piece in _pieces(holder)).strip()
    return Tag(
        _shown(place, found[0]), words[len(scope) :].strip(), kind, scope, found[0], path, whole in ("", found[0])
    )


def _piece_at(pieces: list[_Piece], position: int) -> _Piece:
    for piece in pieces:
        position -= len(piece.text)
        if position < 0:
            return piece
    raise AssertionError("a tag ends within its paragraph")


def _path(node: Element) -> tuple[str, ...]:
    """Return the names of the elements around a text, from the outermost."""
    return tuple(reversed([str(above.tag) for above in node.iterancestors()]))


def _shown(place: str, text: str) -> str:
    return f"{place}: …{shorten(text, _WIDTH)}…"
