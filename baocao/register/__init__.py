"""The register: what was issued, decided, corrected, revoked, issued again, and which annexes said so.

Only this package knows the database. Entries are only ever added, each with the hash of the one before; what stands
at a date is computed from them (`status`). Annexes are a second series (`annexes`), each bound to the entries that it
was computed from. `docs/register.md` says what this promises and what it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from baocao.register import check, delivery, export
from baocao.register.annexes import AnnexDraft, Annexed, AnnexNumber, Scope, makes_untrue, standing_annexes
from baocao.register.check import Verdict
from baocao.register.database import PATIENCE, Database, Mode, open_database
from baocao.register.delivery import Delivered, Delivery
from baocao.register.entries import RECORDED, Act, Decision, Draft, Entry, Head, Issue, Json, Kind, Number, Sheet, Step
from baocao.register.reading import View
from baocao.register.status import State, Status, chain, statuses
from baocao.register.store import Transaction

__all__ = [
    "RECORDED",
    "Act",
    "AnnexDraft",
    "AnnexNumber",
    "Annexed",
    "Decision",
    "Delivered",
    "Delivery",
    "Draft",
    "Entry",
    "Head",
    "Issue",
    "Json",
    "Kind",
    "Number",
    "Register",
    "Scope",
    "Sheet",
    "State",
    "Status",
    "Step",
    "Transaction",
    "Verdict",
    "View",
    "chain",
    "makes_untrue",
    "standing_annexes",
    "statuses",
]


@dataclass(frozen=True, slots=True)
class Register:
    """An open register; a context manager that closes it.

    Every method may raise `MissingError`: the database is locked by others, its disk full, its server out of reach.
    """

    _database: Database
    place: str
    """Whose files `deliver` writes: what is promised at one place is not for another's disk."""

    @classmethod
    def open(
        cls, location: str | Path, *, place: str = "", create: bool = True, patience: float = PATIENCE
    ) -> Register:
        """Open the register at a path (SQLite) or URL (PostgreSQL), in the form that this version needs.

        Args:
            location: `outputs/register.sqlite`, `postgresql://user@host/database`.
            place: the machine, where several use one register: their paths are not each other's.
            create: make a register where there is none.
            patience: seconds to wait for others who write.

        Raises:
            UsageError: the URL cannot be read or is of another kind of database.
            DataError: there is no register (and none is to be created), or something else.
            MissingError: the folder cannot be written, the disk is full, others hold the lock, the server is out
                of reach, or the register is of a newer version.
        """
        return cls(open_database(location, create=create, patience=patience), place)

    def close(self) -> None:
        """Let go of the database."""
        self._database.engine.dispose()

    def __enter__(self) -> Register:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- writing -------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Enter several things, all or nothing. Others who write wait until it ends; files follow by `deliver`."""
        with self._database.transaction(Mode.WRITING) as connection:
            yield Transaction(connection, self.place)

    def append(
        self,
        draft: Draft,
        contents: Mapping[str, bytes] | None = None,
        outputs: Mapping[str, Path] | None = None,
    ) -> Entry:
        """Enter one thing; see `Transaction.append`."""
        with self.transaction() as transaction:
            return transaction.append(draft, contents, outputs)

    def deliver(self, *entries: Entry | Annexed) -> Delivered:
        """Write the files that entries and annexes promised and that are not there yet.

        To be called first of all when a command starts: what it then delivers is what an interrupted run left, or
        what another one has just entered, to be reported. And with its entries after every transaction with outputs:
        then all of their files are returned, whoever wrote them. `baocao.register.delivery` says why this is right.
        """
        return delivery.deliver(self._database, self.place, entries)

    # --- reading -------------------------------------------------------------------------------------------------

    @contextmanager
    def view(self) -> Iterator[View]:
        """Read in one unchanging view of everything, without holding all of it in memory."""
        with self._database.transaction(Mode.READING) as connection, closing(View(connection)) as view:
            yield view

    def entries(self, year: int | None = None) -> tuple[Entry, ...]:
        """Return all entries, or those about scoresheets of one year, in the order of entry.

        Raises:
            DataError: somebody changed one of them.
        """
        with self.view() as view:
            return tuple(view.entries(year))

    def annexes(self, year: int | None = None) -> tuple[Annexed, ...]:
        """Return all annexes, or those of one year, in the order of entry.

        Raises:
            DataError: somebody changed one of them.
        """
        with self.view() as view:
            return view.annexes(year)

    def history(self, number: Number) -> tuple[Entry, ...]:
        """Return all entries about the scoresheet of a number: also about what it replaces and is replaced by.

        Raises:
            DataError: the number was never given, or somebody changed an entry.
        """
        with self.view() as view:
            return view.history(number)

    def content(self, digest: str) -> bytes:
        """Return stored bytes by the SHA-256 that an entry gives for them.

        Raises:
            DataError: somebody removed or changed them.
        """
        with self.view() as view:
            return view.content(digest)

    def deliveries(self) -> tuple[Delivery, ...]:
        """Return every file that an entry or annex promised, at every place, delivered or not."""
        with self._database.transaction(Mode.READING) as connection:
            return delivery.deliveries(connection)

    def head(self) -> Head:
        """Return the number of entries and the hash of the last: to be kept where nobody rewrites it."""
        with self.view() as view:
            return view.head()

    # --- its health ----------------------------------------------------------------------------------------------

    def verify_chain(self, known: Iterable[Head] = ()) -> Verdict:
        """Check every entry, every annex and every stored content, and `known` heads that were kept elsewhere."""
        with self._database.transaction(Mode.READING) as connection:
            return check.verify(connection, known)

    def backup(self, target: Path) -> Head:
        """Copy the register into a new file while others work with it.

        Raises:
            UsageError: the target exists, or the register is on PostgreSQL (the problem says how to use `pg_dump`).
            MissingError: the target cannot be written.
        """
        return export.backup(self._database, target)

    def export(self) -> Iterator[str]:
        """Yield everything as lines of JSON that can be read and checked without this program."""
        with self._database.transaction(Mode.READING) as connection:
            yield from export.lines(connection)
