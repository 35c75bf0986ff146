"""Making annexes: the register or drafts on one side, Word and Excel on the other, and the register again.

An annex is computed from one unchanging view of the register and entered with the head of that view. What it was made
of besides (paper, roster) is kept with it, so that it can be made again as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import date
from io import SEEK_END, BytesIO
from pathlib import Path

from baocao import messages as base_messages
from baocao import messages_annex, messages_register
from baocao.annex import Annex, Past, annex, comparison, past
from baocao.annex_rows import Expected, Row, columns, drafted, expected, standing
from baocao.errors import DataError
from baocao.exact_json import parse
from baocao.excel import Heading, workbook
from baocao.files import read_limited, write_whole
from baocao.forms import FormFolder, Library
from baocao.forms.folder import ANNEX
from baocao.issuing import Desk
from baocao.judged import Judged
from baocao.papers import AnnexPaper
from baocao.records import as_written, latest, record_in, stored_content, stored_folder
from baocao.register import (
    AnnexDraft,
    Annexed,
    AnnexNumber,
    Entry,
    Register,
    Scope,
    View,
    standing_annexes,
    statuses,
)
from baocao.register.entries import canonical
from baocao.rendering.annex import Printed, write_annex
from baocao.rendering.streaming import read_seal
from baocao.submission import Submission

MOST_WORKBOOK_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for."""

    as_of: date
    superior: str = ""
    """Identifier of the one superior whose organisations are listed; empty for all."""
    roster: Sequence[Expected] | None = None
    """Whose scoresheets are looked for; `None`: those of the year before."""
    paper: AnnexPaper | None = None
    """Number, head and signature; `None`: head and signature of the newest scoresheet, dated `as_of`."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """An annex that is ready to be printed."""

    printed: Printed
    template: bytes
    """The Word template of its form."""
    scope: Scope
    roster: Sequence[Expected] | None
    """As it was given."""

    has_own_paper: bool = False
    """Whether somebody said who signs it."""

    def with_paper(self, paper: AnnexPaper) -> Gathered:
        """Return the same annex with another number, head and signature."""
        return replace(self, printed=replace(self.printed, paper=paper))

    def as_draft(self) -> Gathered:
        """Return the same annex, marked as a draft."""
        return replace(self, printed=replace(self.printed, draft=True))

    @property
    def name(self) -> str:
        """What the names of its files begin with: safe everywhere, one for each form, year and superior."""
        superior = f"_{self.scope.superior}" if self.scope.superior else ""
        return f"phu-luc_{self.scope.form}-{self.scope.year}{superior}"

    @property
    def unexpected(self) -> tuple[str, ...]:
        """The names of those that have a scoresheet and are not on the roster that was given."""
        on_it = {one.organization for one in self.roster or ()}
        return tuple(row.name for row in self.printed.annex.rows if self.roster and row.organization not in on_it)

    def document(self) -> tuple[bytes, str]:
        """Return the docx and its content digest.

        Raises:
            DataError: the template cannot be used.
        """
        made = BytesIO()
        digest = write_annex(self.printed, self.template, made)
        return made.getvalue(), digest

    def workbook(self) -> bytes:
        """Return the xlsx, of the same data."""
        printed, made = self.printed, BytesIO()
        paper, annex = printed.paper, printed.annex
        superior = [messages_annex.scope(printed.superior)] if printed.superior else []
        heading = Heading(
            number=messages_annex.title(paper.number).upper(),
            title=messages_annex.name(annex.content, annex.form.year),
            lines=(messages_annex.goes_with(paper.report), *superior, *printed.replaces, annex.form.name),
            draft=annex.form.additions.draft if printed.draft else "",
            register=printed.head,
        )
        workbook(annex, printed.comparison, heading, made)
        _seal(made)
        return made.getvalue()


# --- from the register -------------------------------------------------------------------------------------------


def gather(
    register: Register, view: View, year: int, wanted: Wanted, library: Library, up_to: int | None = None
) -> Iterator[Gathered]:
    """Yield the annex of each form of a year that the register has scoresheets of.

    Args:
        register: the register, for what was stored with entries.
        view: the view of it that the annexes tell of.
        year: of the forms.
        wanted: what somebody asks for.
        library: the forms, for a Word template that was not stored.
        up_to: the number of entries that there were, to tell it as it was then; `None` for all.

    Raises:
        DataError: somebody changed what the register holds, or this version cannot read a stored form any more.
    """
    head = view.head() if up_to is None else view.head_at(up_to)
    for name, newest in view.newest(year, up_to).items():
        with stored_folder(register, newest) as folder:
            # entries of before were not stored with one: then it is that of the form as it is today
            template = (folder if folder.has_annex else library.get(folder.form.key)).paper(ANNEX)
        shown, scope = columns(folder.form), Scope(name, year, wanted.superior)
        rows = standing(view.histories(year, name, up_to), wanted.as_of, shown)
        before, known = _year_before(view, scope, wanted.as_of, up_to)
        roster = known if wanted.roster is None else wanted.roster
        found = annex(folder.form, wanted.as_of, rows, roster, wanted.superior, before)
        paper = wanted.paper or _paper_like(_submission(register, newest), wanted.as_of)
        printed = _printed(found, folder, paper, wanted.superior)
        yield Gathered(replace(printed, head=head), template, scope, wanted.roster, wanted.paper is not None)


def _year_before(
    view: View, scope: Scope, as_of: date, up_to: int | None = None
) -> tuple[Past | None, tuple[Expected, ...]]:
    """Return what stood a year before within a scope, and every organisation that was rated then."""
    year = scope.year - 1
    newest = view.newest(year, up_to).get(scope.form)
    if newest is None:
        return None, ()
    rows = list(standing(view.histories(year, scope.form, up_to), as_of))
    within = [row for row in rows if scope.superior in {"", row.superior}]
    found = past(year, record_in(newest).ladder, within) if within else None
    return found, tuple(expected(row) for row in rows)


def _submission(register: Register, entry: Entry) -> Submission:
    raw, _faults = parse(stored_content(register, entry, "submission"))
    return Submission.model_validate(raw)


def _paper_like(submission: Submission, day: date) -> AnnexPaper:
    """Return the head and signature that an annex has when nobody says otherwise: those of the agency's scoresheets."""
    issuer = submission.issuer
    return AnnexPaper(
        issuer=issuer.model_copy(update={"symbol": None}) if issuer else None,
        signature=submission.signature.model_copy(update={"date": day}),
    )


