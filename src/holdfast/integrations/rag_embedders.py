"""What turns texts into vectors: OpenAI's models, or words counted here."""

import asyncio
import hashlib
import math
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from holdfast.errors import ConfigurationError
from holdfast.integrations.openai_client import OpenAI
from holdfast.integrations.openai_lists import DIMENSIONS
from holdfast.integrations.openai_records import DEFAULT_EMBEDDING_MODEL
from holdfast.integrations.rag_records import Maker

BATCH = 256
"""Texts in one request: with passages of 1000 characters far below what it takes."""

_LONG_CHARACTERS = 8_000
_GRAM = 3
_GRAM_WEIGHT = 0.5

Vectors = Sequence[Sequence[float]]


class Embedder(Protocol):
    """Gives each text a vector; *maker* names it, *min_score* is a first guess of "near"."""

    @property
    def maker(self) -> Maker:
        """Its name and dimensions: two embedders of one name give the same vectors."""

    @property
    def min_score(self) -> float:
        """The cosine above which a passage is worth reading. Not calibrated."""

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector of ``maker.dimensions`` numbers for each text."""


class OpenAIEmbedder:
    """The vectors of *model* through the guards of *openai*. Each text costs money."""

    min_score = 0.25

    def __init__(
        self,
        openai: OpenAI,
        model: str = DEFAULT_EMBEDDING_MODEL,
        dimensions: int | None = None,
    ) -> None:
        size = dimensions or DIMENSIONS.get(model)
        if size is None:
            known = ", ".join(DIMENSIONS)
            raise ConfigurationError(
                f"say the dimensions= of {model!r}; known are those of {known}"
            )
        self.maker = Maker(f"openai/{model}", size)
        self._openai, self._model, self._dimensions = openai, model, dimensions

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """In requests of 256 texts, one after the other."""
        found: list[Sequence[float]] = []
        for start in range(0, len(texts), BATCH):
            answer = await self._openai.embed(
                texts[start : start + BATCH], model=self._model, dimensions=self._dimensions
            )
            found += answer.vectors
        return found


class WordEmbedder:
    """Words and their parts, hashed into *dimensions* places: no network, no key, no model.

    The same everywhere and always. It sees shared words and word stems in any script, and
    nothing of what they mean: "car" and "automobile" have nothing in common.
    """

    min_score = 0.12

    def __init__(self, dimensions: int = 1024) -> None:
        self.maker = Maker("holdfast-words-1", dimensions)

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """A vector of length 1 each; of zeros for a text without words."""
        if sum(map(len, texts)) <= _LONG_CHARACTERS:
            return self._all(texts)
        return await asyncio.to_thread(self._all, texts)

    def _all(self, texts: Sequence[str]) -> Vectors:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[float]:
        numbers = [0.0] * self.maker.dimensions
        for feature, count in Counter(features(text)).items():
            digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest())
            weight = (1.0 + math.log(count)) * (_GRAM_WEIGHT if feature[0] == "#" else 1.0)
            numbers[(digest >> 1) % len(numbers)] += weight if digest & 1 else -weight
        length = math.hypot(*numbers)
        return [number / length for number in numbers] if length else numbers


def features(text: str) -> list[str]:
    """The words of *text*, and their parts of three letters with a ``#`` in front."""
    found = words(text)
    grams = (
        f"#{word[at : at + _GRAM]}"
        for word in found
        for at in range(len(word) - _GRAM + 1)
        if len(word) > _GRAM
    )
    return [*found, *grams]


def words(text: str) -> list[str]:
    """Letters, digits and the marks that belong to them, in any script; case does not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = (
        char if char.isalnum() or unicodedata.category(char).startswith("M") else " "
        for char in plain
    )
    return "".join(kept).split()
