"""The simulated providers. A new one is one module (or folder) and one line here."""

from typing import Final, Protocol

from holdfast.clock import Clock
from holdfast.simulator.provider import Provider
from holdfast.simulator.providers.deepgram.provider import Deepgram
from holdfast.simulator.providers.elevenlabs.provider import ElevenLabs
from holdfast.simulator.providers.openai.provider import OpenAI
from holdfast.simulator.providers.prokerala.provider import Prokerala
from holdfast.simulator.providers.sarvam.provider import Sarvam


class MakeProvider(Protocol):
    """What makes a provider with its default options."""

    def __call__(self, *, clock: Clock) -> Provider:
        """A new provider whose limits and stamps follow *clock*."""


PROVIDERS: Final[tuple[MakeProvider, ...]] = (OpenAI, Prokerala, ElevenLabs, Deepgram, Sarvam)

__all__ = ["PROVIDERS", "Deepgram", "ElevenLabs", "OpenAI", "Prokerala", "Sarvam"]
