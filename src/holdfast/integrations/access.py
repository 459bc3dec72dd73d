"""What a provider's client is made from, and what a service answers about its own health."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, Self

import httpx2

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import ConfigurationError
from holdfast.guard.guard import Guard
from holdfast.integrations.token_store import MemoryTokens, TokenStore
from holdfast.integrations.websocket import GuardedSocket
from holdfast.integrations.websocket_request import SocketRequest

OpenSocket = Callable[[str, str, SocketRequest], AbstractAsyncContextManager[GuardedSocket]]
"""``open_socket(url, operation, request)``: a path below the provider's base URL, guarded."""

GuardFor = Callable[[str], Guard]
"""``guard_for(operation)``: the guard of an operation that is done in this process."""

HealthState = Literal["healthy", "degraded", "unhealthy", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a service takes at most: characters, bytes, seconds of sound."""

    max_text_length: int
    max_audio_bytes: int
    max_audio_seconds: float


def no_guard(operation: str) -> Guard:
    """What an access without guards says; raises `ConfigurationError`."""
    raise ConfigurationError(f"this access has no guard for {operation!r}: give it guard_for=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The guarded ways to one provider.

    *http* raises the provider's errors as ours (`ProviderError`); *keys* are its credentials by
    environment name, none of them empty; *tokens* keeps what networks renew; *data_dir* is where
    a service may keep files.
    """

    http: httpx2.AsyncClient
    keys: Mapping[str, str] = field(repr=False)
    open_socket: OpenSocket
    limits: Limits
    clock: Clock = SYSTEM_CLOCK
    guard_for: GuardFor = no_guard
    tokens: TokenStore = field(default_factory=MemoryTokens)
    data_dir: Path = Path(".holdfast")


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How a service is, *evidence* being where we know it from.

    *evidence* names a free endpoint ("token", "credits", "models"); "traffic" when only the calls
    of the application tell (state "unknown" before the first one).
    """

    state: HealthState
    evidence: str
    detail: str = ""


class Service(Protocol):
    """A provider's client, as `Integration.services` names it."""

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*. Opens nothing yet."""

    async def health(self) -> ServiceHealth:
        """Whether the provider would serve us. Spends no money, raises nothing of its own."""
