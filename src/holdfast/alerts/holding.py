"""Who holds an alert says so; one that nobody holds any more is over, and says why.

A process that is killed cannot resolve what it told. Whoever starts or runs beside it does, once
the last word of its watch is old.
"""

from holdfast.alerts.alert_log import AlertLog
from holdfast.alerts.watch import Watch
from holdfast.events import AlertChanged

HOLD_SECONDS = 30.0
UNHELD_SECONDS = 90.0
_MOST_OTHERS = 200
_REASON = "nobody watches it any more: the process that told it has ended"


class Holding:
    """The alerts of one *watch*, and those left behind by others. *now* is Unix seconds."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._next = self._ends_from = float("-inf")
        self._is_first = True

    def is_due(self, now: float) -> bool:
        """Whether it is time to say so again."""
        return now >= self._next

    async def settle(
        self, log: AlertLog, now: float, *, are_ours: bool = True
    ) -> list[AlertChanged]:
        """Hold ours in *log*, and return those that ended because nobody did.

        What a former process left firing goes on when we find it, too. When they are not ours the
        watch only follows another, which may know better by now: nothing is held.
        """
        self._next = now + HOLD_SECONDS
        recorded = await log.page("firing", limit=_MOST_OTHERS)
        self._watch.see_others(recorded.items, inherit=self._is_first)
        self._is_first = False
        firing = self._watch.firing() if are_ours else []
        if firing:
            await log.hold(firing, now)
        if now < self._ends_from:
            return []
        ended = await log.end_unheld(now - UNHELD_SECONDS, now, _REASON)
        self._watch.end_others(ended)
        return ended

    def failed(self, now: float) -> None:
        """The log did not answer: others may not have reached it either, so they get time."""
        self._ends_from = now + UNHELD_SECONDS
