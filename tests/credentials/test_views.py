"""Credentials, who does the work and what the law asks, as visitors, owners and moderators see them."""

import re
from datetime import date, timedelta

import pytest
from sqlmodel import select

from directory.accounts import memberships
from directory.core import clock
from directory.credentials import rules, service
from directory.credentials.service import Outcome, Stated
from directory.disclosures import rules as disclosures
from directory.models.disclosures import PerformedBy, TeamDisclosure
from directory.models.memberships import MembershipRole
from directory.models.profiles import CredentialStatus, Organization, PractitionerKind, PractitionerRole, ProfileKind, ServiceOffering
from directory.models.treatments import TreatmentFamily
from directory.profiles import queries as profiles
from directory.provenance import stating
from directory.treatments import queries as treatments
from directory.web import cards
from tests.clients import Visitor, words_of
from tests.queries import count_queries
from tests.world import World

SEEN = "https://register.example/7"


@pytest.fixture
def world(session, make):
    return World(session, make)


@pytest.fixture
def ada(world, session):
    profile = world.profile("Ada Marsh")
    session.commit()
    return profile


@pytest.fixture
def owner(session, make, ada):
    user = make.user()
    memberships.grant(session, user_id=user.id, profile_id=ada.id, role=MembershipRole.OWNER)
    session.commit()
    return user


def page(app, profile) -> str:
    return words_of(Visitor(app).get(f"/p/{profile.slug}"))


def stated(session, ada, owner, code="ishrs_member", **more):
    row = service.add(session, profile_id=ada.id, kind=ada.kind, user_id=owner.id, code=code, stated=Stated(**more))
    session.commit()
    return row


class TestOwnerToPage:
    def test_from_the_form_to_the_page_to_the_moderator_and_back(self, app, session, make, ada, owner):
        """T-30. Seen to fail with the fixed words left out of the page, and with the look shown before it."""
        visitor = Visitor(app).sign_in(owner)
        answer = visitor.send(
            f"/manage/{ada.slug}/credentials/add", code="ishrs_member", title="Certified!", reference="7", expires_on="2030-05-01"
        )
        assert "as stated by you" in words_of(answer)
        said = page(app, ada)
        assert "Member of the ISHRS (membership, not certification) 7" in said
        assert "Certified!" not in said
        assert "Stated by the practice, not checked." in said
        moderator = Visitor(app).sign_in(make.moderator())
        assert "Member of the ISHRS" in words_of(moderator.get("/moderation/credentials"))
        row = profiles.facts(session, ada).credentials[-1]
        found = moderator.send(
            f"/moderation/credentials/{row.id}", outcome="found", source_url="https://ishrs.org/doctor/7", reason="It stands in their list."
        )
        assert "Whoever stated it gets a mail" in words_of(found)
        assert "Nothing waits" in words_of(found)
        today = clock.today().strftime("%-d %b %Y")
        assert f"Checked on {today} at ishrs.org." in page(app, ada)
        assert "It stands in their list." in words_of(visitor.get(f"/manage/{ada.slug}/credentials"))

    def test_changed_and_removed(self, app, session, ada, owner):
        """Seen to fail with the look kept after a change."""
        row = stated(session, ada, owner, reference="7")
        visitor = Visitor(app).sign_in(owner)
        visitor.send(f"/manage/{ada.slug}/credentials/{row.id}", reference="8")
        assert "not certification) 8" in page(app, ada)
        visitor.send(f"/manage/{ada.slug}/credentials/{row.id}/remove")
        assert "ISHRS (membership" not in page(app, ada)

    def test_what_was_typed_wrong_is_said_beside_it(self, app, ada, owner):
        """Seen to fail with the library's own words."""
        visitor = Visitor(app).sign_in(owner)
        path = f"/manage/{ada.slug}/credentials/add"
        wrong = visitor.send(path, code="medical_licence", issuer="Board", expires_on="soon")
        assert wrong.status_code == 422
        assert "Write the day as year, month and day" in words_of(wrong)
        assert "Write who gave it." in words_of(visitor.send(path, code="medical_licence"))
        assert "Write what it is called." in words_of(visitor.send(path, code="other", issuer="Me"))

    def test_all_that_is_wrong_is_said_at_once(self, app, session, ada, owner):
        """Seen to fail with what the service finds first alone."""
        visitor = Visitor(app).sign_in(owner)
        path = f"/manage/{ada.slug}/credentials/add"
        days = {"issued_on": "2999-01-01", "expires_on": "soon"}
        page = words_of(visitor.send(path, code="other", source_url="http://x.example", **days))
        assert "5 answers need a look" in page
        for said in ("Write what it is called.", "Write who gave it.", "lies in the future", "Write the day as", "beginning with https://"):
            assert said in page
        row = stated(session, ada, owner, "other", title="First aid", issuer="Sample Cross")
        page = words_of(visitor.send(f"/manage/{ada.slug}/credentials/{row.id}", title="", issuer="", source_url="x"))
        assert "3 answers need a look" in page

    def test_what_another_country_gives_stands_last_in_the_list(self, app, session, ada, owner):
        """Seen to fail with the country left out of the question."""
        page = Visitor(app).sign_in(owner).get(f"/manage/{ada.slug}/credentials/add").text
        assert re.findall(r'<option value="(\w+)">', page)[-2:] == ["npi_number", "other"]


