"""The example of the README is run as it stands there, and leaves behind what it says."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from baocao.cli import run

ROOT = Path(__file__).parents[1]
ALLOWED_TO_FAIL = {"issue"}
"""One of the examples has facts that are not yet known: the others are issued, and the exit code says so."""


def life() -> list[list[str]]:
    """The commands of the README, each as its arguments."""
    block = re.search(r"<!-- life -->\n```\n(.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block
    return [shlex.split(line)[1:] for line in block[1].splitlines()]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the examples, and no form of its own."""
    shutil.copytree(ROOT / "inputs", tmp_path / "inputs")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listed(as_of: str, capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str | None]]:
    capsys.readouterr()
    assert run(["list", "2021", "--as-of", as_of, "--json"]) == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return {line["number"]: (line["state"], line["decided"]) for line in lines}


def test_the_life_of_a_result_runs_as_the_readme_shows_it(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in life():
        code = run(command)
        assert code == (1 if command[0] in ALLOWED_TO_FAIL else 0), capsys.readouterr()
    december, february, march = (listed(day, capsys) for day in ("2021-12-31", "2022-02-15", "2022-03-02"))
    assert len(december) == 10
    assert december["2021-0003"] == ("in_force", "excellent")
    assert february["2021-0003"][0] == "revoked"
    assert march["2021-0003"][0] == "replaced"
    assert march["2021-0011"] == ("in_force", None)
    papers = sorted(path.name for path in (work / "outputs").glob("*.docx"))
    assert len(papers) == 17  # ten issued, one again, one corrected, a decision, a revocation, three annexes
    assert run(["verify", *(str(work / "outputs" / name) for name in papers)]) == 0


@pytest.mark.system
@pytest.mark.slow
def test_old_new_edited_and_re_saved_papers_are_told_apart(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in life()[:8]:
        run(command)
    old, new = (next((work / "outputs").glob(f"{number}_*.docx")) for number in ("2021-0003", "2021-0011"))
    saved = work / "saved"
    office = ["soffice", "--headless", f"-env:UserInstallation={(work / 'profile').as_uri()}", "--convert-to", "docx"]
    subprocess.run([*office, "--outdir", str(saved), str(old), str(new)], check=True, capture_output=True, timeout=180)
    capsys.readouterr()
    assert run(["verify", str(old), str(new), *map(str, sorted(saved.iterdir())), "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["verdict"] for line in found] == ["identical", "identical", "saved_again", "saved_again"]
    assert [line["status"]["state"] for line in found] == ["replaced", "in_force", "replaced", "in_force"]
