"""The commands about the register: issue, decide, correct, revoke, issue again, and what stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from baocao import deciding, decision_files, issuing, messages, messages_register, records, verifying
from baocao.batch import Assessor, Outcome, Workshop
from baocao.batch import State as FileState
from baocao.cli import show, show_register
from baocao.cli.common import (
    DEFAULT,
    AsJson,
    AsPdf,
    Location,
    OfficePath,
    Output,
    Paths,
    Templates,
    say,
    with_progress,
)
from baocao.cli.desk import (
    AsOf,
    By,
    Day,
    NumberArgument,
    PaperPath,
    PathArgument,
    Reason,
    act_of,
    assessed,
    day_of,
    delivered,
    number_of,
    opened_register,
)
from baocao.cli.many import Jobs, ReportPath, Stop, Tally, printed_all
from baocao.errors import DataError, UsageError
from baocao.files import read_limited, write_whole
from baocao.forms import Library
from baocao.issuing import Desk
from baocao.offering import Offered, offers
from baocao.pipeline import MOST_DOCUMENT_BYTES, submissions
from baocao.register import AnnexNumber, Status, statuses
from baocao.text import whole

# --- acts ------------------------------------------------------------------------------------------------------


def issue(
    paths: Paths,
    output: Output = Path("outputs"),
    *,
    templates: Templates = None,
    office: OfficePath = None,
    by: By = None,
    on: Day = None,
    register: Location = DEFAULT,
    jobs: Jobs = None,
    report: ReportPath = None,
    as_pdf: AsPdf = False,
) -> None:
    """Ban hành bảng chấm điểm. Vào sổ theo dõi và lập bản Word để ký; chỗ nào chưa ban hành được thì nêu rõ vì sao."""
    assessor, files = Assessor(templates, office), submissions(paths)
    written: list[Path] = []
    with opened_register(register, create=True) as opened, Stop() as stop, Tally(report) as tally:
        before = opened.head().entries
        desk = Desk(opened, act_of(by, on), output, dated=on is not None)
        try:
            for offered in with_progress(offers(files, assessor, Workshop(jobs, stop)), paths):
                delivered = _issued(desk, offered, tally)
                if as_pdf:
                    written += delivered
        finally:  # also when the disk is full half way: what is entered is there, and said so
            say(show_register.issued(tally.counts, tally.failed))
        untrue = issuing.annexes_made_untrue(opened, before)
    say(show_register.untrue(untrue))
    printed = stop() or printed_all(written)
    tally.end(stop)
    if not printed:
        raise typer.Exit(DataError.exit_code)


def _issued(desk: Desk, offered: Offered, tally: Tally) -> list[Path]:
    """Enter one scoresheet, write its file and say so; count it, and return the file if it is new."""
    if offered.offer is None:
        tally.add(Outcome(offered.source, FileState.FAILED, problems=offered.problems))
        return []
    try:
        entry, is_new = issuing.issue(desk, offered.offer)
    except DataError as error:
        found = tuple(problem.inside(offered.source) for problem in error.problems)
        tally.add(Outcome(offered.source, FileState.FAILED, problems=found))
        return []
    tally.add(Outcome(offered.source, FileState.WRITTEN if is_new else FileState.UNCHANGED))
    paths = delivered(desk.register, entry) if is_new else []
    say(f"{entry.number}  {path}" for path in paths)
    return paths


def quota(
    year: Annotated[int, typer.Argument(metavar="NĂM", help="Năm của mẫu, ví dụ 2021.")],
    as_of: AsOf = None,
    register: Location = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Tỷ lệ khống chế. Từng cấp trên: ai được đề nghị, theo thứ tự điểm, và được bao nhiêu theo hai cách tính."""
    with opened_register(register) as opened:
        known = statuses(opened.entries(year), day_of(as_of))
        found = deciding.quota_groups(known.values(), deciding.forms_of(opened, known.values()))
    say(map(show_register.group_json, found) if as_json else show_register.groups(found))


def decide(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Quyết định: .json, hoặc bảng .csv cùng --paper.")],
    paper: Annotated[
        Path | None, typer.Option("--paper", metavar="TỆP", help="Với bảng .csv: tệp .json quyết định và chữ ký.")
    ] = None,
    output: Output = Path("outputs"),
    *,
    by: By = None,
    on: Day = None,
    register: Location = DEFAULT,
) -> None:
    """Nhập quyết định công nhận kết quả. Vượt tỷ lệ hay điều kiện mà không nêu lý do thì từ chối."""
    decision = decision_files.read(file, paper)
    with opened_register(register) as opened:
        entries = deciding.decide(Desk(opened, act_of(by, on, paper=decision), output), decision)
        written = delivered(opened, *entries)
        untrue = issuing.annexes_made_untrue(opened, entries[0].position - 1)
    say([*map(str, written), f"Đã nhập quyết định {decision.decision.number} cho {whole(len(entries))} tổ chức."])
    say(show_register.untrue(untrue))


