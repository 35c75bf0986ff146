"""An office at work: a form confirmed, a register, papers of the authority; for tests of the register's commands."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baocao import records
from baocao.cli import run
from baocao.forms import Library
from baocao.register import Number, Register, Status, statuses
from tests.strategies import TEMPLATES

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Office:
    """A folder with everything that the commands about the register need."""

    folder: Path
    form: str
    """Identifier and year."""

    @property
    def year(self) -> str:
        return self.form.split("/")[1]

    @property
    def register(self) -> str:
        return str(self.folder / "register.sqlite")

    @property
    def templates(self) -> str:
        return str(self.folder / "templates")

    @property
    def inputs(self) -> Path:
        return self.folder / "inputs"

    def options(self, *, templates: bool = False) -> list[str]:
        own = ["--templates", self.templates] if templates else []
        return [*own, "-o", str(self.folder / "out"), "--by", "Nguyễn Thị Hoa", "--register", self.register]

    def run(self, *command: str) -> int:
        return run(list(command))

    def issue(self, *paths: Path) -> int:
        return self.run("issue", *map(str, paths or [self.inputs]), *self.options(templates=True))

    def known(self) -> dict[Number, Status]:
        """What stands of every number."""
        with Register.open(self.register, create=False) as register:
            return statuses(register.entries())

    def paper(self, number: str = "125-QĐ/HU", day: str | None = None) -> Path:
        """The decision of an authority, with head and signature of its paper."""
        path = self.folder / f"paper-{number.partition('-')[0]}.json"
        path.write_text(json.dumps(self.decision(number, day), ensure_ascii=False), encoding="utf-8")
        return path

    def decision(self, number: str = "125-QĐ/HU", day: str | None = None) -> dict[str, Any]:
        day = day or f"{int(self.year) + 1}-01-20"
        return {
            "decision": {"number": number, "date": day, "body": "Ban Thường vụ Huyện ủy Lộc An"},
            "issuer": {"superior": "TỈNH ỦY", "agency": "HUYỆN ỦY LỘC AN", "symbol": number},
            "signature": {
                "place": "Lộc An",
                "date": day,
                "authority": "T/M BAN THƯỜNG VỤ",
                "position": "BÍ THƯ",
                "name": "Trần Văn Nam",
            },
        }

    def decided_as_proposed(self) -> Path:
        """A decision that follows every proposal, whatever the quota says."""
        path = self.folder / "decision.json"
        ratings = [
            {"number": str(number), "rating": records.record_in(records.latest(status)).proposed}
            for number, status in self.known().items()
        ]
        raw = {**self.decision(), "ratings": ratings, "over_quota_reason": "cấp có thẩm quyền xem xét riêng"}
        path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
        return path

    def input_of(self, number: Number) -> Path:
        """The submission of a number."""
        return self.inputs / f"{records.record_in(self.known()[number].issued).organization}.json"

    def copy(self, to: Path) -> Office:
        """The same office elsewhere, to go on from the same state."""
        shutil.copytree(self.folder, to)
        return Office(to, self.form)


def open_office(folder: Path, form: str) -> Office:
    """An office with a confirmed form and its example submissions; nothing is issued yet."""
    office = Office(folder, form)
    name, year = form.split("/")
    shutil.copytree(ROOT / "inputs" / form, office.inputs)
    confirm = ["form", "confirm", name, year, "--by", "Ban Tổ chức", "--decision", "1-QĐ/BTC", "--on", f"{year}-11-20"]
    assert run([*confirm, "--yes", "--templates", str(TEMPLATES), "-o", office.templates]) == 0
    assert Library([Path(office.templates)]).get(form).form.confirmed
    return office
