"""Outages rehearsed in this process, ordered and ended by an operator."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from holdfast.api.recorded import Audited
from holdfast.api.services import Ask, Services
from holdfast.errors import ConfigurationError
from holdfast.guard.controls import EVERY
from holdfast.integrations.rehearsal import Kind, Rehearsal, Selected, selected_by
from holdfast.resilience.fault import Fault

router = APIRouter(prefix="/monitoring/api/faults", tags=["faults"])

_ACTOR = "api"

Name = Annotated[str, Path(pattern=r"^[\w.-]{1,40}$")]


class Order(BaseModel):
    """A rehearsal as it is ordered; see docs/how-to/rehearse-an-outage.md."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    kind: Kind
    integration: str = Field(default=EVERY, max_length=80)
    operation: str | None = Field(default=None, max_length=80)
    rate: float = Field(default=1.0, gt=0, le=1)
    delay_seconds: float = Field(default=0.0, ge=0, le=3_600)
    error: str = "Unavailable"
    answer: Any = None


@router.get("")
async def faults(ask: Ask) -> dict[str, Any]:
    """Whether outages may be rehearsed here, and which are."""
    running = ask.controls.faults.running if ask.controls.faults is not None else {}
    return {
        "enabled": ask.controls.faults is not None,
        "faults": [_shown(name, fault) for name, fault in running.items()],
    }


@router.put("/{name}")
async def start(
    name: Name, order: Order, ask: Ask, trail: Audited, response: Response
) -> dict[str, Any]:
    """Inject it from the next attempt on, instead of one of the same name."""
    selected = Selected(integration=order.integration, operation=order.operation)
    rehearsal = Rehearsal(
        kind=order.kind, selected=selected, rate=order.rate, delay_seconds=order.delay_seconds,
        error=order.error, answer=order.answer,
    )  # fmt: skip
    try:
        fault = rehearsal.fault()
        ask.controls.start_fault(
            name, fault, actor=_ACTOR, integration=order.integration, operation=order.operation
        )
    except ConfigurationError as error:
        raise HTTPException(409, str(error)) from None
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    await trail.secure(response)
    return _shown(name, fault)


@router.delete("/{name}", status_code=204)
async def stop(name: Name, ask: Ask, trail: Audited, response: Response) -> None:
    """Inject it no more; 404 when it was not running."""
    if name not in _running(ask):
        raise HTTPException(404, f"no fault named '{name}' is running")
    ask.controls.stop_fault(name, actor=_ACTOR)
    await trail.secure(response)


@router.delete("", status_code=204)
async def stop_all(ask: Ask, trail: Audited, response: Response) -> None:
    """Inject nothing any more."""
    for name in _running(ask):
        ask.controls.stop_fault(name, actor=_ACTOR)
    await trail.secure(response)


def _running(services: Services) -> list[str]:
    return list(services.controls.faults.running) if services.controls.faults is not None else []


def _shown(name: str, fault: Fault) -> dict[str, Any]:
    selected = selected_by(fault)
    kind = "error" if fault.error else "wrong_answer" if fault.answer else "delay"
    return {
        "name": name,
        "kind": kind,
        "integration": selected.integration,
        "operation": selected.operation,
        "rate": fault.rate,
        "delay_seconds": fault.delay_seconds,
        "error": getattr(fault.error, "__name__", None),
    }
