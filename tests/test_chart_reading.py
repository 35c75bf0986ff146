"""A chart is compared by what a reader sees of it, for a word processor writes its part anew."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from baocao.rendering import package
from baocao.rendering.chart_reading import seen
from baocao.rendering.comparison import Comparison, Verdict, compare
from tests.test_charts import GIVEN, PART, TEMPLATE, filled

TITLE = "<c:title><c:tx><c:rich><a:p><a:r><a:t>Khác</a:t></a:r></a:p></c:rich></c:tx></c:title>"
ISSUED = package.pack(filled(TEMPLATE, **GIVEN))


def changed(pattern: str, new: str, part: str = PART) -> Comparison:
    """What is found when somebody replaces in a part what a pattern finds first."""
    parts = package.unpack(ISSUED)
    text, count = re.subn(pattern, new, parts[part].decode(), count=1)
    assert count, "the edit found nothing to edit"
    return compare(ISSUED, package.pack({**parts, part: text.encode()}))


def test_a_chart_is_its_series_with_category_and_value() -> None:
    told = seen(package.unpack(ISSUED)[PART])
    assert told is not None
    assert re.fullmatch(r"Số tổ chức: Tốt 1, Khá 2; cách vẽ [0-9a-f]{8}", told)


def test_a_changed_value_is_found_and_told() -> None:
    found = changed("<c:v>2</c:v>", "<c:v>9</c:v>")
    assert found.verdict is Verdict.CHANGED
    ((old, new),) = [(difference.old, difference.new) for difference in found.differences]
    assert "Khá 2" in old
    assert "Khá 9" in new


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ("<c:v>Tốt</c:v>", "<c:v>Kém</c:v>"),
        ("<c:v>Số tổ chức</c:v>", "<c:v>Số đảng viên</c:v>"),
        ('<c:barDir val="bar"/>', '<c:barDir val="col"/>'),
        ("<c:barChart>(.*)</c:barChart>", r"<c:lineChart>\1</c:lineChart>"),
        ('<a:srgbClr val="[0-9A-F]{6}"/>', '<a:srgbClr val="FFFFFF"/>'),
        ('formatCode="[^"]*"', 'formatCode="&quot;9&quot;"'),
        ('<c:showVal val="1"/>', '<c:showVal val="0"/>'),
        ('<c:orientation val="minMax"/>', '<c:orientation val="minMax"/><c:max val="1000"/>'),
        ("<c:plotVisOnly", "<c:legend/><c:plotVisOnly"),
        ("<c:plotArea>", f"{TITLE}<c:plotArea>"),
        ("</c:chartSpace>", "<c:userShapes/></c:chartSpace>"),
        ("^", "<"),
    ],
)
def test_whatever_makes_a_chart_say_something_else_is_a_change(pattern: str, new: str) -> None:
    assert changed(f"(?s){pattern}", new).verdict is Verdict.CHANGED


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ('typeface="Times New Roman"', 'typeface="Arial"'),
        ('(<c:numFmt formatCode="[^"]*)', r"\1&quot;&quot;"),
        ("<c:f>[^<]*</c:f>", "<c:f>label 0</c:f>"),
        ('<c:gapWidth val="[0-9]+"/>', '<c:gapWidth val="99"/>'),
        (r">\s+<", "><"),
    ],
)
def test_how_a_word_processor_writes_a_chart_anew_is_none(pattern: str, new: str) -> None:
    assert changed(pattern, new) == Comparison(Verdict.SAVED_AGAIN)


@pytest.mark.system
@pytest.mark.slow
def test_charts_that_libreoffice_saved_again_are_not_changed(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(ISSUED)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "docx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*command, str(tmp_path / "a.docx")], check=True, capture_output=True, timeout=300)
    assert compare(ISSUED, (tmp_path / "saved" / "a.docx").read_bytes()) == Comparison(Verdict.SAVED_AGAIN)
