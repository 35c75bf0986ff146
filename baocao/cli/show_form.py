"""What `form show` prints: a form with the basis of its figures, its conditions, its readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from baocao.compare import WORDS
from baocao.forms import Form
from baocao.forms.criteria import Criterion
from baocao.forms.ladder import Rung
from baocao.text import points, shorten

_ASSESSED_BY = {"points": "", "level": "cấp độ", "yes_no": "đạt/không"}


def form(shown: Form) -> Iterator[str]:
    """Write a form as a table, with the basis of each figure, its rating method and its interpretations."""
    yield f"{shown.key}: {shown.name}"
    if shown.additions.sample:
        yield shown.additions.sample
    yield f"Phạm vi: {shown.jurisdiction.name}. {_measure(shown)}"
    yield _confirmation(shown)
    yield ""
    yield "Tiêu chí"
    for criterion in shown.criteria:
        standard = "" if criterion.standard is None else points(criterion.standard)
        basis = WORDS[criterion.basis] if criterion.basis else _ASSESSED_BY[criterion.assessed_by]
        notes = f"  [{', '.join(_notes(shown, criterion))}]" if list(_notes(shown, criterion)) else ""
        yield f"  {criterion.no:<7}{standard:>5}  {basis:<12} {shorten(criterion.text, 80)}{notes}"
        if criterion.banded:
            yield from (f"  {'':<26}{points(band.points):>3} điểm: {band.text}" for band in criterion.banded.bands)
    yield ""
    if shown.bases:
        yield "Căn cứ của điểm chuẩn"
        yield from (f"  {WORDS[basis]}: {source.source}" for basis, source in shown.bases.items())
        yield ""
    yield from _ladders(shown)
    yield "Điều kiện xếp loại"
    for rule in shown.ratings:
        yield f"  {rule.heading}"
        for clause in rule.clauses:
            yield f"    {clause.no}: {clause.text}"
    yield ""
    yield from _decision(shown)
    yield "Các cách hiểu mà mẫu không nêu rõ, cần được xác nhận"
    for entry in shown.interpretations:
        yield f"  - {entry.key}: {entry.text}"
        yield f"      Lý do: {entry.reason}"
        if entry.alternative:
            yield f"      Cách hiểu khác: {entry.alternative}"


def _ladders(shown: Form) -> Iterator[str]:
    """Write levels, other ladders, figures and columns, where the form has them."""
    if shown.levels:
        yield "Các cấp độ của mục"
        for rule in shown.levels:
            yield f"  {rule.name}{f': từ {rule.at_least}% điểm chuẩn' if rule.at_least is not None else ''}"
        yield f"  Các mục có cấp độ: {', '.join(shown.level_items)}"
        if shown.core_items:
            yield f"  Trong đó cốt lõi: {', '.join(shown.core_items)}"
        yield ""
    lines = [
        *(f"  Thang xếp loại của {', '.join(entry.of)}: {_names(entry.rungs)}" for entry in shown.ladders),
        *(f"  Số liệu {entry.name}{f', trên {entry.out_of}' if entry.out_of else ''}" for entry in shown.figures),
        *(f"  Cột {entry.name}{' (được tính)' if entry.counts else ''}" for entry in shown.assessors),
    ]
    if lines:
        yield from ("Thang xếp loại, số liệu, cột chấm riêng của mẫu", *lines, "")


def _decision(shown: Form) -> Iterator[str]:
    """Write in which order the ratings are tried, the quotas and what needs a word of the agency."""
    yield ""
    yield f"Thứ tự xét: {'; '.join(shown.ladder.names[key] for key in shown.decision.order)}"
    yield f"Chưa đủ căn cứ thì đề nghị cao nhất: {shown.ladder.names[shown.decision.undetermined_at_most]}"
    for quota in shown.quotas:
        base = ", ".join(shown.ladder.names[key] for key in quota.base)
        yield f"Tỷ lệ khống chế: {shown.ladder.names[quota.rating]} không quá {quota.percent}% số được xếp: {base}"
    yield from (f"Cần ý kiến cơ quan chủ trì: {flag.text}" for flag in shown.flags)
    for key, ground in shown.revocation_grounds.items():
        yield f"Căn cứ hủy bỏ kết quả ({key}): {ground}"
    yield ""


def _names(rungs: Iterable[Rung]) -> str:
    return "; ".join(rung.name for rung in rungs)


def _measure(shown: Form) -> str:
    """Write how the form measures: by points, or by levels and answers alone."""
    if shown.total is None:
        return "Không chấm điểm."
    step = f"Bước điểm: {points(shown.step)}. " if shown.step else ""
    most = f" Tổng điểm chấm không quá {points(shown.total_at_most)}." if shown.total_at_most is not None else ""
    partial = f" Khi có mục không áp dụng: {WORDS[shown.partial_total]}." if shown.partial_total else ""
    return f"{step}Tổng: {points(shown.total)}.{most}{partial}"


def _notes(shown: Form, criterion: Criterion) -> Iterator[str]:
    if criterion.role != "regular":
        yield WORDS[criterion.role]
    if criterion.applies_to:
        yield f"chỉ áp dụng cho {', '.join(shown.kind(kind).name for kind in criterion.applies_to)}"


def _confirmation(shown: Form) -> str:
    found = shown.confirmation
    if found is None:
        return "Chưa được xác nhận: chỉ in được dự thảo."
    state = "Đã xác nhận" if shown.confirmed else "Xác nhận không còn hiệu lực vì mẫu đã sửa; trước đó"
    return f"{state}: {found.by}, {found.decision}, {found.on:%d/%m/%Y}."
