"""How a key is written so that every process writes it alike: `hash` and most `repr` differ."""

from collections.abc import Hashable
from enum import Enum
from uuid import UUID

_ALIKE = (str, int, float, bytes, UUID, Enum, type(None))


def spelled(key: Hashable) -> str | None:
    """The same text for the same key in every process, or None where that cannot be promised."""
    if isinstance(key, tuple):
        parts = [spelled(part) for part in key]
        known = [part for part in parts if part is not None]
        return None if len(known) < len(parts) else f"({', '.join(known)})"
    if isinstance(key, Enum):
        return f"{type(key).__name__}.{key.name}"
    return repr(key) if isinstance(key, _ALIKE) else None
