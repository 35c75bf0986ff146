"""What the command of the annex prints for people, and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from baocao.annexing import Gathered
from baocao.register import Annexed
from baocao.text import whole

_MOST_NAMED = 20

_CONTENT = {
    "results": "kết quả",
    "proposals": "danh sách đề nghị",
    "both": "kết quả và danh sách đề nghị",
}


def made(gathered: Gathered, paths: Sequence[Path], annexed: Annexed | None, *, known: bool) -> Iterator[str]:
    """Write what an annex is, what it counts, and where its files are."""
    annex = gathered.printed.annex
    total = annex.total
    number = f"Phụ lục {annexed.number}" if annexed else "Phụ lục dự thảo"
    yield f"{number}: {_CONTENT[annex.content]} theo {annex.form.name}, tính đến {annex.as_of:%d/%m/%Y}"
    yield (
        f"  {whole(total.all)} tổ chức: {whole(sum(total.decided))} đã quyết định, "
        f"{whole(sum(total.proposed))} đề nghị chưa quyết định, {whole(total.unrated)} chưa xếp loại, "
        f"{whole(total.absent)} chưa có bảng chấm điểm"
    )
    if known:
        yield "  Phụ lục này đã có trong sổ với đúng nội dung như vậy; không ghi mục mới."
    elif annexed and annexed.replaces:
        yield f"  Thay thế phụ lục {annexed.replaces}."
    if gathered.unexpected:
        yield f"  Không có trong danh sách phải chấm điểm: {_some(gathered.unexpected)}."
    if not gathered.has_own_paper:
        signature = gathered.printed.paper.signature
        signed = f"{signature.position} {signature.name}"
        yield f"  Đầu trang và chữ ký lấy theo bảng chấm điểm mới nhất ({signed}); muốn khác thì dùng --paper."
    yield from (f"  {path}" for path in paths)


def _some(names: Sequence[str]) -> str:
    """Name the first of many, and say how many more there are."""
    left = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" và {whole(left)} tổ chức khác" if left > 0 else "")


def as_json(gathered: Gathered, paths: Sequence[Path], annexed: Annexed | None, *, known: bool) -> Iterator[str]:
    """Write the same for machines, on one line."""
    annex = gathered.printed.annex
    total, keys = annex.total, annex.form.ladder.keys
    found = {
        "number": str(annexed.number) if annexed else None,
        "known": known,
        "replaces": str(annexed.replaces) if annexed and annexed.replaces else None,
        "form": annex.form.key,
        "superior": gathered.scope.superior or None,
        "as_of": annex.as_of.isoformat(),
        "content": annex.content.value,
        "organizations": total.all,
        "decided": dict(zip(keys, total.decided, strict=True)),
        "proposed": dict(zip(keys, total.proposed, strict=True)),
        "unrated": total.unrated,
        "absent": [one.organization for one in annex.absent],
        "unexpected": list(gathered.unexpected),
        "digest": annexed.digest if annexed else None,
        "files": [str(path) for path in paths],
    }
    yield json.dumps(found, ensure_ascii=False)
