"""Build the Word templates that the package ships.

    python tools/build_templates.py

The Word file is the template: an office restyles it in Word, and nothing reads this script again. It is kept
because it says, in a form that can be read and compared, how the shipped file came to be. The file holds
layout, named styles and docxtpl tags, but no official sentence: all that is printed comes from the context.

The layout follows the official form of party documents (Hướng dẫn 36-HD/VPTW): A4, Times New Roman 14, page
number at the top. The output is the same bytes on every run and every machine: parts in a fixed order, stored
uncompressed, under a fixed date.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE as KIND
from docx.opc.rel import Relationships
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm
from docx.table import Table, _Cell, _Row

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"

FONT = "Times New Roman"
TWIPS = 1440 / 25.4  # in a millimetre
HEAD_COLUMNS = (73, 92)  # mm, together A4 less the margins of 30 and 15
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
FILE_DATE = datetime(2021, 1, 1, tzinfo=UTC)

Container = WordDocument | _Cell


# ── the tables of the forms: all else on the page is the same ────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the score table."""

    width: int  # mm; all together A4 less the margins of 30 and 15
    title: str  # the tag of its heading
    value: str = ""  # the tag of its cell; none for the column of the text
    group: str = ""  # the tag of a heading over this column and its neighbours of the same group
    total: str = ""  # the tag of its total beside the one that counts, printed before that one


NO = Column(12, "columns.no", "row.no")
POINTS = (Column(21, "columns.standard", "row.standard"), Column(21, "columns.awarded", "row.awarded"))

BY_TWO = (  # points, or the answer to a criterion that gives none
    Column(19, "columns.standard", "row.standard"),
    Column(
        23,
        "columns.self",
        'row.others.self.awarded or row.others.self.met.yes and "Đạt" or row.others.self.met.no and "Không đạt"',
        total="totals.self",
    ),
    Column(23, "columns.panel", 'row.awarded or row.met.yes and "Đạt" or row.met.no and "Không đạt"'),
)

SCORESHEETS: dict[str, tuple[Column, ...]] = {
    "hai-cot-cham/2022": (NO, Column(88, "columns.criterion"), *BY_TWO),
    "hoi-quan-chung/2021": (NO, Column(111, "columns.criterion"), *POINTS),
    "dang-uy-co-so/2022": (
        NO,
        Column(117, "columns.criterion"),
        Column(18, "columns.standard", "row.standard", group="columns.points"),
        Column(18, "columns.awarded", "row.awarded", group="columns.points"),
    ),
    "phieu-cap-do/2022": (
        Column(10, "columns.no", "row.no"),
        Column(67, "columns.criterion"),
        Column(16, "columns.excellent", "row.level.excellent", "columns.levels"),
        Column(13, "columns.good", "row.level.good", "columns.levels"),
        Column(16, "columns.average", "row.level.average", "columns.levels"),
        Column(13, "columns.poor", "row.level.poor", "columns.levels"),
        Column(13, "columns.met", "row.met.yes", "columns.answers"),
        Column(17, "columns.unmet", "row.met.no", "columns.answers"),
    ),
}


# ── the authority's papers ───────────────────────────────────────────────────────────────────────────────

LIST = (
    Column(11, "TT", "row.no"),
    Column(50, "Tổ chức đảng"),
    Column(24, "Số trong sổ", "row.number"),
    Column(16, "Điểm", "row.total"),
    Column(32, "Mức được công nhận", "row.decided"),
    Column(32, "Ghi chú", "row.note"),
)


