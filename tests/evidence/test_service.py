"""Documents are sealed into their row, seen with a line in the log, sealed anew, and let go."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from directory.core import clock
from directory.core.errors import CannotOpen, NotFound, Refused
from directory.evidence import queries, rules, service
from directory.models.claims import ClaimStatus
from directory.models.evidence import Evidence, EvidenceBlob
from directory.models.moderation import AuditEntry
from directory.privacy.retention import RULES
from tests.evidence.papers import NEW, OLD, claim, pdf, ring, shown
from tests.factories import Make

CLOCK = next(rule for rule in RULES if rule.name == "documents")


def test_what_lies_in_the_database_is_sealed(session: Session, make: Make) -> None:
    """Seen to fail with the bytes stored as they are."""
    one = shown(session, claim(session, make), pdf(b"/Secret"))
    assert b"/Secret" not in session.get_one(EvidenceBlob, one.id).sealed
    assert (one.key_id, one.media_type, one.file_name, one.purge_at) == ("old", rules.PDF, "licence.pdf", None)


def test_each_look_is_written_down_and_says_no_name(session: Session, make: Make) -> None:
    """Seen to fail without the entry."""
    one, moderator = shown(session, claim(session, make)), make.moderator()
    for _ in range(2):
        assert service.read(session, keys=ring(), evidence_id=one.id, actor_id=moderator.id) == pdf()
    entries = session.exec(select(AuditEntry).where(AuditEntry.action == "evidence.seen")).all()
    assert [(row.actor_id, row.subject, row.details) for row in entries] == [(moderator.id, f"evidence:{one.id}", {})] * 2


def test_swapped_bytes_do_not_open(session: Session, make: Make) -> None:
    """Between rows, cases and types. Seen to fail with each part left out of `bound`."""
    mine, other = shown(session, claim(session, make)), shown(session, claim(session, make))
    moderator = make.moderator().id
    session.get_one(EvidenceBlob, mine.id).sealed = session.get_one(EvidenceBlob, other.id).sealed
    session.flush()
    with pytest.raises(CannotOpen):
        service.read(session, keys=ring(), evidence_id=mine.id, actor_id=moderator)
    for change in ({"media_type": "text/html"}, {"claim_id": mine.claim_id}):
        was = {name: getattr(other, name) for name in change}
        other.sqlmodel_update(change)
        session.flush()
        with pytest.raises(CannotOpen):
            service.read(session, keys=ring(), evidence_id=other.id, actor_id=moderator)
        other.sqlmodel_update(was)
    session.flush()
    assert service.read(session, keys=ring(), evidence_id=other.id, actor_id=moderator) == pdf()


def test_five_are_the_most_for_one_case(session: Session, make: Make) -> None:
    """Seen to fail without the count; each case has its own."""
    mine = claim(session, make)
    papers = [shown(session, mine) for _ in range(rules.MAX_COUNT)]
    with pytest.raises(Refused) as refused:
        shown(session, mine)
    assert refused.value.field == "document"
    shown(session, claim(session, make))
    service.discard(session, evidence_id=papers[0].id)
    shown(session, mine)
    assert len(queries.of(session, claim_id=mine.id)) == rules.MAX_COUNT


def test_a_document_is_for_one_case(session: Session) -> None:
    """Seen to fail with none taken for all."""
    for named in ({}, {"claim_id": 1, "dispute_id": 1}):
        with pytest.raises(ValueError, match="one claim"):
            queries.of(session, **named)


class TestEnd:
    def test_it_goes_30_days_after_the_decision_with_its_bytes(self, session: Session, make: Make) -> None:
        """Seen to fail with a second decision that begins the days anew, and with the bytes left."""
        mine, other = claim(session, make), claim(session, make)
        gone, kept = shown(session, mine), shown(session, other)
        service.release(session, claim_id=mine.id)
        session.refresh(gone)
        assert gone.purge_at is not None
        assert abs(gone.purge_at - clock.now() - rules.KEPT) < timedelta(minutes=1)
        gone.purge_at -= timedelta(days=29)
        was = gone.purge_at
        service.release(session, claim_id=mine.id)
        session.refresh(gone)
        assert gone.purge_at == was
        assert CLOCK.run(session) == 0
        gone.purge_at -= timedelta(days=2)
        session.flush()
        assert CLOCK.run(session) == 1
        session.expire_all()
        assert list(session.exec(select(Evidence.id)).all()) == [kept.id]
        assert list(session.exec(select(EvidenceBlob.evidence_id)).all()) == [kept.id]

    @pytest.mark.parametrize("status", [ClaimStatus.EXPIRED, ClaimStatus.WITHDRAWN, ClaimStatus.DENIED, ClaimStatus.APPROVED])
    def test_also_where_nobody_set_a_day(self, session: Session, make: Make, status: ClaimStatus) -> None:
        """Seen to fail with the day alone looked at."""
        over = claim(session, make, status=status, updated_at=clock.now() - timedelta(days=31))
        fresh = claim(session, make, status=status, updated_at=clock.now() - timedelta(days=29))
        waits = claim(session, make, updated_at=clock.now() - timedelta(days=300))
        papers = [shown(session, one) for one in (over, fresh, waits)]
        assert CLOCK.run(session) == 1
        assert set(session.exec(select(Evidence.id)).all()) == {one.id for one in papers[1:]}


class TestRotation:
    def test_it_goes_on_where_it_was_stopped(self, session: Session, make: Make) -> None:
        """Seen to fail with `after` left out: one that cannot be opened is met for ever."""
        mine = claim(session, make)
        papers = [shown(session, mine, keys=ring(OLD)) for _ in range(3)]
        lost = shown(session, mine, keys=ring(f"lost:{OLD[4:]}"))
        both = ring(NEW, OLD)
        first = service.reseal(session, keys=both, after=0, limit=2)
        assert first == service.Resealed(papers[1].id, 2, 0)
        again = service.reseal(session, keys=both, after=0, limit=2)
        assert again == service.Resealed(lost.id, 1, 1)
        assert service.reseal(session, keys=both, after=lost.id, limit=2) is None
        session.expire_all()
        assert queries.by_key(session) == {"new": 3, "lost": 1}
        moderator = make.moderator().id
        assert [service.read(session, keys=ring(NEW), evidence_id=one.id, actor_id=moderator) for one in papers] == [pdf()] * 3

    def test_one_that_is_gone_is_said_to_be(self, session: Session, make: Make) -> None:
        """Seen to fail with the row of the bytes taken for granted."""
        one = shown(session, claim(session, make))
        session.delete(session.get_one(EvidenceBlob, one.id))
        session.flush()
        assert not queries.shown(session, one.id).has_bytes
        for number in (one.id, one.id + 1):
            with pytest.raises(NotFound):
                service.read(session, keys=ring(), evidence_id=number, actor_id=make.moderator().id)
