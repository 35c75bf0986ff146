"""Automatic numbers in one volume: each definition once, the lists of each document from their first number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering.defaults import attributes_of
from baocao.rendering.wordml import NAMESPACES, VAL, canonical, q, remove, value, volume_root, written

MOST_LISTS = 2040
"""Word stops numbering beyond 2,046 lists (`w:num`) in one document."""

_LEVEL, _DEFINITION, _NUMBER = q("w:ilvl"), q("w:abstractNumId"), q("w:numId")
_LEVELS = frozenset("012345678")
_UNCOUNTED = ("bullet", "none")
_FORGOTTEN = ("nsid", "tmpl", "styleLink", "numStyleLink")
"""Word takes definitions with one `nsid` for one list; a link to a list style is followed once, when it is read."""


@dataclass(frozen=True, slots=True)
class List:
    """A list of a template, as the volume has it."""

    definition: str
    """The definition that counts; lists of one definition go on from each other."""
    shared: str
    """The number for styles and headers, which belong to no one document."""
    own: str
    """What the number is made of where it begins at another number than the definition says; else empty."""
    anew: str
    """What a number is made of whose definition begins again; empty for bullets, which need none."""
    indents: Mapping[str, Mapping[str, str]]
    """Level → attributes of its indent."""
    levels: Mapping[str, str]
    """Paragraph style of the template → the level that belongs to it."""


def definitions(numbering: etree._Element) -> dict[str, etree._Element]:
    """Return the definition of each `w:numId`, links to list styles followed."""
    abstract = {found.get(_DEFINITION, ""): found for found in numbering.iterfind(q("w:abstractNum"))}
    styled = {value(found, "styleLink"): found for found in abstract.values()}
    numbers = ((number.get(_NUMBER, ""), value(number, "abstractNumId")) for number in numbering.iterfind(q("w:num")))
    found = {number: abstract[at] for number, at in numbers if at in abstract}
    return {number: styled.get(value(one, "numStyleLink") or "-", one) for number, one in found.items()}


def identities(numbering: etree._Element) -> dict[str, str]:
    """Return for each `w:numId` a text that is equal for lists that look equal."""
    numbers = {number.get(_NUMBER, ""): number for number in numbering.iterfind(q("w:num"))}
    found = {}
    for at, definition in definitions(numbering).items():
        own = map(canonical, numbers[at].iterfind(q("w:lvlOverride")))
        found[at] = hashlib.sha256(canonical(_bare(definition)) + b"".join(own)).hexdigest()
    return found


class Lists:
    """The numbering of a volume, as it grows."""

    def __init__(self) -> None:
        self._definitions: dict[tuple[bytes, int], etree._Element] = {}
        self._numbers: list[str] = []
        self._shared: dict[str, str] = {}

    def add(self, numbering: etree._Element, styles: Mapping[str, str]) -> dict[str, List]:
        """Take in the lists of a template, and return them by their `w:numId`.

        Args:
            numbering: the root of its part; is changed.
            styles: identifier of a style → its identifier in the volume.

        Raises:
            DataError: there are more lists than Word can number.
        """
        for picture in list(numbering.iter(q("w:lvlPicBulletId"))):
            remove(picture)  # a character stands in for it
        found = definitions(numbering)
        numbers = {number.get(_NUMBER, ""): number for number in numbering.iterfind(q("w:num"))}
        equal: dict[bytes, list[str]] = {}
        defined = {at: self._defined(definition, styles, equal) for at, definition in found.items()}
        return {at: self._list(numbers[at], found[at], defined[at], styles) for at in found}

    def again(self, listed: List, *, begun: bool) -> str:
        """Return the number of a list in another document.

        Args:
            listed: the list.
            begun: whether another list of the same definition stands before it in the document.

        Raises:
            DataError: there are more lists than Word can number.
        """
        content = listed.own if begun else listed.anew
        return self._number(content) if listed.anew and content else listed.shared

    def part(self) -> bytes:
        """Return the part; empty where there is nothing to number."""
        if not self._numbers:
            return b""
        root = volume_root("w:numbering")
        root.extend(self._definitions.values())
        for at, content in enumerate(self._numbers, start=1):
            root.append(etree.fromstring(f'<w:num xmlns:w="{NAMESPACES["w"]}" w:numId="{at}">{content}</w:num>'))
        return written(root)

    def _list(
        self, number: etree._Element, definition: etree._Element, defined: str, styles: Mapping[str, str]
    ) -> List:
        levels = _by_level(definition.iterfind(q("w:lvl")))
        overrides = _by_level(number.iterfind(q("w:lvlOverride")))
        levels |= {at: level for at, found in overrides.items() if (level := found.find(q("w:lvl"))) is not None}
        by_style = {value(level, "pStyle"): at for at, level in levels.items() if value(level, "pStyle")}
        link = f'<w:abstractNumId w:val="{defined}"/>'
        plain = link + "".join(_xml(_mapped(found, styles)) for found in overrides.values())
        if plain not in self._shared:
            self._shared[plain] = self._number(plain)
        counting = any(value(level, "numFmt") not in _UNCOUNTED for level in levels.values())
        again = (_from_the_start(at, level, overrides.get(at), styles) for at, level in sorted(levels.items()))
        return List(
            definition=defined,
            shared=self._shared[plain],
            own=plain if overrides else "",
            anew=link + "".join(again) if counting else "",
            indents={at: _indent(level) for at, level in levels.items()},
            levels=by_style,
        )

    def _defined(self, definition: etree._Element, styles: Mapping[str, str], equal: dict[bytes, list[str]]) -> str:
        """Return the volume's definition for that of a template. Two that are equal in one template count apart."""
        copy = _mapped(_bare(definition), styles)
        content, own = canonical(copy), definition.get(_DEFINITION, "")
        same = equal.setdefault(content, [])
        if own not in same:
            same.append(own)
        kept = self._definitions.setdefault((content, same.index(own)), copy)
        if kept is copy:
            copy.set(_DEFINITION, str(len(self._definitions) - 1))
        return kept.get(_DEFINITION, "")

    def _number(self, content: str) -> str:
        if len(self._numbers) >= MOST_LISTS:
            raise DataError([messages_form.too_many_lists(MOST_LISTS)])
        self._numbers.append(content)
        return str(len(self._numbers))


