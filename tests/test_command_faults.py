"""The commands of the register on bad days: killed, all at once, on a full disk, on a register somebody changed."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from baocao.cli import run
from baocao.register import Number, Register
from tests import command_faults, postgresql
from tests.command_faults import Workplace, workplace
from tests.office import ROOT, Office, open_office
from tests.registers import raw, without_triggers

FORM = command_faults.FORM
FIRST = Number(2021, 1)
EXAMPLE = "hoi-dong-y-tot"
KILLS = {"sqlite": int(os.environ.get("BAOCAO_KILLS", "12")), "postgresql": int(os.environ.get("BAOCAO_KILLS", "6"))}
SOAK_KILLS = {
    "sqlite": int(os.environ.get("BAOCAO_SOAK_KILLS", "300")),
    "postgresql": int(os.environ.get("BAOCAO_SOAK_KILLS", "100")),
}
Said = Callable[[], str]
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and pipes that can be waited for")


class Killed(BaseException):
    """What nobody catches."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def location(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a register may be made: a new file, or a new database of a real server."""
    if database == "sqlite":
        return str(tmp_path / "register.sqlite")
    server: str = request.getfixturevalue("postgresql_server")
    name = f"c{uuid.uuid4().hex}"
    admin = create_engine(server.format("postgres").replace("postgresql:", "postgresql+psycopg:"))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.format(name)


@pytest.fixture
def place(location: str, tmp_path: Path) -> Workplace:
    return workplace(tmp_path / "office", location)


