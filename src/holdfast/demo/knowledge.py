"""What the example knows by itself: a few texts, found by the words they share with a question."""

import re
from collections import Counter
from math import sqrt

from holdfast.app.monitoring import Monitoring

COLLECTION = "guidance"

_TEXTS = (
    "Before you move to another city for a new job, ask your family what each of you would miss.",
    "Patience with a teenage son or daughter grows when you listen longer than you speak.",
    "A new bakery or shop should have the money for six months before it opens its door.",
    "Who is restless although everything goes well often waits for a decision of his own.",
    "Prepare for an exam in short hours, every day at the same time, and repeat what you forget.",
    "To sleep when worries keep you awake, write them down an hour before you go to bed.",
)
_ENOUGH = 0.2

Words = Counter[str]


class Knowledge:
    """Searched before the model is asked; each search and each document is counted."""

    def __init__(self, monitoring: Monitoring) -> None:
        self._monitoring = monitoring
        self._documents: list[tuple[str, Words]] = []
        for text in _TEXTS:
            self.add(text)

    def add(self, text: str) -> None:
        """One document more."""
        self._documents.append((text, _words(text)))
        self._monitoring.track_document_operation("upload", COLLECTION)

    def search(self, question: str) -> list[str]:
        """The documents that have to do with *question*, the nearest first."""
        since = self._monitoring.clock.monotonic()
        asked = _words(question)
        near = sorted(((_cosine(asked, words), text) for text, words in self._documents))
        found = [text for nearness, text in reversed(near) if nearness >= _ENOUGH]
        self._monitoring.track_performance_metric(
            "vector_search", self._monitoring.clock.monotonic() - since, operation="search",
            collection=COLLECTION, result_count=len(found),
        )  # fmt: skip
        return found


def _words(text: str) -> Words:
    return Counter(word for word in re.findall(r"\w+", text.lower()) if len(word) > 3)


def _cosine(one: Words, other: Words) -> float:
    shared = sum(number * other[word] for word, number in one.items())
    lengths = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return shared / lengths if lengths else 0.0
