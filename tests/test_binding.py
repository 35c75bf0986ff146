"""Many documents in one volume: each as it looks alone, from a new page, pages numbered throughout."""

from __future__ import annotations

import posixpath
import re
import shutil
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from baocao.errors import DataError
from baocao.rendering import lists, package
from baocao.rendering.binding import BOUND, Sheet, anchor, bind, bound
from tests.examples import EXAMPLES, drafted
from tests.looks import RELATIONSHIPS, R, Shown, W, documents, docx, paragraph, root, shown, table, xpath

MAIN = "word/document.xml"
FORMS = {path.parent.parent.name: path for path in EXAMPLES}
"""One example of each form."""


def volume(cover: bytes, *others: bytes | Sheet) -> bytes:
    sheets = (one if isinstance(one, Sheet) else Sheet(f"Chi bộ {at}", one) for at, one in enumerate(others, start=1))
    target = BytesIO()
    bind(Sheet("Phụ lục", cover), sheets, target, [("baocao.kind", "volume")])
    return target.getvalue()


def main(document: bytes) -> etree._Element:
    return etree.fromstring(package.unpack(document)[MAIN])


def texts(document: bytes, path: str) -> list[str]:
    return [str(found) for found in xpath(main(document), path)]


@cache
def draft(path: Path) -> Sheet:
    content = drafted(path)
    title = re.search("<dc:title>(.*?)</dc:title>", package.unpack(content)["docProps/core.xml"].decode())
    assert title
    return Sheet(unescape(title[1]).partition(" - ")[2], content)


# --- looks -----------------------------------------------------------------------------------------------------------


def visible(document: bytes) -> list[Shown]:
    """What is shown, but for the paragraphs of one point that end a section."""
    return [one for one in shown(document) if one.looks["spacing"]["line"] != "20"]


@settings(phases=set(Phase) - {Phase.shrink})  # the documents are too large to be made smaller in good time
@given(st.lists(documents(), min_size=1, max_size=4))
def test_every_document_looks_as_it_does_alone(found: list[bytes]) -> None:
    assert visible(volume(*found)) == [one for document in found for one in shown(document)]


@pytest.mark.parametrize("path", FORMS.values(), ids=FORMS)
def test_a_scoresheet_of_every_form_looks_as_it_does_alone(path: Path) -> None:
    sheets = [draft(path), *map(draft, EXAMPLES[::7])]
    assert shown(volume(native("Bìa"), *sheets)) == [
        one for document in (native("Bìa"), *(sheet.content for sheet in sheets)) for one in shown(document)
    ]


def test_pages_are_numbered_throughout_and_each_document_begins_on_a_new_one() -> None:
    section = (
        '<w:sectPr><w:type w:val="continuous"/><w:pgNumType w:start="5" w:fmt="lowerRoman"/><w:cols w:space="720"/>'
        "</w:sectPr>"
    )
    found = main(volume(*[docx(paragraph("a") + section)] * 3))
    assert xpath(found, "//w:sectPr/w:type") == xpath(found, "//w:pgNumType/@w:start") == []
    assert xpath(found, "//w:pgNumType/@w:fmt") == ["lowerRoman"] * 3
    assert len(xpath(found, "/w:document/w:body/*")) == 4


def test_a_section_that_goes_on_within_a_document_still_does() -> None:
    parts = '<w:p><w:pPr><w:sectPr/></w:pPr></w:p><w:p/><w:sectPr><w:type w:val="continuous"/></w:sectPr>'
    assert texts(volume(*[docx(parts)] * 2), "//w:sectPr/w:type/@w:val") == ["continuous"] * 2


def test_a_document_that_ends_with_a_table_ends_with_a_line_of_one_point() -> None:
    found = shown(volume(*[docx(table(None, paragraph("ô")))] * 2))
    assert [(one.text, one.looks["spacing"]["line"]) for one in found] == [("ô", "240"), ("", "20"), ("ô", "240")]


def test_equal_definitions_are_shared_and_others_written_again() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="A"><w:name w:val="A"/><w:rPr><w:sz w:val="{}"/></w:rPr></w:style>'
    found = [docx(paragraph("a", "A"), {"styles": root("styles", styles.format(size))}) for size in (20, 30, 20, 30)]
    made = volume(*found)
    assert texts(made, "//w:pStyle/@w:val") == ["A", "A_2", "A", "A_2"]
    names = xpath(etree.fromstring(package.unpack(made)["word/styles.xml"]), "//w:style/w:name/@w:val")
    assert len(names) == len(set(names)) == 4  # with those of Word for paragraphs and tables


