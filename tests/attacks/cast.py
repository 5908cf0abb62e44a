"""Eight people, what belongs to them, and a path for every route: for tests that try everything as everybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlmodel import Session
from werkzeug.routing import Rule

from directory.accounts import memberships
from directory.core import clock
from directory.core.db import Database
from directory.guides import queries as guide_queries
from directory.guides import service as guides
from directory.models.accounts import AuthSession, Role, User
from directory.models.assertions import AssertionRank, EditSuggestion, FieldAssertion
from directory.models.factors import Passkey
from directory.models.memberships import MembershipRole
from directory.models.moderation import Report, ReportKind
from directory.models.ops import KeptMail
from tests.clients import Visitor
from tests.factories import Make

#: Who tries, in the order of the columns.
WHO = ("signed out", "unconfirmed", "patient", "other patient", "owner", "other owner", "moderator", "admin")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class Cast:
    """The people and their things. The patient wrote a review and a comment on the profile that the owner acts for."""

    def __init__(self, session: Session, make: Make) -> None:
        make.treatment("smp")
        guides.sync(session)
        self.people: dict[str, User | None] = {
            "signed out": None,
            "unconfirmed": make.user("Uma 1", email_confirmed_at=None),
            "patient": make.user("Pia 2"),
            "other patient": make.user("Ole 3"),
            "owner": make.user("Oda 4", role=Role.PRACTITIONER),
            "other owner": make.user("Ove 5", role=Role.PRACTITIONER),
            "moderator": make.user("Mia 6", role=Role.MODERATOR),
            "admin": make.user("Ada 7", role=Role.ADMIN),
        }
        profile, elsewhere = make.profile("Ada Marsh"), make.profile("Bo Reed")
        for name, page in (("owner", profile), ("other owner", elsewhere)):
            memberships.grant(session, user_id=self.user(name).id, profile_id=page.id, role=MembershipRole.OWNER)
        patient, moment = self.user("patient"), clock.now()
        review, comment = make.review(profile=profile, author=patient), make.comment(profile=profile, author=patient)
        report = Report(review_id=review.id, kind=ReportKind.ABUSE, text="Rude.", reporter_email="r@readers.example", created_at=moment)
        device = AuthSession(token_hash="0" * 64, user_id=patient.id, created_at=moment, last_seen_at=moment, expires_at=moment)
        passkey = Passkey(user_id=patient.id, credential_id="a2V5", public_key=b"k", name="Phone", created_at=moment)
        mail = KeptMail(message_id="m", recipient="a@p.example", subject="s", text="t", html="h", created_at=moment)
        values = {"field": "name", "value": "Ada", "asserted_at": moment, "verified_at": moment}
        word = FieldAssertion(profile_id=profile.id, rank=AssertionRank.OWNER, ended_at=moment, **values)
        asked = {"user_id": patient.id, "field": "accepting_clients", "value": True, "created_at": moment}
        suggestion = EditSuggestion(profile_id=profile.id, **asked)
        unowned = EditSuggestion(profile_id=make.profile("Cy Nobody").id, **asked)
        session.add_all([report, device, passkey, mail, word, suggestion, unowned])
        session.commit()
        self.values: dict[str, Any] = {
            "slug": profile.slug,
            "guide": guide_queries.published(session)[0].slug,
            "review_id": review.id,
            "comment_id": comment.id,
            "report_id": report.id,
            "profile_id": profile.id,
            "user_id": self.user("other patient").id,
            "session_id": device.id,
            "passkey_id": passkey.id,
            "assertion_id": word.id,
            "suggestion_id": suggestion.id,
            "unowned_suggestion_id": unowned.id,
            "mail_id": mail.id,
            "token": "x" * 43,
            "path": "us/",
            "name": "profiles",
            "number": 1,
            "zoom": 9,
            "x": 143,
            "y": 186,
            "build": "0",
        }

    def user(self, name: str) -> User:
        """Return one of the people by what they are."""
        found = self.people[name]
        assert found is not None
        return found

    def visitor(self, app: Flask, name: str, **more: Any) -> Visitor:
        """Return this person with a browser; staff have shown two factors."""
        user = self.people[name]
        return Visitor(app) if user is None else Visitor(app).sign_in(user, **more)

    def path(self, app: Flask, rule: Rule) -> str:
        """Return a path of this route that leads to something; a new part of addresses needs a value above."""
        missing = rule.arguments - self.values.keys()
        assert not missing, f"{rule.rule}: no value for {sorted(missing)} in tests/attacks/cast.py"
        given = {name: self.values[name] for name in rule.arguments}
        if rule.rule.startswith("/guides/"):
            given["slug"] = self.values["guide"]
        if rule.rule.startswith("/moderation/suggestions/"):
            given["suggestion_id"] = self.values["unowned_suggestion_id"]
        if rule.endpoint == "static_files":
            given["name"] = "css/site.css"
        with app.test_request_context():
            return app.url_for(rule.endpoint, **given)


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every route with each method that it takes, in the order of addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        for method in ("GET", *UNSAFE):
            if method in (rule.methods or ()):
                yield rule, method


@contextmanager
def undone(database: Database) -> Iterator[None]:
    """Undo whatever is written inside, so that each try finds the same world."""
    connection = database._bind
    assert isinstance(connection, Connection), "only on the pinned connection of a test"
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def send(visitor: Visitor, method: str, path: str, token: Callable[[Visitor], str]) -> Any:
    """Ask as this visitor; an unsafe method carries the token against forged requests and nothing else."""
    if method == "GET":
        return visitor.get(path, follow=False)
    data = {"csrf_token": token(visitor)}
    return visitor.client.open(path, method=method, data=data, environ_base={"REMOTE_ADDR": visitor.address})
