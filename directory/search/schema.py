"""The fields of the index, and the faults that a damaged one shows."""

from typing import Any

from whoosh import fields

from directory.search.documents import Document

#: Goes up with every change of the fields or of `analysis`: an index of another version is no index.
VERSION = 1

#: Words are folded before they come here, so every field takes its tokens as they are.
SCHEMA = fields.Schema(
    id=fields.NUMERIC(int, 64, stored=True, unique=True, signed=False, shift_step=0, sortable=True),
    name=fields.KEYWORD(scorable=True, field_boost=3.0),
    company=fields.KEYWORD(scorable=True),
    places=fields.KEYWORD(scorable=True),
    treatments=fields.KEYWORD(scorable=True),
    areas=fields.KEYWORD(),
    offers=fields.KEYWORD(),
    kind=fields.ID(),
    evidence=fields.ID(),
    score=fields.NUMERIC(int, 64, signed=False, shift_step=0, sortable=True),
    reviews=fields.NUMERIC(int, 64, signed=False, shift_step=0, sortable=True),
    newest=fields.NUMERIC(int, 64, signed=False, shift_step=0, sortable=True),
    by_name=fields.ID(sortable=True),
)
#: Where a typed word is looked for.
WORD_FIELDS = ("name", "company", "places", "treatments")

#: What Whoosh 2.7.4 raises over files that are missing, cut short or overwritten. It has no error of its own for that:
#: a dozen unrelated kinds were seen, and plain `Exception("Block tag error")` is one of them. So anything that goes wrong
#: while the index alone is read or written counts as damage, and nothing else is ever done inside those blocks.
DAMAGE = (Exception,)


class IndexBroken(Exception):
    """There is no index, or it cannot be read; lists of names answer instead, and the worker makes a new one."""


def row(document: Document) -> dict[str, Any]:
    """Return a document as the index takes it."""
    score, reviews, newest, by_name = document.order
    return {
        "id": document.id,
        "name": list(document.name),
        "company": list(document.company),
        "places": list(document.places),
        "treatments": list(document.treatments),
        "areas": list(document.areas),
        "offers": list(document.offers),
        "kind": document.kind.value,
        "evidence": document.evidence.value,
        "score": score,
        "reviews": reviews,
        "newest": newest,
        "by_name": by_name,
    }
