"""Review: what can only be judged once a submission is rated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from baocao import messages
from baocao.errors import Problem
from baocao.findings import Status
from baocao.forms import FormFolder
from baocao.forms.criteria import RatingBand, ShareBand
from baocao.forms.model import Form
from baocao.forms.values import RATINGS, RatingKey
from baocao.messages import place
from baocao.phrases import Fact
from baocao.rating import Rating
from baocao.scoring import Line, PointsSource, Scoresheet
from baocao.submission import Submission
from baocao.text import percent, points


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission with all that the stages before made of it."""

    folder: FormFolder
    submission: Submission
    scoresheet: Scoresheet
    rating: Rating

    @property
    def form(self) -> Form:
        """The form that it is judged by."""
        return self.folder.form


def review(judged: Judged) -> tuple[Problem, ...]:
    """Return the problems of a rated submission, those that only block its issue included."""
    return tuple(problem for rule in REVIEWS for problem in rule(judged))


def _reasons(judged: Judged) -> Iterator[Problem]:
    """The form demands the reasons of deducted points unless the rating is, or may still be, the best."""
    rating = judged.rating
    open_ratings = {rating.proposed} if rating.proposed else set(rating.possible)
    if open_ratings - set(judged.form.reasons_required_for):
        return
    name = judged.form.rule(rating.proposed).name if rating.proposed else judged.form.additions.undetermined
    for line in judged.scoresheet.lines:
        no = line.criterion.no
        for index, deduction in enumerate(line.deductions):
            if deduction.reason or line.source is PointsSource.OWN:
                continue
            typed = judged.submission.scores[no].deductions
            where = place("scores", no, "deductions", index, "reason") if typed else place("scores", no, "reason")
            yield messages.missing_reason(where, no, deduction.points, name)


def _bands(judged: Judged) -> Iterator[Problem]:
    for line in judged.scoresheet.lines:
        if line.criterion.banded:
            yield from _band(line, judged.submission)


def _band(line: Line, submission: Submission) -> Iterator[Problem]:
    no, standard = line.criterion.no, line.criterion.standard
    typed = submission.awarded(no, standard)
    if isinstance(line.chosen, RatingBand | ShareBand):
        if typed is not None and typed != line.chosen.points:
            yield messages.band_disagrees(no, typed, line.chosen.points, line.chosen.text)
        return
    if line.chosen is None:
        yield messages.band_unknown(no)
    elif typed is None:
        yield messages.no_band(no, line.chosen.text, standard)
    if typed is not None and not submission.scores[no].reason:
        yield messages.own_points_unexplained(no)


def _proposal(judged: Judged) -> Iterator[Problem]:
    proposal, rating, form = judged.submission.proposal, judged.rating, judged.form
    if proposal is None:
        if rating.computed is None:
            yield messages.undetermined([form.rule(key).name for key in rating.possible])
        return
    allowed: RatingKey = rating.possible[0] if rating.possible else form.decision.undetermined_at_most
    if RATINGS.index(proposal.rating) < RATINGS.index(allowed):
        yield messages.proposal_too_high(form.rule(proposal.rating).name, form.rule(allowed).name)


def _unknown(judged: Judged) -> Iterator[Problem]:
    asked = {
        (finding.clause.no, finding.required.text)
        for finding in judged.rating.findings
        if finding.status is Status.UNKNOWN
    }
    for clause, required in sorted(asked):
        yield messages.unknown_fact(clause, required)


def _flags(judged: Judged) -> Iterator[Problem]:
    if judged.submission.proposal is None:
        yield from (messages.unanswered_flag(flag.text) for flag in judged.rating.flags)


def _form(judged: Judged) -> Iterator[Problem]:
    if not judged.form.confirmed:
        yield messages.unconfirmed_form(judged.form.key)
    if is_elsewhere(judged.form, judged.submission):
        yield messages.elsewhere(judged.form.jurisdiction.name, judged.submission.signature.place)


def is_elsewhere(form: Form, submission: Submission) -> bool:
    """Whether neither place nor superior of the paper names a place of the form's jurisdiction."""
    named = f"{submission.signature.place} {submission.organization.superior.name}".casefold()
    return not any(place.casefold() in named for place in form.jurisdiction.places)


# --- a clerk's own comment -------------------------------------------------------------------------------------

