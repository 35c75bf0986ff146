"""What must hold within a form beyond the shape of its tables: sums, references, order, coverage of bands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations_with_replacement

from baocao import messages, messages_form
from baocao.errors import Problem
from baocao.forms.catalogue import NAMES
from baocao.forms.conditions import (
    Clause,
    Condition,
    LevelsCondition,
    OrganizationsCondition,
    PointsCondition,
    ShareCondition,
)
from baocao.forms.criteria import Criterion, RatingBands, RatingTest, ShareBands
from baocao.forms.model import Form
from baocao.forms.values import LEVELS, RATINGS, RatingKey
from baocao.phrases import Phrasebook


def check(form: Form) -> tuple[Problem, ...]:
    """Return every contradiction within a form."""
    return tuple(problem for rule in CHECKS for problem in rule(form))


def check_names(form: Form, phrases: Phrasebook) -> Iterator[Problem]:
    """Yield the short names that the phrase book of a form lacks."""
    sections = [row.no for row in form.criteria if not row.parent]
    for name in (*sections, *form.level_items, *NAMES):
        if name not in phrases.names:
            yield messages_form.missing_phrase(messages.place("names", name))


def _numbers(form: Form) -> Iterator[Problem]:
    lists: dict[str, list[str]] = {
        "criteria": [criterion.no for criterion in form.criteria],
        "clauses": [clause.no for rule in form.ratings for clause in rule.clauses],
        "interpretations": [entry.key for entry in form.interpretations],
        "flags": [flag.key for flag in form.flags],
        "level_items": list(form.level_items),
        "core_items": list(form.core_items),
    }
    for kind, numbers in lists.items():
        for number, times in Counter(numbers).items():
            if times > 1:
                yield messages_form.duplicate_no(kind, number)


def _parents(form: Form) -> Iterator[Problem]:
    seen: set[str] = set()
    for criterion in form.criteria:
        if criterion.parent and criterion.parent not in seen:
            yield messages_form.orphan(criterion.no, criterion.parent)
        seen.add(criterion.no)


def _sums(form: Form) -> Iterator[Problem]:
    for no in ("", *(criterion.no for criterion in form.criteria)):
        below = [criterion.standard for criterion in form.criteria if criterion.parent == no]
        standard = form.by_no[no].standard if no else form.total
        if (below or not no) and sum(below) != standard:
            yield messages_form.wrong_sum(no, standard, sum(below, Decimal(0)))


def _points(form: Form) -> Iterator[Problem]:
    """Every figure can be awarded: above nought, in the form's step."""
    for row in form.criteria:
        bands = row.banded.bands if row.banded else ()
        for figure in (row.standard, *(band.points for band in bands)):
            if figure % form.step or not row.standard:
                yield messages_form.wrong_points(row.no, figure, form.step)


_FIGURE = re.compile(r"\d+(?:[.,]\d+)?")


def spoken(form: Form) -> Iterator[Problem]:
    """Yield the figures of clauses and bands that their own official sentences do not say.

    For `form check` only: while figures are being edited a form can be tried out before its sentences follow.
    """
    for no, clause in form.clauses.items():
        asked = [getattr(condition, name, None) for condition in clause.conditions for name in _THRESHOLDS]
        yield from _unspoken(f"clauses {no}", clause.text, asked)
    for row in form.criteria:
        for band in row.banded.bands if row.banded else ():
            yield from _unspoken(f"criteria {row.no}.banded", band.text, [band.points, getattr(band, "at_least", None)])


_THRESHOLDS = ("at_least", "above", "below", "at_most")


def _unspoken(where: str, sentence: str, asked: Iterable[object]) -> Iterator[Problem]:
    said = [Decimal(figure.replace(",", ".")) for figure in _FIGURE.findall(sentence)]
    for figure in asked:
        is_number = isinstance(figure, int | Decimal) and figure  # nought is said in words, or not at all
        if is_number and figure not in said:
            yield messages_form.unspoken_figure(where, Decimal(str(figure)), said)


def _ladders(form: Form) -> Iterator[Problem]:
    yield from _ladder("levels", [rule.key for rule in form.levels], LEVELS)
    yield from _ladder("ratings", [rule.key for rule in form.ratings], RATINGS)
    yield from _ladder("decision.order", sorted(form.decision.order, key=RATINGS.index), RATINGS)
    yield from _ladder("kinds", sorted(kind.key for kind in form.kinds), ("cell", "grassroots_cell", "party_committee"))
    yield from _ladder("bases", sorted(form.bases), ("allocated", "derived", "form"))
    thresholds = [rule.at_least for rule in form.levels]
    if thresholds != sorted(set(thresholds), reverse=True) or (thresholds and thresholds[-1] != 0):
        yield messages_form.wrong_order("levels.at_least", [str(number) for number in thresholds], ["giảm dần đến 0"])


def _ladder(where: str, found: Sequence[str], expected: Sequence[str]) -> Iterator[Problem]:
    if list(found) != list(expected):
        yield messages_form.wrong_order(where, found, expected)


