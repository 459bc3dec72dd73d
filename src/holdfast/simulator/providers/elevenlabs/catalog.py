"""The voices and models of the simulated account."""

from typing import Any

VOICES = {
    "21m00Tcm4TlvDq8ikWAM": ("Rachel", "premade", "female", "american"),
    "JBFqnCBsd6RMkjVDRZzb": ("George", "premade", "male", "british"),
    "EXAVITQu4vr4xnSDxMaL": ("Sarah", "premade", "female", "american"),
}

MODELS = {
    "eleven_multilingual_v2": ("Eleven Multilingual v2", 10_000),
    "eleven_flash_v2_5": ("Eleven Flash v2.5", 40_000),
    "eleven_turbo_v2_5": ("Eleven Turbo v2.5", 40_000),
    "eleven_flash_v2": ("Eleven Flash v2", 30_000),
}
"""Name and the longest text, in characters, of one request."""

DEFAULT_MODEL = "eleven_multilingual_v2"


def voices() -> list[dict[str, Any]]:
    """Every voice as the API lists it."""
    return [
        {
            "voice_id": voice_id,
            "name": name,
            "category": category,
            "labels": {"gender": gender, "accent": accent},
            "description": f"{name}, a {accent} voice",
            "preview_url": None,
            "settings": None,
            "samples": None,
        }
        for voice_id, (name, category, gender, accent) in VOICES.items()
    ]


def models() -> list[dict[str, Any]]:
    """Every model as the API lists it."""
    return [
        {
            "model_id": model_id,
            "name": name,
            "can_do_text_to_speech": True,
            "can_do_voice_conversion": False,
            "maximum_text_length_per_request": longest,
            "concurrency_group": "standard" if "multilingual" in model_id else "turbo",
            "languages": [{"language_id": "en", "name": "English"}],
        }
        for model_id, (name, longest) in MODELS.items()
    ]