def _bare(definition: etree._Element) -> etree._Element:
    """Return a copy without what tells it from another that looks the same."""
    copy = deepcopy(definition)
    for name in _FORGOTTEN:
        for child in copy.findall(q(f"w:{name}")):
            copy.remove(child)
    copy.set(_DEFINITION, "")
    return copy


def _by_level(found: Iterable[etree._Element]) -> dict[str, etree._Element]:
    return {level: element for element in found if (level := element.get(_LEVEL, "")) in _LEVELS}


def _from_the_start(at: str, level: etree._Element, override: etree._Element | None, styles: Mapping[str, str]) -> str:
    """Return the override by which a level begins at its first number."""
    wanted = value(override, "startOverride") or value(level, "start")
    start = wanted if wanted.isdecimal() else "1"
    own = None if override is None else override.find(q("w:lvl"))
    rest = "" if own is None else _xml(_mapped(own, styles))
    return f'<w:lvlOverride w:ilvl="{at}"><w:startOverride w:val="{start}"/>{rest}</w:lvlOverride>'


def _mapped(element: etree._Element, styles: Mapping[str, str]) -> etree._Element:
    """Return a copy that names the styles of the volume."""
    copy = deepcopy(element)
    for named in list(copy.iter(q("w:pStyle"))):
        if (style := styles.get(named.get(VAL, ""))) is None:
            remove(named)
        else:
            named.set(VAL, style)
    return copy


def _indent(level: etree._Element) -> dict[str, str]:
    found = level.find(f"{q('w:pPr')}/{q('w:ind')}")
    return {} if found is None else attributes_of(found)


def _xml(element: etree._Element) -> str:
    element.tail = None
    return etree.tostring(element, encoding="unicode")
