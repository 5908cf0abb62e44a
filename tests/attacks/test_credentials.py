"""Somebody wants to look better than they are: on their own page, on another's, or by standing still."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.core import clock
from directory.credentials import rules, service
from directory.credentials.service import Outcome, Stated
from directory.models.accounts import User
from directory.models.disclosures import TeamDisclosure
from directory.models.memberships import MembershipRole
from directory.models.profiles import Credential, CredentialStatus, Profile
from tests.attacks.test_mass_assignment import send
from tests.clients import Visitor, words_of
from tests.factories import Make

Held = tuple[Profile, User]


def held(session: Session, make: Make, name: str, role: MembershipRole = MembershipRole.OWNER) -> Held:
    """A profile and somebody who acts for it."""
    profile, user = make.profile(name), make.user()
    memberships.grant(session, user_id=user.id, profile_id=profile.id, role=role)
    session.commit()
    return profile, user


def rows(session: Session) -> list[Credential]:
    session.expire_all()
    return list(session.exec(select(Credential).order_by(Credential.id)).all())  # type: ignore[arg-type]


def state(session: Session, mine: Held, code: str = "ishrs_member", **more: Any) -> Credential:
    profile, user = mine
    row = service.add(session, profile_id=profile.id, kind=profile.kind, user_id=user.id, code=code, stated=Stated(**more))
    session.commit()
    return row


def test_an_owner_does_not_check_themselves(session: Session, make: Make, app: Flask) -> None:
    """Every column's name is sent along. Seen to fail with the form's fields poured into the row."""
    ada, owner = held(session, make, "Ada Marsh")
    other = make.moderator()
    visitor = Visitor(app).sign_in(owner)
    lie = {"status": "checked_ok", "checked_on": "2026-11-01", "checked_by_id": str(other.id), "stated_by_id": str(other.id)}
    given: dict[str, Any] = {"code": "medical_licence", "issuer": "Sample Board", "reference": "7", "source_url": "", "title": "Chief"}
    given |= {"issued_on": "", "expires_on": ""}
    path = f"/manage/{ada.slug}/credentials/add"
    assert send(visitor, path, other.id, **given, **lie) == 303
    (row,) = rows(session)
    assert (row.status, row.checked_on, row.checked_by_id, row.stated_by_id) == (CredentialStatus.CLAIMED, None, None, owner.id)
    assert (row.profile_id, row.type, row.title, row.source_record_id) == (ada.id, "medical_licence", "Medical licence", None)
    assert send(visitor, f"/manage/{ada.slug}/credentials/{row.id}", other.id, **given | {"reference": "8"}, **lie) == 303
    (row,) = rows(session)
    assert (row.status, row.checked_on, row.reference, row.type) == (CredentialStatus.CLAIMED, None, "8", "medical_licence")


def test_a_disclosure_takes_what_its_form_asks_for(session: Session, make: Make, app: Flask) -> None:
    """Seen to fail with the day or the person taken from the request, and with a step of surgery that nobody asked her about."""
    ada, owner = held(session, make, "Ada Marsh")
    other = make.profile()
    given = {"evaluation": "", "design": "", "extraction": "", "sites": "physician", "implantation": "", "is_insured": ""}
    lie = {"stated_at": "2001-01-01", "user_id": "1", "profile_id": str(other.id)}
    assert send(Visitor(app).sign_in(owner), f"/manage/{ada.slug}/team-work", other.id, **given, patients_per_day="", **lie) == 303
    session.expire_all()
    row = session.exec(select(TeamDisclosure)).one()
    assert (row.profile_id, row.user_id, row.sites) == (ada.id, owner.id, None)
    assert clock.now() - row.stated_at < timedelta(minutes=1)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "JAVASCRIPT:alert(1)//https://a.example", "data:text/html,x"])
def test_no_link_runs_anything(session: Session, make: Make, app: Flask, url: str) -> None:
    """On the owner's form and on the moderator's. Seen to fail without `web_link`."""
    ada, owner = held(session, make, "Ada Marsh")
    answer = Visitor(app).sign_in(owner).send(f"/manage/{ada.slug}/credentials/add", code="ishrs_member", source_url=url)
    assert answer.status_code == 422
    assert rows(session) == []
    row = state(session, (ada, owner))
    asked = {"outcome": "found", "source_url": url, "reason": "Looked there."}
    assert Visitor(app).sign_in(make.moderator()).send(f"/moderation/credentials/{row.id}", **asked).status_code == 422
    assert rows(session)[0].status is CredentialStatus.CLAIMED
    row.source_url = url  # a register may hold anything
    session.add(row)
    session.commit()
    assert f'href="{url.strip()}' not in Visitor(app).get(f"/p/{ada.slug}").text


def test_another_s_credential_is_not_found_under_one_s_own_name(session: Session, make: Make, app: Flask) -> None:
    """Seen to fail with the credential looked up by its number alone."""
    mine, theirs = held(session, make, "Ada Marsh"), held(session, make, "Bo Reed")
    row = state(session, theirs, reference="7")
    visitor = Visitor(app).sign_in(mine[1])
    for path in (f"/manage/{mine[0].slug}/credentials/{row.id}", f"/manage/{theirs[0].slug}/credentials/{row.id}"):
        for end in ("", "/remove"):
            assert visitor.get(path + end).status_code == 404
            assert visitor.post(path + end, {"csrf_token": "x", "reference": "9"}, follow=False).status_code in {400, 404}
    assert rows(session)[0].reference == "7"
    # Nor where somebody acts for both: what is done under one name is done to that profile.
    memberships.grant(session, user_id=mine[1].id, profile_id=theirs[0].id, role=MembershipRole.OWNER)
    session.commit()
    assert visitor.get(f"/manage/{mine[0].slug}/credentials/{row.id}").status_code == 404
    assert visitor.get(f"/manage/{theirs[0].slug}/credentials/{row.id}").status_code == 200


def test_who_answers_reviews_changes_no_facts(session: Session, make: Make, app: Flask) -> None:
    """Seen to fail with PROFILE_MANAGE in place of PROFILE_EDIT."""
    ada, responder = held(session, make, "Ada Marsh", MembershipRole.RESPONDER)
    visitor = Visitor(app).sign_in(responder)
    for page in ("credentials", "credentials/add", "team-work"):
        assert visitor.get(f"/manage/{ada.slug}/{page}").status_code == 403


@pytest.mark.parametrize("title", ["ABHRS Diplomate", "A.B.H.R.S.", "Аbhrs diplomate", "Board-certified hair surgeon", "JCI accredited"])  # noqa: RUF001
def test_no_title_passes_for_a_known_one(session: Session, make: Make, app: Flask, title: str) -> None:
    """Seen to fail with titles compared as typed: the third begins with a Cyrillic letter."""
    ada, owner = held(session, make, "Ada Marsh")
    answer = Visitor(app).sign_in(owner).send(f"/manage/{ada.slug}/credentials/add", code="other", title=title, issuer="Me")
    assert answer.status_code == 422
    assert "its wording is the same for everybody" in words_of(answer)
    assert rows(session) == []


def test_a_known_one_reads_the_same_whatever_its_row_says(session: Session, make: Make, app: Flask) -> None:
    """An import wrote it, say. Seen to fail with the row's title on the page."""
    ada, _owner = held(session, make, "Ada Marsh")
    make.credential(ada, type="ishrs_member", title="World's best surgeon", reference="")
    session.commit()
    said = words_of(Visitor(app).get(f"/p/{ada.slug}"))
    assert "Member of the ISHRS (membership, not certification)" in said
    assert "best surgeon" not in said


