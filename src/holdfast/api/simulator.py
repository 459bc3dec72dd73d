"""The running simulator's scenarios, switched from the page: only when one is configured."""

from typing import Annotated, Any

import httpx2
from fastapi import APIRouter, Body, HTTPException, Path, Response

from holdfast.api.services import Ask, Services

router = APIRouter(prefix="/monitoring/api/simulator/scenarios", tags=["simulator"])

Provider = Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,40}$")]


@router.get("")
async def scenarios(ask: Ask) -> Any:
    """What each simulated provider does, and what it can be told to do."""
    return _document(await _forward(ask, "GET", ""))


@router.put("/{provider}")
async def switch_on(
    provider: Provider, scenario: Annotated[dict[str, Any], Body()], ask: Ask
) -> Any:
    """Make *provider* misbehave."""
    return _document(await _forward(ask, "PUT", f"/{provider}", scenario))


@router.delete("/{provider}", status_code=204)
async def switch_off(provider: Provider, ask: Ask) -> Response:
    """Let *provider* behave again."""
    await _forward(ask, "DELETE", f"/{provider}")
    return Response(status_code=204)


@router.delete("", status_code=204)
async def switch_all_off(ask: Ask) -> Response:
    """Let every provider behave again."""
    await _forward(ask, "DELETE", "")
    return Response(status_code=204)


async def _forward(
    services: Services, method: str, path: str, body: dict[str, Any] | None = None
) -> httpx2.Response:
    base = services.settings.simulator_url
    if base is None:
        raise HTTPException(404, "no simulator: set HOLDFAST_SIMULATOR_URL to its address")
    try:
        async with httpx2.AsyncClient(timeout=5.0, trust_env=False) as client:
            answer = await client.request(method, f"{base.rstrip('/')}/_scenarios{path}", json=body)
    except httpx2.HTTPError as error:
        raise HTTPException(
            502, f"the simulator does not answer ({type(error).__name__})"
        ) from error
    if answer.is_error:
        raise HTTPException(answer.status_code, _detail(answer))
    return answer


def _document(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        why = "the simulator answered something else: is it really one?"
        raise HTTPException(502, why) from None


def _detail(answer: httpx2.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the simulator answered {answer.status_code}"
