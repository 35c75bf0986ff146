"""What a paper is: one of the register's, as issued or changed since; and whether it can be made again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from baocao import messages_register
from baocao.errors import DataError
from baocao.issuing import printed_again
from baocao.records import record_in
from baocao.register import Annexed, AnnexNumber, Entry, Number, Register, Status, statuses
from baocao.rendering import differing_parts, labels_of
from baocao.rendering.comparison import Comparison, Verdict, compare


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What became of making the document of an entry again."""

    entry: Entry
    version: str
    """The program that made it then."""
    differing: tuple[str, ...]
    """Parts of the file that come out otherwise now; none when it is reproduced."""


def reproduce(register: Register, number: Number) -> tuple[Reproduction, ...]:
    """Make every document of a number again from what was stored, and compare part by part.

    Raises:
        DataError: the number was never given, a stored content is gone, or this version cannot read it any more.
    """
    return tuple(
        Reproduction(
            entry, record_in(entry).version, differing_parts(register.content(digest), printed_again(register, entry))
        )
        for entry in register.history(number)
        if entry.number == number and (digest := entry.content("document"))
    )


# --- verify ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verification:
    """What a file is found to be."""

    entry: Entry | Annexed | None
    """What its document is, or was before somebody changed it; `None` when it is none of the register's."""
    role: str = ""
    """What of the entry it is: `document`, `decision`, `revocation`; of an annex also `workbook`, its Excel file."""
    comparison: Comparison | None = None
    status: Status | None = None
    """What stands of the number at the date that was asked for; `None` before it was issued, and of an annex."""
    replaced_by: AnnexNumber | None = None
    """The annex that took the place of this one."""

    @property
    def is_issued(self) -> bool:
        """Whether it says just what was issued, saved again or not."""
        return self.comparison is not None and self.comparison.verdict is not Verdict.CHANGED


_WORKBOOK = b"xl/workbook.xml"
"""Every xlsx has a part of this name, which its zip says uncompressed."""

_ROLES = ("document", "decision", "revocation")
_NEAREST_FIRST = {Verdict.IDENTICAL: 0, Verdict.SAVED_AGAIN: 1, Verdict.CHANGED: 2}


def verify(register: Register, found: bytes, at: date) -> Verification:
    """Return what a file is: the paper of which entry, whether a reader sees just what was issued, and what stands.

    The Excel file of an annex is known as a whole or not at all. Of Word files, the stored paper that comes nearest is
    the one that it is compared with: a number or digest in the properties of a file is only where the search begins,
    for anybody can write them.

    Raises:
        DataError: it is no docx, an xlsx that is none of the register's, or a stored content is gone.
    """
    if _WORKBOOK in found:
        return _workbook(register, found)
    labels = labels_of(found)
    entries = _candidates(register, labels)
    best: Verification | None = None
    for entry in entries:
        for role in _ROLES:
            digest = entry.content(role)
            if digest is not None and (best is None or not best.is_issued):
                made = Verification(entry, role, compare(register.content(digest), found))
                if best is None or _rank(made) < _rank(best):
                    best = made
    if best is None or best.entry is None:
        return Verification(None)
    if isinstance(best.entry, Annexed):
        return replace(best, replaced_by=_successor(register, best.entry))
    known = statuses(register.history(best.entry.number), at)
    return replace(best, status=known.get(best.entry.number))


def _workbook(register: Register, found: bytes) -> Verification:
    """Return of which annex an Excel file is."""
    digest = hashlib.sha256(found).hexdigest()
    annex = next((annex for annex in register.annexes() if annex.content("workbook") == digest), None)
    if annex is None:
        raise DataError([messages_register.unknown_workbook()])
    same = Comparison(Verdict.IDENTICAL)
    return Verification(annex, "workbook", same, replaced_by=_successor(register, annex))


def _successor(register: Register, annex: Annexed) -> AnnexNumber | None:
    """Return the annex that took the place of one."""
    return next((one.number for one in register.annexes(annex.number.year) if one.replaces == annex.number), None)


def _rank(made: Verification) -> tuple[int, int]:
    assert made.comparison is not None
    return _NEAREST_FIRST[made.comparison.verdict], len(made.comparison.differences)


def _candidates(register: Register, labels: dict[str, str]) -> Sequence[Entry | Annexed]:
    """Return what a file may belong to, by the number, decision, or date of an annex that it names."""
    if labels.get("baocao.state") == "annex":
        named = labels.get("baocao.form"), labels.get("baocao.as_of")
        return [
            annex
            for annex in register.annexes()
            if (f"{annex.scope.form}/{annex.scope.year}", annex.as_of.isoformat()) == named
        ]
    if "baocao.number" in labels:
        try:
            number = Number.parse(labels["baocao.number"])
            return [entry for entry in register.history(number) if entry.number == number]
        except DataError:
            return []
    decision = labels.get("baocao.decision")
    if decision is None:
        return []
    about = [entry for entry in register.entries() if entry.act.decision and entry.act.decision.number == decision]
    papers = {entry.content(role): entry for entry in reversed(about) for role in _ROLES[1:] if entry.content(role)}
    return list(papers.values())
