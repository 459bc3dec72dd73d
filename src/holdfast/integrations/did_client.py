"""Talking avatars from D-ID, through the guards of its client."""

import base64
import uuid
from typing import Any, Self
from urllib.parse import quote

import httpx2

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.errors import (
    CallFailed,
    ConfigurationError,
    HoldfastError,
    NotFound,
    PermissionDenied,
    QuotaExhausted,
    SemanticError,
)
from holdfast.integrations.access import Access, ServiceHealth
from holdfast.integrations.did import CREDITS, TALK, TALKS
from holdfast.integrations.did_answers import film_bytes
from holdfast.integrations.did_records import Credits, Film, Talk, Voice, talk
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.polling import Polling, poll
from holdfast.integrations.private_query import private
from holdfast.validation.verdict import failed

ENCODINGS = ("raw", "base64")
MOST_LISTED = 100
_HEAD = {"range": "bytes=0-4095"}
_SECONDS_PER_CHARACTER = 1 / 15


class Did:
    """Speaks through *http*: ``http_client(DID, ..., raise_provider_errors=True)``.

    D-ID's keys look like ``base64(e-mail):secret``. Accounts were seen where such a key is sent as
    it is, and others where it is encoded once more: *encoding* is "raw" or "base64".
    """

    def __init__(
        self,
        http: httpx2.AsyncClient,
        api_key: str,
        *,
        encoding: str = "raw",
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if not api_key.strip():
            raise ConfigurationError("set DID_API_KEY")
        if encoding not in ENCODINGS:
            raise ConfigurationError(f"DID_KEY_ENCODING is {encoding!r}; use raw or base64")
        sent = base64.b64encode(api_key.encode()).decode() if encoding == "base64" else api_key
        self._http, self._clock = http, clock
        self._headers = {"authorization": f"Basic {sent}"}

    @classmethod
    def over(cls, access: Access) -> Self:
        """The client that works through *access*; ``DID_KEY_ENCODING`` is "raw" by default."""
        keys = access.keys
        encoding = keys.get("DID_KEY_ENCODING", "raw")
        return cls(access.http, keys.get("DID_API_KEY", ""), encoding=encoding, clock=access.clock)

    async def create(
        self, text: str, source_url: str, voice: Voice, *, correlation: str | None = None
    ) -> Talk:
        """A new talk of the face at *source_url* (https, JPEG or PNG). Raises `HoldfastError`.

        Never repeated when it may have been done: then the error `is_ambiguous`, and `find` looks
        for the talk by its *correlation* (yours, or one that a note of the error names).
        """
        mark = correlation or uuid.uuid4().hex
        try:
            answer = await self._http.post(
                TALKS, json=_document(text, source_url, voice, mark), headers=self._headers
            )
        except CallFailed as failure:
            if failure.is_ambiguous:
                failure.add_note(f"look for it with find({mark!r}) before creating it again")
            raise
        return talk(answer.json())

    async def find(self, correlation: str) -> Talk | None:
        """The newest of the last hundred talks that was created with *correlation*."""
        answer = await self._http.get(
            TALKS, params={"limit": str(MOST_LISTED)}, headers=self._headers
        )
        found = (one for one in answer.json()["talks"] if one.get("user_data") == correlation)
        first = next(found, None)
        return talk(first) if first else None

    async def talk(self, talk_id: str) -> Talk:
        """The talk as it is now. Raises `HoldfastError`, also for a failed or rejected one."""
        path = TALK.format(id=quote(talk_id, safe=""))
        return talk((await self._http.get(path, headers=self._headers)).json())

    async def finished(self, talk_id: str, polling: Polling) -> Talk:
        """The talk once it is done; `DeadlineExceeded` when *polling* has no more time."""
        return await poll(
            f"did: talk {talk_id}",
            lambda: self.talk(talk_id),
            lambda found: found.is_settled,
            polling,
            self._clock,
        )

    async def film(self, done: Talk) -> Film:
        """What *done* shows, looked at by its first bytes. The key is not sent there.

        A link that has expired is asked for once more.
        """
        try:
            return await self._film(done)
        except (PermissionDenied, NotFound):
            again = await self.talk(done.id)
            if again.result_url == done.result_url:
                raise
            return await self._film(again)

    async def video(
        self, text: str, source_url: str, voice: Voice, *, polling: Polling | None = None
    ) -> Film:
        """From *text* to a film that can be fetched; the time allowed follows the text's length."""
        left = (await self.credits()).remaining
        if left < 1:
            raise QuotaExhausted(f"did has {left:,.10g} credits left, a talk needs 1")
        begun = await self.create(text, source_url, voice)
        patience = polling or Polling(deadline_seconds=patience_seconds(text))
        return await self.film(await self.finished(begun.id, patience))

    async def credits(self) -> Credits:
        """What may still be spent. Free; none at all where D-ID knows of none."""
        try:
            document = (await self._http.get(CREDITS, headers=self._headers)).json()
        except NotFound:
            return Credits(0.0, None)
        total = document.get("total")
        return Credits(
            float(document["remaining"]), float(total) if isinstance(total, int | float) else None
        )

    async def health(self) -> ServiceHealth:
        """By the credits, which is free."""
        try:
            left = (await self.credits()).remaining
        except HoldfastError as no:
            return ServiceHealth("unhealthy", "credits", str(no))
        if left < 1:
            return ServiceHealth("unhealthy", "credits", f"{left:,.10g} credits are left")
        return ServiceHealth("healthy", "credits", f"{left:,.10g} credits are left")

    async def _film(self, done: Talk) -> Film:
        if not done.result_url:
            raise SemanticError(failed("film", f"talk {done.id} is {done.status}: no film yet"))
        url = httpx2.URL(done.result_url)
        answer = await self._http.get(
            url.copy_with(query=None), headers=_HEAD, extensions=private(url.params)
        )
        seen = Exchange(Asked("GET", ""), answer.status_code, dict(answer.headers), answer.content)
        return Film(
            talk_id=done.id,
            url=done.result_url,
            content_type=seen.content_type,
            size_bytes=film_bytes(seen),
            duration_seconds=done.duration_seconds,
        )


def patience_seconds(text: str) -> float:
    """A minute, and four times as long as *text* takes to be spoken."""
    return 60.0 + 4 * len(text) * _SECONDS_PER_CHARACTER


def _document(text: str, source_url: str, voice: Voice, mark: str) -> dict[str, Any]:
    speaker = {"type": voice.provider, "voice_id": voice.voice_id}
    if voice.language:
        speaker["language"] = voice.language
    script = {"type": "text", "input": text, "provider": speaker}
    return {"source_url": source_url, "script": script, "user_data": mark}
