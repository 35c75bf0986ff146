"""Whatever a form's files hold: they work, or each fault is told in words a form's author reads; never a traceback.

The short run is part of the normal tests; thousands of mutations: `pytest -m soak tests/test_form_mutations.py`.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import time
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from baocao import pipeline, sample, trial
from baocao.errors import DataError, Problem
from baocao.exact_toml import parse_toml
from baocao.forms import Library, load_folder
from baocao.rendering import package
from baocao.submission import Submission
from tests.strategies import TEMPLATES
from tests.test_fuzz import HOSTILE_BYTES, HOSTILE_NAMES, Path_, at, places

FORMS = Library([TEMPLATES]).available()
FORM_FILE, PHRASES, WORD = "form.toml", "phrases.toml", "*.docx"
BODY = "word/document.xml"
SHORT = settings(max_examples=max(4, 20 // len(FORMS)))
SLOWEST = 10
"""Seconds of processor time that no mutation may take; the shipped forms take a third of one."""

ENGLISH = re.compile(
    r"\b(should|must|invalid|expected|unexpected|missing|encountered|unable|undefined|has no|is not|cannot|object"
    r"|the|end of|got|No filter|at line|column|Invalid|Cannot|Unclosed|Illegal|Input|Expected|tag name|attribute"
    r"|supported|instances|NoneType|Decimal|Fraction|Traceback|Error|TemplateData|Getattr|Getitem|CondExpr"
    r"|TypeError|jinja|pydantic|xmlns|namespace|parse|parser)\b",
)

HOSTILE_TEXTS = (
    *HOSTILE_NAMES, "", " ", "x" * 5000, "k" * 10_000, "\u202e", "\ufeff", "a\u0301", "\x7f", "\x00", "Tên  đôi",
    "{{ total", "{% if x %}", "{% endfor %}", "{{ total / 0 }}", "{{ loop }}", "{% for a in a %}{% endfor %}",
    "{{ total | listing }}", "{% if total < 'a' %}{% endif %}", "{% if items %}{{ items.x }}{% endif %}", "I.1",
    "V", "II.3", "1.1", "members", "good", "excellent", "points", "level", "yes_no", "bonus", "penalty", "all",
)  # fmt: skip
HOSTILE_VALUES: tuple[Any, ...] = (
    True, False, 0, -1, 1, 2, 12, 13, 99, 100, 101, 10**6, 10**29, 10**5000, -(10**40), Decimal("0.1"),
    Decimal("1e-29"), Decimal("1e29"), Decimal("1e999999"), Decimal("NaN"), Decimal("Infinity"), Decimal("-0.0"),
    [], {}, [[]], [{}], {"x": {"y": 1}}, [1, "x"], {"kind": "points", "at_least": 1}, *HOSTILE_TEXTS,
)  # fmt: skip


# --- TOML ------------------------------------------------------------------------------------------------------


def written(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{written(str(key))} = {written(part)}' for key, part in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value) if value > 10**4000 else str(value)
    if isinstance(value, Decimal):
        number = str(value)
        return {"NaN": "nan", "Infinity": "inf"}.get(number, number if re.search(r"[.E]", number) else f"{number}.0")
    return json.dumps(value, ensure_ascii=False, default=str)


def as_toml(tree: dict[str, Any]) -> bytes:
    text = "".join(f"{written(key)} = {written(value)}\n" for key, value in tree.items())
    return text.encode("utf-8", "surrogatepass")


def dropped(rng: random.Random, tree: Any, path: Path_) -> None:
    del at(tree, path[:-1])[path[-1]]


def duplicated(rng: random.Random, tree: Any, path: Path_) -> None:
    holder, step = at(tree, path[:-1]), path[-1]
    if isinstance(holder, list):
        holder.insert(rng.randrange(len(holder) + 1), deepcopy(holder[int(step)]))
    else:
        holder[f"{step}_2"] = deepcopy(holder[step])


def swapped(rng: random.Random, tree: Any, path: Path_) -> None:
    """Swap two values of the same sort, as a slip of the hand does."""
    value = at(tree, path)
    same = [other for other in places(tree) if type(at(tree, other)) is type(value) and other[: len(path)] != path]
    other = rng.choice([found for found in same if path[: len(found)] != found] or [path])
    at(tree, path[:-1])[path[-1]], at(tree, other[:-1])[other[-1]] = deepcopy(at(tree, other)), deepcopy(value)


def retyped(rng: random.Random, tree: Any, path: Path_) -> None:
    value = at(tree, path)
    at(tree, path[:-1])[path[-1]] = rng.choice([[value], {"value": value}, str(value), True, 0, Decimal("0.0")])


def renumbered(rng: random.Random, tree: Any, path: Path_) -> None:
    numbers = [found for found in places(tree) if isinstance(at(tree, found), int | Decimal)]
    for found in [rng.choice(numbers)] if numbers else []:
        value = at(tree, found)
        changed = [value + 1, value - 1, value * 2, 0, 1, 2, 5, 100, 101, 10**7, Decimal("0.25"), Decimal("33.5")]
        at(tree, found[:-1])[found[-1]] = rng.choice(changed)


def renamed(rng: random.Random, tree: Any, path: Path_) -> None:
    holder, step = at(tree, path[:-1]), str(path[-1])
    if isinstance(holder, dict):
        others = [step.upper(), step[:-1], f"{step}s", "", "\u200b", "k" * 10_000, "at_least", "of", "kind", "x.y"]
        holder[rng.choice(others)] = holder.pop(path[-1])


def replaced(rng: random.Random, tree: Any, path: Path_) -> None:
    at(tree, path[:-1])[path[-1]] = deepcopy(rng.choice(HOSTILE_VALUES))


def borrowed(rng: random.Random, tree: Any, path: Path_) -> None:
    """Put a text that stands elsewhere in the file: a key of another ladder, the number of another row."""
    texts = [at(tree, found) for found in places(tree) if isinstance(at(tree, found), str)]
    if isinstance(at(tree, path), str) and texts:
        at(tree, path[:-1])[path[-1]] = rng.choice([text for text in texts if len(text) < 30] or texts)


def deepened(rng: random.Random, tree: Any, path: Path_) -> None:
    value = at(tree, path)
    for _ in range(rng.choice([2, 30])):
        value = [value] if rng.random() < 0.5 else {"x": value}
    at(tree, path[:-1])[path[-1]] = value


Change = Callable[[random.Random, Any, Path_], None]
CHANGES: tuple[Change, ...] = (
    dropped, duplicated, swapped, retyped, renumbered, renamed, replaced, borrowed, borrowed, deepened,
)  # fmt: skip


@cache
def parsed(path: Path) -> dict[str, Any]:
    return parse_toml(path.read_bytes())


def changed_toml(rng: random.Random, path: Path) -> bytes:
    """A TOML file after one to three changes of its tree."""
    tree = deepcopy(parsed(path))
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        found = list(places(tree))
        if found:
            top = rng.choice([step for step in found if len(step) <= 2])
            rng.choice(CHANGES)(rng, tree, rng.choice([top, rng.choice(found), rng.choice(found)]))
    return as_toml(tree)


TOML_BYTES = (
    *HOSTILE_BYTES, b"=", b"'", b'"""', b"'''", b"[[", b"]]", b"[a.b]\n", b"#", b"\\x", b"\\ud800", b"inf", b"0x",
    b"1979-13-45", b"2021-02-30", b"1_0", b"+-", b"a.b.c = 1\n", b"\x7f", b"{a = 1, a = 2}", b"= 1\n",
    b"x = " + b"[" * 1500, b"{x=" * 1500,
)  # fmt: skip


