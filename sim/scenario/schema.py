"""JSON Schema of a scenario file, for completion and checks in editors.

The schema describes the file as written: the base strategy's sections at the top level, each of
which may be incomplete because overlays complete it; overlays whose keys may all be left out, or be
null to delete; and files that extend another and need say only what differs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.answering import Answering
from sim.scenario.complaints import Complaints
from sim.scenario.consent import Consent
from sim.scenario.dialing import Amd
from sim.scenario.preset import KEY, MEANING, presets_of
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import Strategy
from sim.scenario.votes import Votes
from sim.scenario.world import VoicemailWorld, World

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/"
_PARTIAL = "Partial"
_MODELS: Mapping[type[BaseModel], str] = {
    Answering: "answering",
    VoicemailWorld: "voicemail",
    Consent: "consent",
    Complaints: "complaints",
    Votes: "votes",
    Amd: "amd",
}
"""Parts that a preset may stand for, with its kind."""


def json_schema() -> dict[str, Any]:
    """The schema as data."""
    definitions: dict[str, Any] = {}
    whole = _definition(Scenario, definitions)
    _definition(World, definitions)
    sections = _definition(Strategy, definitions)["properties"]
    for name in list(definitions):
        definitions[name + _PARTIAL] = _partial(definitions[name])
    for model, kind in _MODELS.items():
        _with_presets(definitions, model.__name__, list(presets_of(kind)))

    properties = dict(whole["properties"])
    check, base = properties.pop("check"), properties.pop("base")
    properties.pop("strategies")
    # Which world is wanted depends on `extends`; an empty schema keeps the name known.
    properties["world"] = {"description": properties["world"]["description"]}
    properties["extends"] = {
        "type": "string",
        "description": "Another scenario file that this one is laid over; relative to this file.",
    }
    properties.update({name: _or_null(_partial(section)) for name, section in sections.items()})
    properties["base"] = base
    properties["strategies"] = {
        "type": "object",
        "description": whole["properties"]["strategies"]["description"],
        "minProperties": 1,
        "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"},
        "additionalProperties": _or_null({"$ref": f"{_REF}Strategy{_PARTIAL}"}),
    }
    properties["check"] = check
    schema = {
        "$schema": _DIALECT,
        "title": "Ringfence scenario",
        "description": "One world, one base strategy, and named strategies laid over it.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "if": {"required": ["extends"]},
        "then": {"properties": {"world": {"$ref": f"{_REF}World{_PARTIAL}"}}},
        "else": {
            "properties": {"world": {"$ref": f"{_REF}World"}},
            "required": ["format", "name", "seed", "world", "strategies"],
        },
    }
    used = _used(schema, definitions)
    schema["$defs"] = {name: definitions[name] for name in sorted(used)}
    tidy: dict[str, Any] = _without_titles(schema)
    return tidy


def schema_text() -> str:
    """The schema as it is committed: JSON with two spaces of indentation."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _definition(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """A model's schema; it and what it refers to are added to the definitions."""
    schema: dict[str, Any] = model.model_json_schema()
    definitions.update(schema.pop("$defs", {}))
    definitions[model.__name__] = schema
    return schema


def _with_presets(definitions: dict[str, Any], name: str, names: list[str]) -> None:
    """Allow a preset's name where the model stands, and keys laid over one."""
    named = {"type": "string", "enum": names, "description": MEANING}
    part = definitions[name + _PARTIAL]
    over = {**part, "properties": {KEY: named, **part["properties"]}}
    whole = {"anyOf": [named, {**over, "required": [KEY]}, definitions[name]]}
    definitions[name], definitions[name + _PARTIAL] = whole, {"anyOf": [named, over]}


def _partial(schema: Any) -> Any:
    """The same with every key of every map optional, and null for any of them."""
    if isinstance(schema, list):
        # Entries of a list are never merged, so what stands in them is complete.
        return [_partial(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    result: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "required":
            continue
        if name == "$ref":
            result[name] = value + _PARTIAL
        elif name == "properties":
            result[name] = {key: _or_null(_partial(entry)) for key, entry in value.items()}
        elif name == "additionalProperties" and isinstance(value, Mapping):
            result[name] = _or_null(_partial(value))
        elif name in ("items", "prefixItems"):
            result[name] = value
        elif name in ("anyOf", "oneOf"):
            # Alternatives that were told apart by their required keys may now both fit.
            result["anyOf"] = _partial(value)
        else:
            result[name] = _partial(value) if isinstance(value, Mapping) else value
    return result


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, or null; descriptions stay outside, where editors look for them."""
    described: dict[str, Any] = {
        name: schema[name] for name in ("description", "default") if name in schema
    }
    inner = {name: value for name, value in schema.items() if name not in described}
    if not inner or "anyOf" not in inner:
        return {**described, "anyOf": [inner, {"type": "null"}]}
    if {"type": "null"} in inner["anyOf"]:
        return schema
    return {**described, **inner, "anyOf": [*inner["anyOf"], {"type": "null"}]}


def _used(schema: Any, definitions: Mapping[str, Any]) -> set[str]:
    """Names of the definitions that a schema needs, through others too."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            for name, value in item.items():
                if name == "$ref" and value.startswith(_REF):
                    target = value.removeprefix(_REF)
                    if target not in found:
                        found.add(target)
                        waiting.append(definitions[target])
                else:
                    waiting.append(value)
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def _without_titles(schema: Any, *, inside_properties: bool = False) -> Any:
    """Drop the titles made from field names: editors show the names anyway."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        name: _without_titles(value, inside_properties=name == "properties")
        for name, value in schema.items()
        if inside_properties or name != "title" or value == "Ringfence scenario"
    }
