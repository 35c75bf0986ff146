"""What the annex of a province costs: time and memory over the number of organisations.

    python benchmarks/annex.py [--sizes 10000 50000]

Each measurement is a process of its own, so that its peak memory is that of one task with all that it imports. The
organisations are made up, and different from each other as those of a province are. Times are those of the processor.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryFile

from baocao.annex import Annex, annex
from baocao.annex_rows import Mark, Of, Row, columns
from baocao.excel import Heading, workbook
from baocao.forms import Form, Library
from baocao.register import Number

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2022, 3, 31)
UNDER_ONE = 100
"""Organisations under one superior."""
MEGABYTE = 1024 * 1024


def form() -> Form:
    return Library([ROOT / "templates"]).get("hoi-quan-chung/2021").form


def rows(of: Form, count: int) -> Iterator[Row]:
    """Rows of made-up organisations, the same on every run."""
    random, shown, keys = Random(1), columns(of), of.ladder.keys
    for place in range(count):
        kind = random.choice(of.kinds)
        superior = place // UNDER_ONE
        proposed = random.choices(keys, [15, 60, 20, 5][: len(keys)])[0]
        marks: list[Mark] = [
            _points(random.randint(20, 80)) if column.of in {Of.SECTIONS, Of.OTHERS} else random.randint(0, 12)
            for column in shown
        ]
        yield Row(
            number=Number(of.year, place + 1),
            organization=f"to-chuc-{place}",
            name=f"Chi bộ Hội Chữ thập đỏ xã số {place}",
            kind=kind.key,
            kind_name=kind.name,
            superior=sys.intern(f"dbh-{superior}"),
            superior_name=sys.intern(f"Đảng bộ huyện số {superior}"),
            tier=kind.tier or "",
            total=_points(int(4 * sum(Decimal(mark or 0) for mark in marks))),
            proposed=proposed,
            highest=keys[0],
            decided=random.choice([proposed, proposed, None]),
            marks=tuple(marks),
            notes=(sys.intern(f"QĐ số {superior}-QĐ/HU"),) if place % 3 else (),
        )


@cache
def _points(quarters: int) -> Decimal:
    """Points as an annex from the register holds them: equal ones are one object."""
    return Decimal(quarters) / 4


# --- tasks -----------------------------------------------------------------------------------------------------


def excel(found: Annex) -> int:
    """Write the workbook; return its bytes."""
    with TemporaryFile() as target:
        workbook(found, (), Heading("PHỤ LỤC SỐ 01", "KẾT QUẢ XẾP LOẠI"), target)
        return target.tell()


TASKS: dict[str, Callable[[Annex], int]] = {"excel": excel}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a task costs in a process of its own."""

    seconds: float
    """Of the processor, without making the rows up."""
    peak: int
    """Bytes of memory, all imports included."""
    written: int
    """Bytes of the result."""


def cost(task: str, count: int) -> Cost:
    """Measure a task in a process of its own."""
    command = [sys.executable, __file__, "--task", task, "--sizes", str(count)]
    return Cost(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout))


def run(task: str, count: int) -> None:
    """Do a task and print what it cost as JSON."""
    of = form()
    found = annex(of, AS_OF, rows(of, count))
    start = time.process_time()
    written = TASKS[task](found)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in kilobytes
    print(json.dumps({"seconds": seconds, "peak": peak, "written": written}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--task", choices=TASKS)
    options = parser.parse_args()
    if options.task:
        run(options.task, *options.sizes)
        return
    print("| task | organisations | s | ms each | peak MB | result MB |\n|---|---:|---:|---:|---:|---:|")
    for task in TASKS:
        for count in options.sizes:
            of = cost(task, count)
            each = of.seconds / count * 1000
            sizes = f"{of.peak / MEGABYTE:.0f} | {of.written / MEGABYTE:.1f}"
            print(f"| {task} | {count:,} | {of.seconds:.1f} | {each:.3f} | {sizes} |")


if __name__ == "__main__":
    main()
