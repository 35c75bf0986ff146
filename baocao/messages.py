"""Every message about faulty files and submissions, in Vietnamese: what was found, what is allowed, what to do.

The messages are public interface: `tests/bad/` holds the exact text of each.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from baocao.errors import Blocks, Problem
from baocao.text import count, listing, points, shorten

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SHOWN_WIDTH = 60


def place(*path: str | int) -> str:
    """Write a path into JSON or TOML as a reader would: `scores["I.1.1"].deductions[0].points`."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        elif step.isidentifier():
            written += f".{shorten(step, SHOWN_WIDTH)}" if written else shorten(step, SHOWN_WIDTH)
        else:
            written += f"[{show(step)}]"
    return written


def place_in(raw: object, path: Sequence[str | int]) -> str:
    """Write a path into a form as its author knows the entries: `criteria I.1.1.banded`, not `criteria[2].banded`."""
    written = ""
    for at, step in enumerate(path):
        raw = _inside(raw, step)
        own = raw.get("no", raw.get("key")) if isinstance(raw, dict) and isinstance(step, int) else None
        is_name = isinstance(own, str) and bool(re.fullmatch(r"[\w.-]{1,40}", own))
        rest = place(*path[at : at + 1])
        written += f" {own}" if is_name else rest if not written or rest.startswith("[") else f".{rest}"
    return written


def _inside(raw: object, step: str | int) -> object:
    if isinstance(raw, dict):
        return raw.get(step)
    return raw[step] if isinstance(raw, list) and isinstance(step, int) and step < len(raw) else None


def show(value: object) -> str:
    """Write a found value as JSON, short, with every character that cannot be seen as an escape."""
    if isinstance(value, dict | list) and value:
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        value = "…"  # Python does not write it in digits
    shown = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    visible = "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character)[0] == "C" else character
        for character in shorten(shown, SHOWN_WIDTH)
    )
    return visible


_MOST_BITS = 4096
"""Of a whole number that is shown; hexadecimal numbers of TOML may be of any length."""


def in_json(number: Decimal) -> str:
    """Write points as they are to be typed into JSON: `4.5`."""
    return f"{number.normalize():f}"


def _quoted(names: Iterable[str]) -> str:
    return listing([f"“{name}”" for name in names])


