"""One webhook: each change of an alert as a JSON document, POSTed."""

from typing import Any

import httpx2

from holdfast.clock import iso
from holdfast.errors import InvalidRequest, ProtocolError, Unavailable
from holdfast.events import AlertChanged

VERSION = "1"


class Webhook:
    """POSTs to *url*. A secret in it (a path, a token) is never shown."""

    name = "webhook"

    def __init__(self, url: str) -> None:
        self._url = url

    async def tell(self, alert: AlertChanged) -> None:
        """Deliver; 2xx is delivered, 4xx is our mistake, everything else is tried again."""
        try:  # alerts are rare: a connection is kept for none of them
            async with httpx2.AsyncClient(trust_env=False, timeout=5.0) as http:
                answer = await http.post(self._url, json=document(alert))
        except httpx2.HTTPError as error:
            raise Unavailable(f"the webhook does not answer ({type(error).__name__})") from None
        except httpx2.InvalidURL:
            raise InvalidRequest("HOLDFAST_ALERT_WEBHOOK is no address to POST to") from None
        if answer.is_success:
            return
        words = f"the webhook answered {answer.status_code}"
        if answer.is_client_error and answer.status_code != 429:
            raise InvalidRequest(words, status=answer.status_code)
        raise (Unavailable if answer.is_server_error else ProtocolError)(
            words, status=answer.status_code
        )


def document(alert: AlertChanged) -> dict[str, Any]:
    """The body: flat, with its version; *since* and *at* in ISO 8601 (UTC)."""
    return {
        "version": VERSION,
        "id": alert.alert_id,
        "fingerprint": alert.fingerprint,
        "state": alert.state,
        "severity": alert.severity,
        "rule": alert.rule,
        "integration": alert.integration,
        "message": alert.message,
        "value": alert.value,
        "threshold": alert.threshold,
        "reason": alert.reason,
        "since": iso(alert.since),
        "at": iso(alert.at),
    }
