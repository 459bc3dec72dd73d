"""The simulated account: its plan, and who it belongs to."""

from typing import Any, Final

from holdfast.simulator.providers.elevenlabs.catalog import VOICES
from holdfast.simulator.wire import Call

NO_INVOICES: Final[dict[str, Any]] = {"open_invoices": [], "has_open_invoices": False}
"""What the subscription's own address tells beyond `account`."""

_CREATED_UNIX = 1_715_367_049


def account(used: int, limit: int, resets_at: int) -> dict[str, Any]:
    """A paid plan without overage: *used* of *limit* characters, all back at *resets_at*."""
    return {
        "tier": "creator",
        "status": "active",
        "character_count": used,
        "character_limit": limit,
        "max_credit_limit_extension": 0,
        "can_extend_character_limit": False,
        "allowed_to_extend_character_limit": False,
        "next_character_count_reset_unix": resets_at,
        "voice_limit": 30,
        "voice_slots_used": len(VOICES),
        "professional_voice_limit": 1,
        "professional_voice_slots_used": 0,
        "professional_voice_slots_used_in_workspace": 0,
        "voice_add_edit_counter": 0,
        "can_extend_voice_limit": False,
        "can_use_instant_voice_cloning": True,
        "can_use_professional_voice_cloning": False,
        "current_overage": {"amount": "0", "currency": "usd"},
        "currency": "usd",
    }


def user(call: Call, plan: dict[str, Any]) -> dict[str, Any]:
    """Who owns the key that *call* came with."""
    return {
        "user_id": call.token(28, "user"),
        "workspace_id": call.token(32, "workspace", "0123456789abcdef"),
        "subscription": plan,
        "is_new_user": False,
        "is_onboarding_completed": True,
        "is_onboarding_checklist_completed": True,
        "can_use_delayed_payment_methods": False,
        "first_name": None,
        "created_at": _CREATED_UNIX,
        "seat_type": "workspace_admin",
    }
