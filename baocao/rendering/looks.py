"""The looks of the documents in one volume: styles, list numbers, theme and defaults of each template, merged once.

Word has one set of styles for a whole document. A style that looks the same in two templates is shared; one that
looks different under the same name is written again under another, for the documents that mean it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import count

from lxml import etree

from baocao.rendering.defaults import Defaults, attributes_of, over
from baocao.rendering.lists import List, Lists, identities
from baocao.rendering.theme import Theme
from baocao.rendering.wordml import (
    NAMESPACES,
    STYLE_ORDER,
    VAL,
    canonical,
    parse,
    put,
    q,
    remove,
    value,
    volume_root,
    written,
)  # fmt: skip

_ID, _TYPE, _DEFAULT = q("w:styleId"), q("w:type"), q("w:default")
_UNSEEN = tuple(
    q(f"w:{name}")
    for name in (
        "name", "aliases", "basedOn", "next", "link", "uiPriority", "semiHidden", "unhideWhenUsed", "qFormat", "rsid",
    )
)  # fmt: skip
"""What of a style does not show on paper by itself."""
_DEEPEST = 20
_LOWEST_OUTLINE = 8
_IMPLIED = (
    '<w:style xmlns:w="{}" w:type="paragraph" w:default="1" w:styleId="Normal0"><w:name w:val="Normal"/></w:style>',
    '<w:style xmlns:w="{}" w:type="table" w:default="1" w:styleId="TableNormal0"><w:name w:val="Normal Table"/>'
    '<w:tblPr><w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar>'
    "</w:tblPr></w:style>",
)
"""What Word takes where a document has no style for paragraphs or tables that name none."""


@dataclass(frozen=True, slots=True)
class Static:
    """The parts that all documents of one template share; empty where a document has none."""

    styles: bytes
    numbering: bytes
    theme: bytes
    settings: bytes


@dataclass(frozen=True, slots=True)
class Numbered:
    """How a paragraph style numbers its paragraphs."""

    number: str
    level: str
    indent: Mapping[str, str]
    """What has to be said of the indent by a paragraph that names the number itself; empty for nothing."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What becomes of one template's names in the volume."""

    styles: Mapping[str, str]
    inside: Callable[[str], Mapping[str, str]] | None
    """Table style → as `styles`, for paragraphs in such tables, where defaults are said by styles."""
    implied: Mapping[str, str]
    """`paragraph`, `table` → the template's style for those that name none."""
    unsaid: frozenset[str]
    """The volume's styles for those that name none."""
    numbered: Mapping[str, Numbered]
    outlined: Mapping[str, int]
    """Paragraph style that makes headings → their level, from 0."""
    lists: Mapping[str, List]
    theme: Theme | None
    """Where the theme is not the volume's."""
    even_and_odd: bool
    """Whether even pages have headers of their own."""


@dataclass(frozen=True, slots=True)
class _Template:
    """The styles of one template while they are taken in."""

    styles: Mapping[str, etree._Element]
    lists: Mapping[str, str]
    """`w:numId` → what tells its looks."""

    def chain(self, style: str) -> list[str]:
        """Return a style after those that it is based on, the most general first."""
        found: list[str] = []
        while style in self.styles and style not in found and len(found) < _DEEPEST:
            found.append(style)
            style = value(self.styles[style], "basedOn")
        return found[::-1]

    def saying(self, defaults: Defaults, of_tables: Defaults) -> _Template:
        """Return the template with its defaults said by styles.

        Args:
            defaults: for paragraph styles that are based on no other.
            of_tables: for table styles that say the same properties in another way, so that they still do.
        """
        styles = {name: deepcopy(style) for name, style in self.styles.items()}
        for name, style in styles.items():
            chain = [self.styles[one] for one in self.chain(name)]
            if style.get(_TYPE) == "paragraph" and len(chain) == 1:
                defaults.said_by(style)
            elif style.get(_TYPE) == "table":
                of_tables.met_by(chain).under(chain).said_by(style)
        return _Template(styles, self.lists)

    def keys(self) -> dict[str, bytes]:
        """Return for each style what is equal for styles that look equal."""
        own = {name: self._own(style) for name, style in self.styles.items()}
        return {name: hashlib.sha256(b"".join(own[one] for one in self.chain(name))).digest() for name in own}

    def _own(self, style: etree._Element) -> bytes:
        copy = deepcopy(style)
        for child in [child for child in copy if child.tag in _UNSEEN]:
            copy.remove(child)
        for number in copy.iter(q("w:numId")):
            number.set(VAL, self.lists.get(number.get(VAL, ""), ""))
        kind = copy.get(_TYPE, "")
        copy.attrib.clear()
        return hashlib.sha256(kind.encode() + canonical(copy)).digest()