def decision() -> WordDocument:
    """The recognition of results, with its list from a new page ("Quyết định công nhận kết quả")."""
    document = blank_document(PAGE_FIELD)
    add_paper_head(document, "công nhận kết quả đánh giá, xếp loại chất lượng tổ chức đảng năm {{ year }}")
    add_grounds(document)
    add_each(document, "BCNoiDung", "form", "forms", before="- Căn cứ ", after=";")
    add_text(document, "BCNoiDung", "- Xét kết quả chấm điểm và đề nghị xếp loại của các tổ chức đảng,")
    add_text(document, "BCQuyetDinh", "QUYẾT ĐỊNH")
    add_text(
        document,
        "BCNoiDung",
        " Công nhận kết quả đánh giá, xếp loại chất lượng năm {{ year }} của {{ count }} tổ chức đảng "
        "(có danh sách kèm theo), trong đó:",
        label="Điều 1.",
    )
    with block(document, "for rating in ratings"):
        add_text(document, "BCNoiDung", "- {{ rating.name }}: {{ rating.count }} tổ chức đảng.")
    add_text(document, "BCNoiDung", " Quyết định có hiệu lực từ {{ effective }}.", label="Điều 2.")
    add_text(
        document,
        "BCNoiDung",
        " Các cơ quan có liên quan và các tổ chức đảng có tên trong danh sách chịu trách nhiệm thi hành "
        "Quyết định này.",
        label="Điều 3.",
    )
    add_paper_signature(document)
    add_text(document, "BCDanhSach", "DANH SÁCH")
    add_text(document, "BCTrichYeu", "tổ chức đảng được công nhận kết quả đánh giá, xếp loại chất lượng năm {{ year }}")
    add_text(
        document, "BCGhiChuGiua", "(Kèm theo Quyết định số {{ decision_number }} {{ decision_date }} của {{ body }})"
    )
    table = add_table(document, "BCBangChamDiem", tuple(column.width for column in LIST))
    for cell, column in zip(add_row(table, repeated=True), LIST, strict=True):
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        add_text(cell, "BCDauBang", column.title)
    with row_block(table, "for row in rows"):
        cell = add_point_row(table, LIST, "BCTieuChiSo")
        add_text(cell, "BCTieuChi", "{{ row.organization }} ({{ row.superior }})")
    return document


def revocation() -> WordDocument:
    """The revocation of one result ("Quyết định về việc hủy bỏ kết quả")."""
    document = blank_document(PAGE_FIELD)
    add_paper_head(document, "về việc hủy bỏ kết quả đánh giá, xếp loại chất lượng tổ chức đảng năm {{ year }}")
    add_grounds(document)
    add_text(document, "BCNoiDung", "- Căn cứ {{ form }};")
    add_text(document, "BCNoiDung", "- Xét việc {{ organization }} {{ ground }},")
    add_text(document, "BCQuyetDinh", "QUYẾT ĐỊNH")
    add_text(
        document,
        "BCNoiDung",
        " Hủy bỏ kết quả đánh giá, xếp loại chất lượng năm {{ year }} của {{ organization }} thuộc {{ superior }} "
        "(số {{ number }} trong sổ theo dõi), mức “{{ rating }}”{% if recognised_by %}, đã được công nhận tại "
        "{{ recognised_by }}{% endif %}. Lý do: {{ reason }}.",
        label="Điều 1.",
    )
    add_text(
        document,
        "BCNoiDung",
        " Tổ chức đảng nêu tại Điều 1 được đánh giá, xếp loại lại theo mẫu của năm {{ year }}.",
        label="Điều 2.",
    )
    add_text(
        document,
        "BCNoiDung",
        " Quyết định có hiệu lực từ {{ effective }}. Các cơ quan có liên quan và tổ chức đảng nêu tại Điều 1 chịu "
        "trách nhiệm thi hành Quyết định này.",
        label="Điều 3.",
    )
    add_paper_signature(document)
    return document


def add_paper_head(document: WordDocument, about: str) -> None:
    """Head of the page, name of the paper, what it is about, and who decides."""
    add_page_head(document)
    add_text(document, "BCTenVanBan", "QUYẾT ĐỊNH")
    add_text(document, "BCTrichYeu", about)
    add_text(document, "BCThamQuyen", "{{ body }}")


def add_grounds(document: WordDocument) -> None:
    """The grounds that every such decision names first."""
    add_text(document, "BCNoiDung", "- Căn cứ Điều lệ Đảng Cộng sản Việt Nam;")


def add_paper_signature(document: WordDocument) -> None:
    """Recipients at the left, the signature at the right."""
    table = add_table(document, "BCBangDauTrang", HEAD_COLUMNS)
    left, right = add_row(table)
    add_text(left, "BCNoiNhan", "Nơi nhận:")
    add_text(left, "BCNoiNhanDong", "- Như Điều 3;")
    add_text(left, "BCNoiNhanDong", "- Lưu văn thư.")
    add_optional(right, "BCKyGiua", "signature.authority")
    add_text(right, "BCKyGiua", "{{ signature.position }}")
    add_text(right, "BCKyGiuaTen", "{{ signature.name }}")


# ── the form, top to bottom ──────────────────────────────────────────────────────────────────────────────


