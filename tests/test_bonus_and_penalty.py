"""Bonus and penalty sections: what is a shortcoming, and how points are shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from baocao.forms.criteria import Criterion, Role
from baocao.scoring import Line, PointsSource


@pytest.mark.parametrize(("role", "short"), [("regular", True), ("penalty", True), ("bonus", False)])
def test_a_bonus_that_is_not_earned_is_no_shortcoming(role: Role, short: bool) -> None:
    leaf = Criterion(no="I.1", text="x", assessed_by="yes_no", standard=Decimal(2))
    line = Line(leaf, role, Decimal(0), PointsSource.TYPED, met=False)
    assert line.is_short(None) is short
