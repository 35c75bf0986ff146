"""Compiled templates: every part canonically equal to docxtpl's, the same bytes each time, docxtpl where it must be."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Pt
from docxtpl import DocxTemplate, InlineImage, Listing, RichText
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markupsafe import Markup

from baocao.errors import Blocks, DataError
from baocao.rendering import compressor, package
from baocao.rendering import template as by_docxtpl
from baocao.rendering.again import Again
from baocao.rendering.compiled import CompiledTemplate, compile_template
from baocao.rendering.package import Kept, Parts, pack, unpack
from baocao.rendering.program import Bodies, Texts, check_characters
from baocao.rendering.trying import why_slow
from tests.helpers import png
from tests.shapes import HOSTILE, contexts

TEMPLATES = sorted((Path(__file__).parents[1] / "templates").glob("*/*/*.docx"))
PROPERTIES = {"title": "Bảng điểm <&> {{ 7*7 }}", "author": "Ban \"A\" & 'B'", "comments": "x" * 300}
DAY = date(2021, 12, 5)


def canonical(content: bytes) -> bytes:
    return etree.tostring(etree.fromstring(content), method="c14n")


def assert_as_docxtpl(template: bytes, context: dict[str, Any], *, by_program: bool = True) -> Parts:
    """Every part is canonically equal to docxtpl's, and docxtpl was only asked when it had to be."""
    ours = compile_template(template)
    assert bool(ours.why_not) is not by_program, ours.why_not
    found = ours.render(context, PROPERTIES, DAY)
    wanted = by_docxtpl.fill(template, context, PROPERTIES, DAY)
    assert found.keys() == wanted.keys()
    for name, content in wanted.items():
        if name.endswith((".xml", ".rels")):
            assert canonical(found[name]) == canonical(content), name
        else:
            assert found[name] == content, name
    return found


# --- the shipped templates ---------------------------------------------------------------------------------------


def test_there_are_templates() -> None:
    assert TEMPLATES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "-".join(path.parts[-3:]))
def test_a_shipped_template_is_compiled(path: Path) -> None:
    assert why_slow(path.read_bytes()) == ()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "-".join(path.parts[-3:]))
@settings(max_examples=25)
@given(data=st.data())
def test_a_shipped_template_gives_what_docxtpl_gives(path: Path, data: st.DataObject) -> None:
    template = path.read_bytes()
    context = data.draw(contexts(template))
    found, wanted = (one.render(context, PROPERTIES, DAY) for one in (compile_template(template), _left_to(template)))
    assert {name: _unnumbered(canonical(content)) for name, content in found.items()} == {
        name: _unnumbered(canonical(content)) for name, content in wanted.items()
    }


@cache
def _left_to(template: bytes) -> CompiledTemplate:
    """A template that docxtpl has to fill, charts apart."""
    theirs = CompiledTemplate(template)
    theirs.why_not = "thử"
    return theirs


def _unnumbered(content: bytes) -> bytes:
    """Without the numbers of drawings: docxtpl gives new ones."""
    return re.sub(rb'(<wp:docPr [^>]*?\bid=")\d+', rb"\1", content)


@pytest.mark.parametrize("text", HOSTILE)
def test_every_hostile_text_is_printed_as_docxtpl_prints_it(text: str) -> None:
    assert_as_docxtpl(docx(lines("{{ a }}", "- {{ a }}: {{ a }}.")), {"a": f"trước{text}sau"})


# --- templates made for the test -----------------------------------------------------------------------------------

Build = Callable[[WordDocument], object]


def docx(*builds: Build) -> bytes:
    document = Document()
    for build in builds:
        build(document)
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def lines(*texts: str) -> Build:
    """A paragraph for each text."""
    return lambda document: [document.add_paragraph(text) for text in texts]


def runs(*texts: str) -> Build:
    """One paragraph, a run of its own look for each text."""

    def build(document: WordDocument) -> None:
        paragraph = document.add_paragraph(style="List Bullet")
        for size, text in enumerate(texts, start=9):
            run = paragraph.add_run(text)
            run.font.size = Pt(size)
            run.bold = size % 2 == 0

    return build


