"""A profile's page never says more than somebody is known to have said."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import select

from directory.accounts import memberships
from directory.core import clock
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.claims import Claim, ClaimStatus
from directory.models.memberships import MembershipRole
from directory.models.profiles import HairEvidence, Inspection, Organization, ProfileStatus
from directory.models.sources import SourceRecord
from directory.profiles import queries, rules
from directory.web import cards
from tests.clients import Visitor, words_of
from tests.queries import count_queries

DAY = datetime(2026, 11, 3, 12, tzinfo=clock.now().tzinfo)


@pytest.fixture
def word(session) -> Any:
    """Write somebody's word on a fact of a profile."""

    def word(profile, field, value, rank, *, at=DAY, record=None, verified=None):
        said = {"profile_id": profile.id, "field": field, "value": value, "rank": rank, "source_record_id": record}
        session.add(FieldAssertion(**said, asserted_at=at, verified_at=verified or at))
        session.commit()

    return word


def page(visitor: Visitor, profile: Any) -> SimpleNamespace:
    answer = visitor.get(f"/p/{profile.slug}")
    return SimpleNamespace(html=answer.text, words=words_of(answer))


def badges(session: Any, profile: Any) -> dict[str, str]:
    """The badges of its card with their tones."""
    (card,) = queries.cards(session, [profile.id])
    return {str(one["label"]): one["tone"] for one in cards.item(card, cards.How())["badges"]}


class TestHairWork:
    @pytest.mark.parametrize("rank", [None, AssertionRank.GUESS, AssertionRank.OWNER])
    def test_there_is_no_green_where_nobody_is_known_who_looked(self, session, world, visitor, word, rank):
        """On the page and on the card; nobody confirms their own. Seen to fail with the badge by the column alone, on either."""
        ada = world.profile()
        if rank:
            word(ada, "hair_evidence", "confirmed", rank)
        shown = page(visitor, ada)
        assert "badge--good" not in shown.html
        assert "Hair work confirmed" in shown.words
        assert "Who confirmed it is not known." in shown.words
        assert badges(session, ada)["Hair work confirmed"] == "line"

    def test_a_moderator_who_looked_is_named_with_the_day(self, session, world, visitor, word):
        """Seen to fail without the note, and with GUESS among those that vouch."""
        ada = world.profile()
        word(ada, "hair_evidence", "confirmed", AssertionRank.MODERATOR)
        shown = page(visitor, ada)
        assert "badge--good" in shown.html
        assert "A moderator of this site looked, and confirmed it on 3 Nov 2026." in shown.words
        assert badges(session, ada)["Hair work confirmed"] == "good"

    def test_a_list_that_says_so_is_named_with_its_day(self, session, world, visitor, word):
        """Seen to fail with the record left out of the sentence."""
        studio = world.studio(hair_evidence=HairEvidence.CONFIRMED)
        record = session.exec(select(SourceRecord).where(SourceRecord.profile_id == studio.id)).one()
        word(studio, "hair_evidence", "confirmed", AssertionRank.REGISTER, record=record.id)
        assert "Confirmed by BodySafe, City of Toronto, as of 31 Jul 2024." in page(visitor, studio).words
        assert badges(session, studio)["Hair work confirmed"] == "good"

    def test_the_word_of_an_owner_is_called_that_and_is_explained(self, world, visitor, word):
        """Seen to fail without the link, and with a link to a part that is not there."""
        ada = world.profile(hair_evidence=HairEvidence.STATED_BY_OWNER)
        word(ada, "hair_evidence", "stated_by_owner", AssertionRank.OWNER)
        shown = page(visitor, ada)
        assert "The owner said so on 3 Nov 2026. Nobody has checked it." in shown.words
        assert 'href="/how-ratings-work#what-we-know-of-their-hair-work"' in shown.html
        assert 'id="what-we-know-of-their-hair-work"' in visitor.get("/how-ratings-work").text


