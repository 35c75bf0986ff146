"""What is kept between processes: found again when all is well, and missing whenever anything is not."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from baocao import kept
from baocao.errors import DataError
from baocao.forms import Library, load_folder
from baocao.forms.keeping import plain, revived
from baocao.forms.loading import read_folder

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "inputs" / "hoi-quan-chung" / "2021" / "hoi-dong-y-tot.json"
FORMS = sorted(path.parent for path in (ROOT / "templates").glob("*/*/form.toml"))
VALUE = {"text": "chữ", "code": compile("said = 1", "<phrase>", "exec"), "list": [1, (b"2", None, frozenset("a"))]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where things are kept, empty; made when the first is."""
    monkeypatch.delenv(kept.OFF)
    monkeypatch.setattr(kept, "user_cache_path", lambda name, **_: tmp_path / "cache" / name)
    return tmp_path / "cache" / "baocao"


@pytest.fixture
def entry(folder: Path) -> Path:
    """The file of the only entry."""
    kept.keep(VALUE, "kind", b"input")
    (found,) = folder.iterdir()
    return found


def test_what_was_kept_is_found_again(entry: Path) -> None:
    assert kept.recall("kind", b"input") == VALUE


def test_nobody_else_may_read_or_write_what_is_kept(entry: Path) -> None:
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert stat.S_IMODE(entry.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("kind", "inputs"), [("other", (b"input",)), ("kind", (b"inpuT",)), ("kind", (b"in", b"put")), ("kind", ())]
)
def test_another_kind_or_input_is_another_entry(entry: Path, kind: str, inputs: tuple[bytes, ...]) -> None:
    assert kept.recall(kind, *inputs) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_torn_or_altered_entry_is_missing(entry: Path, data: st.DataObject) -> None:
    whole = entry.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.sampled_from(["cut", "flip", "drop", "add"]))
    bit = bytes([whole[at] ^ (1 << data.draw(st.integers(0, 7)))])
    damaged = {
        "cut": whole[:at],
        "flip": whole[:at] + bit + whole[at + 1 :],
        "drop": whole[:at] + whole[at + 1 :],
        "add": whole[:at] + b"\0" + whole[at:],
    }[change]
    try:
        entry.write_bytes(damaged)
        assert kept.recall("kind", b"input") is None
    finally:
        entry.write_bytes(whole)


@given(st.binary(max_size=200))
@example(b"")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_of_anything_is_missing(entry: Path, content: bytes) -> None:
    whole = entry.read_bytes()
    try:
        entry.write_bytes(content)
        assert kept.recall("kind", b"input") is None
    finally:
        entry.write_bytes(whole)


def test_an_entry_under_the_name_of_another_is_missing(entry: Path) -> None:
    kept.keep("other", "kind", b"another input")
    (other,) = set(entry.parent.iterdir()) - {entry}
    shutil.copy(other, entry)
    assert kept.recall("kind", b"input") is None


@pytest.mark.parametrize(
    "other",
    [
        lambda monkeypatch: monkeypatch.setattr(kept, "__version__", "0.0.0"),
        lambda monkeypatch: monkeypatch.setattr(sys, "version", "3.99"),
        lambda monkeypatch: monkeypatch.setattr(kept, "_own_files", lambda _: iter(["baocao/text.py 1 1"])),
        lambda monkeypatch: monkeypatch.setattr(kept, "_versions", lambda: iter(["jinja2-4.0.dist-info"])),
    ],
    ids=["program", "python", "sources", "libraries"],
)
def test_an_entry_of_another_version_is_missing(
    entry: Path, monkeypatch: pytest.MonkeyPatch, other: Callable[[pytest.MonkeyPatch], None]
) -> None:
    other(monkeypatch)
    kept._makers.cache_clear()
    try:
        assert kept.recall("kind", b"input") is None
    finally:
        kept._makers.cache_clear()


def test_the_key_knows_every_module_and_the_libraries() -> None:
    modules = {line.split(" ")[0] for line in kept._own_files(kept._PACKAGE)}
    assert modules == {str(path) for path in (ROOT / "baocao").rglob("*.py")}
    assert [name for name in kept._versions() if name.lower().startswith("jinja2-3.")]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners and modes are those of Unix")
