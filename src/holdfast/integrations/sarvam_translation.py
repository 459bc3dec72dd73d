"""Translation by Sarvam, between English and the languages of India."""

from dataclasses import dataclass, field

from holdfast.integrations.exchange import member
from holdfast.integrations.sarvam import TRANSLATE
from holdfast.integrations.sarvam_answers import AUTO
from holdfast.integrations.sarvam_client import SarvamClient
from holdfast.integrations.sarvam_key import given

DEFAULT_MODEL = "mayura:v1"


@dataclass(frozen=True, slots=True)
class Translation:
    """A translated text; *source_language* as it was given, or recognised."""

    text: str = field(repr=False)
    source_language: str
    request_id: str | None


class SarvamTranslation(SarvamClient):
    """Translates through *access*."""

    async def translate(
        self, text: str, target: str, *, source: str = AUTO, model: str = DEFAULT_MODEL,
        mode: str | None = None, speaker_gender: str | None = None,
        output_script: str | None = None, numerals_format: str | None = None,
    ) -> Translation:  # fmt: skip
        """*text* in the language *target* (``hi-IN``). Raises `HoldfastError`.

        *source* "auto" is for mayura:v1 only, as are *mode* ("formal", "modern-colloquial", …) and
        *output_script* ("roman", "fully-native", …). None: the provider's default.
        """
        document = given(
            input=text, source_language_code=source, target_language_code=target, model=model,
            mode=mode, speaker_gender=speaker_gender, output_script=output_script,
            numerals_format=numerals_format,
        )  # fmt: skip
        with self._traffic.watched():
            answer = await self._access.http.post(TRANSLATE, json=document, headers=self._headers)
        told = answer.json()
        return Translation(
            text=str(member(told, "translated_text") or ""),
            source_language=str(member(told, "source_language_code") or source),
            request_id=member(told, "request_id"),
        )
