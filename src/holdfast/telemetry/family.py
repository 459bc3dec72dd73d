"""A metric family: what one figure is called, and by what it is told apart."""

from typing import Literal

from holdfast.events import fact

Kind = Literal["counter", "gauge", "histogram", "summary"]

LabelValues = tuple[str, ...]


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
