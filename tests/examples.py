"""The shipped examples, and what `draft` makes of them."""

from __future__ import annotations

from pathlib import Path

from baocao import pipeline
from baocao.forms import Library
from tests.strategies import TEMPLATES

EXAMPLES = list(pipeline.submissions([Path(__file__).parents[1] / "inputs"]))


def drafted(path: Path) -> bytes:
    office = pipeline.read_office(path.parent / pipeline.OFFICE_FILE)
    return pipeline.assess(path, Library([TEMPLATES]), office).document()
