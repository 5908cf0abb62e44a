"""What the sample practitioner looks after: a claimed sample practice, so that whoever tries the site finds a desk with work on it."""

from sqlmodel import Session, col, select

from directory.accounts import memberships
from directory.core.db import Database
from directory.models.accounts import Role, User
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Profile, ProfileKind, ProfileStatus
from directory.sample.service import LOGINS

#: The sample log-in of somebody who acts for a practice.
OWNER = next(login for login in LOGINS if login.role is Role.PRACTITIONER)


def ensure(database: Database) -> str:
    """Let the sample practitioner own the sample practice with the most reviews; return the address part of what they act for, or "".

    Done once: whoever has left it, as a visitor may, does not get it back.
    """
    with database.transaction() as session:
        user = session.exec(select(User).where(User.email_key == OWNER.email, col(User.is_sample))).first()
        if user is None:
            return ""
        profile = None if _had_one(session, user.id) else _busiest(session)
        if profile is not None:
            memberships.grant(session, user_id=user.id, profile_id=profile.id, role=MembershipRole.OWNER)
        session.flush()
        held = memberships.of_user(session, user.id)
        return held[0][1].slug if held else ""


def _had_one(session: Session, user_id: int) -> bool:
    """Say whether the command line has ever let them act for a profile."""
    granted = session.exec(select(AuditEntry).where(AuditEntry.action == "member.grant", col(AuditEntry.actor_id).is_(None)))
    return any(entry.details.get("user") == f"user:{user_id}" for entry in granted)


def _busiest(session: Session) -> Profile | None:
    claimed = (col(Profile.is_sample), Profile.kind == ProfileKind.PRACTICE, Profile.status == ProfileStatus.CLAIMED)
    return session.exec(select(Profile).where(*claimed).order_by(col(Profile.review_count).desc(), col(Profile.slug)).limit(1)).first()
