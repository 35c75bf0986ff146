"""Which phrases the phrase book of a form may have, which it must have, and the facts that each may use.

`None` marks a single fact, `()` a list of facts, names in a tuple the parts of a list of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baocao.forms.conditions import FigureCondition, PointsCondition
from baocao.forms.criteria import FigureBands, RatingBands
from baocao.forms.model import Form
from baocao.phrases import Catalogue, Parts

_LINE = {"no": None, "deducted": None, "awarded": None, "standard": None}
_RATED = ("name", "rating")
_CONDITIONS = {"conditions": ("required", "observed")}
_SUMS = {"total": None, "standard": None, "summed": None, "summed_standard": None}
_RESULT = {"year": None, "organization": None, **_SUMS, "rating": None, "deducted": None}
_THRESHOLD = {"population": None, "rating": None, "threshold": None}
_SHARE = {"part": None, "whole": None, "share": None, "excused": None}
_COUNT = {"count": None}
_COMPARED = {"threshold": None}
_BAND = {"reason": None, "band": None}

FINDINGS: Catalogue = {
    "findings.unknown": {},
    "findings.not_applicable.kind": {"kind": None},
    "findings.not_applicable.rows": {},
    "findings.not_applicable.nobody": {"population": None, "reason": None},
    "findings.not_applicable.none_listed": {"organizations": None},
    "findings.not_applicable.no_subordinates": {},
    "findings.points.observed": {"total": None},
    "findings.points.open": {"lowest": None, "highest": None},
    "findings.points.at_least": {"at_least": None},
    "findings.points.below": {"below": None},
    "findings.points.row": {"no": None, "required": None},
    "findings.achievement.observed": {"stated": None, "attested": None},
    "findings.achievement.required": {},
    "findings.levels.observed": {"items": ("no", "level", "reason")},
    "findings.levels.at_least": {"items": (), "level": None},
    "findings.levels.at_most": {"items": (), "level": None},
    "findings.yes_no.observed": {"unmet": (), "unknown": (), "count": None},
    "findings.yes_no.all_met": {"items": ()},
    "findings.yes_no.any_unmet": {"items": ()},
    "findings.share.observed": {
        "counted": None,
        "rated": None,
        "share": None,
        "population": None,
        "not_rated": None,
    },
    "findings.share.at_least_from": _THRESHOLD,
    "findings.share.at_least_above": _THRESHOLD,
    "findings.share.exactly_from": _THRESHOLD,
    "findings.share.exactly_above": _THRESHOLD,
    "findings.organizations.observed": {"organizations": _RATED},
    "findings.organizations.all_at_least": {"organizations": None, "rating": None},
    "findings.organizations.any_rated": {"organizations": None, "rating": None},
    "findings.organization_disciplined.yes": {},
    "findings.organization_disciplined.no": {},
    "findings.organization_disciplined.required": {},
    "findings.subordinates_not_disciplined.observed": {"disciplined": None, "excused": None},
    "findings.subordinates_not_disciplined.required": {},
}

DEDUCTIONS: Catalogue = {
    "deductions.typed": {**_LINE, "parts": ("points", "reason", "evidence")},
    "deductions.ratings": {**_LINE, "organizations": _RATED, "reason": None, "band": None},
    "deductions.own": {**_LINE, "case": None, "reason": None},
    "deductions.penalty": {"no": None, "deducted": None, "parts": ("points", "reason", "evidence")},
    "deductions.level": {"no": None, "level": None, "best": None, "reason": None},
    "deductions.unmet": {"no": None, "deducted": None, "reason": None},
}

COMMENT: Catalogue = {
    "comment.result.undetermined": {"year": None, "organization": None, **_SUMS},
    "comment.result.open": {
        "year": None,
        "organization": None,
        "lowest": None,
        "highest": None,
        "standard": None,
    },
    "comment.strengths.full_items": {"items": ("name",)},
    "comment.strengths.bonus": {"awarded": None, "criteria": ("no", "awarded", "reason")},
    "comment.strengths.achievements": {"achievements": ("text", "attested_by")},
    "comment.strengths.targets": {"met": None, "counted": None, "assigned": None, "force_majeure": None},
    "comment.strengths.remedied": {"remedied": None, "pointed_out": None, "share": None},
    "comment.strengths.population": {
        "counted": None,
        "rated": None,
        "share": None,
        "population": None,
        "floor": None,
        "rating": None,
    },
    "comment.limits.section": {"section": None, "deducted": None, "criteria": ("no", "reason")},
    "comment.limits.penalty": {"deducted": None, "criteria": ("no", "reason")},
    "comment.limits.targets": {"missed": None, "counted": None, "force_majeure": None},
    "comment.limits.weaknesses": {"left": None},
    "comment.limits.earlier": {"unremedied": None},
    "comment.limits.population": {"not_completed": None, "population": None, "rating": None},
    "comment.limits.disciplined": {},
    "comment.limits.subordinates": {"disciplined": None, "excused": None},
    "comment.conclusion.not_higher": {"rating": None, **_CONDITIONS},
    "comment.conclusion.not_next": {"rating": None, **_CONDITIONS},
    "comment.conclusion.knocked_out": {"rating": None, "lowest": None, **_CONDITIONS},
    "comment.conclusion.undetermined": _CONDITIONS,
    "comment.conclusion.unknown": _CONDITIONS,
    "comment.conclusion.unknown_cases": _CONDITIONS,
    "comment.conclusion.confirmed": {"by": None, "rating": None, "reason": None},
    "comment.conclusion.lowered": {"by": None, "rating": None, "computed": None, "reason": None},
    "comment.conclusion.settled": {"by": None, "rating": None, "reason": None},
    "comment.conclusion.remedy": {"organization": None, "limits": None, "left": None},
    "comment.conclusion.proposal": {"organization": None, "year": None, "rating": None},
}

_BOTH = ("before", "after")

CHANGES: Catalogue = {
    "changes.opening": {"number": None},
    "changes.nothing": {},
    "changes.total": {"before": None, "after": None},
    "changes.points": {"criteria": ("no", *_BOTH)},
    "changes.levels": {"items": ("no", *_BOTH)},
    "changes.conditions": {"conditions": ("required", *_BOTH)},
    "changes.rating": {"before": None, "after": None},
}
"""What a second rating changed against the one it replaces."""

ANNEX: Catalogue = {
    "annex.rated": {
        "year": None,
        "last_year": None,
        "rated": None,
        "proposed": None,
        "before": None,
        "difference": None,
    },
    "annex.shares": {"year": None, "last_year": None, "ratings": ("name", "share", "before")},
    "annex.mean": {"year": None, "last_year": None, "mean": None, "before": None, "difference": None},
}
"""How the annex compares with the year before; a form without these sentences compares nothing."""

COMMON: Catalogue = {**FINDINGS, **DEDUCTIONS, **COMMENT, **CHANGES, **ANNEX}
"""Phrases whose keys are the same in every form."""

NAMED: Catalogue = {
    "comment.result.<rating>": _RESULT,
    "findings.figures.<share>.observed": _SHARE,
    "findings.figures.<count>.observed": _COUNT,
    "findings.figures.<figure>.<comparison>": _COMPARED,
    "findings.figures.<share>.nothing": {},
    "deductions.figures.<share>": {**_LINE, **_SHARE, **_BAND},
    "deductions.figures.<count>": {**_LINE, **_COUNT, **_BAND},
}
"""Phrases whose keys name a rating, a figure (a share or a count) or a comparison (`at_least` …) of the form."""

NAMED_BY_FORM = tuple(dict.fromkeys(key.partition("<")[0] for key in NAMED))
"""How the keys of these phrases begin."""

NAMES = (
    "members",
    "subordinates",
    "government",
    "sociopolitical_organizations",
    "unknown",
    "strengths",
    "limits",
)
"""Names that every phrase book must give, beside those of sections and items with a level."""


def catalogue(form: Form) -> Catalogue:
    """Return every phrase that the phrase book of a form may have, with its facts."""
    return {**COMMON, **dict(_of_form(form))}


def needed(form: Form) -> list[str]:
    """Return the phrases that the phrase book of a form must have: those that can come to be said."""
    spoken = (*(f"findings.{kind}." for kind in _kinds_of_condition(form)), "findings.not_applicable.")
    told = {"findings.unknown", *(f"deductions.{name}" for name in _deductions(form))}
    common = [key for key in COMMON if key in told or key in COMMENT or key in CHANGES or key.startswith(spoken)]
    return [key for key in (*common, *(key for key, _ in _of_form(form))) if _can_occur(key, form)]


def _can_occur(key: str, form: Form) -> bool:
    """Whether the form has what a sentence is about."""
    roles = {section.role for section in form.sections}
    knocks_out = any(rule.given_when == "any" for rule in form.ratings)
    only_if = {
        "findings.points.row": any(
            isinstance(condition, PointsCondition) and condition.of for condition in form.conditions
        ),
        "comment.result.open": form.has_points,
        "changes.total": form.has_points,
        "changes.points": form.has_points,
        "changes.levels": bool(form.level_items),
        "comment.strengths.bonus": "bonus" in roles,
        "comment.limits.penalty": "penalty" in roles,
        "comment.conclusion.not_higher": form.has_points,
        "comment.conclusion.not_next": not form.has_points,
        "comment.conclusion.knocked_out": knocks_out,
        "comment.conclusion.unknown_cases": knocks_out,
    }
    return only_if.get(key, True)


def _kinds_of_condition(form: Form) -> set[str]:
    return {condition.kind for condition in form.conditions}


def _deductions(form: Form) -> Iterator[str]:
    """Yield the explanations that the criteria of a form can need."""
    for leaf in form.leaves:
        if form.role(leaf.no) == "penalty":
            yield "penalty"
        elif isinstance(leaf.banded, RatingBands):
            yield "ratings"
        elif leaf.assessed_by == "yes_no":
            yield "unmet"
        elif leaf.assessed_by == "level":
            yield "level"
        elif leaf.banded is None:
            yield "typed"
        if leaf.banded is not None:
            yield "own"


def _of_form(form: Form) -> Iterator[tuple[str, Mapping[str, Parts]]]:
    """Yield the phrases that are named by ratings and figures of a form."""
    for rule in form.ratings:
        yield f"comment.result.{rule.key}", NAMED["comment.result.<rating>"]
    for condition in form.conditions:
        if isinstance(condition, FigureCondition):
            prefix, sort = f"findings.figures.{condition.of}", _sort(form, condition.of)
            yield f"{prefix}.observed", NAMED[f"findings.figures.<{sort}>.observed"]
            yield f"{prefix}.{condition.threshold[0]}", NAMED["findings.figures.<figure>.<comparison>"]
            if form.is_share(condition.of):
                yield f"{prefix}.nothing", NAMED["findings.figures.<share>.nothing"]
    for leaf in form.leaves:
        if isinstance(leaf.banded, FigureBands):
            of = leaf.banded.of
            yield f"deductions.figures.{of}", NAMED[f"deductions.figures.<{_sort(form, of)}>"]


def _sort(form: Form, figure: str) -> str:
    return "share" if form.is_share(figure) else "count"
