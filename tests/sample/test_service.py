"""The sample data in a database."""

from collections import Counter

import pytest
from sqlalchemy import delete
from sqlmodel import col, func, select

from directory.accounts import passwords
from directory.accounts import queries as accounts
from directory.core.errors import Refused
from directory.models.accounts import Consent, Role, User
from directory.models.base import metadata
from directory.models.comments import Comment, CommentStatus
from directory.models.ops import Job
from directory.models.places import PlaceCount
from directory.models.profiles import PractitionerRole, Profile, ProfileKind
from directory.models.reviews import Review, ReviewStatus
from directory.models.treatments import Treatment
from directory.places import gazetteer
from directory.profiles import service as profiles
from directory.reviews import queries as reviews
from directory.reviews import service as review_service
from directory.sample import authors, service, shelf
from tests.sample.conftest import PEOPLE, REVIEWS

NUMBERS = (
    "review_count",
    "stars_1",
    "stars_2",
    "stars_3",
    "stars_4",
    "stars_5",
    "mean_micro",
    "score_micro",
    "policy_version",
    "newest_review_at",
)


@pytest.fixture
def loaded(ready):
    service.load(ready, practitioners=PEOPLE, reviews=REVIEWS)
    return ready


def tables(session):
    """Return every table's rows but the jobs'."""
    return {
        name: session.execute(select(table).order_by(*table.primary_key.columns)).all()
        for name, table in metadata.tables.items()
        if name != "jobs"
    }


def _most_reviewed(sample):
    return Counter(review.profile for review in sample.reviews).most_common(1)[0][0]


class TestLoad:
    def test_everything_is_there_and_says_that_it_is_a_sample(self, ready, session):
        """Seen to fail: `is_sample` left out of the comments' rows."""
        seen = []
        counts = service.load(
            ready, practitioners=PEOPLE, reviews=REVIEWS, progress=lambda what, done, total: seen.append((what, done, total))
        )
        found = dict(session.exec(select(Profile.kind, func.count()).group_by(col(Profile.kind))).all())
        assert found == {ProfileKind.PRACTITIONER: counts.practitioners, ProfileKind.PRACTICE: counts.practices}
        for model, many in ((Review, counts.reviews), (User, counts.accounts), (Comment, None), (Profile, None)):
            rows = session.exec(select(model)).all()
            assert all(row.is_sample for row in rows)
            assert many is None or len(rows) == many
        assert session.exec(select(PractitionerRole.id)).first()
        assert {what for what, done, total in seen if done == total} == {
            "Accounts",
            "Practices",
            "Practitioners",
            "Reviews",
            "Replies",
            "Comments",
        }
        assert str(counts).startswith(f"{PEOPLE} practitioners, ")

    def test_a_second_run_changes_nothing_and_says_so(self, loaded, session):
        """Seen to fail: with the newest comments looked up by profile, those on guides came twice."""
        before = tables(session)
        jobs = session.exec(select(func.count()).select_from(Job)).one()
        again = service.load(loaded, practitioners=PEOPLE, reviews=REVIEWS)
        session.expire_all()
        assert (again.new, str(again).endswith("nothing new")) == (0, True)
        assert tables(session) == before
        assert session.exec(select(func.count()).select_from(Job)).one() == jobs

    def test_what_a_killed_run_left_out_comes_with_the_next(self, ready, session):
        """Seen to fail: with "is there any review?" instead of "which are missing?"."""

        class Killed(Exception):
            pass

        def kill(what, done, total):
            if what == "Reviews":
                raise Killed

        with pytest.raises(Killed):
            service.load(ready, practitioners=PEOPLE, reviews=REVIEWS, progress=kill)
        assert not session.exec(select(Comment.id)).first()
        service.load(ready, practitioners=PEOPLE, reviews=REVIEWS)
        assert session.exec(select(func.count()).select_from(Review)).one() == REVIEWS
        assert reviews.drifted(session) == []
        assert session.exec(select(Comment.id)).first()

    def test_more_of_it_keeps_the_people_that_are_there(self, loaded, session):
        """Seen to fail: one pair of dice for all people gave the second run other names."""
        service.load(loaded, practitioners=PEOPLE + 20, reviews=REVIEWS)
        people = select(func.count()).where(Profile.kind == ProfileKind.PRACTITIONER)
        assert session.exec(people).one() == PEOPLE + 20

    def test_what_visitors_made_of_it_stays(self, loaded, session):
        """Seen to fail: without the look at `slug_redirects` the renamed one came a second time."""
        review = session.exec(select(Review)).first()
        review_service.withdraw(session, review_id=review.id, author_id=review.author_id)
        comment = session.exec(select(Comment)).first()
        comment.status = CommentStatus.DELETED_BY_AUTHOR
        renamed = session.exec(select(Profile).where(Profile.kind == ProfileKind.PRACTITIONER)).first()
        profiles.rename(session, profile_id=renamed.id, name="Somebody Else")
        session.commit()
        assert service.load(loaded, practitioners=PEOPLE, reviews=REVIEWS).new == 0
        session.expire_all()
        assert session.get(Review, review.id).status is ReviewStatus.WITHDRAWN_BY_AUTHOR

    def test_comments_on_a_guide_wait_for_it(self, loaded, session, make):
        guide = make.guide("scalp-micropigmentation")
        session.commit()
        assert service.load(loaded, practitioners=PEOPLE, reviews=REVIEWS).new == 16
        assert session.exec(select(func.count()).where(Comment.guide_id == guide.id)).one() == 16


