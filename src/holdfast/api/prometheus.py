"""GET /metrics, for Prometheus."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

from holdfast.api.services import Ask

router = APIRouter(tags=["prometheus"])


@router.get("/metrics", response_class=StreamingResponse)
async def metrics(ask: Ask) -> StreamingResponse:
    """Text exposition format 0.0.4; 404 when ENABLE_METRICS is off."""
    if not ask.settings.enable_metrics:
        raise HTTPException(404, "ENABLE_METRICS is off")
    media_type = "text/plain; version=0.0.4; charset=utf-8"
    return StreamingResponse(_slices(ask.prometheus()), media_type=media_type)


async def _slices(text: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Each slice as it is made; in between, others have their turn."""
    for part in text:
        yield part
        await asyncio.sleep(0)
