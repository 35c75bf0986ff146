"""Narrative: the deduction explanations and the general comment, as sentences that name their facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from baocao.comment import comment
from baocao.explanations import explain, shortfalls
from baocao.phrases import Phrasebook, Sentence
from baocao.rating import Rating
from baocao.scoring import Scoresheet
from baocao.submission import Submission


@dataclass(frozen=True, slots=True)
class Narrative:
    """What the scoresheet says in words."""

    deductions: tuple[Sentence, ...]
    """Lý do điểm trừ, in the form's order; one sentence a criterion."""
    comment: tuple[Sentence, ...]
    """Nhận xét chung; the clerk's own paragraphs where there is a `comment`."""
    paragraphs: tuple[str, ...]
    """The general comment as it is printed."""


def narrate(phrases: Phrasebook, scoresheet: Scoresheet, rating: Rating, submission: Submission) -> Narrative:
    """Return the narrative of a rated scoresheet. Never fails."""
    short = shortfalls(scoresheet)
    deductions = tuple(explain(phrases, scoresheet, submission, chain.from_iterable(short.values())))
    if submission.comment:
        lines = submission.comment.split("\n")
        own = tuple(Sentence("comment.own", line, {"comment": line}, _OF_COMMENT) for line in lines)
        return Narrative(deductions, own, tuple(sentence.text for sentence in own))
    parts = comment(phrases, scoresheet, rating, submission, short)
    return Narrative(deductions, tuple(chain(*parts.values())), tuple(_paragraphs(phrases.names, parts)))


_OF_COMMENT = frozenset({"comment"})


def _paragraphs(names: Mapping[str, str], parts: Mapping[str, Sequence[Sentence]]) -> Iterator[str]:
    """Join the sentences of each part; strengths and limits are named as such."""
    for part, sentences in parts.items():
        if sentences:
            text = " ".join([sentence.text for sentence in sentences])
            yield f"{names[part]} {text}" if part in names else text
