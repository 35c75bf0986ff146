"""Submissions of the 2021 form that are unlike each other, as a province's are: the same ones each time.

Names, points, reasons, evidence, counts, ratings and dates differ from one to the next; each is sound, so that it
makes a draft. What is the same in a real batch is the same here: the form, the office, the words that clerks use.
"""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random
from typing import Any

from baocao.forms.criteria import Criterion
from baocao.forms.model import Form

_PLACES = ("huyện", "thị xã", "thành phố", "liên xã", "khu vực")
_ASSOCIATIONS = ("Chữ thập đỏ", "Đông y", "Khuyến học", "Làm vườn", "Luật gia", "Nhà báo", "Người cao tuổi", "Y học")
_FAULTS = (
    "báo cáo tháng {} nộp chậm 05 ngày",
    "tỷ lệ học tập nghị quyết chuyên đề mới đạt {}%",
    "{} đảng viên chưa có kế hoạch tu dưỡng, rèn luyện",
    "sinh hoạt chi bộ có {} kỳ chưa đúng quy định",
    "chưa hoàn thành {} nội dung của chương trình công tác",
    "hồ sơ cập nhật chưa kịp thời (thiếu {} bộ)",
)
_PAPERS = ("Biên bản kiểm tra ngày {}/6/2021", "Thông báo số {}-TB/BTG", "Công văn số {}-CV/BTC")
_BODIES = ("Ủy ban Mặt trận Tổ quốc", "Liên đoàn Lao động", "Huyện đoàn", "Hội Phụ nữ", "Hội Nông dân")


def submissions(form: Form, count: int) -> list[bytes]:
    """Return so many different submissions as JSON."""
    chance = Random(2021)
    return [_json(_submission(form, number, chance)) for number in range(count)]


def _json(raw: dict[str, Any]) -> bytes:
    return json.dumps(raw, ensure_ascii=False, indent=2, default=_as_typed).encode()


def _as_typed(points: Decimal) -> int | float:
    return int(points) if points == int(points) else float(points)


def _submission(form: Form, number: int, chance: Random) -> dict[str, Any]:
    kind = chance.choice(form.kinds)
    assigned, pointed_out, excused = chance.randint(6, 20), chance.randint(2, 12), chance.choice([0, 0, 1])
    return {
        "form": form.id,
        "year": form.year,
        "organization": {
            "id": f"hoi-{number}",
            "name": f"{kind.name.capitalize()} Hội {chance.choice(_ASSOCIATIONS)} {chance.choice(_PLACES)} {number}",
            "kind": kind.key,
        },
        "scores": {leaf.no: _score(form, leaf, chance) for leaf in form.leaves if not leaf.banded},
        "facts": {
            "members": None,
            "subordinates": None,
            kind.population: _tally(form, kind.population, chance),
            "sociopolitical_organizations": [
                {"name": f"{body} {number}", "rating": chance.choice(["excellent", "good", "good", "completed"])}
                for body in _BODIES
            ],
            "weaknesses": {
                "pointed_out": pointed_out,
                "remedied": chance.randint(pointed_out // 2, pointed_out),
                "unremedied_from_earlier_years": chance.choice([0, 0, 1]),
            },
            "targets": {
                "assigned": assigned,
                "met": chance.randint(assigned * 2 // 3, assigned - excused),
                "force_majeure": excused,
            },
            "discipline": {"organization": chance.random() < 0.05, "subordinates": []},
            "achievements": [
                {"text": f"hoàn thành {chance.randint(2, 99)} công trình", "attested_by": f"Quyết định số {number}"}
            ][: chance.randint(0, 1)],
            "levels": {},
        },
        "proposal": None,
        "comment": None,
        "signature": {"date": f"2021-12-{chance.randint(1, 28):02}"},
    }


def _score(form: Form, leaf: Criterion, chance: Random) -> dict[str, Any]:
    """Return full marks, or less for a reason or two."""
    assert form.step
    lost = [form.step * chance.randint(1, 4) for _ in range(chance.choice([0, 0, 0, 0, 0, 1, 1, 2]))]
    if not lost or sum(lost) > leaf.most:
        return {"awarded": leaf.most}
    deductions = [
        {
            "points": points,
            "reason": chance.choice(_FAULTS).format(chance.randint(2, 95)),
            "evidence": chance.choice((*_PAPERS, *_PAPERS, "")).format(chance.randint(2, 28)) or None,
        }
        for points in lost
    ]
    return {"awarded": leaf.most - sum(lost, Decimal(0)), "deductions": deductions}


def _tally(form: Form, population: str, chance: Random) -> dict[str, Any]:
    keys = form.ladder_of(population).keys
    counts = dict(zip(keys, (chance.randint(0, 3), chance.randint(2, 12), chance.randint(0, 3), 0), strict=True))
    if chance.random() < 0.3:
        return counts | {"not_rated": 1, "not_rated_reason": f"mới chuyển đến trong tháng {chance.randint(2, 12)}"}
    return counts
