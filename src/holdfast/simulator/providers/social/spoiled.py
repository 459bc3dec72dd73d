"""Good answers about tokens made bad, with HTTP 200."""

from dataclasses import replace
from typing import Any

from holdfast.simulator.provider import Twist
from holdfast.simulator.providers.social.oauth import form_of
from holdfast.simulator.wire import Answer, Call

SOON_SECONDS = 3600


def changed(**members: Any) -> Twist:
    """The answer with these members in place of its own; None leaves one out."""

    def twist(_call: Call, good: Answer) -> Answer:
        kept = {**good.document, **members}
        return replace(good, document={n: v for n, v in kept.items() if v is not None})

    return twist


def replaced(document: Any) -> Twist:
    """Another document in place of the answer's."""

    def twist(_call: Call, good: Answer) -> Answer:
        return replace(good, document=document)

    return twist


def same_refresh_token(call: Call, good: Answer) -> Answer:
    """The used refresh token comes back as if it were a new one."""
    sent = form_of(call).get("refresh_token", "")
    return replace(good, document={**good.document, "refresh_token": sent})
