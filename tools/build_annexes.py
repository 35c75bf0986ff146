"""Build the Word template of each form's year-end annex (`annex.docx`).

    python -m tools.build_annexes

Its columns are those of the form: sections, levels, ratings. As `build_templates`, whose pieces it is made of, the
script is kept to show how the shipped files came to be; an office restyles its own in Word.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENTATION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table, _Cell

from baocao.annex_rows import Of, columns
from baocao.forms import Form, Library
from tools.build_charts import SHADES, Look, add_chart
from tools.build_templates import (
    PAGE_FIELD,
    RUNNING_DRAFT_MARK,
    TEMPLATES,
    Style,
    add_draft_mark,
    add_each,
    add_optional,
    add_page_head,
    add_row,
    add_row_tag,
    add_table,
    add_text,
    blank_document,
    block,
    elements,
    merged,
    package,
    row_block,
    style_xml,
)

HEAD_COLUMNS = (110, 152)  # mm
WIDTH = sum(HEAD_COLUMNS)  # mm: A4 across, less the margins of 20 and 15
GRID = "BCBangChamDiem"

STYLES = (
    Style("BCPLDeMuc", "BC Phụ lục - đề mục", base="BCDeMuc", first_line=0, before=12),
    Style("BCPLDeMucNho", "BC Phụ lục - đề mục nhỏ", base="BCNoiDung", italic=True, first_line=0, before=6, keep=True),
    Style("BCPLKet", "BC Phụ lục - lời kết", base="BCNoiDung", size=13, before=6, keep=True),
    Style("BCPLBieuDo", "BC Phụ lục - biểu đồ", align="center"),
    Style("BCPLNoiDung", "BC Phụ lục - nội dung", base="BCNoiDung", size=13, before=4, after=4, line=16),
    Style("BCPLTyLe", "BC Phụ lục - tỷ lệ khống chế", base="BCPLNoiDung", keep=True),  # with the table below it
    Style("BCPLDauBang", "BC Phụ lục - đầu bảng", size=11, bold=True, align="center", before=2, after=2, keep=True),
    Style("BCPLO", "BC Phụ lục - ô", size=10.5, before=1, after=1),
    Style("BCPLOSo", "BC Phụ lục - ô (số)", base="BCPLO", align="center"),
    Style("BCPLOGiu", "BC Phụ lục - ô (cùng trang với dòng sau)", base="BCPLO", keep=True),
    Style("BCPLOGiuSo", "BC Phụ lục - ô (số; cùng trang với dòng sau)", base="BCPLOSo", keep=True),
    Style("BCPLONho", "BC Phụ lục - ô (thụt vào)", base="BCPLO", italic=True, indents=(4, 0)),
    Style("BCPLONhoSo", "BC Phụ lục - ô (thụt vào; số)", base="BCPLOSo", italic=True),
    Style("BCPLTong", "BC Phụ lục - tổng", base="BCPLO", bold=True),
    Style("BCPLTongSo", "BC Phụ lục - tổng (số)", base="BCPLOSo", bold=True),
    Style("BCPLBinhQuan", "BC Phụ lục - bình quân", base="BCPLTongSo", size=9),
    Style("BCPLCapTren", "BC Phụ lục - cấp trên", base="BCPLO", bold=True, keep=True),
)

NUMBERING = """
<w:abstractNum w:abstractNumId="0">
  <w:multiLevelType w:val="singleLevel"/>
  <w:lvl w:ilvl="0">
    <w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:pStyle w:val="BCPLDeMuc"/><w:suff w:val="space"/>
    <w:lvlText w:val="%1."/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr>
  </w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its width in mm, its heading, the tag of its cell, a heading over it and its neighbours."""

    width: float
    title: str
    value: str
    group: str = ""


def annex(form: Form) -> WordDocument:
    """The annex of one form ("Phụ lục")."""
    document = blank_document(PAGE_FIELD + RUNNING_DRAFT_MARK)
    add_styles(document)
    lay_across(document)
    add_draft_mark(document)
    add_page_head(document, HEAD_COLUMNS)
    add_title(document)
    add_summary(document, form)
    add_quotas(document, form)
    add_list(document, form)
    add_unrated(document)
    add_signature(document)
    return document


def add_styles(document: WordDocument) -> None:
    """The annex's own styles beside those of every paper; Word numbers its headings, since some are left out."""
    document.styles.element.extend(elements("".join(map(style_xml, STYLES))))
    numbering = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    numbering.extend(elements(NUMBERING))
    heading = next(style for style in document.styles.element if style.get(qn("w:styleId")) == "BCPLDeMuc")
    properties = heading.find(qn("w:pPr"))
    assert properties is not None
    properties.insert(2, elements('<w:numPr><w:numId w:val="1"/></w:numPr>')[0])


