"""A submission with all that the stages made of it: what review, rendering and reports look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from baocao.forms import Form, FormFolder
from baocao.rating import Rating
from baocao.scoring import Scoresheet
from baocao.submission import Submission


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

    @property
    def highest(self) -> str:
        """The best rating that may be proposed or decided: what the conditions allow, or may still allow.

        Where the form may give no rating, as high as it says that such a case may be settled.
        """
        decision = self.form.decision
        settled = (decision.undetermined_at_most,) if self.rating.may_have_none else ()
        highest: str = min((*self.rating.possible, *settled), key=self.form.ladder.rank)
        return highest

    @property
    def is_elsewhere(self) -> bool:
        """Whether neither place nor superior of the paper names a place of the form's jurisdiction."""
        submission = self.submission
        places = self.form.jurisdiction.places
        return bool(places) and not _names_one(
            places, submission.signature.place, submission.organization.superior.name
        )


@lru_cache(maxsize=256)
def _names_one(places: tuple[str, ...], *names: str) -> bool:
    """Whether one of the names has one of the places in it; an office has the same in all its papers."""
    named = " ".join(names).casefold()
    return any(place.casefold() in named for place in places)
