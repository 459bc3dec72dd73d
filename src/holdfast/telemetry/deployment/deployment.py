"""One worker among others: publishes what it counted, and shows what all of them did.

Every surface asks for a `refresh` first: this worker publishes, then looks at the board. So what
any worker has shown is on the board before it is shown, nobody shows less afterwards, and a call
is seen at once by the worker that made it and within a beat by the others.
"""

import asyncio
import os
import secrets
from collections.abc import Callable
from threading import RLock
from typing import Literal

from holdfast.clock import Clock
from holdfast.events import fact
from holdfast.telemetry.deployment.board import Board, BoardFailed
from holdfast.telemetry.deployment.lookout import Lookout
from holdfast.telemetry.deployment.memory_board import MemoryBoard
from holdfast.telemetry.deployment.publisher import Publisher
from holdfast.telemetry.deployment.snapshot import ALL, Decoder, Encoder, Snapshot
from holdfast.telemetry.deployment.view import Shown, View
from holdfast.telemetry.deployment.wire import pack

BEAT_SECONDS = 1.0

_MOST_QUIET_BEATS = 10
"""How long what a process counts by merely living may wait, when nobody reads it."""


@fact
class DeploymentStatus:
    """How it goes: *alone* before it joined, *ok*, or *failing*: others as they were last seen.

    *workers* are alive, *failures* and *unknown_versions* are counted since the start.
    """

    status: Literal["alone", "ok", "failing"]
    instance: str
    workers: int
    leads: bool
    failures: int
    unknown_versions: int
    last_error: str | None


def _ignore(status: DeploymentStatus) -> None:
    """Nobody wants to know."""


