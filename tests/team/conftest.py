"""A profile with an owner, for tests of those who act for it."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from directory import jobs
from directory.accounts import memberships
from directory.models.accounts import User
from directory.models.memberships import Membership, MembershipRole
from directory.models.ops import KeptMail
from directory.models.profiles import Profile, ProfileKind
from directory.team import invitations
from tests.factories import Make


@dataclass
class Team:
    """A profile and the people around it."""

    app: Flask
    session: Session
    make: Make
    profile: Profile
    owner: User

    def member(self, role: MembershipRole = MembershipRole.MANAGER, name: str = "", **more: Any) -> User:
        """Somebody who acts for the profile too."""
        user = self.make.user(name, **more)
        memberships.grant(self.session, user_id=user.id, profile_id=self.profile.id, role=role)
        self.session.commit()
        return user

    def row(self, user: User) -> Membership:
        """The row that says so."""
        return self.session.exec(select(Membership).where(Membership.user_id == user.id, Membership.profile_id == self.profile.id)).one()

    def roles(self) -> dict[int, str]:
        """Who may do what for the profile now."""
        rows = select(Membership.user_id, Membership.role).where(Membership.profile_id == self.profile.id)
        return {user_id: role.value for user_id, role in self.session.exec(rows).all()}

    def invite(self, email: str, role: MembershipRole = MembershipRole.MANAGER) -> str:
        """The secret of an invitation, as it stands in the mail to an address."""
        invitations.invite(self.session, profile_id=self.profile.id, email=email, role=role, actor_id=self.owner.id)
        self.session.commit()
        jobs.run_due(self.app)
        newest = select(KeptMail.text).where(KeptMail.recipient == email).order_by(col(KeptMail.id).desc())
        text = self.session.exec(newest).first() or ""
        return next(word for word in text.split() if "/invitations/" in word).rpartition("/")[2]

    def mails(self) -> list[tuple[str, str]]:
        """Whom the worker wrote to, and about what, the oldest first."""
        jobs.run_due(self.app)
        return list(self.session.exec(select(KeptMail.recipient, KeptMail.subject).order_by(col(KeptMail.id))).all())

    def other(self, name: str = "Reed Studio", kind: ProfileKind = ProfileKind.PRACTICE, *, owned: bool = True) -> tuple[Profile, User]:
        """Another profile, and its owner or somebody who is none."""
        profile, user = self.make.profile(name, kind=kind), self.make.user()
        if owned:
            memberships.grant(self.session, user_id=user.id, profile_id=profile.id, role=MembershipRole.OWNER)
        self.session.commit()
        return profile, user

    @property
    def base(self) -> str:
        """Where the pages of the profile begin."""
        return f"/manage/{self.profile.slug}"


@pytest.fixture
def team(app: Flask, session: Session, make: Make) -> Team:
    """Ada Marsh's profile, owned by Oda."""
    profile, owner = make.profile("Ada Marsh"), make.user("Oda 1", email="oda@p.example")
    memberships.grant(session, user_id=owner.id, profile_id=profile.id, role=MembershipRole.OWNER)
    session.commit()
    return Team(app, session, make, profile, owner)
