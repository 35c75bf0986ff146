"""What is found in one walk, or once for many submissions, is what the rules find, one after the other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baocao import checks, logic
from baocao.findings import Status
from baocao.forms import Form, Library
from baocao.forms.criteria import Criterion
from baocao.forms.values import MOST_POINTS
from baocao.rating import Rating
from baocao.scoring import score
from baocao.submission import Submission
from tests.helpers import assessed, folder, submission
from tests.strategies import TEMPLATES, submissions

FORMS = {key: Library([TEMPLATES]).get(key).form for key in Library([TEMPLATES]).available()}


def _with_roles(form: Form) -> Form:
    """The same form with a bonus and a penalty."""
    raw = form.model_dump()
    for row, role in zip([row for row in raw["criteria"] if "." not in row["no"]], ("bonus", "penalty"), strict=False):
        row["role"] = role
    return Form.model_validate(raw)


FORMS["bonus and penalty"] = _with_roles(folder().form)

points = st.sampled_from([Decimal(text) for text in ("0", "0.25", "0.3", "0.5", "1", "1.0", "2.00", "900")])
MORE: list[dict[str, Any]] = [{}, {"reason": "vì"}, {"level": "good"}, {"met": True}, {"others": {"x": {"awarded": 1}}}]


@st.composite
def entries(draw: st.DrawFn, row: Criterion) -> dict[str, Any]:
    """What may be said of a row: all that belongs together, or something that does not."""
    parts = draw(st.none() | st.lists(points, max_size=2))
    deducted = sum(parts or [], Decimal(0))
    fitting = [number for number in (row.most - deducted, deducted, row.most) if 0 <= number <= MOST_POINTS]
    awarded = draw(st.none() | points | st.sampled_from(fitting) | st.just(fitting[0]))
    said = None if parts is None else tuple({"points": part} for part in parts)
    return {"awarded": awarded, "deductions": said} | draw(st.just(MORE[0]) | st.sampled_from(MORE))


def with_scores(form: Form, kind: str, scores: dict[str, Any]) -> Submission:
    """A submission of a form of which nothing but the scores is looked at."""
    raw = submission() | {"form": form.id, "year": form.year, "scores": scores}
    raw["organization"]["kind"] = kind
    return Submission.model_validate(raw)


def in_full(form: Form, kind: str) -> dict[str, Any]:
    return {leaf.no: {"awarded": leaf.most} for leaf in form.leaves_of(kind) if not leaf.banded}


@st.composite
def scored(draw: st.DrawFn) -> tuple[Form, Submission]:
    """A form, and a submission with all points but for some criteria, of which anything may be said, or nothing."""
    form = FORMS[draw(st.sampled_from(sorted(FORMS)))]
    kind = draw(st.sampled_from([kind.key for kind in form.kinds]))
    row = draw(st.sampled_from(form.leaves) | st.sampled_from(form.criteria))
    scores = in_full(form, kind) | {row.no: draw(entries(row))}
    if draw(st.integers(0, 9)) == 0:
        scores.pop(draw(st.sampled_from(form.leaves)).no, None)
    return form, with_scores(form, kind, scores)


@settings(max_examples=500)
@given(scored())
def test_where_scores_are_found_sound_no_rule_finds_anything(found: tuple[Form, Submission]) -> None:
    by_rules = [problem for rule in checks.RULES_OF_SCORES for problem in rule(*found)]
    assert not (checks.are_sound(*found) and by_rules)
    assert [problem for problem in checks.check(*found) if problem.where.startswith("scores")] == by_rules


@given(submissions())
def test_submissions_as_most_are_need_no_rules(raw: dict[str, Any]) -> None:
    kind = raw["organization"]["kind"]
    scores = {no: entry for no, entry in raw["scores"].items() if not folder().form.by_no[no].banded}
    assert checks.are_sound(folder().form, with_scores(folder().form, kind, scores))


@pytest.mark.parametrize("key", [key for key, form in FORMS.items() if not form.yes_no_items and form.has_points])
def test_all_points_need_no_rules(key: str) -> None:
    form = FORMS[key]
    for kind in form.kinds:
        assert checks.are_sound(form, with_scores(form, kind.key, in_full(form, kind.key)))


@given(scored())
def test_a_row_has_the_points_of_the_lines_below_it(found: tuple[Form, Submission]) -> None:
    form, _ = found
    sheet = score(*found)
    for no in form.by_no:
        inside = {leaf.no for leaf in form.inside(no)}
        lines = [line for line in sheet.lines if line.criterion.no in inside and line.criterion.standard is not None]
        known = [line.awarded for line in lines if line.awarded is not None]
        added = min([sum(known, Decimal(0)), *([form.caps[no]] if no in form.caps else [])])
        assert sheet.awarded(no) == (added if len(known) == len(lines) else None)


@given(scored())
def test_a_line_knows_what_it_lacks(found: tuple[Form, Submission]) -> None:
    sheet = score(*found)
    for line in sheet.lines:
        lacks = {"regular": line.standard - (line.awarded or 0), "bonus": 0, "penalty": line.awarded}[line.role]
        assert line.deducted == (0 if line.awarded is None else lacks)
    assert list(sheet.short) == [line for line in sheet.lines if line.is_short(sheet.form.best_level)]


def test_points_stay_as_they_were_typed_whatever_was_typed_before() -> None:
    form = folder().form
    kind, full = form.kinds[0].key, in_full(form, form.kinds[0].key)
    for awarded in ("2", "2.0", "2.00", "2"):
        typed = {no: {"awarded": Decimal(awarded)} if entry["awarded"] == 2 else entry for no, entry in full.items()}
        sheet = score(form, with_scores(form, kind, typed))
        assert {str(line.awarded) for line in sheet.lines if line.awarded == 2} == {awarded}


def test_a_form_without_points_has_no_total_in_any_column() -> None:
    form = FORMS["phieu-cap-do/2022"]
    columns = [{"key": "panel", "name": "Tổ thẩm định", "counts": True}, {"key": "self", "name": "Tự chấm"}]
    form = Form.model_validate(form.model_dump() | {"assessors": columns})
    sheet = score(form, with_scores(form, form.kinds[0].key, {}))
    assert (sheet.total, sheet.total_by("self")) == (None, None)


levels = st.sampled_from(["excellent", "good", "poor"])


@given(st.lists(st.none() | levels), st.frozensets(levels))
def test_what_is_among_others_is_so_one_by_one(found: list[str | None], wanted: frozenset[str]) -> None:
    one_by_one = [None if each is None else each in wanted for each in found]
    assert logic.all_among(found, wanted) is logic.every(one_by_one)
    assert logic.some_among(found, wanted) is logic.some(one_by_one)


@given(submissions(unknown=True))
def test_a_rating_is_given_as_its_conditions_are_together(raw: dict[str, Any]) -> None:
    judged = assessed(raw).judged
    assert judged
    rating: Rating = judged.rating
    truth = {Status.PASSED: True, Status.FAILED: False, Status.UNKNOWN: None}
    possible: list[str] = []
    for key in judged.form.decision.order:
        rule = judged.form.rule(key)
        found = [finding for finding in rating.findings if finding.rating == key]
        assert tuple(found) == rating.findings_of(key)
        truths = [truth[finding.status] for finding in found if finding.status in truth]
        given_now = logic.every(truths) if rule.given_when == "all" else logic.some(truths)
        possible += [key] if given_now is not False else []
        if given_now:
            break
    else:
        assert rating.may_have_none
    assert set(rating.possible) == set(possible)