def table(*rows: tuple[str, ...], columns: int = 2) -> Build:
    """A table; a row with fewer texts than columns spans them all with its first cell."""

    def build(document: WordDocument) -> None:
        made = document.add_table(0, columns)
        for texts in rows:
            cells = made.add_row().cells
            if len(texts) < columns:
                cells[0].merge(cells[-1])
            for cell, text in zip(made.rows[-1].cells, texts, strict=False):
                cell.paragraphs[0].text = text

    return build


def xml(body: str) -> Build:
    """Raw XML before the end of the body."""

    def build(document: WordDocument) -> None:
        for element in parse_xml(f"<w:x {nsdecls('w', 'wp', 'a')}>{body}</w:x>"):
            document.element.body.insert(len(document.element.body) - 1, element)

    return build


def margins(header: str, footer: str) -> Build:
    """Header and footer of the last section, of their own."""

    def build(document: WordDocument) -> None:
        section = document.sections[-1]
        for margin, text in ((section.header, header), (section.footer, footer)):
            margin.is_linked_to_previous = False
            margin.paragraphs[0].text = text

    return build


def section(document: WordDocument) -> None:
    document.add_section()


def picture(document: WordDocument) -> None:
    document.add_picture(png(0))


def widen_grid(document: WordDocument) -> None:
    """One column more than any row reaches; docxtpl drops it."""
    document.tables[-1]._tbl.tblGrid.add_gridCol().w = Pt(50)


def hyperlink(text: str) -> str:
    return f"<w:p><w:hyperlink><w:r><w:t>{text}</w:t></w:r></w:hyperlink></w:p>"


AWKWARD: dict[str, bytes] = {
    "rows of a table": docx(
        table(("TT", "Tên"), ("{%tr for row in rows %}",), ("{{ row.no }}", "{{ row.name }}"), ("{%tr endfor %}",))
    ),
    "rows of kinds": docx(
        table(
            ("TT", "Tên"),
            ("{%tr for row in rows %}",),
            ('{%tr if row.kind == "whole" %}',),
            ("{{ row.name }}",),
            ("{%tr else %}",),
            (
                "{{ loop.index }}",
                "{% for part in row.parts %}{{ part }}{% if not loop.last %}; {% endif %}{% endfor %}",
            ),
            ("{%tr endif %}",),
            ("{%tr endfor %}",),
        )
    ),
    "a table in a choice": docx(lines("{%p if rows %}"), table(("A", "{{ b }}")), lines("{%p endif %}")),
    "paragraphs in loops": docx(
        lines("{%p for a in list %}", "{{ loop.index0 }}/{{ loop.length }}", "{%p for b in a.inner %}"),
        lines("{{ loop.revindex }} {{ b }} {{ a.name }}", "{%p endfor %}", "{%p else %}", "trống", "{%p endfor %}"),
    ),
    "loops that ask for more": docx(lines("{% for a in list %}{{ loop.depth }}{{ a }}{% endfor %}")),
    "choices inside a run": docx(lines("{% if a %}có {{ a }}{% elif b %}{{ b }}{% else %}không{% endif %}.")),
    "choices of runs": docx(runs("{%r if a %}", "A {{ a }}", "{%r else %}", "{{ b }}", "{%r endif %}", "hết")),
    "comparisons": docx(lines('{% if a == "1" or not b and c != "2" %}x{{ a }}{% endif %}')),
    "tags over runs": docx(runs("trước {{ n", "ame", " }} giữa {", "% if name %", "}có{% end", "if %} sau")),
    "white space control": docx(lines("a  {{- b -}}  c", "{% if b -%}", "{{ b }}", "{%- endif %} e")),
    "comments and raw text": docx(lines("a{# không in #}b", "{#p cả đoạn #}", "{% raw %}{{ x }}{% endraw %} {{ a }}")),
    "escaped braces": docx(lines("{_{ a }_} {_% if %_} {{ a }}")),
    "entities and spaces": docx(lines("  a & b < c > d “e” ]]> \u00a0 {{ a }}  ", "x{{ a }} ", "\"'")),
    "constants": docx(lines('{{ "a<b" }} {{ 5 }} {{ a }}')),
    "values with looks": docx(runs("{{ a }}", "{{ a }}{{ b }}", " {{ c }} ")),
    "margins": docx(
        lines("{{ a }}"), margins("đầu {{ a }}", "cuối {{ b }}"), section, lines("{{ c }}"), margins("{{ c }}", "tĩnh")
    ),
    "margins without tags": docx(lines("{{ a }}"), margins("đầu", "cuối")),
    "choices in margins": docx(
        margins("{% if a %}{{ a }}{% else %}{% for b in bs %}{{ b }}{% endfor %}{% endif %}", "")
    ),
    "pictures": docx(picture, lines("{%p for a in list %}", "{{ a }}", "{%p endfor %}"), picture),
    "a grid too wide": docx(table(("A", "{{ a }}")), widen_grid),
    "links": docx(xml(hyperlink("{{ a }}"))),
    "no tags at all": docx(lines("tĩnh"), table(("a", "b"))),
    "empty paragraphs with attributes": docx(
        xml(
            '<w:p w:rsidR="00000001"/><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
            '<w:r w:rsidR="1"/><w:r><w:t>{{ a }}</w:t></w:r></w:p>'
        )
    ),
}


