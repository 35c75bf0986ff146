"""The document: every official line in order, the same bytes each time, nothing from a value but its text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from hypothesis import given, settings

from baocao import pdf, pipeline, sample
from baocao.forms import Form, Library
from baocao.rendering import draft_scoresheet, is_ours, package
from baocao.rendering.trying import paragraphs
from baocao.submission import Submission
from baocao.text import clean
from tests.examples import EXAMPLES, drafted
from tests.helpers import poppler
from tests.strategies import FOLDER, TEMPLATES, submissions

ROOT = Path(__file__).parents[1]


def form_of(path: Path) -> Form:
    """The form of an example: their folders are called the same."""
    return Library([TEMPLATES]).get("/".join(path.parts[-3:-1])).form


OFFICIAL = ROOT / "tests" / "official-2021.txt"
"""The text of the official form as it was extracted from the office's Word file."""
ON_OFFICIAL = [path for path in EXAMPLES if form_of(path) == FOLDER.form]


def rendered(raw: Mapping[str, Any]) -> bytes:
    return draft_scoresheet(*pipeline.judge(FOLDER, Submission.model_validate(raw)))


def full(**changes: Any) -> dict[str, Any]:
    return {**sample.full(FOLDER.form), **changes}


@pytest.fixture(scope="module")
def word() -> WordDocument:
    return Document(BytesIO(rendered(full())))


# --- the official text -----------------------------------------------------------------------------------------

# Only the year, the organisation's name and the dotted blanks are filled in.
BLANKS = {
    "năm 2021": "Đánh giá chất lượng tổ chức đảng Hội quần chúng năm",
    "Chi bộ Hội đặc thù.": "- Đánh giá, xếp loại tổ chức đảng:",
    "Nhận xét chung: …": "Nhận xét chung:",
    "Điểm chấm: ………": "Điểm chấm:",
    "Đề nghị xếp loại mức chất lượng: …..": "Đề nghị xếp loại mức chất lượng:",
}


def official_lines() -> Iterator[tuple[str, bool]]:
    """Each line of the official text, and whether it must stand there whole or be how a paragraph begins."""
    for line in OFFICIAL.read_text(encoding="utf-8").splitlines():
        text = clean(line)
        if text:
            begins = next((start for blank, start in BLANKS.items() if text.endswith(blank)), None)
            yield begins or text, begins is None


def lines_left_out(document: bytes) -> list[str]:
    printed = paragraphs(document)
    missing, position = [], 0
    for line, whole in official_lines():
        fits = [text == line if whole else text.startswith(line) for text in printed[position:]]
        if True in fits:
            position += fits.index(True) + 1
        else:
            missing.append(line)
    return missing


def test_the_official_text_has_all_of_its_82_lines() -> None:
    assert len(list(official_lines())) == 82


@pytest.mark.parametrize("path", ON_OFFICIAL, ids=lambda path: path.stem)
def test_every_line_of_the_official_text_stands_in_order(path: Path) -> None:
    assert lines_left_out(drafted(path)) == []


def test_a_line_that_is_left_out_is_noticed() -> None:
    parts = package.unpack(drafted(ON_OFFICIAL[0]))
    changed = parts["word/document.xml"].replace("Ghi chú: Nếu cấp ủy".encode(), "Ghi chú: Khi cấp ủy".encode())
    assert [line[:7] for line in lines_left_out(package.pack({**parts, "word/document.xml": changed}))] == ["Ghi chú"]


# --- the same bytes, known again --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_same_input_gives_the_same_bytes(path: Path) -> None:
    assert drafted(path) == drafted(path)


def test_the_zip_has_fixed_times_and_the_types_first() -> None:
    with zipfile.ZipFile(BytesIO(rendered(full()))) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert entries[0].filename == "[Content_Types].xml"
    assert [entry.filename for entry in entries[2:]] == sorted(entry.filename for entry in entries[2:])


