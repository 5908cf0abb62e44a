"""The sample data before it is written: invented, labelled, plausible, and the same every time."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.numbers import get_currency_precision

from directory.accounts import rules as account_rules
from directory.ingest.check import MAX_INTEGER
from directory.models.profiles import LISTED, HairEvidence, PractitionerKind, PriceUnit, ProfileStatus
from directory.reviews import rules as review_rules
from directory.sample import days, generate, phones, prices, profiles, shelf, tales
from directory.treatments import rules as treatments

HOUSE = Path(__file__).resolve().parents[2]
DOMAIN = re.compile(r"(?:https?://|@)([\w.-]+)")


def digest(sample):
    """Return a fingerprint of all rows; each row is written in the order of its columns."""
    return hashlib.sha256(repr((sample.authors, sample.profiles, sample.reviews, sample.comments)).encode()).hexdigest()


class TestSame:
    def test_every_time_and_in_every_process(self, small):
        """Seen to fail: choosing from `set(said)` in `Book.say`."""
        code = (
            "from tests.sample.test_generate import digest; from directory.sample.generate import generate;"
            "from tests.sample.conftest import PEOPLE, REVIEWS; print(digest(generate(practitioners=PEOPLE, reviews=REVIEWS)))"
        )
        for seed in ("1", "2"):
            made = subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONHASHSEED": seed},
                cwd=HOUSE,
                capture_output=True,
                text=True,
                check=True,
            )
            assert made.stdout.strip() == digest(small)

    def test_it_does_not_look_at_the_clock(self, whole):
        """Seen to fail: `clock.today()` for the day on which prices were read."""
        last = datetime.combine(days.SAMPLE_DAY, datetime.max.time(), UTC)
        for profile in whole.profiles:
            assert profile.row["created_at"] <= profile.row["updated_at"] <= last
            assert all(row["price_date"] is None or row["price_date"] <= days.SAMPLE_DAY for row in profile.offerings)
            assert all(row["checked_on"] is None or row["checked_on"] <= days.SAMPLE_DAY for row in profile.credentials)
        for row in [item.row for item in (*whole.reviews, *whole.comments)]:
            assert row["created_at"] <= last

    def test_a_beginning_of_the_people_is_the_same_people(self, small, whole):
        """Seen to fail: cities drawn by chance from one pair of dice."""
        assert [p.row["name"] for p in small.people] == [p.row["name"] for p in whole.people[: len(small.people)]]


class TestMadeUp:
    def test_everything_says_so(self, whole):
        """Seen to fail: profiles without `is_sample`."""
        rows = [*whole.authors, *(p.row for p in whole.profiles), *(r.row for r in whole.reviews), *(c.row for c in whole.comments)]
        assert all(row["is_sample"] is True for row in rows)
        assert all(profile.row["about"].startswith("Sample data. This p") for profile in whole.profiles)
        assert all(profile.slug.startswith("sample-") for profile in whole.profiles)
        for profile in whole.profiles:
            assert all("ample" in row["title"] and "Sample" in row["issuer"] for row in profile.credentials)
            assert all("Sample" in row["address"] or "ample" in row["address"] for row in profile.locations)

    def test_every_telephone_rings_nowhere(self, whole):
        """Seen to fail: 555-1xx."""
        found = [(profile.city.country, row["phone"]) for profile in whole.profiles for row in profile.locations if row["phone"]]
        assert {country for country, _phone in found} == {"US", "CA", "GB", "AU"}
        for _country, phone in found:
            assert phones.FICTION.fullmatch(phone), phone

    def test_every_domain_is_nobodys(self, whole):
        """Seen to fail: `.test` for the websites."""
        found = DOMAIN.findall(repr((whole.authors, whole.profiles, whole.reviews, whole.comments)))
        assert len(set(found)) > 500
        assert [domain for domain in found if not domain.endswith(".example")] == []

    def test_no_password_leads_into_an_authors_account(self, whole):
        assert {row["password_hash"] for row in whole.authors} == {"!"}


class TestPeople:
    def test_they_are_as_many_as_asked_in_forty_countries(self, whole):
        """Seen to fail: without the first half seat small cities stayed empty."""
        assert (len(whole.people), len(whole.practices), len(whole.reviews)) == (2000, 640, 9000)
        assert {p.city for p in whole.people} == set(shelf.cities())
        assert len({p.city.country for p in whole.people}) == 40
        wanted = ("Los Angeles", "Toronto", "London", "Istanbul", "New York City", "Berlin", "Singapore", "Springfield")
        assert set(wanted) <= {p.city.name for p in whole.people}

    def test_their_addresses_are_all_different(self, whole):
        assert len({profile.slug for profile in whole.profiles}) == len(whole.profiles)
        assert max(len(profile.slug) for profile in whole.profiles) <= 120

    def test_every_kind_of_name_and_state_is_there(self, whole):
        """Seen to fail: the culture `long` taken out."""
        names = [profile.row["name"] for profile in whole.people]
        assert any(len(name) > 60 for name in names)
        assert max(len(name) for name in names) <= 200
        for letter in ("\u0627", "\u05d0", "\u6708", "\ub3d9", "é", "ş"):  # Arabic, Hebrew, Han, Hangul
            assert any(letter in name.casefold() for name in names), letter
        assert {profile.person["kind"] for profile in whole.people} == set(PractitionerKind) - {PractitionerKind.OTHER}
        states = Counter(profile.row["status"] for profile in whole.profiles)
        assert set(states) == {ProfileStatus.PUBLISHED_UNCLAIMED, ProfileStatus.CLAIMED, ProfileStatus.CLOSED, ProfileStatus.MOVED}
        assert sum(states[state] for state in LISTED) > 0.95 * len(whole.profiles)

    def test_nobody_says_anything_for_those_who_are_only_on_a_register(self, whole):
        """Seen to fail: offerings for everybody."""
        unknown = [profile for profile in whole.profiles if profile.row["hair_evidence"] is HairEvidence.UNKNOWN]
        assert 0.02 < len(unknown) / len(whole.profiles) < 0.1
        reviewed = {review.profile for review in whole.reviews}
        for profile in unknown:
            assert profile.offerings == ()
            assert profile.slug not in reviewed

    def test_people_work_where_they_live(self, whole):
        """Seen to fail: practices chosen from the whole country."""
        at = {practice.slug: practice for practice in whole.practices}
        employed = [person for person in whole.people if person.works_at]
        assert len(employed) > 500
        assert all(at[person.works_at].city == person.city for person in employed)
        assert all(bool(person.works_at) != bool(person.locations) for person in whole.people)


class TestFacts:
    def test_prices_are_whole_and_in_the_money_of_the_country(self, whole):
        """Seen to fail: cents for yen."""
        for profile in whole.profiles:
            for row in profile.offerings:
                if row["min_price"] is not None:
                    assert row["currency"] == shelf.countries()[profile.city.country].currency
                    assert row["max_price"] is None or row["max_price"] >= row["min_price"] > 0
                    dollars = (
                        row["min_price"] / 10 ** get_currency_precision(row["currency"]) / shelf.countries()[profile.city.country].rate
                    )
                    assert 0.5 < dollars < 20_000
                    assert isinstance(row["unit"], PriceUnit)
                    assert (row["max_price"] or row["min_price"]) <= MAX_INTEGER

    def test_an_amount_is_rounded_to_two_places(self):
        """Seen to fail: rounding down to one."""
        assert (prices.minor(2431, "USD"), prices.minor(3.37, "EUR"), prices.minor(364_900, "JPY")) == (240_000, 340, 360_000)
        assert prices.in_words(240_000, "CAD") == "2,400 CAD"

    def test_what_they_offer_is_in_the_taxonomy(self):
        """Seen to fail: `smp-scars` in work.toml."""
        work = shelf.work()
        codes = {node.code for node in treatments.shipped()}
        assert set(work["price"]) <= codes
        assert all(set(offers) <= set(work["price"]) for offers in work["offers"].values())
        families = {node.code: node.family.value for node in treatments.shipped()}
        assert all(tales.family(code) == families[code] for code in work["price"])

    def test_the_largest_cities_come_first_and_every_share_is_kept(self):
        """Seen to fail: seats counted from nothing."""
        chosen = Counter(city.name for city in profiles.cities(500))
        assert chosen["Istanbul"] / 500 == pytest.approx(120 / sum(city.weight for city in shelf.cities()), abs=0.01)
        assert next(profiles.cities(1)).name == "Istanbul"


class TestAuthors:
    def test_their_names_would_pass_at_the_door(self, whole):
        """Seen to fail: "editor" among the words."""
        for row in whole.authors:
            account_rules.check_name(row["display_name"])
            assert row["display_name_key"] == account_rules.name_key(row["display_name"])
            account_rules.check_age(row["birth_year"], days.SAMPLE_DAY)
        assert len({row["display_name_key"] for row in whole.authors}) == len(whole.authors) == 600


class TestReviews:
    def test_they_are_spread_as_on_a_real_site(self, whole):
        """Seen to fail: the famous ones left out."""
        many = Counter(review.profile for review in whole.reviews)
        counts = [many[profile.slug] for profile in whole.profiles]
        assert sum(count == 0 for count in counts) > 600
        assert sum(count in {1, 2} for count in counts) > 600
        assert sum(40 <= count <= 120 for count in counts) > 20
        assert max(counts) <= 120
        stars = Counter(review.row["overall"] for review in whole.reviews)
        assert set(stars) == {1, 2, 3, 4, 5}
        assert 3.2 < sum(number * count for number, count in stars.items()) / 9000 < 4.0
        means = [sum(found) / len(found) for found in _by_profile(whole).values() if len(found) > 7]
        assert min(means) < 3 < 4.3 < max(means)

    def test_each_would_be_taken_by_the_form(self, whole):
        """Seen to fail: one-line reviews of 22 characters."""
        pairs = set()
        for review in whole.reviews:
            row = review.row
            assert review_rules.MIN_BODY_LENGTH <= len(row["body"]) <= review_rules.MAX_BODY_LENGTH
            assert len(row["title"]) <= review_rules.MAX_TITLE_LENGTH
            assert review_rules.month(row["month"], today=row["published_at"].date()) == row["month"]
            pairs.add((review.profile, review.author))
        assert len(pairs) == len(whole.reviews)

    def test_no_two_say_the_same(self, whole):
        """Seen to fail: with one try only."""
        assert len({review.row["body"] for review in whole.reviews}) == len(whole.reviews)

    def test_a_page_does_not_repeat_itself(self, whole):
        """Seen to fail: without `heard` one sentence stood eleven times on a page."""
        for profile, reviews in _texts(whole).items():
            sentences = Counter(sentence for body in reviews for sentence in re.split(r"(?<=[.?])\s+", body))
            assert max(sentences.values()) <= min(6, 3 + len(reviews) // 12), (profile, sentences.most_common(2))

    def test_nothing_is_left_to_fill_in(self, whole):
        """Seen to fail: doubled braces in comments.toml."""
        for text in [text for item in (*whole.reviews, *whole.comments) for text in (item.row["body"], item.row.get("title", ""))]:
            assert not re.search(r"[{}]|  ", text), text
            assert "!" not in text

    def test_they_speak_of_the_treatment(self, whole):
        """Seen to fail: `book("en", "smp")` for all."""
        for review in whole.reviews:
            assert review.treatment in {row["treatment"] for row in _offered(whole)[review.profile]}
            if tales.family(review.treatment) == "smp":
                assert not re.search(r"\bgrafts? (?:in|over)\b|injertos|greffons", review.row["body"])

    def test_a_year_has_passed_when_they_say_so(self, whole):
        """Seen to fail: {m12} filled for everybody."""
        for review in whole.reviews:
            if "month twelve, and then" in review.row["body"]:
                year, month = map(int, review.row["month"].split("-"))
                assert (review.row["published_at"].year - year) * 12 + review.row["published_at"].month - month >= 12

    def test_some_are_in_other_languages(self, whole):
        text = " ".join(review.row["body"] for review in whole.reviews)
        for words in (
            "Ich würde wieder hingehen.",
            "Volvería",
            "J'y retournerais.",
            "Ci tornerei.",
            "Ik zou er weer heen",
            "Eu voltaria.",
            "Yine giderim.",
        ):
            assert words in text, words

    def test_fewer_people_than_reviews_ask_for_write_as_many_as_they_can(self):
        """Seen to fail: an endless loop without the way out."""
        made = generate.generate(practitioners=2, reviews=5000)
        assert 0 < len(made.reviews) <= 2 * 333
        assert generate.generate(practitioners=3, reviews=0).reviews == []


class TestComments:
    def test_they_are_on_profiles_and_on_both_guides(self, whole):
        """Seen to fail: guides named without their slugs."""
        guides = Counter(comment.guide for comment in whole.comments)
        assert guides.keys() == {"", "scalp-micropigmentation", "how-to-choose"}
        assert guides[""] > 1000
        assert all(bool(comment.guide) != bool(comment.profile) for comment in whole.comments)
        assert len({(comment.author, comment.row["created_at"]) for comment in whole.comments}) == len(whole.comments)


def _by_profile(sample):
    found = defaultdict(list)
    for review in sample.reviews:
        found[review.profile].append(review.row["overall"])
    return found


def _texts(sample):
    found = defaultdict(list)
    for review in sample.reviews:
        found[review.profile].append(review.row["body"])
    return found


_offers = {}


def _offered(sample):
    if not _offers:
        _offers.update({profile.slug: profile.offerings for profile in sample.profiles})
    return _offers
