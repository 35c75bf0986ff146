"""What a reader sees of a chart: its names and values in words, and how it is drawn, as far as that tells other things.

A word processor writes the chart of a document that it saves anew, so its part cannot be compared byte by byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from lxml import etree

from baocao.rendering.chart import A, C, parsed

_NS = {"c": C, "a": A}
_AXES = ("valAx", "catAx", "dateAx", "serAx")
_OF_AXES = ("delete", "scaling/c:orientation", "scaling/c:min", "scaling/c:max", "scaling/c:logBase", "tickLblPos")
_OF_LABELS = ("showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
_OF_TYPES = ("barDir", "grouping", "overlap")
_DIGEST_SHOWN = 8


def seen(part: bytes) -> str | None:
    """Return a chart in words; `None` for what is no chart of categories and values that can be read.

    Not in it: fonts, places, lines, and colours of what is no series and no text.
    """
    try:
        root = parsed(part)
    except etree.XMLSyntaxError:
        return None
    if root.tag != f"{{{C}}}chartSpace" or root.find(".//c:userShapes", _NS) is not None:
        return None  # shapes drawn over it are a part of their own, which may say anything
    series = list(root.iter(f"{{{C}}}ser"))
    told = [_series(one) for one in series]
    within = {text for one in series for text in one.iterfind("*//c:v", _NS)}
    told += [text.text or "" for text in root.iter(f"{{{C}}}v", f"{{{A}}}t") if text not in within]
    drawn = hashlib.sha256("\n".join(_drawn(root, series)).encode()).hexdigest()[:_DIGEST_SHOWN]
    return f"{'; '.join(filter(None, told))}; cách vẽ {drawn}"


def _series(series: etree._Element) -> str:
    """Return name, and category by category the values, of a series."""
    points = [_cached(series, name) for name in ("cat", "val", "xVal", "yVal", "bubbleSize")]
    places = sorted({place for found in points for place in found}, key=lambda place: (len(place), place))
    values = ", ".join(" ".join(found[place] for found in points if place in found) for place in places)
    name = " ".join(text.text or "" for text in series.iterfind("c:tx//c:v", _NS))
    return f"{name}: {values}"


def _cached(series: etree._Element, name: str) -> dict[str, str]:
    points = series.iterfind(f"c:{name}//c:pt", _NS)
    return {point.get("idx", ""): " ".join(text.text or "" for text in point.iterfind("c:v", _NS)) for point in points}


def _drawn(root: etree._Element, series: list[etree._Element]) -> Iterator[str]:
    """Yield what makes the same names and values say something else: kinds, colours, scales, labels, what is hidden."""
    for plotted in root.iterfind(".//c:plotArea/*", _NS):
        name = etree.QName(plotted).localname
        if name.endswith("Chart"):
            yield " ".join([name, *_values(plotted, _OF_TYPES)])
        elif name in _AXES:
            yield " ".join([name, *_values(plotted, _OF_AXES)])
    for one in series:
        order = one.find("c:order", _NS)
        yield f"series {'' if order is None else order.get('val')} {_colours(one.find('c:spPr', _NS))}"
        for point in one.iterfind("c:dPt", _NS):
            yield f"point {' '.join(_values(point, ('idx',)))} {_colours(point.find('c:spPr', _NS))}"
    for labels in root.iter(f"{{{C}}}dLbls", f"{{{C}}}dLbl"):
        yield " ".join(["labels", *_values(labels, ("idx", "delete", *_OF_LABELS))])
    for shape in root.iter(f"{{{C}}}numFmt"):
        yield f"format {_plain(shape.get('formatCode', ''))}"
    for text in root.iter(f"{{{A}}}defRPr", f"{{{A}}}rPr"):
        yield f"text {text.get('sz')} {_colours(text)}"
    yield f"legend {root.find('.//c:legend', _NS) is not None}"


def _plain(code: str) -> str:
    """Return a number format without what LibreOffice writes otherwise: empty texts, and how it calls whole numbers."""
    return "0" if code == "General" else code.replace('""', "")


def _values(element: etree._Element, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        found = element.find(f"c:{name}", _NS)
        if found is not None and found.get("val") not in (None, "0"):
            yield f"{name}={found.get('val')}"


def _colours(looks: etree._Element | None) -> str:
    """Return the colours that something is filled with, as they are written."""
    if looks is None:
        return ""
    fills = looks.iterfind("a:solidFill/*", _NS)
    nothing = ["none"] if looks.find("a:noFill", _NS) is not None else []
    return " ".join([*nothing, *(fill.get("val", "").upper() for fill in fills)])
