"""How the text of a Word document looks, as far as it decides whether a reader can read it.

Formatting is looked up as Word does: the run's own, its character style, the paragraph's style, the defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

_KNOWN = (
    "http://schemas.openxmlformats.org/",
    "http://purl.oclc.org/ooxml/",
    "http://schemas.microsoft.com/office/",
    "urn:schemas-microsoft-com:",
)
"""Where the namespaces begin that word processors understand; the second is that of strict Office Open XML."""

_WHITE = "FFFFFF"
_HIGHLIGHTS = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF", "red": "FF0000",
    "yellow": "FFFF00", "white": _WHITE, "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000",
    "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080",
    "lightGray": "C0C0C0",
}  # fmt: skip
_LEAST_CONTRAST = 32
"""Colours no further apart than this in red, green and blue (0–255 each) are one colour to a reader."""
_SMALLEST_SIZE = 8.0
"""In half points; what is smaller than 4 points is not read on paper."""
_LOWEST_LINE = 80.0
"""In twentieths of a point, the same 4 points."""
_NARROWEST = 20.0
"""Letters squeezed to less than this percentage of their width are not read."""
_DEEPEST_STYLE = 20

HIDDEN, BACKGROUND, TINY, STRUCK = "chữ ẩn", "chữ trùng màu nền", "chữ quá nhỏ", "chữ gạch bỏ"


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    namespace, _, name = tag.rpartition("}")
    return name if namespace.removeprefix("{").startswith(_KNOWN) else ""


def kind(node: etree._Element) -> str:
    """Return the local name of an element that word processors know; empty for any other node."""
    return _local(node.tag) if isinstance(node.tag, str) else ""


def attribute(node: etree._Element | None, name: str) -> str | None:
    """Return an attribute by its local name, in any of the namespaces that word processors know."""
    if node is not None:
        for key, value in node.items():
            if key == name or _local(str(key)) == name:
                return str(value)
    return None


def child(node: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child of a local name."""
    return next((found for found in node if kind(found) == name), None) if node is not None else None


def is_on(node: etree._Element | None) -> bool | None:
    """Return what a property that is on or off says; `None` where there is none."""
    return None if node is None else attribute(node, "val") not in ("0", "false", "off")


def number(text: str | None) -> float | None:
    """Return a number of the formatting; `None` where there is none to be read."""
    try:
        return float((text or "").removesuffix("%").removesuffix("pt"))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Ground:
    """What a text stands on."""

    colour: str = _WHITE
    tiny: bool = False
    """Whether it stands in a row or paragraph too low to be read."""


class Styles:
    """The styles of one document."""

    def __init__(self, root: etree._Element | None, numbering: etree._Element | None = None) -> None:
        """Read the styles part and the numbering part; either may be missing."""
        self._by_id: dict[str, etree._Element] = {}
        self._default: str | None = None
        styles = [node for node in root if kind(node) == "style"] if root is not None else []
        for style in styles:
            name = attribute(style, "styleId") or ""
            self._by_id.setdefault(name, style)
            if attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true", "on"):
                self._default = name
        defaults = child(root, "docDefaults")
        self._run_defaults = child(child(defaults, "rPrDefault"), "rPr")
        self._paragraph_defaults = child(child(defaults, "pPrDefault"), "pPr")
        self._numbers = _label_texts(numbering)

    def mark(self, run: etree._Element | None, paragraph: etree._Element | None, ground: Ground) -> str:
        """Return why a run cannot be read, or is struck out, as the words that name it; empty for plain text.

        Args:
            run: the properties of the run (`w:rPr`).
            paragraph: the properties of its paragraph (`w:pPr`).
            ground: what it stands on; see `ground`.
        """
        if self._toggled(run, paragraph, "vanish") or child(child(run, "textFill"), "noFill") is not None:
            return HIDDEN
        size = number(attribute(self._run(run, paragraph, "sz"), "val"))
        width = number(attribute(self._run(run, paragraph, "w"), "val"))
        small = (size is not None and size < _SMALLEST_SIZE) or (width is not None and width < _NARROWEST)
        if small or ground.tiny:
            return TINY
        under = _highlight(self._run(run, paragraph, "highlight")) or _fill(self._run(run, paragraph, "shd"))
        colour = _colour(self._run(run, paragraph, "color"))
        if colour is not None and _alike(colour, under or ground.colour):
            return BACKGROUND
        struck = (self._toggled(run, paragraph, name) for name in ("strike", "dstrike"))
        return STRUCK if any(struck) else ""

    def is_capitals(self, run: etree._Element | None, paragraph: etree._Element | None) -> bool:
        """Whether a run is shown in capitals, whatever is typed."""
        return self._toggled(run, paragraph, "caps")

    def raised(self, run: etree._Element | None, paragraph: etree._Element | None) -> str:
        """Return `superscript`, `subscript` or nothing."""
        found = attribute(self._run(run, paragraph, "vertAlign"), "val") or ""
        return found if found in ("superscript", "subscript") else ""

    def ground(self, paragraph: etree._Element | None, around: Ground) -> Ground:
        """Return what the text of a paragraph stands on."""
        spacing = self._paragraph(paragraph, "spacing")
        line = number(attribute(spacing, "line"))
        low = attribute(spacing, "lineRule") == "exact" and line is not None and line < _LOWEST_LINE
        return Ground(_fill(self._paragraph(paragraph, "shd")) or around.colour, around.tiny or low)

    def label_words(self, paragraph: etree._Element | None) -> str:
        """Return what the automatic number of a paragraph says beside the number itself, if it holds a letter."""
        numbered = self._paragraph(paragraph, "numPr")
        key = (attribute(child(numbered, "numId"), "val") or "", attribute(child(numbered, "ilvl"), "val") or "0")
        text = self._numbers.get(key, "")
        return text if any(letter.isalpha() for letter in text) else ""

    # --- looking up -----------------------------------------------------------------------------------------------

    def _chain(self, name: str | None) -> Iterator[etree._Element]:
        """Yield a style and those that it is based on, nearest first."""
        passed: set[str] = set()
        while name in self._by_id and name not in passed and len(passed) < _DEEPEST_STYLE:
            passed.add(name)
            yield self._by_id[name]
            name = attribute(child(self._by_id[name], "basedOn"), "val")

    def _of_paragraph(self, paragraph: etree._Element | None) -> Iterator[etree._Element]:
        yield from self._chain(attribute(child(paragraph, "pStyle"), "val") or self._default)

    def _run(self, run: etree._Element | None, paragraph: etree._Element | None, name: str) -> etree._Element | None:
        styles = (*self._chain(attribute(child(run, "rStyle"), "val")), *self._of_paragraph(paragraph))
        return _first((run, *(child(style, "rPr") for style in styles), self._run_defaults), name)

    def _paragraph(self, paragraph: etree._Element | None, name: str) -> etree._Element | None:
        styles = (child(style, "pPr") for style in self._of_paragraph(paragraph))
        return _first((paragraph, *styles, self._paragraph_defaults), name)

    def _toggled(self, run: etree._Element | None, paragraph: etree._Element | None, name: str) -> bool:
        """Return a toggle property: styles on both levels switch each other off (ECMA-376 part 1, 17.7.3)."""
        own = is_on(child(run, name))
        if own is not None:
            return own
        of_run = [child(style, "rPr") for style in self._chain(attribute(child(run, "rStyle"), "val"))]
        of_paragraph = [child(style, "rPr") for style in self._of_paragraph(paragraph)]
        toggled = bool(is_on(_first(of_run, name))) ^ bool(is_on(_first(of_paragraph, name)))
        return toggled or bool(is_on(child(self._run_defaults, name)))


