"""A committee's form with mostly other content, made from the 2021 one by editing data only."""

from __future__ import annotations

import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from baocao import pipeline, sample, trial
from baocao.exact_toml import parse_toml
from baocao.forms import FormFolder, Library, load_folder
from baocao.rendering.trying import paragraphs
from tests.helpers import FORM, TEMPLATES, as_json
from tests.test_form_mutations import as_toml
from tools.build_annexes import annex
from tools.build_templates import package

KEY = "uy-ban/2030"

# What takes the place of the tables of the same names; the rest of the 2021 form stays as it is.
FORM_DATA = """
id = "uy-ban"
year = 2030
name = "Bảng chấm điểm đánh giá chất lượng Ủy ban năm 2030"
step = 0.5
total = 100
total_at_most = 100
level_items = ["A", "B", "C"]
core_items = []
reasons_required_for = ["kha", "dat"]
quotas = []
flags = []

kinds = [
    { key = "uy_ban", name = "ủy ban", population = "subordinates" },
    { key = "van_phong", name = "văn phòng", population = "members" },
]
levels = [
    { key = "xuat_sac", name = "Xuất sắc", at_least = 85 },
    { key = "tot", name = "Tốt", at_least = 65 },
    { key = "trung_binh", name = "Trung bình", at_least = 40 },
    { key = "kem", name = "Kém", at_least = 0 },
]
figures = [{ key = "buoi_hop", name = "số buổi họp định kỳ" }]
interpretations = [
    { key = "phan-bo-diem", text = "Điểm từng dòng theo biểu kèm theo.", reason = "Biểu gốc không ghi điểm." },
    { key = "chua-du-can-cu", text = "Không đủ điều kiện mức nào thì chưa xếp loại.", reason = "Mẫu không nêu." },
]
decision = { order = ["chua_dat", "tieu_bieu", "kha", "dat"], undetermined_at_most = "dat" }

[bases.form]
source = "In trên biểu của Ủy ban."

[[criteria]]
no = "A"
text = "Lãnh đạo thực hiện nhiệm vụ chính trị của Ủy ban."
standard = 40
basis = "form"

[[criteria]]
no = "A.1"
text = "Ban hành và thực hiện chương trình công tác năm."
standard = 25
basis = "form"

[[criteria]]
no = "A.2"
text = "Giải quyết hồ sơ đúng hạn."
paragraphs = ["- Không có hồ sơ quá hạn do lỗi của Ủy ban."]
standard = 15
basis = "form"

[[criteria]]
no = "B"
text = "Xây dựng tổ chức bộ máy."
standard = 30
basis = "form"

[[criteria]]
no = "B.1"
text = "Phân công nhiệm vụ rõ người, rõ việc."
standard = 10
basis = "form"

[[criteria]]
no = "B.2"
text = "Thực hiện quy chế làm việc."
standard = 10
basis = "form"

[[criteria]]
no = "B.3"
text = "Quản lý tài chính, tài sản đúng quy định."
standard = 10
basis = "form"

[[criteria]]
no = "C"
text = "Kết quả hoàn thành chỉ tiêu được giao."
standard = 20
basis = "form"

[criteria.banded]
kind = "figure"
of = "targets"
bands = [
    { points = 20, level = "xuat_sac", at_least = 95, text = "Hoàn thành từ 95% chỉ tiêu chấm 20 điểm;" },
    { points = 14, level = "tot", at_least = 80, text = "Hoàn thành từ 80% đến dưới 95% chấm 14 điểm;" },
    { points = 0, level = "kem", at_least = 0, text = "Hoàn thành dưới 80% chấm 0 điểm." },
]
gap = { text = "không có chỉ tiêu nào được giao" }

[[criteria]]
no = "D"
text = "Họp định kỳ."
standard = 10
basis = "form"

[criteria.banded]
kind = "figure"
of = "buoi_hop"
bands = [
    { points = 10, at_least = 12, text = "Họp đủ 12 buổi chấm 10 điểm;" },
    { points = 6, at_least = 9, text = "Họp từ 9 buổi chấm 6 điểm;" },
    { points = 0, at_least = 0, text = "Họp ít hơn chấm 0 điểm." },
]

[[criteria]]
no = "E"
text = "Điểm thưởng."
role = "bonus"
standard = 5
basis = "form"

[[criteria]]
no = "E.1"
text = "Có sáng kiến được áp dụng."
standard = 5
basis = "form"

[[ratings]]
key = "tieu_bieu"
name = "Tiêu biểu"
heading = "Mức 1. Ủy ban tiêu biểu"
given_when = "all"
clauses = [
    { no = "1", text = "Đạt từ 92 điểm trở lên và:", conditions = [{ kind = "points", at_least = 92 }] },
    { no = "1.1", text = "Mọi mục đều đạt cấp độ Tốt trở lên;", conditions = [{ kind = "levels", items = "all", at_least = "tot" }] },
    { no = "1.2", text = "Họp từ 10 buổi trở lên.", conditions = [{ kind = "figure", of = "buoi_hop", at_least = 10 }] },
]

[[ratings]]
key = "kha"
name = "Khá"
heading = "Mức 2. Ủy ban khá"
given_when = "all"
clauses = [
    { no = "2", text = "Đạt từ 75 điểm trở lên và:", conditions = [{ kind = "points", at_least = 75 }] },
    { no = "2.1", text = "Có từ 90% đơn vị, cá nhân được xếp từ mức Đạt trở lên.", conditions = [{ kind = "share", rated_at_least = "dat", at_least = 90 }] },
]

[[ratings]]
key = "dat"
name = "Đạt"
heading = "Mức 3. Ủy ban đạt"
given_when = "all"
clauses = [{ no = "3", text = "Đạt từ 55 điểm trở lên.", conditions = [{ kind = "points", at_least = 55 }] }]

[[ratings]]
key = "chua_dat"
name = "Chưa đạt"
heading = "Mức 4. Ủy ban chưa đạt"
given_when = "any"
clauses = [
    { no = "4", text = "Đạt dưới 55 điểm, hoặc:", conditions = [{ kind = "points", below = 55 }] },
    { no = "4.1", text = "Ủy ban bị xử lý kỷ luật.", conditions = [{ kind = "organization_disciplined" }] },
]
"""  # noqa: E501
TEXTS = {
    "title": "BIỂU CHẤM ĐIỂM ỦY BAN",
    "subtitle": "Đánh giá chất lượng Ủy ban năm",
    "assessed_label": "Ủy ban được đánh giá:",
    "instructions": ["Ghi rõ lý do ở mỗi dòng bị trừ điểm."],
    "method_title": "Cách xếp loại Ủy ban",
    "note": "Biểu này thay cho biểu các năm trước.",
}

