"""A profile in Toronto with an owner, a manager and somebody who only answers."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.memberships import MembershipRole
from directory.models.profiles import Location, Profile, ProfileStatus
from directory.profiles import assertions
from directory.profiles.assertions import Speaker
from directory.treatments import service as treatments
from tests.clients import Visitor
from tests.factories import Make

ADDRESS = {"address": "1 Sample St", "city": "Toronto", "region": "Ontario", "postal_code": "", "country_code": "CA"}


@pytest.fixture
def cast(session: Session, make: Make, app: Flask) -> SimpleNamespace:
    """Who there is: the profile `ada`, and a signed-in visitor for each role."""
    treatments.sync(session)
    toronto = make.place("Toronto", region="Ontario", country="CA", lat=43.7, lon=-79.42, timezone="America/Toronto")
    ada, bo = (make.profile(name, place=toronto, status=ProfileStatus.CLAIMED) for name in ("Ada Marsh", "Bo Reed"))
    users = {role.value: make.user(f"{role.value} 1") for role in MembershipRole}
    for role in MembershipRole:
        memberships.grant(session, user_id=users[role.value].id, profile_id=ada.id, role=role)
    other = make.user("Ove 2")
    memberships.grant(session, user_id=other.id, profile_id=bo.id, role=MembershipRole.OWNER)
    session.add(Location(profile_id=ada.id, place_id=toronto.id, **ADDRESS))
    session.flush()
    said = {"address:0": {**ADDRESS, "place_id": toronto.id}, "name": "Ada Marsh"}
    for field, value in said.items():
        moment = ada.created_at
        given = {"profile_id": ada.id, "field": field, "value": value, "asserted_at": moment, "verified_at": moment}
        session.add(FieldAssertion(**given, rank=AssertionRank.GUESS))
    session.commit()
    people = {name: Visitor(app).sign_in(user) for name, user in users.items()}
    patient, moderator = make.user("Pia 3"), make.moderator("Mia 4")
    session.commit()
    return SimpleNamespace(
        ada=ada,
        bo=bo,
        toronto=toronto,
        users=users | {"patient": patient, "moderator": moderator, "other": other},
        **people,
        other=Visitor(app).sign_in(other),
        patient=Visitor(app).sign_in(patient),
        moderator=Visitor(app).sign_in(moderator),
    )


@pytest.fixture
def say(session: Session) -> Callable[..., None]:
    """Say something of a profile."""

    def say(profile: Profile, user: Any, rank: AssertionRank = AssertionRank.OWNER, **said: Any) -> None:
        values = {name.replace("__", ":"): value for name, value in said.items()}
        assertions.say(session, profile_id=profile.id, values=values, speaker=Speaker(rank, user.id))
        session.commit()

    return say


@pytest.fixture
def shown(session: Session) -> Callable[..., Any]:
    """Return what is shown of a field."""

    def shown(profile: Profile, field: str) -> Any:
        session.expire_all()
        word = assertions.shown(assertions.holding(session, profile.id)).get(field)
        return None if word is None else word.value

    return shown


@pytest.fixture
def words(session: Session) -> Callable[..., list[FieldAssertion]]:
    """Return every word of a field, the oldest first."""

    def words(profile: Profile, field: str) -> list[FieldAssertion]:
        session.expire_all()
        mine = select(FieldAssertion).where(FieldAssertion.profile_id == profile.id, FieldAssertion.field == field)
        return list(session.exec(mine.order_by(FieldAssertion.id)).all())

    return words
