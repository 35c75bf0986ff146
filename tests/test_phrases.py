"""Phrases as Python functions, against Jinja: the same sentence, or an error in both."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from baocao.errors import DataError
from baocao.forms import Library
from baocao.forms.catalogue import catalogue
from baocao.phrase_code import FILTERS, function_of, printed
from baocao.phrase_reading import load
from baocao.phrase_source import never_fails, source_of
from baocao.phrases import Parts
from tests.strategies import FOLDER

TEMPLATES = Path(__file__).parents[1] / "templates"
ORACLE = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=printed, autoescape=False)
ORACLE.filters = dict(FILTERS)

_LIBRARY = Library([TEMPLATES])
_FORMS = [_LIBRARY.get(key) for key in _LIBRARY.available()]
SHIPPED = {
    (source, tuple(sorted(catalogue(folder.form)[key].items()))) for folder in _FORMS
    for key, source in folder.phrases.sources.items()
}  # fmt: skip
"""Every phrase of the shipped forms, with the facts that it may use."""

_single = st.one_of(
    st.text("aá. {}%<", max_size=6),
    st.integers(0, 1_000_000),
    st.decimals(0, 1000, places=2),
    st.fractions(0, 1),
)


def _fact(parts: Parts) -> st.SearchStrategy[Any]:
    if parts is None:
        return _single
    one = _single if parts == () else st.fixed_dictionaries(dict.fromkeys(parts, _single))
    return st.lists(one, max_size=3).map(tuple)


def jinjas(source: str, facts: Mapping[str, Any]) -> str | None:
    """What Jinja says; `None` where it cannot."""
    try:
        return ORACLE.from_string(source).render(facts)
    except (TemplateError, TypeError, ArithmeticError):
        return None


def ours(source: str, facts: Mapping[str, Any]) -> str | None:
    try:
        return "".join(function_of(source_of(ORACLE.parse(source))[0])(facts))
    except (KeyError, TypeError, ArithmeticError):
        return None


@given(st.data())
def test_a_shipped_phrase_says_what_jinja_says(data: st.DataObject) -> None:
    source, names = data.draw(st.sampled_from(sorted(SHIPPED, key=str)))
    facts = {name: data.draw(_fact(parts), name) for name, parts in names}
    assert ours(source, facts) == jinjas(source, facts)


def test_every_shipped_phrase_names_the_facts_that_jinja_finds_in_it() -> None:
    assert len(SHIPPED) > 100
    for source, _ in SHIPPED:
        tree = ORACLE.parse(source)
        assert source_of(tree)[1] == find_undeclared_variables(tree), source


# --- phrases made for the purpose ------------------------------------------------------------------------------

FACTS: Mapping[str, Parts] = {"no": None, "total": None, "names": (), "parts": ("points", "reason")}
_expressions = st.sampled_from(
    [
        "no", "total", "names", "parts", "names | length > 1", "no == total", "total < 2", "no != 'x'",
        "not parts", "no and total", "not (no or names)", "item.reason", "loop.first", "loop.last",
        "(no == total) == no",
    ]
)  # fmt: skip
_printed = st.sampled_from(
    [
        "{{ no }}", "{{ total | plain }}", "{{ no | sentence_case }}", "{{ names | listing }}", "{{ parts | length }}",
        "{{ item.points }}", "{{ item.reason | sentence_case }}", "{{ loop.last }}", " lời\n ", "“ ”", "",
        "{%- if no %}a{% endif -%}", "{# lời #}",
    ]
)  # fmt: skip


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    choice = st.tuples(_expressions, inner, _expressions, inner, inner)
    return st.one_of(
        st.lists(inner, max_size=3).map("".join),
        choice.map(lambda made: "{{% if {} %}}{}{{% elif {} %}}{}{{% else %}}{}{{% endif %}}".format(*made)),
        inner.map(lambda made: f"{{% for item in parts %}}{made}{{% endfor %}}"),
        st.tuples(inner, inner).map(
            lambda made: "{{% for no in parts %}}{}{{% else %}}{}{{% endfor %}}".format(*made),
        ),
    )


@given(source=st.recursive(_printed, _nested, max_leaves=8), facts=st.fixed_dictionaries(
    {name: _fact(parts) for name, parts in FACTS.items()}
))  # fmt: skip
def test_whatever_a_phrase_may_say_is_said_as_jinja_says_it(source: str, facts: dict[str, Any]) -> None:
    try:
        book = load(f"phrase = '''{source}'''".encode(), {"phrase": FACTS}, ["phrase"])
    except DataError:
        assume(False)
    said = jinjas(source, facts)
    if said is None:
        with pytest.raises(DataError):
            book.say("phrase", facts)
    else:
        sentence = book.say("phrase", facts)
        assert sentence.text == " ".join(said.split())
        assert set(sentence.facts) == find_undeclared_variables(ORACLE.parse(source)) & facts.keys()


@pytest.mark.parametrize(
    "source",
    [
        "{% for loop in parts %}{{ loop.reason }}{% endfor %}",
        "{% if total > 1e999 %}a{% endif %}",
        "{% if no %}" * 150 + "a" + "{% endif %}" * 150,
        "{% if " + "(" * 20 + "no" + " == total)" * 20 + " %}a{% endif %}",
    ],
)
def test_what_python_could_not_be_written_for_is_a_fault_of_the_phrase(source: str) -> None:
    with pytest.raises(DataError, match="không được phép"):
        load(f'phrase = "{source}"'.encode(), {"phrase": FACTS}, ["phrase"])


def test_a_choice_of_two_hundred_cases_is_a_phrase() -> None:
    source = "{% if no == 'a' %}b" + "{% elif no == 'c' %}d" * 180 + "{% endif %}"
    book = load(f'phrase = "{source}"'.encode(), {"phrase": FACTS}, ["phrase"])
    assert book.say("phrase", {"no": "c"}).text == "d"


@pytest.mark.parametrize(
    ("source", "facts", "why"),
    [
        ("{{ no }}", {}, "'no' is undefined"),
        ("{% if no > total %}a{% endif %}", {"no": "a", "total": Decimal(1)}, "not supported between"),
        ("{% if total < no %}a{% endif %}", {"no": "a", "total": Fraction(1)}, "not supported between"),
    ],
)
def test_facts_that_a_phrase_cannot_be_said_of_are_told(source: str, facts: dict[str, Any], why: str) -> None:
    book = load(f'phrase = "{source}"'.encode(), {"phrase": FACTS}, ["phrase"])
    with pytest.raises(DataError, match=why):
        book.say("phrase", facts)


def test_a_text_is_written_as_it_stands_where_a_count_was_meant() -> None:
    book = load(b'phrase = "{{ no | plain }}, {{ total | sentence_case }}"', {"phrase": FACTS}, ["phrase"])
    assert book.say("phrase", {"no": "Hội", "total": 5}).text == "Hội, 05"


@given(source=st.recursive(_printed, _nested, max_leaves=6), facts=st.fixed_dictionaries(
    {name: _fact(parts) for name, parts in FACTS.items()}
))  # fmt: skip
def test_a_phrase_that_never_fails_says_something_of_any_facts(source: str, facts: dict[str, Any]) -> None:
    try:
        load(f"phrase = '''{source}'''".encode(), {"phrase": FACTS}, ["phrase"])
    except DataError:
        assume(False)
    if never_fails(ORACLE.parse(source)) and find_undeclared_variables(ORACLE.parse(source)) <= facts.keys():
        assert ours(source, facts) is not None


@pytest.mark.parametrize(
    ("source", "sure"),
    [
        ("{{ total | plain }}{% if no == total %}a{% endif %}", True),
        ("{% if parts | length > 1 and no %}a{% endif %}", True),
        ("{% if total < 1 %}a{% endif %}", False),
        ("{% if parts | length > total %}a{% endif %}", False),
    ],
)
def test_a_phrase_fails_only_where_it_asks_what_is_more(source: str, sure: bool) -> None:
    assert never_fails(ORACLE.parse(source)) is sure


@pytest.mark.parametrize(
    "source", [r'"lời" \n \\ \N{DASH} {{ no }}\'"', "a } b { c {{ no }}", "\t\u2003\x7f{{ no }}\x0b", "{{ no }}}"]
)
def test_no_character_of_a_phrase_means_anything_in_python(source: str) -> None:
    facts = {"no": "{no} \\"}
    said = ours(source, facts)
    assert said is not None
    assert said == jinjas(source, facts)


def test_white_space_of_the_phrase_and_spaces_of_its_facts_are_folded() -> None:
    book = load("phrase = ' a\u2003 {{ no }}\u00a0{{ total }} '".encode(), {"phrase": FACTS}, ["phrase"])
    assert book.say("phrase", {"no": "b", "total": "c"}).text == "a b c"
    assert book.say("phrase", {"no": "", "total": " c  d "}).text == "a c d"
    assert book.say("phrase", {"no": "", "total": ""}).text == "a"


def test_a_phrase_tells_whether_it_asks_for_a_fact() -> None:
    book = load(b"phrase = '{{ no }}{% if total %}a{% endif %}'", {"phrase": FACTS}, ["phrase"])
    assert book.asks("phrase", "names", "total")
    assert not book.asks("phrase", "names", "parts")


def test_a_phrase_of_the_form_is_known_by_its_key() -> None:
    assert FOLDER.phrases.say("findings.unknown", {}).text == "chưa biết"
