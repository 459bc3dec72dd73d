"""POST /translate, /transliterate and /text-lid: texts spelt in the script that was asked for."""

from dataclasses import replace

from holdfast.simulator.providers.sarvam import errors
from holdfast.simulator.providers.sarvam.fields import body_of, language, text
from holdfast.simulator.providers.sarvam.scripts import spelt
from holdfast.simulator.wire import Answer, Call
from holdfast.validation.script import scripts_of, share_in

MODELS = {"mayura:v1": 1000, "sarvam-translate:v1": 2000}
_OTHER = {"ta-IN": "te-IN"}


def translated(call: Call) -> Answer:
    """The text in the script of its target."""
    body = body_of(call)
    model = body.get("model") or "mayura:v1"
    if model not in MODELS:
        raise errors.invalid(call, f"model {str(model)[:30]!r} is not supported.")
    source_text = text(call, body, "input", MODELS[model])
    others = ("auto",) if model == "mayura:v1" else ()
    source = language(call, body.get("source_language_code"), "source_language_code", *others)
    target = language(call, body.get("target_language_code"), "target_language_code")
    if source == target:
        raise errors.invalid(call, "Source and target languages must be different.")
    told = source_text if body.get("output_script") == "roman" else spelt(source_text, target)
    found = _language_of(source_text) if source == "auto" else source
    return _answer(call, translated_text=told, source_language_code=found)


def transliterated(call: Call) -> Answer:
    """The same words in another script."""
    body = body_of(call)
    told = spelt(
        text(call, body, "input", 1000),
        language(call, body.get("target_language_code"), "target_language_code"),
    )
    source = language(call, body.get("source_language_code"), "source_language_code", "auto")
    return _answer(call, transliterated_text=told, source_language_code=source)


def identified(call: Call) -> Answer:
    """The language whose script the text is in."""
    code = _language_of(text(call, body_of(call), "input", 1000))
    script = {"en-IN": "Latn", "hi-IN": "Deva", "ta-IN": "Taml"}.get(code, "Beng")
    return _answer(call, language_code=code, script_code=script)


def nothing(_call: Call, good: Answer) -> Answer:
    """200, and an empty translation."""
    return _with(good, "")


def unchanged(call: Call, good: Answer) -> Answer:
    """200, and the text as it came."""
    return _with(good, body_of(call)["input"])


def elsewhere(call: Call, good: Answer) -> Answer:
    """200, and the script of another language."""
    body = body_of(call)
    other = _OTHER.get(body["target_language_code"], "ta-IN")
    return _with(good, spelt(body["input"], other))


def cut(_call: Call, good: Answer) -> Answer:
    """200, and the beginning of the translation."""
    whole = good.document["translated_text"]
    return _with(good, whole[: max(1, len(whole) // 8)])


def _with(good: Answer, told: str) -> Answer:
    return replace(good, document={**good.document, "translated_text": told})


def _answer(call: Call, **fields: str) -> Answer:
    return Answer(document={"request_id": errors.request_id(call), **fields})


def _language_of(words: str) -> str:
    codes = ("hi-IN", "bn-IN", "pa-IN", "gu-IN", "ta-IN", "te-IN", "kn-IN", "ml-IN", "od-IN")
    return next((c for c in codes if (share_in(words, scripts_of(c)) or 0) > 0.5), "en-IN")
