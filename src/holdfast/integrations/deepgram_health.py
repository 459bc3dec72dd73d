"""Whether Deepgram would serve us, from what it tells for free: the projects, and their money."""

from typing import Any
from urllib.parse import quote

import httpx2

from holdfast.errors import HoldfastError, PermissionDenied
from holdfast.integrations.access import HealthState, ServiceHealth
from holdfast.integrations.deepgram import BALANCES, PROJECTS
from holdfast.integrations.deepgram_answers import is_number
from holdfast.integrations.exchange import member


async def check(http: httpx2.AsyncClient, headers: dict[str, str]) -> ServiceHealth:
    """Asks with the key in *headers*. A key that may not see the money is a good key all the same.

    Unhealthy: the key is refused, or nothing is left. Degraded: no answer that tells.
    """
    try:
        projects = await http.get(PROJECTS, headers=headers)
        found = _listed(projects.json(), "projects")
        project = member(found[0], "project_id") if found else None
        if not isinstance(project, str):
            return ServiceHealth("healthy", "projects", "the key is taken, it has no project")
        path = BALANCES.format(project_id=quote(project, safe=""))
        return _left((await http.get(path, headers=headers)).json())
    except PermissionDenied:
        return ServiceHealth("healthy", "projects", "the key is taken, it may not see the money")
    except HoldfastError as error:
        return ServiceHealth(_state(error), "projects", str(error))


def _left(document: Any) -> ServiceHealth:
    told = [(member(one, "amount"), member(one, "units")) for one in _listed(document, "balances")]
    amounts = [(float(amount), unit) for amount, unit in told if is_number(amount)]
    if not amounts:
        return ServiceHealth("healthy", "projects", "the key is taken, no balance is told")
    left = ", ".join(f"{amount:,.10g} {unit or ''}".rstrip() for amount, unit in amounts)
    some = any(amount > 0 for amount, _ in amounts)
    return ServiceHealth("healthy" if some else "unhealthy", "credits", f"{left} left")


def _state(error: HoldfastError) -> HealthState:
    return "degraded" if getattr(error, "retryable", True) else "unhealthy"


def _listed(document: Any, name: str) -> list[Any]:
    found = member(document, name)
    return found if isinstance(found, list) else []
