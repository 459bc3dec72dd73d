"""What guards share, on Redis (7 and later) or Valkey (tested on 9).

Keys begin with ``{holdfast:1}:`` - the prefix and the version of what is kept; the braces keep
them on one node of a cluster. They hold no user's name, and all expire. Decisions are Lua scripts
on the server's clock. Our client never retries: who asks decides alone meanwhile, and asks again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_args

from holdfast.errors import SettingsError
from holdfast.events import BreakerName
from holdfast.resilience.shared import (
    CONTEST_SECONDS,
    MEMBER_SECONDS,
    Key,
    Lease,
    LeaseAsk,
    Move,
    Position,
    ProbeAsk,
    ProbeLeave,
    Seen,
    SharingFailed,
    Told,
)
from holdfast.storage.redis_scripts import Run, run, script
from holdfast.telemetry.redact import one_line

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

VERSION = 1
"""Of what is kept: processes of different versions do not meet."""

_SOCKET_SECONDS = 5.0
"""Only a net below the net: who asks bounds each answer."""

_KEEP_MS = 24 * 3600 * 1000
"""How long a breaker's last move is kept; who still stands elsewhere tells it again."""

_MOST_KEYS = 200
_NAMES = frozenset(get_args(BreakerName))
WAYS_OUT = "use redis://[user:password@]host[:6379][/0], rediss://... or unix:///path"


def open_shared_state(
    url: str, *, prefix: str = "holdfast", variable: str = "HOLDFAST_REDIS_URL"
) -> "RedisSharedState":
    """What is shared at *url*, connected at its first use. The caller closes it.

    Raises `SettingsError` with the way out, naming the *variable* it was read from; it never shows
    a password.
    """
    if find_spec("redis") is None:
        raise SettingsError(f'{variable} needs the driver: pip install "holdfast[redis]"')
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    try:
        client = Redis.from_url(
            url, client_name="holdfast", decode_responses=True, protocol=2, max_connections=4,
            retry=Retry(NoBackoff(), 0), socket_timeout=_SOCKET_SECONDS,
            socket_connect_timeout=_SOCKET_SECONDS,
        )  # fmt: skip
        # Options that the driver does not know are found only now:
        client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
    except (TypeError, ValueError):  # whose text may show the password
        raise SettingsError(f"{variable} is not a server's URL: {WAYS_OUT}") from None
    return RedisSharedState(client, prefix=prefix)


class Server(NamedTuple):
    """What answers at the address: ``redis`` or ``valkey``, its version and mode."""

    engine: str
    version: str
    mode: str


class RedisSharedState:
    """Fulfils `SharedState` by *client*, which decodes its responses and is ours to close."""

    def __init__(self, client: "Redis", *, prefix: str = "holdfast") -> None:
        self._client = client
        self._root = f"{{{prefix}:{VERSION}}}:"
        self._scripts = {name: script(name) for name in ("look", "tell", "probe", "lease")}

    async def look(self, member: str, known: Mapping[Key, int]) -> Seen:
        """What stands otherwise than *known*."""
        keys = list(known)
        starts = range(0, max(len(keys), 1), _MOST_KEYS)
        parts = [keys[start : start + _MOST_KEYS] for start in starts]
        runs = [self._look(member, part, known) for part in parts]
        answers = await self._run("look", runs)
        moved = {
            part[index - 1]: _position(position)
            for part, (_, *found) in zip(parts, answers, strict=True)
            for index, *position in found
        }
        return Seen(moved, answers[-1][0])

    async def tell(self, moves: Sequence[Move]) -> Sequence[Told]:
        """Each move, accepted when nobody moved in between."""
        runs = [Run([self._breaker(move.key)], list(_told(move))) for move in moves]
        return [
            Told(accepted == 1, _position(position))
            for accepted, *position in await self._run("tell", runs)
        ]

    async def probe(self, asks: Sequence[ProbeAsk]) -> Sequence[ProbeLeave]:
        """Leave to probe, for one holder at a time."""
        remembered = _us(CONTEST_SECONDS)
        runs = [
            Run([self._breaker(key)], [generation, holder, _us(max(seconds, 0.0)), remembered])
            for key, generation, holder, seconds in asks
        ]
        answers = await self._run("probe", runs)
        return [ProbeLeave(granted == 1, contested == 1) for granted, contested in answers]

    async def lease(self, asks: Sequence[LeaseAsk]) -> Sequence[Lease]:
        """Admissions of each rate."""
        runs = [
            Run([self._rate(ask.name), self._rate(ask.name) + ":members"], [
                ask.interval_seconds * 1e6, ask.burst, ask.wanted, ask.owed,
                _us(ask.block_seconds), ask.member, _us(MEMBER_SECONDS),
            ])
            for ask in asks
        ]  # fmt: skip
        return [
            Lease(granted, empty / 1e6, blocked / 1e6, members)
            for granted, empty, blocked, members in await self._run("lease", runs)
        ]

    async def server(self) -> Server:
        """Who answers; raises `SharingFailed`."""
        info = await self._guarded(self._client.info("server"))
        engine = info.get("server_name", "redis")
        version = info.get(f"{engine}_version", info.get("redis_version", "unknown"))
        mode = info.get("server_mode", info.get("redis_mode", "unknown"))
        return Server(engine, version, mode)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.aclose()

    async def _run(self, name: str, runs: Sequence[Run]) -> list[Any]:
        return await self._guarded(run(self._client, self._scripts[name], runs))

    async def _guarded(self, answer: Awaitable[T]) -> T:
        from redis.exceptions import RedisError, ResponseError

        try:
            return await answer
        except asyncio.CancelledError:
            # The driver would go on with a connection that has an answer or a login under way.
            await self._disconnect()
            raise
        except ResponseError as error:
            # A server that answers no (read only after a failover, loading, full) is left, so
            # that the next question goes to whoever the address means by then.
            await self._disconnect()
            raise SharingFailed(one_line(error)) from None
        except (RedisError, OSError) as error:
            raise SharingFailed(one_line(error)) from None

    async def _disconnect(self) -> None:
        with contextlib.suppress(Exception):  # it is cut already: all the better
            await self._client.connection_pool.disconnect()

    def _look(self, member: str, part: Sequence[Key], known: Mapping[Key, int]) -> Run:
        keys = [self._root + "members", *(self._breaker(key) for key in part)]
        return Run(keys, [member, _us(MEMBER_SECONDS), *(known[key] for key in part)])

    def _breaker(self, key: Key) -> str:
        return f"{self._root}breaker:{_hashed(*key)}"

    def _rate(self, name: str) -> str:
        return f"{self._root}rate:{_hashed(name)}"


@lru_cache(maxsize=4096)
def _hashed(*names: str) -> str:
    """A name of bounded length that nobody can read: a rate's key may be a tenant's."""
    return sha256("\0".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _us(seconds: float) -> int:
    return round(seconds * 1e6)


def _told(move: Move) -> Iterator[str | int]:
    position = move.position
    yield from (position.generation, int(move.insists), position.name)
    yield from (_us(position.remaining_seconds), _us(position.open_seconds))
    yield from (position.reason, _KEEP_MS + round(position.remaining_seconds * 1000))


def _position(answer: Sequence[Any]) -> Position:
    generation, name, remaining_us, open_us, reason = answer
    if name not in _NAMES:
        raise SharingFailed("a breaker stands where this version knows no place")
    return Position(int(generation), name, int(remaining_us) / 1e6, int(open_us) / 1e6, reason)
