"""The first page of those who act for a profile, the one way to ask for reviews, and what stands on a person's account page."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session

from directory.core import clock
from directory.core.db import Database
from directory.models.accounts import User
from directory.models.assertions import EditSuggestion
from directory.models.claims import OPEN, Claim, ClaimStatus
from directory.models.memberships import MembershipRole
from directory.models.profiles import Credential, Profile
from directory.models.replies import Dispute, DisputeReason, Reply, ReplyStatus
from directory.models.reviews import ReviewStatus
from directory.profiles import days
from directory.profiles.days import Count
from directory.team import people
from directory.web import figures
from tests.claims.world import say
from tests.clients import Visitor, words_of
from tests.queries import count_queries
from tests.team.conftest import Team


def credential(session: Session, team: Team, title: str, days: int) -> None:
    ends = clock.today() + timedelta(days=days)
    session.add(Credential(profile_id=team.profile.id, type=title, title=title, issuer="A school", expires_on=ends))


def everything(session: Session, team: Team) -> None:
    """Let the profile answer all that patients ask."""
    said = dict.fromkeys(("hours:0", "phone:0", "address:0", "website", "disclosure", "about", "languages"), "x")
    for field, value in {**said, "accepting_clients": False, "offering:smp": {"min_price": 1}}.items():
        say(session, team.profile, field, value)
    session.commit()


def claim(session: Session, team: Team, status: ClaimStatus, user: User | None = None, **more: Any) -> Claim:
    moment = clock.now()
    life = {"created_at": moment, "updated_at": moment, "expires_at": moment + timedelta(days=9)}
    row = Claim(profile_id=team.profile.id, user_id=(user or team.make.user()).id, status=status, **life, **more)
    session.add(row)
    session.commit()
    return row


class TestOverview:
    @pytest.mark.parametrize("status", OPEN)
    def test_who_asks_for_access_is_said_with_what_to_do(self, app: Flask, session: Session, team: Team, status: ClaimStatus) -> None:
        """To everybody who acts for the page. Seen to fail without the count, and with STARTED alone counted."""
        claim(session, team, status)
        for user in (team.owner, team.member(MembershipRole.RESPONDER)):
            page = Visitor(app).sign_in(user).get(team.base)
            words = words_of(page)
            assert "Somebody asks for access to this page" in words
            assert "They may contest it after 7 days" in words
            assert "Nothing waits for you." not in words
            assert f'<a href="{team.base}/team">Somebody asks' in page.text
        claim(session, team, status)
        assert "2 people ask for access to this page" in words_of(Visitor(app).sign_in(team.owner).get(team.base))

    def test_who_asks_no_more_is_not_said(self, app: Flask, session: Session, team: Team) -> None:
        """An end, one who was let in, one who contests (that is said elsewhere). Seen to fail with each condition left out."""
        holds = claim(session, team, ClaimStatus.CONTESTED, team.owner)
        claim(session, team, ClaimStatus.DENIED)
        claim(session, team, ClaimStatus.STARTED, team.member())
        claim(session, team, ClaimStatus.IN_REVIEW, contests_id=holds.id)
        team.profile = team.make.profile()
        claim(session, team, ClaimStatus.STARTED)
        mine = session.get_one(Profile, holds.profile_id)
        assert "access to this page" not in words_of(Visitor(app).sign_in(team.owner).get(f"/manage/{mine.slug}"))

    def test_what_the_page_leaves_unsaid_is_to_be_done(self, app: Flask, session: Session, team: Team) -> None:
        """For those who may say it. Seen to fail without it, and with a link that is closed to a responder."""
        say(session, team.profile, "about", "Calm and clean.")
        session.commit()
        page = Visitor(app).sign_in(team.owner).get(team.base)
        assert f'<a href="{team.base}/facts">Your page answers 1 of 10 questions that patients ask</a>' in page.text
        words = words_of(Visitor(app).sign_in(team.member(MembershipRole.RESPONDER)).get(team.base))
        assert "questions that patients ask" not in words
        assert "Nothing waits for you." in words

    def test_nothing_waits(self, app: Flask, session: Session, team: Team) -> None:
        """Seen to fail with the sentence left out."""
        everything(session, team)
        page = words_of(Visitor(app).sign_in(team.owner).get(team.base))
        assert "Nothing waits for you." in page
        assert "Nobody claimed this profile here" in page

    def test_what_waits_is_counted_and_what_is_done_is_not(self, app: Flask, session: Session, team: Team) -> None:
        """Seen to fail with each condition left out of the counts."""
        moment, profile = clock.now(), team.profile.id
        reviews = [team.make.review(profile=team.profile) for _number in range(4)]
        team.make.review(profile=team.profile, status=ReviewStatus.REMOVED)
        for review, status in ((reviews[0], ReplyStatus.VISIBLE), (reviews[1], ReplyStatus.WITHDRAWN)):
            session.add(Reply(review_id=review.id, profile_id=profile, body="Thank you.", status=status, created_at=moment))
        for status in ("pending", "pending", "accepted"):
            session.add(EditSuggestion(profile_id=profile, field="phone", status=status, created_at=moment))
        for review, status in zip(reviews, ("reviewer_notified", "appealed", "decided", "closed"), strict=True):
            asked = {"review_id": review.id, "profile_id": profile, "reason": DisputeReason.ABUSE, "text": "Rude."}
            session.add(Dispute(**asked, status=status, created_at=moment, answer_due_at=moment))
        practice, other = team.other()
        people.propose(session, profile_id=practice.id, other_id=profile, title="", actor_id=other.id)
        for title, left in (("Past", -1), ("Today", 0), ("Soon", 60), ("Later", 61)):
            credential(session, team, title, left)
        session.commit()
        page = words_of(Visitor(app).sign_in(team.owner).get(team.base))
        assert "3 reviews are not answered yet" in page
        assert "2 corrections are suggested" in page
        assert "2 disputes are open" in page
        assert "1 question about who works where" in page
        assert [f"{title} by A school ends on" in page for title in ("Past", "Today", "Soon", "Later")] == [False, True, True, False]

    def test_how_the_claim_stands_is_said_and_is_no_seal(self, app: Flask, session: Session, team: Team) -> None:
        """Seen to fail with the state left out, and without the sentence beside it."""
        moment = clock.now()
        claim = Claim(profile_id=team.profile.id, user_id=team.owner.id, status=ClaimStatus.CONTESTED, created_at=moment)
        claim.updated_at = claim.expires_at = claim.decided_at = moment
        session.add(claim)
        session.commit()
        page = words_of(Visitor(app).sign_in(team.owner).get(team.base))
        assert "Somebody else claims this profile too. You keep it until moderators have decided." in page
        assert "It does not say that anything on it was checked." in page

    def test_how_often_it_was_seen(self, app: Flask, session: Session, team: Team) -> None:
        """As numbers, as a drawing and as a table, each at least. Seen to fail with the days of another profile in the sums."""
        today = clock.today()
        other = team.make.profile()
        for back, views in ((0, 5), (6, 7), (7, 100), (27, 1000), (89, 20000)):
            days.add(session, {(team.profile.id, today - timedelta(days=back)): Count(views, 2 * views), (other.id, today): Count(9, 9)})
        session.commit()
        answer = Visitor(app).sign_in(team.owner).get(team.base)
        page = words_of(answer)
        for number in ("12", "1,112", "21,112", "24", "2,224", "42,224"):
            assert number in page
        assert page.count("at least") >= 6
        assert answer.text.count("<rect") == 13
        assert "The same as a table" in page

    def test_where_nothing_was_counted_it_says_so(self, app: Flask, session: Session, team: Team) -> None:
        """In place of an empty drawing; the drawing alone goes where it stood in lists and was never opened.

        Seen to fail without `is_counted`, and with bars of no height drawn.
        """
        owner = Visitor(app).sign_in(team.owner)
        answer = owner.get(team.base)
        assert "Nothing was counted yet. The first numbers appear within a day." in words_of(answer)
        assert "<rect" not in answer.text
        days.add(session, {(team.profile.id, clock.today()): Count(0, 3)})
        session.commit()
        answer = owner.get(team.base)
        assert "Nothing was counted yet" not in words_of(answer)
        assert "The page was not opened in these weeks." in words_of(answer)
        assert "Week by week, as a table" in words_of(answer)
        assert "<rect" not in answer.text

    def test_it_asks_little_however_much_waits(self, app: Flask, database: Database, session: Session, team: Team) -> None:
        """At most ten SELECTs. Seen to fail with one more for each review."""
        for number in range(12):
            review = team.make.review(profile=team.profile)
            credential(session, team, f"Course {number}", number)
            days.add(session, {(team.profile.id, clock.today() - timedelta(days=number)): Count(1, 1)})
            session.add(Reply(review_id=review.id, profile_id=team.profile.id, body="Thank you.", created_at=clock.now()))
        session.commit()
        visitor = Visitor(app).sign_in(team.owner)
        with count_queries(database) as queries:
            assert visitor.get(team.base).status_code == 200
        assert len(queries.selects) <= 10, queries.selects
        assert queries.writes == []

    def test_bars_are_as_tall_as_their_weeks(self) -> None:
        """The best week fills the height, a week with one view shows a line, one without shows none. Seen to fail without the line."""
        today = clock.today()
        weeks = days.weeks({today: Count(1000, 0), today - timedelta(days=10): Count(1, 0)}, today)
        assert [bar.height for bar in figures.bars(weeks)][-3:] == [0, 2, figures.HEIGHT]
        assert all(bar.y + bar.height == figures.HEIGHT for bar in figures.bars(weeks))
        assert figures.bars([]) == []


class TestAskingForReviews:
    def test_it_is_one_link_for_everybody_with_the_rule_beside_it(self, app: Flask, session: Session, team: Team) -> None:
        """For an owner and for a colleague, today and tomorrow: nothing personal. Seen to fail with the member's number in the link."""
        url = f"http://localhost:8000/p/{team.profile.slug}/review"
        colleague = team.member(MembershipRole.RESPONDER)
        pages = [Visitor(app).sign_in(user).get(f"{team.base}/invite") for user in (team.owner, colleague)]
        for page in pages:
            words = words_of(page)
            assert "Ask everybody, not only the happy ones; no reward; no filter before it." in words
            assert url in words
            assert f"{url}?" not in page.text
        codes = [page.text[page.text.index("qr__picture") :].partition("</svg>")[0] for page in pages]
        assert codes[0] == codes[1] != ""

    def test_the_link_leads_to_the_form(self, app: Flask, team: Team) -> None:
        """Seen to fail with another page in the link."""
        patient = team.make.user()
        team.session.commit()
        assert Visitor(app).sign_in(patient).get(f"/p/{team.profile.slug}/review").status_code == 200