def test_colours_and_fonts_of_another_theme_are_said_outright() -> None:
    own = native("Chi bộ A")
    theme = package.unpack(own)["word/theme/theme1.xml"]
    other = package.pack({**package.unpack(own), "word/theme/theme1.xml": theme.replace(b"Cambria", b"Arial")})
    made = package.unpack(volume(own, other))
    fonts = xpath(etree.fromstring(made["word/styles.xml"]), "//w:style[@w:styleId='Normal_2']/w:rPr/w:rFonts/@w:ascii")
    assert fonts == ["Arial"]
    assert made["word/theme/theme1.xml"] == theme


def test_what_only_the_newest_programs_know_is_left_out() -> None:
    made = docx(paragraph("a"))
    xml = (
        f'<w:document xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:n="urn:new" xmlns:v9="urn:nine" mc:Ignorable="n"><w:body><w:p n:mark="1"><w:r><w:t>a</w:t></w:r>'
        '<n:more/><w:r><mc:AlternateContent><mc:Choice Requires="v9"><v9:x/></mc:Choice><mc:Fallback><w:t>b</w:t>'
        "</mc:Fallback></mc:AlternateContent></w:r></w:p></w:body></w:document>"
    )
    new = package.pack({**package.unpack(made), MAIN: xml.encode()})
    found = package.unpack(volume(docx(paragraph("a")), new))[MAIN]
    assert b"urn:new" not in found
    assert b"urn:nine" not in found
    assert [one.text for one in shown(volume(docx(paragraph("a")), new))] == ["a", "ab"]


def test_a_prefix_of_ones_own_is_written_as_the_volume_writes_it() -> None:
    other = package.pack(
        {**package.unpack(docx("")), MAIN: f'<x:document xmlns:x="{W}"><x:body><x:p/></x:body></x:document>'.encode()}
    )
    assert b"x:p" not in package.unpack(volume(other, other))[MAIN]


# --- outline, names, numbers -----------------------------------------------------------------------------------------


def outline(document: bytes) -> list[tuple[str, str]]:
    """Level and text of each heading."""
    styles = etree.fromstring(package.unpack(document)["word/styles.xml"])
    levels = {
        style.get(f"{{{W}}}styleId"): xpath(style, "w:pPr/w:outlineLvl/@w:val")[0]
        for style in xpath(styles, "w:style[w:pPr/w:outlineLvl]")
    }
    found = []
    for one in main(document).iter(f"{{{W}}}p"):
        named = xpath(one, "w:pPr/w:pStyle/@w:val")
        level = (xpath(one, "w:pPr/w:outlineLvl/@w:val") or [levels.get(named[0] if named else "", "9")])[0]
        if level != "9":
            found.append((level, "".join(xpath(one, ".//w:t/text()"))))
    return found


@pytest.mark.parametrize("path", FORMS.values(), ids=FORMS)
def test_each_organisation_has_one_entry_in_the_outline_above_its_headings(path: Path) -> None:
    sheet = draft(path)
    found = outline(volume(draft(EXAMPLES[0]).content, sheet, sheet))
    entries = [text for level, text in found if level == "0"]
    assert [sheet.title in text for text in entries] == [False, True, True]
    assert {level for level, _ in found} == {"0", "2"}


def test_a_document_that_does_not_name_its_organisation_enters_by_its_first_heading() -> None:
    heading = paragraph("BẢNG CHẤM ĐIỂM", None, '<w:outlineLvl w:val="0"/>')
    found = docx(paragraph("a") + table(None, paragraph("Chi bộ 1")) + heading + heading)
    assert outline(volume(found, found)) == [("0", "BẢNG CHẤM ĐIỂM"), ("1", "BẢNG CHẤM ĐIỂM")] * 2


def test_each_document_begins_at_a_bookmark() -> None:
    assert texts(volume(*[docx(paragraph("a"))] * 3), "//w:bookmarkStart/@w:name") == [anchor(0), anchor(1), anchor(2)]


