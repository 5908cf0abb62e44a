"""Reviews are published, taken back, taken down and put back; the profile's numbers follow."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from directory.accounts import memberships
from directory.accounts.trust import A_DAY, Trust
from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.models.memberships import MembershipRole
from directory.models.moderation import HoldReason, ReasonClass
from directory.models.ops import Job, JobStatus
from directory.models.profiles import Profile
from directory.models.reviews import Review, ReviewStatus
from directory.reviews import queries, rules, service
from tests.factories import Make

BODY = "Three sessions, calm and clean. It looks like my own stubble."


def submit(session: Session, make: Make, *, profile: Profile, **more: Any) -> Review:
    """Submit a review that is right save what is given."""
    given: dict[str, Any] = {
        "author_id": 0,
        "overall": 5,
        "treatment": make.treatment().code,
        "month": "09/2025",
        "body": BODY,
        "own_experience": True,
    } | more
    given["author_id"] = given["author_id"] or make.user().id
    return service.submit(session, profile_id=profile.id, **given)


def numbers(profile: Profile) -> tuple[Any, ...]:
    """The stored numbers of a profile."""
    stars = (profile.stars_1, profile.stars_2, profile.stars_3, profile.stars_4, profile.stars_5)
    return profile.review_count, stars, profile.mean_micro, profile.score_micro


class TestSubmit:
    def test_it_is_public_at_once_and_counted(self, session: Session, make: Make) -> None:
        """Seen to fail without refresh_rating."""
        ada = make.profile()
        review = submit(session, make, profile=ada, overall=5)
        assert review.status is ReviewStatus.PUBLISHED
        assert review.month == "2025-09"
        assert numbers(ada) == (1, (0, 0, 0, 0, 1), 5_000_000, 3_687_500)
        assert ada.newest_review_at == review.published_at
        assert ada.policy_version == rules.POLICY_VERSION

    def test_its_search_entry_is_made_anew_once(self, session: Session, make: Make) -> None:
        """Seen to fail without the key of the job: two jobs then."""
        ada = make.profile()
        submit(session, make, profile=ada)
        submit(session, make, profile=ada)
        jobs = session.exec(select(Job).where(Job.name == "search.profile_changed")).all()
        assert [job.payload for job in jobs] == [{"profile_id": ada.id}]

    def test_without_the_declaration_it_is_refused(self, session: Session, make: Make) -> None:
        """T-1. Seen to fail without the check (the database's own CHECK is the second wall)."""
        with pytest.raises(Refused) as refusal:
            submit(session, make, profile=make.profile(), own_experience=False)
        assert refusal.value.field == "own_experience"

    @pytest.mark.parametrize("overall", [0, 6, 99, -1])
    def test_stars_outside_one_to_five_are_refused(self, session: Session, make: Make, overall: int) -> None:
        """Seen to fail without the check: the answer is "already reviewed" then."""
        with pytest.raises(Refused) as refusal:
            submit(session, make, profile=make.profile(), overall=overall)
        assert refusal.value.field == "overall"

    def test_one_live_review_of_an_author_and_profile(self, session: Session, make: Make) -> None:
        """Seen to fail with the unique index dropped; and the transaction goes on after the refusal."""
        ada, author = make.profile(), make.user()
        submit(session, make, profile=ada, author_id=author.id, overall=4)
        with pytest.raises(Refused, match="already"):
            submit(session, make, profile=ada, author_id=author.id, overall=1)
        assert numbers(ada)[:2] == (1, (0, 0, 0, 1, 0))

    def test_a_removed_review_may_not_simply_be_written_again(self, session: Session, make: Make) -> None:
        """Seen to fail with REMOVED taken out of LIVE."""
        ada, author = make.profile(), make.user()
        review = submit(session, make, profile=ada, author_id=author.id)
        service.hide(session, review_id=review.id, reason=ReasonClass.SPAM)
        with pytest.raises(Refused, match="already"):
            submit(session, make, profile=ada, author_id=author.id)

    def test_a_new_account_writes_three_a_day(self, session: Session, make: Make) -> None:
        """Seen to fail with > in place of >=."""
        author = make.user()
        for _number in range(A_DAY[Trust.NEW].reviews):
            submit(session, make, profile=make.profile(), author_id=author.id)
        with pytest.raises(Refused, match="tomorrow"):
            submit(session, make, profile=make.profile(), author_id=author.id)
        for old in session.exec(select(Review).where(Review.author_id == author.id)):
            old.created_at = clock.now() - timedelta(days=1, minutes=1)
        submit(session, make, profile=make.profile(), author_id=author.id)

    def test_an_unknown_treatment_is_not_found(self, session: Session, make: Make) -> None:
        with pytest.raises(NotFound):
            submit(session, make, profile=make.profile(), treatment="haircut")

    @pytest.mark.parametrize("first", [1, 5])
    def test_one_star_and_five_go_the_same_way(self, session: Session, make: Make, first: int) -> None:
        """T-5: twins that differ in their stars alone are published alike. Seen to fail with a hold on one star."""
        ada = make.profile()
        one = submit(session, make, profile=ada, overall=first)
        other = submit(session, make, profile=ada, overall=6 - first)
        differ = {"id", "author_id", "overall", "created_at", "published_at"}
        assert one.model_dump(exclude=differ) == other.model_dump(exclude=differ)
        assert one.published_at is not None
        assert {row.id for row in queries.published(session, ada).items} == {one.id, other.id}

    def test_a_sample_review_counts_on_a_sample_profile_alone(self, session: Session, make: Make) -> None:
        """T-6. Seen to fail with the is_sample condition left out of the recount."""
        real, made_up = make.profile(), make.profile(is_sample=True)
        for profile in (real, made_up):
            make.review(profile=profile, overall=5, is_sample=True)
            service.refresh_rating(session, profile)
        assert (real.review_count, made_up.review_count) == (0, 1)
        assert queries.published(session, real).items == []
        assert len(queries.published(session, made_up).items) == 1


def told(session: Session, review: Review) -> list[int]:
    """Who is told that a review is shown."""
    jobs = session.exec(select(Job).where(Job.name == "mail.review_arrived").order_by(col(Job.id))).all()
    return [job.payload["user_id"] for job in jobs if job.payload["review_id"] == review.id]


class TestThoseWhoActForTheProfile:
    """They are told once that there is something to read and to answer."""

    @pytest.fixture
    def acting(self, session: Session, make: Make) -> tuple[Profile, list[int]]:
        ada, people = make.profile(), [make.user().id for _role in MembershipRole]
        for user_id, role in zip(people, MembershipRole, strict=True):
            memberships.grant(session, user_id=user_id, profile_id=ada.id, role=role)
        memberships.grant(session, user_id=make.user().id, profile_id=make.profile().id, role=MembershipRole.OWNER)
        return ada, people

    @pytest.mark.parametrize("overall", [1, 5])
    def test_they_are_told_when_it_is_published(
        self, session: Session, make: Make, acting: tuple[Profile, list[int]], overall: int
    ) -> None:
        """Seen to fail without `_tell` in `submit`, and with it for one star alone."""
        ada, people = acting
        assert told(session, submit(session, make, profile=ada, overall=overall)) == people

    def test_once_when_it_was_held(self, session: Session, make: Make, acting: tuple[Profile, list[int]]) -> None:
        """Released, taken down, put back: one mail. Seen to fail without a look at `held_for`, and with one at each `_publish`."""
        ada, people = acting
        review = submit(session, make, profile=ada, suspicion=HoldReason.HONEYPOT)
        assert told(session, review) == []
        service.release(session, review_id=review.id)
        assert told(session, review) == people
        session.execute(update(Job).values(status=JobStatus.DONE))
        service.hide(session, review_id=review.id, reason=ReasonClass.SPAM)
        service.restore(session, review_id=review.id)
        assert told(session, review) == people

    def test_when_it_is_put_back_before_it_was_ever_shown(self, session: Session, make: Make, acting: tuple[Profile, list[int]]) -> None:
        """Seen to fail with the day set and nobody told in `restore`."""
        ada, people = acting
        review = submit(session, make, profile=ada, suspicion=HoldReason.HONEYPOT)
        service.hide(session, review_id=review.id, reason=ReasonClass.SPAM)
        assert told(session, review) == []
        service.restore(session, review_id=review.id)
        assert told(session, review) == people


class TestTakenBackAndDown:
    def test_withdrawn_it_no_longer_counts_and_its_words_are_gone(self, session: Session, make: Make) -> None:
        """T-18. Seen to fail with the text kept."""
        ada, author = make.profile(), make.user()
        review = submit(session, make, profile=ada, author_id=author.id, title="Fine")
        service.withdraw(session, review_id=review.id, author_id=author.id)
        assert numbers(ada) == (0, (0, 0, 0, 0, 0), None, 3_500_000)
        assert ada.newest_review_at is None
        assert (review.title, review.body) == ("", "")
        submit(session, make, profile=ada, author_id=author.id)  # and another may be written

    def test_nobody_withdraws_what_is_not_theirs(self, session: Session, make: Make) -> None:
        """Seen to fail without the author's check."""
        review = submit(session, make, profile=make.profile())
        with pytest.raises(NotFound):
            service.withdraw(session, review_id=review.id, author_id=make.user().id)

    def test_a_removed_review_cannot_be_withdrawn(self, session: Session, make: Make) -> None:
        """Otherwise it could be written again. Seen to fail without the check of the status."""
        author = make.user()
        review = submit(session, make, profile=make.profile(), author_id=author.id)
        service.hide(session, review_id=review.id, reason=ReasonClass.SPAM)
        with pytest.raises(NotFound):
            service.withdraw(session, review_id=review.id, author_id=author.id)

    def test_hidden_and_put_back_it_counts_as_before(self, session: Session, make: Make) -> None:
        """T-13. Seen to fail without the recount in either."""
        ada = make.profile()
        submit(session, make, profile=ada, overall=1)
        review = submit(session, make, profile=ada, overall=5)
        before = numbers(ada)
        service.hide(session, review_id=review.id, reason=ReasonClass.ABUSE)
        assert numbers(ada)[:2] == (1, (1, 0, 0, 0, 0))
        assert review.removed_for is ReasonClass.ABUSE
        assert review.body == BODY
        service.restore(session, review_id=review.id)
        assert numbers(ada) == before
        assert review.removed_for is None

    def test_each_only_once(self, session: Session, make: Make) -> None:
        review = submit(session, make, profile=make.profile())
        with pytest.raises(Refused):
            service.restore(session, review_id=review.id)
        service.hide(session, review_id=review.id, reason=ReasonClass.ABUSE)
        with pytest.raises(Refused):
            service.hide(session, review_id=review.id, reason=ReasonClass.ABUSE)

    def test_what_does_not_exist_is_not_found(self, session: Session) -> None:
        with pytest.raises(NotFound):
            service.hide(session, review_id=4711, reason=ReasonClass.ABUSE)


class TestDrift:
    def test_a_profile_whose_numbers_are_wrong_is_named(self, session: Session, make: Make) -> None:
        """Seen to fail with the HAVING left out."""
        right, wrong, empty = make.profile(), make.profile(), make.profile()
        submit(session, make, profile=right)
        submit(session, make, profile=wrong, overall=2)
        make.review(profile=wrong, overall=4, status=ReviewStatus.REMOVED)
        assert queries.drifted(session) == []
        wrong.stars_2, wrong.stars_3 = 0, 1
        session.flush()
        assert queries.drifted(session) == [wrong.id]
        assert empty.review_count == 0


class TestWithoutAnAuthor:
    """An erased person's review stays without a name."""

    def test_it_can_be_taken_down_and_put_back(self, session: Session, make: Make) -> None:
        """Seen to fail with PUBLISHED put back, which only a review with an author may be, and with a CHECK that knew of no removed one."""
        left = make.review(author_id=None, status=ReviewStatus.ANONYMISED)
        service.hide(session, review_id=left.id, reason=ReasonClass.ABUSE)
        session.flush()
        assert left.status is ReviewStatus.REMOVED
        service.restore(session, review_id=left.id)
        session.flush()
        assert left.status is ReviewStatus.ANONYMISED

    def test_it_is_shown_and_counted_and_names_nobody(self, session: Session, make: Make) -> None:
        """Seen to fail with the author joined as one that is always there: the list then misses the review that the total counts."""
        ada = make.profile()
        left = make.review(profile=ada, author_id=None, status=ReviewStatus.ANONYMISED)
        service.refresh_rating(session, ada)
        page = queries.published(session, ada)
        assert [(one.id, one.author_id, one.author) for one in page.items] == [(left.id, None, "Former member")]
        assert ada.review_count == 1
        assert queries.by_id(session, left.id).author is None