def test_the_content_digest_depends_on_content_and_not_on_zip_or_label() -> None:
    parts = package.unpack(rendered(full()))
    again = package.unpack(package.pack(dict(reversed(parts.items()))))
    assert package.content_digest(again) == package.content_digest(parts)
    assert package.content_digest({**parts, package.CUSTOM: b"<other/>"}) == package.content_digest(parts)
    assert package.content_digest({**parts, "word/document.xml": b"<other/>"}) != package.content_digest(parts)


def test_a_draft_is_known_again_until_somebody_changes_it() -> None:
    raw = full()
    judged, _ = pipeline.judge(FOLDER, Submission.model_validate(raw))
    document = rendered(raw)
    assert is_ours(document, judged)
    edited = Document(BytesIO(document))
    edited.add_paragraph("Ý kiến thêm")
    saved = BytesIO()
    edited.save(saved)
    assert not is_ours(saved.getvalue(), judged)
    assert not is_ours(b"no docx at all", judged)


def test_a_draft_of_another_organisation_is_not_ours_to_overwrite() -> None:
    raw = full()
    judged, _ = pipeline.judge(FOLDER, Submission.model_validate(raw))
    other = full(organization={**raw["organization"], "id": "hoi-khac"})
    assert not is_ours(rendered(other), judged)


def test_properties_name_paper_program_form_and_template(word: WordDocument) -> None:
    core = word.core_properties
    assert core.title == "BẢNG CHẤM ĐIỂM - Tổ chức mẫu"
    assert core.subject == "Đánh giá chất lượng tổ chức đảng Hội quần chúng năm 2021"
    assert core.author == "Cơ quan chủ trì"
    assert re.fullmatch(
        r"baocao \S+; mẫu hoi-quan-chung/2021 \([0-9a-f]{12}\); tệp Word \([0-9a-f]{12}\)", core.comments
    )


# --- values are text and nothing else --------------------------------------------------------------------------

HOSTILE = "Hội {{ 7*7 }} {% raw %} {_{ }_} {_% %_} {# x #} <w:b/> &amp; \"a\" 'b' ]]> --"


def test_hostile_values_stand_literally() -> None:
    raw = full(organization={**full()["organization"], "name": HOSTILE}, comment=HOSTILE)
    text = paragraphs(rendered(raw))
    assert f"- Đánh giá, xếp loại tổ chức đảng: {HOSTILE}." in text
    assert HOSTILE in text
    title = Document(BytesIO(rendered(raw))).core_properties.title
    assert title == f"BẢNG CHẤM ĐIỂM - {HOSTILE}"


@settings(max_examples=15)
@given(submissions(unknown=True))
def test_whatever_a_submission_says_the_document_opens_and_is_complete(raw: dict[str, Any]) -> None:
    document = rendered(raw)
    assert lines_left_out(document) == []
    name = " ".join(raw["organization"]["name"].split()).rstrip(" .")
    assert f"- Đánh giá, xếp loại tổ chức đảng: {name}." in paragraphs(document)


# --- what is printed --------------------------------------------------------------------------------------------


def test_points_are_printed_in_vietnamese_notation_and_summed_at_every_level() -> None:
    raw = full()
    raw["scores"]["I.1.2"] = {"awarded": Decimal("4.25"), "reason": "nộp chậm"}
    rows = [[cell.text for cell in row.cells] for row in Document(BytesIO(rendered(raw))).tables[-1].rows]
    figures = {row[0]: row[2:] for row in rows[1:12]}
    assert figures["1.2"] == ["5", "4,25"]
    assert figures["I"][0] == "53"
    assert figures["I"][1] == "49"  # fourteen criteria: thirteen lost 0,25, one lost 0,75


def test_the_proposal_line_prints_the_rating_and_nothing_else() -> None:
    text = paragraphs(rendered(full()))
    assert "Đề nghị xếp loại mức chất lượng: Hoàn thành tốt nhiệm vụ" in text


