"""Rules and configuration as Prometheus' YAML."""

from holdfast.exports.rule import Alert
from holdfast.exports.rules import ALERTS, JOB, RECORDINGS
from holdfast.exports.yaml import yaml

TARGET = "127.0.0.1:10000"


def files(target: str = TARGET) -> dict[str, str]:
    """Everything under ``deploy/prometheus``, by path; *target* is the host and port to scrape."""
    return {"prometheus.yml": _configuration(target), "rules/holdfast.yml": rules()}


def rules() -> str:
    """The recording rules, then the alerts."""
    recordings = [{"record": one.name, "expr": one.expression} for one in RECORDINGS]
    alerts = [_alert(one) for one in ALERTS]
    return yaml(
        {
            "groups": [
                {"name": "holdfast-recordings", "interval": "15s", "rules": recordings},
                {"name": "holdfast-alerts", "interval": "15s", "rules": alerts},
            ]
        }
    )


def _alert(one: Alert) -> dict[str, object]:
    return {
        "alert": one.name,
        "expr": one.expression,
        "for": one.lasting,
        "labels": {"severity": one.severity},
        "annotations": {"summary": one.summary, "description": one.description},
    }


def _configuration(target: str) -> str:
    # No target label is called like one of ours: none becomes `exported_…` (contract fault 17).
    return yaml(
        {
            "global": {
                "scrape_interval": "15s",
                "scrape_timeout": "10s",
                "evaluation_interval": "15s",
            },
            "rule_files": ["rules/*.yml"],
            "scrape_configs": [
                {
                    "job_name": JOB,
                    "metrics_path": "/metrics",
                    "static_configs": [{"targets": [target]}],
                }
            ],
        }
    )
