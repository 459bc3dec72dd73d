"""An application that speaks the Crowd system's vocabulary, and what it is scraped for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from holdfast.app.monitoring import Monitoring
from tests.api.host import mounted


@dataclass(frozen=True, slots=True)
class Crowd:
    """A mounted application, and its `Monitoring`."""

    app: FastAPI
    monitoring: Monitoring

    def text(self) -> str:
        """What a scrape answers."""
        return b"".join(self.monitoring.up_to_date().prometheus()).decode()

    def samples(self, name: str) -> Iterator[tuple[Mapping[str, str], float]]:
        """Labels and value of every sample called *name*."""
        for family in text_string_to_metric_families(self.text()):
            for sample in family.samples:
                if sample.name == name:
                    yield sample.labels, sample.value

    def value(self, name: str, **labels: str) -> float:
        """The sum of the samples that have *labels*; 0 when there is none."""
        return sum(
            value for found, value in self.samples(name) if labels.items() <= dict(found).items()
        )


def crowd(folder: Path, **environ: str) -> Crowd:
    """One that is mounted, and the current one."""
    return Crowd(*mounted(folder, **environ))
