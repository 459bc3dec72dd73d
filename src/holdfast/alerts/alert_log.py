"""Where alerts are kept once they are no longer in memory: the port that `storage` fulfils."""

from collections.abc import Sequence
from typing import Literal, Protocol

from holdfast.events import AlertChanged
from holdfast.trends.history import Page

AlertState = Literal["firing", "resolved"]


class AlertLog(Protocol):
    """One row an alert, as it last changed; of two versions the later one stays."""

    async def page(
        self, state: AlertState | None = None, *, limit: int, cursor: str | None = None
    ) -> Page[AlertChanged]:
        """The alerts that began last, first. Raises ValueError for a cursor it did not make."""

    async def count(self, state: AlertState | None = None) -> int:
        """How many there are of this state, or in all."""

    async def hold(self, alerts: Sequence[AlertChanged], now: float) -> None:
        """These fire *now* (Unix seconds), as they are here: whatever the record said before."""

    async def end_unheld(self, held_since: float, now: float, reason: str) -> list[AlertChanged]:
        """Resolve those that fire and that nobody held since *held_since*.

        Each is returned to one caller only, however many ask.
        """
