"""How bad an error is and of which kind: the table of the Crowd contract §2.1."""

_CATEGORIES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ValueError, TypeError, KeyError, AttributeError), "validation"),
    ((ConnectionError, TimeoutError), "network"),
    ((PermissionError, FileNotFoundError), "access"),
    ((MemoryError, SystemError), "system"),
)
_SEVERITIES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ValueError, TypeError, KeyError), "low"),
    ((ConnectionError, TimeoutError), "medium"),
    ((PermissionError, SystemError), "high"),
)


def severity(error: BaseException) -> str:
    """Low, medium or high; subclasses count as what they derive from."""
    return next((word for kinds, word in _SEVERITIES if isinstance(error, kinds)), "medium")


def category(error: BaseException) -> str:
    """Validation, network, access, system or application."""
    return next((word for kinds, word in _CATEGORIES if isinstance(error, kinds)), "application")
