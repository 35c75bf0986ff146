"""A proved story as a Python program that gives its XML as UTF-8 bytes.

Jinja's own code generator writes the program, so that names, scopes, choices and loops are Jinja's; only three things
differ, as in `jinja2.nativetypes`: static text was encoded when the template was compiled, a value goes through the
table of its place, and the parts of a `dict` are taken without asking for an attribute first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import StringIO
from itertools import chain, pairwise
from typing import Any

from jinja2 import Environment, UndefinedError, nodes
from jinja2.compiler import CodeGenerator, Frame

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering.skeleton import BREAKS, NotProvedError, Story

Program = Callable[[Mapping[str, Any]], Iterator[bytes]]
"""Gives the story in pieces: one for most, several where loops print much."""

_IMPOSSIBLE = re.compile("[\x00-\x06\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold. docxtpl's forgiving parser drops it, sometimes with the text after it."""

_IMPOSSIBLE_OR_BREAK = re.compile(f"[\a\f]|{_IMPOSSIBLE.pattern}")

_MOST_GATHERED = 4096
"""Values and static texts in a piece, about: half a megabyte of a table."""

_MOST_KEPT = 1024
_LONGEST_KEPT = 1024


class Loop:
    """What `loop` is in a template; Jinja's own knows more and takes several times as long."""

    __slots__ = ("index0", "length")
    index0: int
    length: int

    first = property(lambda self: self.index0 == 0)
    last = property(lambda self: self.index0 == self.length - 1)
    index = property(lambda self: self.index0 + 1)
    revindex = property(lambda self: self.length - self.index0)
    revindex0 = property(lambda self: self.length - self.index0 - 1)


_OF_LOOPS = ("first", "last", "index", "index0", "revindex", "revindex0", "length")
"""Figures, which the sandbox would let through after looking at each."""

_FROM_THE_END = {"length", "revindex", "revindex0"}


def _looped(values: Iterable[Any], undefined: object) -> Iterator[tuple[Any, Loop]]:
    """Yield each value with its place; called by the program as `LoopContext` is.

    Of an iterator one value is known ahead, which tells the last but not how many there are.
    """
    loop = Loop()
    if isinstance(values, list):
        loop.length = len(values)
        for loop.index0, item in enumerate(values):
            yield item, loop
        return
    for loop.index0, (item, following) in enumerate(pairwise(chain(values, (_END,)))):
        loop.length = loop.index0 + (1 if following is _END else 2)
        yield item, loop


_END = object()


def _counted(values: Iterable[Any], undefined: object) -> Iterator[tuple[Any, Loop]]:
    """As `_looped`, for programs that ask how many there are: they are gathered first."""
    return _looped(list(values), undefined)


class NeedsDocxtplError(Exception):
    """A value that brings its own XML (RichText, Listing, InlineImage, Subdoc, Markup): this document is docxtpl's."""


class Texts(dict[str, bytes]):
    """The XML of each text printed at places of one kind, worked out once: the texts of a form come again and again.

    It forgets everything when it has grown to 1,024 texts; longer ones than 1,024 characters are not kept.
    """

    __slots__ = ("_breaks",)

    def __init__(self, breaks: tuple[str | None, ...] = (None,) * len(BREAKS)) -> None:
        """Print `breaks`, one for each of `BREAKS`, where a value has them."""
        super().__init__()
        # a lone carriage return is a line end to an XML parser, and docxtpl parses what it has rendered
        self._breaks = {"\r": "\n", **dict(zip(BREAKS, breaks, strict=True))}

    def __missing__(self, value: str) -> bytes:
        """Return the XML of a text.

        Raises:
            DataError: it has characters that XML cannot hold.
            NeedsDocxtplError: it has a break that is not understood at this place.
        """
        text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if not value.isprintable():
            check_characters(value)
            text = re.sub("[\r\t\n\a\f]", self._break, text)
        xml = text.encode()
        if len(value) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[value] = xml
        return xml

    def _break(self, found: re.Match[str]) -> str:
        xml = self._breaks[found[0]]
        if xml is None:
            raise NeedsDocxtplError(repr(found[0]))
        return xml

    def other(self, value: object) -> bytes:
        """Return the XML of what is no plain text: a number, a text of a class of its own.

        Raises:
            NeedsDocxtplError: it brings its own XML.
            jinja2.UndefinedError: it is missing in the context.
        """
        if hasattr(value, "__html__"):
            raise NeedsDocxtplError(type(value).__name__)
        return self[str(value)]


def check_characters(value: str, *, breaks: bool = True) -> None:
    """Refuse a text that XML cannot hold; with `breaks`, docxtpl's own signs for paragraph and page may stand in it.

    Raises:
        DataError: naming the first such character.
    """
    found = (_IMPOSSIBLE if breaks else _IMPOSSIBLE_OR_BREAK).search(value)
    if found:
        raise DataError([messages_form.impossible_character(found[0])])


