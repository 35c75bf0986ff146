"""A real PostgreSQL server for tests: its own folder, its own socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def program(name: str) -> str | None:
    """A program of the newest server on this machine; Debian keeps them out of the search path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else shutil.which(name)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server, but for the name of the database; `postgres` is one that is there."""
    initdb, postgres = program("initdb"), program("postgres")
    assert initdb
    assert postgres
    # not below pytest's folder: that one is closed to the user as whom the server runs when we are root
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    made = [initdb, f"--pgdata={data}", "--username=baocao", "--auth=trust", "--encoding=UTF8", "--no-locale"]
    subprocess.run(made, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "max_connections=60"]
    options += ["-c", "fsync=off"]  # clients are killed, the server is not
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([postgres, "-D", str(data), *options], user=user, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(folder, running)
        yield f"postgresql://baocao@/{{}}?host={folder}"
    finally:
        running.send_signal(signal.SIGQUIT)  # its “immediate” way: what it holds is thrown away
        running.wait(60)
        shutil.rmtree(folder)


def _wait(folder: Path, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if running.poll() is None and "ready to accept connections" in (folder / "log").read_text("utf-8"):
            return
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text("utf-8"))
