"""How Word shows a document, worked out from its parts: styles, defaults, list numbers and headers of each paragraph.

An oracle for what must not change; it shares no code with what it judges. `documents` makes documents to be shown.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from baocao.rendering.package import pack, unpack

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NS = {"w": W, "r": R}
NEUTRAL = {
    "sz": {"val": "20"}, "color": {"val": "auto"}, "rFonts": {"ascii": "Times New Roman"}, "jc": {"val": "left"},
    "spacing": {"before": "0", "after": "0", "line": "240"}, "ind": {"left": "0", "firstLine": "0"},
}  # fmt: skip
SHOWN = {tag: {*said, "hanging", "asciiTheme"} for tag, said in NEUTRAL.items()}
OTHERS = {"firstLine": "hanging", "hanging": "firstLine", "ascii": "asciiTheme", "asciiTheme": "ascii"}
"""Attribute → the one that it puts an end to."""
Said = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Shown:
    """One paragraph as Word shows it."""

    text: str
    looks: Mapping[str, Mapping[str, str]]
    label: str
    """Its automatic number."""
    margins: Mapping[str, str]
    """`header first`, `footer even` and so on → text."""
    page: str
    """Size, margins and columns of the section."""


def shown(document: bytes) -> list[Shown]:
    """Return the paragraphs of a document as they are shown."""
    return list(_Word(document).paragraphs())


def xpath(node: etree._Element, path: str) -> list[Any]:
    found = node.xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return found


def val(node: etree._Element, path: str) -> str:
    return next(iter(xpath(node, f"{path}/@w:val")), "")


def attributes(node: etree._Element) -> dict[str, str]:
    return {etree.QName(key).localname: text for key, text in node.items()}


def over(below: Said, above: Said) -> Said:
    """Properties said over others: attribute by attribute, an indent of the first line instead of a hanging one."""
    merged = {tag: dict(said) for tag, said in below.items()}
    for tag, said in above.items():
        kept = merged.setdefault(tag, {})
        for name in said:
            kept.pop(OTHERS.get(name, ""), None)
        kept.update(said)
    return merged


def said(node: etree._Element | None) -> Said:
    """What the `w:pPr` and `w:rPr` within a node say."""
    found = [] if node is None else [*xpath(node, "w:pPr/*"), *xpath(node, "w:rPr/*")]
    named = {etree.QName(one).localname: attributes(one) for one in found if etree.QName(one).localname in NEUTRAL}
    return {tag: {name: text for name, text in one.items() if name in SHOWN[tag]} for tag, one in named.items()}


class _Word:
    def __init__(self, document: bytes) -> None:
        self.parts = unpack(document)
        self.related = self._relationships()
        self.body = etree.fromstring(self.parts["word/document.xml"])[0]
        styles = self._part("styles")
        self.styles = {style.get(f"{{{W}}}styleId", ""): style for style in xpath(styles, "w:style")}
        self.defaults = over(
            said(_one(styles, "w:docDefaults/w:pPrDefault")), said(_one(styles, "w:docDefaults/w:rPrDefault"))
        )
        self.implied = {
            style.get(f"{{{W}}}type"): name
            for name, style in self.styles.items()
            if style.get(f"{{{W}}}default") == "1"
        }
        numbering = self._part("numbering")
        abstract = {one.get(f"{{{W}}}abstractNumId"): one for one in xpath(numbering, "w:abstractNum")}
        self.numbers = {
            one.get(f"{{{W}}}numId"): (one, abstract[val(one, "w:abstractNumId")]) for one in xpath(numbering, "w:num")
        }
        self.counters: dict[tuple[str, str], int] = {}
        self.begun: set[str] = set()
        self.even_and_odd = bool(xpath(self._part("settings"), "w:evenAndOddHeaders"))

    def paragraphs(self) -> Iterator[Shown]:
        sections = xpath(self.body, ".//w:sectPr")
        around = [(self._margins(sections[: at + 1]), self._page(section)) for at, section in enumerate(sections)]
        at = 0
        for paragraph in self.body.iter(f"{{{W}}}p"):
            text = "".join(xpath(paragraph, ".//w:t/text()"))
            yield Shown(text, *self._look(paragraph), *around[at])
            at += len(xpath(paragraph, "w:pPr/w:sectPr"))

    def _relationships(self) -> dict[str, str]:
        root = etree.fromstring(self.parts["word/_rels/document.xml.rels"])
        return {one.get("Id", ""): posixpath.join("word", one.get("Target", "")) for one in root}

    def _part(self, name: str) -> etree._Element:
        return etree.fromstring(self.parts.get(f"word/{name}.xml", b"<none/>"))

    def _page(self, section: etree._Element) -> str:
        return " ".join(
            str(attributes(one)) for name in ("pgSz", "pgMar", "cols", "titlePg") for one in xpath(section, f"w:{name}")
        )

    def _margins(self, sections: list[etree._Element]) -> dict[str, str]:
        """What stands at the margins of the pages of the last of some sections."""
        named: dict[tuple[str, str], str] = {}
        for section in sections:
            for side in ("header", "footer"):
                for one in xpath(section, f"w:{side}Reference"):
                    root = etree.fromstring(self.parts[self.related[one.get(f"{{{R}}}id", "")]])
                    named[side, one.get(f"{{{W}}}type", "")] = "".join(xpath(root, ".//w:t/text()"))
        first = bool(xpath(sections[-1], "w:titlePg"))
        kinds = {
            "first": "first" if first else "",
            "even": "even" if self.even_and_odd else "default",
            "odd": "default",
        }
        return {
            f"{side} {page}": named.get((side, kind), "") if kind else "as others"
            for side in ("header", "footer")
            for page, kind in kinds.items()
        }

    def _chain(self, style: str) -> list[etree._Element]:
        found: list[etree._Element] = []
        while style in self.styles and self.styles[style] not in found:
            found.insert(0, self.styles[style])
            style = val(self.styles[style], "w:basedOn")
        return found

    def _look(self, paragraph: etree._Element) -> tuple[Said, str]:
        looks = over(NEUTRAL, self.defaults)
        table = next(paragraph.iterancestors(f"{{{W}}}tbl"), None)
        if table is not None:
            named = val(table, "w:tblPr/w:tblStyle")
            for style in self._chain(named if named in self.styles else self.implied["table"]):
                looks = over(looks, said(style))
        named = val(paragraph, "w:pPr/w:pStyle")
        chain = self._chain(named if named in self.styles else self.implied["paragraph"])
        names = [style.get(f"{{{W}}}styleId", "") for style in chain]
        number = next((one for style in reversed(chain) if (one := val(style, "w:pPr/w:numPr/w:numId"))), "")
        level = self._level(number, names)
        direct = val(paragraph, "w:pPr/w:numPr/w:numId")
        for style in chain:
            if val(style, "w:pPr/w:numPr/w:numId") and not direct:  # a number of its own, 0 too, ends that of the style
                looks = over(looks, self._of_level(number, level))
            looks = over(looks, said(style))
        if direct:
            number, level = direct, val(paragraph, "w:pPr/w:numPr/w:ilvl") or "0"
            looks = over(looks, self._of_level(number, level))
        looks = over(looks, said(paragraph))
        return looks, self._label(number, level)

    def _level(self, number: str, names: list[str]) -> str:
        if number not in self.numbers:
            return "0"
        levels = xpath(self.numbers[number][1], "w:lvl[w:pStyle]")
        linked = [
            one.get(f"{{{W}}}ilvl", "0") for name in reversed(names) for one in levels if val(one, "w:pStyle") == name
        ]
        return linked[0] if linked else "0"

    def _of_level(self, number: str, level: str) -> Said:
        if number not in self.numbers:
            return {}
        return said(next(iter(xpath(self.numbers[number][1], f"w:lvl[@w:ilvl='{level}']")), None))

    def _label(self, number: str, level: str) -> str:
        if number not in self.numbers:
            return ""
        num, abstract = self.numbers[number]
        found = xpath(abstract, f"w:lvl[@w:ilvl='{level}']")
        if not found:
            return ""
        counted = abstract.get(f"{{{W}}}abstractNumId", "")
        if number not in self.begun:
            self.begun.add(number)
            for override in xpath(num, "w:lvlOverride[w:startOverride]"):
                self.counters[counted, override.get(f"{{{W}}}ilvl", "")] = int(val(override, "w:startOverride")) - 1
        kind = val(found[0], "w:numFmt")
        if kind == "bullet":
            return val(found[0], "w:lvlText")
        for key in [key for key in self.counters if key[0] == counted and key[1] > level]:
            del self.counters[key]
        start = int(val(found[0], "w:start") or "1")
        self.counters[counted, level] = self.counters.get((counted, level), start - 1) + 1
        return f"{kind} {self.counters[counted, level]}"


def _one(node: etree._Element, path: str) -> etree._Element | None:
    return next(iter(xpath(node, path)), None)


# --- documents -------------------------------------------------------------------------------------------------------

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/>{}</Types>'
)
RELATIONSHIPS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
STYLES = ("Normal", "A", "B", "C")
TABLES = ("TableNormal", "T")


def docx(body: str, parts: Mapping[str, str] = {}, related: Mapping[str, tuple[str, str]] = {}) -> bytes:
    """A document of a body and parts (`styles` and so on); `related` are further parts: identifier → type, target."""
    static = {
        f"rId{name}": (f"{R}/{name}", f"{name}.xml") for name in ("styles", "numbering", "settings") if name in parts
    }
    relations = "".join(
        f'<Relationship Id="{at}" Type="{kind}" Target="{target}"/>'
        for at, (kind, target) in {**static, **related}.items()
    )
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{WORD}.{name.rstrip("0123456789")}+xml"/>'
        for name in parts
    )
    main = f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
    office = f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/>'
    content = {
        "[Content_Types].xml": TYPES.format(main + types),
        "_rels/.rels": RELATIONSHIPS.format(office),
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": RELATIONSHIPS.format(relations),
        **{f"word/{name}.xml": xml for name, xml in parts.items()},
    }
    return pack({name: xml.encode() for name, xml in content.items()})


def root(name: str, content: str) -> str:
    return f'<w:{name} xmlns:w="{W}" xmlns:r="{R}">{content}</w:{name}>'


def element(name: str, **said: str) -> str:
    return f"<w:{name}{''.join(f' w:{key}={text!r}' for key, text in said.items())}/>"


def paragraph(text: str, style: str | None = None, properties: str = "") -> str:
    named = element("pStyle", val=style) if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def table(style: str | None, *paragraphs: str) -> str:
    named = element("tblStyle", val=style) if style else ""
    return f"<w:tbl><w:tblPr>{named}</w:tblPr><w:tr><w:tc>{''.join(paragraphs)}</w:tc></w:tr></w:tbl>"


_few = st.sampled_from(("0", "120", "240", "360"))
_spacing = st.dictionaries(st.sampled_from(("before", "after", "line")), _few, max_size=2)
_indent = st.dictionaries(st.sampled_from(("left", "firstLine")), _few, max_size=2) | st.just({"hanging": "120"})


@st.composite
def _properties(draw: st.DrawFn, numbers: bool = False) -> str:
    """`w:pPr` and `w:rPr` of a style."""
    own = draw(st.sampled_from(("", "", '<w:numPr><w:numId w:val="1"/></w:numPr>'))) if numbers else ""
    pieces = (("spacing", _spacing), ("ind", _indent), ("jc", st.sampled_from(({}, {"val": "center"}))))
    runs = (
        ("rFonts", st.sampled_from(({}, {"ascii": "Arial"}))),
        ("color", st.sampled_from(({}, {"val": "FF0000"}))),
        ("sz", st.sampled_from(({}, {"val": "26"}, {"val": "28"}))),
    )
    of_paragraph, of_run = (
        "".join(element(name, **said) for name, values in found if (said := draw(values))) for found in (pieces, runs)
    )
    return f"<w:pPr>{own}{of_paragraph}</w:pPr><w:rPr>{of_run}</w:rPr>"


@st.composite
def _styles(draw: st.DrawFn) -> str:
    said_of_all = re.sub("<w:ind .*?/>", "", draw(_properties()))  # Word draws in no paragraph by default
    defaults = said_of_all.replace("</w:pPr><w:rPr>", "</w:pPr></w:pPrDefault><w:rPrDefault><w:rPr>")
    content = f"<w:docDefaults><w:pPrDefault>{defaults}</w:rPrDefault></w:docDefaults>"
    for kind, names in (("paragraph", STYLES), ("table", TABLES)):
        for at, name in enumerate(names):
            base = draw(st.sampled_from((None, *names[:at])))
            default = ' w:default="1"' if at == 0 else ""
            based = element("basedOn", val=base) if base else ""
            said = draw(_properties(numbers=kind == "paragraph" and at > 0))
            content += (
                f'<w:style w:type="{kind}"{default} w:styleId="{name}"><w:name w:val="{name}"/>{based}{said}</w:style>'
            )
    return root("styles", content)


@st.composite
def _numbering(draw: st.DrawFn) -> str:
    content = ""
    for at in range(2):
        levels = ""
        for level in range(2):
            kind = draw(st.sampled_from(("decimal", "decimal", "bullet")))
            linked = element("pStyle", val="C") if at == 0 and level == 1 and draw(st.booleans()) else ""
            indent = element("ind", **draw(_indent))
            start = draw(st.sampled_from("13"))
            levels += (
                f'<w:lvl w:ilvl="{level}">{element("start", val=start)}{element("numFmt", val=kind)}{linked}'
                f'<w:lvlText w:val="%{level + 1}."/><w:pPr>{indent}</w:pPr></w:lvl>'
            )
        content += f'<w:abstractNum w:abstractNumId="{at}">{levels}</w:abstractNum>'
    override = draw(st.sampled_from(("", '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>')))
    for number, (abstract, own) in enumerate(((0, ""), (1, ""), (0, ""), (0, override)), start=1):
        content += f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{own}</w:num>'
    return root("numbering", content)


@st.composite
def _paragraphs(draw: st.DrawFn) -> str:
    style = draw(st.sampled_from((None, "unknown", *STYLES)))
    number = draw(st.sampled_from(("", "", "", "1", "2", "3", "4", "0", "9")))
    level = draw(st.sampled_from("01"))
    direct = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>' if number else ""
    indent = element("ind", **indented) if (indented := draw(st.just({}) | _indent)) else ""
    return paragraph(draw(st.sampled_from("xyz")), style, direct + indent)


@st.composite
def _section(draw: st.DrawFn) -> str:
    kinds = [f"{side} {pages}" for side in ("header", "footer") for pages in ("default", "first", "even")]
    named = draw(st.lists(st.sampled_from(kinds), unique=True))
    references = "".join(
        f'<w:{side}Reference w:type="{pages}" r:id="rId{side}{number}"/>'
        for side, pages in (kind.split() for kind in named)
        for number in (draw(st.sampled_from("12")),)
    )
    began = draw(st.sampled_from(("", element("type", val="nextPage"), element("type", val="continuous"))))
    size = element("pgSz", w=draw(st.sampled_from(("11906", "16838"))))
    numbering = draw(st.sampled_from(("", element("pgNumType", start="5"), element("pgNumType", fmt="lowerRoman"))))
    title = draw(st.sampled_from(("", element("titlePg"))))
    return f"<w:sectPr>{references}{began}{size}{numbering}{title}</w:sectPr>"


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Documents of a few styles, lists and sections, under the same names each time."""
    tables = st.builds(table, st.sampled_from((None, "unknown", *TABLES)), _paragraphs())
    blocks = "".join(draw(st.lists(_paragraphs() | tables, max_size=6)))
    if draw(st.booleans()):
        blocks += paragraph("hết phần", None, draw(_section())) + draw(_paragraphs() | st.just(""))
    switch = draw(st.sampled_from(("", element("evenAndOddHeaders"))))
    margins = {
        f"{side}{n}": root("hdr" if side == "header" else "ftr", paragraph(f"{side} {n}"))
        for side in ("header", "footer")
        for n in "12"
    }
    parts = {
        "styles": draw(_styles()),
        "numbering": draw(_numbering()),
        "settings": root("settings", switch),
        **margins,
    }
    related = {f"rId{name}": (f"{R}/{name[:-1]}", f"{name}.xml") for name in margins}
    return Made(docx(blocks + draw(_section()), parts, related))


class Made(bytes):
    """A document that pytest shows as what is in it."""

    def __repr__(self) -> str:
        names = ("document", "styles", "numbering", "settings")
        return "\n".join(unpack(self)[f"word/{name}.xml"].decode() for name in names)