def lay_across(document: WordDocument) -> None:
    """A4 laid across, with narrower margins: the list has many columns."""
    section = document.sections[0]
    section.orientation = WD_ORIENTATION.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(20), Mm(15)
    section.top_margin = section.bottom_margin = Mm(18)


def add_title(document: WordDocument) -> None:
    """Number of the annex, what it lists, of which form and whose, the report that it goes with, at which date."""
    add_text(document, "BCTenVanBan", "PHỤ LỤC {{ number }}")
    with block(document, 'if content == "results"'):
        add_text(document, "BCQuyetDinh", TITLE.format("Kết quả đánh giá"))
        for words, tag in (("Danh sách đề nghị đánh giá", 'elif content == "proposals"'), (BOTH, "else")):
            add_text(document, "BCLenhMau", f"{{%p {tag} %}}")
            add_text(document, "BCQuyetDinh", TITLE.format(words))
    add_optional(document, "BCGhiChuGiua", "scope")
    add_text(document, "BCGhiChuGiua", "(Kèm theo {{ report }})")
    add_each(document, "BCGhiChuGiua", "line", "replaces")
    add_text(document, "BCPLNoiDung", "Số liệu tính đến {{ as_of }}, theo {{ form }}.")


TITLE = "{}, xếp loại chất lượng tổ chức đảng năm {{{{ year }}}}"
BOTH = "Kết quả và danh sách đề nghị đánh giá"


# ── the summary ──────────────────────────────────────────────────────────────────────────────────────────

COUNTS = (
    Column(28, "Tổng số", "line.all"),
    Column(34, "Đã quyết định", "line.decided"),
    Column(40, "Đề nghị, chưa quyết định", "line.proposed"),
    Column(30, "Chưa xếp loại", "line.unrated"),
    Column(40, "Chưa có bảng chấm điểm", "line.absent"),
)


def add_summary(document: WordDocument, form: Form) -> None:
    """How many organisations there are, and how many have each rating: by kind, by superior."""
    add_text(document, "BCPLDeMuc", "Tổng hợp")
    table = open_table(document, [Column(0, "Loại tổ chức đảng", ""), *COUNTS])
    with row_block(table, "for line in overview"), last_in_bold(table):
        yield_rows(table, "line.name", COUNTS)
    ratings = rating_columns(form)
    with block(document, "for part in parts"):
        with block(document, 'if part.content == "results"'):
            add_text(document, "BCPLDeMucNho", "Kết quả đã được quyết định")
            add_text(document, "BCLenhMau", "{%p else %}")
            add_text(document, "BCPLDeMucNho", "Đề nghị, chưa có quyết định")
        table = open_table(document, [Column(0, "Loại tổ chức đảng", ""), *ratings])
        with row_block(table, "for line in part.lines"), last_in_bold(table):
            yield_rows(table, "line.name", ratings)
        with block(document, "if part.superiors"):
            add_text(document, "BCPLDeMucNho", "Theo cấp trên trực tiếp")
            table = open_table(document, [Column(0, "Cấp trên, loại tổ chức đảng", ""), *ratings])
            with row_block(table, "for line in part.superiors"):
                add_superior_rows(table, ratings)
    for look, caption in charts(form):
        with block(document, f"if charts.{look.name}"):
            add_text(document, "BCPLDeMucNho", caption)
            add_chart(document, "BCPLBieuDo", look)
    add_each(document, "BCPLNoiDung", "sentence", "comparison")


