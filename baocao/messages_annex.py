"""Every word of the year-end annex that stands neither in the form's data nor in its Word template, in Vietnamese."""

from __future__ import annotations

from datetime import date

from baocao.errors import Blocks, Problem
from baocao.text import long_date

ANSWERS = {"yes": "Đạt", "no": "Không đạt"}
UNKNOWN_RATING = "mức đã xếp không còn trong mẫu"
UNDETERMINED = "chưa đủ căn cứ xếp loại"
NO_SCORESHEET = "chưa có bảng chấm điểm"
BEYOND_QUOTA = "vượt tỷ lệ"
AT_THE_LIMIT = "bằng điểm tại giới hạn"
TIED = "bằng điểm"
DECIDED = "đã quyết định"
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


def decided_otherwise(proposed: str) -> str:
    """Say that the authority decided something else than what was proposed."""
    return f"đề nghị: {proposed}"


def revoked(day: date) -> str:
    """Say why an organisation has no rating."""
    return f"đã hủy bỏ kết quả từ {_short(day)}, chưa xếp loại lại"


def faulty(count: int) -> str:
    """Say why a submission is not counted."""
    return f"dữ liệu có {count} lỗi, chưa chấm được"


def replaces_line(number: str, day: date) -> str:
    """Say which annex a new one takes the place of."""
    return f"(thay thế Phụ lục số {number} {long_date(day)})"


def scope(superior: str) -> str:
    """Say whose organisations an annex lists."""
    return f"các tổ chức đảng trực thuộc {superior}"


def not_expected(name: str, source: str) -> Problem:
    """Tell of a scoresheet whose organisation is not on the roster."""
    return Problem(
        "",
        f"“{name}” có bảng chấm điểm nhưng không có trong danh sách",
        "Kiểm tra mã tổ chức, hoặc thêm vào danh sách.",
        Blocks.NOTHING,
        source,
    )


def _short(day: date) -> str:
    return f"{day:%d/%m/%Y}"
