"""The quota: who is wanted at the rating that it limits, in order of points, and how many fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from baocao.forms.ladder import Ladder
from baocao.forms.model import Form, Quota
from baocao.records import Record
from baocao.register import Number


@dataclass(frozen=True, slots=True)
class Candidate:
    """One scoresheet that stands, as a quota sees it."""

    number: Number | None
    """`None` of a draft."""
    organization: str
    """Identifier of the organisation."""
    name: str
    kind_name: str
    superior: str
    """Identifier of the superior."""
    superior_name: str
    tier: str
    total: Decimal | None
    """Points; `None` in a form without points."""
    proposed: str | None
    """`None` of a draft that has no rating yet."""
    highest: str
    """The best rating that the conditions of the form allow."""
    decided: str | None

    @property
    def rating(self) -> str | None:
        """The decided rating, the proposed one while nothing is decided."""
        return self.decided or self.proposed


def candidate(number: Number, record: Record, decided: str | None) -> Candidate:
    """Return what a quota sees of a scoresheet's record."""
    return Candidate(
        number=number,
        organization=record.organization,
        name=record.name,
        kind_name=record.kind_name,
        superior=record.superior,
        superior_name=record.superior_name,
        tier=record.tier,
        total=record.total,
        proposed=record.proposed,
        highest=record.highest,
        decided=decided,
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in the order of those who are wanted."""

    rank: int
    """From 1; those with equal points share it."""
    tied: bool
    fits: bool | None
    """Whether the quota admits this place; `None` where it admits some of the tied and not others."""
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Group:
    """The organisations among which a quota counts: those of one form and tier directly under one superior."""

    quota: Quota
    ladder: Ladder
    superior: str
    tier: str
    superior_name: str
    candidates: tuple[Candidate, ...]
    """In order of points, best first."""

    @property
    def rating_name(self) -> str:
        """The official name of the rating that is limited."""
        return self.ladder.names[self.quota.rating]

    @property
    def wanted(self) -> tuple[Candidate, ...]:
        """Those who are decided so, or proposed and not yet decided."""
        return tuple(found for found in self.candidates if found.rating == self.quota.rating)

    @property
    def eligible(self) -> int:
        """How many may be decided so by the conditions of the form, quota apart."""
        high_enough = self.ladder.up_to(self.quota.rating)
        return sum(found.highest in high_enough for found in self.candidates)

    def base(self, *, with_rating: bool | None = None) -> int:
        """Return how many the percentage is taken of.

        Args:
            with_rating: whether those rated so count too; as the form says when `None`.
        """
        keys = set(self.quota.base)
        if with_rating is not None:
            keys = keys | {self.quota.rating} if with_rating else keys - {self.quota.rating}
        return sum(found.rating in keys for found in self.candidates)

    def fit(self, *, with_rating: bool | None = None) -> int:
        """Return how many may be decided so: the percentage of the base, rounded down."""
        return self.base(with_rating=with_rating) * self.quota.percent // 100

    @property
    def over(self) -> int:
        """How many are wanted beyond those that fit."""
        return max(0, len(self.wanted) - self.fit())

    def ranks(self) -> Iterator[Ranked]:
        """Yield the wanted in order with their rank, and whether they share it: equal points are a tie."""
        fit, before = self.fit(), 0
        for _points, tied in groupby(self.wanted, key=lambda found: found.total):
            same = list(tied)
            after = before + len(same)
            fits = True if after <= fit else False if before >= fit else None
            yield from (Ranked(before + 1, len(same) > 1, fits, found) for found in same)
            before = after


def groups(form: Form, standing: Iterable[Candidate]) -> tuple[Group, ...]:
    """Return the groups of each quota of a form, by superior and tier; each in order of points."""
    members: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for found in standing:
        members[found.superior, found.tier].append(found)
    return tuple(
        Group(quota, form.ladder, superior, tier, found[0].superior_name, _in_order(found))
        for quota in form.quotas
        for (superior, tier), found in sorted(members.items())
    )


def _in_order(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(found, key=_best_first))


def _best_first(one: Candidate) -> tuple[Decimal, Number, str]:
    """Order by points, then, as in a form without points, as they were numbered."""
    return -(one.total or Decimal(0)), one.number or Number(0, 0), one.organization