def scoresheet(columns: tuple[Column, ...]) -> WordDocument:
    """The scoresheet of one organisation ("Bảng chấm điểm")."""
    document = blank_document(PAGE_FIELD + RUNNING_DRAFT_MARK)
    add_draft_mark(document)
    add_page_head(document)
    add_title(document)
    add_score_table(document, columns)
    add_rating_method(document)
    add_reasons_and_comment(document)
    add_result(document, columns)
    add_signature(document)
    return document


def add_draft_mark(document: WordDocument) -> None:
    """The box that keeps a draft from being taken for an issued paper."""
    with block(document, "for line in draft"), block(document, "if loop.first"):
        add_text(document, "BCDuThao", "{{ line }}")
        add_tag(document, "else")
        add_text(document, "BCDuThaoChuThich", "{{ line }}")


def add_page_head(document: WordDocument, columns: Sequence[float] = HEAD_COLUMNS) -> None:
    """Superior and agency on the left, the title of the Party with place and date on the right."""
    with block(document, "if head"):
        table = add_table(document, "BCBangDauTrang", columns)
        left, right = add_row(table)
        add_optional(left, "BCCapTren", "head.superior")
        add_optional(left, "BCCoQuan", "head.agency")
        add_text(left, "BCDauSao", "*")
        add_optional(left, "BCSoKyHieu", "head.number")
        add_text(right, "BCTenDang", "{{ head.party }}")
        add_optional(right, "BCDiaDanh", "head.place_date")


def add_title(document: WordDocument) -> None:
    """Title of the paper, the assessed organisation, and how to fill in the table."""
    add_text(document, "BCTenVanBan", "{{ title }}")
    add_text(document, "BCTrichYeu", "{{ subtitle }} {{ year }}")
    add_each(document, "BCThayThe", "line", "replaces")
    add_text(document, "BCHuongDan", "{{ assessed_label }} {{ organization }}.")
    add_each(document, "BCHuongDan", "instruction", "instructions")


def add_score_table(document: WordDocument, columns: tuple[Column, ...]) -> None:
    """Sections, items and criteria with their points; each kind has a row of its own to restyle."""
    table = add_table(document, "BCBangChamDiem", tuple(column.width for column in columns))
    add_headings(table, columns)
    with row_block(table, "for row in rows"), row_block(table, 'if row.kind == "section"'):
        add_heading_row(table, columns, "BCMuc", "BCMucSo")
        add_row_tag(table, 'elif row.kind == "scored_section"')
        add_heading_row(table, columns, "BCMucCham", "BCMucChamSo")
        add_row_tag(table, 'elif row.kind == "item"')
        add_heading_row(table, columns, "BCNhomTieuChi", "BCNhomTieuChiSo")
        add_row_tag(table, 'elif row.kind == "scored_item"')
        add_heading_row(table, columns, "BCNhomTieuChiCham", "BCNhomTieuChiChamSo")
        add_row_tag(table, "else")
        add_each(add_point_row(table, columns, "BCTieuChiSo"), "BCTieuChi", "paragraph", "row.paragraphs")
    add_optional(document, "BCLuuY", "unconfirmed")


def add_headings(table: Table, columns: tuple[Column, ...]) -> None:
    """The headings, repeated on every page: one row, or two where columns stand in groups."""
    lower = add_row(table, repeated=True)
    if not any(column.group for column in columns):
        for cell, column in zip(lower, columns, strict=True):
            add_heading(cell, column.title)
        return
    upper, lower = lower, add_row(table, repeated=True)
    for group, members in groupby(range(len(columns)), key=lambda at: columns[at].group):
        places = list(members)
        if group:
            add_heading(merged(*upper[places[0] : places[-1] + 1]), group)
        for at in places:
            add_heading(lower[at] if group else merged(upper[at], lower[at]), columns[at].title)


def add_heading(cell: _Cell, title: str) -> None:
    """The heading of a column or of a group of columns."""
    clear(cell)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    add_text(cell, "BCDauBang", f"{{{{ {title} }}}}")


def add_heading_row(table: Table, columns: tuple[Column, ...], style: str, point_style: str) -> None:
    """A section or an item: the first paragraph is the heading, any others (bands) are set as criteria."""
    cell = add_point_row(table, columns, point_style)
    with block(cell, "for paragraph in row.paragraphs"), block(cell, "if loop.first"):
        add_text(cell, style, "{{ paragraph }}")
        add_tag(cell, "else")
        add_text(cell, "BCTieuChi", "{{ paragraph }}")


