"""What many tests share: the shipped forms, one sound submission with changes, the problems of a submission."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import zlib
from copy import deepcopy
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from baocao import pipeline
from baocao.errors import Blocks, Problem
from baocao.forms import FormFolder, Library
from baocao.inputs import NO_OFFICE, Office

TEMPLATES = Path(__file__).parents[1] / "templates"
FORM = "hoi-quan-chung/2021"
ABSENT: Any = object()
"""As a change: take the key away."""


@cache
def library() -> Library:
    """The shipped forms."""
    return Library([TEMPLATES])


def folder() -> FormFolder:
    return library().get(FORM)


def submission(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """A chi bộ in perfect order, full marks, but for `changes`: `{"scores/I.1.1/awarded": 4, "proposal": ABSENT}`."""
    tally = {"excellent": 2, "good": 8, "completed": 0, "not_completed": 0}
    raw: dict[str, Any] = {
        "form": folder().form.id,
        "year": folder().form.year,
        "organization": {
            "id": "hoi-ctd-loc-ninh",
            "name": "Chi bộ Hội Chữ thập đỏ huyện",
            "kind": "cell",
            "superior": {"id": "dbh-loc-ninh", "name": "Đảng bộ huyện Lộc Ninh"},
        },
        "scores": {leaf.no: {"awarded": leaf.standard} for leaf in folder().form.leaves if not leaf.banded},
        "facts": {
            "members": {**tally, "not_rated": 0, "not_rated_reason": None},
            "subordinates": None,
            "government": [{"name": "Ủy ban nhân dân huyện", "rating": "good"}],
            "sociopolitical_organizations": [
                {"name": "Hội Phụ nữ", "rating": "good"},
                {"name": "Hội Nông dân", "rating": "excellent"},
            ],
            "weaknesses": {"pointed_out": 10, "remedied": 10, "unremedied_from_earlier_years": 0},
            "targets": {"assigned": 12, "met": 12, "force_majeure": 0},
            "discipline": {"organization": False, "subordinates": []},
            "achievements": [{"text": "Bằng khen của Ủy ban nhân dân tỉnh", "attested_by": "Quyết định số 12/QĐ-UBND"}],
            "levels": {},
        },
        "proposal": None,
        "comment": None,
        "issuer": {"superior": "HUYỆN ỦY LỘC NINH", "agency": "BAN TỔ CHỨC", "symbol": None},
        "signature": {
            "place": "Lộc Ninh",
            "date": "2021-12-05",
            "authority": None,
            "position": "TRƯỞNG BAN",
            "name": "Nguyễn Văn Bình",
        },
    }
    for path, value in (changes or {}).items():
        *above, last = path.split("/")
        inner: Any = raw
        for step in above:
            inner = inner[int(step)] if isinstance(inner, list) else inner.setdefault(step, {})
        if value is ABSENT:
            del inner[last]
        else:
            inner[int(last) if isinstance(inner, list) else last] = deepcopy(value)
    return raw


def as_json(raw: object) -> bytes:
    """Write a submission as a file holds it; decimals become JSON numbers, lone surrogates escapes."""

    def number(value: object) -> float | int:
        assert isinstance(value, Decimal), value
        return int(value) if value == value.to_integral_value() else float(value)

    return json.dumps(raw, ensure_ascii=True, default=number, indent=1).encode()


def assessed(raw: dict[str, Any] | bytes, office: Office = NO_OFFICE) -> pipeline.Result:
    """What becomes of a submission in a file `a.json`."""
    content = raw if isinstance(raw, bytes) else as_json(raw)
    return pipeline.assess_bytes(content, "a.json", library(), office)


def problems_of(raw: dict[str, Any] | bytes, office: Office = NO_OFFICE) -> tuple[Problem, ...]:
    """The problems of a submission that stand in the way of its draft."""
    return tuple(problem for problem in assessed(raw, office).problems if problem.blocks is Blocks.DRAFT)


def places_of(raw: dict[str, Any] | bytes, office: Office = NO_OFFICE) -> list[str]:
    """Where the problems that stand in the way of a draft are."""
    return [problem.where for problem in problems_of(raw, office)]


def png(shade: int) -> BytesIO:
    """A picture of one grey dot."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, shade]))
    return BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def poppler(program: str, *arguments: str | Path) -> str:
    """What a program of poppler says."""
    found = shutil.which(program)
    assert found
    return subprocess.run([found, *arguments], check=True, capture_output=True).stdout.decode("utf-8")
