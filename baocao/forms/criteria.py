"""Criteria and their bands: the rows of the scoresheet, as `form.toml` may describe them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from baocao import logic
from baocao.forms.values import RATINGS, Few, Frozen, Level, Passage, Percent, Points, RatingKey, Slug

Basis = Literal["form", "derived", "allocated"]
"""Where a figure comes from: printed on the form, implied by it, or allocated by an interpretation."""

OrganizationList = Literal["government", "sociopolitical_organizations"]
Population = Literal["members", "subordinates"]


def rated_at_least(rating: RatingKey | None, floor: RatingKey) -> bool | None:
    """Whether `rating` is `floor` or better; `None` when the rating is not known yet."""
    return None if rating is None else RATINGS.index(rating) <= RATINGS.index(floor)


def rated_exactly(rating: RatingKey | None, wanted: RatingKey | None) -> bool | None:
    """Whether `rating` is the wanted one; `None` when it is not known yet."""
    return None if rating is None else rating == wanted


class RatingTest(Frozen):
    """One test of a list of ratings; exactly one of its kinds of test is given."""

    all_at_least: RatingKey | None = None
    any_at_least: RatingKey | None = None
    all_rated: RatingKey | None = None
    rated: RatingKey | None = None
    at_least: Few | None = None
    """With `rated`: this many or more of them."""
    exactly: Few | None = None
    """With `rated`: just this many of them."""
    none: Literal[True] | None = None
    """There is nothing to rate."""

    def holds(self, ratings: Sequence[RatingKey | None]) -> bool | None:
        """Whether the test holds for `ratings`, in three-valued logic."""
        if self.none:
            return not ratings
        if self.all_at_least:
            return logic.every(rated_at_least(rating, self.all_at_least) for rating in ratings)
        if self.any_at_least:
            return logic.some(rated_at_least(rating, self.any_at_least) for rating in ratings)
        if self.all_rated:
            return logic.every(rated_exactly(rating, self.all_rated) for rating in ratings)
        return self._counted(ratings)

    def _counted(self, ratings: Sequence[RatingKey | None]) -> bool | None:
        matches = [rated_exactly(rating, self.rated) for rating in ratings if self.rated]
        if self.at_least is not None:
            return logic.at_least(self.at_least, matches)
        wanted = self.exactly or 0
        more = logic.at_least(wanted + 1, matches)
        return logic.every([logic.at_least(wanted, matches), None if more is None else not more])


class RatingBand(Frozen):
    """Points given when all tests hold for the ratings of the organisations named."""

    text: Passage
    points: Points
    level: Level
    when: Annotated[tuple[RatingTest, ...], Field(min_length=1)]


class RatingGap(Frozen):
    """A case that the form itself leaves without a band."""

    text: Passage
    when: Annotated[tuple[RatingTest, ...], Field(min_length=1)]


class ShareBand(Frozen):
    """Points given from this share (whole percent) on."""

    text: Passage
    points: Points
    level: Level
    at_least: Percent


class ShareGap(Frozen):
    """What it means that there is nothing to take a share of."""

    text: Passage


class RatingBands(Frozen):
    """Points by the ratings of the organisations of a list; the first band that holds counts."""

    kind: Literal["ratings"]
    of: OrganizationList
    bands: Annotated[tuple[RatingBand, ...], Field(min_length=1)]
    gaps: tuple[RatingGap, ...] = ()
    interpretation: Slug

    def choose(self, ratings: Sequence[RatingKey | None]) -> RatingBand | RatingGap | None:
        """Return the first band or the declared gap that holds, `None` while that is not known."""
        cases: tuple[RatingBand | RatingGap, ...] = (*self.gaps, *self.bands)
        for case in cases:
            holds = logic.every(test.holds(ratings) for test in case.when)
            if holds is None:
                return None
            if holds:
                return case
        raise AssertionError(f"no band and no gap covers {ratings}")  # `forms.check` proves that one does


class ShareBands(Frozen):
    """Points by the share of pointed-out weaknesses that were remedied."""

    kind: Literal["share"]
    of: Literal["weaknesses"]
    bands: Annotated[tuple[ShareBand, ...], Field(min_length=1)]
    gap: ShareGap
    interpretation: Slug

    def choose(self, part: int | None, whole: int | None) -> ShareBand | ShareGap | None:
        """Return the band of `part`/`whole`, the gap when `whole` is 0, `None` while one is not known."""
        if whole == 0:
            return self.gap
        if part is None or whole is None:
            return None
        share = Fraction(part * 100, whole)
        return next(band for band in self.bands if share >= band.at_least)


# --- criteria ------------------------------------------------------------------------------------------------


class Criterion(Frozen):
    """One row of the table: a section, an item or a criterion; those without rows below them carry points."""

    no: Annotated[str, Field(pattern=r"^[IVXLC]+(\.[1-9][0-9]?){0,3}$")]
    text: Passage
    text_source: Passage | None = None
    """Where the wording comes from when the form's own was lost."""
    paragraphs: tuple[Passage, ...] = ()
    standard: Points
    basis: Basis
    banded: Annotated[RatingBands | ShareBands, Field(discriminator="kind")] | None = None

    @property
    def parent(self) -> str:
        """Number of the row above, `""` for a section."""
        return self.no.rpartition(".")[0]

    @property
    def printed_no(self) -> str:
        """The number in column TT: `I` for a section, else the part after it (`1`, `1.2`)."""
        return self.no.partition(".")[2] or self.no

    @property
    def printed_paragraphs(self) -> tuple[str, ...]:
        """The official paragraphs of the row, in order, those of its bands last."""
        bands = self.banded.bands if self.banded else ()
        return (self.text, *self.paragraphs, *(band.text for band in bands))
