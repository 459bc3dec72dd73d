"""One call on its way through the simulator."""

from dataclasses import dataclass

from holdfast.simulator.provider import AnyOperation, Provider
from holdfast.simulator.wire import Answer, Call, Line


@dataclass(slots=True)
class Exchange:
    """Who is asked, what, and over which line; then what came of it.

    *fault*: the kind of fault it met. *outcome*: answered, cut (on purpose), client_gone, or
    broken (the simulator itself failed).
    """

    provider: Provider
    operation: AnyOperation
    call: Call
    line: Line
    fault: str | None = None
    answer: Answer | None = None
    outcome: str = "broken"
