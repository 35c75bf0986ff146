"""Streamed documents: what `render` and `label` give, made while it is written, in memory that does not grow."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docxtpl import Listing, RichText
from hypothesis import given, settings
from hypothesis import strategies as st

from baocao import files
from baocao.errors import DataError, MissingError, Problem
from baocao.rendering import package, streaming
from baocao.rendering.again import Again
from baocao.rendering.compiled import compile_template
from baocao.rendering.compressor import DEFAULT, FAST, STANDARD, Compressor
from baocao.rendering.once import Once
from tests.shapes import contexts
from tests.test_compiled import AWKWARD, DAY, PROPERTIES, TEMPLATES, UNPROVED, docx, lines, margins, table

LABELS = [("baocao.version", "1"), ("tên", "giá trị <&>\n")]
ROWS = docx(
    lines("{{ title }}"),
    table(("TT", "Tên"), ("{%tr for row in rows %}",), ("{{ loop.index }}", "{{ row.name }}"), ("{%tr endfor %}",)),
)


def streamed(template: bytes, context: dict[str, Any]) -> bytes:
    target = BytesIO()
    digest = compile_template(template).stream(context, PROPERTIES, DAY, LABELS, target)
    assert package.labels(package.unpack(target.getvalue()))["baocao.digest"] == digest
    return target.getvalue()


def rows(count: int) -> Iterator[dict[str, str]]:
    return ({"name": f"Chi bộ Hội Người cao tuổi số {number}"} for number in range(count))


def as_iterators(value: Any) -> Any:
    """The same context with every list as one that can be read once."""
    if isinstance(value, dict):
        return {name: as_iterators(part) for name, part in value.items()}
    return Once(map(as_iterators, value), "…") if isinstance(value, list) else value


# --- the same document -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "-".join(path.parts[-3:]))
@settings(max_examples=10)
@given(data=st.data())
def test_a_shipped_template_is_streamed_as_it_is_rendered(path: Path, data: st.DataObject) -> None:
    template = path.read_bytes()
    context = data.draw(contexts(template))
    wanted = package.label(compile_template(template).render(context, PROPERTIES, DAY), LABELS)

    def found() -> bytes:
        return streamed(template, {**context, "rows": map(as_iterators, context.get("rows", []))})

    assert package.unpack(found()) == wanted
    assert found() == found()


def test_a_long_record_that_comes_again_stands_in_its_place() -> None:
    template = docx(
        lines("{%p for row in rows %}", "{{ row.name }}", "{%p for part in row.parts %}", "{{ part }}"),
        lines("{%p endfor %}", "{%p endfor %}"),
    )
    parts = [str(number) for number in range(5000)]
    plain = [{"name": name, "parts": parts} for name in ("a", "b")]
    again = [Again(row) for row in plain]
    wanted = compile_template(template).render({"rows": [*plain, *plain]}, PROPERTIES, DAY)
    assert package.unpack(streamed(template, {"rows": [*again, *again]})) == package.label(wanted, LABELS)


READ_ONCE = ("rows of a table", "rows of kinds", "loops that ask for more", "choices in margins")


@pytest.mark.parametrize("name", READ_ONCE)
@settings(max_examples=25)
@given(data=st.data())
def test_lists_that_are_made_while_they_are_printed_give_the_same(name: str, data: st.DataObject) -> None:
    context = data.draw(contexts(AWKWARD[name]))
    wanted = compile_template(AWKWARD[name]).render(context, PROPERTIES, DAY)
    assert package.unpack(streamed(AWKWARD[name], as_iterators(context))) == package.label(wanted, LABELS)


@pytest.mark.parametrize("asked", ["first", "last", "index", "index0", "length", "revindex", "revindex0"])
@given(count=st.integers(0, 4))
def test_an_iterator_tells_of_its_loop_what_a_list_tells(asked: str, count: int) -> None:
    template = docx(lines(f"{{% for row in rows %}}{{{{ loop.{asked} }}}} {{{{ row.name }}}};{{% endfor %}}"))
    wanted = compile_template(template).render({"rows": list(rows(count))}, PROPERTIES, DAY)
    assert package.unpack(streamed(template, {"rows": rows(count)})) == package.label(wanted, LABELS)


def test_a_long_document_is_what_it_would_be_as_a_whole() -> None:
    """Longer than what is gathered for one piece, in the loop of a row and in one within it."""
    loops = ("{%p for a in rows %}", "{%p for b in a.inner %}", "{{ b }}", "{%p endfor %}", "{%p endfor %}")
    template = docx(lines(*loops))
    context = {"rows": [{"inner": [f"{number}.{inner}" for inner in range(3000)]} for number in range(4)]}
    wanted = compile_template(template).render(context, PROPERTIES, DAY)
    assert len(list(compile_template(template)._programs["word/document.xml"](context))) > 4
    assert package.unpack(streamed(template, as_iterators(context))) == package.label(wanted, LABELS)


@pytest.mark.parametrize("name", ["a table of loop rows only", "cells in a loop"])
def test_docxtpl_fills_what_cannot_be_proved_in_a_streamed_document_too(name: str) -> None:
    template, _ = UNPROVED[name]
    texts = ["a", "b", "c"]
    wanted = compile_template(template).render({"list": texts}, PROPERTIES, DAY)
    assert package.unpack(streamed(template, {"list": iter(texts)})) == package.label(wanted, LABELS)


# --- memory ----------------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        compile_template(ROWS).stream({"title": "", "rows": rows(count)}, {}, DAY, [], Counted())
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(4000)
    assert peak(16_000) < 1.2 * peak(4000)


class Counted(BytesIO):
    """A file that forgets what is written to it, but not where it stands."""

    _at = 0

    def write(self, content: Any) -> int:
        self._at += len(content)
        return len(content)

    def tell(self) -> int:
        return self._at

    def seek(self, at: int, whence: int = 0) -> int:
        self._at = at
        return at


# --- the file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compressor", [STANDARD, FAST or DEFAULT], ids=lambda compressor: compressor.name)
def test_other_programs_read_a_streamed_document(compressor: Compressor) -> None:
    parts = compile_template(ROWS).render({"title": "Phụ lục", "rows": list(rows(3))}, PROPERTIES, DAY)
    body = parts.pop("word/document.xml")
    target = BytesIO()
    digest = streaming.write(parts, {"word/document.xml": (body[:7], b"", body[7:])}, LABELS, target, compressor)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert {(entry.flag_bits, entry.date_time) for entry in archive.infolist()} == {(0, (1980, 1, 1, 0, 0, 0))}
    assert names == [name for name, _, _ in package.in_order((*parts, "word/document.xml"))] + [package.CUSTOM]
    assert [cell.text for cell in Document(target).tables[0].columns[0].cells] == ["TT", "1", "2", "3"]
    assert package.is_untouched(package.unpack(target.getvalue()))
    assert streaming.read_seal(target).digest == digest


def test_a_document_may_begin_within_a_file() -> None:
    """As after a signature or in a tape archive: the zip counts from its own start."""
    target = BytesIO(b"before")
    target.seek(0, io.SEEK_END)
    compile_template(ROWS).stream({"title": "", "rows": rows(1)}, {}, DAY, [], target)
    assert package.unpack(target.getvalue()[len(b"before") :])


@pytest.mark.parametrize("most", [20_000, 300])
def test_what_no_zip_can_count_is_refused(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(streaming, "_MOST", most)
    with pytest.raises(DataError, match="4 GiB"):
        streamed(ROWS, {"title": "", "rows": rows(1000)})


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "template",
    [docx(lines("{% for a in rows %}{% endfor %}{% for a in rows %}{{ a }}{% endfor %}")),
     docx(lines("{% for a in rows %}{% endfor %}"), margins("{% for a in rows %}{{ a }}{% endfor %}", ""))],
)  # fmt: skip
def test_a_list_that_can_be_read_once_is_never_blank_the_second_time(template: bytes) -> None:
    with pytest.raises(DataError, match="“rows” được lặp hai lần"):
        streamed(template, {"rows": iter(["a"])})


@pytest.mark.parametrize("count", [0, 1, 2])
def test_whether_a_list_holds_anything_may_be_asked_before_it_is_printed(count: int) -> None:
    loop = "{% for a in rows %}{{ a.name }}{% endfor %}"
    template = docx(lines(f"{{% if rows %}}{{% if rows %}}có {{% endif %}}{loop}{{% endif %}}"))
    wanted = compile_template(template).render({"rows": list(rows(count))}, PROPERTIES, DAY)
    assert package.unpack(streamed(template, {"rows": rows(count)})) == package.label(wanted, LABELS)


@pytest.mark.parametrize("value", [RichText("x"), Listing("a\nb")])
def test_a_value_that_needs_the_whole_document_is_refused(value: object) -> None:
    with pytest.raises(DataError, match="không in dần được"):
        streamed(ROWS, {"title": value, "rows": []})


@pytest.mark.parametrize("context", [{}, {"title": "", "rows": iter([{}])}, {"title": "", "rows": 5}])
def test_what_a_template_misses_is_an_error_of_a_streamed_document_too(context: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="không in thử được"):
        streamed(ROWS, context)


# --- the seal --------------------------------------------------------------------------------------------------------


def test_the_seal_of_a_document_is_its_labels_and_digest() -> None:
    document = streamed(ROWS, {"title": "", "rows": rows(2)})
    parts = package.unpack(document)
    seal = streaming.read_seal(BytesIO(document))
    assert (seal.labels, seal.digest) == (package.labels(parts), package.content_digest(parts))
    assert seal.is_untouched
    changed = package.pack({**parts, "word/document.xml": parts["word/document.xml"].replace(b"s", b"S")})
    assert not streaming.read_seal(BytesIO(changed)).is_untouched


def test_a_document_without_labels_has_no_seal_of_ours() -> None:
    seal = streaming.read_seal(BytesIO(ROWS))
    assert seal.labels == {}
    assert not seal.is_untouched


def test_labels_that_are_too_long_to_be_ours_are_not_read() -> None:
    parts = package.label(package.unpack(ROWS), [("x", "y" * (1 << 20))])
    assert streaming.read_seal(BytesIO(package.pack(parts))).labels == {}


def test_the_seal_is_read_of_what_is_too_large_to_be_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    document = streamed(ROWS, {"title": "", "rows": rows(2)})
    monkeypatch.setattr(package, "_MOST_BYTES", 1000)
    with pytest.raises(DataError, match="quá lớn"):
        package.unpack(document)
    assert streaming.read_seal(BytesIO(document)).is_untouched
    monkeypatch.setattr(streaming, "_MOST_READ", 1000)
    with pytest.raises(DataError, match="quá lớn"):
        streaming.read_seal(BytesIO(document))


@settings(max_examples=50)
@given(st.data())
def test_a_damaged_document_is_a_problem_and_no_crash(data: st.DataObject) -> None:
    document = bytearray(streamed(ROWS, {"title": "", "rows": rows(2)}))
    at = data.draw(st.integers(0, len(document) - 1))
    document[at] ^= data.draw(st.integers(1, 255))
    kept = data.draw(st.integers(at, len(document)))
    with suppress(DataError):  # a zip has bytes that mean nothing
        streaming.read_seal(BytesIO(document[:kept]))


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_written_piece_by_piece_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "mới" / "a.docx"
    with files.written_whole(path) as file:
        file.write(b"0123")
        file.seek(1)
        file.write(b"x")
        assert not path.exists()
    assert path.read_bytes() == b"0x23"
    assert list(path.parent.iterdir()) == [path]


def broken() -> Iterator[dict[str, str]]:
    yield from rows(10_000)
    raise DataError([Problem("", "nguồn hỏng", "")])


def test_a_file_that_fails_on_the_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"cu")
    with pytest.raises(DataError, match="nguồn"), files.written_whole(path) as file:
        compile_template(ROWS).stream({"title": "", "rows": broken()}, {}, DAY, [], file)
    assert path.read_bytes() == b"cu"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_on_the_way_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="đĩa đã đầy"), files.written_whole(tmp_path / "a.docx"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []
