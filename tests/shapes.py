"""Contexts for any template: what it prints, chooses by and loops over tells which shape a context must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from hypothesis import strategies as st
from jinja2 import nodes

from baocao.rendering.chart import Chart, Series
from baocao.rendering.template import ENVIRONMENT

HOSTILE = (
    "{{ 7*7 }}", "{% raw %}", "{% endif %}", "{_{", "}_}", "{_%", "{#", "{", "}}", "<w:b/>", "</w:t>", "&amp;",
    "&#13;", "]]>", "<!--", "<?x?>", '"', "'", "\n", "\t", "\r\n", "\r", "\a", "\f", " ", "\u00a0", "\u2028", "\u200b",
    "  hai  ", "Đảng ủy", "Đa\u0309ng", "𝔘", "0", "x" * 3000,
)  # fmt: skip
_characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
texts = st.lists(st.sampled_from(HOSTILE) | st.text(_characters, max_size=8), max_size=4).map("".join)


@dataclass
class Shape:
    """What a name stands for, as far as the tags tell."""

    parts: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    compared: set[str] = field(default_factory=set)
    tested: bool = False

    def strategy(self) -> st.SearchStrategy[Any]:
        """Values of this shape, empty ones included where the template asks whether there are any."""
        if self.item is not None:
            return st.lists(self.item.strategy(), max_size=3)
        if self.parts:
            found = st.fixed_dictionaries({name: part.strategy() for name, part in self.parts.items()})
            return found | st.just("") if self.tested else found
        if self.compared:
            return st.sampled_from(sorted(self.compared)) | texts
        return texts


def contexts(template: bytes) -> st.SearchStrategy[dict[str, Any]]:
    """Contexts that a template can be filled with."""
    document = DocxTemplate(BytesIO(template))
    document.init_docx()
    root = Shape()
    for source in sources(document):
        _read(ENVIRONMENT.parse(source), {}, root)
    shown = {name: charts() for name in root.parts.pop("charts", Shape()).parts}
    found = {name: part.strategy() for name, part in root.parts.items()}
    return st.fixed_dictionaries(found | ({"charts": st.fixed_dictionaries(shown)} if shown else {}))


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """The data of a chart, or of one with nothing in it."""
    values = draw(st.lists(st.integers(0, 99), max_size=3))
    names = tuple(f"Mức {place}" for place in range(len(values)))
    return Chart(names, (Series("Số tổ chức", tuple(values)),))


def sources(document: DocxTemplate) -> list[str]:
    """The stories of a template as Jinja reads them."""
    margins = [
        document.get_part_xml(part)
        for kind in (document.HEADER_URI, document.FOOTER_URI)
        for _, part in document.get_headers_footers(kind)
    ]
    return [document.patch_xml(xml) for xml in (document.get_xml(), *margins)]


def _read(node: nodes.Node, scope: Mapping[str, Shape], root: Shape) -> None:
    if isinstance(node, nodes.For):
        listed = _shape(node.iter, scope, root)
        listed.item = listed.item or Shape()
        assert isinstance(node.target, nodes.Name)
        inner = {**scope, node.target.name: listed.item, "loop": Shape()}
        for child in (*node.body, *node.else_):
            _read(child, inner, root)
        return
    if isinstance(node, nodes.Compare) and isinstance(node.ops[0].expr, nodes.Const):
        _shape(node.expr, scope, root).compared.add(str(node.ops[0].expr.value))
    elif isinstance(node, nodes.If) and isinstance(node.test, nodes.Name | nodes.Getattr):
        _shape(node.test, scope, root).tested = True
    elif isinstance(node, nodes.Name | nodes.Getattr):
        _shape(node, scope, root)
    for child in node.iter_child_nodes():
        _read(child, scope, root)


def _shape(node: nodes.Node, scope: Mapping[str, Shape], root: Shape) -> Shape:
    if isinstance(node, nodes.Getattr):
        return _shape(node.node, scope, root).parts.setdefault(node.attr, Shape())
    assert isinstance(node, nodes.Name)
    return scope[node.name] if node.name in scope else root.parts.setdefault(node.name, Shape())
