"""Visitors suggest, those who act for a profile decide, and nothing changes by itself."""

from datetime import timedelta

import pytest
from sqlmodel import select

from directory.core import clock
from directory.models.assertions import AssertionRank, EditSuggestion, SuggestionStatus
from directory.models.moderation import AuditEntry
from directory.models.ops import Job
from tests.clients import forms_of, words_of
from tests.facts.test_views import _values

NOTE = "I stood before the door last week."
PRICE = {"min_price": 190000, "max_price": None, "currency": "CAD", "unit": "per_session", "price_date": "2026-11-20"}


def suggest(visitor, profile, field="phone:0", value="+1 416 555 0123", note=NOTE):
    return visitor.send(f"/p/{profile.slug}/suggest", field=field, value=value, note=note)


def told(session):
    """Who is told, of which profile."""
    jobs = session.exec(select(Job).where(Job.name == "mail.suggestion_arrived")).all()
    assert len(jobs) == len({job.key for job in jobs})
    return {(job.payload["user_id"], job.payload["profile_id"]) for job in jobs}


class TestSuggesting:
    @pytest.mark.parametrize(
        ("field", "typed", "kept"),
        [
            ("name", "Ada M.", "Ada M."),
            ("website", "https://ada.example", "https://ada.example"),
            ("phone:0", "+1 416 555 0123", "+14165550123"),
            ("hours:0", "mo-tu 09:00-17:00; su closed", {"mo": [["09:00", "17:00"]], "tu": [["09:00", "17:00"]], "su": []}),
            ("accepting_clients", "No", False),
        ],
    )
    def test_it_is_kept_and_nothing_changes(self, cast, session, shown, field, typed, kept):
        """Seen to fail with the value said at once."""
        before = shown(cast.ada, field)
        assert "The page changes only if they agree." in words_of(suggest(cast.patient, cast.ada, field, typed))
        row = session.exec(select(EditSuggestion)).one()
        assert (row.field, row.value, row.note, row.status) == (field, kept, NOTE, SuggestionStatus.PENDING)
        assert (row.profile_id, row.user_id) == (cast.ada.id, cast.users["patient"].id)
        assert shown(cast.ada, field) == before

    def test_an_address_and_a_price_keep_the_rest(self, cast, say, session):
        say(cast.ada, cast.users["owner"], offering__smp=PRICE)
        suggest(cast.patient, cast.ada, "address:0", "9 New Road")
        suggest(cast.patient, cast.ada, "offering:smp", "1500-1800")
        address, price = (row.value for row in session.exec(select(EditSuggestion).order_by(EditSuggestion.id)))
        assert (address["address"], address["city"]) == ("9 New Road", "Toronto")
        assert (price["min_price"], price["max_price"], price["currency"], price["unit"]) == (150000, 180000, "CAD", "per_session")

    @pytest.mark.parametrize(
        ("field", "value", "note", "said"),
        [
            ("phone:0", "no phone", NOTE, "This is no telephone number."),
            ("hours:0", "mo 25:00-26:00", NOTE, "is no time of day"),
            ("website", "javascript:alert(1)", NOTE, "beginning with https://"),
            ("name", "Ada Marsh", NOTE, "The page says so already."),
            ("name", "Ada M.", "Short", "Write at least 10"),
            ("hair_evidence", "confirmed", NOTE, "Choose what it is about."),
            ("", "x", NOTE, "Choose what it is about."),
        ],
    )
    def test_what_cannot_be_is_refused(self, cast, session, field, value, note, said):
        page = suggest(cast.patient, cast.ada, field, value, note)
        assert page.status_code == 422
        assert said in words_of(page)
        assert session.exec(select(EditSuggestion)).all() == []

    def test_ten_a_day(self, cast, session):
        """Seen to fail without the count."""
        for n in range(10):
            session.add(
                EditSuggestion(
                    **{"profile_id": cast.bo.id, "user_id": cast.users["patient"].id, "field": "name", "value": f"Bo {n}"},
                    created_at=clock.now() - timedelta(hours=20),
                )
            )
        session.commit()
        page = suggest(cast.patient, cast.ada)
        assert "ten changes today" in words_of(page)
        assert len(session.exec(select(EditSuggestion)).all()) == 10

    def test_those_who_may_decide_are_told(self, cast, session):
        """Once, however many come before the mail goes out. Seen to fail without the mail, and with `who_acts`."""
        suggest(cast.patient, cast.ada)
        suggest(cast.patient, cast.ada, "website", "https://ada.example")
        assert told(session) == {(cast.users[role].id, cast.ada.id) for role in ("owner", "manager")}

    def test_nobody_is_told_of_what_goes_to_a_moderator(self, cast, session):
        """What a manager says of the own page as a visitor. Seen to fail without the look at who suggests."""
        suggest(cast.manager, cast.ada)
        assert session.exec(select(EditSuggestion)).one().user_id == cast.users["manager"].id
        assert told(session) == set()

    def test_the_same_twice_is_one(self, cast, session):
        suggest(cast.patient, cast.ada)
        assert "It waits for a decision." in words_of(suggest(cast.patient, cast.ada))
        assert len(session.exec(select(EditSuggestion)).all()) == 1