def nearest(name: str, known: Iterable[str]) -> str:
    """Ask whether a known name was meant; empty when none is near."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f"Có phải “{close[0]}”? " if close else ""


# --- files -----------------------------------------------------------------------------------------------------


def _of_file(path: str, message: str, fix: str) -> Problem:
    return Problem("", message, fix, source=path)


def not_a_file(path: str) -> Problem:
    return _of_file(path, "không có tệp này, hoặc đây không phải là tệp", "Kiểm tra lại tên và thư mục.")


def nothing_to_read(path: str) -> Problem:
    return _of_file(path, "thư mục không có tệp .json nào", "Chỉ thư mục chứa các tệp dữ liệu chấm điểm.")


def nothing_to_print(path: str) -> Problem:
    return _of_file(path, "thư mục không có tệp Word nào (.docx)", "Chỉ thư mục chứa các văn bản cần lập bản PDF.")


def unreadable(path: str, reason: str) -> Problem:
    return _of_file(path, f"không đọc được tệp ({reason})", "Kiểm tra quyền đọc tệp.")


def too_large(path: str, most: int) -> Problem:
    return _of_file(
        path,
        f"tệp lớn hơn {most // 1024} KiB",
        "Kiểm tra có đúng tệp không; tệp dữ liệu thật chỉ vài chục KiB.",
    )


def unwritable(path: str, reason: str) -> Problem:
    return _of_file(path, f"không ghi được ({reason})", "Kiểm tra quyền ghi và dung lượng đĩa, hoặc chọn -o khác.")


def no_program(program: str) -> Problem:
    return Problem("", f"máy này chưa cài {program}", f"Cài {program}, hoặc dùng tệp Word đã lập.")


def program_failed(program: str, reason: str) -> Problem:
    return Problem("", f"{program} không làm xong ({reason})", "Chạy lại; nếu vẫn lỗi, mở tệp Word và tự in ra PDF.")


def no_uno() -> Problem:
    return Problem(
        "",
        "máy này có LibreOffice nhưng thiếu thành phần Python để điều khiển nó (mô-đun uno)",
        "Cài gói python3-uno (Debian, Ubuntu), hoặc cài LibreOffice bản đầy đủ; hoặc dùng tệp Word đã lập.",
    )


def not_printed() -> Problem:
    return Problem(
        "",
        "LibreOffice hai lần không lập được PDF của tệp này (bị treo, bị ngắt, hoặc không đọc được tệp)",
        "Mở tệp Word xem có hỏng không, rồi chạy lại; nếu vẫn lỗi, tự in ra PDF từ Word.",
    )


def pdf_not_ours(path: str) -> Problem:
    return Problem(
        "",
        f"đã có tệp {path}, không do baocao tạo ra hoặc đã được sửa, ký số sau khi tạo",
        "Đổi tên tệp PDF cũ để giữ lại, hoặc xóa nó, rồi chạy lại.",
    )


def not_ours(path: str) -> Problem:
    return Problem(
        "",
        f"đã có tệp {path}, không do baocao tạo ra hoặc đã được sửa sau khi tạo",
        "Đổi tên tệp cũ để giữ lại, hoặc thêm --force để ghi đè.",
    )


def file_exists(path: str) -> Problem:
    return _of_file(path, "đã có tệp này", "Đặt --id khác, hoặc thêm --force để thay bằng tệp trống.")


def missing_year() -> Problem:
    return Problem("", "thiếu năm của mẫu", "Ghi cả tên và năm, ví dụ: baocao form schema MẪU NĂM.")


def not_with_from_register(option: str, *, given: bool) -> Problem:
    if given:
        return Problem(option, "không dùng cùng --from-register", "Bỏ tùy chọn này: mã và loại lấy từ sổ.")
    return Problem(option, "chỉ dùng cùng --from-register", "Thêm --from-register, hoặc bỏ tùy chọn này.")


def reserved_name(where: str, file: str) -> Problem:
    return Problem(where, f"{file} là tên của tệp dùng chung hoặc tệp lược đồ", "Đặt mã khác cho tổ chức.")


def same_output(path: str, first: str) -> Problem:
    return Problem(
        "organization.id",
        f"trùng tên tệp kết quả {path} với {first}",
        "Đặt mã tổ chức (organization.id) khác nhau cho từng tổ chức.",
    )


def process_died() -> Problem:
    return Problem(
        "",
        "tiến trình xử lý tệp này bị dừng đột ngột, đã thử lại mà vẫn vậy",
        "Chạy lại riêng tệp này; nếu vẫn vậy, kiểm tra bộ nhớ của máy.",
    )


def processes_die() -> Problem:
    return Problem(
        "",
        "các tiến trình xử lý liên tiếp bị dừng đột ngột",
        "Có lẽ máy thiếu bộ nhớ: đóng bớt chương trình khác, hoặc chạy lại với --jobs 1.",
    )


def not_utf8(position: int) -> Problem:
    return Problem(
        f"byte {position}",
        "tệp không phải là văn bản UTF-8",
        "Lưu lại tệp với bảng mã UTF-8 (Save as → Encoding: UTF-8).",
    )


def bad_syntax(kind: str, where: str, reason: str) -> Problem:
    return Problem(where, f"sai cú pháp {kind}: {reason}", "Kiểm tra dấu phẩy, ngoặc kép và ngoặc ở gần vị trí này.")


def too_deep() -> Problem:
    return Problem("", "dữ liệu lồng nhau quá sâu", "Dùng đúng cấu trúc do lệnh “baocao new” tạo ra.")


def bad_json(reason: str, line: int, column: int, text: str) -> Problem:
    where = f"dòng {line}, cột {column}"
    comma = re.search(r"[:\[]\s*(\d+),(\d+)\s*[,}\]]?\s*$", text)
    if comma:
        fix = f"Trong tệp này số thập phân viết bằng dấu chấm: {comma[1]}.{comma[2]}"
        return Problem(where, f"sai cú pháp JSON ở “{shorten(text.strip(), SHOWN_WIDTH)}”", fix)
    said = next((words for english, words in _JSON.items() if reason.startswith(english)), "không đọc được")
    return bad_syntax("JSON", where, said)


_JSON = {
    "Expecting property name": "chờ tên khóa trong ngoặc kép",
    "Expecting value": "chờ một giá trị",
    "Expecting ',' delimiter": "thiếu dấu phẩy",
    "Expecting ':' delimiter": "thiếu dấu hai chấm sau tên khóa",
    "Illegal trailing comma": "thừa dấu phẩy ở cuối",
    "Unterminated string": "chuỗi ký tự không có ngoặc kép đóng",
    "Invalid control character": "có dấu xuống dòng hoặc ký tự điều khiển trong chuỗi",
    "Invalid \\": "sai ký tự thoát \\ trong chuỗi",
    "Extra data": "thừa nội dung sau dấu đóng",
}
"""What Python's json says, by its beginning, and what a clerk reads."""


