"""Integrations: what we know of each provider, and HTTP clients that are guarded by it."""

from collections.abc import Mapping

from holdfast.integrations.deepgram import DEEPGRAM
from holdfast.integrations.did import DID
from holdfast.integrations.elevenlabs import ELEVENLABS
from holdfast.integrations.facebook import FACEBOOK
from holdfast.integrations.instagram import INSTAGRAM
from holdfast.integrations.integration import Integration
from holdfast.integrations.linkedin import LINKEDIN
from holdfast.integrations.mistral import MISTRAL
from holdfast.integrations.openai import OPENAI
from holdfast.integrations.prokerala import PROKERALA
from holdfast.integrations.rag import RAG
from holdfast.integrations.sarvam import SARVAM
from holdfast.integrations.tiktok import TIKTOK
from holdfast.integrations.x import X
from holdfast.integrations.youtube import YOUTUBE

CATALOG: Mapping[str, Integration] = {
    known.name: known
    for known in (
        *(OPENAI, RAG, PROKERALA, ELEVENLABS, DID, DEEPGRAM, SARVAM),
        *(FACEBOOK, INSTAGRAM, YOUTUBE, X, LINKEDIN, TIKTOK),
        MISTRAL,
    )
}
"""Every provider by name. Adding one is one file, and its name in this tuple."""
