"""The code of a proved story's program, which gives its XML as UTF-8 bytes.

Jinja's own code generator writes it, so that names, scopes, choices and loops are Jinja's; only these things
differ, as in `jinja2.nativetypes`: static text was encoded when the template was compiled, a value goes through the
table of its place, and the parts of a `dict` are taken without asking for an attribute first. A fourth is new: a loop
remembers what its body made of a record that comes again in every document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import StringIO

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.meta import find_undeclared_variables

from baocao.rendering.program import Written
from baocao.rendering.skeleton import NotProvedError, Story

_MOST_GATHERED = 4096
"""Values and static texts in a piece, about: half a megabyte of a table."""

_OF_LOOPS = ("first", "last", "index", "index0", "revindex", "revindex0", "length")
"""Figures, which the sandbox would let through after looking at each."""

_FROM_THE_END = {"length", "revindex", "revindex0"}


def write_program(story: Story, environment: Environment) -> Written:
    """Return the program of a story, to be run by `program.program_of`.

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
    closed = [loop for loop in tree.find_all(nodes.For) if _is_closed(loop)]
    source = StringIO()
    generator = _BytesGenerator(environment, source, story.pieces, places, closed)
    generator.visit(tree)
    # what stands before is an import of all that any template could use
    body = source.getvalue().partition("\ndef root(")
    code = compile("".join(body[1:]), "<template>", "exec")
    return Written(code, tuple(kinds), _loops(tree), generator.remembering)


def _loops(tree: nodes.Template) -> str:
    """Return who gives the values of loops that ask for their `loop`; see `Written.loops`."""
    if not _asks_figures_only(tree):
        return "jinja"
    asked = {node.attr for node in tree.find_all(nodes.Getattr)}
    return "counted" if asked & _FROM_THE_END else "looped"


def _is_closed(loop: nodes.For) -> bool:
    """Whether the body of a loop prints parts of its value and nothing else, not even where in the loop it is."""
    assert loop.environment
    body = nodes.Template(loop.body)
    body.set_environment(loop.environment)
    if loop.test or not isinstance(loop.target, nodes.Name) or find_undeclared_variables(body) != {loop.target.name}:
        return False
    owners = [part.node for part in body.find_all(nodes.Getattr)]
    return loop.target.name in [owner.name for owner in owners if isinstance(owner, nodes.Name)]


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
        self,
        environment: Environment,
        stream: StringIO,
        pieces: tuple[bytes, ...],
        places: Mapping[int, str],
        closed: Iterable[nodes.For],
    ) -> None:
        super().__init__(environment, "<template>", "<template>", stream)
        self.remembering = 0
        """How many loops remember what they made of a record."""
        self._pieces = pieces
        self._places = places
        self._bodies: set[int] = set()
        self._closed = {id(loop.body): loop.target for loop in closed}
        self._apart = ""
        """Within a body that may be made apart from the rest: the name of what says whether it is."""

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
        if id(nodes) in self._closed and not self._apart:
            self._remembering(nodes, frame)
        else:
            super().blockvisit(nodes, frame)
        if outermost:
            self.writeline(f"yield b''.join({frame.buffer})")
        elif id(nodes) in self._bodies:
            whole = f" and not {self._apart}" if self._apart else ""
            self._block(
                f"if len({frame.buffer}) > {_MOST_GATHERED}{whole}:",
                f"yield b''.join({frame.buffer})",
                f"{frame.buffer}.clear()",
            )

    def _remembering(self, body: Iterable[nodes.Node], frame: Frame) -> None:
        """Write the body of a closed loop: it gathers in a list of its own what it makes of a record to remember."""
        table, gathered = f"bodies_{self.remembering}", frame.buffer
        self.remembering += 1
        record = self._closed[id(body)]
        assert isinstance(record, nodes.Name)
        value, known, outer = frame.symbols.ref(record.name), *(self.temporary_identifier() for _ in range(2))
        self._apart = self.temporary_identifier()
        self.writeline(f"{self._apart} = type({value}) is Again")
        self._block(
            f"if {self._apart} and ({known} := {table}.get({value})) is not None:", f"{gathered}.append({known})"
        )
        self.writeline("else:")
        self.indent()
        self._block(f"if {self._apart}:", f"{outer}, {gathered} = {gathered}, []")
        super().blockvisit(body, frame)
        self._block(f"if {self._apart}:", f"{outer}.append({table}.keep({value}, {gathered}))", f"{gathered} = {outer}")
        self.outdent()
        self._apart = ""

    def _block(self, head: str, *lines: str) -> None:
        self.writeline(head)
        self.indent()
        for line in lines:
            self.writeline(line)
        self.outdent()

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802
        """Write a loop, and remember which block is its body. One whose records all come again takes no turns."""
        self._bodies.add(id(node.body))
        if id(node.body) not in self._closed or self._apart:
            super().visit_For(node, frame)
            return
        made = self.temporary_identifier()
        self.writeline(f"{made} = bodies_{self.remembering}.of(")
        self.visit(node.iter, frame)
        self.write(")")
        self._block(f"if {made}:", f"{frame.buffer}.extend({made})")
        self.writeline("else:")
        self.indent()
        super().visit_For(node, frame)
        self.outdent()

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
        self.write(f") is dict or type({owner}) is Again else ")
        if node.attr in _OF_LOOPS:
            self.write(f"{owner}.{node.attr} if type({owner}) is Loop else ")
        self.write(f"environment.getattr({owner}, {node.attr!r}))")
