"""Colours and fonts that a document names by its theme, said outright for a volume that has another theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from baocao.rendering.wordml import NAMESPACES, parse, q

_W = f"{{{NAMESPACES['w']}}}"
_FONTS = {"asciiTheme": "ascii", "hAnsiTheme": "hAnsi", "eastAsiaTheme": "eastAsia", "cstheme": "cs"}
_SCRIPTS = {"EastAsia": "ea", "Bidi": "cs"}
"""End of a theme font's name → its script; the others are Latin."""
_COLOURS = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_COLOUR_NAMES = (
    "themeColor", "themeTint", "themeShade", "themeFill", "themeFillTint", "themeFillShade",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """The fonts and colours of a theme."""

    fonts: Mapping[tuple[str, str], str]
    """(`major` or `minor`; `latin`, `ea` or `cs`) → font."""
    colours: Mapping[str, str]
    """`accent1` → six hexadecimal digits."""

    @classmethod
    def of(cls, part: bytes) -> Theme:
        """Read a theme; an empty part is one that names nothing.

        Raises:
            DataError: the part is damaged.
        """
        root = parse(part) if part else etree.Element("none")
        fonts = {
            (size, script): found.get("typeface", "")
            for size in ("major", "minor")
            for script in ("latin", "ea", "cs")
            for found in root.iterfind(f".//{q('a:' + size + 'Font')}/{q('a:' + script)}")
        }
        scheme = root.find(f".//{q('a:clrScheme')}")
        colours = {
            etree.QName(colour).localname: colour[0].get("lastClr", colour[0].get("val", ""))
            for colour in (() if scheme is None else scheme)
            if len(colour)
        }
        return cls(fonts, colours)

    def say_outright(self, tree: etree._Element) -> None:
        """Put fonts and colours in place of the theme's names for them."""
        for fonts in tree.iter(f"{_W}rFonts"):
            for name, plain in _FONTS.items():
                if font := self.fonts.get(_font(fonts.attrib.pop(f"{_W}{name}", ""))):
                    fonts.set(f"{_W}{plain}", font)
        for name in _COLOUR_NAMES:  # Word writes the colour itself beside its name
            for node in tree.iterfind(f".//*[@{_W}{name}]"):
                del node.attrib[f"{_W}{name}"]
        for colour in tree.iter(q("a:schemeClr")):
            named = colour.get("val", "")
            if found := self.colours.get(_COLOURS.get(named, named)):
                colour.tag = q("a:srgbClr")
                colour.set("val", found)


def _font(name: str) -> tuple[str, str]:
    script = next((script for end, script in _SCRIPTS.items() if name.endswith(end)), "latin")
    return name[:5], script
