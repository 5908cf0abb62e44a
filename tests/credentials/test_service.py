"""What owners state, what moderators find, and what the clock does to both."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from directory.accounts import memberships
from directory.core import clock
from directory.core.errors import Refused
from directory.credentials import clockwork, queries, rules, service, types
from directory.credentials.service import Outcome, Stated
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.ops import Job
from directory.models.profiles import Credential, CredentialStatus, ProfileKind
from directory.models.sources import SourceRecord

SEEN = "https://register.example/1"


@pytest.fixture
def ada(make):
    return make.profile("Ada Marsh")


@pytest.fixture
def owner(session, make, ada):
    user = make.user()
    memberships.grant(session, user_id=user.id, profile_id=ada.id, role=MembershipRole.OWNER)
    return user


def add(session, ada, owner, code="abhrs_diplomate", **stated) -> Credential:
    return service.add(session, profile_id=ada.id, kind=ada.kind, user_id=owner.id, code=code, stated=Stated(**stated))


def look(session, make, row, outcome=Outcome.FOUND, url=SEEN) -> Credential:
    why = "Looked in the register."
    return service.decide(session, credential_id=row.id, moderator_id=make.moderator().id, outcome=outcome, source_url=url, reason=why)


class TestOwners:
    def test_the_wording_of_a_known_one_is_not_theirs(self, session, ada, owner):
        """T-30. Seen to fail with the title taken as typed."""
        row = add(session, ada, owner, "ishrs_member", title="Certified by the ISHRS", issuer="Me", reference="7")
        assert row.title == "Member of the ISHRS (membership, not certification)"
        assert row.issuer == "International Society of Hair Restoration Surgery"
        assert (row.status, row.checked_on, row.checked_by_id, row.stated_by_id) == (CredentialStatus.CLAIMED, None, None, owner.id)

    def test_another_title_may_not_mean_a_known_one(self, session, ada, owner):
        """Seen to fail without `types.meant`."""
        with pytest.raises(Refused, match="Choose it from the list"):
            add(session, ada, owner, types.OTHER, title="A.B.H.R.S. Diplomate", issuer="Me")
        assert add(session, ada, owner, types.OTHER, title="First aid", issuer="Sample Cross").title == "First aid"

    @pytest.mark.parametrize("code", ["jci", "specialty:1", "", "nonsense"])
    def test_a_type_that_does_not_fit_is_refused(self, session, ada, owner, code):
        """Seen to fail with any word taken: an owner could write what a register says."""
        with pytest.raises(Refused):
            add(session, ada, owner, code, issuer="Me", title="A thing")

    def test_one_number_stands_once(self, session, ada, owner):
        """Seen to fail without the constraint caught."""
        add(session, ada, owner, reference="7")
        with pytest.raises(Refused, match="already"):
            add(session, ada, owner, reference="7")

    def test_a_change_ends_the_look(self, session, make, ada, owner):
        """Seen to fail with the state left: another number would stand as checked."""
        row = look(session, make, add(session, ada, owner, reference="7"))
        assert row.status is CredentialStatus.CHECKED_OK
        service.change(session, credential_id=row.id, user_id=owner.id, stated=Stated(reference="8"))
        assert (row.status, row.checked_on, row.checked_by_id) == (CredentialStatus.CLAIMED, None, None)

    def test_what_a_register_says_is_not_theirs(self, session, make, ada, owner):
        """Seen to fail without the check."""
        record = SourceRecord(source_id=make.source().id, key="1", profile_id=ada.id, raw={}, hash="0" * 64, as_of=date(2026, 1, 1))
        session.add(record)
        session.flush()
        row = make.credential(ada, source_record_id=record.id)
        for act in (
            lambda: service.change(session, credential_id=row.id, user_id=owner.id, stated=Stated(issuer="Me")),
            lambda: service.remove(session, credential_id=row.id, user_id=owner.id),
            lambda: look(session, make, row),
        ):
            with pytest.raises(Refused, match="register says this"):
                act()

    def test_a_false_claim_stays_on_record(self, session, make, ada, owner):
        """Seen to fail without the check: removed and stated anew, nobody would know."""
        row = look(session, make, add(session, ada, owner), Outcome.FALSE_CLAIM)
        with pytest.raises(Refused, match="not true"):
            service.remove(session, credential_id=row.id, user_id=owner.id)
        with pytest.raises(Refused, match="not true"):
            service.change(session, credential_id=row.id, user_id=owner.id, stated=Stated())

    def test_there_is_an_end(self, session, make, ada, owner):
        """Seen to fail without the number."""
        for _ in range(rules.MOST):
            make.credential(ada)
        with pytest.raises(Refused, match="at most"):
            add(session, ada, owner)


class TestModerators:
    def test_found_needs_where(self, session, make, ada, owner):
        """T-30. Seen to fail without `required`."""
        row = add(session, ada, owner)
        with pytest.raises(Refused):
            look(session, make, row, url="")
        assert look(session, make, row).source_url == SEEN
        assert row.checked_on == clock.today()

    def test_whoever_states_it_is_told_and_the_log_knows_why(self, session, make, ada, owner):
        """Seen to fail without the mail."""
        row = look(session, make, add(session, ada, owner), Outcome.NOT_FOUND, "")
        assert [job.name for job in session.exec(select(Job)).all()] == ["mail.credential_decided"]
        assert queries.decisions(session, [row.id])[row.id].reason == "Looked in the register."

    def test_the_queue_holds_what_is_new_and_looks_that_end_soon(self, session, make, ada, owner):
        """Seen to fail with sample and imported rows in it, and without the month ahead."""
        new = add(session, ada, owner, reference="1")
        found = look(session, make, add(session, ada, owner, reference="2"))
        looked = look(session, make, add(session, ada, owner, reference="3"), Outcome.NOT_FOUND, "")
        make.credential(ada)  # sample data: nobody states it
        assert [held.credential.id for held in queries.queue(session, number=1).items] == [new.id]
        found.checked_on = rules.later(clock.today(), -12) + timedelta(days=20)
        session.add(found)
        session.flush()
        assert {held.credential.id for held in queries.queue(session, number=1).items} == {new.id, found.id}
        assert looked.status is CredentialStatus.CLAIMED

    def test_what_was_stale_is_renewed(self, session, make, ada, owner):
        """Seen to fail with the same word for both."""
        row = look(session, make, add(session, ada, owner))
        row.status = CredentialStatus.STALE
        assert look(session, make, row).status is CredentialStatus.RENEWED

    def test_nothing_that_is_over_is_found_valid(self, session, make, ada, owner):
        """Seen to fail without the check."""
        row = add(session, ada, owner, expires_on=clock.today() - timedelta(days=1))
        with pytest.raises(Refused, match="last day is over"):
            look(session, make, row)
        assert look(session, make, row, Outcome.LAPSED).status is CredentialStatus.LAPSED


class TestClock:
    def test_looks_become_stale_and_credentials_lapse(self, session, make, ada, owner):
        """Seen to fail with one number of months for all types; and registers keep their word."""
        today = clock.today()
        fresh = look(session, make, add(session, ada, owner, reference="1"))
        old = look(session, make, add(session, ada, owner, reference="2"))
        short = look(session, make, add(session, ada, owner, "liability_insurance", issuer="Sample Mutual"))
        over = look(session, make, add(session, ada, owner, reference="3", expires_on=today))
        old.checked_on, short.checked_on = rules.later(today, -12) - timedelta(days=1), rules.later(today, -7)
        over.expires_on = today - timedelta(days=1)
        session.add_all([old, short, over])
        session.flush()
        assert clockwork.turn(session) == 3
        assert clockwork.turn(session) == 0
        said = [row.status.value for row in (fresh, old, short, over)]
        assert said == ["checked_ok", "stale", "stale", "lapsed"]

    def test_owners_are_told_once_a_month_before_the_end(self, session, make, ada, owner):
        """Seen to fail without the line in the log: the sweep runs at every start; and with a responder told."""
        responder = make.user()
        memberships.grant(session, user_id=responder.id, profile_id=ada.id, role=MembershipRole.RESPONDER)
        today = clock.today()
        row = add(session, ada, owner, reference="1", expires_on=today + timedelta(days=30))
        add(session, ada, owner, reference="2", expires_on=today + timedelta(days=31))
        assert clockwork.remind(session) == 1
        assert clockwork.remind(session) == 0
        told = [job.payload for job in session.exec(select(Job)).all() if job.name == "mail.credential_expiring"]
        assert told == [{"credential_id": row.id, "user_id": owner.id}]
        service.change(session, credential_id=row.id, user_id=owner.id, stated=Stated(reference="1", expires_on=today + timedelta(days=5)))
        assert clockwork.remind(session) == 1, "another last day is another end"


def test_the_log_names_who_did_what(session, make, ada, owner):
    """Seen to fail without `_log`."""
    row = add(session, ada, owner)
    service.remove(session, credential_id=row.id, user_id=owner.id)
    said = [(entry.action, entry.actor_id) for entry in session.exec(select(AuditEntry).where(AuditEntry.actor_id == owner.id)).all()]
    assert said == [("credential.state", owner.id), ("credential.remove", owner.id)]


def test_a_practice_names_a_hospital_s_seal(session, make, owner):
    """Seen to fail with the types of a person for everybody."""
    clinic = make.profile("Sample Clinic", kind=ProfileKind.PRACTICE)
    assert add(session, clinic, owner, "jci").title.endswith("(the facility, not the surgeon)")
