"""One paragraph as a reader sees it: text without its technical seams, and the objects that stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from baocao.rendering.appearance import Ground, Styles, attribute, child, kind
from baocao.text import clean

_NOT_SHOWN = frozenset(
    ("del", "moveFrom", "delText", "delInstrText", "pPr", "rPr", "sdtPr", "sdtEndPr", "fldData", "annotationRef")
)
_SPACES = frozenset(("tab", "br", "cr", "ptab"))
OBJECTS = frozenset(("drawing", "pict", "object"))
_PAGE_FIELDS = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))
_PAGE_NUMBER = re.compile(r"[0-9]{0,6}|[ivxlcdm]{1,12}|[a-z]{1,2}", re.IGNORECASE)
_CHANGING_FIELDS = frozenset(
    (
        "DATE", "TIME", "SAVEDATE", "PRINTDATE", "CREATEDATE", "EDITTIME", "FILENAME", "IF", "=", "INCLUDETEXT",
        "INCLUDEPICTURE", "DDE", "DDEAUTO", "DOCPROPERTY", "DOCVARIABLE", "ASK", "FILLIN", "QUOTE", "SET",
        "MERGEFIELD", "DATABASE", "LINK",
    )
)  # fmt: skip
"""Fields that may show something else the next time the document is opened."""

TURNED = "[đổi chiều chữ]"
_CHARACTERS = str.maketrans(
    {
        "\u2011": "-",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u061c"),
        **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", TURNED),
    }
)
"""The non-breaking hyphen looks like the other; what has no width is not seen; what turns the direction is."""
_RAISED = {"superscript": "chỉ số trên", "subscript": "chỉ số dưới"}
_BOUND = "[ô nhập lấy chữ từ dữ liệu kèm theo]"


@dataclass(slots=True)
class _Field:
    """A field that has begun and not ended."""

    start: int
    """How many segments stood before it."""
    instruction: str = ""
    shows: bool = False
    """Whether its result has begun."""
    locked: bool = False
    swallowed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """What one paragraph holds, in reading order."""

    segments: list[tuple[str, str]] = field(default_factory=list)
    """Mark (empty for plain text) and text."""
    objects: list[etree._Element] = field(default_factory=list)

    def text(self) -> str:
        """Return the text: white space folded, NFC, what cannot be read in brackets that say why."""
        groups: list[tuple[str, str]] = []
        for mark, text in self.segments:
            if groups and (mark == groups[-1][0] or not text.strip()):
                groups[-1] = (groups[-1][0], groups[-1][1] + text)
            else:
                groups.append((mark if text.strip() else "", text))
        return clean("".join(_named(mark, text) for mark, text in groups))


def _named(mark: str, text: str) -> str:
    if not mark:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}[{mark}: {clean(text)}]{after}"


class LineReader:
    """Reads the runs of paragraphs of one document."""

    def __init__(self, styles: Styles, note: Callable[[str, str], str]) -> None:
        """Take the styles of the document, and `note`: kind and id of a footnote or endnote → what refers to it."""
        self._styles = styles
        self._note = note

    def read(self, paragraph: etree._Element, line: Line, around: Ground) -> None:
        """Add what a paragraph (`w:p`) shows to a line."""
        properties = child(paragraph, "pPr")
        label = self._styles.label_words(properties)
        if label:
            line.segments.append(("", f"[số tự động: {label}] "))
        reading = _Reading(self._styles, self._note, line, properties, self._styles.ground(properties, around))
        reading.walk(paragraph, None)
        reading.close()


class _Reading:
    """The reading of one paragraph."""

    def __init__(
        self,
        styles: Styles,
        note: Callable[[str, str], str],
        line: Line,
        paragraph: etree._Element | None,
        ground: Ground,
    ) -> None:
        self._styles, self._note, self._line = styles, note, line
        self._paragraph, self._ground = paragraph, ground
        self._fields: list[_Field] = []

    def walk(self, node: etree._Element, run: etree._Element | None) -> None:
        """Read everything inside a node; `run` are the properties of the run that it stands in."""
        for inner in visible_children(node):
            name = kind(inner)
            if name in OBJECTS:
                self._line.objects.append(inner)
            elif name == "r":
                self.walk(inner, child(inner, "rPr"))
            elif name == "fldSimple":
                self._begin(inner)
                self._fields[-1].instruction, self._fields[-1].shows = attribute(inner, "instr") or "", True
                self.walk(inner, run)
                self._end()
            elif not self._leaf(inner, name, run):
                self._before(inner, name)
                self.walk(inner, run)

    def close(self) -> None:
        """Show what stood in a field that never came to its result: nobody knows what a reader will see of it."""
        for begun in self._fields:
            self._line.segments.extend(begun.swallowed)

    def _before(self, node: etree._Element, name: str) -> None:
        if name == "bdo":
            self._add(TURNED, None)
        elif name == "sdt" and child(child(node, "sdtPr"), "dataBinding") is not None:
            self._add(_BOUND, None)

    def _leaf(self, node: etree._Element, name: str, run: etree._Element | None) -> bool:
        """Read a node that holds no others; return whether it is one."""
        if name == "t":
            self._add(node.text or "", run)
        elif name in _SPACES:
            self._add(" ", run)
        elif name == "noBreakHyphen":
            self._add("-", run)
        elif name == "sym":
            self._add(_symbol(node), run)
        elif name in ("footnoteReference", "endnoteReference"):
            self._add(self._note(name.removesuffix("Reference"), attribute(node, "id") or ""), None)
        elif name == "instrText":
            if self._fields:
                self._fields[-1].instruction += node.text or ""
        elif name == "fldChar":
            self._field(node)
        else:
            return False
        return True

    def _add(self, text: str, run: etree._Element | None) -> None:
        mark = ""
        if text.strip():
            mark = self._styles.mark(run, self._paragraph, self._ground)
            mark = mark or _RAISED.get(self._styles.raised(run, self._paragraph), "")
            text = text.upper() if self._styles.is_capitals(run, self._paragraph) else text
        segment = (mark, text.translate(_CHARACTERS))
        waiting = next((begun for begun in self._fields if not begun.shows), None)
        (waiting.swallowed if waiting else self._line.segments).append(segment)

    def _field(self, node: etree._Element) -> None:
        step = attribute(node, "fldCharType")
        if step == "begin":
            self._begin(node)
        elif step == "separate" and self._fields:
            self._fields[-1].shows = True
        elif step == "end" and self._fields:
            self._end()

    def _begin(self, node: etree._Element) -> None:
        locked = attribute(node, "fldLock") in ("1", "true", "on")
        self._fields.append(_Field(len(self._line.segments), locked=locked))

    def _end(self) -> None:
        """Keep what a field shows, without page numbers, which each opening of the document counts anew."""
        ended = self._fields.pop()
        words = ended.instruction.upper().split() or [""]
        word = "=" if words[0].startswith("=") else words[0]
        shown = self._line.segments[ended.start :]
        if word in _PAGE_FIELDS and not ended.locked:
            if _PAGE_NUMBER.fullmatch("".join(text for _, text in shown).strip()):
                del self._line.segments[ended.start :]
        elif word in _CHANGING_FIELDS:
            result = clean("".join(text for _, text in shown))
            self._line.segments[ended.start :] = [("", f"[trường tự đổi {word}: {result}]")]


def _symbol(node: etree._Element) -> str:
    try:
        return chr(int(attribute(node, "char") or "", 16))
    except (ValueError, OverflowError):
        return "?"


def visible_children(node: etree._Element) -> list[etree._Element]:
    """Return the children of a node that are shown: what a tracked change deleted is left out, one choice taken."""
    found: list[etree._Element] = []
    for inner in node:
        name = kind(inner)
        if name == "AlternateContent":
            branch = _branch(inner)
            found.extend(visible_children(branch) if branch is not None else ())
        elif isinstance(inner.tag, str) and name not in _NOT_SHOWN:
            found.append(inner)
    return found


def _branch(alternatives: etree._Element) -> etree._Element | None:
    """Return the first choice that word processors understand, else the fallback."""
    for choice in alternatives:
        if kind(choice) == "Choice":
            needed = (attribute(choice, "Requires") or "").split()
            if all((choice.nsmap.get(prefix) or "").startswith(_UNDERSTOOD) for prefix in needed):
                return choice
    return child(alternatives, "Fallback")


_UNDERSTOOD = ("http://schemas.microsoft.com/office/", "http://schemas.openxmlformats.org/")
