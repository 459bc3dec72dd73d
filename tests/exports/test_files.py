"""What is committed is what the code says, and Grafana finds all it needs in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.exports import grafana, prometheus
from holdfast.exports.boards import BOARDS
from holdfast.exports.yaml import yaml
from holdfast.telemetry.exposition.families import FAMILIES
from tests.cli.commands import inside

DEPLOY = Path(__file__).parents[2] / "deploy"
WRITTEN = {f"grafana/{name}": text for name, text in grafana.files().items()} | {
    f"prometheus/{name}": text for name, text in prometheus.files().items()
}


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_each_file_is_what_the_code_says(name: str) -> None:
    """``holdfast export grafana deploy/grafana`` and ``… prometheus deploy/prometheus`` make it."""
    assert (DEPLOY / name).read_text(encoding="utf-8") == WRITTEN[name]


def test_nothing_else_lies_there() -> None:
    """A dashboard that is gone from the code is gone from the folder."""
    found = {
        str(path.relative_to(DEPLOY))
        for folder in ("grafana", "prometheus")
        for path in (DEPLOY / folder).rglob("*")
        if path.is_file()
    }
    assert found == set(WRITTEN)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_fault_20_a_dashboard_says_what_it_is(board: Any) -> None:
    """uid, schema version, a data source in every panel and query, a refId in every query."""
    document = json.loads(grafana.as_json(board))
    panels = [one for one in document["panels"] if one["type"] != "row"]
    source = {"type": "prometheus", "uid": grafana.DATASOURCE}
    assert (document["uid"], document["schemaVersion"] >= 36) == (board.uid, True)
    assert len({one["id"] for one in document["panels"]}) == len(document["panels"])
    assert {json.dumps(one["datasource"]) for one in panels} == {json.dumps(source)}
    for one in panels:
        letters = [target["refId"] for target in one["targets"]]
        assert letters == list("ABCDEFGH")[: len(letters)]
        assert all(target["datasource"] == source for target in one["targets"])


def test_fault_18_the_data_source_has_the_uid_that_is_asked_for() -> None:
    """The one in the dashboards - and in the rules of the contract."""
    text = WRITTEN["grafana/provisioning/datasources/prometheus.yml"]
    assert f"uid: {grafana.DATASOURCE}\n" in text
    assert grafana.DATASOURCE == "prometheus"


def test_fault_17_the_target_has_no_label_of_ours() -> None:
    """So that none is renamed to ``exported_…``; and no JSON page is scraped for metrics."""
    text = WRITTEN["prometheus/prometheus.yml"]
    labels = {label for family in FAMILIES for label in family.labels}
    assert {"component", "service", "status"} <= labels
    assert "labels:" not in text
    assert "relabel_configs" not in text
    assert text.count("metrics_path: /metrics") == text.count("metrics_path") == 1


def test_fault_19_nothing_is_checked_by_grepping() -> None:
    """There is no script here: Prometheus itself is asked (test_real_prometheus)."""
    assert not list(DEPLOY.rglob("*.sh"))


def test_the_command_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folder and all; a target may be named."""
    target = ("--target", "app.example:8000")
    assert inside(monkeypatch, capsys, "export", "grafana", str(tmp_path / "g")).code == 0
    command = ("export", "prometheus", str(tmp_path / "p"), *target)
    assert inside(monkeypatch, capsys, *command).code == 0
    assert len(list((tmp_path / "g" / "dashboards").glob("*.json"))) == len(BOARDS)
    assert "app.example:8000" in (tmp_path / "p" / "prometheus.yml").read_text(encoding="utf-8")


def test_without_the_extra_the_line_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, not a traceback."""

    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name="grafana_foundation_sdk")

    monkeypatch.setattr("holdfast.cli.export.import_module", missing)
    done = inside(monkeypatch, capsys, "export", "grafana", str(tmp_path))
    assert (done.code, "holdfast[grafana]" in done.err) == (1, True)


def test_another_missing_module_is_not_explained_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a bug, and is shown as one."""

    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name="json")

    monkeypatch.setattr("holdfast.cli.export.import_module", missing)
    with pytest.raises(ModuleNotFoundError, match="grafana"):
        inside(monkeypatch, capsys, "export", "grafana", str(tmp_path))


def test_words_that_yaml_would_take_for_something_else_are_quoted() -> None:
    """Yes, no, numbers, times and colons."""
    text = yaml({"a": "no", "b": "15s", "c": {"d": ["x: y", 1, True]}, "e": [{"f": "g", "h": []}]})
    assert text.splitlines()[1:] == [
        'a: "no"', 'b: "15s"', "c:", "  d:", '    - "x: y"', "    - 1", "    - true", "e:",
        "  - f: g", "    h:",
    ]  # fmt: skip
