"""JSON Schema (draft 2020-12) of submissions and of `form.toml`: an editor then completes and checks while typing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from baocao import figures
from baocao.forms.criteria import ORGANIZATION_LISTS, POPULATIONS, Criterion
from baocao.forms.model import Form
from baocao.submission import Mark, Submission
from baocao.text import points

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def form_schema() -> dict[str, Any]:
    """Return the schema of `form.toml` itself: titles and descriptions are Vietnamese."""
    schema = Form.model_json_schema()
    for definition in (schema, *schema["$defs"].values()):
        definition.pop("description", None)  # the docstring, which is for programmers
    return {"$schema": DIALECT, **schema, "title": "Mẫu bảng chấm điểm (form.toml)"}


def submission_schema(form: Form) -> dict[str, Any]:
    """Return the schema: titles and descriptions are Vietnamese, criteria and their highest points the form's."""
    schema = Submission.model_json_schema()
    for definition in (schema, *schema["$defs"].values()):
        definition.pop("description", None)  # the docstring, which is for programmers
    properties = schema["properties"]
    properties["form"] |= {"const": form.id}
    properties["year"] |= {"const": form.year}
    properties["scores"] = _scores(form, properties["scores"])
    _facts(form, schema["$defs"])
    kinds = {kind.key: kind.name for kind in form.kinds}
    schema["$defs"]["Organization"]["properties"]["kind"] |= _one_of(kinds)
    schema["$defs"]["Proposal"]["properties"]["rating"] |= _one_of(form.ladder.names)
    if form.step:
        schema["$defs"]["Deduction"]["properties"]["points"] |= {"multipleOf": float(form.step), "exclusiveMinimum": 0}
    return {"$schema": DIALECT, **schema, "title": f"Dữ liệu chấm điểm: {form.name}"}


def _one_of(names: Mapping[str, str]) -> dict[str, Any]:
    """Allow the keys of the form, told with their official names."""
    return {"enum": list(names), "description": "; ".join(f"{key}: {name}" for key, name in names.items())}


def _facts(form: Form, definitions: dict[str, Any]) -> None:
    """Narrow the facts to the ladders and figures of the form, and demand those that it asks of every kind."""
    facts = definitions["Facts"]["properties"]
    asked = [set(figures.asked(form, kind.key)) for kind in form.kinds]
    given_elsewhere = {*POPULATIONS, *ORGANIZATION_LISTS}  # null by default; or by the office's file
    definitions["Facts"]["required"] = [
        fact for fact in facts if all(fact in wanted for wanted in asked) and fact not in given_elsewhere
    ]
    for population in POPULATIONS:
        names = form.ladder_of(population).names
        count = definitions["Tally"]["additionalProperties"]
        tally = {**definitions["Tally"], "title": facts[population]["title"], "additionalProperties": False}
        tally["properties"] = {key: {**count, "title": name} for key, name in names.items()} | tally["properties"]
        tally["required"] = list(names)
        facts[population] = {"anyOf": [tally, {"type": "null"}], "default": None, "title": facts[population]["title"]}
    for listed in ORGANIZATION_LISTS:
        entry = {"$ref": "#/$defs/RatedOrganization"}
        rating = {"anyOf": [_one_of(form.ladder_of(listed).names), {"type": "null"}]}
        facts[listed]["anyOf"][0]["items"] = {"allOf": [entry], "properties": {"rating": rating}}
    facts["levels"] |= {"propertyNames": {"enum": list(form.level_items)}}
    definitions["StatedLevel"]["properties"]["level"] |= _one_of(form.level_ladder.names)
    counts = facts["figures"]["additionalProperties"]
    facts["figures"] |= {
        "properties": {figure.key: {**counts, "title": figure.name} for figure in form.figures},
        "additionalProperties": False,
    }
    definitions.pop("Tally")


def _scores(form: Form, properties: dict[str, Any]) -> dict[str, Any]:
    in_every_kind = [
        leaf.no
        for leaf in form.leaves
        if not leaf.banded and all(form.applies(leaf.no, kind.key) for kind in form.kinds)
    ]
    return {
        "type": "object",
        "title": properties["title"],
        "description": properties["description"],
        "properties": {leaf.no: _score(form, leaf) for leaf in form.leaves},
        "required": in_every_kind,
        "additionalProperties": False,
    }


def _score(form: Form, leaf: Criterion) -> dict[str, Any]:
    mark = _mark(form, leaf)
    others = {assessor.key: {"properties": mark, "title": assessor.name} for assessor in form.other_assessors}
    standard = f" (điểm chuẩn {points(leaf.standard)})" if leaf.standard is not None else ""
    return {
        "$ref": "#/$defs/Score",
        "title": f"{leaf.no}{standard}",
        "description": leaf.text,
        "properties": {**mark, "others": {"properties": others, "additionalProperties": False}},
    }


def _mark(form: Form, leaf: Criterion) -> dict[str, Any]:
    """Return what one assessor may give; the other keys of a mark are left empty."""
    allowed: dict[str, dict[str, Any]] = {key: {"type": "null"} for key in Mark.model_fields}
    if leaf.assessed_by == "level":
        allowed["level"] = {"enum": [*form.level_ladder.names, None]}
    elif leaf.assessed_by == "yes_no":
        allowed["met"] = {"type": ["boolean", "null"]}
    else:
        step = {"multipleOf": float(form.step)} if form.step else {}
        allowed["awarded"] = {"maximum": float(leaf.most), **step}
    return allowed
