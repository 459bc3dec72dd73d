"""Whether spoken text came back as sound."""

import pytest

from holdfast.validation.audio import judge_speech
from tests.validation.sounds import SECONDS_PER_FRAME, aac, frame, tone, wav

TEXT = "The stars are kind to you today, and the moon agrees."
"""41 letters, 53 characters: between 1.37 and 15.25 seconds."""

FRAMES = round(4 / SECONDS_PER_FRAME)


@pytest.mark.parametrize(
    ("body", "codec", "rate"),
    [
        (frame() * FRAMES, "mp3", 44100),
        (wav(tone(4.0)), "wav", 16000),
        (tone(4.0), "pcm", 16000),
    ],
)
def test_speech_of_plausible_length_passes(body: bytes, codec: str, rate: int) -> None:
    """Decodable, heard, and as long as the text takes."""
    verdict = judge_speech(body, codec=codec, sample_rate=rate, text=TEXT)
    assert verdict is not None
    assert (verdict.judgement, verdict.reason, verdict.method) == ("pass", "", "audio")


@pytest.mark.parametrize(
    ("body", "codec", "reason"),
    [
        (b"", "mp3", "the audio has 0 bytes"),
        (
            b"<html>",
            "mp3",
            "not decodable as mp3: byte 0 of 6 should start a frame, found 3c68746d",
        ),
        (frame() * FRAMES, "wav", "not decodable as wav: no RIFF/WAVE header"),
        (
            tone(4.0)[:-1],
            "pcm",
            "not decodable as pcm: 127999 bytes are no whole number of 16 bit samples",
        ),
        (frame(length=0) * FRAMES, "mp3", "silent: no frame of 4.00 s holds sound"),
        (wav(bytes(128000)), "wav", "silent: -inf dBFS, at least -50 expected"),
        (tone(4.0, loudness=50), "pcm", "silent: -59.3 dBFS, at least -50 expected"),
        (tone(1.0), "pcm", "1.00 s is too short for 41 characters, at least 1.37 s expected"),
    ],
)
def test_what_is_no_speech_fails(body: bytes, codec: str, reason: str) -> None:
    """The reason holds the value and the threshold."""
    verdict = judge_speech(body, codec=codec, sample_rate=16000, text=TEXT)
    assert verdict is not None
    assert (verdict.judgement, verdict.reason) == ("fail", reason)


@pytest.mark.parametrize(
    ("body", "codec", "rate", "reason"),
    [
        (tone(16.0), "pcm", 16000, "16.00 s is long, at most 15.25 s expected"),
        (wav(tone(4.0)), "wav", 22050, "16000 Hz came, 22050 Hz asked for"),
        (
            b"\xff\x7f\x00\x80" * 1000 + tone(4.0),
            "pcm",
            16000,
            "3.0% of the samples are clipped, at most 1% expected",
        ),
        (
            frame() * 60 + frame(length=0) * 90,
            "mp3",
            44100,
            "the last 60% are silent, at most 50% expected",
        ),
        (frame() * FRAMES + frame()[:100], "mp3", 44100, "the last frame lacks 317 bytes"),
    ],
)
def test_what_is_odd_warns(body: bytes, codec: str, rate: int, reason: str) -> None:
    """It is served, and someone should look at it."""
    verdict = judge_speech(body, codec=codec, sample_rate=rate, text=TEXT)
    assert verdict is not None
    assert (verdict.judgement, verdict.reason) == ("warn", reason)


def test_speed_scales_what_is_plausible() -> None:
    """Fast speech may be shorter, slow speech is longer."""
    for speed, judgement in ((1.0, "fail"), (2.0, "pass")):
        verdict = judge_speech(tone(1.0), codec="pcm", sample_rate=16000, text=TEXT, speed=speed)
        assert verdict is not None
        assert verdict.judgement == judgement


def test_markup_and_punctuation_are_not_spoken() -> None:
    """A pause written as a tag does not make a short answer too short."""
    text = '<break time="1s" strength="x-strong-and-very-long"/> Hi ... !!!'
    verdict = judge_speech(tone(0.2), codec="pcm", sample_rate=16000, text=text)
    assert verdict is not None
    assert verdict.judgement == "pass"


@pytest.mark.parametrize("codec", ["opus", "ulaw", "alaw"])
def test_a_codec_without_a_parser_is_not_judged(codec: str) -> None:
    """Saying nothing is honest; only emptiness can be told."""
    assert judge_speech(b"x", codec=codec, sample_rate=8000, text=TEXT) is None
    empty = judge_speech(b"", codec=codec, sample_rate=8000, text=TEXT)
    assert empty is not None
    assert empty.judgement == "fail"


@pytest.mark.parametrize(
    ("codec", "body", "words"),
    [
        ("flac", b"ID3\4", "not flac: it begins as mp3, flac expected"),
        ("ogg", b"{}", "not ogg: it begins as nothing we know, ogg expected"),
        ("aac", aac(1), "0.02 s is too short for 41 characters"),
    ],
)
def test_a_codec_that_is_not_decoded_is_known_by_its_container(
    codec: str, body: bytes, words: str
) -> None:
    """Its first bytes and its length are judged; its loudness is not."""
    verdict = judge_speech(body, codec=codec, sample_rate=0, text=TEXT)
    assert verdict is not None
    assert words in verdict.reason
    assert judge_speech(aac(200), codec="aac", sample_rate=0, text=TEXT) is None


def test_any_sample_rate_may_come_where_none_was_asked_for() -> None:
    """0 asks for none."""
    verdict = judge_speech(wav(tone(3.0)), codec="wav", sample_rate=0, text=TEXT)
    assert verdict is not None
    assert verdict.judgement == "pass"
