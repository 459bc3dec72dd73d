"""D-ID's routes, key, credits, jobs and films."""

import math
import re
from dataclasses import replace
from typing import Any, ClassVar

from holdfast.clock import SYSTEM_CLOCK, Clock
from holdfast.simulator.provider import Operation, Provider, Respond
from holdfast.simulator.providers.did import errors, spoiled
from holdfast.simulator.providers.did.film import film, film_seconds
from holdfast.simulator.providers.did.talks import Job, Talks
from holdfast.simulator.wire import Answer, Call

BAD_KEY = "bad-key"
"""The one key that is not accepted."""

SECONDS_PER_CREDIT = 15
SHORTEST_TEXT, LONGEST_TEXT, LONGEST_USER_DATA = 3, 40_000, 1000
PAGE_SIZES = frozenset(map(str, range(1, 101)))
_RANGE = re.compile(r"bytes=(\d{1,9})-(\d{1,9})")


class Did(Provider):
    """`/did/talks`, `/did/credits` and the films at `/did/films/…`.

    *render_seconds* is what a talk takes, *film_link_seconds* how long a link opens its film.
    """

    name: ClassVar[str] = "did"

    def __init__(
        self,
        *,
        credit_limit: float = 1_000_000,
        render_seconds: float = 0.0,
        film_link_seconds: float = 86_400.0,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._total = self._left = credit_limit
        self._talks = Talks(render_seconds, clock)
        self._link_seconds, self._clock = film_link_seconds, clock
        read = {
            "empty_success": spoiled.without_film,
            "failed_job": spoiled.failed,
            "rejected_job": spoiled.rejected,
            "stuck_job": spoiled.stuck,
        }
        create = {"empty_success": spoiled.no_id}
        self.operations = (
            Operation("create", "POST", "/talks", self._signed(self._create), create, 300.0),
            Operation("talks", "GET", "/talks", self._signed(self._list)),
            Operation("talk", "GET", "/talks/{id}", self._signed(self._talk), read),
            Operation("delete", "DELETE", "/talks/{id}", self._signed(self._delete)),
            Operation(
                "credits", "GET", "/credits", self._signed(self._credits),
                {"empty_success": spoiled.no_credits_told},
            ),
            Operation(
                "film", "GET", "/films/{talk}/{file}", self._film,
                {"empty_success": spoiled.error_page},
            ),
        )  # fmt: skip

    def error(self, call: Call, status: int, _code: str | None = None) -> Answer:
        """The documented error for *status*."""
        return errors.error(call, status)

    def codes(self, status: int) -> tuple[str, ...]:
        """The one kind of each status."""
        return (errors.KINDS[status][0],) if status in errors.KINDS else ()

    def unknown_path(self, call: Call) -> Answer:
        """What the API says on an address it does not have."""
        return errors.error(call, 404)

    def _signed(self, respond: Respond) -> Respond:
        def answer(call: Call) -> Answer:
            scheme, _, key = call.headers.get("authorization", "").partition(" ")
            if scheme.lower() not in ("basic", "bearer") or not key or key == BAD_KEY:
                raise errors.refused(call, 401)
            return respond(call)

        return answer

    def _create(self, call: Call) -> Answer:
        text, mark = _asked(call)
        cost = math.ceil(film_seconds(text) / SECONDS_PER_CREDIT)
        if self._left < cost:
            raise errors.refused(call, 402)
        self._left -= cost
        job = self._talks.add(f"tlk_{call.token(21, 'talk')}", text, mark)
        shown = self._talks.document(job, "")
        return Answer(201, document={n: shown[n] for n in ("id", "object", "created_at")}
                      | {"created_by": shown["created_by"], "status": "created"})  # fmt: skip

    def _list(self, call: Call) -> Answer:
        size = call.query.get("limit", "10")
        if size not in PAGE_SIZES:
            raise errors.refused(call, 400, "limit should be between 1 and 100")
        return Answer(
            document={"talks": [self._shown(call, j) for j in self._talks.newest(int(size))]}
        )

    def _talk(self, call: Call) -> Answer:
        return Answer(document=self._shown(call, self._job(call)))

    def _delete(self, call: Call) -> Answer:
        job = self._job(call)
        if self._talks.status(job) != "done":
            raise errors.refused(call, 409)
        self._talks.remove(job.id)
        return Answer(document=self._shown(call, job))

    def _credits(self, _call: Call) -> Answer:
        grant = {"product_id": "simulated", "remaining": self._left, "total": self._total}
        return Answer(document={"credits": [grant], "remaining": self._left, "total": self._total})

    def _film(self, call: Call) -> Answer:
        job = self._talks.get(call.parameters["talk"])
        expires, signature = call.query.get("Expires", ""), call.query.get("Signature", "")
        is_signed = job is not None and signature and signature == _signature(job, expires)
        if job is None or not is_signed or float(expires) < self._clock.wall():
            raise errors.film_gone()
        dice = replace(call, number=0).dice("film", job.id)
        return _part(call, film(film_seconds(job.text), dice))

    def _job(self, call: Call) -> Job:
        job = self._talks.get(call.parameters["id"])
        if job is None:
            raise errors.refused(call, 404)
        return job

    def _shown(self, call: Call, job: Job) -> dict[str, Any]:
        expires = str(int(self._clock.wall() + self._link_seconds))
        host = call.headers.get("host", "simulator")
        signed = f"Expires={expires}&Signature={_signature(job, expires)}"
        return self._talks.document(job, f"http://{host}/did/films/{job.id}/film.mp4?{signed}")


def _asked(call: Call) -> tuple[str, str | None]:
    try:
        document = call.document()
        text, source = document["script"]["input"], document["source_url"]
        mark = document.get("user_data")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise errors.refused(call, 400) from None
    if not isinstance(source, str) or not source.startswith("https://"):
        raise errors.refused(call, 400, "source_url must be a valid image URL")
    if not isinstance(text, str) or not SHORTEST_TEXT <= len(text) <= LONGEST_TEXT:
        raise errors.refused(call, 400, "script.input must have 3 to 40000 characters")
    if mark is not None and (not isinstance(mark, str) or len(mark) > LONGEST_USER_DATA):
        raise errors.refused(call, 400, "user_data must have at most 1000 characters")
    return text, mark


def _signature(job: Job, expires: str) -> str:
    return f"{job.id[-8:]}{expires}" if expires.isdecimal() else ""


def _part(call: Call, whole: bytes) -> Answer:
    asked = _RANGE.fullmatch(call.headers.get("range", ""))
    if not asked:
        return Answer(media_type="video/mp4", parts=(whole,))
    first, last = int(asked[1]), min(int(asked[2]), len(whole) - 1)
    headers = {"content-range": f"bytes {first}-{last}/{len(whole)}", "accept-ranges": "bytes"}
    return Answer(206, media_type="video/mp4", headers=headers, parts=(whole[first : last + 1],))
