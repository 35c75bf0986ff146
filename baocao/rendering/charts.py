"""The charts of a template: which data each of them shows, and how high it is.

A chart is named by its alternative text: `ratings: Số tổ chức theo mức xếp loại` shows `context["charts"]["ratings"]`,
and what follows the colon is for readers who cannot see it. In tags, `charts.ratings` is the number of its categories,
and nothing when there are none.

The workbook that Word embeds with a chart is left out: it holds the data that the chart was drawn with, and Word would
put these back when somebody edits them. Without it Word shows the chart the same, and offers no data to edit.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from baocao import messages_form
from baocao.errors import DataError, Problem
from baocao.rendering.chart import A, C, Chart, Drawn, Element, parsed, written
from baocao.rendering.package import Parts, pack, unpack
from baocao.rendering.skeleton import Story, Tag

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NS = {
    "a": A,
    "c": C,
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
}
_CHART_TYPES = (
    "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "application/vnd.ms-office.chartex+xml",
)
_BODY = "word/document.xml"
_NAMED = re.compile(r"\s*([A-Za-z]\w*)\s*(?::|$)", re.ASCII)

_EMU = 635  # in a twip
_USUAL_ROOM = 150 * 36_000
_HEIGHTS = ("w:pgSz/@w:h", "w:pgMar/@w:top", "w:pgMar/@w:bottom")
_AROUND = 2
"""Axis and legend take the room of so many bars."""

_OFFICE_ACCENTS = ("4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47")


@dataclass(frozen=True, slots=True)
class Place:
    """A chart of the template, and where it stands."""

    name: str
    part: str
    drawn: Drawn
    height: int
    """As drawn, in EMU."""
    bars: int
    """Categories as drawn; 0 when the height does not depend on them."""
    room: int
    """The greatest height, in EMU."""

    def height_for(self, categories: int) -> int:
        """Return the height in which each bar has the room that it has as drawn, as far as the page allows."""
        return min(self.height * (max(categories, 1) + _AROUND) // (self.bars + _AROUND), self.room)


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of a template.

    Attributes:
        template: the docx without their workbooks, and with a tag in place of each height that depends on data.
        places: where the charts stand.
    """

    template: bytes
    places: tuple[Place, ...] = ()

    def filled(self, context: Mapping[str, Any]) -> tuple[Mapping[str, Any], Parts]:
        """Return the context as the tags of the template see it, and the parts of the charts.

        Raises:
            DataError: there are no data for a chart, which would show those that it was drawn with; or their texts
                have characters that no docx holds.
        """
        given = context.get("charts")
        given = given if isinstance(given, Mapping) else {}
        data = {name: one for name, one in given.items() if isinstance(one, Chart)}
        if not self.places and not data:
            return context, {}
        missing = [place.name for place in self.places if place.name not in data]
        if missing:
            raise DataError([messages_form.bad_template(messages_form.failing_fill(f"charts.{missing[0]}"))])
        counts = {name: len(one.categories) for name, one in data.items()}
        shown = {
            "charts": {**given, **{name: str(count or "") for name, count in counts.items()}},
            "chart_heights": {place.name: place.height_for(counts[place.name]) for place in self.places},
        }
        return {**context, **shown}, {place.part: place.drawn.filled(data[place.name]) for place in self.places}

    def without_heights(self, body: str) -> str:
        """Return a body without the tags of heights, which stand in attributes: `with_heights` puts them back."""
        for place in self.places:
            body = body.replace(_height(place.name), _mark(place.name))
        return body

    def with_heights(self, story: Story) -> Story:
        """Return a proved story with the tags of heights among its own."""
        for place in self.places:
            tag = Tag(f"chart_heights.{place.name}", prints=True, breaks=(None,) * 4)
            story = story.with_tag(_mark(place.name).encode(), tag)
        return story


def _height(name: str) -> str:
    return f"{{{{ chart_heights.{name} }}}}"


def _mark(name: str) -> str:
    return f"baocao-height-of-{name}-"


