"""Errors as RFC 9457 problem details (native routes) or the contract's ``{"detail": …}``."""

from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from holdfast.api.paths import local_path

_NATIVE_PREFIX = "/monitoring/"
_FAILED = {
    "services": "Services health check failed",
    "metrics": "Metrics retrieval failed",
    "alerts": "Alerts retrieval failed",
    "configuration": "Configuration retrieval failed",
    "status": "System status retrieval failed",
}
"""What the contract says by the last part of the path."""

_ENVELOPE = ("type", "loc", "msg", "input")
_LONGEST_INPUT = 100


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An ``application/problem+json`` answer."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """What a route raised on purpose."""
    if not isinstance(error, HTTPException):  # registered for this class only
        raise error
    headers = dict(error.headers) if error.headers else None
    if _is_native(request):
        return problem(error.status_code, str(error.detail), headers)
    return JSONResponse({"detail": error.detail}, error.status_code, headers)


async def on_bad_input(request: Request, error: Exception) -> JSONResponse:
    """A parameter of the wrong type or range: which one, and why.

    The contract's routes give back the *input* too, which stood in the address; native routes
    take bodies, whose values are never repeated.
    """
    if not isinstance(error, RequestValidationError):  # registered for this class only
        raise error
    found = [{key: one[key] for key in _ENVELOPE} for one in error.errors()]
    if _is_native(request):
        lines = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in found)
        return problem(422, "; ".join(lines))
    for one in found:
        one["input"] = str(one["input"])[:_LONGEST_INPUT]
    return JSONResponse({"detail": found}, 422)


async def on_failure(request: Request, error: Exception) -> JSONResponse:
    """What should not have happened: said without the exception's text (contract fault 24)."""
    del error
    if _is_native(request):
        return problem(500, "Holdfast failed to compute this answer; the log says why")
    above, _, last = local_path(request.scope).rpartition("/")
    if above.endswith(("/services", "/trends")):
        what = "Trends retrieval" if above.endswith("/trends") else "Service health check"
        return JSONResponse({"detail": f"{what} failed"}, 503)
    if last == "reset":
        return JSONResponse({"detail": "Metrics reset failed"}, 500)
    return JSONResponse({"detail": _FAILED.get(last, "Health check failed")}, 503)


def _is_native(request: Request) -> bool:
    return local_path(request.scope).startswith(_NATIVE_PREFIX)
