"""What Sarvam's answers say: the translation, the sound, the words; and whether they can be right.

Sarvam reports no cost: the characters that were sent are counted, and the seconds of sound.
"""

import base64
import binascii
from collections.abc import Iterator
from functools import partial
from typing import Any

from holdfast.events import Usage, Verdict
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.multipart import fields_of, text_of
from holdfast.integrations.sound_sent import RawFormat, SoundSent
from holdfast.integrations.spoken_stream import SpokenStream
from holdfast.validation import audio, transcript, translation
from holdfast.validation.audio import judge_speech
from holdfast.validation.duration import container_of
from holdfast.validation.transcript import Heard, Spoken, judge_transcript
from holdfast.validation.translation import judge_translation
from holdfast.validation.verdict import failed

SECONDS, CHARACTERS = "audio_seconds", "characters"
AUTO, UNKNOWN = "auto", "unknown"

DEFAULT_RATE = 22_050
PCM = RawFormat(16_000)
"""The only samples without a container that it takes."""

_MIXED = ("code-mixed", "modern-colloquial")
_OWN_SCRIPT = ("transcribe", "verbatim")
_MOST_MEASURED_SECONDS = 7200.0
_DEFAULT_MODELS = {
    "/translate": ("input", "mayura:v1"),
    "/text-to-speech": ("text", "bulbul:v3"),
    "/text-to-speech/stream": ("text", "bulbul:v3"),
}


def texts_in(asked: Asked) -> Iterator[str]:
    """What is to be translated or spoken."""
    for name in ("input", "text"):
        text = member(asked.json, name)
        if isinstance(text, str):
            yield text


def sounds_in(asked: Asked) -> Iterator[SoundSent]:
    """The sound in a form."""
    fields = fields_of(asked.body)
    if "file" in fields:
        raw = (text_of(fields, "input_audio_codec") or "").startswith("pcm")
        yield SoundSent(fields["file"], PCM if raw else None)


def judge_translated(exchange: Exchange) -> Verdict:
    """The translation against its source."""
    asked, told = exchange.asked.json, exchange.json
    text = member(told, "translated_text")
    if not isinstance(text, str):
        return failed(translation.METHOD, "no translated_text came")
    source = member(asked, "source_language_code")
    if source in (None, AUTO):
        source = member(told, "source_language_code")
    script, mode = member(asked, "output_script"), member(asked, "mode")
    return judge_translation(
        str(member(asked, "input") or ""),
        text,
        into=str(member(asked, "target_language_code") or ""),
        out_of=source if isinstance(source, str) else None,
        native=script != "roman" and mode not in _MIXED,
    )


def judge_audios(exchange: Exchange) -> Verdict | None:
    """The one sound in base64 against the text it should say."""
    sounds = member(exchange.json, "audios")
    if not isinstance(sounds, list) or len(sounds) != 1:
        came = len(sounds) if isinstance(sounds, list) else "no list of"
        return failed(audio.METHOD, f"{came} sounds came, 1 expected")
    sound = decoded(sounds[0])
    if sound is None:
        return failed(audio.METHOD, "the sound is not base64")
    return judged_sound(exchange.asked.json, sound, "wav")


def judge_streamed(exchange: Exchange) -> Verdict | None:
    """What came instead of a stream of sound."""
    return judged_sound(exchange.asked.json, exchange.body, "mp3")


class SpeechWatch(SpokenStream):
    """Judges streamed speech at its end."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(partial(judged_sound, asked.json, default="mp3"))


def judge_words(exchange: Exchange) -> Verdict:
    """The words against the sound."""
    document, fields = exchange.json, fields_of(exchange.asked.body)
    text = member(document, "transcript")
    if not isinstance(text, str):
        return failed(transcript.METHOD, "no transcript came")
    language = text_of(fields, "language_code")
    sound = next(sounds_in(exchange.asked), SoundSent(b""))
    probability = member(document, "language_probability")
    code = member(document, "language_code")
    return judge_transcript(
        Heard(
            text=text,
            language=code if isinstance(code, str) else None,
            language_confidence=probability if isinstance(probability, float | int) else None,
        ),
        Spoken(
            seconds=sound.seconds(_MOST_MEASURED_SECONDS),
            silent=sound.is_silent(),
            language=None if language in (None, UNKNOWN) else language,
            native=(text_of(fields, "mode") or _OWN_SCRIPT[0]) in _OWN_SCRIPT,
        ),
    )


def read_usage(exchange: Exchange) -> Usage | None:
    """Characters of what was sent, or seconds of it; None where neither is known."""
    asked = exchange.asked
    if asked.path in _DEFAULT_MODELS:
        name, model = _DEFAULT_MODELS[asked.path]
        text = member(asked.json, name)
        model = str(member(asked.json, "model") or model)
        return Usage(CHARACTERS, float(len(text)), model=model) if isinstance(text, str) else None
    for sound in sounds_in(asked):
        seconds = sound.seconds(_MOST_MEASURED_SECONDS)
        if seconds is not None:
            model = text_of(fields_of(asked.body), "model") or "saaras:v3"
            return Usage(SECONDS, round(seconds, 3), model=model)
    return None


def judged_sound(config: Any, sound: bytes, default: str) -> Verdict | None:
    """*sound* against what *config* asked for; *default*: the codec when it names none."""
    codec = codec_of(str(member(config, "output_audio_codec") or default), sound)
    rate, pace = member(config, "speech_sample_rate"), member(config, "pace")
    text = member(config, "text")
    return judge_speech(
        sound,
        codec=codec,
        sample_rate=rate if isinstance(rate, int) else DEFAULT_RATE,
        text=text if isinstance(text, str) else "",
        speed=float(pace) if isinstance(pace, int | float) and pace > 0 else 1.0,
    )


def codec_of(codec: str, sound: bytes) -> str:
    """What *sound* is, asked for as *codec*: linear16 may come with or without a container."""
    if codec != "linear16":
        return codec
    return "wav" if container_of(sound) == "wav" else "pcm"


def decoded(sound: Any) -> bytes | None:
    """Strict base64; None for anything else."""
    try:
        return base64.b64decode(sound, validate=True) if isinstance(sound, str) else None
    except (binascii.Error, ValueError):
        return None
