"""Prokerala: birth charts. The error table, the judged operations; `prokerala_client` calls them.

Every answer costs credits; a plan allows so many calls a minute (the free one 5). What a plan
allows is not known here: the refusal of one call too many tells the wait, and all wait it.
"""

import re
from collections.abc import Collection
from typing import Any

from holdfast.errors import ProviderError, QuotaExhausted
from holdfast.events import Usage, Verdict
from holdfast.integrations.answer_errors import class_of, provider_error
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.header_times import bounded
from holdfast.integrations.integration import Integration, Operation, ServiceKind
from holdfast.integrations.prokerala_births import (
    judge_details_against,
    judge_positions_against,
)
from holdfast.integrations.prokerala_token import account
from holdfast.integrations.retry_after import retry_after_seconds
from holdfast.validation.chart import (
    METHOD,
    judge_birth_details,
    judge_planet_positions,
)
from holdfast.validation.kundli import judge_kundli
from holdfast.validation.svg import judge_svg
from holdfast.validation.verdict import failed, passed, worst
from holdfast.validation.zodiac import DEFAULT_PLANETS, MOON, SUN

TOKEN = "/token"  # noqa: S105 - a path
BIRTH_DETAILS = "/v2/astrology/birth-details"
PLANET_POSITION = "/v2/astrology/planet-position"
KUNDLI = "/v2/astrology/kundli"
CHART = "/v2/astrology/chart"

_FORBIDDEN = 403
_INTERVAL = re.compile(r"requests? per (\d{1,6}) seconds?")
_MOST_PLANETS = 13
_NEEDED_TO_AGREE = frozenset({SUN, MOON})


def read_error(exchange: Exchange) -> ProviderError | None:
    """``{"status": "error", "errors": [{"title", "detail", "code"?, "source"?}]}``.

    403 means that the credits are used up. What the token endpoint says is not repeated: it is
    about a client secret.
    """
    by_status = class_of(exchange.status)
    if by_status is None:
        return None
    first = _first_error(exchange.json)
    detail, code = str(first.get("detail") or ""), first.get("code")
    return provider_error(
        "prokerala",
        exchange,
        QuotaExhausted if exchange.status == _FORBIDDEN else by_status,
        code=None if code is None else str(code),
        detail="" if exchange.asked.path == TOKEN else detail,
        request_id=_text_or_none(exchange.json, "id"),
        retry_after=_wait_seconds(exchange, detail),
    )


def read_usage(exchange: Exchange) -> Usage | None:
    """The credits in ``X-Api-Credits``; a new token is free, and tells how many are left."""
    if exchange.asked.path == TOKEN:
        left = account(member(exchange.json, "access_token")).credits_remaining
        return None if left is None else Usage("credits", 0.0, remaining=left)
    credits_used = exchange.headers.get("x-api-credits", "")
    return Usage("credits", float(credits_used)) if credits_used.isdecimal() else None


def judge_token(exchange: Exchange) -> Verdict:
    """A token, and for how long it is good. Neither is ever quoted."""
    token, seconds = member(exchange.json, "access_token"), member(exchange.json, "expires_in")
    if not isinstance(token, str) or not token:
        return failed("token", "the answer has no access_token")
    if not isinstance(seconds, int) or seconds <= 0:
        return failed("token", f"expires_in is {seconds!r}, seconds expected")
    return passed("token")


def judge_details(exchange: Exchange) -> Verdict:
    """Birth details, by themselves and against the positions of the same birth."""
    data = member(exchange.json, "data")
    judged = _enveloped(exchange) or judge_birth_details(data)
    return judged if judged.judgement == "fail" else _both(judged, judge_details_against(data))


def judge_kundlis(exchange: Exchange) -> Verdict:
    """A kundli, by itself and its details against the positions of the same birth."""
    data = member(exchange.json, "data")
    judged = _enveloped(exchange) or judge_kundli(data)
    if judged.judgement == "fail":
        return judged
    return _both(judged, judge_details_against(member(data, "nakshatra_details")))


def judge_image(exchange: Exchange) -> Verdict:
    """A chart as an image."""
    return judge_svg(exchange.body)


def judge_positions(exchange: Exchange) -> Verdict:
    """The positions of the planets that were asked for, and against the details of the birth."""
    data, expected = member(exchange.json, "data"), _planets(exchange.asked)
    judged = _enveloped(exchange) or judge_planet_positions(data, expected=expected)
    if judged.judgement == "fail" or not _NEEDED_TO_AGREE.issubset(expected):
        return judged
    return _both(judged, judge_positions_against(data))


def _both(judged: Verdict, against: Verdict | None) -> Verdict:
    return worst((judged, against)) or judged


def _enveloped(exchange: Exchange) -> Verdict | None:
    status = member(exchange.json, "status")
    return None if status == "ok" else failed(METHOD, f"status is {status!r}, 'ok' expected")


def _planets(asked: Asked) -> Collection[int]:
    numbers = asked.query.get("planets", "").split(",")[:_MOST_PLANETS]
    return {int(n) for n in numbers if n.strip().isdecimal()} or DEFAULT_PLANETS


def _wait_seconds(exchange: Exchange, detail: str) -> float | None:
    """No header says how long to wait; the sentence names the interval."""
    told = retry_after_seconds(exchange.headers, exchange.received_at)
    interval = _INTERVAL.search(detail)
    return bounded(float(interval[1])) if told is None and interval else told


def _first_error(document: Any) -> dict[str, Any]:
    errors = member(document, "errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    return first if isinstance(first, dict) else {}


def _text_or_none(document: Any, name: str) -> str | None:
    value = member(document, name)
    return value if isinstance(value, str) else None


PROKERALA = Integration(
    name="prokerala",
    label="Prokerala",
    kind="astrology",
    base_url="https://api.prokerala.com",
    key_names=("PROKERALA_CLIENT_ID", "PROKERALA_CLIENT_SECRET"),
    operations=(
        Operation(name="token", method="POST", path=TOKEN, validators=(judge_token,)),
        Operation(
            name="birth-details", method="GET", path=BIRTH_DETAILS, validators=(judge_details,)
        ),
        Operation(
            name="planet-position",
            method="GET",
            path=PLANET_POSITION,
            validators=(judge_positions,),
        ),
        Operation(name="kundli", method="GET", path=KUNDLI, validators=(judge_kundlis,)),
        Operation(
            name="chart", method="GET", path=CHART, validators=(judge_image,), expects_json=False
        ),
    ),
    read_error=read_error,
    read_usage=read_usage,
    services=(
        ServiceKind(name="chart", client="holdfast.integrations.prokerala_client:Prokerala"),
    ),
)
