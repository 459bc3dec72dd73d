"""RAG: a knowledge base in this process, guarded and judged like a provider.

Nothing is sent anywhere (but by an embedder): the operations have no address. `rag_client` does
them. The contracts call this integration point ``rag_knowledge``.
"""

from collections.abc import Iterable
from typing import Any

from holdfast.errors import ProviderError
from holdfast.events import Usage, Verdict
from holdfast.integrations.answer_errors import class_of, provider_error
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.integration import (
    Integration,
    Operation,
    ServiceDefaults,
    ServiceKind,
)
from holdfast.integrations.rag_records import Found
from holdfast.validation.retrieval import Retrieval, judge_retrieval

LOCAL = "LOCAL"
"""The method of what is done in this process."""


def asked(operation: str, text: str = "") -> Asked:
    """What the guard of *operation* checks: the *text* of a question."""
    return Asked(LOCAL, f"/{operation}", body=text.encode("utf-8", "replace"))


def judge_found(answer: Any) -> Verdict | None:
    """Whether a search found something; *answer* is a `Found`."""
    if not isinstance(answer, Found):
        return None
    return judge_retrieval(
        Retrieval(
            scores=[passage.score for passage in answer.passages],
            ids=[(passage.doc_id, passage.chunk_id) for passage in answer.passages],
            min_score=answer.min_score,
            stored=answer.stored,
            considered=answer.considered,
            best=answer.best,
            blank=not all(passage.text.strip() for passage in answer.passages),
        )
    )


def read_error(exchange: Exchange) -> ProviderError | None:
    """Nothing is sent, so no error answer comes; a status means what it means everywhere."""
    error = class_of(exchange.status)
    return provider_error("rag", exchange, error) if error else None


def read_usage(_exchange: Exchange) -> Usage | None:
    """It costs nothing; what an embedder costs is told by the embedder's own calls."""
    return None


def _question(asked: Asked) -> Iterable[str]:
    yield asked.body.decode()


RAG = Integration(
    name="rag",
    label="Knowledge base",
    kind="knowledge",
    base_url="http://localhost",
    key_names=(),
    operations=(
        Operation(
            name="search",
            method=LOCAL,
            path="/search",
            validators=(judge_found,),
            texts=_question,
        ),
        Operation(name="upsert", method=LOCAL, path="/upsert"),
        Operation(name="delete", method=LOCAL, path="/delete"),
    ),
    read_error=read_error,
    read_usage=read_usage,
    defaults=ServiceDefaults(
        rate_limit=200, timeout=10.0, max_text_length=5_000, max_audio_size_mb=25
    ),
    optional_key_names=("RAG_PATH",),
    services=(ServiceKind(name="rag", client="holdfast.integrations.rag_client:Rag"),),
)
"""Limits are those of the documented ``RAG_*`` settings; the base URL is never used."""