@pytest.mark.parametrize("name", AWKWARD)
@settings(max_examples=15)
@given(data=st.data())
def test_an_awkward_template_gives_what_docxtpl_gives(name: str, data: st.DataObject) -> None:
    assert_as_docxtpl(AWKWARD[name], data.draw(contexts(AWKWARD[name])))


@pytest.mark.parametrize("value", [5, -1.5, True, None, 10**30])
def test_what_is_no_text_is_printed_as_docxtpl_prints_it(value: object) -> None:
    assert_as_docxtpl(docx(lines("{{ a }}{% if a %}{{ a }}{% endif %}")), {"a": value})


def test_a_part_named_like_a_method_is_no_part_and_an_attribute_is_one() -> None:
    class Row:
        name = "tên"

    template = docx(lines("{{ a.name }}", "{% for b in list %}{{ b.name }}{% endfor %}"))
    assert_as_docxtpl(template, {"a": Row(), "list": (Row(), {"name": "x"})})


# --- what docxtpl has to do ------------------------------------------------------------------------------------------

LOOP_ROWS_ONLY = table(("{%tr for a in list %}",), ("{{ a }}", "{{ a }}"), ("{%tr endfor %}",))
TEXT_BOX = (
    "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>{{ a }}</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
)
CHANGED = (
    '<w:p><w:r><w:rPr><w:b/><w:rPrChange w:id="1" w:author="x"><w:rPr/></w:rPrChange></w:rPr>'
    "<w:t>{{ a }}</w:t></w:r></w:p>"
)

UNPROVED: dict[str, tuple[bytes, str]] = {
    "rich text": (docx(runs("{{r a }}")), "RichText"),
    "a paragraph of XML": (docx(lines("{{p a }}")), "RichText"),
    "a table of loop rows only": (docx(LOOP_ROWS_ONLY), "hàng"),
    "cells in a loop": (
        docx(table(("{%tc for a in list %}", "{{ a }}", "{%tc endfor %}"), columns=3)),
        "các ô",
    ),
    "spans that depend on data": (docx(table(("{% colspan n %}x", "y"))), "thuộc tính"),
    "colours that depend on data": (docx(table(("{% cellbg n %}x", "y"))), "thuộc tính"),
    "a picture in a loop": (docx(lines("{%p for a in list %}"), picture, lines("{%p endfor %}")), "hình"),
    "a choice that cuts a paragraph": (docx(lines("a {% if a %} b", "c {% endif %} d")), "thẻ"),
    "a text box": (docx(xml(TEXT_BOX)), "text box"),
    "tracked changes of looks": (docx(xml(CHANGED)), "thuộc tính"),
    "static tabs in a text": (docx(xml("<w:p><w:r><w:t>a\tb {{ a }}</w:t></w:r></w:p>")), "tab"),
    "a table without grid": (docx(xml("<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>")), "lưới"),
    "a loop that calls itself": (docx(lines("{% for a in list recursive %}{{ a }}{% endfor %}")), "đệ quy"),
    "a field that is no text": (
        docx(xml("<w:p><w:r><w:instrText>REF {{ a }}</w:instrText></w:r></w:p>")),
        "không in chữ",
    ),
}


