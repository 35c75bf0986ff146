"""The year-end annex: what stands at a date, counted. Pure functions from entries (or drafts) to frozen values.

An annex is of one form and year, for one superior or all. Its rows come from entries through `register.statuses`,
as every other answer of the register, so it cannot disagree with them; of each organisation only its row is kept,
since a province has tens of thousands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import chain, groupby
from typing import TypeVar

from baocao import messages_annex as messages
from baocao.annex_rows import Column, Expected, Mark, Row, columns
from baocao.forms.model import Form
from baocao.phrases import Phrasebook, Sentence
from baocao.quota import Group, groups
from baocao.text import alphabetical, hundredths, one_decimal

# --- counting ----------------------------------------------------------------------------------------------------


def shares(counts: Sequence[int]) -> tuple[Decimal, ...]:
    """Return the percentages of counts with one decimal; together 100, or all 0 where nothing was counted.

    By largest remainders: each is rounded down, and the tenths that are missing go to those that lost most.
    """
    whole = sum(counts)
    if not whole:
        return tuple(Decimal(0) for _ in counts)
    parts = [count * 1000 // whole for count in counts]
    by_loss = sorted(range(len(counts)), key=lambda place: counts[place] * 1000 % whole, reverse=True)
    for place in by_loss[: 1000 - sum(parts)]:
        parts[place] += 1
    return tuple(Decimal(found) / 10 for found in parts)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many organisations stand where: one line of a summary."""

    name: str
    decided: tuple[int, ...]
    """By the ratings of the ladder, best first."""
    proposed: tuple[int, ...]
    """Likewise, of those that are proposed and not yet decided."""
    unrated: int
    absent: int
    """Those without a scoresheet."""

    @property
    def all(self) -> int:
        """All organisations that were counted."""
        return sum(self.decided) + sum(self.proposed) + self.unrated + self.absent


def tally(name: str, ladder: Sequence[str], rows: Iterable[Row], absent: int = 0) -> Tally:
    """Count rows by where they stand."""
    decided: Counter[str] = Counter()
    proposed: Counter[str] = Counter()
    unrated = 0
    for row in rows:
        if row.unrated:
            unrated += 1
        elif row.decided:
            decided[row.decided] += 1
        else:
            proposed[row.proposed or ""] += 1
    by_rating = tuple(decided[key] for key in ladder), tuple(proposed[key] for key in ladder)
    return Tally(name, *by_rating, unrated, absent)


def rated(of: Tally) -> tuple[int, ...]:
    """Return how many have each rating of the ladder, decided or proposed."""
    return tuple(decided + proposed for decided, proposed in zip(of.decided, of.proposed, strict=True))


def mean(values: Iterable[Mark]) -> Fraction | None:
    """Return the mean of what is known; `None` where nothing is."""
    total, count = Decimal(0), 0
    for value in values:
        if value is not None:
            total, count = total + value, count + 1
    return Fraction(total) / count if count else None


@dataclass(frozen=True, slots=True)
class Past:
    """What stood a year ago, for comparison."""

    year: int
    names: Mapping[str, str]
    """The ratings of that year's form, best first, with their names."""
    tally: Tally
    mean: Fraction | None
    """Of the totals."""


def past(year: int, names: Mapping[str, str], rows: Sequence[Row]) -> Past:
    """Return what stood in a year."""
    return Past(year, names, tally(messages.ALL, tuple(names), rows), mean(row.total for row in rows))


# --- the annex ---------------------------------------------------------------------------------------------------


class Content(StrEnum):
    """What an annex lists: it is named so."""

    RESULTS = "results"
    """Everything rated is decided."""
    PROPOSALS = "proposals"
    """Nothing is decided: the list that goes to the authority (danh sách đề nghị)."""
    BOTH = "both"


