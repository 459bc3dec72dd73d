"""The policy that remembers good answers: fresh ones spare a call, old ones stand in for one.

Stale-if-error as in RFC 5861, with a hard bound on the age. What is kept is handed out as it is
and to everybody with the same key: treat such answers as read-only.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from holdfast.errors import CallRefused
from holdfast.events import Verdict
from holdfast.resilience.policy import Call, Proceed
from holdfast.resilience.sameness import Key, key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOptions:
    """An answer younger than *fresh_seconds* is served instead of calling.

    One younger than *max_stale_seconds*, counted from when its call began, is served when a call
    was refused or failed; 0 switches either off. Of *max_entries* the least recently used goes.
    """

    key: Key
    fresh_seconds: float = 60.0
    max_stale_seconds: float = 0.0
    max_entries: int = 1000

    def __post_init__(self) -> None:
        if min(self.fresh_seconds, self.max_stale_seconds) < 0 or self.max_entries < 1:
            raise ValueError(f"cache needs ages >= 0 and max_entries >= 1, got {self}")
        if self.fresh_seconds == self.max_stale_seconds == 0:
            raise ValueError(f"cache needs fresh_seconds or max_stale_seconds > 0, got {self}")


Kept = tuple[Any, Verdict | None, float]
"""A good answer, its verdict, and the monotonic second since which it is as old."""


class Cache:
    """Keeps what the provider answered and the validators accepted; never a stream, nor a body."""

    def __init__(self, options: CacheOptions) -> None:
        self.options = options
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    async def __call__(self, call: Call, proceed: Proceed) -> Any:
        """The fresh answer to the same question, or what this call brings."""
        key = key_of(call, self.options.key)
        if key is None:
            return await proceed(call)
        now = call.clock.monotonic()
        kept = self._find(key, now, self.options.fresh_seconds)
        if kept is not None:
            answer, call.verdict, since = kept
            call.served_from, call.stale_age_seconds = "cache", now - since
            return answer
        answer = await proceed(call)
        if call.served_from == "provider" and not call.held:
            self._kept[key] = answer, call.verdict, now
            self._kept.move_to_end(key)
            if len(self._kept) > self.options.max_entries:
                self._kept.popitem(last=False)
        return answer

    def clear(self) -> int:
        """Forget every answer; how many those were."""
        count = len(self._kept)
        self._kept.clear()
        return count

    async def stale(self, call: Call) -> Any:
        """An old answer to the same question, with its age on *call*; raises `CallRefused`."""
        key, now = key_of(call, self.options.key), call.clock.monotonic()
        longest = self.options.max_stale_seconds
        kept = None if key is None else self._find(key, now, longest)
        if kept is None:
            raise CallRefused(f"no answer younger than {longest:g} s is kept")
        answer, _, since = kept
        call.stale_age_seconds = now - since
        return answer

    def _find(self, key: Hashable, now: float, within_seconds: float) -> Kept | None:
        kept = self._kept.get(key)
        if kept is None or now - kept[2] >= within_seconds:
            return None
        self._kept.move_to_end(key)
        return kept
