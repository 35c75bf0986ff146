"""Issuing, correcting, revoking and issuing again: the pipeline on one side, the register on the other.

An act is prepared outside the register's lock (reading, rating, rendering) and entered within it: the number is
taken, the document labelled with it, and both are stored in one transaction. `baocao.register.delivery` says why no
kill can part a document from its entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from baocao import messages_register as messages
from baocao.changes import with_changes
from baocao.errors import Blocks, DataError
from baocao.exact_json import parse
from baocao.judged import Judged
from baocao.narrative import Narrative
from baocao.papers import Paper
from baocao.pipeline import Result, judge
from baocao.records import (
    Record,
    contents_of,
    decided_in,
    latest,
    made_of,
    record_in,
    record_of,
    stored_content,
    stored_folder,
)
from baocao.register import (
    RECORDED,
    Act,
    Annexed,
    Entry,
    Issue,
    Json,
    Kind,
    Number,
    Register,
    Sheet,
    State,
    Status,
    Step,
    makes_untrue,
    standing_annexes,
    statuses,
)
from baocao.rendering import Unnumbered, issued_scoresheet
from baocao.rendering.decisions import Revocation, revocation_document
from baocao.submission import Submission
from baocao.text import clean, long_date


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody acts: the register, who acts and when, and the folder for the documents."""

    register: Register
    act: Act
    folder: Path
    dated: bool = False
    """Whether somebody said from when the act counts; else a paper with a date of its own counts from then."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A scoresheet that is ready to be issued, but for its number: made outside the lock, in whatever process."""

    sheet: Sheet
    day: date | None
    """The date of the paper."""
    payload: dict[str, Json]
    """The record of the scoresheet."""
    document: Unnumbered
    made_of: dict[str, bytes]
    """All that it was made of, by role."""


def offer(result: Result) -> Offer:
    """Return what is to be entered for a submission.

    Raises:
        DataError: it may not be issued, and why.
    """
    judged, narrative = _issuable(result)
    document = issued_scoresheet(judged, narrative, Kind.ISSUED)
    record = record_of(judged, document.digest)
    return Offer(_sheet(judged), judged.submission.signature.date, record.payload(), document, made_of(judged))


def issue(desk: Desk, offered: Offer) -> tuple[Entry, bool]:
    """Issue a scoresheet under the next number of its year; return its entry, and whether that is a new one.

    Where the very same scoresheet stands already (by its content digest), its entry is returned, and nothing entered.

    Raises:
        DataError: it may not be issued, and why; nothing is entered.
        MissingError: the register cannot be written.
    """
    sheet = offered.sheet
    draft = Issue(sheet, _act(desk, offered.day), offered.payload)
    with desk.register.transaction() as transaction:
        number = transaction.upcoming(sheet.year)
        contents = {**offered.made_of, "document": offered.document.numbered(str(number))}
        try:
            return transaction.append(draft, contents, {"document": desk.folder / _file_name(number, sheet)}), True
        except DataError:  # it is refused before anything is written
            same = _same(transaction.history(sheet), offered.document.digest)
            if same is None:
                raise
            return same, False


def _same(history: Sequence[Entry], digest: str) -> Entry | None:
    """Return the entry that issued a scoresheet which stands and whose document has this content digest."""
    for status in statuses(history).values():
        if status.state is State.IN_FORCE and record_in(latest(status)).digest == digest:
            return status.issued
    return None


def correct(desk: Desk, number: Number, result: Result) -> Entry:
    """Enter the corrected scoresheet of a number that stands: a slip that changes no rating (đính chính).

    Raises:
        DataError: the number does not stand, it is of another organisation or form, or its rating would change.
        MissingError: the register cannot be written.
    """
    judged, narrative = _issuable(result)
    status = status_of(desk.register, number)
    before = record_in(latest(status))
    _same_subject(judged, before, number)
    if judged.rating.proposed != before.proposed:
        found = judged.form.ladder.names[judged.rating.proposed or ""]
        raise DataError([messages.correction_changes_rating(str(number), before.ladder[before.proposed], found)])
    document = issued_scoresheet(judged, narrative, Kind.CORRECTED, _lines(Kind.CORRECTED, status, desk.act))
    draft = Step(
        Kind.CORRECTED,
        number,
        _act(desk, judged.submission.signature.date),
        record_of(judged, document.digest).payload(),
    )
    times = len(status.corrections) + 1
    with desk.register.transaction() as transaction:
        contents = contents_of(judged, document.numbered(str(number)))
        path = desk.folder / _file_name(number, _sheet(judged), f"_dinh-chinh-{times}")
        return transaction.append(draft, contents, {"document": path})