def duplicate_key(where: str, key: str) -> Problem:
    return Problem(
        where, f"khóa {show(key)} xuất hiện hai lần trong cùng một đối tượng", "Giữ lại một, xóa khóa còn lại."
    )


def unreadable_key(where: str, key: str) -> Problem:
    return Problem(where, f"tên khóa {show(key)} có ký tự hỏng", "Xóa khóa này hoặc gõ lại tên khóa.")


def not_a_number(where: str, token: str) -> Problem:
    return Problem(where, f"{shorten(token, SHOWN_WIDTH)} không phải là số hợp lệ", "Ghi một số thập phân, ví dụ 4.5.")


def not_an_object(found: object) -> Problem:
    return Problem(
        "",
        f"tệp phải là một đối tượng {{…}}, thấy {show(found)}",
        "Dùng cấu trúc do lệnh “baocao new” tạo ra.",
    )


# --- structure (pydantic) ------------------------------------------------------------------------------------


_STRUCTURE: Mapping[str, tuple[str, str]] = {
    "missing": ("thiếu khóa này", "Thêm khóa này."),
    "not_filled": ("chưa điền (null)", "Ghi nội dung cho khóa này."),
    "model_type": ("phải là một đối tượng {…}, thấy {found}", "Ghi các khóa con trong ngoặc nhọn."),
    "dict_type": ("phải là một đối tượng {…}, thấy {found}", "Ghi các khóa con trong ngoặc nhọn."),
    "tuple_type": (
        "phải là một danh sách […], thấy {found}",
        "Ghi danh sách trong ngoặc vuông; không có thì ghi [].",
    ),
    "string_type": ("phải là chuỗi ký tự, thấy {found}", "Ghi giá trị trong ngoặc kép."),
    "bool_type": (
        "phải là true hoặc false, thấy {found}",
        "Ghi true (có) hoặc false (không), không có ngoặc kép.",
    ),
    "int_type": ("phải là số nguyên, thấy {found}", "Ghi một số nguyên, không có ngoặc kép."),
    "points_type": (
        "phải là một số, thấy {found}",
        "Ghi số dạng 4.5 (dấu chấm thập phân), không có ngoặc kép.",
    ),
    "points_range": ("số điểm phải từ 0 đến 1000, thấy {found}", "Sửa lại số điểm."),
    "greater_than": ("phải lớn hơn {gt}, thấy {found}", "Sửa lại số này."),
    "greater_than_equal": ("phải từ {ge} trở lên, thấy {found}", "Sửa lại số này."),
    "less_than_equal": ("không được quá {le}, thấy {found}", "Sửa lại số này."),
    "string_too_long": ("dài quá {max_length} ký tự", "Rút gọn nội dung."),
    "too_long": ("có quá {max_length} mục", "Bớt các mục; kiểm tra có đúng tệp không."),
    "too_short": ("phải có ít nhất {min_length} mục, thấy {actual_length}", "Thêm nội dung còn thiếu."),
    "string_pattern_mismatch": ("không đúng dạng quy định, thấy {found}", "{shape}."),
    "bad_character": (
        "có ký tự không in được {code} ở vị trí {position}",
        "Xóa ký tự này; có thể do dán từ tệp khác, hãy gõ lại đoạn đó.",
    ),
    "string_unicode": (
        "có ký tự không in được {code} ở vị trí {position}",
        "Xóa ký tự này; có thể do dán từ tệp khác, hãy gõ lại đoạn đó.",
    ),
    "empty_text": ("để trống", "Ghi nội dung, hoặc ghi null nếu khóa này được phép bỏ trống."),
    "unsafe_name": (
        "không dùng làm tên tệp được: {found}",
        "Chỉ dùng chữ thường không dấu, chữ số và dấu gạch nối, ví dụ “hoi-ctd-loc-an” (tối đa 64 ký tự).",
    ),
    "date_form": ("không phải là ngày hợp lệ: {found}", "Ghi theo dạng năm-tháng-ngày, ví dụ “2021-12-05”."),
    "literal_error": ("giá trị {found} không được phép", "Dùng một trong: {expected}."),
    "union_tag_invalid": ("loại {found} không có", "Dùng một trong: {expected_tags}."),
    "union_tag_not_found": ("thiếu khóa “kind”", "Thêm khóa “kind”."),
}

