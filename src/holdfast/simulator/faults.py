"""The one place where faults are applied: before the provider answers, or to its answer."""

from dataclasses import replace
from typing import Final

from holdfast.simulator.exchange import Exchange
from holdfast.simulator.provider import Operation
from holdfast.simulator.scenario import Scenario
from holdfast.simulator.switchboard import Switchboard
from holdfast.simulator.wire import Answer, Refused

GATEWAY_TIMEOUT: Final = 504
GOOD: Final = range(200, 300)
HTML_PAGE = (
    b"<!doctype html><html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
"""What an overloaded gateway shows in place of the provider's answer."""

BROKEN_JSON = b'{"id": "cut-off", "data": [{"index": 0, "val'


async def respond(exchange: Exchange, operation: Operation, board: Switchboard) -> Answer:
    """The answer of the provider under the scenario that is on; the fault is noted and counted."""
    scenario = board.fault_for(exchange.operation, exchange.call)
    if scenario is None:
        return _healthy(exchange, operation)
    twist = operation.twists.get(scenario.kind)
    if twist is None:
        _note(exchange, scenario, board)
        return await _disturbed(exchange, operation, scenario)
    good = _healthy(exchange, operation)
    bad = twist(exchange.call, good) if good.status in GOOD else good
    if bad is not good:
        _note(exchange, scenario, board)
    return bad


def _note(exchange: Exchange, scenario: Scenario, board: Switchboard) -> None:
    exchange.fault = scenario.kind
    board.spend(exchange.call.provider)


def _healthy(exchange: Exchange, operation: Operation) -> Answer:
    try:
        return operation.respond(exchange.call)
    except Refused as no:
        return no.answer


def refusal(exchange: Exchange, scenario: Scenario) -> Answer | None:
    """The error answer that *scenario* puts in place of any other, if it does."""
    match scenario.kind:
        case "error":
            status, code = scenario.integer("status"), scenario.text("code")
            return exchange.provider.error(exchange.call, status, code)
        case "rate_limited":
            limited = exchange.provider.error(exchange.call, 429)
            wait = str(scenario.integer("retry_after_seconds"))
            return replace(limited, headers={**limited.headers, "retry-after": wait})
    return None


async def _disturbed(exchange: Exchange, operation: Operation, scenario: Scenario) -> Answer:
    refused = refusal(exchange, scenario)
    if refused is not None:
        return refused
    match scenario.kind:
        case "lost_answer":
            _healthy(exchange, operation)
            return exchange.provider.error(exchange.call, GATEWAY_TIMEOUT)
        case "early_close":
            return _lost(_healthy(exchange, operation))
        case "malformed":
            return _malformed(scenario.text("body"))
        case "latency":
            await exchange.line.stay(scenario.number("delay_seconds"))
        case "hang":
            await exchange.line.stay(scenario.number("seconds"))
    return _healthy(exchange, operation)


def _lost(good: Answer) -> Answer:
    """Half of the body, and then no connection."""
    body = b"".join(good.body())
    return replace(good, document=None, parts=(body[: len(body) // 2],), cut=True)


def _malformed(body: str | None) -> Answer:
    if body == "html":
        return Answer(media_type="text/html; charset=utf-8", parts=(HTML_PAGE,))
    return Answer(parts=(BROKEN_JSON,))
