"""What stands at a date, and what may be entered next: pure functions of entries. No status is ever stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from baocao import messages_register as messages
from baocao.errors import Problem
from baocao.register.entries import Draft, Entry, Issue, Kind, Number, Step


class State(StrEnum):
    """Whether a number counts."""

    IN_FORCE = "in_force"
    REVOKED = "revoked"
    """And not rated again so far."""
    REPLACED = "replaced"
    """Revoked, and rated again under another number."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is to be said of one number at a date."""

    issued: Entry
    """The entry that gave the number: `ISSUED` or `REISSUED`."""
    decided: Entry | None = None
    """The last decision."""
    corrections: tuple[Entry, ...] = ()
    """In the order of entry."""
    revoked: Entry | None = None
    reissued: Entry | None = None
    """The entry that replaces it."""

    @property
    def number(self) -> Number:
        """The number itself."""
        return self.issued.number

    @property
    def replaces(self) -> Number | None:
        """The revoked number in whose place it was issued."""
        return self.issued.replaces

    @property
    def replaced_by(self) -> Number | None:
        """The number that stands in its place."""
        return self.reissued.number if self.reissued else None

    @property
    def state(self) -> State:
        """Whether it counts."""
        if self.reissued:
            return State.REPLACED
        return State.REVOKED if self.revoked else State.IN_FORCE


def statuses(entries: Iterable[Entry], at: date = date.max) -> dict[Number, Status]:
    """Return the status of every number issued by then.

    Args:
        entries: in the order of their positions; all, or all about some organisations.
        at: the date; entries that take effect later do not count.
    """
    found: dict[Number, Status] = {}
    for entry in entries:
        if entry.act.effective <= at:
            if entry.replaces is not None and entry.replaces in found:  # absent only where somebody removed it
                found[entry.replaces] = replace(found[entry.replaces], reissued=entry)
            found[entry.number] = _after(found.get(entry.number), entry)
    return found


def _after(before: Status | None, entry: Entry) -> Status:
    if before is None:
        return Status(entry)
    if entry.kind is Kind.DECIDED:
        return replace(before, decided=entry)
    if entry.kind is Kind.CORRECTED:
        return replace(before, corrections=(*before.corrections, entry))
    return replace(before, revoked=entry)


def chain(entries: Iterable[Entry], number: Number) -> tuple[Number, ...]:
    """Return the numbers of which each replaces the one before, from the first, where `number` is among them."""
    known = statuses(entries)
    first = number
    while (before := known[first].replaces) is not None:
        first = before
    numbers = [first]
    while (after := known[numbers[-1]].replaced_by) is not None:
        numbers.append(after)
    return tuple(numbers)


def objections(history: Sequence[Entry], draft: Draft) -> tuple[Problem, ...]:
    """Say why something may not be entered; nothing when it may.

    The dates keep every later question sound: whatever takes effect does so from the day on which what it rests
    on does, so no date shows a revocation without its issue, or two standing numbers of one scoresheet.

    Args:
        history: all entries about the same organisation, form and year.
        draft: what is to be entered.
    """
    known = statuses(history)
    if isinstance(draft, Issue):
        return _against_issue(list(known.values()))
    if draft.number not in known:
        return (messages.not_in_the_register(str(draft.number)),)
    status = known[draft.number]
    if status.replaced_by is not None:
        return (messages.already_replaced(str(draft.number), str(status.replaced_by)),)
    if draft.kind is Kind.REISSUED:
        return _against_reissue(status, draft)
    if status.revoked is not None:
        return (messages.already_revoked(str(draft.number), status.revoked.act.effective),)
    return _not_before(status.issued, draft)


def _against_issue(known: Sequence[Status]) -> tuple[Problem, ...]:
    if not known:
        return ()
    last = known[-1]
    return (messages.revoked_before(str(last.number)) if last.revoked else messages.already_standing(str(last.number)),)


def _against_reissue(status: Status, draft: Step) -> tuple[Problem, ...]:
    if status.revoked is None:
        return (messages.not_revoked(str(draft.number)),)
    return _not_before(status.revoked, draft)


def _not_before(earlier: Entry, draft: Step) -> tuple[Problem, ...]:
    if draft.act.effective >= earlier.act.effective:
        return ()
    number = str(draft.number)
    return (messages.before_what_it_follows("effective", draft.act.effective, earlier.act.effective, number),)
