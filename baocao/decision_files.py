"""Reading an authority's decision: JSON as the contract has it, or a table of numbers and ratings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from baocao import messages, messages_register
from baocao.errors import DataError, UsageError
from baocao.exact_json import Raw, parse
from baocao.files import read_limited
from baocao.forms.values import allowed_keys
from baocao.papers import AnnexPaper, DecisionFile, Paper
from baocao.tables import rows

_COLUMNS = ("number", "rating", "reason")


def read(path: Path, paper: Path | None = None) -> DecisionFile:
    """Read the file that `decide` enters.

    Args:
        path: `.json`, or a table (`.csv`) with the columns number, rating and, where wanted, reason.
        paper: with a table, the JSON file that holds decision, issuer and signature.

    Raises:
        DataError: with every fault of the file.
        UsageError: a table without `paper`.
    """
    if path.suffix.lower() != ".csv":
        return _validated(DecisionFile, *_parsed(path), str(path))
    if paper is None:
        raise UsageError([messages_register.table_without_paper(str(path))])
    raw, faults = _parsed(paper)
    try:
        ratings = [cells for _, cells in rows(read_limited(path), _COLUMNS, {"number", "rating"})]
    except DataError as error:
        raise DataError(problem.inside(str(path)) for problem in error.problems) from error
    return _validated(DecisionFile, {**raw, "ratings": ratings}, faults, str(paper))


def read_paper(path: Path) -> Paper:
    """Read the decision that a revocation rests on, with head and signature of its paper.

    Raises:
        DataError: with every fault of the file.
    """
    return _validated(Paper, *_parsed(path), str(path))


def read_annex_paper(path: Path) -> AnnexPaper:
    """Read the number, head and signature of an annex.

    Raises:
        DataError: with every fault of the file.
    """
    return _validated(AnnexPaper, *_parsed(path), str(path))


def _parsed(path: Path) -> tuple[Raw, Any]:
    try:
        return parse(read_limited(path))
    except DataError as error:
        raise DataError(problem.inside(str(path)) for problem in error.problems) from error


T = TypeVar("T", bound=BaseModel)


def _validated(model: type[T], raw: Raw, faults: Any, source: str) -> T:
    problems = list(faults)
    try:
        found = model.model_validate(raw)
    except ValidationError as error:
        found = None
        for fault in error.errors(include_url=False):
            problems.append(messages.structure(fault, allowed_keys(model, fault["loc"][:-1])))
    if found is None or problems:
        raise DataError(problem.inside(source) for problem in problems)
    return found