_TABLE = ("phải là một bảng, thấy {found}", "Ghi [tên bảng] rồi các khóa con, hoặc { khóa = giá trị } trên một dòng.")
_DATE = ("không phải là ngày hợp lệ: {found}", "Ghi theo dạng năm-tháng-ngày, ví dụ 2021-12-05, không có ngoặc kép.")
_STRUCTURE_OF_FORMS = {
    **_STRUCTURE,
    **dict.fromkeys(("model_type", "dict_type", "model_attributes_type"), _TABLE),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DATE),
    "tuple_type": (
        "phải là một danh sách, thấy {found}",
        "Ghi danh sách trong ngoặc vuông […]; nếu là bảng thì tiêu đề có hai dấu ngoặc: [[tên bảng]].",
    ),
    "empty_text": ("để trống", "Ghi nội dung, hoặc bỏ khóa này nếu được phép bỏ trống."),
    "unsafe_name": (
        "không dùng làm tên được: {found}",
        "Chỉ dùng chữ thường không dấu, chữ số và dấu gạch nối, ví dụ “phan-bo-diem” (tối đa 64 ký tự).",
    ),
}
"""The same of a form, which is TOML."""

_SHAPES = {
    "^[a-z][a-z0-9_]": "Chỉ dùng chữ thường không dấu, chữ số và dấu gạch dưới, bắt đầu bằng chữ, tối đa 40 ký tự",
    "^([IVXLC]": "Ghi số thứ tự bằng số La Mã, chữ in hoa hoặc số, các phần sau cách nhau dấu chấm: ví dụ “I”, “I.1”",
    "^[1-9](": "Ghi một số từ 1 đến 9, có thể thêm dấu chấm và một số nữa: ví dụ “1”, “1.2”",
    "^[0-9a-f]{64}": "Xóa bảng này rồi xác nhận lại bằng lệnh “baocao form confirm”",
}
"""How patterns begin, and what they ask for."""


def structure(error: ErrorDetails, known: Sequence[str], form: object = None) -> Problem:
    """Say in Vietnamese what pydantic found at a place; `known` are the keys allowed there, `form` a form as read."""
    path = _without_tags(error["loc"])
    where = place(*path) if form is None else place_in(form, path)
    if error["type"] == "extra_forbidden":
        return unknown_key(where, str(path[-1]), known)
    words: dict[str, Any] = {**error.get("ctx", {}), "found": show(error["input"])}
    if error["type"] == "string_unicode":
        words |= _surrogate(str(error["input"]))
    words["found"] = show(words["tag"]) if "tag" in words else words["found"]
    words["expected_tags"] = words.get("expected_tags", "").replace("'", "")
    words["expected"] = words.get("expected", "").replace(" or ", ", ").replace("'", "")
    kind = "not_filled" if error["input"] is None and error["type"].endswith("_type") else error["type"]
    pattern = str(words.get("pattern"))
    words["shape"] = next((said for start, said in _SHAPES.items() if pattern.startswith(start)), "Ghi lại đúng dạng")
    message, fix = (_STRUCTURE if form is None else _STRUCTURE_OF_FORMS).get(
        kind,
        ("giá trị {found} không hợp lệ", "Xem docs/submission.md hoặc lệnh “baocao form schema”."),
    )
    return Problem(where, _filled(message, words), _filled(fix, words))


def _surrogate(text: str) -> dict[str, object]:
    """Return code and position of the first lone surrogate of a text."""
    position = next(at for at, character in enumerate(text) if "\ud800" <= character <= "\udfff")
    return {"code": f"U+{ord(text[position]):04X}", "position": position + 1}