def test_an_undetermined_sheet_says_so_and_leaves_unknown_points_blank() -> None:
    facts = {**full()["facts"], "weaknesses": None}
    text = paragraphs(rendered(full(facts=facts)))
    assert "Đề nghị xếp loại mức chất lượng: chưa đủ căn cứ xếp loại" in text
    assert "Điểm chấm: ………" in text


def test_an_unconfirmed_form_and_an_office_elsewhere_are_named_on_the_draft() -> None:
    text = paragraphs(rendered(full()))
    assert text[0] == "DỰ THẢO"
    assert FOLDER.form.additions.elsewhere in text
    assert FOLDER.form.additions.unconfirmed in text
    near = {**full()["signature"], "place": "Lộc Ninh"}
    assert FOLDER.form.additions.elsewhere not in paragraphs(rendered(full(signature=near)))


def test_reasons_stand_in_a_numbered_list_only_when_there_are_any() -> None:
    raw = full()
    assert "Lý do điểm trừ" in paragraphs(rendered(raw))
    raw["scores"] = {no: {"awarded": leaf.standard} for no, leaf in FOLDER.form.by_no.items() if no in raw["scores"]}
    raw["facts"] = {**raw["facts"], "weaknesses": {"pointed_out": 1, "remedied": 1, "unremedied_from_earlier_years": 0}}
    assert "Lý do điểm trừ" not in paragraphs(rendered(raw))


def test_a_paper_without_head_has_place_and_date_over_the_signature() -> None:
    text = paragraphs(rendered(full(issuer=None)))
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" not in text
    assert text.index("Địa danh, ngày 31 tháng 12 năm 2021") > text.index("Nhận xét chung:")


def test_number_and_date_stay_dotted_until_the_office_fills_them_in() -> None:
    text = paragraphs(rendered(full(signature={**full()["signature"], "date": None})))
    assert "Số …-…/…" in text
    assert "Địa danh, ngày … tháng … năm …" in text


# --- layout, as the file says it ----------------------------------------------------------------------------------


def test_the_page_is_a4_with_the_margins_of_a_party_paper(word: WordDocument) -> None:
    section = word.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round((margin or Mm(0)).mm) for margin in margins] == [20, 20, 30, 15]


def test_the_page_number_is_centred_at_the_top_from_page_2_on(word: WordDocument) -> None:
    section = word.sections[0]
    assert section.different_first_page_header_footer
    assert not "".join(paragraph.text for paragraph in section.first_page_header.paragraphs)
    header = section.header._element.xml
    assert "PAGE" in header
    style = section.header.paragraphs[0].style
    assert style is not None
    assert style.paragraph_format.alignment == 1


def test_the_header_row_repeats_and_no_row_splits(word: WordDocument) -> None:
    rows = word.tables[-1]._tbl.tr_lst
    assert rows[0].find(f".//{qn('w:tblHeader')}") is not None
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)


def effective(paragraph: Paragraph, name: str) -> Any:
    """A paragraph property as it takes effect: its own, or that of its style or what the style is based on."""
    found = getattr(paragraph.paragraph_format, name)
    style: Any = paragraph.style
    while found is None and style is not None:
        found = getattr(style.paragraph_format, name)
        style = style.base_style
    return found


def test_the_signature_block_keeps_together_with_two_lines_before_it(word: WordDocument) -> None:
    texts = [paragraph.text for paragraph in word.paragraphs]
    start = next(at for at, text in enumerate(texts) if text.startswith("Điểm chấm:"))
    end = texts.index("Họ và tên")
    assert end - start >= 4
    for paragraph in word.paragraphs[start:end]:
        assert effective(paragraph, "keep_with_next"), paragraph.text
    assert all(effective(paragraph, "keep_together") for paragraph in word.paragraphs[start : end + 1])
    assert effective(word.paragraphs[end], "space_before") >= Mm(30)


