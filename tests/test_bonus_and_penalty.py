"""Bonus and penalty sections: what is a shortcoming, and how points are shown."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from baocao.cli import run
from baocao.forms.criteria import Criterion, Role
from baocao.lines import Line, PointsSource

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "inputs" / "hai-cot-cham" / "2022" / "chi-bo-thon-dong-yeu-kem.json"


@pytest.mark.parametrize(("role", "short"), [("regular", True), ("penalty", True), ("bonus", False)])
def test_a_bonus_that_is_not_earned_is_no_shortcoming(role: Role, short: bool) -> None:
    leaf = Criterion(no="I.1", text="x", assessed_by="yes_no", standard=Decimal(2))
    line = Line(leaf, role, Decimal(0), PointsSource.TYPED, met=False)
    assert line.is_short(None) is short


def test_the_points_of_a_penalty_are_shown_with_a_minus(capsys: pytest.CaptureFixture[str]) -> None:
    run(["score", str(EXAMPLE)])
    said = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line.split()[1] for line in said if line.startswith(("  VI", "  VII"))}
    assert rows == {
        **{"VI": "0/5", "VI.1": "0/2", "VI.2": "0/2", "VI.3": "0/2"},
        **{"VII": "-3/-10", "VII.1": "-3/-4", "VII.2": "0/-4", "VII.3": "0/-3", "VII.4": "0/-2"},
    }
