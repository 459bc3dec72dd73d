"""When two calls are the same question: by a key that the operation declares."""

from collections.abc import Callable, Hashable

from holdfast.errors import ConfigurationError
from holdfast.resilience.policy import Call

Key = Callable[..., Hashable | None]
"""Given a call's own arguments, named ones included; None means: like no other call.

Whatever the answer depends on belongs into the key: the user too, when answers differ by user.
"""


def key_of(call: Call, key: Key) -> Hashable | None:
    """The key of *call*; None for what must not be shared. Raises `ConfigurationError`."""
    if not call.shareable:
        return None
    named = call.named
    found = key(*call.arguments, **named) if named else key(*call.arguments)
    try:
        hash(found)
    except TypeError:
        name = f"{call.origin.integration} {call.origin.operation}"
        kind = type(found).__name__
        raise ConfigurationError(
            f"the key of {name} must be hashable (a string, a tuple of them), got a {kind}"
        ) from None
    return found
