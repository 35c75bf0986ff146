"""A compiled template's programs as they run: what its code is given, and what it makes of values.

`baocao.rendering.generator` writes the code. Running it needs no Jinja as long as nothing goes wrong and values are
texts, lists and `dict`s, which saves a process that makes one document a tenth of its time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from types import CodeType
from typing import Any

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering.again import Again

Program = Callable[[Mapping[str, Any]], Iterator[bytes]]
"""Gives the story in pieces: one for most, several where loops print much."""

BREAKS = "\t\n\a\f"
"""What docxtpl makes of these in a value: a tab, a new line, a new paragraph, a new page."""

Breaks = tuple[str | None, ...]
"""The XML for each of `BREAKS`; `None` where it would break the tree."""

_UNKNOWN: Breaks = (None,) * len(BREAKS)

_IMPOSSIBLE = re.compile("[\x00-\x06\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold. docxtpl's forgiving parser drops it, sometimes with the text after it."""

_WATCHED = bytes(range(0x20)) + b"&<>\xed\xef"
"""Bytes of UTF-8 without which nothing in a text is impossible, broken or escaped.

Surrogates begin with ED, U+FFFE and U+FFFF with EF.
"""
_BLANKING = bytes.maketrans(_WATCHED, b" " * len(_WATCHED))
"""Changes what has such bytes: to find none takes a sixth of looking at each character."""

_IMPOSSIBLE_OR_BREAK = re.compile(f"[\a\f]|{_IMPOSSIBLE.pattern}")

_MOST_KEPT = 1024
_LONGEST_KEPT = 1024


class Loop:
    """What `loop` is in a template; Jinja's own knows more and takes several times as long."""

    __slots__ = ("index0", "length")

    def __init__(self, index0: int, length: int) -> None:
        self.index0 = index0
        self.length = length

    first = property(lambda self: self.index0 == 0)
    last = property(lambda self: self.index0 == self.length - 1)
    index = property(lambda self: self.index0 + 1)
    revindex = property(lambda self: self.length - self.index0)
    revindex0 = property(lambda self: self.length - self.index0 - 1)


def _looped(values: Iterable[Any], undefined: object) -> Iterator[tuple[Any, Loop]]:
    """Return each value with its place; called by the program as `LoopContext` is."""
    if isinstance(values, list) and len(values) <= _MOST_PLACES:
        return zip(values, _places(len(values)), strict=True)
    return _one_by_one(values)


@cache
def _places(length: int) -> tuple[Loop, ...]:
    return tuple(Loop(index0, length) for index0 in range(length))


_MOST_PLACES = 64
"""The places of short lists are the same objects each time; their number is bounded by this."""


def _one_by_one(values: Iterable[Any]) -> Iterator[tuple[Any, Loop]]:
    """Yield each value with its place. Of an iterator one is known ahead, which tells the last but not how many."""
    if isinstance(values, list):
        yield from ((value, Loop(index0, len(values))) for index0, value in enumerate(values))
        return
    for index0, (item, following) in enumerate(pairwise(chain(values, (_END,)))):
        yield item, Loop(index0, index0 + (1 if following is _END else 2))


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

    def __init__(self, breaks: Breaks = _UNKNOWN) -> None:
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
        xml = value.encode(errors="surrogatepass")
        if xml.translate(_BLANKING) != xml:
            check_characters(value)
            text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            xml = re.sub("[\r\t\n\a\f]", self._break, text).encode()
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


class Bodies(dict[Again, bytes]):
    """The XML that the body of one loop makes of each record that comes again; forgotten as `Texts` are."""

    __slots__ = ()

    def of(self, records: Iterable[Any]) -> list[bytes]:
        """Return the XML of all records of a list; empty unless each is remembered."""
        if type(records) is not list or len(records) > _MOST_KEPT or set(map(type, records)) != {Again}:
            return []
        try:
            return [*map(self.__getitem__, records)]
        except KeyError:
            return []

    def keep(self, record: Again, pieces: Iterable[bytes]) -> bytes:
        """Return the XML of a record, and remember it."""
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[record] = xml = b"".join(pieces)
        return xml


def check_characters(value: str, *, breaks: bool = True) -> None:
    """Refuse a text that XML cannot hold; with `breaks`, docxtpl's own signs for paragraph and page may stand in it.

    Raises:
        DataError: naming the first such character.
    """
    found = (_IMPOSSIBLE if breaks else _IMPOSSIBLE_OR_BREAK).search(value)
    if found:
        raise DataError([messages_form.impossible_character(found[0])])


# --- running -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """The program of a story as it was written."""

    code: CodeType
    """Defines `root`, a generator of byte strings."""
    kinds: tuple[Breaks, ...]
    """The breaks at places of each kind: `texts_0`, `texts_1`, … in the code."""
    loops: str
    """Who gives the values of a loop that asks for its `loop`: a key of `_LOOPS`, or "jinja"."""
    bodies: int
    """How many loops remember what they made of a record: `bodies_0`, `bodies_1`, … in the code."""


_LOOPS = {"looped": _looped, "counted": _counted}


def program_of(written: Written) -> Program:
    """Return the program ready to run."""
    namespace: dict[str, Any] = {
        "environment": _Environment,
        "missing": _MISSING,
        "Undefined": None,  # of expressions that templates may not use
        "Loop": Loop,
        "Again": Again,
        "LoopContext": _LOOPS.get(written.loops) or _loop_context(),
        **{f"texts_{number}": Texts(breaks) for number, breaks in enumerate(written.kinds)},
        **{f"bodies_{number}": Bodies() for number in range(written.bodies)},
    }
    exec(written.code, namespace)  # noqa: S102 – as jinja2.Template.from_code does: the generator wrote what it runs
    root = namespace["root"]

    def program(context: Mapping[str, Any]) -> Iterator[bytes]:
        try:
            yield from root(_Names(context))
        except _failures() as error:
            from baocao.rendering.template import reason  # noqa: PLC0415 – docxtpl, to word what went wrong

            raise DataError([messages_form.bad_template(reason(error))]) from error

    return program


def _failures() -> tuple[type[Exception], ...]:
    """Return what a template that does not fit its context raises; asked only when something was raised."""
    from jinja2 import TemplateError  # noqa: PLC0415 – see above

    return KeyError, TypeError, TemplateError  # a missing part of a `dict`, a comparison of a text with a number


_MISSING = object()


class _Names(dict[str, Any]):
    """The names of a context, as the code asks for them."""

    __slots__ = ()

    def __missing__(self, name: str) -> Any:
        return _MISSING

    @property
    def resolve_or_missing(self) -> Callable[[str], Any]:
        return self.__getitem__


class _Environment:
    """What the code asks of Jinja's environment: what a missing name is, and parts of what is no `dict`."""

    @staticmethod
    def undefined(*about: Any, **named: Any) -> Any:
        return _sandbox().undefined(*about, **named)

    @staticmethod
    def getattr(owner: Any, name: str) -> Any:
        return _sandbox().getattr(owner, name)


def _sandbox() -> Any:
    from baocao.rendering.template import ENVIRONMENT  # noqa: PLC0415 – no context of texts, lists and dicts needs it

    return ENVIRONMENT


def _loop_context() -> Any:
    from jinja2.runtime import LoopContext  # noqa: PLC0415 – for templates that ask `loop` for more than its place

    return LoopContext