def correct(
    number: NumberArgument,
    path: PathArgument,
    reason: Reason,
    output: Output = Path("outputs"),
    *,
    templates: Templates = None,
    office: OfficePath = None,
    by: By = None,
    on: Day = None,
    register: Location = DEFAULT,
) -> None:
    """Đính chính sai sót không làm đổi mức xếp loại. Bản cũ vẫn được giữ trong sổ."""
    with opened_register(register) as opened:
        desk = Desk(opened, act_of(by, on, reason), output, dated=on is not None)
        entry = issuing.correct(desk, number_of(number), assessed(path, templates, office))
        say(f"{number}  {written}" for written in delivered(opened, entry))
        say(show_register.untrue(issuing.annexes_made_untrue(opened, entry.position - 1)))


def revoke(
    number: NumberArgument,
    ground: Annotated[str, typer.Option("--ground", metavar="CĂN_CỨ", help="Khóa của căn cứ hủy bỏ trong mẫu.")],
    reason: Reason,
    paper: PaperPath,
    output: Output = Path("outputs"),
    *,
    by: By = None,
    on: Day = None,
    register: Location = DEFAULT,
) -> None:
    """Hủy bỏ kết quả đánh giá, xếp loại. Lập quyết định hủy bỏ và nêu những gì chịu ảnh hưởng."""
    found = decision_files.read_paper(paper)
    with opened_register(register) as opened:
        desk = Desk(opened, act_of(by, on, reason, found), output)
        touched = issuing.revoke(desk, number_of(number), ground, found)
        written = delivered(opened, touched.entry)
    say([f"{number}  {path}" for path in written])
    say(show_register.touched(touched))


def reissue(
    number: NumberArgument,
    path: PathArgument,
    reason: Reason,
    output: Output = Path("outputs"),
    *,
    templates: Templates = None,
    office: OfficePath = None,
    by: By = None,
    on: Day = None,
    register: Location = DEFAULT,
) -> None:
    """Xếp loại lại sau khi kết quả bị hủy bỏ. Bảng mới ghi rõ thay bảng nào, vì sao và thay đổi những gì."""
    with opened_register(register) as opened:
        desk = Desk(opened, act_of(by, on, reason), output, dated=on is not None)
        entry = issuing.reissue(desk, number_of(number), assessed(path, templates, office))
        say(f"{entry.number}  {written}" for written in delivered(opened, entry))
        say(show_register.untrue(issuing.annexes_made_untrue(opened, entry.position - 1)))


# --- what stands -----------------------------------------------------------------------------------------------


