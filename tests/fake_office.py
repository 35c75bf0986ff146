"""Stands in for `baocao/pdf/worker.py`: does to a document what its first word says, without a LibreOffice."""

import json
import os
import sys
import time
from pathlib import Path

folder = Path(sys.argv[2])
log = Path(sys.argv[1])
"""Where the tests tell which LibreOffice it is: a line for each start."""


def started() -> int:
    """How many were started so far, this one included."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    return len(log.read_text(encoding="utf-8").splitlines())


def say(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


number = started()
say('{"ready": true}\n')
for line in sys.stdin:
    task = json.loads(line)
    what = Path(task["document"]).read_bytes().decode("utf-8", "replace").split()[0]
    if what == "hangs" or (what == "hangs-once" and number == 1):
        time.sleep(600)
    elif what == "crashes" or (what == "crashes-once" and number == 1):
        os._exit(1)
    elif what == "tears":  # its answer, that is
        say('{"do')
        os._exit(1)
    elif what == "refused":
        say('{"failed": "IllegalArgumentException"}\n')
    elif what == "forgets":
        say('{"done": true}\n')
    else:  # real documents, too
        mark = f"<pdf:Keywords>{task['mark']}</pdf:Keywords>"
        Path(task["pdf"]).write_text(f"%PDF-1.6 {what!a} by {number} {mark} %%EOF\n", encoding="utf-8")
        say('{"done": true}\n')
