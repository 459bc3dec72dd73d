"""Alerts and components as rows. An alert is one row, which changes forward only."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from holdfast.clock import stamp
from holdfast.events import AlertChanged, ComponentChanged, Severity
from holdfast.storage.dialects import insert_into
from holdfast.storage.tables_of_watch import alerts
from holdfast.storage.texts import free_text, identifier, name, optional_identifier

Row = dict[str, Any]

_COLUMNS = (
    "id", "alert_type", "severity", "title", "description", "message", "details",
    "integration_name", "fingerprint", "state", "resolved", "resolved_at", "created_at",
    "updated_at",
)  # fmt: skip
_CHANGING = (
    "severity", "description", "message", "details", "state", "resolved", "resolved_at",
    "updated_at",
)  # fmt: skip
"""What moves with an alert; who acknowledged it is not ours to change."""


def alert_row(event: AlertChanged, held_at: float | None = None) -> Row:
    """A row of `monitoring_alerts`: known to be so at *held_at*, or when it changed."""
    over = event.state == "resolved"
    message = free_text(event.message)
    return {
        "id": identifier(event.alert_id),
        "alert_type": name(event.rule),
        "severity": event.severity,
        "title": name(_title(event)),
        "description": free_text(event.reason),
        "message": message,
        "details": {"value": event.value, "threshold": event.threshold, "changed_at": event.at},
        "integration_name": optional_identifier(event.integration),
        "fingerprint": identifier(event.fingerprint),
        "state": event.state,
        "resolved": over,
        "resolved_at": stamp(event.at) if over else None,
        "created_at": stamp(event.since),
        "updated_at": stamp(event.at if held_at is None else held_at),
    }


def alert_of(row: RowMapping) -> AlertChanged:
    """What `alert_row` was made of."""
    details = row["details"] or {}
    changed_at = details.get("changed_at", row["updated_at"].timestamp())
    return AlertChanged(
        row["id"], row["fingerprint"], changed_at, row["created_at"].timestamp(), row["state"],
        row["alert_type"], cast("Severity", row["severity"]), row["integration_name"],
        row["message"], details.get("value", 0.0), details.get("threshold", 0.0),
        row["description"],
    )  # fmt: skip


async def write_alerts(connection: AsyncConnection, rows: Iterable[Row]) -> None:
    """Put *rows* into those of their alerts; what is older than what is there changes nothing."""
    latest: dict[str, Row] = {}
    for row in rows:
        before = latest.get(row["id"])
        if before is None or before["updated_at"] <= row["updated_at"]:
            latest[row["id"]] = {**dict.fromkeys(_COLUMNS), **row}
    if not latest:
        return
    insert = insert_into(connection, alerts)
    write = insert.on_conflict_do_update(
        index_elements=[alerts.c.id],
        set_={column: insert.excluded[column] for column in _CHANGING},
        where=alerts.c.updated_at <= insert.excluded.updated_at,
    )
    # Sorted: two writers that lock the same rows in the same order cannot block each other.
    await connection.execute(write, [latest[key] for key in sorted(latest)])


def component_row(event: ComponentChanged, key: Row) -> Row:
    """A row of `monitoring_integration_health` for a component, ours or the application's."""
    return {
        **key,
        "at": stamp(event.at),
        "integration": name(event.component),
        "operation": "component",
        "status": event.after,
        "since": stamp(event.at),
        "detail": {"before": event.before, "reason": free_text(event.reason)},
    }


def _title(event: AlertChanged) -> str:
    words = event.rule.replace("_", " ")
    return f"{event.integration}: {words}" if event.integration else words
