"""The two probes an orchestrator asks, open to everyone and saying nothing else."""

from fastapi import APIRouter, Response

from holdfast.api.services import Ask

router = APIRouter(tags=["probes"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
async def ready(ask: Ask, response: Response) -> dict[str, str]:
    """Our own parts run. A dead third party, or a record that waits, takes nobody out."""
    if ask.is_ready():
        return {"status": "ok"}
    response.status_code = 503
    return {"status": "stopping"}
