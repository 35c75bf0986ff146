"""A Word template compiled once: what is left for each document is joining bytes and compressing them.

docxtpl prepares its template anew for every document (its issue 110). Here docxtpl's own preparation runs once
(`baocao.rendering.compiling`), and what comes of it is kept for the next process; see `baocao.rendering.program` for
what runs instead, and `docs/performance.md` for what it gains. A template that cannot be proved, and a context with
values that bring their own XML, are filled by docxtpl itself; so is nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

from baocao import kept, messages_form
from baocao.errors import DataError
from baocao.rendering import streaming
from baocao.rendering.once import Once
from baocao.rendering.package import Kept, Parts
from baocao.rendering.plan import Core, Plan
from baocao.rendering.program import NeedsDocxtplError, program_of

if TYPE_CHECKING:
    from baocao.rendering.charts import Charts

PROPERTIES = ("title", "subject", "author", "comments")
"""The core properties of a scoresheet, by their python-docx names."""

_PREPARED = ((), PROPERTIES)
"""The sets of core properties for which a template is prepared when it is compiled; others are when they come."""
_MOST_CORES = 16

_BODY = "word/document.xml"
_LONGEST_KEPT = 8192
_again = lru_cache(maxsize=64)(Kept)


@lru_cache(maxsize=16)
def compile_template(template: bytes) -> CompiledTemplate:
    """Return the compiled template, from what was kept of it where that is; the last sixteen are remembered.

    Raises:
        DataError: see `CompiledTemplate`.
    """
    found = kept.recall("template", template)
    if found is not None:
        return CompiledTemplate(template, Plan.revived(found))
    plan = _compiled(template)
    kept.keep(plan.plain(), "template", template)
    return CompiledTemplate(template, plan)


def fill(template: bytes, context: Mapping[str, Any], properties: Mapping[str, str], day: date) -> Parts:
    """Return the parts of the document that `template` makes of `context`; see `CompiledTemplate.render`."""
    return compile_template(template).render(context, properties, day)


def _compiled(template: bytes) -> Plan:
    from baocao.rendering.compiling import plan  # noqa: PLC0415 – docxtpl: for a template that is not kept only

    return plan(template, _PREPARED)


def _charts(template: bytes) -> Charts:
    from baocao.rendering.charts import find_charts  # noqa: PLC0415 – lxml: for a template with charts only

    return find_charts(template)


class CompiledTemplate:
    """A template that renders documents.

    Attributes:
        template: the bytes of the docx, without the workbooks of its charts.
        why_not: why docxtpl has to fill each document, in Vietnamese; empty when it does not have to.
    """

    def __init__(self, template: bytes, plan: Plan | None = None) -> None:
        """Prepare a template, which takes as long as filling it once or twice by docxtpl unless its plan is given.

        Raises:
            DataError: it is no docx, or uses more than printing, choices and loops; see `template.admit`. A chart
                cannot be given data; see `charts.find_charts`.
        """
        self._plan = plan or _compiled(template)
        self._charts = _charts(template) if self._plan.charted else None
        self.template = self._charts.template if self._charts else template
        self.why_not = self._plan.why_not
        self._programs = {name: program_of(written) for name, written in self._plan.programs.items()}
        self._cores = dict(self._plan.cores)

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
        context, charts = self._charted(context)
        if self.why_not:
            return self._by_docxtpl(context, properties, day) | charts
        try:
            stories = {name: self._rendered(name, context) for name in self._programs}
        except NeedsDocxtplError:
            return self._by_docxtpl(context, properties, day) | charts
        core = self._core(tuple(properties))
        return {**self._plan.static, **charts, **stories, core.name: core.filled(tuple(properties.values()), day)}

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
        context, charts = self._charted(context)
        if self.why_not:
            whole = self._by_docxtpl(context, properties, day)
            return streaming.write(whole | charts, {}, labels, target)
        core = self._core(tuple(properties))
        stories = {name: program(context) for name, program in self._programs.items()}
        parts = {**self._plan.static, **charts, core.name: core.filled(tuple(properties.values()), day)}
        try:
            return streaming.write(parts, stories, labels, target)
        except NeedsDocxtplError as error:
            raise DataError([messages_form.not_streamed(str(error))]) from error

    def _charted(self, context: Mapping[str, Any]) -> tuple[Mapping[str, Any], Parts]:
        """Return the context as the tags see it, and the parts of the charts; see `Charts.filled`."""
        if "charts" in context and self._charts is None:  # tags may ask for charts that the template does not have
            self._charts = _charts(self.template)
        return self._charts.filled(context) if self._charts else (context, {})

    def _by_docxtpl(self, context: Mapping[str, Any], properties: Mapping[str, str], day: date) -> Parts:
        from baocao.rendering import template as by_docxtpl  # noqa: PLC0415 – what cannot be proved is rare

        return by_docxtpl.fill(self.template, context, properties, day)

    def _rendered(self, name: str, context: Mapping[str, Any]) -> bytes:
        """Return a story; a header or footer as one that comes again, since most documents have the same."""
        story = b"".join(self._programs[name](context))
        return _again(story) if name != _BODY and len(story) <= _LONGEST_KEPT else story

    def _core(self, names: tuple[str, ...]) -> Core:
        if names not in self._cores:
            from baocao.rendering.compiling import core  # noqa: PLC0415 – as above: `_PREPARED` has what is usual

            if len(self._cores) >= _MOST_CORES:
                self._cores.clear()
            self._cores[names] = core(self.template, names)
        return self._cores[names]
