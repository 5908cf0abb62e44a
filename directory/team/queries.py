"""Reading who acts for a profile and whom they asked to."""

from collections.abc import Sequence

from sqlalchemy import case
from sqlmodel import Session, col, select

from directory.core import clock
from directory.core.errors import NotFound
from directory.models.accounts import User
from directory.models.claims import Invitation
from directory.models.memberships import Membership, MembershipRole

_ORDER = case({role.value: number for number, role in enumerate(MembershipRole)}, value=col(Membership.role))


def members(session: Session, profile_id: int) -> Sequence[tuple[Membership, User]]:
    """Return who acts for a profile: owners first, then by when they came."""
    joined = select(Membership, User).join(User, col(User.id) == col(Membership.user_id)).where(Membership.profile_id == profile_id)
    return session.exec(joined.order_by(_ORDER, col(Membership.created_at), col(Membership.id))).all()


def owners(session: Session, profile_id: int, *, but: int = 0) -> list[int]:
    """Return the numbers of the people who own a profile, without one."""
    mine = (Membership.profile_id == profile_id, Membership.role == MembershipRole.OWNER, Membership.user_id != but)
    return list(session.exec(select(Membership.user_id).where(*mine).order_by(col(Membership.user_id))).all())


def invited(session: Session, profile_id: int) -> Sequence[Invitation]:
    """Return the invitations of a profile that still hold, the newest first."""
    live = (Invitation.profile_id == profile_id, col(Invitation.expires_at) > clock.now())
    return session.exec(select(Invitation).where(*live).order_by(col(Invitation.created_at).desc(), col(Invitation.id).desc())).all()


def member(session: Session, *, profile_id: int, membership_id: int) -> tuple[Membership, User]:
    """Return one who acts for a profile.

    Raises:
        NotFound: when there is none of this number, or they act for another profile.
    """
    found = session.exec(
        select(Membership, User)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(Membership.id == membership_id, Membership.profile_id == profile_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def invitation(session: Session, *, profile_id: int, invitation_id: int) -> Invitation:
    """Return an invitation of a profile.

    Raises:
        NotFound: when there is none of this number, or it is of another profile.
    """
    found = session.exec(select(Invitation).where(Invitation.id == invitation_id, Invitation.profile_id == profile_id)).first()
    if found is None:
        raise NotFound
    return found