def reissue(desk: Desk, number: Number, result: Result) -> Entry:
    """Issue the scoresheet that takes the place of a revoked one (xếp loại lại).

    It cites what it replaces and why, and says what changed.

    Raises:
        DataError: the number is not revoked, is replaced already, or is of another organisation or form.
        MissingError: the register cannot be written.
    """
    judged, narrative = _issuable(result)
    status = status_of(desk.register, number)
    _same_subject(judged, record_in(status.issued), number)
    narrative = with_changes(narrative, stored(desk.register, latest(status)), judged, str(number))
    document = issued_scoresheet(judged, narrative, Kind.REISSUED, _lines(Kind.REISSUED, status, desk.act))
    draft = Step(
        Kind.REISSUED,
        number,
        _act(desk, judged.submission.signature.date),
        record_of(judged, document.digest).payload(),
    )
    with desk.register.transaction() as transaction:
        new = transaction.upcoming(judged.form.year)
        contents = contents_of(judged, document.numbered(str(new)))
        return transaction.append(draft, contents, {"document": desk.folder / _file_name(new, _sheet(judged))})


@dataclass(frozen=True, slots=True)
class Touched:
    """What a revocation makes untrue elsewhere."""

    entry: Entry
    """The revocation itself."""
    superior_sheets: tuple[Number, ...]
    """Standing scoresheets of the superior, whose shares counted this result."""
    same_superior: int
    """Standing scoresheets under the same superior: their quota is another now."""
    annexes: tuple[Annexed, ...]
    """Standing annexes that told this result."""


def revoke(desk: Desk, number: Number, ground: str, paper: Paper) -> Touched:
    """Revoke the result of a number (hủy bỏ kết quả), on one of the grounds of its form.

    Raises:
        DataError: the number does not stand, or its form has no such ground.
        MissingError: the register cannot be written.
    """
    status = status_of(desk.register, number)
    record = record_in(latest(status))
    with stored_folder(desk.register, latest(status)) as folder:
        form, template = folder.form, folder.paper("revocation")
    grounds = form.revocation_grounds
    if ground not in grounds:
        raise DataError([messages.unknown_ground(ground, grounds)])
    step = Step(Kind.REVOKED, number, desk.act, {"ground": ground, "text": grounds[ground]})
    found = _revocation(status, record, desk.act, paper, grounds[ground])
    labels = [("baocao.state", "revocation"), ("baocao.decision", paper.decision.number)]
    contents = {"revocation": revocation_document(template, found, form.additions.party, labels)}
    outputs = {"revocation": desk.folder / f"{number}_{record.organization}_huy-bo.docx"}
    return _touched(desk.register, desk.register.append(step, contents, outputs), record)


def _revocation(status: Status, record: Record, act: Act, paper: Paper, ground: str) -> Revocation:
    """Return what the paper of a revocation says."""
    decided, decision = decided_in(status), status.decided.act.decision if status.decided else None
    recognised = f"Quyết định số {decision.number} {long_date(decision.date)} của {decision.body}" if decision else ""
    return Revocation(
        form=record.form_name,
        year=status.number.year,
        paper=paper,
        effective=act.effective,
        number=str(status.number),
        organization=record.name,
        superior=record.superior_name,
        rating=record.ladder[decided or record.proposed],
        recognised_by=recognised,
        ground=ground,
        reason=act.reason,
    )


def _touched(register: Register, entry: Entry, record: Record) -> Touched:
    standing = [
        (status.number, record_in(latest(status)))
        for status in statuses(register.entries(entry.number.year)).values()
        if status.state is State.IN_FORCE
    ]
    return Touched(
        entry,
        tuple(found for found, other in standing if other.organization == record.superior),
        sum(other.superior == record.superior and other.form == record.form for _, other in standing),
        annexes_made_untrue(register, since=entry.position - 1),
    )


def annexes_made_untrue(register: Register, since: int) -> tuple[Annexed, ...]:
    """Return the standing annexes that do not tell what is so any more, after what was entered lately.

    Args:
        register: the register.
        since: how many entries there were before.

    Raises:
        DataError: somebody changed an entry or an annex.
    """
    with register.view() as view:
        standing = standing_annexes(view.annexes())
        counted_by_all = min((annex.head.entries for annex in standing), default=0)
        untrue = {
            annex.number
            for entry in (view.entries(after=max(since, counted_by_all)) if standing else ())
            for annex in _about(entry, standing)
            if _makes_untrue(entry, annex, view.history(entry.number))
        }
    return tuple(annex for annex in standing if annex.number in untrue)


