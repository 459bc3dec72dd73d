"""A metric family: what one figure is called, and by what it is told apart."""

from typing import Literal

from holdfast.events import fact

Kind = Literal["counter", "gauge", "histogram", "summary"]

LabelValues = tuple[str, ...]

SECONDS = (
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0,
)  # fmt: skip
"""The bounds that OpenTelemetry's conventions advise, and 30: a voice or a chat takes that long."""


@fact
class Family:
    """What HELP and TYPE say. *bounds* are a histogram's, ascending and without infinity."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()

    def header(self) -> str:
        """There with or without samples, so that nobody's query is wrong before the first."""
        return f"# HELP {self.name} {self.help}\n# TYPE {self.name} {self.kind}\n"