def scrambled(rng: random.Random, content: bytes) -> bytes:
    """The bytes of a file after a few are cut, inserted or flipped."""
    for _ in range(rng.randint(1, 3)):
        start = rng.randrange(len(content) + 1)
        end = min(len(content), start + rng.choice([0, 1, 1, 5, 200, 5000]))
        flipped = bytes(byte ^ 1 << rng.randrange(8) for byte in content[start:end][:2])
        content = content[:start] + rng.choice((*TOML_BYTES, b"", b"", flipped)) + content[end:]
    return content


# --- Word ------------------------------------------------------------------------------------------------------

TORN_TEXTS = (
    "{{", "}}", "{%", "%}", "{#", "#}", "{{ }}", "{% %}", "{{ title }}", "{{ row.no }}", "{%tr endfor %}",
    "{%p endif %}",
    "{%r if title %}", "{% raw %}", "{%tc if x %}", "{{r title }}", "{{ “title” }}", "{ {title} }", "{% endraw %}",
    "{%vm%}", "{%hm%}", "{%cellbg x %}", "{%colspan 2%}", "{% for x in rows %}", "{%tr for r in rows %}",
    "{{\xa0title }}",
    "{{ title\u00ad }}", "{_{", "{{-", "-%}", "{%-", "{{ title.x.y }}", "{% set x = 1 %}", "{% for a, b in rows %}",
    "{{ rows }}", "{{ 'a' }}", "{{ 1 }}", "{{ loop.index }}", "{% if %}", "{{ not }}", "{% elif title %}",
    "{{ (title }}",
)  # fmt: skip


def nodes_of(root: Any, *names: str) -> list[Any]:
    return [node for name in names for node in root.iter(qn(name))]