def _about(entry: Entry, annexes: Iterable[Annexed]) -> Iterator[Annexed]:
    """Yield the annexes of an entry's form and year that did not count it."""
    subject = entry.sheet.form, entry.sheet.year
    for annex in annexes:
        if (annex.scope.form, annex.scope.year) == subject and annex.head.entries < entry.position:
            yield annex


def _makes_untrue(entry: Entry, annex: Annexed, history: Sequence[Entry]) -> bool:
    """Whether an entry makes an annex untrue, also one of a superior that the scoresheet once named."""
    recorded = (found for found in history if found.kind in RECORDED)
    concerned = not annex.scope.superior or any(record_in(found).superior == annex.scope.superior for found in recorded)
    return concerned and makes_untrue(entry, annex, history)


# --- what may be issued ----------------------------------------------------------------------------------------


def _issuable(result: Result) -> tuple[Judged, Narrative]:
    """Return what is ready to be signed.

    Raises:
        DataError: with everything that stands in the way, each with what to do.
    """
    in_the_way = [problem for problem in result.problems if problem.blocks is not Blocks.NOTHING]
    if in_the_way or result.judged is None or result.narrative is None:
        raise DataError(in_the_way)
    return result.judged, result.narrative


def _act(desk: Desk, day: date | None) -> Act:
    """Return the act, counting from the date of the paper unless somebody said otherwise."""
    return desk.act if desk.dated or day is None else replace(desk.act, effective=day)


def _sheet(judged: Judged) -> Sheet:
    return Sheet(judged.submission.organization.id, judged.form.id, judged.form.year)


def _same_subject(judged: Judged, before: Record, number: Number) -> None:
    found = (judged.submission.organization.id, judged.form.key)
    if found != (before.organization, before.form):
        raise DataError([messages.other_subject(str(number), before.organization, before.form, *found)])


def status_of(register: Register, number: Number) -> Status:
    """Return what stands of a number, with all that was entered.

    Raises:
        DataError: the number was never given.
    """
    return statuses(register.history(number))[number]


def stored(register: Register, entry: Entry) -> Judged:
    """Return the judged submission of an entry again, by the form as it was.

    Raises:
        DataError: a stored content is gone, or this version cannot read it any more.
    """
    with _judged_again(register, entry) as (judged, _narrative):
        return judged


@contextmanager
def _judged_again(register: Register, entry: Entry) -> Iterator[tuple[Judged, Narrative]]:
    """Judge what was stored with an entry; the form's files are there for as long as the context lasts."""
    raw, _faults = parse(stored_content(register, entry, "submission"))
    with stored_folder(register, entry) as folder:
        yield judge(folder, Submission.model_validate(raw))


def _lines(kind: Kind, about: Status, act: Act) -> list[str]:
    """Return what a paper says of the one that it corrects or replaces."""
    number, day, reason = str(about.number), about.issued.act.effective, clean(act.reason)
    if kind is Kind.CORRECTED:
        return [messages.corrects_line(number, day, reason)]
    return [messages.replaces_line(number, day, reason)] if kind is Kind.REISSUED else []


# --- printed again ---------------------------------------------------------------------------------------------


def printed_again(register: Register, entry: Entry) -> bytes:
    """Return the scoresheet of an entry, made anew from what was stored with it.

    Raises:
        DataError: a stored content is gone, or this version cannot read it any more.
    """
    history = register.history(entry.number)
    replaced = [found for found in history if found.number == entry.replaces and found.content("submission")]
    if entry.replaces and not replaced:
        raise DataError([messages.not_in_the_register(str(entry.replaces))])
    about = statuses(history)[entry.replaces or entry.number]
    with _judged_again(register, entry) as (judged, told):
        narrative = told
        if replaced:
            narrative = with_changes(told, stored(register, replaced[-1]), judged, str(entry.replaces))
        document = issued_scoresheet(judged, narrative, entry.kind, _lines(entry.kind, about, entry.act))
    return document.numbered(str(entry.number))


def _file_name(number: Number, sheet: Sheet, suffix: str = "") -> str:
    return f"{number}_{sheet.organization}_{sheet.form}-{sheet.year}{suffix}.docx"