def _references(form: Form) -> Iterator[Problem]:
    for where, no in (
        *((f"level_items {no}", no) for no in form.level_items),
        *((f"core_items {no}", no) for no in form.core_items),
        *((f"clauses {clause.no}", no) for clause, condition in _conditions(form) for no in _named_items(condition)),
    ):
        known = list(form.by_no) if where.startswith("level_items") else form.level_items
        if no not in known:
            yield messages_form.unknown_reference(where, "mục", no, known)
    for where, clause in (
        ("quota", form.quota.clause),
        *((f"flags {flag.key}", flag.clause) for flag in form.flags),
    ):
        if clause not in form.clauses:
            yield messages_form.unknown_reference(where, "điều kiện", clause, list(form.clauses))
    known_keys = [entry.key for entry in form.interpretations]
    for where, key in _interpretations(form):
        if key and key not in known_keys:
            yield messages_form.unknown_reference(where, "cách hiểu", key, known_keys)


def _conditions(form: Form) -> Iterator[tuple[Clause, Condition]]:
    for clause in form.clauses.values():
        for condition in clause.conditions:
            yield clause, condition


def _named_items(condition: Condition) -> tuple[str, ...]:
    if isinstance(condition, LevelsCondition) and not isinstance(condition.items, str):
        return condition.items
    return ()


def _interpretations(form: Form) -> Iterator[tuple[str, str | None]]:
    yield from ((f"bases.{basis}", source.interpretation) for basis, source in form.bases.items())
    yield from ((f"criteria {row.no}", row.banded.interpretation) for row in form.criteria if row.banded)
    for clause in form.clauses.values():
        yield from ((f"clauses {clause.no}", condition.interpretation) for condition in clause.conditions)
    yield from ((f"flags {flag.key}", flag.interpretation) for flag in form.flags)
    yield "decision", form.decision.interpretation
    yield "quota", form.quota.interpretation


def _choices(form: Form) -> Iterator[Problem]:
    """Keys of which a condition has exactly one."""
    for rule in form.ratings:
        conditions = [(clause.no, condition) for clause in rule.clauses for condition in clause.conditions]
        if not any(isinstance(condition, PointsCondition) for _, condition in conditions):
            yield messages_form.no_points_condition(rule.key)
        for no, condition in conditions:
            for keys in _ALTERNATIVES.get(type(condition), ()):
                yield from _one_of(f"clauses {no}", condition, keys)
    for row in form.criteria:
        if isinstance(row.banded, RatingBands):
            for test in _tests(row.banded):
                yield from _one_of(f"criteria {row.no}.banded", test, _TESTS)
                if test.rated:
                    yield from _one_of(f"criteria {row.no}.banded", test, ("at_least", "exactly"))


def _tests(banded: RatingBands) -> Iterator[RatingTest]:
    for band in banded.bands:
        yield from band.when
    for gap in banded.gaps:
        yield from gap.when


_TESTS = ("all_at_least", "any_at_least", "all_rated", "rated", "none")
_ALTERNATIVES: dict[type, tuple[tuple[str, ...], ...]] = {
    PointsCondition: (("at_least", "below"),),
    LevelsCondition: (("at_least", "at_most"),),
    ShareCondition: (("rated_at_least", "rated"), ("at_least", "above")),
    OrganizationsCondition: (("all_at_least", "any_rated"),),
}


def _one_of(where: str, holder: Condition | RatingTest, keys: Sequence[str]) -> Iterator[Problem]:
    if sum(getattr(holder, key) is not None for key in keys) != 1:
        yield messages_form.exactly_one(where, keys)


def _bands(form: Form) -> Iterator[Problem]:
    for row in form.criteria:
        if row.banded is None:
            continue
        if row not in form.leaves:
            yield messages_form.banded_parent(row.no)
        best = max(band.points for band in row.banded.bands)
        if best != row.standard:
            yield messages_form.best_band(row.no, best, row.standard)
        yield from (
            _share_bands(row, row.banded) if isinstance(row.banded, ShareBands) else _rating_bands(row, row.banded)
        )


def _share_bands(row: Criterion, banded: ShareBands) -> Iterator[Problem]:
    starts = [band.at_least for band in banded.bands]
    if starts != sorted(set(starts), reverse=True) or starts[-1] != 0:
        yield messages_form.band_order(row.no)


_BEYOND = 3
"""Lists are tried up to so many ratings more than any test counts; longer ones behave like these."""


def _rating_bands(row: Criterion, banded: RatingBands) -> Iterator[Problem]:
    """Try every list of ratings: each is a declared gap or has a band, and each band is chosen for one."""
    chosen = set()
    told: set[str] = set()
    counted = max((test.at_least or test.exactly or 0) for test in _tests(banded))
    for size in range(counted + _BEYOND):
        for ratings in combinations_with_replacement(RATINGS, size):
            gaps = [gap for gap in banded.gaps if all(test.holds(ratings) for test in gap.when)]
            bands = [band for band in banded.bands if all(test.holds(ratings) for test in band.when)]
            if not gaps and not bands and "uncovered" not in told:  # the shortest list tells it best
                told.add("uncovered")
                yield messages_form.uncovered_case(row.no, _case(ratings))
            elif gaps and bands and ratings and "overlap" not in told:
                told.add("overlap")
                yield messages_form.gap_overlaps(row.no, _case(ratings))
            elif bands and not gaps:
                chosen.add(bands[0].text)
    for band in banded.bands:
        if band.text not in chosen:
            yield messages_form.unreachable_band(row.no, band.text)


def _case(ratings: Sequence[RatingKey]) -> str:
    return ", ".join(ratings) or "[]"


CHECKS: tuple[Callable[[Form], Iterator[Problem]], ...] = (
    _numbers,
    _parents,
    _sums,
    _points,
    _ladders,
    _references,
    _choices,
    _bands,
)
