"""Whose word stands on a profile, and the way back."""

from datetime import timedelta

import pytest
from sqlmodel import select

from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.moderation import AuditEntry
from directory.models.ops import Job
from directory.models.places import PlaceCount
from directory.models.profiles import HairEvidence, Location, Practitioner, PriceUnit, Profile, ServiceOffering, SlugRedirect
from directory.models.sources import SourceRecord
from directory.profiles import assertions, contacts, service
from directory.profiles.assertions import Speaker
from directory.profiles.ranks import winner
from directory.profiles.saying import midnight
from directory.provenance import fields

OWNER, MODERATOR = AssertionRank.OWNER, AssertionRank.MODERATOR
PRICE = {"min_price": 190000, "max_price": None, "currency": "CAD", "unit": "per_session", "price_date": "2026-11-20"}
HOURS = {"mo": [["09:00", "17:00"]]}


@pytest.fixture
def register(session, make):
    """Write a register's word."""

    def write(profile, field, value, *, day=None):
        source = make.source()
        day = day or clock.today() - timedelta(days=30)
        record = session.exec(select(SourceRecord).where(SourceRecord.profile_id == profile.id)).first()
        if record is None:
            record = SourceRecord(source_id=source.id, key=f"k{profile.id}", profile_id=profile.id, raw={}, hash="0" * 64, as_of=day)
            session.add(record)
            session.flush()
        moment = midnight(day)
        given = {"profile_id": profile.id, "field": field, "value": value, "asserted_at": moment, "verified_at": moment}
        word = FieldAssertion(**given, rank=AssertionRank.REGISTER, source_record_id=record.id)
        session.add(word)
        session.flush()
        return word

    return write


@pytest.fixture
def ada(make, session):
    make.treatment("smp")
    profile = make.profile("Ada Marsh")
    session.add(Location(profile_id=profile.id, address="1 Old Road", city="Los Angeles", country_code="US", place_id=profile.place_id))
    session.flush()
    service.recount_places(session, [profile.place_id])
    return profile


@pytest.fixture
def owner(make):
    return Speaker(OWNER, make.user("Oda 1").id)


@pytest.fixture
def moderator(make):
    return Speaker(MODERATOR, make.moderator("Mia 1").id)


def fresh(session, model, **values):
    session.flush()
    session.expire_all()
    return session.exec(select(model).filter_by(**values)).first()


class TestWinner:
    @pytest.mark.parametrize("above", range(1, 4))
    def test_rank_goes_before_age(self, above):
        """Moderator over owner over register over guess. Seen to fail with the moment compared first."""
        ranks = list(AssertionRank)
        now = clock.now()
        old = FieldAssertion(id=1, profile_id=1, field="name", rank=ranks[above], asserted_at=now - timedelta(days=900), verified_at=now)
        new = FieldAssertion(id=2, profile_id=1, field="name", rank=ranks[above - 1], asserted_at=now, verified_at=now)
        assert winner([new, old]) is old

    def test_within_a_rank_the_newest(self):
        now = clock.now()
        old, new = (
            FieldAssertion(id=n, profile_id=1, field="name", rank=AssertionRank.REGISTER, asserted_at=now + timedelta(n), verified_at=now)
            for n in (1, 2)
        )
        assert winner([new, old]) is new
        assert winner([]) is None


