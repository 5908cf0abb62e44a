"""Somebody whose profile is taken from them at the very moment at which they send a form: nothing of it is written."""

from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.core.db import Database
from directory.credentials import service as credentials
from directory.credentials.service import Stated
from directory.disclosures import service as disclosures
from directory.models.accounts import User
from directory.models.assertions import AssertionRank
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Credential, Profile, ProfileKind, ProfileStatus
from directory.profiles import assertions, suggestions
from directory.profiles.assertions import Speaker
from directory.treatments import service as treatments
from directory.web import formpage
from tests.attacks.test_bad_input import kept
from tests.clients import Visitor, words_of
from tests.factories import Make

HOURS = {"mo": [["09:00", "17:00"]]}
#: Path below the profile -> (part of the form's address or button, what is typed).
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "facts/about": ("", {"about": "Mine still, whatever they say of it."}),
    "facts/clients": ("", {"accepting_clients": "yes"}),
    "facts": ("confirm", {}),
    "facts/history": ("revert", {}),
    "suggestions": ("suggestions", {"decision": "accept"}),
    "credentials/add": ("", {"code": "other", "title": "A permit", "issuer": "A city"}),
    "credentials/{credential}": ("", {"issuer": "Another city"}),
    "credentials/{credential}/remove": ("", {}),
    "team-work": ("", {"evaluation": "physician"}),
}


@pytest.fixture
def page(session: Session, make: Make) -> Profile:
    """A practice with an owner, who has said something of each kind."""
    treatments.sync(session)
    profile, owner = make.profile("Scalp House", kind=ProfileKind.PRACTICE, status=ProfileStatus.CLAIMED), make.user("Oda 1")
    memberships.grant(session, user_id=owner.id, profile_id=profile.id, role=MembershipRole.OWNER)
    speaker = Speaker(AssertionRank.OWNER, owner.id)
    for about in ("Before.", "Now."):
        assertions.say(session, profile_id=profile.id, values={"about": about, "hours:0": HOURS}, speaker=speaker)
    stated = Stated(title="A permit of before", issuer="A city")
    credentials.add(session, profile_id=profile.id, kind=profile.kind, user_id=owner.id, code="other", stated=stated)
    disclosures.state(session, profile_id=profile.id, user_id=owner.id, hands={}, patients_per_day=3, is_insured=None)
    given = {"field": "about", "value": "Better.", "note": "So I read."}
    suggestions.suggest(session, profile_id=profile.id, user_id=make.user("Pia 1").id, **given)
    session.commit()
    return profile


@pytest.mark.parametrize("below", FORMS)
def test_nothing_is_written_for_who_has_lost_the_profile_meanwhile(
    app: Flask, database: Database, session: Session, page: Profile, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    """Between the question for the permission and the transaction. Seen to fail with `hold` letting all through, each of them."""
    owner_id = session.exec(select(AuditEntry.details).where(AuditEntry.action == "member.grant")).one()["user"].removeprefix("user:")
    real = formpage.idempotency.once

    def taken(writing: Session, **asked: Any) -> str:
        memberships.revoke(writing, user_id=int(owner_id), profile_id=page.id)
        return real(writing, **asked)

    owner = Visitor(app).sign_in(session.get_one(User, int(owner_id)))
    credential = session.exec(select(Credential.id)).one()
    form, typed = FORMS[below]
    opened = owner.get(f"/manage/{page.slug}/{below.format(credential=credential)}")
    before = kept(session)
    monkeypatch.setattr(formpage.idempotency, "once", taken)
    answer = owner.fill(opened, form=form, **typed)
    assert answer.status_code == 403, words_of(answer)
    assert "You act for this profile no longer" in words_of(answer)
    session.expire_all()
    assert kept(session) == before
