"""Traces as an OTLP receiver decodes them: one span per call, its attempts below, headers out."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from openai import AsyncOpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler

from holdfast import context
from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import load_settings, setup_monitoring
from holdfast.app.tracing import tracing_of
from holdfast.errors import BreakerOpen, ConfigurationError, Unavailable
from holdfast.events import Scope
from holdfast.simulator import running
from tests.api.host import asking, development, mounted
from tests.integrations.loopback import Received, Reply, loopback
from tests.telemetry.otlp import Receiver, receiver

pytestmark = pytest.mark.real_time

QUESTION: Any = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Rain today?"}]}
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLER = f"00-{TRACE}-{SPAN}-01"


class Stage:
    """A traced application, its provider's SDK, and what a collector was told."""

    def __init__(self, folder: Path, openai: str, told: Receiver, sampler: Sampler) -> None:
        self.told, self.app = told, FastAPI()
        self.provider = TracerProvider(sampler=sampler)
        exporter = OTLPSpanExporter(endpoint=told.url)
        self.provider.add_span_processor(SimpleSpanProcessor(exporter))
        environ = {
            "HOLDFAST_DATA_DIR": str(folder),
            "OPENAI_BASE_URL": openai,
            "OPENAI_RETRY_DELAY": "0.01",
        }
        settings = load_settings(environ, dotenv=None)
        self.monitoring: Monitoring = setup_monitoring(
            self.app, settings=settings, tracer_provider=self.provider
        )
        self.openai = AsyncOpenAI(
            api_key="simulated", base_url=openai, max_retries=0,
            http_client=self.monitoring.http_client("openai"),
        )  # fmt: skip


@asynccontextmanager
async def on_stage(folder: Path, openai: str, sampler: Sampler = ALWAYS_ON) -> AsyncIterator[Stage]:
    """Everything on real ports."""
    with receiver() as told:
        stage = Stage(folder, openai, told, sampler)
        async with stage.openai:
            yield stage
        await asyncio.to_thread(stage.provider.shutdown)


async def test_a_call_is_one_span_and_its_attempts_are_its_children(tmp_path: Path) -> None:
    """With the model, the tokens and the outcome on it, and the HTTP facts on the attempts."""
    async with running() as simulator, httpx2.AsyncClient(trust_env=False) as http:
        scenario = {"kind": "error", "status": 500, "times": 1}
        await http.put(f"{simulator}/_scenarios/openai", json=scenario)
        async with on_stage(tmp_path, f"{simulator}/openai/v1") as stage:
            await stage.openai.chat.completions.create(**QUESTION)
            (call,) = stage.told.named("chat openai")
            first, second = stage.told.named("openai chat attempt")
    assert {first.trace_id, second.trace_id} == {call.trace_id}
    assert {first.parent_id, second.parent_id} == {call.span_id}
    assert (call.failed, first.failed, second.failed) == (False, True, False)
    assert call.attributes["gen_ai.operation.name"] == "chat"
    assert call.attributes["gen_ai.provider.name"] == "openai"
    assert call.attributes["holdfast.attempts"] == 2
    assert call.attributes["holdfast.usage.tokens"] > 0
    assert first.attributes["error.type"] == "Unavailable"
    assert first.attributes["http.response.status_code"] == 500
    assert second.attributes["http.response.status_code"] == 200
    assert second.attributes["http.request.method"] == "POST"
    assert second.attributes["http.request.resend_count"] == 1
    assert [name for name, _ in call.events] == ["gen_ai.evaluation.result"]


async def test_a_stream_is_traced_to_its_end(tmp_path: Path) -> None:
    """Its spans are not over before the last item, and say when the first one came."""
    async with running() as simulator, on_stage(tmp_path, f"{simulator}/openai/v1") as stage:
        stream: Any = await stage.openai.chat.completions.create(**QUESTION, stream=True)
        assert stage.told.spans == []
        assert [chunk async for chunk in stream]
        names = [span.name for span in stage.told.spans]
        assert sorted(names) == ["chat openai", "openai chat attempt"]
        (call,) = stage.told.named("chat openai")
        assert call.attributes["gen_ai.response.time_to_first_chunk"] >= 0


async def _answer(_asked: Received, reply: Reply) -> None:
    await reply.whole(
        body=b'{"object": "list", "data": [{"id": "gpt-4o-mini", "object": "model"}]}'
    )


async def test_each_attempt_carries_its_own_context(tmp_path: Path) -> None:
    """The provider sees the attempt as its parent, in the trace that our own caller began."""
    async with loopback(_answer) as (url, received), on_stage(tmp_path, url) as stage:
        token = context.scope.set(Scope(trace_id=TRACE, traceparent=CALLER))
        await stage.openai.models.list()
        context.scope.reset(token)
        (call,) = [span for span in stage.told.spans if span.parent_id == SPAN]
        (attempt,) = [span for span in stage.told.spans if span is not call]
    assert received[0].headers["traceparent"] == f"00-{TRACE}-{attempt.span_id}-01"
    assert call.trace_id == TRACE


