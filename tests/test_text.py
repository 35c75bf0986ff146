"""Vietnamese notation that tables need: alphabetical order, one and two decimals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocao.text import (
    alphabetical,
    clean,
    hundredths,
    is_plain,
    one_decimal,
    points,
    single_spaced,
    two_decimals,
)


@pytest.mark.parametrize(
    "names",
    [
        ["Hội Á", "Hội An", "Hội Ăn", "Hội Ấp"],
        ["Hội Dược", "Hội Đông y"],
        ["Chi bộ 2", "Chi bộ 10", "Chi bộ 10A"],
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["hội Làm vườn", "Hội Luật gia"],
        ["Đảng bộ xã", "Đảng bộ xã An Lộc"],
    ],
)
def test_names_stand_in_vietnamese_order(names: list[str]) -> None:
    assert sorted({*names}, key=alphabetical) == names


def test_a_share_has_just_one_decimal() -> None:
    assert [one_decimal(Decimal(value)) for value in ("100", "33.3", "0")] == ["100,0", "33,3", "0,0"]


def test_a_mean_has_two_decimals_and_a_half_goes_up() -> None:
    assert [two_decimals(hundredths(Fraction(*value))) for value in ((1, 3), (200001, 200), (1, 200))] == [
        "0,33",
        "1.000,01",
        "0,01",
    ]


@given(st.text("aá Ảế\u0301\u00a0\u200b\n\u2028", max_size=8))
def test_a_plain_text_is_one_that_would_be_left_as_it_is(value: str) -> None:
    assert is_plain(value) == (value != "" and value.isprintable() and clean(value) == value)


@given(st.text("a ", max_size=8))
def test_spaces_are_folded_as_python_splits(value: str) -> None:
    assert single_spaced(value) == " ".join(value.split())


def test_nought_has_no_sign_whichever_is_written_first() -> None:
    assert [points(Decimal(nought)) for nought in ("-0", "0", "-0.00", "0.0")] == ["0"] * 4
