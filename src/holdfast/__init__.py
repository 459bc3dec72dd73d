"""Holdfast: the operations layer for services that stand on other people's APIs.

Names are loaded when they are first used, so that ``import holdfast`` costs nothing and the
guards work where nothing else is installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.app.monitoring import Monitoring
    from holdfast.app.setup import setup_monitoring
    from holdfast.errors import (
        BreakerOpen,
        CallFailed,
        CallRefused,
        HoldfastError,
        SemanticError,
        SettingsError,
    )
    from holdfast.events import Usage, Verdict
    from holdfast.guard.guard import Guard
    from holdfast.guard.options import GuardOptions, build
    from holdfast.guard.stream import OpenStream
    from holdfast.sessions.snapshot import Privacy
    from holdfast.trends.business import BusinessRule

_WHERE = {
    "BreakerOpen": "holdfast.errors",
    "BusinessRule": "holdfast.trends.business",
    "CallFailed": "holdfast.errors",
    "CallRefused": "holdfast.errors",
    "Guard": "holdfast.guard.guard",
    "GuardOptions": "holdfast.guard.options",
    "HoldfastError": "holdfast.errors",
    "Monitoring": "holdfast.app.monitoring",
    "OpenStream": "holdfast.guard.stream",
    "Privacy": "holdfast.sessions.snapshot",
    "SemanticError": "holdfast.errors",
    "SettingsError": "holdfast.errors",
    "Usage": "holdfast.events",
    "Verdict": "holdfast.events",
    "build": "holdfast.guard.options",
    "setup_monitoring": "holdfast.app.setup",
}

__all__ = [
    "BreakerOpen",
    "BusinessRule",
    "CallFailed",
    "CallRefused",
    "Guard",
    "GuardOptions",
    "HoldfastError",
    "Monitoring",
    "OpenStream",
    "Privacy",
    "SemanticError",
    "SettingsError",
    "Usage",
    "Verdict",
    "build",
    "setup_monitoring",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'holdfast' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