def list_(
    year: Annotated[int | None, typer.Argument(metavar="[NĂM]", help="Bỏ trống: mọi năm.")] = None,
    *,
    superior: Annotated[str | None, typer.Option("--superior", metavar="MÃ", help="Chỉ cấp trên này.")] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--status", metavar="TRẠNG_THÁI", help="in_force: còn hiệu lực; revoked: đã hủy bỏ; replaced: đã thay."
        ),
    ] = None,
    as_of: AsOf = None,
    register: Location = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các bảng chấm điểm đã ban hành, kết quả và trạng thái tính đến một ngày."""
    with opened_register(register) as opened:
        known = statuses(opened.entries(year), day_of(as_of)).values()
    found = [status for status in known if _wanted(status, superior, state)]
    say(show_register.listed(found, as_json=as_json))


def _wanted(status: Status, superior: str | None, state: str | None) -> bool:
    record = records.record_in(records.latest(status))
    return superior in (None, record.superior) and state in (None, status.state.value)


def show_(number: NumberArgument, as_of: AsOf = None, register: Location = DEFAULT, as_json: AsJson = False) -> None:
    """Xem một số trong sổ: của ai, mức nào, ai quyết định, còn hiệu lực hay không."""
    with opened_register(register) as opened:
        wanted = number_of(number)
        known = statuses(opened.history(wanted), day_of(as_of))
    if wanted not in known:
        raise DataError([messages_register.not_yet_issued(number, f"{day_of(as_of):%d/%m/%Y}")])
    say(show_register.one(known[wanted], as_json=as_json))


def history(number: NumberArgument, register: Location = DEFAULT, as_json: AsJson = False) -> None:
    """Xem mọi việc đã xảy ra với một số, kể cả các bảng mà nó thay thế hoặc thay thế nó."""
    with opened_register(register) as opened:
        entries = opened.history(number_of(number))
    say(show_register.history(entries, as_json=as_json))


def reproduce(number: NumberArgument, register: Location = DEFAULT, templates: Templates = None) -> None:
    """Lập lại văn bản của một số, hoặc một phụ lục, từ những gì đã lưu. So với bản đã ban hành, nêu phần nào khác."""
    if AnnexNumber.is_written_so(number):
        _reproduce_annex(AnnexNumber.parse(number), register, templates)
        return
    with opened_register(register) as opened:
        found = verifying.reproduce(opened, number_of(number))
    say(show_register.reproduced(found))
    if any(made.differing for made in found):
        raise typer.Exit(DataError.exit_code)


def _reproduce_annex(number: AnnexNumber, register: str, templates: Path | None) -> None:
    from baocao import annexing  # with what writes Excel, which no other command here has a use for

    with opened_register(register) as opened:
        known, made = annexing.again(opened, number, Library.usual(templates))
    say([show_register.annex_reproduced(known, made.digest)])
    if made.digest != known.digest:
        raise typer.Exit(DataError.exit_code)


def verify(
    files: Annotated[
        list[Path], typer.Argument(metavar="TỆP", help="Tệp Word cần kiểm tra, hoặc tệp Excel của phụ lục.")
    ],
    as_of: AsOf = None,
    register: Location = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra văn bản: có đúng bản đã ban hành không, còn hiệu lực không; nếu đã bị sửa thì sửa ở đâu."""
    sound = True
    with opened_register(register) as opened:
        for file in files:
            try:
                found = verifying.verify(opened, read_limited(file, MOST_DOCUMENT_BYTES), day_of(as_of))
            except DataError as error:
                sound = False
                say(show.faults(problem.inside(str(file)) for problem in error.problems))
                continue
            sound = sound and found.is_issued
            say(show_register.verified(file, found, as_json=as_json))
    if not sound:
        raise typer.Exit(DataError.exit_code)


# --- the register itself -----------------------------------------------------------------------------------------


def register_annexes(
    year: Annotated[int | None, typer.Argument(metavar="[NĂM]", help="Bỏ trống: mọi năm.")] = None,
    register: Location = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Liệt kê các phụ lục đã lập: tính đến ngày nào, có còn đúng hay không. Xét theo các mục vào sổ sau đó."""
    with opened_register(register) as opened:
        found, untrue = opened.annexes(year), issuing.annexes_made_untrue(opened, since=0)
    say(show_register.annexes(found, untrue, as_json=as_json))


def register_check(register: Location = DEFAULT) -> None:
    """Kiểm tra sổ: mã băm của các mục, các phụ lục và mọi nội dung đã lưu. Nêu tên mục, phụ lục đầu tiên bị sửa."""
    with opened_register(register) as opened:
        verdict = opened.verify_chain()
    if verdict.problems:
        say(show.faults(verdict.problems))
        raise typer.Exit(DataError.exit_code)
    head, annexes = verdict.head, verdict.annexes
    counts = f"{whole(head.entries)} mục, {whole(annexes.entries)} phụ lục, {whole(verdict.contents)} nội dung"
    say([f"Sổ nguyên vẹn: {counts}."])
    say([f"Mã của mục cuối: {head.hash}"])
    if annexes.entries:
        say([f"Mã của phụ lục cuối: {annexes.hash}"])


def register_backup(
    target: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp sao lưu, chưa có sẵn.")],
    register: Location = DEFAULT,
) -> None:
    """Sao lưu sổ ra tệp khác, trong khi người khác vẫn làm việc."""
    with opened_register(register) as opened:
        head = opened.backup(target)
    say([f"Đã sao lưu {whole(head.entries)} mục vào {target}.", f"Mã của mục cuối: {head.hash}"])


def register_export(
    target: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp .jsonl, mỗi dòng một mục hoặc một nội dung.")],
    register: Location = DEFAULT,
) -> None:
    """Xuất toàn bộ sổ ra JSON Lines, đọc và kiểm tra được mà không cần chương trình này."""
    if target.exists():
        raise UsageError([messages.file_exists(str(target))])
    with opened_register(register) as opened:
        write_whole(target, "".join(f"{line}\n" for line in opened.export()).encode())
    say([f"Đã xuất {target}."])