@pytest.mark.parametrize("name", UNPROVED)
def test_a_template_that_cannot_be_proved_says_why_in_words(name: str) -> None:
    template, word = UNPROVED[name]
    (problem,) = why_slow(template)
    assert word in problem.message
    assert problem.blocks is Blocks.NOTHING


FILLED_BY_DOCXTPL = {
    "rich text": {"a": RichText("đậm <&>", bold=True)},
    "a table of loop rows only": {"list": []},
    "cells in a loop": {"list": ["a", "b", "c"]},
    "spans that depend on data": {"n": 2},
    "a picture in a loop": {"list": ["a", "b"]},
    "static tabs in a text": {"a": "x"},
    "a text box": {"a": "x"},
}


@pytest.mark.parametrize("name", FILLED_BY_DOCXTPL)
def test_docxtpl_fills_what_cannot_be_proved(name: str) -> None:
    assert_as_docxtpl(UNPROVED[name][0], FILLED_BY_DOCXTPL[name], by_program=False)


@pytest.mark.parametrize("value", [RichText("x", italic=True), Listing("a\nb"), Markup("a &amp; b")])
def test_a_value_that_brings_its_own_xml_is_docxtpls(value: object) -> None:
    template = docx(lines("{{ a }}"))
    context = {"a": value}
    assert CompiledTemplate(template).render(context, PROPERTIES, DAY) == by_docxtpl.fill(
        template, context, PROPERTIES, DAY
    )


def test_an_escaped_text_never_stands_in_for_a_plain_one() -> None:
    ours = CompiledTemplate(docx(lines("{{ a }}")))
    for _ in range(2):
        assert b"a &amp;amp; b" in ours.render({"a": "a &amp; b"}, {}, DAY)["word/document.xml"]
        assert b"a &amp; b" in ours.render({"a": Markup("a &amp; b")}, {}, DAY)["word/document.xml"]


@pytest.mark.parametrize("text", ["{{ a }}", "{{p a }}"])
def test_what_belongs_to_another_docxtpl_template_is_refused(text: str) -> None:
    template = docx(lines(text))
    with pytest.raises(DataError, match="thứ không in"):
        CompiledTemplate(template).render({"a": InlineImage(DocxTemplate(BytesIO(template)), png(0))}, PROPERTIES, DAY)


@pytest.mark.parametrize("chosen", ["", "x"])
def test_a_picture_in_a_choice_is_numbered_whatever_is_chosen(chosen: str) -> None:
    choice = ("{%p if a %}", "{%p else %}", "{%p endif %}")
    template = docx(picture, lines(choice[0]), picture, lines(choice[1], "{{ a }}"), picture, lines(choice[2]), picture)
    body = compile_template(template).render({"a": chosen}, PROPERTIES, DAY)["word/document.xml"]
    wanted = by_docxtpl.fill(template, {"a": chosen}, PROPERTIES, DAY)["word/document.xml"]
    number = re.compile(rb'(<wp:docPr id=")(\d+)')
    found = [match[2] for match in number.finditer(body)]
    assert len(set(found)) == len(found) == 3
    assert canonical(number.sub(rb"\1", body)) == canonical(number.sub(rb"\1", wanted))


def test_a_break_that_would_tear_a_link_is_left_to_docxtpl() -> None:
    template = AWKWARD["links"]
    context = {"a": "x\ay"}
    assert CompiledTemplate(template).render(context, {}, DAY) == by_docxtpl.fill(template, context, {}, DAY)