def test_every_paragraph_has_a_named_style_and_the_language_is_vietnamese(word: WordDocument) -> None:
    names = {paragraph.style.name for paragraph in word.paragraphs if paragraph.style is not None}
    assert all(name and name.startswith("BC ") for name in names), names
    language = word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert language is not None
    assert language.get(qn("w:val")) == "vi-VN"


def test_headings_have_outline_levels(word: WordDocument) -> None:
    levels = {
        paragraph.text: style.element.xpath("./w:pPr/w:outlineLvl/@w:val")
        for paragraph in word.paragraphs
        if (style := paragraph.style) is not None
    }
    assert levels["BẢNG CHẤM ĐIỂM"] == ["0"]
    assert levels["Lý do điểm trừ"] == levels["Nhận xét chung:"] == ["1"]


@pytest.mark.parametrize(("text", "size"), [("BẢNG CHẤM ĐIỂM", 16), ("HUYỆN ỦY", 14), ("Nhận xét chung:", 14)])
def test_sizes_are_those_of_a_party_paper(text: str, size: int) -> None:
    document = Document(BytesIO(rendered(full(issuer={"superior": "huyện ủy", "agency": "Ban", "symbol": "1-BC/B"}))))
    cells = [paragraph for table in document.tables for cell in table._cells for paragraph in cell.paragraphs]
    paragraph = next(paragraph for paragraph in (*document.paragraphs, *cells) if paragraph.text == text)
    style: Any = paragraph.style
    while style is not None and style.font.size is None:
        style = style.base_style
    assert (style.font.size if style is not None else Pt(14)) == Pt(size)


# --- pages, as LibreOffice prints them --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed_pdfs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each example as LibreOffice prints it."""
    folder = tmp_path_factory.mktemp("pdf")
    for path in EXAMPLES:
        (folder / f"{path.stem}.docx").write_bytes(drafted(path))
    assert not any(made.problems for made in pdf.convert(folder.glob("*.docx")))
    return {path.stem: folder / f"{path.stem}.pdf" for path in EXAMPLES}


@pytest.fixture(scope="module")
def pages(printed_pdfs: dict[str, Path]) -> dict[str, list[str]]:
    """The text of each page of each example."""
    return {name: poppler("pdftotext", "-layout", path, "-").split("\f")[:-1] for name, path in printed_pdfs.items()}


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_letter_is_borrowed_from_another_font(path: Path, printed_pdfs: dict[str, Path]) -> None:
    fonts = {line.split()[0] for line in poppler("pdffonts", printed_pdfs[path.stem]).splitlines()[2:]}
    assert fonts
    assert all(re.search("LiberationSerif|TimesNewRoman", font) for font in fonts), fonts


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_pages_are_complete_and_the_signature_never_stands_alone(path: Path, pages: dict[str, list[str]]) -> None:
    document = drafted(path)
    printed = pages[path.stem]
    name = paragraphs(document)[-1]
    assert name in clean(printed[-1])
    texts = form_of(path).texts
    assert (texts.total_label or "") in printed[-1]
    assert texts.proposed_label in printed[-1]
    everything = "".join("".join(page.split()) for page in printed)
    for text in paragraphs(document):
        # a paragraph may be broken by a page, its number above it, or by the columns beside it: its words suffice
        for word_ in text.split():
            assert word_ in everything, f"{word_!r} of {text!r} is not printed"


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_page_of_the_table_begins_with_its_header(path: Path, pages: dict[str, list[str]]) -> None:
    form, text = form_of(path), pages[path.stem]
    # the table ends with the last word of its last row, before the title that follows it
    before = "\f".join(text).partition(form.texts.method_title or "\0")[0].split("\f")
    ending = " ".join(form.criteria[-1].printed_paragraphs[-1].split()[-1:])
    last = max(number for number, page in enumerate(before) if ending in page)
    assert all(form.texts.columns["criterion"] in page for page in text[: last + 1])
    assert [clean(page.splitlines()[0]) for page in text[1:]] == [f"{at} - DỰ THẢO" for at in range(2, len(text) + 1)]
