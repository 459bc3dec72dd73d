"""What our transports need of an HTTP library: httpx and httpx2 share a shape, not classes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from holdfast.errors import (
    CallFailed,
    CallRefused,
    InputRefused,
    ProtocolError,
    TimedOut,
    Unavailable,
)
from holdfast.integrations.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Library:
    """The classes of one HTTP library.

    *url*, *response*, *whole_body* (of bytes) and *passing_body* (of a `Delivery`) make its
    objects; the rest are its exceptions.
    """

    url: Callable[[str], Any]
    response: Callable[..., Any]
    whole_body: Callable[[bytes], Any]
    passing_body: Callable[[Delivery], Any]
    no_connection_free: type[Exception]
    not_connected: tuple[type[Exception], ...]
    too_slow: type[Exception]
    malformed_request: type[Exception]
    any_failure: type[Exception]

    @contextmanager
    def sending(self, name: str) -> Iterator[None]:
        """Turn the library's exceptions into ours, until an answer has begun."""
        try:
            yield
        except self.no_connection_free:
            raise CallRefused(f"{name}: every connection of the pool is in use") from None
        except self.too_slow as error:
            raise self._told(TimedOut(f"{name}: {_name(error)}"), error) from error
        except self.malformed_request:
            # Its text quotes the offending header, which may be the key: it is not kept.
            raise InputRefused(
                f"{name}: the request is not valid HTTP; look for a line break in the key"
            ) from None
        except self.any_failure as error:
            failure = Unavailable(f"{name}: {_name(error)} {error}".rstrip())
            raise self._told(failure, error) from error

    @contextmanager
    def receiving(self, name: str) -> Iterator[None]:
        """Turn the library's exceptions into ours, while an answer is coming."""
        try:
            yield
        except self.too_slow as error:
            raise TimedOut(f"{name}: {_name(error)} in the middle of the answer") from error
        except self.any_failure as error:
            raise ProtocolError(f"{name}: the answer was cut short ({_name(error)})") from error

    def _told(self, failure: CallFailed, error: Exception) -> CallFailed:
        if isinstance(error, self.not_connected):
            failure.effect = "none"
        return failure


def library_of(http: Any, passing_body: Callable[[Delivery], Any]) -> Library:
    """What the module *http* (httpx or httpx2) calls these things."""
    return Library(
        url=http.URL,
        response=http.Response,
        whole_body=http.ByteStream,
        passing_body=passing_body,
        no_connection_free=http.PoolTimeout,
        not_connected=(http.ConnectError, http.ConnectTimeout),
        too_slow=http.TimeoutException,
        malformed_request=http.LocalProtocolError,
        any_failure=http.RequestError,
    )


def _name(error: Exception) -> str:
    return type(error).__name__
