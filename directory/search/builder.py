"""Segments in bulk: documents inverted with numpy and written through Whoosh's own codec, so that stock Whoosh reads them.

Within a segment documents stand in the order of their score, so the first of any list of numbers are the best: a list sorted by
score needs no sorting. A document's numbers never change within a segment; a changed one stands in a newer segment.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from pickle import dumps
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import STORED_COLUMN, WHOOSH3_HEADER_MAGIC, W3Codec, W3TermInfo
from whoosh.filedb.filestore import RamStorage
from whoosh.system import pack_ushort

from directory.places import sphere
from directory.search import analysis, bands, geo, lexicon, schema
from directory.search.criteria import Evidence
from directory.search.documents import Document
from directory.search.inversion import Inversion, Postings
from directory.search.storage import GEO, LEXICON, write_segment

INDEX = "MAIN"
#: Postings in one block: what is read at once.
BLOCK = 32_768
Columns = dict[str, NDArray[Any]]


class Gathered:
    """Documents on their way into a segment."""

    def __init__(self) -> None:
        self._fields = {name: Inversion() for name in schema.TOKEN_FIELDS}
        self._numbers: dict[str, array[Any]] = {name: array(code) for name, code in _GATHERED.items()}
        self._keys: list[bytes] = []

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, document: Document) -> None:
        """Take one document."""
        number, fields = len(self._keys), self._fields
        for part, weight in schema.WEIGHTS.items():
            fields[schema.TEXT].add(number, getattr(document, part), weight)
        fields[schema.NAME].add(number, document.name)
        fields[schema.COMPANY].add(number, document.company)
        fields[schema.OWN_GRAMS].add(number, analysis.grams(document.name))
        fields[schema.COMPANY_GRAMS].add(number, analysis.grams(document.company))
        fields[schema.TAGS].add(number, tags(document))
        for name, value in _numbers(document).items():
            self._numbers[name].append(value)
        self._keys.append(document.sort_key.encode())

    def write(self, folder: Path) -> Any:
        """Write all of it as one segment and return Whoosh's description of it."""
        columns: Columns = {name: np.array(values) for name, values in self._numbers.items()}
        columns["length"] = np.minimum(self._fields[schema.TEXT].lengths(len(self)), 65_535)
        columns["name_1"], columns["name_2"] = beginnings(self._keys)
        order = best_first(columns, self._keys.__getitem__)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        keys = [self._keys[number] for number in order.tolist()]
        postings = {name: inversion.postings(place) for name, inversion in self._fields.items()}
        return write(folder, {name: values[order] for name, values in columns.items()}, keys, postings)


def tags(document: Document) -> list[str]:
    """Return what a document is filtered by: place, region, nation, treatments, kind, languages, money, each behind its letter."""
    found = [f"t:{code}" for code in document.offers]
    found += [f"l:{tag}" for tag in document.languages]
    found.append(f"k:{document.kind.value}")
    if document.place_id is not None:
        found.append(f"p:{document.place_id}")
    if document.region_id is not None:
        found.append(f"r:{document.region_id}")
    if document.country_code is not None:
        found.append(f"n:{document.country_code}")
    if document.price is not None and document.currency is not None:
        found.append(f"m:{document.currency}")
    return found


def write(folder: Path, columns: Columns, keys: list[bytes], postings: Mapping[str, Iterable[Postings]]) -> Any:
    """Write a segment whose documents are in order already; it is on the disk when this returns.

    Args:
        folder: The folder of the index.
        columns: The numbers of each document: those of `schema.COLUMNS` but `by_name`.
        keys: The whole key of each name.
        postings: By field, in the order of tokens.

    Returns:
        Whoosh's description of the segment, for the table of contents.
    """
    codec, made = W3Codec(), RamStorage()
    segment = codec.new_segment(made, INDEX)
    count = len(keys)
    segment.set_doc_count(count)
    segment._fieldlengths = {}
    columns["by_name"] = _ranks(columns, keys)
    for name, column in schema.COLUMNS.items():
        with made.create_file(W3Codec.column_filename(segment, name)) as file:
            file.write(columns[name].astype(column.kind).tobytes())
    _write_objects(made, segment, keys)
    words = _write_fields(made, segment, codec, postings)
    for ending, data in ((LEXICON, lexicon.packed(words)), (GEO, geo.packed(columns["x"], columns["y"], columns["z"]))):
        with segment.create_file(made, ending) as file:
            file.write(data)
    write_segment(folder, segment, made)
    return segment


def best_first(columns: Columns, key_of: Callable[[int], bytes]) -> NDArray[np.int64]:
    """Return the documents in the order of a list by score: score, reviews, name, number.

    Args:
        columns: Their numbers.
        key_of: Gives the whole key of a name.
    """
    order = np.lexsort(
        (columns["id"], columns["name_2"], columns["name_1"], -columns["reviews"].astype(np.int64), -columns["score"].astype(np.int64))
    )
    same = [columns[name][order] for name in ("score", "reviews", "name_1", "name_2")]
    return _settle(order, same, columns, key_of)


