"""OpenTelemetry traces: one span per call, its attempts as children, the context on the wire.

Names are plain strings, since the GenAI conventions are in development and move
(https://github.com/open-telemetry/semantic-conventions-genai). The host's own telemetry is
complemented: no server spans and no metrics come from here. Needs the extra ``otel``.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from typing import Any, Protocol

from opentelemetry import context, propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider
from opentelemetry.util.types import AttributeValue

from holdfast.errors import ConfigurationError, name_and_reason
from holdfast.events import Origin, Scope, Usage, Verdict
from holdfast.telemetry.redact import redact

SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"

_FLUSH_MS = 1_000

_GEN_AI_OPERATIONS = {
    "chat": "chat",
    "embeddings": "embeddings",
    "search": "retrieval",
    "stt": "speech_to_text",
    "translation": "translate",
    "tts": "text_to_speech",
}
"""First word of our operation's name → ``gen_ai.operation.name``; the last three are our own."""

_USAGE = {
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
    "cached": "gen_ai.usage.cache_read.input_tokens",
    "reasoning": "gen_ai.usage.reasoning.output_tokens",
}


class TracedCall(Protocol):
    """What a trace tells of a call: the fields of `holdfast.resilience.policy.Call`."""

    origin: Origin
    attempts: int
    waited_ms: float
    first_byte_ms: float | None
    verdict: Verdict | None
    usage: Usage | None
    served_from: str
    stale_age_seconds: float | None
    instead_of: tuple[str, str | None] | None
    held: bool

    def at_end(self, settle: Callable[[BaseException | None], None], /) -> None:
        """Have *settle* told the error, or None, when a held answer has ended."""


Proceed = Callable[[Any], Awaitable[Any]]


class Tracing:
    """Traces calls through *provider*'s tracer; *flush* sends what waits, of our own provider."""

    def __init__(self, provider: TracerProvider, flush: Callable[[], object] | None = None) -> None:
        self._tracer = provider.get_tracer("holdfast", schema_url=SCHEMA_URL)
        self._flush = flush

    async def call(self, call: TracedCall, proceed: Proceed) -> Any:
        """The policy outermost: the logical span, over all attempts and waits."""
        return await self._spanned(call, proceed, _call_name(call.origin), _told)

    async def attempt(self, call: TracedCall, proceed: Proceed) -> Any:
        """The policy around each attempt. What is sent further in carries its context."""
        origin = call.origin
        name = f"{origin.integration} {origin.operation} attempt"
        return await self._spanned(call, proceed, name, _attempted)

    def sending(self, method: str, host: str, headers: MutableMapping[str, str]) -> None:
        """A request goes out with *headers*: they get ``traceparent`` (W3C Trace Context)."""
        span = trace.get_current_span()
        span.set_attribute("http.request.method", method)
        span.set_attribute("server.address", host)
        propagate.inject(headers)

    def received(self, status: int) -> None:
        """The answer's HTTP status has come."""
        trace.get_current_span().set_attribute("http.response.status_code", status)

    def flush(self) -> None:
        """Send what waits; blocks for a second at most. The host's provider is the host's."""
        if self._flush is not None:
            self._flush()

    async def _spanned(
        self, call: TracedCall, proceed: Proceed, name: str,
        tell: Callable[[TracedCall], Mapping[str, AttributeValue]],
    ) -> Any:  # fmt: skip
        span = self._tracer.start_span(
            name, _parent(call.origin.scope), SpanKind.CLIENT, _whose(call.origin)
        )

        def end(error: BaseException | None) -> None:
            if span.is_recording():
                span.set_attributes(tell(call))
                _judged(span, call.verdict)
                _failed(span, error)
                span.end()

        token = context.attach(trace.set_span_in_context(span))
        try:
            answer = await proceed(call)
        except BaseException as error:
            end(error)
            raise
        finally:
            context.detach(token)
        if call.held:
            call.at_end(end)
        else:
            end(None)
        return answer