# --- what is refused -------------------------------------------------------------------------------------------------


def test_footnotes_are_refused() -> None:
    parts = unpack(docx(lines("{{ a }}")))
    with pytest.raises(DataError, match="footnote"):
        CompiledTemplate(pack({**parts, "word/footnotes.xml": b"<w:t>x</w:t>"}))


@pytest.mark.parametrize("text", ["{{ a|upper }}", "{% set b = 1 %}", "{{ a() }}", "{% if %}", "{{ a.b[0] }}"])
def test_what_no_template_may_say_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        CompiledTemplate(docx(lines(text)))


@pytest.mark.parametrize(
    ("context", "name"), [({}, "a"), ({"a": {}}, "b"), ({"a": "x"}, "b"), ({"a": {"c": "x"}}, "b"), ({"a": []}, "b")]
)
def test_a_missing_name_is_an_error(context: dict[str, Any], name: str) -> None:
    with pytest.raises(DataError, match=f"“{name}” không phải lúc nào cũng có"):
        CompiledTemplate(docx(lines("{{ a.b }}"))).render(context, {}, DAY)


@pytest.mark.parametrize("name", ["__class__", "_private"])
def test_what_the_sandbox_hides_stays_hidden(name: str) -> None:
    with pytest.raises(DataError):
        CompiledTemplate(docx(lines(f"{{{{ a.{name} }}}}"))).render({"a": pytest}, {}, DAY)


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1b", "\ud800", "\ufffe", "\uffff"])
def test_what_no_xml_holds_is_named_where_docxtpl_loses_it(character: str) -> None:
    ours = CompiledTemplate(docx(lines("{{ a }}")))
    with pytest.raises(DataError, match=f"U\\+{ord(character):04X}"):
        ours.render({"a": f"trước{character}sau"}, {}, DAY)
    with pytest.raises(DataError, match=f"U\\+{ord(character):04X}"):
        ours.render({"a": ""}, {"title": character}, DAY)


def test_every_character_is_escaped_or_refused_whatever_its_bytes() -> None:
    texts = Texts()
    for character in map(chr, range(0x11000)):
        try:
            check_characters(character)
        except DataError:
            with pytest.raises(DataError):
                texts[f"a{character}b"]
        else:
            if character not in "\r\t\n\a\f":
                assert texts[f"a{character}b"].decode() == html.escape(f"a{character}b", quote=False)


# --- where docxtpl is wrong ------------------------------------------------------------------------------------------


def naive(template: bytes, context: dict[str, Any]) -> WordDocument:
    document = DocxTemplate(BytesIO(template))
    document.render(context, autoescape=True)
    saved = BytesIO()
    document.save(saved)
    return Document(BytesIO(saved.getvalue()))


@pytest.mark.parametrize(("value", "wrong"), [("{_{ x }_}", "{{ x }}"), ("a\x0bb", "ab")])
def test_docxtpl_changes_values_that_stand_literally_here(value: str, wrong: str) -> None:
    template = docx(lines("{{ a }}"))
    assert naive(template, {"a": value}).paragraphs[0].text == wrong
    if value.isprintable():
        found = pack(CompiledTemplate(template).render({"a": value}, {}, DAY))
        assert Document(BytesIO(found)).paragraphs[0].text == value


def test_docxtpl_escapes_properties_twice_and_renders_what_stands_in_them() -> None:
    def titled(document: WordDocument) -> None:
        document.core_properties.title = "{{ a }}"

    template = docx(lines("{{ a }}"), titled)
    assert naive(template, {"a": "K&T"}).core_properties.title == "K&amp;T"
    found = Document(BytesIO(pack(CompiledTemplate(template).render({"a": "K&T"}, {"title": "K&T {{ a }}"}, DAY))))
    assert found.core_properties.title == "K&T {{ a }}"


# --- properties ------------------------------------------------------------------------------------------------------


