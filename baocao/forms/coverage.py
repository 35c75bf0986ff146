"""Whether the bands of a criterion cover every case, each once: all cases are tried when a form is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement

from baocao import messages_form
from baocao.errors import Problem
from baocao.forms.criteria import Criterion, RatingBands, RatingTest
from baocao.forms.ladder import Ladder
from baocao.forms.model import Form

_BEYOND = 3
"""Lists are tried up to so many ratings more than any test counts; longer ones behave like these."""


def tests(banded: RatingBands) -> Iterator[RatingTest]:
    """Yield every test of some bands and of their gaps."""
    for whens in ((band.when for band in banded.bands), (gap.when for gap in banded.gaps)):
        for when in whens:
            yield from when


def uncovered(form: Form) -> Iterator[Problem]:
    """Yield what the bands of a form leave open or say twice, and the bands that are never chosen."""
    for row in form.criteria:
        if isinstance(row.banded, RatingBands):
            yield from _rating_bands(row, row.banded, form.ladder_of(row.banded.of))
        elif row.banded and form.is_share(row.banded.of):
            if row.banded.gap is None:
                yield messages_form.missing_key(f"criteria {row.no}.banded.gap", "Nêu trường hợp không có gì để tính.")
            yield from (
                messages_form.band_above_whole(row.no, band.text) for band in row.banded.bands if band.at_least > 100
            )


def _rating_bands(row: Criterion, banded: RatingBands, ladder: Ladder) -> Iterator[Problem]:
    """Try every list of ratings: each is a declared gap or has a band, and each band is chosen for one."""
    chosen = set()
    told: set[str] = set()
    counted = max((test.at_least or test.exactly or 0) for test in tests(banded))
    for size in range(counted + _BEYOND):
        for ratings in combinations_with_replacement(ladder.keys, size):
            gaps = [gap for gap in banded.gaps if all(test.holds(ladder, ratings) for test in gap.when)]
            bands = [band for band in banded.bands if all(test.holds(ladder, ratings) for test in band.when)]
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


def _case(ratings: Sequence[str]) -> str:
    return ", ".join(ratings) or "[]"
