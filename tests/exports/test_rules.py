"""The rules are valid, fire when they should, and are silent when they should be."""

import subprocess
from pathlib import Path

import pytest

from holdfast.exports.prometheus import files, rules
from holdfast.exports.rules import ALERTS
from tests.exports.prometheus_server import tool
from tests.exports.rule_cases import CASES, document


def _promtool(*arguments: str) -> str:
    command = [tool("promtool"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_alert_has_a_case() -> None:
    """Each fires in one of them."""
    assert {name for case in CASES for name in case.fires} == {one.name for one in ALERTS}


@pytest.mark.real_time
def test_the_rules_do_what_their_cases_say(tmp_path: Path) -> None:
    """In Prometheus' own rule player."""
    written = tmp_path / "holdfast.yml"
    written.write_text(rules(), encoding="utf-8")
    cases = tmp_path / "cases.yml"
    cases.write_text(document(str(written)), encoding="utf-8")
    assert "SUCCESS" in _promtool("test", "rules", str(cases))


@pytest.mark.real_time
def test_rules_and_configuration_are_valid(tmp_path: Path) -> None:
    """For Prometheus' own checker, whatever is scraped."""
    for name, text in files("app.example:8000").items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert "SUCCESS" in _promtool("check", "config", str(tmp_path / "prometheus.yml"))
    assert "SUCCESS" in _promtool("check", "rules", str(tmp_path / "rules" / "holdfast.yml"))
    assert '"app.example:8000"' in (tmp_path / "prometheus.yml").read_text(encoding="utf-8")
