"""As much of JSON Schema (draft 7) as the schema of phone-system files uses; any other word is an error."""

import re
from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "boolean": bool,
}
_SAY_NOTHING = {"$schema", "title", "description", "definitions"}


def faults_of(value: object, schema: Schema, whole: Schema | None = None) -> Iterator[str]:
    """What in `value` the schema does not allow; each names the word of the schema that says so."""
    whole = schema if whole is None else whole
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        yield from faults_of(value, whole["definitions"][name], whole)
        return
    for word, wanted in schema.items():
        if word in _SAY_NOTHING or word in {"then", "else"}:
            continue
        if word == "if":
            branch = "then" if _fits(value, wanted, whole) else "else"
            yield from faults_of(value, schema.get(branch, {}), whole)
        elif word in _INSIDE:
            yield from _INSIDE[word](value, schema, whole)
        elif not _CHECKS[word](value, wanted, whole):
            yield f"{word}: {value!r}"


def _fits(value: object, schema: Schema, whole: Schema) -> bool:
    return next(faults_of(value, schema, whole), None) is None


def _is_of_type(value: object, wanted: str, _: Schema) -> bool:
    return isinstance(value, _TYPES[wanted]) and (wanted == "boolean") is isinstance(value, bool)


def _properties(value: Any, schema: Schema, whole: Schema) -> Iterator[str]:
    for key in value.keys() & schema["properties"].keys() if isinstance(value, dict) else ():
        yield from faults_of(value[key], schema["properties"][key], whole)


def _additional(value: Any, schema: Schema, whole: Schema) -> Iterator[str]:
    allowed = schema["additionalProperties"]
    for key in (
        value.keys() - schema.get("properties", {}).keys() if isinstance(value, dict) else ()
    ):
        if allowed is False:
            yield f"additionalProperties: {key}"
        else:
            yield from faults_of(value[key], allowed, whole)


def _items(value: Any, schema: Schema, whole: Schema) -> Iterator[str]:
    for each in value if isinstance(value, list) else ():
        yield from faults_of(each, schema["items"], whole)


def _names(value: Any, schema: Schema, whole: Schema) -> Iterator[str]:
    for key in value if isinstance(value, dict) else ():
        yield from faults_of(key, schema["propertyNames"], whole)


_INSIDE: dict[str, Callable[[Any, Schema, Schema], Iterator[str]]] = {
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "propertyNames": _names,
}
_CHECKS: dict[str, Callable[[Any, Any, Schema], bool]] = {
    "type": _is_of_type,
    "enum": lambda value, wanted, _: value in wanted,
    "const": lambda value, wanted, _: value == wanted,
    "required": lambda value, wanted, _: not isinstance(value, dict) or value.keys() >= set(wanted),
    "pattern": lambda value, wanted, _: (
        not isinstance(value, str) or bool(re.search(wanted, value))
    ),
    "minItems": lambda value, wanted, _: not isinstance(value, list) or len(value) >= wanted,
    "minimum": lambda value, wanted, _: not isinstance(value, int | float) or value >= wanted,
    "maximum": lambda value, wanted, _: not isinstance(value, int | float) or value <= wanted,
    "anyOf": lambda value, wanted, whole: any(_fits(value, each, whole) for each in wanted),
    "not": lambda value, wanted, whole: not _fits(value, wanted, whole),
}
