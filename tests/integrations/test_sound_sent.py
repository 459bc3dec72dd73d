"""Sound in a request: measured, bounded, and read out of forms."""

import pytest

from holdfast.errors import InputRefused
from holdfast.events import Usage
from holdfast.guard.controls import Controls
from holdfast.guard.options import GuardOptions
from holdfast.integrations.deepgram import DEEPGRAM
from holdfast.integrations.exchange import Asked, Exchange
from holdfast.integrations.guards import guards_of
from holdfast.integrations.multipart import fields_of, text_of
from holdfast.integrations.sarvam_answers import sounds_in
from holdfast.integrations.sound_sent import RawFormat, SoundBounds, SoundSent, sound_size
from holdfast.integrations.spoken_stream import MOST_WATCHED_BYTES, SpokenStream
from holdfast.validation.verdict import passed
from tests.jumping_time import jumping_clock
from tests.validation.sounds import frame, tone, wav

MONO = RawFormat(16_000)


@pytest.mark.parametrize(
    ("sound", "seconds", "silent"),
    [
        (SoundSent(wav(tone(1.0))), 1.0, False),
        (SoundSent(wav(bytes(32_000))), 1.0, True),
        (SoundSent(wav(tone(1.0), bits=8)), 2.0, None),
        (SoundSent(tone(1.0), MONO), 1.0, False),
        (SoundSent(bytes(32_000), MONO), 1.0, True),
        (SoundSent(bytes(8000), RawFormat(8000, sample_bytes=1)), 1.0, None),
        (SoundSent(bytes(64_000), RawFormat(16_000, channels=2)), 1.0, True),
        (SoundSent(b"x" * 32_001, MONO), 1.00003125, None),
        (SoundSent(frame()), 0.0261, False),
        (SoundSent(wav(tone(1.0), size=10**8)), 1.0, None),
        (SoundSent(b"anything else"), None, None),
    ],
)
def test_length_and_silence_are_measured(
    sound: SoundSent, seconds: float | None, silent: bool | None
) -> None:
    """Never by dividing bytes; None where nobody can say."""
    assert sound.seconds(600) == (None if seconds is None else pytest.approx(seconds, abs=1e-4))
    assert sound.is_silent() is silent


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (b"", "hear needs a sound, got 0 bytes"),
        (b"x" * 1_048_577, "hear takes at most 1 MiB of sound, got 1.00"),
        (wav(tone(5.1)), "hear takes at most 5 s of sound, got 5.1 or more"),
        (frame() * 1000, "hear takes at most 5 s of sound, got 5.0 or more"),
    ],
)
def test_too_much_is_refused(sound: bytes, words: str) -> None:
    """By size, and by how long it really is."""
    check = sound_size("hear", lambda asked: [SoundSent(asked)], SoundBounds(1, 5.0))
    with pytest.raises(InputRefused, match=words):
        check(sound)


def test_an_unknown_container_is_bounded_by_its_size_alone() -> None:
    """It may be long; that is the provider's to say."""
    check = sound_size("hear", lambda asked: [SoundSent(asked)], SoundBounds(1, 5.0))
    check(b"x" * 1_000_000)


async def test_the_settings_bound_what_a_guard_lets_out() -> None:
    """Seconds and mebibytes of the service are those of its guards."""
    guards = guards_of(
        DEEPGRAM, GuardOptions(), controls=Controls(), clock=jumping_clock(),
        max_audio_size_mb=0.1, max_audio_duration_sec=2.0,
    )  # fmt: skip

    async def never(asked: Asked) -> Exchange:
        raise AssertionError(f"{asked} was sent")

    for sound, words in ((tone(4.0, 4000), "at most 2 s"), (tone(4.0), r"at most 0\.1 MiB")):
        with pytest.raises(InputRefused, match=words):
            await guards["stt"].call(never, Asked("POST", "/v1/listen", {}, wav(sound, 4000)))


BODY = (
    b'--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nsaaras:v3\r\n'
    b'--b\r\nContent-Disposition: form-data; name="input_audio_codec"\r\n\r\npcm_s16le\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
    b"Content-Type: audio/wav\r\n\r\n\0\1\r\n\r\n--\2\r\n--b--\r\n"
)


def test_forms_are_read_by_their_first_line() -> None:
    """Content is bytes, whatever they are; what is no form has no fields."""
    fields = fields_of(BODY)
    assert fields["file"] == b"\0\1\r\n\r\n--\2"
    assert text_of(fields, "model") == "saaras:v3"
    assert text_of(fields, "mode") is None
    assert fields_of(b'{"a": 1}') == fields_of(b"") == fields_of(b"--b\r\nnothing") == {}
    (sound,) = sounds_in(Asked("POST", "/speech-to-text", {}, BODY))
    assert sound.raw == MONO


def test_a_stream_too_long_to_keep_is_passed_on_unjudged() -> None:
    """Memory is bounded; the rest would be judged as half a sound."""
    watch = SpokenStream(lambda _body: passed("x"))
    watch.feed(bytes(MOST_WATCHED_BYTES))
    assert watch.end() == passed("x")
    watch.feed(b"x")
    assert watch.end() is None
    assert watch.usage() is None


def test_usage_of_several_attempts_keeps_its_model() -> None:
    """The guard adds amounts; whose they are stays known."""
    from_header = Exchange(
        Asked("POST", "/v1/speak", {"model": "m"}), 200, {"dg-char-count": "7"}, b""
    )
    assert DEEPGRAM.read_usage(from_header) == Usage("characters", 7.0, model="m")
