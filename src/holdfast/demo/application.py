"""The example application: a small guidance service at the owners' paths."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import uuid4

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from openai import OpenAIError
from pydantic import AwareDatetime, BaseModel, Field

from holdfast.app.monitoring import Monitoring
from holdfast.app.setup import setup_monitoring
from holdfast.demo.chart_table import ChartTable
from holdfast.demo.chats import Chats, NotSignedIn
from holdfast.demo.environment import Plan, settings_for
from holdfast.demo.guidance import MODEL, Guidance
from holdfast.errors import CallRefused, HoldfastError, SemanticError

SessionHeader = Annotated[str | None, Header(alias="X-Session-ID", max_length=128)]
Token = Annotated[str | None, Header(max_length=128)]
_BY_MODEL = ("/chat", "/api/spiritual/guidance")


class BirthDetails(BaseModel):
    """When, with its offset from UTC, and where."""

    datetime: AwareDatetime
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Start(BaseModel):
    """A user begins a session."""

    user_id: str = Field(min_length=1, max_length=64)
    service_type: str = Field("guidance", max_length=64)


class Question(BaseModel):
    """What the user wants to know."""

    question: str = Field(min_length=1, max_length=4000)


class Message(BaseModel):
    """One chat message; those of one *chat_id* belong together."""

    message: str = Field(min_length=1, max_length=4000)
    chat_id: str = Field("default", min_length=1, max_length=64)


class Text(BaseModel):
    """What is to be spoken; *complete* ends the session with it."""

    text: str = Field(min_length=1, max_length=4000)
    complete: bool = True


def create_application(plan: Plan, simulator_url: str) -> FastAPI:
    """The application under Holdfast, its providers played by the simulator."""
    app = FastAPI(title="Guidance, an example application")
    monitoring = setup_monitoring(app, settings=settings_for(plan, simulator_url))
    guidance = Guidance(monitoring, plan)
    charts = ChartTable(monitoring)
    app.add_exception_handler(HoldfastError, _on_failed_call)
    app.add_exception_handler(OpenAIError, _on_failed_call)  # the SDK's own, for a bad status
    app.add_exception_handler(NotSignedIn, _on_stranger)
    _add_sessions(app, monitoring)
    _add_chart(app, guidance, charts)
    _add_guidance(app, guidance, charts)
    _add_chat(app, Chats(monitoring, guidance))
    _add_voice(app, monitoring, guidance)
    return app


async def _on_failed_call(request: Request, error: Exception) -> JSONResponse:
    """A refused call is 503 with the time to wait, a failed one 502: never a bare 500."""
    monitoring: Monitoring = request.app.state.holdfast
    monitoring.track_application_error("upstream", "guidance", error, endpoint=request.url.path)
    if isinstance(error, SemanticError) and request.url.path in _BY_MODEL:
        monitoring.track_ai_system_error("guidance", type(error).__name__, MODEL)
    refused = isinstance(error, CallRefused)
    wait = error.retry_in_seconds if isinstance(error, CallRefused) else None
    headers = {"Retry-After": str(max(1, round(wait)))} if wait is not None else None
    body = {"detail": "this service is not available right now", "error": type(error).__name__}
    return JSONResponse(body, 503 if refused else 502, headers)


async def _on_stranger(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001  # as FastAPI calls it
    return JSONResponse({"detail": "sign in again"}, 401)


def _add_sessions(app: FastAPI, monitoring: Monitoring) -> None:
    @app.post("/api/sessions/start")
    async def start(body: Start) -> dict[str, str]:
        """A session's first request; later ones carry the id in X-Session-ID."""
        session_id = uuid4().hex
        monitoring.start_session(session_id, user_id=body.user_id, service_type=body.service_type)
        return {"session_id": session_id}


def _add_chart(app: FastAPI, guidance: Guidance, charts: ChartTable) -> None:
    @app.post("/api/spiritual/birth-chart")
    async def birth_chart(body: BirthDetails, session_id: SessionHeader = None) -> dict[str, Any]:
        """The birth chart, kept for the session's guidance."""
        chart = await guidance.chart(body.datetime, body.latitude, body.longitude)
        if session_id is not None:
            charts.keep(session_id, chart)
        return {"moon_sign": chart.moon_sign, "nakshatra": chart.nakshatra, **chart.planets}


def _add_guidance(app: FastAPI, guidance: Guidance, charts: ChartTable) -> None:
    @app.post("/api/spiritual/guidance")
    async def answer(body: Question, session_id: SessionHeader = None) -> dict[str, str]:
        """Guidance for a question, with the session's chart where there is one."""
        chart = charts.find(session_id) if session_id else None
        return {"guidance": await guidance.answer(body.question, chart)}


def _add_chat(app: FastAPI, chats: Chats) -> None:
    @app.post("/chat")
    async def chat(body: Message, authorization: Token = None) -> StreamingResponse:
        """An answer word by word, as plain text; for members, and for whoever comes without."""
        token = authorization.removeprefix("Bearer ") if authorization else None
        words = chats.answer(body.message, chats.who(token), body.chat_id)
        first = await anext(words, "")

        async def rest() -> AsyncIterator[str]:
            yield first
            async for word in words:
                yield word

        return StreamingResponse(rest(), media_type="text/plain")


def _add_voice(app: FastAPI, monitoring: Monitoring, guidance: Guidance) -> None:
    @app.post("/api/spiritual/voice")
    async def voice(body: Text, session_id: SessionHeader = None) -> Response:
        """The text as audio; the last step of a session."""
        speech = await guidance.speak(body.text)
        monitoring.track_business("guidance_heard", kind="conversion")
        if session_id is not None and body.complete:
            monitoring.complete_session(session_id)
        return Response(speech.audio, media_type=speech.content_type)