class TestSay:
    def test_what_an_owner_says_is_shown_and_kept(self, session, ada, owner):
        """Seen to fail with `apply` left out, and without the job."""
        said = {
            **{fields.ABOUT: "Calm.", fields.WEBSITE: "https://ada.example", fields.LANGUAGES: ["en", "fr"], fields.YEAR_STARTED: 2015},
            **{fields.ACCEPTING_CLIENTS: False, fields.phone(0): "+14165550123", fields.hours(0): HOURS, fields.offering("smp"): PRICE},
        }
        assert set(assertions.say(session, profile_id=ada.id, values=said, speaker=owner)) == set(said)
        profile = fresh(session, Profile, id=ada.id)
        person, place = fresh(session, Practitioner, profile_id=ada.id), fresh(session, Location, profile_id=ada.id)
        offering = fresh(session, ServiceOffering, profile_id=ada.id)
        assert (profile.about, profile.accepting_clients) == ("Calm.", False)
        assert (person.website, person.languages, person.year_started) == ("https://ada.example", ["en", "fr"], 2015)
        assert (place.phone, place.hours, place.address) == ("+14165550123", HOURS, "1 Old Road")
        assert (offering.min_price, offering.unit, offering.source_record_id) == (190000, PriceUnit.PER_SESSION, None)
        words = assertions.shown(assertions.holding(session, ada.id))
        assert {field: word.value for field, word in words.items()} == said
        assert {(word.rank, word.user_id) for word in words.values()} == {(OWNER, owner.user_id)}
        entry = fresh(session, AuditEntry, action="facts.say")
        assert (entry.actor_id, entry.details) == (owner.user_id, {"as": "owner", "fields": sorted(said)})
        assert fresh(session, Job, name="search.profile_changed") is not None

    def test_the_same_again_is_nothing(self, session, ada, owner):
        assertions.say(session, profile_id=ada.id, values={fields.ABOUT: "Calm."}, speaker=owner)
        assert assertions.say(session, profile_id=ada.id, values={fields.ABOUT: "Calm.", fields.WEBSITE: None}, speaker=owner) == []
        assert len(session.exec(select(FieldAssertion)).all()) == 1

    def test_an_owner_is_above_a_register(self, session, ada, owner, register):
        theirs = register(ada, fields.phone(0), "+14165550100")
        assertions.say(session, profile_id=ada.id, values={fields.phone(0): "+14165550123"}, speaker=owner)
        assert fresh(session, Location, profile_id=ada.id).phone == "+14165550123"
        assert theirs.ended_at is None, "what the register says is still known"

    def test_a_moderator_is_above_an_owner_and_stays(self, session, ada, owner, moderator):
        """Seen to fail without the look at moderators' words."""
        assertions.say(session, profile_id=ada.id, values={fields.ABOUT: "Best."}, speaker=owner)
        assertions.say(session, profile_id=ada.id, values={fields.ABOUT: "Good."}, speaker=moderator)
        with pytest.raises(Refused, match="moderator") as refused:
            assertions.say(session, profile_id=ada.id, values={fields.ABOUT: "Best of all."}, speaker=owner)
        assert refused.value.field == fields.ABOUT
        assert fresh(session, Profile, id=ada.id).about == "Good."

    @pytest.mark.parametrize(
        "field", ["kind", "hair_evidence", "credential:npi/1", "inspection:x/2026-01-01", "identifier:npi", "role:1", "status"]
    )
    def test_some_things_are_not_for_owners_to_say(self, session, ada, owner, field):
        """A register's number, a visit of an inspector. Seen to fail without EDITABLE."""
        with pytest.raises(Refused):
            assertions.say(session, profile_id=ada.id, values={field: "confirmed"}, speaker=owner)

    def test_a_new_name_moves_the_page(self, session, ada, owner):
        old = ada.slug
        assertions.say(session, profile_id=ada.id, values={fields.NAME: "Ada Marsh Hair"}, speaker=owner)
        profile = fresh(session, Profile, id=ada.id)
        assert (profile.name, profile.slug) == ("Ada Marsh Hair", "ada-marsh-hair")
        assert fresh(session, SlugRedirect, slug=old).profile_id == ada.id

    @pytest.mark.parametrize("name", ["Bo Reed", "bo  REED", "B\u043e Reed", "B0 Reed"])
    def test_a_name_of_somebody_in_the_same_city_is_not_taken(self, session, make, ada, owner, name):
        """Nor one that looks like it. Seen to fail without `namesakes`, and comparing the letters alone."""
        make.profile("Bo Reed")
        with pytest.raises(Refused, match="Another profile") as refused:
            assertions.say(session, profile_id=ada.id, values={fields.NAME: name}, speaker=owner)
        assert refused.value.field == fields.NAME

    def test_in_another_city_it_is(self, session, make, ada, owner):
        make.profile("Bo Reed", place=make.place("Fresno"))
        assertions.say(session, profile_id=ada.id, values={fields.NAME: "Bo Reed"}, speaker=owner)
        assert fresh(session, Profile, id=ada.id).name == "Bo Reed"

    def test_a_treatment_says_that_they_work_on_hair(self, session, make, owner):
        """Seen to fail without counting the place anew."""
        make.treatment("smp")
        studio = make.profile("Brow and Ink", hair_evidence=HairEvidence.UNKNOWN)
        service.recount_places(session, [studio.place_id])
        assertions.say(session, profile_id=studio.id, values={fields.offering("smp"): PRICE}, speaker=owner)
        assert fresh(session, Profile, id=studio.id).hair_evidence is HairEvidence.STATED_BY_OWNER
        assert fresh(session, PlaceCount, place_id=studio.place_id).hair_count == 1

    def test_another_address_is_another_city(self, session, make, ada, owner):
        fresno, was = make.place("Fresno"), ada.place_id
        said = {
            "address": "2 New Road",
            "city": "Fresno",
            "region": "CA",
            "postal_code": "93650",
            "country_code": "US",
            "place_id": fresno.id,
        }
        assertions.say(session, profile_id=ada.id, values={fields.address(0): said}, speaker=owner)
        assert fresh(session, Profile, id=ada.id).place_id == fresno.id
        assert fresh(session, PlaceCount, place_id=fresno.id).hair_count == 1
        assert fresh(session, PlaceCount, place_id=was) is None

    def test_what_a_claimant_may_have_typed_proves_nothing(self, session, ada, owner, moderator, register):
        """Seen to fail with owners' words among those of others."""
        register(ada, fields.phone(0), "+14165550100")
        said = {fields.WEBSITE: "https://evil.example", fields.phone(0): "+14165550123"}
        assertions.say(session, profile_id=ada.id, values=said, speaker=owner)
        listed = contacts.listed_before(session, profile_id=ada.id, moment=clock.now())
        assert (listed.websites, listed.phones) == ((), ("+14165550100",))


