"""How long documents are made: time and peak memory of the whole process by number of rows, against docxtpl.

    python -m benchmarks.stream [--rounds N] [--without-docxtpl]

The document is a table of eight columns, as in an annex, with a chart before it. Each is made by a process of its
own, which imports, compiles the template, makes the rows and writes the file; the sizes take turns. Seconds are those
of the processor, from the start of Python to its end. The table must have every row, the document its seal, and no
process more than 150 MB.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

ROWS = (10_000, 25_000, 50_000, 100_000)
ROWS_BY_DOCXTPL = (2_000, 10_000)
MOST_MEGABYTES = 150
COLUMNS = ("no", "name", "kind", "superior", "total", "proposed", "decided", "note")
RATINGS = ("Hoàn thành xuất sắc nhiệm vụ", "Hoàn thành tốt nhiệm vụ", "Hoàn thành nhiệm vụ", "Không hoàn thành")
DAY = date(2021, 12, 31)


def rows(count: int) -> Iterator[dict[str, str]]:
    for number in range(count):
        yield {
            "no": str(number + 1),
            "name": f"Chi bộ Hội Chữ thập đỏ xã số {number}",
            "kind": "chi bộ cơ sở",
            "superior": f"Đảng bộ huyện {number // 100}",
            "total": f"{50 + number % 50},{number % 10}",
            "proposed": RATINGS[number % 4],
            "decided": RATINGS[number % 4],
            "note": f"Quyết định số {number}-QĐ/HU & văn bản kèm theo" if number % 7 == 0 else "",
        }


def template() -> bytes:
    from tools import build_charts as charts  # noqa: PLC0415 – no part of what is measured
    from tools import build_templates as build  # noqa: PLC0415

    document = build.blank_document(build.PAGE_FIELD)
    build.add_text(document, "BCTenVanBan", "{{ title }}")
    charts.add_chart(document, "BCNoiDung", charts.Look("ratings", "Số tổ chức theo mức xếp loại", 160))
    table = build.add_table(document, "BCBangChamDiem", (10, 35, 20, 25, 15, 20, 20, 20))
    for cell, column in zip(build.add_row(table, repeated=True), COLUMNS, strict=True):
        build.add_text(cell, "BCDauBang", column)
    with build.row_block(table, "for row in rows"):
        for cell, column in zip(build.add_row(table), COLUMNS, strict=True):
            build.add_text(cell, "BCTieuChi", f"{{{{ row.{column} }}}}")
    return build.package(document)


# --- in a process of its own -----------------------------------------------------------------------------------------


def stream(source: Path, count: int, target: Path) -> None:
    from baocao.files import written_whole  # noqa: PLC0415 – importing is a part of what is measured
    from baocao.rendering.chart import Chart, Series  # noqa: PLC0415
    from baocao.rendering.compiled import CompiledTemplate  # noqa: PLC0415

    chart = Chart(RATINGS, (Series("Số tổ chức", tuple(len(range(at, count, 4)) for at in range(4))),))
    context = {"title": "Phụ lục", "rows": rows(count), "charts": {"ratings": chart}}
    compiled = CompiledTemplate(source.read_bytes())
    assert not compiled.why_not, compiled.why_not
    with written_whole(target) as file:
        compiled.stream(context, {"title": "Phụ lục"}, DAY, [("baocao.state", "draft")], file)


def by_docxtpl(source: Path, count: int, target: Path) -> None:
    from docxtpl import DocxTemplate  # noqa: PLC0415

    document = DocxTemplate(source)
    document.render({"title": "Phụ lục", "rows": list(rows(count))}, autoescape=True)
    document.save(target)


MAKERS = {"stream": stream, "docxtpl": by_docxtpl}


def peak() -> float:
    """The most memory that this process has held, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():  # `ru_maxrss` counts what the process was before it became Python
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
        assert found
        return int(found[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


# --- all of them -----------------------------------------------------------------------------------------------------


def made(maker: str, count: int, source: Path, target: Path) -> dict[str, float]:
    """Let a process make a document; returns its seconds of the processor and its peak memory."""
    command = [sys.executable, "-m", "benchmarks.stream", "--make", maker, str(count), str(source), str(target)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer


def check(target: Path, count: int) -> int:
    """The document is whole; returns the bytes of its body."""
    from baocao.rendering.streaming import read_seal  # noqa: PLC0415

    with target.open("rb") as file:
        assert read_seal(file).is_untouched
    with zipfile.ZipFile(target) as archive:
        body = archive.read("word/document.xml")
    assert body.count(b"<w:tr>") + body.count(b"<w:tr ") == count + 1
    return len(body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-docxtpl", action="store_true")
    parser.add_argument("--make", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make:
        maker, count, source, target = arguments.make
        MAKERS[maker](Path(source), int(count), Path(target))
        print(json.dumps({"peak": peak(), "seconds": time.process_time()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "template.docx"), Path(folder, "made.docx")
        source.write_bytes(template())
        ours = streamed(source, target, arguments.rounds)
        if not arguments.without_docxtpl:
            against_docxtpl(source, target, ours)


def streamed(source: Path, target: Path, rounds: int) -> dict[int, float]:
    """Show the streamed documents; returns the seconds of each."""
    found: dict[int, list[dict[str, float]]] = {count: [] for count in ROWS}
    sizes: dict[int, tuple[int, int]] = {}
    for _ in range(rounds):
        for count in ROWS:
            found[count].append(made("stream", count, source, target))
            if count not in sizes:
                sizes[count] = (target.stat().st_size, check(target, count))
    print("| rows | seconds, whole process | each 1,000 rows more | peak MB | docx MB | body MB |")
    print("|---:|---:|---:|---:|---:|---:|")
    seconds = {count: statistics.median(one["seconds"] for one in found[count]) for count in ROWS}
    for count in ROWS:
        most = max(one["peak"] for one in found[count])
        assert most < MOST_MEGABYTES, most
        more = f"{slope(seconds, ROWS[0], count):.4f}" if count > ROWS[0] else ""
        docx, body = (size / 1e6 for size in sizes[count])
        print(f"| {count:,} | {seconds[count]:.2f} | {more} | {most:.0f} | {docx:.1f} | {body:.0f} |")
    return seconds


def slope(seconds: dict[int, float], first: int, last: int) -> float:
    """Seconds for each 1,000 rows more."""
    return (seconds[last] - seconds[first]) / (last - first) * 1000


def against_docxtpl(source: Path, target: Path, ours: dict[int, float]) -> None:
    """Show the same rows by docxtpl, once."""
    print("\n| rows, docxtpl | seconds, whole process | peak MB |\n|---:|---:|---:|")
    theirs = {}
    for count in ROWS_BY_DOCXTPL:
        one = made("docxtpl", count, source, target)
        theirs[count] = one["seconds"]
        print(f"| {count:,} | {theirs[count]:.1f} | {one['peak']:,.0f} |")
    few, many = ROWS_BY_DOCXTPL
    print(f"\nAt {many:,} rows the whole process is {theirs[many] / ours[many]:.0f} times as fast as docxtpl's,")
    print(f"a row more is made {slope(theirs, few, many) / slope(ours, ROWS[0], ROWS[-1]):.0f} times as fast.")


if __name__ == "__main__":
    main()