def add_point_row(table: Table, columns: tuple[Column, ...], style: str) -> _Cell:
    """A row with its number and points; returns the cell that waits for the text."""
    cells = add_row(table)
    for cell, column in zip(cells, columns, strict=True):
        if column.value:
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            add_text(cell, style, f"{{{{ {column.value} }}}}")
    return next(cell for cell, column in zip(cells, columns, strict=True) if not column.value)


def add_rating_method(document: WordDocument) -> None:
    """How the ratings are reached, and the note on their revocation."""
    add_optional(document, "BCDeMuc", "method_title")
    with block(document, "for rating in ratings"):
        add_text(document, "BCMucXepLoai", "{{ rating.heading }}")
        add_each(document, "BCDieuKien", "clause", "rating.clauses")
    add_optional(document, "BCGhiChu", "note")


def add_reasons_and_comment(document: WordDocument) -> None:
    """The reasons of the points deducted, then the general comment."""
    with block(document, "if deductions"):
        add_text(document, "BCDeMuc", "{{ deductions_title }}")
        add_each(document, "BCLyDo", "deduction", "deductions")
    add_optional(document, "BCDeMuc", "comment_label")
    add_each(document, "BCNhanXet", "sentence", "comment")


def add_result(document: WordDocument, columns: tuple[Column, ...]) -> None:
    """The totals and the proposed rating; their style keeps them on the page of the signature."""
    for column in columns:
        if column.total:
            add_text(document, "BCKetQua", f" {{{{ {column.total} }}}}", label=f"{{{{ {column.title} }}}}:")
    with block(document, "if total_label"):
        add_text(document, "BCKetQua", " {{ total }}", label="{{ total_label }}")
    add_text(document, "BCKetQua", " {{ proposed }}", label="{{ proposed_label }}")


def add_signature(document: WordDocument) -> None:
    """The signature block; the style of the name leaves 32 mm above it for signature and stamp."""
    add_optional(document, "BCKyNgayThang", "signature.place_date")
    add_optional(document, "BCKyQuyenHan", "signature.authority")
    add_text(document, "BCKyChucVu", "{{ signature.position }}")
    add_text(document, "BCKyChuDan", "{{ signature.line }}")
    add_text(document, "BCKyHoTen", "{{ signature.name }}")


# ── text and tags in a document ──────────────────────────────────────────────────────────────────────────


def add_text(container: Container, style: str, text: str, label: str = "") -> None:
    """A paragraph of `text` after an optional bold `label`, each in one run so that no tag is torn apart."""
    paragraph = container.add_paragraph()
    paragraph._p.style = style
    if label:
        paragraph.add_run(label)._r.style = "BCNhan"
    paragraph.add_run(text)


def add_optional(container: Container, style: str, value: str) -> None:
    """A paragraph that is left out when `value` is empty."""
    with block(container, f"if {value}"):
        add_text(container, style, f"{{{{ {value} }}}}")


def add_each(container: Container, style: str, name: str, values: str, before: str = "", after: str = "") -> None:
    """A paragraph for each of `values`, between fixed words."""
    with block(container, f"for {name} in {values}"):
        add_text(container, style, f"{before}{{{{ {name} }}}}{after}")


@contextmanager
def block(container: Container, tag: str) -> Iterator[None]:
    """Put what is added meanwhile between the paragraphs of `tag` and its end tag."""
    add_tag(container, tag)
    yield
    add_tag(container, f"end{tag.split(maxsplit=1)[0]}")


def add_tag(container: Container, tag: str) -> None:
    """A paragraph that docxtpl takes away whole, with all of its mark."""
    add_text(container, "BCLenhMau", f"{{%p {tag} %}}")


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────


def add_table(document: WordDocument, style: str, columns: Sequence[float]) -> Table:
    """A table without rows yet, of fixed `columns` in millimetres."""
    table: Table = document.add_table(rows=0, cols=len(columns))
    table._tbl.tblStyle_val = style
    table.autofit = False
    for column, width in zip(table.columns, columns, strict=True):
        column.width = Mm(width)
    total = table._tbl.tblPr.find(qn("w:tblW"))
    assert total is not None  # python-docx writes one into every table
    total.set(qn("w:type"), "dxa")
    total.set(qn("w:w"), str(scaled(sum(columns), TWIPS)))
    return table


