"""Bringing the shipped guides into the database."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlmodel import Session, select

from directory.guides import shelf
from directory.guides.rules import Shipped
from directory.models.guides import Guide


@dataclass(frozen=True)
class Synced:
    """What a run of `sync` did, in numbers of guides."""

    new: int = 0
    changed: int = 0
    same: int = 0


def sync(session: Session, *, files: Iterable[Shipped] | None = None) -> Synced:
    """Make the table of guides say what the shipped files say; run again it changes nothing.

    A guide is known by its slug, and its file by its hash. One that no longer ships keeps its row: readers'
    comments hang on it.

    Args:
        session: A session that may write.
        files: The guides; those that ship with the code unless given.
    """
    known = {guide.slug: guide for guide in session.exec(select(Guide)).all()}
    new = changed = same = 0
    for file in shelf.guides() if files is None else files:
        guide = known.get(file.slug)
        if guide is None:
            session.add(Guide(**_columns(file)))
            new += 1
        elif guide.hash == file.hash:
            same += 1
        else:
            for name, value in _columns(file).items():
                setattr(guide, name, value)
            changed += 1
    session.flush()
    return Synced(new, changed, same)


def _columns(file: Shipped) -> dict[str, Any]:
    """Return what a row of the table says of a shipped guide: field by field of the same name."""
    return {field.name: getattr(file, field.name) for field in fields(file)} | {"sources": list(file.sources)}
