"""The shipped Word templates: made by the script that is kept for it, and usable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from baocao import pipeline
from baocao.forms import Library

ROOT = Path(__file__).parents[1]


def test_the_script_makes_just_the_shipped_templates(tmp_path: Path) -> None:
    shipped = {path: path.read_bytes() for path in (ROOT / "templates").rglob("*.docx")}
    (tmp_path / "tools").mkdir()
    script = tmp_path / "tools" / "build_templates.py"
    script.write_bytes((ROOT / "tools" / "build_templates.py").read_bytes())
    for path in shipped:
        (tmp_path / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, script], check=True, cwd=tmp_path)
    for path, content in shipped.items():
        built = (tmp_path / path.relative_to(ROOT)).read_bytes()
        assert built == content, f"{path.name} was edited: carry the change into the script, or drop the script"


def test_every_shipped_form_can_be_used() -> None:
    library = Library([ROOT / "templates"])
    assert library.available()
    for key in library.available():
        pipeline.check_form(library.get(key))
