"""Review: what can only be judged once a submission is rated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from pydantic import BaseModel

from baocao import figures, messages
from baocao.errors import Problem
from baocao.forms.conditions import FigureCondition, ShareCondition
from baocao.forms.criteria import POPULATIONS, FigureBand, RatingBand
from baocao.forms.model import CLOSED_FIGURES, Form
from baocao.judged import Judged
from baocao.lines import Line, PointsSource, typed_points
from baocao.messages import place
from baocao.submission import Submission


def review(judged: Judged) -> tuple[Problem, ...]:
    """Return the problems of a rated submission, those that only block its issue included."""
    return tuple(problem for rule in REVIEWS for problem in rule(judged))


def review_parts(judged: Judged) -> tuple[Problem, ...]:
    """Return what can be told of a submission of which some parts were put aside: nothing that the whole decides."""
    return tuple(problem for rule in (_bands, _reasons, _bonuses) for problem in rule(judged))


def _reasons(judged: Judged) -> Iterator[Problem]:
    """The form demands the reasons of deducted points unless the rating is, or may still be, the best."""
    rating, form = judged.rating, judged.form
    open_ratings = {rating.proposed} if rating.proposed else set(rating.possible)
    if open_ratings - set(form.reasons_required_for):
        return
    name = form.ladder.names[rating.proposed] if rating.proposed else form.additions.undetermined
    for no, where, deducted in _unexplained(judged):
        if deducted:
            yield messages.missing_reason(where, no, deducted, name)
        else:
            yield messages.missing_remark(no, name)


def unexplained(judged: Judged) -> list[str]:
    """Return the criteria that are short of the best without a reason, whatever the rating."""
    return list(dict.fromkeys(no for no, _, _ in _unexplained(judged)))


def _unexplained(judged: Judged) -> Iterator[tuple[str, str, Decimal]]:
    """Yield criterion, place of the missing reason, and points it would explain (0 of a level or an answer)."""
    for line in judged.scoresheet.short:
        deductions = line.deductions
        if deductions and None not in [deduction.reason for deduction in deductions]:
            continue
        no, source = line.criterion.no, line.source
        if not deductions and source is PointsSource.TYPED:
            yield no, place("scores", no, "reason"), Decimal(0)
        for index, deduction in enumerate(deductions if source is not PointsSource.OWN else ()):
            if not deduction.reason:
                typed = judged.submission.scores[no].deductions
                where = place("scores", no, "deductions", index, "reason") if typed else place("scores", no, "reason")
                yield no, where, deduction.points


def _bonuses(judged: Judged) -> Iterator[Problem]:
    """A bonus is given for something, whatever the rating."""
    for line in _lines(judged, _bonus_criteria):
        if any(not deduction.reason for deduction in line.deductions):
            yield messages.unexplained_bonus(line.criterion.no, line.awarded or Decimal(0))


def _bands(judged: Judged) -> Iterator[Problem]:
    for line in _lines(judged, _banded_criteria):
        yield from _band(line, judged.submission)


def _lines(judged: Judged, which: Callable[[Form, str], tuple[int, ...]]) -> list[Line]:
    """Return some of the lines, of which the form knows the places."""
    sheet = judged.scoresheet
    return [sheet.lines[place] for place in sheet.form.once(which, sheet.kind)]


def _bonus_criteria(form: Form, kind: str) -> tuple[int, ...]:
    return tuple(place for place, leaf in enumerate(form.leaves_of(kind)) if form.role(leaf.no) == "bonus")


def _banded_criteria(form: Form, kind: str) -> tuple[int, ...]:
    return tuple(place for place, leaf in enumerate(form.leaves_of(kind)) if leaf.banded)


def _band(line: Line, submission: Submission) -> Iterator[Problem]:
    no, standard = line.criterion.no, line.standard
    typed = typed_points(submission.scores.get(no), line.criterion, line.role)
    if typed is None:
        if line.chosen is not None and line.source is PointsSource.PENDING:
            yield messages.no_band(no, line.chosen.text, standard)
    elif isinstance(line.chosen, RatingBand | FigureBand):
        if typed != line.chosen.points:
            yield messages.band_disagrees(no, typed, line.chosen.points, line.chosen.text)
    elif not submission.scores[no].reason:
        yield messages.own_points_unexplained(no)


def _proposal(judged: Judged) -> Iterator[Problem]:
    proposal, rating, form = judged.submission.proposal, judged.rating, judged.form
    ladder = form.ladder
    if proposal is None:
        if rating.computed is None:
            yield messages.undetermined([ladder.names[key] for key in rating.possible])
        return
    allowed = judged.highest
    if ladder.rank(proposal.rating) < ladder.rank(allowed):
        yield messages.proposal_too_high(ladder.names[proposal.rating], ladder.names[allowed])


def _unknown(judged: Judged) -> Iterator[Problem]:
    """Name each fact that is not known and leaves a condition or a band open."""
    form, kind = judged.form, judged.submission.organization.kind
    bands = [line.criterion.banded for line in _lines(judged, _banded_criteria) if line.chosen is None]
    asking = [found for found in (*bands, *judged.rating.open_conditions) if found]
    open_facts = [fact for found in asking for fact in figures.facts_of(form, found, kind)]
    for fact in dict.fromkeys(open_facts):
        for where in _nulls(getattr(judged.submission.facts, fact), place("facts", fact)):
            yield messages.unknown_fact(where)


def _nulls(value: object, where: str) -> Iterator[str]:
    """Yield the places of all that is `null` in a fact, reasons and remarks left out."""
    if value is None:
        yield where
    elif isinstance(value, BaseModel):
        for name, part in value:
            if name != "not_rated_reason":
                yield from _nulls(part, f"{where}.{name}")
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _nulls(part, f"{where}.{name}")
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            yield from _nulls(part, f"{where}[{index}]")


def _flags(judged: Judged) -> Iterator[Problem]:
    if judged.submission.proposal is None:
        yield from (messages.unanswered_flag(flag.text) for flag in judged.rating.flags)


def _form(judged: Judged) -> Iterator[Problem]:
    yield from judged.form.once(_unconfirmed)
    if judged.is_elsewhere:
        yield _elsewhere(judged.form.jurisdiction.name, judged.submission.signature.place)


def _unconfirmed(form: Form) -> tuple[Problem, ...]:
    return () if form.confirmed else (messages.unconfirmed_form(form.key),)


_elsewhere = lru_cache(messages.elsewhere)
"""An office says the same place in all of its submissions."""


# --- a clerk's own comment -------------------------------------------------------------------------------------

_NUMBER = r"\d{1,12}(?:[.,]\d{1,6})*"
_NOUNS = "(?:chỉ tiêu|đảng viên|tổ chức đảng|hạn chế)"
_TOTAL = re.compile(
    rf"(?:tổng (?:số )?điểm(?: chấm)?|điểm chấm|tổng cộng)(?:\s+(?:là|đạt|được|của|chi bộ|đảng bộ))*"
    rf"\s*:?\s*({_NUMBER})(?:\s*/\s*({_NUMBER}))?",
    re.IGNORECASE,
)
_REACHED = re.compile(rf"\bđạt\s+({_NUMBER})(?:\s*/\s*({_NUMBER}))?\s*điểm\b", re.IGNORECASE)
_COUNT = re.compile(rf"(?<![\d.,/])({_NUMBER})\s*/\s*({_NUMBER})\s+{_NOUNS}", re.IGNORECASE)
_SHARE = re.compile(rf"(?<![\d.,/])({_NUMBER})\s*%\s*(?:số\s+)?{_NOUNS}", re.IGNORECASE)
_WITH_DOT = re.compile(r"\d+\.\d{1,2}")


def _comment(judged: Judged) -> Iterator[Problem]:
    """A comment may say what it likes, but not another total, count, share or rating than the sheet.

    Figures are judged where the words around them say what they are; a date or the number of a paper is no figure.
    """
    comment = judged.submission.comment
    if not comment:
        return
    yield from _comment_points(judged, comment)
    counts = sorted(set(_counted(judged.form, judged.submission)))
    for match in _COUNT.finditer(comment):
        said = (_exact(match[1]), _exact(match[2]))
        if said not in [(Decimal(part), Decimal(whole)) for part, whole in counts]:
            known = [f"{part}/{whole}" for part, whole in counts if whole == said[1]]
            yield messages.comment_count(match[0], known)
    shares = [Fraction(part * 100, whole) for part, whole in counts if whole]
    for match in _SHARE.finditer(comment):
        if not any(_rounds_to(share, _exact(match[1]), judged.form) for share in shares):
            yield messages.comment_count(match[0], [])
    yield from _comment_rating(judged, comment)


def _comment_points(judged: Judged, comment: str) -> Iterator[Problem]:
    sheet = judged.scoresheet
    if sheet.total is None:
        return
    rows = [(sheet.awarded(row.no), row.standard) for row in judged.form.criteria]
    total = (sheet.total, sheet.standard_total)
    for pattern, known in ((_TOTAL, [total]), (_REACHED, [total, *rows])):
        for match in pattern.finditer(comment):
            awarded, standard = _exact(match[1]), match[2] and _exact(match[2])
            if not any(awarded == have and standard in (None, full) for have, full in known):
                yield messages.comment_total(match[0], sheet.total)


def _rounds_to(share: Fraction, said: Decimal, form: Form) -> bool:
    """Whether a percentage may be written so: rounded or cut off, but never up over a threshold of the form."""
    decimals = max(0, -int(said.as_tuple().exponent))
    step = Fraction(1, 10**decimals)
    if not (share - step < said < share + step):
        return False
    crossed = [rule for rule in _share_thresholds(form) if share < rule <= said]
    return not crossed


def _share_thresholds(form: Form) -> Iterator[int]:
    for condition in form.conditions:
        if isinstance(condition, ShareCondition):
            yield condition.at_least or condition.above or 0
        elif isinstance(condition, FigureCondition) and form.is_share(condition.of):
            yield condition.threshold[1]


def _exact(number: str) -> Decimal:
    """Read a figure as a clerk writes it: `1.234,5`, `92,5`, and also `92.5`."""
    if _WITH_DOT.fullmatch(number):
        return Decimal(number)
    try:
        return Decimal(number.replace(".", "").replace(",", ".", 1))
    except InvalidOperation:  # "1,2,3" is no figure, and so no figure of the sheet
        return Decimal(-1)


def _counted(form: Form, submission: Submission) -> Iterator[tuple[int, int]]:
    """Yield the parts and wholes that the facts give."""
    facts = submission.facts
    for population in POPULATIONS:
        tally = getattr(facts, population)
        if tally and tally.rated is not None:
            best_first = [tally.at_rung(key) for key in form.ladder_of(population).keys]
            yield from ((count, tally.rated) for count in best_first)
            yield from ((sum(best_first[:end]), tally.rated) for end in range(1, len(best_first) + 1))
    for figure in (*CLOSED_FIGURES, *form.own_figures):
        reading = figures.read(form, facts, figure)
        if reading.is_share and reading.part is not None and reading.whole is not None:
            for whole in (reading.whole, reading.whole + reading.excused):
                yield from ((reading.part, whole), (whole - reading.part, whole))


def _comment_rating(judged: Judged, comment: str) -> Iterator[Problem]:
    """A comment that says which rating is proposed must name the proposed one."""
    form = judged.form
    names = {rule.name.casefold(): rule for rule in form.ratings}
    said = re.compile(
        rf"đề nghị\s+(?:\w+\s+){{0,4}}?xếp loại[^.;\n]{{0,120}}?[“\"]?({'|'.join(map(re.escape, names))})",
        re.IGNORECASE,
    )
    for match in said.finditer(comment):
        rule = names[match[1].casefold()]
        if judged.rating.proposed != rule.key:
            proposed = judged.rating.proposed
            yield messages.comment_rating(
                rule.name, form.ladder.names[proposed] if proposed else form.additions.undetermined
            )


REVIEWS: tuple[Callable[[Judged], Iterator[Problem]], ...] = (
    _bands,
    _reasons,
    _bonuses,
    _proposal,
    _comment,
    _unknown,
    _flags,
    _form,
)
