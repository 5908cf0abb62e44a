"""Reading claims: one's own, the moderators' lists, and everything that is known of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, or_, select
from sqlmodel.sql.expression import Select

from directory.claims import rules
from directory.core import clock
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import Page
from directory.models.accounts import User, UserStatus
from directory.models.claims import HOLDING, OPEN, Claim, ClaimProof, ClaimStatus, ProofMethod, ProofStatus
from directory.models.memberships import Membership, MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Profile

PER_PAGE = 20


@dataclass(frozen=True)
class Line:
    """A claim in a list.

    Args:
        claim: The claim.
        profile: What it is about.
        user: Whose it is.
    """

    claim: Claim
    profile: Profile
    user: User

    @property
    def is_late(self) -> bool:
        """Whether it has waited longer than it should."""
        return clock.now() - self.claim.updated_at > rules.LATE


@dataclass(frozen=True)
class Letter:
    """A letter that waits to be printed.

    Args:
        proof: What its code will prove.
        claim: Of which claim.
        profile: Of which profile.
    """

    proof: ClaimProof
    claim: Claim
    profile: Profile


def by_id(session: Session, claim_id: int) -> Claim:
    """Return a claim.

    Raises:
        NotFound: when there is none.
    """
    found = session.get(Claim, claim_id)
    if found is None:
        raise NotFound(_("There is no claim of this number."))
    return found


def profile_of(session: Session, claim: Claim) -> Profile:
    """Return the profile that a claim is about."""
    return session.get_one(Profile, claim.profile_id)


def proofs(session: Session, claim_id: int) -> Mapping[ProofMethod, ClaimProof]:
    """Return what was asked for or shown for a claim, by its way."""
    rows = session.exec(select(ClaimProof).where(ClaimProof.claim_id == claim_id).order_by(col(ClaimProof.id))).all()
    return {row.method: row for row in rows}


def holder(session: Session, profile_id: int) -> Claim | None:
    """Return the claim that holds a profile; the index `one_owner` knows that there is one at most."""
    return session.exec(select(Claim).where(Claim.profile_id == profile_id, col(Claim.status).in_(HOLDING))).first()


def live(session: Session, *, user_id: int, profile_id: int) -> Claim | None:
    """Return a person's claim to a profile that is open or holds it, the newest where there are several."""
    mine = (Claim.user_id == user_id, Claim.profile_id == profile_id, col(Claim.status).in_((*OPEN, *HOLDING)))
    return session.exec(select(Claim).where(*mine).order_by(col(Claim.id).desc())).first()


def contestant(session: Session, holder_id: int) -> Claim | None:
    """Return the open claim that contests one that holds."""
    return session.exec(select(Claim).where(Claim.contests_id == holder_id, col(Claim.status).in_(OPEN))).first()


def has_owner(session: Session, profile_id: int) -> bool:
    """Say whether anybody is an owner of a profile, by whatever way."""
    owners = select(Membership.id).where(Membership.profile_id == profile_id, Membership.role == MembershipRole.OWNER)
    return session.exec(owners.limit(1)).first() is not None


def is_active(session: Session, user_id: int) -> bool:
    """Say whether an account may be used."""
    return session.exec(select(User.id).where(User.id == user_id, User.status == UserStatus.ACTIVE)).first() is not None


def of_user(session: Session, user_id: int) -> Sequence[tuple[Claim, Profile]]:
    """Return a person's claims, the newest first."""
    joined = select(Claim, Profile).join(Profile, col(Claim.profile_id) == col(Profile.id))
    return session.exec(joined.where(Claim.user_id == user_id).order_by(col(Claim.id).desc()).limit(100)).all()


def in_review(session: Session, *, number: int) -> Page[Line]:
    """Return the claims that wait for a moderator, those that wait longest first.

    Raises:
        NotFound: when the list has no such page.
    """
    waits = _in_review()
    total = session.exec(select(func.count()).where(waits)).one()
    rows = _lines().where(waits).order_by(col(Claim.updated_at), col(Claim.id)).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    page = Page([Line(*row) for row in session.exec(rows).all()], number, PER_PAGE, total)
    if number > page.pages:
        raise NotFound(_("This list has %(pages)s pages.", pages=page.pages))
    return page


