"""The example's chat: who asks, what he asked before, and whether the answer is known already."""

from collections import OrderedDict, deque
from collections.abc import AsyncIterator

from holdfast.app.monitoring import Monitoring
from holdfast.demo.guidance import MODEL, Guidance
from holdfast.demo.knowledge import Knowledge

TOKENS = {"member-token": "member", "expired-token": None}
"""The example's members: a token and whose it is; None: it was good once."""

_MOST_CACHED, _MOST_CHATS, _REMEMBERED = 4, 100, 3


class NotSignedIn(Exception):
    """The token is none, or no longer."""


class Chats:
    """Answers messages word by word; timed to the last one."""

    def __init__(self, monitoring: Monitoring, guidance: Guidance) -> None:
        self._monitoring, self._guidance = monitoring, guidance
        self._knowledge = Knowledge(monitoring)
        self._cached: OrderedDict[str, str] = OrderedDict()
        self._memory: OrderedDict[tuple[str, str], deque[str]] = OrderedDict()

    def who(self, token: str | None) -> str:
        """The user's type; raises `NotSignedIn`, which is counted."""
        if token is None:
            return "anonymous"
        if TOKENS.get(token) is None:
            known = "expired" if token in TOKENS else "unknown"
            self._monitoring.track_auth_error("demo", known, "/chat")
            raise NotSignedIn
        return "authenticated"

    async def answer(self, message: str, user_type: str, chat_id: str) -> AsyncIterator[str]:
        """The answer to *message*: one that is known, or the model's with facts and history."""
        history = self._remember(message, user_type, chat_id)
        known = self._cached.get(message)
        facts = [] if known else self._knowledge.search(message)
        cache_hit, rag_used = known is not None, bool(facts)
        self._monitoring.track_chat_message(user_type, cache_hit=cache_hit, rag_used=rag_used)
        with self._monitoring.track_request_performance(
            "/chat", user_type, model=MODEL, cache_hit=cache_hit, rag_used=rag_used
        ):
            if known is not None:
                yield known
                return
            words = []
            async for word in self._guidance.stream(message, facts, history):
                words.append(word)
                yield word
        self._cached[message] = "".join(words)
        while len(self._cached) > _MOST_CACHED:
            self._cached.popitem(last=False)

    def _remember(self, message: str, user_type: str, chat_id: str) -> list[str]:
        """What was asked in this chat before."""
        memory = self._memory.setdefault((user_type, chat_id), deque(maxlen=_REMEMBERED))
        before = list(memory)
        memory.append(message)
        while len(self._memory) > _MOST_CHATS:
            self._memory.popitem(last=False)
        for operation in ("recall", "store"):
            self._monitoring.track_memory_operation(operation, "short_term", user_type)
        chats = sum(of == user_type for of, _ in self._memory)
        self._monitoring.update_session_count("chat", user_type, chats)
        return before
