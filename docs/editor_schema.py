"""The JSON Schema of a coding, for editors that complete and mark YAML: docs/coding.schema.json.

Made from the models in coding/format.py. To them every scalar is text, but an editor reads
`format: 1` and `date: 2016` as numbers and `yes` as true, so the schema allows these wherever it
allows text. It also accepts places by their words alone, which `pin` replaces.
"""

from __future__ import annotations

from enum import EnumMeta
from typing import Any

from pydantic import TypeAdapter

from coding.format import VERSION, Coding
from coding.values import PLACE, WORDS, Key
from schema import vocabulary

Schema = dict[str, Any]

QUOTED_PLACE = rf"(?:{PLACE}|[1-9][0-9]{{0,5}}{WORDS})"
SCALAR = ["string", "number", "boolean"]

KEY: Schema = TypeAdapter(Key).json_schema()
A_KEY: Schema = {"$ref": "#/$defs/Key"}
COUNT: Schema = {"$ref": "#/$defs/Count"}
COUNTS: Schema = {"$ref": "#/$defs/Counts"}
CREDIT: Schema = {"$ref": "#/$defs/Credit"}
CREDITS: Schema = {"$ref": "#/$defs/Credits"}


def coding_schema() -> Schema:
    """Return the schema of the whole file."""
    made = Coding.model_json_schema(by_alias=True)
    definitions = {
        name: _described(name, _walk(part)) for name, part in sorted(made.pop("$defs").items())
    }
    definitions["Key"] = {**KEY, "type": SCALAR}
    for name, annotation in (("Counts", COUNT), ("Credits", CREDIT)):
        definitions[name] = {
            "anyOf": [A_KEY, annotation, {"type": "array", "items": {"anyOf": [A_KEY, annotation]}}]
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_walk(made),
        "title": f"Sourcebook coding, format {VERSION}",
        "$defs": definitions,
    }


def _described(name: str, part: Schema) -> Schema:
    """Give each value of a vocabulary its meaning, for the editor to show."""
    known = getattr(vocabulary, name, None)
    if isinstance(known, EnumMeta) and "enum" in part:
        part["enumDescriptions"] = [known(value).meaning for value in part["enum"]]
    return part


def _walk(part: Schema) -> Schema:
    """Turn what pydantic makes of a model into what an editor needs."""
    part = {key: value for key, value in part.items() if key != "title"}
    for key in ("anyOf", "items", "additionalProperties", "properties", "patternProperties"):
        value = part.get(key)
        if key.endswith("roperties") and key != "additionalProperties" and value is not None:
            part[key] = {name: _property(name, inner) for name, inner in value.items()}
        elif isinstance(value, list):
            part[key] = [_walk(inner) for inner in value if inner != {"type": "null"}]
        elif isinstance(value, dict):
            part[key] = _walk(value)
    if "default" in part and part["default"] in (None, [], {}):
        del part["default"]
    if len(part.get("anyOf", ())) == 1:
        part = {**part.pop("anyOf")[0], **part}
    for change in (_scalar, _one_or_more, _roles):
        part = change(part)
    return part


def _property(name: str, part: Schema) -> Schema:
    part = _walk(part)
    if name == "at":
        part["pattern"] = f"^{QUOTED_PLACE}(, {QUOTED_PLACE})*$"
    return part


def _scalar(part: Schema) -> Schema:
    """Let whatever is text to us be what an editor takes it for."""
    if "const" in part:
        value = part.pop("const")
        return {**_without(part, "type"), "enum": [value, str(value)]}
    if part.get("type") == "boolean":
        return {**_without(part, "type"), "enum": [True, False, "true", "false"]}
    if part.get("type") == "integer":
        return {**part, "type": ["integer", "string"], "pattern": "^[0-9]+$"}
    if part.get("pattern") == KEY["pattern"]:
        meaning = part.get("description")
        return A_KEY if meaning in (None, KEY["description"]) else {**A_KEY, "description": meaning}
    if part.get("type") == "string" and "enum" not in part:
        return {"minLength": 1, **part, "type": SCALAR}
    return part


def _one_or_more(part: Schema) -> Schema:
    """Let one text stand for a list of one, and a key for an actor without a number."""
    items = part.get("items")
    if part.get("type") != "array" or items is None:
        return part
    if items in (COUNT, CREDIT):
        return {**_without(part, "type", "items"), **(COUNTS if items == COUNT else CREDITS)}
    if items != A_KEY and items.get("type") != SCALAR:
        return part
    whole = {"type": "array", "items": items}
    if "minItems" in part:
        whole["minItems"] = part["minItems"]
    return {**_without(part, "type", "items", "minItems"), "anyOf": [items, whole]}


def _roles(part: Schema) -> Schema:
    """Name the keys of a mapping from roles, so that an editor offers them."""
    if "enum" not in part.get("propertyNames", ()):
        return part
    inner, names = part["additionalProperties"], part["propertyNames"]["enum"]
    return {
        **_without(part, "propertyNames"),
        "additionalProperties": False,
        "properties": {
            role.value: {"description": role.meaning, **inner}
            for role in vocabulary.Role
            if role in names
        },
    }


def _without(part: Schema, *keys: str) -> Schema:
    return {key: value for key, value in part.items() if key not in keys}
