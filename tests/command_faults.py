"""An office whose commands are killed at random moments, or run by many at once: what is left is counted.

`python -m tests.command_faults LOCATION FOLDER KILLS [SEED]` prints the counts. Every command is a process of its own,
`python -m baocao …`, as a clerk starts it; `tests.register_faults` does the same to the register alone, much faster.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import select
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from sqlalchemy import create_engine, text

from baocao import records
from baocao.register import Number, Register, State, Status, statuses
from tests.office import ROOT, Office, open_office

FORM = "hoi-quan-chung/2021"
YEAR = 2021
NOT_ISSUABLE = "hoi-van-hoc-chua-du-so-lieu"
BATCH = 200
"""How many submissions the large folder holds."""
ACTS = ("issue", "folder", "decide", "correct", "revoke", "reissue")
WEIGHTS = (3, 4, 3, 2, 3, 3)
FINISHED = "đã ghi nốt"
LONGEST = 600.0


@dataclass(slots=True)
class Counts:
    """What a campaign left."""

    kills: int = 0
    by_act: dict[str, int] = field(default_factory=dict)
    """Kills by what was being done."""
    entered: int = 0
    """Kills after which something new was in the register."""
    undone: int = 0
    """Kills after which nothing was."""
    finished_later: int = 0
    """Files that the next command wrote."""
    unsaid: int = 0
    """Files that it wrote without a word."""
    checks: int = 0
    """How often everything was compared."""
    numbers: int = 0
    entries: int = 0
    acknowledged: int = 0
    """Numbers that a command named on its output before it was killed."""
    lost: int = 0
    """Entries without their documents, bytes and all; acknowledged numbers without entry."""
    doubled: int = 0
    """Numbers given twice or left out; two standing numbers of one organisation."""
    half_done: int = 0
    """Files that belong to no entry: temporary ones, documents of nobody."""
    chain_problems: int = 0
    failed: int = 0
    """Commands that were left in peace and did not end as they should."""

    def sound(self) -> bool:
        """Whether nothing went wrong."""
        faults = (self.lost, self.doubled, self.half_done, self.chain_problems, self.failed, self.unsaid)
        return faults == (0,) * len(faults)


@dataclass(frozen=True, slots=True)
class Workplace:
    """An office with as many submissions as are wanted, and a register somewhere."""

    office: Office
    location: str
    made: Counter[str] = field(default_factory=Counter)

    @property
    def out(self) -> Path:
        return self.office.folder / "out"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "baocao", *arguments, "--register", self.location]

    def writing(self, *arguments: str) -> list[str]:
        return self.command(*arguments, "-o", str(self.out), "--by", "Nguyễn Thị Hoa")

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            command, cwd=ROOT, env=environment(), capture_output=True, encoding="utf-8", timeout=LONGEST, check=False
        )

    def submissions(self, count: int) -> Path:
        """A new folder of submissions of new organisations, made from the examples."""
        self.made["folders"] += 1
        folder = self.office.folder / "submissions" / str(self.made["folders"])
        folder.mkdir(parents=True)
        shutil.copy(self.office.inputs / "office.json", folder)
        examples = sorted(
            path for path in self.office.inputs.glob("*.json") if path.stem not in {"office", NOT_ISSUABLE}
        )
        for index in range(count):
            raw = json.loads(examples[index % len(examples)].read_text(encoding="utf-8"))
            self.made["organizations"] += 1
            raw["organization"]["id"] = f"to-chuc-{self.made['organizations']:05d}"
            path = folder / f"{raw['organization']['id']}.json"
            path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
        return folder

    def submission(self, organization: str) -> Path:
        """Where the submission of an organisation is."""
        return next((self.office.folder / "submissions").glob(f"*/{organization}.json"))

    def known(self) -> dict[Number, Status]:
        """What stands of every number; nothing while there is no register."""
        with Register.open(self.location) as register:
            return statuses(register.entries())


def workplace(folder: Path, location: str) -> Workplace:
    """An office with a confirmed form, and nothing else."""
    return Workplace(open_office(folder, FORM), location)


def environment() -> dict[str, str]:
    """That of this process, without what measures coverage: a killed process leaves half a report."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_", "BAOCAO_"))}


