"""One LibreOffice, driven from its own Python: a program by itself, which imports nothing of this package.

    python worker.py SOFFICE FOLDER

Starts LibreOffice with its profile in FOLDER, says `{"ready": …}`, then answers each line of its input,
`{"document": …, "pdf": …, "mark": …}`, with `{"done": true}` or `{"failed": …}`. When its input ends, also because
the other side was killed, it ends LibreOffice, removes FOLDER and ends. It leads a process group, so that whoever
started it can end all of it at once. Runs on Python 3.8 and later, which older LibreOffices bring along.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import Locale

GRACE = 4.0
"""Seconds that LibreOffice has to end by itself; afterwards it is killed."""

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{}
</oor:items>
"""
SETTING = '<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
# A document is hostile: it runs nothing, fetches nothing, and shows no file of this machine.
SAFE = (
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),  # never
    ("Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Office.Java/VirtualMachine", "Enable", "false"),
)
PDF_A_2B = 2


def properties(**values: Any) -> tuple[Any, ...]:
    """Return values as LibreOffice takes them."""
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


class LibreOffice:
    """One that shows nothing and asks nothing."""

    def __init__(self, soffice: str, folder: Path) -> None:
        """Start it.

        Raises:
            RuntimeError: it ended at once.
        """
        settings = folder / "user" / "registrymodifications.xcu"
        settings.parent.mkdir()
        settings.write_text(SETTINGS.format("\n".join(SETTING.format(*setting) for setting in SAFE)), encoding="utf-8")
        # a pipe is a file that only this user can open; a port would be open to everybody on this machine
        address = f"pipe,name={folder.name};urp;"
        self.process = subprocess.Popen(  # noqa: S603
            [
                soffice,
                "--headless",
                "--invisible",
                "--nodefault",
                "--nologo",
                "--norestore",
                f"-env:UserInstallation={folder.as_uri()}",
                f"--accept={address}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        context = self._connected(f"uno:{address}StarOffice.ComponentContext")
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    def _connected(self, address: str) -> Any:
        here = uno.getComponentContext()
        resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
        while self.process.poll() is None:
            try:
                return resolver.resolve(address)
            except NoConnectException:
                time.sleep(0.05)
        raise RuntimeError(f"soffice ended with {self.process.returncode}")

    def convert(self, task: dict[str, str]) -> None:
        """Print a document as PDF/A-2b, with its structure, its title, and a mark among its keywords."""
        # Word's format and no other, whatever it is; macros never, links not updated
        loading = properties(
            FilterName="MS Word 2007 XML", Hidden=True, ReadOnly=True, MacroExecutionMode=0, UpdateDocMode=0
        )
        document = self.desktop.loadComponentFromURL(Path(task["document"]).as_uri(), "_blank", 0, loading)
        if document is None:
            raise RuntimeError("not a document")
        try:
            document.CharLocale = Locale("vi", "VN", "")
            document.DocumentProperties.Keywords = (*document.DocumentProperties.Keywords, task["mark"])
            options = properties(SelectPdfVersion=PDF_A_2B, UseTaggedPDF=True, DisplayPDFDocumentTitle=True)
            printing = properties(
                FilterName="writer_pdf_Export", FilterData=uno.Any("[]com.sun.star.beans.PropertyValue", options)
            )
            document.storeToURL(Path(task["pdf"]).as_uri(), printing)
        finally:
            document.close(True)

    def end(self) -> None:
        """Ask it to end, so that it tidies up, and wait until it has."""
        try:
            self.desktop.terminate()
        except uno.getClass("com.sun.star.uno.Exception"):
            pass  # the answer may be lost, as it is ending
        self.process.wait()


def end_all(folder: Path) -> None:
    """Remove the folder, and end this process with all that it has started and that still runs."""
    shutil.rmtree(folder, ignore_errors=True)
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(os.getpid())], check=False)  # noqa: S603, S607
    else:
        os.killpg(0, signal.SIGKILL)


def listen(tasks: queue.Queue[dict[str, str] | None], folder: Path) -> None:
    """Hand on what is asked; when nobody can ask any more, see to it that this process ends."""
    for line in sys.stdin.buffer:
        tasks.put(json.loads(line))
    tasks.put(None)
    time.sleep(GRACE)
    end_all(folder)  # LibreOffice hangs, and with it the other thread


def serve(soffice: str, folder: Path, answers: TextIO) -> None:
    """Answer until nobody asks or listens any more."""
    tasks: queue.Queue[dict[str, str] | None] = queue.Queue()
    threading.Thread(target=listen, args=(tasks, folder), daemon=True).start()

    def answer(**what: Any) -> None:
        answers.write(json.dumps(what) + "\n")
        answers.flush()

    office = LibreOffice(soffice, folder)
    try:
        answer(ready=True)
        for task in iter(tasks.get, None):
            try:
                office.convert(task)
            except Exception as error:
                answer(failed=f"{type(error).__name__}: {error}")
            else:
                answer(done=True)
    except BrokenPipeError:
        pass  # whoever asked was killed
    office.end()


def main() -> None:
    """Do what the module says."""
    soffice, folder = sys.argv[1], Path(sys.argv[2])
    os.umask(0o077)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a library that prints does not answer
    try:
        serve(soffice, folder, answers)
    finally:
        end_all(folder)


if __name__ == "__main__":
    main()