PHRASES = """
[names]
A = "nhiệm vụ chính trị"
B = "tổ chức bộ máy"
C = "chỉ tiêu được giao"
D = "họp định kỳ"
E = "điểm thưởng"

[findings.figures.buoi_hop]
observed = "{{ count }} buổi họp"
at_least = "từ {{ threshold }} buổi họp"

[deductions.figures]
targets = "Mục {{ no }}: trừ {{ deducted }} điểm vì mới đạt {{ part | plain }}/{{ whole | plain }} chỉ tiêu."
buoi_hop = "Mục {{ no }}: trừ {{ deducted }} điểm vì chỉ họp {{ count }} buổi."

[comment.result]
tieu_bieu = "Năm {{ year }}, {{ organization }} là ủy ban tiêu biểu với {{ total }} điểm."
kha = "Năm {{ year }}, {{ organization }} đạt mức khá với {{ total }} điểm."
dat = "Năm {{ year }}, {{ organization }} đạt yêu cầu với {{ total }} điểm."
chua_dat = "Năm {{ year }}, {{ organization }} chưa đạt yêu cầu."

[comment.strengths]
bonus = "Được thưởng {{ awarded }} điểm{% for criterion in criteria %}, {{ criterion.reason }}{% endfor %}."
"""
NO_LONGER_NEEDED = ("findings.figures", "deductions.figures", "comment.result")
STAYS = ("undetermined", "open")


def leaves(value: Any) -> Iterator[Any]:
    """Every value of a form that is no table and no list."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        yield value
    else:
        for part in inner:
            yield from leaves(part)


def merged(tree: dict[str, Any], edits: dict[str, Any]) -> dict[str, Any]:
    both = {key: merged(tree[key], edits[key]) for key in tree.keys() & edits.keys() if isinstance(edits[key], dict)}
    return {**tree, **edits, **both}


def form_data() -> tuple[dict[str, Any], dict[str, Any]]:
    """The tree of the 2021 form, and that of the committee's."""
    old = parse_toml((TEMPLATES / FORM / "form.toml").read_bytes())
    new: dict[str, Any] = {**old, **parse_toml(FORM_DATA.encode())}
    new["texts"] = {**new["texts"], **TEXTS}
    return old, new


def phrases_data() -> dict[str, Any]:
    tree: Any = tomllib.loads((TEMPLATES / FORM / "phrases.toml").read_text(encoding="utf-8"))
    for place in NO_LONGER_NEEDED:
        table, name = place.split(".")
        tree[table][name] = {key: said for key, said in tree[table][name].items() if key in STAYS}
    return merged(tree, tomllib.loads(PHRASES))


@pytest.fixture(scope="module")
def committee(tmp_path_factory: pytest.TempPathFactory) -> FormFolder:
    path: Path = tmp_path_factory.mktemp("templates") / KEY
    shutil.copytree(TEMPLATES / FORM, path)
    (path / "form.toml").write_bytes(as_toml(form_data()[1]))
    (path / "phrases.toml").write_bytes(as_toml(phrases_data()))
    committee = load_folder(path)
    (path / "annex.docx").write_bytes(package(annex(committee.form)))  # its columns are the form's ratings and sections
    return committee


