"""Somebody tells us of a person or practice that is not listed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, func, select

from directory.core import clock
from directory.core.errors import Gone, NotAllowed, NotFound, Refused
from directory.models.accounts import UserStatus
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.moderation import AuditEntry
from directory.models.ops import Job
from directory.models.places import PlaceCount
from directory.models.profiles import (
    HairEvidence,
    Location,
    Organization,
    Practitioner,
    PractitionerKind,
    Profile,
    ProfileKind,
    ProfileStatus,
)
from directory.profiles import proposing, queries
from directory.profiles.proposing import Entry, Relation, Sort
from tests.factories import Make

REASON = "Their site is about eyebrows alone."


def told(make: Make, **more: Any) -> Entry:
    make.treatment("smp")
    values = {"name": "Noor Scalp Studio", "sort": Sort.STUDIO, "place_id": make.place().id, "website": "https://noor.example"}
    return Entry(**values | {"treatments": ("smp",), "relation": Relation.SELF} | more)


def propose(session: Session, make: Make, **more: Any) -> Profile:
    return proposing.propose(session, user_id=make.user().id, entry=told(make, **more))


class TestDraft:
    def test_nobody_sees_it_and_it_was_never_there(self, session: Session, make: Make) -> None:
        """Seen to fail with a draft that is Gone: that would say that there was one."""
        draft = propose(session, make)
        assert draft.status is ProfileStatus.IMPORTED_DRAFT
        assert session.get(PlaceCount, draft.place_id) is None
        with pytest.raises(NotFound):
            queries.by_slug(session, draft.slug)
        draft.status = ProfileStatus.SUPPRESSED_LEGAL
        session.flush()
        with pytest.raises(Gone):
            queries.by_slug(session, draft.slug)

    def test_each_fact_is_that_persons_word_of_the_lowest_rank(self, session: Session, make: Make) -> None:
        """Seen to fail with rank `owner` for whoever says that it is them."""
        user = make.user()
        draft = proposing.propose(session, user_id=user.id, entry=told(make))
        said = session.exec(select(FieldAssertion).where(FieldAssertion.profile_id == draft.id)).all()
        assert {row.field for row in said} == {"name", "website", "address:0", "offering:smp"}
        assert {(row.rank, row.user_id, row.source_record_id) for row in said} == {(AssertionRank.GUESS, user.id, None)}
        where = next(row.value for row in said if row.field == "address:0")
        assert where == {"address": "", "city": "Los Angeles", "region": "California", "postal_code": "", "country_code": "US"}

    def test_a_person_and_a_practice_have_the_row_that_owns_the_page(self, session: Session, make: Make) -> None:
        """Seen to fail with a practitioner for each."""
        studio, surgeon = propose(session, make), propose(session, make, name="Cy Noor", sort=Sort.SURGEON)
        assert (studio.kind, surgeon.kind) == (ProfileKind.PRACTICE, ProfileKind.PRACTITIONER)
        owns = session.exec(select(Organization).where(Organization.profile_id == studio.id)).one()
        assert (owns.schema_type, owns.website) == ("HealthAndBeautyBusiness", "https://noor.example")
        assert session.exec(select(Practitioner).where(Practitioner.profile_id == surgeon.id)).one().kind is PractitionerKind.SURGEON
        assert session.exec(select(Location).where(Location.profile_id == surgeon.id)).one().place_id == surgeon.place_id

    def test_three_a_day_are_the_most_also_when_they_were_declined(self, session: Session, make: Make) -> None:
        """Seen to fail with the drafts counted, which a decision deletes."""
        user, moderator = make.user(), make.moderator()
        for number in range(proposing.A_DAY):
            draft = proposing.propose(session, user_id=user.id, entry=told(make, name=f"Studio {number}"))
            proposing.decline(session, profile_id=draft.id, moderator_id=moderator.id, reason=REASON)
        with pytest.raises(Refused, match="Three entries a day"):
            proposing.propose(session, user_id=user.id, entry=told(make))
        for row in session.exec(select(AuditEntry).where(AuditEntry.actor_id == user.id)).all():
            row.created_at = clock.now() - timedelta(days=1, minutes=1)
        session.flush()
        proposing.propose(session, user_id=user.id, entry=told(make))

    @pytest.mark.parametrize("change", [{"email_confirmed_at": None}, {"status": UserStatus.SUSPENDED}])
    def test_whoever_may_not_write_any_more_writes_nothing(self, session: Session, make: Make, change: dict[str, Any]) -> None:
        """Seen to fail with the page's own look alone."""
        with pytest.raises(NotAllowed):
            proposing.propose(session, user_id=make.user(**change).id, entry=told(make))
        assert session.exec(select(func.count()).select_from(Profile)).one() == 0


