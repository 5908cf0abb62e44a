"""Who acts for which profile."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.models.memberships import Membership, MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Profile


def role_of(session: Session, *, user_id: int, profile_id: int) -> MembershipRole | None:
    """Return what a person may do for a profile, or None."""
    mine = (Membership.user_id == user_id, Membership.profile_id == profile_id)
    found: MembershipRole | None = session.exec(select(col(Membership.role)).where(*mine)).first()
    return found


def of_user(session: Session, user_id: int) -> Sequence[tuple[Membership, Profile]]:
    """Return what a person acts for, by the profiles' names."""
    joined = select(Membership, Profile).join(Profile, col(Membership.profile_id) == col(Profile.id))
    return session.exec(joined.where(Membership.user_id == user_id).order_by(col(Profile.sort_key), col(Profile.id))).all()


def who_acts(session: Session, profile_id: int) -> Sequence[int]:
    """Return everybody who acts for a profile, whatever they may do."""
    return session.exec(select(Membership.user_id).where(Membership.profile_id == profile_id).order_by(col(Membership.user_id))).all()


def who_edits(session: Session, profile_id: int) -> Sequence[int]:
    """Return the owners and managers of a profile: those who change its facts."""
    roles = (MembershipRole.OWNER, MembershipRole.MANAGER)
    wanted = select(Membership.user_id).where(Membership.profile_id == profile_id, col(Membership.role).in_(roles))
    return session.exec(wanted.order_by(col(Membership.user_id))).all()


def profiles_of(session: Session, user_id: int) -> frozenset[int]:
    """Return the numbers of the profiles that a person acts for."""
    return frozenset(session.exec(select(Membership.profile_id).where(Membership.user_id == user_id)).all())


def grant(session: Session, *, user_id: int, profile_id: int, role: MembershipRole, actor_id: int | None = None) -> Membership:
    """Let a person act for a profile, or change what they may do; written into the log. None as actor is the command line."""
    row = _found(session, user_id, profile_id)
    was = row.role.value if row else ""
    if row is None:
        row = Membership(user_id=user_id, profile_id=profile_id, role=role, granted_by_id=actor_id, created_at=clock.now())
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as error:
            raise Refused(_("Somebody has just changed who acts for this profile. Look again.")) from error
    row.role = role
    _log(session, actor_id, "member.grant", user_id, profile_id, before=was, after=role.value)
    return row


def revoke(session: Session, *, user_id: int, profile_id: int, actor_id: int | None = None) -> None:
    """End a membership; written into the log.

    Raises:
        NotFound: when there is none.
    """
    row = _found(session, user_id, profile_id)
    if row is None:
        raise NotFound(_("This person does not act for this profile."))
    _log(session, actor_id, "member.revoke", user_id, profile_id, before=row.role.value)
    session.delete(row)


def _found(session: Session, user_id: int, profile_id: int) -> Membership | None:
    mine = (Membership.user_id == user_id, Membership.profile_id == profile_id)
    return session.exec(select(Membership).where(*mine).with_for_update()).first()


def _log(session: Session, actor_id: int | None, action: str, user_id: int, profile_id: int, **details: str) -> None:
    details["user"] = f"user:{user_id}"
    session.add(AuditEntry(actor_id=actor_id, action=action, subject=f"profile:{profile_id}", details=details, created_at=clock.now()))