def _without_tags(loc: tuple[int | str, ...]) -> list[int | str]:
    """Return a place without the kinds of conditions and bands that pydantic puts into it."""
    return [
        step
        for at, step in enumerate(loc)
        if not (at and loc[at - 1] == "banded") and not (at > 1 and loc[at - 2] == "conditions") and step != "[key]"
    ]


def _filled(pattern: str, words: Mapping[str, object]) -> str:
    for name, word in words.items():
        pattern = pattern.replace(f"{{{name}}}", str(word))
    return pattern


# --- submissions against their form ----------------------------------------------------------------------------


def too_many(where: str, found: int, most: int) -> Problem:
    return Problem(
        where, f"có {found} mục, nhiều hơn {most}", "Kiểm tra có đúng tệp không; không mẫu nào nhiều như vậy."
    )


def office_key(path: str, allowed: Iterable[str]) -> Problem:
    return Problem(
        path,
        "khóa này không dùng trong office.json",
        f"office.json chỉ chứa phần dùng chung: {', '.join(allowed)}.",
    )


def unknown_form(found: str, known: Sequence[str]) -> Problem:
    choice = f"Các mẫu hiện có: {', '.join(known)}." if known else "Không tìm thấy mẫu nào; kiểm tra --templates."
    return Problem("form", f"không có mẫu {found}", f"{nearest(found, known)}{choice}")


def unknown_criterion(no: str, known: Sequence[str]) -> Problem:
    return Problem(
        place("scores", no),
        f"mẫu không có tiêu chí {show(no)}",
        f"{nearest(no, known)}Các tiêu chí chấm điểm: {', '.join(known)}.",
    )


def not_a_leaf(no: str, leaves: Sequence[str]) -> Problem:
    return Problem(
        place("scores", no),
        f"mục {no} không chấm trực tiếp, điểm của mục là tổng các tiêu chí bên dưới",
        f"Chấm từng tiêu chí: {', '.join(leaves)}.",
    )


def unknown_key(where: str, key: str, known: Sequence[str]) -> Problem:
    allowed = f"Các khóa được phép: {', '.join(known)}." if known else "Xóa hoặc sửa tên khóa."
    return Problem(where, f"khóa {show(key)} không có trong mẫu dữ liệu", f"{nearest(key, known)}{allowed}")


def missing_key(where: str) -> Problem:
    return Problem(where, *_STRUCTURE["missing"])


def unknown_choice(where: str, found: str, names: Mapping[str, str]) -> Problem:
    """A key of the form was expected; `names` are those there are, with their official names."""
    allowed = ", ".join(f"{key} ({name})" for key, name in names.items())
    return Problem(
        where, f"giá trị {show(found)} không được phép", f"{nearest(found, names)}Dùng một trong: {allowed}."
    )


def not_applicable(no: str, kind: str) -> Problem:
    return Problem(
        place("scores", no), f"tiêu chí {no} không áp dụng cho {kind}", "Xóa tiêu chí này, hoặc sửa organization.kind."
    )


_MARKS = {
    "awarded": "điểm (awarded)",
    "level": "cấp độ (level)",
    "met": "đạt hay không đạt (met: true hoặc false)",
}


def missing_mark(no: str, key: str, criterion: str) -> Problem:
    return Problem(
        place("scores", no, key),
        f"chưa chấm tiêu chí {no} ({shorten(criterion, SHOWN_WIDTH)})",
        f"Ghi {_MARKS[key]}.",
    )


def wrong_mark(where: str, no: str, wanted: str) -> Problem:
    return Problem(
        where, f"tiêu chí {no} không chấm bằng khóa này", f"Xóa khóa này; tiêu chí chấm bằng {_MARKS[wanted]}."
    )


def missing_score(no: str, standard: Decimal, criterion: str) -> Problem:
    return Problem(
        place("scores", no),
        f"thiếu điểm chấm của tiêu chí {no} ({shorten(criterion, SHOWN_WIDTH)})",
        f"Ghi awarded từ 0 đến {in_json(standard)}; bỏ sót không được coi là đạt điểm tối đa.",
    )


def empty_score(no: str, standard: Decimal) -> Problem:
    return Problem(
        place("scores", no),
        "chưa có điểm chấm (awarded) và cũng chưa có điểm trừ (deductions)",
        f"Ghi awarded từ 0 đến {in_json(standard)}, hoặc ghi deductions; một trong hai là đủ.",
    )


