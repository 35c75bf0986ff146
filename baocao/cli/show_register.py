"""What the commands about the register print for people, and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from baocao.batch import State as FileState
from baocao.cli import show
from baocao.issuing import Touched
from baocao.messages_register import annex_name
from baocao.pipeline import Result
from baocao.quota import Group
from baocao.records import as_written, decided_in, latest, record_in
from baocao.register import Annexed, AnnexNumber, Entry, Kind, State, Status
from baocao.rendering.comparison import Verdict
from baocao.text import points, whole
from baocao.verifying import Reproduction, Verification

_STATE = {
    State.IN_FORCE: "còn hiệu lực",
    State.REVOKED: "đã hủy bỏ, chưa xếp loại lại",
    State.REPLACED: "đã hủy bỏ, đã thay",
}
_VERDICT = {
    Verdict.IDENTICAL: "đúng bản đã ban hành",
    Verdict.SAVED_AGAIN: "đúng nội dung đã ban hành, tệp đã được lưu lại",
    Verdict.CHANGED: "NỘI DUNG ĐÃ BỊ SỬA so với bản đã ban hành",
}
_KIND = {
    Kind.ISSUED: "ban hành",
    Kind.DECIDED: "quyết định công nhận",
    Kind.CORRECTED: "đính chính",
    Kind.REVOKED: "hủy bỏ kết quả",
    Kind.REISSUED: "xếp loại lại",
}


def issued(counts: Mapping[FileState, int], failed: Sequence[Result]) -> Iterator[str]:
    """Write what `issue` did, and what it could not issue and why.

    Args:
        counts: how many scoresheets became what.
        failed: the first, or all, of those that could not be issued.
    """
    for result in failed:
        yield f"{result.source}: chưa ban hành được"
        yield from map(show.problem, result.problems)
    kept = counts[FileState.UNCHANGED]
    before = f" (ngoài ra {whole(kept)} bảng đã ban hành trước đó, nội dung không đổi)" if kept else ""
    done, left = counts[FileState.WRITTEN], counts[FileState.FAILED]
    yield f"Đã ban hành {whole(done)} bảng chấm điểm{before}; {whole(left)} tệp chưa ban hành được."


def groups(found: Sequence[Group]) -> Iterator[str]:
    """Write who is wanted at the best rating, in order, and how many fit under both readings of the base."""
    if not found:
        yield "Không có bảng chấm điểm nào chịu tỷ lệ khống chế."
    for group in found:
        kinds = ", ".join(dict.fromkeys(found.kind_name for found in group.candidates))
        of_tier = f" ({kinds})" if group.tier else ""
        wanted = f"đề nghị hoặc quyết định {whole(len(group.wanted))}, được {whole(group.fit())}"
        yield f"{group.superior_name}{of_tier}, mức “{group.rating_name}”: {wanted}."
        yield (
            f"  Tỷ lệ {group.quota.percent}% theo mẫu trên {whole(group.base())} tổ chức; "
            f"mẫu số không gồm mức này: được {whole(group.fit(with_rating=False))}; "
            f"mẫu số gồm cả mức này: được {whole(group.fit(with_rating=True))}."
        )
        for place in group.ranks():
            one = place.candidate
            scored = f"{points(one.total)} điểm" if one.total is not None else "không chấm điểm"
            notes = [*(["bằng điểm"] if place.tied else []), *(["đã quyết định"] if one.decided else [])]
            note = f" ({', '.join(notes)})" if notes else ""
            yield f"  {place.rank:>3}. {one.number}  {scored:<12} {one.name}{note}"


def group_json(group: Group) -> str:
    """Write a group for machines, on one line."""
    found = {
        "superior": {"id": group.superior, "name": group.superior_name},
        "tier": group.tier or None,
        "rating": group.quota.rating,
        "percent": group.quota.percent,
        "base": group.base(),
        "fit": group.fit(),
        "fit_without_rating_in_base": group.fit(with_rating=False),
        "fit_with_rating_in_base": group.fit(with_rating=True),
        "over": group.over,
        "wanted": [
            {
                "rank": place.rank,
                "tied": place.tied,
                "number": str(place.candidate.number),
                "organization": place.candidate.organization,
                "total": None if place.candidate.total is None else str(place.candidate.total),
                "decided": place.candidate.decided,
            }
            for place in group.ranks()
        ],
    }
    return json.dumps(found, ensure_ascii=False)


def touched(found: Touched) -> Iterator[str]:
    """Write what a revocation makes untrue elsewhere."""
    revoked = found.entry.number
    yield f"Đã hủy bỏ kết quả của số {revoked}. Xếp loại lại bằng lệnh “baocao reissue {revoked}”."
    for number in found.superior_sheets:
        yield f"Chịu ảnh hưởng: bảng chấm điểm số {number} của cấp trên, có tính tỷ lệ trên kết quả này."
    if found.same_superior:
        yield f"Chịu ảnh hưởng: tỷ lệ khống chế của {found.same_superior} tổ chức cùng cấp trên; xem “baocao quota”."
    yield from untrue(found.annexes)


# --- annexes -----------------------------------------------------------------------------------------------------


def untrue(found: Sequence[Annexed]) -> Iterator[str]:
    """Write which annexes no longer tell what is so, and how to replace each."""
    for annex in found:
        again = f"baocao annex {annex.scope.year}"
        again += f" --superior {annex.scope.superior}" if annex.scope.superior else ""
        name = annex_name(annex.printed, annex.dated)
        yield f"Chịu ảnh hưởng: {name} ({annex.number}); lập phụ lục mới bằng “{again}”."


def annexes(found: Sequence[Annexed], false: Collection[Annexed], *, as_json: bool) -> Iterator[str]:
    """Write what each annex is about and whether it stands.

    Args:
        found: all annexes of some years.
        false: those that stand and no longer tell what is so.
        as_json: as JSON Lines.
    """
    successors = {annex.replaces: annex.number for annex in found}
    for annex in found:
        successor = successors.get(annex.number)
        if as_json:
            yield json.dumps(_annex_json(annex, successor, is_true=annex not in false), ensure_ascii=False)
            continue
        state = f"đã thay bằng {successor}" if successor else "không còn đúng" if annex in false else "còn hiệu lực"
        superior = f"cấp trên {annex.scope.superior}" if annex.scope.superior else "mọi cấp trên"
        yield f"{annex.number}  {state:<23} {annex_name(annex.printed, annex.dated)}"
        entries = whole(annex.head.entries)
        yield f"    mẫu {annex.scope.form}, {superior}; tính đến {annex.as_of:%d/%m/%Y}, từ {entries} mục"
    if not as_json:
        yield f"{whole(len(found))} phụ lục."


def _annex_json(annex: Annexed, successor: AnnexNumber | None, *, is_true: bool) -> dict[str, object]:
    with as_written(annex):
        return {
            **json.loads(annex.canonical()),
            "payload": json.loads(annex.payload),
            "hash": annex.hash,
            "replaced_by": str(successor) if successor else None,
            "true": is_true if successor is None else None,
        }


# --- one scoresheet ----------------------------------------------------------------------------------------------


def status_json(status: Status) -> dict[str, object]:
    """Return what stands of a number for machines."""
    record, decided = record_in(latest(status)), decided_in(status)
    return {
        "number": str(status.number),
        "state": status.state.value,
        "organization": {"id": record.organization, "name": record.name, "kind": record.kind},
        "superior": {"id": record.superior, "name": record.superior_name},
        "form": record.form,
        "total": None if record.total is None else str(record.total),
        "proposed": record.proposed,
        "decided": decided,
        "issued": status.issued.act.effective.isoformat(),
        "corrected": [entry.act.effective.isoformat() for entry in status.corrections],
        "revoked": status.revoked.act.effective.isoformat() if status.revoked else None,
        "replaces": str(status.replaces) if status.replaces else None,
        "replaced_by": str(status.replaced_by) if status.replaced_by else None,
        "digest": record.digest,
    }


def listed(found: Sequence[Status], *, as_json: bool) -> Iterator[str]:
    """Write one line a scoresheet."""
    for status in found:
        if as_json:
            yield json.dumps(status_json(status), ensure_ascii=False)
            continue
        record, decided = record_in(latest(status)), decided_in(status)
        total = "-" if record.total is None else points(record.total)
        rating = record.ladder[decided] if decided else f"{record.ladder[record.proposed]} (đề nghị)"
        yield f"{status.number}  {total:>7}  {rating:<45} {_STATE[status.state]:<30} {record.name}"
    if not as_json:
        yield f"{whole(len(found))} bảng chấm điểm."


def one(status: Status, *, as_json: bool) -> Iterator[str]:
    """Write what stands of one number."""
    if as_json:
        yield json.dumps(status_json(status), ensure_ascii=False, indent=2)
        return
    record, decided = record_in(latest(status)), decided_in(status)
    yield f"Số {status.number}: {record.name} ({record.kind_name}), {record.superior_name}"
    yield f"Mẫu {record.form}; lập bằng baocao {record.version}; mã nội dung {record.digest}"
    if record.total is not None and record.standard is not None:
        yield f"Tổng điểm: {points(record.total)}/{points(record.standard)}"
    yield f"Đề nghị: {record.ladder[record.proposed]}"
    yield f"Kết quả: {record.ladder[decided] if decided else 'chưa có quyết định công nhận'}"
    yield f"Trạng thái: {_STATE[status.state]}"
    yield from _links(status)


def _links(status: Status) -> Iterator[str]:
    if status.replaces:
        yield f"Thay thế số {status.replaces}"
    for entry in status.corrections:
        yield f"Đính chính ngày {entry.act.effective:%d/%m/%Y}: {entry.act.reason}"
    if status.revoked:
        yield f"Hủy bỏ từ ngày {status.revoked.act.effective:%d/%m/%Y}: {status.revoked.act.reason}"
    if status.replaced_by:
        yield f"Được thay bằng số {status.replaced_by}"


def verified(file: Path, found: Verification, *, as_json: bool) -> Iterator[str]:
    """Write what a file is: which paper, as issued or changed and where, and what stands of it."""
    if as_json:
        yield json.dumps(_verified_json(file, found), ensure_ascii=False)
        return
    comparison, entry = found.comparison, found.entry
    if comparison is None or entry is None:
        yield f"{file}: không phải văn bản trong sổ này"
        return
    yield f"{file}: {_VERDICT[comparison.verdict]} ({_called(entry)})"
    for difference in comparison.differences:
        yield f"  {difference.place}: {difference.old or '(không có)'} → {difference.new or '(không có)'}"
    if comparison.more:
        yield "  … và những chỗ khác nữa"
    if comparison.tracked or comparison.comments:
        yield f"  Có {comparison.tracked} chỗ sửa được theo dõi, {comparison.comments} ghi chú."
    if isinstance(entry, Annexed):
        yield f"  Đã thay bằng phụ lục {found.replaced_by}." if found.replaced_by else "  Phụ lục chưa bị thay."
    elif found.status is None:
        yield "  Đến ngày này chưa được ban hành."
    else:
        yield f"  Số {found.status.number}: {_STATE[found.status.state]}"
        yield from (f"  {line}" for line in _links(found.status))


def _called(found: Entry | Annexed) -> str:
    if isinstance(found, Annexed):
        return f"{found.number}, {annex_name(found.printed, found.dated)}, tính đến {found.as_of:%d/%m/%Y}"
    return f"số {found.number}, {_KIND[found.kind]} ngày {found.act.effective:%d/%m/%Y}"


def _verified_json(file: Path, found: Verification) -> dict[str, object]:
    return {
        "file": str(file),
        "verdict": found.comparison.verdict.value if found.comparison else "not_ours",
        "number": str(found.entry.number) if found.entry else None,
        "kind": _kind(found.entry) if found.entry else None,
        "role": found.role or None,
        "differences": [
            {"place": difference.place, "old": difference.old, "new": difference.new}
            for difference in (found.comparison.differences if found.comparison else ())
        ],
        "status": status_json(found.status) if found.status else None,
        "replaced_by": str(found.replaced_by) if found.replaced_by else None,
    }


def _kind(found: Entry | Annexed) -> str:
    return "annex" if isinstance(found, Annexed) else found.kind.value


def annex_reproduced(known: Annexed, digest: str) -> str:
    """Write whether an annex came out as it was."""
    same = "giống hệt bản đã lập" if digest == known.digest else "khác bản đã lập"
    return f"{known.number}, {annex_name(known.printed, known.dated)}: {same}"


def reproduced(found: Sequence[Reproduction]) -> Iterator[str]:
    """Write whether the documents of a number came out as they were."""
    for made in found:
        what = f"{made.entry.number}, {_KIND[made.entry.kind]} ngày {made.entry.act.effective:%d/%m/%Y}"
        if made.differing:
            yield f"{what}: khác bản đã ban hành (lập bằng baocao {made.version}) ở {', '.join(made.differing)}"
        else:
            yield f"{what}: giống hệt bản đã ban hành"


def history(entries: Sequence[Entry], *, as_json: bool) -> Iterator[str]:
    """Write every entry about an organisation's scoresheets of a form and year, in order."""
    for entry in entries:
        if as_json:
            yield json.dumps(_entry_json(entry), ensure_ascii=False)
            continue
        act = entry.act
        replaced = f", thay số {entry.replaces}" if entry.replaces else ""
        yield f"{act.effective:%d/%m/%Y}  {entry.number}  {_KIND[entry.kind]}{replaced}: {_what(entry)}"
        decision = f"; quyết định {act.decision.number} của {act.decision.body}" if act.decision else ""
        reason = f"; lý do: {act.reason}" if act.reason else ""
        yield f"    {act.by}, vào sổ {act.recorded:%d/%m/%Y %H:%M} UTC{decision}{reason}"


def _what(entry: Entry) -> str:
    if entry.kind in {Kind.DECIDED, Kind.REVOKED}:
        with as_written(entry):
            payload: Mapping[str, str] = json.loads(entry.payload)
            return payload["name" if entry.kind is Kind.DECIDED else "text"]
    record = record_in(entry)
    total = f"{points(record.total)} điểm, " if record.total is not None else ""
    return f"{total}đề nghị {record.ladder[record.proposed]}"


def _entry_json(entry: Entry) -> dict[str, object]:
    with as_written(entry):
        return {**json.loads(entry.canonical()), "payload": json.loads(entry.payload), "hash": entry.hash}
