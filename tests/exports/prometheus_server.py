"""A real Prometheus that scrapes one address every second, for tests."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any

import httpx2
import pytest

from holdfast.exports.rules import JOB
from tests.end_to_end.process import free_port

_PATIENCE_SECONDS = 90.0


def tool(name: str) -> str:
    """The path of a program of Debian's prometheus; skips, and fails under CI, without it."""
    found = shutil.which(name)
    if found is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"no {name}: ./scripts/promtool looks for it (Debian: apt install prometheus)")
    return found


class Prometheus:
    """One that runs."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, path: str, **parameters: str) -> Any:
        """The data of an answer of its API; raises AssertionError with what it says is wrong."""
        answer = httpx2.get(
            f"{self._url}/api/v1/{path}", params=parameters, timeout=10, trust_env=False
        )
        document = answer.json()
        assert document["status"] == "success", (parameters, document)
        return document["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of *expression* now."""
        found: list[dict[str, Any]] = self.ask("query", query=expression)["result"]
        return found

    def numbers(self, expression: str) -> list[float]:
        """The values of *expression* now that are numbers."""
        values = (float(one["value"][1]) for one in self.query(expression))
        return [value for value in values if isfinite(value)]


@contextmanager
def running_prometheus(folder: Path, target: str, rules: Path) -> Iterator[Prometheus]:
    """It scrapes *target* and evaluates *rules* every second, and forgets all at the end."""
    configuration = folder / "prometheus.yml"
    configuration.write_text(
        "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
        f"rule_files: ['{rules}']\n"
        f"scrape_configs: [{{job_name: {JOB}, static_configs: [{{targets: ['{target}']}}]}}]\n",
        encoding="utf-8",
    )
    address = f"127.0.0.1:{free_port()}"
    command = [
        tool("prometheus"), f"--config.file={configuration}", f"--web.listen-address={address}",
        f"--storage.tsdb.path={folder / 'data'}",
    ]  # fmt: skip
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(f"http://{address}/-/ready", process, folder / "prometheus.log")
            yield Prometheus(f"http://{address}")
        finally:
            process.terminate()
            process.wait(15)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        try:
            if httpx2.get(url, timeout=1, trust_env=False).is_success:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer: {log.read_text(encoding='utf-8')[-2000:]}")
