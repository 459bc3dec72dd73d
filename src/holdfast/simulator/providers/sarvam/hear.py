"""POST /speech-to-text: the words of a sound, in the script of its language."""

from dataclasses import replace
from typing import Any

from holdfast.simulator.hearing import Sound, listen, recognised
from holdfast.simulator.providers.sarvam import errors
from holdfast.simulator.providers.sarvam.fields import language
from holdfast.simulator.providers.sarvam.form import form_of
from holdfast.simulator.providers.sarvam.scripts import spelt
from holdfast.simulator.wire import Answer, Call

LONGEST_SECONDS = 30.0
PCM_RATE = 16_000
MODELS = ("saaras:v3", "saaras:v4")
MODES = ("transcribe", "translate", "verbatim", "translit", "codemix")
DETECTED, SURE, UNSURE = "hi-IN", 0.97, 0.2


def transcribed(call: Call) -> Answer:
    """The transcript, and the language when it was not given."""
    fields = form_of(call)
    model, mode = fields.get("model", b"saaras:v3"), fields.get("mode", b"transcribe")
    if model.decode() not in MODELS or mode.decode() not in MODES:
        raise errors.invalid(call, "model or mode is not supported.")
    given = fields.get("language_code", b"unknown").decode()
    language(call, given, "language_code", "unknown")
    sound = _sound(call, fields)
    document = heard(call, sound, given, mode.decode())
    document["timestamps"] = _timestamps(document["transcript"], sound, fields)
    return Answer(document=document)


def heard(call: Call, sound: Sound, given: str, mode: str) -> dict[str, Any]:
    """The transcript of *sound*; the language is told as it was *given*, or recognised."""
    code = DETECTED if given == "unknown" else given
    said = " ".join(word.word for word in recognised(sound, call.seed))
    script = code if mode in ("transcribe", "verbatim") else "en-IN"
    return {
        "request_id": errors.request_id(call),
        "transcript": spelt(said, script),
        "language_code": code,
        "language_probability": SURE if given == "unknown" else None,
    }


def nothing(_call: Call, good: Answer) -> Answer:
    """200, and an empty transcript."""
    return replace(good, document={**good.document, "transcript": ""})


def unsure(_call: Call, good: Answer) -> Answer:
    """200, and a language that is a guess."""
    return replace(good, document={**good.document, "language_probability": UNSURE})


def misheard(_call: Call, good: Answer) -> Answer:
    """200, and words of another language, which the answer does not admit."""
    code = "ta-IN" if good.document["language_code"] != "ta-IN" else "hi-IN"
    told = spelt(good.document["transcript"] or "nothing was said here", code)
    return replace(good, document={**good.document, "transcript": told})


def _sound(call: Call, fields: dict[str, bytes]) -> Sound:
    data = fields.get("file")
    if not data:
        raise errors.invalid(call, "file is required.")
    raw = fields.get("input_audio_codec", b"").startswith(b"pcm")
    sound = listen(data, PCM_RATE if raw else 0)
    if sound is None:
        raise errors.invalid(call, "The audio file could not be read.")
    if sound.seconds > LONGEST_SECONDS:
        message = "Audio duration exceeds the limit of 30 seconds; use the batch API."
        raise errors.invalid(call, message)
    return sound


def _timestamps(said: str, sound: Sound, fields: dict[str, bytes]) -> dict[str, Any] | None:
    if fields.get("with_timestamps") not in (b"true", b"True"):
        return None
    return {
        "words": [said],
        "start_time_seconds": [0.0],
        "end_time_seconds": [round(sound.seconds, 3)],
    }
