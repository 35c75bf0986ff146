"""Golden documents: what a reader sees of every example, and the XML of one, each with a readable difference.

`UPDATE_GOLDEN=1 pytest tests/test_golden.py` writes them anew; the change is then read before it is committed.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from baocao.rendering import package
from tests.examples import EXAMPLES, drafted

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
XML_PARTS = ("word/document.xml", "word/header1.xml", "docProps/core.xml")


def seen(document: bytes) -> Iterator[str]:
    """What a reader sees, with the style of each paragraph; a table row is one line."""
    for block in Document(BytesIO(document)).iter_inner_content():
        if isinstance(block, Table):
            yield from (" ┃ ".join(cell.text.replace("\n", " ¶ ") for cell in row.cells) for row in block.rows)
        else:
            yield f"[{style_name(block)}] {block.text}"


def style_name(paragraph: Paragraph) -> str:
    return (paragraph.style.name or "") if paragraph.style is not None else ""


def compare(path: Path, found: str) -> None:
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
        return
    wanted = path.read_text(encoding="utf-8")
    difference = difflib.unified_diff(wanted.splitlines(), found.splitlines(), path.name, "found", lineterm="", n=1)
    assert found == wanted, "\n".join(difference)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_reader_sees_what_was_agreed(path: Path) -> None:
    compare(GOLDEN / f"{path.stem}.txt", "\n".join(seen(drafted(path))) + "\n")


@pytest.mark.parametrize("part", XML_PARTS)
def test_the_xml_is_what_was_agreed(part: str) -> None:
    agreed = [path for path in EXAMPLES if (GOLDEN / path.stem).is_dir()]
    path = agreed[0] if agreed else EXAMPLES[0]
    root = etree.fromstring(package.unpack(drafted(path))[part])
    # The line that names program and digests changes with every version; what it says is tested elsewhere.
    for element in root.iter("{http://purl.org/dc/elements/1.1/}description"):
        element.text = "…"
    etree.indent(root)
    compare(GOLDEN / path.stem / part.replace("/", "_"), etree.tostring(root, encoding="unicode") + "\n")


def test_every_golden_file_has_its_example() -> None:
    names = {path.name.removesuffix(".txt") for path in GOLDEN.iterdir()}
    assert names == {path.stem for path in EXAMPLES}
