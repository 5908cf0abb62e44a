"""Where a register says something else than an owner or a moderator, whose word is shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import String, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.profiles import Profile
from directory.models.sources import ImportRun, RunStatus, SourceRecord
from directory.profiles.saying import midnight

#: The order of whose word is shown, the first first.
_ABOVE = (AssertionRank.MODERATOR, AssertionRank.OWNER)


class Conflict(NamedTuple):
    """A register and a page say different things of a field.

    Args:
        theirs: What the register says.
        ours: What the page shows.
        since: Since when the register says so.
    """

    slug: str
    field: str
    theirs: Any
    ours: Any
    since: datetime


def differs(theirs: Any, ours: Any) -> bool:
    """Say whether two values of a field are different to a reader: the point of an address is not read, nor the day of a price."""
    return bool(_read(theirs) != _read(ours))


def new_in(session: Session, *, run_id: int) -> list[Conflict]:
    """Return the conflicts of a run's source that are new since its last run: either side has spoken since."""
    run = session.get_one(ImportRun, run_id)
    earlier = (
        select(col(ImportRun.finished_at), col(ImportRun.as_of))
        .where(ImportRun.source_id == run.source_id, ImportRun.status == RunStatus.FINISHED, ImportRun.id != run_id)
        .order_by(col(ImportRun.id).desc())
        .limit(1)
    )
    last = session.execute(earlier).first()
    found: list[Conflict] = []
    met: set[tuple[int, str]] = set()
    for rank in _ABOVE:
        for profile_id, slug, field, theirs, since, ours, spoke in session.execute(_pairs(run.source_id, rank)):
            if (profile_id, field) in met:
                continue
            met.add((profile_id, field))
            is_new = last is None or spoke > last.finished_at or (since == midnight(run.as_of) and last.as_of < run.as_of)
            if is_new and differs(theirs, ours):
                found.append(Conflict(slug, field, theirs, ours, since))
    return sorted(found, key=lambda one: (one.slug, one.field))


def _pairs(source_id: int, rank: AssertionRank) -> Any:
    """Return the SELECT of what a source says where somebody else speaks, too; it begins with the few, by their own index."""
    above, register = aliased(FieldAssertion), aliased(FieldAssertion)
    # In words, not as parameters: SQLite takes the partial index only where it can read that it fits.
    few = (col(above.rank) == literal(rank.value, String, literal_execute=True), col(above.ended_at).is_(None))
    said = (col(register.rank) == literal(AssertionRank.REGISTER.value, String, literal_execute=True), col(register.ended_at).is_(None))
    both = (col(register.profile_id) == col(above.profile_id), col(register.field) == col(above.field), *said)
    return (
        select(
            *(col(Profile.id), col(Profile.slug), col(above.field), col(register.value)),
            *(col(register.asserted_at), col(above.value), col(above.asserted_at)),
        )
        .select_from(above)
        .join(register, both[0] & both[1] & both[2] & both[3])
        .join(SourceRecord, col(SourceRecord.id) == col(register.source_record_id))
        .join(Profile, col(Profile.id) == col(above.profile_id))
        .where(*few, col(SourceRecord.source_id) == source_id)
    )


def _read(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value if value not in ("", []) else None
    return {name: one for name, one in value.items() if name not in {"place_id", "lat", "lon", "price_date"} and one not in (None, "")}


def against(words: Sequence[FieldAssertion], shown: Mapping[str, FieldAssertion]) -> list[FieldAssertion]:
    """Return the words of registers that are not what is shown, of all that holds of one profile."""
    return [
        word
        for word in words
        if word.rank is AssertionRank.REGISTER and word.field in shown and differs(word.value, shown[word.field].value)
    ]
