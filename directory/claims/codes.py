"""One-time codes: made by whatever sends them, kept as keyed digests, three tries, used once in the statement that compares them."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import case, update
from sqlmodel import Session, col

from directory.accounts.throttle import Limit
from directory.core import clock, tokens
from directory.models.claims import ClaimProof, ProofMethod, ProofStatus

#: Large letters and digits without those that look like another: 31 ** 8 codes are 39 bits, behind three tries.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
TRIES = 3
#: How long each kind of code works.
LIVES: Mapping[ProofMethod, timedelta] = {
    ProofMethod.EMAIL_AT_DOMAIN: timedelta(minutes=15),
    ProofMethod.PHONE_CODE: timedelta(minutes=15),
    ProofMethod.LETTER_CODE: timedelta(days=30),
}

#: Codes asked for, for each claimant.
ASK = Limit("claim-ask", 10, timedelta(hours=1))
#: The same for one telephone number, whoever asks: a call costs money and wakes people.
CALL = Limit("claim-call", 3, timedelta(hours=24))
#: The same for letters to one profile.
LETTER = Limit("claim-letter", 2, timedelta(days=13))
#: Codes typed, for each claimant, over all their claims.
TRY = Limit("claim-try", 15, timedelta(hours=1))
#: Looks for a token, for each claimant: each asks somebody else's website.
LOOK = Limit("claim-look", 15, timedelta(hours=1))


class Outcome(StrEnum):
    """What came of typing a code."""

    PROVED = "proved"
    WRONG = "wrong"
    #: The third wrong one: it works no longer.
    USED_UP = "used_up"
    EXPIRED = "expired"
    #: There is no code that could be typed: none was asked for, it was used, or a newer one is on its way.
    NONE = "none"


def make() -> str:
    """Return a new code as it is written: `7K3M-Q9XR`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH // 2)) for _ in range(2))


def read(typed: str) -> str:
    """Return a code as it is compared: whatever case, spaces and dashes it was typed with."""
    return "".join(c for c in typed.upper() if c.isalnum())


def digest(code: str, *, claim_id: int, method: ProofMethod, secret: str) -> str:
    """Return what is kept of a code: bound to its claim and its way, so that it opens nothing else."""
    return tokens.keyed_digest(f"claim-code\n{claim_id}\n{method.value}\n{read(code)}", key=secret)


def mint(session: Session, proof: ClaimProof, *, secret: str) -> str:
    """Make the code that is being sent, keep its digest and return it: nothing else knows it. It ends the one before.

    Args:
        session: One that writes; the one in which the sender holds its job, or the operator prints the letter.
        proof: What it is for, of a claim that is locked.
        secret: The key of the site.
    """
    code, moment = make(), clock.now()
    proof.code_hash = digest(code, claim_id=proof.claim_id, method=proof.method, secret=secret)
    proof.status, proof.tries_left, proof.problem = ProofStatus.SENT, TRIES, ""
    proof.expires_at = moment + LIVES[proof.method]
    session.add(proof)
    session.flush()
    return code


def use(session: Session, proof: ClaimProof, *, typed: str, secret: str) -> Outcome:
    """Use a code up: compared in the statement that does it, so that of two at the same moment one succeeds.

    A wrong one takes one try away in the same manner; the caller's transaction must stand for it to count.
    """
    moment = clock.now()
    waits = (col(ClaimProof.id) == proof.id, col(ClaimProof.status) == ProofStatus.SENT, col(ClaimProof.tries_left) > 0)
    live = col(ClaimProof.expires_at) > moment
    given = digest(typed, claim_id=proof.claim_id, method=proof.method, secret=secret)
    fits = col(ClaimProof.code_hash) == given
    right = update(ClaimProof).where(*waits, live, fits).values(status=ProofStatus.PROVED, proved_at=moment, code_hash="")
    over = update(ClaimProof).where(*waits, ~live).values(status=ProofStatus.EXPIRED, code_hash="")
    left = col(ClaimProof.tries_left) - 1
    failed = {
        "tries_left": left,
        "status": case((left > 0, ProofStatus.SENT), else_=ProofStatus.FAILED),
        "code_hash": case((left > 0, col(ClaimProof.code_hash)), else_=""),
    }
    wrong = update(ClaimProof).where(*waits, live).values(**failed)
    outcome = Outcome.NONE
    for statement, said in ((right, Outcome.PROVED), (over, Outcome.EXPIRED), (wrong, Outcome.WRONG)):
        if session.execute(statement.execution_options(synchronize_session=False)).rowcount == 1:  # type: ignore[attr-defined]
            outcome = said
            break
    session.refresh(proof)
    return Outcome.USED_UP if outcome is Outcome.WRONG and proof.tries_left == 0 else outcome