def _printed(found: Annex, folder: FormFolder, paper: AnnexPaper, superior: str) -> Printed:
    said = tuple(sentence.text for sentence in comparison(found, folder.phrases))
    return Printed(found, paper, said, superior=found.superiors.get(superior, superior))


# --- from drafts -------------------------------------------------------------------------------------------------


def gather_drafts(submissions: Iterable[Judged], wanted: Wanted, register: Register | None = None) -> list[Gathered]:
    """Return the annex of each form of some submissions that are not issued, marked as a draft.

    Args:
        submissions: each is let go of once its row is made.
        wanted: what somebody asks for.
        register: where the year before is looked for, if there is one.
    """
    folders: dict[str, tuple[FormFolder, Submission]] = {}
    rows: dict[str, list[Row]] = {}
    for judged in submissions:
        folders.setdefault(judged.form.key, (judged.folder, judged.submission))
        rows.setdefault(judged.form.key, []).append(drafted(judged, columns(judged.form)))
    return [_draft(folder, rows[key], first, wanted, register) for key, (folder, first) in folders.items()]


def _draft(
    folder: FormFolder, rows: Sequence[Row], first: Submission, wanted: Wanted, register: Register | None
) -> Gathered:
    form = folder.form
    scope = Scope(form.id, form.year, wanted.superior)
    with register.view() if register else nullcontext() as view:
        before, known = _year_before(view, scope, wanted.as_of) if view else (None, ())
    roster = known if wanted.roster is None else wanted.roster
    found = annex(form, wanted.as_of, rows, roster, wanted.superior, before)
    printed = _printed(found, folder, wanted.paper or _paper_like(first, wanted.as_of), wanted.superior)
    return Gathered(printed, folder.paper(ANNEX), scope, wanted.roster, wanted.paper is not None).as_draft()


# --- entered, and made again -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Made:
    """An annex with its document, as it is to be entered or was."""

    gathered: Gathered
    document: bytes
    digest: str
    replaces: AnnexNumber | None = None
    known: Annexed | None = None
    """The annex of the register that says just this; `None` where it is a new one."""


def make(gathered: Gathered, annexes: Sequence[Annexed]) -> Made:
    """Return the document of an annex: of one that the register has already, else of a new one.

    Args:
        gathered: the annex.
        annexes: those of the register.

    Raises:
        DataError: the template cannot be used.
    """
    of_scope = {one.number: one for one in annexes if one.scope == gathered.scope}
    for known in reversed(of_scope.values()):
        if known.as_of == gathered.printed.annex.as_of:
            # who signs the newest scoresheet may be another by now: unless somebody says who signs, it is who did
            same = gathered if gathered.has_own_paper else gathered.with_paper(_paper_of(known))
            if known.payload == _payload(same):
                made = _replacing(same, of_scope.get(known.replaces) if known.replaces else None)
                if made.digest == known.digest:
                    return replace(made, known=known)
    # an annex of an earlier date than what stands is told beside it, and takes the place of nothing
    earlier = [one for one in standing_annexes(of_scope.values()) if one.as_of <= gathered.printed.annex.as_of]
    return _replacing(gathered, max(earlier, key=lambda one: (one.as_of, one.position), default=None))


def _replacing(gathered: Gathered, replaced: Annexed | None) -> Made:
    if replaced is not None:
        line = messages_register.replaces_annex_line(replaced.printed, replaced.dated)
        gathered = replace(gathered, printed=replace(gathered.printed, replaces=(line,)))
    document, digest = gathered.document()
    return Made(gathered, document, digest, replaced.number if replaced else None)


