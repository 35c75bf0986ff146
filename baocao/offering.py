"""Many scoresheets made ready to be issued, by several processes; one enters them, in the order of the input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from baocao import messages
from baocao.batch import Assessor, Workshop
from baocao.errors import DataError, Problem
from baocao.issuing import Offer, offer
from baocao.pipeline import draft_name
from baocao.steps import Steps


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of one submission of many."""

    source: str
    name: str = ""
    """File name of its draft, which no other of the run may have; empty where the submission is not sound."""
    offer: Offer | None = None
    problems: tuple[Problem, ...] = ()
    """Why it may not be issued."""


def offers(paths: Iterable[Path], assessor: Assessor, workshop: Workshop) -> Iterator[Offered]:
    """Yield what is to be entered for each submission, in their order; of two of one organisation the first only.

    Raises:
        MissingError: one process after the other dies.
    """
    names: dict[str, str] = {}
    for offered in workshop.results(_Offering(assessor), _lost, paths):
        yield _unlike_others(offered, names)
        if workshop.stopped():  # what is ready is not entered yet, and costs nothing
            return


@dataclass(frozen=True, slots=True)
class _Offering:
    """Makes one submission ready."""

    assessor: Assessor

    def __call__(self, path: Path) -> Steps[Offered]:
        result = yield from self.assessor.assessing(path)
        yield
        name = draft_name(result.judged) if result.judged else ""
        try:
            return Offered(result.source, name, offer(result))
        except DataError as error:
            found = tuple(problem.inside(result.source) for problem in error.problems)
            return Offered(result.source, name, problems=found)


def _lost(path: Path) -> Offered:
    return Offered(str(path), problems=(messages.process_died().inside(str(path)),))


def _unlike_others(offered: Offered, names: dict[str, str]) -> Offered:
    """Return it refused when an earlier one of the run has its name; the new name is added to those of the run."""
    first = names.setdefault(offered.name, offered.source) if offered.name else offered.source
    if first == offered.source:
        return offered
    problem = messages.same_output(offered.name, first).inside(offered.source)
    return replace(offered, offer=None, problems=(*offered.problems, problem))
