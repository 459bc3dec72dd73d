"""Where a socket may be opened: at the host its integration is configured at, and nowhere else."""

from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, urlsplit

from holdfast.errors import ConfigurationError, InputRefused
from holdfast.integrations.exchange import Asked, query_of

_AS_SOCKET = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_PORTS = {"ws": 80, "wss": 443}
_SHORTEST_SECRET = 6


class SocketAddress:
    """A *url* of the integration *name*, ws(s)://… or a path below its *base_url*.

    Raises `InputRefused` when it leads to another host than *base_url* (http(s) or ws(s)), for a
    key must not reach another one. What may be secret is never shown.
    """

    def __init__(self, name: str, base_url: str, url: str) -> None:
        base = _split(name, base_url)
        if base.scheme not in _AS_SOCKET or not base.hostname:
            raise ConfigurationError(
                f"the base URL of {name} must be http(s):// or ws(s)://host[:port][/path], "
                f"got {_shown(base)!r}"
            )
        base = base._replace(scheme=_AS_SOCKET[base.scheme])
        if url.startswith("/"):
            url = f"{base.scheme}://{base.netloc}{base.path.rstrip('/')}{url}"
        asked = _split(name, url)
        if _origin(asked) != _origin(base) or asked.fragment or "@" in asked.netloc:
            raise InputRefused(
                f"{name} is configured at {_shown(base)}; no socket goes to {_shown(asked)}"
            )
        self.name, self.url = name, url
        self.asked = Asked("GET", asked.path, query_of(asked.query.encode()))


class Secrets:
    """The words of a handshake that no message may repeat: its headers, protocols and query."""

    def __init__(
        self, asked: Asked, headers: Mapping[str, str], subprotocols: Iterable[str]
    ) -> None:
        texts = (*headers.values(), *subprotocols, *asked.query.values())
        self._words = {word for text in texts for word in (text, *text.split())}

    def out_of(self, text: str) -> str:
        """*text* with each of them replaced."""
        for word in sorted(self._words, key=len, reverse=True):
            if len(word) >= _SHORTEST_SECRET:
                text = text.replace(word, "***")
        return text


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # read to be checked
    except ValueError:
        raise InputRefused(f"{name}: the address of the socket is not a URL") from None
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _shown(parts: SplitResult) -> str:
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