def test_at_least_40_percent_of_the_content_is_other_content() -> None:
    old, new = (Counter(map(str, leaves(tree))) for tree in form_data())
    assert (new - old).total() / new.total() >= 0.4
    assert (old - new).total() / old.total() >= 0.4


def test_the_new_form_passes_its_check(committee: FormFolder) -> None:
    trial.check_form(committee)


def assessed(folder: FormFolder, scores: dict[str, float], **facts: Any) -> pipeline.Result:
    """A committee with full marks, all targets met, twelve meetings, all below rated well, but for what is given."""
    form = folder.form
    raw = sample.full(form, facts.pop("kind", "uy_ban"))
    best = {leaf.no: leaf.most for leaf in form.leaves if not leaf.banded} | {"E.1": 0}
    raw["scores"] = {
        no: {"awarded": scores.get(no, most), "reason": "có lý do" if no in scores else None}
        for no, most in best.items()
    }
    tally = {"tieu_bieu": 0, "kha": 10, "dat": 0, "chua_dat": 0, "not_rated": 0, "not_rated_reason": None}
    population = form.kind(raw["organization"]["kind"]).population
    raw["facts"] |= {
        population: tally | facts.pop("tally", {}),
        "targets": {"assigned": 100, "met": facts.pop("met", 100), "force_majeure": 0},
        "figures": {"buoi_hop": facts.pop("buoi_hop", 12)},
        "discipline": {"organization": facts.pop("disciplined", False), "subordinates": []},
    }
    assert not facts
    return pipeline.assess_bytes(as_json(raw), "a.json", Library([folder.path.parents[1]]))


# Scores, facts, and by hand: the total and the rating.
CASES: dict[str, tuple[dict[str, float], dict[str, Any], float, str]] = {
    "40 + 30 + 20 + 10": ({}, {}, 100, "tieu_bieu"),
    "the bonus does not go beyond 100": ({"E.1": 3}, {}, 100, "tieu_bieu"),
    "40 + 30 + 14 + 10; C is Tốt by its band": ({}, {"met": 80}, 94, "tieu_bieu"),
    "40 + 30 + 14 + 6, and 3 of bonus; nine meetings are too few": ({"E.1": 3}, {"met": 80, "buoi_hop": 9}, 93, "kha"),
    "40 + 30 + 20 + 6; nine meetings": ({}, {"buoi_hop": 9}, 96, "kha"),
    "the same, 9 of 10 subordinates are Đạt or better": (
        {},
        {"buoi_hop": 9, "tally": {"kha": 5, "dat": 4, "chua_dat": 1}},
        96,
        "kha",
    ),
    "the same, 8 of 10": ({}, {"buoi_hop": 9, "tally": {"kha": 8, "chua_dat": 2}}, 96, "dat"),
    "C is Kém: 40 + 30 + 0 + 10": ({}, {"met": 79}, 80, "kha"),
    "exactly 75": ({"A.1": 20}, {"met": 79}, 75, "kha"),
    "just below 75": ({"A.1": 19.5}, {"met": 79}, 74.5, "dat"),
    "exactly 55: 15 + 30 + 0 + 10": ({"A.1": 0}, {"met": 0}, 55, "dat"),
    "just below 55": ({"A.1": 0, "B.1": 9.5}, {"met": 0}, 54.5, "chua_dat"),
    "disciplined": ({}, {"disciplined": True}, 100, "chua_dat"),
    "an office rates its members": (
        {},
        {"kind": "van_phong", "buoi_hop": 9, "tally": {"kha": 8, "chua_dat": 2}},
        96,
        "dat",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_new_form_rates_as_computed_by_hand(committee: FormFolder, name: str) -> None:
    scores, facts, total, rating = CASES[name]
    result = assessed(committee, scores, **facts)
    assert result.faults == ()
    assert result.judged is not None
    assert (result.judged.scoresheet.total, result.judged.rating.computed) == (Decimal(total), rating)


def test_the_document_has_the_new_sentences_and_none_of_the_dropped_ones(committee: FormFolder) -> None:
    result = assessed(committee, {"A.1": 20}, met=79, buoi_hop=9)
    printed = paragraphs(result.document())
    old = load_folder(TEMPLATES / FORM).form.official_sentences
    new = committee.form.official_sentences
    dropped = [sentence for sentence in old if len(sentence) > 5 and sentence not in new]
    assert len(dropped) > 50
    for sentence in new:
        assert any(line.startswith(sentence) for line in printed), sentence
    for sentence in dropped:
        assert not any(sentence in line for line in printed), sentence
    assert any("đạt yêu cầu với 71 điểm" in line for line in printed)
    assert "Mục C: trừ 20 điểm vì mới đạt 79/100 chỉ tiêu." in printed
    assert "Mục D: trừ 4 điểm vì chỉ họp 09 buổi." in printed
