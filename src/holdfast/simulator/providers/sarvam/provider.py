"""Sarvam's routes, key and money."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import (
    Operation,
    Provider,
    Respond,
    SocketOperation,
    Twist,
)
from holdfast.simulator.providers.sarvam import ear, errors, hear, speak, translate, voice
from holdfast.simulator.talk import CutShort, OpenTalk, Talk
from holdfast.simulator.window import Window
from holdfast.simulator.wire import Answer, Call, Refused

BAD_KEY = "bad-key"
"""The one key that is not accepted."""

QUIET_SECONDS = 60.0

MakeTalk = Callable[[Call, float], Talk]
"""From a call and the seconds that its client may say nothing."""


class Sarvam(Provider):
    """`/sarvam/translate`, `/sarvam/text-to-speech`, …, and two WebSockets.

    *calls_paid*: how many calls are paid for. *requests_per_minute* is per account, whatever is
    called. *quiet_seconds*: how long the client of a socket may say nothing.
    """

    name: ClassVar[str] = "sarvam"

    def __init__(
        self, *, calls_paid: int = 100_000_000, requests_per_minute: int = 100_000_000,
        quiet_seconds: float = QUIET_SECONDS, clock: Clock = SYSTEM_CLOCK,
    ) -> None:  # fmt: skip
        self._credits, self._quiet_seconds = calls_paid, quiet_seconds
        self._window = Window(requests_per_minute, 60.0, clock)
        speaks = {"silent_audio": speak.silent, "truncated_stream": speak.cut}
        turns = {
            "empty_success": translate.nothing,
            "untranslated": translate.unchanged,
            "wrong_language": translate.elsewhere,
            "truncated_stream": translate.cut,
        }
        hears = {
            "empty_success": hear.nothing,
            "low_confidence": hear.unsure,
            "wrong_language": hear.misheard,
        }
        self.operations = (
            self._operation("translation", "/translate", translate.translated, turns, 400.0),
            self._operation("transliterate", "/transliterate", translate.transliterated),
            self._operation("identify-language", "/text-lid", translate.identified),
            self._operation(
                "tts", "/text-to-speech", speak.spoken,
                {"empty_success": speak.no_list, **speaks}, 600.0,
            ),
            self._operation(
                "tts-stream", "/text-to-speech/stream", speak.streamed,
                {"empty_success": speak.no_sound, **speaks}, 250.0,
            ),
            self._operation("stt", "/speech-to-text", hear.transcribed, hears, 700.0),
        )  # fmt: skip
        self.sockets = (
            SocketOperation(
                "tts-live", "/text-to-speech/ws", self._open(voice.VoiceTalk), {
                    "empty_success": voice.mute,
                    "silent_audio": voice.silent,
                    "truncated_stream": lambda _call, talk: CutShort(talk, voice.is_end),
                    "no_end": voice.without_end,
                }, 80.0, 0.05,
            ),
            SocketOperation(
                "stt-live", "/speech-to-text/ws", self._open(ear.EarTalk), {
                    "empty_success": ear.nothing,
                    "low_confidence": ear.unsure,
                    "wrong_language": ear.misheard,
                    "truncated_stream": lambda _call, talk: CutShort(talk, ear.is_end),
                }, 80.0, 0.05,
            ),
        )  # fmt: skip

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """The documented error for *status*."""
        return errors.documented(call, status, code)

    def codes(self, status: int) -> tuple[str, ...]:
        """The documented codes for *status*."""
        return errors.codes(status)

    def unknown_path(self, call: Call) -> Answer:
        """What the API says on an address it does not have."""
        return errors.documented(call, 404, None)

    def _operation(
        self, name: str, path: str, respond: Respond, twists: Mapping[str, Twist] | None = None,
        typical_ms: float = 100.0,
    ) -> Operation:  # fmt: skip
        def answer(call: Call) -> Answer:
            self._check(call)
            return respond(call)

        return Operation(name, "POST", path, answer, twists or {}, typical_ms)

    def _open(self, make: MakeTalk) -> OpenTalk:
        def opened(call: Call) -> Talk:
            self._check(call)
            return make(call, self._quiet_seconds)

        return opened

    def _check(self, call: Call) -> None:
        if not _key(call) or _key(call) == BAD_KEY:
            raise Refused(self.error(call, 403, "invalid_api_key_error"))
        if not self._window.take():
            raise Refused(self.error(call, 429, "rate_limit_exceeded_error"))
        if self._credits <= 0:
            raise Refused(self.error(call, 429, "insufficient_quota_error"))
        self._credits -= 1


def _key(call: Call) -> str:
    """From the header, a bearer token, or a browser's subprotocol."""
    named = call.headers.get("api-subscription-key", "").strip()
    bearer = call.headers.get("authorization", "").removeprefix("Bearer ").strip()
    offered = call.headers.get("sec-websocket-protocol", "")
    return named or bearer or offered.removeprefix("api-subscription-key.").strip()