def add_row(table: Table, *, repeated: bool = False) -> tuple[_Cell, ...]:
    """The empty cells of a new row that no page break splits; `repeated` at the top of every page."""
    row = append_row(table)
    properties = row._tr.get_or_add_trPr()
    for element in elements("<w:cantSplit/>" + "<w:tblHeader/>" * repeated):
        properties.append(element)  # type: ignore[arg-type]
    for cell in row.cells:
        clear(cell)
    return row.cells


def append_row(table: Table) -> _Row:
    """A new row as python-docx makes it."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]  # python-docx leaves it without a type
    return row


def merged(*cells: _Cell) -> _Cell:
    """One empty cell in place of all of `cells`, neighbours in a row or one below the other."""
    for one in cells:
        one.add_paragraph()  # python-docx merges no cell without any
    cell: _Cell = cells[0].merge(cells[-1])
    clear(cell)
    return cell


def clear(cell: _Cell) -> None:
    """Take out the empty paragraph that python-docx puts in a new or merged cell."""
    cell._tc.clear_content()  # type: ignore[no-untyped-call]  # python-docx leaves it without a type


@contextmanager
def row_block(table: Table, tag: str) -> Iterator[None]:
    """Put the rows added meanwhile between the rows of `tag` and its end tag."""
    add_row_tag(table, tag)
    yield
    add_row_tag(table, f"end{tag.split(maxsplit=1)[0]}")


def add_row_tag(table: Table, tag: str) -> None:
    """A row that docxtpl takes away whole, shown in Word as one wide cell."""
    cells = append_row(table).cells
    cell = merged(*cells)
    add_text(cell, "BCLenhMau", f"{{%tr {tag} %}}")


# ── styles ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Style:
    """A named paragraph style; None leaves a property to the style it is based on."""

    id: str  # ASCII, used in this script and in the file
    name: str  # what Word shows; no comma, which Word takes for the start of an alias
    _: KW_ONLY
    base: str = "Normal"  # id
    size: float | None = None  # points
    bold: bool | None = None
    italic: bool | None = None
    color: str | None = None
    align: str | None = None  # both: justified
    first_line: float | None = None  # mm
    indents: tuple[float, float] | None = None  # left and right, mm
    before: float | None = None  # points
    after: float | None = None  # points
    line: float | None = None  # points, at least
    new_page: bool | None = None  # begins one
    keep: bool | None = None  # on one page, and with the next paragraph
    outline: int | None = None  # level in Word's navigation pane, from 1
    borders: tuple[str, ...] = ()  # sides
    numbered: bool = False


RULE = ("bottom",)
BOX = ("top", "left", "bottom", "right")

STYLES = (
    # Running text
    Style("BCNoiDung", "BC Nội dung", align="both", first_line=10, after=6, line=18),
    Style("BCHuongDan", "BC Hướng dẫn chấm", base="BCNoiDung"),
    Style("BCDeMuc", "BC Đề mục", base="BCNoiDung", bold=True, before=6, keep=True, outline=2),
    Style("BCMucXepLoai", "BC Mức xếp loại", base="BCNoiDung", bold=True, keep=True),
    Style("BCDieuKien", "BC Điều kiện xếp loại", base="BCNoiDung"),
    Style("BCGhiChu", "BC Ghi chú", base="BCNoiDung"),
    Style("BCLyDo", "BC Lý do điểm trừ", base="BCNoiDung", numbered=True),
    Style("BCNhanXet", "BC Nhận xét", base="BCNoiDung"),
    Style("BCKetQua", "BC Kết quả", base="BCNoiDung", after=12, keep=True),
    # Top of the first page, and of the others
    Style("BCDuThao", "BC Dự thảo", bold=True, align="center", indents=(35, 35), borders=BOX),
    Style("BCDuThaoChuThich", "BC Dự thảo (chú thích)", base="BCDuThao", size=12, bold=False, italic=True),
    Style("BCCapTren", "BC Cơ quan cấp trên", align="center"),
    Style("BCCoQuan", "BC Cơ quan ban hành", align="center", bold=True),
    Style("BCDauSao", "BC Dấu sao", align="center"),
    Style("BCSoKyHieu", "BC Số và ký hiệu", align="center"),
    Style("BCTenDang", "BC Tên Đảng", size=15, bold=True, align="center", indents=(7, 7), borders=RULE),
    Style("BCDiaDanh", "BC Địa danh và ngày tháng", italic=True, align="center", before=6),
    Style("BCTenVanBan", "BC Tên văn bản", size=16, bold=True, align="center", before=24, outline=1),
    Style("BCTrichYeu", "BC Trích yếu", bold=True, align="center", after=18),
    Style("BCThayThe", "BC Thay thế bảng trước", italic=True, align="center", after=12),
    Style("BCSoTrang", "BC Số trang", align="center"),
    # Table
    Style("BCDauBang", "BC Đầu bảng", size=13, bold=True, align="center", before=3, after=3, keep=True),
    Style("BCTieuChi", "BC Tiêu chí", size=13, align="both", before=2, after=2),
    Style("BCTieuChiSo", "BC Tiêu chí (số và điểm)", base="BCTieuChi", align="center"),
    Style("BCNhomTieuChi", "BC Nhóm tiêu chí", base="BCTieuChi", bold=True, italic=True, keep=True),
    Style("BCNhomTieuChiSo", "BC Nhóm tiêu chí (số và điểm)", base="BCNhomTieuChi", align="center"),
    Style("BCMuc", "BC Mục", base="BCTieuChi", bold=True, keep=True),
    Style("BCMucSo", "BC Mục (số và điểm)", base="BCMuc", align="center"),
    # scored themselves: no rows of theirs follow that they would have to stay with
    Style("BCNhomTieuChiCham", "BC Nhóm tiêu chí chấm trực tiếp", base="BCNhomTieuChi", keep=False),
    Style(
        "BCNhomTieuChiChamSo",
        "BC Nhóm tiêu chí chấm trực tiếp (số và điểm)",
        base="BCNhomTieuChiCham",
        align="center",
    ),
    Style("BCMucCham", "BC Mục chấm trực tiếp", base="BCMuc", keep=False),
    Style("BCMucChamSo", "BC Mục chấm trực tiếp (số và điểm)", base="BCMucCham", align="center"),
    Style("BCLuuY", "BC Lưu ý dưới bảng", base="BCNoiDung", size=13, italic=True, before=6),
    # Signature: in the right half of the page, held together with the results above it
    Style("BCKyChucVu", "BC Ký - chức vụ", bold=True, align="center", indents=(80, 0), keep=True),
    Style("BCKyNgayThang", "BC Ký - ngày tháng", base="BCKyChucVu", bold=False, italic=True, before=12),
    Style("BCKyQuyenHan", "BC Ký - quyền hạn", base="BCKyChucVu"),
    Style("BCKyChuDan", "BC Ký - chú dẫn", base="BCKyChucVu", bold=False, italic=True),
    Style("BCKyHoTen", "BC Ký - họ tên", base="BCKyChucVu", before=92),
    # The authority's papers
    Style("BCThamQuyen", "BC Cơ quan quyết định", bold=True, align="center", before=6, after=12),
    Style("BCQuyetDinh", "BC Quyết định (giữa trang)", bold=True, align="center", before=12, after=12, keep=True),
    Style("BCNoiNhan", "BC Nơi nhận", size=12, bold=True, italic=True, before=12),
    Style("BCNoiNhanDong", "BC Nơi nhận (các dòng)", size=11),
    Style("BCKyGiua", "BC Ký (bên phải)", bold=True, align="center", keep=True),
    Style("BCKyGiuaTen", "BC Ký (bên phải) - họ tên", base="BCKyGiua", before=92, keep=False),
    Style("BCDanhSach", "BC Danh sách", bold=True, align="center", new_page=True),
    Style("BCGhiChuGiua", "BC Kèm theo quyết định", italic=True, align="center", after=12),
    # Tags that docxtpl takes away
    Style("BCLenhMau", "BC Lệnh mẫu (không in)", size=9, color="808080"),
)

BASE_STYLES = f"""
<w:docDefaults>
  <w:rPrDefault><w:rPr>
    <w:rFonts w:ascii="{FONT}" w:eastAsia="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>
    <w:sz w:val="28"/><w:szCs w:val="28"/>
    <w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/>
  </w:rPr></w:rPrDefault>
  <w:pPrDefault><w:pPr>
    <w:widowControl/><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>
  </w:pPr></w:pPrDefault>
