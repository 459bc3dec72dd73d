"""The two probes an orchestrator asks, open to everyone and saying nothing else."""

from fastapi import APIRouter, Response

from holdfast.api.services import AskHere

router = APIRouter(tags=["probes"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(ask: AskHere, response: Response) -> dict[str, str]:
    """Our own parts run, and the components that were said to be required.

    A dead third party, or a record that waits, takes nobody out.
    """
    if not ask.is_ready():
        response.status_code = 503
        return {"status": "stopping"}
    if ask.components.missing():
        response.status_code = 503
        return {"status": "waiting"}  # for whom, is not everybody's business
    return {"status": "ok"}