async def test_the_hosts_own_span_is_the_parent(tmp_path: Path) -> None:
    """Where the host traces itself, our spans hang below its current one, not beside it."""
    async with loopback(_answer) as (url, _), on_stage(tmp_path, url) as stage:
        tracer = stage.provider.get_tracer("host")
        token = context.scope.set(Scope(trace_id=TRACE, traceparent=CALLER))
        with tracer.start_as_current_span("GET /rain") as own:
            await stage.openai.models.list()
        context.scope.reset(token)
        call = next(span for span in stage.told.spans if "holdfast.attempts" in span.attributes)
    assert call.parent_id == trace.format_span_id(own.get_span_context().span_id)
    assert trace.get_current_span() is trace.INVALID_SPAN


async def test_what_is_not_sampled_is_not_sent_but_passed_on(tmp_path: Path) -> None:
    """The provider learns that nobody records this trace."""
    async with loopback(_answer) as (url, received), on_stage(tmp_path, url, ALWAYS_OFF) as stage:
        await stage.openai.models.list()
        assert stage.told.spans == []
    assert int(received[0].headers["traceparent"].rpartition("-")[2], 16) & 1 == 0


async def test_refusals_and_leaving_are_told_apart(tmp_path: Path) -> None:
    """A refused call is an error that never went out; a caller who leaves made no error."""
    async with on_stage(tmp_path, "http://127.0.0.1:9/v1") as stage:
        guard = stage.monitoring.guard("sun", "rise")
        stage.monitoring.controls.force_breaker(("sun", "rise"), "forced_open", actor="test")
        with pytest.raises(BreakerOpen):
            await guard.call(asyncio.sleep, 0)
        leaving = asyncio.create_task(stage.monitoring.guard("moon").call(asyncio.sleep, 60))
        await asyncio.sleep(0.01)
        leaving.cancel()
        await asyncio.wait([leaving])
        refused, (attempt, left) = stage.told.spans[0], stage.told.spans[1:]
    assert (refused.failed, refused.attributes["error.type"]) == (True, "BreakerOpen")
    assert refused.attributes["holdfast.attempts"] == 0
    assert (left.failed, left.attributes["error.type"]) == (False, "CancelledError")
    assert attempt.parent_id == left.span_id


async def test_secrets_in_an_error_do_not_leave(tmp_path: Path) -> None:
    """Descriptions of failures are redacted like everything that is kept."""

    async def refuse() -> None:
        raise Unavailable("sun: no, Authorization: Bearer abcdefghijkl")

    async with on_stage(tmp_path, "http://127.0.0.1:9/v1") as stage:
        with pytest.raises(Unavailable):
            await stage.monitoring.guard("sun").call(refuse)
        assert "abcdefghijkl" not in repr(stage.told.spans)


async def test_fastapis_own_spans_are_complemented(tmp_path: Path) -> None:
    """The host's server span belongs to FastAPI: ours hang below it, and none is doubled."""
    async with loopback(_answer) as (url, _), on_stage(tmp_path, url) as stage:
        host = FastAPI(telemetry={"tracer_provider": stage.provider})
        environ = {"HOLDFAST_DATA_DIR": str(tmp_path / "host"), "OPENAI_BASE_URL": url}
        monitoring = setup_monitoring(
            host, settings=load_settings(environ, dotenv=None), tracer_provider=stage.provider
        )
        openai = monitoring.http_client("openai")

        @host.get("/rain")
        async def rain() -> None:
            await openai.get("/models")

        async with openai, asking(host) as client:
            await client.get("/rain", headers={"traceparent": CALLER})
        spans = stage.told.spans
    (server,) = [span for span in spans if span.attributes.get("url.path") == "/rain"]
    (call,) = [span for span in spans if "holdfast.attempts" in span.attributes]
    parents = {span.span_id: span.parent_id for span in spans}
    above = call.parent_id
    while above != server.span_id:  # FastAPI has a span for the endpoint in between
        above = parents[above]
    assert {span.trace_id for span in spans} == {TRACE}
    assert server.parent_id == SPAN


async def test_switched_on_by_a_setting_it_exports_as_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the host has no provider we make one, and what waits is sent at the end."""
    with receiver() as told:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", told.url)
        monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
        app, monitoring = mounted(tmp_path, HOLDFAST_OTEL="on")
        async with asking(app):
            await monitoring.guard("sun", "rise").call(asyncio.sleep, 0)
        assert sorted(span.name for span in told.spans) == ["rise sun", "sun rise attempt"]


def test_it_is_off_unless_asked_for(tmp_path: Path) -> None:
    """Nobody pays for what nobody asked for; with everything off, asking changes nothing."""
    assert tracing_of(development(tmp_path)) is None
    off = development(tmp_path, HOLDFAST_ENABLED="off", HOLDFAST_OTEL="on")
    assert tracing_of(off) is None


@pytest.mark.parametrize("missing", ["opentelemetry", "opentelemetry.sdk.trace"])
def test_what_is_not_installed_is_named(
    tmp_path: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the line that installs it."""
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    monkeypatch.delitem(sys.modules, "holdfast.telemetry.otel", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ConfigurationError, match=r"pip install 'holdfast\[otel\]'"):
        tracing_of(development(tmp_path, HOLDFAST_OTEL="on"))
