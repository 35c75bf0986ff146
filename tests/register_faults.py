"""Work on a register that is killed at random moments, or done by many at once: what is left is counted.

`python -m tests.register_faults LOCATION FOLDER KILLS [SEED]` prints the counts; `make soak` runs many kills.
Children are forked from a parent that has imported everything: they live for milliseconds, an import for a second.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from baocao.errors import DataError
from baocao.register import Act, AnnexDraft, AnnexNumber, Issue, Kind, Number, Register, Scope, Sheet, Step, statuses

ACT = Act(date(2021, 12, 5), datetime(2021, 12, 5, 8, tzinfo=UTC), "Nguyễn Văn Bình", "thử")
LONGEST_LIFE = 0.12
"""Seconds from a child's start, or from its first step, to its death, at the most; more where all takes longer."""
SUFFIXES = ("docx", "xlsx")
"""Of the files of an annex."""
READY = b"ready "


@dataclass(frozen=True, slots=True)
class Counts:
    """What a campaign left."""

    kills: int
    finished_later: int
    """Files that a later start had to finish."""
    numbers: int
    annexes: int
    acknowledged: int
    """Numbers that a child said were done, before it was killed."""
    lost: int
    """Acknowledged, but without their entry or their document; files of entries and annexes that are not there."""
    doubled: int
    """Numbers given twice, left out, or for the same scoresheet; files without a number."""
    half_done: int
    """Files that are not whole, and what was left beside them."""
    chain_problems: int


def document(number: object) -> bytes:
    """What stands for a Word file: large enough that writing it takes a while."""
    return f"{number}\n".encode() * 8000


def work(location: str, folder: Path, years: tuple[int, ...], most: int, told: int | None = None) -> None:
    """Issue scoresheets; revoke and reissue every fifth; make annexes; say on a pipe which are done."""
    chance = random.Random(os.getpid() * 1_000_003 + time.monotonic_ns())
    with Register.open(location) as register:
        if told is not None:
            os.write(told, READY)
        left = register.deliver()
        if told is not None:
            os.write(told, b"left " * len(left.done))
        for _ in range(most):
            year = chance.choice(years)
            sheet = Sheet(f"org-{os.getpid()}-{time.monotonic_ns()}", "hoi-quan-chung", year)
            with register.transaction() as transaction:
                number = transaction.upcoming(year)
                path = folder / f"{number}.docx"
                transaction.append(Issue(sheet, ACT, {}), {"document": document(number)}, {"document": path})
                if told is not None and chance.random() < 0.2:
                    transaction.append(Step(Kind.REVOKED, number, ACT, {}))
                    again = transaction.upcoming(year)
                    contents, outputs = {"document": document(again)}, {"document": folder / f"{again}.docx"}
                    transaction.append(Step(Kind.REISSUED, number, ACT, {}), contents, outputs)
            if chance.random() < 0.2:
                annex(register, folder, year)
            register.deliver()
            if told is not None:
                os.write(told, f"{number} ".encode())


def annex(register: Register, folder: Path, year: int) -> None:
    """Enter an annex; anew as long as others enter what it would have to count."""
    while True:
        head = register.head()
        scope = Scope("hoi-quan-chung", year)
        draft = AnnexDraft(scope, ACT.effective, head, ACT.effective, "", ACT.recorded, ACT.by, "0" * 64, {})
        try:
            with register.transaction() as transaction:
                number = transaction.upcoming_annex(year)
                contents = dict.fromkeys(SUFFIXES, document(number))
                transaction.annex(draft, contents, {suffix: folder / f"{number}.{suffix}" for suffix in SUFFIXES})
        except DataError:
            continue
        return


def forked(location: str, folder: Path, years: tuple[int, ...], most: int, told: int | None = None) -> int:
    """The id of a child that does `work`."""
    child = os.fork()
    if child:
        return child
    try:
        work(location, folder, years, most, told)
        os._exit(0)
    except BaseException as error:  # a child of a fork must not return
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)


def campaign(location: str, folder: Path, kills: int, seed: int) -> Counts:
    """Start, kill, start again; then look at what is there."""
    chance = random.Random(seed)
    told: list[str] = []
    started = time.monotonic()
    os.waitpid(forked(location, folder, (2021, 2022), 2), 0)
    longest = max(LONGEST_LIFE, time.monotonic() - started)
    for _ in range(kills):
        read, write = os.pipe()
        child = forked(location, folder, (2021, 2022), 10_000, write)
        os.close(write)
        if chance.random() < 0.9:  # the others are killed while they start, or make the register
            os.read(read, len(READY))
        time.sleep(chance.random() * longest)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the child ended by itself"
        with os.fdopen(read, "rb") as pipe:
            told += pipe.read().decode().split()
    return count(location, folder, kills, told)


def count(location: str, folder: Path, kills: int, told: list[str]) -> Counts:
    """Start once more, as the next clerk would, and compare entries with files."""
    with Register.open(location) as register:
        finished = register.deliver()
        assert finished.problems == ()
        entries, annexes, verdict = register.entries(), register.annexes(), register.verify_chain()
        standing = Counter((status.issued.sheet, status.state) for status in statuses(entries).values())
    acknowledged = [word for word in told if word not in {"left", "ready"}]
    numbers = Counter(entry.number for entry in entries if entry.kind in {Kind.ISSUED, Kind.REISSUED})
    annexed = Counter(annex.number for annex in annexes)
    files = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
    wanted = {f"{number}.docx": document(number) for number in numbers}
    wanted |= {f"{number}.{suffix}": document(number) for number in annexed for suffix in SUFFIXES}
    whole = {name for name, content in wanted.items() if files.get(name) == content}
    return Counts(
        kills=kills,
        finished_later=told.count("left") + len(finished.done),
        numbers=len(numbers),
        annexes=len(annexed),
        acknowledged=len(acknowledged),
        lost=len(({f"{number}.docx" for number in acknowledged} | wanted.keys()) - whole),
        doubled=sum(times - 1 for times in (*numbers.values(), *annexed.values(), *standing.values()))
        + gaps(numbers)
        + gaps(annexed)
        + len({name for name in files if name.endswith(SUFFIXES)} - wanted.keys()),
        half_done=len(files.keys() - whole),
        chain_problems=len(verdict.problems),
    )


def gaps(numbers: Iterable[Number] | Iterable[AnnexNumber]) -> int:
    """How many numbers below the last of their year were not given."""
    counters: dict[int, set[int]] = defaultdict(set)
    for number in numbers:
        counters[number.year].add(number.counter)
    return sum(max(given) - len(given) for given in counters.values())


def many_at_once(location: str, folder: Path, processes: int, each: int, years: tuple[int, ...]) -> Counts:
    """Have several processes issue at the same time."""
    children = [forked(location, folder, years, each) for _ in range(processes)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * processes
    return count(location, folder, 0, [])


if __name__ == "__main__":
    where, out, times, *rest = sys.argv[1:]
    counts = campaign(where, Path(out), int(times), int(rest[0]) if rest else 0)
    sys.stdout.write(json.dumps(asdict(counts)) + "\n")
