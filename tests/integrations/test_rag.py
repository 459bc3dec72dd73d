"""The knowledge base as a service: stored, found, judged, told, and never mixed."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from holdfast.errors import (
    BreakerOpen,
    CallFailed,
    ConfigurationError,
    InputRefused,
    LifecycleError,
    RateLimited,
    SemanticError,
)
from holdfast.integrations.access import ServiceHealth
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.openai_client import OpenAI
from holdfast.integrations.rag_embedders import OpenAIEmbedder, WordEmbedder
from holdfast.integrations.rag_records import Maker, Stats, Stored
from tests.integrations.bases import base
from tests.integrations.simulated_port import simulator, stage

pytestmark = pytest.mark.real_time

TEXTS = {
    "career": "Saturn in the tenth house asks for patience in a career. Work grows slowly.",
    "marriage": "Venus and the seventh house speak of marriage and of partners.",
    "tea": "Green tea is picked in spring and steamed before it is dried.",
}


class Broken:
    """An embedder whose answer is *numbers*, or an error."""

    min_score = 0.0

    def __init__(self, numbers: Any) -> None:
        self.maker, self._numbers = Maker("broken", 2), numbers

    async def embed(self, texts: Sequence[str]) -> Any:
        """What it was told to."""
        if isinstance(self._numbers, Exception):
            raise self._numbers
        return self._numbers


async def test_what_is_stored_is_found_by_its_words(tmp_path: Path) -> None:
    """Best first, with score and metadata; each call is one fact of integration rag."""
    async with base(tmp_path / "deep" / "k.db") as on:
        for name, text in TEXTS.items():
            kind = "drink" if name == "tea" else "star"
            stored = await on.rag.upsert(name, text, {"kind": kind, "pages": 3, "old": False})
            assert stored == Stored(name, 1, changed=True)
        found = await on.rag.search("When will my career grow?")
        drinks = await on.rag.search("Is tea a career?", where={"kind": "drink", "old": False})
        stats = await on.rag.stats()
    assert found.passages[0].doc_id == "career"
    assert found.passages[0].metadata == {"kind": "star", "pages": 3, "old": False}
    assert TEXTS["career"] in found.context
    assert (found.best, found.considered, found.stored) == (found.passages[0].score, 3, 3)
    assert [passage.doc_id for passage in drinks.passages] == ["tea"]
    assert drinks.considered == 1
    assert stats == Stats(3, 3, Maker("holdfast-words-1", 1024))
    assert (
        on.told == [("rag/upsert", "succeeded", None)] * 3 + [("rag/search", "succeeded", None)] * 2
    )
    assert on.last.verdict is not None
    assert on.last.verdict.judgement == "pass"
    assert not any(text in str(on.facts) for text in TEXTS.values())


async def test_an_empty_base_is_no_answer(tmp_path: Path) -> None:
    """It says so, and is not asked again for the same."""
    async with base(tmp_path / "k.db") as on:
        with pytest.raises(SemanticError, match="the knowledge base is empty"):
            await on.rag.search("anything")
    assert on.told == [("rag/search", "failed", "SemanticError")]
    assert on.last.attempts == 1


async def test_nothing_relevant_is_said_and_served_as_nothing(tmp_path: Path) -> None:
    """No passage is passed off as context, and the verdict names the best score."""
    async with base(tmp_path / "k.db") as on:
        await on.rag.upsert("tea", TEXTS["tea"])
        nothing = await on.rag.search("quantum chromodynamics", min_score=0.5)
        warned = on.last.verdict
        nobody = await on.rag.search("tea", where={"kind": "coffee"})
    assert (nothing.passages, nothing.context, nothing.considered) == ((), "", 1)
    assert warned is not None
    assert warned.judgement == "warn"
    assert warned.reason.startswith("nothing relevant: the best of 1 passages scores")
    assert nobody.best is None
    assert on.last.verdict is not None
    assert on.last.verdict.reason == "none of 1 passages matches the filter"


async def test_a_base_outlives_the_process_that_made_it(tmp_path: Path) -> None:
    """Another opens the same file and finds the same; what changed since is seen at once."""
    async with base(tmp_path / "k.db") as first, base(tmp_path / "k.db") as second:
        await first.rag.upsert("tea", TEXTS["tea"])
        before = await second.rag.search("green tea")
        await first.rag.upsert("tea", "Black tea is left to wither.")
        after = await second.rag.search("black tea")
        gone = await first.rag.delete("tea"), await first.rag.delete("tea")
        with pytest.raises(SemanticError, match="empty"):
            await second.rag.search("black tea")
    assert (before.passages[0].text, after.passages[0].text) == (
        TEXTS["tea"],
        "Black tea is left to wither.",
    )
    assert gone == (1, 0)
    async with base(tmp_path / "k.db") as third:
        assert (await third.rag.stats()).maker == Maker("holdfast-words-1", 1024)


async def test_another_embedder_is_refused(tmp_path: Path) -> None:
    """By name and by size, for questions and for documents, before anything is embedded."""
    async with base(tmp_path / "k.db") as on:
        await on.rag.upsert("tea", TEXTS["tea"])
    words = r"made with holdfast-words-1 \(1024 dimensions\); .* cannot be used with it"
    for other in (WordEmbedder(512), Broken(RateLimited("must not be asked"))):
        async with base(tmp_path / "k.db", other) as on:
            with pytest.raises(ConfigurationError, match=words):
                await on.rag.search("tea")
            with pytest.raises(ConfigurationError, match=words):
                await on.rag.upsert("more", "text")
            assert (await on.rag.health()).state == "unhealthy"
        assert {(outcome, error) for _, outcome, error in on.told} == {
            ("refused", "ConfigurationError")
        }


async def test_what_is_stored_already_costs_nothing(tmp_path: Path) -> None:
    """The same text and metadata are not embedded again; any change is."""
    async with base(tmp_path / "k.db") as on:
        await on.rag.upsert("tea", TEXTS["tea"], {"a": 1})
        again = await on.rag.upsert("tea", TEXTS["tea"], {"a": 1})
        other = await on.rag.upsert("tea", TEXTS["tea"], {"a": 2})
    assert (again, other.changed) == (Stored("tea", 1, changed=False), True)


@pytest.mark.parametrize(
    ("numbers", "error", "words"),
    [
        ([[0.0, 0.0]], SemanticError, "a vector is zero or not finite"),
        ([[float("nan"), 1.0]], SemanticError, "a vector is zero or not finite"),
        ([[1.0]], SemanticError, r"1 vectors of \[1\] dimensions came, 1 of 2 expected"),
        ([], SemanticError, "0 vectors"),
        (RateLimited("slowly"), CallFailed, "rag: broken failed: slowly"),
    ],
)
async def test_bad_vectors_are_never_stored(
    tmp_path: Path, numbers: Any, error: type[Exception], words: str
) -> None:
    """Nothing of the document is: what was there before stays."""
    async with base(tmp_path / "k.db", Broken([[1.0, 0.0]])) as good:
        await good.rag.upsert("tea", TEXTS["tea"])
    async with base(tmp_path / "k.db", Broken(numbers)) as on:
        with pytest.raises(error, match=words):
            await on.rag.upsert("tea", "another text")
        with pytest.raises(error, match=words):
            await on.rag.search("tea")
    async with base(tmp_path / "k.db", Broken([[1.0, 0.0]])) as good:
        assert (await good.rag.search("tea")).passages[0].text == TEXTS["tea"]


async def test_an_embedder_that_is_refused_is_no_failure_of_the_base(tmp_path: Path) -> None:
    """An open breaker further in is a refusal here too."""
    async with base(tmp_path / "k.db", Broken(BreakerOpen("openai/embeddings", 5.0))) as on:
        with pytest.raises(BreakerOpen):
            await on.rag.search("tea")
    assert on.told == [("rag/search", "refused", "BreakerOpen")]


async def test_the_room_for_context_is_kept(tmp_path: Path) -> None:
    """What does not fit is counted."""
    async with base(tmp_path / "k.db") as on:
        await on.rag.upsert("tea", "\n\n".join(f"tea {n} " + "leaf " * 150 for n in range(4)))
        found = await on.rag.search("tea leaf", max_characters=1600)
        few = await on.rag.search("tea leaf", top_k=1)
    assert (len(found.passages), found.left_out, len(few.passages)) == (2, 2, 1)
    assert [one.score for one in found.passages] == sorted(
        (one.score for one in found.passages), reverse=True
    )


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda rag: rag.search("  "), "search needs a text"),
        (lambda rag: rag.search("a" * 5001), "search takes at most 5000 characters, got 5001"),
        (lambda rag: rag.search("a", top_k=0), "top_k is 1 to 100, got 0"),
        (lambda rag: rag.search("a", where={'x" OR 1': 1}), "names of letters"),
        (lambda rag: rag.upsert(" ", "a"), "a document's id has 1 to 512 characters"),
        (lambda rag: rag.upsert("a", " "), "document 'a' has no text"),
        (lambda rag: rag.upsert("a", "b" * 1_000_001), "at most 1000000 characters"),
        (lambda rag: rag.upsert("a", "b", {"c": [1]}), "metadata is plain values"),
        (lambda rag: rag.upsert("a", "b", {"c": "d" * 17_000}), "at most 16384 characters"),
    ],
)
async def test_what_cannot_succeed_is_refused(tmp_path: Path, ask: Any, words: str) -> None:
    """Nothing is opened for it."""
    async with base(tmp_path / "k.db") as on:
        with pytest.raises(InputRefused, match=words):
            await ask(on.rag)
    assert not (tmp_path / "k.db").exists()


async def test_health_makes_no_base_and_tells_what_is_in_it(tmp_path: Path) -> None:
    """Not there, empty, filled, closed."""
    path = tmp_path / "k.db"
    async with base(path) as on:
        none = await on.rag.health()
        made = path.exists()
        await on.rag.upsert("tea", TEXTS["tea"])
        filled = await on.rag.health()
        await on.rag.delete("tea")
        empty = await on.rag.health()
    assert (none.state, none.detail, made) == ("unknown", f"nothing is stored at {path} yet", False)
    assert filled == ServiceHealth("healthy", "store", "1 documents in 1 passages")
    assert empty == ServiceHealth("degraded", "store", "0 documents in 0 passages")
    with pytest.raises(LifecycleError, match="was closed"):
        await on.rag.stats()


async def test_with_openais_vectors(tmp_path: Path) -> None:
    """Through two guards: the base's call and the provider's, which alone has the usage."""
    with simulator() as url:
        async with stage(OPENAI, url, {"OPENAI_API_KEY": "sk-made-up"}, "/v1") as provider:
            openai = OpenAI.over(provider.access)
            async with base(tmp_path / "k.db", OpenAIEmbedder(openai, dimensions=64)) as on:
                for name, text in TEXTS.items():
                    await on.rag.upsert(name, text)
                found = await on.rag.search("marriage and partners")
                await provider.play("zero_vectors")
                with pytest.raises(CallFailed, match="vector 0 is zero"):
                    await on.rag.search("marriage")
    assert found.passages[0].doc_id == "marriage"
    assert [operation for operation, _, _ in provider.told] == ["embeddings"] * 5
    assert provider.client.calls[0].usage is not None
    assert on.last.usage is None
    assert on.last.attempts == 1


async def test_another_embedder_stands_under_the_same_guards(tmp_path: Path) -> None:
    """`using` gives a second base; both are told as rag."""
    async with base(tmp_path / "k.db") as on:
        other = on.rag.using(embedder=WordEmbedder(256), path=tmp_path / "other.db")
        await asyncio.gather(on.rag.upsert("a", "one"), other.upsert("a", "two"))
        await other.aclose()
    assert on.told == [("rag/upsert", "succeeded", None)] * 2


def test_a_model_of_unknown_size_must_be_told() -> None:
    """Guessing would make a base that nobody can search."""
    with pytest.raises(ConfigurationError, match="say the dimensions= of 'mine'"):
        OpenAIEmbedder(None, "mine")  # type: ignore[arg-type]
    assert OpenAIEmbedder(None, "mine", 8).maker == Maker("openai/mine", 8)  # type: ignore[arg-type]