def test_standing_still_keeps_nothing_checked(session: Session, make: Make, app: Flask) -> None:
    """No job runs, and the page says so all the same. Seen to fail with the state of the row alone."""
    mine = held(session, make, "Ada Marsh")
    row = state(session, mine)
    seen = "https://ishrs.org/7"
    service.decide(session, credential_id=row.id, moderator_id=make.moderator().id, outcome=Outcome.FOUND, source_url=seen, reason="Seen.")
    session.commit()
    assert "Checked on" in words_of(Visitor(app).get(f"/p/{mine[0].slug}"))
    row.checked_on = rules.later(clock.today(), -13)
    session.add(row)
    session.commit()
    said = words_of(Visitor(app).get(f"/p/{mine[0].slug}"))
    assert "Checked on" not in said
    assert "Unconfirmed since" in said


def test_a_moderator_does_not_look_at_what_they_state(session: Session, make: Make, app: Flask) -> None:
    """Nor at what stands on a profile that they act for. Seen to fail with MODERATE in place of MODERATE_THING."""
    ada, owner = held(session, make, "Ada Marsh")
    moderator = make.moderator()
    memberships.grant(session, user_id=moderator.id, profile_id=ada.id, role=MembershipRole.MANAGER)
    row = state(session, (ada, owner))
    session.commit()
    assert Visitor(app).sign_in(moderator).get(f"/moderation/credentials/{row.id}").status_code == 403
    memberships.revoke(session, user_id=moderator.id, profile_id=ada.id)
    row.stated_by_id = moderator.id
    session.add(row)
    session.commit()
    assert Visitor(app).sign_in(moderator).get(f"/moderation/credentials/{row.id}").status_code == 403