class TestFacts:
    def test_what_nobody_is_known_to_have_said_is_said_to_have_no_known_source(self, world, visitor, word):
        """Also where there is no word at all. Seen to fail with "Stated by the owner" there."""
        ada = world.profile(offers=[])
        assert "The source of these facts is not known." in page(visitor, ada).words
        word(ada, "address:0", {}, AssertionRank.GUESS)
        shown = page(visitor, ada).words
        assert "The source of these facts is not known." in shown
        assert "Nobody has confirmed this" not in shown
        assert "Stated by the owner" not in shown

    def test_which_facts_are_whose_is_said_where_they_are_of_several(self, session, world, visitor, word):
        """Seen to fail without the names, and with the names where all is of one."""
        studio = world.studio()
        assert "From there" not in page(visitor, studio).words
        record = session.exec(select(SourceRecord).where(SourceRecord.profile_id == studio.id)).one()
        word(studio, "address:0", {}, AssertionRank.REGISTER, record=record.id)
        row = session.exec(select(Organization).where(Organization.profile_id == studio.id)).one()
        row.website = "https://studio.example"
        session.add(row)
        word(studio, "website", row.website, AssertionRank.OWNER)
        studio.accepting_clients = True
        session.add(studio)
        word(studio, "accepting_clients", True, AssertionRank.OWNER)
        shown = page(visitor, studio).words
        assert "From there: address, BodySafe number." in shown
        assert "Stated by the practice on 3 Nov 2026 : website, new clients." in shown

    def test_they_say_they_offer_only_what_they_said(self, world, visitor, word):
        """Seen to fail with one caption for all."""
        ada = world.profile()
        assert "Treatments listed here" in page(visitor, ada).words
        word(ada, "offering:smp", {}, AssertionRank.GUESS)
        assert "Treatments they say" not in page(visitor, ada).words
        word(ada, "offering:smp", {}, AssertionRank.OWNER)
        assert "Treatments they say they offer" in page(visitor, ada).words

    @pytest.mark.parametrize(("verified", "is_said"), [(date(2022, 10, 10), False), (date(2026, 8, 11), True), (date(2026, 9, 1), True)])
    def test_a_confirmation_older_than_the_price_is_left_out(self, world, visitor, word, verified, is_said):
        """The price is of 11 Aug 2026. Seen to fail without the comparison."""
        ada = world.profile()
        at = datetime(verified.year, verified.month, verified.day, tzinfo=DAY.tzinfo)
        word(ada, "offering:smp", {}, AssertionRank.OWNER, at=at)
        assert ("Prices last confirmed on" in page(visitor, ada).words) is is_said


class TestInspections:
    def test_the_day_on_which_a_visit_is_too_old(self):
        """Seen to fail with 23 months, and with the day itself counted as too old."""
        today = date(2026, 11, 26)
        assert not rules.is_old_visit(date(2024, 11, 26), today=today)
        assert rules.is_old_visit(date(2024, 11, 25), today=today)

    @pytest.mark.parametrize(("ago", "tone"), [(30, "good"), (800, "")])
    def test_an_old_visit_has_no_colour(self, session, world, visitor, ago, tone):
        """On the card and on the page. Seen to fail with the tone by the outcome alone, on either."""
        studio = world.studio()
        for visit in session.exec(select(Inspection).where(Inspection.profile_id == studio.id)).all():
            visit.inspected_on, visit.outcome = clock.today() - timedelta(days=ago + visit.id), "Pass"
            session.add(visit)
        session.commit()
        (card,) = queries.cards(session, [studio.id])
        (line,) = [one for one in cards.item(card, cards.How())["lines"] if "inspection" in one["text"]]
        assert line["tone"] == tone
        assert ("badge--good" in page(visitor, studio).html) is bool(tone)


class TestClaimed:
    @pytest.fixture
    def held(self, session, make, world):
        ada = world.profile(status=ProfileStatus.CLAIMED)
        owner = make.user()
        memberships.grant(session, user_id=owner.id, profile_id=ada.id, role=MembershipRole.OWNER)
        claim = {"status": ClaimStatus.APPROVED, "role": MembershipRole.OWNER, "decided_at": DAY, "created_at": DAY, "updated_at": DAY}
        session.add(Claim(profile_id=ada.id, user_id=owner.id, expires_at=DAY, **claim))
        session.commit()
        return ada, owner

    def test_it_is_seen_in_the_head_and_on_the_card_and_is_never_green(self, session, world, visitor, held):
        """Seen to fail without the badge on either, and with the tone "good"."""
        shown = page(visitor, held[0])
        assert "Claimed: somebody showed us that they act for it." in shown.words
        assert "Since 3 Nov 2026." in shown.words
        assert "Do you act for it too?" in shown.words
        assert badges(session, held[0])["Claimed"] == "line"
        assert "badge--good" not in shown.html
        other = world.profile()
        assert "Claimed" not in badges(session, other)
        assert "Claimed" not in page(visitor, other).words

    def test_whoever_acts_for_it_is_led_to_its_pages_and_nobody_else(self, app, make, database, visitor, held):
        """Seen to fail with the panel for all, and for all who are signed in."""
        ada, owner = held
        way = f'href="/manage/{ada.slug}"'
        acting = Visitor(app).sign_in(owner)
        with count_queries(database) as queries_asked:
            mine = page(acting, ada)
        assert queries_asked.repeated == []
        assert "You act for this page" in mine.words
        assert way in mine.html
        assert "Do you act for it too?" not in mine.words
        for other in (visitor, Visitor(app).sign_in(make.user())):
            shown = page(other, ada)
            assert way not in shown.html
            assert "You act for this page" not in shown.words
