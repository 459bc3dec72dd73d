"""Every panel and every rule has data in a real Prometheus that scraped the real demo."""

from typing import Any, NamedTuple

import pytest

from holdfast.exports.board import RATE
from holdfast.exports.boards import BOARDS
from holdfast.exports.rules import ALERTS, RECORDINGS
from tests.exports.prometheus_server import Prometheus
from tests.exports.scraped_demo import look, wait_until_all

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(180)]


class Asked(NamedTuple):
    """One query: where it stands, and what it asks."""

    where: str
    expression: str


def queries() -> list[Asked]:
    """Of every panel, recording and alert; an alert's figures must be there in peace, too."""
    panels = [
        Asked(f"{board.title} / {row} / {panel.title}", query.expression.replace(RATE, "5m"))
        for board in BOARDS
        for row, panels in board.rows
        for panel in panels
        for query in panel.queries
    ]
    recorded = [
        Asked(f"recording {one.name}", asked)
        for one in RECORDINGS
        for asked in (one.expression, one.name)
    ]
    alerts = [Asked(f"alert {one.name}", each.figure) for one in ALERTS for each in one.conditions]
    return [*panels, *recorded, *alerts]


class Seen(NamedTuple):
    """What Prometheus answered."""

    answers: dict[str, list[float]]
    rules: list[dict[str, Any]]
    exported: list[dict[str, Any]]
    names: set[str]


def _ask_all(prometheus: Prometheus) -> Seen:
    wait_until_all(prometheus, [one.expression for one in queries()])
    groups = prometheus.ask("rules")["groups"]
    return Seen(
        {one.expression: prometheus.numbers(one.expression) for one in queries()},
        [rule for group in groups for rule in group["rules"]],
        prometheus.ask("labels"),
        set(prometheus.ask("label/__name__/values")),
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Everything was asked once."""
    return look(tmp_path_factory.mktemp("scraped"), _ask_all)


def test_every_query_has_data(seen: Seen) -> None:
    """No panel is empty, no rule is blind: the table says how many series each found."""
    table = [(len(seen.answers[one.expression]), one.where, one.expression) for one in queries()]
    for count, where, expression in table:
        print(f"{count:4}  {where:70}  {expression}")  # noqa: T201  # the table of the evidence
    assert [(where, expression) for count, where, expression in table if not count] == []
    assert len({where for _, where, _ in table}) >= 65


def test_fault_3_the_documented_names_are_really_scraped(seen: Seen) -> None:
    """By Prometheus itself, not only in our text."""
    assert {
        "crowdfunding_api_requests_total",
        "crowdfunding_api_request_duration_seconds_bucket",
        "crowdfunding_api_http_requests_total",
        "http_requests_total",
        "http_request_duration_seconds_bucket",
    } <= seen.names


def test_fault_7_every_rule_was_evaluated_without_an_error(seen: Seen) -> None:
    """Healthy, says Prometheus, of each."""
    assert len(seen.rules) == len(RECORDINGS) + len(ALERTS)
    assert [rule["name"] for rule in seen.rules if rule["health"] != "ok"] == []


def test_fault_17_no_label_of_ours_was_renamed(seen: Seen) -> None:
    """``component`` stays ``component``: nothing of the scrape configuration is called like it."""
    assert [label for label in seen.exported if str(label).startswith("exported_")] == []
