"""Rows, rosters and annexes of any form, for the tests of the year-end annex and of what is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from baocao import pipeline
from baocao.annex import Annex, annex
from baocao.annex_rows import Column, Expected, Mark, Of, Row, columns, drafted
from baocao.forms import Form, Library
from baocao.register import Number
from tests.strategies import TEMPLATES

ROOT = Path(__file__).parents[1]
LIBRARY = Library([TEMPLATES])
FORMS: dict[str, Form] = {key: LIBRARY.get(key).form for key in LIBRARY.available()}
OFFICIAL = FORMS["hoi-quan-chung/2021"]
AS_OF = date(2022, 3, 31)
NO_LONGER = "no_longer"
"""The key of a rating that no form has."""

HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2",
    "@x",
    "{{ 7*7 }}",
    "<&>",
    "<r>&</r>",
    "_x0041_",
    "007",
    "1e3",
    "A*?~",
)
NAMES = ("Chi bộ Hội Đông y", "Chi bộ Hội Dược", "Chi bộ 2", "Chi bộ 10", "chi bộ 02", *HOSTILE)
SUPERIORS = (
    ("dbh-loc-an", "Đảng bộ huyện Lộc An"),
    ("dbh-loc-an", "Huyện ủy Lộc An"),
    ("dbh-loc-binh", "Đảng bộ huyện Lộc Bình"),
    ("dbh-khac", "đảng bộ huyện Lộc Bình"),
    ("dbx-2", "=1+1"),
    ("dbx-02", "Đảng bộ xã *"),
)
_marks = st.none() | st.integers(0, 80).map(lambda quarters: Decimal(quarters) / 4)
_counts = st.none() | st.integers(0, 30)


def _mark(column: Column) -> st.SearchStrategy[Mark]:
    return _marks if column.of in {Of.SECTIONS, Of.OTHERS} else _counts


@st.composite
def rows(draw: st.DrawFn, form: Form = OFFICIAL, most: int = 8) -> list[Row]:
    """Rows of different organisations: decided, proposed, not rated, and rated so as the form no longer says."""
    keys = [*form.ladder.keys, NO_LONGER]
    shown = columns(form)
    found = []
    for place in range(draw(st.integers(0, most))):
        superior, superior_name = draw(st.sampled_from(SUPERIORS))
        unrated = draw(st.sampled_from(["", "", "", "chưa đủ căn cứ"]))
        kind = draw(st.sampled_from(form.kinds))
        found.append(
            Row(
                number=draw(st.sampled_from([Number(form.year, place + 1), None])),
                organization=f"to-chuc-{place}",
                name=draw(st.sampled_from(NAMES)),
                kind=kind.key,
                kind_name=draw(st.sampled_from([kind.name, kind.name, "loại đã đổi tên"])),
                superior=superior,
                superior_name=superior_name,
                tier=kind.tier or "",
                marks=tuple(draw(_mark(column)) for column in shown),
                total=draw(_marks) if form.has_points else None,
                proposed=None if unrated else draw(st.sampled_from(keys)),
                decided=None if unrated else draw(st.none() | st.sampled_from(keys)),
                highest=draw(st.sampled_from(keys)),
                unrated=unrated,
                notes=tuple(draw(st.lists(st.sampled_from(["QĐ số 125-QĐ/HU", "=1+1"]), max_size=2))),
            )
        )
    return found


@st.composite
def rosters(draw: st.DrawFn, form: Form = OFFICIAL) -> list[Expected]:
    """Who is expected: some of those that there are, some that there are not, some of them twice."""
    places = draw(st.lists(st.integers(0, 20), max_size=8))
    found = []
    for place in places:
        superior, name = draw(st.sampled_from(SUPERIORS))
        kind = draw(st.sampled_from(form.kinds)).name
        reason = draw(st.sampled_from(["", "=mới thành lập"]))
        found.append(Expected(f"to-chuc-{place}", draw(st.sampled_from(NAMES)), kind, superior, name, reason))
    return found


@st.composite
def annexes(draw: st.DrawFn) -> Annex:
    """An annex of any of the shipped forms."""
    form = draw(st.sampled_from(list(FORMS.values())))
    return annex(form, AS_OF, draw(rows(form)), draw(rosters(form)))


def examples(key: str) -> list[Row]:
    """The rows of a form's shipped examples, none of them issued."""
    folder = ROOT / "inputs" / key
    office = pipeline.read_office(folder / pipeline.OFFICE_FILE)
    results = [pipeline.assess(path, LIBRARY, office) for path in pipeline.submissions([folder])]
    return [drafted(result.judged, columns(FORMS[key])) for result in results if result.judged]


PLAIN = Row(
    number=Number(2021, 1),
    organization="hoi-dong-y",
    name="Chi bộ Hội Đông y huyện",
    kind="cell",
    kind_name="chi bộ",
    superior="dbh-loc-an",
    superior_name="Đảng bộ huyện Lộc An",
    tier="",
    marks=tuple(Decimal(value) for value in ("50", "15", "10", "5", "10")),
    total=Decimal(90),
    proposed="good",
    decided=None,
    highest="excellent",
)
"""A row of the official form, to be changed by `replace`."""


def some(ratings: Sequence[str | None], **changes: Any) -> list[Row]:
    """Rows of the official form with these proposed ratings, each of an organisation of its own, best first."""
    return [
        replace(
            PLAIN,
            number=Number(2021, place),
            organization=f"to-chuc-{place}",
            name=f"Chi bộ {place}",
            proposed=rating,
            total=Decimal(100 - place),
            **changes,
        )
        for place, rating in enumerate(ratings, start=1)
    ]
