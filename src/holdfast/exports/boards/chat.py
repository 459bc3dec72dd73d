"""Chats: how many, from the cache or from documents, and how long they take."""

from holdfast.exports.board import Board, panel, percentiles, quantile, rate, share

_MESSAGES = "chat_messages_total"
_CHAT = "chat_processing_duration_seconds"
_SEARCH = "vector_search_duration_seconds"

CHAT = Board(
    "holdfast-chat",
    "Holdfast / Chat",
    (
        (
            "Messages",
            (
                panel(
                    "Messages a minute", "short",
                    (f"60 * {rate('chat_messages_total', 'message_type')}", "{{message_type}}"),
                ),
                panel(
                    "Answered from the cache", "percentunit",
                    (share(f'{_MESSAGES}{{cache_hit="True"}}', _MESSAGES), "cache"),
                ),
                panel(
                    "Answered with retrieved documents", "percentunit",
                    (share(f'{_MESSAGES}{{rag_used="True"}}', _MESSAGES), "RAG"),
                ),
                panel(
                    "Who asks", "short",
                    (f"60 * {rate('chat_messages_total', 'user_type')}", "{{user_type}}"),
                ),
            ),
        ),
        (
            "Work",
            (
                panel("Chats that were answered", "s", *percentiles(_CHAT)),
                panel(
                    "p95 by model", "s",
                    (quantile(0.95, _CHAT, "model"), "{{model}}"),
                ),
                panel(
                    "Vector search, p95", "s",
                    (quantile(0.95, _SEARCH, "collection"), "{{collection}}"),
                ),
                panel(
                    "Memory operations a second", "ops",
                    (rate("memory_operations_total", "operation"), "{{operation}}"),
                ),
            ),
        ),
    ),
)  # fmt: skip
