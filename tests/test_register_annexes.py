"""The register's second series: annexes, bound to the entries that they were computed from."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
import tracemalloc
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from baocao.errors import DataError
from baocao.register import (
    AnnexDraft,
    Annexed,
    AnnexNumber,
    Head,
    Issue,
    Kind,
    Number,
    Register,
    Scope,
    Step,
    makes_untrue,
    standing_annexes,
    statuses,
)
from baocao.register.tables import NEWEST_VERSION
from baocao.register.upgrading import _config
from tests.registers import (
    ACT,
    NOON,
    ONE,
    TWO,
    issue,
    raw,
    raw_engine,
    refusal,
    reissue,
    revoke,
    step,
    without_triggers,
)

TESTS = Path(__file__).parent
on_sqlite = pytest.mark.parametrize("location", ["sqlite"], indirect=True)
"""For what no database does in a way of its own: a database of a server takes a while to make."""
NEW_YEAR = date(2021, 12, 31)
FIRST, SECOND = AnnexNumber(2021, 1), AnnexNumber(2021, 2)
ALL = Scope("hoi-quan-chung", 2021)


def draft(head: Head, scope: Scope = ALL, replaces: AnnexNumber | None = None, as_of: date = NEW_YEAR) -> AnnexDraft:
    return AnnexDraft(
        scope=scope,
        as_of=as_of,
        head=head,
        dated=date(2022, 1, 4),
        printed=" 01 ",
        recorded=NOON,
        by=ACT.by,
        digest=hashlib.sha256(b"parts").hexdigest(),
        payload={"report": "Báo cáo số 125-BC/HU"},
        replaces=replaces,
    )


def enter(register: Register, scope: Scope = ALL, replaces: AnnexNumber | None = None) -> Annexed:
    with register.transaction() as transaction:
        return transaction.annex(draft(register.head(), scope, replaces), {"document": b"annex"})


def refused(register: Register, wanted: AnnexDraft) -> str:
    with pytest.raises(DataError) as error, register.transaction() as transaction:
        transaction.annex(wanted)
    return refusal(error)


# --- entering ----------------------------------------------------------------------------------------------------


@on_sqlite
def test_an_annex_is_read_as_it_was_entered(register: Register) -> None:
    register.append(issue(), {"form": b"form"})
    entered = enter(register)
    assert register.annexes() == (entered,)
    assert (str(entered.number), entered.printed, entered.as_of) == ("2021-PL01", "01", NEW_YEAR)
    assert entered.payload == '{"report":"Báo cáo số 125-BC/HU"}'
    assert register.content(entered.content("document") or "") == b"annex"
    assert entered.content("table") is None


def test_annexes_are_numbered_and_chained_among_themselves(register: Register) -> None:
    register.append(issue())
    register.append(issue(year=2022))
    scopes = [ALL, Scope("hoi-quan-chung", 2022), Scope("hoi-quan-chung", 2021, "dbh-loc-an")]
    entered = [enter(register, scope) for scope in scopes]
    assert [str(annex.number) for annex in entered] == ["2021-PL01", "2022-PL01", "2021-PL02"]
    assert [annex.previous for annex in entered] == ["0" * 64, entered[0].hash, entered[1].hash]
    assert register.annexes(2021) == (entered[0], entered[2])
    assert register.head().entries == 2
    assert register.append(issue("other")).position == 3


def test_the_hash_of_an_annex_is_the_same_on_every_database(register: Register) -> None:
    """A change of this value breaks every register there is."""
    register.append(issue(), {"document": b"d"})
    enter(register)
    enter(register, replaces=FIRST)
    assert register.annexes()[-1].hash == "92d40d0d1a09b97435ad55fa59f7ad0165bb19df8c4dc8a03878c259b26d8438"


@on_sqlite
def test_the_next_number_is_known_before_it_is_given(register: Register) -> None:
    register.append(issue())
    head = register.head()
    with register.transaction() as transaction:
        number = transaction.upcoming_annex(2021)
        assert transaction.annex(draft(head)).number == number == FIRST


def test_files_of_an_annex_are_delivered_like_those_of_entries(register: Register, tmp_path: Path) -> None:
    register.append(issue(), {"document": b"sheet"}, {"document": tmp_path / "2021-0001.docx"})
    contents = {"document": b"docx", "table": b"xlsx"}
    outputs = {"document": tmp_path / "phu-luc.docx", "table": tmp_path / "phu-luc.xlsx"}
    with register.transaction() as transaction:
        annex = transaction.annex(draft(register.head()), contents, outputs)
    done = register.deliver(annex).done
    assert [(str(file.number), file.path.read_bytes()) for file in done] == [
        ("2021-PL01", b"docx"),
        ("2021-PL01", b"xlsx"),
    ]
    assert [str(file.number) for file in register.deliver().done] == ["2021-0001"]
    assert all(file.delivered for file in register.deliveries())


@on_sqlite
def test_a_file_in_the_way_refuses_the_annex(register: Register, tmp_path: Path) -> None:
    register.append(issue(), {"document": b"sheet"}, {"document": tmp_path / "a.docx"})
    with pytest.raises(DataError) as error, register.transaction() as transaction:
        transaction.annex(draft(register.head()), {"document": b"docx"}, {"document": tmp_path / "a.docx"})
    assert "đã có tệp khác" in refusal(error)
    assert register.annexes() == ()


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"by": " "}, "by"),
        ({"scope": Scope("", 2021)}, "form"),
        ({"scope": Scope("hoi-quan-chung", 2021, "a\x00b")}, "superior"),
        ({"printed": "\x07"}, "printed"),
        ({"payload": {"a": "\ud800"}}, "payload"),
    ],
)
def test_what_is_missing_or_cannot_be_written_is_refused(change: dict[str, object], where: str, tmp_path: Path) -> None:
    with Register.open(tmp_path / "r.sqlite") as register:
        register.append(issue())
        with pytest.raises(DataError) as error, register.transaction() as transaction:
            transaction.annex(replace(draft(register.head()), **change))  # type: ignore[arg-type]
        assert [problem.where for problem in error.value.problems] == [where]


@on_sqlite
def test_an_annex_of_a_head_that_there_never_was_is_refused(register: Register) -> None:
    register.append(issue())
    for head in (Head(1, "f" * 64), Head(2, register.head().hash), Head(0, "0" * 64)):
        assert "mã băm khác" in refused(register, draft(head))


@on_sqlite
def test_entries_that_came_while_it_was_computed_refuse_an_annex(register: Register) -> None:
    register.append(issue())
    head = register.head()
    register.append(issue(year=2022))
    with register.transaction() as transaction:
        assert transaction.annex_objections(draft(head)) == ()
    register.append(revoke())
    assert "có thêm 01 mục về mẫu hoi-quan-chung/2021" in refused(register, draft(head))


@on_sqlite
def test_only_the_standing_annex_of_the_same_scope_is_replaced(register: Register) -> None:
    register.append(issue())
    head, of_one = register.head(), Scope("hoi-quan-chung", 2021, "dbh-loc-an")
    first = enter(register)
    assert "không có phụ lục này" in refused(register, draft(head, replaces=SECOND))
    assert "mẫu hoặc cấp trên khác" in refused(register, draft(head, of_one, FIRST))
    second = enter(register, replaces=FIRST)
    assert "đã được thay bằng phụ lục 2021-PL02" in refused(register, draft(head, replaces=FIRST))
    other = enter(register, of_one)
    assert standing_annexes((first, second, other)) == (second, other)


@pytest.mark.parametrize("written", ["2021-PL01", "2021-PL10", "2021-PL123"])
def test_a_number_is_read_as_it_is_written(written: str) -> None:
    assert str(AnnexNumber.parse(written)) == written


@pytest.mark.parametrize("written", ["", "2021-PL1", "2021-PL00", "2021-PL012", "2021-0001", "2021-pl01", "21-PL01 "])
def test_anything_else_is_no_number(written: str) -> None:
    with pytest.raises(DataError):
        AnnexNumber.parse(written)


# --- the database refuses ----------------------------------------------------------------------------------------


CHANGES = (
    "UPDATE annexes SET printed = 'x'",
    "DELETE FROM annexes",
    "UPDATE annex_contents SET role = 'x'",
    "DELETE FROM annex_contents",
    "INSERT INTO annex_contents SELECT 1, 'other', digest FROM contents",
    "UPDATE head SET annexes = 1",
    "UPDATE head SET annexes = annexes + 1, hash = 'x'",
    "UPDATE head SET entries = entries + 1, annexes_hash = 'x'",
    "UPDATE head SET entries = entries + 1, annexes = annexes + 1",
    "INSERT INTO annexes SELECT 3, year, 3, form, superior, as_of, entries, head, dated, printed, recorded, "
    '"by", digest, payload, replaces, hash, hash FROM annexes WHERE position = 1',
    "INSERT INTO annexes SELECT 2, year, 2, form, superior, as_of, entries, 'x', dated, printed, recorded, "
    '"by", digest, payload, replaces, hash, hash FROM annexes WHERE position = 1',
)


def test_the_database_itself_refuses_changes(register: Register, location: str) -> None:
    register.append(issue())
    enter(register)
    for statement in CHANGES:
        with pytest.raises(DBAPIError, match="only grows"):
            raw(location, statement)
    assert register.verify_chain().problems == ()


@pytest.mark.parametrize("table", ["annexes", "annex_contents", "head"])
def test_sqlite_refuses_insert_or_replace(tmp_path: Path, table: str) -> None:
    path = str(tmp_path / "r.sqlite")
    with Register.open(path) as register:
        register.append(issue())
        enter(register)
    with pytest.raises(DBAPIError, match="only grows"):
        raw(path, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.postgresql
def test_postgresql_refuses_truncate(postgresql_server: str) -> None:
    location = postgresql_server.format("postgres")
    raw(location, "CREATE SCHEMA IF NOT EXISTS truncated_annexes")
    url = f"{location}&options=-csearch_path%3Dtruncated_annexes"
    with Register.open(url), pytest.raises(DBAPIError, match="only grows"):
        raw(url, "TRUNCATE annexes CASCADE")


# --- what somebody changed is noticed ----------------------------------------------------------------------------


@pytest.fixture
def tampered(register: Register, location: str) -> str:
    """A register of three entries and three annexes whose triggers are gone."""
    for organization in "abc":
        register.append(issue(organization))
        enter(register)
    without_triggers(location)
    return location


@on_sqlite
@pytest.mark.parametrize(
    ("statements", "place", "message"),
    [
        (["UPDATE annexes SET printed = 'x' WHERE position = 2"], "phụ lục 2", "số 2021-PL02"),
        (["UPDATE annexes SET as_of = 'x' WHERE position = 2"], "phụ lục 2", "không đọc được"),
        (["UPDATE annex_contents SET role = 'x' WHERE position = 3"], "phụ lục 3", "số 2021-PL03"),
        (
            ["DELETE FROM annex_contents WHERE position = 2", "DELETE FROM annexes WHERE position = 2"],
            "phụ lục 2",
            "đã mất",
        ),
        (
            ["DELETE FROM annex_contents WHERE position = 3", "DELETE FROM annexes WHERE position = 3"],
            "phụ lục 3",
            "đã mất",
        ),
        (["UPDATE head SET annexes = 2"], "phụ lục 3", "không qua baocao"),
        (["UPDATE head SET annexes_hash = 'x'"], "phụ lục 3", "mã băm"),
    ],
)
def test_the_first_faulty_annex_is_named(
    register: Register, tampered: str, statements: list[str], place: str, message: str
) -> None:
    raw(tampered, *statements)
    (problem,) = register.verify_chain().problems
    assert problem.where == place
    assert message in problem.message


@on_sqlite
def test_a_changed_annex_is_not_read_as_if_it_were_sound(register: Register, tampered: str) -> None:
    raw(tampered, "UPDATE annexes SET printed = 'x' WHERE position = 2")
    with pytest.raises(DataError) as error:
        register.annexes()
    assert "không còn như khi ghi" in refusal(error)


@on_sqlite
def test_annexes_that_were_cut_off_do_not_give_their_numbers_again(register: Register, tampered: str) -> None:
    raw(tampered, "DELETE FROM annex_contents WHERE position = 3", "DELETE FROM annexes WHERE position = 3")
    assert "viết lại tới phụ lục này" in refused(register, draft(register.head()))
    raw(tampered, "UPDATE annexes SET counter = 4 WHERE position = 2")
    with pytest.raises(DataError) as error, register.transaction() as transaction:
        transaction.upcoming_annex(2021)
    assert "không còn liên tục" in refusal(error)


def test_an_annex_finds_entries_that_were_rewritten_with_all_of_their_hashes(register: Register, tampered: str) -> None:
    """Whoever rewrites the entries has to rewrite the annexes, too; one printed head stands against both."""
    entries = list(register.entries())
    previous = entries[0].hash
    for position in (2, 3):
        entry = replace(entries[position - 1], act=replace(ACT, reason="khác"), previous=previous)
        previous = entry.fingerprint()
        raw(
            tampered,
            f"UPDATE entries SET reason = 'khác', previous = '{entry.previous}', hash = '{previous}' "
            f"WHERE position = {position}",
        )
    raw(tampered, f"UPDATE head SET hash = '{previous}'")
    verdict = register.verify_chain()
    (problem,) = verdict.problems
    assert problem.where == "phụ lục 2"
    assert "được tính từ 2 mục" in problem.message
    assert (verdict.head.entries, verdict.annexes.entries) == (3, 1)


@on_sqlite
def test_a_content_of_an_annex_that_was_changed_is_named(register: Register, tampered: str) -> None:
    raw(tampered, "UPDATE contents SET content = " + ("x'62'" if "://" not in tampered else "'\\x62'::bytea"))
    (problem,) = register.verify_chain().problems
    assert "2021-PL01 (document)" in problem.message


@on_sqlite
def test_an_export_holds_the_annexes_after_their_contents(register: Register) -> None:
    register.append(issue(), {"form": b"form"})
    entered = enter(register)
    first, *lines = register.export()
    kinds = [next(iter(json.loads(line))) for line in lines]
    assert kinds == ["base64", "entry", "base64", "annex"]
    assert base64.b64decode(json.loads(lines[2])["base64"]) == b"annex"
    written, _, digest = lines[3].removeprefix('{"annex":').rpartition(',"hash":')
    assert hashlib.sha256(written.encode()).hexdigest() == json.loads(digest.removesuffix("}")) == entered.hash
    head = json.loads(first)
    assert (head["format"], head["annexes"], head["annexes_hash"]) == (2, 1, entered.hash)


def test_the_documented_canonical_form_is_the_real_one(tmp_path: Path) -> None:
    page = (TESTS.parent / "docs" / "register.md").read_text(encoding="utf-8")
    with Register.open(tmp_path / "r.sqlite") as register:
        register.append(issue(), {"document": b"d"})
        annex = enter(register)
    assert f"<!-- canonical annex -->\n```json\n{annex.canonical()}\n```\n<!-- end -->" in page


# --- what later entries make of it -------------------------------------------------------------------------------

BEFORE, AFTER = NEW_YEAR - timedelta(days=1), NEW_YEAR + timedelta(days=1)
DECIDED: list[Issue | Step] = [issue(), step(Kind.DECIDED)]
CASES: dict[str, tuple[list[Issue | Step], Issue | Step, bool]] = {
    "issued for a day before its date": ([issue("other")], issue(day=BEFORE), True),
    "issued later": ([issue("other")], issue(day=AFTER), False),
    "decided for a day before its date": ([issue()], step(Kind.DECIDED, day=BEFORE), True),
    "first decided later": ([issue()], step(Kind.DECIDED, day=AFTER), False),
    "decided again later": (DECIDED, step(Kind.DECIDED, day=AFTER), True),
    "corrected on its date": (DECIDED, step(Kind.CORRECTED, day=NEW_YEAR), True),
    "corrected later": (DECIDED, step(Kind.CORRECTED, day=AFTER), True),
    "revoked later": (DECIDED, revoke(day=AFTER), True),
    "revoked later, of one that it did not list": ([issue(day=AFTER)], revoke(day=AFTER), False),
    "rated again later": ([*DECIDED, revoke()], reissue(day=AFTER), True),
    "rated again later, of one that it did not list": (
        [issue(day=AFTER), revoke(day=AFTER)],
        reissue(day=AFTER),
        False,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_annex_is_untrue_once_what_it_tells_is_otherwise(case: str, tmp_path: Path) -> None:
    before, later, untrue = CASES[case]
    with Register.open(tmp_path / "r.sqlite") as register:
        for earlier in before:
            register.append(earlier)
        annex = enter(register)
        entry = register.append(later)
        assert makes_untrue(entry, annex, register.history(entry.number)) is untrue


# --- reading with bounds -----------------------------------------------------------------------------------------


def test_what_stood_at_a_head_is_read_again_after_more_was_entered(register: Register) -> None:
    for organization in "abc":
        register.append(issue(organization), {"document": organization.encode(), "form": b"form"})
    head, before = register.head(), register.entries()
    register.append(revoke(TWO))
    register.append(issue("d"), {"form": b"form"})
    with register.view() as view:
        assert tuple(view.entries(2021, head.entries)) == before
        assert view.head().entries == 5
        assert view.annexes() == ()
        assert view.content(before[0].content("form") or "") == b"form"


@settings(max_examples=10)
@given(
    words=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["issue", "revoke", "reissue"])), max_size=12),
    up_to=st.integers(0, 12),
)
def test_histories_say_what_all_entries_say(
    words: list[tuple[str, str]], up_to: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Register.open(tmp_path_factory.mktemp("r") / "r.sqlite") as register:
        numbers: dict[str, Number] = {}
        for organization, word in words:
            number = numbers.get(organization, ONE)
            wanted: dict[str, Issue | Step] = {
                "issue": issue(organization),
                "revoke": revoke(number),
                "reissue": reissue(number),
            }
            try:
                entry = register.append(wanted[word], {"form": b"form"})
            except DataError:
                continue
            numbers[entry.sheet.organization] = entry.number
        with register.view() as view:
            found = list(view.histories(2021, "hoi-quan-chung", up_to))
            assert list(view.histories(2022)) == list(view.histories(2021, "other")) == []
            every = tuple(view.entries(up_to=up_to))
    assert [history[0].sheet.organization for history in found] == sorted({entry.sheet.organization for entry in every})
    assert sorted((entry for history in found for entry in history), key=lambda entry: entry.position) == list(every)
    each: dict[Number, object] = {}
    for history in found:
        each |= statuses(history)
    assert each == statuses(every)


def test_a_view_that_is_left_half_read_lets_go_of_the_database(location: str, caplog: pytest.LogCaptureFixture) -> None:
    with Register.open(location, patience=1) as register:
        for organization in "abc":
            register.append(issue(organization), {"form": b"form"})
        with register.view() as view:
            entries, histories = view.entries(), view.histories(2021)
            assert next(entries).position == next(histories)[0].position == 1
        assert (next(entries, None), next(histories, None)) == (None, None)
        assert register.append(issue("d")).position == 4
    assert caplog.records == []


@on_sqlite
def test_a_changed_entry_is_noticed_while_the_register_is_read(register: Register, location: str) -> None:
    for organization in "ab":
        register.append(issue(organization), {"form": b"form"})
    without_triggers(location)
    raw(location, "UPDATE entry_contents SET role = 'x' WHERE position = 2")
    with register.view() as view, pytest.raises(DataError) as error:
        list(view.histories(2021))
    assert "không còn như khi ghi" in refusal(error)


def test_reading_a_large_register_holds_a_small_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baocao.register.reading._CHUNK", 5)
    count, size = 200, 20_000
    with Register.open(tmp_path / "r.sqlite") as register:
        with register.transaction() as transaction:
            for organization in range(count):
                transaction.append(replace(issue(str(organization)), payload={"text": "x" * size}), {"form": b"form"})
        tracemalloc.start()
        with register.view() as view:
            assert sum(1 for _ in view.entries()) == sum(1 for _ in view.histories(2021)) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < count * size / 3


# --- a register of before ----------------------------------------------------------------------------------------


def _older(location: str) -> None:
    """Make the register of `register_0001.sql`, which the program of before wrote, at a place."""
    with closing(sqlite3.connect(location if "://" not in location else ":memory:")) as old:
        old.executescript((TESTS / "register_0001.sql").read_text(encoding="utf-8"))
        if "://" not in location:
            return
        engine = raw_engine(location)
        with engine.connect().execution_options(mode=None) as connection, connection.begin():
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            for statement, row in _replayed(old):
                connection.execute(text(statement), row)
        engine.dispose()


def _replayed(old: sqlite3.Connection) -> list[tuple[str, dict[str, object]]]:
    """What was done to a register, in an order that its triggers let pass."""

    def rows(table: str, where: str = "") -> list[dict[str, object]]:
        found = old.execute(f"SELECT * FROM {table} {where}")
        return [dict(zip([name for name, *_ in found.description], row, strict=True)) for row in found]

    def insertion(table: str, row: dict[str, object]) -> tuple[str, dict[str, object]]:
        names = ", ".join(f'"{name}"' for name in row)
        return f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})", row

    done = [insertion("contents", row) for row in rows("contents")]
    for entry in rows("entries", "ORDER BY position"):
        done.append(insertion("entries", entry))
        done += [
            insertion("entry_contents", row) for row in rows("entry_contents", f"WHERE position = {entry['position']}")
        ]
        done.append(("UPDATE head SET entries = :position, hash = :hash", entry))
    return done + [insertion("deliveries", row | {"delivered": bool(row["delivered"])}) for row in rows("deliveries")]


def test_a_register_of_before_is_brought_up_with_all_that_it_held(location: str, tmp_path: Path) -> None:
    _older(location)
    raw(location, f"UPDATE deliveries SET path = '{tmp_path}/out' || substr(path, 9) WHERE NOT delivered")
    with Register.open(location) as register:
        assert register.verify_chain().problems == ()
        assert register.head() == Head(5, "f67ad4d48aab0b37898455ac01fecb130b170d0fca4c42e37cd4ed317f07b470")
        assert [entry.kind.value for entry in register.entries(2021)] == ["issued", "decided", "revoked", "reissued"]
        assert [file.path.name for file in register.deliver().done] == ["2022-0001.docx", "2021-0002.docx"]
        assert len(register.deliveries()) == 4
        assert enter(register).number == FIRST
        assert register.append(revoke(TWO)).position == 6
        assert register.verify_chain().problems == ()
    with pytest.raises(DBAPIError, match="only grows"):
        raw(location, "UPDATE head SET annexes = 0")


def test_the_tables_are_described_as_the_newest_migration_leaves_them() -> None:
    assert ScriptDirectory.from_config(_config()).get_current_head() == NEWEST_VERSION
