"""The XML of one document, or of one of its headers, made to mean in a volume what it meant alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering.defaults import attributes_of, over
from baocao.rendering.lists import Lists
from baocao.rendering.looks import Looks, Numbered, lower, renamed
from baocao.rendering.wordml import NAMESPACES, PARAGRAPH_ORDER, VAL, put, q, remove

P, PROPERTIES, TABLE = q("w:p"), q("w:pPr"), q("w:tbl")
_NAME, _ID, _NUMBER, _LEVEL = q("w:name"), q("w:id"), q("w:numId"), q("w:ilvl")
_PARAGRAPH_STYLE, _TABLE_STYLE, _TABLE_PROPERTIES = q("w:pStyle"), q("w:tblStyle"), q("w:tblPr")
_INSTRUCTION, _ANCHOR = q("w:instr"), q("w:anchor")
_OUTLINE, _NUMBER_PATH = q("w:outlineLvl"), f"{q('w:numPr')}/{_NUMBER}"
_STYLE_PATH = f"{PROPERTIES}/{_PARAGRAPH_STYLE}"
_LONGEST = 30
"""Letters that are kept of a bookmark's name; Word allows 40."""
_PUT_ASIDE = tuple(
    q(f"w:{name}")
    for name in (
        "commentRangeStart", "commentRangeEnd", "commentReference", "dataBinding", "pPrChange", "rPrChange",
        "sectPrChange", "tblGridChange", "tblPrChange", "tblPrExChange", "tcPrChange", "trPrChange",
    )
)  # fmt: skip
"""What is not printed and would need parts of its own: comments, sources of fields, looks before a change."""
_IMPOSSIBLE = {
    q("w:footnoteReference"): "có chú thích cuối trang",
    q("w:endnoteReference"): "có chú thích cuối văn bản",
    q("w:altChunk"): "có tệp khác nhúng vào",
    q("w:subDoc"): "có văn bản con",
}
_MARKED = etree.XPath("descendant::*[@w:id]", namespaces=NAMESPACES)
_SHAPES = etree.XPath("descendant::v:*[@id][not(self::v:shapetype)]", namespaces=NAMESPACES)
_ADDRESSED = (q("w:hyperlink"), q("w:fldSimple"), q("w:instrText"))


@dataclass(slots=True)
class Numbers:
    """What must not come twice in a volume."""

    marks: int = 0
    """Bookmarks, tracked changes and the like (`w:id`)."""
    drawings: int = 0
    bookmarks: set[str] = field(default_factory=set)
    """Names, in lower case."""