# --- what a clerk may do next ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Clerk:
    """Chooses acts that the register allows, so that a command has something to do when it is killed."""

    place: Workplace
    chance: random.Random
    batch: Path | None = None
    rounds: int = 0

    def act(self, wanted: str) -> tuple[str, list[str]]:
        """A command of the kind wanted, or an issue where there is nothing to do it to."""
        self.rounds += 1
        known = self.place.known()
        if wanted == "folder":
            return wanted, self._issue(self._batch(known))
        force = [number for number, status in known.items() if status.state is State.IN_FORCE]
        revoked = [number for number, status in known.items() if status.state is State.REVOKED]
        if wanted == "decide" and force:
            return wanted, self._decide(self.chance.sample(force, min(len(force), 5)), known)
        if wanted == "correct" and force:
            return wanted, self._again("correct", self.chance.choice(force), known)
        if wanted == "revoke" and force:
            return wanted, self._revoke(self.chance.choice(force))
        if wanted == "reissue" and revoked:
            return wanted, self._again("reissue", self.chance.choice(revoked), known, "--on", f"{YEAR + 1}-03-01")
        return "issue", self._issue(self.place.submissions(3))

    def _batch(self, known: dict[Number, Status]) -> Path:
        """The large folder, as long as somebody in it is not issued."""
        issued = {status.issued.sheet.organization for status in known.values()}
        if self.batch is None or {path.stem for path in self.batch.glob("to-*.json")} <= issued:
            self.batch = self.place.submissions(BATCH)
        return self.batch

    def _issue(self, folder: Path) -> list[str]:
        return self.place.writing("issue", str(folder), "--templates", self.place.office.templates)

    def _paper(self) -> str:
        return f"{self.rounds}-QĐ/HU"

    def _decide(self, numbers: list[Number], known: dict[Number, Status]) -> list[str]:
        ratings = [
            {"number": str(number), "rating": records.record_in(records.latest(known[number])).proposed}
            for number in numbers
        ]
        raw = {**self.place.office.decision(self._paper()), "ratings": ratings, "over_quota_reason": "xét riêng"}
        path = self.place.office.folder / "decision.json"
        path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
        return self.place.writing("decide", str(path))

    def _again(self, command: str, number: Number, known: dict[Number, Status], *options: str) -> list[str]:
        path = self.place.submission(known[number].issued.sheet.organization)
        own = ("--reason", "theo kết luận kiểm tra", "--templates", self.place.office.templates)
        return self.place.writing(command, str(number), str(path), *own, *options)

    def _revoke(self, number: Number) -> list[str]:
        paper = str(self.place.office.paper(self._paper()))
        return self.place.writing(
            "revoke", str(number), "--ground", "fault", "--reason", "có đảng viên vi phạm", "--paper", paper
        )


# --- killing -----------------------------------------------------------------------------------------------------


def campaign(place: Workplace, kills: int, seed: int = 0, acts: tuple[str, ...] = ACTS) -> Counts:
    """Start commands, kill them, start the next; compare entries with files again and again."""
    chance = random.Random(seed)
    clerk, counts = Clerk(place, chance), Counts()
    first = place.run(clerk.act("issue")[1])
    assert first.returncode == 0, first.stderr
    lengths = dict.fromkeys(("issue", *acts), 0.6)
    weights = [WEIGHTS[ACTS.index(act)] for act in acts]
    with _Busy(place.location) as busy:
        while counts.kills < kills:
            act, command = clerk.act(chance.choices(acts, weights)[0])
            entries = _entries(place)
            said, killed, took = _killed(command, chance, busy, lengths[act])
            if not killed:  # it was quicker than the kill
                lengths[act] = max(0.02, min(lengths[act], took) * 0.9)
                continue
            counts.kills += 1
            counts.by_act[act] = counts.by_act.get(act, 0) + 1
            new = _entries(place) - entries
            counts.entered, counts.undone = counts.entered + (new > 0), counts.undone + (new == 0)
            lengths[act] = min(2.0, lengths[act] * 1.05)
            acknowledged = [line for line in said.splitlines() if line.startswith(f"{YEAR}-")]
            counts.acknowledged += len(acknowledged)
            known = place.known() if acknowledged else {}
            counts.lost += sum(Number.parse(line.split("  ")[0]) not in known for line in acknowledged)
            if chance.random() < 0.5 or counts.kills == kills:  # else the next is killed while it repairs
                _checked(place, counts)
    return counts


class _Busy:
    """Whether a command is at work on the register, as somebody outside can see it."""

    def __init__(self, location: str) -> None:
        self.wal = None if "://" in location else Path(f"{location}-wal")
        self.engine = None if self.wal else create_engine(location.replace("postgresql://", "postgresql+psycopg://"))

    def __call__(self, child: int = 0) -> bool:
        if self.wal:  # a killed process leaves its log, so the file alone says little
            opened = Path(f"/proc/{child}/fd")
            return _holds(opened, self.wal) if opened.exists() else self.wal.exists()
        assert self.engine
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with self.engine.connect() as connection:
            return bool(connection.execute(text(others)).scalar())

    def state(self) -> object:
        """What changes with every commit."""
        try:
            if self.wal:
                return self.wal.stat().st_mtime_ns
            assert self.engine
            with self.engine.connect() as connection:
                delivered = "(SELECT count(*) FROM deliveries WHERE delivered)"
                return tuple(connection.execute(text(f"SELECT entries, {delivered} FROM head")).one())
        except OSError:
            return None

    def settled(self) -> None:
        """Wait until the server has noticed that a client is gone: a commit on its way is still done."""
        while self.engine and self():
            time.sleep(0.005)

    def __enter__(self) -> _Busy:
        return self

    def __exit__(self, *_: object) -> None:
        if self.engine:
            self.engine.dispose()


def _holds(opened: Path, wal: Path) -> bool:
    """Whether a process has a file open, on Linux."""
    try:
        return any(handle.readlink() == wal for handle in opened.iterdir())
    except OSError:  # it ended, or closed one
        return False


