"""The code of a proof at the moment in which it is sent: made by the job or the print that carries it, so that nothing else holds it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from directory.claims import codes, moves, rules
from directory.core import clock
from directory.models.claims import OPEN, Claim, ClaimProof, ProofMethod, ProofStatus
from directory.models.profiles import Profile
from directory.profiles import contacts


@dataclass(frozen=True, repr=False)
class Sent:
    """A code that goes out now.

    Args:
        code: As it is written.
        to: An address, a number in E.164, or a postal address on one line.
        claim: Whose it is.
        profile: What it is about.
        until: When it ends.
        lines: A postal address in the lines of an envelope; none where it is listed no more.
    """

    code: str
    to: str
    claim: Claim
    profile: Profile
    until: datetime
    lines: tuple[str, ...] = ()


def code_for(session: Session, *, proof_id: int, secret: str) -> Sent | None:
    """Make the code of a proof that was asked for, and end the one before.

    Returns:
        None where nothing is to be sent any more: the claim ended, the proof was shown, or a code that lives for minutes
        was asked for too long ago to be waited for.
    """
    claim_id = session.exec(select(ClaimProof.claim_id).where(ClaimProof.id == proof_id)).first()
    if claim_id is None:
        return None
    profile, claim = moves.locked(session, claim_id)
    proof = session.get_one(ClaimProof, proof_id, populate_existing=True)
    if claim.status not in OPEN or proof.status not in {ProofStatus.WAITING, ProofStatus.SENT}:
        return None
    life = codes.LIVES[proof.method]
    if proof.method is not ProofMethod.LETTER_CODE and proof.created_at + life < clock.now():
        return None
    code = codes.mint(session, proof, secret=secret)
    if proof.method is ProofMethod.LETTER_CODE:
        moves.later(claim, life)
        session.add(claim)
    lines = _lines(session, claim, proof) if proof.method is ProofMethod.LETTER_CODE else ()
    return Sent(code, proof.subject, claim, profile, clock.now() + life, lines)


def _lines(session: Session, claim: Claim, proof: ClaimProof) -> tuple[str, ...]:
    listed = contacts.listed_before(session, profile_id=claim.profile_id, moment=claim.created_at)
    known = zip(listed.addresses, listed.envelopes, strict=True)
    return next((lines for address, lines in known if address[: rules.MAX_SUBJECT] == proof.subject), ())
