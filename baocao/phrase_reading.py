"""Reading `phrases.toml`: every phrase checked against a closed list of syntax, and compiled.

No calls, no arithmetic, no attributes but those of a fact, so a phrase book is data, not code. No phrase holds a
digit of its own: every figure in a sentence comes from a fact that the sentence names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from math import isfinite

from jinja2 import Environment, TemplateSyntaxError, nodes

from baocao import messages, messages_form, text
from baocao.errors import DataError, Problem
from baocao.exact_toml import parse_toml
from baocao.phrase_source import never_fails, source_of
from baocao.phrases import Catalogue, Code, Parts, Phrasebook

_SYNTAX = Environment(autoescape=True)
"""Reads phrases; it never says one."""

_WHITE_SPACE = re.compile(r"\s+")


def load(content: bytes, catalogue: Catalogue, needed: Iterable[str], unjudged: tuple[str, ...] = ()) -> Phrasebook:
    """Read and check `phrases.toml`.

    Args:
        content: the file.
        catalogue: every phrase that there may be, with the facts that it may use.
        needed: the phrases that there must be.
        unjudged: beginnings of the keys of phrases that are not looked at.

    Raises:
        DataError: with every fault of the file.
    """
    tables = parse_toml(content)
    names = {key: str(name) for key, name in _flat(tables.pop("names", {}))}
    phrases = {key: source for key, source in _flat(tables) if not key.startswith(unjudged or "\0")}
    problems = [
        messages_form.unclean(f"names.{key}", text.clean(name))
        for key, name in names.items()
        if not is_printable(name) or name != text.clean(name)
    ]
    problems += [
        messages_form.name_digit(f"names.{key}", digit[0])
        for key, name in names.items()
        if (digit := re.search(r"\d+", name))
    ]
    problems += [messages_form.missing_phrase(key) for key in needed if key not in phrases]
    codes: dict[str, Code] = {}
    for key, source in phrases.items():
        faults = tuple(_faults(key, source, catalogue))
        problems.extend(faults)
        if not faults and isinstance(source, str):
            codes[key] = _compiled(source)
    if problems:
        raise DataError(problems)
    return Phrasebook(names, {key: str(source) for key, source in phrases.items()}, codes)


@lru_cache(maxsize=2048)
def _parsed(source: str) -> nodes.Template:
    """Return the syntax of a phrase; next year's form shares most of its phrases with this one's."""
    return _SYNTAX.parse(source)


@lru_cache(maxsize=2048)
def _compiled(source: str) -> Code:
    # a sentence is folded when it is said: what is folded before need not be then
    python, used = source_of(_parsed(source), lambda data: _WHITE_SPACE.sub(" ", data))
    return compile(python, "<phrase>", "exec"), used, never_fails(_parsed(source))


def is_printable(source: str) -> bool:
    """Whether a text is NFC and has no character that cannot be seen, line breaks apart."""
    return unicodedata.is_normalized("NFC", source) and not any(
        unicodedata.category(character)[0] == "C" and character != "\n" for character in source
    )


def _flat(tables: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in tables.items() if isinstance(tables, Mapping) else ():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _faults(key: str, source: object, catalogue: Catalogue) -> Iterator[Problem]:
    if key not in catalogue:
        yield messages_form.unknown_phrase(key, list(catalogue))
    elif not isinstance(source, str) or len(source) > _LONGEST:
        yield messages_form.bad_phrase(key, messages.show(source))
    elif not is_printable(source):
        yield messages_form.unclean(key, text.clean(source))
    else:
        try:
            tree = _parsed(source)
        except (TemplateSyntaxError, RecursionError):
            yield messages_form.bad_phrase(key, messages.show(source))
        else:
            yield from _Reading(key, catalogue[key]).faults(tree.body)


_LONGEST = 4000
"""Characters of a phrase; with the depth of its loops and choices this bounds the work that it can ask for."""
_DEEPEST = 6
_DEEPEST_OF_ALL = 2 * _DEEPEST
"""Not even choices and comparisons that print nothing are nested deeper: Python's own parser has its limits."""

