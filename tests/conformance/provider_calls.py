"""How each operation of each provider is called once, well: the rows of the conformance matrix.

A provider that is new in `CATALOG` needs a row for each of its operations in ``calls/``; the
matrix says which are missing.
"""

from tests.conformance.calls import minds, social, voice
from tests.conformance.calls.ways import Rows

CALLS: dict[str, Rows] = {**minds.CALLS, **voice.CALLS, **social.CALLS}

NOT_CALLED: dict[str, dict[str, str]] = {
    **minds.NOT_CALLED, **voice.NOT_CALLED, **social.NOT_CALLED
}  # fmt: skip
"""Operations without a row, and why."""


def operation_of(row: str) -> str:
    """The operation that *row* is about: "chat" of "chat (streamed)"."""
    return row.partition(" (")[0]
