"""Reading OpenAI request bodies: what is missing or of the wrong type is a 400 that says so."""

import json
import re
from typing import Any, NamedTuple

from holdfast.simulator.providers.openai.errors import refusal
from holdfast.simulator.providers.openai.models import CHAT_MODELS, require_model
from holdfast.simulator.wire import Call

Body = dict[str, Any]

MOST_STOPS = 4
_SCHEMA_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ROLES = ("developer", "system", "user", "assistant", "tool", "function")


class Ask(NamedTuple):
    """A chat request, read. *limit*: tokens per choice; *stop*: texts at which it ends.

    *schema*: what the answer has to fit; ``{"type": "object"}`` in JSON mode, None for words.
    """

    model: str
    messages: list[Body]
    choices: int
    limit: int | None
    stop: tuple[str, ...]
    schema: Body | None
    stream: bool
    include_usage: bool
    obfuscate: bool


def read_body(call: Call) -> Body:
    """The JSON object of a request."""
    try:
        body = call.document()
    except ValueError:
        raise refusal("We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise refusal("The JSON body of your request must be an object.")
    return body


def read_model(body: Body) -> str:
    """The model's name, which must exist."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise refusal("you must provide a model parameter", "model")
    require_model(model)
    return model


def read_chat(call: Call) -> Ask:
    """A chat request; everything that the simulator does not speak is refused or harmless."""
    body = read_body(call)
    model = read_model(body)
    if model not in CHAT_MODELS:
        raise refusal("This is not a chat model and thus not supported.", "model")
    stream = _flag(body, "stream")
    options = _object(body, "stream_options")
    if options and not stream:
        text = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise refusal(text, "stream_options")
    _number(body, "temperature", 0, 2)
    _number(body, "top_p", 0, 1)
    return Ask(
        model=model,
        messages=_messages(body),
        choices=_integer(body, "n", 1, 128) or 1,
        limit=_limit(body),
        stop=_stop(body),
        schema=_schema(body),
        stream=stream,
        include_usage=_flag(options, "include_usage"),
        obfuscate=_flag(options, "include_obfuscation", default=True),
    )


def text_of(message: Body) -> str:
    """The text of one message, whether plain or in parts."""
    content = message.get("content")
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _messages(body: Body) -> list[Body]:
    messages = body.get("messages")
    if messages is None:
        text = "Missing required parameter: 'messages'."
        raise refusal(text, "messages", "missing_required_parameter")
    if not isinstance(messages, list) or not messages:
        text = "Invalid 'messages': expected an array with minimum length 1."
        raise refusal(text, "messages", "empty_array" if messages == [] else "invalid_type")
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            text = f"Invalid value: 'messages[{index}].role' must be one of {', '.join(ROLES)}."
            raise refusal(text, f"messages[{index}].role", "invalid_value")
    return messages


def _limit(body: Body) -> int | None:
    newer = _integer(body, "max_completion_tokens", 1, 1_000_000)
    return newer or _integer(body, "max_tokens", 1, 1_000_000)


def _stop(body: Body) -> tuple[str, ...]:
    stop = body.get("stop")
    texts = [stop] if isinstance(stop, str) else stop or []
    if (
        not isinstance(texts, list)
        or len(texts) > MOST_STOPS
        or not all(isinstance(t, str) for t in texts)
    ):
        raise refusal("Invalid 'stop': a string or at most 4 strings.", "stop", "invalid_type")
    return tuple(text for text in texts if text)


def _schema(body: Body) -> Body | None:
    wanted = _object(body, "response_format")
    match wanted.get("type", "text"):
        case "text":
            return None
        case "json_object":
            if "json" not in json.dumps(body.get("messages")).lower():
                text = (
                    "'messages' must contain the word 'json' in some form, to use "
                    "'response_format' of type 'json_object'."
                )
                raise refusal(text, "messages")
            return {"type": "object"}
        case "json_schema":
            return _named_schema(_object(wanted, "json_schema"))
    text = "Invalid value: 'response_format.type' is one of text, json_object, json_schema."
    raise refusal(text, "response_format.type", "invalid_value")


def _named_schema(wanted: Body) -> Body:
    place = "response_format.json_schema"
    if not isinstance(name := wanted.get("name"), str) or not _SCHEMA_NAME.fullmatch(name):
        raise refusal(f"Invalid '{place}.name'.", f"{place}.name", "invalid_value")
    schema = _object(wanted, "schema")
    if wanted.get("strict") and not _is_strict(schema):
        text = (
            f"Invalid schema for response_format '{name}': every member is to be required, and "
            "'additionalProperties' to be false."
        )
        raise refusal(text, place, "invalid_json_schema")
    return schema


def _is_strict(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return True
    members = schema.get("properties", {})
    if schema.get("type") == "object" and (
        schema.get("additionalProperties") is not False
        or set(schema.get("required", ())) != set(members)
    ):
        return False
    return all(_is_strict(part) for part in (*members.values(), schema.get("items")))


def _object(body: Body, name: str) -> Body:
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise refusal(f"Invalid type for '{name}': expected an object.", name, "invalid_type")
    return value or {}


def _flag(body: Body, name: str, *, default: bool = False) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise refusal(f"Invalid type for '{name}': expected a boolean.", name, "invalid_type")
    return default if value is None else value


def _integer(body: Body, name: str, least: int, most: int) -> int | None:
    value = body.get(name)
    if value is not None and not isinstance(value, int):
        raise refusal(f"Invalid type for '{name}': expected an integer.", name, "invalid_type")
    _number(body, name, least, most)
    return value


def _number(body: Body, name: str, least: float, most: float) -> None:
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusal(f"Invalid type for '{name}': expected a number.", name, "invalid_type")
    if not least <= value <= most:
        text = f"Invalid '{name}': {value} is outside {least} to {most}."
        raise refusal(text, name, "invalid_value")
