"""What facts tell of a session's context: fields, never their whole values."""

from collections.abc import Mapping
from typing import Literal

from holdfast.fact import fact

LossKind = Literal["lost", "changed", "truncated", "missing"]
"""*missing*: a step needs a field that nobody was seen to have. The others tell of one that was."""


@fact
class FieldSeen:
    """What is kept of one field's value: enough to compare it, not always enough to read it.

    *kind* is "text", "number", "list", "binary" or "other"; *size* counts characters, items or
    bytes. *head* is the beginning; of binary data it is digests of ever longer beginnings. In a
    fact it is redacted, and a field that is private by its name keeps nothing but its kind.
    """

    kind: str
    size: int
    digest: str
    head: str


@fact
class ContextSeen:
    """The context as a step met it and left it, as differences within one flow of control.

    *opening*: the first step of its flow, so *entered* holds every field that was there; else
    those that had changed on the way. *lacking* were there before and did not arrive. *given* and
    *dropped* are the step's own doing. *names* are the fields there afterwards, nested ones as
    ``birth.time``. *whole*: the step was handed all there is, not only what it uses. *digest* and
    *size_bytes* (about) are those of all that is there; *cut* counts fields beyond the bound.
    *begun*: the session started in this flow, so that nothing can have come before.
    """

    opening: bool
    whole: bool
    names: tuple[str, ...]
    entered: Mapping[str, FieldSeen]
    given: Mapping[str, FieldSeen]
    lacking: tuple[str, ...]
    dropped: tuple[str, ...]
    required: tuple[str, ...]
    digest: str
    size_bytes: int
    cut: int = 0
    begun: bool = False