def change_word(rng: random.Random, root: Any) -> None:
    kind = rng.choice([("w:r",), ("w:p",), ("w:tr",), ("w:tc",), ("w:t",), ("w:t",), ("w:t",), ("w:tbl",), ("w:pPr",)])
    found = [node for node in nodes_of(root, *kind) if node.getparent() is not None]
    if not found:
        return
    node = rng.choice(found)
    if kind == ("w:t",) and rng.random() < 0.7:
        text = node.text or ""
        at_ = rng.randrange(len(text) + 1)
        end = min(len(text), at_ + rng.choice([0, 0, 1, 2, 5]))
        node.text = text[:at_] + rng.choice(("", "", *TORN_TEXTS)) + text[end:]
        return
    move = rng.choice(["drop", "copy", "move"])
    other = rng.choice([target for target in found if node not in target.iterancestors()] or [node])
    if move == "copy" or other is node:
        node.addnext(deepcopy(node))
    elif move == "drop":
        node.getparent().remove(node)
    else:
        other.addnext(node)


@cache
def unpacked(path: Path) -> package.Parts:
    return package.unpack(path.read_bytes())


def changed_word(rng: random.Random, path: Path) -> bytes:
    parts = unpacked(path)
    root = etree.fromstring(parts[BODY])
    for _ in range(rng.choice([1, 1, 2, 4])):
        change_word(rng, root)
    return package.pack({**parts, BODY: etree.tostring(root)})


def scrambled_word(rng: random.Random, path: Path) -> bytes:
    """A docx whose zip, or one of whose XML parts, is damaged."""
    parts = unpacked(path)
    if rng.random() < 0.3:
        return scrambled(rng, path.read_bytes())
    name = rng.choice([BODY, BODY, *(part for part in parts if part.endswith((".xml", ".rels")))])
    return package.pack({**parts, name: scrambled(rng, parts[name])})


# --- what must hold --------------------------------------------------------------------------------------------


def told(problem: Problem, path: Path) -> None:
    """A problem says in Vietnamese what is wrong and how to mend it, in a file of the form."""
    assert problem.message, problem
    assert problem.fix, problem
    assert Path(problem.source).parent == path, problem
    assert len(problem.where) < 500, problem
    for said in (problem.message, problem.fix):
        unquoted = re.sub(
            r"“[^”]*”|\"(\\.|[^\"\\])*(\"|…)|\[\"[^]]*\]|…[^…]*…$|Các (giá trị|tên|khóa|câu) .*", "", said
        )
        assert not ENGLISH.search(unquoted), problem
        assert len(said) < 5000, problem


def tried(path: Path) -> str:
    """What becomes of a form's folder: `works`, or which step refused it in words."""
    try:
        folder = load_folder(path)
    except DataError as error:
        found, step = error.problems, "load"
    else:
        found, step = (), "works"
        for what, act in (("judge", judge_samples), ("check", trial.check_form)):
            try:
                act(folder)
            except DataError as error:
                found, step = (*found, *(problem.inside(str(path / PHRASES)) for problem in error.problems)), what
    for problem in found:
        told(problem, path)
    assert found or step == "works"
    return step


def judge_samples(folder: Any) -> None:
    pipeline.judge(folder, Submission.model_validate(sample.nothing(folder.form)))
    for kind in folder.form.kinds:
        pipeline.judge(folder, Submission.model_validate(sample.full(folder.form, kind.key)))


MUTATIONS: dict[str, tuple[str, Callable[[random.Random, Path], bytes]]] = {
    "form": (FORM_FILE, changed_toml),
    "phrases": (PHRASES, changed_toml),
    "form bytes": (FORM_FILE, lambda rng, path: scrambled(rng, path.read_bytes())),
    "phrases bytes": (PHRASES, lambda rng, path: scrambled(rng, path.read_bytes())),
    "word": (WORD, changed_word),
    "word bytes": (WORD, scrambled_word),
}


def mutate(key: str, mutation: str, rng: random.Random) -> str:
    """Try a shipped form with one of its files changed."""
    file, change = MUTATIONS[mutation]
    with TemporaryDirectory() as library:
        path = Path(library) / key
        shutil.copytree(TEMPLATES / key, path)
        file = rng.choice(sorted(word.name for word in path.glob("*.docx"))) if file == WORD else file
        (path / file).write_bytes(change(rng, TEMPLATES / key / file))
        start = time.process_time()
        step = tried(path)
        assert time.process_time() - start < SLOWEST
    return step


@pytest.mark.parametrize("key", FORMS)
def test_a_form_survives_being_written_anew(key: str) -> None:
    for file in (FORM_FILE, PHRASES):
        tree = parsed(TEMPLATES / key / file)
        assert parse_toml(as_toml(tree)) == tree


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("key", FORMS)
def test_a_changed_form_works_or_is_refused_in_words(key: str, mutation: str) -> None:
    @SHORT
    @given(st.randoms(use_true_random=False))
    def changed(rng: random.Random) -> None:
        mutate(key, mutation, rng)

    changed()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(0, 1000, 100))
@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("key", FORMS)
def test_thousands_of_changed_forms(key: str, mutation: str, seed: int) -> None:
    for number in range(seed, seed + 100):
        mutate(key, mutation, random.Random(number))
