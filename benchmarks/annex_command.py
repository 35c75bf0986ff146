"""What `baocao annex` costs on the register of a province: the whole process, from entries to Word and Excel.

    python -m benchmarks.annex_command [--sizes 10000 50000] [--docxtpl 2000]

The register is made up and filled in bulk, without the triggers that refuse it. Times are those of the processor, peaks
those of the whole process with all that it imports. docxtpl fills the same template with the same rows, Word only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from docxtpl import DocxTemplate

from baocao.annex import annex
from baocao.annex_rows import Row
from baocao.forms import FormFolder, Library
from baocao.inputs import merged
from baocao.papers import AnnexPaper
from baocao.records import ROLES, Record
from baocao.register import Act, Decision, Entry, Head, Kind, Register, Sheet
from baocao.register.entries import GENESIS, canonical
from baocao.register.tables import to_row
from baocao.rendering.annex import Printed, annex_context, write_annex
from baocao.rendering.template import ENVIRONMENT
from benchmarks.annex import AS_OF, MEGABYTE, ROOT, rows

FORM = "hoi-quan-chung/2021"
RECORDED = datetime(2021, 12, 5, tzinfo=UTC)
DECISION = Decision("125-QĐ/HU", date(2021, 12, 20), "Ban Thường vụ")


FOLDER: FormFolder = Library([ROOT / "templates"]).get(FORM)


def submission() -> dict[str, Any]:
    """A shipped example with the office's defaults."""
    office, own = (
        json.loads((ROOT / "inputs" / FORM / f"{name}.json").read_bytes()) for name in ("office", "hoi-dong-y-tot")
    )
    return merged(office, own)


class Filling:
    """A register that is filled row by row, as fast as SQLite takes it."""

    def __init__(self, path: Path) -> None:
        Register.open(path).close()
        self._database = sqlite3.connect(path)
        triggers = self._database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            self._database.execute(f"DROP TRIGGER {name}")
        self._contents = self._kept()
        self._head = Head(0, GENESIS)

    def _kept(self) -> tuple[tuple[str, str], ...]:
        files = {role: (FOLDER.path / name).read_bytes() for role, name in ROLES.items()}
        files |= {"submission": json.dumps(submission()).encode(), "document": b"a docx"}
        digests = {role: hashlib.sha256(content).hexdigest() for role, content in files.items()}
        self._database.executemany(
            "INSERT INTO contents VALUES (?, ?)", [(digests[role], files[role]) for role in files]
        )
        return tuple(sorted(digests.items()))

    def add(self, kind: Kind, row: Row, act: Act, payload: Any, *, with_contents: bool) -> None:
        """Enter something about a row."""
        assert row.number is not None
        contents = self._contents if with_contents else ()
        sheet = Sheet(row.organization, FORM.split("/", maxsplit=1)[0], row.number.year)
        position = self._head.entries + 1
        entry = Entry(position, kind, row.number, sheet, None, act, canonical(payload), contents, self._head.hash)
        self._head = Head(position, entry.fingerprint())
        stored = {**to_row(entry), "hash": self._head.hash}
        names, marks = ", ".join(f'"{name}"' for name in stored), ", ".join("?" * len(stored))
        self._database.execute(f"INSERT INTO entries ({names}) VALUES ({marks})", list(stored.values()))
        references = [(position, role, digest) for role, digest in contents]
        self._database.executemany("INSERT INTO entry_contents VALUES (?, ?, ?)", references)

    def close(self) -> None:
        """Move the head on and let go."""
        with closing(self._database):
            self._database.execute("UPDATE head SET entries = ?, hash = ?", (self._head.entries, self._head.hash))
            self._database.commit()


def fill(path: Path, count: int) -> None:
    """Fill a register with organisations, most of them decided."""
    form = FOLDER.form
    filling = Filling(path)
    issued, decided = Act(date(2021, 12, 5), RECORDED, "Hoa"), Act(DECISION.date, RECORDED, "Hoa", decision=DECISION)
    for row in rows(form, count):
        filling.add(Kind.ISSUED, row, issued, record(row).payload(), with_contents=True)
        if row.decided:
            said = {"rating": row.decided, "name": form.ladder.names[row.decided]}
            filling.add(Kind.DECIDED, row, decided, said, with_contents=False)
    filling.close()


