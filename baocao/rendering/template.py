"""Filling a Word template by docxtpl, with everything closed that docxtpl leaves open.

docxtpl's own defaults are unsandboxed, unescaped and silent about missing names (its issues 632, 549, 557, 634).
Here a template may only print, choose and loop; values are never template text; a missing name is an error.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from baocao import messages_form
from baocao.errors import DataError
from baocao.rendering.once import Once
from baocao.rendering.package import LONGEST_PROPERTY, Parts, unpack

ENVIRONMENT = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
ENVIRONMENT.filters = {}
ENVIRONMENT.tests = {}
ENVIRONMENT.globals = {}

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const,
    nodes.If, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_DEEPEST_LOOP = 3


def fill(template: bytes, context: Mapping[str, Any], properties: Mapping[str, str], day: date) -> Parts:
    """Return the parts of the document that `template` makes of `context`.

    Args:
        template: the bytes of a docx.
        context: printable text; see `baocao.rendering.context`.
        properties: core properties by their python-docx names (`title`, `author`, `subject`, `comments`).
        day: what the document says of when it was made; the clock is never asked.

    Raises:
        DataError: the template is no docx, uses more than printing, choices and loops, or names what the context
            does not have.
    """
    admit(template)
    document = DocxTemplate(BytesIO(template))
    document.init_docx()
    blank_core_properties(document)
    try:
        document.render({name: _escaped(value) for name, value in context.items()}, ENVIRONMENT)
    except (TemplateError, TypeError, etree.XMLSyntaxError) as error:
        raise DataError([messages_form.bad_template(reason(error))]) from error
    set_core_properties(document, properties, day)
    saved = BytesIO()
    document.save(saved)
    return unpack(saved.getvalue())


@lru_cache(maxsize=16)
def admit(template: bytes) -> None:
    """Refuse a template that is no docx or says more than a template may; remembered by its bytes.

    Raises:
        DataError: see `fill`. Footnotes are refused: docxtpl renders them once for each section, values included.
            The part itself is not: Word puts one with no text into most documents.
    """
    if b"</w:t>" in unpack(template).get("word/footnotes.xml", b""):
        raise DataError([messages_form.bad_template("có chú thích cuối trang (footnote), không được phép")])
    try:
        document = DocxTemplate(BytesIO(template))
        document.init_docx()
        _try_saving(document)
        sources = [document.patch_xml(document.get_xml()), *_headers_and_footers(document)]
        constructs = [name for source in sources for name in forbidden(ENVIRONMENT.parse(source))]
    except DAMAGED as error:
        raise DataError([messages_form.not_a_document("tệp hỏng hoặc không phải .docx")]) from error
    except (TemplateError, RecursionError, SyntaxError) as error:
        raise DataError([messages_form.bad_template(reason(error))]) from error
    if constructs:
        raise DataError([messages_form.template_construct("", name) for name in dict.fromkeys(constructs)])


def _try_saving(document: DocxTemplate) -> None:
    """Find damage of the parts that only shows when they are written; zipfile only warns of parts of the same name."""
    blank_core_properties(document)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        document.docx.save(BytesIO())


DAMAGED = (OpcError, etree.XMLSyntaxError, AttributeError, KeyError, TypeError, ValueError, UserWarning)
"""What python-docx and lxml raise on a file that is no sound docx."""


def _headers_and_footers(document: DocxTemplate) -> Iterator[str]:
    for kind in (document.HEADER_URI, document.FOOTER_URI):
        for _key, part in document.get_headers_footers(kind):
            yield document.patch_xml(document.xml_to_string(etree.fromstring(part.blob)))


def forbidden(node: nodes.Node, depth: int = 0) -> Iterator[str]:
    """Yield the names of what a template uses beyond printing, choices and loops no deeper than three."""
    depth += isinstance(node, nodes.For)
    if not isinstance(node, _ALLOWED) or depth > _DEEPEST_LOOP:
        yield type(node).__name__
        return
    for child in node.iter_child_nodes():
        yield from forbidden(child, depth)


def _escaped(value: object) -> object:
    """Return a value in which each text is ready to stand in XML.

    Braces become character references, since docxtpl reads `{_{` in a value as `{{` and renders footnotes once
    more for each section. RichText and Listing bring their own XML.

    Raises:
        TypeError: InlineImage and Subdoc add parts to the `DocxTemplate` that they were made with, and it is another.
    """
    if isinstance(value, dict):
        return {name: _escaped(part) for name, part in value.items()}
    if isinstance(value, list | Once):
        return [_escaped(part) for part in value]
    if hasattr(value, "tpl"):
        raise TypeError(f"{type(value).__name__} thuộc về một DocxTemplate khác")
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return Markup(str(escape(value)).replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704


def blank_core_properties(document: DocxTemplate) -> None:
    """Keep docxtpl from rendering what stands in the properties; they are set afterwards."""
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        setattr(document.docx.core_properties, name, "")


def set_core_properties(document: DocxTemplate, properties: Mapping[str, str], day: date) -> None:
    """Set the core properties, each cut to what python-docx accepts; the template's own texts are not kept."""
    blank_core_properties(document)
    core = document.docx.core_properties
    for name, value in properties.items():
        setattr(core, name, value[:LONGEST_PROPERTY])
    core.last_modified_by = "baocao"
    core.language = "vi-VN"
    core.revision = 1
    core.created = core.modified = datetime(day.year, day.month, day.day)  # noqa: DTZ001


def reason(error: Exception) -> str:
    """Say in words what Jinja or lxml found; where it is, `proof` says of all faults that it can foresee."""
    if isinstance(error, KeyError):  # a program takes the parts of a `dict` directly
        return messages_form.failing_fill(str(error.args[0]))
    if isinstance(error, UndefinedError):
        name = re.search(r"attribute '(\w+)'|'(\w+)' is undefined", str(error))
        return messages_form.failing_fill(next(filter(None, name.groups())) if name else "…")
    if isinstance(error, etree.XMLSyntaxError):
        return messages_form.DAMAGED_BY_TAGS
    is_syntax = isinstance(error, TemplateError | RecursionError)
    return messages_form.MISMATCHED if is_syntax else messages_form.UNPRINTABLE
