"""D-ID: talking avatars, as jobs. The error table and the judged operations.

https://docs.d-id.com/reference/talks. A talk is created once, read until it is done, and its film
fetched from a link that expires. Creating is not idempotent: there is no key that would make it so.
"""

from collections.abc import Iterator
from typing import Any

from holdfast.errors import (
    AuthenticationError,
    ContentRejected,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    ProviderError,
    QuotaExhausted,
)
from holdfast.events import Usage
from holdfast.integrations.answer_errors import ErrorClass, class_of, provider_error
from holdfast.integrations.did_answers import (
    judge_created,
    judge_credits,
    judge_film,
    judge_listed,
    judge_talk,
)
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.integration import (
    Integration,
    Operation,
    ServiceDefaults,
    ServiceKind,
)

TALKS, TALK, CREDITS = "/talks", "/talks/{id}", "/credits"
FILM_HOST = "https://d-id-talks-prod.s3.us-west-2.amazonaws.com"
"""Where finished talks are served from; nothing is fetched from any other host."""

_MODERATED = 451
_BY_KIND: dict[str, ErrorClass] = {
    "AuthorizationError": AuthenticationError,
    "InsufficientCreditsError": QuotaExhausted,
    "ModerationError": ContentRejected,
    "NotFoundError": NotFound,
    "PermissionError": PermissionDenied,
    "ValidationError": InvalidRequest,
}


def read_error(exchange: Exchange) -> ProviderError | None:
    """``{"kind", "description"}``, from a gateway ``{"message"}``; of a job ``{"error": {…}}``.

    A job that failed or was rejected is told with HTTP 200.
    """
    document = exchange.json
    by_status = class_of(exchange.status)
    if by_status is None:
        return _failed_job(exchange, document)
    kind = _text(document, "kind")
    words = _text(document, "description") or _text(document, "message")
    known = _BY_KIND.get(kind, by_status)
    error = ContentRejected if exchange.status == _MODERATED else known
    return provider_error("did", exchange, error, code=kind or None, detail=words)


def _failed_job(exchange: Exchange, document: Any) -> ProviderError | None:
    """None as well where the job failed for a reason of D-ID's own: `judge_talk` says so."""
    told, status = member(document, "error"), member(document, "status")
    kind = _text(told, "kind")
    error = ContentRejected if status == "rejected" else _BY_KIND.get(kind)
    if status not in ("error", "rejected") or error is None:
        return None
    words = f"the talk ended as {status}. {_text(told, 'description')}"
    return provider_error("did", exchange, error, code=kind or None, detail=words)


def read_usage(exchange: Exchange) -> Usage | None:
    """The credits left, where they are told. What one talk cost is not."""
    left = member(exchange.json, "remaining") if exchange.asked.path == CREDITS else None
    return Usage("credits", 0.0, float(left)) if isinstance(left, int | float) else None


def _script(asked: Asked) -> Iterator[str]:
    text = member(member(asked.json, "script"), "input")
    if isinstance(text, str):
        yield text


def _text(document: Any, name: str) -> str:
    value = member(document, name)
    return value if isinstance(value, str) else ""


DID = Integration(
    name="did",
    label="D-ID",
    kind="avatar",
    base_url="https://api.d-id.com",
    further_urls=(FILM_HOST,),
    key_names=("DID_API_KEY",),
    optional_key_names=("DID_KEY_ENCODING",),
    operations=(
        Operation(
            name="create",
            method="POST",
            path=TALKS,
            validators=(judge_created,),
            texts=_script,
            safe=False,
        ),
        Operation(name="talk", method="GET", path=TALK, validators=(judge_talk,)),
        Operation(name="talks", method="GET", path=TALKS, validators=(judge_listed,)),
        Operation(name="delete", method="DELETE", path=TALK, expects_json=False),
        Operation(name="credits", method="GET", path=CREDITS, validators=(judge_credits,)),
        Operation(
            name="film",
            method="GET",
            path="/{account}/{talk}/{file}",
            validators=(judge_film,),
            expects_json=False,
        ),
    ),
    read_error=read_error,
    read_usage=read_usage,
    defaults=ServiceDefaults(max_text_length=40_000),
    services=(ServiceKind(name="avatar", client="holdfast.integrations.did_client:Did"),),
)
