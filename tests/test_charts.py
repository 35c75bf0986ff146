"""Charts: drawn in Word, filled from the context; the look stays, nothing of the drawn data does."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from baocao import pdf
from baocao.errors import DataError
from baocao.rendering import package
from baocao.rendering.chart import MOST_CATEGORIES, A, C, Chart, Drawn, Series, shortened
from baocao.rendering.compiled import CompiledTemplate
from tests.shapes import texts
from tests.test_compiled import DAY, PROPERTIES, canonical, docx, lines, margins
from tools.build_charts import SHADES, Look, add_chart

NS = {"c": C, "a": A, "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"}
PART = "word/charts/chart1.xml"
BODY = "word/document.xml"
RATINGS = Look("ratings", "Số tổ chức theo mức xếp loại", 160)
STACKED = Look("superiors", "Theo cấp trên", 160, SHADES[:2], "stacked")


def charts(*looks: Look) -> Callable[[WordDocument], None]:
    def build(document: WordDocument) -> None:
        for look in looks:
            add_chart(document, "Normal", look)

    return build


def chart(*categories: str, name: str = "Số tổ chức", first: int = 1) -> Chart:
    return Chart(categories, (Series(name, tuple(range(first, first + len(categories)))),))


TEMPLATE = docx(lines("{{ a }}"), charts(RATINGS, STACKED))
GIVEN = {"ratings": chart("Tốt", "Khá"), "superiors": chart("Huyện A", first=7)}


def filled(template: bytes, **given: Chart) -> package.Parts:
    return CompiledTemplate(template).render({"a": "x", "charts": given}, PROPERTIES, DAY)


def child(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, NS)
    assert found is not None
    return found


def shown(part: bytes) -> dict[str, dict[str, str]]:
    """Series → category → value, as a word processor reads them."""
    root = etree.fromstring(part)
    return {
        "".join(child(series, "c:tx").itertext("{*}v")): dict(zip(
            [point.findtext("c:v", "", NS) for point in series.iterfind("c:cat//c:pt", NS)],
            [point.findtext("c:v", "", NS) for point in series.iterfind("c:val//c:pt", NS)],
            strict=True,
        ))
        for series in root.iter(f"{{{C}}}ser")
    }  # fmt: skip


def frames(parts: package.Parts) -> list[etree._Element]:
    return list(etree.fromstring(parts[BODY]).iter(f"{{{NS['wp']}}}inline"))


def height(parts: package.Parts, at: int = 0) -> int:
    return int(child(frames(parts)[at], "wp:extent").get("cy", ""))


# --- data ------------------------------------------------------------------------------------------------------------


def test_the_data_of_a_chart_are_those_of_the_context() -> None:
    parts = filled(TEMPLATE, **GIVEN)
    assert shown(parts[PART]) == {"Số tổ chức": {"Tốt": "1", "Khá": "2"}}
    assert shown(parts["word/charts/chart2.xml"]) == {"Số tổ chức": {"Huyện A": "7"}}
    assert "Ví dụ" not in "".join(content.decode() for name, content in parts.items() if "chart" in name)


@settings(max_examples=50)
@given(data=st.data())
def test_every_text_and_number_comes_through_exactly(data: st.DataObject) -> None:
    plain = texts.filter(lambda text: not set(text) & set("\a\f\r"))
    categories = tuple(data.draw(st.lists(plain, max_size=5, unique=True)))
    numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
    count = data.draw(st.integers(1, 8))
    names = data.draw(st.lists(plain, min_size=count, max_size=count, unique=True))
    values = st.lists(numbers, min_size=len(categories), max_size=len(categories)).map(tuple)
    one = Chart(categories, tuple(Series(name, data.draw(values)) for name in names))
    found = shown(filled(TEMPLATE, **{**GIVEN, "superiors": one})["word/charts/chart2.xml"])
    assert found == {
        series.name: {
            name: format(Decimal(value or 0), "f") for name, value in zip(categories, series.values, strict=True)
        }
        for series in one.series
    }


def test_no_value_is_no_bar_and_takes_no_place_of_another() -> None:
    one = Chart(("a", "b", "c"), (Series("s", (1, None, 3)),))
    root = etree.fromstring(filled(TEMPLATE, **{**GIVEN, "ratings": one})[PART])
    assert [point.get("idx") for point in root.iterfind(".//c:val//c:pt", NS)] == ["0", "2"]
    assert child(root, ".//c:val//c:ptCount").get("val") == "3"


def test_further_series_look_like_the_last_in_colours_of_the_theme() -> None:
    six = Chart(("a",), tuple(Series(f"s{number}", (number,)) for number in range(6)))
    root = etree.fromstring(filled(TEMPLATE, **{**GIVEN, "superiors": six})["word/charts/chart2.xml"])
    series = root.findall(".//c:ser", NS)
    fills = [child(one, "c:spPr/a:solidFill/a:srgbClr").get("val") for one in series]
    assert fills[:2] == [paint.fill for paint in SHADES[:2]]
    assert len(set(fills)) == 6
    theme = etree.fromstring(package.unpack(TEMPLATE)["word/theme/theme1.xml"])
    assert fills[2] == child(theme, ".//a:accent3/a:srgbClr").get("val")
    for name in ("c:idx", "c:order"):
        assert [child(one, name).get("val") for one in series] == list("012345")
    assert all(one.find("c:dLbls", NS) is not None for one in series)


def test_surplus_series_are_left_out() -> None:
    root = etree.fromstring(filled(TEMPLATE, **GIVEN)["word/charts/chart2.xml"])
    assert len(root.findall(".//c:ser", NS)) == 1


BESIDE = b"""<c:extLst><c:ext uri="{02D57815-91ED-43cb-92C2-25804820EDAC}"><c:v>c\xc5\xa9</c:v></c:ext></c:extLst>"""
POINTS = b"""<c:dPt><c:idx val="0"/></c:dPt><c:dPt><c:idx val="3"/></c:dPt>"""
LABEL = b"""<c:dLbls><c:dLbl><c:idx val="0"/><c:tx><c:v>c\xc5\xa9</c:v></c:tx></c:dLbl>"""


def test_data_beside_the_data_do_not_survive() -> None:
    """Looks of points stay as long as there are such points; labels of single points and from cells do not."""
    part = package.unpack(TEMPLATE)[PART]
    assert part.count(b"<c:dLbls>") == 1
    drawn = part.replace(b"<c:dLbls>", POINTS + LABEL).replace(b"</c:ser>", BESIDE + b"</c:ser>")
    made = Drawn(drawn, ()).filled(chart("a", "b"))
    assert "cũ" not in made.decode()
    assert [one.get("val") for one in etree.fromstring(made).iterfind(".//c:dPt/c:idx", NS)] == ["0"]


@pytest.mark.parametrize(
    ("categories", "series"),
    [
        (("a",), ()),
        (("a",), (Series("s", ()),)),
        (("a",), (Series("s", (Decimal("NaN"),)),)),
        (("a",), (Series("s", (Decimal("inf"),)),)),
        (("a",), (Series("s", (1,)),) * 25),
        (("a",) * 31, (Series("s", (1,) * 31),)),
    ],
)
def test_what_is_no_chart_is_a_fault_of_the_program(categories: tuple[str, ...], series: tuple[Series, ...]) -> None:
    with pytest.raises(ValueError, match=r"categories|values"):
        Chart(categories, series)


@given(st.lists(st.none() | st.integers(0, 99), max_size=80), st.integers(2, MOST_CATEGORIES))
def test_what_does_not_fit_is_added_up_in_the_last_bar(values: list[int | None], most: int) -> None:
    names = [str(number) for number in range(len(values))]
    made = shortened(names, [Series("s", tuple(values))], "Còn lại", most)
    assert len(made.categories) == min(len(values), most)
    assert sum(value or 0 for value in made.series[0].values) == sum(value or 0 for value in values)
    assert ("Còn lại" in made.categories) is (len(values) > most)


# --- the page --------------------------------------------------------------------------------------------------------


def test_a_chart_is_as_high_as_its_bars_need_and_no_higher_than_the_page() -> None:
    def high(count: int) -> int:
        return height(filled(TEMPLATE, **{**GIVEN, "ratings": chart(*map(str, range(count)))}))

    drawn = RATINGS.bar_height * 36_000
    assert [high(count) // drawn for count in (0, 1, 4, 10)] == [3, 3, 6, 12]
    section = Document(BytesIO(TEMPLATE)).sections[0]
    assert section.page_height is not None
    assert high(30) < section.page_height - (section.top_margin or 0) - (section.bottom_margin or 0)
    assert high(30) == high(29)


def test_columns_side_by_side_keep_the_height_that_they_are_drawn_with() -> None:
    parts = package.unpack(TEMPLATE)
    parts[PART] = parts[PART].replace(b'<c:barDir val="bar"/>', b'<c:barDir val="col"/>')
    template = package.pack(parts)
    found = {height(filled(template, **{**GIVEN, "ratings": chart(*map(str, range(count)))})) for count in (0, 4, 20)}
    assert found == {height(parts)}


def test_a_chart_without_categories_is_a_sound_document() -> None:
    parts = filled(TEMPLATE, **{**GIVEN, "ratings": Chart((), (Series("s", ()),))})
    assert shown(parts[PART]) == {"s": {}}
    assert len(Document(BytesIO(package.pack(parts))).inline_shapes) == 2


CHOICE = docx(
    lines("{%p if charts.ratings %}"), charts(RATINGS), lines("{%p endif %}"), charts(STACKED), lines("{{ a }}")
)


@pytest.mark.parametrize("count", [0, 3])
def test_a_template_leaves_an_empty_chart_out_by_a_choice(count: int) -> None:
    ours = CompiledTemplate(CHOICE)
    assert ours.why_not == ""
    given = {"ratings": chart(*map(str, range(count))), "superiors": chart("x")}
    found = frames(ours.render({"a": "", "charts": given}, PROPERTIES, DAY))
    numbers = [child(frame, "wp:docPr").get("id") for frame in found]
    assert len(set(numbers)) == len(numbers) == (2 if count else 1)


def test_the_number_of_categories_can_be_printed() -> None:
    template = docx(lines("[{{ charts.ratings }}] [{{ charts.superiors }}]"), charts(RATINGS, STACKED))
    parts = filled(template, ratings=chart("a", "b", "c"), superiors=Chart((), (Series("s", ()),)))
    assert b"[3] []" in parts[BODY]


# --- the same by every way -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 2, 12])
def test_docxtpl_fills_such_a_template_to_the_same_document(count: int) -> None:
    ours, theirs = CompiledTemplate(TEMPLATE), CompiledTemplate(TEMPLATE)
    theirs.why_not = "thử"
    context = {"a": "<&>", "charts": {**GIVEN, "ratings": chart(*map(str, range(count)))}}
    found, wanted = (one.render(context, PROPERTIES, DAY) for one in (ours, theirs))
    assert {name: content if ".xml" not in name else canonical(content) for name, content in found.items()} == {
        name: content if ".xml" not in name else canonical(content) for name, content in wanted.items()
    }


def test_a_streamed_document_has_the_same_charts() -> None:
    ours, target = CompiledTemplate(TEMPLATE), BytesIO()
    context = {"a": "x", "charts": GIVEN}
    ours.stream(context, PROPERTIES, DAY, [], target)
    assert package.unpack(target.getvalue()) == package.label(ours.render(context, PROPERTIES, DAY), [])


def with_workbook(document: WordDocument) -> None:
    """As Word does: the data in a workbook beside the chart."""
    charts(RATINGS)(document)
    whole = document.part.package
    assert whole is not None
    (drawn,) = (part for part in whole.iter_parts() if part.content_type == CONTENT_TYPE.DML_CHART)
    book = Part(PackURI("/word/embeddings/book.xlsx"), CONTENT_TYPE.SML_SHEET, b"PK", whole)
    number = drawn.relate_to(book, RELATIONSHIP_TYPE.PACKAGE)
    data = f'<c:externalData xmlns:r="{RELATIONSHIP}" r:id="{number}"/></c:chartSpace>'
    drawn._blob = drawn.blob.replace(b"</c:chartSpace>", data.encode())


RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_the_workbook_with_the_drawn_data_is_left_out() -> None:
    template = docx(lines("{{ a }}"), with_workbook)
    assert "word/embeddings/book.xlsx" in package.unpack(template)
    parts = filled(template, ratings=chart("a"))
    assert not [name for name in parts if "embeddings" in name]
    assert not [name for name, content in parts.items() if b"externalData" in content or b"book.xlsx" in content]


# --- what is refused -------------------------------------------------------------------------------------------------


def in_a_header(document: WordDocument) -> None:
    whole = document.part.package
    assert whole is not None
    part = Part(PackURI(f"/{PART}"), CONTENT_TYPE.DML_CHART, b"<c/>", whole)
    document.sections[-1].header.part.relate_to(part, RELATIONSHIP_TYPE.CHART)


def changed(old: str, new: str, part: str = BODY) -> bytes:
    parts = package.unpack(TEMPLATE)
    content = re.sub(old.encode(), new.encode(), parts[part])
    assert content != parts[part]
    return package.pack({**parts, part: content})


FAULTY = {
    "without a name": (changed('descr="ratings:', 'descr="Số liệu'), "chưa nói in số liệu nào"),
    "without alternative text": (changed(' descr="[^"]*"', ""), "“Chart 1” chưa nói"),
    "of one name": (changed('descr="ratings:', 'descr="superiors:'), "hai biểu đồ cùng tên số liệu “superiors”"),
    "in a header": (docx(lines("{{ a }}"), margins("x", "y"), in_a_header), "ngoài phần thân"),
    "of points": (changed("c:val(?=[ />])", "c:yVal", PART), "không thay được số liệu"),
    "of no XML": (changed("<c:plotArea>", "", PART), "bị hỏng"),
    "of odd series": (changed('<c:order val="0"/>', '<c:order val="x"/>', PART), "bị hỏng"),
    "of nothing": (changed('r:id="', 'r:id="x'), "bị hỏng"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_chart_that_cannot_be_filled_is_refused_in_words(name: str) -> None:
    template, message = FAULTY[name]
    with pytest.raises(DataError, match=message):
        CompiledTemplate(template)


@pytest.mark.parametrize("given", [{}, {"charts": {}}, {"charts": {"ratings": GIVEN["ratings"]}}, {"charts": "x"}])
def test_a_chart_without_data_never_shows_those_it_was_drawn_with(given: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"“charts\.(ratings|superiors)” không phải lúc nào cũng có"):
        CompiledTemplate(TEMPLATE).render({"a": "x", **given}, PROPERTIES, DAY)


@pytest.mark.parametrize("character", ["\0", "\x0b", "\ud800", "\uffff", "\a"])
def test_what_no_xml_holds_is_named(character: str) -> None:
    with pytest.raises(DataError, match=f"U\\+{ord(character):04X}"):
        filled(TEMPLATE, **{**GIVEN, "ratings": chart(f"a{character}")})


# --- LibreOffice -----------------------------------------------------------------------------------------------------


@pytest.mark.system
def test_libreoffice_shows_every_name_and_number(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    given = {"ratings": chart("Hoàn thành tốt <&>", "Chưa xếp loại", first=341), "superiors": chart("Đảng bộ huyện A")}
    path.write_bytes(package.pack(filled(TEMPLATE, **given)))
    (made,) = pdf.convert([path])
    text = subprocess.run(["pdftotext", "-layout", made.pdf, "-"], check=True, capture_output=True, text=True).stdout
    for word in ("Hoàn thành tốt <&>", "Chưa xếp loại", "341", "342", "Đảng bộ huyện A"):
        assert word in text
    assert "Ví dụ" not in text
