"""Proving a story of a template once: what stands between its tags, and that no context can break it.

A story is the body, a header or a footer. docxtpl renders it as text and repairs the result by a forgiving parser
for every document. Here the tags become processing instructions of one XML tree, the *skeleton*, and the strict
parser is asked once. When every choice and loop opens and closes under the same parent, and values are printed only
as the text of runs, every rendering is well-formed: it is the skeleton with whole nodes repeated or left out.

What docxtpl does after rendering (breaks in values, table grids, numbers of drawings) is either found to come out
the same for every context and done once, or the proof fails, and docxtpl renders each document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import Environment
from lxml import etree

from baocao.rendering.program import BREAKS, Breaks

Element = etree._Element

_ESCAPES = (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}"))
"""How a template says braces that are no tag; docxtpl replaces them in what it has rendered, values included."""

_SPLIT = re.compile(rb"<\?baocao-tag (\d+)\?>")


class NotProvedError(Exception):
    """A template needs docxtpl for each document; the text says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a story, in docxtpl's patched notation: scopes such as `p` and `tr` are resolved already."""

    words: str
    prints: bool
    breaks: Breaks = ()
    """For a tag that prints."""


@dataclass(frozen=True, slots=True)
class Story:
    """Static bytes and the tags between them: one more piece than tags."""

    pieces: tuple[bytes, ...]
    tags: tuple[Tag, ...]

    def with_tag(self, mark: bytes, tag: Tag) -> Story:
        """Return the story with a tag wherever a mark stands in its static bytes."""
        pieces: list[bytes] = []
        tags: list[Tag] = []
        for number, piece in enumerate(self.pieces):
            parts = piece.split(mark)
            pieces += parts
            tags += [tag] * (len(parts) - 1)
            tags += self.tags[number : number + 1]
        return Story(tuple(pieces), tuple(tags))


def prove(patched: str, document: DocxTemplate, environment: Environment, serialize: Callable[[str], bytes]) -> Story:
    """Return the story that a patched XML text is.

    Args:
        patched: what `DocxTemplate.patch_xml` makes of a story.
        document: asked what it makes of breaks in values.
        environment: lexes the tags.
        serialize: returns the whole part, given its story with the tags as processing instructions.

    Raises:
        NotProvedError: some context might give XML that is not well-formed, or other XML than docxtpl's.
    """
    if "<?baocao-" in patched:
        raise NotProvedError("tệp có sẵn lệnh xử lý XML của baocao")
    tags: list[Tag] = []
    linear = "".join(_linear(patched, environment, tags))
    root = _parsed(linear)
    _check_blocks(root, tags)
    _check_tables(root, tags)
    if document.resolve_listing(linear) != linear:
        raise NotProvedError("chữ tĩnh của tệp có ký tự tab hoặc xuống dòng")
    tags = list(_with_breaks(linear, root, tags, document))
    pieces = _SPLIT.split(serialize(linear))
    if [int(number) for number in pieces[1::2]] != list(range(len(tags))):
        raise NotProvedError("thẻ không còn đủ sau khi ghi lại tệp")
    return Story(tuple(pieces[::2]), tuple(tags))


def _linear(source: str, environment: Environment, tags: list[Tag]) -> Iterator[str]:
    """Yield the story with each tag as a processing instruction, all branches after one another; gather the tags."""
    words: list[str] = []
    for _line, kind, value in environment.lex(source):
        if kind == "data":
            for escaped, meant in _ESCAPES:
                value = value.replace(escaped, meant)  # noqa: PLW2901
            yield value
        elif kind in ("variable_begin", "block_begin"):
            words = []
        elif kind in ("variable_end", "block_end"):
            yield _instruction(len(tags))
            tags.append(Tag("".join(words).strip(), prints=kind == "variable_end"))
        elif not kind.startswith(("comment", "raw", "linecomment")):
            words.append(value)


def _instruction(number: int) -> str:
    return f"<?baocao-tag {number}?>"


def _parsed(text: str) -> Element:
    try:
        return etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        reason = "thẻ cắt ngang cấu trúc XML, hoặc đứng trong thuộc tính (colspan, cellbg, vm, hm)"
        raise NotProvedError(reason) from error


def _number(node: Element) -> int | None:
    """Return which tag a node is, `None` for any other node."""
    if isinstance(node, etree._ProcessingInstruction) and node.target == "baocao-tag":
        return int(node.text or "")
    return None


# --- choices and loops ---------------------------------------------------------------------------------------------


def _check_blocks(root: Element, tags: list[Tag]) -> None:
    """Require of each block that all its tags have the same parent; of the drawings that none is inside a loop.

    Drawings are numbered (`wp:docPr`), no two the same: one in a choice keeps its number whatever is chosen (docxtpl
    numbers what is left), one in a loop would come again with the same.
    """
    parents: list[Element | None] = []
    loops: list[bool] = []
    seen = 0
    for node in root.iter():
        number = _number(node)
        if number is None:
            if node.tag == qn("wp:docPr") and any(loops):
                raise NotProvedError("hình vẽ nằm trong thẻ lặp")
            continue
        seen += 1
        if tags[number].prints:
            continue
        word = tags[number].words.split()[0]
        if word in ("if", "for"):
            parents.append(node.getparent())
            loops.append(word == "for")
        elif not parents or parents[-1] is not node.getparent():
            raise NotProvedError(f"thẻ {word} không cùng cấp với thẻ mở của nó")
        elif word.startswith("end"):
            parents.pop()
            loops.pop()
    if seen != len(tags) or parents:
        raise NotProvedError("thẻ nằm trong chú giải XML hoặc không được đóng")


