"""Profiles by their address, cards of a list, facts of a page."""

from datetime import date

import pytest
from sqlmodel import select

from directory.core import clock
from directory.core.errors import Gone, Moved, NotFound
from directory.models.profiles import (
    Credential,
    Identifier,
    Inspection,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    ProfileKind,
    ProfileStatus,
    ServiceOffering,
    SlugRedirect,
)
from directory.models.sources import SourceRecord
from directory.profiles import queries
from tests.counting import statements


class TestBySlug:
    def test_the_address_leads_to_its_profile(self, session, make):
        assert queries.by_slug(session, make.profile(slug="ada").slug).slug == "ada"

    def test_an_old_address_moved_for_good(self, session, make):
        ada = make.profile(slug="ada")
        session.add(SlugRedirect(slug="lady", profile_id=ada.id, created_at=clock.now()))
        session.flush()
        with pytest.raises(Moved) as moved:
            queries.by_slug(session, "lady")
        assert moved.value.to == "/p/ada"

    def test_a_merged_profile_leads_to_the_other(self, session, make):
        ada = make.profile(slug="ada")
        make.profile(slug="lady", status=ProfileStatus.MERGED, merged_into_id=ada.id)
        with pytest.raises(Moved) as moved:
            queries.by_slug(session, "lady")
        assert moved.value.to == "/p/ada"

    def test_what_was_taken_down_is_gone(self, session, make):
        """Seen to fail: without the check of SHOWN."""
        with pytest.raises(Gone):
            queries.by_slug(session, make.profile(status=ProfileStatus.SUPPRESSED_LEGAL).slug)

    def test_a_draft_is_not_there(self, session, make):
        """It never was: nobody is told that somebody is to be listed. Seen to fail: with drafts gone like what was taken down."""
        with pytest.raises(NotFound):
            queries.by_slug(session, make.profile(status=ProfileStatus.IMPORTED_DRAFT).slug)

    @pytest.mark.parametrize("typed", ["dot-and-follicel", "bot-and-follicle", "dot-follicle", "Dot-And-Follicle"])
    def test_an_unknown_address_offers_the_nearest(self, session, make, typed):
        """Seen to fail: without the search for the longest word, `bot-and-...` finds nothing among many."""
        make.profile("Dot & Follicle", slug="dot-and-follicle")
        make.profile(slug="dot-and-follicle-hidden", status=ProfileStatus.SUPPRESSED_LEGAL)
        for number in range(50):
            make.profile(slug=f"bow-{number:03}-xyz")
        with pytest.raises(NotFound) as lost:
            queries.by_slug(session, typed)
        assert lost.value.nearest == (("Dot & Follicle", "/p/dot-and-follicle"),)

    @pytest.mark.parametrize("typed", ["", "-", "%", "\u202e", "x" * 5000, "💈"])
    def test_any_text_may_be_asked_for(self, session, make, typed):
        make.profile(slug="ada")
        with pytest.raises(NotFound):
            queries.by_slug(session, typed)


def full(make, session, name="Studio"):
    """Return a practice with one of everything."""
    studio = make.profile(name, kind=ProfileKind.PRACTICE, review_count=3, stars_4=3, mean_micro=4_000_000, score_micro=3_650_000)
    record = SourceRecord(
        source_id=make.source().id, key=str(studio.id), profile_id=studio.id, raw={}, hash="0" * 64, as_of=date(2026, 1, 1)
    )
    session.add(record)
    session.flush()
    behind = {"profile_id": studio.id, "source_record_id": record.id}
    session.add_all(
        [
            Location(**behind, country_code="US", city="Los Angeles", lat=34.1, lon=-118.3),
            Identifier(**behind, system="register", value=str(studio.id)),
            Inspection(**behind, system="register", inspected_on=date(2025, 1, 1), outcome="Closed"),
            Inspection(**behind, system="register", inspected_on=date(2025, 6, 1), outcome="Pass"),
            Credential(**behind, type="permit", title="Permit", issuer="City", source_url="https://c.example", checked_on=date(2026, 1, 1)),
            Credential(**behind, type="fake", title="Fake", issuer="None", status="false_claim", checked_on=date(2026, 2, 1)),
            ServiceOffering(
                **behind,
                treatment_id=make.treatment("smp").id,
                min_price=50_000,
                currency="USD",
                unit="per_session",
                price_date=date(2026, 1, 1),
            ),
            ServiceOffering(**behind, treatment_id=make.treatment("smp-scar", position=1).id),
        ]
    )
    session.flush()
    return studio


