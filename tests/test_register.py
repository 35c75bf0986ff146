"""The register keeps what was entered, refuses what must not follow, and notices what somebody changed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from baocao.errors import DataError, MissingError, UsageError
from baocao.register import (
    Act,
    Decision,
    Head,
    Issue,
    Kind,
    Number,
    Register,
    State,
    Step,
    chain,
    statuses,
)
from baocao.register import delivery as delivery_module
from baocao.register.database import Mode
from baocao.register.tables import METADATA, VERSION_TABLE
from tests import register_faults
from tests.registers import (
    ACT,
    DAY,
    NOON,
    ONE,
    THREE,
    TWO,
    issue,
    raw,
    raw_engine,
    refusal,
    reissue,
    revoke,
    sheet,
    step,
    without_triggers,
)

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("BAOCAO_KILLS", "20"))
no_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


# --- entering ----------------------------------------------------------------------------------------------------


def test_an_entry_is_read_as_it_was_entered(register: Register) -> None:
    act = Act(
        DAY,
        datetime(2021, 12, 5, 19, 0, 0, 5, tzinfo=timezone(timedelta(hours=7))),
        "  Nguye\u0302\u0303n  Văn Bình ",
        "",
        Decision("12-QĐ/HU", DAY, "Ban Thường vụ"),
    )
    entered = register.append(Issue(sheet(), act, {"b": 1, "a": ["ê"]}), {"form": b"f", "document": b"d"})
    assert register.entries() == (entered,)
    assert (entered.act.by, entered.act.recorded) == ("Nguyễn Văn Bình", NOON)
    assert entered.payload == '{"a":["ê"],"b":1}'
    assert entered.content("document") == hashlib.sha256(b"d").hexdigest()
    assert entered.content("phrases") is None
    assert register.content(entered.content("form") or "") == b"f"


def test_the_hash_is_the_same_on_every_database(register: Register) -> None:
    """A change of this value breaks every register there is."""
    register.append(issue(), {"document": b"d"})
    register.append(revoke())
    register.append(Step(Kind.REISSUED, ONE, replace(ACT, decision=Decision("1", DAY, "HU")), {}))
    assert register.head() == Head(3, "7274b94ef10ecc07ff36e7e71b83dd7fc8bebad0e6c810344de3260df6e2ec9b")


def test_numbers_are_counted_by_year_and_positions_are_not(register: Register) -> None:
    years = [register.append(issue(str(counter), year)) for counter, year in enumerate((2021, 2022, 2021))]
    assert [str(entry.number) for entry in years] == ["2021-0001", "2022-0001", "2021-0002"]
    assert [entry.position for entry in years] == [1, 2, 3]
    assert register.entries(2021) == (years[0], years[2])


def test_the_next_number_is_known_before_it_is_given(register: Register) -> None:
    with register.transaction() as transaction:
        number = transaction.upcoming(2021)
        assert transaction.append(issue()).number == number == ONE


def test_the_same_bytes_are_kept_once(register: Register, location: str) -> None:
    register.append(issue("a"), {"form": b"same", "phrases": b"same"})
    register.append(issue("b"), {"form": b"same"})
    assert register.verify_chain().contents == 1


def test_several_entries_are_all_made_or_none(register: Register) -> None:
    register.append(issue("a"))

    def decide_both() -> None:
        with register.transaction() as transaction:
            transaction.append(step(Kind.DECIDED, ONE), {"decision": b"x"})
            assert transaction.objections(step(Kind.DECIDED, TWO)) != ()
            transaction.append(step(Kind.DECIDED, TWO))

    with pytest.raises(DataError):
        decide_both()
    assert len(register.entries()) == 1
    assert register.verify_chain().contents == 0


@pytest.mark.parametrize(
    ("draft", "where"),
    [
        (replace(issue(), act=replace(ACT, by=" ")), "by"),
        (replace(issue(), sheet=sheet("")), "organization"),
        (Step(Kind.REVOKED, ONE, replace(ACT, reason=""), {}), "reason"),
        (replace(issue(), act=replace(ACT, reason="a\0b")), "reason"),
        (replace(issue(), payload={"a": "\ud800"}), "payload"),
        (replace(issue(), act=replace(ACT, decision=Decision("1\x07", DAY, "HU"))), "decision.number"),
    ],
)
def test_what_is_missing_or_cannot_be_written_is_refused(draft: Issue | Step, where: str, tmp_path: Path) -> None:
    with Register.open(tmp_path / "r.sqlite") as register:
        if isinstance(draft, Step):
            register.append(issue())
        with pytest.raises(DataError) as error:
            register.append(draft)
        assert [problem.where for problem in error.value.problems] == [where]


def test_a_moment_without_a_zone_is_a_fault_of_the_caller(tmp_path: Path) -> None:
    naive = replace(ACT, recorded=datetime(2021, 12, 5))  # noqa: DTZ001
    with Register.open(tmp_path / "r.sqlite") as register, pytest.raises(ValueError, match="time zone"):
        register.append(replace(issue(), act=naive))


@pytest.mark.parametrize("written", ["2021-0001", "2021-0100", "2021-12345"])
def test_a_number_is_read_as_it_is_written(written: str) -> None:
    assert str(Number.parse(written)) == written


@pytest.mark.parametrize("written", ["", "2021-1", "2021-0000", "2021-00012", "21-0001", "2021-0001 ", "２021-0001"])
def test_anything_else_is_no_number(written: str) -> None:
    with pytest.raises(DataError):
        Number.parse(written)


# --- what may follow what ----------------------------------------------------------------------------------------

EARLIER = DAY - timedelta(days=1)
AFTER: dict[str, tuple[list[Issue | Step], Issue | Step, str]] = {
    "reissue of one not revoked": ([issue()], reissue(), "chưa bị hủy bỏ"),
    "reissue twice": ([issue(), revoke(), reissue()], reissue(), "thay bằng số 2021-0002"),
    "revoke twice": ([issue(), revoke()], revoke(), "đã bị hủy bỏ từ ngày 05/12/2021"),
    "revoke a replaced one": ([issue(), revoke(), reissue()], revoke(), "thay bằng số 2021-0002"),
    "second standing scoresheet": ([issue()], issue(), "đã có bảng chấm điểm còn hiệu lực"),
    "second after a reissue": ([issue(), revoke(), reissue()], issue(), "đã có bảng chấm điểm còn hiệu lực"),
    "issue in place of a revoked one": ([issue(), revoke()], issue(), "đã bị hủy bỏ"),
    "decide on a revoked one": ([issue(), revoke()], step(Kind.DECIDED), "đã bị hủy bỏ"),
    "correct a replaced one": ([issue(), revoke(), reissue()], step(Kind.CORRECTED), "thay bằng"),
    "a number never given": ([issue()], revoke(TWO), "không có số này"),
    "revoked before it was issued": ([issue()], revoke(day=EARLIER), "trước ngày 05/12/2021"),
    "reissued before it was revoked": ([issue(day=EARLIER), revoke()], reissue(day=EARLIER), "trước ngày 05/12/2021"),
}


@pytest.mark.parametrize("case", AFTER)
def test_what_must_not_follow_is_refused(case: str, tmp_path: Path) -> None:
    before, draft, message = AFTER[case]
    with Register.open(tmp_path / "r.sqlite") as register:
        for earlier in before:
            register.append(earlier)
        with pytest.raises(DataError) as error:
            register.append(draft)
        assert message in refusal(error)
        assert register.head().entries == len(before)


def test_status_is_that_of_the_date(register: Register) -> None:
    days = [DAY + timedelta(days=count) for count in range(5)]
    register.append(issue(day=days[0]))
    decided = register.append(step(Kind.DECIDED, day=days[1]))
    corrected = register.append(step(Kind.CORRECTED, day=days[2]))
    register.append(revoke(day=days[3]))
    register.append(reissue(day=days[4]))
    at = [statuses(register.entries(), day) for day in days]
    assert ONE not in statuses(register.entries(), EARLIER)
    assert [status[ONE].state for status in at] == [State.IN_FORCE] * 3 + [State.REVOKED, State.REPLACED]
    assert [status[ONE].decided for status in at] == [None] + [decided] * 4
    assert [status[ONE].corrections for status in at[1:3]] == [(), (corrected,)]
    assert (at[4][ONE].replaced_by, at[4][TWO].replaces, at[4][TWO].state) == (TWO, ONE, State.IN_FORCE)


def test_history_is_that_of_the_whole_chain(register: Register) -> None:
    register.append(issue())
    register.append(issue("other"))
    for number in (ONE, THREE):
        register.append(revoke(number))
        register.append(reissue(number))
    last = Number(2021, 4)
    history = register.history(THREE)
    assert [entry.position for entry in history] == [1, 3, 4, 5, 6]
    assert chain(history, THREE) == chain(history, ONE) == chain(history, last) == (ONE, THREE, last)
    with pytest.raises(DataError):
        register.history(Number(2021, 5))


class AgainstAModel(RuleBasedStateMachine):
    """Whatever is entered in whatever order, status is what a plain list of words says."""

    numbers = Bundle("numbers")
    days = st.integers(0, 9).map(lambda count: DAY + timedelta(days=count))

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(os.environ["BAOCAO_MODEL_FOLDER"], uuid.uuid4().hex)
        self.register = Register.open(self.folder / "r.sqlite")
        self.words: dict[Number, list[tuple[date, str]]] = {}
        self.owner: dict[Number, str] = {}

    def teardown(self) -> None:
        self.register.close()
        shutil.rmtree(self.folder)

    def enter(self, draft: Issue | Step) -> Number | None:
        try:
            return self.register.append(draft).number
        except DataError:
            return None

    @rule(target=numbers, organization=st.sampled_from("abc"), day=days)
    def issue(self, organization: str, day: date) -> Any:
        number = self.enter(issue(organization, day=day))
        assert (number is not None) == (organization not in self.owner.values())
        if number is None:
            return multiple()
        self.words[number], self.owner[number] = [(day, "issued")], organization
        return number

    @rule(number=numbers, kind=st.sampled_from([Kind.DECIDED, Kind.CORRECTED, Kind.REVOKED]), day=days)
    def step(self, number: Number, kind: Kind, day: date) -> None:
        words = self.words[number]
        allowed = "revoked" not in [word for _, word in words] and day >= words[0][0]
        assert (self.enter(step(kind, number, day)) is not None) == allowed
        if allowed:
            words.append((day, kind.value))

    @rule(target=numbers, number=numbers, day=days)
    def reissue(self, number: Number, day: date) -> Any:
        words = {word: since for since, word in self.words[number]}
        allowed = "revoked" in words and "replaced" not in words and day >= words["revoked"]
        new = self.enter(reissue(number, day))
        assert (new is not None) == allowed
        if new is None:
            return multiple()
        self.words[number].append((day, "replaced"))
        self.words[new], self.owner[new] = [(day, "issued")], self.owner[number]
        return new

    @invariant()
    def agrees_at_every_date(self) -> None:
        entries = self.register.entries()
        for day in [DAY + timedelta(days=count) for count in range(10)]:
            told = {number: [word for since, word in words if since <= day] for number, words in self.words.items()}
            expected = {number: words for number, words in told.items() if words}
            found = statuses(entries, day)
            assert found.keys() == expected.keys()
            standing = [self.owner[number] for number in found if found[number].state is State.IN_FORCE]
            assert len(standing) == len(set(standing))
            for number, words in expected.items():
                state = (
                    State.REPLACED if "replaced" in words else State.REVOKED if "revoked" in words else State.IN_FORCE
                )
                assert found[number].state is state
                assert (found[number].decided is not None) == ("decided" in words)
                assert len(found[number].corrections) == words.count("corrected")


def test_status_agrees_with_a_simple_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAOCAO_MODEL_FOLDER", str(tmp_path))
    tried = settings(settings.default, max_examples=25, stateful_step_count=20)
    run_state_machine_as_test(AgainstAModel, settings=tried)


# --- the database refuses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET reason = 'x' WHERE position = 1",
        "DELETE FROM entries WHERE position = 2",
        "UPDATE contents SET digest = 'x'",
        "DELETE FROM contents",
        "UPDATE entry_contents SET role = 'x'",
        "DELETE FROM entry_contents",
        "UPDATE head SET entries = 1",
        "DELETE FROM head",
        "INSERT INTO entry_contents SELECT 1, 'other', digest FROM contents",
        "INSERT INTO entries SELECT position + 2, kind, year, counter + 2, organization, form, replaces, effective, "
        'recorded, "by", reason, decision_number, decision_date, decision_body, payload, previous, hash '
        "FROM entries WHERE position = 1",
    ],
)
def test_the_database_itself_refuses_changes(register: Register, location: str, statement: str) -> None:
    register.append(issue("a"), {"document": b"d"})
    register.append(issue("b"))
    with pytest.raises(DBAPIError, match="only grows"):
        raw(location, statement)
    assert register.verify_chain().problems == ()


@pytest.mark.parametrize("table", ["entries", "contents", "entry_contents", "head"])
def test_sqlite_refuses_insert_or_replace(tmp_path: Path, table: str) -> None:
    path = str(tmp_path / "r.sqlite")
    with Register.open(path) as register:
        register.append(issue(), {"document": b"d"})
    with pytest.raises(DBAPIError, match="only grows"):
        raw(path, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.postgresql
def test_postgresql_refuses_truncate(postgresql_server: str, request: pytest.FixtureRequest) -> None:
    location = postgresql_server.format("postgres")
    raw(location, "CREATE SCHEMA IF NOT EXISTS truncated")
    url = f"{location}&options=-csearch_path%3Dtruncated"
    with Register.open(url), pytest.raises(DBAPIError, match="only grows"):
        raw(url, "TRUNCATE entries CASCADE")


def test_the_migration_makes_the_tables_that_queries_name(register: Register, location: str) -> None:
    engine = raw_engine(location)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        differences = [item for item in compare_metadata(context, METADATA) if item[0] != "remove_index"]
    engine.dispose()
    assert differences == []


# --- what somebody changed is noticed ----------------------------------------------------------------------------


@pytest.fixture
def tampered(register: Register, location: str) -> str:
    """A register of five entries whose triggers are gone."""
    for organization in "abcde":
        register.append(issue(organization), {"document": organization.encode(), "form": b"form"})
    without_triggers(location)
    return location


SWAPPED = [f"UPDATE entries SET position = {a} WHERE position = {b}" for a, b in ((90, 2), (2, 3), (3, 90))]


@pytest.mark.parametrize(
    ("statements", "place", "message"),
    [
        (["UPDATE entries SET reason = reason || '.' WHERE position = 3"], "mục 3", "số 2021-0003"),
        (["UPDATE entries SET effective = 'x' WHERE position = 3"], "mục 3", "không đọc được"),
        (["UPDATE entry_contents SET role = 'x' WHERE position = 4 AND role = 'form'"], "mục 4", "số 2021-0004"),
        (SWAPPED, "mục 2", "đổi chỗ"),
        (["DELETE FROM entries WHERE position = 3"], "mục 3", "đã mất"),
        (["DELETE FROM entries WHERE position = 5"], "mục 5", "đã mất"),
        (["UPDATE head SET entries = 4"], "mục 5", "không qua baocao"),
        (["UPDATE head SET hash = 'x'"], "mục 5", "mã băm"),
    ],
)
def test_the_first_faulty_entry_is_named(
    register: Register, tampered: str, statements: list[str], place: str, message: str
) -> None:
    raw(tampered, *statements)
    (problem,) = register.verify_chain().problems
    assert problem.where == place
    assert message in problem.message


def test_an_entry_that_was_hashed_anew_no_longer_fits_the_next(register: Register, tampered: str) -> None:
    entry = register.entries()[2]
    forged = replace(entry, act=replace(entry.act, reason="khác"))
    raw(tampered, f"UPDATE entries SET reason = 'khác', hash = '{forged.fingerprint()}' WHERE position = 3")
    (problem,) = register.verify_chain().problems
    assert (problem.where, register.verify_chain().head.entries) == ("mục 4", 3)
    assert "không nối với mục 3" in problem.message


def test_a_register_cut_short_with_its_head_is_noticed_by_a_head_kept_elsewhere(
    register: Register, tampered: str
) -> None:
    kept, cut = register.head(), register.entries()[3]
    raw(
        tampered,
        "DELETE FROM entry_contents WHERE position = 5",
        "DELETE FROM entries WHERE position = 5",
        f"UPDATE head SET entries = 4, hash = '{cut.hash}'",
    )
    assert register.verify_chain().problems == ()
    (problem,) = register.verify_chain([kept]).problems
    assert problem.where == "mục 5"


def test_a_register_rewritten_as_a_whole_is_noticed_by_a_head_kept_elsewhere(register: Register) -> None:
    register.append(issue())
    (problem,) = register.verify_chain([Head(1, "0" * 64)]).problems
    assert problem.where == "mục 1"
    assert register.verify_chain([register.head()]).problems == ()


def test_every_faulty_content_is_named_with_its_users(register: Register, tampered: str) -> None:
    first, form = (hashlib.sha256(content).hexdigest() for content in (b"a", b"form"))
    zero = "x'61'" if "://" not in tampered else "'\\x62'::bytea"
    raw(tampered, f"UPDATE contents SET content = {zero.replace('61', '62')} WHERE digest IN ('{first}', '{form}')")
    problems = {problem.where: problem.message for problem in register.verify_chain().problems}
    assert "2021-0001 (document)" in problems[f"nội dung {first[:12]}"]
    assert "2021-0005 (form)" in problems[f"nội dung {form[:12]}"]
    assert len(problems) == 2


def test_a_content_that_is_gone_is_named(register: Register, location: str) -> None:
    for count in range(7):
        register.append(issue(str(count)), {"form": b"form"})
    without_triggers(location)
    if "://" in location:
        raw(location, "ALTER TABLE entry_contents DROP CONSTRAINT entry_contents_digest_fkey")
    raw(location, "DELETE FROM contents")
    (problem,) = register.verify_chain().problems
    assert "đã mất" in problem.message
    assert "2 chỗ khác" in problem.message
    with pytest.raises(DataError):
        register.content(hashlib.sha256(b"form").hexdigest())


# --- files -------------------------------------------------------------------------------------------------------


def test_a_promised_file_is_written_once_the_entry_stands(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "out" / "2021-0001.docx"
    register.append(issue(), {"document": b"docx"}, {"document": path})
    assert not path.exists()
    (done,) = register.deliver().done
    assert (done.number, done.path, path.read_bytes()) == (ONE, path, b"docx")
    assert [delivery.delivered for delivery in register.deliveries()] == [True]
    path.write_bytes(b"edited")
    assert register.deliver() == delivery_module.Delivered((), ())
    assert path.read_bytes() == b"edited"


def test_a_file_that_was_written_but_not_marked_is_only_marked(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    register.append(issue(), {"document": b"docx"}, {"document": path})
    path.write_bytes(b"docx")
    before = path.stat().st_mtime_ns
    assert len(register.deliver().done) == 1
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("there", [False, True])
def test_what_a_killed_writer_left_beside_the_file_is_removed(register: Register, tmp_path: Path, there: bool) -> None:
    path = tmp_path / "out" / "a.docx"
    register.append(issue(), {"document": b"docx"}, {"document": path})
    (path.parent / ".a.docx.abc.tmp").write_bytes(b"do")
    if there:  # it was written by the next one, which was killed, too
        path.write_bytes(b"docx")
    register.deliver()
    assert [file.name for file in path.parent.iterdir()] == ["a.docx"]


def test_another_file_is_never_overwritten(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    register.append(issue("a"), {"document": b"docx"}, {"document": path})
    with pytest.raises(DataError):
        register.append(issue("b"), {"document": b"docx"}, {"document": path})
    path.write_bytes(b"mine")
    (problem,) = register.deliver().problems
    assert "đã có tệp khác" in problem.message
    with pytest.raises(DataError):
        register.append(issue("b"), {"document": b"docx"}, {"document": path})
    path.rename(tmp_path / "b.docx")
    assert len(register.deliver().done) == 1


def test_a_folder_that_cannot_be_made_refuses_the_entry(register: Register, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MissingError):
        register.append(issue(), {"document": b"docx"}, {"document": tmp_path / "file" / "sub" / "a.docx"})
    assert register.head().entries == 0


@pytest.mark.parametrize("name", ["a\udc80.docx", "a" * 300])
def test_a_path_that_cannot_be_written_refuses_the_entry(register: Register, tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError):
        register.append(issue(), {"document": b"docx"}, {"document": tmp_path / name})
    assert register.head().entries == 0


def test_a_path_that_became_impossible_is_told(register: Register, location: str, tmp_path: Path) -> None:
    register.append(issue(), {"document": b"docx"}, {"document": tmp_path / "a.docx"})
    raw(location, f"UPDATE deliveries SET path = '/{'a' * 300}'")
    (problem,) = register.deliver().problems
    assert "tên quá dài" in problem.message


def test_a_file_that_cannot_be_written_stays_promised(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "out" / "a.docx"
    register.append(issue(), {"document": b"docx"}, {"document": path})
    path.parent.rmdir()
    path.parent.write_bytes(b"")
    (problem,) = register.deliver().problems
    assert "chưa ghi được tệp" in problem.message
    path.parent.unlink()
    assert len(register.deliver().done) == 1


def test_a_damaged_document_is_not_delivered(register: Register, location: str, tmp_path: Path) -> None:
    register.append(issue(), {"document": b"docx"}, {"document": tmp_path / "a.docx"})
    without_triggers(location)
    raw(location, "UPDATE contents SET content = " + ("x'62'" if "://" not in location else "'\\x62'::bytea"))
    (problem,) = register.deliver().problems
    assert "không còn nguyên vẹn" in problem.message
    assert not (tmp_path / "a.docx").exists()


def test_each_place_writes_its_own_files(location: str, tmp_path: Path) -> None:
    with Register.open(location, place="here") as here, Register.open(location, place="there") as there:
        here.append(issue(), {"document": b"docx"}, {"document": tmp_path / "a.docx"})
        assert there.deliver().done == ()
        assert len(there.deliveries()) == 1
        assert len(here.deliver().done) == 1


def test_the_files_of_named_entries_are_told_whoever_wrote_them(location: str, tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.docx" for name in "ab"}
    with Register.open(location) as one, Register.open(location) as other:
        a = one.append(issue("a"), {"document": b"a"}, {"document": paths["a"]})
        b = other.append(issue("b"), {"document": b"b"}, {"document": paths["b"]})
        assert [done.path for done in other.deliver(b).done] == [paths["b"]]
        assert not paths["a"].exists()
        assert [done.path for done in other.deliver().done] == [paths["a"]]
        assert [done.path for done in one.deliver(a).done] == [paths["a"]]


# --- opening -----------------------------------------------------------------------------------------------------


def test_opening_again_finds_what_was_entered(location: str) -> None:
    with Register.open(location) as register:
        entered = register.append(issue())
    with Register.open(location, create=False) as register:
        assert register.entries() == (entered,)


def test_a_register_that_is_not_there_is_made_only_if_wanted(location: str) -> None:
    with pytest.raises(DataError) as error:
        Register.open(location, create=False)
    assert "chưa có sổ theo dõi" in refusal(error)


def test_other_tables_are_left_alone(location: str) -> None:
    raw(location, "CREATE TABLE something (x INTEGER)")
    with pytest.raises(DataError) as error:
        Register.open(location)
    assert "không phải là sổ theo dõi" in refusal(error)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "r.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(DataError) as error:
        Register.open(tmp_path / "r.sqlite")
    assert "không phải là sổ theo dõi" in refusal(error)


def test_a_register_of_a_newer_version_is_left_alone(location: str) -> None:
    Register.open(location).close()
    raw(location, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(MissingError) as error:
        Register.open(location)
    assert "mới hơn" in refusal(error)


def test_a_lock_that_others_hold_is_told(location: str, register: Register) -> None:
    with Register.open(location, patience=0.1) as impatient:
        with register.transaction(), pytest.raises(MissingError) as error:
            impatient.append(issue())
        assert "đang có người khác ghi" in refusal(error)
        assert impatient.append(issue()).position == 1


def test_a_lock_in_the_way_of_the_journal_mode_is_told(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    Register.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(MissingError) as error:
            Register.open(path, patience=0.1)
    assert "đang có người khác ghi" in refusal(error)


@pytest.mark.postgresql
def test_a_clerk_on_postgresql_needs_no_more_than_the_documented_rights(postgresql_server: str, tmp_path: Path) -> None:
    server = postgresql_server.format("postgres")
    raw(server, "CREATE SCHEMA clerks", "CREATE ROLE clerk LOGIN", "GRANT USAGE ON SCHEMA clerks TO clerk")
    owners = f"{server}&options=-csearch_path%3Dclerks"
    Register.open(owners).close()
    with pytest.raises(MissingError) as error, Register.open(owners.replace("baocao@", "clerk@")) as register:
        register.append(issue())
    assert "không đủ quyền" in refusal(error)
    raw(
        owners,
        "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA clerks TO clerk",
        "GRANT UPDATE ON head, deliveries TO clerk",
        "GRANT USAGE ON SEQUENCE deliveries_id_seq TO clerk",
    )
    with Register.open(owners.replace("baocao@", "clerk@")) as register:
        register.append(issue(), {"document": b"docx"}, {"document": tmp_path / "a.docx"})
        assert len(register.deliver().done) == 1
        assert register.verify_chain().problems == ()
    with pytest.raises(DBAPIError, match="must be owner"):
        raw(owners.replace("baocao@", "clerk@"), "ALTER TABLE entries DISABLE TRIGGER USER")


def test_readers_do_not_wait_for_a_writer(location: str, register: Register) -> None:
    with Register.open(location, patience=0.1) as reader, register.transaction() as transaction:
        transaction.append(issue())
        assert reader.entries() == ()


def test_a_full_disk_is_told_and_nothing_is_entered(tmp_path: Path) -> None:
    with Register.open(tmp_path / "r.sqlite") as register:
        engine = register._database.engine
        engine.dispose()
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 40"))
        with pytest.raises(MissingError) as error:
            register.append(issue(), {"document": bytes(1_000_000)})
        assert "đĩa chứa sổ theo dõi đã đầy" in refusal(error)
        assert register.verify_chain().problems == ()
        assert register.head().entries == 0


def test_sqlite_is_set_to_outlive_a_power_cut(tmp_path: Path) -> None:
    with Register.open(tmp_path / "r.sqlite") as register, register._database.transaction(Mode.READING) as connection:
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert values == ["wal", 2]


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingError) as error:
        Register.open(tmp_path)
    assert "không mở hoặc không ghi được" in refusal(error)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MissingError) as error:
        Register.open(tmp_path / "file" / "r.sqlite")
    assert "không mở hoặc không ghi được" in refusal(error)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which not even root may write: Linux has one")
def test_a_folder_that_cannot_be_written_is_told() -> None:
    with pytest.raises(MissingError) as error:
        Register.open("/proc/register.sqlite")
    assert "không mở hoặc không ghi được" in refusal(error)


@pytest.mark.parametrize("address", ["mysql://a:secret@b/c", "postgresql://a:b:c@:x/y", "sqlite://"])
def test_an_address_of_something_else_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as error:
        Register.open(address)
    assert "không hiểu địa chỉ" in refusal(error)
    assert "secret" not in refusal(error)


def test_a_url_of_sqlite_is_a_path(tmp_path: Path) -> None:
    Register.open(f"sqlite:///{tmp_path}/r.sqlite").close()
    assert (tmp_path / "r.sqlite").exists()


def test_a_server_out_of_reach_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingError) as error:
        Register.open(f"postgresql://a:secret@/b?host={tmp_path}", patience=1)
    assert "không nối được" in refusal(error)
    assert "secret" not in str(error.value)


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingError) as error:
        Register.open("postgresql://a@b/c")
    assert "chưa có phần nối tới PostgreSQL" in refusal(error)


# --- backup, export ----------------------------------------------------------------------------------------------


def test_a_backup_is_a_register(tmp_path: Path) -> None:
    with Register.open(tmp_path / "r.sqlite") as register:
        register.append(issue(), {"document": b"d"})
        with register.transaction() as transaction:  # somebody is at work meanwhile
            transaction.append(issue("other"))
            assert register.backup(tmp_path / "copies" / "b.sqlite") == Head(1, register.entries()[0].hash)
        with pytest.raises(UsageError):
            register.backup(tmp_path / "copies" / "b.sqlite")
        with pytest.raises(MissingError):
            register.backup(tmp_path / "r.sqlite" / "b.sqlite")
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["b.sqlite"]
    with Register.open(tmp_path / "copies" / "b.sqlite") as copy:
        assert copy.head().entries == 1
        assert copy.verify_chain().problems == ()


@pytest.mark.postgresql
def test_a_backup_of_postgresql_is_explained(postgresql_server: str, tmp_path: Path) -> None:
    location = postgresql_server.format("postgres")
    raw(location, "CREATE SCHEMA IF NOT EXISTS backed_up")
    with (
        Register.open(f"{location}&options=-csearch_path%3Dbacked_up") as register,
        pytest.raises(UsageError, match="pg_dump"),
    ):
        register.backup(tmp_path / "b")


def test_an_export_can_be_checked_without_this_program(register: Register) -> None:
    register.append(issue("a"), {"document": b"a", "form": b"form"})
    register.append(issue("b"), {"document": b"b", "form": b"form"})
    lines = list(register.export())
    head, rest = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
    contents = {item["content"]: base64.b64decode(item["base64"]) for item in rest if "content" in item}
    assert sorted(contents.values()) == [b"a", b"b", b"form"]
    assert all(hashlib.sha256(content).hexdigest() == digest for digest, content in contents.items())
    previous = "0" * 64
    for line in lines[1:]:
        if line.startswith('{"entry":'):
            entry, _, digest = line.removeprefix('{"entry":').rpartition(',"hash":')
            assert json.loads(entry)["previous"] == previous
            previous = hashlib.sha256(entry.encode()).hexdigest()
            assert json.loads(digest.removesuffix("}")) == previous
    assert (head["entries"], head["hash"]) == (2, previous)


# --- many at once, and killed ------------------------------------------------------------------------------------


def assert_nothing_went_wrong(counts: register_faults.Counts) -> None:
    assert (counts.lost, counts.doubled, counts.half_done, counts.chain_problems) == (0, 0, 0, 0)


@no_fork
@pytest.mark.slow
def test_eight_processes_issue_400_consecutive_numbers(location: str, tmp_path: Path) -> None:
    counts = register_faults.many_at_once(location, tmp_path / "out", processes=8, each=50, years=(2021,))
    assert counts.numbers == 400
    assert_nothing_went_wrong(counts)
    with Register.open(location) as register:
        assert [entry.number.counter for entry in register.entries(2021)] == list(range(1, 401))
        assert len(register.annexes()) == counts.annexes > 0


@no_fork
@pytest.mark.slow
def test_two_years_at_once_each_have_consecutive_numbers(location: str, tmp_path: Path) -> None:
    counts = register_faults.many_at_once(location, tmp_path / "out", processes=4, each=10, years=(2021, 2022))
    assert counts.numbers == 40
    assert_nothing_went_wrong(counts)


def killed(location: str, folder: Path, kills: int) -> register_faults.Counts:
    """A campaign in a process of its own, which forks: the one of the tests has threads and open files."""
    command = [sys.executable, "-m", "tests.register_faults", location, str(folder), str(kills)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    counts = register_faults.Counts(**json.loads(done.stdout))
    print(counts)  # noqa: T201
    return counts


@no_fork
@pytest.mark.slow
def test_a_kill_at_any_moment_loses_and_doubles_nothing(location: str, tmp_path: Path) -> None:
    counts = killed(location, tmp_path / "out", KILLS)
    assert_nothing_went_wrong(counts)
    assert counts.numbers >= counts.acknowledged > 0
    assert counts.annexes > 0


@no_fork
@pytest.mark.soak
def test_hundreds_of_kills_lose_and_double_nothing(location: str, tmp_path: Path) -> None:
    counts = killed(location, tmp_path / "out", 100 if "://" in location else 300)
    assert_nothing_went_wrong(counts)
    assert counts.finished_later > 0


def test_the_documented_canonical_form_is_the_real_one(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "register.md").read_text(encoding="utf-8")
    with Register.open(tmp_path / "r.sqlite") as register:
        entry = register.append(issue(), {"document": b"d"})
    assert f"<!-- canonical -->\n```json\n{entry.canonical()}\n```\n<!-- end -->" in page
