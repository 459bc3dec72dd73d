"""Methods of whatever application is mounted, as functions that one may import before that."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog

from holdfast.app.current import current
from holdfast.app.tracking_methods import TrackingMethods
from holdfast.clock import SYSTEM_CLOCK
from holdfast.errors import LifecycleError
from holdfast.events import discard

P = ParamSpec("P")
R = TypeVar("R")

_said: list[str] = []


class _Nobody(TrackingMethods):
    """What is told while nothing is mounted: nothing of it is kept, and nothing raises."""

    def __init__(self) -> None:
        self.clock, self.emit = SYSTEM_CLOCK, discard

    def track(self, metric: str, value: float = 1.0, /, **labels: Any) -> None:
        """Nothing."""

    def update_component_health(self, component: str, status: str) -> None:
        """Nothing."""

    def _misused(self, metric: str, reason: str) -> None:
        """Nothing."""


NOBODY = _Nobody()


def watching() -> TrackingMethods:
    """The mounted one; without one nobody, and the first time a line in the log says so."""
    try:
        return current()
    except LifecycleError as error:
        if not _said:
            _said.append(str(error))
            structlog.get_logger("holdfast").warning("tracking_without_monitoring", why=str(error))
        return NOBODY


def of_the_mounted(method: Callable[P, R]) -> Callable[P, R]:
    """*method*, one of `NOBODY`, of the instance that is mounted when it is called."""

    @wraps(method)
    def told(*given: P.args, **named: P.kwargs) -> R:
        answer: R = getattr(watching(), method.__name__)(*given, **named)
        return answer

    return told
