"""The whole way of one submission, from its file to its document."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from baocao import checks, inputs, messages
from baocao.errors import Blocks, DataError, Problem
from baocao.exact_json import parse
from baocao.files import read_limited
from baocao.forms import FormFolder, Library
from baocao.inputs import NO_OFFICE, Office
from baocao.judged import Judged
from baocao.narrative import Narrative, narrate
from baocao.rating import rate
from baocao.rendering import drafting
from baocao.review import review, review_parts
from baocao.scoring import score
from baocao.steps import Steps, finished
from baocao.submission import Submission

OFFICE_FILE = "office.json"
MOST_DOCUMENT_BYTES = 64 * 1024 * 1024
SCHEMA_SUFFIX = ".schema.json"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one submission."""

    source: str
    problems: tuple[Problem, ...]
    """Everything found, also what blocks only the issue or nothing at all."""
    judged: Judged | None = None
    """Absent when the submission itself is not sound: then nothing may be taken for a result."""
    narrative: Narrative | None = None

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The problems that must be mended before anything is written."""
        return tuple(problem for problem in self.problems if problem.blocks is Blocks.DRAFT)

    def document(self) -> bytes:
        """Return the draft as docx.

        Raises:
            DataError: there are faults, or the template cannot be used.
        """
        return finished(self.drafting())

    def drafting(self) -> Steps[bytes]:
        """Do as `document`, in steps."""
        if self.faults or self.judged is None or self.narrative is None:
            raise DataError(self.faults)
        return (yield from drafting(self.judged, self.narrative))


def assess(path: Path, library: Library, office: Office = NO_OFFICE) -> Result:
    """Read, score, rate, narrate and review one file. Never raises for what is in it."""
    return finished(assessing(path, library, office))


def assess_bytes(content: bytes, source: str, library: Library, office: Office = NO_OFFICE) -> Result:
    """Do as `assess` with what a file would hold."""
    return finished(assessing_bytes(content, source, library, office))


def assessing(path: Path, library: Library, office: Office = NO_OFFICE) -> Steps[Result]:
    """Do as `assess`, in steps: many files side by side take less time than one after the other."""
    try:
        content = read_limited(path)
    except DataError as error:
        return Result(str(path), error.problems)
    yield
    return (yield from assessing_bytes(content, str(path), library, office))


def assessing_bytes(content: bytes, source: str, library: Library, office: Office = NO_OFFICE) -> Steps[Result]:
    """Do as `assess_bytes`, in steps."""
    reading = inputs.read(content, source, office)
    if reading.submission is None:
        return Result(source, reading.problems)
    try:
        folder = library.get(f"{reading.submission.form}/{reading.submission.year}")
    except DataError as error:
        return Result(source, (*reading.problems, *reading.located(error.problems)))
    yield
    found = _besides(reading.problems, checks.check(folder.form, reading.submission))
    yield
    try:
        judged, narrative = yield from _judging(folder, checks.without(folder.form, reading.submission, found))
    except DataError as error:  # a phrase that no check of the form could foresee to fail on just these facts
        phrases = str(folder.path / "phrases.toml")
        return Result(source, (*reading.located(found), *(problem.inside(phrases) for problem in error.problems)))
    if found:
        return Result(source, reading.located(_besides(found, review_parts(judged))))
    yield
    reviewed = review(judged)
    faults = [problem for problem in reviewed if problem.blocks is Blocks.DRAFT]
    # what follows from a fault is not worth saying before it is mended
    return Result(source, reading.located(faults or reviewed), judged, narrative)


def judge(folder: FormFolder, submission: Submission) -> tuple[Judged, Narrative]:
    """Take a checked submission through scoring, rating and narrative."""
    return finished(_judging(folder, submission))


def _judging(folder: FormFolder, submission: Submission) -> Steps[tuple[Judged, Narrative]]:
    scoresheet = score(folder.form, submission)
    yield
    rating = rate(folder.phrases, scoresheet, submission)
    yield
    narrative = narrate(folder.phrases, scoresheet, rating, submission)
    return Judged(folder, submission, scoresheet, rating), narrative


def _besides(found: Sequence[Problem], later: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return both, without the later problems of places where something is wrong already."""
    places = [inputs.score_of(problem.where) for problem in found if problem.where]
    return (*found, *(problem for problem in later if not inputs.inside(problem.where, places)))


