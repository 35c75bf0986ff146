"""The vocabulary of a Word document's XML: names, the order in which Word wants properties, strict reading."""

from __future__ import annotations

from functools import cache

from lxml import etree

from baocao import messages_form
from baocao.errors import DataError

_OPEN = "http://schemas.openxmlformats.org"
_MICROSOFT = "http://schemas.microsoft.com/office"
NAMESPACES = {
    "w": f"{_OPEN}/wordprocessingml/2006/main",
    "r": f"{_OPEN}/officeDocument/2006/relationships",
    "m": f"{_OPEN}/officeDocument/2006/math",
    "wp": f"{_OPEN}/drawingml/2006/wordprocessingDrawing",
    "a": f"{_OPEN}/drawingml/2006/main",
    "mc": f"{_OPEN}/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "mo": f"{_MICROSOFT}/mac/office/2008/main",
    "mv": "urn:schemas-microsoft-com:mac:vml",
    "w10": "urn:schemas-microsoft-com:office:word",
    "wne": f"{_MICROSOFT}/word/2006/wordml",
    "wpc": f"{_MICROSOFT}/word/2010/wordprocessingCanvas",
    "wpg": f"{_MICROSOFT}/word/2010/wordprocessingGroup",
    "wpi": f"{_MICROSOFT}/word/2010/wordprocessingInk",
    "wps": f"{_MICROSOFT}/word/2010/wordprocessingShape",
    "w14": f"{_MICROSOFT}/word/2010/wordml",
    "wp14": f"{_MICROSOFT}/word/2010/wordprocessingDrawing",
    "w15": f"{_MICROSOFT}/word/2012/wordml",
}
"""The prefixes under which a volume writes what its documents may have written under others."""

IGNORABLE = ("w14", "wp14", "w15")
"""What older programs may pass over; the rest they have to know."""

PARAGRAPH_ORDER = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "suppressLineNumbers",
    "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct",
    "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing",
    "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl",
    "divId", "cnfStyle", "rPr", "sectPr", "pPrChange",
)  # fmt: skip
"""Children of `w:pPr` (ISO 29500-1, 17.3.1.26)."""

RUN_ORDER = (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow",
    "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern", "position",
    "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang",
    "eastAsianLayout", "specVanish", "oMath",
)  # fmt: skip
"""Children of `w:rPr` (ISO 29500-1, 17.3.2.28)."""

STYLE_ORDER = (
    "name", "aliases", "basedOn", "next", "link", "autoRedefine", "hidden", "uiPriority", "semiHidden",
    "unhideWhenUsed", "qFormat", "locked", "personal", "personalCompose", "personalReply", "rsid", "pPr", "rPr",
    "tblPr", "trPr", "tcPr", "tblStylePr",
)  # fmt: skip
"""Children of `w:style` (ISO 29500-1, 17.7.4.17)."""


@cache
def q(name: str) -> str:
    """Return `w:p` as lxml names it."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


VAL = q("w:val")
_IGNORABLE = q("mc:Ignorable")


def parse(content: bytes) -> etree._Element:
    """Parse a part, and leave out of it what only the newest programs know and others pass over.

    Raises:
        DataError: it is not well-formed, or declares a document type, which no Word document does.
    """
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise DataError([messages_form.not_a_document("tệp hỏng hoặc không phải .docx")]) from error
    if root.getroottree().docinfo.doctype:
        raise DataError([messages_form.not_a_document("có phần khai báo DOCTYPE")])
    if content.count(b":Ignorable") > (_IGNORABLE in root.attrib) or b":Choice" in content or _unknown(root):
        _drop_unknown(root)
    return root


def _unknown(root: etree._Element) -> set[str]:
    """Return the namespaces that may be passed over and are not among `NAMESPACES`."""
    ignorable = {str(root.nsmap.get(prefix)) for prefix in root.get(_IGNORABLE, "").split()}
    return ignorable - set(NAMESPACES.values())


def _drop_unknown(root: etree._Element) -> None:
    """Make the prefixes that stand in attribute values (`mc:Ignorable`, `Requires`) those of `NAMESPACES`, or none."""
    if unknown := _unknown(root):
        for node in list(root.iter(etree.Element)):
            for key in [key for key in node.attrib if etree.QName(key).namespace in unknown]:
                del node.attrib[key]
            if etree.QName(node).namespace in unknown:
                remove(node)
    for node in root.iterfind(f".//*[@{_IGNORABLE}]"):
        del node.attrib[_IGNORABLE]
    for choice in list(root.iter(q("mc:Choice"))):
        needed = choice.get("Requires", "").split()
        if any(choice.nsmap.get(prefix) != NAMESPACES.get(prefix, "") for prefix in needed):
            remove(choice)


def remove(node: etree._Element) -> None:
    """Take an element out; the text after it, if any, stays."""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is None:
            parent.text = (parent.text or "") + node.tail
        else:
            before.tail = (before.tail or "") + node.tail
    parent.remove(node)


def volume_root(name: str) -> etree._Element:
    """Return an empty `w:document`, `w:styles` and so on that declares `NAMESPACES`."""
    return etree.Element(q(name), {_IGNORABLE: " ".join(IGNORABLE)}, nsmap=NAMESPACES)


def value(parent: etree._Element | None, path: str) -> str:
    """Return the `w:val` of a descendant, given its local names with slashes between; empty where it is missing."""
    found = None if parent is None else parent.find("/".join(q(f"w:{name}") for name in path.split("/")))
    return "" if found is None else found.get(VAL, "")


def put(parent: etree._Element, name: str, order: tuple[str, ...]) -> etree._Element:
    """Return the child `w:name` of `parent`, made at its place in `order` where it is missing."""
    tag = q(f"w:{name}")
    found = parent.find(tag)
    if found is None:
        found = parent.makeelement(tag)
        later = _after(name, order)
        at = next((index for index, child in enumerate(parent) if child.tag in later), len(parent))
        parent.insert(at, found)
    return found


@cache
def _after(name: str, order: tuple[str, ...]) -> frozenset[str]:
    return frozenset(q(f"w:{other}") for other in order[order.index(name) + 1 :])


def canonical(element: etree._Element) -> bytes:
    """Return the XML of an element such that equal elements of different documents are equal bytes."""
    return etree.tostring(element, method="c14n", exclusive=True)


def written(element: etree._Element) -> bytes:
    """Return the XML of a whole part."""
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)
