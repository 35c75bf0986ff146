"""Every message about the register: what was entered, what may follow it, the database itself. In Vietnamese."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from baocao.errors import Problem
from baocao.messages import nearest, show
from baocao.text import count, long_date

# --- entries: the fields of one ----------------------------------------------------------------------------------


def bad_number(found: str) -> Problem:
    return Problem(
        "",
        f"{show(found)} không phải là số trong sổ theo dõi",
        "Ghi số gồm năm và số thứ tự, ví dụ 2021-0012.",
    )


def missing_text(where: str) -> Problem:
    names = {"by": "người thực hiện", "reason": "lý do", "organization": "tổ chức", "form": "mẫu"}
    return Problem(where, f"chưa ghi {names[where]}", f"Ghi rõ {names[where]} rồi thực hiện lại.")


def unwritable_text(where: str, found: str) -> Problem:
    return Problem(
        where,
        f"có ký tự không ghi được vào sổ theo dõi: {show(found)}",
        "Gõ lại bằng bảng mã Unicode, bỏ các ký tự điều khiển.",
    )


def before_what_it_follows(where: str, found: date, earliest: date, number: str) -> Problem:
    return Problem(
        where,
        f"ngày có hiệu lực {_day(found)} trước ngày {_day(earliest)} của việc phải có trước (số {number})",
        f"Ghi ngày có hiệu lực từ {_day(earliest)} trở đi.",
    )


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


# --- entries: what may follow what -------------------------------------------------------------------------------


def not_in_the_register(number: str) -> Problem:
    return Problem(number, "sổ theo dõi không có số này", "Kiểm tra lại số, và kiểm tra có mở đúng sổ theo dõi không.")


def already_standing(number: str) -> Problem:
    return Problem(
        number,
        "tổ chức này đã có bảng chấm điểm còn hiệu lực theo mẫu và năm này",
        f"Nếu số {number} sai sót thì đính chính; nếu phải xếp loại lại thì hủy bỏ kết quả của số {number} trước.",
    )


def revoked_before(number: str) -> Problem:
    return Problem(
        number,
        "kết quả của tổ chức này theo mẫu và năm này đã bị hủy bỏ",
        f"Không ban hành mới; xếp loại lại số {number} để bảng mới ghi rõ thay cho bảng nào.",
    )


def already_revoked(number: str, since: date) -> Problem:
    return Problem(
        number,
        f"kết quả đã bị hủy bỏ từ ngày {_day(since)}",
        f"Không làm gì thêm với số {number}; nếu cần thì xếp loại lại.",
    )


def already_replaced(number: str, by: str) -> Problem:
    return Problem(number, f"đã bị hủy bỏ và thay bằng số {by}", f"Thực hiện với số {by}.")


def not_revoked(number: str) -> Problem:
    return Problem(
        number,
        "kết quả chưa bị hủy bỏ nên không xếp loại lại được",
        f"Hủy bỏ kết quả của số {number} trước, rồi xếp loại lại.",
    )


# --- annexes -----------------------------------------------------------------------------------------------------


def bad_annex_number(found: str) -> Problem:
    return Problem(
        "",
        f"{show(found)} không phải là số phụ lục trong sổ theo dõi",
        "Ghi số gồm năm, chữ PL và số thứ tự, ví dụ 2021-PL01.",
    )


def annex_not_in_the_register(number: str) -> Problem:
    return Problem(
        number,
        "sổ theo dõi không có phụ lục này",
        "Xem các phụ lục bằng lệnh “baocao register annexes”, và kiểm tra có mở đúng sổ theo dõi không.",
    )


def unknown_workbook() -> Problem:
    return Problem(
        "",
        "không giống hệt tệp Excel của phụ lục nào trong sổ: đã bị sửa, được lưu lại, hoặc không phải của sổ này",
        "Tệp Excel chỉ đối chiếu được nguyên vẹn; muốn biết sửa ở đâu thì đối chiếu tệp Word của phụ lục.",
    )


def annex_of_other_scope(number: str) -> Problem:
    return Problem(
        number,
        "phụ lục này là của mẫu hoặc cấp trên khác nên không thay thế được",
        "Nêu phụ lục cùng mẫu, cùng năm và cùng cấp trên; nếu không thay phụ lục nào thì bỏ số này.",
    )


def annex_already_replaced(number: str, by: str) -> Problem:
    return Problem(number, f"phụ lục này đã được thay bằng phụ lục {by}", f"Thay thế phụ lục {by}.")


def annex_overtaken(form: str, added: int) -> Problem:
    return Problem(
        "",
        f"trong khi lập phụ lục, sổ theo dõi có thêm {count(added)} mục về mẫu {form}",
        "Chưa có gì được ghi; thực hiện lại lệnh để phụ lục gồm cả các mục đó.",
    )


def annex_name(printed: str, dated: date) -> str:
    """Name an annex as papers do: `Phụ lục số 01 ngày 31/12/2021`."""
    return f"Phụ lục{f' số {printed}' if printed else ''} ngày {_day(dated)}"


def replaces_annex_line(printed: str, dated: date) -> str:
    """Return the line by which an annex says which one it replaces."""
    return f"(thay thế Phụ lục{f' số {printed}' if printed else ''} {long_date(dated)})"


# --- files that belong to entries --------------------------------------------------------------------------------


def occupied(path: str) -> Problem:
    return Problem(
        "",
        "chỗ này đã có tệp khác, hoặc tệp đã được sửa sau khi ghi",
        "Đổi tên hoặc chuyển tệp đó đi nơi khác rồi thực hiện lại; văn bản vẫn giữ nguyên trong sổ theo dõi.",
        source=path,
    )


def not_delivered(number: str, path: str, reason: str) -> Problem:
    return Problem(
        number,
        f"đã vào sổ theo dõi nhưng chưa ghi được tệp {path} ({reason})",
        "Sửa quyền ghi hoặc dung lượng đĩa; lần chạy sau chương trình tự ghi nốt tệp này từ sổ theo dõi.",
    )


def damaged_document(number: str, path: str) -> Problem:
    return Problem(
        number,
        f"văn bản lưu trong sổ theo dõi không còn nguyên vẹn nên không ghi ra tệp {path}",
        "Báo người quản trị; khôi phục sổ theo dõi từ bản sao lưu.",
    )


# --- the register as a whole -------------------------------------------------------------------------------------


def no_register(path: str) -> Problem:
    return Problem(
        "",
        "chưa có sổ theo dõi ở đây",
        "Kiểm tra lại đường dẫn; sổ theo dõi được tạo khi ban hành bảng đầu tiên.",
        source=path,
    )


def not_a_register(path: str) -> Problem:
    return Problem(
        "",
        "đây không phải là sổ theo dõi của baocao, hoặc đã hỏng",
        "Kiểm tra lại đường dẫn; nếu đúng là sổ theo dõi thì khôi phục từ bản sao lưu.",
        source=path,
    )


def of_newer_version(path: str) -> Problem:
    return Problem("", "sổ theo dõi do phiên bản baocao mới hơn tạo ra", "Cập nhật baocao rồi mở lại.", source=path)


def bad_address(found: str) -> Problem:
    return Problem(
        "--register",
        f"không hiểu địa chỉ sổ theo dõi {show(found)}",
        "Ghi đường dẫn của tệp, hoặc địa chỉ dạng postgresql://người-dùng@máy-chủ/tên-cơ-sở-dữ-liệu.",
    )


def no_driver() -> Problem:
    return Problem(
        "--register",
        "máy này chưa có phần nối tới PostgreSQL",
        "Cài bằng lệnh: pip install 'baocao[postgresql]'.",
    )


def locked(path: str, seconds: float) -> Problem:
    return Problem(
        "",
        f"sổ theo dõi đang có người khác ghi, đã chờ {seconds:.0f} giây",
        "Chờ người kia xong rồi thực hiện lại; chưa có gì được ghi.",
        source=path,
    )


def cannot_be_opened(path: str, reason: str) -> Problem:
    return Problem(
        "",
        f"không mở hoặc không ghi được sổ theo dõi ({reason})",
        "Kiểm tra đường dẫn và quyền ghi của thư mục.",
        source=path,
    )


def disk_full(path: str) -> Problem:
    return Problem(
        "",
        "đĩa chứa sổ theo dõi đã đầy, chưa có gì được ghi",
        "Giải phóng dung lượng đĩa rồi thực hiện lại.",
        source=path,
    )


def unreachable(path: str) -> Problem:
    return Problem(
        "",
        "không nối được hoặc mất kết nối tới máy chủ của sổ theo dõi",
        "Kiểm tra mạng và máy chủ; trước khi thực hiện lại, xem danh sách để biết việc vừa làm đã vào sổ chưa.",
        source=path,
    )


def not_permitted(path: str) -> Problem:
    return Problem(
        "",
        "tài khoản không đủ quyền đối với sổ theo dõi",
        "Đề nghị người quản trị PostgreSQL cấp quyền (lần đầu cần quyền tạo bảng).",
        source=path,
    )


# --- check, backup -----------------------------------------------------------------------------------------------


def entry_missing(position: int, what: str = "mục") -> Problem:
    return Problem(f"{what} {position}", f"{what} này đã mất khỏi sổ theo dõi", _RESTORE)


def entry_changed(position: int, number: str, what: str = "mục") -> Problem:
    return Problem(
        f"{what} {position}",
        f"nội dung {what} này (số {number}) không còn như khi ghi, hoặc đã bị đổi chỗ",
        _RESTORE,
    )


def entry_unreadable(position: int, what: str = "mục") -> Problem:
    return Problem(f"{what} {position}", f"{what} này không đọc được nữa, đã bị sửa sau khi ghi", _RESTORE)


def entry_unlinked(position: int, number: str, what: str = "mục") -> Problem:
    return Problem(
        f"{what} {position}",
        f"{what} này (số {number}) không nối với {what} {position - 1}: một trong hai {what} đã bị thay",
        _RESTORE,
    )


def entry_surplus(position: int, what: str = "mục") -> Problem:
    return Problem(f"{what} {position}", f"{what} này được thêm vào sổ theo dõi không qua baocao", _RESTORE)


def head_unlike(position: int, what: str = "mục") -> Problem:
    return Problem(
        f"{what} {position}",
        f"mã băm khác với mã đã ghi lại trước đây: sổ theo dõi đã bị viết lại tới {what} này",
        _RESTORE,
    )


def annex_on_other_entries(position: int, number: str, entries: int) -> Problem:
    return Problem(
        f"phụ lục {position}",
        f"phụ lục này (số {number}) được tính từ {entries} mục có mã băm khác với các mục trong sổ: "
        "sổ theo dõi đã bị viết lại tới mục đó",
        _RESTORE,
    )


def head_unreadable() -> Problem:
    return Problem("", "dòng ghi số mục và mã của mục cuối đã mất hoặc đã bị sửa", _RESTORE)


def numbers_broken(year: int) -> Problem:
    return Problem("", f"các số của năm {year} không còn liên tục: có mục đã mất hoặc đã bị sửa", _RESTORE)


def content_changed(digest: str, users: str) -> Problem:
    return Problem(f"nội dung {digest[:12]}", f"không còn như khi lưu; dùng ở {users}", _RESTORE)


def content_missing(digest: str, users: str) -> Problem:
    return Problem(f"nội dung {digest[:12]}", f"đã mất khỏi sổ theo dõi; dùng ở {users}", _RESTORE)


_RESTORE = "Giữ nguyên tệp sổ theo dõi làm chứng cứ và khôi phục từ bản sao lưu gần nhất."


def target_exists(path: str) -> Problem:
    return Problem("", "đã có tệp này", "Chọn tên khác cho bản sao lưu.", source=path)


def backup_by_pg_dump(path: str, target: str) -> Problem:
    return Problem(
        "",
        "sổ theo dõi trên PostgreSQL được sao lưu bằng công cụ của PostgreSQL",
        f"Chạy: pg_dump --format=custom --file={target} --dbname=<địa chỉ sổ theo dõi>; "
        "khôi phục bằng pg_restore vào một cơ sở dữ liệu trống.",
        source=path,
    )


# --- acts: issue, correct, revoke, issue again ---------------------------------------------------------------------


def correction_changes_rating(number: str, before: str, after: str) -> Problem:
    return Problem(
        number,
        f"đính chính làm mức đề nghị đổi từ “{before}” thành “{after}”",
        f"Đính chính không được đổi mức xếp loại; hãy hủy bỏ kết quả của số {number} rồi xếp loại lại.",
    )


def other_subject(number: str, organization: str, form: str, found: str, found_form: str) -> Problem:
    return Problem(
        number,
        f"số này là của {organization}, mẫu {form}; tệp đưa vào là của {found}, mẫu {found_form}",
        "Kiểm tra lại số và tệp dữ liệu.",
    )


def corrects_line(number: str, issued: date, reason: str) -> str:
    """Return the line by which a corrected paper says what it corrects."""
    return f"(Đính chính bảng chấm điểm số {number} ngày {_day(issued)}: {reason})"


def replaces_line(number: str, issued: date, reason: str) -> str:
    """Return the line by which a paper says what it replaces."""
    return f"(Thay thế bảng chấm điểm số {number} ngày {_day(issued)} đã bị hủy bỏ kết quả: {reason})"


# --- the authority's decision --------------------------------------------------------------------------------------


def decided_twice(where: str, number: str) -> Problem:
    return Problem(where, f"số {number} được ghi hai lần", "Giữ lại một dòng.")


def decided_before(where: str, number: str, decision: str) -> Problem:
    return Problem(where, f"quyết định {decision} đã được nhập cho số {number}", "Bỏ dòng này khỏi tệp.")


def unknown_rating(where: str, found: str, names: Mapping[str, str]) -> Problem:
    allowed = ", ".join(f"{key} ({name})" for key, name in names.items())
    return Problem(where, f"mức {show(found)} không có trong mẫu", f"{nearest(found, names)}Dùng một trong: {allowed}.")


def decided_too_high(where: str, name: str, wanted: str, allowed: str, unmet: Sequence[str]) -> Problem:
    against = f" ({'; '.join(unmet)})" if unmet else ""
    return Problem(
        where,
        f"quyết định mức “{wanted}” cho {name} cao hơn mức mà các điều kiện cho phép, “{allowed}”{against}",
        "Hạ mức, hoặc ghi reason: lý do của cấp có thẩm quyền.",
    )


def decided_without_reasons(where: str, name: str, rating: str, criteria: Sequence[str]) -> Problem:
    return Problem(
        where,
        f"mức “{rating}” đòi hỏi nêu rõ lý do điểm trừ, mà bảng chấm điểm của {name} chưa nêu ở {', '.join(criteria)}",
        "Đính chính bảng chấm điểm để bổ sung lý do, rồi nhập lại quyết định.",
    )


def over_quota(superior: str, rating: str, wanted: int, fit: int, percent: int) -> Problem:
    return Problem(
        "ratings",
        f"{superior}: quyết định {count(wanted)} tổ chức mức “{rating}”, tỷ lệ {percent}% chỉ cho phép {count(fit)}",
        "Giảm số tổ chức ở mức này, hoặc ghi over_quota_reason: lý do của cấp có thẩm quyền.",
    )


def table_without_paper(path: str) -> Problem:
    return Problem(
        "--paper",
        f"bảng {path} không có số, ngày, cơ quan quyết định và chữ ký",
        "Ghi chúng vào một tệp .json (decision, issuer, signature) và nêu tệp đó ở --paper.",
    )


def wrong_columns(found: Sequence[str], allowed: Sequence[str], needed: Collection[str]) -> Problem:
    must = ", ".join(name for name in allowed if name in needed)
    may = ", ".join(name for name in allowed if name not in needed)
    return Problem(
        "dòng 1",
        f"các cột là {', '.join(map(show, found)) or '(trống)'}",
        f"Dòng đầu phải có các cột {must}, mỗi cột một lần; được có thêm {may}.",
    )


def too_many_cells(line: int, columns: int) -> Problem:
    return Problem(
        f"dòng {line}",
        f"có nhiều ô hơn {columns} cột của dòng đầu",
        "Ô có dấu phân cách bên trong phải đặt trong dấu ngoặc kép; lưu lại bằng Excel sẽ tự làm việc này.",
    )


def no_table(line: int) -> Problem:
    return Problem(f"dòng {line}", "không đọc được như một dòng của bảng", "Mở bằng Excel và lưu lại dạng CSV UTF-8.")


# --- revocation, and what stands -----------------------------------------------------------------------------------


def unknown_ground(found: str, grounds: Mapping[str, str]) -> Problem:
    allowed = ", ".join(f"{key} ({text})" for key, text in grounds.items()) or "mẫu này chưa khai căn cứ nào"
    return Problem(
        "--ground", f"không có căn cứ hủy bỏ {show(found)}", f"{nearest(found, grounds)}Dùng một trong: {allowed}."
    )


def not_yet_issued(number: str, day: str) -> Problem:
    return Problem(number, f"đến ngày {day} số này chưa được ban hành", "Bỏ --as-of, hoặc ghi ngày muộn hơn.")