class Wardrobe:
    """The looks of a volume, as they grow. The first template gives the defaults and the theme."""

    def __init__(self, first: Static) -> None:
        """Begin with the first template.

        Raises:
            DataError: its styles are damaged.
        """
        styles = _root(first.styles, "w:styles")
        self.lists = Lists()
        self._theme = first.theme
        self._defaults = Defaults.of(styles)
        self._known: dict[Static, Looks] = {}
        self._keys: dict[str, bytes] = {}
        self._names: set[str] = set()
        self._root = volume_root("w:styles")
        for name in ("w:docDefaults", "w:latentStyles"):
            self._root.extend(styles.findall(q(name)))

    def looks(self, static: Static) -> Looks:
        """Return the looks of a template, taken in when it is new.

        Raises:
            DataError: a part is damaged, or there are more lists than Word can number.
        """
        if static not in self._known:
            self._known[static] = self._take_in(static)
        return self._known[static]

    def styles_part(self) -> bytes:
        """Return the part of all styles."""
        return written(self._root)

    def _take_in(self, static: Static) -> Looks:
        root, numbering = _root(static.styles, "w:styles"), _root(static.numbering, "w:numbering")
        theme = None if static.theme == self._theme else Theme.of(static.theme)
        if theme is not None:
            theme.say_outright(root)
            theme.say_outright(numbering)
        defaults = Defaults.of(root).unlike(self._defaults)
        template = _Template(_styles(root), identities(numbering))
        outside = template.saying(defaults, defaults)
        ids, new = self._named(outside)
        lists = self.lists.add(numbering, ids)
        self._write(outside, ids, new, lists)

        @cache
        def inside(table: str) -> Mapping[str, str]:
            met = defaults.met_by(template.styles[one] for one in template.chain(table))
            variant = template.saying(defaults.without(met), defaults)
            ids, new = self._named(variant)
            self._write(variant, ids, new, {})  # paragraphs name their lists; levels belong to the first variant
            return ids

        return Looks(
            styles=ids,
            inside=inside if defaults else None,
            implied={style.get(_TYPE, ""): name for name, style in template.styles.items() if _is_default(style)},
            unsaid=frozenset(style.get(_ID, "") for style in self._root if _is_default(style)),
            numbered=dict(_numbered(template, lists)),
            outlined=dict(_outlined(template)),
            lists=lists,
            theme=theme,
            even_and_odd=is_on(_root(static.settings, "w:settings").find(q("w:evenAndOddHeaders"))),
        )

    def _named(self, template: _Template) -> tuple[dict[str, str], list[str]]:
        """Return the identifiers of a template's styles in the volume, and which of them are new to it."""
        ids, new = {}, []
        for style, key in template.keys().items():
            candidates = (style if n == 1 else f"{style}_{n}" for n in count(1))
            ids[style] = next(found for found in candidates if self._keys.get(found, key) == key)
            if ids[style] not in self._keys:
                self._keys[ids[style]] = key
                new.append(style)
        return ids, new

    def _write(self, template: _Template, ids: Mapping[str, str], new: list[str], lists: Mapping[str, List]) -> None:
        """Write the styles that are new to the volume under their names in it."""
        first = not self._names
        for name in new:
            style = deepcopy(template.styles[name])
            style.set(_ID, ids[name])
            if not first:
                style.attrib.pop(_DEFAULT, None)
            if ids[name] != name:
                style.set(q("w:customStyle"), "1")
            self._name(style)
            for child in list(style.iter(q("w:basedOn"), q("w:next"), q("w:link"))):
                renamed(child, ids)
            for number in list(style.iter(q("w:numId"))):
                if number.get(VAL) != "0":
                    renamed(number, {at: found.shared for at, found in lists.items()})
            for outline in style.iter(q("w:outlineLvl")):
                lower(outline)
            self._root.append(style)

    def _name(self, style: etree._Element) -> None:
        """Give a style a name that no other style of the volume has."""
        wanted = value(style, "name") or style.get(_ID, "")
        candidates = (wanted if n == 1 else f"{wanted} ({n})" for n in count(1))
        name = next(found for found in candidates if found.casefold() not in self._names)
        self._names.add(name.casefold())
        put(style, "name", STYLE_ORDER).set(VAL, name)
        for aliases in style.findall(q("w:aliases")):
            style.remove(aliases)