PLAIN = st.lists(st.sampled_from([text for text in HOSTILE if text not in "\a\f"])).map("".join)
"""Texts that python-docx takes for a property."""


@given(
    st.dictionaries(
        st.sampled_from(["title", "subject", "author", "comments", "keywords", "category", "language"]),
        PLAIN,
    ),
    st.dates(date(1976, 1, 1)),
)
def test_properties_are_those_that_python_docx_writes(properties: dict[str, str], day: date) -> None:
    template = AWKWARD["no tags at all"]
    assert compile_template(template).render({}, properties, day) == by_docxtpl.fill(template, {}, properties, day)


def test_a_compiled_template_forgets_property_names_when_there_are_many() -> None:
    ours = CompiledTemplate(AWKWARD["no tags at all"])
    for number in range(40):
        ours.render({}, {f"x{number}": "y"}, DAY)
    assert len(ours._cores) <= 16


# --- the same bytes --------------------------------------------------------------------------------------------------

SCRIPT = """
import hashlib, sys
from datetime import date
from pathlib import Path
from baocao.rendering.again import Again
from baocao.rendering.compiled import fill
from baocao.rendering.package import label, pack
parts = fill(Path(sys.argv[1]).read_bytes(), {"a": "x & y", "b": "\\n"}, {"title": "T"}, date(2021, 12, 5))
print(hashlib.sha256(pack(label(parts, [("p", "q")]))).hexdigest())
"""


def test_two_runs_and_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    path.write_bytes(docx(runs("{{ a }}", "{{ b }}"), margins("{{ a }}", "{{ b }}")))
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(path)],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "-".join(path.parts[-3:]))
@settings(max_examples=5)
@given(data=st.data())
def test_a_warm_template_gives_the_bytes_of_a_cold_one(path: Path, data: st.DataObject) -> None:
    template = path.read_bytes()
    context = data.draw(contexts(template))
    assert compile_template(template).render(context, {}, DAY) == CompiledTemplate(template).render(context, {}, DAY)


# --- what is remembered ----------------------------------------------------------------------------------------------


def test_templates_are_remembered_by_content_and_not_without_end() -> None:
    first = docx(lines("{{ a }}"))
    assert compile_template(first) is compile_template(bytes(bytearray(first)))
    assert compile_template(first) is not compile_template(docx(lines("{{ b }}")))
    assert compile_template.cache_info().maxsize == 16


def coming_again(value: Any) -> Any:
    """The same context with every record of a list as one that comes again."""
    if isinstance(value, dict):
        return {name: coming_again(part) for name, part in value.items()}
    if isinstance(value, list):
        return [Again(coming_again(part)) if isinstance(part, dict) else coming_again(part) for part in value]
    return value


LOOPING = {
    **{"-".join(path.parts[-3:]): path.read_bytes() for path in TEMPLATES if path.stem == "scoresheet"},
    **{name: template for name, template in AWKWARD.items() if "rows" in name or "loops" in name},
}


@pytest.mark.parametrize("name", LOOPING)
@settings(max_examples=5)
@given(data=st.data())
def test_a_record_that_comes_again_prints_as_any_other_each_time(name: str, data: st.DataObject) -> None:
    context = data.draw(contexts(LOOPING[name]))
    again, compiled = coming_again(context), compile_template(LOOPING[name])
    wanted = compiled.render(context, PROPERTIES, DAY)
    assert compiled.render(again, PROPERTIES, DAY) == wanted
    assert compiled.render(again, PROPERTIES, DAY) == wanted


