"""A document that fits a schema, with the answer's text where a text is wanted."""

from typing import Any

_DEEPEST = 20
_NUMBERS = {"integer": 1, "number": 1.0}


def example(schema: Any, text: str, root: Any = None, depth: int = 0) -> Any:
    """The plainest document that fits *schema*: every member it names, one item in each list."""
    root = schema if root is None else root
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return text
    if "$ref" in schema:
        return example(_resolved(root, schema["$ref"]), text, root, depth + 1)
    for word in ("anyOf", "oneOf", "allOf"):
        if schema.get(word):
            return example(schema[word][0], text, root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    return _of_type(schema, text, root, depth)


def _of_type(schema: dict[str, Any], text: str, root: Any, depth: int) -> Any:
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" or "properties" in schema:
        members = schema.get("properties", {})
        names = [*members, *(name for name in schema.get("required", ()) if name not in members)]
        return {name: example(members.get(name), text, root, depth + 1) for name in names} or {
            "answer": text
        }
    if kind == "array":
        one = example(schema.get("items"), text, root, depth + 1)
        return [one] * max(1, schema.get("minItems", 1))
    if kind in _NUMBERS:
        return schema.get("minimum", _NUMBERS[kind])
    return {"boolean": True, "null": None}.get(str(kind), text[: schema.get("maxLength")])


def _resolved(root: Any, reference: str) -> Any:
    for name in reference.removeprefix("#").strip("/").split("/"):
        root = root.get(name) if isinstance(root, dict) and name else root
    return root
