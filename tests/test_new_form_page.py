"""The walk of docs/new-form.md and the recipes of docs/form-recipes.md, done as they say: all that they quote is real.

An HTML comment before a fenced block says what the block is:

- `walk: run` – lines that begin with `baocao` are commands, which end well (`walk: run 1`: with that exit code); those
  after them were printed
- `walk: edit FILE` – lines with `-` are what a file of the form says, those with `+` what it says then, others stay;
  `-…` stands for whatever lies between, `…` alone ends one place; `edit-all` changes every place
- `walk: append FILE` – what is added at the end
- `walk: slip FILE: TEXT` – what TEXT is mistyped as, and after a blank line what `form check` says; then undone
- `walk: word` – the table restyled; `walk: fill` – what the clerk types into the submission, full marks elsewhere
- `walk: recipe` – an edit of form.toml as it was before the first of them, which makes a sound form, or
  (`walk: recipe: TEXT`) one of which `form check` says TEXT
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from baocao.cli import run
from baocao.forms import Library
from baocao.rendering import package

PAGES = [Path(__file__).parents[1] / "docs" / name for name in ("new-form.md", "form-recipes.md")]
KEY = "hoi-quan-chung/2022"
SUBMISSION = Path("thang12") / "hoi-ctd-loc-an.json"
WORD = "word/document.xml"
CHECK = f"baocao form check {KEY.replace('/', ' ')}"
MARK = re.compile(r"<!-- walk: (?P<what>.+?) -->(?:\n(?P<indent> *)```\w*\n(?P<block>.*?)\n? *```)?", re.DOTALL)


@dataclass(frozen=True)
class Step:
    what: str
    block: str


def steps() -> Iterator[Step]:
    for found in MARK.finditer("".join(page.read_text(encoding="utf-8") for page in PAGES)):
        indent, block = found["indent"] or "", found["block"] or ""
        yield Step(found["what"], "\n".join(line.removeprefix(indent) for line in block.split("\n")))


class Walk:
    """The clerk's folder and what was said last."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.form = folder / "templates" / KEY
        self._capsys = capsys
        self._before_recipes: str | None = None

    def take(self, step: Step) -> None:
        word = re.split(r"[: ]", step.what, maxsplit=1)[0]
        rest = step.what.removeprefix(word).lstrip(": ")
        getattr(self, f"_{word.replace('-', '_')}")(rest, step.block)

    def _run(self, code: str, block: str) -> None:
        said: list[str] = []
        for line in filter(None, map(str.strip, block.split("\n"))):
            if line.startswith("baocao "):
                said = self._call(line, int(code or 0))
            else:
                assert line in said, f"not said: {line}\nsaid:\n" + "\n".join(said)

    def _call(self, command: str, code: int) -> list[str]:
        self._capsys.readouterr()
        found = run(shlex.split(command)[1:])
        said = "".join(self._capsys.readouterr()).replace("\\", "/")
        assert found == code, f"{command}\n{said}"
        return [line.strip() for line in said.splitlines()]

    def _edit(self, file: str, block: str) -> None:
        for place in re.split(r"^…$\n", block, flags=re.MULTILINE):
            self._edit_place(file, place, most=1)

    def _edit_all(self, file: str, block: str) -> None:
        for place in re.split(r"^…$\n", block, flags=re.MULTILINE):
            self._edit_place(file, place, most=0)

    def _edit_place(self, file: str, place: str, most: int) -> None:
        lines = [(line[:1], line[1:]) for line in place.rstrip("\n").split("\n")]
        old = "\n".join("\0" if (sign, line) == ("-", "…") else line for sign, line in lines if sign != "+")
        new = "\n".join(line for sign, line in lines if sign != "-")
        wanted = re.compile(re.escape(old).replace("\0", "(?s:.*?)"))
        path = self.form / file
        text = path.read_text(encoding="utf-8")
        times = len(wanted.findall(text))
        assert times, f"{file} does not say:\n{old}"
        if times > 1 and most:  # what the clerk finds first must be what is meant: keys stand at the start of a line
            wanted = re.compile(rf"^{wanted.pattern}$", re.MULTILINE)
            assert len(wanted.findall(text)) == 1, f"{file} says {times} times:\n{old}"
        path.write_text(wanted.sub(lambda _: new, text, count=most), encoding="utf-8")

    def _append(self, file: str, block: str) -> None:
        path = self.form / file
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{block}\n", encoding="utf-8")

    def _slip(self, rest: str, block: str) -> None:
        file, _, right = rest.partition(": ")
        wrong, _, said = block.partition("\n\n")
        path = self.form / file
        kept = path.read_bytes()
        if path.suffix == ".docx":  # a tag on two lines is one in two paragraphs
            self._in_word(right, wrong.replace("\n", "</w:t></w:r></w:p><w:p><w:r><w:t>"), most=1)
        else:
            text = kept.decode()
            assert text.count(right) == 1, f"{file} says {text.count(right)} times: {right}"
            path.write_text(text.replace(right, wrong), encoding="utf-8")
        self._run("1", f"{CHECK}\n{said}")
        path.write_bytes(kept)

    def _in_word(self, old: str, new: str, most: int = -1) -> None:
        path = self.form / "scoresheet.docx"
        parts = package.unpack(path.read_bytes())
        text = parts[WORD].decode()
        assert old in text, f"the Word file does not say {old}"
        path.write_bytes(package.pack({**parts, WORD: text.replace(old, new, most).encode()}))

    def _word(self, _: str, __: str) -> None:
        for old, new in WIDER:
            self._in_word(old, new)
        self._run("", f"{CHECK}\n{KEY}: hợp lệ")

    def _fill(self, _: str, block: str) -> None:
        raw = json.loads(SUBMISSION.read_text(encoding="utf-8"))
        form = Library([Path("templates")]).get(KEY).form
        raw["scores"] = {leaf.no: {"awarded": float(leaf.standard or 0)} for leaf in form.leaves if not leaf.banded}
        merge(raw, json.loads("{" + block + "}"))
        SUBMISSION.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")

    def _recipe(self, said: str, block: str) -> None:
        path = self.form / "form.toml"
        if self._before_recipes is None:
            self._before_recipes = path.read_text(encoding="utf-8")
        path.write_text(self._before_recipes, encoding="utf-8")
        self._edit("form.toml", block)
        self._run("1" if said else "", f"{CHECK}\n{said or f'{KEY}: hợp lệ'}")


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


WIDER = tuple(
    (f'<w:{tag} w:w="{old}"/>', f'<w:{tag} w:w="{new}"/>')
    for tag in ("gridCol", 'tcW w:type="dxa"')
    for old, new in (("6293", "5783"), ("1191", "1446"))
)
"""The columns of points of table 2 made wider, that of the criteria narrower."""


@pytest.mark.slow
def test_the_pages_own_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    walk = Walk(tmp_path, capsys)
    taken = list(steps())
    for step in taken:
        walk.take(step)
    assert sum(step.what.startswith("slip") for step in taken) >= 6
