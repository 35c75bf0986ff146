"""Papers as PDF: what LibreOffice makes of them, and what becomes of the others when it fails on one."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from baocao import messages, pdf
from baocao.cli import run
from baocao.errors import MissingError
from baocao.pdf import printer, programs
from baocao.pdf.programs import Programs
from baocao.rendering.trying import paragraphs
from tests.examples import EXAMPLES, drafted
from tests.helpers import png, poppler
from tests.office import open_office

ROOT = Path(__file__).parents[1]
ONE_OF_EACH_FORM = list({path.parent: path for path in EXAMPLES}.values())
EXAMPLE = "inputs/hoi-quan-chung/2021/hoi-dong-y-tot.json"
UNICODE = "hoi-y-hoc-unicode_hoi-quan-chung-2021_du-thao"


def processes(word: str) -> list[int]:
    """The processes with a word in their command."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:  # it has just ended
            continue
        if word.encode() in command:
            found.append(int(path.parent.name))
    return found


def links(folder: Path) -> set[str]:
    found = set()
    for path in folder.iterdir():
        with suppress(OSError):  # it is closed by now
            found.add(str(path.readlink()))
    return found


def offices(group: int) -> list[int]:
    """The processes of LibreOffice itself in a process group."""
    found = []
    for pid in processes("soffice.bin"):
        with suppress(OSError):  # it has ended by now
            if os.getpgid(pid) == group:
                found.append(pid)
    return found


def sockets(group: int) -> set[Path]:
    """The files of the sockets that LibreOffice has opened in a process group."""
    opened = {link for pid in offices(group) for link in links(Path(f"/proc/{pid}/fd"))}
    known = (line.split() for line in Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()[1:])
    return {Path(fields[7]) for fields in known if len(fields) > 7 and f"socket:[{fields[6]}]" in opened}


def no_process(word: str) -> bool:
    return not processes(word)


def any_file(folder: Path, pattern: str) -> bool:
    return any(folder.glob(pattern))