def _check_tables(root: Element, tags: list[Tag]) -> None:
    """Require that docxtpl's `fix_tables` does the same to each grid whatever the context is.

    It fits the grid to the row with the most cells, and drops columns that no row reaches; so that row must be there
    always.
    """
    inside = dict(_blocks_around(root, tags))
    for table in root.iter(qn("w:tbl")):
        grid = table.find(qn("w:tblGrid"))
        if grid is None:
            raise NotProvedError("bảng không có lưới cột (w:tblGrid)")
        sizes = {row: _size(row, inside) for row in table.iter(qn("w:tr"))}
        always = [size for row, size in sizes.items() if inside[row] == inside[table]]
        columns = len(grid.findall(qn("w:gridCol")))
        most_cells = max((columns, *(cells for cells, _ in always)))
        most_columns = max((span for _, span in always), default=0)
        if any(cells > most_cells or span > most_columns for cells, span in sizes.values()) or not always:
            raise NotProvedError("bảng không có hàng đủ cột nào luôn được in")


def _blocks_around(root: Element, tags: list[Tag]) -> Iterator[tuple[Element, tuple[int, ...]]]:
    """Yield each element with the tags of the blocks that it stands in."""
    around: list[int] = []
    for node in root.iter():
        number = _number(node)
        if number is None:
            yield node, tuple(around)
        elif not tags[number].prints:
            word = tags[number].words.split()[0]
            if word in ("if", "for"):
                around.append(number)
            elif word.startswith("end"):
                around.pop()


def _size(row: Element, inside: dict[Element, tuple[int, ...]]) -> tuple[int, int]:
    """Return how many cells a row has, and how many columns of the grid they take."""
    cells = row.findall(qn("w:tc"))
    if any(inside[cell] != inside[row] for cell in cells):
        raise NotProvedError("thẻ chọn hoặc lặp giữa các ô của một hàng")
    return len(cells), sum(map(_span, cells))


def _span(cell: Element) -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return 1 if span is None else int(span.get(qn("w:val"), "1"))


# --- values --------------------------------------------------------------------------------------------------------


def _with_breaks(linear: str, root: Element, tags: list[Tag], document: DocxTemplate) -> Iterator[Tag]:
    """Yield the tags, those that print with what docxtpl makes of breaks there: it is asked, with a break of each kind.

    Raises:
        NotProvedError: a value is printed elsewhere than as the text of a run.
    """
    probe = linear
    for number in [number for number, tag in enumerate(tags) if tag.prints]:
        cut = f"<?baocao-cut {number}?>"
        probe = probe.replace(_instruction(number), cut + cut.join(BREAKS) + cut)
    resolved = document.resolve_listing(probe)
    nodes = {_number(node): node for node in root.iter()}
    for number, tag in enumerate(tags):
        if not tag.prints:
            yield tag
            continue
        run = _run(nodes[number], tag.words)
        found = resolved.split(f"<?baocao-cut {number}?>")[1:-1]
        if len(found) != len(BREAKS):
            raise NotProvedError(f"không rõ ngắt dòng trong thẻ {tag.words}")
        whole = run.getparent()
        fits = (True, True, *(whole is not None and whole.tag == qn("w:p") for _ in "\a\f"))
        breaks = tuple(xml if fit else None for xml, fit in zip(found, fits, strict=True))
        for xml in breaks:
            if xml is not None:
                _check_break(xml, root)
        yield Tag(tag.words, prints=True, breaks=breaks)


def _run(node: Element, words: str) -> Element:
    """Return the run whose text a tag prints.

    Raises:
        NotProvedError: it prints elsewhere, or docxtpl's search for the properties of the run and its paragraph by
            regular expressions might find others than these.
    """
    text = node.getparent()
    run = text.getparent() if text is not None and text.tag == qn("w:t") else None
    if run is None or run.tag != qn("w:r"):
        raise NotProvedError(f"thẻ {words} không in chữ trong một đoạn (RichText, hình, tệp con, ô chữ…)")
    paragraphs = list(run.iterancestors(qn("w:p")))
    if len(paragraphs) != 1:
        raise NotProvedError(f"thẻ {words} nằm trong ô chữ (text box)")
    for owner, name, properties in ((paragraphs[0], qn("w:p"), qn("w:pPr")), (run, qn("w:r"), qn("w:rPr"))):
        own = list(owner.iter(properties))
        nested = len(list(owner.iter(name))) > 1
        misplaced = own and (len(own) > 1 or own[0] is not owner[0] or _has_tags(own[0]))
        if nested or misplaced:
            raise NotProvedError(f"đoạn hoặc chữ quanh thẻ {words} lồng nhau, hoặc có thuộc tính thay đổi")
    return run


def _has_tags(element: Element) -> bool:
    return any(_number(node) is not None for node in element.iter())


def _check_break(xml: str, root: Element) -> None:
    """Require of a break that it leaves as many elements open as it finds."""
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in root.nsmap.items() if prefix)
    _parsed(f"<x{names}><w:p><w:r><w:t>{xml.translate(_NO_CONTROLS)}</w:t></w:r></w:p></x>")


_NO_CONTROLS = dict.fromkeys((7, 12))
