"""What takes turns with what, and how the times are told; docxtpl itself, the one that all are compared with."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate

NAIVE = "docxtpl, a new DocxTemplate each"
Contestant = Callable[[], float]
"""Does its work some times and returns the seconds that one took of the processor."""


def timed(work: Callable[[], object], times: int) -> Contestant:
    """A contestant of this process."""

    def run() -> float:
        start = time.process_time()
        for _ in range(times):
            work()
        return (time.process_time() - start) / times

    return run


def race(contestants: Mapping[str, Contestant], rounds: int) -> dict[str, float]:
    """The median of each, all of them taking turns."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant()
    gc.collect()
    for _ in range(rounds):
        for name, contestant in contestants.items():
            found[name].append(contestant())
    return {name: statistics.median(times) for name, times in found.items()}


def show(title: str, medians: Mapping[str, float], base: str) -> None:
    print(f"\n{title}\n\n| | ms a document | times as fast as {base} |\n|---|---:|---:|")
    for name, seconds in medians.items():
        print(f"| {name} | {seconds * 1000:.3f} | {medians[base] / seconds:.1f} |")


def naive(template: bytes, context: Mapping[str, Any]) -> bytes:
    document = DocxTemplate(BytesIO(template))
    document.render(context, autoescape=True)
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()