def lower(outline: etree._Element) -> None:
    """Set a heading one level lower, under that of its document; body text stays what it is."""
    level = outline.get(VAL, "")
    if level.isdecimal() and int(level) < _LOWEST_OUTLINE:
        outline.set(VAL, str(int(level) + 1))


def is_on(switch: etree._Element | None) -> bool:
    """Whether a property that is on or off is there and on."""
    return switch is not None and switch.get(VAL, "1") in ("1", "true", "on")


def _root(part: bytes, name: str) -> etree._Element:
    return parse(part) if part else etree.Element(q(name))


def _is_default(style: etree._Element) -> bool:
    return style.get(_DEFAULT, "0") in ("1", "true", "on")


def _styles(root: etree._Element) -> dict[str, etree._Element]:
    """Return the styles by identifier, with those that Word takes for granted."""
    styles = {style.get(_ID, ""): style for style in root.iterfind(q("w:style"))}
    implied = {style.get(_TYPE) for style in styles.values() if _is_default(style)}
    for xml in _IMPLIED:
        style = etree.fromstring(xml.format(NAMESPACES["w"]))
        if style.get(_TYPE) not in implied:
            styles[style.get(_ID, "")] = style
    return styles


def renamed(reference: etree._Element, names: Mapping[str, str]) -> None:
    """Let a reference name what it means in the volume; one that means nothing goes."""
    if (name := names.get(reference.get(VAL, ""))) is None:
        remove(reference)
    else:
        reference.set(VAL, name)


def _outlined(template: _Template) -> Iterator[tuple[str, int]]:
    for style in template.styles:
        levels = [value(template.styles[name], "pPr/outlineLvl") for name in template.chain(style)]
        last = next((level for level in reversed(levels) if level.isdecimal()), "9")
        if int(last) <= _LOWEST_OUTLINE:
            yield style, int(last)


def _numbered(template: _Template, lists: Mapping[str, List]) -> Iterator[tuple[str, Numbered]]:
    for style in template.styles:
        chain = template.chain(style)
        number = _last(template, chain, "pPr/numPr/numId")
        if number in lists:
            by_style = (lists[number].levels.get(name) for name in reversed(chain))
            level = next((found for found in by_style if found), _last(template, chain, "pPr/numPr/ilvl") or "0")
            indent = _indent(template, chain, lists[number].indents.get(level, {}))
            yield style, Numbered(number, level, indent)


def _last(template: _Template, chain: list[str], path: str) -> str:
    """Return the value of a property that the nearest style of a chain says; empty where none does."""
    said = (value(template.styles[name], path) for name in reversed(chain))
    return next((found for found in said if found), "")


def _indent(template: _Template, chain: list[str], of_level: Mapping[str, str]) -> Mapping[str, str]:
    """Return the indent of a numbered style where it is not that of its number."""
    indent: Mapping[str, str] = {}
    for name in chain:
        properties = template.styles[name].find(q("w:pPr"))
        if value(properties, "numPr/numId"):
            indent = over(indent, of_level)
        own = None if properties is None else properties.find(q("w:ind"))
        indent = over(indent, {} if own is None else attributes_of(own))
    return {} if over(indent, of_level) == indent else indent
