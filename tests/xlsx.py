"""Workbooks as tests read them: cells with their values and formulas, straight from the XML."""

from __future__ import annotations

import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from lxml import etree

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NS = {"m": _MAIN, "r": _DOCUMENT}

_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
"""The setting of LibreOffice by which it calculates every formula of a file that it opens."""


@dataclass(frozen=True)
class Cell:
    """A cell that holds something."""

    value: str | Decimal
    formula: str = ""


@dataclass(frozen=True)
class Page:
    """A sheet."""

    cells: Mapping[str, Cell]
    """By their references: `B4`."""
    root: etree._Element

    def value(self, reference: str) -> str | Decimal | None:
        found = self.cells.get(reference)
        return found.value if found else None

    def column(self, letter: str, first: int, last: int) -> list[str | Decimal | None]:
        return [self.value(f"{letter}{row}") for row in range(first, last + 1)]

    def row_of(self, text: str, column: str = "A") -> int:
        """The first row in which a column holds a text."""
        rows = (int(ref[len(column) :]) for ref, cell in self.cells.items() if cell.value == text and _in(ref, column))
        return min(rows)

    def table(self, header: int, rows: int) -> list[dict[str, str | Decimal | None]]:
        """Rows below a header as dictionaries."""
        titles = {re.sub(r"\d", "", ref): cell.value for ref, cell in self.cells.items() if _row(ref) == header}
        return [
            {str(title): self.value(f"{column}{header + place}") for column, title in titles.items()}
            for place in range(1, rows + 1)
        ]


def _in(reference: str, column: str) -> bool:
    return re.sub(r"\d", "", reference) == column


def _row(reference: str) -> int:
    return int(re.sub(r"\D", "", reference))


def read(content: bytes) -> dict[str, Page]:
    """The sheets of a workbook by their names."""
    parts = unzip(content)
    shared = [_text(item) for item in _root(parts, "xl/sharedStrings.xml").findall("m:si", _NS)]
    targets = {
        relation.get("Id"): f"xl/{relation.get('Target', '').removeprefix('/xl/')}"
        for relation in _root(parts, "xl/_rels/workbook.xml.rels")
    }
    pages = {}
    for sheet in _root(parts, "xl/workbook.xml").iterfind("m:sheets/m:sheet", _NS):
        root = _root(parts, targets[sheet.get(f"{{{_DOCUMENT}}}id")])
        cells = {cell.get("r", ""): found for cell in root.iter(f"{{{_MAIN}}}c") if (found := _cell(cell, shared))}
        pages[sheet.get("name", "")] = Page(cells, root)
    return pages


def unzip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _root(parts: Mapping[str, bytes], name: str) -> etree._Element:
    return etree.fromstring(parts.get(name, f'<sst xmlns="{_MAIN}"/>'.encode()))


def _text(element: etree._Element) -> str:
    escaped = "".join(found.text or "" for found in element.iter(f"{{{_MAIN}}}t"))
    return re.sub(r"_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), escaped)


def _cell(cell: etree._Element, shared: list[str]) -> Cell | None:
    formula, value = cell.findtext("m:f", "", _NS), cell.findtext("m:v", None, _NS)
    kind = cell.get("t")
    if kind == "inlineStr":
        return Cell(_text(cell))
    if value is None or (value == "" and not formula):
        return None
    if kind == "s":
        return Cell(shared[int(value)], formula)
    return Cell(value if kind in {"str", "e"} or value == "" else Decimal(value), formula)


def with_wrong_results(content: bytes) -> bytes:
    """The same workbook, every formula with a result that is not its own."""
    wrong = BytesIO()
    with zipfile.ZipFile(wrong, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in unzip(content).items():
            archive.writestr(name, re.sub(rb"</f><v>[^<]*</v>", b"</f><v>-98765</v>", part))
    return wrong.getvalue()


def by_libreoffice(books: Mapping[str, bytes], kind: str = "xlsx") -> Iterator[tuple[str, bytes]]:
    """Workbooks as LibreOffice writes them again after it has calculated everything, in the same order."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
        for name, content in books.items():
            (folder / f"{name}.xlsx").write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = ["soffice", "--headless", profile, "--convert-to", kind, "--outdir", str(folder / "out")]
        files = [str(folder / f"{name}.xlsx") for name in books]
        subprocess.run([*command, *files], check=True, capture_output=True, timeout=180)
        for name in books:
            written = folder / "out" / f"{name}.{kind}"
            assert written.is_file(), "LibreOffice has no Calc here (tests/system.sh installs it)"
            yield name, written.read_bytes()
