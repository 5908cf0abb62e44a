"""How often a profile was seen, by the day: sums, and nobody in them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from directory.models.disclosures import ProfileDay
from directory.models.profiles import Profile

#: The spans of the first page, in days.
SPANS = (7, 28, 90)


class Count(NamedTuple):
    """What one profile was counted on one day, or in several."""

    views: int = 0
    appearances: int = 0


def add(session: Session, counted: Mapping[tuple[int, date], Count]) -> None:
    """Add to the sums of some profiles on some days; a profile that is gone meanwhile is left out.

    One statement, always in one order: several processes add to the same row without losing and without a deadlock.
    """
    wanted = {profile_id for profile_id, _day in counted}
    known = set(session.exec(select(Profile.id).where(col(Profile.id).in_(wanted))).all())
    rows: list[dict[str, Any]] = [
        {"profile_id": profile_id, "day": day, "views": count.views, "appearances": count.appearances}
        for (profile_id, day), count in sorted(counted.items())
        if profile_id in known
    ]
    if not rows:
        return
    insert: Any = (sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert)(ProfileDay).values(rows)
    more = {name: getattr(ProfileDay, name) + insert.excluded[name] for name in Count._fields}
    session.execute(insert.on_conflict_do_update(index_elements=["profile_id", "day"], set_=more))


def since(session: Session, profile_id: int, day: date) -> dict[date, Count]:
    """Return what a profile was counted on each day from `day` on; days without are left out."""
    mine = (ProfileDay.profile_id == profile_id, col(ProfileDay.day) >= day)
    return {row.day: Count(row.views, row.appearances) for row in session.exec(select(ProfileDay).where(*mine)).all()}


def total(counted: Iterable[Count]) -> Count:
    """Return the sum of some counts."""
    found = list(counted)
    return Count(sum(one.views for one in found), sum(one.appearances for one in found))


def last(counted: Mapping[date, Count], today: date, days: int) -> Count:
    """Return the sum of the last `days` days, today among them."""
    begins = today - timedelta(days=days - 1)
    return total(count for day, count in counted.items() if begins <= day <= today)


def weeks(counted: Mapping[date, Count], today: date, number: int = 13) -> list[tuple[date, Count]]:
    """Return the last weeks, each with the day that it begins on, the oldest first; the last one ends today."""
    begins = [today - timedelta(days=7 * back + 6) for back in reversed(range(number))]
    return [(begin, last(counted, begin + timedelta(days=6), 7)) for begin in begins]