</w:docDefaults>
<w:latentStyles w:defLockedState="0" w:defUIPriority="99" w:defSemiHidden="1" w:defUnhideWhenUsed="1"
  w:defQFormat="0" w:count="376"/>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>
<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">
  <w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/>
</w:style>
<w:style w:type="table" w:default="1" w:styleId="TableNormal">
  <w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>
  <w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>
    <w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>
    <w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>
  </w:tblCellMar></w:tblPr>
</w:style>
<w:style w:type="numbering" w:default="1" w:styleId="NoList">
  <w:name w:val="No List"/><w:uiPriority w:val="99"/><w:semiHidden/>
</w:style>
<w:style w:type="character" w:customStyle="1" w:styleId="BCNhan">
  <w:name w:val="BC Nhãn"/><w:basedOn w:val="DefaultParagraphFont"/><w:qFormat/><w:rPr><w:b/><w:bCs/></w:rPr>
</w:style>
"""

NUMBERING = """
<w:abstractNum w:abstractNumId="0">
  <w:multiLevelType w:val="singleLevel"/>
  <w:lvl w:ilvl="0">
    <w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="BCLyDo"/><w:suff w:val="space"/>
    <w:lvlText w:val="%1."/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="567"/></w:pPr>
  </w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
"""

TABLE_STYLES = """
<w:style w:type="table" w:customStyle="1" w:styleId="BCBangDauTrang">
  <w:name w:val="BC Bảng đầu trang"/><w:basedOn w:val="TableNormal"/><w:qFormat/>
  <w:tblPr><w:tblCellMar>
    <w:top w:w="120" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/>
  </w:tblCellMar></w:tblPr>