def enter(desk: Desk, made: Made) -> Annexed:
    """Enter a new annex under the next number of its year, with its Word and Excel files.

    Raises:
        DataError: it may not be entered, and why: entries were made meanwhile, or a file is in the way.
        MissingError: the register or the folder cannot be written.
    """
    gathered, printed = made.gathered, made.gathered.printed
    assert printed.head is not None  # drafts are not entered
    paper = printed.paper
    draft = AnnexDraft(
        scope=gathered.scope,
        as_of=printed.annex.as_of,
        head=printed.head,
        dated=paper.signature.date or printed.annex.as_of,
        printed=paper.number or "",
        recorded=desk.act.recorded,
        by=desk.act.by,
        digest=made.digest,
        payload=json.loads(_payload(gathered)),
        replaces=made.replaces,
    )
    contents = {"document": made.document, "workbook": gathered.workbook(), **_roster_content(gathered.roster)}
    with desk.register.transaction() as transaction:
        outputs = _outputs(desk, transaction.upcoming_annex(gathered.scope.year), gathered)
        return transaction.annex(draft, contents, outputs)


def _outputs(desk: Desk, number: AnnexNumber, gathered: Gathered) -> dict[str, Path]:
    stem = f"{number}_{gathered.name}"
    return {"document": desk.folder / f"{stem}.docx", "workbook": desk.folder / f"{stem}.xlsx"}


def written_again(desk: Desk, made: Made, known: Annexed) -> Iterator[Path]:
    """Write the files of an annex that the register has, where they are missing, and yield their paths.

    Raises:
        DataError: somebody edited one of them, or changed what the register holds.
        MissingError: the folder cannot be written.
    """
    for role, path in _outputs(desk, known.number, made.gathered).items():
        content = desk.register.content(known.content(role) or "")
        if path.exists() and path.read_bytes() != content:
            raise DataError([base_messages.not_ours(str(path))])
        write_whole(path, content)
        yield path


_DIGEST_LENGTH = 64


def _seal(workbook: BytesIO) -> None:
    """Put the SHA-256 of an xlsx into the comment of its zip: who saves it again leaves that out."""
    workbook.seek(-2, SEEK_END)  # the length of the comment is the last that a zip has
    workbook.write(_DIGEST_LENGTH.to_bytes(2, "little"))
    workbook.write(hashlib.sha256(workbook.getbuffer()).hexdigest().encode())


def is_untouched(path: Path) -> bool:
    """Whether this program wrote a file, Word or Excel, and nobody changed or saved it since."""
    with path.open("rb") as file:
        if path.suffix == ".docx":
            return read_seal(file).is_untouched
        content = read_limited(path, MOST_WORKBOOK_BYTES)
    return hashlib.sha256(content[:-_DIGEST_LENGTH]).hexdigest().encode() == content[-_DIGEST_LENGTH:]


def again(register: Register, number: AnnexNumber, library: Library) -> tuple[Annexed, Made]:
    """Return an annex of the register, made anew from the entries that it was made of.

    Args:
        register: the register.
        number: of the annex.
        library: the forms, for a Word template that was not stored.

    Raises:
        DataError: there is no such annex, or somebody changed what it was made of.
    """
    with register.view() as view:
        annexes = view.annexes(number.year)
        known = next((one for one in annexes if one.number == number), None)
        if known is None:
            raise DataError([messages_register.annex_not_in_the_register(str(number))])
        wanted = Wanted(known.as_of, known.scope.superior, _roster_of(register, known), _paper_of(known))
        found = gather(register, view, number.year, wanted, library, known.head.entries)
        gathered = next(one for one in found if one.scope.form == known.scope.form)
    replaced = next((one for one in annexes if one.number == known.replaces), None)
    return known, _replacing(gathered, replaced)


def _payload(gathered: Gathered) -> str:
    """Return what an annex is made of beside the entries, as the register stores it."""
    return canonical({"paper": gathered.printed.paper.model_dump(mode="json"), "roster": gathered.roster is not None})


def _paper_of(known: Annexed) -> AnnexPaper:
    with as_written(known):
        return AnnexPaper.model_validate(json.loads(known.payload)["paper"])


def _roster_content(roster: Sequence[Expected] | None) -> Mapping[str, bytes]:
    if roster is None:
        return {}
    return {"roster": json.dumps([asdict(one) for one in roster], ensure_ascii=False).encode()}


def _roster_of(register: Register, known: Annexed) -> tuple[Expected, ...] | None:
    digest = known.content("roster")
    return None if digest is None else tuple(Expected(**one) for one in json.loads(register.content(digest)))


# --- bound with its scoresheets ------------------------------------------------------------------------------------


def scoresheets(register: Register, found: Annex) -> Iterator[tuple[str, bytes]]:
    """Yield name and document of each scoresheet that an annex lists with a rating, in its order, as it was issued.

    Raises:
        DataError: somebody removed or changed a document.
    """
    for row in found.rows:
        if row.number and not row.unrated:
            status = statuses(register.history(row.number), found.as_of)[row.number]
            yield row.name, stored_content(register, latest(status), "document")
