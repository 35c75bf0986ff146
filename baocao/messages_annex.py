"""Every word of the year-end annex that stands neither in the form's data nor in its Word template, in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from baocao.errors import Problem
from baocao.messages import unknown_choice

ANSWERS = {"yes": "Đạt", "no": "Không đạt"}
UNKNOWN_RATING = "mức đã xếp không còn trong mẫu"
UNDETERMINED = "chưa đủ căn cứ xếp loại"
NO_SCORESHEET = "chưa có bảng chấm điểm"
BEYOND_QUOTA = "vượt tỷ lệ"
AT_THE_LIMIT = "bằng điểm tại giới hạn"
TIED = "bằng điểm"
DECIDED = "đã quyết định"
DECIDED_SERIES = "Đã quyết định"
PROPOSED_SERIES = "Đề nghị, chưa quyết định"
OTHER_SUPERIORS = "Các cấp trên khác"
ALL = "Tổng cộng"
NUMBER_BLANK = "SỐ …"
REPORT_BLANK = "Báo cáo số …-BC/… ngày … tháng … năm …"


def reissued_for(number: str) -> str:
    """Say which result a row takes the place of."""
    return f"xếp loại lại, thay số {number}"


def corrected(day: date) -> str:
    """Say when a row was corrected."""
    return f"đính chính {_short(day)}"


def decided_by(decision: str) -> str:
    """Name the decision that a row rests on."""
    return f"QĐ số {decision}"


def revoked(day: date) -> str:
    """Say why an organisation has no rating."""
    return f"đã hủy bỏ kết quả từ {_short(day)}, chưa xếp loại lại"


_NAMES = {
    "results": "Kết quả đánh giá",
    "proposals": "Danh sách đề nghị đánh giá",
    "both": "Kết quả và danh sách đề nghị đánh giá",
}


def name(content: str, year: int) -> str:
    """Name an annex by what it lists, as its Word template does."""
    return f"{_NAMES[content]}, xếp loại chất lượng tổ chức đảng năm {year}"


def goes_with(report: str | None) -> str:
    """Name the report that an annex goes with."""
    return f"(Kèm theo {report or REPORT_BLANK})"


def title(number: str | None) -> str:
    """Return the title of the file."""
    return f"Phụ lục số {number}" if number else "Phụ lục"


def scope(superior: str) -> str:
    """Say whose organisations an annex lists."""
    return f"các tổ chức đảng trực thuộc {superior}"


def not_a_year(found: str) -> Problem:
    """Tell of what stands where the year of the form belongs."""
    return Problem("", f"“{found}” không phải là một năm", "Ghi một năm, ví dụ: baocao annex 2021; hoặc thêm --drafts.")


def nothing_to_list(year: int, day: date, form: str | None, superior: str) -> Problem:
    """Tell that the register has nobody to list."""
    return Problem(
        "",
        f"tính đến {_short(day)}, sổ chưa có tổ chức nào để lập phụ lục năm {year}{_of(form, superior)}",
        "Kiểm tra mã mẫu, mã cấp trên và ngày; chưa ban hành thì dùng “baocao issue”, hoặc “baocao annex --drafts”.",
    )


def no_draft_to_list(form: str | None, superior: str) -> Problem:
    """Tell that no submission is of the form and the superior that are asked for."""
    return Problem(
        "",
        f"các tệp dữ liệu không có tổ chức nào để lập phụ lục{_of(form, superior)}",
        "Kiểm tra mã mẫu, mã cấp trên, và có đúng thư mục dữ liệu không.",
    )


def _of(form: str | None, superior: str) -> str:
    return f"{f', mẫu {form}' if form else ''}{f', cấp trên {superior}' if superior else ''}"


def expected_twice(line: int, organization: str) -> Problem:
    """Tell of an organisation that a roster names twice."""
    return Problem(f"dòng {line}", f"mã {organization} đã có ở một dòng trên", "Mỗi tổ chức ghi một dòng.")


def none_to_begin_with(form: str, year: int, known: Iterable[tuple[str, int]]) -> Problem:
    """Tell that the register has no organisation of a form and year; `known` are the forms and years that it has."""
    there = [*known]
    years = [str(of) for name, of in there if name == form]
    if years:
        fix = f"Sổ có mẫu này của năm {', '.join(years)}: thêm --from-year {years[-1]}."
    elif there:
        fix = f"Sổ có các mẫu: {', '.join(f'{name}/{of}' for name, of in there)}; kiểm tra tên mẫu và năm."
    else:
        fix = "Sổ này còn trống: kiểm tra có mở đúng sổ theo dõi không (--register)."
    return Problem("", f"sổ không có tổ chức nào được chấm điểm theo mẫu {form} năm {year}", fix)


def unknown_superior(found: str, known: Mapping[str, str]) -> Problem:
    """Tell that nobody in the register has this superior; `known` are those that there are, with their names."""
    return unknown_choice("--superior", found, dict(sorted(known.items())))


def kind_of_before(where: str, kind: str, form: str, kinds: Mapping[str, str]) -> Problem:
    """Tell that an organisation is of a kind that the new form does not have."""
    allowed = ", ".join(f"{key} ({name})" for key, name in kinds.items())
    return Problem(
        where,
        f"mẫu {form} không có loại tổ chức “{kind}”",
        f"Tạo riêng bằng “baocao new … --id … --kind LOẠI”, LOẠI là một trong: {allowed}.",
    )


def _short(day: date) -> str:
    return f"{day:%d/%m/%Y}"
