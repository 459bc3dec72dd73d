"""Reading a text-to-speech request."""

from typing import Any, NamedTuple

from holdfast.simulator.providers.elevenlabs import errors
from holdfast.simulator.providers.elevenlabs.catalog import DEFAULT_MODEL, MODELS, VOICES
from holdfast.simulator.providers.elevenlabs.sound import FORMATS, Format
from holdfast.simulator.wire import Call

DEFAULT_FORMAT = "mp3_44100_128"
SETTINGS = {
    "stability": (0.0, 1.0),
    "similarity_boost": (0.0, 1.0),
    "style": (0.0, 1.0),
    "speed": (0.7, 1.2),
}


class Speech(NamedTuple):
    """What is to be said, how fast (1.0 is normal), and in which format."""

    text: str
    speed: float
    audio: Format


def read_speech(call: Call) -> Speech:
    """The request of `call`; refused in the shape that the API uses for each fault."""
    if call.parameters["voice_id"] not in VOICES:
        voice = call.parameters["voice_id"][:100]
        message = f"A voice with the ID {voice} was not found."
        raise errors.not_found(call, "voice_not_found", message, "voice_id")
    body = _body(call)
    speech = Speech(_text(call, body), _speed(call, body), _format(call))
    _check_length(call, body, speech.text)
    return speech


def _body(call: Call) -> dict[str, Any]:
    try:
        body = call.document()
    except ValueError:
        raise errors.bad_request(call, "malformed_json", "The body is not JSON.", "body") from None
    if not isinstance(body, dict):
        raise errors.invalid_field("body", "Input should be an object", "dict_type")
    return body


def _text(call: Call, body: dict[str, Any]) -> str:
    if "text" not in body:
        raise errors.invalid_field("text", "Field required", "missing")
    text = body["text"]
    if not isinstance(text, str):
        raise errors.invalid_field("text", "Input should be a valid string", "string_type")
    if not text.strip():
        raise errors.bad_request(call, "empty_text", "The text must not be empty.", "text")
    return text


def _check_length(call: Call, body: dict[str, Any], text: str) -> None:
    model = body.get("model_id") or DEFAULT_MODEL
    if not isinstance(model, str) or model not in MODELS:
        message = f"A model with ID {str(model)[:100]} does not exist."
        raise errors.not_found(call, "model_not_found", message, "model_id")
    longest = MODELS[model][1]
    if len(text) > longest:
        message = f"The text has {len(text)} characters; {model} takes at most {longest}."
        raise errors.bad_request(call, "text_too_long", message, "text")


def _speed(call: Call, body: dict[str, Any]) -> float:
    settings = body.get("voice_settings") or {}
    if not isinstance(settings, dict):
        text = "Input should be an object"
        raise errors.invalid_field("voice_settings", text, "dict_type")
    for name, (least, most) in SETTINGS.items():
        value = settings.get(name, most)
        proper = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (proper and least <= value <= most):
            message = f"{name} must be between {least} and {most}."
            raise errors.bad_request(call, "invalid_voice_settings", message, name)
    return float(settings.get("speed") or 1.0)


def _format(call: Call) -> Format:
    name = call.query.get("output_format", DEFAULT_FORMAT)
    if name not in FORMATS:
        message = f"Invalid output format; the simulator speaks {', '.join(sorted(FORMATS))}."
        raise errors.bad_request(call, "invalid_output_format", message, "output_format")
    return FORMATS[name]
