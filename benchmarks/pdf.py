"""How fast papers become PDF: our LibreOffices against one call for each file, one call for all, and unoserver.

    python benchmarks/pdf.py [--rounds N] [--documents N] [--unoserver FOLDER]

Wall time from files to files, starts and ends included (but for unoserver, whose servers run already and whose start
alone takes seven seconds), and the processor's time of all that took part. The contestants take turns in each round;
what counts are the ratios of their medians: of wall times on a machine that does nothing else, of the processor's
anywhere.
`--unoserver` names a folder for that package, which is installed there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from baocao import pdf, pipeline
from baocao.errors import MissingError
from baocao.forms import Library
from baocao.pdf import programs

ROOT = Path(__file__).resolve().parent.parent
INPUTS = ROOT / "inputs" / "hoi-quan-chung" / "2021"
SINGLE = "one call of soffice for each file"
FEW = 6
"""Documents of the slowest contestant."""
OPTIONS = '{"SelectPdfVersion":{"type":"long","value":"2"},"UseTaggedPDF":{"type":"boolean","value":"true"}}'
PORTS = (2201, 2202)
Contestant = Callable[[Sequence[Path]], None]


def drafts(folder: Path, count: int) -> list[Path]:
    """The shipped examples as documents, again and again."""
    library, office = Library.usual(), pipeline.read_office(INPUTS / pipeline.OFFICE_FILE)
    made = [pipeline.assess(path, library, office).document() for path in pipeline.submissions([INPUTS])]
    paths = [folder / f"{number}.docx" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(made[number % len(made)])
    return paths


def ours(printers: int) -> Contestant:
    def run(documents: Sequence[Path]) -> None:
        assert not any(made.problems for made in pdf.convert(documents, printers=printers))

    return run


def soffice(documents: Sequence[Path]) -> None:
    """One call, with a profile that is there already."""
    found, folder = programs.find().soffice, documents[0].parent
    command = [found, "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to"]
    command += [f"pdf:writer_pdf_Export:{OPTIONS}", "--outdir", str(folder), *map(str, documents)]
    subprocess.run(command, check=True, capture_output=True)


def one_by_one(documents: Sequence[Path]) -> None:
    for document in documents:
        soffice([document])


@contextmanager
def unoserver(package: Path, port: int) -> Iterator[Any]:
    """A client of a server that runs."""
    found = programs.find()
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from unoserver.server import main; main()"
    command = [found.python, "-c", program, str(package), "--executable", found.soffice]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--uno-port", str(port + 100)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield import_module("unoserver.client").UnoClient(port=str(port))
    finally:
        server.terminate()
        server.wait()


def by_unoserver(clients: Sequence[Any]) -> Contestant:
    def share(client: Any, documents: Sequence[Path]) -> None:
        for document in documents:
            client.convert(
                inpath=str(document),
                outpath=str(document.with_suffix(".pdf")),
                filter_options=["SelectPdfVersion=2", "UseTaggedPDF=true"],
                update_index=False,
            )

    def run(documents: Sequence[Path]) -> None:
        with ThreadPoolExecutor(len(clients)) as threads:
            shares = [documents[number :: len(clients)] for number in range(len(clients))]
            list(threads.map(share, clients, shares))

    return run


def processor() -> float:
    """Seconds of the processor: of this process, of what it started and has ended, and of unoserver."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(f"port={port + 100}".encode() in (path / "cmdline").read_bytes() for port in PORTS):
                ticks += sum(map(int, (path / "stat").read_text().rpartition(")")[2].split()[11:13]))
    return sum(os.times()[:4]) + ticks / os.sysconf("SC_CLK_TCK")


class Times(NamedTuple):
    """What a document takes, in seconds."""

    wall: float
    processor: float


def timed(contestant: Contestant, documents: Sequence[Path]) -> Times:
    for document in documents:
        document.with_suffix(".pdf").unlink(missing_ok=True)
    start, before = time.perf_counter(), processor()
    contestant(documents)
    seconds, work = time.perf_counter() - start, processor() - before
    assert all(document.with_suffix(".pdf").is_file() for document in documents)
    return Times(seconds / len(documents), work / len(documents))


def race(contestants: dict[str, Contestant], documents: Sequence[Path], rounds: int) -> dict[str, Times]:
    """The medians of each, all of them taking turns."""
    found: dict[str, list[Times]] = {name: [] for name in contestants}
    soffice(documents[:1])  # makes the profile
    for _ in range(rounds):
        for name, contestant in contestants.items():
            found[name].append(timed(contestant, documents[:FEW] if name == SINGLE else documents))
    return {name: Times(*map(statistics.median, zip(*times, strict=True))) for name, times in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--unoserver", type=Path, help="folder to install unoserver in")
    arguments = parser.parse_args()
    try:
        found = programs.find()
    except MissingError as error:
        print(f"pdf: not measured: {error}")
        return
    office = subprocess.run([found.soffice, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    contestants: dict[str, Contestant] = {
        SINGLE: one_by_one,
        "one call for all": soffice,
        "baocao, one LibreOffice": ours(1),
        "baocao, two": ours(2),
    }
    with ExitStack() as stack:
        if arguments.unoserver:
            package = arguments.unoserver.resolve()
            install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target", package]
            subprocess.run([*install, "unoserver"], check=True)
            sys.path.insert(0, str(package))
            clients = [stack.enter_context(unoserver(package, port)) for port in PORTS]
            contestants["unoserver, one"] = by_unoserver(clients[:1])
            contestants["unoserver, two"] = by_unoserver(clients)
            time.sleep(20)  # they sleep before they answer
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        documents = drafts(folder, arguments.documents)
        medians = race(contestants, documents, arguments.rounds)
        told = f", unoserver {version('unoserver')}" if arguments.unoserver else ""
        print(f"\n{office}{told}; {len(documents)} documents, PDF/A-2b, tagged\n")
        print(f"| | s a document | of the processor | times as fast as {SINGLE} |\n|---|---:|---:|---:|")
        for name, times in medians.items():
            ratio = medians[SINGLE].wall / times.wall
            print(f"| {name} | {times.wall:.3f} | {times.processor:.3f} | {ratio:.1f} |")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