def record(row: Row) -> Record:
    """What the register keeps of a scoresheet."""
    form = FOLDER.form
    unmet = "1.3: từ 80% đảng viên được xếp loại “Hoàn thành tốt nhiệm vụ” trở lên (7/10 đảng viên = 70%)"
    return Record(
        organization=row.organization,
        name=row.name,
        kind=row.kind,
        kind_name=row.kind_name,
        superior=row.superior,
        superior_name=row.superior_name,
        tier=row.tier,
        form=FORM,
        form_name=form.name,
        total=row.total,
        standard=form.total,
        sections={section.no: mark for section, mark in zip(form.sections, row.marks, strict=True)},  # type: ignore[misc]
        others={},
        levels={},
        met=(0, 0),
        computed=row.proposed,
        proposed=row.proposed or "",
        highest=row.highest,
        unmet=(unmet, unmet),
        unexplained=(),
        ladder=form.ladder.names,
        digest="0" * 64,
        version="0",
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process costs."""

    seconds: float
    """Of the processor."""
    peak: int
    """Bytes of memory."""


def cost(arguments: list[str]) -> Cost:
    """Run a process and say what it cost."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)}: exit code {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def by_command(count: int) -> Cost:
    with TemporaryDirectory() as scratch:
        register = f"{scratch}/register.sqlite"
        fill(Path(register), count)
        options = ["--as-of", AS_OF.isoformat(), "--register", register, "-o", scratch, "--by", "benchmark"]
        return cost(["-m", "baocao", "annex", "2021", *options])


def printed(count: int) -> Printed:
    raw = submission()
    paper = AnnexPaper.model_validate({"issuer": raw["issuer"], "signature": raw["signature"]})
    return Printed(annex(FOLDER.form, AS_OF, rows(FOLDER.form, count)), paper)


def by_docxtpl(count: int) -> None:
    """Have docxtpl fill the template of the annex."""
    context = annex_context(printed(count))
    names = {
        "charts": {"ratings": "4", "superiors": "4"}
    }  # whether there are any: docxtpl leaves them as they are drawn
    document = DocxTemplate(BytesIO(FOLDER.paper("annex")))
    document.render({**context, **names, "rows": list(context["rows"])}, ENVIRONMENT)
    with TemporaryFile() as target:
        document.save(target)


def by_us(count: int) -> None:
    """Fill it ourselves."""
    with TemporaryFile() as target:
        write_annex(printed(count), FOLDER.paper("annex"), target)


ENGINES = {"docxtpl": by_docxtpl, "ours": by_us}


def engine(name: str, count: int) -> Cost:
    """Measure one of them in a process of its own."""
    return cost(["-m", "benchmarks.annex_command", "--engine", name, "--sizes", str(count)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--docxtpl", type=int, default=2000, help="rows that docxtpl fills")
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.engine:
        ENGINES[options.engine](*options.sizes)
        return
    print("| what | organisations | s | ms each | peak MB |\n|---|---:|---:|---:|---:|")
    for count in options.sizes:
        tell("`baocao annex`, Word and Excel, from the register", count, by_command(count))
    each = {}
    for name, count in (("docxtpl", options.docxtpl), ("ours", options.sizes[-1])):
        first, found = engine(name, 1), engine(name, count)
        tell(f"Word only, {name}", count, found)
        each[name] = (found.seconds - first.seconds) / (count - 1)
    print(f"\na row more in Word: {each['ours'] * 1000:.3f} ms, docxtpl {each['docxtpl'] * 1000:.3f} ms,", end=" ")
    print(f"{each['docxtpl'] / each['ours']:.1f} times")


def tell(what: str, count: int, found: Cost) -> None:
    each = found.seconds / count * 1000
    print(f"| {what} | {count:,} | {found.seconds:.1f} | {each:.2f} | {found.peak / MEGABYTE:.0f} |", flush=True)


if __name__ == "__main__":
    main()
