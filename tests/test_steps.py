"""Work side by side: a step of each in turn, and the same comes of it as one after the other."""

from __future__ import annotations

import gc

import pytest

from baocao import pipeline
from baocao.steps import Steps, finished, side_by_side
from tests.examples import EXAMPLES
from tests.helpers import library


def work(name: str, steps: int, log: list[str]) -> Steps[str]:
    for step in range(steps):
        log.append(f"{name}{step}")
        yield
    return name


def test_a_step_of_each_is_followed_by_the_next_step_of_each() -> None:
    log: list[str] = []
    assert side_by_side([work("a", 1, log), work("b", 3, log), work("c", 0, log), work("d", 2, log)]) == list("abcd")
    assert log == ["a0", "b0", "d0", "b1", "d1", "b2"]


def test_work_is_finished_at_its_last_step() -> None:
    log: list[str] = []
    assert finished(work("a", 2, log)) == "a"
    assert log == ["a0", "a1"]


def test_there_may_be_nothing_to_do() -> None:
    assert side_by_side([]) == []


def test_what_one_raises_comes_through_and_garbage_is_collected_as_before() -> None:
    def fails() -> Steps[str]:
        yield
        raise ValueError("b")

    usual = gc.get_threshold()
    with pytest.raises(ValueError, match="b"):
        side_by_side([work("a", 3, []), fails()])
    assert gc.get_threshold() == usual


def test_scoresheets_side_by_side_are_those_made_one_after_the_other() -> None:
    def drafting(content: bytes) -> Steps[bytes]:
        result = yield from pipeline.assessing_bytes(content, "a.json", library(), office)
        return (yield from result.drafting())

    office = pipeline.read_office(EXAMPLES[0].parent / pipeline.OFFICE_FILE)
    contents = [path.read_bytes() for path in EXAMPLES if path.parent == EXAMPLES[0].parent]
    assert side_by_side(map(drafting, contents)) == [finished(drafting(content)) for content in contents]
