"""The Python source of a checked phrase: a few lines, since the syntax of phrases is a closed list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from jinja2 import nodes

_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
_INDENT = "    "


def never_fails(phrase: nodes.Template) -> bool:
    """Whether a checked phrase can be said of any facts: it asks of none whether it is more or less than another."""
    orders = (test for test in phrase.find_all(nodes.Compare) if test.ops[0].op not in ("eq", "ne"))
    return all(_is_number(test.expr) and _is_number(test.ops[0].expr) for test in orders)


def _is_number(node: nodes.Node) -> bool:
    match node:
        case nodes.Const(value=int() | float()) | nodes.Filter(name="length"):
            return True
        case _:
            return False


def source_of(phrase: nodes.Template, stands: Callable[[str], str] = str) -> tuple[str, frozenset[str]]:
    """Return the Python source of a checked phrase, and the names of the facts that it uses.

    Args:
        phrase: its syntax.
        stands: what becomes of the text between the tags.
    """
    writer = _Writer(stands)
    body = "\n".join(writer.lines(phrase.body, _INDENT))
    return f'def said(facts):\n{_INDENT}said = ""\n{body}\n{_INDENT}return said\n', frozenset(writer.used)


@dataclass(slots=True)
class _Writer:
    """Writes Python for the syntax that `baocao.phrases` lets through, and notes the facts that it meets."""

    stands: Callable[[str], str]
    used: set[str] = field(default_factory=set)
    record: str = ""
    """Name of the record within the open loop; phrases have no loop within a loop."""

    def lines(self, body: Iterable[nodes.Node], indent: str) -> Iterator[str]:
        for node in body:
            match node:
                case nodes.Output(nodes=parts):
                    yield f'{indent}said += f"{"".join(map(self.piece, parts))}"'
                case nodes.If():
                    yield from self.choice(node, indent)
                case nodes.For():
                    yield from self.loop(node, indent)

    def block(self, body: Iterable[nodes.Node], indent: str) -> Iterator[str]:
        """Yield the lines of what is within a choice or loop, be it nothing."""
        yield from list(self.lines(body, indent + _INDENT)) or [f"{indent}{_INDENT}pass"]

    def choice(self, node: nodes.If, indent: str) -> Iterator[str]:
        for word, case in (("if", node), *(("elif", case) for case in node.elif_)):
            yield f"{indent}{word} {self.value(case.test)}:"
            yield from self.block(case.body, indent)
        if node.else_:
            yield f"{indent}else:"
            yield from self.block(node.else_, indent)

    def loop(self, node: nodes.For, indent: str) -> Iterator[str]:
        assert isinstance(node.target, nodes.Name)
        yield f"{indent}records = {self.value(node.iter)}"
        yield f"{indent}last = len(records) - 1"
        yield f"{indent}for at, record in enumerate(records):"
        self.record = node.target.name
        yield from self.block(node.body, indent)
        self.record = ""
        if node.else_:
            yield f"{indent}if not records:"
            yield from self.block(node.else_, indent)

    def piece(self, node: nodes.Expr) -> str:
        """Return what is printed, as it stands in a Python f-string in double quotes."""
        if isinstance(node, nodes.TemplateData):
            quoted = json.dumps(self.stands(node.data), ensure_ascii=False)
            return quoted[1:-1].replace("{", "{{").replace("}", "}}")
        # most facts are texts, and need no call
        return f"{{(fact if type(fact := {self.value(node)}) is str else written[type(fact)](fact))}}"

    def value(self, node: nodes.Node) -> str:
        """Return the Python of what stands for a fact, or of a test."""
        match node:
            case nodes.Name(name=name):
                return "record" if name == self.record else self.fact(name)
            case nodes.Getattr(node=nodes.Name(name="loop"), attr=place) if self.record:
                return f"(at == {'0' if place == 'first' else 'last'})"
            case nodes.Getattr(node=record, attr=part):
                return f"{self.value(record)}[{part!r}]"
            case nodes.Filter(name=name, node=nodes.Expr() as inner):
                return f"{name}({self.value(inner)})"
            case nodes.Const(value=value):
                return repr(value)
        return self.test(node)

    def fact(self, name: str) -> str:
        self.used.add(name)
        return f"facts[{name!r}]"

    def test(self, node: nodes.Node) -> str:
        match node:
            case nodes.Compare(expr=first, ops=[nodes.Operand(op=sign, expr=second)]):
                return f"({self.value(first)} {_SIGNS[sign]} {self.value(second)})"
            case nodes.And(left=left, right=right):
                return f"({self.value(left)} and {self.value(right)})"
            case nodes.Or(left=left, right=right):
                return f"({self.value(left)} or {self.value(right)})"
            case nodes.Not(node=inner):
                return f"(not {self.value(inner)})"
        raise AssertionError(f"no rule for {node}")  # the syntax is closed: `baocao.phrases` lets nothing else through
