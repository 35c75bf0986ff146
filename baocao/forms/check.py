"""What must hold within a form beyond the shape of its tables: numbers, sums, order, references, choices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from baocao import messages, messages_form
from baocao.errors import Problem
from baocao.forms import coverage
from baocao.forms.catalogue import NAMES
from baocao.forms.conditions import (
    Clause,
    Condition,
    FigureCondition,
    LevelsCondition,
    OrganizationsCondition,
    PointsCondition,
    ShareCondition,
    YesNoCondition,
)
from baocao.forms.criteria import Criterion, FigureBands, RatingBands, RatingTest
from baocao.forms.model import CLOSED_FIGURES, Form
from baocao.phrases import Phrasebook


def check(form: Form) -> tuple[Problem, ...]:
    """Return every contradiction within a form. Whether bands cover all cases is judged once all names are known."""
    problems = tuple(dict.fromkeys(problem for rule in CHECKS for problem in rule(form)))
    return problems if any(_references(form)) else (*problems, *coverage.uncovered(form))


def check_names(form: Form, phrases: Phrasebook) -> Iterator[Problem]:
    """Yield the short names that the phrase book of a form lacks."""
    for name in dict.fromkeys((*(row.no for row in form.sections), *form.level_items, *NAMES)):
        if name not in phrases.names:
            yield messages_form.missing_phrase(messages.place("names", name))


# --- numbers and sums ------------------------------------------------------------------------------------------


def _numbers(form: Form) -> Iterator[Problem]:
    lists: dict[str, list[str]] = {
        "criteria": [criterion.no for criterion in form.criteria],
        "clauses": [clause.no for rule in form.ratings for clause in rule.clauses],
        "interpretations": [entry.key for entry in form.interpretations],
        "flags": [flag.key for flag in form.flags],
        "level_items": list(form.level_items),
        "core_items": list(form.core_items),
        "ratings": [rule.key for rule in form.ratings],
        "levels": [rule.key for rule in form.levels],
        "kinds": [kind.key for kind in form.kinds],
        "assessors": [assessor.key for assessor in form.assessors],
        "figures": [*(figure.key for figure in form.figures), *CLOSED_FIGURES],
        "ladders.of": [rated for entry in form.ladders for rated in entry.of],
        **{f"ladders[{at}].rungs": [rung.key for rung in entry.rungs] for at, entry in enumerate(form.ladders)},
    }
    for kind, numbers in lists.items():
        for number, times in Counter(numbers).items():
            if times > 1:
                yield messages_form.duplicate_no(kind, number)


def _reserved(form: Form) -> Iterator[Problem]:
    """Keys that a template could not name: Jinja reads them as methods of the mapping that they stand in."""
    keys = {
        "assessors": [assessor.key for assessor in form.assessors],
        "levels": [rule.key for rule in form.levels],
        "texts.columns": list(form.texts.columns),
    }
    for where, found in keys.items():
        yield from (messages_form.reserved_key(f"{where} {key}", key) for key in found if hasattr(dict, key))


def _parents(form: Form) -> Iterator[Problem]:
    seen: set[str] = set()
    for criterion in form.criteria:
        if criterion.parent and criterion.parent not in seen:
            yield messages_form.orphan(criterion.no, criterion.parent)
        seen.add(criterion.no)
        if criterion.parent and (criterion.role != "regular" or criterion.applies_to):
            yield messages_form.only_in_section(criterion.no, "role" if criterion.role != "regular" else "applies_to")


def _sums(form: Form) -> Iterator[Problem]:
    for row in form.criteria:
        below = [entry for entry in form.criteria if entry.parent == row.no]
        total = sum((entry.most for entry in below), Decimal(0))
        if not below or row.standard is None:  # that points are missing is told elsewhere
            continue
        if form.role(row.no) == "regular":
            if total != row.standard:
                yield messages_form.wrong_sum(row.no, row.most, total)
        elif total < row.standard:
            yield messages_form.cap_out_of_reach(row.no, row.most, total)
    yield from _totals(form)


def _totals(form: Form) -> Iterator[Problem]:
    for kind in form.kinds:
        total = form.regular_standard(kind.key)
        every = all(form.applies(row.no, kind.key) for row in form.sections)
        if total == (form.total or 0) or (not every and form.partial_total and 0 < total < (form.total or 0)):
            continue
        if form.total is None:
            yield messages_form.missing_key("total", "Ghi tổng điểm chuẩn, hoặc bỏ standard ở mọi dòng.")
            return
        if every:
            yield messages_form.wrong_sum("", form.total, total)
            return
        told = messages_form.kind_total if form.partial_total else messages_form.partial_total
        yield told(kind.key, form.total, total)


def _points(form: Form) -> Iterator[Problem]:
    """Every figure can be awarded: above nought, in the form's step; a row without points has none."""
    if form.has_points and form.step is None:
        yield messages_form.missing_key("step", "Ghi bước điểm, ví dụ 0.25.")
    for row in form.criteria:
        if row.standard is None:
            yield from _without_points(form, row)
            continue
        if row.assessed_by == "level":
            yield messages_form.points_beside_level(row.no)
        if row.basis is None:
            yield messages_form.missing_key(f"criteria {row.no}.basis", "Ghi căn cứ của điểm chuẩn.")
        elif row.basis not in form.bases:
            yield messages_form.missing_key(f"bases.{row.basis}", "Ghi nguồn của những điểm chuẩn có căn cứ này.")
        bands = row.banded.bands if row.banded else ()
        for figure in (row.standard, *(band.points for band in bands)):
            if (form.step and figure % form.step) or not row.standard:
                yield messages_form.wrong_points(row.no, figure, form.step or Decimal(1))


