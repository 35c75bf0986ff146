"""A result as JSON: what `baocao score --json` and `check --json` print, one object a submission."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from baocao.errors import Problem
from baocao.findings import Finding, Status
from baocao.forms.conditions import is_on_total
from baocao.judged import Judged
from baocao.phrases import Fact, Sentence
from baocao.pipeline import Result
from baocao.scoring import Scoresheet

Json = dict[str, Any]


def problems_json(result: Result) -> Json:
    """Return the problems of one submission."""
    return {"source": result.source, "problems": [_problem(problem) for problem in result.problems]}


def result_json(result: Result) -> Json:
    """Return everything that is known of one submission; points are decimal strings.

    A submission that is not sound has its problems and nothing that could be taken for a result.
    """
    if result.judged is None or result.narrative is None:
        return problems_json(result)
    judged = result.judged
    return {
        "source": result.source,
        "organization": judged.submission.organization.model_dump(mode="json"),
        "form": judged.form.id,
        "year": judged.form.year,
        **_points(judged.scoresheet),
        "rating": _rating(judged),
        "next": _next(judged),
        "narrative": {
            "deductions": [_sentence(sentence) for sentence in result.narrative.deductions],
            "comment": [_sentence(sentence) for sentence in result.narrative.comment],
        },
        "problems": problems_json(result)["problems"],
    }


def missing_for_next(judged: Judged) -> tuple[str, list[Finding]] | None:
    """Return the next better rating than the computed one and what stands against it; `None` for the best one.

    A case that by itself leads to the lowest rating stands against every other.
    """
    rating, form = judged.rating, judged.form
    above = [rule for rule in form.ratings_above(rating.computed) if rule.given_when == "all"]
    if not above:
        return None
    wanted = above[-1].key
    against = [finding for finding in rating.findings_of(wanted) if finding.status in (Status.FAILED, Status.UNKNOWN)]
    knocked_out = [
        finding
        for finding in rating.findings
        if form.rule(finding.rating).given_when == "any"
        and finding.status in (Status.PASSED, Status.UNKNOWN)
        and not is_on_total(finding.condition)
    ]
    return wanted, [*knocked_out, *against]


def _points(sheet: Scoresheet) -> Json:
    return {
        "total": _decimal(sheet.total),
        "total_range": [_decimal(sheet.lowest), _decimal(sheet.highest)] if sheet.form.has_points else None,
        "standard_total": _decimal(sheet.standard_total) if sheet.form.has_points else None,
        "other_totals": {
            assessor.key: _decimal(sheet.total_by(assessor.key)) for assessor in sheet.form.other_assessors
        },
        "criteria": [
            {
                "no": line.criterion.no,
                "role": line.role,
                "standard": _decimal(line.criterion.standard),
                "awarded": _decimal(line.awarded),
                "level": line.level,
                "met": line.met,
                "source": line.source.value,
                "band": line.chosen.text if line.chosen else None,
                "others": {key: mark.model_dump(mode="json", exclude_none=True) for key, mark in line.others.items()},
            }
            for line in sheet.lines
        ],
        "items": [
            {
                "no": item.no,
                "standard": _decimal(item.standard),
                "awarded": _decimal(item.awarded),
                "level": item.level,
                "level_source": item.source.value,
                "level_reason": item.reason,
            }
            for item in sheet.items
        ],
    }


def _rating(judged: Judged) -> Json:
    rating, proposal = judged.rating, judged.submission.proposal
    return {
        "proposed": rating.proposed,
        "computed": rating.computed,
        "undetermined": rating.undetermined,
        "possible": list(rating.possible),
        "proposal": proposal.model_dump(mode="json") if proposal else None,
        "flags": [{"key": flag.key, "clause": flag.clause, "text": flag.text} for flag in rating.flags],
        "findings": [_finding(finding) for finding in rating.findings],
    }


def _finding(finding: Finding) -> Json:
    return {
        "rating": finding.rating,
        "clause": finding.clause.no,
        "text": finding.clause.text,
        "status": finding.status.value,
        "observed": finding.observed.text,
        "required": finding.required.text,
        "interpretation": finding.condition.interpretation,
    }


def _next(judged: Judged) -> Json | None:
    missing = missing_for_next(judged)
    if missing is None:
        return None
    rating, findings = missing
    return {
        "rating": rating,
        "missing": [
            {"clause": finding.clause.no, "required": finding.required.text, "observed": finding.observed.text}
            for finding in findings
        ],
    }


def _sentence(sentence: Sentence) -> Json:
    return {"text": sentence.text, "facts": {name: _fact(fact) for name, fact in sentence.facts.items()}}


def _fact(fact: Fact) -> object:
    match fact:
        case Decimal() | Fraction():
            return str(fact)
        case tuple():
            return [_fact(part) for part in fact]
        case Mapping():
            return {name: _fact(part) for name, part in fact.items()}
        case _:
            return fact


def _problem(problem: Problem) -> Json:
    return {
        "file": problem.source,
        "where": problem.where,
        "message": problem.message,
        "fix": problem.fix,
        "blocks": problem.blocks.value,
    }


def _decimal(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
