"""Work shared out among processes: in order, a few at a time, and none lost with a process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from baocao import pool
from baocao.errors import MissingError
from baocao.pool import CHUNK, WINDOW, Pool
from tests import pool_tasks

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
NAME = "tests.pool_tasks"


def never() -> bool:
    return False


@pytest.mark.parametrize("method", ["usual", "spawn"])
def test_results_come_in_the_order_of_the_items(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if method != "usual":
        monkeypatch.setattr(pool, "_METHOD", method)
    with Pool(pool_tasks.double, pool_tasks.lost, 2, NAME) as workers:
        assert list(workers.results(range(100), never)) == [2 * item for item in range(100)]


def test_items_are_taken_as_they_are_needed() -> None:
    items = iter(range(10_000))
    with Pool(pool_tasks.double, pool_tasks.lost, 2, NAME) as workers:
        assert next(workers.results(items, never)) == 0
    assert next(items) <= 2 * WINDOW * CHUNK


def test_once_stopped_only_what_is_under_way_is_done() -> None:
    results: list[int] = []
    with Pool(pool_tasks.double, pool_tasks.lost, 1, NAME) as workers:
        results.extend(workers.results(range(10_000), lambda: bool(results)))
    assert results == [2 * item for item in range(len(results))]
    assert CHUNK <= len(results) <= WINDOW * CHUNK


def test_a_mistake_in_the_program_is_not_hidden() -> None:
    with Pool(pool_tasks.fails, pool_tasks.lost, 1, NAME) as workers, pytest.raises(ValueError, match="0"):
        list(workers.results([0], never))


@needs_signals
def test_an_item_that_its_process_dies_of_is_told_and_the_others_are_done() -> None:
    with Pool(pool_tasks.dies_of_seven, pool_tasks.lost, 2, NAME) as workers:
        found = list(workers.results(range(100), never))
    assert found == [-1 if item == 7 else item for item in range(100)]


@needs_signals
def test_an_item_whose_process_dies_once_is_done_again(tmp_path: Path) -> None:
    items = [tmp_path / f"{number}{'.once' if number == 20 else ''}" for number in range(40)]
    with Pool(pool_tasks.dies_once, pool_tasks.unnamed, 2, NAME) as workers:
        assert list(workers.results(items, never)) == [item.name for item in items]


@needs_signals
def test_when_one_process_after_the_other_dies_the_machine_is_to_blame() -> None:
    with Pool(pool_tasks.dies, pool_tasks.lost, 2, NAME) as workers, pytest.raises(MissingError, match="liên tiếp"):
        list(workers.results(range(100), never))
