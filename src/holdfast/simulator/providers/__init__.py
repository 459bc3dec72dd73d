"""The simulated providers. A new one is one module (or folder) and one line here."""

from typing import Final, Protocol

from holdfast.clock import Clock
from holdfast.simulator.provider import Provider
from holdfast.simulator.providers.deepgram.provider import Deepgram
from holdfast.simulator.providers.did.provider import Did
from holdfast.simulator.providers.elevenlabs.provider import ElevenLabs
from holdfast.simulator.providers.mistral import Mistral
from holdfast.simulator.providers.openai.provider import OpenAI
from holdfast.simulator.providers.prokerala.provider import Prokerala
from holdfast.simulator.providers.sarvam.provider import Sarvam
from holdfast.simulator.providers.social.facebook import Facebook
from holdfast.simulator.providers.social.instagram import Instagram
from holdfast.simulator.providers.social.linkedin import LinkedIn
from holdfast.simulator.providers.social.tiktok import TikTok
from holdfast.simulator.providers.social.x import X
from holdfast.simulator.providers.social.youtube import YouTube


class MakeProvider(Protocol):
    """What makes a provider with its default options."""

    def __call__(self, *, clock: Clock) -> Provider:
        """A new provider whose limits and stamps follow *clock*."""


PROVIDERS: Final[tuple[MakeProvider, ...]] = (
    *(OpenAI, Prokerala, ElevenLabs, Did, Deepgram, Sarvam),
    *(Facebook, Instagram, YouTube, X, LinkedIn, TikTok),
    Mistral,
)

__all__ = [
    "PROVIDERS",
    "Deepgram",
    "Did",
    "ElevenLabs",
    "Facebook",
    "Instagram",
    "LinkedIn",
    "Mistral",
    "OpenAI",
    "Prokerala",
    "Sarvam",
    "TikTok",
    "X",
    "YouTube",
]
