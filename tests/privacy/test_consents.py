"""What was agreed to is kept as history; taken back, everything that rests on it goes."""

import pytest
from sqlmodel import Session, select

from directory.accounts import queries as accounts
from directory.accounts.consents import HEALTH_DATA, TEXTS
from directory.core.errors import Refused
from directory.models.accounts import AccountEvent, Consent, EventKind
from directory.models.comments import Comment, CommentStatus
from directory.models.profiles import Profile
from directory.models.reviews import Review, ReviewStatus
from directory.privacy import consents
from directory.reviews import queries as reviews
from directory.reviews import service as review_service
from tests.factories import Make


def kinds(session: Session) -> list[EventKind]:
    return list(session.exec(select(AccountEvent.kind).order_by(AccountEvent.id)).all())


class TestWithdraw:
    def test_everything_written_is_withdrawn_and_counted_no_more(self, session: Session, make: Make) -> None:
        """T-18. Seen to fail without refresh_rating, with one profile alone, and with the comments left."""
        bo, ada = make.user(), make.profile("Ada Marsh")
        own = [make.review(profile=ada, author=bo, overall=1).id, make.review(author=bo).id]
        others = [make.review(profile=ada, overall=5).id for _number in range(3)]
        comment, other = make.comment(author=bo).id, make.comment().id
        review_service.refresh_rating(session, ada)
        assert consents.written(session, bo.id) == consents.Written(reviews=2, comments=1)
        consents.withdraw(session, user_id=bo.id)
        session.expire_all()
        for one in own:
            row = session.get_one(Review, one)
            assert (row.status, row.title, row.body) == (ReviewStatus.WITHDRAWN_BY_AUTHOR, "", "")
        row = session.get_one(Comment, comment)
        assert (row.status, row.body) == (CommentStatus.DELETED_BY_AUTHOR, "")
        assert all(session.get_one(Review, one).status is ReviewStatus.PUBLISHED for one in others)
        assert session.get_one(Comment, other).body
        assert session.get_one(Profile, ada.id).review_count == 3
        assert reviews.drifted(session) == []
        assert consents.written(session, bo.id) == consents.Written(0, 0)

    def test_what_was_removed_stays_counted_and_loses_its_words(self, session: Session, make: Make) -> None:
        """T-5. Seen to fail with every review made a withdrawn one: the count of removed ones fell; and with its words kept."""
        bo = make.user()
        review = make.review(author=bo, status=ReviewStatus.REMOVED).id
        comment = make.comment(author=bo, status=CommentStatus.REMOVED).id
        consents.withdraw(session, user_id=bo.id)
        session.expire_all()
        assert (session.get_one(Review, review).status, session.get_one(Review, review).body) == (ReviewStatus.REMOVED, "")
        assert (session.get_one(Comment, comment).status, session.get_one(Comment, comment).body) == (CommentStatus.REMOVED, "")
        assert [one.count for one in reviews.removed(session)] == [1]

    def test_what_waits_for_a_moderator_goes_too(self, session: Session, make: Make) -> None:
        bo = make.user()
        review = make.review(author=bo, status=ReviewStatus.AUTO_HOLD).id
        comment = make.comment(author=bo, status=CommentStatus.HELD).id
        consents.withdraw(session, user_id=bo.id)
        session.expire_all()
        assert session.get_one(Review, review).status is ReviewStatus.WITHDRAWN_BY_AUTHOR
        assert session.get_one(Comment, comment).status is CommentStatus.DELETED_BY_AUTHOR

    def test_another_s_consent_stays(self, session: Session, make: Make) -> None:
        """Seen to fail without the person in the condition."""
        bo, cy = make.user(), make.user()
        consents.withdraw(session, user_id=bo.id)
        assert not accounts.has_consent(session, bo.id)
        assert accounts.has_consent(session, cy.id)

    def test_taken_back_twice_it_is_refused(self, session: Session, make: Make) -> None:
        bo = make.user()
        consents.withdraw(session, user_id=bo.id)
        with pytest.raises(Refused, match="already"):
            consents.withdraw(session, user_id=bo.id)
        assert kinds(session) == [EventKind.CONSENT_WITHDRAWN]


class TestGive:
    def test_given_again_the_first_time_stays_as_history(self, session: Session, make: Make) -> None:
        """Seen to fail with the withdrawn row opened again."""
        bo = make.user()
        consents.withdraw(session, user_id=bo.id)
        consents.give(session, user_id=bo.id, version=HEALTH_DATA.version)
        found = consents.agreed(session, bo.id)
        assert [one.withdrawn_at is None for one in found] == [True, False]
        assert accounts.has_consent(session, bo.id)
        assert kinds(session) == [EventKind.CONSENT_WITHDRAWN, EventKind.CONSENT_GIVEN]

    def test_given_twice_it_holds_once(self, session: Session, make: Make) -> None:
        """Seen to fail with the error of the unique index let through."""
        bo = make.user()
        consents.give(session, user_id=bo.id, version=HEALTH_DATA.version)
        assert len(session.exec(select(Consent).where(Consent.user_id == bo.id)).all()) == 1
        assert kinds(session) == []

    def test_to_a_text_that_has_changed_nobody_agrees_unawares(self, session: Session, make: Make) -> None:
        """Seen to fail without the comparison."""
        with pytest.raises(Refused) as refused:
            consents.give(session, user_id=make.user(consents=False).id, version="2020-01-01")
        assert refused.value.field == "consent"

    def test_every_text_can_be_found_under_its_version(self, session: Session, make: Make) -> None:
        """A version that nobody can find any more is listed without its words. Seen to fail with an empty TEXTS."""
        assert TEXTS[HEALTH_DATA.purpose, HEALTH_DATA.version] is HEALTH_DATA
        bo = make.user()
        session.add(Consent(user_id=bo.id, purpose="health_data", version="2019-01-01", given_at=bo.created_at))
        session.flush()
        assert {one.version: one.text for one in consents.agreed(session, bo.id)} == {
            HEALTH_DATA.version: str(HEALTH_DATA.text),
            "2019-01-01": "",
        }
