"""What readers see of reviews."""

import pytest
from sqlmodel import Session

from directory.core import clock
from directory.core.db import Database
from directory.core.errors import NotFound
from directory.models.moderation import ReasonClass
from directory.models.reviews import ReviewStatus
from directory.reviews import queries, service
from directory.reviews.queries import Order, Removed
from tests.counting import statements
from tests.factories import Make


class TestPublished:
    def test_all_published_reviews_are_shown_and_no_others(self, session: Session, make: Make) -> None:
        """T-5, T-11. Seen to fail with the status left out of the condition."""
        ada = make.profile()
        shown = {
            make.review(profile=ada, status=status).id
            for status in (ReviewStatus.PUBLISHED, ReviewStatus.DISPUTED, ReviewStatus.ANONYMISED)
        }
        for status in set(ReviewStatus) - {ReviewStatus.PUBLISHED, ReviewStatus.DISPUTED, ReviewStatus.ANONYMISED}:
            make.review(profile=ada, status=status)
        make.review()
        service.refresh_rating(session, ada)
        page = queries.published(session, ada)
        assert {row.id for row in page.items} == shown
        assert page.total == 3

    def test_the_month_stays_private(self, session: Session, make: Make) -> None:
        ada = make.profile()
        make.review(profile=ada, month="2025-09")
        service.refresh_rating(session, ada)
        row = queries.published(session, ada).items[0]
        assert row.year == "2025"
        assert "2025-09" not in repr(row)

    @pytest.mark.parametrize(
        ("order", "expected"),
        [(Order.NEWEST, [2, 5, 1, 5]), (Order.OLDEST, [5, 1, 5, 2]), (Order.HIGHEST, [5, 5, 2, 1]), (Order.LOWEST, [1, 2, 5, 5])],
    )
    def test_orders(self, session: Session, make: Make, order: Order, expected: list[int]) -> None:
        """Each made review is a minute older than the one before. Seen to fail with two orders swapped."""
        ada = make.profile()
        for overall in (2, 5, 1, 5):
            make.review(profile=ada, overall=overall)
        service.refresh_rating(session, ada)
        assert [row.overall for row in queries.published(session, ada, order=order).items] == expected

    @pytest.mark.parametrize("order", Order)
    def test_pages_hold_each_review_once(self, session: Session, make: Make, order: Order) -> None:
        """Reviews of one moment stand in the order of their numbers. Seen to fail with the id taken out of the order."""
        ada = make.profile()
        moment = clock.now()
        numbers = [970, 910, 950, 930, 920, 960, 940]
        for number in numbers:
            make.review(id=number, profile=ada, published_at=moment)
        service.refresh_rating(session, ada)
        found = [row.id for number in (1, 2, 3) for row in queries.published(session, ada, number=number, size=3, order=order).items]
        assert found == sorted(numbers, reverse=order is not Order.OLDEST)
        with pytest.raises(NotFound):
            queries.published(session, ada, number=4, size=3)

    def test_whatever_is_no_order_is_the_newest_first(self) -> None:
        assert Order.read("lowest") is Order.LOWEST
        for typed in (None, "", "id;drop", "NEWEST", "rating,(select 1)"):
            assert Order.read(typed) is Order.NEWEST


class TestRemoved:
    def test_they_are_counted_by_reason(self, session: Session, make: Make) -> None:
        """T-5. Seen to fail with the status left out of the condition."""
        ada = make.profile()
        for reason in (ReasonClass.SPAM, ReasonClass.ABUSE, ReasonClass.SPAM):
            make.review(profile=ada, status=ReviewStatus.REMOVED, removed_for=reason)
        make.review(profile=ada)
        make.review(status=ReviewStatus.REMOVED, removed_for=ReasonClass.ILLEGAL)
        assert queries.removed(session, profile_id=ada.id) == [Removed("advertising or spam", 2), Removed("insults or threats", 1)]
        assert sum(row.count for row in queries.removed(session)) == 4

    def test_made_up_ones_are_left_out_of_the_count_of_all(self, session: Session, make: Make) -> None:
        make.review(status=ReviewStatus.REMOVED, is_sample=True)
        assert queries.removed(session) == []


class TestSection:
    def test_two_selects_for_one_review_and_for_many(self, database: Database, session: Session, make: Make) -> None:
        """Seen to fail with the author's join taken out: the relationship refuses to load by itself."""
        ada, bea = make.profile(), make.profile()
        make.review(profile=ada)
        for _number in range(12):
            make.review(profile=bea)
        for profile in (ada, bea):
            service.refresh_rating(session, profile)
        session.expunge_all()
        for profile in (ada, bea):
            with statements(database) as sent:
                section = queries.section(session, profile)
            assert [row.author for row in section.page.items]
            assert len(sent) == 2

    @pytest.mark.parametrize(("stars", "mean", "has_range"), [([5, 5], None, False), ([5, 4, 3], 4.0, False), ([4] * 10, 4.0, True)])
    def test_no_mean_under_three_and_no_range_under_ten(
        self, session: Session, make: Make, stars: list[int], mean: float | None, has_range: bool
    ) -> None:
        """Seen to fail with MIN_SHOWN of 2."""
        ada = make.profile()
        for overall in stars:
            make.review(profile=ada, overall=overall)
        service.refresh_rating(session, ada)
        found = queries.summary(ada)
        assert found.mean == mean
        assert (found.interval is not None) is has_range
