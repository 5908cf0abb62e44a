"""Facts of a profile: whose word something is, and who may say it, is ours to decide, whatever a request says."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.core import clock
from directory.models.assertions import AssertionRank, EditSuggestion, FieldAssertion, SuggestionStatus
from directory.models.claims import Claim, ClaimStatus
from directory.models.memberships import MembershipRole
from directory.models.profiles import HairEvidence, Practitioner, Profile, ProfileStatus
from directory.profiles import assertions
from directory.profiles.assertions import Speaker
from tests.attacks.test_mass_assignment import wishes
from tests.attacks.test_xss import PAYLOADS, dangers
from tests.clients import Visitor, forms_of, unhurried, words_of
from tests.facts.conftest import cast as cast  # noqa: PLC0414  (fixtures)
from tests.facts.conftest import say as say  # noqa: PLC0414
from tests.facts.conftest import shown as shown  # noqa: PLC0414

PAGES = ("", "/about", "/place/1", "/treatments", "/clients", "/history")
NOTE = "I stood before the door last week."


def token(visitor: Visitor) -> str:
    return next(form.values["csrf_token"][0] for form in forms_of(visitor.get("/logout")) if "csrf_token" in form.values)


def test_an_owner_says_as_an_owner_whatever_is_wished(session: Session, app: Flask, cast: SimpleNamespace) -> None:
    """Rank, source, days and who: sent with every form of facts."""
    more = {"rank": "moderator", "source_record_id": "1", "asserted_at": "2001-01-01", "verified_at": "2001-01-01", "status": "verified"}
    for below in ("/about", "/place/1", "/clients"):
        path = f"/manage/{cast.ada.slug}/facts{below}"
        form = next(form for form in forms_of(cast.owner.get(path)) if form.method == "post")
        given = {
            "about": "Calm.",
            "phone": "+14165550123",
            "accepting_clients": "yes",
            "website": "",
            "year_started": "",
            "hair_evidence": "confirmed",
        }
        plain = {name: value for name, value in wishes(cast.bo.id).items() if name not in form.names}
        sent = (
            plain
            | more
            | unhurried(app, form.values)
            | {name: value for name, value in given.items() if name in form.names or name == "hair_evidence"}
        )
        assert cast.owner.post(path, sent, follow=False).status_code == 303
    session.expire_all()
    new = session.exec(select(FieldAssertion).where(FieldAssertion.rank != AssertionRank.GUESS)).all()
    assert {(word.rank, word.user_id, word.source_record_id, word.profile_id) for word in new} == {
        (AssertionRank.OWNER, cast.users["owner"].id, None, cast.ada.id)
    }
    assert {word.field for word in new} == {"about", "phone:0", "accepting_clients"}
    assert all((clock.now() - word.asserted_at).total_seconds() < 300 for word in new)
    ada = session.get_one(Profile, cast.ada.id)
    assert (ada.status, ada.hair_evidence) == (ProfileStatus.CLAIMED, HairEvidence.CONFIRMED)
    assert session.get_one(Profile, cast.bo.id).about == ""


def test_a_suggestion_is_nobody_s_decision(session: Session, app: Flask, cast: SimpleNamespace) -> None:
    """Nor is who decided, or when."""
    path = f"/p/{cast.ada.slug}/suggest"
    form = next(form for form in forms_of(cast.patient.get(path)) if form.method == "post")
    given = {"field": "website", "value": "https://evil.example", "note": NOTE, "status": "accepted", "decided_by_id": "1", "rank": "owner"}
    assert cast.patient.post(path, wishes(cast.bo.id) | unhurried(app, form.values) | given, follow=False).status_code == 303
    session.expire_all()
    row = session.exec(select(EditSuggestion)).one()
    assert (row.profile_id, row.user_id, row.status, row.decided_by_id) == (
        cast.ada.id,
        cast.users["patient"].id,
        SuggestionStatus.PENDING,
        None,
    )
    assert session.exec(select(Practitioner).where(Practitioner.profile_id == cast.ada.id)).one().website == ""


@pytest.mark.parametrize("who", ["other", "patient", "moderator"])
def test_the_pages_of_somebody_else_s_facts_are_not_there(cast: SimpleNamespace, who: str) -> None:
    """Also for moderators: they have pages of their own. The matrix holds the same for every route."""
    visitor: Visitor = getattr(cast, who)
    for below in PAGES:
        assert visitor.get(f"/manage/{cast.ada.slug}/facts{below}").status_code == 404
    key = token(visitor)
    for below in ("/about", "/place/1", "/treatments", "/clients", "/confirm"):
        answer = visitor.post(f"/manage/{cast.ada.slug}/facts{below}", {"csrf_token": key, "name": "Mine now", "kind": "hours"})
        assert answer.status_code == 404
    assert visitor.get(f"/manage/{cast.ada.slug}/suggestions").status_code == 404


def test_who_answers_reviews_does_not_change_facts(cast: SimpleNamespace) -> None:
    """Seen to fail with `_is_member` in place of `_is_manager`."""
    for below in PAGES:
        assert cast.responder.get(f"/manage/{cast.ada.slug}/facts{below}").status_code == 403
        assert cast.manager.get(f"/manage/{cast.ada.slug}/facts{below}").status_code == 200


@pytest.mark.parametrize("status", [ClaimStatus.STARTED, ClaimStatus.PROOF_RECEIVED, ClaimStatus.IN_REVIEW, ClaimStatus.DENIED])
def test_a_claimant_before_approval_changes_nothing(session: Session, app: Flask, cast: SimpleNamespace, status: ClaimStatus) -> None:
    """The claim hijack: edit first, prove by what was typed. Only a membership opens these pages."""
    moment = clock.now()
    given = {
        "profile_id": cast.ada.id,
        "user_id": cast.users["patient"].id,
        "created_at": moment,
        "updated_at": moment,
        "expires_at": moment,
    }
    session.add(Claim(status=status, role=MembershipRole.OWNER, message="", reason="", **given))
    session.commit()
    for below in PAGES:
        assert cast.patient.get(f"/manage/{cast.ada.slug}/facts{below}").status_code == 404
    answer = cast.patient.post(
        f"/manage/{cast.ada.slug}/facts/about", {"csrf_token": token(cast.patient), "website": "https://evil.example"}
    )
    assert answer.status_code == 404


def test_a_foreign_word_or_suggestion_is_not_there(session: Session, cast: SimpleNamespace, say: Any, shown: Any) -> None:
    """By its number under one's own page: the permission, the view and the service each look (the last alone in tests/profiles)."""
    say(cast.bo, cast.users["other"], about="Bo's.")
    say(cast.ada, cast.users["owner"], about="Ada's.")
    word = session.exec(select(FieldAssertion).where(FieldAssertion.profile_id == cast.bo.id)).one()
    row = EditSuggestion(profile_id=cast.bo.id, user_id=cast.users["patient"].id, field="about", value="Evil.", created_at=clock.now())
    session.add(row)
    session.commit()
    key = token(cast.owner)
    for path in (f"/manage/{cast.ada.slug}/facts/history/{word.id}/revert", f"/manage/{cast.ada.slug}/suggestions/{row.id}"):
        assert cast.owner.post(path, {"csrf_token": key, "decision": "accept"}).status_code == 404
    path = f"/moderation/facts/{cast.ada.id}/{word.id}"
    assert cast.moderator.post(path, {"csrf_token": token(cast.moderator)}).status_code == 404
    assert (shown(cast.ada, "about"), shown(cast.bo, "about")) == ("Ada's.", "Bo's.")