class TestConfirm:
    def test_it_renews_the_day(self, session, ada, owner):
        assertions.say(session, profile_id=ada.id, values={fields.hours(0): HOURS}, speaker=owner)
        word = session.exec(select(FieldAssertion)).one()
        word.verified_at = word.asserted_at = clock.now() - timedelta(days=90)
        session.flush()
        assertions.confirm(session, profile_id=ada.id, kind="hours", user_id=owner.user_id)
        word = session.exec(select(FieldAssertion)).one()
        assert clock.now() - word.verified_at < timedelta(minutes=1)
        assert clock.now() - word.asserted_at > timedelta(days=89), "the word itself is as old as it was"

    def test_a_register_s_word_becomes_the_owner_s(self, session, ada, owner, register):
        register(ada, fields.offering("smp"), PRICE)
        assertions.confirm(session, profile_id=ada.id, kind="offering", user_id=owner.user_id)
        assert assertions.shown(assertions.holding(session, ada.id))[fields.offering("smp")].rank is OWNER

    @pytest.mark.parametrize("kind", ["hours", "name", "", "phone"])
    def test_nothing_cannot_be_confirmed(self, session, ada, owner, register, kind):
        register(ada, fields.phone(0), "+14165550100")
        register(ada, fields.NAME, "Ada Marsh")
        with pytest.raises(NotFound):
            assertions.confirm(session, profile_id=ada.id, kind=kind, user_id=owner.user_id)


