"""Submissions made from a form itself: the blank one that a clerk fills in, and a full one to try templates with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from baocao import figures
from baocao.checks import MARK_OF
from baocao.forms.criteria import Criterion
from baocao.forms.model import Form
from baocao.text import BLANK


def _blank_facts(form: Form, kind: str) -> dict[str, Any]:
    """Return every fact of the contract that the form asks of some kind of organisation, not known yet."""
    wanted = {fact for entry in form.kinds for fact in figures.asked(form, entry.key)}
    blank: dict[str, Any] = {
        "members": _blank_tally(form, "members"),
        "subordinates": None,
        "government": None,
        "sociopolitical_organizations": None,
        "weaknesses": {"pointed_out": None, "remedied": None, "unremedied_from_earlier_years": None},
        "targets": {"assigned": None, "met": None, "force_majeure": None},
        "discipline": {"organization": None, "subordinates": None},
        "achievements": None,
        "figures": {figure.key: None for figure in form.figures},
        "levels": {},
    }
    if form.kind(kind).population == "subordinates":
        blank |= {"members": None, "subordinates": _blank_tally(form, "subordinates")}
    shown = wanted | ({"levels"} if form.level_items else set())
    return {fact: value for fact, value in blank.items() if fact in shown}


def _blank_tally(form: Form, population: str) -> dict[str, Any]:
    return dict.fromkeys(form.ladder_of(population).keys) | {"not_rated": 0, "not_rated_reason": None}


def blank(form: Form, organization: str, schema: str, kind: str | None = None) -> dict[str, Any]:
    """Return an empty submission: every criterion to be assessed, every fact not known yet.

    Args:
        form: the form.
        organization: identifier of the organisation.
        schema: where the JSON Schema lies.
        kind: the kind of organisation; the form's first when `None`.
    """
    kind = kind or form.kinds[0].key
    return {
        "$schema": schema,
        "form": form.id,
        "year": form.year,
        "organization": {"id": organization, "name": None, "kind": kind, "superior": {"id": None, "name": None}},
        "scores": {
            leaf.no: _blank_score(form, leaf) for leaf in form.leaves if not leaf.banded and form.applies(leaf.no, kind)
        },
        "facts": _blank_facts(form, kind),
        "proposal": None,
        "comment": None,
        "issuer": {"superior": None, "agency": None, "symbol": None},
        "signature": {"place": None, "date": None, "authority": None, "position": None, "name": None},
    }


def _blank_score(form: Form, leaf: Criterion) -> dict[str, Any]:
    mark = {MARK_OF[leaf.assessed_by]: None}
    others = {assessor.key: dict(mark) for assessor in form.other_assessors}
    return {**mark, "others": others} if others else dict(mark)


def nothing(form: Form) -> dict[str, Any]:
    """Return a submission that says nothing, to print the form itself with."""
    filled = full(form)
    organization = filled["organization"]
    at_home = (*form.jurisdiction.places, BLANK)[0]  # the paper is for its own jurisdiction, and says so nowhere
    return {
        **filled,
        "organization": {**organization, "superior": {**organization["superior"], "name": at_home}},
        "scores": {},
        "facts": {},
        "issuer": {"superior": BLANK, "agency": BLANK, "symbol": None},
        "signature": {"place": BLANK, "date": None, "authority": None, "position": BLANK, "name": BLANK},
    }


def full(form: Form, kind: str | None = None) -> dict[str, Any]:
    """Return a submission that makes a scoresheet with everything in it: deductions, reasons, all lists.

    Args:
        form: the form.
        kind: the kind of organisation; the form's first when `None`.
    """
    name, about = "Tổ chức mẫu", form.kind(kind or form.kinds[0].key)
    facts = {
        about.population: _tally(form, about.population),
        "government": _rated(form, "government", name),
        "sociopolitical_organizations": _rated(form, "sociopolitical_organizations", name),
        "weaknesses": {"pointed_out": 10, "remedied": 8, "unremedied_from_earlier_years": 0},
        "targets": {"assigned": 10, "met": 9, "force_majeure": 0},
        "discipline": {"organization": False, "subordinates": []},
        "achievements": [{"text": "thành tích mẫu", "attested_by": "nơi xác nhận mẫu"}],
        "figures": {figure.key: 8 if figure.out_of else 10 for figure in form.figures},
        "levels": {},
    }
    return {
        **blank(form, "to-chuc-mau", ""),
        "organization": {
            "id": "to-chuc-mau",
            "name": name,
            "kind": about.key,
            "superior": {"id": "cap-tren-mau", "name": "Cấp trên mẫu"},
        },
        "scores": {
            leaf.no: _full_score(form, leaf)
            for leaf in form.leaves
            if not leaf.banded and form.applies(leaf.no, about.key)
        },
        "facts": {fact: value for fact, value in facts.items() if fact != "figures" or form.figures},
        "issuer": {"superior": "Cấp trên", "agency": "Cơ quan chủ trì", "symbol": None},
        "signature": {
            "place": "Địa danh",
            "date": f"{form.year}-12-31",
            "authority": "T/M",
            "position": "Chức vụ",
            "name": "Họ và tên",
        },
    }


def _full_score(form: Form, leaf: Criterion) -> dict[str, Any]:
    """Return a mark that is short of the best, explained."""
    mark: dict[str, Any]
    if leaf.assessed_by == "level":
        mark = {"level": form.level_ladder.keys[1]}
    elif leaf.assessed_by == "yes_no":
        mark = {"met": True}
    else:
        lost = form.step or Decimal(0)
        mark = {"awarded": lost if form.role(leaf.no) == "penalty" else leaf.most - lost}
    others = {assessor.key: dict(mark) for assessor in form.other_assessors}
    return {**mark, "reason": "lý do mẫu", **({"others": others} if others else {})}


def _tally(form: Form, population: str) -> dict[str, Any]:
    """Return a tally with one in each rating but the lowest."""
    ladder = form.ladder_of(population)
    return dict.fromkeys(ladder.keys, 1) | {ladder.lowest: 0}


def _rated(form: Form, listed: str, name: str) -> list[dict[str, Any]]:
    ladder = form.ladder_of(listed)
    return [{"name": name, "rating": ladder.keys[min(1, len(ladder.keys) - 2)]}]
