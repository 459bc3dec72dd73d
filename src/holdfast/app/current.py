"""The `Monitoring` that was mounted last: for vocabularies that hold no instance of their own."""

import weakref

from holdfast.app.monitoring import Monitoring
from holdfast.errors import LifecycleError

_mounted: "list[weakref.ref[Monitoring]]" = []
"""At most one: the process's own. It is the application that keeps it alive."""


def mounted(monitoring: Monitoring) -> None:
    """*monitoring* is the current one from now on."""
    _mounted[:] = [weakref.ref(monitoring)]


def current() -> Monitoring:
    """The one that was mounted last; `LifecycleError` when there is none."""
    found = _mounted[0]() if _mounted else None
    if found is None:
        raise LifecycleError("nothing is monitored yet: call setup_monitoring(app) first")
    return found
