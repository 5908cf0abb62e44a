"""A profile's page in a browser without scripts."""

import json
import re
from typing import Any

import pytest
from sqlmodel import Session, select

from directory.core import clock
from directory.core.db import Database
from directory.models.profiles import (
    HairEvidence,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Profile,
    ProfileKind,
    ProfileStatus,
    SlugRedirect,
)
from directory.web import cards
from tests.clients import Visitor, words_of
from tests.factories import Make
from tests.queries import count_queries
from tests.world import World

#: However much there is on it, a profile's page asks no more than this, and two more for who is signed in.
SELECTS = 12


def at(profile: Profile) -> str:
    return f"/p/{profile.slug}"


def nodes(page: Any) -> list[dict[str, Any]]:
    """The facts for search engines."""
    return [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.S)]


class TestWho:
    def test_the_head_says_who_and_where(self, world: World, visitor: Visitor):
        """Seen to fail without the place in `_kind_line`."""
        page = visitor.get(at(world.profile("Ada Marsh", stars=[5, 4, 4])))
        words = words_of(page)
        assert "Ada Marsh SMP artist, Toronto, Ontario, Canada" in words
        assert "Hair work confirmed" in words
        assert "4.3" in words
        assert "average of 3 reviews" in words

    @pytest.mark.parametrize("stars", [[], [5], [1, 5]])
    def test_under_three_reviews_there_is_no_average(self, world, visitor, stars):
        """T-27. Seen to fail with MIN_SHOWN at 1."""
        page = visitor.get(at(world.profile(stars=stars)))
        assert "AggregateRating" not in page.text
        assert 'class="score__value" aria-hidden' not in page.text
        assert "No reviews yet" in page.text if not stars else "too few for a score" in page.text

    def test_what_is_not_known_is_said(self, world, visitor):
        """Seen to fail with unknown facts left out of `pairs`."""
        words = words_of(visitor.get(at(world.studio())))
        assert "Phone Not known" in words
        assert "Opening hours Not known" in words

    def test_a_call_and_the_way_there(self, world, visitor):
        """Seen to fail with latitude and longitude changed round."""
        page = visitor.get(at(world.profile())).text
        assert '<a href="tel:+14165550100">+1 416-555-0100</a>' in page
        assert 'href="https://www.openstreetmap.org/directions?route=%3B43.700000%2C-79.400000" rel="noopener noreferrer"' in page

    def test_opening_hours_are_local_and_never_relative(self, world, session, visitor):
        """Seen to fail with a day's name left out."""
        ada = world.profile()
        location = session.exec(select(Location).where(Location.profile_id == ada.id)).one()
        location.hours = {"mo": [["09:00", "12:00"], ["13:00", "17:00"]], "su": []}
        session.add(location)
        session.commit()
        words = words_of(visitor.get(at(ada)))
        assert "Monday: 09:00-12:00, 13:00-17:00 Sunday: closed Local time in Toronto" in words
        assert "open now" not in words.lower()

    def test_languages_are_named(self, world, session, visitor):
        """A tag that nobody knows is printed as it is. Seen to fail without the guard in `language`."""
        ada = world.profile()
        person = session.exec(select(Practitioner).where(Practitioner.profile_id == ada.id)).one()
        person.languages, person.year_started = ["en", "pt-BR", "xx-nonsense-", ""], 2011
        session.add(person)
        session.commit()
        words = words_of(visitor.get(at(ada)))
        assert "English, Portuguese (Brazil)" in words
        assert "Working since 2011" in words

    def test_a_person_and_their_practice_lead_to_each_other(self, world, session, visitor):
        """Seen to fail with the roles of persons alone."""
        ada, studio = world.profile("Ada Marsh"), world.studio("Plainline")
        person = session.exec(select(Practitioner).where(Practitioner.profile_id == ada.id)).one()
        practice = session.exec(select(Organization).where(Organization.profile_id == studio.id)).one()
        session.add(PractitionerRole(practitioner_id=person.id, organization_id=practice.id, title="Owner"))
        session.commit()
        assert f'SMP artist at <a href="{at(studio)}">Plainline</a>' in visitor.get(at(ada)).text
        page = visitor.get(at(studio))
        assert f'href="{at(ada)}"' in page.text
        assert "Who works here" in words_of(page)

    def test_a_range_of_prices_says_its_currency_once(self):
        """Seen to fail with the currency before both."""
        assert cards.price_range(190000, 260000, "USD") == "$1,900-2,600"
        assert cards.price_range(190000, 190000, "USD") == cards.price_range(190000, None, "USD") == "$1,900"
        assert cards.price_range(190050, 260000, "TRY") == "TRY1,900.50-2,600"

    def test_names_and_texts_are_never_markup(self, world, session, visitor):
        """Over-long, right-to-left and hostile text stands as text. Seen to fail with the name as Markup."""
        ada = world.profile('<script>alert(1)</script> "&\u202e' + "Ł" * 150, about="**bold** <img src=x onerror=alert(1)> 🙂")
        practice = world.make.profile(kind=ProfileKind.PRACTICE, place=world.toronto)
        row = session.exec(select(Organization).where(Organization.profile_id == practice.id)).one()
        row.website = "javascript:alert(1)"
        session.add(row)
        session.commit()
        page = visitor.get(at(ada))
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<strong>bold</strong>" in page.text
        assert "javascript:" not in visitor.get(at(practice)).text


