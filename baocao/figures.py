"""Facts: which of them a form asks for, and what they say of its figures (counts and shares)."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from baocao.forms.conditions import Condition, FigureCondition, OrganizationsCondition, ShareCondition
from baocao.forms.criteria import FigureBands, RatingBands
from baocao.forms.model import Form
from baocao.submission import Facts

_PERCENT = 100


class Reading(NamedTuple):
    """What the facts say of one figure."""

    part: int | None
    """The count itself, or of a share how many out of `whole`; `None` while not known."""
    whole: int | None
    """What a share is taken of; `None` while not known."""
    is_share: bool
    excused: int = 0
    """How many are left out of the whole (force majeure)."""

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to take a share of."""
        return self.is_share and self.whole == 0

    @property
    def value(self) -> Fraction | None:
        """The count, or the share in percent; `None` while it is not known, or where there is nothing."""
        if self.part is None or self.nothing:
            return None
        if not self.is_share:
            return Fraction(self.part)
        return None if self.whole is None else Fraction(self.part * _PERCENT, self.whole)


def read(form: Form, facts: Facts, figure: str) -> Reading:
    """Return what the facts say of a figure."""
    own = form.own_figures.get(figure)
    if own:
        whole = facts.figures.get(own.out_of) if own.out_of else None
        return Reading(facts.figures.get(figure), whole, own.out_of is not None)
    if figure == "targets":
        return _targets(facts)
    weaknesses, is_share = facts.weaknesses, figure == "weaknesses"
    if weaknesses is None:
        return Reading(None, None, is_share)
    if is_share:
        return Reading(weaknesses.remedied, weaknesses.pointed_out, is_share)
    return Reading(weaknesses.unremedied_from_earlier_years, None, is_share)


def _targets(facts: Facts) -> Reading:
    targets = facts.targets
    if targets is None or targets.assigned is None or targets.force_majeure is None:
        return Reading(None, None, True)
    return Reading(targets.met, targets.assigned - targets.force_majeure, True, targets.force_majeure)


# --- which facts a form asks for -------------------------------------------------------------------------------

_FACTS_BY_KIND = {
    "achievement": ("achievements",),
    "organization_disciplined": ("discipline",),
    "subordinates_not_disciplined": ("discipline",),
}


def facts_of(form: Form, asking: Condition | RatingBands | FigureBands, kind: str) -> tuple[str, ...]:
    """Return the keys of `facts` that a condition or band asks of a kind of organisation.

    Points and levels ask none of their own: they rest on those of the bands.
    """
    match asking:
        case ShareCondition():
            return (form.kind(kind).population,)
        case FigureCondition(of=figure) | FigureBands(of=figure):
            return (_fact_of(form, figure),)
        case OrganizationsCondition(of=listed) | RatingBands(of=listed):
            return (listed,)
        case _:
            return _FACTS_BY_KIND.get(asking.kind, ())


def asked(form: Form, kind: str) -> list[str]:
    """Return the keys of `facts` that a form asks of a kind of organisation, in the order of the contract."""
    return form.once(_asked, kind)


def _asked(form: Form, kind: str) -> list[str]:
    bands = [leaf.banded for leaf in form.leaves_of(kind) if leaf.banded]
    relevant = [
        condition for condition in form.conditions if condition.applies_to is None or kind in condition.applies_to
    ]
    wanted = {fact for asking in (*bands, *relevant) for fact in facts_of(form, asking, kind)}
    return [fact for fact in Facts.model_fields if fact in wanted]


def _fact_of(form: Form, figure: str) -> str:
    if figure in form.own_figures:
        return "figures"
    return "targets" if figure == "targets" else "weaknesses"
