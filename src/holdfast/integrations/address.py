"""Where an integration is, and what may go there."""

from collections.abc import Sequence
from typing import Any

from holdfast.errors import ConfigurationError, InputRefused

_PORTS = {"http": 80, "https": 443}


class Address:
    """The base URL of *name* as its HTTP library understands it; *public* is its usual one.

    Nothing that is addressed elsewhere leaves: a key must not reach another host. What an SDK
    addresses to *public*, or to one of the *further* hosts of the provider, goes to *base*
    instead, so that no SDK can go around the configuration. Only where *base* is *public* itself
    do the further hosts get what is theirs.
    """

    def __init__(self, name: str, base: Any, public: Any, further: Sequence[Any] = ()) -> None:
        if base.scheme not in _PORTS or not base.host or base.query:
            raise ConfigurationError(
                f"the base URL of {name} must be http(s)://host[:port][/path], got {_shown(base)!r}"
            )
        self.name, self.base, self._public, self._further = name, base, public, tuple(further)
        self._prefix = _path(base).rstrip("/")

    def relative(self, request: Any) -> str:
        """The path of *request* below the base, percent-encoded; raises `InputRefused`.

        A request to the public address is readdressed in place.
        """
        known = self._known(request.url)
        if known is not None:
            if known is not self._public and _origin(self.base) == _origin(self._public):
                return _path(request.url)
            self._readdress(request, known)
        url = request.url
        if _origin(url) != _origin(self.base) or not _path(url).startswith(f"{self._prefix}/"):
            raise InputRefused(
                f"{self.name} is configured at {_shown(self.base)}; nothing goes to {_shown(url)}"
            )
        return _path(url)[len(self._prefix) :]

    def _known(self, url: Any) -> Any:
        """Which public address *url* is at, if it is not at *base* already."""
        if _origin(url) == _origin(self.base):
            return None
        places = (self._public, *self._further)
        return next((place for place in places if _origin(place) == _origin(url)), None)

    def _readdress(self, request: Any, known: Any) -> None:
        public = _path(known).rstrip("/").encode()
        target: bytes = request.url.raw_path
        if target.startswith(public + b"/"):
            target = self._prefix.encode() + target[len(public) :]
            request.url = self.base.copy_with(raw_path=target)
            request.headers["host"] = self.base.netloc.decode("ascii")


def _path(url: Any) -> str:
    path: str = url.raw_path.partition(b"?")[0].decode("ascii")
    return path


def _shown(url: Any) -> str:
    """Without what may be secret."""
    return str(url.copy_with(query=None, userinfo=b"")) if url.host else str(url)


def _origin(url: Any) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)
