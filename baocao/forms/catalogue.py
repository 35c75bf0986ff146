"""Which phrases a phrase book must have, and the facts that each may use.

`None` marks a single fact, `()` a list of facts, names in a tuple the parts of a list of records.
"""

from __future__ import annotations

from baocao.phrases import Catalogue

_LINE = {"no": None, "deducted": None, "awarded": None, "standard": None}
_RATED = ("name", "rating")
_CONDITIONS = {"conditions": ("required", "observed")}
_RESULT = {"year": None, "organization": None, "total": None, "standard": None, "rating": None, "deducted": None}
_THRESHOLD = {"population": None, "rating": None, "threshold": None}

FINDINGS: Catalogue = {
    "findings.unknown": {},
    "findings.not_applicable.kind": {"kind": None},
    "findings.not_applicable.nobody": {"population": None, "reason": None},
    "findings.not_applicable.none_listed": {"organizations": None},
    "findings.not_applicable.no_targets": {},
    "findings.not_applicable.no_subordinates": {},
    "findings.points.observed": {"total": None},
    "findings.points.open": {"lowest": None, "highest": None},
    "findings.points.at_least": {"at_least": None},
    "findings.points.below": {"below": None},
    "findings.achievement.observed": {"stated": None, "attested": None},
    "findings.achievement.required": {},
    "findings.levels.observed": {"items": ("no", "level", "reason")},
    "findings.levels.at_least": {"items": (), "level": None},
    "findings.levels.at_most": {"items": (), "level": None},
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
    "findings.targets.observed": {"met": None, "counted": None, "force_majeure": None, "share": None},
    "findings.targets.required": {"below": None},
    "findings.unremedied_weaknesses.observed": {"unremedied": None},
    "findings.unremedied_weaknesses.required": {"at_most": None},
    "findings.organization_disciplined.yes": {},
    "findings.organization_disciplined.no": {},
    "findings.organization_disciplined.required": {},
    "findings.subordinates_not_disciplined.observed": {"disciplined": None, "excused": None},
    "findings.subordinates_not_disciplined.required": {},
}

DEDUCTIONS: Catalogue = {
    "deductions.typed": {**_LINE, "parts": ("points", "reason", "evidence")},
    "deductions.ratings": {**_LINE, "organizations": _RATED, "reason": None, "band": None},
    "deductions.share": {
        **_LINE,
        "remedied": None,
        "pointed_out": None,
        "share": None,
        "reason": None,
        "band": None,
    },
    "deductions.own": {**_LINE, "case": None, "reason": None},
}

COMMENT: Catalogue = {
    "comment.result.excellent": _RESULT,
    "comment.result.good": _RESULT,
    "comment.result.completed": _RESULT,
    "comment.result.not_completed": _RESULT,
    "comment.result.undetermined": {"year": None, "organization": None, "total": None, "standard": None},
    "comment.result.open": {
        "year": None,
        "organization": None,
        "lowest": None,
        "highest": None,
        "standard": None,
    },
    "comment.strengths.full_items": {"items": ("name",)},
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
    "comment.limits.targets": {"missed": None, "counted": None, "force_majeure": None},
    "comment.limits.weaknesses": {"left": None},
    "comment.limits.earlier": {"unremedied": None},
    "comment.limits.population": {"not_completed": None, "population": None, "rating": None},
    "comment.limits.disciplined": {},
    "comment.limits.subordinates": {"disciplined": None, "excused": None},
    "comment.conclusion.not_higher": {"rating": None, **_CONDITIONS},
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

CATALOGUE: Catalogue = {**FINDINGS, **DEDUCTIONS, **COMMENT}

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
