"""What is installed only where it is wanted."""

from importlib import import_module
from typing import Any

from holdfast.errors import ConfigurationError


def optional(module: str, extra: str) -> Any:
    """*module*, loaded now; `ConfigurationError` names the *extra* that brings it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "holdfast":
            raise
        raise ConfigurationError(
            f"{missing} is not installed; run: pip install 'holdfast[{extra}]'"
        ) from None
