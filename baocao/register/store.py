"""Entering things: the only place that writes entries and annexes."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, update

from baocao import messages_register as messages
from baocao.errors import DataError, Problem
from baocao.files import reason, try_write
from baocao.messages import unwritable
from baocao.register.annexes import AnnexDraft, Annexed, AnnexNumber, annex_objections
from baocao.register.delivery import is_taken, promise
from baocao.register.entries import GENESIS, Act, Draft, Entry, Head, Issue, Kind, Number, Sheet, canonical, in_utc
from baocao.register.reading import about, annex_head, annexes, entries, head, sheet_of
from baocao.register.status import objections
from baocao.register.tables import (
    ANNEX_CONTENTS,
    ANNEXES,
    CONTENTS,
    ENTRIES,
    ENTRY_CONTENTS,
    HEAD,
    annex_to_row,
    to_row,
)
from baocao.text import clean

_NEEDS_REASON = frozenset({Kind.CORRECTED, Kind.REVOKED, Kind.REISSUED})


class Transaction:
    """Several entries and annexes, all or nothing.

    It holds the register's lock: keep it short, and do long work before.
    """

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection = connection
        self._place = place

    def upcoming(self, year: int) -> Number:
        """Return the number that the next scoresheet of a year will get: to be printed on it before it is entered.

        Raises:
            DataError: somebody removed or changed numbers; one of them might come again.
        """
        gives_number = ENTRIES.c.kind.in_((Kind.ISSUED.value, Kind.REISSUED.value))
        return Number(year, self._next_counter(ENTRIES, year, gives_number))

    def upcoming_annex(self, year: int) -> AnnexNumber:
        """Return the number that the next annex of a year will get.

        Raises:
            DataError: somebody removed or changed numbers; one of them might come again.
        """
        return AnnexNumber(year, self._next_counter(ANNEXES, year))

    def _next_counter(self, table: Table, year: int, *where: ColumnElement[bool]) -> int:
        query = select(func.count(), func.max(table.c.counter)).where(table.c.year == year, *where)
        count, last = self._connection.execute(query).one()
        if count != (last or 0):
            raise DataError([messages.numbers_broken(year)])
        return int(count) + 1

    def objections(self, draft: Draft) -> tuple[Problem, ...]:
        """Say what `append` would: everything that is wrong with a draft, nothing when it may be entered."""
        sheet = draft.sheet if isinstance(draft, Issue) else sheet_of(self._connection, draft.number)
        return (*_faults(draft), *objections(self.history(sheet) if sheet else (), draft))

    def history(self, sheet: Sheet) -> tuple[Entry, ...]:
        """Return all entries about one organisation, form and year, in the order of entry."""
        return tuple(entries(self._connection, about(sheet), all_at_once=True))

    def append(
        self,
        draft: Draft,
        contents: Mapping[str, bytes] | None = None,
        outputs: Mapping[str, Path] | None = None,
    ) -> Entry:
        """Enter something.

        Args:
            draft: what is to be entered.
            contents: role → bytes to be kept with it; the same bytes are kept once.
            outputs: role → the file that these bytes are to become once the transaction ended (`Register.deliver`).

        Raises:
            DataError: it may not be entered, or a file is in the way of an output.
            MissingError: an output could not be written.
        """
        contents, paths = contents or {}, _absolute(outputs)
        self._refuse([*self.objections(draft), *self._in_the_way(paths)])
        _try_outputs(contents, paths)
        entry = self._entry(draft, _digests(contents))
        self._keep(contents)
        self._connection.execute(insert(ENTRIES).values(to_row(entry)))
        self._refer(ENTRY_CONTENTS, entry)
        self._connection.execute(update(HEAD).values(entries=entry.position, hash=entry.hash))
        promise(self._connection, self._place, entry, paths)
        return entry

    def annex_objections(self, draft: AnnexDraft) -> tuple[Problem, ...]:
        """Say what `annex` would: everything that is wrong with a draft, nothing when it may be entered."""
        scope = draft.scope
        return (
            *_annex_faults(draft),
            *self._against_head(draft),
            *annex_objections(annexes(self._connection, ANNEXES.c.year == scope.year), draft),
        )

    def annex(
        self,
        draft: AnnexDraft,
        contents: Mapping[str, bytes] | None = None,
        outputs: Mapping[str, Path] | None = None,
    ) -> Annexed:
        """Enter an annex.

        Args:
            draft: what is to be entered.
            contents: role → bytes to be kept with it; the same bytes are kept once, also with scoresheets.
            outputs: role → the file that these bytes are to become once the transaction ended (`Register.deliver`).

        Raises:
            DataError: it may not be entered, also because entries about its form and year came after its head; or a
                file is in the way of an output.
            MissingError: an output could not be written.
        """
        contents, paths = contents or {}, _absolute(outputs)
        self._refuse([*self.annex_objections(draft), *self._in_the_way(paths)])
        _try_outputs(contents, paths)
        annex = self._annexed(draft, _digests(contents))
        self._keep(contents)
        self._connection.execute(insert(ANNEXES).values(annex_to_row(annex)))
        self._refer(ANNEX_CONTENTS, annex)
        self._connection.execute(update(HEAD).values(annexes=annex.position, annexes_hash=annex.hash))
        promise(self._connection, self._place, annex, paths)
        return annex

    # --- may it be entered ---------------------------------------------------------------------------------------

    @staticmethod
    def _refuse(faults: Sequence[Problem]) -> None:
        if faults:
            raise DataError(faults)

    def _in_the_way(self, outputs: Mapping[str, Path]) -> Iterator[Problem]:
        """Say why paths cannot become outputs: one cannot be written down, or something is or will be there."""
        for path in outputs.values():
            if not _writable(str(path)):
                yield messages.unwritable_text("output", str(path))
                continue
            try:
                if is_taken(self._connection, self._place, path):
                    yield messages.occupied(str(path))
            except OSError as error:  # a name longer than the system takes
                yield unwritable(str(path), reason(error))

    def _against_head(self, draft: AnnexDraft) -> Iterator[Problem]:
        """Yield why an annex may not be entered as computed from a head: there never was one, or it is out of date."""
        known = select(ENTRIES.c.hash).where(ENTRIES.c.position == draft.head.entries)
        if self._connection.execute(known).scalar() != draft.head.hash:
            yield messages.head_unlike(draft.head.entries)
            return
        later = (
            ENTRIES.c.position > draft.head.entries,
            ENTRIES.c.year == draft.scope.year,
            ENTRIES.c.form == draft.scope.form,
        )
        added = self._connection.execute(select(func.count()).select_from(ENTRIES).where(*later)).scalar_one()
        if added:
            yield messages.annex_overtaken(f"{draft.scope.form}/{draft.scope.year}", added)

    # --- what is entered -----------------------------------------------------------------------------------------

    def _entry(self, draft: Draft, digests: Mapping[str, str]) -> Entry:
        """Return the next entry, hash and all."""
        before = self._last(ENTRIES, head(self._connection))
        if isinstance(draft, Issue):
            sheet, kind, number, replaces = draft.sheet, Kind.ISSUED, self.upcoming(draft.sheet.year), None
        else:
            known = sheet_of(self._connection, draft.number)
            assert known is not None  # `objections` looked
            sheet, kind, number, replaces = known, draft.kind, draft.number, None
            if kind is Kind.REISSUED:
                number, replaces = self.upcoming(number.year), number
        entry = Entry(
            position=before.entries + 1,
            kind=kind,
            number=number,
            sheet=sheet,
            replaces=replaces,
            act=_tidy(draft.act),
            payload=canonical(draft.payload),
            contents=tuple(sorted(digests.items())),
            previous=before.hash,
        )
        return replace(entry, hash=entry.fingerprint())

    def _annexed(self, draft: AnnexDraft, digests: Mapping[str, str]) -> Annexed:
        """Return the next annex, hash and all."""
        before = self._last(ANNEXES, annex_head(self._connection))
        annex = Annexed(
            position=before.entries + 1,
            number=self.upcoming_annex(draft.scope.year),
            scope=draft.scope,
            as_of=draft.as_of,
            head=draft.head,
            dated=draft.dated,
            printed=clean(draft.printed),
            recorded=in_utc(draft.recorded),
            by=clean(draft.by),
            digest=draft.digest,
            payload=canonical(draft.payload),
            contents=tuple(sorted(digests.items())),
            replaces=draft.replaces,
            previous=before.hash,
        )
        return replace(annex, hash=annex.fingerprint())

    def _last(self, table: Table, own: Head) -> Head:
        """Return what the next one follows; where the last ones were cut off, their numbers must not come again."""
        last = self._connection.execute(
            select(table.c.position, table.c.hash).order_by(table.c.position.desc()).limit(1)
        ).first()
        if (Head(last.position, last.hash) if last else Head(0, GENESIS)) != own:
            raise DataError([messages.head_unlike(own.entries, "mục" if table is ENTRIES else "phụ lục")])
        return own

    def _keep(self, contents: Mapping[str, bytes]) -> None:
        """Store bytes that are not stored yet."""
        new = {hashlib.sha256(content).hexdigest(): content for content in contents.values()}
        kept = self._connection.execute(select(CONTENTS.c.digest).where(CONTENTS.c.digest.in_(new))).scalars()
        for digest in sorted(new.keys() - set(kept)):
            self._connection.execute(insert(CONTENTS).values(digest=digest, content=new[digest]))

    def _refer(self, references: Table, owner: Entry | Annexed) -> None:
        for role, digest in owner.contents:
            self._connection.execute(insert(references).values(position=owner.position, role=role, digest=digest))


def _absolute(outputs: Mapping[str, Path] | None) -> dict[str, Path]:
    return {role: path.absolute() for role, path in (outputs or {}).items()}


def _try_outputs(contents: Mapping[str, bytes], outputs: Mapping[str, Path]) -> None:
    for role, path in outputs.items():
        try_write(path, len(contents[role]))


def _digests(contents: Mapping[str, bytes]) -> dict[str, str]:
    return {role: hashlib.sha256(content).hexdigest() for role, content in contents.items()}


def _tidy(act: Act) -> Act:
    """Return an act as it is stored: texts in NFC without stray white space, the moment in UTC to the second."""
    decision = act.decision
    if decision is not None:
        decision = replace(decision, number=clean(decision.number), body=clean(decision.body))
    return replace(act, recorded=in_utc(act.recorded), by=clean(act.by), reason=clean(act.reason), decision=decision)


def _faults(draft: Draft) -> Iterator[Problem]:
    """Yield what is wrong with the fields of a draft, whatever the register holds."""
    act = draft.act
    needed = {"by": act.by}
    if isinstance(draft, Issue):
        needed |= {"organization": draft.sheet.organization, "form": draft.sheet.form}
    elif draft.kind in _NEEDS_REASON:
        needed["reason"] = act.reason
    yield from (messages.missing_text(where) for where, text in needed.items() if not clean(text))
    texts = {**needed, "reason": act.reason, "payload": canonical(draft.payload)}
    if act.decision is not None:
        texts |= {"decision.number": act.decision.number, "decision.body": act.decision.body}
    yield from (messages.unwritable_text(where, text) for where, text in texts.items() if not _writable(text))


def _annex_faults(draft: AnnexDraft) -> Iterator[Problem]:
    """Yield what is wrong with the fields of an annex, whatever the register holds."""
    needed = {"by": draft.by, "form": draft.scope.form}
    yield from (messages.missing_text(where) for where, text in needed.items() if not clean(text))
    texts = {**needed, "superior": draft.scope.superior, "printed": draft.printed, "payload": canonical(draft.payload)}
    yield from (messages.unwritable_text(where, text) for where, text in texts.items() if not _writable(text))


def _writable(text: str) -> bool:
    """Whether a text can be stored and hashed: no control characters (but white space), no lone surrogates."""
    return all(unicodedata.category(letter) not in {"Cc", "Cs"} for letter in clean(text))
