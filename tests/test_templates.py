"""The shipped Word templates: made by the script that is kept for it, and usable."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

from baocao import trial
from baocao.forms import Library
from tools.build_annexes import annexes

ROOT = Path(__file__).parents[1]


def test_the_script_makes_just_the_shipped_templates(tmp_path: Path) -> None:
    shipped = {path: path.read_bytes() for path in (ROOT / "templates").rglob("*.docx") if path.stem != "annex"}
    (tmp_path / "tools").mkdir()
    script = tmp_path / "tools" / "build_templates.py"
    script.write_bytes((ROOT / "tools" / "build_templates.py").read_bytes())
    for path in shipped:
        (tmp_path / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, script], check=True, cwd=tmp_path)
    for path, content in shipped.items():
        built = (tmp_path / path.relative_to(ROOT)).read_bytes()
        assert built == content, f"{path.name} was edited: carry the change into the script, or drop the script"


def test_the_annexes_are_made_of_the_forms() -> None:
    for key, content in annexes().items():
        assert content == (ROOT / "templates" / key / "annex.docx").read_bytes(), f"{key}: run make templates"


def test_every_shipped_form_can_be_used() -> None:
    library = Library([ROOT / "templates"])
    assert library.available()
    for key in library.available():
        trial.check_form(library.get(key))


def test_a_heading_stands_over_the_columns_of_its_group() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "build_templates.py"))
    alone = [tool["Column"](12, "columns.no", "row.no"), tool["Column"](60, "columns.criterion")]
    grouped = [tool["Column"](31, f"columns.{key}", f"row.{key}", group="columns.points") for key in ("a", "b", "c")]
    upper, lower = tool["scoresheet"]((*alone, *grouped)).tables[-1].rows[:2]
    assert [cell.text for cell in upper.cells] == [
        "{{ columns.no }}",
        "{{ columns.criterion }}",
        *["{{ columns.points }}"] * 3,
    ]
    assert [cell.text for cell in lower.cells[2:]] == ["{{ columns.a }}", "{{ columns.b }}", "{{ columns.c }}"]
