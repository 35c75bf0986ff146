"""Every message about a faulty form: its data, its phrases, its Word templates. In Vietnamese, for its author."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from baocao.errors import Blocks, Problem
from baocao.messages import SHOWN_WIDTH, nearest, show
from baocao.text import points, shorten


def duplicate_no(kind: str, no: str) -> Problem:
    return Problem(kind, f"{show(no)} được khai hai lần", "Giữ lại một, đặt số khác cho dòng còn lại.")


def reserved_key(where: str, key: str) -> Problem:
    return Problem(where, f"khóa {show(key)} là tên mà tệp Word không gọi được", "Đặt khóa khác, ví dụ thêm “_” và số.")


def unknown_reference(where: str, kind: str, found: str, known: Sequence[str]) -> Problem:
    return Problem(
        where,
        f"không có {kind} {show(found)}",
        f"{nearest(found, known)}Các giá trị có: {', '.join(dict.fromkeys(known)) or 'chưa khai giá trị nào'}.",
    )


def wrong_order(where: str, found: Sequence[str], expected: Sequence[str]) -> Problem:
    return Problem(
        where,
        f"thứ tự hoặc thành phần chưa đúng: {', '.join(found)}",
        f"Khai đủ và đúng thứ tự: {', '.join(expected)}.",
    )


def wrong_sum(no: str, standard: Decimal, total: Decimal) -> Problem:
    where = f"criteria {no}" if no else "total"
    return Problem(
        where,
        f"điểm chuẩn {points(standard)} khác tổng các dòng bên dưới {points(total)}",
        "Sửa điểm chuẩn để cộng đúng.",
    )


def wrong_points(no: str, found: Decimal, step: Decimal) -> Problem:
    return Problem(
        f"criteria {no}",
        f"{points(found)} điểm không chấm được với bước {points(step)}",
        "Ghi điểm chuẩn lớn hơn 0; điểm chuẩn và điểm của mức là bội số của bước điểm.",
    )


def unspoken_figure(where: str, found: Decimal, said: Sequence[Decimal]) -> Problem:
    return Problem(
        where,
        f"tính theo {points(found)} nhưng câu in trên mẫu ghi {', '.join(map(points, said)) or 'không có số nào'}",
        "Sửa câu hoặc sửa số cho khớp.",
    )


def unasked_figure(where: str, said: str) -> Problem:
    return Problem(
        where,
        f"câu in trên mẫu nêu “{said}” nhưng không có điều kiện nào",
        "Ghi conditions cho câu này theo số đã nêu.",
    )


def orphan(no: str, parent: str) -> Problem:
    return Problem(f"criteria {no}", f"thiếu dòng {parent} ở trên", f"Thêm dòng {parent} trước, hoặc đặt lại số {no}.")


def banded_parent(no: str) -> Problem:
    return Problem(
        f"criteria {no}",
        "mục có dòng bên dưới thì không chấm theo mức",
        "Bỏ banded hoặc bỏ các dòng bên dưới.",
    )


def best_band(no: str, best: Decimal, standard: Decimal) -> Problem:
    return Problem(
        f"criteria {no}.banded",
        f"mức cao nhất {points(best)} điểm khác điểm chuẩn {points(standard)}",
        "Sửa điểm của mức hoặc điểm chuẩn.",
    )


def band_order(no: str) -> Problem:
    return Problem(
        f"criteria {no}.banded",
        "các mức phải giảm dần và mức cuối bắt đầu từ 0%",
        "Xếp lại các mức từ cao đến thấp, mức cuối at_least = 0.",
    )


def uncovered_case(no: str, case: str) -> Problem:
    return Problem(
        f"criteria {no}.banded",
        f"không mức nào áp dụng cho trường hợp: {case}",
        "Thêm mức, hoặc khai trường hợp này trong gaps.",
    )


def unreachable_band(no: str, band: str) -> Problem:
    return Problem(
        f"criteria {no}.banded",
        f"mức “{shorten(band, SHOWN_WIDTH)}” không bao giờ được chọn",
        "Sửa điều kiện when hoặc thứ tự các mức.",
    )


def band_above_whole(no: str, band: str) -> Problem:
    return Problem(
        f"criteria {no}.banded",
        f"mức “{shorten(band, SHOWN_WIDTH)}” không bao giờ được chọn: tỷ lệ không quá 100%",
        "Sửa at_least của mức.",
    )


def gap_overlaps(no: str, case: str) -> Problem:
    return Problem(
        f"criteria {no}.banded",
        f"trường hợp khai là không có mức lại có mức áp dụng: {case}",
        "Bỏ khai báo trong gaps hoặc sửa điều kiện của mức.",
    )


def exactly_one(where: str, keys: Sequence[str]) -> Problem:
    return Problem(where, f"phải có đúng một trong các khóa {', '.join(keys)}", "Giữ lại một khóa.")


def missing_key(where: str, fix: str) -> Problem:
    return Problem(where, "thiếu khóa này", fix)


def only_in_section(no: str, key: str) -> Problem:
    return Problem(f"criteria {no}", f"khóa {key} chỉ ghi ở mục lớn", f"Chuyển {key} lên dòng của mục lớn.")


def cap_out_of_reach(no: str, cap: Decimal, total: Decimal) -> Problem:
    return Problem(
        f"criteria {no}",
        f"mức trần {points(cap)} điểm cao hơn tổng các dòng bên dưới {points(total)}",
        "Sửa mức trần hoặc điểm tối đa của các dòng.",
    )


def partial_total(kind: str, total: Decimal, found: Decimal) -> Problem:
    return Problem(
        f"kinds {kind}",
        f"các mục áp dụng cho loại này cộng được {points(found)} điểm, khác tổng {points(total)}",
        "Sửa điểm, hoặc ghi partial_total = “scaled” (quy về tổng) hay “lower” (giữ nguyên).",
    )


def kind_total(kind: str, total: Decimal, found: Decimal) -> Problem:
    return Problem(
        f"kinds {kind}",
        f"các mục áp dụng cho loại này cộng được {points(found)} điểm; phải từ 1 đến {points(total)}",
        "Sửa điểm hoặc applies_to của các mục.",
    )


def points_beside_level(no: str) -> Problem:
    return Problem(
        f"criteria {no}", "chấm theo cấp độ mà lại có điểm chuẩn", "Bỏ standard, hoặc đổi assessed_by thành “points”."
    )


def counting_column(found: Sequence[str]) -> Problem:
    return Problem(
        "assessors",
        f"phải có đúng một cột được tính trong các cột {', '.join(found)}",
        "Ghi counts = true ở một cột, bỏ ở các cột khác.",
    )


def level_of_nothing(no: str) -> Problem:
    return Problem(
        f"level_items {no}",
        "mục này không có điểm và cũng không được chấm theo cấp độ",
        "Ghi assessed_by = “level” ở dòng đó, hoặc bỏ khỏi level_items.",
    )


def points_without_points(where: str) -> Problem:
    return Problem(where, "điều kiện về điểm trong mẫu không chấm điểm", "Bỏ điều kiện này, hoặc ghi total cho mẫu.")


def idle_condition(no: str, kind: str, *, holds: bool, kind_name: str) -> Problem:
    return Problem(
        f"clauses {no}",
        f"điều kiện {kind} {'bao giờ cũng đúng' if holds else 'không bao giờ đúng'} đối với {kind_name}",
        "Sửa ngưỡng, hoặc bỏ điều kiện; nếu chỉ nói về một số loại tổ chức thì ghi applies_to.",
    )


def rating_without_cases(rating: str) -> Problem:
    return Problem(
        f"ratings {rating}",
        "không bao giờ được xếp: given_when = “any” mà không có điều kiện nào",
        "Thêm điều kiện, hoặc đổi given_when.",
    )


def unreachable_rating(rating: str, earlier: str) -> Problem:
    return Problem(
        f"ratings {rating}",
        f"không bao giờ được xếp: trường hợp nào đúng thì mức {earlier} xét trước cũng đúng",
        "Sửa điều kiện của hai mức hoặc thứ tự xét (decision.order).",
    )


def unclean(where: str, cleaned: str) -> Problem:
    return Problem(
        where,
        "văn bản chưa ở dạng NFC hoặc có khoảng trắng thừa",
        f"Ghi lại: {shorten(cleaned, SHOWN_WIDTH)}",
    )


def wrong_folder(found: str, expected: str) -> Problem:
    return Problem("id", f"mẫu ghi {found} nhưng nằm trong thư mục {expected}", "Sửa id, year hoặc đổi tên thư mục.")


def bad_year(year: int) -> Problem:
    return Problem("year", f"năm {year} không hợp lệ", "Ghi năm từ 1976 đến 2999.")


def form_exists(path: str) -> Problem:
    return Problem("", "đã có mẫu này", "Chọn tên hoặc năm khác, hoặc sửa mẫu đang có.", source=path)


_TOML = {
    "Invalid value": "thiếu giá trị, hoặc chữ chưa đặt trong ngoặc kép thẳng (true, false viết thường)",
    "Cannot overwrite": "khóa hoặc bảng này đã được ghi ở trên",
    "Cannot declare": "bảng này đã được khai ở trên",
    "Cannot mutate": "khóa này đã có giá trị ở trên, không ghi thêm khóa con",
    "Cannot redefine": "bảng này đã được khai ở trên",
    "Duplicate inline": "khóa được ghi hai lần trong cùng dấu { }",
    "Expected '='": "thiếu dấu = sau tên khóa",
    "Expected ']]'": "dòng tiêu đề [[…]] chưa đóng đủ hai dấu ]",
    "Expected ']'": "dòng tiêu đề […] chưa đóng",
    "Expected newline": 'sau giá trị còn chữ thừa; mỗi dòng một khóa, dấu " trong câu phải viết thành “ ”',
    "Invalid statement": "dòng phải là tên khóa = giá trị, [bảng] hoặc # ghi chú",
    "Invalid initial": "thiếu tên khóa, hoặc tên khóa có dấu chưa đặt trong ngoặc kép",
    "Unclosed array": "danh sách chưa đóng dấu ], hoặc thiếu dấu phẩy giữa hai phần",
    "Unclosed inline": "chưa đóng dấu }, hoặc thiếu dấu phẩy giữa hai khóa",
    "Unescaped": "trong ngoặc kép có dấu \\; viết thành \\\\",
    "Unterminated string": "chưa đóng ngoặc kép",
    'Expected "': "chưa đóng ngoặc kép",
    "Expected '": "chưa đóng ngoặc kép",
    "Illegal character '\\n'": "ngoặc kép chưa đóng ở cuối dòng",
    "Illegal": "có ký tự điều khiển không nhìn thấy, hãy gõ lại dòng này",
    "Found invalid": "có ký tự điều khiển không nhìn thấy, hãy gõ lại dòng này",
    "Invalid date": "ngày không có thật; ghi dạng 2021-12-05",
    "Invalid hex": "dấu \\ trong ngoặc kép viết thành \\\\",
    "Escaped": "mã ký tự sau dấu \\ không có thật",
}


def bad_toml(reason: str, text: str) -> Problem:
    """Say where a TOML file stops being one and why; `reason` is what `tomllib` says."""
    said = next((words for english, words in _TOML.items() if reason.startswith(english)), "không đọc được")
    at = re.search(r"at line (\d+), column (\d+)\)$", reason)
    where = f"dòng {at[1]}, cột {at[2]}" if at else "cuối tệp"
    lines = text.splitlines() if at else []
    line = lines[int(at[1]) - 1].strip() if at and int(at[1]) <= len(lines) else ""
    near = f" ở {show(line)}" if line else ""
    if comma := re.search(r"=\s*(\d+),(\d+)", line):
        return Problem(where, f"sai cú pháp TOML{near}", f"Số thập phân viết bằng dấu chấm: {comma[1]}.{comma[2]}.")
    return Problem(where, f"sai cú pháp TOML{near}: {said}", "Sửa dòng này, hoặc dòng có nội dung ở ngay trên.")


def too_deep() -> Problem:
    return Problem("", "có quá nhiều dấu [ hoặc { lồng nhau", "Bỏ các dấu ngoặc thừa.")


def huge_number() -> Problem:
    return Problem("", "có số nguyên dài hàng nghìn chữ số", "Tìm và sửa lại số này.")


def unknown_phrase(key: str, known: Sequence[str]) -> Problem:
    where = shorten(key, SHOWN_WIDTH)
    return Problem(where, "mẫu không dùng đến câu này", f"{nearest(where, known)}Xóa câu này hoặc sửa tên câu.")


def missing_phrase(key: str) -> Problem:
    return Problem(key, "thiếu câu này", "Thêm câu vào phrases.toml.")


def bad_phrase(key: str, found: str) -> Problem:
    return Problem(key, f"câu sai cú pháp: {found}", "Sửa các dấu {{ }} và {% %}.")


_CONSTRUCTS = {
    "Call": "lời gọi hàm",
    "Filter": "bộ lọc",
    "Test": "phép thử “is”",
    "Getattr": "phần của thứ không có phần",
    "Getitem": "chỉ số […]",
    "Assign": "lệnh gán",
    "AssignBlock": "lệnh gán",
    "set": "lệnh gán",
    "Macro": "macro",
    "Include": "lệnh nhúng tệp",
    "include": "lệnh nhúng tệp",
    "Import": "lệnh nhúng tệp",
    "FromImport": "lệnh nhúng tệp",
    "For": "vòng lặp quá sâu",
    "Const": "giá trị ghi sẵn",
    "CondExpr": "phép chọn trong thẻ in",
    "Or": "phép chọn trong thẻ in",
    "And": "phép chọn trong thẻ in",
    "Compare": "phép so sánh này",
} | dict.fromkeys(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Neg", "Pos", "Concat"), "phép tính")


def construct_name(construct: str) -> str:
    """Name what Jinja calls `Call` or `Mul` in words."""
    return _CONSTRUCTS.get(construct, "cấu trúc lạ")


def phrase_construct(key: str, construct: str) -> Problem:
    return Problem(
        key,
        f"câu dùng {construct_name(construct)}, không được phép",
        "Câu chỉ được in dữ kiện {{ … }}, chọn {% if %} và lặp {% for %}.",
    )


def phrase_fact(key: str, fact: str, known: Sequence[str]) -> Problem:
    return Problem(
        key,
        f"không có dữ kiện “{fact}”",
        f"{nearest(fact, known)}Các dữ kiện có: {', '.join(sorted(known))}.",
    )


def phrase_digit(key: str, found: str) -> Problem:
    return Problem(key, f"câu tự ghi con số “{found}”", "Mọi con số phải lấy từ dữ kiện {{ … }}.")


def bad_template(reason: str) -> Problem:
    return Problem("", f"không in thử được mẫu Word: {reason}", "Sửa thẻ {{ }} hoặc {% %} trong tệp Word.")


def no_annex() -> Problem:
    return Problem(
        "annex.docx",
        "mẫu chưa có tệp Word của phụ lục báo cáo cuối năm",
        "Chép annex.docx của một mẫu khác rồi sửa bằng Word; chưa có thì “baocao annex” không dùng được với mẫu này.",
        Blocks.NOTHING,
    )


def slow_template(reason: str) -> Problem:
    return Problem(
        "",
        f"mẫu Word in chậm, vì phải dựng lại cho từng văn bản: {reason}",
        "Có thể để nguyên; muốn nhanh thì bỏ chỗ này trong tệp Word.",
        Blocks.NOTHING,
    )


def impossible_character(found: str) -> Problem:
    return Problem("", f"có ký tự U+{ord(found):04X} mà tệp Word không chứa được", "Xóa hoặc gõ lại chữ ở chỗ đó.")


def failing_fill(name: str) -> str:
    return f"“{name}” không phải lúc nào cũng có, phải đặt trong {{% if … %}}"


MISMATCHED = "thẻ mở và thẻ đóng không khớp nhau"
UNPRINTABLE = "có thẻ in hoặc lặp thứ không in, không lặp được"
DAMAGED_BY_TAGS = "thẻ đặt sai chỗ làm hỏng văn bản in ra"


def not_a_document(reason: str) -> Problem:
    return Problem("", f"không phải là tệp Word dùng được: {reason}", "Mở và lưu lại bằng Word ở dạng .docx.")


def too_large_for_word() -> Problem:
    return Problem("", "văn bản in ra từ 4 GiB trở lên, tệp Word không chứa được", "Chia thành nhiều văn bản.")


def looped_twice(name: str) -> Problem:
    return bad_template(f"danh sách “{name}” được lặp hai lần, mà danh sách dài chỉ đọc được một lần")


def not_streamed(reason: str) -> Problem:
    return Problem(
        "",
        f"không in dần được: có giá trị chỉ in được khi dựng cả văn bản ({reason})",
        "Bỏ ký tự điều khiển, định dạng riêng khỏi số liệu của văn bản dài.",
    )


_NAME_CHART = (
    "Trong Word, bấm chuột phải vào biểu đồ, chọn Sửa văn bản thay thế, gõ tên số liệu rồi dấu hai chấm và lời tả, "
    "ví dụ: “ratings: Số tổ chức theo mức xếp loại”."
)


def chart_without_name(text: str) -> Problem:
    return Problem("", f"biểu đồ “{text}” chưa nói in số liệu nào", _NAME_CHART)


def chart_named_twice(name: str) -> Problem:
    return Problem("", f"hai biểu đồ cùng tên số liệu “{name}”", _NAME_CHART)


def chart_without_categories(name: str) -> Problem:
    return Problem(
        "", f"loại biểu đồ của “{name}” không thay được số liệu", "Dùng biểu đồ thanh, cột, đường, miền hoặc tròn."
    )


def chart_elsewhere(part: str) -> Problem:
    return Problem(
        "",
        f"biểu đồ ở ngoài phần thân văn bản, hoặc thuộc loại không thay được số liệu ({part})",
        "Đặt trong thân văn bản một biểu đồ thanh, cột, đường, miền hoặc tròn.",
    )


def cannot_be_bound(reason: str) -> Problem:
    return Problem("", f"không đóng chung vào tập được: văn bản {reason}", "Bỏ phần này khỏi văn bản rồi làm lại.")


def too_many_lists(most: int) -> Problem:
    return Problem("", f"tập có trên {most} danh sách đánh số, Word không đánh số hết", "Chia thành nhiều tập.")


def left_out(sentence: str) -> Problem:
    return Problem("", f"mẫu Word bỏ sót câu của mẫu: “{shorten(sentence, SHOWN_WIDTH)}”", "Thêm lại thẻ in câu này.")


def name_digit(key: str, found: str) -> Problem:
    return Problem(key, f"tên ngắn có con số “{found}”", "Tên ngắn đứng giữa câu nhận xét, chỉ gồm chữ.")


def not_printed(name: str) -> Problem:
    return Problem(
        "", f"mẫu Word không in “{name}” ở mọi chỗ cần có", f"Thêm lại thẻ {{{{ {name} }}}} vào đúng ô, đúng chỗ."
    )


# --- tags of a Word template ---------------------------------------------------------------------------------------


def torn_tag(place: str) -> Problem:
    return Problem(
        place, "dấu mở hoặc đóng thẻ đứng một mình, thẻ bị cắt", "Viết cả thẻ {{ … }} hoặc {% … %} trong một đoạn."
    )


def cut_tag(place: str) -> Problem:
    return Problem(
        place,
        "thẻ nằm vắt qua liên kết, ô nội dung hoặc phần đang theo dõi sửa đổi của Word",
        "Chấp nhận mọi sửa đổi (Review → Accept All), bỏ liên kết, rồi gõ lại cả thẻ liền một mạch.",
    )


def odd_character(place: str, name: str) -> Problem:
    return Problem(place, f"trong thẻ có {name}", "Gõ lại thẻ liền một mạch, chỉ dùng dấu cách thường.")


def scope_outside(place: str, scope: str) -> Problem:
    return Problem(place, f"thẻ {{%{scope} đặt ngoài bảng", f"Bỏ chữ {scope}, hoặc chuyển thẻ vào một ô của bảng.")


def scoped_print(place: str, scope: str) -> Problem:
    return Problem(place, f"thẻ in {{{{{scope} … }}}} không dùng được", "Viết {{ … }}, không có chữ nào sau dấu mở.")


_HOLDERS = {"p": "đoạn", "tr": "hàng", "tc": "ô", "r": "phần chữ cùng định dạng"}


def lost_beside(place: str, scope: str) -> Problem:
    return Problem(
        place,
        f"thẻ {{%{scope} … %}} xóa cả {_HOLDERS[scope]} chứa nó, chữ khác ở đó bị mất",
        f"Đặt thẻ này một mình trong một {_HOLDERS[scope]} riêng.",
    )


def apart(place: str, word: str) -> Problem:
    return Problem(
        place,
        f"thẻ {word} không cùng chỗ với thẻ mở của nó (khác ô, khác bảng hoặc một thẻ có p, tr, tc còn thẻ kia không)",
        "Viết hai thẻ cùng kiểu, ở cùng một đoạn, cùng một bảng hoặc cùng ngoài bảng.",
    )


def unread_part(place: str) -> Problem:
    return Problem(place, "thẻ ở phần này không được in", "Chuyển nội dung vào thân văn bản hoặc đầu, chân trang.")


def tag_syntax(place: str) -> Problem:
    return Problem(place, "thẻ sai cú pháp", "Kiểm tra tên, dấu ngoặc và dấu nháy thẳng trong thẻ.")


def template_construct(place: str, construct: str) -> Problem:
    return Problem(
        place,
        f"thẻ dùng {construct_name(construct)}, không được phép",
        "Mẫu Word chỉ được in {{ … }}, chọn {% if %} và lặp {% for %}.",
    )


def unknown_name(place: str, name: str, known: Sequence[str]) -> Problem:
    return Problem(
        place,
        f"không có tên “{name}”",
        f"{nearest(name, known)}Các tên có: {', '.join(sorted(known)) or 'không có tên nào bên trong'}.",
    )


def not_text(place: str, words: str) -> Problem:
    return Problem(place, f"“{words}” không phải là văn bản in được", "In từng phần của nó, hoặc lặp bằng {% for %}.")


def not_a_list(place: str, words: str) -> Problem:
    return Problem(place, f"“{words}” lặp trên thứ không phải là danh sách", "Lặp trên một danh sách của dữ liệu in.")


def unclosed(place: str, word: str) -> Problem:
    return Problem(place, f"thẻ {word} không được đóng", f"Thêm thẻ end{word} ở chỗ kết thúc.")


def unopened(place: str, word: str) -> Problem:
    return Problem(place, f"thẻ {word} không có thẻ mở tương ứng", "Thêm thẻ mở, hoặc xóa thẻ này; kiểm tra thứ tự.")
