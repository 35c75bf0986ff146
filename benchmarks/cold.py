"""How long one document takes from a cold process, against docxtpl's own command line.

    python benchmarks/cold.py [--rounds N]

Whole processes, from start to end: `baocao draft one.json` with everything kept from an earlier run, with nothing kept
and with keeping turned off; `python -m docxtpl` with the same template and the same context as JSON (it has no option
to escape values; the example has none to be escaped). Compiled modules and files are in the memory of the system, as
on a machine that did the same a minute ago. The contestants take turns in each round; what counts are the ratios of
their medians, of processor time and of time on the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from baocao import kept, pipeline
from baocao.forms import Library
from baocao.rendering.context import scoresheet_context

ROOT = Path(__file__).resolve().parent.parent
INPUTS = ROOT / "inputs" / "hoi-quan-chung" / "2021"
EXAMPLE = INPUTS / "hoi-dong-y-tot.json"
NAIVE = "python -m docxtpl"
Timed = tuple[float, float]
"""Seconds of the processor, and on the clock."""


def process(command: list[str], environment: dict[str, str]) -> Timed:
    """Run a process to its end."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, clock


def by_docxtpl(folder: Path) -> list[str]:
    """Write template and context for docxtpl, and return its command."""
    result = pipeline.assess(EXAMPLE, Library.usual(), pipeline.read_office(INPUTS / pipeline.OFFICE_FILE))
    assert result.judged is not None
    assert result.narrative is not None
    context = scoresheet_context(result.judged, result.narrative, draft=True)
    (folder / "template.docx").write_bytes(result.judged.folder.template)
    (folder / "context.json").write_text(json.dumps(context, ensure_ascii=False), encoding="utf-8")
    files = [str(folder / name) for name in ("template.docx", "context.json", "document.docx")]
    return [sys.executable, "-m", "docxtpl", *files, "--overwrite", "--quiet"]


def contestants(folder: Path) -> dict[str, Callable[[], Timed]]:
    """Return what is compared; everything is kept below `folder`."""
    cache, output = folder / "cache", folder / "output"
    usual = {name: value for name, value in os.environ.items() if name not in (kept.OFF, "PYTHONDONTWRITEBYTECODE")}
    environment = {**usual, "XDG_CACHE_HOME": str(cache), "LOCALAPPDATA": str(cache)}
    draft = [sys.executable, "-m", "baocao", "draft", str(EXAMPLE), "--output", str(output), "--force"]
    naive = by_docxtpl(folder)

    def cold() -> Timed:
        shutil.rmtree(cache, ignore_errors=True)
        return process(draft, environment)

    return {
        NAIVE: lambda: process(naive, environment),
        "baocao draft, nothing kept": cold,
        "baocao draft, kept": lambda: process(draft, environment),
        "baocao draft, keeping turned off": lambda: process(draft, {**environment, kept.OFF: "1"}),
        "Python alone": lambda: process([sys.executable, "-c", "pass"], environment),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as scratch:
        compared = contestants(Path(scratch))
        found: dict[str, list[Timed]] = {name: [] for name in compared}
        for contestant in compared.values():
            contestant()
        for _ in range(rounds):
            for name, contestant in compared.items():
                found[name].append(contestant())
    medians = {
        name: [statistics.median(times) * 1000 for times in zip(*all_, strict=True)] for name, all_ in found.items()
    }
    print(
        "\n| | ms of the processor | ms on the clock | times docxtpl's, processor | clock |\n|---|---:|---:|---:|---:|"
    )
    for name, (processor, clock) in medians.items():
        ratios = f"{processor / medians[NAIVE][0]:.2f} | {clock / medians[NAIVE][1]:.2f}"
        print(f"| {name} | {processor:.0f} | {clock:.0f} | {ratios} |")


if __name__ == "__main__":
    main()