class Deployment:
    """*folds*, of which *calls* and *requests* are, and *counters* are everybody's, as refreshed.

    *on_change* is told the status when the board is lost, and when it is back.
    """

    def __init__(
        self, publisher: Publisher, clock: Clock, instance: str, *,
        on_change: Callable[[DeploymentStatus], None] = _ignore,
    ) -> None:  # fmt: skip
        self._publisher, self._clock, self._on_change = publisher, clock, on_change
        self._view = View(clock)
        self.folds = self._view.folds
        self.calls, self.requests = self.folds.calls, self.folds.requests
        self._lock = RLock()
        self._pid = os.getpid()
        self._failures = 0
        self._failing: str | None = None
        self._leads = False
        self._acknowledged: Snapshot | None = None
        self._acknowledged_head = self._acknowledged_core = b""
        self._encoder = Encoder()
        self._quiet_beats = 0
        self._shown: object = None
        self._under_way: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._lone: Board = MemoryBoard()
        self._be(instance)
        self._meet_at(self._lone)

    @property
    def counters(self) -> dict[str, int]:
        """Everybody's totals by name."""
        return self._view.counters

    @property
    def is_alone(self) -> bool:
        """Before it joined, and after it left."""
        return self._board is self._lone

    @property
    def resets(self) -> int:
        """How often everything was reset, as far as this worker heard."""
        return self._publisher.resets.get(ALL, 0)

    @property
    def leads(self) -> bool:
        """Whether this worker decides what must be decided once. Alone it does."""
        return self._leads or self.is_alone

    def status(self) -> DeploymentStatus:
        """How it goes."""
        word: Literal["alone", "ok"] = "alone" if self.is_alone else "ok"
        return DeploymentStatus(
            "failing" if self._failing else word, self.instance, len(self.living()), self.leads,
            self._failures, self._lookout.unknown_versions, self._failing,
        )  # fmt: skip

    def living(self) -> list[Snapshot]:
        """What the living workers say of the present, this one first."""
        members = dict(self._lookout.members)
        own = members.pop(self.instance, None)
        others = [one.snapshot for one in members.values() if one.is_alive]
        return others if own is None else [own.snapshot, *others]

    async def refresh(self) -> None:
        """Publish and look. Who asks while one is under way waits for the next."""
        if self.is_alone:
            self.refresh_now()
            return
        loop = asyncio.get_running_loop()
        if self._next is None or self._next.get_loop() is not loop:
            self._next = loop.create_task(self._refresh_after(self._under_way))
        await asyncio.shield(self._next)

    def refresh_now(self) -> None:
        """The same at once, where that needs no network; else what is shown stays."""
        if self._board.is_local:
            self._publisher.look_around()
            with self._lock:
                self._exchange()
                self._show(self._news())

    def reset(self, integration: str | None) -> None:
        """Count anew, everywhere: here at once, elsewhere when they next look."""
        with self._lock:
            self._publisher.reset(integration)
        self.refresh_now()

    async def run(self, board: Board) -> None:
        """Be one of those who meet at *board*, until cancelled."""
        try:
            while True:
                self._publisher.look_around()
                await asyncio.to_thread(self._beat, board)
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            # Not given up when this task is cancelled once more, as it is when the loop ends.
            await asyncio.shield(asyncio.create_task(asyncio.to_thread(self._leave, board)))

    async def _refresh_after(self, before: "asyncio.Task[None] | None") -> None:
        loop = asyncio.get_running_loop()
        if before is not None and before.get_loop() is loop and not before.done():
            await asyncio.wait({before})
        self._under_way, self._next = asyncio.current_task(), None
        self._publisher.look_around()
        self._show(await asyncio.to_thread(self._exchange_for_news))

    def _beat(self, board: Board) -> None:
        with self._lock:
            if board is not self._board and not self._join(board):
                return
            self._exchange(is_beat=True)
            if self._failing is None:
                self._guarded(self._lead)

    def _join(self, board: Board) -> bool:
        if os.getpid() != self._pid:  # what is counted here belongs to whoever forked this one
            self._pid = os.getpid()
            self._publisher.forget()
            self._be(secrets.token_hex(3))
        elif not self.is_alone:  # its loop ended without a farewell
            self._leave(self._board)
        if self._guarded(lambda: board.join(self.instance)):
            self._meet_at(board)
        return self._board is board

    def _leave(self, board: Board) -> None:
        with self._lock:
            if self._board is board:
                self._exchange()
                self._meet_at(self._lone)
            self._leads = False
            board.leave()

    def _meet_at(self, board: Board) -> None:
        self._board, self._lookout = board, Lookout()
        self._acknowledged_head = self._acknowledged_core = b""
        self._publisher.tell_all_again()
        if board is self._lone:
            board.leave()
            board.join(self.instance)

    def _be(self, instance: str) -> None:
        self.instance = self._publisher.instance = instance

    def _exchange(self, *, is_beat: bool = False) -> None:
        with self._lock:
            # Nobody who reads waits for a board that is away: the next beat tries it again.
            is_away = self._failing is not None and not is_beat
            if is_away or not self._guarded(lambda: self._publish_and_look(is_beat=is_beat)):
                self._lookout.see_alone(self.instance, self._publisher.snapshot())

    def _publish_and_look(self, *, is_beat: bool) -> None:
        for _ in range(2):  # again when something was reset meanwhile
            if not self._publish(is_beat=is_beat):
                self._return()
                self._publish()
            self._lookout.look(self._board, self._own())
            if not self._publisher.hear(self._lookout.newest(self._publisher.resets)):
                return

    def _publish(self, *, is_beat: bool = False) -> bool:
        publisher = self._publisher
        snapshot = publisher.snapshot()
        slices, (core, pulse) = publisher.waiting(), self._encoder.encode(snapshot)
        head: bytes | None = pack((core, pulse))
        if core == self._acknowledged_core and is_beat and self._quiet_beats < _MOST_QUIET_BEATS:
            self._quiet_beats += 1
            head = None
        accepted = self._board.publish(head, slices, publisher.oldest())
        if accepted:
            publisher.delivered(slices)
            if head is not None:
                self._acknowledged, self._quiet_beats = snapshot, 0
                self._acknowledged_head, self._acknowledged_core = head, core
        return accepted

    def _own(self) -> tuple[bytes, Snapshot] | None:
        told = self._acknowledged
        return None if told is None else (self._acknowledged_head, told)

    def _return(self) -> None:
        """It was taken for dead, and what it had published was folded: go on from there."""
        left = self._board.look({}).members.get(self.instance)
        head = left.head if left is not None else None
        told = Decoder().decode(head) if head else self._acknowledged
        self._publisher.begin_again(told)
        self._be(secrets.token_hex(3))
        self._board.join(self.instance)
        self._acknowledged_head = self._acknowledged_core = b""

    def _lead(self) -> None:
        self._leads = self._board.lead()
        if self._leads:
            publisher = self._publisher
            self._lookout.bury(self._board, publisher.resets, publisher.oldest())

    def _exchange_for_news(self) -> Shown | None:
        with self._lock:
            self._exchange()
            return self._news()

    def _show(self, news: Shown | None) -> None:
        if news is not None:
            self._view.show(news)

    def _news(self) -> Shown | None:
        """What was seen last, unless it is shown already."""
        tokens = [(name, one.token, one.is_folded) for name, one in self._lookout.members.items()]
        seen = (int(self._clock.monotonic()), self._lookout.departed.version, tokens)
        if seen == self._shown:
            return None
        self._shown = seen
        return self._view.made_of(self._lookout.picture(self._publisher.resets))

    def _guarded(self, step: Callable[[], None]) -> bool:
        """Whether *step* found the board in reach."""
        try:
            step()
        except (BoardFailed, OSError) as error:
            self._failures += 1
            was, self._failing = self._failing, str(error) or type(error).__name__
        else:
            was, self._failing = self._failing, None
        if (was is None) != (self._failing is None):
            self._on_change(self.status())
        return self._failing is None
