"""What the index holds: fields of tokens, columns of numbers, and the hash that tells one make of index from another."""

import hashlib
from functools import cache
from typing import NamedTuple

from whoosh import columns, fields

from directory.search import analysis, concepts

#: Goes up with every change of the fields, of their order in a segment, or of `analysis`: an index of another make is no index.
VERSION = 3


class Column(NamedTuple):
    """A number of each document.

    Args:
        code: Its type as `struct` and Whoosh name it.
        kind: The same for numpy; Whoosh writes big-endian.
    """

    code: str
    kind: str


#: Every word, weighted by where it stands (`WEIGHTS`); names, own and of the company; beginnings of both; filters.
TEXT, NAME, COMPANY, OWN_GRAMS, COMPANY_GRAMS, TAGS = "text", "name", "company", "own_grams", "company_grams", "tags"
TOKEN_FIELDS = (TEXT, NAME, COMPANY, OWN_GRAMS, COMPANY_GRAMS, TAGS)
#: Where beginnings of words are looked for, and where the words themselves stand.
BEGINNINGS = {OWN_GRAMS: NAME, COMPANY_GRAMS: COMPANY}

COLUMNS = {
    "id": Column("I", ">u4"),
    "score": Column("I", ">u4"),
    "reviews": Column("I", ">u4"),
    "newest": Column("I", ">u4"),
    "mean": Column("I", ">u4"),
    "price": Column("I", ">u4"),
    "length": Column("H", ">u2"),
    "flags": Column("H", ">u2"),
    #: The place of the name among those of the segment, and its first sixteen bytes as two numbers.
    "by_name": Column("I", ">u4"),
    "name_1": Column("Q", ">u8"),
    "name_2": Column("Q", ">u8"),
    #: The point on a ball of radius 1; all zero where it is not known.
    "x": Column("d", ">f8"),
    "y": Column("d", ">f8"),
    "z": Column("d", ">f8"),
}
#: The whole key of the name, for the rare names that begin alike in sixteen bytes.
NAME_KEY = "name_key"

#: What a word counts by where it stands (BM25F: S. Robertson, H. Zaragoza, M. Taylor, "Simple BM25 Extension to Multiple
#: Weighted Fields", CIKM 2004: weights are added up before the saturation, not after).
WEIGHTS = {"name": 4, "company": 2, "treatments": 2, "places": 2, "about": 1}

#: Bits of the column `flags`.
HAIR, REPAIRS, VERIFIED, LOCATED = 1, 2, 4, 8

#: Most documents of a segment: their numbers fit in eighteen bits beside what they are ordered by.
SEGMENT_BITS = 18
MOST_DOCUMENTS = 250_000


def _schema() -> fields.Schema:
    made = {name: fields.ID() for name in TOKEN_FIELDS}
    made |= {name: fields.COLUMN(columns.NumericColumn(column.code)) for name, column in COLUMNS.items()}
    return fields.Schema(**made, **{NAME_KEY: fields.COLUMN(columns.VarBytesColumn())})


#: Tokens come ready made, so Whoosh's fields are the plainest that it has.
SCHEMA = _schema()

#: What Whoosh raises over files that are missing, cut short or overwritten. It has no error of its own for that: a dozen
#: unrelated kinds were seen, and plain `Exception("Block tag error")` is one of them. So anything that goes wrong while
#: the index alone is read or written counts as damage, and nothing else is ever done inside those blocks.
DAMAGE = (Exception,)


@cache
def schema_hash() -> str:
    """Return twelve letters that change with the fields, the weights, the analysis or the table of concepts."""
    said = repr((VERSION, analysis.VERSION, TOKEN_FIELDS, COLUMNS, WEIGHTS, concepts.table().digest))
    return hashlib.sha256(said.encode()).hexdigest()[:12]
