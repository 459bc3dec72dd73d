"""Integrations: what we know of each provider, and HTTP clients that are guarded by it."""

from collections.abc import Mapping

from holdfast.integrations.deepgram import DEEPGRAM
from holdfast.integrations.elevenlabs import ELEVENLABS
from holdfast.integrations.integration import Integration
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.prokerala import PROKERALA
from holdfast.integrations.sarvam import SARVAM

CATALOG: Mapping[str, Integration] = {
    known.name: known for known in (OPENAI, PROKERALA, ELEVENLABS, DEEPGRAM, SARVAM)
}
"""Every provider by name. Adding one is one file, and its name in this tuple."""
