"""Proof-reading a Word template: every faulty tag at once, named by the place where a person finds it in Word.

Rendering would stop at the first fault and say where it is in the XML; an author of forms sees neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

from docx import Document
from jinja2 import TemplateSyntaxError, nodes

from baocao import messages_form
from baocao.errors import Problem
from baocao.rendering.context import Context, Printable
from baocao.rendering.package import unpack
from baocao.rendering.tags import Tag, stories, unread
from baocao.rendering.template import DAMAGED, ENVIRONMENT, forbidden

_LOOP: Printable = {"first": "", "last": "", "index": "", "length": ""}
_ODD = {
    "\n": "dấu xuống dòng",
    "\t": "dấu tab",
    "\u00a0": "dấu cách không ngắt dòng",
    "\u00ad": "dấu gạch nối mềm",
    "\u2011": "dấu gạch nối không ngắt dòng",
    "\u200b": "ký tự không nhìn thấy",
    "\ufeff": "ký tự không nhìn thấy",
}
"""What Word puts into a tag that a person does not see."""
_UNREAD = {"word/endnotes.xml": "chú thích cuối tài liệu"}


def proofread(template: bytes, context: Context) -> tuple[Problem, ...]:
    """Return every fault of the tags of a template.

    Args:
        template: the bytes of a docx that `package.unpack` accepts.
        context: a full context, with at least one entry in every list; it tells which names there are.
    """
    parts = unpack(template)
    try:
        tags = list(stories(Document(BytesIO(template))))
        lost = list(unread((name, parts[part]) for part, name in _UNREAD.items() if part in parts))
    except DAMAGED:
        return (messages_form.not_a_document("tệp hỏng hoặc không phải .docx"),)
    found = [problem for story in tags for problem in _Reader(context).faults(story)]
    found += [messages_form.unread_part(tag.place) for tag in lost]
    return tuple(dict.fromkeys(found))  # what stands in a text box stands there twice, for old and new versions


# --- reading the tags of one story -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A loop or choice that is still open, and what its names mean inside."""

    tag: Tag
    word: str
    names: Context = field(default_factory=dict)
    is_otherwise: bool = False
    """Whether its `else` has been read."""


def _written(tag: Tag) -> Iterator[Problem]:
    """Yield what is wrong with how a tag stands in Word, whatever it says."""
    odd = next((name for sign, name in _ODD.items() if sign in tag.text), None)
    if tag.kind == "stray":
        yield messages_form.torn_tag(tag.place)
    elif tag.kind == "print" and tag.scope:
        yield messages_form.scoped_print(tag.place, tag.scope)
    elif odd:
        yield messages_form.odd_character(tag.place, odd)
    elif tag.holder is None and tag.scope in ("tr", "tc"):
        yield messages_form.scope_outside(tag.place, tag.scope)
    elif tag.holder is None:
        yield messages_form.cut_tag(tag.place)


def _lost(tag: Tag) -> Iterator[Problem]:
    if not tag.is_alone:
        yield messages_form.lost_beside(tag.place, tag.scope)


def _beside(tag: Tag, word: str, opening: Tag) -> Iterator[Problem]:
    if tag.holder != opening.holder:
        yield messages_form.apart(tag.place, word)


class _Reader:
    def __init__(self, context: Context) -> None:
        self._open: list[_Open] = [_Open(Tag("", "", ""), "", context)]

    def faults(self, tags: Iterable[Tag]) -> Iterator[Problem]:
        for tag in tags:
            torn = list(_written(tag))
            said = [] if tag.kind == "stray" else list(self._printed(tag) if tag.kind == "print" else self._block(tag))
            yield from torn or said
            yield from _lost(tag)
        yield from (messages_form.unclosed(block.tag.place, block.word) for block in self._open[1:])

    def _printed(self, tag: Tag) -> Iterator[Problem]:
        expression, problems = self._parsed(tag, f"{{{{ {tag.words} }}}}")
        yield from problems
        if isinstance(expression, nodes.Output):
            for value in expression.nodes:
                yield from self._names(tag, value)
                if isinstance(self._value(value), dict | list):
                    yield messages_form.not_text(tag.place, tag.words)

    def _block(self, tag: Tag) -> Iterator[Problem]:
        word, rest = (*tag.words.split(maxsplit=1), "", "")[:2]
        if word in ("for", "if"):
            yield from self._opened(tag, word)
        elif word in ("elif", "else"):
            yield from self._otherwise(tag, word, rest)
        elif word in ("endfor", "endif"):
            yield from self._closed(tag, word)
        else:
            yield messages_form.template_construct(tag.place, word)

    def _otherwise(self, tag: Tag, word: str, rest: str) -> Iterator[Problem]:
        block = self._open[-1]
        if word == "elif":
            yield from self._condition(tag, f"if {rest}")
        if block.is_otherwise or block.word not in (("if",) if word == "elif" else ("if", "for")):
            yield messages_form.unopened(tag.place, word)
        else:
            block.is_otherwise = word == "else"
            yield from _beside(tag, word, block.tag)

    def _closed(self, tag: Tag, word: str) -> Iterator[Problem]:
        if self._open[-1].word == word.removeprefix("end"):
            yield from _beside(tag, word, self._open.pop().tag)
        else:
            yield messages_form.unopened(tag.place, word)

    def _opened(self, tag: Tag, word: str) -> Iterator[Problem]:
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

    def _condition(self, tag: Tag, words: str) -> Iterator[Problem]:
        choice, problems = self._parsed(tag, f"{{% {words} %}}{{% endif %}}")
        yield from problems
        if isinstance(choice, nodes.If):
            yield from self._names(tag, choice.test)

    def _parsed(self, tag: Tag, source: str) -> tuple[nodes.Node | None, list[Problem]]:
        """Return the one node of a tag, or what is wrong with it."""
        try:
            tree = ENVIRONMENT.parse(source)
        except TemplateSyntaxError:
            return None, [messages_form.tag_syntax(tag.place)]
        constructs = list(forbidden(tree))
        if constructs:
            return None, [messages_form.template_construct(tag.place, name) for name in constructs]
        return tree.body[0], []

    def _names(self, tag: Tag, expression: nodes.Node) -> Iterator[Problem]:
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
