"""What Deepgram's answers say: the words, the sound, the cost; and whether they can be right."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from holdfast.events import Usage, Verdict
from holdfast.integrations.exchange import Asked, Exchange, member
from holdfast.integrations.sound_sent import RawFormat, SoundSent
from holdfast.integrations.spoken_stream import SpokenStream
from holdfast.validation.audio import judge_speech
from holdfast.validation.transcript import METHOD, Heard, Spoken, judge_transcript
from holdfast.validation.verdict import failed

SECONDS, CHARACTERS = "audio_seconds", "characters"

_SAMPLE_BYTES = {"linear16": 2, "linear32": 4, "mulaw": 1, "alaw": 1}
_IN_WAV = ("linear16", "mulaw", "alaw")
_DEFAULT_RATES = {"linear16": 24_000, "mulaw": 8000, "alaw": 8000}
_MOST_MEASURED_SECONDS = 7200.0


def sounds_in(asked: Asked) -> Iterator[SoundSent]:
    """The sound in a request; none when it only says where to fetch it."""
    if not asked.body.startswith(b"{"):
        yield SoundSent(asked.body, raw_format(asked))


def raw_format(asked: Asked) -> RawFormat | None:
    """How the sound is sampled, when the query says that it has no container."""
    width = _SAMPLE_BYTES.get(asked.query.get("encoding", ""))
    rate = _number(asked.query.get("sample_rate"))
    if not width or not rate:
        return None
    return RawFormat(rate, _number(asked.query.get("channels")) or 1, width)


def judge_transcription(exchange: Exchange) -> Verdict | None:
    """The words against the sound; None when they will come later, to a callback."""
    asked, document = exchange.asked, exchange.json
    if "callback" in asked.query:
        return None
    best = alternatives(document)
    if not best:
        return failed(METHOD, "no channel with an alternative came")
    return judge_transcript(_heard(document, best), _spoken(asked))


def read_usage(exchange: Exchange) -> Usage | None:
    """Seconds of sound as metered by Deepgram, or the characters in ``dg-char-count``."""
    spoken = exchange.headers.get("dg-char-count", "")
    if spoken.isdecimal():
        model = exchange.headers.get("dg-model-name") or exchange.asked.query.get("model")
        return Usage(CHARACTERS, float(spoken), model=model)
    seconds = member(member(exchange.json, "metadata"), "duration")
    if not is_number(seconds):
        return None
    return Usage(SECONDS, float(seconds), model=exchange.asked.query.get("model"))


def judge_audio(exchange: Exchange) -> Verdict | None:
    """The sound against the text it should say."""
    return _judged(exchange.asked, exchange.body)


class SpeechWatch(SpokenStream):
    """Judges streamed speech at its end."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(partial(_judged, asked))


def codec_of(asked: Asked) -> tuple[str, int]:
    """The codec and the samples per second that were asked for (0: whatever comes)."""
    encoding = asked.query.get("encoding", "mp3")
    container = asked.query.get("container", "wav" if encoding in _IN_WAV else "")
    rate = _number(asked.query.get("sample_rate"))
    if encoding == "linear16" and container == "none":
        return "pcm", rate or _DEFAULT_RATES[encoding]
    codec = "wav" if encoding in _IN_WAV and container == "wav" else encoding
    if encoding == "opus" and container in ("", "ogg"):
        codec = "ogg"
    return codec, rate or _DEFAULT_RATES.get(encoding, 0)


def alternatives(document: Any) -> list[dict[str, Any]]:
    """The best alternative of each channel."""
    channels = member(member(document, "results"), "channels")
    found = [member(channel, "alternatives") for channel in _list(channels)]
    best = [first[0] for first in found if isinstance(first, list) and first]
    return [one for one in best if isinstance(one, dict)]


def transcript_of(best: Sequence[dict[str, Any]]) -> str:
    """The words of all channels, one line each."""
    told = (member(one, "transcript") for one in best)
    return "\n".join(text for text in told if isinstance(text, str) and text)


def confidence_of(best: Sequence[dict[str, Any]]) -> float | None:
    """That of the channel which is least sure, of those where somebody speaks."""
    told = [member(one, "confidence") for one in best if member(one, "transcript")]
    return min((float(value) for value in told if is_number(value)), default=None)


def detected_language(document: Any) -> str | None:
    """The language recognised in the first channel, when it was asked for."""
    channels = _list(member(member(document, "results"), "channels"))
    told = member(channels[0], "detected_language") if channels else None
    return told if isinstance(told, str) else None


def is_number(value: Any) -> bool:
    """Whether *value* is a number of JSON."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _heard(document: Any, best: Sequence[dict[str, Any]]) -> Heard:
    seconds = member(member(document, "metadata"), "duration")
    words = _list(member(best[0], "words")) if len(best) == 1 else []
    times = [(member(word, "start"), member(word, "end")) for word in words]
    return Heard(
        text=transcript_of(best),
        confidence=confidence_of(best),
        language=detected_language(document),
        seconds=float(seconds) if is_number(seconds) else None,
        times=[(start, end) for start, end in times if is_number(start) and is_number(end)],
    )


def _spoken(asked: Asked) -> Spoken:
    language = asked.query.get("language")
    known = language if language not in (None, "multi") else None
    for sound in sounds_in(asked):
        seconds = sound.seconds(_MOST_MEASURED_SECONDS)
        return Spoken(seconds=seconds, silent=sound.is_silent(), language=known)
    return Spoken(language=known)


def _judged(asked: Asked, body: bytes) -> Verdict | None:
    codec, rate = codec_of(asked)
    text, speed = member(asked.json, "text"), asked.query.get("speed", "")
    return judge_speech(
        body,
        codec=codec,
        sample_rate=rate,
        text=text if isinstance(text, str) else "",
        speed=float(speed) if speed.replace(".", "", 1).isdecimal() and float(speed) else 1.0,
    )


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else 0


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