def test_a_record_that_comes_again_is_printed_once_where_its_place_does_not_matter() -> None:
    tag = "{{ row.name }}"
    compiled = compile_template(docx(lines("{%p for row in rows %}", tag, "{%p endfor %}")))
    counting = compile_template(docx(lines("{%p for row in rows %}", f"{{{{ loop.index }}}} {tag}", "{%p endfor %}")))
    named = compile_template(docx(lines("{%p for row in rows %}", f"{{{{ title }}}} {tag}", "{%p endfor %}")))
    row = Again(name="một")
    for template in (compiled, counting, named):
        template.render({"rows": [row, row], "title": "a"}, {}, DAY)
    row["name"] = "hai"  # which nobody may do: it shows what was remembered

    def printed(template: CompiledTemplate, title: str) -> list[str]:
        parts = template.render({"rows": [Again(name="ba"), row], "title": title}, {}, DAY)
        return re.findall("<w:t[^>]*>([^<]+)", parts["word/document.xml"].decode())

    assert printed(compiled, "b") == ["ba", "một"]
    assert printed(counting, "b") == ["1 ba", "2 hai"]
    assert printed(named, "b") == ["b ba", "b hai"]


def test_records_are_not_remembered_without_end() -> None:
    bodies = Bodies()
    for number in range(5000):
        assert bodies.keep(Again(), [str(number).encode(), b"x"]) == f"{number}x".encode()
    assert len(bodies) <= 1024


def test_a_list_needs_no_turns_when_each_of_its_records_is_remembered() -> None:
    bodies, records = Bodies(), [Again(), Again()]
    assert bodies.of(records) == []
    assert [bodies.keep(record, [b"x"]) for record in records] == bodies.of(records)
    for others in ([*records, Again()], [*records, {}], [*records, "x"], iter(records), records * 1024, []):
        assert bodies.of(others) == []


def test_texts_are_not_remembered_without_end() -> None:
    texts = Texts()
    for number in range(5000):
        assert texts[str(number)] == str(number).encode()
    assert len(texts) <= 1024
    assert texts["x" * 2000] == b"x" * 2000
    assert "x" * 2000 not in texts


# --- the package -----------------------------------------------------------------------------------------------------


def zipped(parts: Parts) -> bytes:
    """What the standard library writes, with everything fixed that the package fixes."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, _, _ in package.in_order(tuple(parts)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            archive.writestr(entry, parts[name])
    return packed.getvalue()


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0\\"), min_size=1), st.binary()),
    st.booleans(),
)
def test_a_package_has_the_bytes_that_the_standard_library_writes(parts: Parts, kept: bool) -> None:
    ours = {name: Kept(content) if kept else content for name, content in parts.items()}
    assert pack(ours, compressor.STANDARD) == zipped(parts)
    assert package.content_digest(ours) == package.content_digest(parts)


@pytest.mark.skipif(compressor.FAST is None, reason="isal is not installed (baocao[fast])")
def test_the_fast_compressor_changes_bytes_and_nothing_else() -> None:
    assert compressor.FAST is not None
    parts = compile_template(AWKWARD["margins"]).render({"a": "x", "b": "y", "c": "z" * 5000}, PROPERTIES, DAY)
    fast = pack(parts, compressor.FAST)
    assert fast != pack(parts, compressor.STANDARD)
    assert unpack(fast) == parts
    assert package.content_digest(unpack(fast)) == package.content_digest(parts)


def test_a_static_part_is_compressed_and_digested_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def deflate(content: bytes) -> bytes:
        seen.append(len(content))
        return compressor.STANDARD.deflate(content)

    counting = compressor.Compressor("counting", deflate, zlib.crc32, zlib.compressobj)
    ours = compile_template(AWKWARD["values with looks"])
    parts = ours.render({"a": "x", "b": "y", "c": "z"}, PROPERTIES, DAY)
    for _ in range(2):
        pack(parts, counting)
    assert seen == [len(parts["word/document.xml"]), len(parts["docProps/core.xml"])] * 2


@given(st.lists(st.tuples(st.sampled_from(["a", 'b"<&', "c\td"]), PLAIN)))
def test_labels_are_read_as_they_were_written(properties: list[tuple[str, str]]) -> None:
    parts = package.label(unpack(AWKWARD["no tags at all"]), properties)
    assert package.labels(parts) == {**dict(properties), "baocao.digest": package.content_digest(parts)}
    again = package.label(parts, [("x", "y")])
    assert again["[Content_Types].xml"] == parts["[Content_Types].xml"]