def find_charts(template: bytes) -> Charts:
    """Return the charts of a template.

    Raises:
        DataError: a chart has no name or that of another, stands in a header or footer, is of a kind that has no
            categories with values, or is damaged.
    """
    parts = unpack(template)
    if not any(kind.encode() in parts["[Content_Types].xml"] for kind in _CHART_TYPES):
        return Charts(template)
    try:
        types = parsed(parts["[Content_Types].xml"])
        names = {str(one.get("PartName")).removeprefix("/") for one in types if one.get("ContentType") in _CHART_TYPES}
        for name in names:
            parts |= _without_workbook(parts, name)
        body = parsed(parts[_BODY])
        places, problems = _places(parts, body)
        problems += [messages_form.chart_elsewhere(name) for name in sorted(names - {place.part for place in places})]
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        raise DataError([messages_form.not_a_document("biểu đồ trong tệp bị hỏng")]) from error
    if problems:
        raise DataError(problems)
    return Charts(pack({**parts, _BODY: written(body)}), tuple(places))


def _places(parts: Parts, body: Element) -> tuple[list[Place], list[Problem]]:
    """Return the charts of the body and what is wrong with them; put its tag in place of each height that grows."""
    places: list[Place] = []
    problems = []
    targets, accents = dict(_related(parts, _BODY)), _accents(parts)
    for frame in body.iter(f"{{{_NS['wp']}}}inline", f"{{{_NS['wp']}}}anchor"):
        chart, properties, extent = (frame.find(path, _NS) for path in (".//c:chart", "wp:docPr", "wp:extent"))
        if chart is None or properties is None or extent is None:
            continue
        part, text = targets[chart.get(f"{{{_R}}}id", "")], properties.get("descr", "")
        named, drawn = _NAMED.match(text), Drawn(parts[part], accents)
        name = named[1] if named else ""
        if not name:
            problems.append(messages_form.chart_without_name(text or properties.get("name", "")))
        elif name in [place.name for place in places]:
            problems.append(messages_form.chart_named_twice(name))
        elif not drawn.has_values:
            problems.append(messages_form.chart_without_categories(name))
        place = Place(name, part, drawn, int(extent.get("cy", "0")), drawn.bars, _room(frame))
        places.append(place)
        if place.bars:
            extent.set("cy", _height(name))
    return places, problems


def _room(frame: Element) -> int:
    """Return nine tenths of the height between the margins of the section that a drawing stands in, in EMU."""
    sections = frame.xpath("(following::w:sectPr)[1]", namespaces=_NS)
    found = [section.xpath(f"number({path})", namespaces=_NS) for section in sections for path in _HEIGHTS]
    if not found or not all(map(math.isfinite, found)):
        return _USUAL_ROOM
    height, top, bottom = found
    return int(max(height - abs(top) - abs(bottom), 0) * _EMU * 9 / 10)


def _related(parts: Parts, part: str) -> Iterator[tuple[str, str]]:
    """Yield the number and the part of each relationship of a part."""
    folder = posixpath.dirname(part)
    for one in parsed(parts.get(_relationships(part), b"<none/>")):
        yield one.get("Id", ""), posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")


def _relationships(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def _without_workbook(parts: Parts, part: str) -> Parts:
    """Return a chart part and its relationships without the workbook, which then belongs to nothing in the package."""
    root = parsed(parts[part])
    data = root.find("c:externalData", _NS)
    if data is None:
        return {}
    root.remove(data)
    relationships = parsed(parts[_relationships(part)])
    for one in relationships:
        if one.get("Id") == data.get(f"{{{_R}}}id"):
            relationships.remove(one)
    return {part: written(root), _relationships(part): written(relationships)}


def _accents(parts: Parts) -> tuple[str, ...]:
    """Return the accent colours of the theme; those of Office where there is no theme."""
    theme = parsed(parts.get("word/theme/theme1.xml", b"<none/>"))
    found = (theme.find(f".//a:clrScheme/a:accent{number}/a:srgbClr", _NS) for number in range(1, 7))
    return tuple(colour.get("val", "") for colour in found if colour is not None) or _OFFICE_ACCENTS
