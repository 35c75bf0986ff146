"""Charts of Excel's own: they follow the cells that they are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from baocao.excel.book import CHART_FONT, Book

_COLORS = ("#1F5C99", "#5B9BD5", "#F2C14E", "#C8553D", "#7F6A93", "#4E7D5B")
"""Of ratings, best first; they can be told apart in print, too."""
GREY = "#A6A6A6"


@dataclass(frozen=True, slots=True)
class Series:
    """One row of columns or bars; the ranges as formulas say them, and what is in them."""

    name: str
    categories: tuple[str, Sequence[str]]
    values: tuple[str, Sequence[int]]
    hatched: bool = False
    """Whether it is of what is only proposed."""
    color: str = _COLORS[0]

    def options(self) -> dict[str, Any]:
        """Return it as XlsxWriter says it; the data go with it, since the cells are no longer in memory."""
        hatching = {"pattern": "wide_upward_diagonal", "fg_color": self.color, "bg_color": "#FFFFFF"}
        return {
            "name": self.name,
            "categories": f"={self.categories[0]}",
            "values": f"={self.values[0]}",
            "categories_data": list(self.categories[1]),
            "values_data": list(self.values[1]),
            "gap": 50,
            "border": {"color": self.color},
            **({"pattern": hatching} if self.hatched else {"fill": {"color": self.color}}),
        }


def color(place: int) -> str:
    """Return the colour of a rating by its place in the ladder."""
    return _COLORS[place % len(_COLORS)]


def columns_chart(book: Book, title: str, series: Sequence[Series]) -> Any:
    """Return a chart of columns side by side, each with its number."""
    chart = book.chart({"type": "column"}, title, (900, 340))
    for one in series:
        chart.add_series({**one.options(), "data_labels": {"value": True, "font": CHART_FONT}})
    return chart


def bars_chart(book: Book, title: str, series: Sequence[Series], bars: int) -> Any:
    """Return a chart of stacked bars, the first on top."""
    chart = book.chart({"type": "bar", "subtype": "stacked"}, title, (1150, 180 + 30 * bars))
    for one in series:
        chart.add_series(one.options())
    return chart
