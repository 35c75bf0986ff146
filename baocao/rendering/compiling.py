"""Compiling a Word template: docxtpl's own preparation, once, and what comes of it as a plan.

See `baocao.rendering.skeleton` for the proof that docxtpl's repairs are not needed afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from typing import Any

from docx.opc.part import XmlPart
from docxtpl import DocxTemplate
from jinja2 import TemplateError

from baocao.rendering import package
from baocao.rendering import template as by_docxtpl
from baocao.rendering.charts import Charts, find_charts
from baocao.rendering.generator import write_program
from baocao.rendering.package import Kept, Parts, unpack
from baocao.rendering.plan import Core, Plan
from baocao.rendering.skeleton import NotProvedError, Story, prove

_SOME_DAY = date(1601, 2, 3)
_MARK = re.compile(rb"baocao-mark-(\d+)-|1601-02-03")
"""In core properties: where a property or the day stands."""

_STUMBLES = (*by_docxtpl.DAMAGED, TypeError, TemplateError)
"""What docxtpl, python-docx and lxml raise on templates that they cannot prepare without a context."""


def plan(template: bytes, properties: Iterable[tuple[str, ...]]) -> Plan:
    """Return what a template compiles to, which takes as long as filling it once or twice by docxtpl.

    Args:
        template: the bytes of a docx.
        properties: the sets of names for which core properties are prepared.

    Raises:
        DataError: it is no docx, or uses more than printing, choices and loops; see `template.admit`. A
            chart cannot be given data; see `charts.find_charts`.
    """
    by_docxtpl.admit(template)
    charts = find_charts(template)
    try:
        return _plan(charts, properties)
    except NotProvedError as error:
        return Plan(str(error), bool(charts.places))
    except _STUMBLES as error:  # docxtpl stumbles in the same place for each document, and says so then
        return Plan(by_docxtpl.reason(error), bool(charts.places))


def _plan(charts: Charts, properties: Iterable[tuple[str, ...]]) -> Plan:
    template = charts.template
    document = DocxTemplate(BytesIO(template))
    document.render_init()
    stories = dict(_stories(document, charts))
    programs = {name: write_program(story, by_docxtpl.ENVIRONMENT) for name, story in stories.items() if story.tags}
    untagged = {name: story.pieces[0] for name, story in stories.items() if not story.tags}
    parts = {**_with_core(template, ())[1], **untagged}
    static = {name: Kept(content) for name, content in parts.items() if name not in programs}
    for name, declaring in package.declaring_custom({**static}).items():
        if isinstance(declaring, Kept) and declaring is not static[name]:
            static[name].declaring = declaring
    return Plan("", bool(charts.places), static, programs, {names: core(template, names) for names in properties})


def core(template: bytes, names: tuple[str, ...]) -> Core:
    """Return the part of the core properties, as python-docx writes it when it is given properties of some names.

    Raises:
        NotProvedError: a template has no such part, or several.
    """
    return _with_core(template, names)[0]


def _with_core(template: bytes, names: tuple[str, ...]) -> tuple[Core, Parts]:
    """Return the part of the core properties, and all others."""
    document = DocxTemplate(BytesIO(template))
    document.init_docx()
    marks = {name: f"baocao-mark-{number}-" for number, name in enumerate(names)}
    by_docxtpl.set_core_properties(document, marks, _SOME_DAY)
    saved = BytesIO()
    document.docx.save(saved)  # DocxTemplate.save reads the template anew when nothing was rendered
    others = unpack(saved.getvalue())
    found = [name for name, content in others.items() if _MARK.search(content)]
    if len(found) != 1:
        raise NotProvedError("tệp không có đúng một phần thuộc tính (docProps/core.xml)")
    return Core(found[0], tuple(_MARK.split(others.pop(found[0])))), others


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
