"""A knowledge base as a service: what is stored and searched goes through guards."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from holdfast.errors import CallFailed, InputRefused, LifecycleError
from holdfast.integrations.access import Access, GuardFor, ServiceHealth
from holdfast.integrations.exchange import Asked
from holdfast.integrations.extras import optional
from holdfast.integrations.free_check import free_check
from holdfast.integrations.rag import asked
from holdfast.integrations.rag_embedders import Embedder, WordEmbedder
from holdfast.integrations.rag_records import Found, Metadata, Passage, Stats, Stored
from holdfast.integrations.rag_text import VERSION, passages

T = TypeVar("T")

FILE_NAME = "knowledge.db"

MOST_DOCUMENT_CHARACTERS = 1_000_000
MOST_PASSAGES = 100
LONGEST_ID = 512
MOST_METADATA_CHARACTERS = 16_384

_NAME = re.compile(r"[\w-]{1,64}")


class Rag:
    """The knowledge base in the file at *path*, its vectors made by *embedder*.

    It needs the extra ``rag`` (NumPy). Every method raises `HoldfastError`; `ConfigurationError`
    when the base was made with another embedder. Several processes may share one file.
    """

    def __init__(self, guard_for: GuardFor, embedder: Embedder, path: Path) -> None:
        self._store_module = optional("holdfast.integrations.rag_store", "rag")
        self._guard_for, self._embedder, self.path = guard_for, embedder, path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="holdfast-rag")
        self._opened: Any = None
        self._closed = False

    @classmethod
    def over(cls, access: Access) -> Self:
        """The base at ``RAG_PATH`` (default ``knowledge.db`` in the data directory)."""
        path = access.keys.get("RAG_PATH") or access.data_dir / FILE_NAME
        return cls(access.guard_for, WordEmbedder(), Path(path))

    def using(self, *, embedder: Embedder | None = None, path: Path | None = None) -> "Rag":
        """Another base under the same guards: ``rag.using(embedder=OpenAIEmbedder(openai))``."""
        return Rag(self._guard_for, embedder or self._embedder, path or self.path)

    async def upsert(self, doc_id: str, text: str, metadata: Metadata | None = None) -> Stored:
        """Store *text* under *doc_id*, in place of what was there: all of it, or nothing.

        A document that is stored as it is costs no embedding.
        """
        _check_document(doc_id, text, metadata or {})
        call = self._guard_for("upsert").call
        return await call(self._put, asked("upsert"), doc_id, text, dict(metadata or {}))

    async def delete(self, doc_id: str) -> int:
        """How many passages were removed; 0 when there was no such document."""
        return await self._guard_for("delete").call(self._drop, asked("delete"), doc_id)

    async def search(
        self,
        question: str,
        *,
        top_k: int = 5,
        where: Metadata | None = None,
        min_score: float | None = None,
        max_characters: int = 8_000,
    ) -> Found:
        """The *top_k* passages nearest to *question*, in at most *max_characters*.

        *where*: only documents whose metadata has these values. None is found when nothing scores
        *min_score* (default: the embedder's guess); an empty base is a `SemanticError`.
        """
        if not 1 <= top_k <= MOST_PASSAGES:
            raise InputRefused(f"top_k is 1 to {MOST_PASSAGES}, got {top_k}")
        _check_names(where or {})
        least = self._embedder.min_score if min_score is None else min_score
        find = partial(self._find, top_k=top_k, where=dict(where or {}), least=least)
        return await self._guard_for("search").call(
            partial(find, room=max_characters), asked("search", question), question
        )

    async def stats(self) -> Stats:
        """How much is stored, and what made it."""
        return await self._run(lambda store: store.stats())

    async def health(self) -> ServiceHealth:
        """Whether the base can be read, was made with this embedder, and has something in it."""
        return await free_check("store", self._look)

    async def aclose(self) -> None:
        """Give the file back, for good. What is under way is finished first."""
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    async def _look(self) -> ServiceHealth:
        if self._opened is None and not self.path.exists():  # asking must not make one
            return ServiceHealth("unknown", "store", f"nothing is stored at {self.path} yet")
        await self._run(lambda store: store.check(self._embedder.maker))
        stats = await self.stats()
        detail = f"{stats.documents} documents in {stats.chunks} passages"
        return ServiceHealth("healthy" if stats.chunks else "degraded", "store", detail)

    async def _put(self, _asked: Asked, doc_id: str, text: str, metadata: Metadata) -> Stored:
        maker = self._embedder.maker
        digest = _digest(text, metadata)
        await self._run(lambda store: store.check(maker))
        before, count = await self._run(lambda store: store.digest(doc_id))
        if before == digest:
            return Stored(doc_id, count, changed=False)
        texts = passages(text)
        document = self._store_module.Document(
            doc_id=doc_id, digest=digest, metadata=metadata, texts=texts,
            vectors=await self._vectors(texts),
        )  # fmt: skip
        await self._run(lambda store: store.put(document, maker))
        return Stored(doc_id, len(texts), changed=True)

    async def _drop(self, _asked: Asked, doc_id: str) -> int:
        return await self._run(lambda store: store.delete(doc_id))

    async def _find(
        self, _asked: Asked, question: str, *, top_k: int, where: Metadata, least: float, room: int
    ) -> Found:
        maker = self._embedder.maker
        await self._run(lambda store: store.check(maker))
        (vector,) = await self._vectors([question])
        best = await self._run(lambda store: store.best(vector, maker, top_k, where))
        near = [passage for passage in best.passages if passage.score >= least]
        kept = _within(near, room)
        return Found(
            passages=kept, min_score=least, best=best.best, considered=best.considered,
            stored=best.stored, left_out=len(near) - len(kept),
        )  # fmt: skip

    async def _vectors(self, texts: Sequence[str]) -> Any:
        """Rows of length 1. An embedder that failed was repeated by its own guard, not by ours."""
        try:
            numbers = await self._embedder.embed(texts)
        except CallFailed as error:
            raise CallFailed(f"rag: {self._embedder.maker.embedder} failed: {error}") from error
        size = self._embedder.maker.dimensions
        return self._store_module.unit_vectors(numbers, len(texts), size)

    async def _run(self, work: Callable[[Any], T]) -> T:
        """*work* with the store, in its thread."""
        if self._closed:
            raise LifecycleError(f"the knowledge base at {self.path} was closed")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(self._store()))

    def _store(self) -> Any:
        if self._opened is None:
            self._opened = self._store_module.Store(self.path)
        return self._opened

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()


def _within(near: list[Passage], room: int) -> tuple[Passage, ...]:
    kept: list[Passage] = []
    for passage in near:
        room -= len(passage.text)
        if room < 0:
            break
        kept.append(passage)
    return tuple(kept)


def _digest(text: str, metadata: Metadata) -> str:
    told = json.dumps([VERSION, text, dict(metadata)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _check_document(doc_id: str, text: str, metadata: Metadata) -> None:
    if not doc_id.strip() or len(doc_id) > LONGEST_ID:
        raise InputRefused(f"a document's id has 1 to {LONGEST_ID} characters, got {len(doc_id)}")
    if not text.strip():
        raise InputRefused(f"document {doc_id!r} has no text")
    if len(text) > MOST_DOCUMENT_CHARACTERS:
        raise InputRefused(
            f"a document has at most {MOST_DOCUMENT_CHARACTERS} characters, got {len(text)}"
        )
    _check_names(metadata)
    if len(json.dumps(dict(metadata))) > MOST_METADATA_CHARACTERS:
        raise InputRefused(f"metadata has at most {MOST_METADATA_CHARACTERS} characters as JSON")


def _check_names(metadata: Metadata) -> None:
    for name, value in metadata.items():
        if not _NAME.fullmatch(name) or not isinstance(value, str | int | float | bool | None):
            raise InputRefused(
                f"metadata is plain values under names of letters, digits, _ and -, got {name!r}"
            )
