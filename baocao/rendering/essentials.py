"""What a scoresheet must print besides the official sentences: a template that leaves it out prints no result."""

from __future__ import annotations

from collections.abc import Callable

from baocao.rendering.context import Context, Printable

_LISTS = ("comment", "deductions")


def marked(context: Context) -> tuple[Context, dict[str, str]]:
    """Return a full context with a mark in place of each essential value, and what each mark stands for."""
    found: Context = dict(context)
    marks: dict[str, str] = {}

    def mark(name: str) -> str:
        token = f"⟦{len(marks)}⟧"
        marks[token] = name
        return token

    signature = found["signature"]
    assert isinstance(signature, dict)
    found["organization"], found["proposed"] = mark("organization"), mark("proposed")
    found["signature"] = {**signature, "name": mark("signature.name")}
    if found["total"]:
        found["total"] = mark("total")
    for name in _LISTS:
        found[name] = [mark(name)]
    rows = found["rows"]
    assert isinstance(rows, list)
    found["rows"] = [_row(row, mark) if isinstance(row, dict) else row for row in rows]
    return found, marks


def _row(row: Context, mark: Callable[[str], str]) -> Printable:
    """Mark the points of a row, and every level of one that is assessed by levels.

    Answers are left alone: a template may choose by them instead of printing them.
    """
    changed: Context = dict(row)
    if row["awarded"]:
        changed["awarded"] = mark("row.awarded")
    level = row["level"]
    if row["assessed_by"] == "level" and isinstance(level, dict):
        changed["level"] = {key: mark(f"row.level.{key}") for key in level}
    return changed