@pytest.fixture(scope="module")
def confirmed(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a confirmed form, in which nothing is issued yet."""
    return open_office(tmp_path_factory.mktemp("confirmed") / "a", FORM)


@pytest.fixture
def fresh(confirmed: Office, tmp_path: Path) -> Office:
    return confirmed.copy(tmp_path / "office")


# --- killed ------------------------------------------------------------------------------------------------------


@needs_signals
@pytest.mark.slow
def test_commands_killed_at_any_moment_lose_and_double_nothing(place: Workplace, database: str) -> None:
    small = tuple(act for act in command_faults.ACTS if act != "folder")
    counts = command_faults.campaign(place, KILLS[database], seed=uuid.uuid4().int, acts=small)
    print(counts)  # noqa: T201
    assert counts.sound(), counts


@needs_signals
@pytest.mark.soak
def test_hundreds_of_killed_commands_lose_and_double_nothing(place: Workplace, database: str) -> None:
    counts = command_faults.campaign(place, SOAK_KILLS[database], seed=uuid.uuid4().int)
    print(counts)  # noqa: T201
    assert counts.sound(), counts
    assert counts.finished_later > 0
    assert set(counts.by_act) == set(command_faults.ACTS)


@pytest.mark.parametrize("rename_done", [False, True])
def test_what_a_killed_command_left_is_finished_and_said(fresh: Office, said: Said, rename_done: bool) -> None:
    """The two moments in which a kill parts an entry from its file, exactly."""

    def kill(path: Path, content: bytes) -> None:
        if rename_done:
            path.write_bytes(content)
        else:
            (path.parent / f".{path.name}.abc.tmp").write_bytes(content[:100])
        raise Killed

    killed_while_writing(fresh, kill)
    said()
    assert fresh.run("list", "--register", fresh.register) == 0
    (document,) = (fresh.folder / "out").iterdir()
    assert f"đã ghi nốt:\n  2021-0001  {document}\n" in said()
    assert fresh.run("list", "--register", fresh.register) == 0
    assert "đã ghi nốt" not in said()


# --- many at once ------------------------------------------------------------------------------------------------


def assert_all_issued(place: Workplace, processes: int, each: int) -> None:
    counts, own = command_faults.many_at_once(place, processes, each)
    print(counts)  # noqa: T201
    assert counts.sound(), counts
    assert counts.numbers == counts.entries == processes * each
    assert sorted(line.partition("  ")[0] for line in own) == [str(number) for number in sorted(place.known())]


@pytest.mark.slow
def test_several_clerks_at_once_get_consecutive_numbers_and_are_told_their_own(place: Workplace) -> None:
    assert_all_issued(place, processes=4, each=8)


@pytest.mark.soak
def test_eight_clerks_issue_400_documents_at_once(place: Workplace) -> None:
    assert_all_issued(place, processes=8, each=50)


# --- ordinary faults ---------------------------------------------------------------------------------------------


def issue_one(office: Office, *more: str, register: str | None = None, out: Path | None = None) -> int:
    return office.run(
        "issue",
        str(office.inputs / f"{EXAMPLE}.json"),
        "--templates",
        office.templates,
        "-o",
        str(out or office.folder / "out"),
        "--register",
        register or office.register,
        *more,
    )


def killed_while_writing(office: Office, write: Callable[[Path, bytes], None], **options: Any) -> None:
    """Issue a scoresheet by a process that dies when it writes the document."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("baocao.register.delivery.write_whole", write)
        with pytest.raises(Killed):
            issue_one(office, **options)


def assert_nothing_entered(office: Office) -> None:
    if Path(office.register).exists():
        with Register.open(office.register) as register:
            assert register.head().entries == 0
            assert register.deliveries() == ()
            assert register.verify_chain().problems == ()
    assert list((office.folder / "out").glob("*")) == []


def limited(office: Office, size: int, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that may write files of a limited size only: what a full disk does, without one."""
    program = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES, BYTES)); "
        "sys.argv[0] = 'baocao'; runpy.run_module('baocao', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", program.replace("BYTES", str(size)), *command],
        cwd=ROOT,
        env=command_faults.environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@needs_signals
@pytest.mark.parametrize("size", [1000, 20_000, 100_000])
def test_a_limit_on_the_size_of_files_is_told_and_nothing_is_half_done(fresh: Office, size: int) -> None:
    """The document, the log of the register, or the register itself does not fit."""
    command = ["issue", str(fresh.inputs / f"{EXAMPLE}.json"), *fresh.options(templates=True)]
    if size > 1000:
        Register.open(fresh.register).close()
    done = limited(fresh, size, command)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "→" in done.stderr
    assert_nothing_entered(fresh)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if not mount or not umount or subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk here")
    yield folder
    subprocess.run([umount, str(folder)], check=True)


@pytest.mark.parametrize("full", ["out", "register", "both"])
def test_a_disk_that_fills_up_half_way_is_told_and_the_rest_is_issued_later(
    fresh: Office, small_disk: Path, said: Said, full: str
) -> None:
    folder = workplace_of(fresh).submissions(40)
    out = small_disk / "out" if full != "register" else fresh.folder / "out"
    register = str(small_disk / "r.sqlite") if full != "out" else fresh.register
    (small_disk / "ballast").write_bytes(bytes(600_000))
    command = ["issue", str(folder), "--templates", fresh.templates, "-o", str(out), "--register", register]
    assert fresh.run(*command) == 3
    text = said()
    assert "đã đầy" in text
    assert "Đã ban hành " in text
    (small_disk / "ballast").unlink()
    assert fresh.run("register", "check", "--register", register) == 0
    with Register.open(register) as opened:
        deliveries, entries = opened.deliveries(), opened.entries()
    assert len(entries) == len(deliveries)
    assert all(delivery.delivered for delivery in deliveries)
    assert sorted(out.iterdir()) == sorted(delivery.path for delivery in deliveries)


def workplace_of(office: Office) -> Workplace:
    return Workplace(office, office.register)


def test_an_output_folder_in_which_nobody_may_write_refuses_the_entry(fresh: Office, said: Said) -> None:
    out = fresh.folder / "out"
    out.mkdir(mode=0o555)
    if os.access(out, os.W_OK):  # root may write everywhere but here
        out = Path("/proc/baocao")
        if not Path("/proc/self").exists():
            pytest.skip("whoever runs this may write everywhere")
    assert issue_one(fresh, out=out) == 3
    assert "→" in said()
    assert_nothing_entered(fresh)


@pytest.mark.parametrize("there", ["file", "folder", "dangling link"])
def test_whatever_is_at_the_place_of_the_document_is_left_alone(fresh: Office, said: Said, there: str) -> None:
    path = fresh.folder / "out" / f"2021-0001_{EXAMPLE}_hoi-quan-chung-2021.docx"
    path.parent.mkdir()
    if there == "file":
        path.write_bytes(b"mine")
    elif there == "folder":
        path.mkdir()
    else:
        path.symlink_to(fresh.folder / "nowhere")
    assert issue_one(fresh) == 1
    assert "đã có tệp khác" in said()
    with Register.open(fresh.register) as register:
        assert register.head().entries == 0
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_an_output_folder_that_is_a_file_is_told(fresh: Office, said: Said) -> None:
    (fresh.folder / "file").write_bytes(b"")
    assert issue_one(fresh, out=fresh.folder / "file" / "sub") == 3
    assert "→" in said()
    assert_nothing_entered(fresh)


def test_a_register_that_somebody_holds_is_told(fresh: Office, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    Register.open(fresh.register).close()
    monkeypatch.setattr("baocao.register.Register.open.__func__.__kwdefaults__", {**_KEYWORDS, "patience": 0.2})
    holder = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, fresh.register], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline().strip() == b"held"
        assert issue_one(fresh) == 3
        assert "đang có người khác ghi" in said()
        assert fresh.run("list", "--register", fresh.register) == 0
        other.communicate()
    assert_nothing_entered(fresh)
    assert issue_one(fresh) == 0


_KEYWORDS = dict(Register.open.__func__.__kwdefaults__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["scoresheet.docx", "decision.docx", "revocation.docx", "phrases.toml", "form.toml"])
def test_a_missing_file_of_the_form_is_told(fresh: Office, said: Said, name: str) -> None:
    (Path(fresh.templates) / FORM / name).unlink()
    assert issue_one(fresh) == 1
    assert "→" in said()
    assert_nothing_entered(fresh)


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"not a database" * 100, 1, "không phải là sổ theo dõi"),
        (b"SQLite format 3\0" + bytes(4000), 1, "không phải là sổ theo dõi"),
        (None, 3, "không mở hoặc không ghi được"),
    ],
)
def test_a_register_that_is_none_is_told(
    fresh: Office, said: Said, content: bytes | None, code: int, message: str
) -> None:
    path = Path(fresh.register)
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    for command in (["list"], ["register", "check"], ["show", "2021-0001"]):
        assert fresh.run(*command, "--register", fresh.register) == code
        assert message in said()
    assert issue_one(fresh) == code
    assert message in said()
    assert content is None or path.read_bytes() == content
    assert not (fresh.folder / "out").exists()


def test_a_register_of_a_newer_version_is_told(fresh: Office, said: Said) -> None:
    Register.open(fresh.register).close()
    raw(fresh.register, "UPDATE register_version SET version_num = '9999'")
    assert issue_one(fresh) == 3
    assert "phiên bản baocao mới hơn" in said()
    assert fresh.run("list", "--register", fresh.register) == 3


def test_a_register_in_no_folder_is_told_and_made_only_by_issue(fresh: Office, said: Said) -> None:
    where = str(fresh.folder / "new" / "sub" / "r.sqlite")
    assert fresh.run("list", "--register", where) == 1
    assert "chưa có sổ theo dõi" in said()
    assert not Path(where).parent.exists()
    assert issue_one(fresh, register=where) == 0


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which not even root may write: Linux has one")
def test_a_register_where_nobody_may_write_is_told(fresh: Office, said: Said) -> None:
    assert issue_one(fresh, register="/proc/register.sqlite") == 3
    assert "không mở hoặc không ghi được" in said()
    assert list((fresh.folder / "out").glob("*")) == []


@pytest.mark.postgresql
def test_a_server_that_goes_away_is_told(fresh: Office, said: Said) -> None:
    with postgresql.server() as url:
        location = url.format("postgres")
        assert issue_one(fresh, register=location) == 0
    said()
    for command in (["list"], ["register", "check"], ["show", "2021-0001"]):
        assert fresh.run(*command, "--register", location) == 3
        assert "không nối được" in said()
    assert issue_one(fresh, register=location) == 3
    assert len(list((fresh.folder / "out").iterdir())) == 1


def test_files_promised_on_another_machine_are_left_to_it(
    place: Workplace, database: str, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The paths of a clerk's machine mean nothing on another's; a register in a file has only one machine."""
    office = place.office
    monkeypatch.setattr("platform.node", lambda: "here")
    killed_while_writing(office, _interrupted, register=place.location)
    monkeypatch.setattr("platform.node", lambda: "there")
    said()
    assert office.run("list", "--register", place.location) == 0
    assert ("đã ghi nốt" in said()) == (database == "sqlite")
    monkeypatch.setattr("platform.node", lambda: "here")
    assert office.run("list", "--register", place.location) == 0
    assert ("đã ghi nốt" in said()) == (database != "sqlite")


def _interrupted(_path: Path, _content: bytes) -> None:
    raise Killed


def test_a_promise_that_cannot_be_kept_stands_in_the_way_of_nothing_else(fresh: Office, said: Said) -> None:
    folder = fresh.folder / "gone"
    killed_while_writing(fresh, _interrupted, out=folder)
    folder.rmdir()
    folder.write_bytes(b"")
    said()
    for command in (["list"], ["show", "2021-0001"], ["register", "check"]):
        assert fresh.run(*command, "--register", fresh.register) == 0
        assert "2021-0001: đã vào sổ theo dõi nhưng chưa ghi được tệp" in said()
    other = fresh.inputs / "hoi-y-hoc-unicode.json"
    assert fresh.issue(other) == 0
    assert "2021-0002  " in said()
    folder.unlink()
    assert fresh.run("list", "--register", fresh.register) == 0
    assert "đã ghi nốt" in said()


def test_a_form_that_changed_in_between_is_to_be_confirmed_anew_and_reproduced_as_it_was(
    fresh: Office, said: Said
) -> None:
    assert issue_one(fresh) == 0
    assert revoke(fresh) == 0
    form = Path(fresh.templates) / FORM / "form.toml"
    form.write_bytes(form.read_bytes().replace(b'name = "', b'name = "S\xe1\xbb\xada: ', 1))
    again = ["reissue", "2021-0001", str(fresh.inputs / f"{EXAMPLE}.json"), "--reason", "r", "--on", "2022-03-01"]
    said()
    assert fresh.run(*again, *fresh.options(templates=True)) == 1
    assert "xác nhận" in said()
    assert len(fresh.known()) == 1
    shutil.rmtree(Path(fresh.templates) / FORM)
    assert fresh.run("reproduce", "2021-0001", "--register", fresh.register) == 0
    assert fresh.run("register", "check", "--register", fresh.register) == 0


def revoke(office: Office, number: str = "2021-0001") -> int:
    paper = str(office.paper("126-QĐ/HU"))
    command = ["revoke", number, "--ground", "fault", "--reason", "có đảng viên vi phạm", "--paper", paper]
    return office.run(*command, *office.options())


def test_a_clock_that_goes_backwards_breaks_nothing(fresh: Office, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime.datetime):
        moment = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC)

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
            return cls.fromtimestamp(cls.moment.timestamp(), tz)

    monkeypatch.setattr("baocao.cli.desk.datetime", SimpleNamespace(datetime=Clock, UTC=datetime.UTC))
    for year, name in ((2030, EXAMPLE), (1999, "hoi-y-hoc-unicode")):
        Clock.moment = Clock.moment.replace(year=year)
        assert fresh.issue(fresh.inputs / f"{name}.json") == 0
    assert revoke(fresh) == 0
    said()
    again = ["reissue", "2021-0001", str(fresh.inputs / f"{EXAMPLE}.json"), "--reason", "r"]
    assert fresh.run(*again, *fresh.options(templates=True)) == 1  # its paper is older than the revocation
    assert "Ghi ngày có hiệu lực từ 20/01/2022 trở đi" in said()
    assert fresh.run(*again, "--on", "2022-02-01", *fresh.options(templates=True)) == 0
    assert [str(number) for number in fresh.known()] == ["2021-0001", "2021-0002", "2021-0003"]
    assert fresh.run("register", "check", "--register", fresh.register) == 0
    said()
    assert fresh.run("list", "--register", fresh.register) == 0  # in 1999 nothing was issued yet
    assert "0 bảng chấm điểm" in said()


# --- a register that somebody changed -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lived(confirmed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A register with an entry of every kind, and without its triggers."""
    office = confirmed.copy(tmp_path_factory.mktemp("lived") / "a")
    paths = [office.inputs / f"{name}.json" for name in (EXAMPLE, "hoi-y-hoc-unicode", "hoi-lam-vuon-khong-hoan-thanh")]
    assert office.issue(*paths) == 0
    options = office.options(templates=True)
    assert office.run("decide", str(office.decided_as_proposed()), *office.options()) == 0
    assert office.run("correct", "2021-0002", str(paths[1]), "--reason", "nhầm", *options) == 0
    assert revoke(office) == 0
    assert office.run("reissue", "2021-0001", str(paths[0]), "--reason", "r", "--on", "2022-03-01", *options) == 0
    without_triggers(office.register)
    return office


ENTRY_COLUMNS = ("kind", "year", "counter", "organization", "form", "effective", "recorded", "by", "reason", "payload")
VALUES = ("'x'", "CAST(x'ff' AS TEXT)")
MORE_VALUES = ("' '", "'{}'", "0", "-1", "99999999999", "x'00ff'", "'2021-13-40'", "'[1]'")


def set_to(name: str, value: str) -> str:
    return f'UPDATE entries SET "{name}" = {value} WHERE position = 2'


TAMPERED = [
    *(set_to(name, value) for name in ENTRY_COLUMNS for value in VALUES),
    *(pytest.param(set_to(name, value), marks=pytest.mark.soak) for name in ENTRY_COLUMNS for value in MORE_VALUES),
    *(f"UPDATE entries SET {name} = 'x' WHERE position = 2" for name in ("previous", "hash", "replaces")),
    *(f"DELETE FROM entries WHERE position = {position}" for position in (1, 3, 9)),
    "DELETE FROM entries",
    "DELETE FROM entry_contents",
    "DELETE FROM entry_contents WHERE role = 'form'",
    "DELETE FROM contents",
    "DELETE FROM head",
    "DROP TABLE contents",
    "DROP TABLE head",
    "UPDATE head SET entries = 'x'",
    "UPDATE head SET hash = 'x'",
    "UPDATE head SET entries = 3",
    *(f"UPDATE contents SET content = {value}" for value in ("''", "x''", "'text'", "5", "zeroblob(10)")),
    "UPDATE contents SET content = CAST(substr(content, 1, 10) || 'x' || substr(content, 12) AS BLOB)",
    "UPDATE entry_contents SET digest = (SELECT min(digest) FROM contents)",
    "UPDATE entry_contents SET role = 'x' WHERE role = 'submission'",
    "UPDATE entries SET position = position + 1000",
    "UPDATE entries SET counter = 3 - counter WHERE counter IN (1, 2) AND kind = 'decided'",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_whatever_was_changed_is_named_and_no_command_breaks(
    lived: Office, tmp_path: Path, said: Said, statement: str
) -> None:
    office = lived.copy(tmp_path / "office")
    with closing(sqlite3.connect(office.register, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement)
    said()
    assert run(["register", "check", "--register", office.register]) == 1
    assert "→" in said()
    before = dump(office)
    for command in (
        ["list"],
        ["list", "--json"],
        ["quota", "2021"],
        *([name, f"2021-000{number}"] for name in ("show", "history", "reproduce") for number in (1, 2, 4)),
        ["history", "2021-0001", "--json"],
        ["show", "2021-0002", "--json"],
    ):
        code = run([*command, "--register", office.register])
        text = said()
        assert code in {0, 1}
        assert (code == 0) or text
    run(["register", "export", str(tmp_path / "export.jsonl"), "--register", office.register])
    assert dump(office) == before


@pytest.mark.parametrize("statement", TAMPERED)
def test_nothing_is_entered_over_what_was_changed_without_a_word(
    lived: Office, tmp_path: Path, said: Said, statement: str
) -> None:
    office = lived.copy(tmp_path / "office")
    decision = {**office.decision("127-QĐ/HU"), "ratings": [{"number": "2021-0002", "rating": "good", "reason": "r"}]}
    path = office.folder / "next.json"
    path.write_text(json.dumps(decision, ensure_ascii=False), encoding="utf-8")
    with closing(sqlite3.connect(office.register, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement)
    for command in (
        ["decide", str(path), *office.options()],
        ["issue", str(office.inputs / "hoi-nha-bao-bi-ky-luat.json"), *office.options(templates=True)],
    ):
        code = office.run(*command)
        assert code in {0, 1}
        assert code == 0 or "→" in said()
    assert run(["register", "check", "--register", office.register]) == 1


def dump(office: Office) -> list[str]:
    with closing(sqlite3.connect(office.register)) as connection:
        connection.text_factory = bytes
        names = [name.decode() for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [repr(row) for name in sorted(names) for row in connection.execute(f"SELECT * FROM {name}")]