def test_a_bookmark_of_a_name_that_is_taken_gets_another_and_fields_follow() -> None:
    mark = '<w:p><w:bookmarkStart w:id="7" w:name="Dau"/><w:r><w:instrText> REF Dau \\h DauKhac </w:instrText></w:r>'
    mark += '<w:bookmarkEnd w:id="7"/><w:hyperlink w:anchor="Dau"/><w:fldSimple w:instr=" PAGEREF Dau "/></w:p>'
    found = main(volume(docx(mark), docx(mark)))
    names = xpath(found, "//w:bookmarkStart[not(starts-with(@w:name, 'baocao'))]/@w:name")
    assert names[0] == "Dau" != names[1]
    assert xpath(found, "//w:instrText/text()") == [f" REF {name} \\h DauKhac " for name in names]
    assert xpath(found, "//w:hyperlink/@w:anchor") == names
    assert xpath(found, "//w:fldSimple/@w:instr") == [f" PAGEREF {name} " for name in names]
    ids = Counter(xpath(found, "//w:bookmarkStart/@w:id"))
    assert set(ids.values()) == {1}
    assert Counter(xpath(found, "//w:bookmarkEnd/@w:id")) == ids


def test_comments_and_the_looks_before_a_change_are_not_bound() -> None:
    text = '<w:p><w:pPr><w:pPrChange w:id="1"><w:pPr/></w:pPrChange></w:pPr><w:commentRangeStart w:id="0"/><w:r>'
    text += '<w:t>a</w:t><w:commentReference w:id="0"/></w:r><w:commentRangeEnd w:id="0"/></w:p>'
    assert texts(volume(docx(text), docx(text)), "//*[@w:id]/@w:name") == [anchor(0), anchor(1)]


def test_shapes_of_word_97_keep_their_names_apart() -> None:
    shape = (
        '<w:p><w:r><w:pict><v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" id="kind"/>'
        '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" id="s" '
        'type="#kind" o:spid="_x0000_s1026"/><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" '
        'ShapeID="s"/></w:pict></w:r></w:p>'
    )
    found = main(volume(docx(shape), docx(shape)))
    ids = [one.get("id") for one in found.iter("{urn:schemas-microsoft-com:vml}shape")]
    assert len(set(ids)) == 2
    assert [one.get("ShapeID") for one in found.iter("{urn:schemas-microsoft-com:office:office}OLEObject")] == ids


# --- the package -----------------------------------------------------------------------------------------------------


def png(colour: tuple[int, int, int]) -> BytesIO:
    rows = b"".join(b"\0" + bytes(colour) * 40 for _ in range(40))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    found = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(found))


@cache
def native(
    title: str, colour: tuple[int, int, int] = (200, 30, 30), *, size: int = 11, landscape: bool = False
) -> bytes:
    """A document as an office makes it in Word: theme, own headings, pictures, lists, three kinds of headers."""
    document: Any = Document()
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = f"Trang nhất {title}"
    document.settings.odd_and_even_pages_header_footer = landscape
    for margin in (section.header, section.even_page_header):
        margin.paragraphs[0].add_run(f"{title} – ")
        margin.paragraphs[0]._p.append(
            parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>')
        )
    section.header.paragraphs[0].add_run().add_picture(png(colour), width=Mm(5))
    document.styles["Normal"].font.size = Pt(size)
    document.styles["Heading 1"].font.color.rgb = RGBColor(*colour)
    document.add_heading(f"PHỤ LỤC {title}", 1)
    document.add_picture(png(colour), width=Mm(20))
    for style in ("List Number", "List Number", "List Bullet", "List Number 2"):
        document.add_paragraph(f"mục của {title}", style=style)
    for of_table in ("Table Grid", "Light Grid Accent 1", None):
        for cell in document.add_table(2, 2, style=of_table)._cells:
            cell.text = f"ô {title}"
    for number in range(60):
        document.add_paragraph(f"Đoạn {number} của {title}: " + "nội dung dài để sang trang. " * 3)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


@cache
def mixed() -> tuple[bytes, ...]:
    """A landscape cover, scoresheets of all forms, documents of other templates between them."""
    sheets = [draft(path).content for path in FORMS.values()]
    others = [native("Chi bộ A"), native("Chi bộ B", (20, 130, 30), size=9)]
    return (
        sheets[0],
        others[0],
        sheets[1],
        native("Phụ lục", (0, 0, 200), landscape=True),
        *others,
        *sheets[2:],
        sheets[0],
    )


def relations(parts: package.Parts, name: str) -> dict[str, str]:
    folder, file = posixpath.split(name)
    found = parts.get(f"{folder}/_rels/{file}.rels".lstrip("/"))
    return {
        one.get("Id", ""): posixpath.normpath(posixpath.join(folder, one.get("Target", "")))
        for one in (() if found is None else etree.fromstring(found))
        if one.get("TargetMode") != "External"
    }