</w:style>
<w:style w:type="table" w:customStyle="1" w:styleId="BCBangChamDiem">
  <w:name w:val="BC Bảng chấm điểm"/><w:basedOn w:val="TableNormal"/><w:qFormat/>
  <w:tblPr>
    <w:tblBorders>
      <w:top w:val="single" w:sz="4" w:space="0" w:color="auto"/>
      <w:left w:val="single" w:sz="4" w:space="0" w:color="auto"/>
      <w:bottom w:val="single" w:sz="4" w:space="0" w:color="auto"/>
      <w:right w:val="single" w:sz="4" w:space="0" w:color="auto"/>
      <w:insideH w:val="single" w:sz="4" w:space="0" w:color="auto"/>
      <w:insideV w:val="single" w:sz="4" w:space="0" w:color="auto"/>
    </w:tblBorders>
    <w:tblCellMar><w:left w:w="68" w:type="dxa"/><w:right w:w="68" w:type="dxa"/></w:tblCellMar>
  </w:tblPr>
</w:style>
"""


def style_xml(style: Style) -> str:
    """`style` as Word's style sheet has it; the format prescribes the order of the properties."""
    lines = "".join(element(side, val="single", sz=4, space=4, color="auto") for side in style.borders)
    left, right = style.indents or (None, None)
    paragraph = (
        element("keepNext", val=style.keep)
        + element("keepLines", val=style.keep)
        + element("pageBreakBefore", val=style.new_page)
        + ('<w:numPr><w:numId w:val="1"/></w:numPr>' if style.numbered else "")
        + (f"<w:pBdr>{lines}</w:pBdr>" if lines else "")
        + element(
            "spacing",
            before=scaled(style.before, 20),
            after=scaled(style.after, 20),
            line=scaled(style.line, 20),
            lineRule="atLeast" if style.line else None,
        )
        + element(
            "ind",
            left=scaled(left, TWIPS),
            right=scaled(right, TWIPS),
            firstLine=scaled(style.first_line, TWIPS),
        )
        + element("jc", val=style.align)
        + element("outlineLvl", val=style.outline - 1 if style.outline else None)
    )
    run = (
        element("b", val=style.bold)
        + element("bCs", val=style.bold)
        + element("i", val=style.italic)
        + element("iCs", val=style.italic)
        + element("color", val=style.color)
        + element("sz", val=scaled(style.size, 2))
        + element("szCs", val=scaled(style.size, 2))
    )
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style.id}"><w:name w:val="{style.name}"/>'
        f'<w:basedOn w:val="{style.base}"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def element(tag: str, **attributes: str | int | None) -> str:
    """`<w:tag w:name="value" …/>`, or nothing when no attribute is given."""
    given = {name: int(value) if isinstance(value, bool) else value for name, value in attributes.items()}
    listed = "".join(f' w:{name}="{value}"' for name, value in given.items() if value is not None)
    return f"<w:{tag}{listed}/>" if listed else ""


