"""How long it takes to bind scoresheets into one volume, and in how much memory; docxcompose beside it where installed.

    python benchmarks/binding.py [--documents 300 2000] [--peer-documents 30 60 120]

Each count runs in a process of its own, the shipped drafts over and over. Times are those of the processor; what counts
is whether the time of a document stays the same.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from baocao import pipeline
from baocao.forms import Library
from baocao.rendering.binding import Sheet, bind

ROOT = Path(__file__).parents[1]


def drafts() -> list[bytes]:
    library = Library([ROOT / "templates"])
    paths = pipeline.submissions([ROOT / "inputs"])
    return [
        pipeline.assess(path, library, pipeline.read_office(path.parent / pipeline.OFFICE_FILE)).document()
        for path in paths
    ]


def ours(found: list[bytes], count: int) -> None:
    def sheets() -> Iterator[Sheet]:
        return (Sheet(f"Chi bộ {at}", one) for at, one in enumerate(islice(cycle(found), count)))

    with tempfile.TemporaryFile() as file:
        bind(next(sheets()), sheets(), file)


def docxcompose(found: list[bytes], count: int) -> None:
    from docx import Document  # noqa: PLC0415
    from docxcompose.composer import Composer  # type: ignore[import-not-found]  # noqa: PLC0415

    composer = Composer(Document(BytesIO(found[0])))
    for one in islice(cycle(found), count):
        composer.append(Document(BytesIO(one)))
    composer.save(BytesIO())


CONTESTANTS = {"bind": ours, "docxcompose": docxcompose}


def measure(name: str, count: int) -> None:
    found = drafts()
    before = time.process_time()
    CONTESTANTS[name](found, count)
    taken = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| {name} | {count:,} | {taken:.1f} | {taken / count * 1000:.1f} | {memory} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="*", default=[300, 2000])
    parser.add_argument("--peer-documents", type=int, nargs="*", default=[30, 60, 120])
    parser.add_argument("--one", nargs=2, metavar=("NAME", "COUNT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        measure(arguments.one[0], int(arguments.one[1]))
        return
    print("| | documents | s | ms a document | peak MB of the process |\n|---|---:|---:|---:|---:|", flush=True)
    peers = arguments.peer_documents if find_spec("docxcompose") else []
    for name, counts in (("bind", arguments.documents), ("docxcompose", peers)):
        for count in counts:
            subprocess.run([sys.executable, __file__, "--one", name, str(count)], check=True)


if __name__ == "__main__":
    main()