def unlike_others(result: Result, names: dict[str, str]) -> Result:
    """Return a result with a problem when another of the same run would have the same file name.

    Args:
        result: the next result of the run.
        names: the file names so far and where each comes from; the new one is added.
    """
    if result.judged is None:
        return result
    first = names.setdefault(draft_name(result.judged), result.source)
    if first == result.source:
        return result
    problem = messages.same_output(draft_name(result.judged), first).inside(result.source)
    return replace(result, problems=(*result.problems, problem))


def read_office(path: Path) -> Office:
    """Read the office's defaults; what is wrong with them is a fault of every submission that they are for."""
    try:
        raw, faults = parse(read_limited(path))
    except DataError as error:
        return Office(str(path), {}, tuple(problem.inside(str(path)) for problem in error.problems))
    problems = (*faults, *inputs.office_problems(raw))
    return Office(str(path), raw, tuple(problem.inside(str(path)) for problem in problems))


def office_of(file: Path, chosen: Path | None, known: dict[Path, Office]) -> Office:
    """Return the defaults for a file: those chosen, else those beside it; each is read once into `known`."""
    path = chosen or file.parent / OFFICE_FILE
    if path not in known:
        known[path] = read_office(path) if chosen or path.exists() else NO_OFFICE
    return known[path]


def submissions(paths: Sequence[Path]) -> Iterator[Path]:
    """Return the files to work on: those named, and every `.json` below a folder but the office's and the schemas.

    They are looked for while one works through them, in the order of their paths, each once.

    Raises:
        DataError: a folder holds none; whether a named file exists is found when it is read.
    """
    empty = [str(path) for path in paths if _is_folder(path) and next(_below(path), None) is None]
    if empty:
        raise DataError(map(messages.nothing_to_read, empty))
    return _each_once(paths)


def _each_once(paths: Sequence[Path]) -> Iterator[Path]:
    seen: set[str] = set()
    for path in paths:
        for file, real in _below(path) if _is_folder(path) else [(path, _resolved(path))]:
            if real not in seen:
                seen.add(real)
                yield file


def _below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the submissions below a folder, each with its path without links. Links to folders are not followed."""
    real = _resolved(folder)
    try:
        with os.scandir(folder) as found:  # what the system tells of an entry is large: only name and kind are kept
            entries = sorted((entry.name, _kind(entry)) for entry in found if _is_wanted(entry))
    except PermissionError:
        return
    for name, kind in entries:
        path = folder / name
        if kind == "folder":
            yield from _below(path)
        else:
            yield path, _resolved(path) if kind == "link" else os.path.join(real, name)  # noqa: PTH118 -- text


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "link" if entry.is_symlink() else "file"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name longer than the system takes: reading it will say so
        return False


def _resolved(path: Path) -> str:
    try:
        return str(path.resolve())
    except OSError:
        return str(path)


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a folder is a submission, or a folder that may hold some."""
    return entry.is_dir(follow_symlinks=False) or (is_submission_name(entry.name) and entry.is_file())


def is_submission_name(name: str) -> bool:
    """Whether a file of this name is read as a submission where a folder is worked through."""
    return name.endswith(".json") and name != OFFICE_FILE and not name.endswith(SCHEMA_SUFFIX)


def draft_name(judged: Judged) -> str:
    """Return the file name of a draft: safe everywhere, one for each organisation, form and year."""
    return f"{judged.submission.organization.id}_{judged.form.id}-{judged.form.year}_du-thao.docx"
