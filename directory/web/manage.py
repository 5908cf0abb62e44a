"""What the pages of those who act for a profile share: which there are, and how their profile is found."""

from dataclasses import dataclass

from flask import current_app, url_for

from directory.accounts import permissions
from directory.accounts.permissions import Permission
from directory.core.errors import Gone, Moved, NotFound
from directory.core.i18n import lazy
from directory.models.profiles import Profile
from directory.profiles import queries as profiles
from directory.web import auth, db


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
    """Return the pages of a profile that whoever asks may open."""
    asking, views = auth.actor(), current_app.view_functions
    words: dict[str, Permission] = {endpoint: getattr(views[endpoint], "permission") for endpoint, _label in PAGES}  # noqa: B009 (untyped)
    allowed = {word for word in words.values() if permissions.may(asking, word, profile)}
    return [ManagePage(name, str(label), url_for(name, slug=profile.slug)) for name, label in PAGES if words[name] in allowed]


def managed(slug: str) -> Profile:
    """Return the profile of an address under /manage, for `requires(..., of=managed)`.

    Raises:
        NotFound: when there is none, also where it moved or was taken down: nobody acts for it under that name.
    """
    try:
        return profiles.by_slug(db.session(), slug)
    except (Moved, Gone) as error:
        raise NotFound from error