def eventually(holds: Callable[[], object], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


# --- without LibreOffice: a worker that does as it is told -------------------------------------------------------


class Desk:
    """Documents that say what a LibreOffice does on them, and a LibreOffice that does it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "started.log"

    def documents(self, *words: str) -> list[Path]:
        made = [self.folder / f"{number}.docx" for number in range(len(words))]
        for path, word in zip(made, words, strict=True):
            path.write_text(f"{word} {path.name}", encoding="utf-8")
        return made

    def convert(self, documents: list[Path], *, printers: int = 1, force: bool = False) -> dict[str, pdf.Made]:
        made = pdf.convert(documents, printers=printers, patience=3, force=force)
        return {found.document.name: found for found in made}

    @property
    def started(self) -> int:
        return len(self.log.read_text(encoding="utf-8").splitlines()) if self.log.exists() else 0


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    made.folder.mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(printer, "_WORKER", Path(__file__).with_name("fake_office.py"))
    monkeypatch.setattr(programs, "find", lambda: Programs(str(made.log), sys.executable))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    yield made
    assert list((tmp_path / "temporary").iterdir()) == []
    assert processes(str(made.log)) == []


def test_one_libreoffice_prints_document_after_document(desk: Desk) -> None:
    made = desk.convert(desk.documents(*["fine"] * 5))
    assert len(made) == 5
    assert all(found.pdf.read_text("utf-8").startswith("%PDF-1.6 'fine' by 1") for found in made.values())
    assert desk.started == 1


def test_no_more_are_started_than_there_are_documents(desk: Desk) -> None:
    desk.convert(desk.documents("fine"), printers=4)
    assert desk.started == 1
    assert list(pdf.convert([])) == []


@pytest.mark.parametrize("fault", ["hangs-once", "crashes-once"])
def test_a_document_is_tried_once_more_on_a_fresh_one(desk: Desk, fault: str) -> None:
    made = desk.convert(desk.documents("fine", fault, "fine"))
    assert [found.problems for found in made.values()] == [()] * 3
    assert " by 2 " in made["1.docx"].pdf.read_text("utf-8")
    assert desk.started == 2


@pytest.mark.parametrize("fault", ["hangs", "crashes", "tears", "refused", "forgets"])
def test_one_that_fails_twice_is_reported_and_the_others_are_printed(desk: Desk, fault: str) -> None:
    made = desk.convert(desk.documents("fine", fault, "fine"), printers=2)
    assert [name for name, found in made.items() if found.problems] == ["1.docx"]
    (problem,) = made["1.docx"].problems
    assert problem.source == str(desk.folder / "1.docx")
    assert "LibreOffice hai lần không lập được PDF" in problem.message
    assert sorted(path.name for path in desk.folder.glob("*.pdf")) == ["0.pdf", "2.pdf"]


def test_what_is_there_already_is_not_printed_again(desk: Desk) -> None:
    documents = desk.documents("fine", "fine")
    desk.convert(documents)
    documents[1].write_text("fine but another", encoding="utf-8")
    before = documents[0].with_suffix(".pdf").stat().st_mtime_ns
    assert not any(found.problems for found in desk.convert(documents).values())
    assert documents[0].with_suffix(".pdf").stat().st_mtime_ns == before
    desk.convert(documents)
    assert desk.started == 2  # once for both, once for the one that changed


@pytest.mark.parametrize("addition", [b"signed %%EOF", None])
def test_a_pdf_that_is_not_ours_or_was_signed_is_kept_unless_forced(desk: Desk, addition: bytes | None) -> None:
    (document,) = desk.documents("fine")
    desk.convert([document])
    target = document.with_suffix(".pdf")
    kept = target.read_bytes() + addition if addition else b"%PDF-1.4 scanned"
    target.write_bytes(kept)
    document.write_text("fine but another", encoding="utf-8")
    (found,) = desk.convert([document]).values()
    assert "không do baocao tạo ra hoặc đã được sửa, ký số" in found.problems[0].message
    assert target.read_bytes() == kept
    (found,) = desk.convert([document], force=True).values()
    assert not found.problems
    assert target.read_bytes() != kept


def test_a_signed_pdf_of_the_document_as_it_is_stays_even_if_it_could_be_made_again(desk: Desk) -> None:
    (document,) = desk.documents("fine")
    desk.convert([document])
    target = document.with_suffix(".pdf")
    signed = target.read_bytes() + b"signed %%EOF"
    target.write_bytes(signed)
    assert not desk.convert([document])["0.docx"].problems
    assert target.read_bytes() == signed


def test_a_document_that_cannot_be_read_is_a_problem_of_its_own(desk: Desk) -> None:
    made = desk.convert([desk.folder / "absent.docx", *desk.documents("fine")])
    assert [bool(found.problems) for found in made.values()] == [True, False]


def test_a_folder_that_cannot_be_written_stops_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise MissingError([messages.unwritable(str(path), "đĩa đã đầy")])

    monkeypatch.setattr(pdf, "write_whole", full)
    with pytest.raises(MissingError, match="đĩa đã đầy"):
        desk.convert(desk.documents(*["fine"] * 20), printers=2)
    assert desk.started <= 2


def test_whoever_stops_asking_leaves_nothing_running(desk: Desk) -> None:
    printing = pdf.convert(desk.documents("fine", "hangs", "hangs"), printers=2)
    assert next(printing).document.name == "0.docx"
    printing.close()  # type: ignore[attr-defined]  # the fixture looks for processes and folders


@pytest.mark.parametrize("python", ["does-not-exist", "false"])
def test_a_libreoffice_that_does_not_start_is_said_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    monkeypatch.setattr(programs, "find", lambda: Programs(str(desk.log), shutil.which(python) or python))
    with pytest.raises(MissingError, match="LibreOffice không làm xong"):
        desk.convert(desk.documents("fine", "fine"))


# --- the commands ------------------------------------------------------------------------------------------------


def test_draft_prints_and_says_how_many(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["draft", EXAMPLE, "-o", str(desk.folder), "--pdf"]) == 0
    assert "Đã lập 1 tệp PDF cạnh tệp Word; 0 tệp không lập được." in capsys.readouterr().out
    assert [path.stem for path in desk.folder.glob("*.pdf")] == [path.stem for path in desk.folder.glob("*.docx")]


def test_a_draft_that_cannot_be_printed_is_there_in_word(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    scan = desk.folder / "hoi-dong-y-tot_hoi-quan-chung-2021_du-thao.pdf"
    scan.write_bytes(b"%PDF-1.4 scanned")
    assert run(["draft", EXAMPLE, "-o", str(desk.folder), "--pdf"]) == 1
    assert f"đã có tệp {scan}" in capsys.readouterr().out
    assert scan.with_suffix(".docx").exists()
    assert run(["draft", EXAMPLE, "-o", str(desk.folder), "--pdf", "--force"]) == 0


def test_pdf_takes_files_and_folders(desk: Desk) -> None:
    documents = desk.documents("fine", "refused")
    (desk.folder / "~$0.docx").write_bytes(b"Word has it open")
    assert run(["pdf", str(desk.folder)]) == 1
    assert run(["pdf", str(documents[0])]) == 0
    assert [path.name for path in desk.folder.glob("*.pdf")] == ["0.pdf"]


def test_a_folder_without_a_document_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "~$khoa.docx").touch()  # what Word leaves while a document is open
    assert run(["pdf", str(tmp_path)]) == 1
    assert "thư mục không có tệp Word nào" in capsys.readouterr().err


def test_without_libreoffice_the_drafts_are_there_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["draft", EXAMPLE, "-o", str(tmp_path), "--pdf"]) == 3
    assert "máy này chưa cài LibreOffice" in capsys.readouterr().err
    assert len(list(tmp_path.glob("*.docx"))) == 1


def test_a_libreoffice_without_its_python_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "soffice").touch(mode=0o755)
    (tmp_path / "python").touch(mode=0o755)  # of LibreOffice itself, but it does not run
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "_has_uno", lambda python: False)
    assert run(["pdf", "x.docx"]) == 3
    assert "thiếu thành phần Python" in capsys.readouterr().err


def test_a_python_that_cannot_drive_libreoffice_is_not_taken(tmp_path: Path) -> None:
    false = shutil.which("false")
    assert false
    assert not programs._has_uno(false)
    assert not programs._has_uno(str(tmp_path / "absent"))


# --- with LibreOffice --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The draft of one example of each form, and one with letters of all kinds, printed by the command itself."""
    folder = tmp_path_factory.mktemp("giấy tờ")
    wanted = {*map(str, ONE_OF_EACH_FORM), str(ROOT / "inputs/hoi-quan-chung/2021/hoi-y-hoc-unicode.json")}
    assert run(["draft", *sorted(wanted), "-o", str(folder), "--pdf"]) == 0
    assert len(list(folder.glob("*.docx"))) == len(wanted)
    return sorted(folder.glob("*.pdf"))


@pytest.mark.system
def test_a_paper_is_pdf_a_2b_with_structure_title_language_and_all_fonts(printed: list[Path]) -> None:
    assert len(printed) >= 4
    for path in printed:
        content = path.read_bytes()
        assert b"<pdfaid:part>2</pdfaid:part>" in content
        assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content
        assert b"/Lang(vi-VN)" in content
        assert re.search(rb"/DisplayDocTitle true", content)
        told = dict(line.split(":", 1) for line in poppler("pdfinfo", path).splitlines())
        assert told["Tagged"].strip() == "yes"
        assert told["JavaScript"].strip() == "no"
        title = Document(str(path.with_suffix(".docx"))).core_properties.title
        assert told["Title"].strip() == title
        fonts = poppler("pdffonts", path).splitlines()[2:]
        assert fonts
        assert all(re.search(r" yes +yes +yes +\d+ +0$", font) for font in fonts), fonts  # embedded, subset, Unicode


@pytest.mark.system
def test_the_words_of_the_pdf_are_those_of_the_document(printed: list[Path]) -> None:
    for path in printed:
        document = path.with_suffix(".docx").read_bytes()
        wanted = Counter("\n".join(paragraphs(document)).split())
        found = Counter(poppler("pdftotext", "-raw", path, "-").split())
        assert wanted - found == Counter(), path.name
        rows = [row for table in Document(BytesIO(document)).tables for row in table.rows]
        heads = [cell.text for row in rows if row._tr.xpath("./w:trPr/w:tblHeader") for cell in row.cells]
        # what pages repeat: their number and the draft mark, the head of the table; and automatic numbers
        repeated = {"DỰ", "THẢO", "-", *" ".join(heads).split()}
        assert {word for word in found - wanted if not re.fullmatch(r"\d+\.?", word)} <= repeated, path.name


@pytest.mark.system
def test_letters_of_all_kinds_are_printed_as_they_are_written(printed: list[Path]) -> None:
    (path,) = (path for path in printed if path.stem == UNICODE)
    words = {word for text in paragraphs(path.with_suffix(".docx").read_bytes()) for word in text.split()}
    special = {word for word in words if re.search(r"[ắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựđƠƯĐ]", word)}
    assert len(special) > 100
    assert special <= set(poppler("pdftotext", "-raw", path, "-").split())


@pytest.mark.system
def test_a_stopped_and_a_killed_libreoffice_cost_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [tmp_path / f"{number}.docx" for number in range(8)]
    for path in documents:
        path.write_bytes(drafted(ROOT / EXAMPLE))
    started: list[printer.Printer] = []

    def start(found: Programs) -> printer.Printer:
        started.append(printer.Printer(found))
        return started[-1]

    monkeypatch.setattr(pdf, "Printer", start)
    printing = pdf.convert(documents, printers=2, patience=5)
    made = [next(printing), next(printing)]
    first, second = (found._process.pid for found in started)
    left = sockets(first) | sockets(second)
    assert len(left) == 4
    os.killpg(first, signal.SIGSTOP)
    (office,) = offices(second)
    os.kill(office, signal.SIGKILL)
    made += printing
    assert sorted(found.document for found in made) == sorted(documents)
    assert [problem for found in made for problem in found.problems] == []
    assert len(started) == 4
    groups = {found._process.pid for found in started}
    assert not any(os.path.exists(f"/proc/{group}") for group in groups)  # noqa: PTH110
    assert not any(found._folder.exists() for found in started)
    assert not [path for path in left if path.exists()]


@pytest.mark.system
def test_no_process_outlives_its_parent(tmp_path: Path) -> None:
    """Ended politely, interrupted, killed, and killed while LibreOffice hangs."""
    content = drafted(ROOT / EXAMPLE)
    parents = {}
    for name in ("TERM", "INT", "KILL", "KILL-stopped"):
        folder = tmp_path / name
        (folder / "temporary").mkdir(parents=True)
        documents = [folder / f"{number}.docx" for number in range(300)]
        for path in documents:
            path.write_bytes(content)
        # a shell that runs the tests in the background lets its processes ignore interrupts
        heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        command = [sys.executable, "-c", f"{heard}; from baocao.cli import main; main()", "pdf", str(folder)]
        parents[name] = subprocess.Popen(
            command, env={**os.environ, "TMPDIR": str(folder / "temporary")}, stderr=subprocess.DEVNULL, cwd=ROOT
        )
    for name, parent in parents.items():
        folder = tmp_path / name
        assert eventually(partial(any_file, folder, "*.pdf")), name
        if name == "KILL-stopped":
            for pid in processes(str(folder / "temporary")):
                if "soffice" in Path(f"/proc/{pid}/comm").read_text(encoding="utf-8"):
                    os.kill(pid, signal.SIGSTOP)
        parent.send_signal(getattr(signal, f"SIG{name.partition('-')[0]}"))
        assert parent.wait(30) != 0
    for name in parents:
        temporary = tmp_path / name / "temporary"
        assert eventually(partial(no_process, str(temporary))), name
        assert list(temporary.iterdir()) == [], name
        assert all(path.read_bytes().rstrip().endswith(b"%%EOF") for path in (tmp_path / name).glob("*.pdf")), name


def linking(address: str, secret: Path) -> bytes:
    """A document with a picture of its own, one at an address, and one in a file of this machine."""
    document = Document()
    for shade in (0, 1, 2):
        document.add_picture(png(shade))
    document.save(saved := BytesIO())
    made = BytesIO()
    elsewhere = {"image2.png": f"{address}/picture.png", "image3.png": secret.as_uri()}
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = b"r:link=".join(content.rsplit(b"r:embed=", 2))
            for target, place in elsewhere.items():
                absolute = f'Target="{place}" TargetMode="External"'
                content = content.replace(f'Target="media/{target}"'.encode(), absolute.encode())
            new.writestr(name, content)
    return made.getvalue()


@pytest.mark.system
def test_a_document_fetches_nothing_and_shows_no_file_of_this_machine(tmp_path: Path) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    (tmp_path / "secret.png").write_bytes(png(2).getvalue())
    document = tmp_path / "x.docx"
    document.write_bytes(linking(f"http://127.0.0.1:{server.getsockname()[1]}", tmp_path / "secret.png"))
    (made,) = pdf.convert([document])
    assert not made.problems
    server.settimeout(0)
    with server, pytest.raises(BlockingIOError):  # nobody has called
        server.accept()
    pictures = poppler("pdfimages", "-list", made.pdf).splitlines()[2:]
    assert len(pictures) == 1, pictures


@pytest.mark.system
def test_what_is_no_word_file_is_refused_whatever_else_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.docx").write_bytes(b"<html><body>x</body></html>")
    (made,) = pdf.convert([tmp_path / "x.docx"])
    assert made.problems
    assert not made.pdf.exists()


@pytest.mark.system
def test_an_issued_paper_is_printed_beside_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = open_office(tmp_path, "hoi-quan-chung/2021")
    path = office.inputs / "hoi-dong-y-tot.json"
    assert office.run("issue", str(path), *office.options(templates=True), "--pdf") == 0
    (made,) = (tmp_path / "out").glob("*.pdf")
    assert made.with_suffix(".docx").exists()
    assert "DỰ THẢO" not in poppler("pdftotext", made, "-")
    assert "Đã lập 1 tệp PDF" in capsys.readouterr().out
