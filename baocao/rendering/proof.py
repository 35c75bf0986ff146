"""Proof-reading a Word template: every faulty tag at once, named by the place where a person finds it in Word.

Rendering would stop at the first fault and say where it is in the XML; an author of forms sees neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from jinja2 import TemplateSyntaxError, nodes

from baocao import messages_form
from baocao.errors import Problem
from baocao.rendering.context import Context, Printable
from baocao.rendering.template import DAMAGED, ENVIRONMENT, forbidden
from baocao.text import shorten

_TAG = re.compile(r"\{\{(?P<print>.*?)\}\}|\{%(?P<block>.*?)%\}|\{#.*?#\}|(?P<stray>\{\{|\{%|\}\}|%\})", re.DOTALL)
_SCOPE = re.compile(r"^(?:p|tr|tc|r)(?=\s)|^[-+]|[-+]$")
"""What docxtpl and Jinja put before or after a tag's own words: `{%tr for …`, `{%- if …`."""
_LOOP: Printable = {"first": "", "last": "", "index": "", "length": ""}
_WIDTH = 60


@dataclass(frozen=True, slots=True)
class _Tag:
    place: str
    words: str
    """What stands between the braces."""
    kind: str
    """`print`, `block` or `stray`."""


def proofread(template: bytes, context: Context) -> tuple[Problem, ...]:
    """Return every fault of the tags of a template.

    Args:
        template: the bytes of a docx that `package.unpack` accepts.
        context: a full context, with at least one entry in every list; it tells which names there are.
    """
    try:
        document = Document(BytesIO(template))
    except DAMAGED:
        return (messages_form.not_a_document("tệp hỏng hoặc không phải .docx"),)
    stories = (_paragraphs(document.iter_inner_content()), *_margins(document))
    return tuple(problem for story in stories for problem in _Reader(context).faults(_tags(story)))


# --- places ------------------------------------------------------------------------------------------------------


def _paragraphs(blocks: Iterable[Paragraph | Table], inside: str = "") -> Iterator[tuple[str, str]]:
    """Yield place and text of each paragraph in reading order: `bảng 1, hàng 3, ô 2`, `đoạn 4`."""
    tables = paragraphs = 0
    for block in blocks:
        if isinstance(block, Table):
            tables += 1
            for row, cells in enumerate((row.cells for row in block.rows), start=1):
                for column, cell in enumerate(_once(cells), start=1):
                    place = f"{inside}bảng {tables}, hàng {row}, ô {column}"
                    yield from ((place, text) for _, text in _paragraphs(cell.iter_inner_content(), f"{place}, "))
        else:
            paragraphs += 1
            yield f"{inside}đoạn {paragraphs}", block.text


def _once(cells: Iterable[_Cell]) -> Iterator[_Cell]:
    """Yield each cell of a row once; python-docx gives a merged one for every column it spans."""
    last: _Cell | None = None
    for cell in cells:
        if last is None or cell._tc is not last._tc:
            yield cell
        last = cell


def _margins(document: WordDocument) -> Iterator[Iterable[tuple[str, str]]]:
    for section in document.sections:
        for name, margin in (
            ("đầu trang", section.header),
            ("chân trang", section.footer),
            ("đầu trang đầu", section.first_page_header),
            ("chân trang đầu", section.first_page_footer),
        ):
            if not margin.is_linked_to_previous:
                yield _paragraphs(margin.iter_inner_content(), f"{name}, ")


def _tags(story: Iterable[tuple[str, str]]) -> Iterator[_Tag]:
    for place, text in story:
        for found in _TAG.finditer(text):
            kind = found.lastgroup
            if kind:
                shown = f"{place}: …{shorten(found[0], _WIDTH)}…"
                yield _Tag(shown, _SCOPE.sub("", found[kind].strip()).strip(), kind)


# --- reading the tags of one story -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A loop or choice that is still open, and what its names mean inside."""

    tag: _Tag
    word: str
    names: Context = field(default_factory=dict)