_PLAIN_NODES = (
    nodes.Output, nodes.Const, nodes.If, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_PRINTED = (nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Filter)
_LOOP_PARTS = ("first", "last")


_ORDERS = ("eq", "ne", "lt", "lteq", "gt", "gteq")


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


class _Reading:
    """Walks one phrase and yields what it may not say; knows the facts in scope."""

    def __init__(self, key: str, facts: Mapping[str, Parts], records: Mapping[str, Parts] | None = None) -> None:
        self._key = key
        self._facts = facts
        self._records = records or {}
        self._depth = 0
        """How many loops and choices are open around what is being read."""

    def faults(self, body: Iterable[nodes.Node]) -> Iterator[Problem]:
        self._depth += 1
        for node in body:
            if self._depth > _DEEPEST_OF_ALL:
                yield messages_form.phrase_construct(self._key, type(node).__name__)
            else:
                yield from self._fault(node)
        self._depth -= 1

    def _fault(self, node: nodes.Node) -> Iterator[Problem]:  # noqa: C901, PLR0912
        match node:
            case nodes.TemplateData():
                if re.search(r"[{}]", node.data):  # a tag that lost a brace would be said as it stands
                    yield messages_form.bad_phrase(self._key, messages.show(node.data))
                if digit := re.search(r"\d+", node.data):
                    yield messages_form.phrase_digit(self._key, digit[0])
            case nodes.For(target=nodes.Name(name=item), iter=nodes.Name(name=facts), test=None, recursive=False):
                yield from self._known(facts, self._facts, bool)
                inner = {**self._records, item: self._facts.get(facts) or (), "loop": _LOOP_PARTS}
                # records hold no lists: a loop within a loop can only be a mistake, and so is a record called loop
                if "loop" in (*self._records, item):
                    yield messages_form.phrase_construct(self._key, "For")
                else:
                    yield from _Reading(self._key, self._facts, inner).faults((*node.body, *node.else_))
            case nodes.Getattr(node=nodes.Name(name=record), attr=part):
                yield from self._known(record, self._records, lambda _: True)
                if record in self._records and part not in (self._records[record] or ()):
                    yield messages_form.phrase_fact(self._key, f"{record}.{part}", list(self._records[record] or ()))
            case nodes.Filter(name="listing" | "length", node=nodes.Name(name=facts), args=[], kwargs=[]):
                yield from self._known(facts, self._facts, lambda parts: parts is not None)
            case nodes.Filter(
                name="sentence_case" | "plain", node=nodes.Name() | nodes.Getattr() as inner_node, args=[], kwargs=[]
            ):
                yield from self._fault(inner_node)
            case nodes.If(test=test):
                yield from self._tested(test)
                yield from self.faults((*node.body, *node.elif_, *node.else_))
            case nodes.Name(name=fact):
                yield from self._known(fact, self._facts, lambda parts: parts is None)
            case nodes.Output(nodes=printed):
                for expression in printed:
                    yield from self._printed(expression)
            case nodes.Compare(expr=first, ops=[nodes.Operand(op=sign, expr=second)]) if sign in _ORDERS:
                texts = [part for part in (first, second) if _is_text(part)]
                if texts and sign not in ("eq", "ne"):
                    yield messages_form.phrase_construct(self._key, "Compare")
                yield from self.faults((first, second))
            case nodes.Const(value=float() as number) if not isfinite(number):
                yield messages_form.phrase_construct(self._key, "Const")
            case _ if isinstance(node, _PLAIN_NODES) and self._depth < _DEEPEST:
                yield from self.faults(node.iter_child_nodes())
            case _:
                yield messages_form.phrase_construct(self._key, type(node).__name__)

    def _tested(self, test: nodes.Node) -> Iterator[Problem]:
        """A choice may also ask whether a list has anything in it."""
        match test:
            case nodes.Name(name=fact) if self._facts.get(fact) is not None:
                pass
            case nodes.And() | nodes.Or() | nodes.Not() if self._depth < _DEEPEST:
                self._depth += 1
                for part in test.iter_child_nodes():
                    yield from self._tested(part)
                self._depth -= 1
            case _:
                yield from self.faults((test,))

    def _printed(self, part: nodes.Expr) -> Iterator[Problem]:
        """A tag prints a fact: neither a figure of its own nor what it works out."""
        if isinstance(part, nodes.Const):
            yield messages_form.phrase_digit(self._key, str(part.value))
        elif isinstance(part, _PRINTED):
            yield from self._fault(part)
        else:
            yield messages_form.phrase_construct(self._key, type(part).__name__)

    def _known(self, name: str, scope: Mapping[str, Parts], fits: Callable[[Parts], bool]) -> Iterator[Problem]:
        if name not in scope or not fits(scope[name]):
            yield messages_form.phrase_fact(self._key, name, [known for known, parts in scope.items() if fits(parts)])
