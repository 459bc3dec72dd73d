"""POST /v1/speak: text as sound."""

from dataclasses import replace
from typing import Any, NamedTuple

from holdfast.simulator.providers.deepgram import errors
from holdfast.simulator.providers.elevenlabs.melody import melody, silence
from holdfast.simulator.providers.elevenlabs.sound import Format, pieces, render
from holdfast.simulator.wire import Answer, Call

LONGEST_TEXT = 2000
PIECE_SECONDS = 0.03
_LINEAR_RATES = (8000, 16_000, 24_000, 32_000, 48_000)
_MP3 = Format("mp3", 22_050, 32)


class Speech(NamedTuple):
    """What is to be said, how fast (1.0 is normal), and in which format."""

    text: str
    speed: float
    audio: Format


def spoken(call: Call) -> Answer:
    """The sound, piece by piece."""
    speech = read_speech(call)
    audio = render(melody(speech.text, speech.speed, call.seed), speech.audio)
    headers = {
        "dg-model-name": call.query.get("model", "aura-asteria-en"),
        "dg-model-uuid": errors.uuid(call, "model"),
        "dg-char-count": str(len(speech.text)),
        "dg-request-id": errors.request_id(call),
    }
    return Answer(
        media_type=speech.audio.media_type if speech.audio.codec != "pcm" else "audio/l16",
        headers=headers,
        parts=pieces(audio),
        streamed=True,
        pause_seconds=PIECE_SECONDS,
    )


def silent(call: Call, good: Answer) -> Answer:
    """As long as the good answer, without a sound."""
    speech = read_speech(call)
    quiet = silence(melody(speech.text, speech.speed, call.seed))
    return replace(good, parts=pieces(render(quiet, speech.audio)))


def nothing(_call: Call, good: Answer) -> Answer:
    """200 and zero bytes."""
    return replace(good, parts=())


def cut(_call: Call, good: Answer) -> Answer:
    """Half of the audio, then the connection is gone."""
    audio = b"".join(good.parts)
    return replace(good, parts=pieces(audio[: len(audio) // 2]), cut=True)


def read_speech(call: Call) -> Speech:
    """The request of *call*; refused where the API would refuse it."""
    text = _text(call)
    if len(text) > LONGEST_TEXT:
        message = f"Input text exceeds maximum character limit of {LONGEST_TEXT}."
        raise errors.refused(call, 413, "PAYLOAD_TOO_LARGE", message)
    model = call.query.get("model", "aura-asteria-en")
    if not model.startswith("aura"):
        raise _invalid(call, f"No such model: {model[:50]!r}")
    speed = call.query.get("speed", "1")
    if not speed.replace(".", "", 1).isdecimal() or not 0.7 <= float(speed) <= 1.5:
        raise _invalid(call, f"speed must be between 0.7 and 1.5, got {speed[:20]!r}")
    return Speech(text, float(speed), _format(call))


def _text(call: Call) -> str:
    try:
        body: Any = call.document()
    except ValueError:
        raise errors.refused(call, 400, "INVALID_JSON", "Invalid JSON submitted.") from None
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise errors.refused(call, 400, "Bad Request", "Bad Request: no text to speak")
    return text


def _format(call: Call) -> Format:
    encoding = call.query.get("encoding", "mp3")
    if encoding == "mp3":
        return _MP3
    rate = call.query.get("sample_rate", "24000")
    if encoding != "linear16":
        raise _invalid(call, f"the simulator speaks mp3 and linear16, not {encoding[:20]!r}")
    if not rate.isdecimal() or int(rate) not in _LINEAR_RATES:
        raise _invalid(call, f"sample_rate must be one of {_LINEAR_RATES}, got {rate[:20]!r}")
    container = call.query.get("container", "wav")
    return Format("pcm" if container == "none" else "wav", int(rate))


def _invalid(call: Call, message: str) -> Exception:
    return errors.refused(call, 400, "INVALID_QUERY_PARAMETER", message)
