"""What is installed is what was tested: wheel and sdist carry the page, and need no Node."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.process import free_port, get, running

pytestmark = pytest.mark.real_time

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an sdist, and the wheel that was made from it without Node."""
    folder = tmp_path_factory.mktemp("dist")
    _build("sdist", ROOT, folder, dict(os.environ))
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        # Debian's Python 3.11.2 has no filters yet; newer ones warn without.
        safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(folder / "unpacked", **safely)  # noqa: S202 - our own sdist
    source = next((folder / "unpacked").iterdir())
    _build("wheel", source, folder, {**os.environ, "PATH": str(folder / "no-node-here")})
    return folder


def _build(target: str, source: Path, folder: Path, environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(
        command, check=False, cwd=source, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_wheel_carries_what_the_program_reads(built: Path) -> None:
    """The page, the migrations and the simulator's tones are in the wheel."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    assert "holdfast/dashboard/index.html" in names
    assert any(name.startswith("holdfast/dashboard/assets/") for name in names)
    assert any(name.startswith("holdfast/storage/migrations/versions/") for name in names)
    assert any(name.endswith(".frames") for name in names)
    assert "holdfast/py.typed" in names


def test_the_three_lines_of_the_readme_work_with_the_wheel(built: Path, tmp_path: Path) -> None:
    """Pasted into a fresh file, they give metrics, health and the page."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")  # noqa: S202 - our own wheel
    pasted = README.split("```python\n")[1].split("```")[0]
    (tmp_path / "main.py").write_text(pasted, encoding="utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ("-m", "uvicorn", "main:app", "--port", str(port))
    environ = {"ENVIRONMENT": "development", "PYTHONPATH": str(tmp_path / "installed")}
    ready = f"{url}/health/live"
    with running(arguments, folder=tmp_path, ready=ready, environ=environ):
        assert get(f"{url}/health/").json()["overall_status"] == "healthy"
        assert "# TYPE holdfast_calls_total counter" in get(f"{url}/metrics").text
        page = get(f"{url}/monitoring/dashboard")
        assert (page.status_code, "assets/" in page.text) == (200, True)
        assert get(f"{url}/docs").is_success
        assert get(f"{url}/openapi.json").json()["paths"] == {}