def compile_story(story: Story, environment: Environment) -> Program:
    """Return the program of a story.

    Args:
        story: a proved story.
        environment: what its names and expressions mean; undefined names must be errors.

    Raises:
        jinja2.TemplateSyntaxError: the tags are none that Jinja understands.
        NotProvedError: a loop calls itself, which Jinja writes as a function that joins text.
    """
    tree = environment.parse("".join(_source(story)))
    if any(loop.recursive for loop in tree.find_all(nodes.For)):
        raise NotProvedError("vòng lặp đệ quy (recursive)")
    printed = [node for output in tree.find_all(nodes.Output) for node in output.nodes if _prints(node)]
    breaks = [tag.breaks for tag in story.tags if tag.prints]
    kinds = {kind: f"texts_{number}" for number, kind in enumerate(dict.fromkeys(breaks))}
    # the tree lists what it prints in the order of the source
    places = {id(node): kinds[kind] for node, kind in zip(printed, breaks, strict=True)}
    written = StringIO()
    _BytesGenerator(environment, written, story.pieces, places).visit(tree)
    namespace: dict[str, Any] = {
        "environment": environment,
        "Loop": Loop,
        **{name: Texts(kind) for kind, name in kinds.items()},
    }
    code = compile(written.getvalue(), "<template>", "exec")
    exec(code, namespace)  # noqa: S102 – as jinja2.Template.from_code does: what it runs was written by the generator
    if _asks_figures_only(tree):
        asked = {node.attr for node in tree.find_all(nodes.Getattr)}
        namespace["LoopContext"] = _counted if asked & _FROM_THE_END else _looped
    root, context_class = namespace["root"], environment.context_class

    def program(context: Mapping[str, Any]) -> Iterator[bytes]:
        try:
            yield from root(context_class(environment, dict(context), None, {}))
        except KeyError as missing:  # what a missing part would do wherever it is used, with strict names
            raise UndefinedError(f"'dict object' has no attribute {missing}") from missing

    return program


def _source(story: Story) -> Iterable[str]:
    """Yield Jinja source in which each piece of static text is its number: nothing in it can be taken for a tag."""
    for number, piece in enumerate(story.pieces):
        if piece:
            yield str(number)
        if number < len(story.tags):
            tag = story.tags[number]
            yield f"{{{{ {tag.words} }}}}" if tag.prints else f"{{% {tag.words} %}}"


def _asks_figures_only(tree: nodes.Template) -> bool:
    """Whether all that is asked of `loop` is what `Loop` knows."""
    figures = [node.node for node in tree.find_all(nodes.Getattr) if node.attr in _OF_LOOPS]
    known = [owner for owner in figures if isinstance(owner, nodes.Name) and owner.name == "loop"]
    return len(known) == len([name for name in tree.find_all(nodes.Name) if name.name == "loop"])


def _prints(node: nodes.Expr) -> bool:
    return not isinstance(node, nodes.TemplateData)


class _BytesGenerator(CodeGenerator):
    """Writes `root` as a generator of byte strings that gathers many before it gives them joined."""

    def __init__(
        self, environment: Environment, stream: StringIO, pieces: tuple[bytes, ...], places: Mapping[int, str]
    ) -> None:
        super().__init__(environment, "<template>", "<template>", stream)
        self._pieces = pieces
        self._places = places
        self._bodies: set[int] = set()

    def write_commons(self) -> None:
        """Leave out the `yield` that is there for templates without output."""
        self.writeline("resolve = context.resolve_or_missing")
        self.writeline("undefined = environment.undefined")
        self.writeline("cond_expr_undefined = Undefined")

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        """Gather what is printed in one list: faster than resuming for each value. Loops empty it when it is long."""
        outermost = frame.rootlevel and frame.buffer is None
        if outermost:
            self.buffer(frame)
        super().blockvisit(nodes, frame)
        if outermost:
            self.writeline(f"yield b''.join({frame.buffer})")
        elif id(nodes) in self._bodies:
            self.writeline(f"if len({frame.buffer}) > {_MOST_GATHERED}:")
            self.indent()
            self.writeline(f"yield b''.join({frame.buffer})")
            self.writeline(f"{frame.buffer}.clear()")
            self.outdent()

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802
        """Write a loop, and remember which block is its body."""
        self._bodies.add(id(node.body))
        super().visit_For(node, frame)

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: object) -> str:
        if isinstance(node, nodes.TemplateData):
            return node.data
        raise nodes.Impossible

    def _output_const_repr(self, group: Iterable[str]) -> str:
        return repr(b"".join(self._pieces[int(number)] for number in group))

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: object) -> None:
        self._value = self.temporary_identifier()
        self.write(f"({self._places[id(node)]}[{self._value}] if type({self._value} := ")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: object) -> None:
        self.write(f") is str else {self._places[id(node)]}.other({self._value}))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """Take the part of a plain `dict` directly: there the sandbox ends up after failing to find an attribute."""
        if hasattr(dict, node.attr):
            super().visit_Getattr(node, frame)
            return
        owner = self.temporary_identifier()
        self.write(f"({owner}[{node.attr!r}] if type({owner} := ")
        self.visit(node.node, frame)
        self.write(") is dict else ")
        if node.attr in _OF_LOOPS:
            self.write(f"{owner}.{node.attr} if type({owner}) is Loop else ")
        self.write(f"environment.getattr({owner}, {node.attr!r}))")
