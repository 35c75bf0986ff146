"""Three-valued logic: a statement is true, false or not known yet (`None`), after Kleene.

A condition is decided as soon as the known facts decide it, and stays open otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable


def every(statements: Iterable[bool | None]) -> bool | None:
    """False if one is false, else `None` if one is unknown, else true (also of none at all)."""
    found = set(statements)
    if False in found:
        return False
    return None if None in found else True


def some(statements: Iterable[bool | None]) -> bool | None:
    """True if one is true, else `None` if one is unknown, else false (also of none at all)."""
    found = set(statements)
    if True in found:
        return True
    return None if None in found else False


def at_least(count: int, statements: Iterable[bool | None]) -> bool | None:
    """Whether `count` or more of the statements are true."""
    known = list(statements)
    if known.count(True) >= count:
        return True
    return None if known.count(True) + known.count(None) >= count else False


def all_among(found: Collection[str | None], wanted: frozenset[str]) -> bool | None:
    """Whether all that was found is wanted; what is not known yet (`None`) may be."""
    if wanted.issuperset(found):
        return True
    return None if None in found and wanted.issuperset({*found} - _NOT_KNOWN) else False


def some_among(found: Collection[str | None], wanted: frozenset[str]) -> bool | None:
    """Whether some of what was found is wanted; what is not known yet (`None`) may be."""
    return not wanted.isdisjoint(found) or (None if None in found else False)


_NOT_KNOWN = {None}