def _without_points(form: Form, row: Criterion) -> Iterator[Problem]:
    inside = form.inside(row.no)
    if any(leaf.assessed_by == "points" or leaf.standard is not None for leaf in inside):
        yield messages_form.missing_key(f"criteria {row.no}.standard", "Ghi điểm chuẩn.")
    elif form.role(row.no) != "regular":
        yield messages_form.missing_key(f"criteria {row.no}.standard", "Mục thưởng, phạt phải có điểm tối đa.")


_FIGURE = re.compile(r"\d+(?:[.,]\d+)?")
_MEASURE = re.compile(r"\d+(?:[.,]\d+)? ?(?:điểm|%)")


def spoken(form: Form) -> Iterator[Problem]:
    """Yield the figures of clauses and bands that their sentences do not say, and clauses that say one and ask none.

    For `form check` only: while figures are being edited a form can be tried out before its sentences follow.
    """
    quotas = {quota.clause for quota in form.quotas}
    for no, clause in form.clauses.items():
        if not clause.conditions and no not in quotas and (said := _MEASURE.search(clause.text)):
            yield messages_form.unasked_figure(f"clauses {no}", said[0])
        asked = [getattr(condition, name, None) for condition in clause.conditions for name in _THRESHOLDS]
        yield from _unspoken(f"clauses {no}", clause.text, asked)
    for quota in form.quotas:
        yield from _unspoken(f"clauses {quota.clause}", form.clauses[quota.clause].text, [quota.percent])
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


# --- ladders ---------------------------------------------------------------------------------------------------


def _ladders(form: Form) -> Iterator[Problem]:
    order, ratings = form.decision.order, form.ladder.keys
    if sorted(order) != sorted(ratings):
        yield messages_form.wrong_order("decision.order", order, ratings)
    if sum(assessor.counts for assessor in form.assessors) != bool(form.assessors):
        yield messages_form.counting_column([assessor.key for assessor in form.assessors])
    thresholds = [rule.at_least for rule in form.levels if rule.at_least is not None]
    if form.has_points and form.level_items and len(thresholds) < len(form.levels):
        yield messages_form.missing_key("levels.at_least", "Mỗi cấp độ phải có tỷ lệ điểm tối thiểu.")
    elif thresholds and (thresholds != sorted(set(thresholds), reverse=True) or thresholds[-1] != 0):
        yield messages_form.wrong_order("levels.at_least", [str(number) for number in thresholds], ["giảm dần đến 0"])
    for no in form.level_items:
        row = form.by_no.get(no)
        if row and row.standard is None and row.assessed_by != "level":
            yield messages_form.level_of_nothing(no)
    if any(row.assessed_by == "level" for row in form.leaves) and len(form.levels) < 2:
        yield messages_form.missing_key("levels", "Khai các cấp độ thực hiện, từ cao xuống thấp.")


