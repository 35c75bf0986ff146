"""A loaded form as plain values, and back: what is kept between processes, so that it need not be checked again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from baocao.forms.model import Form
from baocao.forms.values import Frozen
from baocao.phrases import Phrasebook


def plain(form: Form, phrases: Phrasebook) -> tuple[object, ...]:
    """Return a sound form and its phrases as values that `kept` takes."""
    return _plain(form), form.digest, dict(phrases.names), dict(phrases.sources), dict(phrases.codes)


def revived(value: Any) -> tuple[Form, Phrasebook]:
    """Return what `plain` was given: equal, and not validated again."""
    about, digest, names, sources, codes = value
    form = _revived(about, {model.__name__: model for model in _models(Frozen)})
    vars(form)["digest"] = digest  # the cached property, which reads the whole form
    return form, Phrasebook(names, sources, codes)


def _models(base: type[Frozen]) -> list[type[Frozen]]:
    """Return the tables of a form, and nothing else: only these come back to life."""
    return [
        model
        for inner in base.__subclasses__()
        for model in (inner, *_models(inner))
        if model.__module__.startswith("baocao.forms.")
    ]


def _plain(value: object) -> object:
    """Return a value of a form as `marshal` takes it: what it would not take becomes a list with its kind first."""
    match value:
        case Frozen():
            fields = {name: _plain(getattr(value, name)) for name in type(value).model_fields}
            return [type(value).__name__, fields, frozenset(value.model_fields_set)]
        case Decimal() | date():
            return [type(value).__name__, str(value)]
        case tuple():
            return tuple(map(_plain, value))
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case None | bool() | int() | str():
            return value
    raise TypeError(type(value).__name__)  # a kind of value that forms did not have before


def _revived(value: Any, models: dict[str, type[Frozen]]) -> Any:
    if type(value) is tuple:
        return tuple([_revived(part, models) for part in value])
    if type(value) is dict:
        return {key: _revived(part, models) for key, part in value.items()}
    if type(value) is not list:
        return value
    match value:
        case ["Decimal", number]:
            return Decimal(number)
        case ["date", day]:
            return date.fromisoformat(day)
    model, fields, known = value
    parts = {name: _revived(part, models) for name, part in fields.items()}
    return models[model].model_construct(set(known), **parts)
