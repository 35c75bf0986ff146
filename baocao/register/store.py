"""Reading entries, and appending them: the only place that writes them."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, LargeBinary, cast, func, insert, select, tuple_, update

from baocao import messages_register as messages
from baocao.errors import DataError, Problem
from baocao.files import reason, try_write
from baocao.messages import unwritable
from baocao.register.delivery import is_taken, promise
from baocao.register.entries import GENESIS, Act, Draft, Entry, Head, Issue, Kind, Number, Sheet, canonical, in_utc
from baocao.register.status import objections
from baocao.register.tables import CONTENTS, ENTRIES, ENTRY_CONTENTS, HEAD, from_row, to_row
from baocao.text import clean

_NEEDS_REASON = frozenset({Kind.CORRECTED, Kind.REVOKED, Kind.REISSUED})


def head(connection: Connection) -> Head:
    """Return how far the register goes, as it says itself.

    Raises:
        DataError: somebody removed or changed it so that it cannot be read.
    """
    row = connection.execute(select(HEAD.c.entries, HEAD.c.hash)).first()
    if row is None or not isinstance(row.entries, int) or not isinstance(row.hash, str):
        raise DataError([messages.head_unreadable()])
    return Head(row.entries, row.hash)


def entries(connection: Connection, *where: ColumnElement[bool], changed: bool = False) -> Iterator[Entry]:
    """Yield the entries for which the conditions hold, in the order of their positions.

    Args:
        connection: a transaction.
        where: the conditions.
        changed: also those that no longer have their hash: for whoever looks for them.

    Raises:
        DataError: somebody changed an entry.
    """
    contents: dict[int, list[tuple[str, str]]] = defaultdict(list)
    references = select(ENTRY_CONTENTS).join_from(ENTRY_CONTENTS, ENTRIES).where(*where)
    for position, role, digest in connection.execute(references):
        contents[position].append((role, digest))
    for row in connection.execute(select(ENTRIES).where(*where).order_by(ENTRIES.c.position)).mappings():
        position = row["position"]
        try:
            entry = from_row(row, tuple(sorted(contents[position])))
            sound = entry.hash == entry.digest()
        except (ValueError, TypeError) as error:  # a date, kind or number that `Transaction.append` never wrote
            raise DataError([messages.entry_unreadable(position)]) from error
        if not (sound or changed):
            raise DataError([messages.entry_changed(position, str(entry.number))])
        yield entry


def content(connection: Connection, digest: str) -> bytes:
    """Return stored bytes by their SHA-256.

    Raises:
        DataError: somebody removed or changed them.
    """
    found = connection.execute(
        select(cast(CONTENTS.c.content, LargeBinary)).where(CONTENTS.c.digest == digest)
    ).scalar()
    if found is None:
        raise DataError([messages.content_missing(digest, "sổ theo dõi")])
    if hashlib.sha256(found).hexdigest() != digest:
        raise DataError([messages.content_changed(digest, "sổ theo dõi")])
    return bytes(found)


def about(sheet: Sheet) -> ColumnElement[bool]:
    """Return the condition for entries about one organisation, form and year."""
    subject = tuple_(ENTRIES.c.year, ENTRIES.c.form, ENTRIES.c.organization)
    return subject == (sheet.year, sheet.form, sheet.organization)


def sheet_of(connection: Connection, number: Number) -> Sheet | None:
    """Return what a number is about; nothing where it was never given."""
    row = connection.execute(
        select(ENTRIES.c.organization, ENTRIES.c.form)
        .where(ENTRIES.c.year == number.year, ENTRIES.c.counter == number.counter)
        .limit(1)
    ).first()
    return Sheet(row.organization, row.form, number.year) if row else None


class Transaction:
    """Several entries, all or nothing. It holds the register's lock: keep it short, and do long work before."""

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection = connection
        self._place = place

    def upcoming(self, year: int) -> Number:
        """Return the number that the next scoresheet of a year will get: to be printed on it before it is entered.

        Raises:
            DataError: somebody removed or changed numbers; one of them might come again.
        """
        gives_number = ENTRIES.c.year == year, ENTRIES.c.kind.in_((Kind.ISSUED.value, Kind.REISSUED.value))
        query = select(func.count(), func.max(ENTRIES.c.counter)).where(*gives_number)
        count, last = self._connection.execute(query).one()
        if count != (last or 0):
            raise DataError([messages.numbers_broken(year)])
        return Number(year, count + 1)

    def objections(self, draft: Draft) -> tuple[Problem, ...]:
        """Say what `append` would: everything that is wrong with a draft, nothing when it may be entered."""
        sheet = draft.sheet if isinstance(draft, Issue) else sheet_of(self._connection, draft.number)
        history = tuple(entries(self._connection, about(sheet))) if sheet else ()
        return (*_faults(draft), *objections(history, draft))

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
        contents, outputs = contents or {}, {role: path.absolute() for role, path in (outputs or {}).items()}
        faults = [*self.objections(draft), *filter(None, map(self._in_the_way, outputs.values()))]
        if faults:
            raise DataError(faults)
        for role, path in outputs.items():
            try_write(path, len(contents[role]))
        entry = self._entry(draft, {role: hashlib.sha256(content).hexdigest() for role, content in contents.items()})
        self._insert(entry, contents)
        digests = dict(entry.contents)
        promise(
            self._connection, self._place, entry.position, ((digests[role], path) for role, path in outputs.items())
        )
        return entry

    def _in_the_way(self, path: Path) -> Problem | None:
        """Say why a path cannot become an output: it cannot be written down, or something is or will be there."""
        if not _writable(str(path)):
            return messages.unwritable_text("output", str(path))
        try:
            return messages.occupied(str(path)) if is_taken(self._connection, self._place, path) else None
        except OSError as error:  # a name longer than the system takes
            return unwritable(str(path), reason(error))

    def _entry(self, draft: Draft, digests: Mapping[str, str]) -> Entry:
        """Return the next entry, hash and all."""
        before = self._last()
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
        return replace(entry, hash=entry.digest())

    def _last(self) -> Head:
        """Return what the next entry follows; where the last ones were cut off, their numbers must not come again."""
        own = head(self._connection)
        last = self._connection.execute(
            select(ENTRIES.c.position, ENTRIES.c.hash).order_by(ENTRIES.c.position.desc()).limit(1)
        ).first()
        if (Head(last.position, last.hash) if last else Head(0, GENESIS)) != own:
            raise DataError([messages.head_unlike(own.entries)])
        return own

    def _insert(self, entry: Entry, contents: Mapping[str, bytes]) -> None:
        digests = dict(entry.contents)
        new = {digests[role]: content for role, content in contents.items()}
        kept = self._connection.execute(select(CONTENTS.c.digest).where(CONTENTS.c.digest.in_(new))).scalars()
        for digest in sorted(new.keys() - set(kept)):
            self._connection.execute(insert(CONTENTS).values(digest=digest, content=new[digest]))
        self._connection.execute(insert(ENTRIES).values(to_row(entry)))
        for role, digest in entry.contents:
            self._connection.execute(insert(ENTRY_CONTENTS).values(position=entry.position, role=role, digest=digest))
        self._connection.execute(update(HEAD).values(entries=entry.position, hash=entry.hash))


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


def _writable(text: str) -> bool:
    """Whether a text can be stored and hashed: no control characters (but white space), no lone surrogates."""
    return all(unicodedata.category(letter) not in {"Cc", "Cs"} for letter in clean(text))
