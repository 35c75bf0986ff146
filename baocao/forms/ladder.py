"""Ladders: ratings or performance levels in their order, best first, each with a key and an official name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from baocao.forms.values import Frozen, Key, Line


class Rung(Frozen):
    """One step of a ladder."""

    key: Key = Field(title="Khóa", description="Chữ thường không dấu, chữ số và dấu gạch dưới; dùng trong dữ liệu.")
    name: Line = Field(title="Tên chính thức")


@dataclass(frozen=True)
class Ladder:
    """Keys and official names, best first."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, rungs: Iterable[Rung]) -> Ladder:
        """Return the ladder of some rungs, best first."""
        return cls({rung.key: rung.name for rung in rungs})

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys, best first."""
        return tuple(self.names)

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {key: rank for rank, key in enumerate(self.names)}

    @property
    def best(self) -> str:
        """The key of the highest rung."""
        return self.keys[0]

    @property
    def lowest(self) -> str:
        """The key of the lowest rung."""
        return self.keys[-1]

    def rank(self, key: str) -> int:
        """Return how far a key is from the best one, 0 for the best itself."""
        return self._ranks[key]

    def at_least(self, key: str | None, floor: str) -> bool | None:
        """Whether `key` is `floor` or better; `None` when it is not known yet."""
        return None if key is None else self.rank(key) <= self.rank(floor)

    def exactly(self, key: str | None, wanted: str) -> bool | None:
        """Whether `key` is the wanted one; `None` when it is not known yet."""
        return None if key is None else key == wanted

    def up_to(self, floor: str) -> tuple[str, ...]:
        """Return the keys from the best one down to `floor`."""
        return self.keys[: self.rank(floor) + 1]
