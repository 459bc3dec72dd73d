"""Alerts as JSON: the native document, and the voice contract's."""

from typing import Any

from holdfast.api.elsewhere import Alerts
from holdfast.clock import iso
from holdfast.events import AlertChanged


def alert(one: AlertChanged) -> dict[str, Any]:
    """An alert as it last changed; *resolved_at* is None while it fires.

    *reason* says why it is over, when not because all is well again.
    """
    return {
        "id": one.alert_id,
        "fingerprint": one.fingerprint,
        "state": one.state,
        "severity": one.severity,
        "rule": one.rule,
        "integration": one.integration,
        "message": one.message,
        "value": round(one.value, 2),
        "threshold": one.threshold,
        "since": iso(one.since),
        "changed_at": iso(one.at),
        "resolved_at": iso(one.at) if one.state == "resolved" else None,
        "reason": one.reason,
    }


def contract_alert(one: AlertChanged) -> dict[str, Any]:
    """Alert of the voice contract; *timestamp* is when it began, *state* is ours."""
    return {
        "type": one.severity,
        "service": one.integration or "all",
        "message": one.message,
        "timestamp": one.since,
        "value": round(one.value, 2),
        "threshold": one.threshold,
        "state": one.state,
    }


def known(watch: Alerts) -> list[AlertChanged]:
    """Firing and ended ones, in the order they began."""
    return sorted((*watch.ended(), *watch.firing()), key=lambda one: one.since)


def shown(watch: Alerts) -> list[AlertChanged]:
    """As `known`, with what the record says still fires elsewhere, or since before our start."""
    return sorted((*known(watch), *watch.others()), key=lambda one: one.since)


def firing_critical(watch: Alerts) -> int:
    """How many fire now that cannot wait (contract fault 8: not how many there ever were)."""
    return sum(one.severity == "critical" for one in (*watch.firing(), *watch.others()))
