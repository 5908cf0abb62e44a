"""What time does to claims: open ones run out, proofs are looked at again, and whoever leaves the site leaves their profiles."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from directory import outbox
from directory.accounts import memberships
from directory.claims import moves, queries, rules, service
from directory.claims.checks import Look
from directory.core import clock
from directory.models.claims import HOLDING, OPEN, Claim, ClaimProof, ClaimStatus, ProofMethod, ProofStatus
from directory.models.memberships import Membership, MembershipRole
from directory.notifications import mail
from directory.profiles import service as profiles

#: The job that looks again at what proved one claim; `web/claiming.py` has its handler.
RECHECK = "claims.recheck"
BATCH = 100


def run_out(session: Session, *, claim_id: int) -> bool:
    """End an open claim whose time is over; say whether it was."""
    profile, claim = moves.locked(session, claim_id)
    if claim.status not in rules.RUNS_OUT or claim.expires_at > clock.now():
        return False
    service.call_off(session, profile, claim, ClaimStatus.EXPIRED, actor_id=None)
    mail.claim_expired(session, claim_id=claim.id)
    return True


def schedule(session: Session) -> int:
    """Write a job for each claim whose proofs are due for another look; return how many."""
    due = queries.to_look_at(session, moment=clock.now(), limit=BATCH)
    for claim_id in due:
        outbox.enqueue(session, RECHECK, key=f"{RECHECK}:{claim_id}", claim_id=claim_id)
    return len(due)


def to_look_at(session: Session, claim_id: int) -> list[ClaimProof]:
    """Return what of a claim is to be looked at now: its tokens, where it holds and is due."""
    claim = session.get(Claim, claim_id)
    if claim is None or claim.status not in HOLDING or claim.recheck_at is None or claim.recheck_at > clock.now():
        return []
    tokens = queries.proofs(session, claim_id).items()
    return [one for method, one in tokens if method in rules.BY_TOKEN and one.status in {ProofStatus.PROVED, ProofStatus.LAPSED}]


def rechecked(session: Session, *, claim_id: int, looks: Mapping[ProofMethod, Look]) -> None:
    """Write down what a later look found. One that fails takes nothing away: the owner is told, and a second look follows.

    After the second the claim stands on the moderators' list; they decide, never this clock.
    """
    _profile, claim = moves.locked(session, claim_id)
    if claim.status not in HOLDING:
        return
    moment, proofs, first = clock.now(), queries.proofs(session, claim_id), False
    for method, look in looks.items():
        proof = proofs.get(method)
        if proof is None or proof.status not in {ProofStatus.PROVED, ProofStatus.LAPSED}:
            continue
        proof.checked_at, proof.problem = moment, look.problem
        if look.found:
            proof.status, proof.expires_at = ProofStatus.PROVED, None
        elif proof.status is ProofStatus.PROVED:
            proof.status, proof.expires_at, first = ProofStatus.LAPSED, moment + rules.SECOND_LOOK, True
            moves.note(session, claim, "lapsed", actor_id=None, method=method.value)
        else:
            moves.note(session, claim, "lapsed_again", actor_id=None, method=method.value)
        session.add(proof)
    if first:
        mail.claim_lapsed(session, claim_id=claim.id)
    claim.recheck_at = moment + (rules.SECOND_LOOK if first else rules.RECHECK)
    session.add(claim)
    session.flush()


def holds_something(session: Session, user_id: int) -> bool:
    """Say whether a person claims or owns a profile."""
    return _claim_of(session, user_id) is not None or _owned_by(session, user_id) is not None


def forget(session: Session, *, user_id: int) -> bool:
    """Let a person who is being erased leave one of the profiles that they claim or own; say whether there was one."""
    claim_id = _claim_of(session, user_id)
    if claim_id is not None:
        profile, claim = moves.locked(session, claim_id)
        service.call_off(session, profile, claim, ClaimStatus.WITHDRAWN, actor_id=None)
        return True
    profile_id = _owned_by(session, user_id)
    if profile_id is None:
        return False
    profile = profiles.lock(session, profile_id)
    memberships.revoke(session, user_id=user_id, profile_id=profile_id)
    session.flush()
    moves.release(session, profile)
    return True


def _claim_of(session: Session, user_id: int) -> int | None:
    mine = (Claim.user_id == user_id, col(Claim.status).in_((*OPEN, *HOLDING)))
    return session.exec(select(Claim.id).where(*mine).order_by(col(Claim.id)).limit(1)).first()


def _owned_by(session: Session, user_id: int) -> int | None:
    owned = select(Membership.profile_id).where(Membership.user_id == user_id, Membership.role == MembershipRole.OWNER)
    return session.exec(owned.order_by(col(Membership.profile_id)).limit(1)).first()
