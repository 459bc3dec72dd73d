"""OpenAI's embeddings and lists of models, as validators want them."""

import binascii
import json
import sys
from array import array
from base64 import b64decode
from collections.abc import Hashable
from typing import Any

from holdfast.events import Verdict
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.validation.embedding import METHOD, Vector, judge_vectors
from holdfast.validation.verdict import failed, passed

DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
"""How long a model's vectors are when nothing else is asked for."""


def judge_embeddings(exchange: Exchange) -> Verdict:
    """One good vector for each input."""
    data = member(exchange.json, "data")
    vectors: list[Vector] = []
    for item in data if isinstance(data, list) else ():
        index, numbers = member(item, "index"), numbers_of(member(item, "embedding"))
        if numbers is None or not isinstance(index, int):
            return failed(METHOD, f"item {len(vectors)} has no vector, or no index")
        vectors.append(Vector(index, numbers))
    return judge_vectors(
        vectors, inputs_of(exchange.asked), dimensions=dimensions_of(exchange.asked)
    )


def judge_models(exchange: Exchange) -> Verdict:
    """At least one model, and each has an id."""
    data = member(exchange.json, "data")
    if not isinstance(data, list) or not data:
        return failed("models", "the list of models is empty")
    if not all(isinstance(member(model, "id"), str) for model in data):
        return failed("models", "a model has no id")
    return passed("models")


def numbers_of(embedding: Any) -> "array[float] | None":
    """A vector as it is sent: a list of numbers, or little-endian 32 bit floats in base64."""
    try:
        if isinstance(embedding, str):
            numbers = array("f", b64decode(embedding, validate=True))
            if sys.byteorder == "big":
                numbers.byteswap()
            return numbers
        return array("d", embedding) if isinstance(embedding, list) else None
    except (TypeError, ValueError, OverflowError, binascii.Error):
        return None


def inputs_of(asked: Asked) -> list[Hashable]:
    """The inputs: texts, or lists of tokens told apart by how they are written."""
    given = member(asked.json, "input")
    if isinstance(given, str) or (isinstance(given, list) and given and isinstance(given[0], int)):
        given = [given]
    items = given if isinstance(given, list) else []
    return [item if isinstance(item, str) else json.dumps(item) for item in items]


def dimensions_of(asked: Asked) -> int | None:
    """How many numbers a vector must have; None for a model that we do not know."""
    wanted = member(asked.json, "dimensions")
    known = DIMENSIONS.get(str(member(asked.json, "model")))
    return wanted if isinstance(wanted, int) else known