def above_standard(path: str, found: Decimal, standard: Decimal) -> Problem:
    return Problem(
        path,
        f"{points(found)} điểm vượt điểm chuẩn {points(standard)}",
        f"Ghi số điểm từ 0 đến {in_json(standard)}.",
    )


def wrong_step(path: str, found: Decimal, step: Decimal) -> Problem:
    return Problem(
        path,
        f"{points(found)} không phải là bội số của {points(step)} điểm",
        f"Làm tròn đến bội số của {in_json(step)}.",
    )


def no_deduction(path: str) -> Problem:
    return Problem(path, "điểm trừ phải lớn hơn 0", "Ghi số điểm bị trừ, hoặc xóa dòng điểm trừ này.")


def disagreement(no: str, awarded: Decimal, deducted: Decimal, standard: Decimal, role: str) -> Problem:
    if role == "penalty":
        return Problem(
            place("scores", no),
            f"điểm phạt {points(awarded)} khác tổng các lần phạt {points(deducted)}",
            f"Sửa awarded thành {in_json(deducted)} hoặc sửa deductions.",
        )
    return Problem(
        place("scores", no),
        f"điểm chấm {points(awarded)} và điểm trừ {points(deducted)} không cộng thành điểm chuẩn {points(standard)}",
        f"Sửa awarded thành {in_json(standard - deducted)} hoặc sửa deductions cho đủ {in_json(standard - awarded)}.",
    )


def needless_deductions(no: str) -> Problem:
    return Problem(
        place("scores", no, "deductions"), f"tiêu chí {no} không ghi điểm trừ", "Xóa deductions; giải thích ở reason."
    )


def banded_deductions(no: str) -> Problem:
    return Problem(
        place("scores", no, "deductions"),
        f"tiêu chí {no} chấm theo mức, không ghi điểm trừ",
        "Xóa deductions; điểm được tính từ số liệu trong facts.",
    )


def unknown_level_item(no: str, known: Sequence[str]) -> Problem:
    return Problem(
        place("facts", "levels", no),
        f"{show(no)} không phải là mục có cấp độ thực hiện",
        f"Dùng một trong: {', '.join(known)}.",
    )


def more_than(path: str, part: tuple[str, int], whole: tuple[str, int]) -> Problem:
    return Problem(
        path,
        f"{part[0]} ({part[1]}) nhiều hơn {whole[0]} ({whole[1]})",
        "Kiểm tra lại hai số này; một trong hai bị ghi nhầm.",
    )


def unexplained_not_rated(path: str, number: int) -> Problem:
    return Problem(
        f"{path}.not_rated_reason",
        f"có {count(number)} trường hợp chưa xếp loại nhưng thiếu lý do",
        "Ghi lý do (mới kết nạp, miễn sinh hoạt, bị đình chỉ…).",
    )


def nobody_rated(path: str) -> Problem:
    return Problem(
        path,
        "không có ai được xếp loại, không thể tính tỷ lệ",
        "Ghi số liệu xếp loại, hoặc ghi lý do không áp dụng vào not_rated_reason.",
    )


def kind_without_subordinates(kind: str) -> Problem:
    return Problem(
        "facts.subordinates",
        f"{kind} không có tổ chức đảng trực thuộc nhưng có số liệu xếp loại",
        "Ghi null, hoặc sửa organization.kind.",
    )


def named_twice(path: str, name: str) -> Problem:
    return Problem(path, f"{show(name)} được ghi hai lần", "Giữ lại một dòng.")


def signed_too_early(found: int, year: int) -> Problem:
    return Problem("signature.date", f"ngày ký thuộc năm {found}, trước năm đánh giá {year}", "Sửa ngày ký hoặc năm.")


# --- review ----------------------------------------------------------------------------------------------------


def missing_reason(path: str, no: str, deducted: Decimal, rating: str) -> Problem:
    return Problem(
        path,
        f"tiêu chí {no} bị trừ {points(deducted)} điểm nhưng chưa nêu lý do ({rating})",
        "Ghi reason; mẫu yêu cầu nêu rõ lý do điểm trừ ở mức xếp loại này.",
    )


