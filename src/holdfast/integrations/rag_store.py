"""A knowledge base in one SQLite file, searched exactly with NumPy.

Everything here blocks, and belongs to one thread at a time. Several processes may use one file.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.errors import InputRefused, ProtocolError, SemanticError, Unavailable
from holdfast.integrations.rag_records import Maker, Metadata, Passage, Stats
from holdfast.validation.embedding import METHOD
from holdfast.validation.verdict import failed

MOST_CHUNKS = 100_000
"""All vectors are held in memory and compared: beyond this another kind of store is due."""

WAIT_SECONDS = 5.0
"""How long another process's write is waited for."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS base (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO base VALUES ('format', '1'), ('revision', '0');
CREATE TABLE IF NOT EXISTS documents (
  doc_id TEXT PRIMARY KEY, digest TEXT NOT NULL, metadata TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS chunks (
  id INTEGER PRIMARY KEY, doc_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
  chunk_id INTEGER NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, UNIQUE (doc_id, chunk_id)
);
"""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document ready to be stored: *digest* tells whether it changed."""

    doc_id: str
    digest: str
    metadata: Metadata
    texts: Sequence[str]
    vectors: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """What `Store.best` found among *considered* of *stored* passages; *best* score of all."""

    passages: tuple[Passage, ...]
    best: float | None
    considered: int
    stored: int


class Store:
    """The file at *path*, made if it is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._revision = -1
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self._vectors: Floats = np.zeros((0, 1), np.float32)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _told(path):
            self._db = sqlite3.connect(
                path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._db.executescript(f"PRAGMA journal_mode = WAL; {_SCHEMA}")
                self._db.execute("PRAGMA foreign_keys = ON")
            except sqlite3.Error:
                self._db.close()
                raise

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def check(self, maker: Maker) -> None:
        """Raises `ConfigurationError` when the vectors in it were not made by *maker*."""
        with _told(self.path):
            self._check(maker)

    def digest(self, doc_id: str) -> tuple[str, int]:
        """The digest of a stored document and its number of passages; ("", 0) when unknown."""
        sql = "SELECT digest, (SELECT count(*) FROM chunks c WHERE c.doc_id = d.doc_id)"
        with _told(self.path):
            found = self._row(f"{sql} FROM documents d WHERE doc_id = ?", doc_id)
        return (str(found[0]), int(found[1])) if found else ("", 0)

    def put(self, document: Document, maker: Maker) -> None:
        """*document* in place of what was there under its name: all of it, or nothing."""
        with self._writing():
            self._check(maker)
            self._set_maker(maker)
            self._db.execute("DELETE FROM documents WHERE doc_id = ?", (document.doc_id,))
            stored = self._count()
            if stored + len(document.texts) > MOST_CHUNKS:
                raise InputRefused(
                    f"{document.doc_id!r} has {len(document.texts)} passages; of {MOST_CHUNKS} "
                    f"in all {stored} are there"
                )
            metadata = json.dumps(dict(document.metadata), ensure_ascii=False)
            self._db.execute(
                "INSERT INTO documents VALUES (?, ?, ?)",
                (document.doc_id, document.digest, metadata),
            )
            self._db.executemany(
                "INSERT INTO chunks (doc_id, chunk_id, text, vector) VALUES (?, ?, ?, ?)",
                (
                    (document.doc_id, number, text, vector.astype("<f4").tobytes())
                    for number, (text, vector) in enumerate(
                        zip(document.texts, document.vectors, strict=True)
                    )
                ),
            )

    def delete(self, doc_id: str) -> int:
        """How many passages went with the document."""
        with self._writing():
            count = int(self._row("SELECT count(*) FROM chunks WHERE doc_id = ?", doc_id)[0])
            self._db.execute("DELETE FROM documents WHERE doc_id = ?", (doc_id,))
        return count

    def best(self, question: Floats, maker: Maker, most: int, where: Metadata) -> Best:
        """The *most* passages nearest to *question* whose metadata has all of *where*."""
        with self._reading():
            self._check(maker)
            self._load(maker.dimensions)
            chosen = self._matching(where)
            near = self._vectors[chosen] if where else self._vectors  # a choice is a copy
            scores = np.clip(near @ question, -1.0, 1.0)
            order = np.argsort(-scores, kind="stable")[:most]
            passages = [
                self._passage(int(self._ids[chosen[at]]), float(scores[at])) for at in order
            ]
        top = float(scores[order[0]]) if len(order) else None
        return Best(
            passages=tuple(passages), best=top, considered=len(chosen), stored=len(self._ids)
        )

    def stats(self) -> Stats:
        """How much there is."""
        with self._reading():
            documents = int(self._row("SELECT count(*) FROM documents")[0])
            return Stats(documents, self._count(), self._maker())

    def _load(self, dimensions: int) -> None:
        revision = int(self._row("SELECT value FROM base WHERE name = 'revision'")[0])
        if revision == self._revision:
            return
        rows = self._db.execute("SELECT id, vector FROM chunks ORDER BY id").fetchall()
        self._ids = np.array([row[0] for row in rows], np.int64)
        joined = b"".join(row[1] for row in rows)
        if len(joined) != len(rows) * dimensions * 4:
            raise ProtocolError(f"the vectors in {self.path} are not of {dimensions} dimensions")
        self._vectors = np.frombuffer(joined, "<f4").reshape(len(rows), dimensions)
        self._revision = revision

    def _matching(self, where: Metadata) -> NDArray[np.int64]:
        """The places of the passages of documents with this metadata."""
        if not where:
            return np.arange(len(self._ids))
        terms = " AND ".join("json_extract(d.metadata, ?) IS ?" for _ in where)
        values = [part for name, value in where.items() for part in (f'$."{name}"', value)]
        sql = f"SELECT c.id FROM chunks c JOIN documents d USING (doc_id) WHERE {terms}"  # noqa: S608
        wanted = np.array([row[0] for row in self._db.execute(sql, values)], np.int64)
        return np.flatnonzero(np.isin(self._ids, wanted))

    def _passage(self, number: int, score: float) -> Passage:
        sql = "SELECT doc_id, chunk_id, text, metadata FROM chunks JOIN documents USING (doc_id)"
        row = self._row(f"{sql} WHERE id = ?", number)
        return Passage(row[0], row[1], score, row[2], json.loads(row[3]))

    def _check(self, maker: Maker) -> None:
        made_with = self._maker()
        if made_with is not None:
            made_with.must_be(maker, str(self.path))

    def _maker(self) -> Maker | None:
        rows = self._db.execute("SELECT name, value FROM base").fetchall()
        told = {str(name): str(value) for name, value in rows}
        if told.get("format") != "1":
            raise ProtocolError(f"{self.path} is no knowledge base of this version")
        return Maker(told["embedder"], int(told["dimensions"])) if "embedder" in told else None

    def _set_maker(self, maker: Maker) -> None:
        told = {
            "embedder": maker.embedder, "dimensions": str(maker.dimensions), "metric": "cosine",
            "normalised": "true",
        }  # fmt: skip
        self._db.executemany("INSERT OR IGNORE INTO base VALUES (?, ?)", told.items())

    def _count(self) -> int:
        return int(self._row("SELECT count(*) FROM chunks")[0])

    def _row(self, sql: str, *values: object) -> Any:
        return self._db.execute(sql, values).fetchone()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._transaction("BEGIN IMMEDIATE"):
            yield
            self._db.execute("UPDATE base SET value = value + 1 WHERE name = 'revision'")

    def _reading(self) -> Any:
        return self._transaction("BEGIN")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with _told(self.path):
            self._db.execute(begin)
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise


def unit_vectors(numbers: Sequence[Sequence[float]], wanted: int, dimensions: int) -> Floats:
    """*numbers* as rows of length 1; `SemanticError` when they cannot stand for *wanted* texts."""
    sizes = {len(row) for row in numbers}
    if len(numbers) != wanted or sizes != {dimensions}:
        shape = f"{len(numbers)} vectors of {sorted(sizes)} dimensions came"
        raise SemanticError(failed(METHOD, f"{shape}, {wanted} of {dimensions} expected"))
    rows = np.asarray(numbers, np.float32)
    lengths = np.linalg.norm(rows, axis=1)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise SemanticError(failed(METHOD, "a vector is zero or not finite", repeat=False))
    unit: Floats = rows / lengths[:, np.newaxis]
    return unit


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable(f"the knowledge base at {path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise ProtocolError(
            f"the knowledge base at {path} is damaged ({error}): restore it, or use another file"
        ) from error