def charts(form: Form) -> tuple[tuple[Look, str], ...]:
    """The distribution by rating, and by superior."""
    count = len(form.ratings)
    by_rating = "Số tổ chức đảng theo mức xếp loại"
    by_superior = "Số tổ chức đảng theo cấp trên trực tiếp và mức xếp loại"
    paints = tuple(SHADES[place * (len(SHADES) - 1) // (count - 1)] for place in range(count))
    return (
        (Look("ratings", by_rating, WIDTH - 40, SHADES[1:3], "stacked", bars=count), f"Biểu đồ: {by_rating.lower()}"),
        (Look("superiors", by_superior, WIDTH - 20, paints, "stacked", bars=6), f"Biểu đồ: {by_superior.lower()}"),
    )


def rating_columns(form: Form) -> list[Column]:
    """How many have each rating, and which share of those that are rated."""
    width = min(22.0, (WIDTH - 70) / (2 * len(form.ratings) + 1))
    found = [Column(width, "Tổng số", "line.all")]
    for rule in form.ratings:
        name = f"ratings.{rule.key}"
        found.append(Column(width, "Số lượng", f"line.counts.{rule.key}.count", name))
        found.append(Column(width, "Tỷ lệ (%)", f"line.counts.{rule.key}.share", name))
    return found


@contextmanager
def last_in_bold(table: Table) -> Iterator[None]:
    """Rows of the loop; that of the total, the last, in bold."""
    add_row_tag(table, "if loop.last")
    yield
    add_row_tag(table, "endif")


def yield_rows(table: Table, name: str, values: Sequence[Column]) -> None:
    """The row in bold, then the plain one, which does not leave the total alone on the next page."""
    add_line(table, name, values, "BCPLTong")
    add_row_tag(table, "else")
    add_line(table, name, values, "BCPLOGiu")


def add_superior_rows(table: Table, values: Sequence[Column]) -> None:
    """Rows of the total, of a superior and of its kinds."""
    with row_block(table, 'if line.level == "kind"'):
        add_line(table, "line.name", values, "BCPLONho")
        add_row_tag(table, 'elif line.level == "all"')
        add_line(table, "line.name", values, "BCPLTong")
        add_row_tag(table, "else")
        add_line(table, "line.name", values, "BCPLO")


# ── quota ────────────────────────────────────────────────────────────────────────────────────────────────

RANKS = (
    Column(22, "Thứ tự", "place.rank"),
    Column(0, "Tổ chức đảng", "place.name"),
    Column(40, "Loại", "place.kind"),
    Column(26, "Tổng điểm", "place.total"),
    Column(64, "Ghi chú", "place.note"),
)


def add_quotas(document: WordDocument, form: Form) -> None:
    """Of each superior: how many are eligible, how many fit, and who is wanted, in order."""
    if not form.quotas:
        return
    with block(document, "if quotas"):
        add_text(document, "BCPLDeMuc", "Tỷ lệ khống chế")
    with block(document, "for quota in quotas"):
        add_text(
            document,
            "BCPLTyLe",
            "{{ quota.superior }}{% if quota.kinds %} ({{ quota.kinds }}){% endif %}: "
            "{{ quota.eligible }} tổ chức đủ điều kiện “{{ quota.rating }}”; tối đa {{ quota.fit }} tổ chức "
            "({{ quota.percent }}% của {{ quota.base }}, làm tròn xuống; nếu mẫu số không gồm mức này: "
            "{{ quota.fit_without }}, nếu gồm cả mức này: {{ quota.fit_with }}); đề nghị hoặc quyết định "
            "{{ quota.wanted }}{% if quota.over %}, vượt {{ quota.over }}{% endif %}.",
        )
        with block(document, "if quota.rows"):
            table = open_table(document, RANKS)
            with row_block(table, "for place in quota.rows"):
                add_values(table, RANKS, "BCPLO", left=("place.name", "place.note"))


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────

MOST_WIDE = 6  # columns of points; of more, each is narrower
GROUPS = {Of.SECTIONS: "Điểm các mục", Of.LEVELS: "Số tiêu chí ở cấp độ", Of.MET: "Số tiêu chí"}


def list_columns(form: Form) -> list[Column]:
    """Number, organisation, what it was given, total, ratings, note."""
    shown = columns(form)
    width_of = {Of.SECTIONS: 12 if len(shown) <= MOST_WIDE else 11, Of.LEVELS: 13.5, Of.MET: 15, Of.OTHERS: 19}
    marks = [
        Column(
            width_of[column.of],
            f"columns.{column.of.value}.{column.key}",
            f"{column.of.value}.{column.key}",
            GROUPS.get(column.of, ""),
        )
        for column in shown
    ]
    proposed = 32 if len(shown) <= MOST_WIDE else 24
    total = [Column(14, "Tổng điểm", "total")] if form.has_points else []
    return [
        Column(9, "TT", "no"),
        Column(0, "Tổ chức đảng", "name"),
        Column(17, "Loại", "kind_name"),
        Column(20, "Số trong sổ", "number"),
        *marks,
        *total,
        Column(proposed, "Đề nghị", "proposed"),
        Column(proposed, "Quyết định", "decided"),
        Column(28, "Ghi chú", "note"),
    ]


def add_list(document: WordDocument, form: Form) -> None:
    """Every organisation with its points, proposed and decided rating; then sums and means."""
    shown = list_columns(form)
    add_text(document, "BCPLDeMuc", "Danh sách")
    table = open_table(document, shown)
    with row_block(table, "for row in rows"), row_block(table, 'if row.kind == "superior"'):
        add_text(merged(*add_row(table)), "BCPLCapTren", "{{ row.name }}")
        add_row_tag(table, "else")
        values = [Column(column.width, column.title, f"row.{column.value}") for column in shown]
        add_values(table, values, "BCPLO", left=("row.name", "row.note", "row.proposed", "row.decided"))
    add_means(table, shown)
    points = "; tổng điểm {{ totals.points }}" if form.has_points else ""
    add_text(merged(*add_row(table)), "BCPLTong", f"Tổng cộng: {{{{ totals.count }}}} tổ chức đảng{points}.")


def add_means(table: Table, shown: Sequence[Column]) -> None:
    """A row below the list: the means under their columns, nothing under the others."""
    counted = [place for place, column in enumerate(shown) if "." in column.value or column.value == "total"]
    style = "BCPLTongSo" if len(counted) <= MOST_WIDE + 1 else "BCPLBinhQuan"  # two decimals in a narrow column
    cells = add_row(table)
    for place in counted:
        cells[place].vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        add_text(cells[place], style, f"{{{{ totals.means.{shown[place].value} }}}}")
    add_text(merged(*cells[: counted[0]]), "BCPLTong", "Bình quân")
    add_text(merged(*cells[counted[-1] + 1 :]), "BCPLTong", "")


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────

UNRATED = (
    Column(12, "TT", "one.no"),
    Column(0, "Tổ chức đảng", "one.name"),
    Column(34, "Loại", "one.kind"),
    Column(64, "Cấp trên trực tiếp", "one.superior"),
    Column(72, "Lý do", "one.reason"),
)


def add_unrated(document: WordDocument) -> None:
    """Those without a rating or without a scoresheet, each with the reason."""
    with block(document, "if unrated"):
        add_text(document, "BCPLDeMuc", "Chưa xếp loại, chưa có bảng chấm điểm")
        table = open_table(document, UNRATED)
        with row_block(table, "for one in unrated"):
            add_values(table, UNRATED, "BCPLO", left=("one.name", "one.superior", "one.reason"))


def add_signature(document: WordDocument) -> None:
    """What is listed in one sentence, and the signature, in the right half of the page and never without it."""
    add_text(
        document,
        "BCPLKet",
        "Phụ lục này có {{ totals.count }} tổ chức đảng có bảng chấm điểm"
        "{% if totals.absent %}, {{ totals.absent }} tổ chức chưa có bảng chấm điểm{% endif %}./.",
    )
    table = add_table(document, "BCBangDauTrang", (WIDTH // 2, WIDTH // 2))
    left, right = add_row(table)
    add_text(left, "BCKyGiua", "")
    add_optional(right, "BCDiaDanh", "signature.place_date")
    add_optional(right, "BCKyGiua", "signature.authority")
    add_text(right, "BCKyGiua", "{{ signature.position }}")
    add_text(right, "BCKyGiuaTen", "{{ signature.name }}")


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────


def open_table(document: WordDocument, shown: Sequence[Column]) -> Table:
    """A table with its headings, repeated on every page; a width of 0 is what the other columns leave."""
    left = WIDTH - sum(column.width for column in shown)
    table = add_table(document, GRID, [column.width or left for column in shown])
    has_groups = any(column.group for column in shown)
    upper = add_row(table, repeated=True)
    lower = add_row(table, repeated=True) if has_groups else upper
    place = 0
    while place < len(shown):
        column = shown[place]
        end = place + 1
        while column.group and end < len(shown) and shown[end].group == column.group:
            end += 1
        if column.group:
            add_title_cell(merged(*upper[place:end]), column.group)
        for at in range(place, end):
            alone = has_groups and not column.group
            add_title_cell(merged(upper[at], lower[at]) if alone else lower[at], shown[at].title)
        place = end
    return table


def add_title_cell(cell: _Cell, title: str) -> None:
    """A heading: a tag where it names a part of the context, else words."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    is_tag = title.startswith(("columns.", "ratings."))
    add_text(cell, "BCPLDauBang", f"{{{{ {title} }}}}" if is_tag else title)


def add_line(table: Table, name: str, values: Sequence[Column], style: str) -> None:
    """A row of a summary: a name and counts."""
    first, *cells = add_row(table)
    add_text(first, style, f"{{{{ {name} }}}}")
    for cell, column in zip(cells, values, strict=True):
        add_text(cell, f"{style}So", f"{{{{ {column.value} }}}}")


def add_values(table: Table, shown: Sequence[Column], style: str, left: Sequence[str]) -> None:
    """A row of values; those named in `left` begin at the left, the others stand in the middle."""
    for cell, column in zip(add_row(table), shown, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        add_text(cell, style if column.value in left else f"{style}So", f"{{{{ {column.value} }}}}")


def annexes() -> dict[str, bytes]:
    """The template of each shipped form, by identifier and year."""
    library = Library([TEMPLATES])
    return {key: package(annex(library.get(key).form)) for key in library.available()}


def main() -> None:
    """Write every template."""
    for key, content in annexes().items():
        (TEMPLATES / key / "annex.docx").write_bytes(content)


if __name__ == "__main__":
    main()
