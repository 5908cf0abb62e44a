"""tantivy, a search library in Rust, through tantivy-py.

It gets the layout that suits it best: one field with all tokens (no union of fields), numbers of cells for what is near, fast fields for
orders and facets. For names half typed it looks through its dictionary, and is asked once more with the beginnings of names as tokens.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import tantivy

from benchmarks.engines import sphere
from benchmarks.engines.port import Answer, Op, Question, bytes_of, words
from directory.search import analysis
from directory.search.criteria import RATED_FROM, RATINGS, Criteria, Evidence, Sort
from directory.search.documents import Document

#: Bytes for postings before they go to the disk.
HEAP = 256_000_000
#: More hits than there can be within a radius.
EVERYBODY = 1_000_000
GROUPS = 100

Query = tantivy.Query


class Tantivy:
    """One index of tantivy."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = _schema()
        self._writer: tantivy.IndexWriter | None = None

    def build(self, batches: Iterable[Sequence[Document]], *, total: int) -> None:
        """Make the index with one thread, as all engines do."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        index = tantivy.Index(self._schema, path=str(self._folder))
        _tokenizer(index)
        writer = index.writer(heap_size=HEAP, num_threads=1)
        for batch in batches:
            for document in batch:
                writer.add_document(_row(document))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        self._index = tantivy.Index.open(str(self._folder))
        _tokenizer(self._index)
        self._refresh()

    def ask(self, question: Question) -> Answer:
        match question.op:
            case Op.SUGGEST:
                return self._suggest(question.criteria.text, lambda begun: Query.regex_query(self._schema, "name", f"{begun}.*"))
            case Op.SUGGEST_TOKENS:
                return self._suggest(question.criteria.text, lambda begun: self._term("grams", begun[: analysis.LONGEST_GRAM]))
            case Op.TYPOS:
                return self._typos(question.criteria)
            case Op.SPELL:
                return self._spell(question.criteria)
            case Op.RADIUS:
                return self._near(question.criteria)
            case Op.FACETS:
                return self._faceted(question.criteria)
            case _:
                return self._search(question.criteria)

    def change(self, documents: Sequence[Document]) -> None:
        self._writer = self._writer or self._index.writer(heap_size=HEAP // 4, num_threads=1)
        for document in documents:
            self._writer.delete_documents_by_term("id", document.id)
            self._writer.add_document(_row(document))
        self._writer.commit()
        self._refresh()

    def size(self) -> int:
        return bytes_of(self._folder)

    def close(self) -> None:
        self._writer = None

    def _refresh(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def _search(self, criteria: Criteria) -> Answer:
        order = "score" if criteria.sort is Sort.SCORE else None
        found = self._searcher.search(self._query(criteria), criteria.size, order_by_field=order)
        return Answer(_total(found), self._ids([address for _, address in found.hits]))

    def _faceted(self, criteria: Criteria) -> Answer:
        query = self._query(criteria)
        found = self._searcher.search(query, criteria.size)
        fields = ("offers", "kind", "languages")
        groups = {name: {"terms": {"field": name, "size": GROUPS}} for name in (*fields, "repairs", "verified")}
        edges = [{"from": tenths * 100_000, "to": (tenths + 5) * 100_000} for tenths in sorted(RATINGS)]
        ratings = {"rating": {"range": {"field": "mean", "ranges": edges}}}
        counted = self._searcher.aggregate(query, {**groups, **ratings})
        facets = {bucket["key"]: bucket["doc_count"] for name in fields for bucket in counted[name]["buckets"]}
        return Answer(_total(found), self._ids([address for _, address in found.hits]), facets)

    def _near(self, criteria: Criteria) -> Answer:
        centre, km = criteria.centre, criteria.radius_km
        assert centre is not None
        assert km is not None
        cells = Query.term_set_query(self._schema, "cell", sphere.cells(centre, km))
        found = self._searcher.search(Query.const_score_query(cells, 1.0), EVERYBODY, count=False)
        hits = [address for _, address in found.hits]
        away = sphere.distances(centre, *(self._searcher.fast_field_values(name, hits) for name in ("lat", "lon")))
        inside = np.flatnonzero(away <= km)
        first = inside[np.argsort(away[inside], kind="stable")[: criteria.size]]
        return Answer(len(inside), self._ids([hits[at] for at in first.tolist()]))

    def _suggest(self, text: str, begins: Callable[[str], tantivy.Query]) -> Answer:
        *whole, begun = analysis.asked(text)
        query = [*(self._term("name", word) for word in whole), begins(begun)]
        found = self._searcher.search(_all(query), 8, order_by_field="score", count=False)
        ids = self._ids([address for _, address in found.hits])
        return Answer(len(ids), ids)

    def _typos(self, criteria: Criteria) -> Answer:
        """Words that stand nowhere are looked for one slip away, as the site does; the others as they are."""
        known = (self._searcher.doc_freq("words", clause.token) for clause in criteria.clauses)
        query = [
            self._term("words", clause.token) if many else Query.fuzzy_term_query(self._schema, "words", clause.token, distance=1)
            for clause, many in zip(criteria.clauses, known, strict=True)
        ]
        found = self._searcher.search(_all(query), criteria.size)
        return Answer(_total(found), self._ids([address for _, address in found.hits]))

    def _spell(self, criteria: Criteria) -> Answer:
        """Tantivy names no words like another one; looking for the documents that hold one stands for it."""
        self._searcher.search(Query.fuzzy_term_query(self._schema, "words", criteria.text, distance=1), 3, count=False)
        return Answer(0, ())

    def _query(self, criteria: Criteria) -> tantivy.Query:
        parts = [self._term("words", clause.token) for clause in criteria.clauses]
        filters = []
        if criteria.place_id is not None:
            filters.append(Query.term_query(self._schema, "place", criteria.place_id))
        if criteria.country_code is not None:
            filters.append(self._term("country", criteria.country_code))
        if criteria.evidence is not Evidence.ANY:
            filters.append(self._term("evidence", criteria.evidence.value))
        return _all([*parts, *(Query.const_score_query(one, 0.0) for one in filters)])

    def _term(self, field: str, word: str) -> tantivy.Query:
        return Query.term_query(self._schema, field, word, index_option="freq" if field in ("words", "name") else "basic")

    def _ids(self, hits: list[tantivy.DocAddress]) -> list[int]:
        return [int(number or 0) for number in self._searcher.fast_field_values("id", hits)] if hits else []


def _all(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    return Query.boolean_query([(tantivy.Occur.Must, part) for part in parts]) if len(parts) > 1 else parts[0]


def _total(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # it is there, but not in their stub


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("words", "name"):
        builder.add_text_field(name, tokenizer_name="spaces", index_option="freq")
    builder.add_text_field("grams", tokenizer_name="spaces", index_option="basic")
    for name in ("country", "evidence"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("offers", "kind", "languages"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("id", indexed=True, fast=True)
    for name in ("place", "cell"):
        builder.add_integer_field(name, indexed=True)
    for name in ("score", "mean", "repairs", "verified"):
        builder.add_integer_field(name, fast=True)
    for name in ("lat", "lon"):
        builder.add_float_field(name, fast=True)
    return builder.build()


def _tokenizer(index: tantivy.Index) -> None:
    """Tokens come folded and joined by spaces: nothing more is to be done to them."""
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def _row(document: Document) -> tantivy.Document:
    fields = words(document)
    lat, lon = document.lat or 0.0, document.lon or 0.0
    return tantivy.Document(
        id=document.id,
        words=fields.all,
        name=fields.name,
        grams=" ".join(analysis.grams(document.name)),
        country=document.country_code or "",
        evidence=document.evidence.value,
        offers=list(document.offers),
        kind=f"kind:{document.kind.value}",
        languages=[f"lang:{tag}" for tag in document.languages],
        place=document.place_id or 0,
        cell=sphere.cell(lat, lon),
        score=document.score,
        mean=document.mean if document.reviews >= RATED_FROM else 0,
        repairs=int(document.repairs),
        verified=int(document.verified),
        lat=lat,
        lon=lon,
    )
