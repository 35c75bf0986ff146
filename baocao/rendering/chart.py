"""The data of one chart, and how they come into a chart that was drawn in Word (DrawingML).

All data of the drawn chart are replaced, what is only ever about single points or lies beside the data (labels of
points, error bars, labels from cells) is left out. Title, axes, fonts and the looks of the series stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree
from lxml.builder import ElementMaker

from baocao.rendering.program import check_characters

Element = etree._Element

MOST_CATEGORIES = 30
"""More bars than these cannot be told apart on a page."""
MOST_SERIES = 24

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_MAKE = ElementMaker(namespace=C, nsmap={"c": C})
_NS = {"c": C, "a": A}

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """A name, as the legend shows it, and a value for each category; `None` is no bar and no label."""

    name: str
    values: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows: 0 to 30 categories, 1 to 24 series. Texts are plain, numbers are printed as they are.

    Raises:
        ValueError: there are more or fewer, a series has not one value for each category, or a value is not finite.
    """

    categories: tuple[str, ...]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        count = len(self.categories)
        if count > MOST_CATEGORIES or not 1 <= len(self.series) <= MOST_SERIES:
            raise ValueError(f"{count} categories, {len(self.series)} series")
        for series in self.series:
            if len(series.values) != count or not all(
                value is None or Decimal(value).is_finite() for value in series.values
            ):
                raise ValueError(f"values of {series.name!r}: {series.values}")


def shortened(categories: Sequence[str], series: Sequence[Series], rest: str, most: int = MOST_CATEGORIES) -> Chart:
    """Return a chart of at most `most` categories: those after the first `most - 1` are added up, named `rest`."""
    if len(categories) <= most:
        return Chart(tuple(categories), tuple(series))
    kept = most - 1
    added = [Series(one.name, (*one.values[:kept], _sum(one.values[kept:]))) for one in series]
    return Chart((*categories[:kept], rest), tuple(added))


def _sum(values: Sequence[Number | None]) -> Number | None:
    known = [value for value in values if value is not None]
    return sum(known, start=0) if known else None


# --- the chart as it is drawn ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart part of a template."""

    part: bytes
    accents: tuple[str, ...]
    """Colours of the theme, for series beyond those that are drawn."""

    @property
    def has_values(self) -> bool:
        """Whether it is of a kind whose series have categories and values: bars, lines, areas, a pie.

        Raises:
            KeyError, ValueError: it is no sound chart.
        """
        series = _series(parsed(self.part))
        if not series or not all(one.find("c:val", _NS) is not None for one in series):
            return False
        return bool(self.filled(Chart((), (Series("", ()),) * len(series))))

    @property
    def bars(self) -> int:
        """How many categories it is drawn with, when its bars lie below one another; 0 when they do not."""
        root = parsed(self.part)
        if root.find(".//c:barDir[@val='bar']", _NS) is None:
            return 0
        counts = [count.get("val", "") for count in root.iterfind(".//c:cat//c:ptCount", _NS)]
        return max((int(count) for count in counts if count.isdecimal()), default=0)

    def filled(self, chart: Chart) -> bytes:
        """Return the part with the data of `chart`.

        Raises:
            DataError: a text has characters that XML cannot hold.
        """
        root = parsed(self.part)
        code = root.findtext(".//c:val//c:formatCode", "General", _NS)
        for at, (element, series) in enumerate(zip(self._elements(root, len(chart.series)), chart.series, strict=True)):
            _clear(element, len(chart.categories))
            for name in ("c:idx", "c:order"):
                _found(element, name).set("val", str(at))
            column = chr(ord("B") + at)
            _found(element, "c:order").addnext(_MAKE.tx(_texts(f"{column}$1", [series.name])))
            last = f"{max(len(chart.categories), 1) + 1}"
            values = _found(element, "c:val")
            values.addprevious(_MAKE.cat(_texts(f"A$2:$A${last}", chart.categories)))
            values[:] = [_numbers(f"{column}$2:${column}${last}", series.values, code)]
        return written(root)

    def _elements(self, root: Element, count: int) -> list[Element]:
        """Return `count` series of the chart: further ones look like the last, in other colours."""
        found = _series(root)
        for surplus in found[count:]:
            _remove(surplus)
        for number in range(len(found), count):
            one = deepcopy(found[-1])
            _recolour(one, self.accents[number % len(self.accents)])
            found[-1].addnext(one)
            found.append(one)
        return found[:count]


def parsed(part: bytes) -> Element:
    """Return the XML of a part, with nothing fetched for it."""
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))


def written(root: Element) -> bytes:
    """Return a part that holds some XML."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _series(root: Element) -> list[Element]:
    """Return the series of a chart in the order of its legend."""
    return sorted(root.iter(f"{{{C}}}ser"), key=lambda one: int(_found(one, "c:order").get("val", "0")))


def _found(element: Element, name: str) -> Element:
    found = element.find(name, _NS)
    if found is None:  # ECMA-376 requires it of every series
        raise KeyError(name)
    return found


def _clear(series: Element, count: int) -> None:
    """Take out the old data, and what belongs to points that are no more or is data beside them."""
    for name in ("c:tx", "c:cat", "c:errBars", "c:extLst", "c:dLbls/c:dLbl"):
        for old in series.findall(name, _NS):
            _remove(old)
    for point in series.findall("c:dPt", _NS):
        if int(_found(point, "c:idx").get("val", "0")) >= count:
            _remove(point)


def _remove(element: Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _recolour(series: Element, colour: str) -> None:
    """Give a copied series a fill of its own, or a line where it has no fill."""
    for point in series.findall("c:dPt", _NS):
        _remove(point)
    for looks in (*series.findall("c:spPr", _NS), *series.findall("c:marker/c:spPr", _NS)):
        fill = looks.find("a:solidFill", _NS)
        fill = looks.find("a:ln/a:solidFill", _NS) if fill is None else fill
        if fill is None:  # a pattern, a gradient: the word processor takes a colour by the number of the series
            _remove(looks)
        else:
            fill[:] = [etree.Element(f"{{{A}}}srgbClr", val=colour)]


def _texts(cells: str, texts: Sequence[str]) -> Element:
    for text in texts:
        check_characters(text, breaks=False)
    points = [_MAKE.pt(_MAKE.v(text), idx=str(at)) for at, text in enumerate(texts)]
    return _MAKE.strRef(_MAKE.f(f"Sheet1!${cells}"), _MAKE.strCache(_MAKE.ptCount(val=str(len(texts))), *points))


def _numbers(cells: str, values: Sequence[Number | None], code: str) -> Element:
    points = _points(values)
    count = _MAKE.ptCount(val=str(len(values)))
    return _MAKE.numRef(_MAKE.f(f"Sheet1!${cells}"), _MAKE.numCache(_MAKE.formatCode(code), count, *points))


def _points(values: Sequence[Number | None]) -> Iterator[Element]:
    for at, value in enumerate(values):
        if value is not None:
            yield _MAKE.pt(_MAKE.v(format(Decimal(value), "f")), idx=str(at))
