"""Comments are said, changed, deleted, taken down and put back; the list keeps a stone for what is gone."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from directory.accounts.trust import A_DAY, Trust
from directory.comments import queries, service
from directory.comments.queries import Kind, Subject
from directory.core import clock
from directory.core.db import Database
from directory.core.errors import NotFound, Refused
from directory.models.comments import Comment, CommentStatus
from directory.models.moderation import ReasonClass
from tests.counting import statements
from tests.factories import Make


def on_profile(make: Make) -> Subject:
    """A profile to comment on."""
    return queries.on_profile(make.profile())


class TestWrite:
    @pytest.mark.parametrize("kind", Kind)
    def test_it_is_public_at_once_under_its_own_page_alone(self, session: Session, make: Make, kind: Kind) -> None:
        """Seen to fail with the guide's id written into profile_id: the database refuses a key that points nowhere."""
        guide = queries.on_guide(make.guide())
        profile = on_profile(make)
        here, there = (profile, guide) if kind is Kind.PROFILE else (guide, profile)
        comment = service.write(session, subject=here, author_id=make.user("Bo").id, body="How long?")
        assert [(row.id, row.author, row.body) for row in queries.listed(session, here).items] == [(comment.id, "Bo", "How long?")]
        assert queries.listed(session, there).items == []

    def test_a_new_account_writes_ten_a_day(self, session: Session, make: Make) -> None:
        """Seen to fail with > in place of >=."""
        author, subject = make.user(), on_profile(make)
        for _number in range(A_DAY[Trust.NEW].comments):
            service.write(session, subject=subject, author_id=author.id, body="Again.")
        with pytest.raises(Refused, match="tomorrow"):
            service.write(session, subject=subject, author_id=author.id, body="Once more.")
        for old in session.exec(select(Comment)):
            old.created_at = clock.now() - timedelta(days=1, minutes=1)
        service.write(session, subject=subject, author_id=author.id, body="Once more.")


class TestOwn:
    def test_a_change_is_marked(self, session: Session, make: Make) -> None:
        """Seen to fail without edited_at."""
        comment = make.comment()
        service.edit(session, comment_id=comment.id, author_id=comment.author_id, body="Better said.")
        assert comment.body == "Better said."
        assert comment.edited_at is not None

    def test_the_same_words_are_no_change(self, session: Session, make: Make) -> None:
        comment = make.comment()
        service.edit(session, comment_id=comment.id, author_id=comment.author_id, body=comment.body)
        assert comment.edited_at is None

    def test_deleted_its_words_are_gone_and_a_stone_stands(self, session: Session, make: Make) -> None:
        """Seen to fail with the body kept."""
        profile = make.profile()
        comment = make.comment(profile=profile, body="A secret.")
        service.delete(session, comment_id=comment.id, author_id=comment.author_id)
        row = queries.listed(session, queries.on_profile(profile)).items[0]
        assert row.tombstone == "A comment stood here. Its author deleted it."
        assert (row.body, comment.body) == ("", "")

    def test_nobody_touches_what_is_not_theirs(self, session: Session, make: Make) -> None:
        """Seen to fail without the author's check in _own."""
        comment, stranger = make.comment(), make.user()
        with pytest.raises(NotFound):
            service.edit(session, comment_id=comment.id, author_id=stranger.id, body="Mine now.")
        with pytest.raises(NotFound):
            service.delete(session, comment_id=comment.id, author_id=stranger.id)

    def test_what_was_taken_down_cannot_be_changed(self, session: Session, make: Make) -> None:
        """Seen to fail without the check of the status."""
        comment = make.comment()
        service.hide(session, comment_id=comment.id, reason=ReasonClass.ABUSE)
        with pytest.raises(NotFound):
            service.edit(session, comment_id=comment.id, author_id=comment.author_id, body="Nice words.")


class TestTakenDown:
    def test_a_stone_names_the_reason_and_not_the_words(self, session: Session, make: Make) -> None:
        """Seen to fail with the body left in the row that is shown."""
        profile = make.profile()
        comment = make.comment(profile=profile, body="You fool.")
        service.hide(session, comment_id=comment.id, reason=ReasonClass.ABUSE)
        row = queries.listed(session, queries.on_profile(profile)).items[0]
        assert row.tombstone == "A comment stood here. It was removed: insults or threats."
        assert "fool" not in repr(row)
        assert comment.body == "You fool."

    def test_put_back_it_stands_as_before(self, session: Session, make: Make) -> None:
        profile = make.profile()
        comment = make.comment(profile=profile)
        before = queries.listed(session, queries.on_profile(profile)).items
        service.hide(session, comment_id=comment.id, reason=ReasonClass.SPAM)
        service.restore(session, comment_id=comment.id)
        assert queries.listed(session, queries.on_profile(profile)).items == before

    def test_each_only_once(self, session: Session, make: Make) -> None:
        comment = make.comment()
        with pytest.raises(Refused):
            service.restore(session, comment_id=comment.id)
        service.hide(session, comment_id=comment.id, reason=ReasonClass.SPAM)
        with pytest.raises(Refused):
            service.hide(session, comment_id=comment.id, reason=ReasonClass.SPAM)


class TestList:
    def test_held_and_rejected_ones_have_no_place(self, session: Session, make: Make) -> None:
        """Seen to fail with the status left out of the condition."""
        profile = make.profile()
        for status in CommentStatus:
            make.comment(profile=profile, status=status)
        assert queries.listed(session, queries.on_profile(profile)).total == 3

    def test_the_newest_stand_first_and_each_once(self, session: Session, make: Make) -> None:
        """Comments of one moment stand in the order of their numbers. Seen to fail with the ids ascending."""
        profile, moment = make.profile(), clock.now()
        made = [make.comment(id=number, profile=profile, created_at=moment).id for number in (970, 910, 950, 930, 920, 960, 940)]
        subject = queries.on_profile(profile)
        found = [row.id for number in (1, 2, 3) for row in queries.listed(session, subject, number=number, size=3).items]
        assert found == sorted(made, reverse=True)
        with pytest.raises(NotFound):
            queries.listed(session, queries.on_profile(profile), number=4, size=3)

    def test_two_selects_for_one_comment_and_for_many(self, database: Database, session: Session, make: Make) -> None:
        """Seen to fail with the author's join taken out: the relationship refuses to load by itself."""
        ada, bea = make.profile(), make.profile()
        make.comment(profile=ada)
        for _number in range(12):
            make.comment(profile=bea)
        session.expunge_all()
        for profile in (ada, bea):
            with statements(database) as sent:
                queries.section(session, queries.on_profile(profile))
            assert len(sent) == 2
