"""Embeddings: of unit length, the same for the same text, nearer where words are shared."""

import base64
import hashlib
import math
import re
import struct
from random import Random
from typing import Any

from holdfast.simulator.providers.openai.chat import tokens
from holdfast.simulator.providers.openai.errors import refusal
from holdfast.simulator.providers.openai.models import EMBEDDING_DIMENSIONS
from holdfast.simulator.providers.openai.request import Body, read_body, read_model
from holdfast.simulator.wire import Answer, Call

MOST_INPUTS = 2048
MOST_TOKENS_PER_INPUT = 8192
MOST_TOKENS = 300_000
_PLACES_PER_WORD = 16
_NOISE = 0.02


def embed(call: Call) -> Answer:
    """POST /embeddings."""
    body = read_body(call)
    model = read_model(body)
    if model not in EMBEDDING_DIMENSIONS:
        raise refusal("You are not allowed to generate embeddings from this model", "model")
    texts = _inputs(body)
    counted = _count(texts)
    size = _dimensions(body, model)
    base64_wanted = _encoding(body) == "base64"
    data = []
    for index, text in enumerate(texts):
        numbers = _unit(vector(text, EMBEDDING_DIMENSIONS[model])[:size])
        shown = encoded(numbers) if base64_wanted else numbers
        data.append({"object": "embedding", "index": index, "embedding": shown})
    usage = {"prompt_tokens": counted, "total_tokens": counted}
    return Answer(document={"object": "list", "data": data, "model": model, "usage": usage})


def vector(text: str, dimensions: int) -> list[float]:
    """Each word adds to a few places of the vector, and the whole text a little to all."""
    noise = Random(text)
    numbers = [(noise.random() - 0.5) * _NOISE for _ in range(dimensions)]
    for word in re.findall(r"\w+", text.lower()):
        digest = hashlib.blake2b(word.encode(), digest_size=4 * _PLACES_PER_WORD).digest()
        for place in struct.unpack(f"<{_PLACES_PER_WORD}I", digest):
            numbers[(place >> 1) % dimensions] += 1.0 if place & 1 else -1.0
    return numbers


def _unit(numbers: list[float]) -> list[float]:
    length = math.sqrt(math.fsum(number * number for number in numbers))
    return [number / length for number in numbers]


def encoded(numbers: list[float]) -> str:
    """Little-endian 32 bit floats in base64."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def numbers_in(embedding: str | list[float]) -> list[float]:
    """A vector as it was sent, read again."""
    if isinstance(embedding, list):
        return embedding
    raw = base64.b64decode(embedding)
    return list(struct.unpack(f"<{len(raw) // 4}f", raw))


def _inputs(body: Body) -> list[str]:
    given = body.get("input")
    if given is None:
        text = "Missing required parameter: 'input'."
        raise refusal(text, "input", "missing_required_parameter")
    if isinstance(given, str) or (isinstance(given, list) and _are_tokens(given)):
        given = [given]
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_INPUTS:
        raise refusal(f"'input' must hold 1 to {MOST_INPUTS} inputs.", "input", "invalid_type")
    return [_text(item) for item in given]


def _are_tokens(given: list[Any]) -> bool:
    return bool(given) and all(isinstance(item, int) for item in given)


def _text(item: object) -> str:
    if isinstance(item, list) and _are_tokens(item):
        return " ".join(map(str, item))
    if not isinstance(item, str) or not item:
        raise refusal("'input' must be non-empty strings or arrays of tokens.", "input")
    return item


def _count(texts: list[str]) -> int:
    counts = [len(tokens(text)) for text in texts]
    if max(counts) > MOST_TOKENS_PER_INPUT or sum(counts) > MOST_TOKENS:
        text = f"At most {MOST_TOKENS_PER_INPUT} tokens per input and {MOST_TOKENS} in all."
        raise refusal(text, "input", "context_length_exceeded")
    return sum(counts)


def _dimensions(body: Body, model: str) -> int:
    most = EMBEDDING_DIMENSIONS[model]
    wanted = body.get("dimensions", most)
    fixed = model == "text-embedding-ada-002" and wanted != most
    if fixed or isinstance(wanted, bool) or not isinstance(wanted, int) or not 1 <= wanted <= most:
        text = f"Invalid 'dimensions': {str(wanted)[:40]} for {model}, which has {most}."
        raise refusal(text, "dimensions", "invalid_value")
    return wanted


def _encoding(body: Body) -> str:
    wanted = body.get("encoding_format", "float")
    if wanted not in ("float", "base64"):
        text = "Invalid 'encoding_format': one of float, base64."
        raise refusal(text, "encoding_format", "invalid_value")
    return str(wanted)
