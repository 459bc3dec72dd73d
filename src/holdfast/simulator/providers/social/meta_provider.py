"""The doubles of Meta's networks: their grants, their limit, and what the Graph API says."""

from abc import abstractmethod
from collections.abc import Mapping

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider
from holdfast.simulator.providers.social import meta
from holdfast.simulator.providers.social.grants import Grants
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call

DAY_SECONDS = 86_400.0


class MetaProvider(Provider):
    """Facebook or Instagram; each names its operations."""

    def __init__(
        self,
        *,
        token_seconds: float = 60 * DAY_SECONDS,
        calls_per_hour: int = 1_000_000,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._grants = Grants(token_seconds, 0.0, clock)
        self._window, self._clock = Window(calls_per_hour, 3600.0, clock), clock
        self.operations = self._documented()

    @abstractmethod
    def _documented(self) -> tuple[Operation, ...]:
        """The operations and the ways in which each may be spoiled."""

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """The documented error for *status*."""
        return meta.error(call, status, code)

    def codes(self, status: int) -> tuple[str, ...]:
        """Codes such as ``190/463``."""
        return meta.codes(status)

    def unknown_path(self, call: Call) -> Answer:
        """What the Graph API says on an object it does not have."""
        return meta.error(call, 404)

    def headers(self, _call: Call) -> Mapping[str, str]:
        """How much of the limit is used."""
        return meta.usage(self._window)

    def _admit(self, call: Call) -> None:
        if not self._window.take():
            raise meta.refused(call, 400, "4")
