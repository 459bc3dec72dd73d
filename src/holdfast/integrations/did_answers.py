"""What D-ID's answers must hold to be of use: a talk, its film, the credits."""

import re
from typing import Any

from holdfast.events import Verdict
from holdfast.integrations.exchange import Exchange, member
from holdfast.validation.verdict import failed, passed, warned

WAITING = ("created", "started")
SETTLED = ("done", "error", "rejected")
SMALLEST_FILM_BYTES = 10_000
LONGEST_SECONDS = 300.0

_ID = re.compile(r"tlk_[\w-]{1,100}")
_RANGE = re.compile(r"bytes \d+-\d+/(\d+)")


def judge_created(exchange: Exchange) -> Verdict:
    """A job has an id, or nobody can ask for it again."""
    found, status = member(exchange.json, "id"), member(exchange.json, "status")
    if not isinstance(found, str) or not _ID.fullmatch(found):
        return failed("talk", f"the new talk has the id {_shown(found)}, tlk_… expected")
    if status not in WAITING + SETTLED:
        return failed("talk", f"the new talk has the status {_shown(status)}")
    return passed("talk")


def judge_talk(exchange: Exchange) -> Verdict:
    """The talk that was asked for; when it is done there is a film, made after it was asked."""
    document = exchange.json
    found, status = member(document, "id"), member(document, "status")
    if not isinstance(found, str) or not exchange.asked.path.endswith(f"/{found}"):
        return failed("talk", f"this is talk {_shown(found)}, another one was asked for")
    if status == "error":
        kind = member(member(document, "error"), "kind")
        return failed("talk", f"the talk failed: {_shown(kind)}", repeat=False)
    if status == "rejected":
        return failed("talk", "the talk was rejected", repeat=False)
    if status in WAITING:
        return passed("talk")
    return _done(document) if status == "done" else failed("talk", f"status {_shown(status)}")


def judge_listed(exchange: Exchange) -> Verdict:
    """A list of talks, possibly empty."""
    talks = member(exchange.json, "talks")
    if isinstance(talks, list) and all(isinstance(member(one, "id"), str) for one in talks):
        return passed("talks")
    return failed("talks", "the answer has no list of talks")


def judge_credits(exchange: Exchange) -> Verdict:
    """How many are left, as a number; none left is worth a look."""
    left = member(exchange.json, "remaining")
    if not isinstance(left, int | float) or isinstance(left, bool):
        return failed("credits", f"remaining is {_shown(left)}, a number expected")
    return warned("credits", "no credits are left") if left <= 0 else passed("credits")


def judge_film(exchange: Exchange) -> Verdict:
    """The beginning of an MP4 of plausible size."""
    kind, size = exchange.content_type, film_bytes(exchange)
    if kind != "video/mp4":
        return failed("film", f"the film is {kind or 'of no content type'}, video/mp4 expected")
    if exchange.body[4:8] != b"ftyp":
        return failed("film", "the film does not begin as an MP4 does")
    if size <= SMALLEST_FILM_BYTES:
        return failed(
            "film", f"the film has {size} bytes, more than {SMALLEST_FILM_BYTES} expected"
        )
    return passed("film")


def film_bytes(exchange: Exchange) -> int:
    """The size of the whole film, of which a part may have been asked for."""
    part = _RANGE.fullmatch(exchange.headers.get("content-range", ""))
    return int(part[1]) if part else len(exchange.body)


def _done(document: Any) -> Verdict:
    address, seconds = member(document, "result_url"), member(document, "duration")
    if not isinstance(address, str) or not address.startswith(("https://", "http://")):
        return failed("talk", "the talk is done and there is no result_url")
    stamps = [member(document, name) for name in ("created_at", "started_at", "modified_at")]
    told = [stamp for stamp in stamps if isinstance(stamp, str)]
    if told != sorted(told):
        return warned("talk", f"the talk was done before it was asked for: {', '.join(told)}")
    if not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_SECONDS:
        return warned("talk", f"the film lasts {_shown(seconds)} s")
    return passed("talk")


def _shown(value: object) -> str:
    return repr(value)[:60]
