"""What was asked of the simulator: a bounded list without secrets and without bodies."""

from collections import deque
from itertools import islice

from holdfast.clock import iso
from holdfast.simulator.exchange import Exchange

LONGEST_PATH = 200

Record = dict[str, str | int | float | None]


class Journal:
    """The last *most* exchanges, newest first."""

    def __init__(self, most: int = 1000) -> None:
        self._records: deque[Record] = deque(maxlen=most)

    def write(self, exchange: Exchange, at_unix_seconds: float, seconds: float) -> None:
        """Keep what happened; the oldest record goes when there is no room."""
        call, answer = exchange.call, exchange.answer
        record: Record = {
            "at": iso(at_unix_seconds),
            "provider": call.provider,
            "operation": call.operation,
            "number": call.number,
            "method": call.method,
            "path": call.path[:LONGEST_PATH],
            "status": answer.status if answer else None,
            "fault": exchange.fault,
            "outcome": exchange.outcome,
            "duration_ms": round(seconds * 1000, 1),
            "request_bytes": len(call.body),
            "answer_bytes": exchange.line.sent_bytes,
        }
        self._records.appendleft(record)

    def read(self, provider: str | None, limit: int) -> list[Record]:
        """At most *limit* records, of one *provider* or of all."""
        wanted = (r for r in self._records if provider in (None, r["provider"]))
        return list(islice(wanted, limit))
