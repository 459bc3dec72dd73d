"""GET /metrics, for Prometheus."""

from fastapi import APIRouter, HTTPException, Response

from holdfast.api.services import Ask

router = APIRouter(tags=["prometheus"])


@router.get("/metrics")
async def metrics(ask: Ask) -> Response:
    """Text exposition format 0.0.4; 404 when ENABLE_METRICS is off."""
    if not ask.settings.enable_metrics:
        raise HTTPException(404, "ENABLE_METRICS is off")
    return Response(ask.prometheus(), media_type="text/plain; version=0.0.4; charset=utf-8")