def test_a_member_left_says_nothing_more(session: Session, cast: SimpleNamespace) -> None:
    page = cast.manager.get(f"/manage/{cast.ada.slug}/facts/about")
    memberships.revoke(session, user_id=cast.users["manager"].id, profile_id=cast.ada.id)
    session.commit()
    assert cast.manager.fill(page, about="Still here.").status_code == 404


def test_a_moderator_does_not_decide_on_their_own_suggestion(session: Session, make: Any, cast: SimpleNamespace) -> None:
    """Seen to fail with `concerned` empty."""
    cy = make.profile("Cy Free", place=cast.toronto)
    row = EditSuggestion(profile_id=cy.id, user_id=cast.users["moderator"].id, field="about", value="Mine.", created_at=clock.now())
    session.add(row)
    session.commit()
    answer = cast.moderator.post(f"/moderation/suggestions/{row.id}", {"csrf_token": token(cast.moderator), "decision": "accept"})
    assert answer.status_code == 403


@pytest.mark.parametrize("payload", PAYLOADS)
def test_facts_are_shown_as_words(session: Session, app: Flask, cast: SimpleNamespace, payload: str) -> None:
    """Every text that an owner or a visitor can type, on every page that shows it."""
    line = " ".join(payload.split())[:75]
    offering = {"min_price": None, "max_price": None, "currency": None, "unit": None, "price_date": None}
    address = {"address": line, "city": line, "region": line, "postal_code": line[:20], "country_code": "CA", "place_id": cast.toronto.id}
    said = {
        "name": f"Ada {line}",
        "about": payload,
        "address:0": address,
        f"offering:smp/{line}": offering,
        "website": "https://ada.example",
    }
    assertions.say(session, profile_id=cast.ada.id, values=said, speaker=Speaker(AssertionRank.OWNER, cast.users["owner"].id))
    session.add(
        EditSuggestion(
            profile_id=cast.ada.id, user_id=cast.users["patient"].id, field="name", value=payload, note=payload, created_at=clock.now()
        )
    )
    session.commit()
    slug = session.get_one(Profile, cast.ada.id).slug
    manage = f"/manage/{slug}"
    for path in (f"/p/{slug}", *(f"{manage}/facts{below}" for below in PAGES), f"{manage}/suggestions", f"/p/{slug}/suggest"):
        page = cast.owner.get(path)
        assert page.status_code == 200
        assert dangers(page.text) == [], path
    page = cast.moderator.get(f"/moderation/facts/{cast.ada.id}")
    assert dangers(page.text) == []
    assert "Who said what" in words_of(page)