class TestCards:
    def test_a_card_says_what_is_known(self, session, make):
        card = queries.cards(session, [full(make, session).id])[0]
        assert (card.name, card.kind, card.schema_type, card.practitioner_kind) == ("Studio", "practice", "HealthAndBeautyBusiness", None)
        assert (card.place_name, card.place_path) == ("Los Angeles", "us/california/los-angeles")
        assert (card.lat, card.lon) == (34.1, -118.3)
        assert (card.mean, card.count, card.score) == (4.0, 3, 3.65)
        assert card.treatments == ("SMP", "SMP-SCAR")
        assert (card.price.low, card.price.unit, card.price.dated) == (50_000, "per_session", date(2026, 1, 1))
        assert (card.credential.title, card.inspection.outcome) == ("Permit", "Pass")
        assert card.gone_on is None

    def test_what_a_register_says_was_looked_at_on_the_day_of_its_file(self, session, make):
        """Seen to fail: with the day of the credential alone, specialties from a register never stand on a card."""
        ada = make.profile()
        record = SourceRecord(source_id=make.source().id, key="1", profile_id=ada.id, raw={}, hash="", as_of=date(2026, 1, 1))
        session.add(record)
        session.flush()
        said = {"profile_id": ada.id, "source_record_id": record.id, "issuer": "R", "source_url": "https://r.example"}
        session.add(Credential(**said, type="specialty:1", title="Skin"))
        session.add(Credential(**said, type="old", title="Old", checked_on=date(2025, 1, 1)))
        session.flush()
        line = queries.cards(session, [ada.id])[0].credential
        assert (line.title, line.checked_on) == ("Skin", date(2026, 1, 1))
        assert [row.title for row in queries.facts(session, ada).credentials] == ["Old", "Skin"]

    def test_the_order_of_the_ids_stands(self, session, make):
        ids = [make.profile().id for _ in range(4)]
        ids.reverse()
        assert [card.id for card in queries.cards(session, [*ids, 999_999])] == ids

    def test_gone_is_said_when_no_source_holds_it(self, session, make):
        """Seen to fail: with max(gone_on) alone, a profile that one register still holds is called gone."""
        ada = make.profile()
        for key, gone in (("a", date(2026, 3, 1)), ("b", None)):
            session.add(
                SourceRecord(source_id=make.source().id, key=key, profile_id=ada.id, raw={}, hash="", as_of=date(2026, 1, 1), gone_on=gone)
            )
        session.flush()
        assert queries.cards(session, [ada.id])[0].gone_on is None
        still = session.exec(select(SourceRecord).where(SourceRecord.key == "b")).one()
        still.gone_on = date(2026, 4, 1)
        session.flush()
        assert queries.cards(session, [ada.id])[0].gone_on == date(2026, 4, 1)
        session.expire_all()
        assert queries.facts(session, ada).gone_on == date(2026, 4, 1)

    @pytest.mark.parametrize("number", [1, 50])
    def test_two_statements_for_any_number(self, database, session, make, number):
        """Seen to fail: reading `profile.place` per card."""
        ids = [full(make, session, f"Studio {n}").id for n in range(number)]
        session.expire_all()
        with statements(database) as sent:
            assert len(queries.cards(session, ids)) == number
        assert len(sent) == 2


class TestFacts:
    def test_a_page_has_all_facts_in_seven_statements(self, database, session, make):
        """Seen to fail: the region loaded lazily raises."""
        studio = full(make, session)
        for number in range(3):
            person = make.profile(f"Person {number}")
            practitioner = session.exec(select(Practitioner).where(Practitioner.profile_id == person.id)).one()
            practice = session.exec(select(Organization).where(Organization.profile_id == studio.id)).one()
            session.add(PractitionerRole(practitioner_id=practitioner.id, organization_id=practice.id, title="Artist"))
        session.add(Location(profile_id=studio.id, position=1, country_code="US"))
        session.add(Identifier(profile_id=studio.id, system="other", value="1"))
        session.flush()
        profile = queries.by_slug(session, studio.slug)
        session.expunge_all()
        with statements(database) as sent:
            facts = queries.facts(session, profile)
        assert len(sent) <= 7
        assert facts.organization.schema_type == "HealthAndBeautyBusiness"
        assert facts.place.label == "Los Angeles, California, United States"
        assert [location.position for location in facts.locations] == [0, 1]
        assert {identifier.system for identifier in facts.identifiers} == {"register", "other"}
        assert [role.profile.name for role in facts.roles] == ["Person 0", "Person 1", "Person 2"]
        assert {role.kind for role in facts.roles} == {"smp_artist"}
        assert [visit.outcome for visit in facts.inspections] == ["Pass", "Closed"]
        assert [credential.title for credential in facts.credentials] == ["Permit"]
        assert facts.source_of(facts.locations[0].source_record_id).source.name == "A register"
        assert facts.source_of(facts.locations[1].source_record_id) is None

    def test_a_person_works_at_a_practice(self, session, make):
        studio, ada = make.profile("Studio", kind=ProfileKind.PRACTICE), make.profile("Ada")
        practitioner = session.exec(select(Practitioner).where(Practitioner.profile_id == ada.id)).one()
        practice = session.exec(select(Organization).where(Organization.profile_id == studio.id)).one()
        session.add(PractitionerRole(practitioner_id=practitioner.id, organization_id=practice.id))
        session.flush()
        roles = queries.facts(session, ada).roles
        assert [(role.profile.name, role.kind) for role in roles] == [("Studio", None)]
