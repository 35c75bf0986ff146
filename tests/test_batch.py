"""Many submissions at once: the same files by any number of processes, stopped or killed or not."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from baocao.cli import many, run
from baocao.cli.progress import duration
from baocao.pipeline import submissions
from baocao.rendering import package
from baocao.rendering.compressor import STANDARD
from baocao.staging import stage, staging
from tests.helpers import as_json, submission

ROOT = Path(__file__).parents[1]
Said = Callable[[], str]
needs_signals = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs signals and /proc")

SOUND = 70
"""More than the pieces that two processes get at first."""
KILLS = 2
SOAK_KILLS = int(os.environ.get("BAOCAO_SOAK_KILLS", "200"))


def put(path: Path, changes: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_json(submission(changes)))


def fill(folder: Path, count: int) -> Path:
    """So many sound submissions of different organisations."""
    for number in range(count):
        awarded = 5 - number % 3
        reason = {"reason": f"nộp chậm {number} ngày"} if awarded < 5 else {}
        put(
            folder / f"{number:04}.json",
            {"organization/id": f"to-chuc-{number:04}", "scores/I.1.1": {"awarded": awarded, **reason}},
        )
    return folder


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, hidden files too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def mixed(work: Path) -> Path:
    """Sound submissions; faulty ones; some that would have one file name; one whose file somebody edited."""
    folder = fill(work / "in", SOUND)
    put(folder / "0001_a.json", {"organization/id": "to-chuc-0001", "organization/name": "Chi bộ khác"})
    put(folder / "0060_a.json", {"organization/id": "to-chuc-0002", "organization/name": "Chi bộ khác nữa"})
    put(folder / "0010.json", {"organization/id": "to-chuc-0010", "comment": "Tổng điểm 12 điểm."})  # found once rated
    put(folder / "0065_a.json", {"organization/id": "to-chuc-0010"})
    put(folder / "0030_a.json", {"organization/id": "sai", "scores/I.1.1/awarded": 6})
    (folder / "0040_a.json").write_bytes(b"\xff{")
    (work / "edited").mkdir()
    (work / "edited" / "to-chuc-0005_hoi-quan-chung-2021_du-thao.docx").write_bytes(b"edited by hand")
    return folder


def test_the_files_and_the_words_are_the_same_by_any_number_of_processes(mixed: Path, work: Path, said: Said) -> None:
    found = {}
    for name, jobs in {"one": "1", "two": "2", "three": "3", "two again": "2"}.items():
        output = work / name
        shutil.copytree(work / "edited", output)
        assert run(["draft", str(mixed), "-o", str(output), "--jobs", jobs, "--report", f"{name}.jsonl"]) == 1
        words = said().replace(str(output), "OUT").replace(f"{name}.jsonl", "REPORT")
        report = (work / f"{name}.jsonl").read_text(encoding="utf-8").replace(str(output), "OUT")
        found[name] = (files(output), words, report)
    first = found["one"]
    assert len(first[0]) == SOUND - 1  # 0010 is faulty, and 0065_a would have its name
    assert all(other == first for other in found.values())
    assert first[0]["to-chuc-0005_hoi-quan-chung-2021_du-thao.docx"] == b"edited by hand"
    sources = [Path(json.loads(line)["source"]).stem for line in first[2].splitlines()]
    assert sources == sorted(["0001_a", "0005", "0010", "0030_a", "0040_a", "0060_a", "0065_a"])
    assert f"Đã lập {SOUND - 2} bảng chấm điểm dự thảo" in first[1]
    assert "7 tệp có lỗi" in first[1]


def test_what_is_right_already_is_not_written_again(work: Path, said: Said) -> None:
    command = ["draft", str(fill(work / "in", 40)), "-o", "out", "--jobs", "2"]
    assert run(command) == 0
    before = {path: path.stat().st_ino for path in (work / "out").iterdir()}
    changed, gone = sorted(before)[3], sorted(before)[20]
    put(work / "in" / "0003.json", {"organization/id": "to-chuc-0003", "organization/name": "Chi bộ đổi tên"})
    gone.unlink()
    said()
    assert run(command) == 0
    assert "Đã lập 2 bảng chấm điểm dự thảo trong out (ngoài ra 38 bảng đã có sẵn và đúng); 0 tệp có lỗi." in said()
    after = {path: path.stat().st_ino for path in (work / "out").iterdir()}
    assert before.keys() == after.keys()
    assert {path for path in after if after[path] != before[path]} >= {changed}
    assert {path for path in after if after[path] != before[path]} <= {changed, gone}


def test_a_draft_that_was_compressed_otherwise_is_right_too(work: Path, said: Said) -> None:
    put(work / "a.json", {})
    assert run(["draft", "a.json"]) == 0
    (path,) = (work / "outputs").iterdir()
    other = package.pack(
        {name: bytes(content) for name, content in package.unpack(path.read_bytes()).items()}, STANDARD
    )
    assert other != path.read_bytes()
    path.write_bytes(other)
    said()
    assert run(["draft", "a.json"]) == 0
    assert "Đã lập 0" in said()
    assert path.read_bytes() == other


def test_only_the_first_of_many_faulty_files_are_listed(work: Path, said: Said) -> None:
    for number in range(many.MOST_SHOWN + 7):
        put(work / "in" / f"{number:03}.json", {"organization/id": f"a{number}", "scores/I.1.1/awarded": 6})
    assert run(["draft", "in"]) == 1
    words = said()
    assert words.count("không lập được") == many.MOST_SHOWN
    assert "Còn 7 tệp có lỗi chưa liệt kê; chạy lại với --report" in words
    assert run(["draft", "in", "--report", "sub/loi.jsonl"]) == 1
    assert "Danh sách đầy đủ các tệp có lỗi: sub/loi.jsonl." in said()
    lines = [json.loads(line) for line in (work / "sub" / "loi.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [Path(line["source"]).name for line in lines] == [f"{number:03}.json" for number in range(len(lines))]
    assert len(lines) == many.MOST_SHOWN + 7
    assert {problem["where"] for line in lines for problem in line["problems"]} == {'scores["I.1.1"].awarded'}


def test_many_documents_are_counted_and_not_listed(work: Path, said: Said) -> None:
    fill(work / "in", many.MOST_SHOWN + 1)
    assert run(["draft", "in", "--report", "loi.jsonl"]) == 0
    assert said() == f"Đã lập {many.MOST_SHOWN + 1} bảng chấm điểm dự thảo trong outputs; 0 tệp có lỗi.\n"
    assert (work / "loi.jsonl").read_bytes() == b""


def test_work_by_nobody_is_a_wrong_use(work: Path, said: Said) -> None:
    assert run(["draft", "a.json", "--jobs", "0"]) == 2
    assert "giá trị của --jobs không hợp lệ: phải từ 1 trở lên" in said()


def test_a_report_that_cannot_be_written_is_told_before_the_work(work: Path, said: Said) -> None:
    put(work / "a.json", {})
    (work / "tệp").touch()
    assert run(["draft", "a.json", "--report", "tệp/loi.jsonl"]) == 3
    assert "không ghi được" in said()
    assert not (work / "outputs").exists()


def test_a_folder_that_cannot_be_made_ends_many_with_3_too(work: Path, said: Said) -> None:
    fill(work / "in", 20)
    (work / "tệp").touch()
    assert run(["draft", "in", "-o", "tệp", "--jobs", "2"]) == 3
    assert "không ghi được" in said()


def test_one_document_waits_for_nothing_that_only_many_need(work: Path) -> None:
    put(work / "a.json", {})
    code = "import sys; from baocao.cli import run; run(['draft', 'a.json']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert not {"baocao.pool", "rich"} & set(done.stdout.split())


# --- files without a name yet ------------------------------------------------------------------------------------


def test_what_a_killed_run_left_is_removed_and_what_a_living_one_has_is_not(tmp_path: Path) -> None:
    with staging(tmp_path) as living:
        kept = stage(living, b"x")
        left = tmp_path / ".baocao-left"
        shutil.copytree(living, left)
        with staging(tmp_path) as other:
            assert not left.exists()
            assert kept.read_bytes() == b"x"
            assert other != living
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_looks_like_what_was_left_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").write_bytes(b"of another program")
    output = tmp_path / "out"
    output.mkdir()
    (output / ".baocao-link").symlink_to(elsewhere)
    with staging(output):
        pass
    assert (elsewhere / "lock").read_bytes() == b"of another program"


def test_a_folder_that_somebody_made_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / ".baocao-notes").mkdir()
    (tmp_path / ".baocao-notes" / "a.txt").touch()
    with staging(tmp_path):
        pass
    assert files(tmp_path) == {".baocao-notes/a.txt": b""}


# --- stopped, killed ---------------------------------------------------------------------------------------------


def start(*arguments: str, jobs: int = 2) -> subprocess.Popen[str]:
    """Begin to draft `in` into `out`, in a group of its own as a terminal would have it."""
    command = [sys.executable, "-m", "baocao", "draft", "in", "-o", "out", "--jobs", str(jobs), *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    )


def until(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    while process.poll() is None and not condition():
        time.sleep(0.002)


def documents(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.docx"))


def group_of(process: subprocess.Popen[str]) -> set[int]:
    """The processes of a session that are alive, but for the first."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, session = stat_of(int(stat.parent.name))
        except OSError:  # it has just ended
            continue
        if int(session) == process.pid and state != "Z" and int(stat.parent.name) != process.pid:
            found.add(int(stat.parent.name))
    return found