def beginnings(keys: Iterable[bytes]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the first eight and the next eight bytes of keys as numbers that order alike."""
    joined = b"".join(key[:16].ljust(16, b"\0") for key in keys)
    pairs = np.frombuffer(joined, ">u8").astype(np.uint64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _ranks(columns: Columns, keys: list[bytes]) -> NDArray[np.int64]:
    order = np.lexsort((columns["id"], columns["name_2"], columns["name_1"]))
    order = _settle(order, [columns[name][order] for name in ("name_1", "name_2")], columns, keys.__getitem__)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _settle(order: NDArray[np.int64], same: list[NDArray[Any]], columns: Columns, key_of: Callable[[int], bytes]) -> NDArray[np.int64]:
    """Put right what sixteen bytes of the name could not tell apart."""
    alike = np.ones(max(0, len(order) - 1), bool)
    for values in same:
        alike &= values[1:] == values[:-1]
    # Shorter names are told apart whole: behind their end stand zeros.
    alike &= (same[-1][1:] & np.uint64(0xFF)) != 0
    for start, end in _runs(alike):
        part = order[start:end].tolist()
        part.sort(key=lambda number: (key_of(number), int(columns["id"][number])))
        order[start:end] = part
    return order


def _runs(alike: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], alike, [False])).astype(np.int8))).tolist()
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        yield start, end + 1


_GATHERED = {**dict.fromkeys(("id", "score", "reviews", "newest", "mean", "price"), "q"), "flags": "q", **dict.fromkeys("xyz", "d")}


def _numbers(document: Document) -> dict[str, int | float]:
    located = document.lat is not None and document.lon is not None
    x, y, z = sphere.vector(document.lat or 0.0, document.lon or 0.0) if located else (0.0, 0.0, 0.0)
    flags = schema.HAIR if document.evidence is Evidence.HAIR else 0
    flags |= schema.REPAIRS if document.repairs else 0
    flags |= schema.VERIFIED if document.verified else 0
    flags |= schema.LOCATED if located else 0
    return {
        "id": document.id,
        "score": document.score,
        "reviews": document.reviews,
        "newest": document.newest,
        "mean": document.mean,
        "price": bands.NO_PRICE if document.price is None else min(document.price, bands.NO_PRICE - 1),
        "flags": flags,
        "x": x,
        "y": y,
        "z": z,
    }


def _write_objects(made: RamStorage, segment: Any, keys: list[bytes]) -> None:
    """Write the names' keys, and the column of stored fields that stock Whoosh looks for: empty, rows come from the database."""
    with made.create_file(W3Codec.column_filename(segment, schema.NAME_KEY)) as file:
        writer = schema.SCHEMA[schema.NAME_KEY].column_type.writer(file)
        for number, key in enumerate(keys):
            writer.add(number, key)
        writer.finish(len(keys))
    with made.create_file(W3Codec.column_filename(segment, "_stored")) as file:
        STORED_COLUMN.writer(file).finish(len(keys))


def _write_fields(made: RamStorage, segment: Any, codec: W3Codec, postings: Mapping[str, Iterable[Postings]]) -> list[tuple[bytes, int]]:
    """Write all postings; return the words of the text with the number of documents that hold each."""
    words: list[tuple[bytes, int]] = []
    writer = codec.field_writer(made, segment)
    for name in schema.TOKEN_FIELDS:
        writer.start_field(name, schema.SCHEMA[name])
        begin, index, file = pack_ushort(writer._fieldid), writer._tindex, writer._postfile
        for found in postings[name]:
            index.add(begin + found.token, _write_postings(file, found))
            if name == schema.TEXT:
                words.append((found.token, len(found.documents)))
        writer.finish_field()
    writer.close()
    return words


def _write_postings(file: Any, found: Postings) -> bytes:
    """Write the postings of one token as Whoosh's blocks; return what its dictionary holds of it.

    Whoosh takes any sequence of numbers in its pickles. Bytes and arrays are read back with one copy, tuples with an object a number.
    """
    start, count = file.tell(), len(found.documents)
    heaviest = float(found.weights.max())
    file.write(WHOOSH3_HEADER_MAGIC)
    for at in range(0, count, BLOCK):
        documents, weights = found.documents[at : at + BLOCK], found.weights[at : at + BLOCK]
        counted = None if int(weights.max()) == 1 else weights.tobytes()
        data = dumps((_compact(np.diff(documents, prepend=0)), counted, None), 4)
        info = dumps((len(documents), int(documents[-1]), heaviest, 0, 0, 0), 2)
        size = len(info) + len(data)
        file.write_int(-size if at + BLOCK >= count else size)
        file.write(info)
        file.write(data)
    told = W3TermInfo()
    told._weight, told._df = float(found.weights.sum(dtype=np.int64)), count
    told._minlength, told._maxlength, told._maxweight = 0, 0, heaviest
    told._minid, told._maxid = int(found.documents[0]), int(found.documents[-1])
    told.set_extent(start, file.tell() - start)
    packed: bytes = told.to_bytes()
    return packed


def _compact(gaps: NDArray[np.int32]) -> "bytes | array[int]":
    widest = int(gaps.max())
    if widest < 256:
        return gaps.astype(np.uint8).tobytes()
    code = "H" if widest < 65_536 else "I"
    return array(code, gaps.astype(code).tobytes())