# --- references ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reference:
    """A name used somewhere, what it should name, and what there is."""

    where: str
    thing: str
    name: str | None
    known: Sequence[str]


def _references(form: Form) -> Iterator[Problem]:
    for found in (*_named_rows(form), *_named_keys(form), *_named_interpretations(form)):
        if found.name is not None and found.name not in found.known:
            yield messages_form.unknown_reference(found.where, found.thing, found.name, found.known)


def _named_rows(form: Form) -> Iterator[_Reference]:
    yield from (_Reference(f"level_items {no}", "mục", no, list(form.by_no)) for no in form.level_items)
    yield from (_Reference(f"core_items {no}", "mục", no, form.level_items) for no in form.core_items)
    clauses = list(form.clauses)
    yield from (_Reference("quotas", "điều kiện", quota.clause, clauses) for quota in form.quotas)
    yield from (_Reference(f"flags {flag.key}", "điều kiện", flag.clause, clauses) for flag in form.flags)
    for clause, condition in _conditions(form):
        where = f"clauses {clause.no}"
        match condition:
            case LevelsCondition(items=tuple(named)):
                yield from (_Reference(where, "mục", no, form.level_items) for no in named)
            case YesNoCondition(items=tuple(named)):
                yield from (_Reference(where, "tiêu chí đạt, không đạt", no, form.yes_no_items) for no in named)
            case PointsCondition(of=str(no)):
                scored = [row.no for row in form.criteria if row.standard is not None]
                yield _Reference(where, "mục có điểm", no, scored)
            case _:
                pass


def _named_keys(form: Form) -> Iterator[_Reference]:
    ratings, kinds = form.ladder.keys, [kind.key for kind in form.kinds]
    figures = [*CLOSED_FIGURES, *form.own_figures]
    yield _Reference("decision.undetermined_at_most", "mức", form.decision.undetermined_at_most, ratings)
    yield from (_Reference("reasons_required_for", "mức", key, ratings) for key in form.reasons_required_for)
    for quota in form.quotas:
        yield from (_Reference("quotas", "mức", key, ratings) for key in (quota.rating, *quota.base))
    for flag in form.flags:
        yield from (_Reference(f"flags {flag.key}", "mức", key, ratings) for key in flag.when_proposed)
    for figure in form.figures:
        yield _Reference(f"figures {figure.key}", "số liệu", figure.out_of, list(form.own_figures))
    for row in form.criteria:
        where = f"criteria {row.no}"
        yield from (_Reference(where, "loại tổ chức", kind, kinds) for kind in row.applies_to or ())
        yield from (_Reference(f"{where}.banded", *named) for named in _named_by_bands(form, row, figures))
    for clause, condition in _conditions(form):
        where = f"clauses {clause.no}"
        yield from (_Reference(where, "loại tổ chức", kind, kinds) for kind in condition.applies_to or ())
        yield from (_Reference(where, *named) for named in _named_by_condition(form, condition, figures))


Named = tuple[str, str | None, Sequence[str]]
"""What a name should name, the name, and what there is."""


def _named_by_condition(form: Form, condition: Condition, figures: Sequence[str]) -> Iterator[Named]:
    match condition:
        case LevelsCondition(at_least=floor, at_most=ceiling):
            yield from (("cấp độ", level, form.level_ladder.keys) for level in (floor, ceiling))
        case FigureCondition(of=figure):
            yield "số liệu", figure, figures
        case OrganizationsCondition(all_at_least=floor, any_rated=rated):
            yield from (("mức", key, form.ladder_of(condition.of).keys) for key in (floor, rated))
        case ShareCondition(rated_at_least=floor, rated=rated):
            for population in _populations(form, condition):
                yield from (("mức", key, form.ladder_of(population).keys) for key in (floor, rated))
        case _:
            pass


