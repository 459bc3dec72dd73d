"""The catalogue, how a request finds its operation, and the documented defaults."""

import pytest

from holdfast.integrations import CATALOG
from holdfast.integrations.exchange import Asked, Exchange, query_of
from holdfast.integrations.guards import guard_options
from holdfast.integrations.integration import OTHER, ServiceDefaults
from holdfast.integrations.rag import LOCAL


@pytest.mark.parametrize(
    ("name", "method", "path", "operation"),
    [
        ("openai", "POST", "/chat/completions", "chat"),
        ("openai", "GET", "/chat/completions", "other"),
        ("openai", "GET", "/models", "models"),
        ("openai", "GET", "/models/gpt-5", "model"),
        ("openai", "GET", "/models/a/b", "other"),
        ("openai", "POST", "/responses", "other"),
        ("prokerala", "POST", "/token", "token"),
        ("prokerala", "GET", "/v2/astrology/birth-details", "birth-details"),
        ("prokerala", "GET", "/v2/astrology/planet-position", "planet-position"),
        ("elevenlabs", "POST", "/v1/text-to-speech/abc", "tts"),
        ("elevenlabs", "POST", "/v1/text-to-speech/a%2Fb", "tts"),
        ("elevenlabs", "POST", "/v1/text-to-speech/abc/stream", "tts-stream"),
        ("elevenlabs", "POST", "/v1/text-to-speech/a/b", "other"),
        ("deepgram", "POST", "/v1/listen", "stt"),
        ("deepgram", "WEBSOCKET", "/v1/listen", "stt-live"),
        ("deepgram", "GET", "/v1/listen", "other"),
        ("deepgram", "POST", "/v1/speak", "tts-stream"),
        ("deepgram", "GET", "/v1/projects/p-1/balances", "balances"),
        ("sarvam", "POST", "/translate", "translation"),
        ("sarvam", "POST", "/text-to-speech", "tts"),
        ("sarvam", "POST", "/text-to-speech/stream", "tts-stream"),
        ("sarvam", "WEBSOCKET", "/text-to-speech/ws", "tts-live"),
        ("sarvam", "POST", "/speech-to-text", "stt"),
        ("sarvam", "WEBSOCKET", "/speech-to-text/ws", "stt-live"),
    ],
)
def test_a_request_finds_its_operation(name: str, method: str, path: str, operation: str) -> None:
    """Method and path decide; a parameter is one segment."""
    assert CATALOG[name].operation_of(Asked(method, path)).name == operation


def test_what_is_wanted_whole_is_an_operation_of_its_own() -> None:
    """The same address, streamed or not, as the caller said."""
    asked = Asked("POST", "/v1/speak", whole=True)
    assert CATALOG["deepgram"].operation_of(asked).name == "tts"
    assert CATALOG["sarvam"].operation_of(Asked("POST", "/translate", whole=True)).whole is None


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_a_catalogue_entry_is_complete(name: str) -> None:
    """Names are unique, addresses are secure, and keys have an environment name."""
    integration = CATALOG[name]
    names = [operation.name for operation in integration.operations]
    assert integration.name == name
    assert len(names) == len(set(names))
    assert OTHER.name not in names
    is_local = {operation.method for operation in integration.operations} == {LOCAL}
    assert integration.base_url.startswith("https://") or is_local
    assert all(key == key.upper() and key.startswith(name.upper()) for key in integration.key_names)
    assert integration.operation("other") is OTHER
    assert integration.operation(names[0]).name == names[0]


def test_the_voices_defaults_are_the_documented_settings() -> None:
    """The values of the voice contract."""
    assert CATALOG["sarvam"].defaults == ServiceDefaults()
    assert CATALOG["deepgram"].defaults == ServiceDefaults(
        rate_limit=100, max_audio_size_mb=100, max_audio_duration_sec=600
    )


def test_openais_defaults_are_the_documented_settings() -> None:
    """The values that the environment variables replace."""
    assert CATALOG["openai"].defaults == ServiceDefaults(
        rate_limit=1000,
        max_failures=10,
        circuit_breaker_reset_time=120.0,
        timeout=60.0,
        max_retries=3,
        retry_delay=1.0,
        max_text_length=50_000,
        max_audio_size_mb=25,
        max_audio_duration_sec=300,
    )


def test_defaults_become_options() -> None:
    """N calls per minute, a sixth of them at once, and time for every attempt."""
    options = guard_options(ServiceDefaults())
    assert options.limiter is not None
    assert (options.limiter.calls, options.limiter.burst) == (60, 10)
    assert options.retry is not None
    assert (options.retry.retries, options.retry.first_wait_seconds) == (2, 0.5)
    assert options.breaker is not None
    assert (options.breaker.consecutive_failures, options.breaker.open_seconds) == (5, 60.0)
    assert (options.timeout_seconds, options.deadline_seconds) == (30.0, 90.0)


@pytest.mark.parametrize(
    ("body", "value", "is_json"),
    [
        (b'{"a": 1}', {"a": 1}, True),
        (b" null ", None, True),
        (b"", None, False),
        (b"{", None, False),
        (b"NaN", None, False),
        (b"[" * 100_000, None, False),
        (b"\xff", None, False),
    ],
)
def test_a_body_is_json_or_it_is_not(body: bytes, value: object, is_json: bool) -> None:
    """Nothing that is not JSON is read as such, and nothing breaks the reader."""
    exchange = Exchange(Asked("GET", "/x"), 200, {}, body)
    assert (exchange.json, exchange.is_json) == (value, is_json)


def test_what_may_be_secret_is_not_in_the_repr() -> None:
    """Queries, bodies and headers stay out of messages and logs."""
    asked = Asked("POST", "/token", query_of(b"key=s3cret"), b"client_secret=s3cret")
    exchange = Exchange(asked, 200, {"set-cookie": "s3cret"}, b"s3cret")
    assert "s3cret" not in repr(exchange)


def test_a_query_is_read_with_its_encoding() -> None:
    """Percent encoding is undone, and the last of a repeated name counts."""
    query = query_of(b"datetime=1990-05-17T08:20:00%2B05:30&a=1&a=2&empty=")
    assert query == {"datetime": "1990-05-17T08:20:00+05:30", "a": "2", "empty": ""}