def test_a_volume_is_a_sound_package() -> None:
    parts = package.unpack(volume(*mixed()))
    types = etree.fromstring(parts["[Content_Types].xml"])
    declared = {one.get("PartName", "").lstrip("/") for one in types if one.get("PartName")}
    assert declared == {name for name in parts if not name.endswith(".rels") and name != "[Content_Types].xml"}
    for name, content in parts.items():
        named = relations(parts, name)
        assert set(named.values()) <= parts.keys()
        if name.endswith(".xml"):
            assert set(xpath(etree.fromstring(content), "//@r:*")) <= named.keys()
    styles, numbering = (etree.fromstring(parts[f"word/{name}.xml"]) for name in ("styles", "numbering"))
    stories = [etree.fromstring(parts[name]) for name in parts if re.match(r"word/(document|header|footer)", name)]
    for path, defined in (
        ("//w:pStyle|//w:rStyle|//w:tblStyle|//w:basedOn|//w:next|//w:link", xpath(styles, "w:style/@w:styleId")),
        ("//w:numPr/w:numId", [*xpath(numbering, "w:num/@w:numId"), "0"]),
    ):
        assert len(defined) == len(set(defined))
        used = {one.get(f"{{{W}}}val") for story in (*stories, styles) for one in xpath(story, path)}
        assert used <= set(defined)
    assert len(xpath(styles, "w:style[@w:default]")) == len(
        {one.get(f"{{{W}}}type") for one in xpath(styles, "w:style[@w:default]")}
    )
    drawings = [
        one.get("id")
        for story in stories
        for one in story.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")
    ]
    assert len(drawings) == len(set(drawings)) > 6
    assert Document(BytesIO(volume(*mixed()))).sections


def test_headers_and_pictures_that_are_equal_are_there_once() -> None:
    names = Counter(posixpath.split(name)[0] for name in package.unpack(volume(*[native("Chi bộ A")] * 5)))
    assert names["word/media"] == 1
    assert (
        package.unpack(volume(*[native("Chi bộ A")] * 5)).keys()
        == package.unpack(volume(*[native("Chi bộ A")] * 2)).keys()
    )


def test_the_same_documents_give_the_same_bytes() -> None:
    assert volume(*mixed()) == volume(*mixed())


def test_a_volume_has_labels_of_its_own_and_names_what_is_bound() -> None:
    sheets = [draft(path) for path in FORMS.values()]
    parts = package.unpack(volume(native("Bìa"), *sheets))
    assert package.is_untouched(parts)
    assert set(package.labels(parts)) == {"baocao.kind", "baocao.digest"}
    digests = [package.labels(package.unpack(sheet.content))["baocao.digest"] for sheet in sheets]
    assert bound(parts[BOUND]) == [(sheet.title, digest) for sheet, digest in zip(sheets, digests, strict=True)]


def test_a_cover_alone_is_a_volume() -> None:
    assert [one.text for one in shown(volume(docx(paragraph("bìa"))))] == ["bìa"]
    assert bound(package.unpack(volume(docx("")))[BOUND]) == []


def test_documents_are_asked_for_one_by_one() -> None:
    given = []

    def coming() -> Iterator[Sheet]:
        for at in range(4):
            given.append(at)
            yield Sheet(f"Chi bộ {at}", docx(paragraph("a")) if at < 2 else b"no docx")

    with pytest.raises(DataError):
        bind(Sheet("", docx("")), coming(), BytesIO())
    assert given == [0, 1, 2, 3]


# --- what cannot be bound --------------------------------------------------------------------------------------------


def fault(document: bytes) -> str:
    with pytest.raises(DataError) as raised:
        volume(docx(paragraph("a")), Sheet("Chi bộ X", document))
    (problem,) = raised.value.problems
    assert problem.source == "Chi bộ X"
    return problem.message


def with_part(name: str, content: str) -> bytes:
    return package.pack({**package.unpack(docx(paragraph("a"))), name: content.encode()})


@pytest.mark.parametrize(("tag", "reason"), [
    ("footnoteReference", "chú thích cuối trang"), ("endnoteReference", "chú thích cuối văn bản"),
    ("altChunk", "tệp khác nhúng vào"), ("subDoc", "văn bản con"),
])  # fmt: skip
def test_what_needs_parts_of_the_whole_document_is_refused(tag: str, reason: str) -> None:
    assert reason in fault(docx(f'<w:p><w:r><w:{tag} w:id="1"/></w:r></w:p>'))


