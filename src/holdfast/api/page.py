"""The dashboard: one page and its assets, from the bundle the build hook made."""

import re
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from holdfast.api.paths import root_path
from holdfast.api.services import Ask

router = APIRouter()

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_TYPES = {
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "html": "text/html; charset=utf-8",
}
_NAME = re.compile(rf"(?:[\w-]+/)*[\w.-]{{1,100}}\.(?P<kind>{'|'.join(_TYPES)})", re.ASCII)
"""What a file of the bundle may be called: nothing that leads out of it."""

_SIMULATOR = b'name="holdfast-simulator" content='

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/monitoring/dashboard")
@router.get("/api/monitoring/dashboard")
async def page(ask: Ask) -> Response:
    """The page; it finds the API from its own address."""
    found = _file("index.html", {"Cache-Control": "no-cache"})
    if ask.settings.simulator_url is None:  # it need not ask for one, and be answered 404
        told = bytes(found.body).replace(_SIMULATOR + b'""', _SIMULATOR + b'"absent"')
        return Response(
            told, headers={**_HEADERS, "Cache-Control": "no-cache"}, media_type=_TYPES["html"]
        )
    return found


@router.get("/monitoring")
@router.get("/monitoring/")
async def front_door(request: Request) -> Response:
    """To the page."""
    return RedirectResponse(f"{root_path(request.scope)}/monitoring/dashboard")


@router.get("/monitoring/dashboard/{name:path}")
@router.get("/api/monitoring/dashboard/{name:path}")
async def asset(name: str) -> Response:
    """A file of the bundle; hashed names are kept by browsers for ever."""
    return _file(name, _FOR_EVER if name.startswith("assets/") else {})


def _file(name: str, caching: dict[str, str]) -> Response:
    known = _NAME.fullmatch(name)
    if known is None:
        raise HTTPException(404, "no such file")
    try:
        content = files("holdfast").joinpath("dashboard", *name.split("/")).read_bytes()
    except OSError:
        hint = "the dashboard was not built: reinstall without HOLDFAST_SKIP_UI"
        raise HTTPException(404, hint if name == "index.html" else "no such file") from None
    return Response(content, media_type=_TYPES[known["kind"]], headers={**_HEADERS, **caching})
