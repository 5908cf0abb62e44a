"""Bringing a table to what a file says, in short batches: the machinery under `places.service.build`."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    Connection,
    Double,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from directory.core.db import Database
from directory.core.progress import Progress, silent

Row = Mapping[str, Any]
#: The types as which values go through PostgreSQL's lists.
PLAIN = {int: BigInteger, str: Text, float: Double, bool: Boolean}
#: Seconds for which a batch should hold the write lock; others may wait 100 ms for it and hardly ever do.
HELD = 0.03
#: Rows to a batch: to begin with, and at most.
BATCH, LARGEST_BATCH = 500, 6000
#: Seconds between two batches, in which others get the write lock.
PAUSE = 0.002


@dataclass(frozen=True)
class Tally:
    """What became of the rows of one table."""

    new: int = 0
    changed: int = 0
    same: int = 0
    #: Rows that the file no longer has and that nothing points to: taken out.
    dropped: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.new + other.new, self.changed + other.changed, self.same + other.same, self.dropped + other.dropped)

    def __str__(self) -> str:
        counts = ((self.new, "new"), (self.changed, "changed"), (self.same, "same"), (self.dropped, "gone"))
        return ", ".join(f"{number:,} {word}" for number, word in counts if number) or "none"

    @property
    def writes(self) -> int:
        """How many rows were written."""
        return self.new + self.changed + self.dropped


@dataclass(frozen=True)
class Shape:
    """How rows of one table are told apart.

    Args:
        table: The table.
        identity: The columns that say which row it is.
        chunk: The column by which rows are read together; rows come sorted by it.
        drops: Whether rows that the file no longer has go: only where nothing can point to them.
    """

    table: Table
    identity: tuple[str, ...]
    chunk: str
    drops: bool = False


class Pace:
    """How many rows to write at once, found by the time that the last batch took on this machine."""

    def __init__(self) -> None:
        self.rows = BATCH

    def took(self, seconds: float) -> None:
        """Learn from a batch: half as many rows after a slow one, twice as many after a quick one."""
        if seconds > 2 * HELD:
            self.rows = max(self.rows // 2, BATCH // 5)
        elif seconds < HELD / 2:
            self.rows = min(self.rows * 2, LARGEST_BATCH)


def merge(database: Database, shape: Shape, rows: Iterable[Row], *, total: int, progress: Progress = silent) -> Tally:
    """Make the table hold `rows`: insert what is missing, update what differs, leave the rest alone.

    Each batch is read first, outside the write lock, and written in a transaction of its own, so that a run
    killed at any point is finished by the next one. A batch without differences writes nothing.

    Args:
        database: Where to.
        shape: Which table.
        rows: All rows, each with the same columns, sorted by `shape.chunk`; only one batch is held in memory.
        total: About how many there are, for `progress`.
        progress: Told after each batch.
    """
    tally, done, pace, what = Tally(), 0, Pace(), shape.table.name.replace("_", " ")
    for batch in _batches(shape, rows, pace):
        with database.session() as reading:
            found = _found(reading, shape, batch)
        new, changed, same = [], [], 0
        for row in batch:
            old = found.pop(_identity(shape, row), None)
            if old is None:
                new.append(row)
            elif old != row:
                changed.append(row)
            else:
                same += 1
        gone = list(found.values()) if shape.drops else []
        if new or changed or gone:
            with database.transaction() as session:
                start = time.perf_counter()
                _write(session, shape, new=new, changed=changed, gone=gone)
            pace.took(time.perf_counter() - start)
            time.sleep(PAUSE)
        tally += Tally(len(new), len(changed), same, len(gone))
        done += len(batch)
        progress(what, min(done, total), total)
    progress(what, total, total)
    return tally


def _batches(shape: Shape, rows: Iterable[Row], pace: Pace) -> Iterator[list[Row]]:
    """Cut rows into batches; those of one chunk value stay together."""
    batch: list[Row] = []
    for _, together in groupby(rows, key=lambda row: row[shape.chunk]):
        batch.extend(together)
        if len(batch) >= pace.rows:
            yield batch
            batch = []
    if batch:
        yield batch


def _identity(shape: Shape, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in shape.identity)


def _found(session: Session, shape: Shape, batch: Sequence[Row]) -> dict[tuple[Any, ...], dict[str, Any]]:
    columns = [shape.table.c[name] for name in batch[0]]
    wanted = {row[shape.chunk] for row in batch}
    column = shape.table.c[shape.chunk]
    # Numbers come in order, so two bounds say it; a list of thousands costs PostgreSQL more than the rows do.
    first, last = batch[0][shape.chunk], batch[-1][shape.chunk]
    among = column.between(first, last) if isinstance(first, int) else column.in_(wanted)
    rows = session.connection().execute(select(*columns).where(among))
    found = (dict(row._mapping) for row in rows)
    return {_identity(shape, row): row for row in found if row[shape.chunk] in wanted}


def _write(session: Session, shape: Shape, *, new: Sequence[Row], changed: Sequence[Row], gone: Sequence[Row]) -> None:
    connection = session.connection()
    # The new names carry a prefix, because a column cannot be both compared and set under one name.
    here = and_(*(shape.table.c[name] == bindparam(f"old_{name}") for name in shape.identity))
    if gone:
        connection.execute(delete(shape.table).where(here), [_named(shape, row) for row in gone])
    if changed:
        rest: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name not in shape.identity}
        connection.execute(update(shape.table).where(here).values(rest), [_named(shape, row) | dict(row) for row in changed])
    if new:
        _insert(connection, shape.table, new)


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; a second build beside this one may have written some of them since they were looked for."""
    if connection.dialect.name == "sqlite":
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])
        return
    # One statement with a list for each column: four times as fast as a statement for each row.
    lists = [_list(name, [row[name] for row in rows]) for name in rows[0]]
    unpacked = select(*(func.unnest(values) for values in lists))
    connection.execute(postgresql.insert(table).from_select(list(rows[0]), unpacked).on_conflict_do_nothing())


def _list(name: str, values: list[Any]) -> BindParameter[list[Any]]:
    """Return a column's values as one parameter; where all are NULL, the column is a number (`region_id`)."""
    kind = next((type(value) for value in values if value is not None), int)
    return bindparam(name, values, ARRAY(PLAIN[kind]))


def _named(shape: Shape, row: Row) -> dict[str, Any]:
    return {f"old_{name}": row[name] for name in shape.identity}