class TestDeciding:
    def decide(self, visitor, page_at, row, decision):
        page = visitor.get(page_at)
        return visitor.post(f"{page_at}/{row.id}", _values(page, f"/{row.id}") | {"decision": decision})

    def test_the_owner_accepts_field_by_field(self, cast, session, shown, words):
        """It becomes the owner's word. Seen to fail with the visitor's rank."""
        suggest(cast.patient, cast.ada)
        suggest(cast.patient, cast.ada, "website", "https://ada.example")
        first, second = session.exec(select(EditSuggestion).order_by(EditSuggestion.id)).all()
        at = f"/manage/{cast.ada.slug}/suggestions"
        assert "Pia 3" not in words_of(cast.owner.get(at)), "never a person's name"
        self.decide(cast.owner, at, first, "accept")
        self.decide(cast.owner, at, second, "decline")
        assert (shown(cast.ada, "phone:0"), shown(cast.ada, "website")) == ("+14165550123", None)
        word = words(cast.ada, "phone:0")[-1]
        assert (word.rank, word.user_id) == (AssertionRank.OWNER, cast.users["owner"].id)
        session.expire_all()
        assert [row.status for row in session.exec(select(EditSuggestion).order_by(EditSuggestion.id))] == [
            *(SuggestionStatus.ACCEPTED, SuggestionStatus.DECLINED),
        ]
        assert {entry.action for entry in session.exec(select(AuditEntry))} >= {"suggestion.accept", "suggestion.decline"}
        assert "(a visitor suggested it)" in words_of(cast.owner.get(f"/manage/{cast.ada.slug}/facts/history"))

    def test_where_nobody_acts_moderators_decide(self, cast, session, make, shown, words):
        cy = make.profile("Cy Free", place=cast.toronto)
        session.commit()
        suggest(cast.patient, cy, "website", "https://cy.example")
        row = session.exec(select(EditSuggestion)).one()
        self.decide(cast.moderator, "/moderation/suggestions", row, "accept")
        assert shown(cy, "website") == "https://cy.example"
        assert words(cy, "website")[-1].rank is AssertionRank.MODERATOR

    def test_moderators_do_not_decide_for_owners(self, cast, session):
        """Seen to fail without the condition of the query."""
        suggest(cast.patient, cast.ada)
        row = session.exec(select(EditSuggestion)).one()
        page = cast.moderator.get("/moderation/suggestions")
        assert "No suggestion waits" in words_of(page)
        token = next(form.values["csrf_token"][0] for form in forms_of(cast.moderator.get("/logout")) if "csrf_token" in form.values)
        assert cast.moderator.post(f"/moderation/suggestions/{row.id}", {"csrf_token": token, "decision": "accept"}).status_code == 404

    def test_twice_is_once(self, cast, session, words):
        suggest(cast.patient, cast.ada)
        row = session.exec(select(EditSuggestion)).one()
        at = f"/manage/{cast.ada.slug}/suggestions"
        page = cast.owner.get(at)
        for decision in ("decline", "accept"):
            answer = cast.owner.post(
                f"{at}/{row.id}", _values(page, f"/{row.id}") | {"decision": decision, "idempotency_key": decision * 6}
            )
        assert answer.status_code == 404
        assert words(cast.ada, "phone:0") == []
