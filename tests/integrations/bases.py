"""A knowledge base of a test: its own file, its own guards, every fact kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from holdfast.events import CallFinished, Event
from holdfast.guard.controls import Controls
from holdfast.integrations.guards import guards_of
from holdfast.integrations.rag import RAG
from holdfast.integrations.rag_client import Rag
from holdfast.integrations.rag_embedders import Embedder, WordEmbedder
from tests.integrations.guarded import QUICK


class Base:
    """The service *rag*, and the *facts* of its calls."""

    def __init__(self, path: Path, embedder: Embedder | None = None) -> None:
        self.facts: list[Event] = []
        controls = Controls(sink=self.facts.append)
        guards = guards_of(
            RAG, replace(QUICK, limiter=None), controls=controls, sink=self.facts.append
        )
        self.rag = Rag(guards.__getitem__, embedder or WordEmbedder(), path)

    @property
    def told(self) -> list[tuple[str, str, str | None]]:
        """Operation, outcome and error of every call."""
        calls = [fact for fact in self.facts if isinstance(fact, CallFinished)]
        return [
            (f"{call.origin.integration}/{call.origin.operation}", call.outcome, call.error)
            for call in calls
        ]

    @property
    def last(self) -> CallFinished:
        """The newest finished call."""
        return [fact for fact in self.facts if isinstance(fact, CallFinished)][-1]


@asynccontextmanager
async def base(path: Path, embedder: Embedder | None = None) -> AsyncIterator[Base]:
    """A base at *path*, closed at the end."""
    opened = Base(path, embedder)
    try:
        yield opened
    finally:
        await opened.rag.aclose()
