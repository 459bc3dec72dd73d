"""ElevenLabs' routes, key, credits and headers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider, Respond
from holdfast.simulator.providers.elevenlabs import catalog, errors, spoiled
from holdfast.simulator.providers.elevenlabs.account import NO_INVOICES, account, user
from holdfast.simulator.providers.elevenlabs.melody import melody
from holdfast.simulator.providers.elevenlabs.sound import pieces, render
from holdfast.simulator.providers.elevenlabs.speech import read_speech
from holdfast.simulator.wire import Answer, Call, Refused

BAD_KEY = "bad-key"
"""The one key that is not accepted."""

PIECE_SECONDS = 0.03
"""Between two pieces of a stream at full pace."""

PAGE_SIZES = frozenset(map(str, range(1, 101)))
_RESET_AFTER_SECONDS = 30 * 86_400
_SPEAK = "/v1/text-to-speech/{voice_id}"


class ElevenLabs(Provider):
    """`/elevenlabs/v1/…` and `/elevenlabs/v2/voices`. One character costs one credit."""

    name: ClassVar[str] = "elevenlabs"

    def __init__(self, *, character_limit: int = 100_000_000, clock: Clock = SYSTEM_CLOCK) -> None:
        self._limit, self._used = character_limit, 0
        self._resets_at = int(clock.wall()) + _RESET_AFTER_SECONDS
        self.operations = (
            Operation("tts", "POST", _SPEAK, self._signed(self._speak), spoiled.SPEECH, 400.0),
            Operation(
                "tts-stream",
                "POST",
                f"{_SPEAK}/stream",
                self._signed(self._stream),
                spoiled.SPEECH,
                150.0,
            ),
            Operation("voices", "GET", "/v1/voices", self._signed(_voices), spoiled.VOICES),
            Operation("voices-search", "GET", "/v2/voices", self._signed(_search), spoiled.VOICES),
            Operation("models", "GET", "/v1/models", self._signed(_models), spoiled.MODELS),
            Operation(
                "subscription",
                "GET",
                "/v1/user/subscription",
                self._signed(self._subscription),
                spoiled.ACCOUNT,
            ),
            Operation("user", "GET", "/v1/user", self._signed(self._user)),
        )

    def error(self, call: Call, status: int, code: str | None = None) -> Answer:
        """The documented error for *status*."""
        return errors.documented(call, status, code)

    def codes(self, status: int) -> tuple[str, ...]:
        """The documented codes for *status*."""
        return errors.codes(status)

    def unknown_path(self, _call: Call) -> Answer:
        """What the API says on an address it does not have."""
        return Answer(404, document={"detail": "Not Found"})

    def headers(self, call: Call) -> Mapping[str, str]:
        """The request's id."""
        return {"request-id": errors.request_id(call)}

    def _signed(self, respond: Respond) -> Respond:
        def answer(call: Call) -> Answer:
            key = call.headers.get("xi-api-key", "").strip()
            if not key or key == BAD_KEY:
                raise Refused(self.error(call, 401, "invalid_api_key"))
            return respond(call)

        return answer

    def _stream(self, call: Call) -> Answer:
        whole = self._speak(call)
        return replace(
            whole,
            parts=pieces(whole.parts[0]),
            streamed=True,
            pause_seconds=PIECE_SECONDS,
        )

    def _speak(self, call: Call) -> Answer:
        speech = read_speech(call)
        cost = len(speech.text)
        if self._used + cost > self._limit:
            raise Refused(self.error(call, 402))
        self._used += cost
        notes = melody(speech.text, speech.speed, call.seed)
        audio = render(notes, speech.audio)
        headers = {"character-cost": str(cost), "history-item-id": call.token(20, "history")}
        return Answer(media_type=speech.audio.media_type, headers=headers, parts=(audio,))

    def _user(self, call: Call) -> Answer:
        plan = account(self._used, self._limit, self._resets_at)
        return Answer(document=user(call, plan))

    def _subscription(self, _call: Call) -> Answer:
        plan = account(self._used, self._limit, self._resets_at)
        return Answer(document={**plan, **NO_INVOICES})


def _voices(_call: Call) -> Answer:
    return Answer(document={"voices": catalog.voices()})


def _models(_call: Call) -> Answer:
    return Answer(document=catalog.models())


def _search(call: Call) -> Answer:
    """One page: *search* looks into the names, *page_size* is 1 to 100."""
    size = call.query.get("page_size", "10")
    if size not in PAGE_SIZES:
        raise errors.bad_request(call, "invalid_page_size", "Use 1 to 100.", "page_size")
    wanted = call.query.get("search", "").lower()
    found: list[dict[str, Any]] = [v for v in catalog.voices() if wanted in v["name"].lower()]
    start = call.query.get("next_page_token", "0")
    first = int(start[:4]) if start.isdecimal() else 0
    page = found[first : first + int(size)]
    more = first + len(page) < len(found)
    return Answer(
        document={
            "voices": page,
            "has_more": more,
            "total_count": len(found),
            "next_page_token": str(first + len(page)) if more else None,
        }
    )