_NUMBER = r"(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)"
_FIGURES: dict[str, re.Pattern[str]] = {
    "share": re.compile(_NUMBER + r"\s*%"),
    "fraction": re.compile(r"(?<![\d/])(\d+(?:,\d+)?)/(\d+(?:,\d+)?)(?![\d/])"),
    "points": re.compile(
        r"(?<![\d/,.])"
        + _NUMBER
        + r"\s+điểm\b(?!\s+(?:yếu|mạnh|sáng|mới|nghẽn|hạn chế|nổi bật|dân cư|cầu|trường|nóng))"
    ),
}


def _comment(judged: Judged) -> Iterator[Problem]:
    comment = judged.submission.comment
    if not comment:
        return
    known = known_figures(judged)
    for kind, pattern in _FIGURES.items():
        for match in pattern.finditer(comment):
            if _written_figure(kind, match) not in known[kind]:
                yield messages.comment_figure(match[0], sorted(known[kind]))
    yield from _comment_rating(judged, comment)


def _written_figure(kind: str, match: re.Match[str]) -> str:
    numbers = [points(Decimal(number.replace(".", "").replace(",", "."))) for number in match.groups()]
    return "/".join(numbers) + {"share": "%", "fraction": "", "points": ""}[kind]


def known_figures(judged: Judged) -> dict[str, set[str]]:
    """Return every figure that a comment may state, in Vietnamese notation."""
    sheet = judged.scoresheet
    rows = [(row.standard, sheet.awarded(row.no)) for row in judged.form.criteria] + [(judged.form.total, sheet.total)]
    found: dict[str, set[str]] = {"share": set(), "fraction": set(), "points": set()}
    for standard, awarded in rows:
        found["points"].add(points(standard))
        if awarded is not None:
            found["points"] |= {points(awarded), points(standard - awarded)}
            found["fraction"].add(f"{points(awarded)}/{points(standard)}")
            found["share"].add(percent(Fraction(awarded) / Fraction(standard)))
    for line in sheet.lines:
        found["points"] |= {points(deduction.points) for deduction in line.deductions}
    for part, whole in _counted(judged.submission):
        found["fraction"].add(f"{part}/{whole}")
        if whole:
            found["share"].add(percent(Fraction(part, whole)))
    for finding in judged.rating.findings:
        for fact in (*finding.observed.facts.values(), *finding.required.facts.values()):
            _add_fact(found, fact)
    return found


def _add_fact(found: dict[str, set[str]], fact: Fact) -> None:
    if isinstance(fact, Fraction):
        found["share"].add(percent(fact))
    elif isinstance(fact, Decimal):
        found["points"].add(points(fact))


def _counted(submission: Submission) -> Iterator[tuple[int, int]]:
    facts = submission.facts
    for tally in (facts.members, facts.subordinates):
        if tally and tally.rated is not None:
            best_first = [getattr(tally, key) for key in RATINGS]
            yield from ((count, tally.rated) for count in best_first)
            yield from ((sum(best_first[:end]), tally.rated) for end in range(1, len(best_first)))
    if facts.weaknesses and facts.weaknesses.pointed_out is not None and facts.weaknesses.remedied is not None:
        whole = facts.weaknesses.pointed_out
        yield from ((facts.weaknesses.remedied, whole), (whole - facts.weaknesses.remedied, whole))
    if facts.targets and facts.targets.assigned is not None and facts.targets.met is not None:
        for whole in {facts.targets.assigned, facts.targets.assigned - (facts.targets.force_majeure or 0)}:
            yield from ((facts.targets.met, whole), (whole - facts.targets.met, whole))


def _comment_rating(judged: Judged, comment: str) -> Iterator[Problem]:
    """A comment that says which rating is proposed must name the proposed one."""
    names = {rule.name.casefold(): rule for rule in judged.form.ratings}
    said = re.compile(
        rf"đề nghị\s+(?:\w+\s+){{0,4}}?xếp loại[^.;\n]{{0,120}}?[“\"]?({'|'.join(map(re.escape, names))})",
        re.IGNORECASE,
    )
    for match in said.finditer(comment):
        rule = names[match[1].casefold()]
        if judged.rating.proposed != rule.key:
            proposed = judged.rating.proposed
            yield messages.comment_rating(
                rule.name, judged.form.rule(proposed).name if proposed else judged.form.additions.undetermined
            )


REVIEWS: tuple[Callable[[Judged], Iterator[Problem]], ...] = (
    _bands,
    _reasons,
    _proposal,
    _comment,
    _unknown,
    _flags,
    _form,
)