def open_tracing(provider: TracerProvider | None = None) -> Tracing:
    """Tracing through *provider*, or the global one, or one of our own where none was set.

    Ours exports by OTLP over HTTP, as the standard ``OTEL_*`` variables say. Raises
    `ConfigurationError` when it is needed and the extra is not installed.
    """
    found = provider or trace.get_tracer_provider()
    if provider is not None or not isinstance(found, trace.ProxyTracerProvider):
        return Tracing(found)
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider as OwnProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError:
        raise ConfigurationError(
            "HOLDFAST_OTEL needs an exporter; run: pip install 'holdfast[otel]'"
        ) from None
    own = OwnProvider()
    own.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(own, partial(own.force_flush, _FLUSH_MS))


def _parent(scope: Scope) -> context.Context:
    """Where we are; in a host that traces nothing itself, what the caller's header said."""
    here = context.get_current()
    if trace.get_current_span(here).get_span_context().is_valid or not scope.traceparent:
        return here
    return propagate.extract({"traceparent": scope.traceparent}, here)


def _call_name(origin: Origin) -> str:
    operation = _gen_ai_operation(origin)
    return f"{operation or origin.operation} {origin.integration}"


def _gen_ai_operation(origin: Origin) -> str | None:
    return _GEN_AI_OPERATIONS.get(origin.operation.partition("-")[0])


def _whose(origin: Origin) -> dict[str, AttributeValue]:
    scope = origin.scope
    attributes: dict[str, AttributeValue | None] = {
        "holdfast.integration": origin.integration,
        "holdfast.operation": origin.operation,
        "holdfast.call_id": origin.call_id,
        "holdfast.step": scope.step,
        "session.id": scope.session_id,
    }
    operation = _gen_ai_operation(origin)
    if operation is not None:
        attributes["gen_ai.operation.name"] = operation
        attributes["gen_ai.provider.name"] = origin.integration
    return _present(attributes)


def _attempted(call: TracedCall) -> Mapping[str, AttributeValue]:
    return {"http.request.resend_count": call.attempts - 1} if call.attempts > 1 else {}


def _told(call: TracedCall) -> Mapping[str, AttributeValue]:
    first_byte_ms, usage = call.first_byte_ms, call.usage
    attributes: dict[str, AttributeValue | None] = {
        "holdfast.attempts": call.attempts,
        "holdfast.waited_ms": call.waited_ms,
        "holdfast.served_from": call.served_from,
        "holdfast.stale_age_seconds": call.stale_age_seconds,
        "holdfast.instead_of": call.instead_of[0] if call.instead_of else None,
    }
    if first_byte_ms is not None:
        attributes["gen_ai.response.time_to_first_chunk"] = first_byte_ms / 1000
    if usage is not None:
        attributes |= {"gen_ai.response.model": usage.model, "holdfast.cost_usd": usage.cost_usd}
        attributes[f"holdfast.usage.{usage.unit}"] = usage.amount
        parts = usage.parts or {}
        attributes |= {_USAGE[part]: parts[part] for part in parts if part in _USAGE}
    return _present(attributes)


def _judged(span: Span, verdict: Verdict | None) -> None:
    if verdict is None:
        return
    attributes: dict[str, AttributeValue | None] = {
        "gen_ai.evaluation.name": verdict.method,
        "gen_ai.evaluation.score.value": verdict.score,
        "gen_ai.evaluation.score.label": verdict.judgement,
        "gen_ai.evaluation.explanation": redact(verdict.reason) or None,
    }
    span.add_event("gen_ai.evaluation.result", _present(attributes))


def _failed(span: Span, error: BaseException | None) -> None:
    if error is None:
        return
    name, reason = name_and_reason(error)
    span.set_attribute("error.type", name)
    if isinstance(error, Exception):  # the caller's own leaving is no failure
        span.set_status(Status(StatusCode.ERROR, redact(reason or "")))


def _present(attributes: Mapping[str, AttributeValue | None]) -> dict[str, AttributeValue]:
    return {name: value for name, value in attributes.items() if value is not None}