ENTITY = f'<!DOCTYPE x [<!ENTITY a "b">]><w:document xmlns:w="{W}"><w:body><w:p>&a;</w:p></w:body></w:document>'
DAMAGED = {
    "no docx": b"",
    "torn": with_part(MAIN, "<w:document"),
    "entities": with_part(MAIN, ENTITY),
    "strict": with_part(MAIN, '<document xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"><body/></document>'),
    "no body": with_part(MAIN, root("document", "")),
    "no relation": docx('<w:p><w:hyperlink r:id="rId99"/></w:p>'),
    "no part": docx('<w:p><w:hyperlink r:id="rId99"/></w:p>', {}, {"rId99": (f"{R}/image", "media/none.png")}),
    "torn styles": docx(paragraph("a"), {"styles": "<w:styles"}),
    "torn numbering": docx(paragraph("a"), {"numbering": root("numbering", "") + "x"}),
}


@pytest.mark.parametrize("document", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_document_is_told_by_its_title(document: bytes) -> None:
    assert "không phải là tệp Word dùng được" in fault(document)


def test_parts_that_refer_to_each_other_in_circles_are_refused() -> None:
    around = docx('<w:p><w:object r:id="rIdA"/></w:p>', {"a": "<a/>"}, {"rIdA": (f"{R}/x", "a.xml")})
    related = RELATIONSHIPS.format(f'<Relationship Id="r" Type="{R}/x" Target="a.xml"/>')
    parts = {**package.unpack(around), "word/_rels/a.xml.rels": related.encode()}
    assert "quá sâu" in fault(package.pack(parts))


def test_styles_based_on_each_other_in_circles_are_bound() -> None:
    style = '<w:style w:type="paragraph" w:styleId="{}"><w:name w:val="{}"/><w:basedOn w:val="{}"/></w:style>'
    circle = docx(
        paragraph("a", "A"), {"styles": root("styles", style.format("A", "A", "B") + style.format("B", "B", "A"))}
    )
    assert [one.text for one in shown(volume(circle, circle))] == ["a", "a"]


def test_more_lists_than_word_numbers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_LISTS", 3)
    numbering = root(
        "numbering",
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
    )
    counted = docx(paragraph("a", None, '<w:numPr><w:numId w:val="1"/></w:numPr>'), {"numbering": numbering})
    volume(counted, counted)
    with pytest.raises(DataError, match="trên 3 danh sách đánh số"):
        volume(counted, counted, counted)


# --- pages, as LibreOffice prints them -------------------------------------------------------------------------------


def run(program: str, *arguments: str | Path) -> str:
    found = shutil.which(program)
    assert found
    return subprocess.run([found, *arguments], check=True, capture_output=True, timeout=300, text=True).stdout


def pages(pdf: Path) -> list[list[str]]:
    """The lines of each page."""
    found = run("pdftotext", "-layout", pdf, "-").split("\f")[:-1]
    return [[" ".join(line.split()) for line in page.splitlines() if line.strip()] for page in found]


def without(number: int, lines: list[str]) -> list[str]:
    """The lines of a page, its number in the first of them a sign."""
    return [re.sub(rf"(?<!\d){number}(?!\d)", "#", lines[0]), *lines[1:]]


@pytest.mark.system
@pytest.mark.slow
def test_libreoffice_prints_a_volume_as_it_prints_its_documents(tmp_path: Path) -> None:
    found = mixed()
    made = volume(found[0], *map(draft, FORMS.values()), *found[1:])
    alone = [found[0], *(draft(path).content for path in FORMS.values()), *found[1:]]
    for at, content in enumerate((made, *dict.fromkeys(alone))):
        (tmp_path / f"{at}.docx").write_bytes(content)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *sorted(tmp_path.glob("*.docx")))
    by_content = {content: pages(tmp_path / f"{at}.pdf") for at, content in enumerate(dict.fromkeys(alone), start=1)}
    expected = [(at, page) for content in alone for at, page in enumerate(by_content[content])]
    printed = pages(tmp_path / "0.pdf")
    assert len(printed) == len(expected)
    for number, (lines, (at, page)) in enumerate(zip(printed, expected, strict=True), start=1):
        assert without(number, lines) == without(at + 1, page)
        assert ("#" in without(number, lines)[0]) == (at > 0)  # no first page has a number
    entries = re.findall(
        r'<item page="(\d+)">(.*?)</item>', run("pdftohtml", "-xml", "-i", "-stdout", tmp_path / "0.pdf")
    )
    for path in FORMS.values():
        assert [text for _, text in entries if draft(path).title in unescape(text)]