class TestSources:
    def test_every_register_fact_has_its_source_and_day(self, world, visitor):
        """Seen to fail without `from_sources` below the inspections."""
        page = visitor.get(at(world.studio()))
        words = words_of(page)
        assert words.count("Source: BodySafe, City of Toronto . As of 31 Jul 2024 . Licence: Open Government Licence") == 2
        assert 'href="https://register.example/licence"' in page.text
        assert "Conditional Pass" in words
        assert "Minor: Sharps container over the line. Corrected" in words
        assert "BodySafe number" in words

    def test_what_an_entry_does_not_prove(self, world, visitor):
        """Each register in its own words. Seen to fail with one text for all."""
        assert "does not tell brows from scalp" in words_of(visitor.get(at(world.studio())))
        assert "does not prove a licence in good standing" in words_of(visitor.get(at(world.studio(code="nppes"))))
        assert "somebody wrote it down on that day" in words_of(visitor.get(at(world.studio(code="sheet:x"))))
        assert "What a register entry does not prove" not in words_of(visitor.get(at(world.profile())))

    def test_whoever_left_a_register_is_said_to_have_and_for_what_they_stay(self, world, visitor):
        """Seen to fail without `gone_note`."""
        studio = world.studio(status=ProfileStatus.DELISTED)
        world.gone(studio, still=("Aesthetics", "Nails"))
        words = words_of(visitor.get(at(studio)))
        assert "The city's file of 31 Jul 2024 lists this place no longer for micropigmentation." in words
        assert "Still listed there: Aesthetics, Nails." in words
        assert "No longer in its file of 31 Jul 2024" in words

    def test_credentials_are_shown_with_their_source_and_day(self, world, visitor):
        """T-30. Seen to fail without the day."""
        words = words_of(visitor.get(at(world.profile())))
        assert "A course A course that was attended. It is no licence. Source: A school . Checked 3 Nov 2026" in words

    def test_prices_have_their_day(self, world, visitor):
        """Seen to fail without the column."""
        words = words_of(visitor.get(at(world.profile(offers=["smp", "fue"]))))
        assert "Scalp micropigmentation CA$1,900 in total 11 Aug 2026" in words


class TestStates:
    @pytest.mark.parametrize(("status", "said"), [(ProfileStatus.CLOSED, "has closed"), (ProfileStatus.MOVED, "no longer at this address")])
    def test_who_is_not_there_any_more_is_said(self, world, visitor, status, said):
        """Seen to fail without the notice."""
        page = visitor.get(at(world.profile(status=status)))
        assert page.status_code == 200
        assert said in words_of(page)
        assert "noindex" in page.text
        assert nodes(page) == []

    def test_what_was_taken_down_is_gone(self, world, visitor):
        """Seen to fail with SHOWN holding all."""
        page = visitor.get(at(world.profile(status=ProfileStatus.SUPPRESSED_LEGAL)))
        assert page.status_code == 410
        assert "noindex" in page.headers["X-Robots-Tag"]

    def test_an_old_address_leads_to_the_new(self, world, session, visitor):
        """Seen to fail with 302."""
        ada = world.profile()
        session.add(SlugRedirect(slug="lady", profile_id=ada.id, created_at=clock.now()))
        session.commit()
        answer = visitor.get("/p/lady", follow=False)
        assert (answer.status_code, answer.headers["Location"]) == (301, at(ada))

    def test_an_unknown_address_names_the_nearest(self, world, visitor):
        """Seen to fail without `nearest`."""
        ada = world.profile("Dot and Follicle", slug="dot-and-follicle")
        page = visitor.get("/p/dot-and-folicle")
        assert page.status_code == 404
        assert f'href="{at(ada)}"' in page.text


