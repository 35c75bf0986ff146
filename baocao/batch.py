"""The whole way for many: submissions shared out among processes, outcomes in the order of the input.

A process reads, judges and writes whole files into a staging folder; the one that gives the work names them, in the
order of the input. So the same files come out whatever the number of processes: of two submissions that would have
one file name, the later is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from baocao import messages, pipeline
from baocao.errors import DataError, MissingError, Problem
from baocao.files import read_limited, reason
from baocao.forms import Library
from baocao.inputs import Office
from baocao.judged import Judged
from baocao.pipeline import Result
from baocao.rendering import is_ours, is_same
from baocao.staging import stage, staging
from baocao.steps import AT_ONCE, Steps, finished, side_by_side

FEW = 300
"""Files up to which one process is as fast as many, for those have to be started first."""


class State(StrEnum):
    """What became of a submission's document."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    """It is there already, as it should be."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one submission of many."""

    source: str
    state: State
    path: Path | None = None
    """The document, when there is one."""
    problems: tuple[Problem, ...] = ()
    """Why there is none."""


class Assessor:
    """Takes one submission after the other to its result; keeps the forms and the offices' defaults."""

    def __init__(self, templates: Path | None, office: Path | None) -> None:
        """Remember where forms and defaults are; a process loads what it needs.

        Args:
            templates: the office's own forms, if they are not in `templates/`.
            office: the defaults of all files, if they are not beside each.

        Raises:
            UsageError: the folder of forms does not exist.
        """
        self._library = Library.usual(templates)
        self._office = office
        self._offices: dict[Path, Office] = {}

    def __call__(self, path: Path) -> Result:
        """Return what becomes of a file. Never raises for what is in it."""
        return finished(self.assessing(path))

    def assessing(self, path: Path) -> Steps[Result]:
        """Do the same in steps."""
        return pipeline.assessing(path, self._library, pipeline.office_of(path, self._office, self._offices))


T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Workshop:
    """Who does the work."""

    jobs: int | None = None
    """How many processes; not said: as many as there are processors where there is much to do, else this one."""
    stopped: Callable[[], bool] = lambda: False
    """Whether to end with what is under way."""

    def results(self, task: Callable[[T], Steps[R]], lost: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield what a task makes of each item, in their order.

        Args:
            task: what is done with an item, in whatever process, and with a few items side by side.
            lost: what it comes to when a process dies of it.
            items: taken as they are needed.

        Raises:
            MissingError: one process after the other dies.
        """
        source, few = iter(items), 1 if self.jobs else FEW
        first = list(islice(source, few + 1))
        rest = chain(first, source)
        if len(first) > few and self.jobs != 1:
            from baocao.pool import Pool, processors  # noqa: PLC0415 -- one document must not wait for it

            jobs = self.jobs or processors()
            if jobs > 1:
                with Pool(task, lost, jobs, __name__) as pool:
                    yield from pool.results(rest, self.stopped)
                return
        while not self.stopped() and (some := list(islice(rest, AT_ONCE))):
            yield from side_by_side(map(task, some))


# --- drafts ------------------------------------------------------------------------------------------------------


def drafts(
    paths: Iterable[Path], assessor: Assessor, output: Path, workshop: Workshop, *, force: bool = False
) -> Iterator[Outcome]:
    """Write the drafts of many submissions and yield what became of each, in their order.

    What is there already is not written again, and what is not ours is kept.

    Args:
        paths: the submissions.
        assessor: how they are judged.
        output: the folder for the drafts.
        workshop: who does the work.
        force: write over what is not ours, too.

    Raises:
        MissingError: the folder cannot be written, or the disk is full; what was yielded before is there.
    """
    names: dict[str, str] = {}
    with staging(output) as unnamed:
        task = _Drafting(assessor, output, unnamed, force)
        for made in workshop.results(task, _lost, paths):
            yield _named(made, output, names)


@dataclass(frozen=True, slots=True)
class _Made:
    """What a process says of one submission: small, for the document lies in the staging folder."""

    source: str
    name: str = ""
    """File name of the draft; empty where the submission is not sound."""
    faults: tuple[Problem, ...] = ()
    """Of the submission."""
    refused: tuple[Problem, ...] = ()
    """Why it cannot be written over what is there."""
    missing: tuple[Problem, ...] = ()
    """What this machine lacks."""
    staged: Path | None = None
    """The document; absent where it would be the same as what is there."""


@dataclass(frozen=True, slots=True)
class _Drafting:
    """Makes the draft of one submission."""

    assessor: Assessor
    output: Path
    staging: Path
    force: bool

    def __call__(self, path: Path) -> Steps[_Made]:
        result = yield from self.assessor.assessing(path)
        if result.judged is None:
            return _Made(result.source, faults=result.faults)
        made = _Made(result.source, pipeline.draft_name(result.judged), result.faults)
        if made.faults:
            return made
        yield
        try:
            document = yield from result.drafting()
            yield
            return replace(made, staged=self._staged(document, result.judged, self.output / made.name))
        except DataError as error:
            return replace(made, refused=tuple(problem.inside(result.source) for problem in error.problems))
        except MissingError as error:
            return replace(made, missing=error.problems)

    def _staged(self, document: bytes, judged: Judged, path: Path) -> Path | None:
        """Write the draft that is to become `path`; nothing where it is there already."""
        if path.exists():
            there = read_limited(path, pipeline.MOST_DOCUMENT_BYTES)
            if is_same(there, document):
                return None
            if not self.force and not is_ours(there, judged):
                raise DataError([messages.not_ours(str(path))])
        return stage(self.staging, document)


def _lost(path: Path) -> _Made:
    return _Made(str(path), faults=(messages.process_died().inside(str(path)),))


def _named(made: _Made, output: Path, names: dict[str, str]) -> Outcome:
    """Give a draft its name, unless an earlier submission of the run has it.

    Args:
        made: the next of the run.
        output: the folder for the drafts.
        names: the file names so far and where each comes from; the new one is added.

    Raises:
        MissingError: the machine lacks something.
    """
    if made.missing:
        raise MissingError(made.missing)
    problems = made.faults or made.refused
    first = names.setdefault(made.name, made.source) if made.name else made.source
    if first != made.source:
        problems = (*made.faults, messages.same_output(made.name, first).inside(made.source))
    path = output / made.name
    if not problems and made.staged:
        try:
            made.staged.replace(path)
        except OSError as error:
            problems = (messages.unwritable(str(path), reason(error)),)
    if problems:
        if made.staged:
            made.staged.unlink(missing_ok=True)
        return Outcome(made.source, State.FAILED, problems=problems)
    return Outcome(made.source, State.WRITTEN if made.staged else State.UNCHANGED, path)
