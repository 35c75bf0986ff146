"""Vietnamese notation that tables need: alphabetical order, one and two decimals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from baocao.text import alphabetical, hundredths, one_decimal, two_decimals


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
