"""How a batch of drafts scales over processes, and how much memory it takes, from files to files.

    python benchmarks/batch.py [--files N] [--rounds N] [--many N] [--folder FOLDER]

The submissions are made from the shipped examples, each with its own organisation, points and reasons, in a temporary
folder (on `/dev/shm` where there is one, so that no disk is measured). One process and two take turns in each round,
with whole runs of the command line: start-up counts. Where other work runs on the machine, the best rounds say most.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
INPUTS = ROOT / "inputs" / "hoi-quan-chung" / "2021"
OFFICE = "office.json"


def fill(folder: Path, count: int) -> Path:
    """So many submissions, no two alike."""
    folder.mkdir(parents=True)
    shutil.copy(INPUTS / OFFICE, folder)
    examples = [json.loads(path.read_bytes()) for path in sorted(INPUTS.glob("*.json")) if path.name != OFFICE]
    for number in range(count):
        path = folder / f"{number:06}.json"
        path.write_text(json.dumps(varied(examples[number % len(examples)], number), ensure_ascii=False), "utf-8")
    return folder


def varied(example: dict[str, Any], number: int) -> dict[str, Any]:
    """An example as another organisation would fill it in."""
    raw: dict[str, Any] = deepcopy(example)
    raw["organization"]["id"] = f"to-chuc-{number:06}"
    raw["organization"]["name"] += f" số {number}"
    for no, score in raw["scores"].items():
        if score.get("reason"):
            raw["scores"][no] = {**score, "reason": f"{score['reason']}, văn bản số {number}"}
    return raw


class Run(NamedTuple):
    """What a whole run of the command took."""

    seconds: float
    processor: float
    """Seconds of the processor, of all processes together, but for the last second."""
    memory: float
    """The most that the first process had, in MB."""


def drafted(folder: Path, output: Path, jobs: int) -> Run:
    command = [sys.executable, "-m", "baocao", "draft", str(folder), "-o", str(output), "--jobs", str(jobs)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT, start_new_session=True)
    most, times = 0.0, dict[int, float]()
    while not ended(process):
        most = max(most, peak(process.pid))
        times |= processor_times(process.pid)
    took = time.perf_counter() - start
    made = sum(1 for _ in output.glob("*.docx"))
    wanted = sum(1 for _ in folder.glob("*.json")) - 1
    assert made == wanted, f"{made} of {wanted} documents"
    return Run(took, sum(times.values()), most)


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process ends within a second: to look at it more often would take from the processors it uses."""
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        return False
    return True


def peak(pid: int) -> float:
    """The most memory that a process has had so far, in MB; 0 where Linux does not tell or it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def processor_times(session: int) -> dict[int, float]:
    """The seconds of the processor that each process of a session has had, where Linux tells."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == session:
            found[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def scaling(scratch: Path, files: int, rounds: int) -> None:
    """One process and two, in turns."""
    folder, output = fill(scratch / "in", files), scratch / "out"
    found: dict[int, list[Run]] = {1: [], 2: []}
    for _ in range(rounds):
        for jobs, runs in found.items():
            runs.append(drafted(folder, output, jobs))
            shutil.rmtree(output)
    print(f"\n{files:,} drafts, {rounds} rounds\n")
    print("| processes | median s | best s | drafts a second, best | processor, median s |\n|---|---:|---:|---:|---:|")
    medians, best = {}, {}
    for jobs, runs in found.items():
        medians[jobs], best[jobs] = statistics.median(run.seconds for run in runs), min(run.seconds for run in runs)
        processor = statistics.median(run.processor for run in runs)
        print(f"| {jobs} | {medians[jobs]:.2f} | {best[jobs]:.2f} | {files / best[jobs]:.0f} | {processor:.2f} |")
    by_best, by_medians = best[1] / best[2], medians[1] / medians[2]
    print(f"\nTwo are {by_best:.2f} times as fast as one by the best rounds, {by_medians:.2f} times by the medians")
    shutil.rmtree(folder)


def memory(scratch: Path, many: int) -> None:
    """A large batch, then the same again, with nothing left to write."""
    folder, output = fill(scratch / "many", many), scratch / "drafts"
    for words in ("by two processes", "again, nothing to write"):
        run = drafted(folder, output, 2)
        print(f"\n{many:,} drafts {words}: {run.seconds:.0f} s, the first process's peak {run.memory:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--many", type=int, default=50_000, help="files of the large batch; 0 leaves it out")
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm"))
    arguments = parser.parse_args()
    place = arguments.folder if arguments.folder.is_dir() else None
    print(f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(dir=place) as scratch:
        scaling(Path(scratch), arguments.files, arguments.rounds)
        if arguments.many:
            memory(Path(scratch), arguments.many)


if __name__ == "__main__":
    main()
