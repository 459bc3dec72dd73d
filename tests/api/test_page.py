"""The page and its files: from the bundle, with headers that allow nothing else."""

from pathlib import Path

import pytest

from holdfast.api import page
from tests.api.host import asking, mounted

pytestmark = pytest.mark.real_time

FILES = {
    "index.html": "<!doctype html>", "favicon.svg": "<svg/>", "assets/index-a1B2_c3.js": "let a",
    "assets/index-x.css": "a{}", "assets/font.woff2": "font", "secret.txt": "no",
}  # fmt: skip


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose dashboard was built; a secret lies beside it."""
    root = tmp_path / "package"
    for name, content in FILES.items():
        path = root / "dashboard" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (root / "secret.js").write_text("secret", encoding="utf-8")
    monkeypatch.setattr(page, "files", lambda package: root)
    return root / "dashboard"


@pytest.mark.parametrize("base", ["/monitoring/dashboard", "/api/monitoring/dashboard"])
async def test_the_page_is_never_kept_and_runs_nothing_foreign(
    tmp_path: Path, bundle: Path, base: str
) -> None:
    """A new version shows at once; scripts and calls only from where it came."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get(base)
    assert (answer.status_code, answer.text) == (200, FILES["index.html"])
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "kind", "forever"),
    [
        ("assets/index-a1B2_c3.js", "text/javascript; charset=utf-8", True),
        ("assets/index-x.css", "text/css; charset=utf-8", True),
        ("assets/font.woff2", "font/woff2", True),
        ("favicon.svg", "image/svg+xml", False),
    ],
)
async def test_files_have_their_type_and_hashed_ones_are_kept(
    tmp_path: Path, bundle: Path, name: str, kind: str, forever: bool
) -> None:
    """What has its hash in its name never changes."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get(f"/monitoring/dashboard/{name}")
    assert (answer.status_code, answer.text) == (200, FILES[name])
    assert answer.headers["content-type"] == kind
    assert ("immutable" in answer.headers.get("cache-control", "")) is forever
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "name",
    [
        "../secret.js", "..%2fsecret.js", "%2e%2e/secret.js", "assets/..%2f..%2fsecret.js",
        "..%5csecret.js", "%2fetc%2fpasswd", "secret.txt", "assets", "assets/", "nope.js",
        "a%00.js", "%0a.js", f"{'x' * 300}.js", ".hidden/x.js",
    ],
)  # fmt: skip
async def test_nothing_else_can_be_read(tmp_path: Path, bundle: Path, name: str) -> None:
    """No way leads out of the bundle, and a strange name is no error of ours."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        request = client.build_request("GET", "http://localhost:8000/")
        request.url = request.url.copy_with(raw_path=f"/monitoring/dashboard/{name}".encode())
        answer = await client.send(request)
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_without_a_bundle_the_page_says_how_to_get_it(tmp_path: Path, bundle: Path) -> None:
    """The API works; a missing file is only missing."""
    (bundle / "index.html").unlink()
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get("/monitoring/dashboard")
        assert (await client.get("/monitoring/dashboard/nope.js")).json()["detail"] == (
            "no such file"
        )
    assert (answer.status_code, answer.headers["content-type"]) == (
        404, "application/problem+json"
    )  # fmt: skip
    assert "HOLDFAST_SKIP_UI" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/monitoring", "/monitoring/"])
async def test_the_front_door_leads_to_the_page(tmp_path: Path, path: str) -> None:
    """Who types less gets there too."""
    app, _ = mounted(tmp_path)
    async with asking(app) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, "/monitoring/dashboard")


@pytest.mark.parametrize("environ", [{}, {"HOLDFAST_SIMULATOR_URL": "http://127.0.0.1:9"}])
async def test_the_page_is_told_that_there_is_no_simulator(
    tmp_path: Path, bundle: Path, environ: dict[str, str]
) -> None:
    """It need not ask for one; where one is configured, the page is as it was built."""
    built = page._SIMULATOR.decode() + '""'
    (bundle / "index.html").write_text(built, encoding="utf-8")
    app, _ = mounted(tmp_path, **environ)
    async with asking(app) as client:
        answer = await client.get("/monitoring/dashboard")
    assert answer.text == (built if environ else built.replace('""', '"absent"'))
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
