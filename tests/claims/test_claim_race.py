"""Fifty people at the same moment: one owner, one open claim of each, one use of each code."""

import threading
from collections.abc import Callable
from typing import Any

from sqlmodel import Session, select

from directory.claims import sending, service
from directory.claims.codes import Outcome
from directory.core import clock
from directory.core.db import Database
from directory.core.errors import Refused
from directory.models.base import metadata
from directory.models.claims import HOLDING, Claim, ClaimProof, ClaimStatus, ProofMethod
from directory.models.memberships import MembershipRole
from directory.models.profiles import Profile, ProfileStatus
from tests.claims import world
from tests.factories import SECRET_KEY, Make

MANY = 50


def all_at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same moment; return what came of each, errors too."""
    found: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(number: int) -> None:
        ready.wait()
        try:
            found[number] = acts[number]()
        except Refused as refusal:
            found[number] = refusal

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _ready(session: Session, make: Make, profile: Profile) -> tuple[int, int, str]:
    """Somebody whose website was found, and who has the letter in their hand."""
    claim = world.begin(session, profile, make.user())
    world.website(session, claim)
    letter = ClaimProof(claim_id=claim.id, method=ProofMethod.LETTER_CODE, subject=world.ADDRESS, is_listed=True, created_at=clock.now())
    session.add(letter)
    session.flush()
    sent = sending.code_for(session, proof_id=letter.id, secret=SECRET_KEY)
    assert sent is not None
    return claim.id, claim.user_id, sent.code


def _enter(database: Database, claim_id: int, user_id: int, code: str) -> Outcome:
    with database.transaction() as session:
        given = {"method": ProofMethod.LETTER_CODE, "typed": code, "secret": SECRET_KEY}
        return service.enter(session, claim_id=claim_id, user_id=user_id, **given)


def test_fifty_claimants_give_one_owner(empty_url: str) -> None:
    """All have two proofs of different kinds. Seen to fail on PostgreSQL without the lock of the profile: the index `one_owner` refuses
    those who come too late, and their codes were not counted as typed.
    """
    database = Database(empty_url)
    metadata.create_all(database.engine)
    with database.transaction() as session:
        make = Make(session)
        profile = world.listed(session, make)
        racers = [_ready(session, make, profile) for _number in range(MANY)]
    found = all_at_once([lambda one=one: _enter(database, *one) for one in racers])  # type: ignore[misc]
    assert found == [Outcome.PROVED] * MANY
    with database.session() as session:
        states = session.exec(select(Claim.status)).all()
        assert sorted(states) == sorted([ClaimStatus.APPROVED] + [ClaimStatus.PROOF_RECEIVED] * (MANY - 1))
        (holder,) = session.exec(select(Claim).where(Claim.status.in_(HOLDING))).all()  # type: ignore[attr-defined]
        assert world.owners(session, profile) == [holder.user_id]
        assert session.get_one(Profile, profile.id).status is ProfileStatus.CLAIMED
    database.dispose()


def test_one_code_is_used_once_however_often_it_is_sent(empty_url: str) -> None:
    """And one person has one open claim. Seen to fail with the digest compared in Python before the update, and without the index."""
    database = Database(empty_url)
    metadata.create_all(database.engine)
    with database.transaction() as session:
        make = Make(session)
        profile, other = world.listed(session, make), world.listed(session, make)
        racer, user_id = _ready(session, make, profile), make.user().id

    def open_() -> int:
        with database.transaction() as session:
            return service.open_(session, profile_id=other.id, user_id=user_id, role=MembershipRole.OWNER).id

    typed = all_at_once([lambda: _enter(database, *racer)] * 12)
    assert sum(said is Outcome.PROVED for said in typed) == 1
    opened = all_at_once([open_] * 12)
    assert sum(isinstance(said, int) for said in opened) == 1
    with database.session() as session:
        assert len(session.exec(select(Claim.id).where(Claim.user_id == user_id)).all()) == 1
    database.dispose()
