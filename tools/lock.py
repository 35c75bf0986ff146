"""Write the newest versions that fit pyproject.toml into requirements.lock (`make lock`).

They are resolved by pip in a virtual environment that is thrown away, so nothing of this one gets in.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
MARKERS = {  # what is wanted on Windows only
    "colorama": 'sys_platform == "win32"',  # by click, pytest and build
    "tzdata": 'sys_platform == "win32"',  # by psycopg
}


def requirements() -> list[str]:
    """What pyproject.toml asks for: to build, to run and to develop."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    return [
        *pyproject["build-system"]["requires"],
        *project["dependencies"],
        *project["optional-dependencies"]["dev"],
        *MARKERS,
    ]


def newest(wanted: list[str]) -> list[str]:
    """`name==version` of all that pip installs for `wanted`."""
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(scratch, with_pip=True)
        python = Path(scratch, "Scripts" if os.name == "nt" else "bin", "python")
        pip = [str(python), "-m", "pip"]
        subprocess.run([*pip, "install", "--quiet", "--upgrade", *wanted], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return frozen.stdout.splitlines()


def lock_line(pin: str) -> str:
    """A line of `pip freeze`, its name normalised, with the marker it needs."""
    if not re.fullmatch(r"[\w.-]+==[\w.!+]+", pin):
        sys.exit(f"not a plain version: {pin}")
    name, version = pin.split("==")
    name = re.sub(r"[-_.]+", "-", name).lower()
    return f"{name}=={version}" + (f" ; {MARKERS[name]}" if name in MARKERS else "")


def main() -> None:
    """Write requirements.lock and say how many versions are in it."""
    lines = sorted(map(lock_line, newest(requirements())), key=lambda line: line.partition("=="))
    LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{LOCK.name}: {len(lines)} versions")


if __name__ == "__main__":
    main()