class TestClock:
    def test_the_page_knows_the_clock_before_any_job_runs(self, app, session, make, ada, owner):
        """Seen to fail with the state of the row alone."""
        row = stated(session, ada, owner)
        service.decide(session, credential_id=row.id, moderator_id=make.moderator().id, outcome=Outcome.FOUND, source_url=SEEN, reason="x")
        row.checked_on = rules.later(clock.today(), -12) - timedelta(days=1)
        session.add(row)
        session.commit()
        yesterday = clock.today() - timedelta(days=1)
        assert f"Unconfirmed since {yesterday.strftime('%-d %b %Y')}." in page(app, ada)
        assert row.status is CredentialStatus.CHECKED_OK
        row.expires_on = yesterday
        session.add(row)
        session.commit()
        assert f"Expired on {yesterday.strftime('%-d %b %Y')}." in page(app, ada)

    def test_a_card_is_never_ahead_of_the_page(self, session, make, ada):
        """Seen to fail with the state of the row on the card."""
        make.credential(ada, status=CredentialStatus.CHECKED_OK, checked_on=clock.today(), source_url=SEEN, expires_on=date(2026, 1, 1))
        (card,) = profiles.cards(session, [ada.id])
        (line, *_rest) = cards.item(card, cards.How())["lines"]
        assert "not confirmed" in line["text"]


class TestDisclosure:
    @pytest.fixture
    def operates(self, session, ada):
        """Ada offers transplants, too."""
        session.add(ServiceOffering(profile_id=ada.id, treatment_id=treatments.by_code(session, "fue").id))
        stating.state(session, profile_id=ada.id, field="offering:fue", value={"min_price": None}, user_id=None)
        session.commit()

    def test_who_only_pigments_is_not_asked_about_grafts(self, app, session, ada, owner):
        """Seen to fail with all questions for everybody."""
        visitor, here = Visitor(app).sign_in(owner), f"/manage/{ada.slug}/team-work"
        assert "Who plans, who draws, who works on the skin." in words_of(visitor.get(f"/manage/{ada.slug}/facts"))
        form = words_of(visitor.get(here))
        assert "Works the pigment into the skin" in form
        assert "graft" not in form
        answer = visitor.send(here, implantation="smp_artist", patients_per_day="2", is_insured="")
        said = words_of(answer)
        assert "Works the pigment into the skin An SMP artist" in said
        assert "graft" not in said

    def test_what_was_said_is_shown_whatever_they_offer(self, app, session, ada):
        """Seen to fail with the steps by the work alone: a practice that stops naming transplants hid who cut."""
        session.add(TeamDisclosure(profile_id=ada.id, sites=PerformedBy.TECHNICIAN, stated_at=clock.now()))
        session.commit()
        assert "Makes the sites: the cuts that the grafts go into A technician" in page(app, ada)

    def test_the_work_decides_what_is_asked(self):
        """By treatments and professions. Seen to fail without surgeons, and with one label for grafts and pigment."""
        smp, fue, surgeon = TreatmentFamily.SMP, TreatmentFamily.TRANSPLANT, PractitionerKind.SURGEON
        last = {
            (): "Works the pigment into the skin",
            (smp,): "Works the pigment into the skin",
            (fue,): "Places the grafts",
            (smp, fue): "Places the grafts or the pigment",
        }
        for families, label in last.items():
            tasks = disclosures.asked(disclosures.work(families, [None]))
            assert tasks["implantation"] == label
            assert ("sites" in tasks) is ("extraction" in tasks) is (fue in families)
        assert "sites" in disclosures.asked(disclosures.work([], [None, surgeon]))

    def test_what_is_said_stands_on_the_page_with_its_day_and_what_is_open_as_not_said(self, app, session, ada, owner, operates):
        """Seen to fail with open answers left out."""
        visitor = Visitor(app).sign_in(owner)
        assert "Who plans, who makes the cuts" in words_of(visitor.get(f"/manage/{ada.slug}/facts"))
        answer = visitor.send(
            f"/manage/{ada.slug}/team-work", sites="physician", extraction="technician", patients_per_day="2", is_insured=""
        )
        said = words_of(answer)
        assert "Makes the sites: the cuts that the grafts go into A physician No reports yet" in said
        assert "Designs the hairline or the pattern Not said No reports yet" in said
        assert "Patients on one day At most 2" in said
        assert "Everybody involved is insured Not said" in said
        assert f"Stated by the practice on {clock.today().strftime('%-d %b %Y')}." in said
        assert "Not confirmed since." not in said
        assert "Ask who cuts" in said

    def test_after_a_year_it_is_not_confirmed(self, app, session, ada, owner):
        """Seen to fail without `is_old`; and the form asks to confirm it."""
        session.add(TeamDisclosure(profile_id=ada.id, sites=PerformedBy.NURSE, stated_at=clock.now() - timedelta(days=366)))
        session.commit()
        assert "Not confirmed since." in page(app, ada)
        assert "save again to confirm it" in words_of(Visitor(app).sign_in(owner).get(f"/manage/{ada.slug}/team-work"))

    def test_whoever_operates_and_says_nothing_is_said_to_say_nothing(self, app, session, world):
        """Seen to fail with the section left out."""
        surgeon, artist = world.profile("Cy Sample", offers=["fue"]), world.profile("Di Sample", offers=["smp"])
        session.commit()
        assert "The practice has not said who does the work." in page(app, surgeon)
        assert "Who does the work" not in page(app, artist)

    @pytest.mark.parametrize("typed", ["0", "51", "many", "-1", "1e3", "9" * 30])
    def test_a_number_that_cannot_be_is_refused(self, app, ada, owner, typed):
        """Seen to fail with the library's own words, and with 500 for what no column holds."""
        wrong = Visitor(app).sign_in(owner).send(f"/manage/{ada.slug}/team-work", patients_per_day=typed)
        assert wrong.status_code == 422
        assert "leave it open" in words_of(wrong)


