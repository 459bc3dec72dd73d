"""Speech to text by Sarvam: whole sounds, and over a socket."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from holdfast.integrations.sarvam import LISTEN
from holdfast.integrations.sarvam_answers import UNKNOWN
from holdfast.integrations.sarvam_client import SarvamClient
from holdfast.integrations.sarvam_ear import EarOptions, SarvamEar, ear
from holdfast.integrations.sarvam_key import given
from holdfast.integrations.sarvam_records import Transcript, transcript

DEFAULT_MODEL = "saaras:v3"


class SarvamStt(SarvamClient):
    """Hears through *access*. Every method raises `HoldfastError`.

    *language* is ``hi-IN`` and the like; None: whichever it is, which is then told. *mode* is
    "transcribe", "translate" (to English), "verbatim", "translit" or "codemix".
    """

    async def transcribe(
        self, audio: bytes, *, language: str | None = None, model: str = DEFAULT_MODEL,
        mode: str = "transcribe", timestamps: bool = False, codec: str | None = None,
        content_type: str = "audio/wav",
    ) -> Transcript:  # fmt: skip
        """What is said in *audio*, at most 30 s of it.

        Samples without a container are 16 bit at 16 kHz, and need *codec* "pcm_s16le".
        """
        form = given(
            model=model, mode=mode, language_code=language or UNKNOWN, input_audio_codec=codec,
            with_timestamps="true" if timestamps else None,
        )  # fmt: skip
        files = {"file": ("sound", audio, content_type)}
        with self._traffic.watched():
            answer = await self._access.http.post(
                LISTEN, data=form, files=files, headers=self._headers
            )
        return transcript(answer.json())

    def live(
        self, *, language: str | None = None, model: str = DEFAULT_MODEL, mode: str = "transcribe",
        sample_rate: int = 16_000, options: EarOptions | None = None, **more: Any,
    ) -> AbstractAsyncContextManager[SarvamEar]:  # fmt: skip
        """A conversation that is transcribed while it lasts: see `SarvamEar`.

        Sound is 16 bit samples at *sample_rate*, 8000 or 16000 Hz.
        """
        query = {
            "language-code": language or UNKNOWN,
            "model": model,
            "mode": mode,
            "sample_rate": str(sample_rate),
            "input_audio_codec": "pcm_s16le",
            "vad_signals": "true",
            "flush_signal": "true",
        }
        options = options or EarOptions()
        return self._traffic.opened(ear(self._access, self._headers, query | more, options))
