"""JSON Schema (draft 2020-12) of the submissions of one form, so that an editor completes and checks while typing."""

from __future__ import annotations

from typing import Any

from baocao.forms.model import Form
from baocao.submission import Submission
from baocao.text import points

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def submission_schema(form: Form) -> dict[str, Any]:
    """Return the schema: titles and descriptions are Vietnamese, criteria and their highest points the form's."""
    schema = Submission.model_json_schema()
    for definition in (schema, *schema["$defs"].values()):
        definition.pop("description", None)  # the docstring, which is for programmers
    properties = schema["properties"]
    properties["form"] |= {"const": form.id}
    properties["year"] |= {"const": form.year}
    properties["scores"] = _scores(form, properties["scores"])
    schema["$defs"]["Facts"]["properties"]["levels"] |= {"propertyNames": {"enum": list(form.level_items)}}
    schema["$defs"]["Deduction"]["properties"]["points"] |= {"multipleOf": float(form.step), "exclusiveMinimum": 0}
    return {"$schema": DIALECT, **schema, "title": f"Dữ liệu chấm điểm: {form.name}"}


def _scores(form: Form, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": properties["title"],
        "description": properties["description"],
        "properties": {
            leaf.no: {
                "$ref": "#/$defs/Score",
                "title": f"{leaf.no} (điểm chuẩn {points(leaf.standard)})",
                "description": leaf.text,
                "properties": {"awarded": {"maximum": float(leaf.standard), "multipleOf": float(form.step)}},
            }
            for leaf in form.leaves
        },
        "required": [leaf.no for leaf in form.leaves if not leaf.banded],
        "additionalProperties": False,
    }
