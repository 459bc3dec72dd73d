"""What a refused handshake, and the end of a WebSocket, mean in our own errors.

Close codes: RFC 6455 section 7.4.1 and the IANA registry. No message holds a header or a query.
"""

from collections.abc import Callable, Mapping

from websockets.exceptions import (
    ConnectionClosed,
    InvalidMessage,
    InvalidStatus,
    WebSocketException,
)

from holdfast.errors import (
    CallFailed,
    InvalidRequest,
    ProtocolError,
    ProviderError,
    TimedOut,
    Unavailable,
)
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.websocket_address import Secrets

BY_CLOSE_CODE: Mapping[int, ErrorClass] = {
    1001: Unavailable,  # going away, when we did not say goodbye too
    1003: InvalidRequest,
    1007: InvalidRequest,
    1008: InvalidRequest,
    1009: InvalidRequest,
    1011: Unavailable,
    1012: Unavailable,
    1013: Unavailable,
    1014: Unavailable,
}
"""Who closed with one of these said that we were wrong (1003 to 1009), or that it is down."""

ReadError = Callable[[Exchange], ProviderError | None]
"""A provider's own error table; None: the status alone says it."""

ReadClose = Callable[[int, str], ProviderError | None]
"""A provider's own close codes and their reason; None: the code alone says it."""

ReadMessage = Callable[[str | bytes], ProviderError | None]
"""The error that a message tells, which ends the conversation; None: it tells none."""

_OK = (1000, 1001, 1005)
_PING_UNANSWERED = 1011
_LONGEST_DETAIL = 200


class SocketErrors:
    """Translates for the integration *name*; its own tables are asked first."""

    def __init__(
        self,
        name: str,
        secrets: Secrets,
        read_error: ReadError | None,
        read_close: ReadClose | None,
        read_message: ReadMessage | None = None,
    ) -> None:
        self.name = name
        self._secrets, self._read_error, self._read_close = secrets, read_error, read_close
        self._read_message = read_message

    def refused(self, error: Exception, asked: Asked, received_at: float) -> CallFailed:
        """Why the socket could not be opened."""
        kind = type(error).__name__
        if isinstance(error, InvalidStatus):
            return self._answered(error, asked, received_at)
        if isinstance(error, TimeoutError):
            return TimedOut(f"{self.name}: the socket did not open in time")
        if isinstance(error, WebSocketException) and not isinstance(error, InvalidMessage):
            return ProtocolError(f"{self.name}: the handshake breaks the protocol ({kind})")
        return Unavailable(f"{self.name}: the socket could not be opened ({kind})")

    def closed(self, closed: ConnectionClosed) -> ProviderError:
        """Why an open socket ended otherwise than with goodbyes."""
        sent, received = closed.sent, closed.rcvd
        if sent is not None and not closed.rcvd_then_sent and sent.code not in _OK:
            return self._given_up(sent.code)
        if received is None:
            return Unavailable(f"{self.name}: the connection was lost", code="1006")
        return self._said(received.code, received.reason)

    def told(self, message: str | bytes) -> ProviderError | None:
        """The error that a *message* of an open socket tells, if any."""
        error = self._read_message(message) if self._read_message is not None else None
        if error is not None:
            error.args = (self._secrets.out_of(str(error)),)
        return error

    def _answered(self, error: InvalidStatus, asked: Asked, received_at: float) -> ProviderError:
        response = error.response
        headers = {name.lower(): value for name, value in response.headers.raw_items()}
        body = bytes(response.body or b"")
        exchange = Exchange(asked, response.status_code, headers, body, received_at)
        told = self._read_error(exchange) if self._read_error is not None else None
        if told is None:
            kind = class_of(exchange.status) or ProtocolError
            told = provider_error(self.name, exchange, kind)
        told.args = (self._secrets.out_of(str(told)),)
        return told

    def _given_up(self, code: int) -> ProviderError:
        if code == _PING_UNANSWERED:
            return Unavailable(f"{self.name}: no answer to a ping", code=str(code))
        return ProtocolError(f"{self.name}: a message breaks the protocol ({code})", code=str(code))

    def _said(self, code: int, reason: str) -> ProviderError:
        told = self._read_close(code, reason) if self._read_close is not None else None
        if told is None:
            kind = BY_CLOSE_CODE.get(code, ProtocolError)
            words = " ".join(reason.split())[:_LONGEST_DETAIL]
            parts = (f"{self.name} closed the socket with {code}", words)
            told = kind(": ".join(part for part in parts if part), code=str(code))
        told.args = (self._secrets.out_of(str(told)),)
        return told
