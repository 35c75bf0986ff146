"""Whether a found paper says what was issued: re-saved files do, edited ones are shown where."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from hypothesis import given, settings
from hypothesis import strategies as st

from baocao.errors import DataError
from baocao.rendering import package
from baocao.rendering.comparison import MOST_DIFFERENCES, Comparison, Verdict, compare, seen
from tests.examples import EXAMPLES, drafted
from tests.helpers import png

MAIN = "word/document.xml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
EXAMPLE = next(path for path in EXAMPLES if path.stem == "hoi-dong-y-tot")


@cache
def issued(path: Path = EXAMPLE) -> bytes:
    return drafted(path)


def with_part(name: str, change: Callable[[str], str], document: bytes | None = None) -> bytes:
    parts = package.unpack(document or issued())
    changed = change(parts[name].decode())
    assert changed != parts[name].decode(), "the edit found nothing to edit"
    return package.pack({**parts, name: changed.encode()})


def replaced(old: str, new: str, part: str = MAIN) -> bytes:
    return with_part(part, lambda xml: xml.replace(old, new, 1))


def of_word(change: Callable[[WordDocument], None]) -> bytes:
    document = Document(BytesIO(issued()))
    change(document)
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def told(found: Comparison) -> list[tuple[str, str, str]]:
    assert (found.verdict is Verdict.CHANGED) == bool(found.differences)
    return [(difference.place, difference.old, difference.new) for difference in found.differences]


def changes(found: bytes) -> list[tuple[str, str, str]]:
    return told(compare(issued(), found))


def body(xml: str) -> bytes:
    """A document with nothing but this in its body."""
    return with_part(MAIN, lambda whole: re.sub(r"<w:body>.*</w:body>", f"<w:body>{xml}</w:body>", whole, flags=re.S))


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def texts(xml: str) -> list[str]:
    """What a reader sees of the body."""
    return [passage.text for passage in seen(body(xml))]


# --- saved again ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_text_of_a_draft_is_seen_with_its_place(path: Path) -> None:
    passages = seen(issued(path))
    places = [passage.place for passage in passages]
    assert len(set(places)) == len(places)
    assert (places[0], passages[0].text) == ("đoạn 1", "DỰ THẢO")
    assert (places[-1], passages[-1].text) == ("đầu trang, đoạn 1", "- DỰ THẢO")


def test_the_same_parts_in_another_zip_are_identical() -> None:
    parts = package.unpack(issued())
    assert compare(issued(), issued()).verdict is Verdict.IDENTICAL
    assert compare(issued(), package.pack({**parts, package.CUSTOM: b"<other/>"})).verdict is Verdict.IDENTICAL


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_python_docx_saves_again_is_not_changed(path: Path) -> None:
    document, saved = Document(BytesIO(issued(path))), BytesIO()
    document.core_properties.author = "Người khác"
    document.save(saved)
    assert compare(issued(path), saved.getvalue()) == Comparison(Verdict.SAVED_AGAIN)


def office_saved(folder: Path, kind: str, files: list[Path]) -> list[Path]:
    soffice = shutil.which("soffice")
    assert soffice
    target = folder / kind / files[0].parent.name
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", kind, "--outdir", str(target), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return [target / f"{file.stem}.{kind}" for file in files]


@pytest.fixture(scope="module")
def saved_again(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, bytes]]:
    """Each example as LibreOffice saves it, straight and by way of its own format."""
    folder = tmp_path_factory.mktemp("office")
    source = folder / "source"
    source.mkdir()
    files = [source / f"{path.stem}.docx" for path in EXAMPLES]
    for file, path in zip(files, EXAMPLES, strict=True):
        file.write_bytes(issued(path))
    straight = office_saved(folder, "docx", files)
    around = office_saved(folder, "docx", office_saved(folder, "odt", files))
    return [(path, file.read_bytes()) for made in (straight, around) for path, file in zip(EXAMPLES, made, strict=True)]


@pytest.mark.system
@pytest.mark.slow
def test_what_libreoffice_saves_again_is_not_changed(saved_again: list[tuple[Path, bytes]]) -> None:
    assert len(saved_again) == 2 * len(EXAMPLES)
    for path, found in saved_again:
        assert compare(issued(path), found) == Comparison(Verdict.SAVED_AGAIN), path.stem


@pytest.mark.system
@pytest.mark.slow
def test_a_digit_changed_in_what_libreoffice_saved_is_found_where_it_stands(
    saved_again: list[tuple[Path, bytes]],
) -> None:
    for found in (found for path, found in saved_again if path == EXAMPLE):
        edited = with_part(MAIN, lambda xml: xml.replace("> 89,25<", "> 98,25<"), found)
        assert changes(edited) == [("đoạn 46", "“Điểm chấm: 89,25”", "“Điểm chấm: 98,25”")]


SEAMS = {
    "runs": ("DỰ THẢO</w:t>", "DỰ</w:t></w:r><w:proofErr w:type='spellStart'/><w:r><w:t> THẢO</w:t>"),
    "revision ids": ("<w:p>", "<w:p w:rsidR='00AB12CD'>"),
    "bookmarks": ("<w:r>", "<w:bookmarkStart w:id='1' w:name='a'/><w:r/><w:bookmarkEnd w:id='1'/><w:r>"),
    "soft hyphen": ("DỰ THẢO", "DỰ TH\u00adẢO"),
    "non-breaking space": ("DỰ THẢO", "DỰ\u00a0THẢO"),
    "decomposed": ("DỰ THẢO", unicodedata.normalize("NFD", "DỰ THẢO")),
    "empty paragraph": ("<w:p>", "<w:p/><w:p>"),
    "content control": ("<w:r><w:t", "<w:sdt><w:sdtContent><w:r/></w:sdtContent></w:sdt><w:r><w:t"),
    "paper's own tab": ("DỰ THẢO</w:t>", "DỰ</w:t><w:tab/><w:t>THẢO</w:t>"),
}


@pytest.mark.parametrize("seam", SEAMS)
def test_technical_seams_are_not_seen(seam: str) -> None:
    assert compare(issued(), replaced(*SEAMS[seam])) == Comparison(Verdict.SAVED_AGAIN)


def test_page_numbers_are_not_compared_unless_they_are_no_numbers_or_locked() -> None:
    header = "word/header1.xml"
    assert changes(replaced('preserve">2<', 'preserve">7<', header)) == []
    place, new = "đầu trang, đoạn 1", "“HỦY BỎ - DỰ THẢO”"
    assert changes(replaced('preserve">2<', 'preserve">HỦY BỎ<', header)) == [(place, "“- DỰ THẢO”", new)]
    locked = replaced('<w:fldSimple w:instr=" PAGE ">', '<w:fldSimple w:instr=" PAGE " w:fldLock="1">', header)
    assert changes(locked) == [(place, "“- DỰ THẢO”", "“2 - DỰ THẢO”")]


def test_merged_cells_are_seen_once_however_they_are_written() -> None:
    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(cells)}</w:tr>"

    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"

    wide = row(cell("A", '<w:gridSpan w:val="2"/>'), cell("B"))
    parted = row(cell("A", '<w:hMerge w:val="restart"/>'), cell("x", "<w:hMerge/>"), cell("B"))
    down = row(cell("C", '<w:vMerge w:val="restart"/>'), cell("D")) + row(cell("nằm dưới", "<w:vMerge/>"), cell("E"))
    first = body(f"<w:tbl>{wide}{down}</w:tbl><w:p/>")
    assert [(passage.place, passage.text) for passage in seen(first)] == [
        ("bảng 1, hàng 1, ô 1", "A"),
        ("bảng 1, hàng 1, ô 2", "B"),
        ("bảng 1, hàng 2, ô 1", "C"),
        ("bảng 1, hàng 2, ô 2", "D"),
        ("bảng 1, hàng 3, ô 2", "E"),
    ]
    assert told(compare(first, body(f"<w:tbl>{parted}{down}</w:tbl><w:p/>"))) == []
    orphan = row(cell("nằm dưới", "<w:vMerge/>"))
    assert texts(f"<w:tbl>{orphan}</w:tbl>") == ["nằm dưới"]


# --- changed -------------------------------------------------------------------------------------------------------


def test_one_digit_in_a_cell() -> None:
    def edit(document: WordDocument) -> None:
        document.tables[1].cell(3, 3).paragraphs[0].runs[0].text = "5"

    assert changes(of_word(edit)) == [("bảng 2, hàng 4, ô 4", "“4”", "“5”")]


def test_a_figure_in_another_column_is_a_change_though_the_texts_are_the_same() -> None:
    def edit(document: WordDocument) -> None:
        cells = document.tables[1].rows[3].cells
        assert [cell.text for cell in cells[2:]] == ["5", "4"]
        cells[3].paragraphs[0].runs[0].text = ""
        cells[2].paragraphs[0].add_run(" 4")

    assert changes(of_word(edit)) == [("bảng 2, hàng 4, ô 3", "“5”", "“5 4”"), ("bảng 2, hàng 4, ô 4", "“4”", "")]


def test_swapped_rows_are_gone_at_one_place_and_added_at_another() -> None:
    def edit(document: WordDocument) -> None:
        rows = document.tables[1]._tbl.tr_lst
        rows[4].addprevious(rows[5])

    found = changes(of_word(edit))
    assert [place for place, _, _ in found] == ["bảng 2, hàng 5", "bảng 2, hàng 6"]
    assert sorted(bool(old) for _, old, _ in found) == [False, True]


def test_a_deleted_and_an_inserted_paragraph_are_one_difference_each() -> None:
    def delete(document: WordDocument) -> None:
        gone = document.paragraphs[43]._p
        above = gone.getparent()
        assert above is not None
        above.remove(gone)

    ((place, old, new),) = changes(of_word(delete))
    assert (place, old[:10], new) == ("đoạn 44", "“Hạn chế: ", "")

    def insert(document: WordDocument) -> None:
        document.paragraphs[10].insert_paragraph_before("Điểm cộng thêm: 5")

    assert changes(of_word(insert)) == [("đoạn 11", "", "“Điểm cộng thêm: 5”")]


def test_a_replaced_signature() -> None:
    assert changes(replaced("Nguyễn Văn Bình", "Trần Thị Hoa")) == [("đoạn 50", "“Nguyễn Văn Bình”", "“Trần Thị Hoa”")]


def test_a_long_text_is_shown_around_its_change() -> None:
    ((place, old, new),) = changes(replaced("Có 9/9 đảng viên", "Có 8/9 đảng viên"))
    assert place == "đoạn 43"
    assert old == "“…được chỉ ra (80%). Có 9/9 đảng viên được xếp…”"
    assert new == old.replace("9/9", "8/9")


UNREADABLE = {
    "hidden": ("<w:vanish/>", "chữ ẩn"),
    "without fill": ('<w14:textFill xmlns:w14="{}"><w14:noFill/></w14:textFill>', "chữ ẩn"),
    "white": ('<w:color w:val="FFFFFF"/>', "chữ trùng màu nền"),
    "nearly white": ('<w:color w:val="F8F8F0"/>', "chữ trùng màu nền"),
    "theme's background": ('<w:color w:val="auto" w:themeColor="background1"/>', "chữ trùng màu nền"),
    "black on black": ('<w:color w:val="000000"/><w:highlight w:val="black"/>', "chữ trùng màu nền"),
    "as its shading": ('<w:color w:val="00AA00"/><w:shd w:val="clear" w:fill="00AA00"/>', "chữ trùng màu nền"),
    "tiny": ('<w:sz w:val="2"/>', "chữ quá nhỏ"),
    "narrow": ('<w:w w:val="1"/>', "chữ quá nhỏ"),
    "struck out": ("<w:strike/>", "chữ gạch bỏ"),
    "twice": ("<w:dstrike/>", "chữ gạch bỏ"),
    "raised": ('<w:vertAlign w:val="superscript"/>', "chỉ số trên"),
}


@pytest.mark.parametrize("way", UNREADABLE)
def test_text_that_cannot_be_read_as_typed_is_named(way: str) -> None:
    properties, name = UNREADABLE[way]
    properties = properties.format("http://schemas.microsoft.com/office/word/2010/wordml")
    run = '<w:r><w:t xml:space="preserve"> 89,25'
    found = replaced(run, run.replace("<w:t", f"<w:rPr>{properties}</w:rPr><w:t"))
    assert changes(found) == [("đoạn 46", "“Điểm chấm: 89,25”", f"“Điểm chấm: [{name}: 89,25]”")]


def test_a_style_can_hide_as_a_run_can() -> None:
    def hide(xml: str) -> str:
        before, style, after = xml.partition('w:styleId="BCKetQua"')
        return before + style + after.replace("<w:rPr/>", "<w:rPr><w:vanish/></w:rPr>", 1)

    places = [place for place, _, new in changes(with_part("word/styles.xml", hide)) if "[chữ ẩn: " in new]
    assert places == ["đoạn 46", "đoạn 47"]


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ('<w:spacing w:line="20" w:lineRule="exact"/>', "chữ quá nhỏ"),
        ('<w:rPr/><w:shd w:val="solid" w:color="FFFFFF" w:fill="000000"/>', ""),
    ],
)
def test_the_paragraph_decides_too(properties: str, name: str) -> None:
    text = f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>chữ</w:t></w:r></w:p>"
    assert texts(text) == [f"[{name}: chữ]" if name else "chữ"]


def test_white_letters_on_a_dark_cell_are_read_and_a_low_row_is_not() -> None:
    white = paragraph("5", '<w:color w:val="FFFFFF"/>')
    dark = f'<w:tc><w:tcPr><w:shd w:val="clear" w:fill="203864"/></w:tcPr>{white}</w:tc>'
    low = '<w:trPr><w:trHeight w:val="10" w:hRule="exact"/></w:trPr>'
    assert texts(f"<w:tbl><w:tr>{dark}</w:tr><w:tr>{low}{dark}</w:tr></w:tbl>") == ["5", "[chữ quá nhỏ: 5]"]


def test_tracked_changes_are_read_as_accepted_and_reported() -> None:
    tracked = (
        "<w:del w:id='8' w:author='x'><w:r><w:delText> 89,25</w:delText></w:r></w:del>"
        "<w:ins w:id='9' w:author='x'><w:r><w:t xml:space='preserve'> 98,25</w:t></w:r></w:ins>"
    )
    found = compare(issued(), replaced('<w:r><w:t xml:space="preserve"> 89,25</w:t></w:r>', tracked))
    assert told(found) == [("đoạn 46", "“Điểm chấm: 89,25”", "“Điểm chấm: 98,25”")]
    assert found.tracked == 2


def test_a_deleted_row_and_a_deleted_end_of_paragraph() -> None:
    row = f"<w:tr><w:trPr><w:del w:id='1'/></w:trPr><w:tc>{paragraph('đi')}</w:tc></w:tr>"
    joined = "<w:p><w:pPr><w:rPr><w:del w:id='2'/></w:rPr></w:pPr><w:r><w:t>một </w:t></w:r></w:p>" + paragraph("hai")
    assert texts(f"<w:tbl>{row}</w:tbl>{joined}") == ["một hai"]


def test_comments_are_reported_and_not_compared() -> None:
    found = compare(issued(), replaced("</w:p>", '<w:r><w:commentReference w:id="0"/></w:r></w:p>'))
    assert (found.verdict, found.comments) == (Verdict.SAVED_AGAIN, 1)


def signed(shade: int) -> bytes:
    def paste(document: WordDocument) -> None:
        document.paragraphs[48].add_run().add_picture(png(shade))

    return of_word(paste)


def test_a_pasted_signature_is_seen_and_another_one_too() -> None:
    ((place, old, new),) = changes(signed(0))
    assert (place, old) == ("đoạn 49, hình 1", "")
    assert re.fullmatch(r"“\[hình ảnh: [0-9a-f]{12}\]”", new)
    ((place, old, new),) = told(compare(signed(0), signed(9)))
    assert place == "đoạn 49, hình 1"
    assert old != new


@pytest.mark.system
@pytest.mark.slow
def test_libreoffice_keeps_a_picture_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "source" / "a.docx"
    source.parent.mkdir()
    source.write_bytes(signed(0))
    (made,) = office_saved(tmp_path, "docx", [source])
    assert told(compare(signed(0), made.read_bytes())) == []


def test_a_changed_and_an_added_header() -> None:
    place = "đầu trang, đoạn 1"
    assert changes(replaced(" - DỰ THẢO", " - BẢN CHÍNH", "word/header1.xml")) == [
        (place, "“- DỰ THẢO”", "“- BẢN CHÍNH”")
    ]

    def footer(document: WordDocument) -> None:
        document.sections[0].first_page_footer.paragraphs[0].text = "Mật"

    assert changes(of_word(footer)) == [("chân trang đầu, đoạn 1", "", "“Mật”")]


def test_a_second_section_repeats_its_headers_unseen() -> None:
    def edit(document: WordDocument) -> None:
        document.add_section()
        header = document.sections[1].header
        header.is_linked_to_previous = False
        header.paragraphs[0].text = "- DỰ THẢO"

    assert changes(of_word(edit)) == []


BOX = (
    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:wsp><wps:txbx><w:txbxContent>{}"
    "</w:txbxContent></wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict><v:rect><v:textbox>"
    "<w:txbxContent>{}</w:txbxContent></v:textbox></v:rect></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
)
SEEN = {
    "text box once": (BOX.format(paragraph("trong khung"), paragraph("trong khung")), ["trong khung"]),
    "shape": ("<w:p><w:r><w:pict><v:rect/></w:pict></w:r></w:p>", ["[hình vẽ]"]),
    "words as art": (
        "<w:p><w:r><w:pict><v:shape><v:textpath string='MẬT'/></v:shape></w:pict></w:r></w:p>",
        ["[chữ nghệ thuật: MẬT]"],
    ),
    "no such picture": (
        "<w:p><w:r><w:pict><v:shape><v:imagedata r:id='rId99'/></v:shape></w:pict></w:r></w:p>",
        ["[hình ảnh: không đọc được]"],
    ),
    "hyperlink": ("<w:p><w:hyperlink r:id='x'><w:r><w:t>ở đây</w:t></w:r></w:hyperlink></w:p>", ["ở đây"]),
    "content control": (f"<w:sdt><w:sdtContent>{paragraph('ô')}</w:sdtContent></w:sdt>", ["ô"]),
    "bound control": (
        f"<w:sdt><w:sdtPr><w:dataBinding/></w:sdtPr><w:sdtContent>{paragraph('ô')}</w:sdtContent></w:sdt>",
        ["[ô nhập lấy chữ từ dữ liệu kèm theo]", "ô"],
    ),
    "date field": (
        "<w:p><w:fldSimple w:instr='DATE'><w:r><w:t>1/1</w:t></w:r></w:fldSimple></w:p>",
        ["[trường tự đổi DATE: 1/1]"],
    ),
    "field of several runs": (
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>REF a</w:instrText></w:r>"
        "<w:r><w:fldChar w:fldCharType='separate'/><w:t>thấy</w:t><w:fldChar w:fldCharType='end'/></w:r></w:p>",
        ["thấy"],
    ),
    "field without end": (
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:t>nuốt</w:t></w:r></w:p>" + paragraph("sau"),
        ["nuốt", "sau"],
    ),
    "turned": ("<w:p><w:bdo w:val='rtl'><w:r><w:t>12</w:t></w:r></w:bdo></w:p>", ["[đổi chiều chữ]12"]),
    "capitals": (paragraph("đạt", "<w:caps/>"), ["ĐẠT"]),
    "symbol": ("<w:p><w:r><w:sym w:font='Arial' w:char='2713'/><w:noBreakHyphen/></w:r></w:p>", ["✓-"]),
    "formula": ("<w:p><m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath></w:p>", ["a+b"]),
    "unknown wrapper": ("<w:p><x:del xmlns:x='urn:x'><w:r><w:t>vẫn thấy</w:t></w:r></x:del></w:p>", ["vẫn thấy"]),
    "nested table": (
        f"<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>{paragraph('trong')}</w:tc></w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>",
        ["trong"],
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_whatever_is_shown_is_seen_once(what: str) -> None:
    xml, expected = SEEN[what]
    assert texts(xml) == expected


def test_footnotes_are_read_after_the_text_that_refers_to_them() -> None:
    notes = f"<w:footnotes {W}><w:footnote w:id='2'>{paragraph('thêm')}</w:footnote></w:footnotes>"
    relation = (
        '<Relationship Id="rIdF" Target="footnotes.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/></Relationships>'
    )
    parts = package.unpack(replaced("DỰ THẢO</w:t>", 'DỰ THẢO</w:t><w:footnoteReference w:id="2"/>'))
    related = parts["word/_rels/document.xml.rels"].replace(b"</Relationships>", relation.encode())
    found = {**parts, "word/_rels/document.xml.rels": related, "word/footnotes.xml": notes.encode()}
    assert changes(package.pack(found)) == [
        ("đoạn 1", "“DỰ THẢO”", "“DỰ THẢO[chú thích 1]”"),
        ("chú thích cuối trang 1, đoạn 1", "", "“thêm”"),
    ]
    with pytest.raises(DataError):
        seen(package.pack({**found, "word/footnotes.xml": notes.replace("'2'", "'3'").encode()}))


def test_words_in_the_label_of_a_list_are_seen_its_numbers_are_not() -> None:
    numbering = "word/numbering.xml"
    assert changes(replaced('<w:start w:val="1"/>', '<w:start w:val="7"/>', numbering)) == []
    found = changes(replaced('w:val="%1."', 'w:val="%1. Hủy:"', numbering))
    assert found
    assert all(new.startswith("“[số tự động: . Hủy:] Tiêu chí") for _, _, new in found)


# --- any edit is found at its place ----------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.data())
def test_any_edit_of_one_passage_is_found_at_its_place_and_nowhere_else(data: st.DataObject) -> None:
    document = Document(BytesIO(issued(data.draw(st.sampled_from(EXAMPLES)))))
    before = BytesIO()
    document.save(before)
    text = data.draw(st.sampled_from([node for node in document.element.body.iter(f"{{{W[9:-1]}}}t") if node.text]))
    old, at = text.text or "", data.draw(st.integers(0, len(text.text or "") - 1))
    text.text = old[:at] + data.draw(st.sampled_from(["7", "Ủ", "chín", "(x)"])) + old[at + 1 :]
    after = BytesIO()
    document.save(after)
    left, right = seen(before.getvalue()), seen(after.getvalue())
    expected = [one.place for one, other in zip(left, right, strict=True) if one != other]
    assert len(expected) == (old != text.text)
    assert [place for place, _, _ in told(compare(before.getvalue(), after.getvalue()))] == expected


@given(st.lists(st.sampled_from(["một", "hai", "ba", "bốn năm", "sáu"]), max_size=8), st.data())
def test_documents_differ_exactly_where_their_passages_do(old: list[str], data: st.DataObject) -> None:
    new = data.draw(st.permutations(old) | st.lists(st.sampled_from(["một", "hai", "bảy"]), max_size=8))
    found = compare(*(body("".join(map(paragraph, words))) for words in (old, new)))
    assert (found.verdict is Verdict.CHANGED) == (old != new)


def test_no_more_than_200_differences_are_listed() -> None:
    many = [f"dòng số {at}" for at in range(2000)]
    found = compare(body("".join(map(paragraph, many))), body("".join(paragraph(f"{text}x") for text in many)))
    assert (len(found.differences), found.more) == (MOST_DIFFERENCES, True)


# --- what is no sound document ---------------------------------------------------------------------------------------


def refused(found: bytes) -> str:
    with pytest.raises(DataError) as caught:
        compare(issued(), found)
    return caught.value.problems[0].message


def test_hostile_and_damaged_files_are_refused() -> None:
    parts = package.unpack(issued())
    damaged = "tệp hỏng hoặc không phải .docx"
    bomb = b'<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>'
    assert damaged in refused(b"")
    assert damaged in refused(issued()[:-400])
    assert damaged in refused(package.pack({**parts, MAIN: parts[MAIN][:-40]}))
    assert damaged in refused(package.pack({**parts, MAIN: bomb}))
    assert damaged in refused(package.pack({**parts, MAIN: b"<a/>"}))
    assert damaged in refused(replaced("<w:rPr>", "<w:rPr/><w:rPr>"))
    assert damaged in refused(body("<w:sdt>" * 300 + "</w:sdt>" * 300))
    assert "quá lớn" in refused(package.pack({**parts, "word/media/a": b"0" * (65 * 1024 * 1024)}))
    del parts["word/header1.xml"]
    assert "thiếu một phần" in refused(package.pack(parts))


def test_deep_nesting_is_read_or_refused_without_a_traceback() -> None:
    deep = body("<w:tbl><w:tr><w:tc>" * 80 + paragraph("đáy") + "</w:tc></w:tr></w:tbl>" * 80)
    with suppress(DataError):
        assert [passage.text for passage in seen(deep)] == ["đáy"]


def test_the_part_that_the_package_names_is_read_and_not_another() -> None:
    parts = package.unpack(issued())
    moved = parts["_rels/.rels"].replace(b"word/document.xml", b"word/other.xml")
    assert "thiếu một phần" in refused(package.pack({**parts, "_rels/.rels": moved}))
    other = parts[MAIN].replace(b"> 89,25<", b"> 98,25<")
    rels = {"word/_rels/other.xml.rels": parts["word/_rels/document.xml.rels"]}
    found = changes(package.pack({**parts, **rels, "_rels/.rels": moved, "word/other.xml": other}))
    assert [place for place, _, _ in found] == ["đoạn 46"]


def test_two_parts_of_one_name_are_refused() -> None:
    doubled = BytesIO(issued())
    with zipfile.ZipFile(doubled, "a") as archive:
        archive.writestr("word/Document.xml", b"<a/>")
    assert "trùng tên" in refused(doubled.getvalue())


@settings(max_examples=30)
@given(st.data())
def test_no_damage_to_the_bytes_gives_anything_but_an_answer_or_a_refusal(data: st.DataObject) -> None:
    parts = package.unpack(issued())
    name = data.draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(1, 30))] = data.draw(st.binary(max_size=4))
        if not content:
            break
    with suppress(DataError):
        compare(issued(), package.pack({**parts, name: bytes(content)}))
