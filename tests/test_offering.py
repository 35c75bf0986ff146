"""Many scoresheets issued at once: the same numbers and files by any number of processes, stopped or killed or not."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from baocao.records import latest, record_in
from tests.office import Office, open_office
from tests.test_batch import files, group_of, needs_signals, until

FORM = "hoi-quan-chung/2021"
MANY = 60
KILLS = 2
SOAK_KILLS = int(os.environ.get("BAOCAO_SOAK_KILLS", "100"))
Said = Callable[[], str]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with many submissions; two are of one organisation, one has facts that are not yet known."""
    office = open_office(tmp_path_factory.mktemp("offering") / "office", FORM)
    example = json.loads((office.inputs / "hoi-dong-y-tot.json").read_text(encoding="utf-8"))
    shutil.copy(office.inputs / "office.json", office.folder)
    shutil.move(office.inputs / "hoi-van-hoc-chua-du-so-lieu.json", office.folder / "0003_a.json")
    shutil.rmtree(office.inputs)
    office.inputs.mkdir()
    shutil.move(office.folder / "office.json", office.inputs)
    shutil.move(office.folder / "0003_a.json", office.inputs)
    for number in range(MANY):
        example["organization"]["id"] = f"to-chuc-{number:04}"
        path = office.inputs / f"{number:04}.json"
        path.write_text(json.dumps(example, ensure_ascii=False), encoding="utf-8")
    shutil.copy(office.inputs / "0001.json", office.inputs / "0050_a.json")
    return office


def issue(office: Office, jobs: int) -> int:
    return office.run(*command(office, jobs))


def command(office: Office, jobs: int) -> list[str]:
    return ["issue", str(office.inputs), *office.options(templates=True), "--jobs", str(jobs)]


def start(office: Office, jobs: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "baocao", *command(office, jobs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def state(office: Office) -> tuple[dict[str, tuple[str, str]], dict[str, bytes]]:
    """Who has which number with what content, and the files."""
    records = {str(number): record_in(latest(status)) for number, status in office.known().items()}
    return {number: (found.organization, found.digest) for number, found in records.items()}, files(
        office.folder / "out"
    )


@pytest.fixture(scope="module")
def wanted(prepared: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, object]:
    office = prepared.copy(tmp_path_factory.mktemp("wanted") / "office")
    assert issue(office, 1) == 1
    return state(office)


@pytest.mark.parametrize("jobs", [2, 3])
def test_numbers_and_files_are_the_same_by_any_number_of_processes(
    jobs: int, prepared: Office, wanted: tuple[object, object], tmp_path: Path, said: Said
) -> None:
    office = prepared.copy(tmp_path / "office")
    report = tmp_path / "loi.jsonl"
    said()
    assert office.run(*command(office, jobs), "--report", str(report)) == 1
    assert state(office) == wanted
    assert len(office.known()) == MANY
    words = said()
    assert f"Đã ban hành {MANY} bảng chấm điểm; 2 tệp chưa ban hành được." in words
    assert words.count("\n2021-") + words.startswith("2021-") == MANY
    failed = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert [Path(line["source"]).name for line in failed] == ["0003_a.json", "0050_a.json"]
    assert failed[0]["problems"][0]["blocks"] == "issue"
    assert "trùng tên tệp kết quả" in failed[1]["problems"][0]["message"]


@needs_signals
def test_a_stop_ends_with_the_scoresheets_under_way(
    prepared: Office, wanted: tuple[object, object], tmp_path: Path
) -> None:
    office = prepared.copy(tmp_path / "office")
    process = start(office, 2)
    until(lambda: list((office.folder / "out").glob("*.docx")), process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Chạy lại đúng lệnh này để làm tiếp" in err
    assert "Traceback" not in err
    assert 0 < len([line for line in out.splitlines() if line.startswith("2021-")]) == len(office.known()) < MANY
    assert issue(office, 2) == 1
    assert state(office) == wanted


def campaign(office: Office, kills: int) -> None:
    """Kill a batch again and again, and let the next go on."""
    chance = random.Random(11)
    for _ in range(kills):
        process = start(office, chance.choice((1, 2, 3)))
        before, more = len(list((office.folder / "out").glob("*.docx"))), chance.choice((1, 2, 9))
        until(lambda: len(list((office.folder / "out").glob("*.docx"))) >= before + more, process)  # noqa: B023
        time.sleep(chance.random() * 0.02)
        process.kill()
        process.communicate(timeout=60)
        gone = time.monotonic() + 30
        while group_of(process):
            assert time.monotonic() < gone, "a process outlives the one that gave it work"
            time.sleep(0.01)
        if len(office.known()) == MANY:
            shutil.rmtree(office.folder / "out")
            Path(office.register).unlink()
            (office.folder / "out").mkdir()


@needs_signals
@pytest.mark.parametrize("kills", [KILLS, pytest.param(SOAK_KILLS, marks=pytest.mark.soak)])
def test_a_killed_batch_goes_on_to_the_same_numbers_and_files(
    kills: int, prepared: Office, wanted: tuple[object, object], tmp_path: Path
) -> None:
    office = prepared.copy(tmp_path / "office")
    campaign(office, kills)
    assert issue(office, 2) == 1
    assert state(office) == wanted
