"""POST /v1/listen: the words of a whole sound, and of one to be fetched."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from holdfast.clock import iso
from holdfast.simulator.hearing import Sound, Spoken, listen, recognised
from holdfast.simulator.providers.deepgram import errors
from holdfast.simulator.providers.deepgram.options import Options, read_options
from holdfast.simulator.wire import Answer, Call

CREATED_AT = 1_750_000_000.0
FETCHED_SECONDS = 6.0
"""How long a sound is that the simulator would have to fetch: it fetches nothing."""

OTHER_LANGUAGE = "es"
_ELSEWHERE = ("el camino de la luna es largo y la noche todavía es joven para nosotros",)
_WORDS_OF_A_SPEAKER = 6
UNSURE = 0.2


def transcribed(call: Call) -> Answer:
    """The transcript of the sound in the body, or of the one at the address in it."""
    options = read_options(call)
    sound = _sound(call, options)
    words = recognised(sound, call.seed)
    return Answer(document=document(call, options, sound, words))


def document(
    call: Call, options: Options, sound: Sound, words: list[Spoken]
) -> dict[str, Any]:  # fmt: skip
    """The whole answer for *words*."""
    channel: dict[str, Any] = {"alternatives": [alternative(words, options)]}
    if options.detect:
        channel |= {"detected_language": "en", "language_confidence": 0.98}
    model = errors.uuid(call, "model")
    return {
        "metadata": {
            "transaction_key": "deprecated",
            "request_id": errors.request_id(call),
            "sha256": sound.digest,
            "created": iso(CREATED_AT),
            "duration": round(sound.seconds, 4),
            "channels": options.channels,
            "models": [model],
            "model_info": {model: {"name": options.model, "version": "1", "arch": "nova"}},
        },
        "results": {"channels": [channel] * options.channels},
    }


def alternative(words: list[Spoken], options: Options, first: int = 0) -> dict[str, Any]:
    """The best alternative: its text, and each word. *first*: how many words came before."""
    told = [_word(word, first + n, options) for n, word in enumerate(words)]
    text = " ".join(word.get("punctuated_word", word["word"]) for word in told)
    sure = sum(word.confidence for word in words) / len(words) if words else 0.0
    return {"transcript": text, "confidence": round(sure, 4), "words": told}


def heard_nothing(_call: Call, good: Answer) -> Answer:
    """200, and an empty transcript."""
    return _changed(good, transcript="", confidence=0.0, words=[])


def unsure(_call: Call, good: Answer) -> Answer:
    """200, and words that nobody would bet on."""
    return _changed(good, confidence=UNSURE)


def misheard(call: Call, good: Answer) -> Answer:
    """200, and the words of another language."""
    seconds = good.document["metadata"]["duration"]
    sound = Sound(seconds, silent=False, digest=good.document["metadata"]["sha256"])
    words = recognised(sound, call.seed, _ELSEWHERE)
    said = alternative(words, read_options(call))
    channels = [
        {**channel, "detected_language": OTHER_LANGUAGE, "alternatives": [said]}
        for channel in good.document["results"]["channels"]
    ]
    return replace(good, document={**good.document, "results": {"channels": channels}})


def _changed(good: Answer, **fields: Any) -> Answer:
    channels = [
        {**channel, "alternatives": [{**channel["alternatives"][0], **fields}]}
        for channel in good.document["results"]["channels"]
    ]
    return replace(good, document={**good.document, "results": {"channels": channels}})


def _sound(call: Call, options: Options) -> Sound:
    if call.headers.get("content-type", "").startswith("application/json"):
        return _fetched(call)
    sound = listen(call.body, options.rate, options.width, options.channels)
    if sound is None or not call.body:
        message = "Bad Request: failed to process audio: corrupt or unsupported data"
        raise errors.refused(call, 400, "Bad Request", message)
    return sound


def _fetched(call: Call) -> Sound:
    try:
        url = call.document()["url"]
    except (ValueError, KeyError, TypeError):
        raise errors.refused(call, 400, "INVALID_JSON", "Invalid JSON submitted.") from None
    if not str(url).startswith(("http://", "https://")):
        raise errors.refused(call, 400, "INVALID_JSON", "url must be an address to fetch.")
    return Sound(FETCHED_SECONDS, silent=False, digest=sha256(str(url).encode()).hexdigest())


def _word(word: Spoken, number: int, options: Options) -> dict[str, Any]:
    told: dict[str, Any] = word._asdict()
    if options.punctuate:
        told["punctuated_word"] = word.word.capitalize() if number == 0 else word.word
    if options.diarize:
        told["speaker"] = number // _WORDS_OF_A_SPEAKER % 2
        told["speaker_confidence"] = 0.9
    return told
