"""Proof-reading a Word template: each fault of a tag, named by its place in Word, all in one run."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from docx.document import Document as WordDocument

from baocao import pipeline, sample
from baocao.rendering.context import scoresheet_context
from baocao.rendering.proof import proofread
from baocao.submission import Submission
from tests.strategies import FOLDER

CONTEXT = scoresheet_context(*pipeline.judge(FOLDER, Submission.model_validate(sample.full(FOLDER.form))), draft=True)


@pytest.fixture
def word() -> WordDocument:
    return Document(str(FOLDER.scoresheet))


def found(word: WordDocument) -> list[tuple[str, str]]:
    saved = BytesIO()
    word.save(saved)
    return [(problem.where, problem.message) for problem in proofread(saved.getvalue(), CONTEXT)]


def test_the_shipped_template_has_no_fault(word: WordDocument) -> None:
    assert found(word) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ tittle }}", "không có tên “tittle”"),
        ("{{ signature.nam }}", "không có tên “nam”"),
        ("{{ title.__class__ }}", "không có tên “__class__”"),
        ("{{ row.no }}", "không có tên “row”"),
        ("{{ signature }}", "“signature” không phải là văn bản in được"),
        ("{{ range(3) }}", "thẻ dùng lời gọi hàm, không được phép"),
        ("{{ 7 * 7 }}", "thẻ dùng phép tính, không được phép"),
        ("{{ title | upper }}", "thẻ dùng bộ lọc, không được phép"),
        ("{{ “title” }}", "thẻ sai cú pháp"),
        ("{% set a = 1 %}", "thẻ dùng lệnh gán, không được phép"),
        ("{% include 'x' %}", "thẻ dùng lệnh nhúng tệp, không được phép"),
        ("{% endif %}", "thẻ endif không có thẻ mở tương ứng"),
        ("{% else %}", "thẻ else không có thẻ mở tương ứng"),
        ("{% if draft %}", "thẻ if không được đóng"),
        ("{%p for line in draft %}", "thẻ for không được đóng"),
        ("{% for line in title %}{% endfor %}", "“for line in title” lặp trên thứ không phải là danh sách"),
        ("{{ title", "dấu mở hoặc đóng thẻ đứng một mình, thẻ bị cắt"),
        ("title }}", "dấu mở hoặc đóng thẻ đứng một mình, thẻ bị cắt"),
    ],
)
def test_a_faulty_tag_is_named_by_its_place(word: WordDocument, text: str, message: str) -> None:
    word.paragraphs[0].insert_paragraph_before(text)
    where, said = found(word)[0]
    assert said == message
    assert where.startswith("đoạn 1: …{") or where == "đoạn 1: …}}…"


@pytest.mark.parametrize(
    "text",
    [
        "{{ title }}",
        "{% if head %}{{ head.party }}{% else %}{{ title }}{% endif %}",
        "{% for rule in ratings %}{% for clause in rule.clauses %}{{ clause }}{% endfor %}{% endfor %}",
        '{% if title == "x" and not note %}{% elif year %}{% endif %}',
        "{# a remark #}",
        "{%- if draft -%}{%- endif -%}",
    ],
)
def test_a_sound_tag_passes(word: WordDocument, text: str) -> None:
    word.paragraphs[0].insert_paragraph_before(text)
    assert found(word) == []


def test_a_tag_in_a_table_is_found_by_row_and_cell_and_the_nearest_name_is_offered(word: WordDocument) -> None:
    word.tables[-1].rows[2].cells[0].paragraphs[0].text = "{%tr if row.kind == 'section' %}{{ row.awrded }}"
    saved = BytesIO()
    word.save(saved)
    beside, problem = proofread(saved.getvalue(), CONTEXT)
    assert beside.message == "thẻ {%tr … %} xóa cả hàng chứa nó, chữ khác ở đó bị mất"
    assert problem.where == "bảng 2, hàng 3, ô 1: …{{ row.awrded }}…"
    assert problem.fix.startswith("Có phải “awarded”? Các tên có: assessed_by, awarded, kind, level")


def test_a_tag_in_the_page_head_is_found_there(word: WordDocument) -> None:
    word.sections[0].header.paragraphs[0].add_run("{{ nobody }}")
    assert found(word) == [("đầu trang, đoạn 1: …{{ nobody }}…", "không có tên “nobody”")]


def test_all_faults_are_told_at_once(word: WordDocument) -> None:
    word.paragraphs[0].insert_paragraph_before("{{ a }} {{ b }} {{ title }} {{ c")
    assert [message for _, message in found(word)] == [
        "không có tên “a”",
        "không có tên “b”",
        "dấu mở hoặc đóng thẻ đứng một mình, thẻ bị cắt",
    ]
