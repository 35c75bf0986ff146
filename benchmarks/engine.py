"""How fast documents are made: the engine, the whole way and its stages, against docxtpl and its peers, in one run.

    python benchmarks/engine.py [--rounds N] [--peers FOLDER]

Everything happens in memory, on one core, in one process (the peers in one process of Node beside it). The
contestants take turns in each round, so that noise meets all of them; what counts are the ratios of their medians.
Times are those of the processor, so that what else the machine does is not taken for work (the peers' own threads
are, on one core).
`--peers` names a folder for the npm packages of `benchmarks/package.json`, which are installed there. They and the
engine fill another template, the same text by the tags of each.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

from docx import Document

from baocao import pipeline
from baocao.forms import Library
from baocao.rendering import core_properties, day_of
from baocao.rendering.compiled import CompiledTemplate
from baocao.rendering.compressor import FAST, STANDARD, Compressor
from baocao.rendering.context import scoresheet_context
from baocao.rendering.package import content_digest, pack, unpack
from benchmarks.racing import NAIVE, Contestant, naive, race, show, timed
from benchmarks.whole import way

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
INPUTS = ROOT / "inputs" / "hoi-quan-chung" / "2021"
PACKAGES = ("baocao", "docxtpl", "python-docx", "jinja2", "lxml", "pydantic", "isal")
DAY = date(2021, 12, 31)


def compressors() -> Iterable[tuple[str, Compressor]]:
    yield "zlib 6", STANDARD
    if FAST:
        yield "[fast], isal 0", FAST


def unlike_any(value: Any, number: int) -> Any:
    """The same context with every text made another, so that nothing worked out before is of use."""
    if isinstance(value, dict):
        return {name: part if name == "kind" else unlike_any(part, number) for name, part in value.items()}
    if isinstance(value, list):
        return [unlike_any(part, number) for part in value]
    return f"{value} {number}" if value else value


# --- the shipped scoresheet ------------------------------------------------------------------------------------------


def scoresheet(rounds: int) -> None:
    """The shipped template, filled with a shipped example."""
    path = INPUTS / "hoi-dong-y-tot.json"
    content, office, library = path.read_bytes(), pipeline.read_office(INPUTS / pipeline.OFFICE_FILE), Library.usual()

    result = pipeline.assess_bytes(content, path.name, library, office)
    judged, narrative = result.judged, result.narrative
    assert judged is not None
    assert narrative is not None
    template, properties, day = judged.folder.template, core_properties(judged), day_of(judged)
    context = scoresheet_context(judged, narrative, draft=True)
    compiled = CompiledTemplate(template)
    assert not compiled.why_not, compiled.why_not
    parts = compiled.render(context, properties, day)
    print(f"\nBody {len(parts['word/document.xml']):,} bytes; docx {len(result.document()):,} bytes")

    def made(context: Mapping[str, Any], compressor: Compressor) -> bytes:
        return pack(compiled.render(context, properties, day), compressor)

    def made_anew(compressor: Compressor) -> bytes:
        return made(next(unlike), compressor)

    unlike = cycle([unlike_any(context, number) for number in range(200)])
    contestants = {NAIVE: timed(partial(naive, template, context), 1)}
    for name, compressor in compressors():
        contestants[f"engine, {name}"] = timed(partial(made, context, compressor), 20)
        contestants[f"engine, {name}, no text seen before"] = timed(partial(made_anew, compressor), 20)
    contestants["— rendering the parts"] = timed(lambda: compiled.render(context, properties, day), 20)
    contestants["— content digest"] = timed(lambda: content_digest(parts), 20)
    for name, compressor in compressors():
        contestants[f"— packing, {name}"] = timed(partial(pack, parts, compressor), 20)
        contestants[f"floor: compressing the body, {name}"] = timed(
            partial(compressor.deflate, parts["word/document.xml"]), 20
        )
    show("The shipped scoresheet", race(contestants, rounds), NAIVE)


# --- peers -----------------------------------------------------------------------------------------------------------

# What each engine calls the start and end of a loop over `rows`, and a value of the row.
SYNTAXES: dict[str, tuple[str, str, str]] = {
    "docxtpl": ("{%tr for row in rows %}", "{%tr endfor %}", "{{{{ row.{} }}}}"),
    "docxtemplater": ("{#rows}", "{/rows}", "{{{}}}"),
    "easy-template-x": ("{#rows}", "{/rows}", "{{{}}}"),
    "docx-templates": ("+++FOR row IN rows+++", "+++END-FOR row+++", "+++INS $row.{}+++"),
    "carbone": ("", "", "{{d.rows[i].{}}}"),
}
COLUMNS = ("no", "text", "standard", "awarded")
ROWS = 35
PARAGRAPHS = 24


def peer_template(engine: str) -> bytes:
    """Static paragraphs, a table of rows in a loop; tags of loops where each engine wants them."""
    start, end, value = SYNTAXES[engine]
    document = Document()
    for number in range(PARAGRAPHS):
        document.add_paragraph(f"{number}. " + "Đánh giá, xếp loại chất lượng tổ chức đảng theo quy định. " * 3)
    table = document.add_table(0, len(COLUMNS))
    table.style = "Table Grid"
    rows = [[*COLUMNS], [value.format(column) for column in COLUMNS]]
    if engine in ("docxtemplater", "easy-template-x"):
        rows[1][0], rows[1][-1] = start + rows[1][0], rows[1][-1] + end
    elif engine == "carbone":
        rows.append([cell.replace("[i]", "[i+1]") for cell in rows[1]])
    else:
        rows[1:] = [[start, "", "", ""], rows[1], [end, "", "", ""]]
    for texts in rows:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.paragraphs[0].add_run(text)
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def peer_context() -> dict[str, Any]:
    text = "Lãnh đạo, chỉ đạo triển khai học tập, quán triệt nghị quyết & chỉ thị của Đảng. " * 3
    return {
        "rows": [
            {"no": f"1.{number}", "text": f"{number} {text}", "standard": "5", "awarded": "4,5"}
            for number in range(ROWS)
        ]
    }


def install(folder: Path) -> None:
    npm = shutil.which("npm")
    assert npm, "npm is not on this machine"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", folder)
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)


class Peers:
    """The process of Node in which the peers run, one at a time when asked."""

    def __init__(self, folder: Path) -> None:
        node = shutil.which("node")
        assert node, "node is not on this machine"
        script = folder / "peers.cjs"
        install(folder)
        shutil.copy(HERE / "peers.cjs", script)
        self._process = subprocess.Popen(
            [node, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, encoding="utf-8"
        )

    def ask(self, **question: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def contestant(self, engine: str) -> Contestant:
        return lambda: float(self.ask(run=engine, times=2)["seconds"])

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def peers(folder: Path, rounds: int) -> None:
    """The same document by the tags of every engine; each result is read before the race."""
    context = peer_context()
    own = peer_template("docxtpl")
    compiled = CompiledTemplate(own)
    assert not compiled.why_not, compiled.why_not
    node = Peers(folder)

    def made(compressor: Compressor) -> bytes:
        return pack(compiled.render(context, {}, DAY), compressor)

    contestants = {NAIVE: timed(partial(naive, own, context), 1)}
    for name, compressor in compressors():
        contestants[f"engine, {name}"] = timed(partial(made, compressor), 20)
    wanted = text_of(naive(own, context))
    assert text_of(made(STANDARD)) == wanted
    versions = node.ask(versions=True)
    for engine in SYNTAXES:
        if engine != "docxtpl":
            template = base64.b64encode(peer_template(engine)).decode()
            document = base64.b64decode(node.ask(prepare=engine, template=template, context=context)["document"])
            assert text_of(document) == wanted, f"{engine} makes another document"
            contestants[f"{engine} {versions[engine]}"] = node.contestant(engine)
    medians = race(contestants, rounds)
    node.close()
    body = len(unpack(naive(own, context))["word/document.xml"])
    show(f"Peers, Node {versions['node']}: a table of {ROWS} rows, body {body:,} bytes", medians, NAIVE)
    ours = [name for name in medians if name.startswith("engine")][-1]
    others = [name for name in medians if name.split()[0] in SYNTAXES]
    fastest = min(others, key=lambda name: medians[name])
    print(f"\n{ours}: {medians[fastest] / medians[ours]:.0f} times as fast as the fastest peer, {fastest}")


def text_of(document: bytes) -> list[list[str]]:
    """The texts of the table, which shows that an engine has done the work."""
    return [[cell.text for cell in row.cells] for row in Document(BytesIO(document)).tables[0].rows]


def versions() -> Iterable[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} not installed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--peers", type=Path, help="folder for node_modules")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"Python {platform.python_version()}, {', '.join(versions())}")
    way(arguments.rounds)  # first: what the others leave in memory would lie between what this one touches
    scoresheet(arguments.rounds)
    if arguments.peers:
        peers(arguments.peers.resolve(), max(arguments.rounds // 2, 10))


if __name__ == "__main__":
    main()
