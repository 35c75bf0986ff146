"""Tags that Word tears by its own formatting: each is printed all the same, or is named by its place in Word."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from baocao import pipeline, sample
from baocao.errors import DataError
from baocao.rendering import package
from baocao.rendering.context import bare, scoresheet_context
from baocao.rendering.proof import proofread
from baocao.rendering.template import fill
from baocao.rendering.trying import paragraphs
from baocao.submission import Submission
from tests.strategies import FOLDER

CONTEXT = scoresheet_context(
    *pipeline.judge(FOLDER, Submission.model_validate(sample.full(FOLDER.form))), draft=True, replaces=["Bản trước."]
)
DAY = date(2021, 12, 31)
TITLE = str(CONTEXT["title"])
NAMESPACES = nsdecls("w", "wp", "a", "r")

CUT = "thẻ nằm vắt qua liên kết, ô nội dung hoặc phần đang theo dõi sửa đổi của Word"
TORN = "dấu mở hoặc đóng thẻ đứng một mình, thẻ bị cắt"
APART = "không cùng chỗ với thẻ mở của nó"
LOST = "chữ khác ở đó bị mất"


def run(text: str, *, bold: bool = False) -> str:
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'


def line(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """A table of cells, each given as its paragraphs."""
    width = max(map(len, rows))
    grid = '<w:gridCol w:w="1000"/>' * width
    body = "".join(f"<w:tr>{''.join(f'<w:tc><w:tcPr/>{cell}</w:tc>' for cell in row)}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def text_box(inner: str) -> str:
    return f"<w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r>"


def control(inner: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


CHANGED = 'w:id="1" w:author="A" w:date="2021-12-01T00:00:00Z"'


def inserted(inner: str) -> str:
    return f"<w:ins {CHANGED}>{inner}</w:ins>"


def deleted(text: str) -> str:
    return f"<w:del {CHANGED}><w:r><w:delText>{text}</w:delText></w:r></w:del>"


def template(*blocks: str) -> bytes:
    """The shipped template with some blocks before its first paragraph."""
    document = Document(str(FOLDER.scoresheet))
    first = document.element.body[0]
    for block in blocks:
        wrapped = parse_xml(f"<w:body {NAMESPACES}>{block}</w:body>")
        for child in list(wrapped):
            first.addprevious(child)
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def printed(word: bytes) -> list[str]:
    """What is printed of a full context; a bare one must not fail either."""
    fill(word, bare(CONTEXT), {}, DAY)
    return paragraphs(package.pack(fill(word, CONTEXT, {}, DAY)))


PROOF = "<w:proofErr w:type='spellStart'/>"
BOOKMARK = "<w:bookmarkStart w:id='9' w:name='x'/>"

WORKS: dict[str, tuple[str, str]] = {
    "runs of different formatting": (line(run("{{ ti"), run("tl", bold=True), run("e }}")), TITLE),
    "braces in runs of their own": (line(run("{"), run("{"), run(" title "), run("}", bold=True), run("}")), TITLE),
    "percent sign in a run of its own": (line(run("{"), run("%"), run(" if title %}a{% endif %"), run("}")), "a"),
    "spelling marks inside": (line(run("{{ "), PROOF, run("title"), PROOF, run(" }}")), TITLE),
    "a bookmark around": (line(BOOKMARK, run("{{ title }}"), "<w:bookmarkEnd w:id='9'/>"), TITLE),
    "a bookmark inside": (line(run("{{ "), BOOKMARK, run("title"), "<w:bookmarkEnd w:id='9'/>", run(" }}")), TITLE),
    "no space inside": (line(run("{{title}}")), TITLE),
    "a block content control": (control(line(run("{{ title }}"))), TITLE),
    "a content control in the line": (line(control(run("{{ title }}"))), TITLE),
    "an insertion that is not accepted yet": (line(inserted(run("{{ title }}"))), TITLE),
    "a text box": (line(text_box(line(run("{{ title }}")))), TITLE),
    "a link": (line(f"<w:hyperlink w:anchor='x'>{run('{{ title }}')}</w:hyperlink>"), TITLE),
    "a choice around part of a line": (line(run("a{% if title %}"), run("b", bold=True), run("{% endif %}c")), "abc"),
    "a loop over rows": (
        table(
            (line(run("{%tr for rule in ratings %}")),),
            (line(run("{{ rule.heading }}")),),
            (line(run("{%tr endfor %}")),),
        ),
        "(1) Tổ chức đảng Hoàn thành xuất sắc nhiệm vụ:",
    ),
    "a loop over paragraphs": (
        line(run("{%p for rule in ratings %}")) + line(run("{{ rule.heading }}")) + line(run("{%p endfor %}")),
        "(1) Tổ chức đảng Hoàn thành xuất sắc nhiệm vụ:",
    ),
    "a formula field around": (
        line(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>QUOTE</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            run("{{ title }}"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        ),
        TITLE,
    ),
}


@pytest.mark.parametrize("name", WORKS)
def test_a_tag_that_word_has_torn_is_printed_all_the_same(name: str) -> None:
    block, wanted = WORKS[name]
    word = template(block)
    assert proofread(word, CONTEXT) == ()
    assert any(text.startswith(wanted) for text in printed(word)[:3])


BREAK, TAB, SOFT = "<w:r><w:br/></w:r>", "<w:r><w:tab/></w:r>", "<w:r><w:softHyphen/></w:r>"

# The block, the place and (part of) the message of each fault.
FAULTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a line break inside": (line(run("{{ ti"), BREAK, run("tle }}")), [("đoạn 1", "trong thẻ có dấu xuống dòng")]),
    "a tab inside": (line(run("{% if"), TAB, run("title %}{% endif %}")), [("đoạn 1", "trong thẻ có dấu tab")]),
    "a no-break space": (
        line(run("{{\u00a0title }}")),
        [("đoạn 1", "trong thẻ có dấu cách không ngắt dòng")],
    ),
    "a no-break space after p": (
        line(run("{%p\u00a0if title %}")) + line(run("{%p endif %}")),
        [("đoạn 1", "trong thẻ có dấu cách không ngắt dòng")],
    ),
    "a soft hyphen": (line(run("{{ ti"), SOFT, run("tle }}")), [("đoạn 1", "trong thẻ có dấu gạch nối mềm")]),
    "curly quotes": (line(run("{% if title == “x” %}{% endif %}")), [("đoạn 1", "thẻ sai cú pháp")]),
    "braces apart": (line(run("{ { title } }")), [("đoạn 1", TORN), ("đoạn 1", TORN)]),
    "one brace": (line(run("{ title }")), [("đoạn 1", TORN), ("đoạn 1", TORN)]),
    "two paragraphs": (line(run("{{ ti")) + line(run("tle }}")), [("đoạn 1", TORN), ("đoạn 2", TORN)]),
    "two cells": (
        table((line(run("{{ ti")), line(run("tle }}")))),
        [("bảng 1, hàng 1, ô 1", TORN), ("bảng 1, hàng 1, ô 2", TORN)],
    ),
    "tr in a cell with other text": (
        table(
            (line(run("Điểm {%tr for rule in ratings %}")),),
            (line(run("{{ rule.heading }}")),),
            (line(run("{%tr endfor %}")),),
        ),
        [("bảng 1, hàng 1, ô 1", f"thẻ {{%tr … %}} xóa cả hàng chứa nó, {LOST}")],
    ),
    "tr beside a cell with text": (
        table(
            (line(run("{%tr for rule in ratings %}")), line(run("Điểm"))),
            (line(run("{{ rule.heading }}")), line()),
            (line(run("{%tr endfor %}")), line()),
        ),
        [("bảng 1, hàng 1, ô 1", LOST)],
    ),
    "two tr in a row": (
        table((line(run("{%tr for rule in ratings %}")), line(run("{%tr endfor %}")))),
        [("bảng 1, hàng 1, ô 1", LOST), ("bảng 1, hàng 1, ô 2", LOST)],
    ),
    "tr outside a table": (
        line(run("{%tr if title %}")) + line(run("{%tr endif %}")),
        [("đoạn 1", "thẻ {%tr đặt ngoài bảng"), ("đoạn 2", "thẻ {%tr đặt ngoài bảng")],
    ),
    "p in the middle of a paragraph": (
        line(run("Nếu {%p if title %} thì")) + line(run("{%p endif %}")),
        [("đoạn 1", f"thẻ {{%p … %}} xóa cả đoạn chứa nó, {LOST}")],
    ),
    "p with its end in the same paragraph": (
        line(run("{%p if title %}a{%p endif %}")),
        [("đoạn 1", LOST), ("đoạn 1", LOST)],
    ),
    "p opens and no p closes": (
        line(run("{%p if title %}")) + line(run("a {% endif %}")),
        [("đoạn 2", APART)],
    ),
    "a loop from a cell out of the table": (
        table((line(run("{% for rule in ratings %}")),)) + line(run("{% endfor %}")),
        [("đoạn 1", APART)],
    ),
    "a loop of rows closed in a line": (
        table((line(run("{%tr for rule in ratings %}")),), (line(run("{% endfor %}")),)),
        [("bảng 1, hàng 2, ô 1", APART)],
    ),
    "a loop crosses the cells it closes before": (
        table((line(run("{% if title %}{% for rule in ratings %}")),), (line(run("{% endif %}{% endfor %}")),)),
        [
            ("bảng 1, hàng 2, ô 1", "thẻ endif không có thẻ mở tương ứng"),
            ("bảng 1, hàng 1, ô 1", "thẻ if không được đóng"),
        ],
    ),
    "an unknown name in a text box": (
        line(text_box(line(run("{{ nobody }}")))),
        [("đoạn 1, hộp chữ, đoạn 1", "không có tên “nobody”")],
    ),
    "an unknown name in a content control": (
        control(line(run("a")) + line(run("{{ nobody }}"))),
        [("đoạn 2", "không có tên “nobody”")],
    ),
    "a table within a cell": (
        table((table((line(run("{{ nobody }}")),)) + line(),)),
        [("bảng 1, hàng 1, ô 1, bảng 1, hàng 1, ô 1", "không có tên “nobody”")],
    ),
    "an unknown name in a field": (
        line("<w:r><w:instrText>QUOTE {{ nobody }}</w:instrText></w:r>"),
        [("đoạn 1", "không có tên “nobody”")],
    ),
    "half of a tag inserted": (line(run("{{ ti"), inserted(run("tle }}"))), [("đoạn 1", CUT)]),
    "half of a tag in a link": (
        line(run("{{ ti"), f"<w:hyperlink w:anchor='x'>{run('tle }}')}</w:hyperlink>"),
        [("đoạn 1", CUT)],
    ),
    "part of a tag deleted": (line(run("{{ ti"), deleted("xx"), run("tle }}")), [("đoạn 1", "“tixxtle”")]),
    "a deleted tag of an unknown name": (line(deleted("{{ nobody }}")), [("đoạn 1", "không có tên “nobody”")]),
    "a choice opened in a link": (
        line(f"<w:hyperlink w:anchor='x'>{run('{% if title %}')}</w:hyperlink>", run("a{% endif %}")),
        [("đoạn 1", APART)],
    ),
    "a tag of docxtpl for rich text": (line(run("{{r title }}")), [("đoạn 1", "thẻ in {{r … }} không dùng được")]),
    "a tag of docxtpl for merged cells": (
        table((line(run("{% vm %}")),)),
        [("bảng 1, hàng 1, ô 1", "thẻ dùng cấu trúc lạ, không được phép")],
    ),
    "an else too many": (
        line(run("{% if title %}a{% else %}b{% else %}c{% endif %}")),
        [("đoạn 1", "thẻ else không có thẻ mở tương ứng")],
    ),
    "an elif of a loop": (
        line(run("{% for rule in ratings %}{% elif title %}{% endfor %}")),
        [("đoạn 1", "thẻ elif không có thẻ mở tương ứng")],
    ),
    "several faults": (
        line(run("{{ nobody }}")) + table((line(run("{{ title")),)) + line(run("{% if title %}")),
        [("đoạn 1", "“nobody”"), ("bảng 1, hàng 1, ô 1", TORN), ("đoạn 2", "thẻ if không được đóng")],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_torn_tag_is_named_by_its_place_in_word(name: str) -> None:
    block, wanted = FAULTS[name]
    found = proofread(template(block), CONTEXT)
    assert [problem.where.partition(": …")[0] for problem in found] == [place for place, _ in wanted]
    for problem, (_, said) in zip(found, wanted, strict=True):
        assert said in problem.message
        assert problem.fix


# --- parts besides the body --------------------------------------------------------------------------------------


def with_part(name: str, xml: str) -> bytes:
    """The shipped template with one more part, as Word links it."""
    kind = name.removeprefix("word/").removesuffix(".xml")
    parts = package.unpack(FOLDER.scoresheet.read_bytes())
    types, rels = "[Content_Types].xml", "word/_rels/document.xml.rels"
    base = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    override = f'<Override PartName="/{name}" ContentType="{base}.{kind}+xml"/></Types>'
    link = f'<Relationship Id="rId900" Type="{office}/{kind}" Target="{kind}.xml"/></Relationships>'
    return package.pack(
        {
            **parts,
            types: parts[types].replace(b"</Types>", override.encode()),
            rels: parts[rels].replace(b"</Relationships>", link.encode()),
            name: xml.encode(),
        }
    )


def notes(kind: str, text: str = "") -> str:
    mark = f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>'
    note = f'<w:{kind} w:id="1">{line(run(text))}</w:{kind}>' if text else ""
    return f"<w:{kind}s {NAMESPACES}>{mark}{note}</w:{kind}s>"


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_the_empty_notes_that_word_adds_to_a_document_do_no_harm(kind: str) -> None:
    word = with_part(f"word/{kind}s.xml", notes(kind))
    assert proofread(word, CONTEXT) == ()
    assert printed(word)


def test_a_footnote_is_refused_in_words() -> None:
    with pytest.raises(DataError, match="có chú thích cuối trang"):
        printed(with_part("word/footnotes.xml", notes("footnote", "{{ title }}")))


def test_a_tag_in_an_endnote_is_named() -> None:
    (problem,) = proofread(with_part("word/endnotes.xml", notes("endnote", "Xem {{ title }}.")), CONTEXT)
    assert problem.where == "chú thích cuối tài liệu: …{{ title }}…"
    assert problem.message == "thẻ ở phần này không được in"


def test_a_tag_in_a_comment_is_left_alone() -> None:
    comment = f'<w:comments {NAMESPACES}><w:comment w:id="1" w:author="A">{line(run("{{ x"))}</w:comment></w:comments>'
    word = with_part("word/comments.xml", comment)
    assert proofread(word, CONTEXT) == ()
    assert printed(word)


@pytest.mark.parametrize(
    ("margin", "place"),
    [
        ("header", "đầu trang"),
        ("footer", "chân trang"),
        ("first_page_header", "đầu trang đầu"),
        ("first_page_footer", "chân trang đầu"),
        ("even_page_header", "đầu trang chẵn"),
        ("even_page_footer", "chân trang chẵn"),
    ],
)
def test_a_tag_in_any_head_or_foot_of_a_page_is_read(margin: str, place: str) -> None:
    document = Document(str(FOLDER.scoresheet))
    part = getattr(document.sections[0], margin)
    part.is_linked_to_previous = False
    part.paragraphs[0].text = "{{ nobody }}"
    saved = BytesIO()
    document.save(saved)
    (problem,) = proofread(saved.getvalue(), CONTEXT)
    assert problem.where == f"{place}, đoạn 1: …{{{{ nobody }}}}…"


def test_a_value_that_may_be_left_out_is_told_when_it_stands_outside_a_choice() -> None:
    with pytest.raises(DataError, match="“party” không phải lúc nào cũng có"):
        printed(template(line(run("{{ head.party }}"))))


def test_a_loop_over_a_list_that_a_form_leaves_empty_is_sound() -> None:
    context = {**CONTEXT, "instructions": []}
    assert proofread(FOLDER.scoresheet.read_bytes(), context) == ()


TYPES, PACKAGE_RELS, RELS = "[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("docProps/core.xml", b"cp:coreProperties", b"cp:core"),
        (TYPES, b"ContentType=", b"Content="),
        (RELS, b"Target=", b"Targe="),
        (RELS, b"Type=", b"Typ="),
        (PACKAGE_RELS, b"metadata/core-properties", b"metadata/core-propertie"),
    ],
)
def test_damage_of_the_parts_around_the_text_is_told_in_words(part: str, old: bytes, new: bytes) -> None:
    parts = package.unpack(FOLDER.scoresheet.read_bytes())
    assert old in parts[part]
    with pytest.raises(DataError, match="tệp hỏng hoặc không phải"):
        printed(package.pack({**parts, part: parts[part].replace(old, new)}))
