"""What the pages of those who act for a profile share: which there are, and how their profile is found."""

from dataclasses import dataclass

from flask import url_for

from directory.core.errors import Gone, Moved, NotFound
from directory.core.i18n import lazy
from directory.models.profiles import Profile
from directory.profiles import queries as profiles
from directory.web import db


@dataclass(frozen=True)
class ManagePage:
    """One entry of the list beside the pages of a profile.

    Args:
        endpoint: Where it leads; also how a page says that it is this one.
        label: What a person reads.
        url: The page's address.
    """

    endpoint: str
    label: str
    url: str


#: Endpoint -> label, in the order of the list. Each takes the profile's part of the address as `slug`.
PAGES: tuple[tuple[str, str], ...] = (
    ("manage.index", lazy("Overview")),
    ("facts.index", lazy("Facts")),
    ("suggestions.index", lazy("Suggestions")),
    ("replies.index", lazy("Reviews")),
    ("credentials.index", lazy("Credentials")),
    ("disclosures.edit", lazy("Who does the work")),
    ("team.index", lazy("Who acts for it")),
    ("people.index", lazy("Who works where")),
    ("sharing.invite", lazy("Ask for reviews")),
    ("sharing.badge", lazy("Badge")),
)


def pages(profile: Profile) -> list[ManagePage]:
    """Return the pages of those who act for a profile."""
    return [ManagePage(endpoint, str(label), url_for(endpoint, slug=profile.slug)) for endpoint, label in PAGES]


def managed(slug: str) -> Profile:
    """Return the profile of an address under /manage, for `requires(..., of=managed)`.

    Raises:
        NotFound: when there is none, also where it moved or was taken down: nobody acts for it under that name.
    """
    try:
        return profiles.by_slug(db.session(), slug)
    except (Moved, Gone) as error:
        raise NotFound from error
