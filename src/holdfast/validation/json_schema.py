"""Whether a document fits a JSON Schema: the part of the language that models are given.

https://json-schema.org/draft/2020-12: type, enum, const, properties, required,
additionalProperties, items, anyOf, oneOf, allOf, local $ref, and the limits of numbers, texts and
lists. Other keywords are not looked at. Faults name places and types, never what people said.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from holdfast.events import Verdict
from holdfast.validation.verdict import failed, passed

METHOD = "json"

DEEPEST = 40
"""Levels of nesting; what is deeper is a fault."""

_MOST_TOLD = 3

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}

_LIMITS: Mapping[str, tuple[tuple[type, ...], Callable[[Any, Any], bool]]] = {
    "minimum": ((int, float), lambda value, limit: value >= limit),
    "maximum": ((int, float), lambda value, limit: value <= limit),
    "exclusiveMinimum": ((int, float), lambda value, limit: value > limit),
    "exclusiveMaximum": ((int, float), lambda value, limit: value < limit),
    "minLength": ((str,), lambda value, limit: len(value) >= limit),
    "maxLength": ((str,), lambda value, limit: len(value) <= limit),
    "minItems": ((list,), lambda value, limit: len(value) >= limit),
    "maxItems": ((list,), lambda value, limit: len(value) <= limit),
}


def judge_json(text: str, schema: Mapping[str, Any] | None = None) -> Verdict:
    """*text* is one JSON document that fits *schema*; without one, an object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return failed(METHOD, f"{len(text)} characters came that are no JSON document")
    found = faults(value, {"type": "object"} if schema is None else schema)
    return failed(METHOD, "; ".join(found)) if found else passed(METHOD)


def faults(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """The first few reasons why *value* does not fit *schema*; none when it does."""
    return list(islice(_Check(schema).of(value, schema, "the answer", 0), _MOST_TOLD))


class _Check:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def of(self, value: Any, schema: Any, place: str, depth: int) -> Iterator[str]:
        """The faults of *value* at *place*."""
        if depth > DEEPEST:
            yield f"{place} is nested more than {DEEPEST} levels deep"
        elif schema is False:
            yield f"{place} must not be there"
        elif isinstance(schema, Mapping):
            yield from self._of_object(value, schema, place, depth + 1)

    def _of_object(
        self, value: Any, schema: Mapping[str, Any], place: str, depth: int
    ) -> Iterator[str]:
        if not _is_of_type(value, schema.get("type")):
            yield f"{place} is {_named(value)}, {_listed(schema['type'])} expected"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{place} is none of the {len(schema['enum'])} allowed values"
        if "const" in schema and value != schema["const"]:
            yield f"{place} is not the one allowed value"
        yield from _limit_faults(value, schema, place)
        if isinstance(value, dict):
            yield from self._members(value, schema, place, depth)
        if isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                yield from self.of(item, schema["items"], f"{place}[{index}]", depth)
        yield from self._combined(value, schema, place, depth)

    def _members(
        self, value: dict[str, Any], schema: Mapping[str, Any], place: str, depth: int
    ) -> Iterator[str]:
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{place} lacks {name!r}"
        for name, item in value.items():
            if name in known:
                yield from self.of(item, known[name], f"{place}.{name}", depth)
            else:
                more = schema.get("additionalProperties", True)
                yield from self.of(item, more, f"a further member of {place}", depth)

    def _combined(
        self, value: Any, schema: Mapping[str, Any], place: str, depth: int
    ) -> Iterator[str]:
        if "$ref" in schema:
            yield from self.of(value, self._resolve(schema["$ref"]), place, depth)
        for part in schema.get("allOf", ()):
            yield from self.of(value, part, place, depth)
        for word in ("anyOf", "oneOf"):
            if word in schema and not self._fits_one(value, schema[word], place, depth):
                yield f"{place} fits none of {len(schema[word])} alternatives"

    def _fits_one(self, value: Any, parts: list[Any], place: str, depth: int) -> bool:
        return any(next(self.of(value, part, place, depth), None) is None for part in parts)

    def _resolve(self, reference: str) -> Any:
        found: Any = self._root
        for name in reference.removeprefix("#").strip("/").split("/"):
            found = found.get(name, {}) if isinstance(found, Mapping) and name else found
        return found


def _limit_faults(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    for word, (types, holds) in _LIMITS.items():
        limit = schema.get(word)
        concerned = isinstance(value, types) and not isinstance(value, bool)
        if limit is not None and concerned and not holds(value, limit):
            yield f"{place} breaks {word} {limit:g}"


def _is_of_type(value: Any, wanted: Any) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(names, list):
        return True
    return any(_is_a(value, name) for name in names)


def _is_a(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()  # 1.0 is an integer, the specification says
    return isinstance(value, _TYPES.get(name, (object,)))


def _named(value: Any) -> str:
    return next(name for name in _TYPES if _is_a(value, name))


def _listed(wanted: Any) -> str:
    return wanted if isinstance(wanted, str) else " or ".join(wanted)