def _killed(command: list[str], chance: random.Random, busy: _Busy, length: float) -> tuple[str, bool, float]:
    """Run a command, and kill it: while it starts, at work, or after some of its lines.

    Returns:
        What it said, whether it was killed, and how long it was at work.
    """
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    )
    assert child.stdout
    said = b""
    how = chance.random()
    begun = time.monotonic()
    if how < 0.1:
        time.sleep(chance.random())
    elif how < 0.4 and "issue" in command:
        said += _lines(child.stdout, chance.choice((1, 1, 2, 3, 8, 20)), child)
        begun = time.monotonic()
        time.sleep(chance.random() * 0.2)
    else:
        _until(lambda: busy(child.pid), child)
        begun = time.monotonic()
        if how < 0.7:
            time.sleep(chance.random() * length)
        else:  # about when it commits, and writes what it promised
            for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
                before = busy.state()
                _until(lambda state=before: busy.state() != state, child)  # type: ignore[misc]
            begun -= length  # says nothing about how long it takes
            time.sleep(chance.random() * 0.01)
    killed = child.poll() is None
    child.kill()
    said += child.stdout.read()
    child.stdout.close()
    child.wait()
    busy.settled()
    return said.decode().rpartition("\n")[0], killed and child.returncode < 0, time.monotonic() - begun


def _until(condition: Callable[[], bool], child: subprocess.Popen[bytes]) -> None:
    while child.poll() is None and not condition():
        time.sleep(0.0005)


def _lines(pipe: IO[bytes], wanted: int, child: subprocess.Popen[bytes]) -> bytes:
    """Read until so many lines came, or the command ended."""
    said = b""
    while said.count(b"\n") < wanted and child.poll() is None:
        if select.select([pipe], [], [], 0.05)[0]:
            new = os.read(pipe.fileno(), 1 << 16)
            said += new
            if not new:
                break
    return said


def _entries(place: Workplace) -> int:
    with Register.open(place.location) as register:
        return register.head().entries


# --- counting ----------------------------------------------------------------------------------------------------


def _checked(place: Workplace, counts: Counts) -> None:
    """Start the next command, as the next clerk would; then compare every entry with the disk."""
    with Register.open(place.location) as register:
        promised = [str(delivery.path) for delivery in register.deliveries() if not delivery.delivered]
    done = place.run(place.command("register", "check"))
    counts.checks += 1
    counts.failed += done.returncode != 0
    counts.finished_later += len(promised)
    counts.unsaid += sum(path not in done.stderr or FINISHED not in done.stderr for path in promised)
    compare(place, counts)


def compare(place: Workplace, counts: Counts) -> None:
    """Look at every entry, its stored bytes and its files; the last look counts for what only grows."""
    with Register.open(place.location) as register:
        entries, deliveries = register.entries(), register.deliveries()
        counts.chain_problems += len(register.verify_chain().problems)
    known = statuses(entries)
    counts.entries, counts.numbers = len(entries), len(known)
    papers = {entry.position for entry in entries if entry.content("document") or entry.content("revocation")}
    counts.lost += len(papers - {delivery.position for delivery in deliveries})
    files = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in place.out.iterdir()}
    wanted = {delivery.path: delivery.digest for delivery in deliveries}
    counts.lost += sum(not delivery.delivered for delivery in deliveries)
    counts.lost += sum(files.get(path) != digest for path, digest in wanted.items())
    counts.doubled += len(deliveries) - len(wanted)
    counts.half_done += len(files.keys() - wanted.keys())
    given = Counter(entry.number.counter for entry in entries if entry.kind.value in {"issued", "reissued"})
    counts.doubled += sum(given.values()) - len(given) + len(set(range(1, len(given) + 1)) ^ given.keys())
    standing = Counter(status.issued.sheet for status in known.values() if status.state is State.IN_FORCE)
    counts.doubled += sum(standing.values()) - len(standing)


# --- many at once ------------------------------------------------------------------------------------------------


def many_at_once(place: Workplace, processes: int, each: int) -> tuple[Counts, list[str]]:
    """Several commands issue a folder each, on a register that is not there yet.

    Returns:
        The counts, and each line in which a command named a number of its own.
    """
    folders = [place.submissions(each) for _ in range(processes)]
    commands = [place.writing("issue", str(folder), "--templates", place.office.templates) for folder in folders]
    children = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        for command in commands
    ]
    counts, own = Counts(), []
    for child, folder in zip(children, folders, strict=True):
        said, _ = child.communicate(timeout=LONGEST)
        counts.failed += child.returncode != 0
        for line in said.splitlines():
            number, _, path = line.partition("  ")
            name = Path(path).name
            if name.startswith(f"{number}_") and (folder / f"{name.split('_')[1]}.json").exists():
                own.append(line)
    compare(place, counts)
    return counts, own


if __name__ == "__main__":
    where, office, times, *rest = sys.argv[1:]
    found = campaign(workplace(Path(office), where), int(times), int(rest[0]) if rest else 0)
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