def missing_remark(no: str, rating: str) -> Problem:
    return Problem(
        place("scores", no, "reason"),
        f"tiêu chí {no} chưa đạt mức cao nhất nhưng chưa nêu lý do ({rating})",
        "Ghi reason; mẫu yêu cầu nêu rõ lý do ở mức xếp loại này.",
    )


def unexplained_bonus(no: str, awarded: Decimal) -> Problem:
    return Problem(
        place("scores", no, "reason"),
        f"tiêu chí {no} được cộng {points(awarded)} điểm nhưng chưa nêu căn cứ",
        "Ghi reason: thành tích, văn bản làm căn cứ cộng điểm.",
    )


def band_disagrees(no: str, typed: Decimal, computed: Decimal, band: str) -> Problem:
    return Problem(
        place("scores", no, "awarded"),
        f"điểm ghi {points(typed)} khác điểm theo mức {points(computed)} (“{band.rstrip(' .;')}”)",
        f"Xóa điểm đã ghi hoặc sửa thành {in_json(computed)}; kiểm tra lại số liệu trong facts.",
    )


def no_band(no: str, case: str, standard: Decimal) -> Problem:
    return Problem(
        place("scores", no),
        f"mẫu không có mức điểm cho trường hợp này ({case})",
        f"Ghi điểm của người chấm từ 0 đến {points(standard)} (awarded) kèm lý do (reason).",
    )


def own_points_unexplained(no: str) -> Problem:
    return Problem(
        place("scores", no, "reason"),
        f"tiêu chí {no} do người chấm tự cho điểm nhưng thiếu lý do",
        "Ghi reason cho số điểm này.",
    )


def proposal_too_high(proposed: str, allowed: str) -> Problem:
    return Problem(
        "proposal.rating",
        f"đề nghị “{proposed}” cao hơn mức mà các điều kiện cho phép (tối đa “{allowed}”)",
        "Hạ mức đề nghị, hoặc sửa số liệu nếu số liệu sai.",
    )


def undetermined(possible: Sequence[str]) -> Problem:
    if possible:
        return Problem(
            "proposal",
            f"chưa xếp loại được vì còn số liệu chưa biết; có thể là {_quoted(possible)}",
            "Bổ sung các số liệu còn null.",
            Blocks.ISSUE,
        )
    return Problem(
        "proposal",
        "chưa đủ căn cứ xếp loại: không mức nào đủ điều kiện",
        "Ghi proposal: mức đề nghị, người đề nghị, lý do của cơ quan chủ trì.",
        Blocks.ISSUE,
    )


def unknown_fact(where: str) -> Problem:
    return Problem(where, "chưa biết (null) mà điều kiện xếp loại cần đến", "Bổ sung trước khi ban hành.", Blocks.ISSUE)


def unanswered_flag(said: str) -> Problem:
    return Problem(
        "proposal", said.rstrip("."), "Ghi proposal với mức đề nghị, người đề nghị và lý do để xác nhận.", Blocks.ISSUE
    )


def unconfirmed_form(key: str) -> Problem:
    return Problem(
        "form",
        f"mẫu {key} chưa được xác nhận (điểm chuẩn, điều kiện và các cách hiểu)",
        "Bản in chỉ là dự thảo cho đến khi mẫu được cấp có thẩm quyền xác nhận.",
        Blocks.ISSUE,
    )


def elsewhere(jurisdiction: str, found: str) -> Problem:
    return Problem(
        "signature.place",
        f"mẫu của {jurisdiction}; {show(found)} không thuộc địa bàn đã khai trong mẫu",
        "Kiểm tra có đúng mẫu của địa phương mình không.",
        Blocks.NOTHING,
    )


def comment_total(found: str, total: Decimal) -> Problem:
    return Problem(
        "comment", f"nhận xét ghi “{found}” nhưng tổng điểm chấm là {points(total)}", "Sửa nhận xét cho khớp."
    )


def comment_count(found: str, known: Sequence[str]) -> Problem:
    fix = f"Theo số liệu: {', '.join(known)}." if known else "Không số liệu nào có mẫu số này; sửa nhận xét cho khớp."
    return Problem("comment", f"nhận xét ghi “{found}”, khác số liệu trong facts", fix)


def comment_rating(found: str, proposed: str) -> Problem:
    return Problem(
        "comment",
        f"nhận xét ghi xếp loại “{found}” nhưng mức đề nghị là “{proposed}”",
        "Sửa nhận xét cho khớp.",
    )
