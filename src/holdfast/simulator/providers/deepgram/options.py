"""Reading the query parameters of a request to listen."""

from typing import NamedTuple

from holdfast.simulator.providers.deepgram import errors
from holdfast.simulator.wire import Call

MODELS = ("nova-3", "nova-2", "nova", "enhanced", "base", "whisper")
LANGUAGES = ("en", "es", "hi", "de", "fr", "ta", "multi")
WIDTHS = {"linear16": 2, "linear32": 4, "mulaw": 1, "alaw": 1}
BY_ITSELF = ("opus", "ogg-opus", "flac", "amr-nb", "amr-wb", "speex", "g729")
TRUE = "true"


class Options(NamedTuple):
    """What was asked for; *rate* 0: the sound brings its container."""

    model: str
    language: str | None
    detect: bool
    diarize: bool
    punctuate: bool
    interim: bool
    vad: bool
    rate: int
    width: int
    channels: int


def read_options(call: Call) -> Options:
    """The options of *call*; refused where the API would refuse them."""
    query = call.query
    model, language = query.get("model", "base"), query.get("language")
    if not model.startswith(MODELS):
        raise _invalid(call, f"No such model/language combination found: {model[:50]!r}")
    if language is not None and language.partition("-")[0] not in LANGUAGES:
        raise _invalid(call, f"No such model/language combination found: {language[:50]!r}")
    encoding = query.get("encoding")
    if encoding is not None and encoding not in (*WIDTHS, *BY_ITSELF):
        raise _invalid(call, f"Unsupported encoding {encoding[:50]!r}")
    rate = query.get("sample_rate", "0")
    if encoding in WIDTHS and (not rate.isdecimal() or not 0 < int(rate) <= 192_000):
        raise _invalid(call, f"encoding {encoding} needs a sample_rate in Hz, got {rate[:20]!r}")
    channels = query.get("channels", "1")
    diarize = query.get("diarize_model")
    if diarize not in (None, "latest", "v1", "v2"):
        raise _invalid(call, f"diarize_model must be latest, v1 or v2, got {str(diarize)[:20]!r}")
    return Options(
        model=model,
        language=language,
        detect=query.get("detect_language") == TRUE,
        diarize=diarize is not None or query.get("diarize") == TRUE,
        punctuate=TRUE in (query.get("punctuate"), query.get("smart_format")),
        interim=query.get("interim_results") == TRUE,
        vad=query.get("vad_events") == TRUE,
        rate=int(rate) if encoding in WIDTHS else 0,
        width=WIDTHS.get(encoding or "", 2),
        channels=int(channels) if channels.isdecimal() and int(channels) else 1,
    )


def _invalid(call: Call, message: str) -> Exception:
    return errors.refused(call, 400, "INVALID_QUERY_PARAMETER", message)
