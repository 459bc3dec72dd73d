"""ElevenLabs' voices, models and subscription, as validators want them."""

from typing import Any

from holdfast.events import Verdict
from holdfast.integrations.exchange import Exchange, member
from holdfast.validation.verdict import failed, passed

_NARROWED = ("search", "next_page_token", "category", "voice_type")


def judge_voices(exchange: Exchange) -> Verdict:
    """Every voice has an id; an account has at least one, unless only some were asked for."""
    return _judged("voices", member(exchange.json, "voices"), "voice_id", exchange)


def judge_models(exchange: Exchange) -> Verdict:
    """Every model has an id, and there is at least one."""
    return _judged("models", exchange.json, "model_id", exchange)


def judge_subscription(exchange: Exchange) -> Verdict:
    """Status, and how many characters were used of how many."""
    counts = (member(exchange.json, f"character_{what}") for what in ("count", "limit"))
    if not all(isinstance(count, int) and count >= 0 for count in counts):
        return failed("subscription", "character_count or character_limit is no number")
    if not isinstance(member(exchange.json, "status"), str):
        return failed("subscription", "the subscription has no status")
    return passed("subscription")


def remaining_characters(document: Any) -> float | None:
    """What is left of a subscription: infinite where overage has no cap; None when it is untold."""
    used, limit = member(document, "character_count"), member(document, "character_limit")
    if not isinstance(used, int) or not isinstance(limit, int):
        return None
    more = member(document, "max_credit_limit_extension")
    if more == "unlimited":
        return float("inf")
    return float(max(0, limit + (more if isinstance(more, int) else 0) - used))


def _judged(method: str, listed: Any, key: str, exchange: Exchange) -> Verdict:
    if not isinstance(listed, list):
        return failed(method, f"the answer has no list of {method}")
    if not all(isinstance(member(one, key), str) and one[key] for one in listed):
        return failed(method, f"one of {len(listed)} {method} has no {key}")
    if not listed and not any(exchange.asked.query.get(name) for name in _NARROWED):
        return failed(method, f"the list of {method} is empty")
    return passed(method)
