"""Submissions made from a form itself: the blank one that a clerk fills in, and a full one to try templates with."""

from __future__ import annotations

from typing import Any

from baocao.forms.model import Form

_BLANK_FACTS: dict[str, Any] = {
    "members": {
        "excellent": None,
        "good": None,
        "completed": None,
        "not_completed": None,
        "not_rated": 0,
        "not_rated_reason": None,
    },
    "subordinates": None,
    "government": None,
    "sociopolitical_organizations": None,
    "weaknesses": {"pointed_out": None, "remedied": None, "unremedied_from_earlier_years": None},
    "targets": {"assigned": None, "met": None, "force_majeure": None},
    "discipline": {"organization": None, "subordinates": None},
    "achievements": None,
    "levels": {},
}


def blank(form: Form, organization: str, schema: str) -> dict[str, Any]:
    """Return an empty submission: every criterion to be scored, every fact not known yet."""
    return {
        "$schema": schema,
        "form": form.id,
        "year": form.year,
        "organization": {
            "id": organization,
            "name": None,
            "kind": form.kinds[0].key,
            "superior": {"id": None, "name": None},
        },
        "scores": {leaf.no: {"awarded": None} for leaf in form.leaves if not leaf.banded},
        "facts": _BLANK_FACTS,
        "proposal": None,
        "comment": None,
        "issuer": {"superior": None, "agency": None, "symbol": None},
        "signature": {"place": None, "date": None, "authority": None, "position": None, "name": None},
    }


def full(form: Form) -> dict[str, Any]:
    """Return a submission that makes a scoresheet with everything in it: deductions, flags, all lists."""
    name = "Tổ chức mẫu"
    rated = [{"name": name, "rating": "good"}]
    tally = {"excellent": 1, "good": 1, "completed": 1, "not_completed": 0}
    return {
        **blank(form, "to-chuc-mau", ""),
        "organization": {
            "id": "to-chuc-mau",
            "name": name,
            "kind": form.kinds[0].key,
            "superior": {"id": "cap-tren-mau", "name": "Cấp trên mẫu"},
        },
        "scores": {
            leaf.no: {"awarded": leaf.standard - form.step, "reason": "lý do mẫu"}
            for leaf in form.leaves
            if not leaf.banded
        },
        "facts": {
            **_BLANK_FACTS,
            "members": tally,
            "government": rated,
            "sociopolitical_organizations": rated,
            "weaknesses": {"pointed_out": 10, "remedied": 8, "unremedied_from_earlier_years": 0},
            "targets": {"assigned": 10, "met": 9, "force_majeure": 0},
            "discipline": {"organization": False, "subordinates": []},
            "achievements": [{"text": "thành tích mẫu", "attested_by": "nơi xác nhận mẫu"}],
        },
        "issuer": {"superior": "Cấp trên", "agency": "Cơ quan chủ trì", "symbol": None},
        "signature": {
            "place": "Địa danh",
            "date": f"{form.year}-12-31",
            "authority": "T/M",
            "position": "Chức vụ",
            "name": "Họ và tên",
        },
    }
