"""The package as a user gets it: built, installed far from the checkout, doing the main job."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "inputs" / "hoi-quan-chung" / "2021"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
NO_NETWORK = re.compile(r"NewConnectionError|NameResolutionError|Connect(ion)?Timeout|ReadTimeout|ProxyError")

pytestmark = pytest.mark.slow


def run(command: Sequence[str | Path], *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `command` in `cwd` with nothing of this Python's settings; what it prints is one text."""
    ours = ("PYTHON", "COVERAGE_", "VIRTUAL_ENV")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**env, "PYTHONUTF8": "1"},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    built = run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], cwd=folder)
    assert built.returncode == 0, built.stdout
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (wheel,) = dist.glob("baocao-*.whl")
    return wheel


@pytest.fixture(scope="module")
def bin_dir(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of a new environment that holds the wheel and what it depends on, and nothing else."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    pip_install = (folder / SCRIPTS / "python", "-m", "pip", "install", "--disable-pip-version-check")
    installed = run((*pip_install, "--constraint", ROOT / "requirements.lock", wheel), cwd=folder)
    if installed.returncode != 0 and NO_NETWORK.search(installed.stdout):
        reason = "the package registry cannot be reached, so the wheel's dependencies cannot be installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    assert installed.returncode == 0, installed.stdout
    return folder / SCRIPTS


def test_wheel_holds_the_package_and_the_forms_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert "baocao/py.typed" in names
    assert "baocao/templates/hoi-quan-chung/2021/form.toml" in names
    assert "baocao/register/migrations/versions/v0001_register.py" in names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"baocao"}
    assert [name for name in names if name.endswith((".pyc", ".py~")) or "~$" in name] == []


def test_sdist_leaves_out_what_was_generated(dist: Path) -> None:
    (sdist,) = dist.glob("baocao-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]

    assert {"LICENSE", "requirements.lock", "tests/test_wheel.py"} <= set(names)
    assert [name for name in names if name.startswith("outputs/")] in ([], ["outputs/README.md"])
    assert [name for name in names if name.startswith(".venv/") or name.endswith(".pyc")] == []


def test_installed_command_drafts_a_scoresheet_outside_the_checkout(bin_dir: Path, tmp_path: Path) -> None:
    example = min(path for path in EXAMPLES.glob("*.json") if path.name != "office.json")
    for source in (example, EXAMPLES / "office.json"):
        if source.exists():
            shutil.copy(source, tmp_path)

    drafted = run([bin_dir / "baocao", "draft", example.name, "-o", "out"], cwd=tmp_path)

    assert drafted.returncode == 0, drafted.stdout
    assert [path.suffix for path in (tmp_path / "out").rglob("*.docx")] == [".docx"]
    assert str(ROOT) not in drafted.stdout
