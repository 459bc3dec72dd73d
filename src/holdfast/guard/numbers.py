"""Numbers that somebody typed in: taken only when they can be what they are said to be."""

import math


def count(name: str, value: int, least: int) -> int:
    """*value* as a whole number of *least* or more; else ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}")
    return value


def seconds(value: float) -> float:
    """*value* as a time; else ValueError."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:
        raise ValueError(f"a time must be a number of seconds > 0, got {value!r}")
    return value