def stat_of(pid: int) -> list[str]:
    """State, parent, group and session of a process."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:4]


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of submissions that take a while, and their documents."""
    folder = tmp_path_factory.mktemp("batch")
    fill(folder / "in", 300)
    assert run(["draft", str(folder / "in"), "-o", str(folder / "wanted"), "--jobs", "2"]) == 0
    return folder


@pytest.fixture
def wanted(drafted: Path, work: Path) -> dict[str, bytes]:
    """The documents of the folder `in`."""
    (work / "in").symlink_to(drafted / "in")
    return files(drafted / "wanted")


@needs_signals
@pytest.mark.parametrize(("number", "jobs"), [(signal.SIGINT, 2), (signal.SIGTERM, 2), (signal.SIGINT, 1)])
def test_a_stop_ends_with_the_documents_under_way_and_says_how_to_go_on(
    number: signal.Signals, jobs: int, wanted: dict[str, bytes], work: Path
) -> None:
    process = start("--report", "loi.jsonl", jobs=jobs)
    until(lambda: documents(work / "out"), process)
    if number is signal.SIGINT:
        os.killpg(process.pid, number)  # a terminal tells all of them
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number, err
    found = files(work / "out")
    assert 0 < len(found) < len(wanted)
    assert found.items() <= wanted.items()
    assert re.search(rf"Đã lập {len(found)} bảng", out)
    assert "Chạy lại đúng lệnh này để làm tiếp" in err
    assert "Traceback" not in err
    assert (work / "loi.jsonl").exists()
    assert not group_of(process)
    assert run(["draft", "in", "-o", "out", "--jobs", "2"]) == 0
    assert files(work / "out") == wanted


