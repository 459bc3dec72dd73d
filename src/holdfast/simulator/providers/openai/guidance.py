"""A few plausible sentences about a question, made from its own words and its context."""

import re
from random import Random

_FACT_WORDS = range(2, 13)

_UNIMPORTANT_WORDS = """
about after again also always and any are because been before being between both but can could
did does doing done dont down during each for from get give going had has have having her here
hers him his how into its just like make many may might more most much must need not now only
other our ours out over own please same say shall she should some such tell than that the their
theirs them then there these they this those through too under until upon very want was way were
what when where which while who whom why will with would yes yet you your yours user question
answer context assistant keep using use find help feel know think next new old good best better
come take today tomorrow week month year time
"""
_UNIMPORTANT = frozenset(_UNIMPORTANT_WORDS.split())

_OPENINGS = (
    "You ask about {topic}, and that deserves a calm and honest look.",
    "Thank you for bringing {topic} here; it is good that you ask now.",
    "Let us look at {topic} together, one step at a time.",
)
_CONTEXTS = (
    "With {facts} in view, this is a time to build rather than to hurry.",
    "What you shared matters: {facts} points to patience and steady effort.",
    "Consider {facts}: it favours clear words and small, regular steps.",
)
_ADVICE = (
    "Where {word} is concerned, write down what you can change and let the rest wait.",
    "Give {word} a fixed hour each day, and protect that hour.",
    "Speak openly about {word} with someone you trust before you decide.",
    "Progress with {word} comes from repetition, so begin smaller than you think you should.",
    "If {word} feels heavy, rest first and look at it again in the morning.",
    "Treat {word} as a practice and not as a test.",
)
_CLOSINGS = (
    "Take one small step this week and notice what it teaches you.",
    "Be patient with yourself; what grows slowly tends to last.",
    "Return to this in a few days and see what has become clearer.",
)


def compose(question: str, context: str, seed: int, variant: int = 0) -> str:
    """Four or five sentences; the same for the same arguments, different between *variant*s."""
    dice = Random(f"{seed}/{variant}/{question}/{context}")
    words = keywords(question, 5) or ["what moves you"]
    weighty = sorted(words, key=len)[-2:]
    facts = fragments(context, 3)
    said = [dice.choice(_OPENINGS).format(topic=_listed(words))]
    if facts:
        said.append(dice.choice(_CONTEXTS).format(facts=_listed(facts)))
    said += [advice.format(word=dice.choice(weighty)) for advice in dice.sample(_ADVICE, 2)]
    return " ".join([*said, dice.choice(_CLOSINGS)])


def keywords(text: str, most: int) -> list[str]:
    """The first *most* words of *text* that carry meaning, each once, as they were written."""
    words = {word.lower(): word for word in reversed(re.findall(r"[^\W\d_]{3,30}", text))}
    order = dict.fromkeys(word.lower() for word in re.findall(r"[^\W\d_]{3,30}", text))
    return [words[word] for word in order if word not in _UNIMPORTANT][:most]


def fragments(context: str, most: int) -> list[str]:
    """The first *most* facts in *context*: short pieces with a name or a number in them."""
    pieces = (_plain(piece) for piece in re.split(r"[\n;,.{}\[\]]", context))
    return [piece for piece in dict.fromkeys(pieces) if _is_fact(piece)][:most]


def _plain(piece: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r'[":*#|`]+', " ", piece)).strip(" -")


def _is_fact(piece: str) -> bool:
    words = piece.split()
    instructs = {"you", "your", "answer", "be", "never", "always", "use"} & {
        w.lower() for w in words
    }
    names = any(word[:1].isupper() or word[:1].isdigit() for word in words[1:])
    return len(words) in _FACT_WORDS and names and not instructs


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