class TestSearchEngines:
    def test_a_real_profile_says_what_it_is(self, world, visitor):
        """T-26: the plain mean of our own reviews, and those alone. Seen to fail with the weighted score."""
        ada = world.profile("Ada </script> Marsh", stars=[5, 4, 4], place=world.toronto)
        page = visitor.get(at(ada))
        business, crumbs = nodes(page)
        assert business["@type"] == "LocalBusiness"
        assert business["name"] == "Ada </script> Marsh"
        assert business["aggregateRating"]["ratingValue"] == "4.3"
        assert business["aggregateRating"]["reviewCount"] == len(business["review"]) == 3
        assert business["address"]["addressLocality"] == "Toronto"
        assert business["telephone"] == "+14165550100"
        assert [item["name"] for item in crumbs["itemListElement"]] == ["Places", "Canada", "Ontario", "Toronto", ada.name]
        assert crumbs["itemListElement"][1]["item"] == "http://localhost:8000/ca/"
        assert "noindex" not in page.text
        assert page.text.count("</script>") == page.text.count("<script")

    def test_a_practice_has_its_own_type(self, world, visitor):
        """Seen to fail with LocalBusiness alone."""
        assert nodes(visitor.get(at(world.studio())))[0]["@type"] == ["HealthAndBeautyBusiness", "LocalBusiness"]

    def test_too_few_reviews_are_not_marked_up(self, world, visitor):
        """T-27. Seen to fail with the rating from one review on."""
        business = nodes(visitor.get(at(world.profile(stars=[5, 5]))))[0]
        assert "aggregateRating" not in business
        assert "review" not in business

    def test_made_up_people_say_nothing(self, world, visitor):
        """T-6. Seen to fail with the sample's rating in JSON-LD."""
        page = visitor.get(at(world.profile(stars=[5, 5, 5], is_sample=True)))
        assert nodes(page) == []
        assert "noindex" in page.text
        assert "Every person, practice, price and review shown here is made up" in words_of(page)


class TestQueries:
    def test_a_profile_asks_the_same_for_one_row_and_for_fifty(
        self, world: World, session: Session, make: Make, visitor: Visitor, database: Database
    ):
        """Seen to fail with the author of each review loaded by itself."""
        counts = []
        for many in (1, 50):
            codes = [f"code-{number}" for number in range(many)]
            for code in codes:
                make.treatment(code)
            ada = world.profile(offers=codes, stars=[4] * many)
            for _ in range(many):
                make.comment(profile=ada)
            session.commit()
            visitor.get(at(ada))
            with count_queries(database) as queries:
                assert visitor.get(at(ada)).status_code == 200
            counts.append(len(queries.selects))
            assert queries.repeated == []
            assert queries.writes == []
        assert counts[0] == counts[1] <= SELECTS

    def test_who_is_signed_in_costs_two_more_at_most(self, world, make, visitor, database):
        """Seen to fail with three."""
        ada = world.profile(stars=[4, 4, 4])
        visitor.sign_in(make.user())
        with count_queries(database) as queries:
            visitor.get(at(ada))
        assert len(queries.selects) <= SELECTS + 2


def test_evidence_is_said_in_three_ways(world, visitor):
    """Seen to fail with one badge for all."""
    said = {
        HairEvidence.CONFIRMED: "Hair work confirmed",
        HairEvidence.STATED_BY_OWNER: "Hair work stated by the owner",
        HairEvidence.UNKNOWN: "Hair work not confirmed",
    }
    for evidence, words in said.items():
        assert words in words_of(visitor.get(at(world.profile(hair_evidence=evidence))))