class TestNumbers:
    def test_ratings_are_those_that_the_site_itself_counts(self, loaded, session):
        """On every kind of profile, with and without reviews. Seen to fail: `max` of `created_at` instead of `published_at` plus a day."""
        kinds = set()
        for profile in session.exec(select(Profile)).all():
            stored = {name: getattr(profile, name) for name in NUMBERS}
            review_service.refresh_rating(session, profile)
            assert {name: getattr(profile, name) for name in NUMBERS} == stored
            kinds.add((profile.kind, profile.review_count > 0))
        assert len(kinds) == 4
        assert reviews.drifted(session) == []

    def test_a_real_review_counts_beside_the_made_up_ones(self, ready, session, make, small):
        """Seen to fail: counting the new rows instead of all."""
        service.load(ready, practitioners=PEOPLE, reviews=0)
        profile = session.exec(select(Profile).where(Profile.slug == _most_reviewed(small))).one()
        make.review(profile=profile, overall=1)
        session.commit()
        service.load(ready, practitioners=PEOPLE, reviews=REVIEWS)
        session.refresh(profile)
        stored = profile.review_count
        review_service.refresh_rating(session, profile)
        assert profile.review_count == stored > 20

    def test_places_know_how_many_stand_there(self, loaded, session):
        """Seen to fail: closed profiles counted too."""
        rows = select(PlaceCount.place_id, PlaceCount.hair_count, PlaceCount.register_count).order_by(col(PlaceCount.place_id))
        stored = session.exec(rows).all()
        profiles.recount_places(session, [city.place_id for city in shelf.cities()])
        assert session.exec(rows).all() == stored != []


class TestRefusals:
    def test_without_the_places_nothing_is_written(self, database, session):
        with pytest.raises(Refused, match="Load the places first"):
            service.load(database, practitioners=5, reviews=5)
        assert not session.exec(select(User.id)).first()

    def test_without_the_treatments_nothing_is_written(self, ready, session):
        session.execute(delete(Treatment).where(col(Treatment.code) == "smp-full"))
        session.commit()
        with pytest.raises(Refused, match="smp-full"):
            service.load(ready, practitioners=5, reviews=5)

    def test_nothing_is_hung_on_a_real_profile(self, ready, session, make, small):
        """Seen to fail: without `_made_up` the real profile got made-up reviews."""
        make.profile("Somebody", slug=small.people[3].slug)
        session.commit()
        with pytest.raises(Refused, match="real"):
            service.load(ready, practitioners=PEOPLE, reviews=REVIEWS)
        assert not session.exec(select(Review.id)).first()

    def test_a_real_account_writes_nothing_made_up(self, ready, session, make):
        """Seen to fail: without `_made_up` the real person wrote fifteen reviews."""
        make.user(email=f"sample1@{authors.DOMAIN}")
        session.commit()
        with pytest.raises(Refused, match="real"):
            service.load(ready, practitioners=1, reviews=1)
        assert not session.exec(select(Review.id)).first()

    def test_a_name_that_a_real_person_took_is_left_to_them(self, ready, session, make, small):
        """Seen to fail: without the look at names taken the database refused the second one."""
        name = small.authors[0]["display_name"]
        real = make.user(name, display_name_key=small.authors[0]["display_name_key"])
        session.commit()
        service.load(ready, practitioners=PEOPLE, reviews=REVIEWS)
        renamed = session.exec(select(User).where(User.email_key == small.authors[0]["email_key"])).one()
        assert (real.is_sample, renamed.display_name) == (False, f"{name} (sample)")


class TestAccounts:
    def test_only_the_log_ins_have_a_password(self, loaded, session):
        """Seen to fail: the log-ins' rows with an unusable hash."""
        assert {login.role for login in service.LOGINS} == set(Role)
        for login in service.LOGINS:
            user = accounts.existing_by_email(session, login.email)
            assert passwords.verify(login.password, user.password_hash)[0]
            assert (user.role, user.is_sample, user.is_confirmed) == (login.role, True, True)
        usable = select(func.count()).where(col(User.is_sample), User.password_hash != passwords.UNUSABLE)
        assert session.exec(usable).one() == len(service.LOGINS)
        assert accounts.sample_account_can_sign_in(session)

    def test_everybody_has_agreed_to_what_people_agree_to(self, loaded, session):
        people = session.exec(select(func.count()).select_from(User)).one()
        assert session.exec(select(func.count()).select_from(Consent)).one() == people


class TestCities:
    def test_they_are_those_of_the_gazetteer(self):
        """Seen to fail: a number changed in cities.csv."""
        rows = {row.id: row for row in gazetteer.Gazetteer().places(countries=set(shelf.countries()))}
        assert len(shelf.countries()) == 40
        assert {city.country for city in shelf.cities()} == set(shelf.countries())
        for city in shelf.cities():
            row = rows[city.place_id]
            assert (city.name, city.country, city.region) == (row.name, row.country_code, row.region_name)
            assert (city.lat, city.lon) == pytest.approx((row.lat, row.lon), abs=0.001)
