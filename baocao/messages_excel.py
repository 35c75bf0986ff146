"""Every word of the Excel annex that is not in the form's data, in Vietnamese."""

from __future__ import annotations

from datetime import date

from baocao.text import long_date, shorten, whole

# --- names of sheets: at most 31 characters, none of []:*?/\ -------------------------------------------------------

SUMMARY = "Tổng hợp"
LIST = "Danh sách"
SUPERIORS = "Theo cấp trên"
SUPERIORS_DECIDED = "Cấp trên - đã quyết định"
SUPERIORS_PROPOSED = "Cấp trên - đề nghị"
CHART = "Biểu đồ cấp trên"
QUOTAS = "Tỷ lệ khống chế"
RANKING = "Thứ tự xét"
UNRATED = "Chưa xếp loại"

# --- columns -----------------------------------------------------------------------------------------------------

NO = "TT"
ORGANIZATION = "Tổ chức đảng"
KIND = "Loại"
SUPERIOR = "Cấp trên trực tiếp"
NUMBER = "Số trong sổ"
TOTAL = "Tổng điểm"
PROPOSED = "Mức đề nghị"
DECIDED = "Mức quyết định"
NOTE = "Ghi chú"
REASON = "Lý do"
STATE = "Tình trạng"
KIND_NO = "Số của loại (để đếm)"
SUPERIOR_NO = "Số của cấp trên (để đếm)"

RATING = "Mức xếp loại"
KIND_OF_ORGANIZATION = "Loại tổ chức đảng"
ALL = "Tổng số"
ALL_DECIDED = "Đã quyết định"
ALL_PROPOSED = "Đề nghị, chưa quyết định"
NOT_RATED = "Chưa xếp loại"
ABSENT = "Chưa có bảng chấm điểm"
SHARE = "Tỷ lệ (%)"
SUM = "Cộng"

TIER = "Tính chung cho"
LIMITED = "Mức bị khống chế"
PERCENT = "Tỷ lệ không quá (%)"
BASE = "Số để tính tỷ lệ"
FIT = "Được tối đa"
FIT_WITHOUT = "Nếu mẫu số không gồm mức này"
FIT_WITH = "Nếu mẫu số gồm cả mức này"
ELIGIBLE = "Đủ điều kiện"
WANTED = "Đề nghị hoặc đã quyết định"
OVER = "Vượt"
RANK = "Thứ hạng"
POINTS = "Điểm"
FITS = "Trong tỷ lệ"
OF_THE_QUOTA = {True: "có", False: "vượt tỷ lệ", None: "bằng điểm tại giới hạn"}

# --- rows below a list -------------------------------------------------------------------------------------------

SUM_OF_ALL = "Cộng tất cả các dòng"
MEAN_OF_ALL = "Bình quân tất cả các dòng"
SUM_OF_SHOWN = "Cộng các dòng đang hiện (khi lọc)"
MEAN_OF_SHOWN = "Bình quân các dòng đang hiện (khi lọc)"

# --- headings and notes ------------------------------------------------------------------------------------------

OVERVIEW = "Tình hình chung"
RESULTS = "Kết quả đã quyết định"
PROPOSALS = "Đề nghị, chưa quyết định"
COMPARISON = "So với năm trước"
CHART_OF_RATINGS = "Số tổ chức đảng theo mức xếp loại"
NOTE_ON_COUNTS = (
    "Số lượng là công thức đếm trên trang “Danh sách” và trang “Chưa xếp loại” (theo các cột số ẩn ở cuối trang). "
    "Tỷ lệ được ghi sẵn, không phải công thức: làm tròn một chữ số sau dấu phẩy theo phương pháp số dư lớn nhất "
    "để cộng lại đúng 100,0."
)
NOTE_ON_VALUES = "Danh sách dài nên số lượng ở trang này được ghi sẵn, không phải công thức."
NOTE_ON_QUOTAS = "Số được tối đa là tỷ lệ nhân với số để tính, bỏ phần lẻ."


def as_of(day: date) -> str:
    """Say at which date everything stands."""
    return f"Số liệu tính đến {long_date(day)}"


def register_head(entries: int, digest: str) -> str:
    """Say how far the register went."""
    return f"Theo sổ theo dõi có {whole(entries)} mục; mã của mục cuối: {digest}"


def chart_of_superiors(largest: int) -> str:
    """Say what the chart shows; `largest` is how many superiors of several, 0 for all."""
    of_them = f" ({largest} cấp trên có nhiều tổ chức nhất)" if largest else ""
    return f"Số tổ chức đảng theo mức xếp loại và cấp trên trực tiếp{of_them}"


def of_part(part: str, rating: str) -> str:
    """Name the column of a rating where what is decided stands beside what is proposed."""
    return f"{part}: {rating}"


def footer(draft: str) -> str:
    """Number the pages; `&P` and `&N` are the page and how many there are."""
    mark = shorten(draft, 60).replace("&", "&&")  # all of it has 255 characters at the most
    font = '&"Times New Roman,Regular"&10'
    return f"&L{font}{mark}&C{font}Trang &P/&N" if mark else f"&C{font}Trang &P/&N"