def _populations(form: Form, condition: Condition) -> list[str]:
    """Return whom the kinds of organisation rate that a condition is about."""
    about = [kind for kind in form.kinds if condition.applies_to is None or kind.key in condition.applies_to]
    return list(dict.fromkeys(kind.population for kind in about))


def _named_by_bands(form: Form, row: Criterion, figures: Sequence[str]) -> Iterator[Named]:
    if row.banded is None:
        return
    yield from (("cấp độ", band.level, form.level_ladder.keys) for band in row.banded.bands)
    if isinstance(row.banded, FigureBands):
        yield "số liệu", row.banded.of, figures
    else:
        names = form.ladder_of(row.banded.of).keys
        for test in coverage.tests(row.banded):
            yield from (
                ("mức", key, names) for key in (test.all_at_least, test.any_at_least, test.all_rated, test.rated)
            )


def _named_interpretations(form: Form) -> Iterator[_Reference]:
    known = [entry.key for entry in form.interpretations]
    for where, key in _interpretations(form):
        yield _Reference(where, "cách hiểu", key, known)


def _interpretations(form: Form) -> Iterator[tuple[str, str | None]]:
    yield from ((f"bases.{basis}", source.interpretation) for basis, source in form.bases.items())
    yield from ((f"criteria {row.no}", row.banded.interpretation) for row in form.criteria if row.banded)
    yield from ((f"clauses {clause.no}", condition.interpretation) for clause, condition in _conditions(form))
    yield from ((f"flags {flag.key}", flag.interpretation) for flag in form.flags)
    yield from (("quotas", quota.interpretation) for quota in form.quotas)
    yield "decision", form.decision.interpretation


def _conditions(form: Form) -> Iterator[tuple[Clause, Condition]]:
    for clause in form.clauses.values():
        for condition in clause.conditions:
            yield clause, condition


# --- choices ---------------------------------------------------------------------------------------------------


def _choices(form: Form) -> Iterator[Problem]:
    """Keys of which a condition or a test has exactly one."""
    for clause, condition in _conditions(form):
        for keys in _ALTERNATIVES.get(type(condition), ()):
            yield from _one_of(f"clauses {clause.no}", condition, keys)
        if isinstance(condition, PointsCondition) and not form.has_points:
            yield messages_form.points_without_points(f"clauses {clause.no}")
    for row in form.criteria:
        if isinstance(row.banded, RatingBands):
            for test in coverage.tests(row.banded):
                yield from _one_of(f"criteria {row.no}.banded", test, _TESTS)
                if test.rated:
                    yield from _one_of(f"criteria {row.no}.banded", test, ("at_least", "exactly"))


_TESTS = ("all_at_least", "any_at_least", "all_rated", "rated", "none")
_ALTERNATIVES: dict[type, tuple[tuple[str, ...], ...]] = {
    PointsCondition: (("at_least", "below"),),
    LevelsCondition: (("at_least", "at_most"),),
    ShareCondition: (("rated_at_least", "rated"), ("at_least", "above")),
    OrganizationsCondition: (("all_at_least", "any_rated"),),
    FigureCondition: (("at_least", "at_most", "below", "above"),),
}


def _one_of(where: str, holder: Condition | RatingTest, keys: Sequence[str]) -> Iterator[Problem]:
    if sum(getattr(holder, key) is not None for key in keys) != 1:
        yield messages_form.exactly_one(where, keys)


def _bands(form: Form) -> Iterator[Problem]:
    for row in form.criteria:
        if row.banded is None:
            continue
        if row not in form.leaves or row.assessed_by != "points":
            yield messages_form.banded_parent(row.no)
        best = max(band.points for band in row.banded.bands)
        if best != row.standard:
            yield messages_form.best_band(row.no, best, row.most)
        if isinstance(row.banded, FigureBands):
            starts = [band.at_least for band in row.banded.bands]
            if starts != sorted(set(starts), reverse=True) or starts[-1] != 0:
                yield messages_form.band_order(row.no)


CHECKS: tuple[Callable[[Form], Iterator[Problem]], ...] = (
    _numbers,
    _reserved,
    _parents,
    _sums,
    _points,
    _ladders,
    _references,
    _choices,
    _bands,
)