class TestSomebodyElses:
    """A folder or file that others could have written is not used, and nothing is said about it."""

    def test_a_file_of_another_owner(self, entry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        me = os.geteuid()
        owners = iter([me, me + 1])  # the folder is mine, the file is not
        monkeypatch.setattr(os, "geteuid", lambda: next(owners))
        assert kept.recall("kind", b"input") is None

    def test_a_folder_of_another_owner(self, entry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = entry.read_bytes()
        other = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: other)
        assert kept.recall("kind", b"input") is None
        kept.keep("new", "kind", b"input")
        assert entry.read_bytes() == before

    @pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
    def test_a_file_that_others_may_write(self, entry: Path, mode: int) -> None:
        entry.chmod(mode)
        assert kept.recall("kind", b"input") is None

    @pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
    def test_a_folder_that_others_may_write(self, entry: Path, mode: int) -> None:
        entry.parent.chmod(mode)
        assert kept.recall("kind", b"input") is None
        kept.keep(VALUE, "kind", b"new")
        assert list(entry.parent.iterdir()) == [entry]

    def test_a_link_in_place_of_the_file(self, entry: Path, tmp_path: Path) -> None:
        entry.rename(tmp_path / "elsewhere")
        entry.symlink_to(tmp_path / "elsewhere")
        assert kept.recall("kind", b"input") is None

    def test_a_link_in_place_of_the_folder(self, entry: Path, tmp_path: Path) -> None:
        entry.parent.rename(tmp_path / "elsewhere")
        entry.parent.symlink_to(tmp_path / "elsewhere")
        assert kept.recall("kind", b"input") is None
        kept.keep(VALUE, "kind", b"new")
        assert len(list((tmp_path / "elsewhere").iterdir())) == 1

    def test_no_file_at_all(self, entry: Path) -> None:
        entry.unlink()
        os.mkfifo(entry)
        entry.unlink()
        entry.mkdir()
        assert kept.recall("kind", b"input") is None


def test_keeping_is_never_a_reason_to_fail(folder: Path) -> None:
    folder.parent.write_text("a file where the folder should be", encoding="utf-8")
    kept.keep(VALUE, "kind", b"input")
    assert kept.recall("kind", b"input") is None


def test_what_marshal_does_not_know_is_not_kept(folder: Path) -> None:
    kept.keep(object(), "kind", b"input")
    assert not folder.exists()


def test_nothing_is_kept_or_read_where_it_is_turned_off(entry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kept.OFF, "1")
    assert kept.recall("kind", b"input") is None
    kept.keep(VALUE, "kind", b"new")
    assert list(entry.parent.iterdir()) == [entry]


def test_the_oldest_entries_go_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_ENTRIES", 3)
    for number in range(5):
        kept.keep(number, "kind", bytes([number]))
        for path in folder.iterdir():
            os.utime(path, ns=(0, path.stat().st_mtime_ns - 10**9))
    assert [kept.recall("kind", bytes([number])) for number in range(5)] == [None, None, 2, 3, 4]


def test_the_folder_does_not_grow_beyond_its_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 2500)
    for number in range(4):
        kept.keep(bytes(1000), "kind", bytes([number]))
    assert len(list(folder.iterdir())) == 2


# --- forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_form_comes_back_as_it_was(path: Path) -> None:
    read = read_folder(path)
    form, phrases = revived(plain(read.form, read.phrases))
    assert form == read.form
    assert repr(form) == repr(read.form)
    assert form.model_dump(exclude_unset=True) == read.form.model_dump(exclude_unset=True)
    assert vars(form).pop("digest") == form.digest  # what was kept of it, and what it is
    assert (phrases.names, phrases.sources, phrases.codes) == (
        read.phrases.names,
        read.phrases.sources,
        read.phrases.codes,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A form that may be changed."""
    path = tmp_path / "templates" / "hoi-quan-chung" / "2021"
    shutil.copytree(ROOT / "templates" / "hoi-quan-chung" / "2021", path)
    return path


@pytest.mark.parametrize("name", ["form.toml", "phrases.toml"])
def test_a_form_that_was_edited_is_read_anew(copied: Path, folder: Path, name: str) -> None:
    load_folder(copied)
    path = copied / name
    path.write_text(path.read_text(encoding="utf-8").replace("tốt", "tốt đẹp", 1), encoding="utf-8")
    again, read = load_folder(copied), read_folder(copied)
    assert again.form == read.form
    assert again.phrases.sources == read.phrases.sources
    assert again.sources == read.sources


def test_a_form_under_another_name_is_checked_anew(copied: Path, folder: Path) -> None:
    load_folder(copied)
    copied.rename(copied.with_name("2022"))
    key = "hoi-quan-chung/2022"
    with pytest.raises(DataError, match="hoi-quan-chung/2021"):
        Library([copied.parents[1]]).get(key)


def test_a_form_with_faults_is_not_kept(copied: Path, folder: Path) -> None:
    (copied / "phrases.toml").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=r"phrases\.toml"):
        load_folder(copied)
    assert not folder.exists()


# --- the whole program -----------------------------------------------------------------------------------------


def test_a_draft_is_the_same_cold_warm_without_and_with_damage(tmp_path: Path) -> None:
    """Whole processes: the first keeps, the second finds, the third is turned off, the fourth finds torn entries."""
    cache, output = tmp_path / "cache", tmp_path / "output"

    def drafted(**environment: str) -> bytes:
        command = [sys.executable, "-m", "baocao", "draft", str(EXAMPLE), "-o", str(output), "--force"]
        plain_environment = {name: value for name, value in os.environ.items() if name != kept.OFF}
        wanted = {"XDG_CACHE_HOME": str(cache), "LOCALAPPDATA": str(cache), "HOME": str(tmp_path), **environment}
        done = subprocess.run(command, env={**plain_environment, **wanted}, capture_output=True, check=True)
        assert done.stderr == b""
        (document,) = output.iterdir()
        return document.read_bytes()

    first = drafted()
    entries = [path for path in cache.rglob("*") if path.is_file()]
    assert entries
    assert drafted() == first
    assert drafted(**{kept.OFF: "1"}) == first
    for path in entries:
        path.write_bytes(path.read_bytes()[:-1])
    assert drafted() == first
