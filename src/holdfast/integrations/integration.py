"""What is known of a provider, as data: its operations, its errors, its costs, its limits."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from holdfast.errors import ProviderError
from holdfast.events import Usage, Verdict
from holdfast.guard.stream import Watch
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.sound_sent import SoundSent

ExchangeValidator = Callable[[Exchange], Verdict | None]
"""Judges an answer; returns None when it cannot. Never raises, never waits."""

RequestCheck = Callable[[Asked], None]
"""Raises `InputRefused` when the request cannot succeed."""


class StreamWatch(Watch, Protocol):
    """A watch that also knows when the protocol's own end was seen, and what the call cost."""

    @property
    def complete(self) -> bool:
        """Whether nothing that matters can follow: the end marker or an error has passed."""

    def usage(self) -> Usage | None:
        """What the stream said the call cost; None when it did not."""


def never(_asked: Asked) -> bool:
    """No request of this operation asks for a stream."""
    return False


def no_texts(_asked: Asked) -> Iterable[str]:
    """Nothing in this operation's requests has a bounded length."""
    return ()


def no_sounds(_asked: Asked) -> Iterable[SoundSent]:
    """Nothing in this operation's requests is sound."""
    return ()


SOCKET = "WEBSOCKET"
"""The method of an operation that is a conversation over a WebSocket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing a provider does: *method* on *path*, where ``{name}`` stands for one segment.

    *safe*: may be repeated. *texts*: what `ServiceDefaults.max_text_length` bounds; *sounds*: what
    `max_audio_size_mb` and `max_audio_duration_sec` bound. An answer whose media type begins with
    one of *streams* is passed on as it comes and looked at by *watch*; *asks_stream* tells
    beforehand, so that it is not sent compressed. *whole* tells apart what is asked for in the
    same place: only requests whose `Asked.whole` is that are this operation (None: either).
    """

    name: str
    method: str
    path: str
    validators: tuple[ExchangeValidator, ...] = ()
    checks: tuple[RequestCheck, ...] = ()
    texts: Callable[[Asked], Iterable[str]] = no_texts
    sounds: Callable[[Asked], Iterable[SoundSent]] = no_sounds
    safe: bool = True
    expects_json: bool = True
    streams: tuple[str, ...] = ()
    asks_stream: Callable[[Asked], bool] = never
    watch: Callable[[Asked], StreamWatch] | None = None
    whole: bool | None = None

    def matches(self, asked: Asked) -> bool:
        """Whether *asked* is this operation."""
        if asked.method != self.method or self.whole not in (None, asked.whole):
            return False
        return bool(_pattern(self.path).fullmatch(asked.path))


OTHER = Operation(name="other", method="*", path="*", safe=False, expects_json=False)
"""Whatever a provider does that we have no words for: guarded, never judged, never repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDefaults:
    """The limits of a service until a setting says otherwise (times in seconds).

    Names and values are those of the documented settings: *rate_limit* calls per 60 s, *timeout*
    per attempt, *max_retries* further attempts, *circuit_breaker_reset_time* the first open time.
    """

    rate_limit: int = 60
    max_failures: int = 5
    circuit_breaker_reset_time: float = 60.0
    timeout: float = 30.0
    max_retries: int = 2
    retry_delay: float = 0.5
    max_text_length: int = 10_000
    max_audio_size_mb: int = 50
    max_audio_duration_sec: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKind:
    """One kind of service of a provider: ``get_service("elevenlabs", "tts")``.

    *client* is the `Service` that gives it, as ``module:Class``: loaded when it is asked for.
    """

    name: str
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """A provider. *key_names* are the environment names of its credentials.

    What is in *optional_key_names* may be missing; *older_key_names* maps what a credential was
    once called to its name. *further_urls* are other hosts of the provider:
    what is addressed there goes there, or to the configured base URL if that is not the public one.
    *read_error* is the provider's documented error table: None when the answer is no error.
    """

    name: str
    label: str
    kind: str
    base_url: str
    key_names: tuple[str, ...]
    operations: tuple[Operation, ...]
    read_error: Callable[[Exchange], ProviderError | None]
    read_usage: Callable[[Exchange], Usage | None]
    defaults: ServiceDefaults = ServiceDefaults()
    services: tuple[ServiceKind, ...] = ()
    optional_key_names: tuple[str, ...] = ()
    older_key_names: Mapping[str, str] = field(default_factory=dict)
    further_urls: tuple[str, ...] = ()

    def operation_of(self, asked: Asked) -> Operation:
        """The operation that *asked* is; `OTHER` when it is none of ours."""
        return next((known for known in self.operations if known.matches(asked)), OTHER)

    def operation(self, name: str) -> Operation:
        """The operation called *name*; KeyError when there is none."""
        return {known.name: known for known in (*self.operations, OTHER)}[name]


@cache
def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"\{\w+\}", path)
    return re.compile("[^/]+".join(re.escape(piece) for piece in pieces))
