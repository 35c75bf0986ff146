"""Hypothesis strategies: submissions as dictionaries that the contract and the 2021 form allow."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from baocao.forms import FormFolder, Library
from baocao.forms.model import Form

TEMPLATES = Path(__file__).parents[1] / "templates"
FOLDER: FormFolder = Library([TEMPLATES]).get("hoi-quan-chung/2021")
RATINGS = FOLDER.form.ladder.keys
LEVELS = FOLDER.form.level_ladder.keys

# Words with and without diacritics, digits, template syntax and XML: whatever a name may be.
_WORDS = st.sampled_from(
    [
        "Hội",
        "Đảng ủy",
        "nộp chậm 05 ngày",
        "số 12-CV/BTC",
        "{{ 7*7 }}",
        "{% raw %}",
        "{_{",
        "<b>",
        "&amp;",
        "“đúng hạn”",
        "ngắn.",
    ]
)
lines = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)
ratings = st.sampled_from(RATINGS)
counts = st.integers(0, 30)


def maybe(strategy: st.SearchStrategy[Any], unknown: bool) -> st.SearchStrategy[Any]:
    """The strategy, or also `None` (not known yet) when unknown facts are wanted."""
    return st.none() | strategy if unknown else strategy


@st.composite
def scores(draw: st.DrawFn, form: Form) -> dict[str, Any]:
    """Full marks but for up to eight criteria, each shortfall explained."""
    leaves = [leaf for leaf in form.leaves if not leaf.banded]
    found: dict[str, Any] = {leaf.no: {"awarded": leaf.standard} for leaf in leaves}
    step = form.step or Decimal(1)
    for leaf in draw(st.lists(st.sampled_from(leaves), max_size=8, unique_by=lambda leaf: leaf.no)):
        lost = draw(st.integers(1, int(leaf.most / step))) * step
        found[leaf.no]["awarded"] -= lost
        found[leaf.no] |= draw(st.fixed_dictionaries({"reason": lines}) | _deductions(lost, step))
    return found


def _deductions(lost: Decimal, step: Decimal) -> st.SearchStrategy[dict[str, Any]]:
    def split(first: int) -> list[Decimal]:
        return [part for part in (first * step, lost - first * step) if part]

    def explained(reason: str, evidence: str | None, first: int) -> dict[str, Any]:
        return {
            "deductions": [{"points": part, "reason": reason, "evidence": evidence} for part in split(first)],
        }

    return st.builds(explained, lines, st.none() | lines, st.integers(0, int(lost / step)))


def tallies(unknown: bool = False) -> st.SearchStrategy[dict[str, Any] | None]:
    """How members or subordinates were rated; somebody always is, or the reason is given."""
    return maybe(
        st.fixed_dictionaries(
            {
                **dict.fromkeys(RATINGS, counts),
                "not_rated": counts,
                "not_rated_reason": st.just("mới kết nạp"),
            }
        ),
        unknown,
    )


def organizations(unknown: bool = False) -> st.SearchStrategy[list[dict[str, Any]] | None]:
    """Organisations of the same level with their ratings."""
    entries = st.lists(maybe(ratings, unknown), max_size=4).map(
        lambda found: [{"name": f"Đoàn thể {'ABCD'[at]}", "rating": rating} for at, rating in enumerate(found)]
    )
    return maybe(entries, unknown)


@st.composite
def weaknesses(draw: st.DrawFn, unknown: bool = False) -> dict[str, Any]:
    pointed_out = draw(counts)
    return {
        "pointed_out": pointed_out,
        "remedied": draw(maybe(st.integers(0, pointed_out), unknown)),
        "unremedied_from_earlier_years": draw(maybe(st.integers(0, 2), unknown)),
    }


@st.composite
def targets(draw: st.DrawFn, unknown: bool = False) -> dict[str, Any]:
    assigned = draw(counts)
    excused = draw(st.integers(0, assigned))
    return {
        "assigned": assigned,
        "force_majeure": excused,
        "met": draw(maybe(st.integers(0, assigned - excused), unknown)),
    }


@st.composite
def submissions(draw: st.DrawFn, unknown: bool = False) -> dict[str, Any]:
    """A submission without faults, but for what only its rating can show to be missing."""
    form = FOLDER.form
    kind = draw(st.sampled_from([entry.key for entry in form.kinds]))
    is_committee = kind == "party_committee"
    subordinates = st.lists(
        st.fixed_dictionaries(
            {"self_detected": maybe(st.booleans(), unknown), "remedied": maybe(st.booleans(), unknown)}
        ),
        max_size=2,
    )
    disciplined = [{"name": f"Chi bộ {at}", **entry} for at, entry in enumerate(draw(subordinates))]
    own_points = {"awarded": draw(st.sampled_from([0, 3, 5])), "reason": draw(lines)}
    return {
        "form": form.id,
        "year": form.year,
        "organization": {
            "id": "to-chuc",
            "name": draw(lines),
            "kind": kind,
            "superior": {"id": "cap-tren", "name": draw(lines)},
        },
        "scores": draw(scores(form)) | dict.fromkeys(draw(st.sets(st.sampled_from(["IV", "V"]))), own_points),
        "facts": {
            "members": None if is_committee else draw(tallies(unknown)),
            "subordinates": draw(tallies(unknown)) if is_committee else None,
            "government": draw(organizations(unknown)),
            "sociopolitical_organizations": draw(organizations(unknown)),
            "weaknesses": draw(maybe(weaknesses(unknown), unknown)),
            "targets": draw(maybe(targets(unknown), unknown)),
            "discipline": draw(
                maybe(
                    st.fixed_dictionaries(
                        {"organization": maybe(st.booleans(), unknown), "subordinates": st.just(disciplined)}
                    ),
                    unknown,
                )
            ),
            "achievements": draw(
                maybe(st.lists(st.fixed_dictionaries({"text": lines, "attested_by": lines}), max_size=2), unknown)
            ),
            "levels": draw(
                st.dictionaries(
                    st.sampled_from(form.level_items),
                    st.fixed_dictionaries({"level": st.sampled_from(LEVELS), "reason": lines}),
                    max_size=1,
                )
            ),
        },
        "proposal": draw(st.none() | st.fixed_dictionaries({"rating": ratings, "by": lines, "reason": lines})),
        "comment": None,
        "issuer": draw(st.none() | st.just({"superior": "HUYỆN ỦY", "agency": "BAN TỔ CHỨC", "symbol": None})),
        "signature": {"place": "Lộc An", "date": "2021-12-05", "position": "TRƯỞNG BAN", "name": draw(lines)},
    }