def cell_ground(cell: etree._Element | None, around: Ground, *, low: bool) -> Ground:
    """Return what the text of a cell stands on, by its own shading (`w:tcPr`) and the height of its row."""
    return Ground(_fill(child(cell, "shd")) or around.colour, around.tiny or low)


def is_low(row: etree._Element | None) -> bool:
    """Whether a row (`w:trPr`) is hidden or too low to be read."""
    if is_on(child(row, "hidden")):
        return True
    height = child(row, "trHeight")
    value = number(attribute(height, "val"))
    return attribute(height, "hRule") == "exact" and value is not None and value < _LOWEST_LINE


def _first(levels: Iterable[etree._Element | None], name: str) -> etree._Element | None:
    return next((found for level in levels if (found := child(level, name)) is not None), None)


def _label_texts(numbering: etree._Element | None) -> dict[tuple[str, str], str]:
    """Return the text of each list level by list and level, the places of the numbers left out."""
    nodes = list(numbering) if numbering is not None else []
    lists = {attribute(node, "abstractNumId"): node for node in nodes if kind(node) == "abstractNum"}
    found = {}
    for number_ in (node for node in nodes if kind(node) == "num"):
        overrides = [child(node, "lvl") for node in number_ if kind(node) == "lvlOverride"]
        base = lists.get(attribute(child(number_, "abstractNumId"), "val"))
        for level in (*(base if base is not None else ()), *overrides):
            if level is not None and kind(level) == "lvl":
                key = (attribute(number_, "numId") or "", attribute(level, "ilvl") or "0")
                found[key] = _without_places(attribute(child(level, "lvlText"), "val") or "")
    return found


def _without_places(text: str) -> str:
    for level in range(1, 10):
        text = text.replace(f"%{level}", "")
    return text.strip()


# --- colours -------------------------------------------------------------------------------------------------------


def _colour(node: etree._Element | None) -> str | None:
    value = attribute(node, "val")
    if value in (None, "auto") and attribute(node, "themeColor") in ("background1", "light1"):
        return _WHITE
    return value if value != "auto" else None


def _fill(node: etree._Element | None) -> str | None:
    """Return the colour of a shading; a solid pattern covers the fill with its own colour."""
    solid = attribute(node, "val") == "solid"
    value = attribute(node, "color" if solid else "fill")
    return value if value != "auto" else None


def _highlight(node: etree._Element | None) -> str | None:
    return _HIGHLIGHTS.get(attribute(node, "val") or "")


def _alike(one: str, other: str) -> bool:
    try:
        pairs = zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)
        return all(abs(left - right) <= _LEAST_CONTRAST for left, right in pairs)
    except ValueError:
        return False
