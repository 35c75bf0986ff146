"""Deduction explanations (lý do điểm trừ): why a line is less than it could be, one sentence a criterion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from baocao import figures
from baocao.forms.criteria import RatingBands
from baocao.lines import Line, PointsSource
from baocao.phrases import Fact, Phrasebook, Sentence
from baocao.scoring import Scoresheet
from baocao.submission import Submission

LONGEST_QUOTED = 160
"""A reason of more characters is not quoted in the general comment; it stands in full in its own list."""


def embedded(text: str | None) -> str:
    """Return a text of the submission or the form as it reads within a sentence: without its own full stop."""
    return text.rstrip(" .;") if text else ""


class Told(NamedTuple):
    """A line with what is told of it, in its explanation and in the general comment."""

    line: Line
    parts: tuple[Mapping[str, Fact], ...]
    """Points, reason and evidence of each of its deductions."""
    reasons: Sequence[str]
    """Those reasons that are given."""

    @property
    def quoted(self) -> str:
        """The reasons as the general comment quotes them; empty when they are too long."""
        reasons = "; ".join(self.reasons)
        return reasons if len(reasons) <= LONGEST_QUOTED else ""


def told(line: Line) -> Told:
    """Return a line with what is told of it."""
    parts: list[Mapping[str, Fact]] = []
    reasons: list[str] = []
    for deduction in line.deductions:
        reason = embedded(deduction.reason)
        parts.append({"points": deduction.points, "reason": reason, "evidence": embedded(deduction.evidence)})
        if deduction.reason:
            reasons.append(reason)
    return Told(line, tuple(parts), reasons)


def shortfalls(sheet: Scoresheet) -> dict[str, list[Told]]:
    """Return the lines that are less than they could be, by the number of their section."""
    found = defaultdict(list)
    for line in sheet.short:
        found[line.criterion.section].append(told(line))
    return found


def explain(
    phrases: Phrasebook, sheet: Scoresheet, submission: Submission, short: Iterable[Told]
) -> Iterator[Sentence]:
    """Yield the explanations of what lines lack, as far as there is one: the band, or the assessor's reasons."""
    for entry in short:
        line = entry.line
        facts: dict[str, Fact] = {
            "no": line.criterion.no,
            "deducted": line.deducted,
            "awarded": line.awarded or Decimal(0),
            "standard": line.standard,
        }
        if line.chosen and line.source is PointsSource.BAND:
            yield _band(phrases, sheet, submission, line, facts)
        elif entry.reasons:
            yield _reasoned(phrases, sheet, entry, facts)


def _reasoned(phrases: Phrasebook, sheet: Scoresheet, entry: Told, facts: dict[str, Fact]) -> Sentence:
    """Explain by the assessor's reasons: of a level, an answer and the assessor's own points there is only one."""
    line, reason = entry.line, entry.parts[0]["reason"]
    if line.level:
        ladder = sheet.form.level_ladder
        facts |= {"level": ladder.names[line.level], "best": ladder.names[ladder.best], "reason": reason}
        return phrases.say("deductions.level", facts)
    if line.met is False:
        facts["reason"] = reason
        return phrases.say("deductions.unmet", facts)
    if line.chosen:
        facts |= {"case": line.chosen.text, "reason": reason}
        return phrases.say("deductions.own", facts)
    facts["parts"] = entry.parts
    return phrases.say("deductions.penalty" if line.role == "penalty" else "deductions.typed", facts)


def _band(
    phrases: Phrasebook, sheet: Scoresheet, submission: Submission, line: Line, facts: dict[str, Fact]
) -> Sentence:
    banded, score = line.criterion.banded, submission.scores.get(line.criterion.no)
    assert line.chosen is not None
    assert banded is not None
    facts["band"] = embedded(line.chosen.text)
    facts["reason"] = embedded(score.reason) if score else ""
    if isinstance(banded, RatingBands):
        facts["organizations"] = _below_best(phrases, sheet, submission, banded)
        return phrases.say("deductions.ratings", facts)
    reading = figures.read(sheet.form, submission.facts, banded.of)
    part, whole = reading.part or 0, reading.whole or 0
    if reading.is_share:
        share = Fraction(part, whole) if whole else Fraction(0)
        facts |= {"part": part, "whole": whole, "share": share, "excused": reading.excused}
    else:
        facts["count"] = part
    return phrases.say(f"deductions.figures.{banded.of}", facts)


def _below_best(
    phrases: Phrasebook, sheet: Scoresheet, submission: Submission, banded: RatingBands
) -> tuple[Mapping[str, Fact], ...]:
    """Return the organisations that keep a criterion from its best band."""
    ladder, best = sheet.form.ladder_of(banded.of), banded.bands[0].when[0].all_at_least
    meeting = ladder.up_to(best) if best else ()
    return tuple(
        {"name": entry.name, "rating": ladder.names[entry.rating] if entry.rating else phrases.names["unknown"]}
        for entry in getattr(submission.facts, banded.of) or ()
        if entry.rating not in meeting
    )
