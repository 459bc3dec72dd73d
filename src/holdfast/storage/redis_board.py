"""A board on Redis (7 and later) or Valkey: for the workers of several hosts.

A worker is alive for ten seconds after it last published; the server's clock counts. Keys begin
with ``{holdfast:1}:board:`` and expire a day after the last worker left. A server that comes back
empty is told everything again.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from holdfast.errors import SettingsError
from holdfast.storage.redis import VERSION, WAYS_OUT
from holdfast.storage.redis_scripts import script
from holdfast.telemetry.deployment.board import BoardFailed, Departed, Posted, Seen
from holdfast.telemetry.redact import one_line

if TYPE_CHECKING:
    from redis import Redis

T = TypeVar("T")

ALIVE_MS = 10_000
LEAD_MS = 5_000
_KEEP_MS = 24 * 3600 * 1000
_MOST_FOLDED = 1_000
_ANSWER_SECONDS = 0.5


def open_board(
    url: str, *, prefix: str = "holdfast", variable: str = "HOLDFAST_REDIS_URL"
) -> "RedisBoard":
    """The board at *url*, connected at its first use.

    Raises `SettingsError` with the way out, naming the *variable*; it never shows a password.
    """
    if find_spec("redis") is None:
        raise SettingsError(f'{variable} needs the driver: pip install "holdfast[redis]"')
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:
        client = Redis.from_url(
            url, client_name="holdfast-board", protocol=2, max_connections=2,
            retry=Retry(NoBackoff(), 0), socket_timeout=_ANSWER_SECONDS,
            socket_connect_timeout=_ANSWER_SECONDS,
        )  # fmt: skip
    except (TypeError, ValueError):  # whose text may show the password
        raise SettingsError(f"{variable} is not a server's URL: {WAYS_OUT}") from None
    return RedisBoard(client, prefix=prefix)


class RedisBoard:
    """Fulfils `Board` by *client*, which does not decode its responses and is ours to close."""

    is_local = False

    def __init__(self, client: "Redis", *, prefix: str = "holdfast") -> None:
        self._client = client
        self._root = f"{{{prefix}:{VERSION}}}:board:"
        self._members = self._root + "members"
        self._scripts = {
            name: client.register_script(script(f"board_{name}").text)
            for name in ("join", "publish", "look", "fold", "lead")
        }
        self._member = ""
        self._head = b""
        self._slices: dict[int, bytes] = {}
        self._departed = Departed(0, b"")

    def join(self, member: str) -> None:
        """Be there; who finds nobody begins anew."""
        self._run("join", self._members, self._root, member, ALIVE_MS)
        self._member, self._head, self._slices = member, b"", {}

    def publish(self, head: bytes | None, slices: Mapping[int, bytes], oldest: int) -> bool:
        """Replace and add, unless folded."""
        kept = {number: one for number, one in self._slices.items() if number >= oldest}
        self._head, self._slices = self._head if head is None else head, {**kept, **slices}
        answer = self._publish(head or b"", slices, oldest)
        if answer < 0:  # the server has forgotten us
            self._restore_departed()
            answer = self._publish(self._head, self._slices, oldest)
        return answer == 1

    def look(self, known: Mapping[str, str]) -> Seen:
        """Everything, in one step."""
        told = [part for pair in known.items() for part in pair]
        version, body, *found = self._run(
            "look", self._members, self._root, self._departed.version, *told
        )
        if int(version) != self._departed.version:
            self._departed = Departed(int(version), body)
        members = {
            member.decode(): Posted(token.decode(), alive == 1, folded == 1, head or None)
            for member, token, alive, folded, head in found
        }
        return Seen(members, self._departed)

    def slices(self, member: str, numbers: Collection[int]) -> Mapping[int, bytes]:
        """Those that are there."""
        wanted = list(numbers)
        key = f"{self._root}slices:{member}"
        found: Any = self._guarded(lambda: self._client.hmget(key, [str(one) for one in wanted]))
        return {
            number: one for number, one in zip(wanted, found, strict=True) if one is not None
        }  # fmt: skip

    def fold(self, member: str, token: str, departed: Departed) -> bool:
        """In one step."""
        folded = self._run(
            "fold", self._members, self._root, member, token, departed.version, departed.body,
            _MOST_FOLDED,
        )  # fmt: skip
        return bool(folded == 1)

    def remove(self, member: str) -> None:
        """Its keys; that it was folded is remembered."""
        root = self._root
        self._guarded(lambda: self._client.hdel(self._members, member))
        self._guarded(lambda: self._client.delete(f"{root}head:{member}", f"{root}slices:{member}"))

    def lead(self) -> bool:
        """By a lease."""
        return bool(self._run("lead", self._root + "leader", self._member, LEAD_MS) == 1)

    def leave(self) -> None:
        """Let the others know, if they can be told."""
        with suppress(BoardFailed):
            self._guarded(lambda: self._client.delete(f"{self._root}alive:{self._member}"))
            if self.lead():
                self._guarded(lambda: self._client.delete(self._root + "leader"))
        self._client.close()

    def _publish(self, head: bytes, slices: Mapping[int, bytes], oldest: int) -> int:
        told = [part for number, one in slices.items() for part in (number, one)]
        answer: int = self._run(
            "publish", self._members, self._root, self._member, ALIVE_MS, _KEEP_MS, oldest, head,
            *told,
        )  # fmt: skip
        return answer

    def _restore_departed(self) -> None:
        version, body = self._departed
        if version:
            key = self._root + "departed"
            self._guarded(lambda: self._client.hsetnx(key, "body", body))
            self._guarded(lambda: self._client.hsetnx(key, "version", str(version)))

    def _run(self, name: str, key: str, *arguments: Any) -> Any:
        run = self._scripts[name]
        return self._guarded(lambda: run(keys=[key], args=arguments))

    def _guarded(self, ask: Callable[[], T]) -> T:
        from redis.exceptions import RedisError

        try:
            return ask()
        except (RedisError, OSError) as error:
            raise BoardFailed(one_line(error)) from None
