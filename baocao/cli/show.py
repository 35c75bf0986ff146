"""What the commands print for people: problems, a score. Plain text that survives a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from baocao.batch import State
from baocao.errors import Blocks, Problem
from baocao.findings import Finding, Status
from baocao.forms.criteria import Criterion
from baocao.judged import Judged
from baocao.pipeline import Result
from baocao.report import missing_for_next
from baocao.scoring import LevelSource
from baocao.text import points, shorten, whole

_STATUS = {
    Status.PASSED: "đạt",
    Status.FAILED: "không đạt",
    Status.NOT_APPLICABLE: "không xét",
    Status.UNKNOWN: "chưa biết",
}
_KNOCK_OUT = {**_STATUS, Status.PASSED: "có xảy ra", Status.FAILED: "không có"}
_LEVEL_SOURCE = {
    LevelSource.POINTS: "theo điểm",
    LevelSource.BAND: "theo mức",
    LevelSource.MARKED: "được chấm",
    LevelSource.STATED: "do cơ quan chủ trì nêu",
    LevelSource.PENDING: "",
}


def problem(found: Problem) -> str:
    """Write one problem: where, what, what to do."""
    place = f"{found.where}: " if found.where else ""
    return f"  {place}{found.message}.\n      → {found.fix}"


def checked(results: Sequence[Result]) -> Iterator[str]:
    """Write what `check` found, file by file; what concerns every paper alike stands once at the end."""
    common = dict.fromkeys(
        (found.where, found.message, found.fix) for result in results for found in result.problems if _is_common(found)
    )
    yield from _shared(results)
    for result in results:
        yield from _one_checked(result)
    if common:
        yield "Lưu ý chung:"
        yield from (problem(Problem(*parts)) for parts in common)
    faulty = sum(bool(result.faults) for result in results)
    sound = len(results) - faulty
    yield f"Đã kiểm tra {whole(len(results))} tệp: {whole(sound)} tệp hợp lệ, {whole(faulty)} tệp có lỗi."


def _shared(results: Iterable[Result]) -> Iterator[str]:
    """Write once what is wrong in a file that several submissions share (office.json, a form)."""
    shared = [found for result in results for found in result.faults if found.source != result.source]
    for source in dict.fromkeys(found.source for found in shared):
        yield f"{source}: lỗi trong tệp dùng chung"
        yield from dict.fromkeys(problem(found) for found in shared if found.source == source)


def _own(result: Result) -> Iterator[str]:
    yield from (problem(found) for found in result.faults if found.source == result.source)


def _is_common(found: Problem) -> bool:
    return found.blocks is not Blocks.DRAFT and found.where in ("form", "signature.place")


def _one_checked(result: Result) -> Iterator[str]:
    yield f"{result.source}: {f'{len(result.faults)} lỗi' if result.faults else 'hợp lệ'}{_outcome(result)}"
    yield from _own(result)
    later = [found for found in result.problems if found.blocks is not Blocks.DRAFT and not _is_common(found)]
    if later:
        yield "  Cần xử lý trước khi ban hành:"
        yield from map(problem, later)


def _outcome(result: Result) -> str:
    if result.judged is None:
        return ""
    scored = f", {total(result.judged)} điểm" if result.judged.form.has_points else ""
    return f" ({proposed(result.judged)}{scored})"


def proposed(judged: Judged) -> str:
    """Write the proposed rating."""
    rating = judged.rating.proposed
    return judged.form.ladder.names[rating] if rating else judged.form.additions.undetermined


def total(judged: Judged) -> str:
    """Write the total, or its range while points are not known yet."""
    sheet = judged.scoresheet
    return f"{points(sheet.lowest)}-{points(sheet.highest)}" if sheet.total is None else points(sheet.total)


def score(result: Result) -> Iterator[str]:
    """Write the points, levels, rating and findings of one submission."""
    yield result.source
    if result.judged is None:
        yield from map(problem, result.faults)
        return
    judged = result.judged
    form = judged.form
    yield f"{judged.submission.organization.name} - {form.name}"
    if form.has_points:
        yield f"Tổng điểm: {total(judged)}/{points(judged.scoresheet.standard_total)}"
    for assessor in form.other_assessors if form.has_points else ():
        yield f"  {assessor.name}: {_figure(judged.scoresheet.total_by(assessor.key))}"
    yield ""
    yield from (_row(judged, criterion) for criterion in form.criteria)
    yield ""
    yield f"Mức đề nghị: {proposed(judged)}"
    yield from _own_word(judged)
    for rule in form.ratings:
        yield f"  {rule.heading}"
        words = _STATUS if rule.given_when == "all" else _KNOCK_OUT
        for finding in judged.rating.findings_of(rule.key):
            yield f"    [{words[finding.status]}] {_asked(finding)}"
    yield from (f"  Lưu ý: {flag.text}" for flag in judged.rating.flags)
    missing = missing_for_next(judged)
    if missing and missing[1]:
        yield f"Còn thiếu để đạt mức “{form.ladder.names[missing[0]]}”:"
        yield from (f"  - {_asked(finding)}" for finding in missing[1])
    if result.faults:
        yield "Lỗi phải sửa:"
        yield from map(problem, result.faults)


def _own_word(judged: Judged) -> Iterator[str]:
    """Write what the form gives and what the agency proposes, where it has a word of its own."""
    proposal, computed = judged.submission.proposal, judged.rating.computed
    if proposal:
        given = judged.form.ladder.names[computed] if computed else judged.form.additions.undetermined
        yield f"  Theo điều kiện của mẫu: {given}. Ý kiến của {proposal.by}: {proposal.reason}"


def _asked(finding: Finding) -> str:
    return f"{finding.clause.no}: {finding.required.text} (thực tế: {finding.observed.text})"


def _row(judged: Judged, criterion: Criterion) -> str:
    sheet = judged.scoresheet
    item, line = sheet.item_of.get(criterion.no), sheet.line_of.get(criterion.no)
    notes = (
        [f"{judged.form.level_ladder.names[item.level]}, {_LEVEL_SOURCE[item.source]}"] if item and item.level else []
    )
    if line and line.met is not None:
        notes.append("đạt" if line.met else "không đạt")
    if not judged.form.applies(criterion.no, sheet.kind):
        notes.append(f"không áp dụng cho {judged.form.kind(sheet.kind).name}")
    note = f"  [{'; '.join(notes)}]" if notes else ""
    return f"  {criterion.no:<7}{_figures(judged, criterion)} {shorten(criterion.text, 60)}{note}"


def _figures(judged: Judged, criterion: Criterion) -> str:
    """Write points and standard of a row, those of a penalty with a minus; as much space where it has none."""
    if criterion.standard is None:
        return " " * 11
    sign = -1 if judged.form.role(criterion.no) == "penalty" else 1
    awarded, figure = judged.scoresheet.awarded(criterion.no), "-"
    if judged.form.applies(criterion.no, judged.scoresheet.kind):
        figure = _figure(awarded * sign if awarded else awarded)
    return f"{figure:>6}/{points(criterion.standard * sign):<4}"


def _figure(number: Decimal | None) -> str:
    return "…" if number is None else points(number)


def drafted(
    counts: Mapping[State, int], paths: Sequence[Path], failed: Sequence[Result], output: Path
) -> Iterator[str]:
    """Write what `draft` made, and last what it could not make.

    Args:
        counts: how many documents became what.
        paths: the documents to name.
        failed: the first, or all, of those that could not be made.
        output: where the documents are.
    """
    yield from (f"{path}" for path in paths)
    yield from _shared(failed)
    for result in failed:
        yield f"{result.source}: không lập được, {len(result.faults)} lỗi"
        yield from _own(result)
    unchanged = counts[State.UNCHANGED]
    kept = f" (ngoài ra {whole(unchanged)} bảng đã có sẵn và đúng)" if unchanged else ""
    made = f"Đã lập {whole(counts[State.WRITTEN])} bảng chấm điểm dự thảo trong {output}{kept}"
    yield f"{made}; {whole(counts[State.FAILED])} tệp có lỗi."


def not_shown(left: int, report: Path | None) -> Iterator[str]:
    """Say where the faulty files are that were too many to be listed."""
    if report:
        yield f"Danh sách đầy đủ các tệp có lỗi: {report}."
    elif left:
        yield f"Còn {whole(left)} tệp có lỗi chưa liệt kê; chạy lại với --report loi.jsonl để ghi đầy đủ ra tệp."


def stopped() -> Iterator[str]:
    """Say how to go on after a stop."""
    yield "Đã dừng theo yêu cầu. Chạy lại đúng lệnh này để làm tiếp: bảng nào đã đúng thì được giữ nguyên."


def faults(problems: Iterable[Problem]) -> Iterator[str]:
    """Write problems that stopped a command, each with its file."""
    for source, found in groupby(problems, key=lambda found: found.source):
        yield f"Lỗi: {source}" if source else "Lỗi:"
        yield from map(problem, found)