def lapsed(session: Session) -> Sequence[Line]:
    """Return the claims that hold although what proved them was not found by two looks in a row."""
    rows = session.exec(_lines().where(_lost()).order_by(col(Claim.id)).limit(100)).all()
    return [Line(*row) for row in rows]


def waiting() -> Any:
    """Return the statement that counts what stands on the list of claims: those that wait, and those whose proof was lost."""
    return select(func.count(col(Claim.id))).where(or_(_in_review(), _lost()))


def waiting_letters() -> Any:
    """Return the statement that counts the letters that wait to be printed."""
    return select(func.count(col(ClaimProof.id))).join(Claim, col(ClaimProof.claim_id) == col(Claim.id)).where(*_unprinted())


def _in_review() -> ColumnElement[bool]:
    return col(Claim.status) == ClaimStatus.IN_REVIEW


def _lost() -> ColumnElement[bool]:
    gone = (ClaimProof.status == ProofStatus.LAPSED, col(ClaimProof.expires_at) <= clock.now())
    return and_(col(Claim.id).in_(select(ClaimProof.claim_id).where(*gone)), col(Claim.status).in_(HOLDING))


def _unprinted() -> tuple[Any, ...]:
    return ClaimProof.method == ProofMethod.LETTER_CODE, ClaimProof.status == ProofStatus.WAITING, col(Claim.status).in_(OPEN)


def letters(session: Session) -> Sequence[Letter]:
    """Return the letters that wait to be printed, those that wait longest first."""
    joined = select(ClaimProof, Claim, Profile).join(Claim, col(ClaimProof.claim_id) == col(Claim.id))
    joined = joined.join(Profile, col(Claim.profile_id) == col(Profile.id))
    return [
        Letter(*row)
        for row in session.exec(joined.where(*_unprinted()).order_by(col(ClaimProof.created_at), col(ClaimProof.id)).limit(200)).all()
    ]


def letter(session: Session, claim_id: int) -> Letter:
    """Return the letter of a claim that waits to be printed.

    Raises:
        NotFound: when there is none.
    """
    found = next((one for one in letters(session) if one.claim.id == claim_id), None)
    if found is None:
        raise NotFound(_("No letter of this claim waits to be printed."))
    return found


def earlier(session: Session, claim: Claim) -> Sequence[Line]:
    """Return the other claims to the same profile, and the claimant's to others, the newest first."""
    other = col(Claim.id) != claim.id
    same = (col(Claim.profile_id) == claim.profile_id) | (col(Claim.user_id) == claim.user_id)
    return [Line(*row) for row in session.exec(_lines().where(other, same).order_by(col(Claim.id).desc()).limit(50)).all()]


def log(session: Session, claim: Claim) -> Sequence[tuple[AuditEntry, str]]:
    """Return what was done to a claim, each with who did it ("" for the machine), the oldest first."""
    actor = aliased(User)
    said = select(AuditEntry, actor.display_name).join(actor, col(AuditEntry.actor_id) == col(actor.id), isouter=True)
    rows = session.exec(said.where(AuditEntry.subject == f"claim:{claim.id}").order_by(col(AuditEntry.id)).limit(200)).all()
    return [(entry, name or "") for entry, name in rows]


def running_out(session: Session, *, limit: int) -> Sequence[int]:
    """Return open claims whose time is over, by number."""
    over = (col(Claim.status).in_(rules.RUNS_OUT), Claim.expires_at <= clock.now())
    return session.exec(select(Claim.id).where(*over).order_by(col(Claim.id)).limit(limit)).all()


def to_look_at(session: Session, *, moment: datetime, limit: int) -> Sequence[int]:
    """Return claims that hold and whose proofs are to be looked at again, by number."""
    due = (col(Claim.status).in_(HOLDING), col(Claim.recheck_at) <= moment)
    return session.exec(select(Claim.id).where(*due).order_by(col(Claim.recheck_at), col(Claim.id)).limit(limit)).all()


def _lines() -> Select[Claim, Profile, User]:
    joined = select(Claim, Profile, User).join(Profile, col(Claim.profile_id) == col(Profile.id))
    return joined.join(User, col(Claim.user_id) == col(User.id))