class TestAccountPage:
    def test_it_lists_what_one_acts_for(self, app: Flask, team: Team) -> None:
        """With the way to its pages. Seen to fail with the public page alone."""
        page = Visitor(app).sign_in(team.owner).get("/account")
        assert f'href="{team.base}"' in page.text
        assert f'href="/p/{team.profile.slug}"' in page.text

    def test_no_link_leads_a_responder_to_a_closed_door(self, app: Flask, session: Session, team: Team) -> None:
        """With all there is to do. Seen to fail with "Dispute" among the reviews, and with the suggestions on the first page."""
        team.make.review(profile=team.profile)
        team.make.dispute(review=team.make.review(profile=team.profile, status=ReviewStatus.DISPUTED))
        team.make.reply(review=team.make.review(profile=team.profile))
        asked = {"field": "accepting_clients", "value": True, "created_at": clock.now()}
        session.add(EditSuggestion(profile_id=team.profile.id, user_id=team.make.user().id, **asked))
        session.commit()
        visitor = Visitor(app).sign_in(team.member(MembershipRole.RESPONDER))
        for part in ("", "/reviews", "/team", "/people", "/invite", "/badge", "/leave"):
            page = visitor.get(team.base + part)
            for link in set(re.findall(rf'href="({re.escape(team.base)}[^"#]*)"', page.text)):
                assert visitor.get(unescape(link)).status_code == 200, f"{part or '/'} leads to {link}"
        owner = Visitor(app).sign_in(team.owner)
        assert f'href="{team.base}/suggestions"' in owner.get(team.base).text
        assert "Dispute" in words_of(owner.get(f"{team.base}/reviews"))

    def test_every_page_of_the_list_opens_for_every_member(self, app: Flask, team: Team) -> None:
        """Seen to fail with a page of the list kept for owners."""
        visitor = Visitor(app).sign_in(team.member(MembershipRole.RESPONDER))
        page = visitor.get(team.base)
        for part in ("", "/team", "/people", "/invite", "/badge"):
            assert f'href="{team.base}{part}"' in page.text
            assert visitor.get(team.base + part).status_code == 200
