"""A rule of Prometheus, before it is anybody's YAML."""

from typing import Literal

from holdfast.events import Severity, fact

Comparison = Literal["<", ">", "=="]


@fact
class Recording:
    """*expression* is kept as the series *name*: level, metric, operations."""

    name: str
    expression: str


@fact
class Condition:
    """A figure that is always there, beyond what it may be."""

    figure: str
    comparison: Comparison
    threshold: float

    def __str__(self) -> str:
        """As PromQL."""
        return f"({self.figure}) {self.comparison} {self.threshold:g}"


@fact
class Alert:
    """All *conditions* hold for as long as *lasting*. *summary* is a template of Prometheus."""

    name: str
    severity: Severity
    lasting: str
    conditions: tuple[Condition, ...]
    summary: str
    description: str

    @property
    def expression(self) -> str:
        """As PromQL."""
        return " and ".join(str(condition) for condition in self.conditions)
