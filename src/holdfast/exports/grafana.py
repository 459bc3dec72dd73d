"""Dashboards as Grafana's JSON, and the files that provision them and their data source."""

import warnings
from collections.abc import Iterator

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import DataSourceRef

from holdfast.exports.board import Board, Panel
from holdfast.exports.boards import BOARDS
from holdfast.exports.yaml import yaml

with warnings.catch_warnings():
    # It prefers a schema that no Grafana in use reads from files yet.
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries

DATASOURCE = "prometheus"
"""The uid that panels name, and that the provisioned data source has."""

_HEIGHT, _COLUMNS = 8, 24


def files() -> dict[str, str]:
    """Everything under ``deploy/grafana``, by path."""
    return {f"dashboards/{board.uid}.json": as_json(board) for board in BOARDS} | _provisioning()


def as_json(board: Board) -> str:
    """*board* with uid, schema version and data source, the same text each time."""
    built = (
        dashboard.Dashboard(board.title).uid(board.uid).tags(["holdfast"]).readonly()
        .refresh("30s").time("now-1h", "now").timezone("browser")
    )  # fmt: skip
    numbers = iter(range(1, 1000))
    for title, panels in board.rows:
        built = built.with_row(dashboard.Row(title).id(next(numbers)))
        for one in panels:
            built = built.with_panel(_panel(one, next(numbers), _COLUMNS // min(len(panels), 4)))
    encoded: str = JSONEncoder(sort_keys=True, indent=2).encode(built.build())
    return encoded + "\n"


def _panel(one: Panel, number: int, width: int) -> "stat.Panel | timeseries.Panel":
    kind = stat.Panel if one.shape == "number" else timeseries.Panel
    built = (
        kind().id(number).title(one.title).description(one.about).unit(one.unit)
        .height(_HEIGHT).span(width).datasource(_datasource())
    )  # fmt: skip
    if isinstance(built, timeseries.Panel):
        built = built.legend(common.VizLegendOptions().show_legend(True).calcs(["last"]))
    for query, letter in zip(one.queries, _letters(), strict=False):
        built = built.with_target(
            prometheus.Dataquery().ref_id(letter).expr(query.expression)
            .legend_format(query.legend).datasource(_datasource())
        )  # fmt: skip
    return built


def _letters() -> Iterator[str]:
    return iter("ABCDEFGH")


def _datasource() -> DataSourceRef:
    return DataSourceRef("prometheus", DATASOURCE)


def _provisioning() -> dict[str, str]:
    source = {
        "name": "Prometheus", "uid": DATASOURCE, "type": "prometheus", "access": "proxy",
        "url": "http://prometheus:9090", "isDefault": True, "editable": False,
        "jsonData": {"timeInterval": "15s"},
    }  # fmt: skip
    provider = {
        "name": "holdfast", "type": "file", "folder": "Holdfast", "disableDeletion": True,
        "allowUiUpdates": False, "updateIntervalSeconds": 30,
        "options": {"path": "/var/lib/grafana/dashboards"},
    }  # fmt: skip
    return {
        "provisioning/datasources/prometheus.yml": yaml(
            {"apiVersion": 1, "prune": True, "datasources": [source]}
        ),
        "provisioning/dashboards/holdfast.yml": yaml({"apiVersion": 1, "providers": [provider]}),
    }
