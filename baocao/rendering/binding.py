"""Many Word documents bound into one volume: each as it looks alone, from a new page, pages numbered throughout.

Word keeps styles, lists and settings once for a whole document. What documents of one template share is therefore
taken in once (`looks`), and only the bodies are rewritten (`rewriting`) and written one after the other.
"""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from tempfile import TemporaryFile
from typing import BinaryIO

from lxml import etree

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering import streaming
from baocao.rendering.carrying import MAIN, Carrier, Relation, Source, relationships
from baocao.rendering.looks import Looks, Static, Wardrobe
from baocao.rendering.package import RELATIONSHIPS, TYPES, Parts, content_digest, unpack
from baocao.rendering.rewriting import PROPERTIES, TABLE, Numbers, P, Story, found_by, properties_of
from baocao.rendering.sections import Sections, close
from baocao.rendering.wordml import NAMESPACES, PARAGRAPH_ORDER, VAL, parse, put, q, remove, value, volume_root, written

BOUND = "customXml/item1.xml"
"""The part that names the documents of a volume and their content digests."""
_BOUND = "urn:baocao:bound"

_BODY, _EVEN_AND_ODD = q("w:body"), q("w:evenAndOddHeaders")
_OFFICE = NAMESPACES["r"]
_R = f"{{{_OFFICE}}}"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CORE = "docProps/core.xml"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_KIND = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_STATIC = {
    "styles": ("word/styles.xml", f"{_WORD}.styles+xml"),
    "numbering": ("word/numbering.xml", f"{_WORD}.numbering+xml"),
    "settings": ("word/settings.xml", f"{_WORD}.settings+xml"),
    "theme": ("word/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"),
}
_REFERRING = etree.XPath("descendant::*[@r:*]", namespaces=NAMESPACES)
_NO_HEADINGS = (TABLE, q("w:txbxContent"))
"""What stands in a table or a text box is in no outline."""
_BODY_TEXT = "9"
"""The outline level of what is no heading."""
_PIECE = 1 << 18
_BEFORE_EVEN_AND_ODD = frozenset(
    q(f"w:{name}")
    for name in (
        "writeProtection", "view", "zoom", "removePersonalInformation", "removeDateAndTime",
        "doNotDisplayPageBoundaries", "displayBackgroundShape", "printPostScriptOverText",
        "printFractionalCharacterWidth", "printFormsData", "embedTrueTypeFonts", "embedSystemFonts",
        "saveSubsetFonts", "saveFormsData", "mirrorMargins", "alignBordersAndEdges", "bordersDoNotSurroundHeader",
        "bordersDoNotSurroundFooter", "gutterAtTop", "hideSpellingErrors", "hideGrammaticalErrors",
        "activeWritingStyle", "proofState", "formsDesign", "stylePaneFormatFilter", "stylePaneSortMethod",
        "documentType", "mailMerge", "revisionView", "trackRevisions", "doNotTrackMoves", "doNotTrackFormatting",
        "documentProtection", "autoFormatOverride", "styleLockTheme", "styleLockQFSet", "defaultTabStop",
        "autoHyphenation", "consecutiveHyphenLimit", "hyphenationZone", "doNotHyphenateCaps", "showEnvelope",
        "summaryLength", "clickAndTypeStyle", "defaultTableStyle",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document to be bound."""

    title: str
    """The name by which it is found in the volume: the organisation's."""
    content: bytes
    """The docx."""


def anchor(position: int) -> str:
    """Return the bookmark at the first page of a document; the cover is 0, the documents count from 1."""
    return f"baocao_{position:05}"


def bind(cover: Sheet, documents: Iterable[Sheet], target: BinaryIO, labels: Iterable[tuple[str, str]] = ()) -> str:
    """Write a volume of a cover and documents, and return its content digest.

    Each document keeps its looks, margins, headers and footers; it begins on a new page, its lists at their first
    number; pages are numbered from the cover's first to the last. Memory does not grow with the bodies.

    Args:
        cover: gives the settings of the volume (language, tabulators, theme) and its title.
        documents: in their order, asked for one by one.
        target: a file that can seek.
        labels: custom properties of the volume; those of the documents are not taken over.

    Raises:
        DataError: a document is no docx (see `package.unpack`), has notes or other documents in it, or there are
            more lists than Word can number in one volume. Something may have been written by then.
    """
    with TemporaryFile() as file:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as bodies:
            with _naming(cover):
                volume = _Volume(cover)
            for position, (sheet, is_last) in enumerate(_with_last(chain((cover,), documents))):
                with _naming(sheet):
                    bodies.write(volume.add(sheet, position, is_last=is_last))
        file.seek(0)
        with gzip.GzipFile(fileobj=file, mode="rb") as bodies:
            return streaming.write(volume.parts(), {MAIN: _document(bodies)}, labels, target)


def bound(part: bytes) -> list[tuple[str, str]]:
    """Return title and content digest of each document of a volume, in order, given its part `BOUND`.

    Raises:
        DataError: the part is damaged.
    """
    return [(one.get("title", ""), one.get("digest", "")) for one in parse(part).iterfind(f"{{{_BOUND}}}document")]


class _Volume:
    """The volume, as it grows."""

    def __init__(self, cover: Sheet) -> None:
        self._cover = _source(cover)
        self._carrier = Carrier()
        self._numbers = Numbers()
        self._sections = Sections(self._carrier)
        self._wardrobe = Wardrobe(_static(self._cover))
        self._bound = etree.Element(f"{{{_BOUND}}}bound", nsmap={None: _BOUND})

    def add(self, sheet: Sheet, position: int, *, is_last: bool) -> bytes:
        """Return what the body of a document becomes in the body of the volume.

        Raises:
            DataError: the document cannot be bound.
        """
        source = _source(sheet)
        looks = self._wardrobe.looks(_static(source))
        root = parse(source.parts[MAIN])
        body = root.find(_BODY)
        if root.tag != q("w:document") or body is None:
            raise DataError([messages_form.not_a_document("không lưu ở dạng Word thông thường (Transitional)")])
        story = Story(body, looks, self._numbers, self._wardrobe.lists)
        headings = _headings(story, sheet.title)
        story.rewrite()
        _enter(headings)
        _mark(body, anchor(position), self._numbers)
        self._refer(body, source, looks)
        self._sections.follow(body, even_and_odd=looks.even_and_odd)
        if not is_last:
            close(body)
        if position:
            digest = content_digest(source.parts)
            etree.SubElement(self._bound, f"{{{_BOUND}}}document", title=sheet.title, digest=digest)
        return _inside(root, body)

    def parts(self) -> Parts:
        """Return the parts of the volume but the body."""
        add, relate = self._carrier.add, self._carrier.relate
        contents = {
            "styles": self._wardrobe.styles_part(),
            "numbering": self._wardrobe.lists.part(),
            "settings": _settings(self._cover.of_kind("settings"), even_and_odd=self._sections.even_and_odd),
            "theme": self._cover.of_kind("theme"),
        }
        for kind, content in contents.items():
            if content:
                name, content_type = _STATIC[kind]
                add(name, content, content_type)
                relate(Relation(f"{_OFFICE}/{kind}", name))
        add(BOUND, written(self._bound), "application/xml")
        relate(Relation(f"{_OFFICE}/customXml", BOUND))
        self._carrier.types[MAIN] = f"{_WORD}.document.main+xml"
        of_package = {"rId1": Relation(f"{_OFFICE}/officeDocument", MAIN)}
        if _CORE in self._cover.parts:
            add(_CORE, self._cover.parts[_CORE], _CORE_TYPE)
            of_package["rId2"] = Relation(_CORE_KIND, _CORE)
        return {
            **self._carrier.parts,
            TYPES: self._carrier.content_types(),
            RELATIONSHIPS: relationships(of_package, ""),
            "word/_rels/document.xml.rels": self._carrier.body_relationships(),
        }

    def _refer(self, story: etree._Element, source: Source, looks: Looks) -> None:
        """Let the body refer to what is brought over for it."""
        for node in found_by(_REFERRING, story):
            for key in [key for key in node.attrib if str(key).startswith(_R)]:
                found = source.related.get(node.get(key, ""))
                if found is None:
                    raise DataError([messages_form.not_a_document("thiếu một phần được dẫn tới")])
                node.set(key, self._carrier.relate(self._brought(found, source, looks)))

    def _brought(self, found: Relation, source: Source, looks: Looks) -> Relation:
        if found.external:
            return found
        if not found.kind.endswith(("/header", "/footer")):
            return Relation(found.kind, self._carrier.carry(source, found.target))

        def rewrite(content: bytes) -> bytes:
            root = parse(content)
            Story(root, looks, self._numbers, None).rewrite()
            volume = volume_root(f"w:{etree.QName(root).localname}")
            volume.extend(list(root))
            return written(volume)

        return Relation(found.kind, self._carrier.carry(source, found.target, rewrite, looks))


def _source(sheet: Sheet) -> Source:
    return Source(unpack(sheet.content))


def _static(source: Source) -> Static:
    return Static(**{kind: source.of_kind(kind) for kind in _STATIC})


def _with_last(sheets: Iterable[Sheet]) -> Iterator[tuple[Sheet, bool]]:
    """Yield each sheet with whether it is the last one."""
    coming = iter(sheets)
    sheet = next(coming)
    for after in coming:
        yield sheet, False
        sheet = after
    yield sheet, True


def _document(bodies: gzip.GzipFile) -> Iterator[bytes]:
    """Yield the body of the volume, given those of its documents one after the other."""
    yield _DECLARATION + _HEAD
    while piece := bodies.read(_PIECE):
        yield piece
    yield _TAIL


@contextmanager
def _naming(sheet: Sheet) -> Iterator[None]:
    """Let problems say in which document they are."""
    try:
        yield
    except DataError as error:
        raise DataError(problem.inside(sheet.title) for problem in error.problems) from error


def _inside(root: etree._Element, body: etree._Element) -> bytes:
    """Return what stands in a body, under the prefixes of the volume."""
    if root.nsmap.items() <= NAMESPACES.items():
        content = etree.tostring(body, encoding="UTF-8", with_tail=False)
        return content[content.index(b">") + 1 : content.rindex(b"<")]
    volume = volume_root("w:document")
    etree.SubElement(volume, _BODY).extend(list(body))
    return etree.tostring(volume, encoding="UTF-8")[len(_HEAD) : -len(_TAIL)]


def _frame() -> tuple[bytes, bytes]:
    """Return what stands before and after the bodies."""
    root = volume_root("w:document")
    etree.SubElement(root, _BODY).text = "|"
    before, _, after = etree.tostring(root, encoding="UTF-8").partition(b"|")
    return before, after


_HEAD, _TAIL = _frame()
_DECLARATION = b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"


# --- the entry in the outline ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Headings:
    """Where a document enters the outline of the volume, and the headings that stand before."""

    entry: etree._Element | None
    before: list[etree._Element]


def _headings(story: Story, title: str) -> _Headings:
    """Find the first paragraph outside tables that names a title; else the first heading."""
    wanted = _folded(title)
    before: list[etree._Element] = []
    for paragraph in story.tree.iter(P):
        if next(paragraph.iterancestors(*_NO_HEADINGS), None) is not None:
            continue
        if wanted and wanted in _folded("".join(text.text or "" for text in paragraph.iter(q("w:t")))):
            return _Headings(paragraph, before)
        said = value(paragraph, "pPr/outlineLvl")
        if (said or str(story.looks.outlined.get(story.style_of(paragraph), _BODY_TEXT))) != _BODY_TEXT:
            before.append(paragraph)
    return _Headings(before[0] if before else None, [])


def _enter(headings: _Headings) -> None:
    for paragraph in headings.before:
        put(properties_of(paragraph), "outlineLvl", PARAGRAPH_ORDER).set(VAL, _BODY_TEXT)
    if headings.entry is not None:
        put(properties_of(headings.entry), "outlineLvl", PARAGRAPH_ORDER).set(VAL, "0")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _mark(body: etree._Element, name: str, numbers: Numbers) -> None:
    """Set a bookmark at the first paragraph."""
    first = next(body.iter(P), None)
    if first is not None:
        numbers.marks += 1
        number = str(numbers.marks)
        at = 0 if first.find(PROPERTIES) is None else 1
        first.insert(at, first.makeelement(q("w:bookmarkStart"), {q("w:id"): number, q("w:name"): name}))
        first.insert(at + 1, first.makeelement(q("w:bookmarkEnd"), {q("w:id"): number}))


def _settings(part: bytes, *, even_and_odd: bool) -> bytes:
    """Return the cover's settings without what other parts would have to be there for."""
    root = parse(part) if part else etree.Element(q("w:settings"))
    dropped = (q("w:footnotePr"), q("w:endnotePr"), _EVEN_AND_ODD)
    for node in [*root.iter(*dropped), *found_by(_REFERRING, root)]:
        remove(node)
    if even_and_odd:
        at = next((at for at, one in enumerate(root) if one.tag not in _BEFORE_EVEN_AND_ODD), len(root))
        root.insert(at, etree.Element(_EVEN_AND_ODD))
    volume = volume_root("w:settings")
    volume.extend(list(root))
    return written(volume)
