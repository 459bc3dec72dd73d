"""ElevenLabs' answers that arrive with status 200 and are wrong all the same."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from holdfast.simulator.provider import Twist
from holdfast.simulator.providers.elevenlabs.melody import Note, melody, silence
from holdfast.simulator.providers.elevenlabs.sound import FORMATS, pieces, render
from holdfast.simulator.providers.elevenlabs.speech import read_speech
from holdfast.simulator.wire import Answer, Call


def _nothing(_call: Call, good: Answer) -> Answer:
    """Zero bytes."""
    return replace(good, parts=())


def _cut(_call: Call, good: Answer) -> Answer:
    """Half of the audio, then the connection is gone."""
    audio = b"".join(good.parts)
    return replace(_carrying(good, audio[: len(audio) // 2]), cut=True)


def _played(change: Callable[[list[Note]], list[Note]]) -> Twist:
    """The notes of the good answer, changed; well-formed all the same."""

    def twist(call: Call, good: Answer) -> Answer:
        speech = read_speech(call)
        notes = change(melody(speech.text, speech.speed, call.seed))
        return _carrying(good, render(notes, speech.audio))

    return twist


def _first_notes(notes: list[Note]) -> list[Note]:
    return notes[: max(1, len(notes) // 20)]


def _in_another_format(call: Call, good: Answer) -> Answer:
    """The right sound in a file of another kind: WAV, or MP3 to who asked for WAV."""
    speech = read_speech(call)
    other = "mp3_44100_128" if speech.audio.codec == "wav" else "wav_22050"
    notes = melody(speech.text, speech.speed, call.seed)
    return _carrying(good, render(notes, FORMATS[other]))


def _carrying(good: Answer, audio: bytes) -> Answer:
    return replace(good, parts=pieces(audio) if good.streamed else (audio,))


def _saying(document: Any) -> Twist:
    return lambda _call, good: replace(good, document=document)


def _with(change: Callable[[Any], dict[str, Any]]) -> Twist:
    return lambda _call, good: replace(good, document={**good.document, **change(good.document)})


SPEECH: Final[Mapping[str, Twist]] = {
    "empty_success": _nothing,
    "silent_audio": _played(silence),
    "short_audio": _played(_first_notes),
    "wrong_format": _in_another_format,
    "truncated_stream": _cut,
}

VOICES: Final[Mapping[str, Twist]] = {"empty_success": _with(lambda _: {"voices": []})}

MODELS: Final[Mapping[str, Twist]] = {"empty_success": _saying([])}

ACCOUNT: Final[Mapping[str, Twist]] = {
    "empty_success": _saying({}),
    "spent_credits": _with(lambda plan: {"character_count": plan["character_limit"]}),
    "lapsed_account": _with(lambda _: {"status": "past_due"}),
}
