"""Changing profiles: their names, addresses, states, and the numbers of their places."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, func, select

from directory import outbox
from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.core.text import clean_line, sort_key
from directory.models.base import metadata
from directory.models.places import PlaceCount
from directory.models.profiles import HAIR_WORK, LISTED, Profile, ProfileStatus, SlugRedirect
from directory.profiles import rules

MAX_NAME = 200
_COUNTS = metadata.tables["place_counts"]


def lock(session: Session, profile_id: int) -> Profile:
    """Return the profile, locked until the transaction ends: before whatever changes what its numbers are made of.

    On PostgreSQL the row is locked; on SQLite the transaction holds the write lock of the whole database already.

    Raises:
        NotFound: when there is no such profile.
    """
    statement = select(Profile).where(Profile.id == profile_id).with_for_update()
    found = session.exec(statement.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound(_("This profile is no more."))
    return found


def free_slug(session: Session, *, name: str, city: str = "", own: int | None = None) -> str:
    """Return an address for a name that no profile has or ever had: with the city, then with a number, where it is taken.

    Args:
        own: The number of the profile it is for: what it has or had itself is free to it.
    """
    return free_slugs(session, [(name, city)], own=own)[0]


def free_slugs(session: Session, wanted: Sequence[tuple[str, str]], *, own: int | None = None) -> list[str]:
    """Return an address for each (name, city), all different: one SELECT, and one more for each form that needs a number."""
    forms = [rules.slug_forms(name, city) for name, city in wanted]
    taken = _taken(session, own, lambda slug: slug.in_({form for pair in forms for form in pair}))
    crowded: set[str] = set()
    slugs = []
    for pair in forms:
        if pair[0] in taken and pair[1] in taken and pair[1] not in crowded:
            # "-" is followed by "." in ASCII: this is the range of all that begins with "<form>-"
            taken |= _taken(session, own, lambda slug, form=pair[1]: slug.between(f"{form}-", f"{form}."))
            crowded.add(pair[1])
        slugs.append(rules.first_free(pair, taken))
        taken.add(slugs[-1])
    return slugs


def rename(session: Session, *, profile_id: int, name: str, city: str = "") -> Profile:
    """Give a profile a new name and the address that goes with it; the old address leads there for good.

    Raises:
        NotFound: when there is no such profile.
        Refused: when the name is empty or over 200 characters.
    """
    name = clean_line(name)
    if not 0 < len(name) <= MAX_NAME:
        raise Refused(_("A name has 1 to 200 characters."), field="name")
    profile = lock(session, profile_id)
    slug = free_slug(session, name=name, city=city, own=profile_id)
    if slug != profile.slug:
        session.execute(delete(SlugRedirect).where(col(SlugRedirect.profile_id) == profile_id, col(SlugRedirect.slug) == slug))
        session.add(SlugRedirect(slug=profile.slug, profile_id=profile_id, created_at=clock.now()))
        profile.slug = slug
    profile.name = name
    profile.sort_key = sort_key(name)
    _touched(session, profile)
    return profile


def set_status(session: Session, *, profile_id: int, status: ProfileStatus, merged_into: int | None = None) -> Profile:
    """Bring a profile into another state and recount its place.

    Args:
        merged_into: The profile that stands in for it; with MERGED alone.

    Raises:
        NotFound: when there is no such profile.
        Refused: when this state cannot follow on the present one.
    """
    profile = lock(session, profile_id)
    if not rules.may_follow(profile.status, status) or (status is ProfileStatus.MERGED) is not (merged_into not in {None, profile_id}):
        raise Refused(_("This state cannot follow on the present one."), field="status")
    profile.status = status
    profile.merged_into_id = merged_into
    _touched(session, profile)
    if profile.place_id is not None:
        recount_places(session, [profile.place_id])
    return profile


def recount_places(session: Session, place_ids: Collection[int]) -> None:
    """Count the listed profiles of some places anew; a place with none has no row.

    The rows are locked before the counting, in one order, so that two who count at once never lose a profile.
    """
    session.flush()
    places = sorted({place_id for place_id in place_ids if place_id is not None})
    if not places:
        return
    add_to_places(session, dict.fromkeys(places, (0, 0)), tidy=False)
    hair = func.sum(case((col(Profile.hair_evidence).in_(HAIR_WORK), 1), else_=0))
    counted = (
        select(Profile.place_id, hair, func.count())
        .where(col(Profile.place_id).in_(places), col(Profile.status).in_(LISTED))
        .group_by(col(Profile.place_id))
    )
    found = {place_id: (int(known), int(total - known)) for place_id, known, total in session.exec(counted).all()}
    rows = session.exec(select(PlaceCount).where(col(PlaceCount.place_id).in_(places))).all()
    for row in rows:
        row.hair_count, row.register_count = found.get(row.place_id, (0, 0))
    session.flush()
    _forget_empty(session, places)
    for row in rows:
        session.expunge(row)


def add_to_places(session: Session, changes: Mapping[int, tuple[int, int]], *, tidy: bool = True) -> None:
    """Add to the numbers of some places, each (hair work known, register only), and keep their rows locked.

    Args:
        tidy: Whether to take away the rows that have come to nothing.
    """
    if not changes:
        return
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Where a row exists the values to insert are not used, but PostgreSQL checks them all the same: none below zero.
    rows = [
        {"place_id": place_id, "hair_count": max(hair, 0), "register_count": max(register, 0), "more_hair": hair, "more_register": register}
        for place_id, (hair, register) in sorted(changes.items())
    ]
    added = {
        "hair_count": _COUNTS.c.hair_count + bindparam("more_hair"),
        "register_count": _COUNTS.c.register_count + bindparam("more_register"),
    }
    session.connection().execute(insert(_COUNTS).on_conflict_do_update(index_elements=["place_id"], set_=added), rows)
    if tidy and any(min(change) < 0 for change in changes.values()):
        _forget_empty(session, list(changes))


def _forget_empty(session: Session, places: list[int]) -> None:
    empty = (col(PlaceCount.hair_count) == 0, col(PlaceCount.register_count) == 0)
    session.execute(delete(PlaceCount).where(col(PlaceCount.place_id).in_(places), *empty).execution_options(synchronize_session=False))


def _taken(session: Session, own: int | None, which: Any) -> set[str]:
    """Return the addresses that profiles have or had, of those that `which` asks for, without a profile's own."""
    now = select(Profile.slug).where(which(col(Profile.slug)))
    once = select(SlugRedirect.slug).where(which(col(SlugRedirect.slug)))
    if own is not None:
        now = now.where(col(Profile.id) != own)
        once = once.where(col(SlugRedirect.profile_id) != own)
    return set(session.execute(now.union_all(once)).scalars().all())


def _touched(session: Session, profile: Profile) -> None:
    profile.updated_at = clock.now()
    session.add(profile)
    session.flush()
    outbox.enqueue(session, "search.profile_changed", key=f"search.profile_changed:{profile.id}", profile_id=profile.id)
