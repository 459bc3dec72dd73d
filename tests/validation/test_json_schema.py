"""Documents against schemas: what fits, what does not, and that the reason says where."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.simulator.providers.openai.example import example
from holdfast.validation.json_schema import DEEPEST, faults, judge_json

TREE: dict[str, Any] = {
    "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
    "$ref": "#/$defs/node",
}
NAMES = st.sampled_from(["a", "b", "c"])
LEAVES = st.one_of(
    st.sampled_from(["string", "integer", "number", "boolean", "null"]).map(lambda t: {"type": t}),
    st.just({"enum": ["x", 2]}),
    st.just({"const": [1]}),
    st.just({"type": ["integer", "null"], "minimum": 3}),
)
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda items: {"type": "array", "items": items, "minItems": 2}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"anyOf": parts}),
        st.dictionaries(NAMES, inner, min_size=1).map(
            lambda members: {
                "type": "object", "properties": members, "required": list(members),
                "additionalProperties": False,
            }
        ),
    ),
    max_leaves=6,
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "schema", "words"),
    [
        ([], {"type": "object"}, "the answer is array, object expected"),
        (True, {"type": "integer"}, "the answer is boolean, integer expected"),
        (1.5, {"type": ["integer", "null"]}, "the answer is number, integer or null expected"),
        ({}, {"required": ["a"]}, "the answer lacks 'a'"),
        ({"a": {"b": 1}}, {"properties": {"a": {"properties": {"b": {"type": "string"}}}}},
         "the answer.a.b is integer, string expected"),
        ({"a": 1}, {"additionalProperties": False}, "a further member of the answer must not be"),
        ([1, "x"], {"items": {"type": "integer"}}, "the answer[1] is string"),
        ("d", {"enum": ["a", "b"]}, "none of the 2 allowed values"),
        ("d", {"const": "a"}, "not the one allowed value"),
        (2, {"minimum": 3}, "breaks minimum 3"),
        (4, {"maximum": 3}, "breaks maximum 3"),
        (3, {"exclusiveMinimum": 3}, "breaks exclusiveMinimum 3"),
        (3, {"exclusiveMaximum": 3}, "breaks exclusiveMaximum 3"),
        ("a", {"minLength": 2}, "breaks minLength 2"),
        ("aaa", {"maxLength": 2}, "breaks maxLength 2"),
        ([], {"minItems": 1}, "breaks minItems 1"),
        ([1, 2], {"maxItems": 1}, "breaks maxItems 1"),
        (1, {"anyOf": [{"type": "string"}, {"type": "null"}]}, "fits none of 2 alternatives"),
        (1, {"oneOf": [{"type": "string"}]}, "fits none of 1 alternatives"),
        (1, {"allOf": [{"type": "integer"}, {"minimum": 2}]}, "breaks minimum 2"),
        ({"next": {"next": 1}}, TREE, "the answer.next.next is integer, object expected"),
        (1, False, "must not be there"),
    ],
)  # fmt: skip
def test_what_does_not_fit_says_where(value: Any, schema: Any, words: str) -> None:
    """One fault, with its place, what came and what was expected."""
    (found,) = faults(value, schema)
    assert words in found


@given(SCHEMAS)
def test_what_is_made_for_a_schema_fits_it(schema: Any) -> None:
    """The simulator's examples and the validator agree, whatever the schema."""
    assert faults(example(schema, "words"), schema) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    SCHEMAS,
)
def test_any_value_gets_a_short_answer(value: Any, schema: Any) -> None:
    """Never an exception, and never more than a few faults."""
    assert len(faults(value, schema)) <= 3


def test_nesting_has_an_end() -> None:
    """Neither a deep document nor a schema that only refers to itself goes on for ever."""
    deep: Any = {}
    for _ in range(DEEPEST + 2):
        deep = {"next": deep}
    assert "nested more than" in faults(deep, TREE)[0]
    assert "nested more than" in faults(1, {"$ref": "#"})[0]


@pytest.mark.parametrize(
    ("text", "judgement", "words"),
    [
        ('{"a": 1}', "pass", ""),
        ("[1]", "fail", "the answer is array, object expected"),
        ('{"a": ', "fail", "6 characters came that are no JSON document"),
        ("[" * 100_000, "fail", "no JSON document"),
    ],
)
def test_a_text_is_one_document(text: str, judgement: str, words: str) -> None:
    """Without a schema, an object; the reason never quotes what was said."""
    verdict = judge_json(text)
    assert (verdict.judgement, words in verdict.reason) == (judgement, True)
