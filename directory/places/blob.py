"""All names of all places in one sorted file, made to be mapped into memory by every process and never copied.

A gazetteer of 70,000 places has half a million names. As Python objects they cost each process 100 MB; here they are
some 20 MB of arrays that the processes of a machine share. `places.suggestions` reads it.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlmodel import Session, col

from directory.core.locks import FileLock
from directory.models.places import GazetteerFile, Place, Region
from directory.places import distance, targets
from directory.places.targets import Entry, Target, Targets

#: What the file begins with; the number goes up when its form or the rules of its weights change.
MAGIC = b"HAIRLINE PLACES 1\n"
#: Arrays begin at multiples of this.
ALIGNED = 64
#: Words whose signatures are worked out together.
BATCH = 50_000


def path_in(data_dir: Path) -> Path:
    """Return where the file lies in a data folder."""
    return data_dir / "places.names"


def build(session: Session, path: Path) -> int:
    """Make the file of what the database holds and put it in the place of the old one; return its bytes.

    Readers of the old one go on reading it. It takes some seconds.
    """
    with _lock(path).hold():
        return _build(session, path, stamp_of(session))


def ensure(session: Session, path: Path) -> bool:
    """Build the file where there is none, or one of other places; return whether it did."""
    with _lock(path).hold():
        stamp = stamp_of(session)
        if stamp.startswith("0 ") or header(path).get("stamp") == stamp:
            return False
        _build(session, path, stamp)
        return True


def stamp_of(session: Session) -> str:
    """Return what tells one state of the gazetteer from another: how many places and regions, and the file loaded last."""
    places = session.execute(select(func.count()).select_from(Place)).scalar_one()
    regions = session.execute(select(func.count(), func.max(Region.id)).select_from(Region)).one()
    digest = session.execute(select(col(GazetteerFile.digest)).where(col(GazetteerFile.name) == "places")).scalar()
    return f"{places} {regions[0]} {regions[1]} {digest or ''}"


def header(path: Path) -> dict[str, Any]:
    """Return the head of the file; empty where there is none or it is of another form."""
    try:
        with path.open("rb") as file:
            if file.readline() != MAGIC:
                return {}
            found: dict[str, Any] = json.loads(file.readline())
            return found if os.fstat(file.fileno()).st_size == found["size"] else {}
    except (OSError, ValueError, KeyError):
        return {}


def _lock(path: Path) -> FileLock:
    return FileLock(path.with_name(f"{path.name}.lock"))


def _build(session: Session, path: Path, stamp: str) -> int:
    found = targets.read(session)
    entries = sorted(targets.entries(session, found))
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.writelines(_file(stamp, found, entries))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return path.stat().st_size


def _file(stamp: str, found: Targets, entries: Sequence[Entry]) -> Iterator[bytes]:
    arrays = _arrays(found.rows, entries)
    where: dict[str, tuple[str, int, int]] = {}
    at = 0
    for name, array in arrays.items():
        where[name] = (array.dtype.str, at, len(array))
        at += -(-array.nbytes // ALIGNED) * ALIGNED
    head = {"stamp": stamp, "places": len(found.places), "arrays": where}
    # The length of the head holds its own length: written once with room for it.
    room = len(json.dumps({**head, "size": 10**12, "start": 10**12})) + len(MAGIC) + 1
    start = -(-room // ALIGNED) * ALIGNED
    line = json.dumps({**head, "size": start + at, "start": start}).encode()
    yield MAGIC + line.ljust(start - len(MAGIC) - 1) + b"\n"
    for array in arrays.values():
        yield array.tobytes().ljust(-(-array.nbytes // ALIGNED) * ALIGNED, b"\0")


def _arrays(rows: Sequence[Target], entries: Sequence[Entry]) -> dict[str, NDArray[np.generic]]:
    keys: list[bytes] = []
    firsts: list[int] = []
    for n, entry in enumerate(entries):
        if not keys or keys[-1] != entry.key:
            keys.append(entry.key)
            firsts.append(n)
    words = [key.decode() for key in keys]
    lengths = np.array([len(word) for word in words], np.uint8)
    by_length = np.argsort(lengths, kind="stable").astype(np.uint32)
    signs = np.concatenate([distance.signatures(words[n : n + BATCH]) for n in range(0, max(len(words), 1), BATCH)])
    texts = [f"{target.name}\n{target.path}".encode() for target in rows]
    return {
        "keys": np.frombuffer(b"".join(keys), np.uint8),
        "key_start": _starts(keys),
        "entry_start": np.array([*firsts, len(entries)], np.uint32),
        "mark": np.array([entry.mark for entry in entries], np.uint32),
        "weight": np.array([entry.weight for entry in entries], np.uint32),
        "by_length": by_length,
        "sign": signs[by_length],
        "length_start": np.searchsorted(lengths[by_length], np.arange(int(lengths.max(initial=0)) + 2)).astype(np.uint32),
        "texts": np.frombuffer(b"".join(texts), np.uint8),
        "text_start": _starts(texts),
        "number": np.array([target.number for target in rows], np.uint32),
        "region": np.array([target.region for target in rows], np.uint32),
        "country": np.array([target.country for target in rows], np.uint32),
    }


def _starts(parts: Iterable[bytes]) -> NDArray[np.uint32]:
    return np.cumsum([0, *(len(part) for part in parts)], dtype=np.uint64).astype(np.uint32)
