"""A submission with all that the stages made of it: what review, rendering and reports look at."""

from __future__ import annotations

from dataclasses import dataclass

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
    def is_elsewhere(self) -> bool:
        """Whether neither place nor superior of the paper names a place of the form's jurisdiction."""
        places = self.form.jurisdiction.places
        named = f"{self.submission.signature.place} {self.submission.organization.superior.name}".casefold()
        return bool(places) and not any(place.casefold() in named for place in places)
