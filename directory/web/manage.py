"""What the pages of those who act for a profile share: which there are, and how their profile is found."""

from dataclasses import dataclass

from flask import current_app, url_for
from sqlmodel import Session

from directory.accounts import memberships, permissions
from directory.accounts.permissions import Permission
from directory.core.errors import Gone, Moved, NotAllowed, NotFound
from directory.core.i18n import _, lazy
from directory.models.memberships import MembershipRole
from directory.models.profiles import Profile
from directory.profiles import queries as profiles
from directory.profiles import service
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
    ("disclosures.edit", lazy("The work: who does what")),
    ("team.index", lazy("Accounts with access")),
    ("people.index", lazy("People and places")),
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


def hold(session: Session, profile_id: int) -> None:
    """Lock a profile and see once more that whoever asks may change it, first of all in the transaction that does.

    The profile may have been taken from them since the permission was asked for, and what they had said with it: nothing of theirs
    is written after that.

    Raises:
        NotAllowed: when they are no owner or manager any more.
    """
    service.lock(session, profile_id)
    role = memberships.role_of(session, user_id=auth.signed_in().id, profile_id=profile_id)
    if role not in {MembershipRole.OWNER, MembershipRole.MANAGER}:
        raise NotAllowed(_("You act for this profile no longer. Nothing was written."))
