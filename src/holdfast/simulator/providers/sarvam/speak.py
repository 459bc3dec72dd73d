"""POST /text-to-speech, whole in base64 and as a stream."""

from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any, NamedTuple

from holdfast.simulator.providers.elevenlabs.melody import melody, silence
from holdfast.simulator.providers.elevenlabs.sound import Format, pieces, render
from holdfast.simulator.providers.sarvam import errors
from holdfast.simulator.providers.sarvam.fields import body_of, language, number, text
from holdfast.simulator.wire import Answer, Call

LONGEST_STREAMED = 3500
PIECE_SECONDS = 0.03
VOICES = {
    "bulbul:v2": ("anushka", "abhilash", "manisha", "vidya", "arya", "karun", "hitesh"),
    "bulbul:v3": ("shubh", "aditya", "ritu", "priya", "neha", "rahul", "pooja", "kavya", "amit"),
}
LONGEST = {"bulbul:v2": 1500, "bulbul:v3": 2500, "bulbul:v4-flash": 2500}
_PACE = {"bulbul:v2": (0.3, 3.0)}
_RATES = (8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


class Speech(NamedTuple):
    """What is to be said, how fast (1.0 is normal), and in which format."""

    text: str
    pace: float
    audio: Format


def spoken(call: Call) -> Answer:
    """One sound in base64."""
    audio = sound_of(_read(call, "wav"), call.seed)
    document = {"request_id": errors.request_id(call), "audios": [b64encode(audio).decode()]}
    return Answer(document=document)


def streamed(call: Call) -> Answer:
    """The sound, piece by piece."""
    speech = _read(call, "mp3", LONGEST_STREAMED)
    return Answer(
        media_type=speech.audio.media_type,
        parts=pieces(sound_of(speech, call.seed)),
        streamed=True,
        pause_seconds=PIECE_SECONDS,
    )


def configured(call: Call, config: dict[str, Any], model: str, default_codec: str) -> Speech:
    """What *config* asks for, without its text; refused where the API would refuse it."""
    language(call, config.get("language_code"), "language_code")
    if model not in LONGEST:
        raise errors.invalid(call, f"model {model[:30]!r} is not supported.")
    speaker = config.get("speaker")
    if speaker is not None and not _fits(str(speaker), model):
        raise errors.invalid(
            call, f"Speaker {str(speaker)[:30]!r} is not compatible with model {model}."
        )
    low, high = _PACE.get(model, (0.5, 2.0))
    rate = config.get("speech_sample_rate") or 22_050
    if rate not in _RATES:
        raise errors.invalid(call, f"speech_sample_rate must be one of {_RATES}.")
    codec = config.get("output_audio_codec") or default_codec
    if codec not in ("wav", "mp3", "linear16"):
        raise errors.invalid(call, "the simulator speaks wav, mp3 and linear16.")
    pace = number(call, config, "pace", 1.0, low, high)
    return Speech("", pace, _format(codec, rate))


def sound_of(speech: Speech, seed: int, *, silent: bool = False) -> bytes:
    """The whole file."""
    notes = melody(speech.text, speech.pace, seed)
    return render(silence(notes) if silent else notes, speech.audio)


def no_sound(_call: Call, good: Answer) -> Answer:
    """200, and a sound of zero bytes."""
    return _with(good, b"")


def silent(call: Call, good: Answer) -> Answer:
    """As long as the good answer, without a sound."""
    speech = _read(call, "wav" if good.document else "mp3", LONGEST_STREAMED)
    return _with(good, sound_of(speech, call.seed, silent=True))


def cut(_call: Call, good: Answer) -> Answer:
    """Half of the sound: the connection is gone, or base64 ends where nobody notices."""
    if not good.document:
        audio = b"".join(good.parts)
        return replace(good, parts=pieces(audio[: len(audio) // 2]), cut=True)
    whole = b64decode(good.document["audios"][0])
    return _with(good, whole[: len(whole) // 2])


def no_list(_call: Call, good: Answer) -> Answer:
    """200, and no sound at all."""
    return replace(good, document={**good.document, "audios": []})


def _with(good: Answer, audio: bytes) -> Answer:
    if not good.document:
        return replace(good, parts=pieces(audio))
    return replace(good, document={**good.document, "audios": [b64encode(audio).decode()]})


def _read(call: Call, default_codec: str, most: int | None = None) -> Speech:
    body = body_of(call)
    model = str(body.get("model") or "bulbul:v3")
    speech = configured(call, body, model, default_codec)
    return speech._replace(text=text(call, body, "text", most or LONGEST[model]))


def _fits(speaker: str, model: str) -> bool:
    if model in VOICES:
        return speaker in VOICES[model]
    return speaker.count("_") >= 2


def _format(codec: str, rate: int) -> Format:
    """MP3 comes at 22 050 or 24 000 or 44 100 Hz: there are recorded tones of those alone."""
    bitrates = {22_050: 32, 24_000: 48, 44_100: 64}
    if codec == "mp3":
        rate = rate if rate in bitrates else 22_050
        return Format("mp3", rate, bitrates[rate])
    return Format("pcm" if codec == "linear16" else "wav", rate)
