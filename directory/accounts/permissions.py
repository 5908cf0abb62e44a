"""The one table of what people may do; views name a permission, templates ask `may(...)`."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from directory.models.accounts import User


class Permission(StrEnum):
    """Something a route or a button lets a person do."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    REVIEW_WRITE = "review_write"
    COMMENT_WRITE = "comment_write"
    MODERATE = "moderate"
    DEVELOPMENT = "development"


Predicate = Callable[[User], bool]


def _confirmed(user: User) -> bool:
    return user.is_confirmed


def _moderator(user: User) -> bool:
    return user.is_moderator


#: Permission -> what must hold of a signed-in, active person; all of it. PUBLIC asks for nobody.
TABLE: Mapping[Permission, Sequence[Predicate]] = {
    Permission.PUBLIC: (),
    Permission.SIGNED_IN: (),
    Permission.REVIEW_WRITE: (_confirmed,),
    Permission.COMMENT_WRITE: (_confirmed,),
    Permission.MODERATE: (_moderator,),
    #: Development on a loopback address; `web.auth` adds that test.
    Permission.DEVELOPMENT: (),
}


def may(user: User | None, permission: Permission) -> bool:
    """Say whether `user` (None: signed out) may do it."""
    if permission is Permission.PUBLIC:
        return True
    return user is not None and user.is_active and all(holds(user) for holds in TABLE[permission])