@dataclass(slots=True)
class Story:
    """One story that is rewritten in place."""

    tree: etree._Element
    looks: Looks
    numbers: Numbers
    lists: Lists | None
    """Where lists begin again; `None` in a header, which is many documents'."""
    _begun: dict[str, str] = field(default_factory=dict)
    _counted: set[str] = field(default_factory=set)

    def rewrite(self) -> None:
        """Let styles, lists, numbers and names be those of the volume.

        Raises:
            DataError: the story holds what cannot be bound, or has more lists than Word can number.
        """
        found = next(self.tree.iter(*_IMPOSSIBLE), None)
        if found is not None:
            raise DataError([messages_form.cannot_be_bound(_IMPOSSIBLE[str(found.tag)])])
        for node in list(self.tree.iter(*_PUT_ASIDE)):
            remove(node)
        if self.looks.theme is not None:
            self.looks.theme.say_outright(self.tree)
        for paragraph in self.tree.iter(P):
            self._paragraph(paragraph)
        self._character_styles()
        self._table_styles()
        self._identify()
        self._bookmarks()

    def style_of(self, paragraph: etree._Element) -> str:
        """Return the template's style of a paragraph that is not rewritten yet."""
        named = paragraph.find(_STYLE_PATH)
        style = "" if named is None else named.get(VAL, "")
        return style if style in self.looks.styles else self.looks.implied["paragraph"]

    def _paragraph(self, paragraph: etree._Element) -> None:
        style = self.style_of(paragraph)
        names = self._names_at(paragraph)
        named = paragraph.find(_STYLE_PATH)
        numbered = self.looks.numbered.get(style)
        if named is not None:
            named.set(VAL, names[style])
        elif names[style] not in self.looks.unsaid or numbered:
            put(properties_of(paragraph), "pStyle", PARAGRAPH_ORDER).set(VAL, names[style])
        properties = paragraph.find(PROPERTIES)
        if properties is not None:
            self._number(properties, numbered)
            for outline in properties.iterchildren(_OUTLINE):
                lower(outline)

    def _names_at(self, paragraph: etree._Element) -> Mapping[str, str]:
        """Return the styles for a place: what tables say lies between the defaults and the paragraph's style."""
        if self.looks.inside is None or (table := next(paragraph.iterancestors(TABLE), None)) is None:
            return self.looks.styles
        return self.looks.inside(self._style_of_table(table))

    def _style_of_table(self, table: etree._Element) -> str:
        named = table.find(f"{_TABLE_PROPERTIES}/{_TABLE_STYLE}")
        style = "" if named is None else named.get(VAL, "")
        return style if style in self.looks.styles else self.looks.implied["table"]

    def _number(self, properties: etree._Element, numbered: Numbered | None) -> None:
        """Let a paragraph name the list of this document, also where only its style names one."""
        number = properties.find(_NUMBER_PATH)
        if number is not None:
            number.set(VAL, self._list(number.get(VAL, "")))
        elif numbered is not None:
            own = put(properties, "numPr", PARAGRAPH_ORDER)
            if own.find(_LEVEL) is None:
                own.insert(0, own.makeelement(_LEVEL, {VAL: numbered.level}))
            own.insert(1, own.makeelement(_NUMBER, {VAL: self._list(numbered.number)}))
            if numbered.indent:
                indent = put(properties, "ind", PARAGRAPH_ORDER)
                for name, text in over(numbered.indent, attributes_of(indent)).items():
                    indent.set(q(f"w:{name}"), text)

    def _list(self, number: str) -> str:
        """Return the number of one of the template's lists in this story; 0, which is none, for a list unknown."""
        if number not in self._begun:
            listed = self.looks.lists.get(number)
            if listed is None or self.lists is None:
                self._begun[number] = "0" if listed is None else listed.shared
            else:
                self._begun[number] = self.lists.again(listed, begun=listed.definition in self._counted)
                self._counted.add(listed.definition)
        return self._begun[number]

    def _character_styles(self) -> None:
        for named in list(self.tree.iter(q("w:rStyle"))):
            renamed(named, self.looks.styles)

    def _table_styles(self) -> None:
        for table in self.tree.iter(TABLE):
            name = self.looks.styles[self._style_of_table(table)]
            properties = table.find(_TABLE_PROPERTIES)
            if properties is None:
                properties = table.makeelement(_TABLE_PROPERTIES)
                table.insert(0, properties)
            named = properties.find(_TABLE_STYLE)
            if named is not None:
                named.set(VAL, name)
            elif name not in self.looks.unsaid:
                properties.insert(0, table.makeelement(_TABLE_STYLE, {VAL: name}))

    def _identify(self) -> None:
        """Give new numbers to whatever must not come twice, or take away numbers that nothing needs."""
        marks: dict[str, str] = {}
        for node in found_by(_MARKED, self.tree):
            if (old := node.get(_ID, "")) not in marks:
                self.numbers.marks += 1
                marks[old] = str(self.numbers.marks)
            node.set(_ID, marks[old])
        for drawing in self.tree.iter(q("wp:docPr")):
            self.numbers.drawings += 1
            drawing.set("id", str(self.numbers.drawings))
        for node in self.tree.iter(P, q("w:tr")):
            if len(node.attrib):
                node.attrib.pop(q("w14:paraId"), None)
                node.attrib.pop(q("w14:textId"), None)
        for field_properties in self.tree.iter(q("w:sdtPr")):
            for number in field_properties.findall(_ID):
                field_properties.remove(number)
        self._shapes()

    def _shapes(self) -> None:
        names = {}
        for shape in found_by(_SHAPES, self.tree):
            self.numbers.drawings += 1
            names[shape.get("id", "")] = new = f"shape{self.numbers.drawings}"
            shape.set("id", new)
            shape.attrib.pop(q("o:spid"), None)
        for embedded in self.tree.iter(q("o:OLEObject")):
            embedded.set("ShapeID", names.get(embedded.get("ShapeID", ""), ""))

    def _bookmarks(self) -> None:
        """Give bookmarks of names that are taken others, and let fields and links follow."""
        names = {}
        for mark in self.tree.iter(q("w:bookmarkStart")):
            name = mark.get(_NAME, "")
            if name.casefold() in self.numbers.bookmarks:
                names[name] = f"{name[:_LONGEST]}_{mark.get(_ID)}"
                mark.set(_NAME, names[name])
            self.numbers.bookmarks.add(mark.get(_NAME, "").casefold())
        if not names:
            return
        named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
        for node in self.tree.iter(*_ADDRESSED):
            for key in (_INSTRUCTION, _ANCHOR):
                if key in node.attrib:
                    node.set(key, named.sub(lambda found: names[found[0]], node.get(key, "")))
            if node.text and node.tag == q("w:instrText"):
                node.text = named.sub(lambda found: names[found[0]], node.text)


def properties_of(paragraph: etree._Element) -> etree._Element:
    """Return the properties of a paragraph, made where there are none."""
    properties = paragraph.find(PROPERTIES)
    if properties is None:
        properties = paragraph.makeelement(PROPERTIES)
        paragraph.insert(0, properties)
    return properties


def found_by(path: etree.XPath, tree: etree._Element) -> list[etree._Element]:
    """Return the elements that a path leads to, before anything is changed."""
    found = path(tree)
    assert isinstance(found, list)
    return [node for node in found if isinstance(node, etree._Element)]
