"""Native charts for the Word templates: bars from left to right, one below the other.

What is drawn here is the look, with sample data that no document shows: an office restyles it in Word. The program
puts the data in, by the name that the alternative text begins with (`baocao.rendering.charts`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Mm

from baocao.rendering.chart import Chart, Drawn, Series

FONT = "Times New Roman"


@dataclass(frozen=True, slots=True)
class Paint:
    """The fill of a series and the colour of the figures on it, told apart in print without colours too."""

    fill: str
    figures: str = "000000"


SHADES = (Paint("1F4E79", "FFFFFF"), Paint("5B9BD5"), Paint("BDD7EE"), Paint("F4B183"), Paint("C55A11", "FFFFFF"))
"""From the best rating to the worst."""


@dataclass(frozen=True, slots=True)
class Look:
    """A chart of horizontal bars."""

    name: str  # of its data, as in `charts.ratings`
    description: str  # for readers who cannot see it
    width: int  # mm
    paints: tuple[Paint, ...] = SHADES[1:2]  # of its series; one for plain bars
    grouping: Literal["clustered", "stacked", "percentStacked"] = "clustered"
    bars: int = 4  # drawn with so many
    bar_height: int = 9  # mm, with the gap; a document's chart has as much for each of its bars


def add_chart(document: WordDocument, style: str, look: Look) -> None:
    """A paragraph of one chart, without title or frame: a caption is a paragraph of its own."""
    parts = document.part.package
    assert parts is not None  # only a part that was made by hand belongs to no package
    number = 1 + sum(part.content_type == CONTENT_TYPE.DML_CHART for part in parts.iter_parts())
    name = PackURI(f"/word/charts/chart{number}.xml")
    part = Part(name, CONTENT_TYPE.DML_CHART, chart_part(look), parts)
    paragraph = document.add_paragraph()
    paragraph._p.style = style
    height = Mm(look.bar_height * (look.bars + 2))  # axis and legend take as much as two bars
    drawing = parse_xml(f"""
        <w:drawing {nsdecls("w", "wp", "a", "r")}>
          <wp:inline distT="0" distB="0" distL="0" distR="0">
            <wp:extent cx="{Mm(look.width)}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>
            <wp:docPr id="{number}" name="Chart {number}" descr="{look.name}: {look.description}"/>
            <wp:cNvGraphicFramePr/>
            <a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">
              <c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
                r:id="{document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)}"/>
            </a:graphicData></a:graphic>
          </wp:inline>
        </w:drawing>""")
    run = paragraph.add_run()._r
    run.insert(len(run), drawing)  # type: ignore[arg-type]


def chart_part(look: Look) -> bytes:
    """The chart with sample data."""
    stacked = look.grouping != "clustered"
    series = "".join(series_xml(at, paint, stacked) for at, paint in enumerate(look.paints))
    legend = f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{text_xml(10)}</c:legend>' if stacked else ""
    overlap = '<c:overlap val="100"/>' if stacked else ""
    drawn = f"""<c:chartSpace {CHART_NAMESPACES}>
      <c:roundedCorners val="0"/>
      <c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>
        <c:barChart>
          <c:barDir val="bar"/><c:grouping val="{look.grouping}"/>
          <c:varyColors val="0"/>{series}<c:gapWidth val="45"/>{overlap}<c:axId val="1"/><c:axId val="2"/>
        </c:barChart>
        <c:catAx>
          <c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>
          <c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/>
          <c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>
          <c:spPr><a:ln w="9525"><a:solidFill><a:srgbClr val="7F7F7F"/></a:solidFill></a:ln></c:spPr>
          {text_xml(10)}<c:crossAx val="2"/><c:crosses val="autoZero"/><c:auto val="0"/>
          <c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:tickLblSkip val="1"/><c:noMultiLvlLbl val="1"/>
        </c:catAx>
        <c:valAx>
          <c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="1"/>
          <c:axPos val="t"/><c:numFmt formatCode="0" sourceLinked="0"/>
          <c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>
          <c:crossAx val="1"/><c:crosses val="autoZero"/><c:crossBetween val="between"/>
        </c:valAx>
      </c:plotArea>{legend}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>
      <c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{text_xml(10)}
    </c:chartSpace>"""
    return Drawn(drawn.encode(), ()).filled(sample(look))


CHART_NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)


def series_xml(at: int, paint: Paint, stacked: bool) -> str:
    """A series without data: its fill, and its figures as whole numbers; in stacked bars none for what is nothing."""
    code, place = ("0;;", "ctr") if stacked else ("0", "outEnd")
    shown = "".join(
        f'<c:{name} val="{int(name == "showVal")}"/>'
        for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
    )
    return f"""<c:ser>
      <c:idx val="{at}"/><c:order val="{at}"/>
      <c:spPr><a:solidFill><a:srgbClr val="{paint.fill}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>
      <c:dLbls>
        <c:numFmt formatCode="{code}" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>
        {text_xml(10, paint.figures)}<c:dLblPos val="{place}"/>{shown}
      </c:dLbls>
      <c:val/>
    </c:ser>"""


def text_xml(size: int, colour: str = "000000") -> str:
    """How texts of a part of the chart look; `size` in points."""
    return f"""<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{size * 100}" b="0">
      <a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>
      <a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/><a:cs typeface="{FONT}"/>
    </a:defRPr></a:pPr><a:endParaRPr lang="vi-VN"/></a:p></c:txPr>"""


def sample(look: Look) -> Chart:
    """What Word shows while the template is being restyled."""
    names: Sequence[str] = [f"Dãy {number}" for number in range(1, len(look.paints) + 1)]
    series = [Series(name, tuple(range(look.bars + 1, 1, -1))) for name in names]
    return Chart(tuple(f"Ví dụ {number}" for number in range(1, look.bars + 1)), tuple(series))
