"""Every address that search engines may list, with the day of its last change; nothing made up is among them."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import case, select
from sqlmodel import Session, col, func

from directory.guides import queries as guide_queries
from directory.models.places import Place
from directory.models.profiles import LISTED, Profile

#: A sitemap holds at most 50,000 addresses (sitemaps.org).
PART = 50_000

_REAL = (col(Profile.status).in_(LISTED), col(Profile.is_sample).is_(False))
_newest = col(Profile.newest_review_at)
#: A page changes with its facts and with its newest review.
_CHANGED = case((_newest > col(Profile.updated_at), _newest), else_=col(Profile.updated_at))


def profile_parts(session: Session) -> int:
    """Return how many sitemaps the profiles need."""
    count = session.execute(select(func.count()).select_from(Profile).where(*_REAL)).scalar_one()
    return -(-int(count) // PART)


def place_parts(session: Session) -> int:
    """Return how many sitemaps the places need, with the regions and countries around them."""
    several = (func.count(column.distinct()) for column in (col(Place.id), col(Place.region_id), col(Place.country_code)))
    counts = session.execute(select(*several).join(Profile, col(Profile.place_id) == col(Place.id)).where(*_REAL)).one()
    return -(-sum(int(count) for count in counts) // PART)


def profiles(session: Session, number: int) -> Iterator[tuple[str, date]]:
    """Give (slug, day of the last change) of one part of the listed profiles, by number.

    Args:
        number: 1 for the first part.
    """
    rows = select(col(Profile.slug), _CHANGED).where(*_REAL).order_by(col(Profile.id)).limit(PART).offset((number - 1) * PART)
    for slug, changed in session.execute(rows):
        yield slug, changed.date()


def places(session: Session, number: int) -> Iterator[tuple[str, date]]:
    """Give (path, day of the last change) of one part of the places where somebody is listed, and of the areas around them.

    Args:
        number: 1 for the first part.
    """
    rows = (
        select(col(Place.path), func.max(_CHANGED))
        .join(Profile, col(Profile.place_id) == col(Place.id))
        .where(*_REAL)
        .group_by(col(Place.path))
    )
    newest: dict[str, date] = {}
    for path, changed in session.execute(rows):
        steps = path.split("/")
        for end in range(1, len(steps) + 1):
            above = "/".join(steps[:end])
            newest[above] = max(newest.get(above, date.min), changed.date())
    yield from sorted(newest.items())[(number - 1) * PART : number * PART]


def guides(session: Session) -> Iterator[tuple[str, date]]:
    """Give (slug, day of the last change) of the guides."""
    for guide in guide_queries.published(session):
        yield guide.slug, guide.updated_on
