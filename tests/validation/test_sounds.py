"""Reading WAV, PCM and MP3: what is measured, and what is refused."""

import math
import wave
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.validation.mp3 import read_mp3
from holdfast.validation.sound import Sound, UndecodableError, read_pcm, trailing_share
from holdfast.validation.wav import read_wav
from tests.validation.sounds import SECONDS_PER_FRAME, frame, index_frame, tone, wav


def test_a_wav_file_of_the_standard_library_is_read() -> None:
    """What another writer makes is understood, other chunks are skipped."""
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((2, 2, 8000, 0, "NONE", "none"))
        writer.writeframes(tone(1.0, 8000))
    sound = read_wav(file.getvalue())
    assert (sound.codec, sound.sample_rate, sound.duration_seconds) == ("wav", 8000, 0.5)
    assert not sound.is_silent


def test_loudness_is_root_mean_square_of_full_scale() -> None:
    """A sine of amplitude 9000 is at 20 log(9000 / 32768 / sqrt 2)."""
    sound = read_pcm(tone(1.0), 16000)
    expected = 20 * math.log10(9000 / 32768 / math.sqrt(2))
    assert sound.loudness_dbfs == pytest.approx(expected, abs=0.01)
    assert (sound.is_silent, sound.clipped, sound.trailing_silence) == (False, 0.0, 0.0)


@pytest.mark.parametrize(
    ("data", "loudness"),
    [
        (bytes(3200), -math.inf),
        (b"", -math.inf),
        (b"\x00\x40" * 1600, -math.inf),
        (tone(1.0, loudness=100), pytest.approx(-53.3, abs=0.1)),
    ],
)
def test_zeros_a_constant_and_a_whisper_are_silence(data: bytes, loudness: float) -> None:
    """An offset is no sound, and neither is what nobody hears."""
    sound = read_pcm(data, 16000)
    assert sound.is_silent
    assert sound.loudness_dbfs == loudness


def test_clipping_and_trailing_silence_are_shares() -> None:
    """A third clipped, two thirds silent at the end."""
    sound = read_pcm(b"\xff\x7f\x00\x80" * 8000 + bytes(64000), 16000)
    assert sound.clipped == pytest.approx(1 / 3)
    assert sound.trailing_silence == pytest.approx(2 / 3, abs=0.02)


def test_a_long_sound_is_sampled() -> None:
    """What is measured is bounded; length and loudness stay right."""
    sound = read_pcm(tone(30.0), 16000)
    assert sound.duration_seconds == 30.0
    assert sound.loudness_dbfs == pytest.approx(-14.24, abs=0.1)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_streaming_encoders_unknown_size_means_the_rest(size: int) -> None:
    """Who writes the header first does not know the length yet."""
    assert read_wav(wav(tone(0.5), size=size)).duration_seconds == 0.5


def test_other_sample_widths_are_measured_in_time_only() -> None:
    """What is not measured is said."""
    sound = read_wav(wav(bytes(48000), bits=24))
    assert (sound.duration_seconds, sound.is_silent, sound.loudness_dbfs) == (1.0, False, None)
    assert sound.doubt == "format 1 with 24 bits: loudness was not measured"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", "no RIFF/WAVE header"),
        (b'{"detail": "x"}', "no RIFF/WAVE header"),
        (wav(b"")[:30], "WAVE without format chunk|promises 16 bytes"),
        (wav(b"")[:36], "WAVE without data chunk"),
        (wav(tone(0.1), size=9999), "chunk 'data' promises 9999 bytes, 3200 came"),
        (wav(tone(0.1), rate=0), "WAVE with 1 channels at 0 Hz"),
        (wav(tone(0.1)[:-1]), "3199 bytes are no whole number of 16 bit samples"),
    ],
)
def test_a_broken_wav_says_where(file: bytes, reason: str) -> None:
    """The message names the chunk and the numbers."""
    with pytest.raises(UndecodableError, match=reason):
        read_wav(file)


@pytest.mark.parametrize("mono", [True, False])
@pytest.mark.parametrize(("mpeg1", "seconds"), [(True, 1152 / 44100), (False, 576 / 22050)])
@pytest.mark.parametrize(
    ("length", "gain", "silent"), [(100, 150, False), (0, 150, True), (100, 0, True)]
)
def test_side_information_tells_sound_from_silence(
    mono: bool, mpeg1: bool, seconds: float, length: int, gain: int, silent: bool
) -> None:
    """A frame without data, or without gain, decodes to zeros - in every layout."""
    file = frame(length=length, gain=gain, mono=mono, mpeg1=mpeg1) * 4
    sound = read_mp3(file)
    assert (sound.is_silent, sound.loudness_dbfs, sound.doubt) == (silent, None, "")
    assert sound.duration_seconds == pytest.approx(4 * seconds)
    assert sound.sample_rate == (44100 if mpeg1 else 22050)


def test_one_sounding_frame_breaks_the_silence() -> None:
    """And the silence after it has a share."""
    sound = read_mp3(frame() + frame(length=0) * 3)
    assert (sound.is_silent, sound.trailing_silence) == (False, 0.75)


def test_tags_and_the_index_frame_are_not_sound() -> None:
    """ID3 in front, TAG behind and the Info frame count for nothing."""
    tagged = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128) + index_frame() + frame() * 2
    sound = read_mp3(tagged + b"TAG" + bytes(125))
    assert sound.duration_seconds == pytest.approx(2 * SECONDS_PER_FRAME)
    assert not sound.is_silent


def test_a_last_frame_cut_short_is_a_doubt() -> None:
    """Players skip it; someone should look."""
    assert read_mp3(frame() * 2 + frame()[:-7]).doubt == "the last frame lacks 7 bytes"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", "no frame with sound data"),
        (b'{"detail": "x"}', "byte 0 of 15 should start a frame, found 7b226465"),
        (frame() + b"junk" + frame(), "byte 417 of 838 should start a frame, found 6a756e6b"),
        (index_frame(), "no frame with sound data"),
        (b"\xff\xfb\x00\x00" + bytes(413), "byte 0 of 417 should start a frame, found fffb0000"),
        (b"\xff\xfb\xf0\x00" + bytes(413), "found fffbf000"),
        (b"\xff\xfb\x9c\x00" + bytes(413), "found fffb9c00"),
        (b"\xff\xfd\x90\x00" + bytes(413), "found fffd9000"),
    ],
)
def test_a_broken_mp3_says_where(file: bytes, reason: str) -> None:
    """Every byte belongs to a frame or a tag, or the place is told."""
    with pytest.raises(UndecodableError, match=reason):
        read_mp3(file)


@given(data=st.binary(max_size=600))
def test_bytes_are_a_sound_or_undecodable(data: bytes) -> None:
    """No bytes, with or without the right magic, do anything else."""
    for read, magic in (
        (read_mp3, b"\xff\xfb\x90"),
        (read_mp3, b"ID3"),
        (read_wav, b"RIFFxxxxWAVE"),
    ):
        for file in (data, magic + data):
            try:
                assert isinstance(read(file), Sound)
            except UndecodableError as error:
                assert str(error)  # noqa: PT017 - either way is fine, silence is not


@pytest.mark.parametrize(
    ("silent", "share"),
    [([], 0.0), ([True], 1.0), ([True, False], 0.0), ([False, True], 0.5), ([True, True], 1.0)],
)
def test_trailing_silence_is_a_share_of_all(silent: list[bool], share: float) -> None:
    """Only the run at the end counts."""
    assert trailing_share(silent) == share