class TestDecision:
    def test_shown_it_is_listed_counted_and_indexed(self, session: Session, make: Make) -> None:
        """Seen to fail with the status set by hand: nobody counts it then."""
        user, moderator = make.user(), make.moderator()
        draft = proposing.propose(session, user_id=user.id, entry=told(make))
        shown = proposing.show(session, profile_id=draft.id, moderator_id=moderator.id, hair_work=True)
        assert (shown.status, shown.hair_evidence) == (ProfileStatus.PUBLISHED_UNCLAIMED, HairEvidence.CONFIRMED)
        assert queries.by_slug(session, shown.slug).id == draft.id
        assert session.get_one(PlaceCount, shown.place_id).hair_count == 1
        jobs = set(session.exec(select(Job.name)).all())
        assert {"search.profile_changed", "mail.new_entry_shown"} <= jobs
        said = session.exec(select(FieldAssertion).where(FieldAssertion.rank == AssertionRank.MODERATOR)).one()
        assert (said.field, said.value, said.user_id) == ("hair_evidence", "confirmed", moderator.id)

    def test_without_a_look_at_the_work_it_counts_as_register_only(self, session: Session, make: Make) -> None:
        """Seen to fail with hair work taken from the treatments that were ticked."""
        shown = proposing.show(session, profile_id=propose(session, make).id, moderator_id=make.moderator().id, hair_work=False)
        assert shown.hair_evidence is HairEvidence.UNKNOWN
        counts = session.get_one(PlaceCount, shown.place_id)
        assert (counts.hair_count, counts.register_count) == (0, 1)

    def test_declined_it_is_gone_and_whoever_sent_it_is_told_why(self, session: Session, make: Make) -> None:
        """Seen to fail with the reason left out of the job: the entry is gone when the mail is written."""
        user = make.user()
        draft = proposing.propose(session, user_id=user.id, entry=told(make))
        number = draft.id
        proposing.decline(session, profile_id=number, moderator_id=make.moderator().id, reason=REASON)
        assert session.exec(select(Profile).where(Profile.id == number)).first() is None
        assert session.exec(select(func.count()).select_from(FieldAssertion)).one() == 0
        job = session.exec(select(Job).where(Job.name == "mail.new_entry_declined")).one()
        assert job.payload == {"user_id": user.id, "about": "Noor Scalp Studio", "reason": REASON}

    def test_what_is_decided_is_decided(self, session: Session, make: Make) -> None:
        """Two moderators at once, and a profile that is listed. Seen to fail without the state looked at under the lock."""
        moderator, listed = make.moderator(), make.profile()
        draft = propose(session, make)
        proposing.show(session, profile_id=draft.id, moderator_id=moderator.id, hair_work=True)
        for number in (draft.id, listed.id, listed.id + 99):
            with pytest.raises(NotFound):
                proposing.decline(session, profile_id=number, moderator_id=moderator.id, reason=REASON)
            with pytest.raises(NotFound):
                proposing.one(session, number)

    def test_one_whose_sender_is_gone_can_be_decided(self, session: Session, make: Make) -> None:
        """Seen to fail with the sender looked up as if they were there."""
        user = make.user()
        draft = proposing.propose(session, user_id=user.id, entry=told(make))
        session.delete(user)
        session.flush()
        session.expire_all()
        (one,) = proposing.waiting(session)
        assert (one.proposer_id, one.concerned) == (None, frozenset())
        proposing.decline(session, profile_id=draft.id, moderator_id=make.moderator().id, reason=REASON)
        assert session.exec(select(Job).where(Job.name == "mail.new_entry_declined")).first() is None


class TestAlike:
    @pytest.mark.parametrize(
        "name",
        [
            "noor scalp studio",
            "Noor  Scalp-Studio",
            "Studio Noor Scalp",
            "Noor Scalp Studios",
            "Nóor Scalp Studio",
            "N\u043e\u043er S\u0441\u0430l\u0440 Studi\u043e",
        ],
    )
    def test_slips_and_turned_words_are_found_in_the_same_place(self, session: Session, make: Make, name: str) -> None:
        """Seen to fail with names compared as they are written."""
        listed = make.profile("Noor Scalp Studio")
        make.profile("Bo Reed")
        assert [one.slug for one in proposing.alike(session, name=name, place_id=listed.place_id)] == [listed.slug]

    def test_elsewhere_only_the_very_same_name_is(self, session: Session, make: Make) -> None:
        """Seen to fail with every place looked through, and with none but the same."""
        listed, elsewhere = make.profile("Noor Scalp Studio"), make.place("Fresno")
        assert [one.slug for one in proposing.alike(session, name="Noor scalp studio", place_id=elsewhere.id)] == [listed.slug]
        assert proposing.alike(session, name="Noor Scalp Studios", place_id=elsewhere.id) == ()

    def test_two_are_shown_the_likest_first_and_drafts_to_moderators_alone(self, session: Session, make: Make) -> None:
        """Seen to fail with drafts shown to whoever types a name, and with moderators shown two."""
        far, near, third = make.profile("Noor Scalp Studioss"), make.profile("Noor Scalp Studio"), make.profile("Noor Scalp Studiosss")
        draft = propose(session, make, name="Noor Scalp Studios")
        given = {"name": "Noor Scalp Studio", "place_id": near.place_id}
        assert [one.slug for one in proposing.alike(session, **given)] == [near.slug, far.slug]
        assert [one.is_shown for one in proposing.alike(session, **given, besides=near.id, drafts=True)] == [False, True, True]
        assert proposing.alike(session, **given, drafts=True)[1].waits_as == draft.id
        assert {one.slug for one in proposing.one(session, draft.id).alike} == {far.slug, near.slug, third.slug}
