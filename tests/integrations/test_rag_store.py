"""The file of a knowledge base: exact, whole, shared between processes, and honest when damaged."""

import asyncio
import multiprocessing
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from holdfast.errors import (
    ConfigurationError,
    HoldfastError,
    InputRefused,
    ProtocolError,
    SemanticError,
    Unavailable,
)
from holdfast.integrations import rag_store
from holdfast.integrations.rag_records import Maker, Metadata
from holdfast.integrations.rag_store import Document, Floats, Store, unit_vectors
from tests.integrations.bases import base

pytestmark = pytest.mark.real_time

MAKER = Maker("tests", 8)
SPAWN = multiprocessing.get_context("spawn")
WRITERS, ROUNDS = 2, 8


def rows(count: int, seed: int = 7) -> Floats:
    """Vectors of length 1."""
    drawn = np.random.default_rng(seed).normal(size=(count, 8))
    return unit_vectors(drawn.tolist(), count, 8)


def document(doc_id: str, count: int, seed: int = 7, metadata: Metadata | None = None) -> Document:
    """A document of *count* passages."""
    texts = [f"{doc_id} {number} {seed}" for number in range(count)]
    return Document(
        doc_id=doc_id, digest=str(seed), metadata=metadata or {}, texts=texts,
        vectors=rows(count, seed),
    )  # fmt: skip


def write(path: Path, writer: int) -> None:
    """Another process: replaces one document that all share, and adds its own."""
    store = Store(path)
    for number in range(ROUNDS):
        store.put(document("shared", 1 + writer, seed=writer), MAKER)
        store.put(document(f"own-{writer}-{number}", 2), MAKER)
    store.close()


def test_the_search_is_exact(tmp_path: Path) -> None:
    """As comparing every vector with every other by hand."""
    store = Store(tmp_path / "k.db")
    store.put(document("a", 50, seed=1), MAKER)
    store.put(document("b", 30, seed=2, metadata={"lang": "ta"}), MAKER)
    question = rows(1, seed=3)[0]
    by_hand = sorted(np.concatenate([rows(50, 1), rows(30, 2)]) @ question, reverse=True)
    found = store.best(question, MAKER, 10, {})
    only_b = store.best(question, MAKER, 3, {"lang": "ta"})
    store.close()
    assert [passage.score for passage in found.passages] == pytest.approx(by_hand[:10])
    assert (found.considered, only_b.considered, only_b.stored) == (80, 30, 80)
    assert {passage.doc_id for passage in only_b.passages} == {"b"}


def test_processes_write_at_the_same_time_and_lose_nothing(tmp_path: Path) -> None:
    """Each document is whole, and the shared one is that of one writer, not a mixture."""
    path = tmp_path / "k.db"
    store = Store(path)
    writers = [SPAWN.Process(target=write, args=(path, number)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    found = store.best(rows(1)[0], MAKER, 1000, {})
    shared = sorted(one.text for one in found.passages if one.doc_id == "shared")
    stats = store.stats()
    store.close()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    assert stats.documents == 1 + WRITERS * ROUNDS
    assert shared in [[f"shared {n} {w}" for n in range(1 + w)] for w in range(WRITERS)]
    assert stats.chunks == len(shared) + 2 * WRITERS * ROUNDS == found.stored


async def test_one_process_writes_at_the_same_time_too(tmp_path: Path) -> None:
    """Calls of one loop take turns in the base's own thread; readers see whole documents."""
    async with base(tmp_path / "k.db") as on:
        await on.rag.upsert("shared", "start")
        await asyncio.gather(
            *(on.rag.upsert("shared", f"version {number}") for number in range(20)),
            *(on.rag.upsert(f"own-{number}", f"text {number}") for number in range(8)),
            *(on.rag.search("version text start", min_score=0.0) for _ in range(5)),
        )
        stats = await on.rag.stats()
    assert (stats.documents, stats.chunks) == (9, 9)
    assert {outcome for _, outcome, _ in on.told} == {"succeeded"}


def test_a_document_is_stored_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One passage too many leaves what was there before."""
    monkeypatch.setattr(rag_store, "MOST_CHUNKS", 5)
    store = Store(tmp_path / "k.db")
    store.put(document("a", 3), MAKER)
    with pytest.raises(InputRefused, match="'a' has 6 passages; of 5 in all 0 are there"):
        store.put(document("a", 6), MAKER)
    with pytest.raises(ConfigurationError, match="made with tests"):
        store.put(document("b", 1), Maker("tests", 9))
    stats = store.stats()
    store.close()
    assert (stats.documents, stats.chunks) == (1, 3)


def damaged_header(path: Path) -> None:
    """Not SQLite at all."""
    path.write_bytes(b"this is no database, whatever its name says " * 50)


def other_format(path: Path) -> None:
    """A base of a version that is not ours."""
    store = Store(path)
    store._db.execute("UPDATE base SET value = '2' WHERE name = 'format'")
    store.close()


def short_vector(path: Path) -> None:
    """A vector that lost its end."""
    store = Store(path)
    store.put(document("a", 2), MAKER)
    store._db.execute("UPDATE chunks SET vector = x'00' WHERE chunk_id = 1")
    store._db.execute("UPDATE base SET value = value + 1 WHERE name = 'revision'")
    store.close()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (damaged_header, r"is damaged \(file is not a database\): restore it, or use another"),
        (other_format, "is no knowledge base of this version"),
        (short_vector, "are not of 8 dimensions"),
    ],
)
def test_a_damaged_file_says_so(tmp_path: Path, damage: object, words: str) -> None:
    """It is never repaired by guessing, and never emptied."""
    path = tmp_path / "k.db"
    assert callable(damage)
    damage(path)
    size = path.stat().st_size
    with pytest.raises(ProtocolError, match=words):
        _search(path)
    assert path.stat().st_size >= size


def _search(path: Path) -> None:
    store = Store(path)
    try:
        store.best(rows(1)[0], MAKER, 1, {})
    finally:
        store.close()


def test_a_file_that_is_locked_for_long_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again by the guard."""
    monkeypatch.setattr(rag_store, "WAIT_SECONDS", 0.05)
    store = Store(tmp_path / "k.db")
    other = sqlite3.connect(tmp_path / "k.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="database is locked"):
        store.put(document("a", 1), MAKER)
    other.execute("ROLLBACK")
    store.put(document("a", 1), MAKER)
    other.close()
    store.close()


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """The message says where."""
    (tmp_path / "k.db").mkdir()
    with pytest.raises(HoldfastError, match=r"k\.db: unable to open database file"):
        Store(tmp_path / "k.db")


@pytest.mark.parametrize("numbers", [[], [[1.0]], [[1.0, 2.0], [1.0]], [[0.0, 0.0]]])
def test_vectors_have_to_fit(numbers: list[list[float]]) -> None:
    """As many, as long, and of some length."""
    with pytest.raises(SemanticError):
        unit_vectors(numbers, 1, 2)