def scaled(value: float | None, factor: float) -> int | None:
    """A measure in the whole units of the file."""
    return None if value is None else round(value * factor)


# ── document and package ─────────────────────────────────────────────────────────────────────────────────

SETTINGS = """
<w:zoom w:percent="100"/>
<w:defaultTabStop w:val="567"/>
<w:characterSpacingControl w:val="doNotCompress"/>
<w:compat>
  <w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>
  <w:compatSetting w:name="overrideTableStyleFontSizeAndJustification"
    w:uri="http://schemas.microsoft.com/office/word" w:val="1"/>
  <w:compatSetting w:name="enableOpenTypeFeatures"
    w:uri="http://schemas.microsoft.com/office/word" w:val="1"/>
  <w:compatSetting w:name="doNotFlipMirrorIndents"
    w:uri="http://schemas.microsoft.com/office/word" w:val="1"/>
  <w:compatSetting w:name="differentiateMultirowTableHeaders"
    w:uri="http://schemas.microsoft.com/office/word" w:val="1"/>
</w:compat>
<w:themeFontLang w:val="vi-VN"/>
<w:decimalSymbol w:val=","/>
<w:listSeparator w:val=";"/>
"""

RUNNING_DRAFT_MARK = (
    '<w:r><w:t xml:space="preserve">'
    "{% for mark in draft %}{% if loop.first %} - {{ mark }}{% endif %}{% endfor %}</w:t></w:r>"
)
PAGE_FIELD = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>2</w:t></w:r></w:fldSimple>'


def blank_document(running_head: str) -> WordDocument:
    """An empty A4 page with our styles and nothing of python-docx's own template."""
    document = Document()
    keep_parts(document.part.rels, KIND.STYLES, KIND.NUMBERING, KIND.SETTINGS)
    keep_parts(document.part.package.rels, KIND.OFFICE_DOCUMENT, KIND.CORE_PROPERTIES)
    replace_content(document.styles.element, BASE_STYLES + "".join(map(style_xml, STYLES)) + TABLE_STYLES)
    replace_content(document.part.numbering_part.element, NUMBERING)
    replace_content(document.settings.element, SETTINGS)
    clear_properties(document)
    set_page(document, running_head)
    return document


def keep_parts(relationships: Relationships, *kinds: str) -> None:
    """Drop the parts that are related in any other way: theme, font table, thumbnail and the like."""
    for key in [key for key, relationship in relationships.items() if relationship.reltype not in kinds]:
        del relationships[key]


def replace_content(root: BaseOxmlElement, markup: str) -> None:
    """Put the elements of `markup` in place of all children of `root`."""
    for child in list(root):
        root.remove(child)
    root.extend(elements(markup))


def elements(markup: str) -> list[BaseOxmlElement]:
    """The elements that `markup` describes; its prefix `w:` needs no declaration."""
    return list(parse_xml(f"<w:root {nsdecls('w')}>{markup}</w:root>"))


def clear_properties(document: WordDocument) -> None:
    """Leave no author, no remark and no clock in the properties of the file."""
    properties = document.core_properties
    replace_content(properties._element, "")
    properties.title = ""
    properties.created = properties.modified = FILE_DATE


def set_page(document: WordDocument, running_head: str) -> None:
    """A4 with the official margins; the page number at the top from page 2 on."""
    section = document.sections[0]
    section._sectPr.attrib.clear()
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = False
    number = section.header.paragraphs[0]
    number._p.style = "BCSoTrang"
    number._p.extend(elements(running_head))


def package(document: WordDocument) -> bytes:
    """`document` as a file whose bytes depend on its content alone, not on clock, system or compressor."""
    saved, stored = BytesIO(), BytesIO()
    document.save(saved)
    with ZipFile(saved) as source, ZipFile(stored, "w", ZIP_STORED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            info = ZipInfo(name, ZIP_DATE)
            info.create_system = 3  # Unix, wherever this runs
            target.writestr(info, source.read(name))
    return stored.getvalue()


def main() -> None:
    """Write every template."""
    for form, columns in SCORESHEETS.items():
        folder = TEMPLATES / form
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "scoresheet.docx").write_bytes(package(scoresheet(columns)))
        (folder / "decision.docx").write_bytes(package(decision()))
        (folder / "revocation.docx").write_bytes(package(revocation()))


if __name__ == "__main__":
    main()
