"""What goes into a knowledge base and what comes out, as frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from holdfast.errors import ConfigurationError

Value = str | int | float | bool | None
Metadata = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Maker:
    """What a knowledge base's vectors were made with: only the same can search it."""

    embedder: str
    dimensions: int

    def must_be(self, other: "Maker", where: str) -> None:
        """Refuse to mix: raises `ConfigurationError`, *self* being what the base was made with."""
        if self != other:
            raise ConfigurationError(
                f"the knowledge base at {where} was made with {self}; {other} cannot be used with "
                "it: give it the embedder it was made with, or another file"
            )

    def __str__(self) -> str:
        return f"{self.embedder} ({self.dimensions} dimensions)"


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of a document; *score* is the cosine to the question, -1 to 1."""

    doc_id: str
    chunk_id: int
    score: float
    text: str = field(repr=False)
    metadata: Metadata = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The passages nearest to a question, best first; none when nothing scores *min_score*.

    *best* is the highest score of all *considered* passages. *left_out* passages were near enough
    and had no room.
    """

    passages: tuple[Passage, ...]
    min_score: float
    best: float | None
    considered: int
    stored: int
    left_out: int = 0

    @property
    def context(self) -> str:
        """The texts, as one gives them to a model; "" when there is no context."""
        return "\n\n".join(passage.text for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Stored:
    """A document is in the base, in *chunks* pieces; *changed* is False when it was already."""

    doc_id: str
    chunks: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """How much is in a base, and what made it (None: nothing yet)."""

    documents: int
    chunks: int
    maker: Maker | None