class _Reader:
    def __init__(self, context: Context) -> None:
        self._open: list[_Open] = [_Open(_Tag("", "", ""), "", context)]

    def faults(self, tags: Iterable[_Tag]) -> Iterator[Problem]:
        for tag in tags:
            if tag.kind == "stray":
                yield messages_form.torn_tag(tag.place)
            elif tag.kind == "print":
                yield from self._printed(tag)
            else:
                yield from self._block(tag)
        yield from (messages_form.unclosed(block.tag.place, block.word) for block in self._open[1:])

    def _printed(self, tag: _Tag) -> Iterator[Problem]:
        expression, problems = self._parsed(tag, f"{{{{ {tag.words} }}}}")
        yield from problems
        if isinstance(expression, nodes.Output):
            for value in expression.nodes:
                yield from self._names(tag, value)
                if isinstance(self._value(value), dict | list):
                    yield messages_form.not_text(tag.place, tag.words)

    def _block(self, tag: _Tag) -> Iterator[Problem]:
        word, _, rest = tag.words.partition(" ")
        if word in ("for", "if"):
            yield from self._opened(tag, word)
        elif word in ("elif", "else"):
            if word == "elif":
                yield from self._condition(tag, f"if {rest}")
            if self._open[-1].word not in ("if", "for"):
                yield messages_form.unopened(tag.place, word)
        elif word in ("endfor", "endif"):
            if self._open[-1].word == word.removeprefix("end"):
                self._open.pop()
            else:
                yield messages_form.unopened(tag.place, word)
        else:
            yield messages_form.template_construct(tag.place, word)

    def _opened(self, tag: _Tag, word: str) -> Iterator[Problem]:
        names: Context = {}
        if word == "if":
            yield from self._condition(tag, tag.words)
        else:
            loop, problems = self._parsed(tag, f"{{% {tag.words} %}}{{% endfor %}}")
            yield from problems
            if isinstance(loop, nodes.For) and isinstance(loop.target, nodes.Name):
                yield from self._names(tag, loop.iter)
                listed = self._value(loop.iter)
                if isinstance(listed, list):
                    names = {loop.target.name: listed[0] if listed else "", "loop": _LOOP}
                elif listed is not None:
                    yield messages_form.not_a_list(tag.place, tag.words)
        self._open.append(_Open(tag, word, names))

    def _condition(self, tag: _Tag, words: str) -> Iterator[Problem]:
        choice, problems = self._parsed(tag, f"{{% {words} %}}{{% endif %}}")
        yield from problems
        if isinstance(choice, nodes.If):
            yield from self._names(tag, choice.test)

    def _parsed(self, tag: _Tag, source: str) -> tuple[nodes.Node | None, list[Problem]]:
        """Return the one node of a tag, or what is wrong with it."""
        try:
            tree = ENVIRONMENT.parse(source)
        except TemplateSyntaxError:
            return None, [messages_form.tag_syntax(tag.place)]
        constructs = list(forbidden(tree))
        if constructs:
            return None, [messages_form.template_construct(tag.place, name) for name in constructs]
        return tree.body[0], []

    def _names(self, tag: _Tag, expression: nodes.Node) -> Iterator[Problem]:
        """Yield the names of an expression that the context does not have."""
        if isinstance(expression, nodes.Getattr):
            owner = self._value(expression.node)
            yield from self._names(tag, expression.node)
            if isinstance(owner, dict) and expression.attr not in owner:
                yield messages_form.unknown_name(tag.place, expression.attr, list(owner))
            elif isinstance(owner, str | list):
                yield messages_form.unknown_name(tag.place, expression.attr, [])
        elif isinstance(expression, nodes.Name):
            if self._named(expression.name) is None:
                known = [name for block in self._open for name in block.names]
                yield messages_form.unknown_name(tag.place, expression.name, known)
        else:
            for part in expression.iter_child_nodes():
                yield from self._names(tag, part)

    def _named(self, name: str) -> Printable | None:
        return next((block.names[name] for block in reversed(self._open) if name in block.names), None)

    def _value(self, expression: nodes.Node) -> Printable | None:
        """Return what an expression means in the full context; `None` where it has no meaning."""
        if isinstance(expression, nodes.Name):
            return self._named(expression.name)
        if isinstance(expression, nodes.Getattr):
            owner = self._value(expression.node)
            return owner.get(expression.attr) if isinstance(owner, dict) else None
        return None
