"""The narrative: every figure comes from a fact, and the wording follows the facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from baocao import sample
from baocao.judged import Judged
from baocao.narrative import Narrative
from baocao.phrases import Fact, Sentence
from baocao.pipeline import judge
from baocao.submission import Submission
from baocao.text import points
from tests.strategies import FOLDER, RATINGS, submissions

NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")


def told(raw: Mapping[str, Any]) -> tuple[Judged, Narrative]:
    return judge(FOLDER, Submission.model_validate(raw))


def flat(fact: Fact) -> Iterator[str | int | Decimal | Fraction]:
    match fact:
        case tuple():
            for part in fact:
                yield from flat(part)
        case Mapping():
            for part in fact.values():
                yield from flat(part)
        case _:
            yield fact


def unexplained_figures(sentence: Sentence) -> list[str]:
    """The figures of a sentence that no fact of its own equals; texts that are facts are taken out whole."""
    facts = [fact for part in sentence.facts.values() for fact in flat(part)]
    text = sentence.text
    for said in sorted((fact for fact in facts if isinstance(fact, str) and fact), key=len, reverse=True):
        text = text.replace(" ".join(said.split()), " ")
        text = text.replace(said[:1].upper() + said[1:], " ")
    values = {Fraction(fact) for fact in facts if not isinstance(fact, str)}
    return [figure for figure in NUMBER.findall(text) if not is_known(figure, values)]


def is_known(figure: str, values: set[Fraction]) -> bool:
    number = Fraction(figure.rstrip("%").replace(".", "").replace(",", "."))
    if not figure.endswith("%"):
        return number in values
    # A percentage is rounded to the decimals it is printed with; nothing else is.
    decimals = len(figure.rstrip("%").partition(",")[2])
    return any(round(value * 100, decimals) == number for value in values)


@given(submissions(unknown=True))
def test_every_figure_of_every_sentence_equals_a_fact_that_it_names(raw: dict[str, Any]) -> None:
    judged, narrative = told(raw)
    observed = [finding.observed for finding in judged.rating.findings]
    required = [finding.required for finding in judged.rating.findings]
    for sentence in (*narrative.deductions, *narrative.comment, *observed, *required):
        assert unexplained_figures(sentence) == [], sentence


def test_the_figure_check_finds_a_figure_that_is_no_fact() -> None:
    assert unexplained_figures(
        Sentence("x", "đạt 92,5 điểm, 80%", {"total": Decimal("92.5")}, frozenset({"total"}))
    ) == ["80%"]
    assert unexplained_figures(Sentence("x", "còn 02/10", {"left": 2}, frozenset({"left"}))) == ["10"]


@given(submissions(unknown=True))
def test_no_paragraph_is_empty_and_no_sentence_speaks_of_nothing(raw: dict[str, Any]) -> None:
    _judged, narrative = told(raw)
    for text in (*narrative.paragraphs, *(sentence.text for sentence in (*narrative.deductions, *narrative.comment))):
        assert text.strip()
        assert not re.search(r"\b(?:0|00) (?:hạn chế|chỉ tiêu|thành tích)|None|\(\)|: ?\.|;\s*\.|  ", text), text


@given(submissions())
def test_each_line_that_lost_points_is_explained_once(raw: dict[str, Any]) -> None:
    judged, narrative = told(raw)
    short = [line.criterion.no for line in judged.scoresheet.lines if line.deducted]
    explained = [sentence.facts["no"] for sentence in narrative.deductions]
    assert explained == short
    for sentence in narrative.deductions:
        line = judged.scoresheet.line_of[str(sentence.facts["no"])]
        assert f"trừ {points(line.deducted)} điểm" in sentence.text


@given(submissions())
def test_the_comment_names_the_proposed_rating_last(raw: dict[str, Any]) -> None:
    judged, narrative = told(raw)
    if judged.rating.proposed is None:
        assert all(sentence.phrase != "comment.conclusion.proposal" for sentence in narrative.comment)
    else:
        assert narrative.comment[-1].facts["rating"] == FOLDER.form.rule(judged.rating.proposed).name


# --- single cases, from one plain submission -------------------------------------------------------------------


def plain(**facts: Any) -> dict[str, Any]:
    """A chi bộ with full marks and everything in order, but for the facts given."""
    raw = sample.full(FOLDER.form)
    raw["scores"] = {leaf.no: {"awarded": leaf.standard} for leaf in FOLDER.form.leaves if not leaf.banded}
    raw["facts"] = {
        **raw["facts"],
        "members": {"excellent": 2, "good": 8, "completed": 0, "not_completed": 0},
        "weaknesses": {"pointed_out": 4, "remedied": 4, "unremedied_from_earlier_years": 0},
        "targets": {"assigned": 10, "met": 10, "force_majeure": 0},
        **facts,
    }
    return raw


def comment(raw: Mapping[str, Any]) -> str:
    return "\n".join(told(raw)[1].paragraphs)


def with_scores(raw: dict[str, Any], **lost: tuple[str, str]) -> dict[str, Any]:
    """`I_1_2=("0.5", "nộp chậm")` takes half a point from I.1.2 for that reason."""
    for key, (deducted, reason) in lost.items():
        no = key.replace("_", ".")
        raw["scores"][no] = {"deductions": [{"points": Decimal(deducted), "reason": reason}]}
    return raw


def test_full_marks_leave_no_word_of_limits() -> None:
    text = comment(plain())
    assert "đủ điều kiện đề nghị xếp loại “Hoàn thành xuất sắc nhiệm vụ”" in text
    assert "Ưu điểm:" in text
    assert "Hạn chế:" not in text
    assert "khắc phục hạn chế nêu trên" not in text
    assert told(plain())[1].deductions == ()


def test_one_criterion_is_singular_and_two_are_plural() -> None:
    assert "ở tiêu chí I.1.2 (nộp chậm)." in comment(with_scores(plain(), I_1_2=("0.5", "nộp chậm")))
    both = comment(with_scores(plain(), I_1_2=("0.5", "nộp chậm"), I_1_4=("1", "chưa kịp thời.")))
    assert "bị trừ 1,5 điểm ở các tiêu chí I.1.2 (nộp chậm); I.1.4 (chưa kịp thời)." in both


def test_a_reason_too_long_to_quote_stands_in_its_own_list_only() -> None:
    reason = "lý do dài " * 40
    raw = with_scores(plain(), I_1_2=("0.5", reason))
    assert reason.strip() not in comment(raw)
    assert reason.strip() in told(raw)[1].deductions[0].text


def test_the_deduction_reads_as_the_office_writes_it() -> None:
    raw = plain()
    deduction = {"points": Decimal("0.5"), "reason": "báo cáo chậm", "evidence": "Công văn số 12-CV/BTC"}
    raw["scores"]["I.1.2"] = {"awarded": Decimal("4.5"), "deductions": [deduction]}
    expected = "Tiêu chí I.1.2: trừ 0,5 điểm (đạt 4,5/5 điểm), lý do: báo cáo chậm, căn cứ: Công văn số 12-CV/BTC."
    assert told(raw)[1].deductions[0].text == expected


def test_several_deductions_of_one_criterion_make_one_sentence() -> None:
    raw = plain()
    parts = [{"points": Decimal("0.5"), "reason": "báo cáo chậm"}, {"points": 1, "reason": "thiếu hồ sơ"}]
    raw["scores"]["I.1.2"] = {"deductions": parts}
    expected = (
        "Tiêu chí I.1.2: trừ 1,5 điểm (đạt 3,5/5 điểm), gồm: trừ 0,5 điểm vì báo cáo chậm; trừ 1 điểm vì thiếu hồ sơ."
    )
    assert told(raw)[1].deductions[0].text == expected


def test_a_band_explains_the_fact_and_the_band() -> None:
    raw = plain(weaknesses={"pointed_out": 10, "remedied": 8, "unremedied_from_earlier_years": 0})
    text = told(raw)[1].deductions[0].text
    assert text.startswith("Tiêu chí V: trừ 3 điểm (đạt 7/10 điểm), lý do: ")
    assert "8/10 hạn chế, yếu kém được chỉ ra (80%)" in text
    assert "Từ 70% đến dưới 90% chấm 7 điểm" in text


def test_points_alone_would_allow_more_and_the_comment_says_why_not() -> None:
    text = comment(plain(members={"excellent": 0, "good": 7, "completed": 3, "not_completed": 0}))
    assert "khung điểm của mức “Hoàn thành xuất sắc nhiệm vụ”" in text
    assert "(thực tế: 7/10 đảng viên = 70%)" in text


def test_a_knock_out_is_named() -> None:
    raw = plain(discipline={"organization": True, "subordinates": []})
    assert "thuộc trường hợp xếp loại “Không hoàn thành nhiệm vụ”: tổ chức đảng bị xử lý kỷ luật trong năm" in comment(
        raw
    )


@pytest.mark.parametrize("rating", RATINGS)
def test_the_four_ratings_open_differently(rating: str) -> None:
    openings = {key: FOLDER.phrases.say(f"comment.result.{key}", FACTS).text for key in RATINGS}
    assert [opening for opening in openings.values() if opening == openings[rating]] == [openings[rating]]


FACTS: Mapping[str, Fact] = {
    "year": "2021",
    "organization": "Chi bộ A",
    "total": Decimal(90),
    "rating": "Hoàn thành tốt nhiệm vụ",
    "deducted": Decimal(10),
    "standard": Decimal(100),
}


def test_the_clerk_s_own_comment_replaces_ours_paragraph_by_paragraph() -> None:
    narrative = told({**plain(), "comment": "Đoạn một.\n\nĐoạn hai."})[1]
    assert narrative.paragraphs == ("Đoạn một.", "Đoạn hai.")
