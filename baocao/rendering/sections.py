"""The sections of one document within a volume: from a new page, under headers and footers of its own."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from baocao.rendering.carrying import Carrier, Relation
from baocao.rendering.rewriting import P, properties_of
from baocao.rendering.wordml import NAMESPACES, PARAGRAPH_ORDER, VAL, put, q, volume_root, written

SECTION = q("w:sectPr")
_R = NAMESPACES["r"]
_ID, _TYPE = f"{{{_R}}}id", q("w:type")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_LINE = {q("w:before"): "0", q("w:after"): "0", q("w:line"): "20", q("w:lineRule"): "exact"}
"""A paragraph of one point: where Word wants one that nobody should see."""
_BLOCKS = (P, q("w:tbl"), q("w:sdt"), q("w:customXml"))
_PAGES = ("default", "even", "first")


class Sections:
    """The sections of a volume, as they come."""

    def __init__(self, carrier: Carrier) -> None:
        self.even_and_odd = False
        """Whether a document so far has even pages of its own."""
        self._carrier = carrier
        self._running: set[tuple[str, str]] = set()

    def follow(self, body: etree._Element, *, even_and_odd: bool) -> None:
        """Let the sections of a document that is rewritten already follow those of the one before.

        Word gives a section without a header that of the section before, and even pages to all or none: a document
        that does not tell them apart names its headers for both.
        """
        self.even_and_odd |= even_and_odd
        if body[-1:] == [] or body[-1].tag != SECTION:
            etree.SubElement(body, SECTION)
        sections = list(body.iter(SECTION))
        for began in sections[0].findall(_TYPE):
            sections[0].remove(began)
        for section in sections:
            for numbering in section.findall(q("w:pgNumType")):
                numbering.attrib.pop(q("w:start"), None)
            if not even_and_odd:
                _even_as_odd(section)
        self._own(sections)

    def _own(self, sections: list[etree._Element]) -> None:
        """Let the first section say which headers it does not have; the others take theirs from it, as before."""
        first, *others = sections
        own = set(_references(first))
        for side, pages in sorted(self._running - own, reverse=True):
            first.insert(0, first.makeelement(q(f"w:{side}Reference"), {_TYPE: pages, _ID: self._blank(side)}))
        self._running = own.union(*map(_references, others))

    def _blank(self, side: str) -> str:
        """Return the identifier of an empty header or footer."""
        name = f"word/{side}Blank.xml"
        if name not in self._carrier.parts:
            root = volume_root("w:hdr" if side == "header" else "w:ftr")
            root.append(_line())
            self._carrier.add(name, written(root), f"{_WORD}.{side}+xml")
        return self._carrier.relate(Relation(f"{_R}/{side}", name))


def close(body: etree._Element) -> None:
    """End the last section of a document with its last paragraph, so that another document may follow."""
    section = body[-1]
    blocks = [block for block in body if block.tag in _BLOCKS]
    last = blocks[-1] if blocks else None
    if last is None or last.tag != P or last.find(f"{q('w:pPr')}/{SECTION}") is not None:
        last = _line()
        section.addprevious(last)
    properties = properties_of(last)
    place = put(properties, "sectPr", PARAGRAPH_ORDER)
    properties.replace(place, section)


def _references(section: etree._Element) -> list[tuple[str, str]]:
    """Return which headers and footers a section names: side and pages."""
    found = ((side, one.get(_TYPE, "")) for side in ("header", "footer") for one in section.findall(_reference(side)))
    return [(side, pages) for side, pages in found if pages in _PAGES]


def _even_as_odd(section: etree._Element) -> None:
    for side in ("header", "footer"):
        for one in section.findall(_reference(side)):
            if one.get(_TYPE) == "even":
                section.remove(one)
            elif one.get(_TYPE) == "default":
                even = deepcopy(one)
                even.set(_TYPE, "even")
                one.addnext(even)


def _reference(side: str) -> str:
    return q(f"w:{side}Reference")


def _line() -> etree._Element:
    paragraph = etree.Element(P)
    put(properties_of(paragraph), "spacing", PARAGRAPH_ORDER).attrib.update(_LINE)
    mark = put(properties_of(paragraph), "rPr", PARAGRAPH_ORDER)
    etree.SubElement(mark, q("w:sz"), {VAL: "2"})
    return paragraph
