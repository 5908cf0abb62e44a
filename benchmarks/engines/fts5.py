"""SQLite with its own full-text search (FTS5) and R-trees: what a site has without any search library."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engines import sphere
from benchmarks.engines.port import Answer, Op, Question, bytes_of, words
from directory.search import analysis
from directory.search.criteria import Criteria, Evidence, Sort
from directory.search.documents import Document

#: Rows written at a time.
BATCH = 2_000
#: Words that a misspelled one may stand for.
MEANT = 50

_TABLES = """
CREATE TABLE listing (id INTEGER PRIMARY KEY, name, words, place INT, country, evidence, score INT, lat REAL, lon REAL);
CREATE TABLE facet (listing INT, value, PRIMARY KEY (listing, value)) WITHOUT ROWID;
CREATE VIRTUAL TABLE text USING fts5(name, words, content='listing', content_rowid='id', prefix='2 3 4',
    tokenize="unicode61 remove_diacritics 0 tokenchars ':-'");
CREATE VIRTUAL TABLE box USING rtree(id, south, north, west, east);
"""
_INDEXES = """
CREATE INDEX by_place ON listing(place, score DESC);
CREATE INDEX by_country ON listing(country, score DESC);
INSERT INTO text(text) VALUES ('optimize');
CREATE VIRTUAL TABLE counted USING fts5vocab(text, 'row');
CREATE TABLE word (term PRIMARY KEY, listings INT);
INSERT INTO word SELECT term, doc FROM counted;
CREATE VIRTUAL TABLE trigram USING fts5(term, tokenize='trigram');
INSERT INTO trigram(rowid, term) SELECT rowid, term FROM word;
ANALYZE;
PRAGMA wal_checkpoint(TRUNCATE);
"""
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-131072", "mmap_size=4000000000", "temp_store=MEMORY")
_FOUND = "FROM text CROSS JOIN listing ON listing.id = text.rowid WHERE text MATCH ?"


class Fts5:
    """One database file."""

    name = "fts5"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, batches: Iterable[Sequence[Document]], *, total: int) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self.open()
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        for batch in _gathered(batches):
            self._insert(batch)
        self._database.execute("COMMIT")
        self._database.executescript(_INDEXES)
        self.close()

    def open(self) -> None:
        self._database = sqlite3.connect(self._folder / "listings.db", isolation_level=None)
        for pragma in _PRAGMAS:
            self._database.execute(f"PRAGMA {pragma}")

    def ask(self, question: Question) -> Answer:
        criteria = question.criteria
        match question.op:
            case Op.SUGGEST | Op.SUGGEST_TOKENS:
                return self._suggest(criteria.text)
            case Op.TYPOS:
                parts = (" OR ".join(map(_quoted, self._meant(clause.token))) for clause in criteria.clauses)
                return self._words(criteria, " AND ".join(f"({part})" for part in parts))
            case Op.SPELL:
                return Answer(0, () if self._like(criteria.text) else ())
            case Op.RADIUS:
                return self._near(criteria)
            case Op.CITY:
                return self._city(criteria)
            case _:
                return self._words(criteria, " AND ".join(_quoted(clause.token) for clause in criteria.clauses))

    def change(self, documents: Sequence[Document]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        for document in documents:
            old = self._database.execute("SELECT name, words FROM listing WHERE id = ?", (document.id,)).fetchone()
            if old:
                self._database.execute("INSERT INTO text(text, rowid, name, words) VALUES ('delete', ?, ?, ?)", (document.id, *old))
            for table, key in (("listing", "id"), ("facet", "listing"), ("box", "id")):
                self._database.execute(f"DELETE FROM {table} WHERE {key} = ?", (document.id,))
        self._insert(documents)
        self._database.execute("COMMIT")

    def size(self) -> int:
        return bytes_of(self._folder)

    def close(self) -> None:
        self._database.close()

    def _insert(self, documents: Sequence[Document]) -> None:
        fields = [words(document) for document in documents]
        both = list(zip(documents, fields, strict=True))
        self._database.executemany("INSERT INTO listing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [_row(*one) for one in both])
        self._database.executemany("INSERT INTO facet VALUES (?, ?)", [(one.id, value) for one, own in both for value in own.facets])
        self._database.executemany(
            "INSERT INTO text(rowid, name, words) VALUES (?, ?, ?)", [(one.id, own.name, own.all) for one, own in both]
        )
        boxes = [(one.id, one.lat, one.lat, one.lon, one.lon) for one in documents if one.lat is not None]
        self._database.executemany("INSERT INTO box VALUES (?, ?, ?, ?, ?)", boxes)

    def _city(self, criteria: Criteria) -> Answer:
        where, given = _filters(criteria)
        total = self._one(f"SELECT count(*) FROM listing WHERE {where}", *given)
        rows = self._all(f"SELECT id FROM listing WHERE {where} ORDER BY score DESC LIMIT ?", *given, criteria.size)
        return Answer(total, [row[0] for row in rows])

    def _words(self, criteria: Criteria, asked: str) -> Answer:
        """Words, with or without a country, in either order; each of the two forms is the faster one for its case."""
        asked = f"words : ({asked})"
        where, given = _filters(criteria)
        if where:
            rows = self._all(f"SELECT text.rowid, bm25(text) {_FOUND} AND {where}", asked, *given)
            ids = [row[0] for row in sorted(rows, key=lambda row: row[1])[: criteria.size]]
            total = len(rows)
        else:
            total = self._one("SELECT count(*) FROM text WHERE text MATCH ?", asked)
            if criteria.sort is Sort.SCORE:
                rows = self._all(f"SELECT listing.id {_FOUND} ORDER BY score DESC LIMIT ?", asked, criteria.size)
            else:
                rows = self._all("SELECT rowid FROM text WHERE text MATCH ? ORDER BY rank LIMIT ?", asked, criteria.size)
            ids = [row[0] for row in rows]
        return Answer(total, ids, self._facets(asked, where, given) if criteria.faceted else {})

    def _facets(self, asked: str, where: str, given: Sequence[Any]) -> dict[str, int]:
        both = f"{_FOUND} AND {where}" if where else _FOUND
        counted = both.replace(" WHERE ", " CROSS JOIN facet ON facet.listing = text.rowid WHERE ", 1)
        return dict(self._all(f"SELECT facet.value, count(*) {counted} GROUP BY 1", asked, *given))

    def _near(self, criteria: Criteria) -> Answer:
        centre, km = criteria.centre, criteria.radius_km
        assert centre is not None
        assert km is not None
        rows = self._all(
            "SELECT listing.id, lat, lon FROM box CROSS JOIN listing ON listing.id = box.id"
            " WHERE south >= ? AND north <= ? AND west >= ? AND east <= ?",
            *sphere.square(centre, km),
        )
        away = sphere.distances(centre, [row[1] for row in rows], [row[2] for row in rows])
        inside = np.flatnonzero(away <= km)
        first = inside[np.argsort(away[inside], kind="stable")[: criteria.size]]
        return Answer(len(inside), [rows[at][0] for at in first.tolist()])

    def _suggest(self, text: str) -> Answer:
        *whole, begun = analysis.asked(text)
        asked = f"name : ({' AND '.join([*map(_quoted, whole), _quoted(begun) + '*'])})"
        ids = [row[0] for row in self._all(f"SELECT listing.id {_FOUND} ORDER BY score DESC LIMIT 8", asked)]
        return Answer(len(ids), ids)

    def _meant(self, word: str) -> list[str]:
        """Return a word that stands somewhere as it is, and what one that stands nowhere may stand for."""
        known = self._all("SELECT 1 FROM text WHERE text MATCH ? LIMIT 1", f"words : {_quoted(word)}")
        return [word] if known else self._like(word) or [word]

    def _like(self, word: str) -> list[str]:
        """Return the words one slip away, those that most listings hold first; they share at least three letters in a row."""
        pieces = " OR ".join(_quoted(word[at : at + 3]) for at in range(len(word) - 2))
        rows = self._all(
            "SELECT word.term, word.listings FROM trigram CROSS JOIN word ON word.rowid = trigram.rowid"
            " WHERE trigram MATCH ? AND length(word.term) BETWEEN ? AND ?",
            *(pieces, len(word) - 1, len(word) + 1),
        )
        near = [row for row in rows if is_one_slip(word, row[0])]
        return [row[0] for row in sorted(near, key=lambda row: -row[1])[:MEANT]]

    def _one(self, statement: str, *given: Any) -> int:
        return int(self._database.execute(statement, given).fetchone()[0])

    def _all(self, statement: str, *given: Any) -> list[Any]:
        return self._database.execute(statement, given).fetchall()


def is_one_slip(word: str, other: str) -> bool:
    """Say whether two words are the same but for one letter added, left out or changed, or two next to each other swapped."""
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((n for n, (one, two) in enumerate(zip(short, long, strict=False)) if one != two), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or (short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :])


def _quoted(token: str) -> str:
    return f'"{token}"'


def _filters(criteria: Criteria) -> tuple[str, list[Any]]:
    parts: list[tuple[str, Any]] = []
    if criteria.place_id is not None:
        parts.append(("listing.place = ?", criteria.place_id))
    if criteria.country_code is not None:
        parts.append(("listing.country = ?", criteria.country_code))
    if criteria.evidence is not Evidence.ANY:
        parts.append(("listing.evidence = ?", criteria.evidence.value))
    return " AND ".join(part for part, _ in parts), [value for _, value in parts]


def _row(document: Document, fields: Any) -> tuple[Any, ...]:
    place = (document.place_id, document.country_code, document.evidence.value)
    return (document.id, fields.name, fields.all, *place, document.score, document.lat, document.lon)


def _gathered(batches: Iterable[Sequence[Document]]) -> Iterator[list[Document]]:
    gathered: list[Document] = []
    for batch in batches:
        gathered += batch
        if len(gathered) >= BATCH:
            yield gathered
            gathered = []
    if gathered:
        yield gathered