@needs_signals
def test_a_process_that_is_killed_costs_no_document(wanted: dict[str, bytes], work: Path) -> None:
    process = start()
    until(lambda: documents(work / "out"), process)
    workers = [pid for pid in group_of(process) if int(stat_of(pid)[1]) != process.pid]  # the server's children
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert files(work / "out") == wanted


def campaign(work: Path, wanted: dict[str, bytes], kills: int) -> None:
    """Kill a batch again and again, somewhere in the middle, and let the next go on; at the end all is right."""
    chance = random.Random(7)
    killed = 0
    while killed < kills:
        if len(documents(work / "out")) > len(wanted) - 50:
            shutil.rmtree(work / "out")
        process = start(jobs=chance.choice((1, 2, 2, 3)))
        before, more = len(documents(work / "out")), chance.choice((1, 1, 3, 20))
        until(lambda: len(documents(work / "out")) >= before + more, process)  # noqa: B023 -- called at once
        time.sleep(chance.random() * 0.03)
        alive = process.poll() is None
        process.kill()
        process.communicate(timeout=60)
        killed += alive and process.returncode < 0
        assert {path.name: path.read_bytes() for path in documents(work / "out")}.items() <= wanted.items()
        gone = time.monotonic() + 30
        while group_of(process):
            assert time.monotonic() < gone, "a process outlives the one that gave it work"
            time.sleep(0.01)
    assert run(["draft", "in", "-o", "out", "--jobs", "2"]) == 0
    assert files(work / "out") == wanted


@needs_signals
def test_a_killed_batch_goes_on_to_the_same_files(wanted: dict[str, bytes], work: Path) -> None:
    campaign(work, wanted, KILLS)


@needs_signals
@pytest.mark.soak
def test_a_batch_killed_again_and_again_goes_on_to_the_same_files(wanted: dict[str, bytes], work: Path) -> None:
    campaign(work, wanted, SOAK_KILLS)


# --- progress ----------------------------------------------------------------------------------------------------


@needs_signals
def test_a_terminal_shows_how_far_it_is(work: Path) -> None:
    pty = pytest.importorskip("pty")
    fill(work / "in", 120)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "baocao", "draft", "in", "--jobs", "1"], stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 1 << 16):
            shown += chunk
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    text = shown.decode()
    assert "Đang xử lý" in text
    assert re.search(r"\d+/120", text)
    assert re.search(r"\d tệp/giây, còn \d+ giây", text)
    assert out.decode().startswith("Đã lập 120 bảng")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 giây"), (59, "59 giây"), (61, "1 phút 01 giây"), (3599.7, "1 giờ 00 phút"), (36_240, "10 giờ 04 phút")],
)
def test_time_left_is_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


# --- which files -------------------------------------------------------------------------------------------------


def test_files_are_found_in_the_order_of_their_paths_and_each_once(work: Path) -> None:
    for name in ("b/2.json", "b/1.json", "b/c/3.json", "a.json", "b/office.json", "b/x.schema.json", "b/notes.txt"):
        put(work / name, {})
    (work / "b" / "0.json").symlink_to(work / "b" / "1.json")
    (work / "b" / "d").symlink_to(work / "b" / "c")
    (work / "b" / "e.json").mkdir()
    put(work / "b" / "e.json" / "4.json", {})
    found = submissions([Path("a.json"), Path("b"), Path("b/c"), Path("a.json"), Path("b/../b/2.json")])
    assert [str(path) for path in found] == ["a.json", "b/0.json", "b/2.json", "b/c/3.json", "b/e.json/4.json"]


def test_a_folder_without_any_is_told_before_the_work(work: Path, said: Said) -> None:
    put(work / "a.json", {})
    (work / "b").mkdir()
    put(work / "b" / "office.json", {})
    assert run(["draft", "a.json", "b"]) == 1
    assert "b" in said()
    assert not (work / "outputs").exists()
