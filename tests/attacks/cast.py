"""Eight people, what belongs to them, and a path for every route: for tests that try everything as everybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from sqlmodel import Session, select
from werkzeug.routing import Rule

from directory.accounts import memberships
from directory.core import clock
from directory.core.db import Database
from directory.guides import queries as guide_queries
from directory.guides import service as guides
from directory.models.accounts import AuthSession, Role, User
from directory.models.assertions import AssertionRank, EditSuggestion, FieldAssertion
from directory.models.claims import Claim, ClaimProof, Invitation, ProofMethod, RoleProposal
from directory.models.evidence import Evidence, EvidenceKind
from directory.models.factors import Passkey
from directory.models.memberships import MembershipRole
from directory.models.moderation import Report, ReportKind
from directory.models.ops import KeptMail
from directory.models.profiles import Organization, Practitioner, PractitionerRole, Profile, ProfileKind
from directory.models.replies import Dispute, DisputeReason, DisputeStatus, Reply
from directory.profiles import proposing
from directory.profiles.proposing import Entry, Relation, Sort
from directory.team.rules import LIFE
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
        reply = Reply(review_id=review.id, profile_id=profile.id, user_id=self.user("owner").id, body="Thank you.", created_at=moment)
        dispute = Dispute(
            review_id=review.id, profile_id=profile.id, user_id=self.user("owner").id, created_at=moment, answer_due_at=moment
        )
        dispute.reason, dispute.text, dispute.status = DisputeReason.ABUSE, "It insults our nurse.", DisputeStatus.ANSWERED
        mail = KeptMail(message_id="m", recipient="a@p.example", subject="s", text="t", html="h", created_at=moment)
        session.add_all([report, device, passkey, mail, reply, dispute])
        claim = Claim(profile_id=profile.id, user_id=self.user("other patient").id, created_at=moment, updated_at=moment, expires_at=moment)
        session.add(claim)
        session.flush()
        shown = {"kind": EvidenceKind.LICENCE, "file_name": "licence.pdf", "media_type": "application/pdf", "size": 1, "key_id": "k"}
        paper = Evidence(claim_id=claim.id, user_id=claim.user_id, created_at=moment, **shown)
        session.add(paper)
        for method, subject in ((ProofMethod.LETTER_CODE, "1 Oak Street, Toronto, CA"), (ProofMethod.DNS_TXT, "https://studio.example")):
            session.add(ClaimProof(claim_id=claim.id, method=method, subject=subject, created_at=moment))
        told = {"name": "Cy Noor", "sort": Sort.STUDIO, "place_id": make.place().id, "website": "", "treatments": ("smp",)}
        draft = proposing.propose(session, user_id=patient.id, entry=Entry(**told, relation=Relation.CLIENT))
        credential = make.credential(profile, stated_by_id=self.user("owner").id, stated_at=moment)
        team = self._team(session, make, profile)
        values = {"field": "name", "value": "Ada", "asserted_at": moment, "verified_at": moment}
        word = FieldAssertion(profile_id=profile.id, rank=AssertionRank.OWNER, ended_at=moment, **values)
        asked = {"user_id": patient.id, "field": "accepting_clients", "value": True, "created_at": moment}
        suggestion = EditSuggestion(profile_id=profile.id, **asked)
        unowned = EditSuggestion(profile_id=make.profile("Cy Nobody").id, **asked)
        session.add_all([word, suggestion, unowned])
        session.commit()
        self.values: dict[str, Any] = {
            "slug": profile.slug,
            "guide": guide_queries.published(session)[0].slug,
            "review_id": review.id,
            "comment_id": comment.id,
            "report_id": report.id,
            "reply_id": reply.id,
            "dispute_id": dispute.id,
            "profile_id": profile.id,
            "user_id": self.user("other patient").id,
            **team,
            "session_id": device.id,
            "credential_id": credential.id,
            "passkey_id": passkey.id,
            "assertion_id": word.id,
            "suggestion_id": suggestion.id,
            "unowned_suggestion_id": unowned.id,
            "mail_id": mail.id,
            "claim_id": claim.id,
            "site": "dns",
            "paper": "licence",
            "code": "email",
            "evidence_id": paper.id,
            "entry_id": draft.id,
            "token": "x" * 43,
            "path": "us/",
            "name": "profiles",
            "number": 1,
            "zoom": 9,
            "x": 143,
            "y": 186,
            "build": "0",
        }

    def _team(self, session: Session, make: Make, profile: Profile) -> dict[str, int]:
        """Return the numbers of what stands on the pages of those who act for the profile: a colleague, an invitation, who works where."""
        colleague = make.user("Cora 8")
        member = memberships.grant(session, user_id=colleague.id, profile_id=profile.id, role=MembershipRole.RESPONDER)
        asked = {"profile_id": profile.id, "invited_by_id": self.user("owner").id, "email": "i@p.example", "email_key": "i@p.example"}
        invitation = Invitation(**asked, role=MembershipRole.MANAGER, token_hash="0", created_at=clock.now(), expires_at=clock.now() + LIFE)
        person = session.exec(select(Practitioner).where(Practitioner.profile_id == profile.id)).one()
        one, other = (self._practice(session, make) for _practice in range(2))
        role = PractitionerRole(practitioner_id=person.id, organization_id=one.id)
        said = {"practitioner_id": person.id, "organization_id": other.id, "proposed_by_profile_id": other.profile_id}
        proposal = RoleProposal(**said, created_at=clock.now())
        session.add_all([invitation, role, proposal])
        session.flush()
        return {"membership_id": member.id, "invitation_id": invitation.id, "role_id": role.id, "proposal_id": proposal.id}

    def _practice(self, session: Session, make: Make) -> Organization:
        practice = make.profile(kind=ProfileKind.PRACTICE)
        return session.exec(select(Organization).where(Organization.profile_id == practice.id)).one()

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
