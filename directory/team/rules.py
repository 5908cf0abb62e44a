"""How long invitations hold, how many may be open, and who may be left: pure."""

from collections.abc import Mapping
from datetime import timedelta

from directory.core.i18n import lazy
from directory.models.memberships import MembershipRole
from directory.models.profiles import ProfileKind

#: An invitation ends by itself: a link in an old mail must not open a profile years later.
LIFE = timedelta(days=14)
#: Invitations of one profile that may be open at a time.
MOST_OPEN = 20
#: People who may act for one profile.
MOST_MEMBERS = 50
MAX_TITLE = 100
#: A credential that ends within this time is named on the first page.
SOON = timedelta(days=60)

#: What each role may do, in the words of forms and mails.
ROLES: Mapping[MembershipRole, str] = {
    MembershipRole.OWNER: lazy("Owner: everything, and who else acts for the profile"),
    MembershipRole.MANAGER: lazy("Manager: changes facts, answers and disputes reviews"),
    MembershipRole.RESPONDER: lazy("Answers reviews, and nothing else"),
}


def fit(one: ProfileKind, other: ProfileKind) -> bool:
    """Say whether one of two profiles is a person and the other a practice."""
    return {one, other} == {ProfileKind.PRACTITIONER, ProfileKind.PRACTICE}