class TestLaw:
    @pytest.fixture
    def charleston(self, make):
        return make.place("Charleston", region="South Carolina", country="US")

    def test_the_rule_stands_with_its_source_and_its_day(self, app, ada):
        """Seen to fail without the day."""
        said = page(app, ada)
        assert "What the law asks here" in said
        assert "Ontario Regulation 136/18" in said
        assert "Read on 26 Nov 2026." in said
        assert "No licence of the person is asked for here" in said
        assert "Seems to fit" not in said
        assert "BodySafe" in said

    def test_no_green_where_nothing_was_checked(self, app, session, world, ada):
        """Seen to fail with the tone "good" for whoever needs no licence, and with the town's note at the whole province."""
        assert "notice--good" not in Visitor(app).get(f"/p/{ada.slug}").text
        cy = world.profile("Cy Sample", place=world.hamilton, offers=["smp", "fue"])
        session.commit()
        said = page(app, cy)
        assert "What the law asks here on scalp micropigmentation, hair transplants" in said
        assert "We have not looked up the law on hair transplants here." in said
        assert "BodySafe" not in said

    def test_a_conflict_stands_on_the_page_and_on_the_card(self, app, session, world, charleston):
        """T-31. Seen to fail with the card's line left out."""
        bo = world.profile("Bo Reed", place=charleston)
        session.commit()
        assert "Does not fit what this page says" in page(app, bo)
        assert "May not fit what the law asks here" in words_of(Visitor(app).get("/us/south-carolina/charleston/"))

    def test_a_card_says_nothing_where_nothing_conflicts(self, session, world, ada):
        """Seen to fail with every verdict on the card."""
        (card,) = profiles.cards(session, [ada.id])
        assert card.conflicts == ()

    def test_card_and_page_say_the_same_of_whoever_works_at_a_clinic(self, session, make, world, charleston):
        """Seen to fail with the practice left out of either."""
        bo = world.profile("Bo Reed", place=charleston)
        assert len(profiles.cards(session, [bo.id])[0].conflicts) == 1
        clinic = make.profile("Sample Clinic", kind=ProfileKind.PRACTICE, place=charleston)
        practice = session.exec(select(Organization).where(Organization.profile_id == clinic.id)).one()
        practice.schema_type = "MedicalClinic"
        facts = profiles.facts(session, bo)
        session.add(PractitionerRole(practitioner_id=facts.practitioner.id, organization_id=practice.id))
        session.flush()
        assert profiles.cards(session, [bo.id])[0].conflicts == ()
        assert profiles.facts(session, bo).says(clock.today()).at_clinic

    def test_nothing_is_asked_of_the_database_for_it(self, session, database, world, charleston):
        """Seen to fail with a SELECT of its own."""
        bo = world.profile("Bo Reed", place=charleston)
        with count_queries(database) as queries:
            profiles.cards(session, [bo.id])
        assert len(queries.selects) == 2