@dataclass(frozen=True)
class Annex:
    """What stands at a date of one form, for one superior or all."""

    form: Form
    as_of: date
    rows: tuple[Row, ...]
    """By superior, then by name, in alphabetical order."""
    absent: tuple[Expected, ...]
    """Those without a scoresheet, in the same order."""
    past: Past | None = None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns between the organisation and its total."""
        return columns(self.form)

    @cached_property
    def total(self) -> Tally:
        """All organisations."""
        return tally(messages.ALL, self.form.ladder.keys, self.rows, len(self.absent))

    @property
    def content(self) -> Content:
        """What is listed."""
        if not sum(self.total.proposed):
            return Content.RESULTS if sum(self.total.decided) else Content.PROPOSALS
        return Content.BOTH if sum(self.total.decided) else Content.PROPOSALS

    @cached_property
    def by_kind(self) -> tuple[Tally, ...]:
        """All organisations, kind by kind in the order of the form."""
        return self._kinds(self.rows, self.absent)

    @cached_property
    def superiors(self) -> Mapping[str, str]:
        """The names of the superiors by their identifiers, in alphabetical order; see `_superiors`."""
        return _superiors(chain(self.rows, self.absent))

    def by_superior(self) -> Iterator[tuple[Tally, tuple[Tally, ...]]]:
        """Yield for each superior all of its organisations, and those of each kind where there are several."""
        rows = {superior: tuple(found) for superior, found in groupby(self.rows, _superior)}
        absent = {superior: tuple(found) for superior, found in groupby(self.absent, _superior)}
        for superior, name in self.superiors.items():
            own, missing = rows.get(superior, ()), absent.get(superior, ())
            kinds = self._kinds(own, missing)
            found = tally(name, self.form.ladder.keys, own, len(missing))
            yield found, kinds if len(kinds) > 1 else ()

    def _kinds(self, rows: Sequence[Row], absent: Sequence[Expected]) -> tuple[Tally, ...]:
        known = {kind.key: kind.name for kind in self.form.kinds}
        members: dict[str, list[Row]] = {name: [] for name in known.values()}
        missing: Counter[str] = Counter()
        for row in rows:
            members.setdefault(row.kind_name, []).append(row)
        for one in absent:
            missing[one.kind_name] += 1
            members.setdefault(one.kind_name, [])
        return tuple(
            tally(name, self.form.ladder.keys, found, missing[name])
            for name, found in members.items()
            if found or missing[name]
        )

    @cached_property
    def quotas(self) -> tuple[Group, ...]:
        """Who is wanted at a rating that a quota limits, by superior in the order of the list, and by tier."""
        place = {superior: place for place, superior in enumerate(self.superiors)}
        found = groups(self.form, (row for row in self.rows if not row.unrated))
        return tuple(sorted(found, key=lambda group: (self.form.quotas.index(group.quota), place[group.superior])))

    @property
    def unrated(self) -> Iterator[Row]:
        """Those with a scoresheet and without a rating."""
        return (row for row in self.rows if row.unrated)

    def means(self) -> tuple[Fraction | None, ...]:
        """Return the mean of each column, and last of the totals."""
        by_column = (mean(row.marks[place] for row in self.rows) for place in range(len(self.columns)))
        return (*by_column, mean(row.total for row in self.rows))

    def sums(self) -> tuple[Decimal, ...]:
        """Return the sum of each column, and last of the totals."""
        by_column = (
            sum((Decimal(row.marks[place] or 0) for row in self.rows), Decimal(0)) for place in range(len(self.columns))
        )
        return (*by_column, sum((row.total or Decimal(0) for row in self.rows), Decimal(0)))


def _superior(of: Row | Expected) -> str:
    return of.superior


def _superiors(listed: Iterable[Row | Expected]) -> dict[str, str]:
    """Return the names of superiors by their identifiers, in alphabetical order.

    One superior may be written in several ways, in the papers of one year or of two; its name is the way that is met
    most often.
    """
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in listed:
        found[one.superior][one.superior_name] += 1
    names = {superior: min(said, key=lambda name: (-said[name], name)) for superior, said in found.items()}
    return dict(sorted(names.items(), key=lambda named: (alphabetical(named[1]), named[0])))


def annex(
    form: Form,
    as_of: date,
    rows: Iterable[Row],
    roster: Iterable[Expected] = (),
    superior: str = "",
    before: Past | None = None,
) -> Annex:
    """Return the annex of a form.

    Args:
        form: the form.
        as_of: the date at which it tells what stands.
        rows: of all superiors.
        roster: whose scoresheets are looked for; who has one under another superior is not missing. A kind is named
            by its name or key, however its letters are written.
        superior: identifier of the one superior whose organisations are listed; empty for all.
        before: what stood a year ago; `None` where that is not known.
    """
    known = set(form.ladder.names)
    there: set[str] = set()
    listed: list[Row] = []
    for row in rows:
        there.add(row.organization)
        if superior in {"", row.superior}:
            listed.append(row if row.unrated or row.rating in known else _of_no_rating(row))
    missing = {one.organization: one for one in roster if one.organization not in there}
    kinds = {said.casefold(): kind.name for kind in form.kinds for said in (kind.key, kind.name)}
    absent = [
        replace(one, kind_name=kinds.get(one.kind_name.casefold(), one.kind_name))
        for one in missing.values()
        if superior in {"", one.superior}
    ]
    superiors = _superiors(chain(listed, absent))
    return Annex(form, as_of, _in_order(listed, superiors), _in_order(absent, superiors), before)


T = TypeVar("T", Row, Expected)


def _in_order(listed: Sequence[T], superiors: Iterable[str]) -> tuple[T, ...]:
    """Return rows by superior and name. One superior is sorted at a time: all keys at once take as much as the rows."""
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for one in listed:
        groups[one.superior].append(one)
    in_order = (sorted(groups[superior], key=_place) for superior in superiors)
    return tuple(chain.from_iterable(in_order))


def _place(of: Row | Expected) -> tuple[tuple[str, str], str]:
    return alphabetical(of.name), of.organization


def _of_no_rating(row: Row) -> Row:
    """Return a row whose rating the form no longer has: somebody changed the form between two scoresheets."""
    return replace(row, unrated=messages.UNKNOWN_RATING)


# --- in words ----------------------------------------------------------------------------------------------------


def comparison(found: Annex, phrases: Phrasebook) -> Iterator[Sentence]:
    """Yield the sentences that compare with the year before; nothing where that year or their wording is missing."""
    before = found.past
    if before is None or not {"annex.rated", "annex.shares"} <= phrases.sources.keys():
        return
    now, years = found.total, {"year": str(found.form.year), "last_year": str(before.year)}
    counts = rated(now), rated(before.tally)
    if not sum(counts[0]) or not sum(counts[1]):
        return
    here, earlier = sum(counts[0]), sum(counts[1])
    of_them = {"rated": here, "before": earlier, "difference": abs(here - earlier)}
    yield phrases.say("annex.rated", {**years, **of_them, "proposed": sum(now.proposed)})
    if dict(found.form.ladder.names) == dict(before.names):
        ratings = tuple(
            {"name": name, "share": f"{one_decimal(share)}%", "before": f"{one_decimal(then)}%"}
            for name, share, then in zip(before.names.values(), shares(counts[0]), shares(counts[1]), strict=True)
            if share or then
        )
        yield phrases.say("annex.shares", {**years, "ratings": ratings})
    mean_now = mean(row.total for row in found.rows)
    if mean_now is not None and before.mean is not None and "annex.mean" in phrases.sources:
        values = hundredths(mean_now), hundredths(before.mean)
        difference = abs(values[0] - values[1])
        yield phrases.say("annex.mean", {**years, "mean": values[0], "before": values[1], "difference": difference})