class TestRevert:
    def test_to_what_the_owner_said_before(self, session, ada, owner):
        for words in ("One.", "Two."):
            assertions.say(session, profile_id=ada.id, values={fields.ABOUT: words}, speaker=owner)
        first = session.exec(select(FieldAssertion).order_by(FieldAssertion.id)).first()
        assertions.revert(session, profile_id=ada.id, assertion_id=first.id, speaker=owner)
        assert fresh(session, Profile, id=ada.id).about == "One."
        assert [bool(word.ended_at) for word in session.exec(select(FieldAssertion).order_by(FieldAssertion.id))] == [True, True, False]

    def test_to_what_the_register_says(self, session, ada, owner, register):
        """Its address comes back with its point. Seen to fail with the point left out of the word."""
        said = {"address": "1 Old Road", "city": "Los Angeles", "region": "CA", "postal_code": "", "country_code": "US"}
        theirs = register(ada, fields.address(0), {**said, "place_id": ada.place_id, "lat": 34.0, "lon": -118.2})
        assertions.say(session, profile_id=ada.id, values={fields.address(0): {**said, "address": "2 New Road"}}, speaker=owner)
        assert fresh(session, Location, profile_id=ada.id).lat is None
        assertions.revert(session, profile_id=ada.id, assertion_id=theirs.id, speaker=owner)
        place = fresh(session, Location, profile_id=ada.id)
        assert (place.address, place.lat, place.place_id) == ("1 Old Road", 34.0, ada.place_id)

    def test_a_treatment_of_a_register_comes_back_with_its_record(self, session, ada, owner, register):
        theirs = register(ada, fields.offering("smp"), PRICE)
        assertions.say(session, profile_id=ada.id, values={fields.offering("smp"): None}, speaker=owner)
        assert fresh(session, ServiceOffering, profile_id=ada.id) is None
        assertions.revert(session, profile_id=ada.id, assertion_id=theirs.id, speaker=owner)
        assert fresh(session, ServiceOffering, profile_id=ada.id).source_record_id == theirs.source_record_id

    def test_never_to_another_profile_s_word(self, session, make, ada, owner):
        """Seen to fail without the look at whose it is."""
        other = make.profile("Bo Reed")
        assertions.say(session, profile_id=other.id, values={fields.ABOUT: "Mine."}, speaker=owner)
        word = session.exec(select(FieldAssertion)).one()
        with pytest.raises(NotFound):
            assertions.revert(session, profile_id=ada.id, assertion_id=word.id, speaker=owner)

    def test_an_owner_never_to_a_moderator_s_nor_past_one(self, session, ada, owner, moderator, register):
        theirs = register(ada, fields.WEBSITE, "https://register.example")
        assertions.say(session, profile_id=ada.id, values={fields.WEBSITE: "https://ada.example"}, speaker=owner)
        assertions.say(session, profile_id=ada.id, values={fields.WEBSITE: "https://right.example"}, speaker=moderator)
        for word in session.exec(select(FieldAssertion).where(FieldAssertion.rank != OWNER)).all():
            with pytest.raises(Refused):
                assertions.revert(session, profile_id=ada.id, assertion_id=word.id, speaker=owner)
        assertions.revert(session, profile_id=ada.id, assertion_id=theirs.id, speaker=moderator)
        assert fresh(session, Practitioner, profile_id=ada.id).website == "https://register.example"

    def test_a_false_owner_s_words_are_taken_back(self, session, ada, owner, register):
        register(ada, fields.WEBSITE, "https://register.example")
        said = {fields.WEBSITE: "https://evil.example", fields.ABOUT: "Evil."}
        assertions.say(session, profile_id=ada.id, values=said, speaker=owner)
        assert set(assertions.end_of_owners(session, profile_id=ada.id)) == set(said)
        assert fresh(session, Practitioner, profile_id=ada.id).website == "https://register.example"
        assert fresh(session, Profile, id=ada.id).about == ""
