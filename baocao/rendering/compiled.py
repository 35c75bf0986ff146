"""A Word template compiled once: what is left for each document is joining bytes and compressing them.

docxtpl prepares its template anew for every document (its issue 110). Here docxtpl's own preparation runs once; see
`baocao.rendering.skeleton` for the proof that its repairs are not needed afterwards, `baocao.rendering.program` for
what runs instead, and `docs/performance.md` for what it gains. A template that cannot be proved, and a context with
values that bring their own XML, are filled by docxtpl itself; so is nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any, BinaryIO

from docx.opc.part import XmlPart
from docxtpl import DocxTemplate
from jinja2 import TemplateError

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering import streaming
from baocao.rendering import template as by_docxtpl
from baocao.rendering.charts import Charts, find_charts
from baocao.rendering.once import Once
from baocao.rendering.package import Kept, Parts, escaped, unpack
from baocao.rendering.program import NeedsDocxtplError, Program, check_characters, compile_story
from baocao.rendering.skeleton import NotProvedError, Story, prove

_SOME_DAY = date(1601, 2, 3)
_MARK = re.compile(rb"baocao-mark-(\d+)-|1601-02-03")
"""In core properties: where a property or the day stands."""
_MOST_CORES = 16

_BODY = "word/document.xml"
_LONGEST_KEPT = 8192
_again = lru_cache(maxsize=64)(Kept)

_STUMBLES = (*by_docxtpl.DAMAGED, TypeError, TemplateError)
"""What docxtpl, python-docx and lxml raise on templates that they cannot prepare without a context."""


@lru_cache(maxsize=16)
def compile_template(template: bytes) -> CompiledTemplate:
    """Return the compiled template; the last sixteen are remembered by their content."""
    return CompiledTemplate(template)


def fill(template: bytes, context: Mapping[str, Any], properties: Mapping[str, str], day: date) -> Parts:
    """Return the parts of the document that `template` makes of `context`; see `CompiledTemplate.render`."""
    return compile_template(template).render(context, properties, day)


class CompiledTemplate:
    """A template that renders documents.

    Attributes:
        template: the bytes of the docx, without the workbooks of its charts.
        why_not: why docxtpl has to fill each document, in Vietnamese; empty when it does not have to.
    """

    def __init__(self, template: bytes) -> None:
        """Prepare a template, which takes as long as filling it once or twice by docxtpl.

        Raises:
            DataError: it is no docx, or uses more than printing, choices and loops; see `template.admit`. A chart
                cannot be given data; see `charts.find_charts`.
        """
        by_docxtpl.admit(template)
        self._charts = find_charts(template)
        self.template = self._charts.template
        self.why_not = ""
        self._programs: dict[str, Program] = {}
        self._static: Parts = {}
        self._cores: dict[tuple[str, ...], _Core] = {}
        try:
            self._compile()
        except NotProvedError as error:
            self.why_not = str(error)
        except _STUMBLES as error:  # docxtpl stumbles in the same place for each document, and says so then
            self.why_not = by_docxtpl.reason(error)

    def _compile(self) -> None:
        document = DocxTemplate(BytesIO(self.template))
        document.render_init()
        self._cores[()] = core = _Core(self.template, ())
        stories = dict(_stories(document, self._charts))
        self._programs = {
            name: compile_story(story, by_docxtpl.ENVIRONMENT) for name, story in stories.items() if story.tags
        }
        untagged = {name: story.pieces[0] for name, story in stories.items() if not story.tags}
        parts = {**core.others, **untagged}
        self._static = {name: Kept(content) for name, content in parts.items() if name not in self._programs}

    def render(self, context: Mapping[str, Any], properties: Mapping[str, str], day: date) -> Parts:
        """Return the parts of the document that the template makes of `context`.

        Args:
            context: names and what they mean; texts are text, whatever they hold. `charts` are those of the template,
                each a `Chart` by its name. RichText and Listing are rendered by docxtpl; InlineImage and Subdoc belong
                to a `DocxTemplate` and cannot be rendered here.
            properties: core properties by their python-docx names (`title`, `author`, `subject`, `comments`); the
                template's own are left out.
            day: what the document says of when it was made; the clock is never asked.

        Raises:
            DataError: the template names what the context does not have, or a text has characters that no docx holds.
        """
        context, charts = self._charts.filled(context)
        if self.why_not:
            return by_docxtpl.fill(self.template, context, properties, day) | charts
        try:
            stories = {name: self._rendered(name, context) for name in self._programs}
        except NeedsDocxtplError:
            return by_docxtpl.fill(self.template, context, properties, day) | charts
        except (TemplateError, TypeError) as error:
            raise DataError([messages_form.bad_template(by_docxtpl.reason(error))]) from error
        core = self._core(tuple(properties))
        return {**self._static, **charts, **stories, core.name: core.filled(tuple(properties.values()), day)}

    def stream(
        self,
        context: Mapping[str, Any],
        properties: Mapping[str, str],
        day: date,
        labels: Iterable[tuple[str, str]],
        target: BinaryIO,
    ) -> str:
        """Write the document into a file while it is made, and return its content digest.

        The parts are those of `render` and `package.label`; the memory that it takes does not grow with the lists of
        the context when these are iterators, or `Once` further down. A list that a template asks for its length is
        gathered, and what docxtpl has to fill (`why_not`) is made as a whole first.

        Args:
            context: as for `render`; an iterator is taken for a list that can be looped over once.
            properties: as for `render`.
            day: as for `render`.
            labels: custom properties; the content digest becomes the last of them.
            target: a file that can seek.

        Raises:
            DataError: as `render`, and: a list is looped over twice, a value brings its own XML, or the document has
                4 GiB or more. What was written until then is no document.
        """
        context = {name: Once(value, name) if isinstance(value, Iterator) else value for name, value in context.items()}
        context, charts = self._charts.filled(context)
        if self.why_not:
            whole = by_docxtpl.fill(self.template, context, properties, day)
            return streaming.write(whole | charts, {}, labels, target)
        core = self._core(tuple(properties))
        stories = {name: program(context) for name, program in self._programs.items()}
        parts = {**self._static, **charts, core.name: core.filled(tuple(properties.values()), day)}
        try:
            return streaming.write(parts, stories, labels, target)
        except NeedsDocxtplError as error:
            raise DataError([messages_form.not_streamed(str(error))]) from error
        except (TemplateError, TypeError) as error:
            raise DataError([messages_form.bad_template(by_docxtpl.reason(error))]) from error

    def _rendered(self, name: str, context: Mapping[str, Any]) -> bytes:
        """Return a story; a header or footer as one that comes again, since most documents have the same."""
        story = b"".join(self._programs[name](context))
        return _again(story) if name != _BODY and len(story) <= _LONGEST_KEPT else story

    def _core(self, names: tuple[str, ...]) -> _Core:
        if names not in self._cores:
            if len(self._cores) >= _MOST_CORES:
                self._cores.clear()
            self._cores[names] = _Core(self.template, names)
        return self._cores[names]


class _Core:
    """The part of the core properties, as python-docx writes it when it is given properties of some names."""

    def __init__(self, template: bytes, names: tuple[str, ...]) -> None:
        document = DocxTemplate(BytesIO(template))
        document.init_docx()
        marks = {name: f"baocao-mark-{number}-" for number, name in enumerate(names)}
        by_docxtpl.set_core_properties(document, marks, _SOME_DAY)
        saved = BytesIO()
        document.docx.save(saved)  # DocxTemplate.save reads the template anew when nothing was rendered
        self.others = unpack(saved.getvalue())
        found = [name for name, content in self.others.items() if _MARK.search(content)]
        if len(found) != 1:
            raise NotProvedError("tệp không có đúng một phần thuộc tính (docProps/core.xml)")
        self.name = found[0]
        content = self.others.pop(self.name)
        self._pieces = _MARK.split(content)

    def filled(self, values: tuple[str, ...], day: date) -> bytes:
        """Return the part for the values of the names.

        Raises:
            DataError: a value has characters that XML cannot hold.
        """
        pieces = [*self._pieces]
        for at in range(1, len(pieces), 2):
            number = pieces[at]
            pieces[at] = day.isoformat().encode() if number is None else _escaped(values[int(number)])
        return b"".join(pieces)


def _escaped(value: str) -> bytes:
    text = value[: by_docxtpl.LONGEST_PROPERTY]
    check_characters(text, breaks=False)
    return escaped(text).encode()


def _stories(document: DocxTemplate, charts: Charts) -> Iterator[tuple[str, Story]]:
    """Yield the name and the proved story of each part that docxtpl renders."""

    def whole_document(body: str) -> bytes:
        tree = document.fix_tables(body)
        document.fix_docpr_ids(tree)
        document.map_tree(tree)
        blob: bytes = document.docx.part.blob
        return blob

    patched = charts.without_heights(document.patch_xml(document.get_xml()))
    body = prove(patched, document, by_docxtpl.ENVIRONMENT, whole_document)
    yield _name(document.docx.part), charts.with_heights(body)
    seen = set()
    for kind in (document.HEADER_URI, document.FOOTER_URI):
        for _key, part in document.get_headers_footers(kind):
            if part.partname in seen:
                raise NotProvedError(f"{part.partname} được dùng hai lần")
            seen.add(part.partname)

            def whole_part(story: str, part: Any = part) -> bytes:
                blob: bytes = XmlPart.load(part.partname, part.content_type, story.encode(), part.package).blob
                return blob

            patched = document.patch_xml(document.get_part_xml(part))
            yield _name(part), prove(patched, document, by_docxtpl.ENVIRONMENT, whole_part)


def _name(part: Any) -> str:
    return str(part.partname).removeprefix("/")
