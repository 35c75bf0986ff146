"""What a document says for all its paragraphs at once (`w:docDefaults`), said by its styles in a volume of others.

Word applies the defaults first, then the style of the table, then that of the paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from lxml import etree

from baocao.rendering.wordml import PARAGRAPH_ORDER, RUN_ORDER, STYLE_ORDER, put, q

_W = q("w:p")[:-1]
_NEUTRAL: Mapping[str, Mapping[str, str]] = {
    "rFonts": dict.fromkeys(("ascii", "hAnsi", "eastAsia", "cs"), "Times New Roman"),
    "sz": {"val": "20"}, "szCs": {"val": "20"}, "kern": {"val": "0"}, "color": {"val": "auto"},
    "b": {"val": "0"}, "bCs": {"val": "0"}, "i": {"val": "0"}, "iCs": {"val": "0"},
    "spacing": {"before": "0", "after": "0", "line": "240", "lineRule": "auto"},
    "ind": {"left": "0", "right": "0", "firstLine": "0"},
    "jc": {"val": "left"}, "widowControl": {"val": "1"},
}  # fmt: skip
"""What Word does where nothing is said."""

_OF_SEVERAL = frozenset(("rFonts", "spacing", "ind", "lang"))
"""Properties whose attributes are said one by one."""

_PAIRS = (
    ("firstLine", "hanging"), ("ascii", "asciiTheme"), ("hAnsi", "hAnsiTheme"), ("eastAsia", "eastAsiaTheme"),
    ("cs", "cstheme"), ("left", "start"), ("right", "end"),
)  # fmt: skip
_OTHERS = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
"""Attribute → the one that says the same in another way, of which only one counts."""

Said = Mapping[str, Mapping[str, str]]
"""Local name of a property → its attributes."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """Properties of all paragraphs and of their runs."""

    paragraph: Said
    run: Said

    @classmethod
    def of(cls, styles: etree._Element) -> Defaults:
        """Return what the part of styles says."""
        said = styles.find(q("w:docDefaults"))
        if said is None:
            return cls({}, {})
        of_paragraphs, of_runs = f"{q('w:pPrDefault')}/{q('w:pPr')}", f"{q('w:rPrDefault')}/{q('w:rPr')}"
        return cls(_said(said.find(of_paragraphs)), _said(said.find(of_runs)))

    def unlike(self, volume: Defaults) -> Defaults:
        """Return what a style has to say so that it looks in the volume as it did under these defaults."""
        return Defaults(_unlike(self.paragraph, volume.paragraph), _unlike(self.run, volume.run))

    def __bool__(self) -> bool:
        return bool(self.paragraph or self.run)

    def said_by(self, style: etree._Element) -> None:
        """Let a style that is based on no other say these properties, unless it says them otherwise."""
        for name, order, said in (("pPr", PARAGRAPH_ORDER, self.paragraph), ("rPr", RUN_ORDER, self.run)):
            for tag, attributes in said.items():
                _say(put(style, name, STYLE_ORDER), tag, attributes, order)

    def met_by(self, styles: Iterable[etree._Element]) -> Defaults:
        """Return those of these properties that one of some styles says, too."""
        found = list(styles)
        return Defaults(_met(self.paragraph, found, "w:pPr"), _met(self.run, found, "w:rPr"))

    def under(self, styles: Iterable[etree._Element]) -> Defaults:
        """Return these properties as some styles, the most general first, say them over the defaults."""
        found = list(styles)
        return Defaults(_under(self.paragraph, found, "w:pPr"), _under(self.run, found, "w:rPr"))

    def without(self, others: Defaults) -> Defaults:
        """Return these properties but for some."""
        return Defaults(
            {tag: said for tag, said in self.paragraph.items() if tag not in others.paragraph},
            {tag: said for tag, said in self.run.items() if tag not in others.run},
        )


def _met(said: Said, styles: list[etree._Element], properties: str) -> Said:
    path = f".//{q(properties)}/{_W}"
    return {tag: said[tag] for tag in said if any(style.find(path + tag) is not None for style in styles)}


def _under(said: Said, styles: list[etree._Element], properties: str) -> Said:
    over = [_said(style.find(q(properties))) for style in styles]
    return {tag: _merged(tag, [said[tag], *(one[tag] for one in over if tag in one)]) for tag in said}


def _merged(tag: str, said: list[Mapping[str, str]]) -> Mapping[str, str]:
    """Return what is said last, attribute by attribute where they are said one by one."""
    return reduce(over, said) if tag in _OF_SEVERAL else said[-1]


def over(below: Mapping[str, str], above: Mapping[str, str]) -> Mapping[str, str]:
    """Return attributes said over others: a first line that hangs is no longer drawn in."""
    gone = {_OTHERS.get(name) for name in above}
    return {**{name: text for name, text in below.items() if name not in gone}, **above}


def _said(properties: etree._Element | None) -> Said:
    found = () if properties is None else properties.iterchildren(etree.Element)
    return {str(one.tag).removeprefix(_W): attributes_of(one) for one in found}


def _unlike(own: Said, volume: Said) -> Said:
    differing = {}
    for tag in sorted(own.keys() | volume.keys()):
        if own.get(tag) != volume.get(tag):
            wanted = over(_neutral(tag, volume.get(tag, {})), own.get(tag, {}))
            if wanted or tag in own:
                differing[tag] = wanted
    return differing


def _neutral(tag: str, said: Mapping[str, str]) -> dict[str, str]:
    known = _NEUTRAL.get(tag, {})
    return {name: text for name, text in known.items() if name in said or _OTHERS.get(name) in said}


def _say(properties: etree._Element, tag: str, attributes: Mapping[str, str], order: tuple[str, ...]) -> None:
    if tag not in order:
        return
    found = properties.find(f"{_W}{tag}")
    if found is not None and tag not in _OF_SEVERAL:
        return
    if found is None:
        found = put(properties, tag, order)
    for name, text in over(attributes, attributes_of(found)).items():
        found.set(f"{_W}{name}", text)


def attributes_of(element: etree._Element) -> dict[str, str]:
    """Return the `w:` attributes of an element by their local names."""
    return {key.removeprefix(_W): text for key, text in element.items() if key.startswith(_W)}
