"""Mails really go out, once, to a server whose certificate holds; and every mail there is says what it should."""

import asyncio
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import delete, update
from sqlmodel import Session, select

from directory import jobs, outbox
from directory.accounts import emails, memberships
from directory.app import create_app
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.credentials import service as credentials
from directory.models.accounts import MailedToken, NotificationChoice, Role, TokenPurpose, User, UserStatus
from directory.models.claims import Claim, ClaimProof, ClaimStatus, ProofMethod
from directory.models.memberships import Membership, MembershipRole
from directory.models.moderation import Decision, DecisionAction, ReasonClass, Report, ReportKind
from directory.models.ops import Job, JobStatus, KeptMail
from directory.models.profiles import Credential, Profile, ProfileKind
from directory.models.replies import Dispute, DisputeOutcome, Reply
from directory.models.reviews import Review, ReviewStatus
from directory.notifications import mail
from directory.notifications.kinds import KINDS, OF_MAIL, OPTIONAL
from directory.privacy import erasure
from directory.profiles import suggestions
from directory.team import invitations, people
from directory.web import mailer, mails
from tests.accounts.visits import link_in
from tests.clients import Visitor
from tests.factories import Make


class Server:
    """A mail server on this machine: keeps what it takes, refuses what it is told to refuse."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], EmailMessage]] = []
        self.answer_to_rcpt = "250 OK"
        self.farewell = 0.0
        self.port = _free_port()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.answer_to_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), message))
        return "250 taken"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.farewell)
        return "221 Bye"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def listening(**how: Any) -> Iterator[Server]:
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **how)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def site(settings: Settings, database: Database, **more: Any) -> Flask:
    """The site with a mail server in its settings."""
    return create_app(settings.model_copy(update={"smtp_host": "127.0.0.1", "operator_name": "Hairline e.V.", **more}), database=database)


@pytest.fixture
def server() -> Iterator[Server]:
    with listening() as server:
        yield server


@pytest.fixture
def posting(settings: Settings, database: Database, server: Server) -> Flask:
    """The site, wired to `server`."""
    return site(settings, database, smtp_port=server.port, smtp_tls="none", mail_from="post@hairline.example")


def only_job(session: Session) -> Job:
    session.expire_all()
    return session.exec(select(Job)).one()


def again(app: Flask, session: Session) -> None:
    """Let the job be due again, as after a crash or a failure."""
    session.execute(update(Job).values(status=JobStatus.WAITING, run_at=clock.now() - timedelta(seconds=1), leased_until=None))
    jobs.run_due(app)


class TestSending:
    def test_a_mail_goes_out_once_and_whole(self, posting: Flask, server: Server, session: Session) -> None:
        """Seen to fail with the HTML part left out, and with the job left waiting."""
        mail.try_out(session, address="ada@patients.example")
        assert jobs.run_due(posting) == 1
        assert jobs.run_due(posting) == 0
        ((sender, to, message),) = server.taken
        assert (sender, to) == ("post@hairline.example", ["ada@patients.example"])
        assert message["From"] == "Hairline <post@hairline.example>"
        assert (message["To"], message["Subject"], message["Auto-Submitted"]) == ("ada@patients.example", "Mail works", "auto-generated")
        text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert text is not None
        assert html is not None
        assert "This mail was sent to see whether mail works. It does." in text.get_content()
        assert "<h1>Mail works</h1>" in html.get_content()
        assert only_job(session).status is JobStatus.DONE
        assert session.exec(select(KeptMail)).all() == []

    def test_sent_twice_it_carries_one_message_id(self, posting: Flask, server: Server, session: Session) -> None:
        """Seen to fail with a random id: mail programs would show two mails."""
        job_id = mail.try_out(session, address="ada@patients.example")
        jobs.run_due(posting)
        again(posting, session)
        assert [message["Message-ID"] for _from, _to, message in server.taken] == [f"<job-{job_id}@localhost>"] * 2

    def test_an_address_that_takes_no_mail_is_given_up(self, posting: Flask, server: Server, session: Session) -> None:
        """And does not stand in the log of errors. Seen to fail with the server's words kept, which repeat the address."""
        server.answer_to_rcpt = "550 5.1.1 <ada@patients.example> unknown"
        mail.try_out(session, address="ada@patients.example")
        jobs.run_due(posting)
        job = only_job(session)
        assert (job.status, job.last_error) == (JobStatus.DEAD, "Hopeless: recipient refused: [550]")

    def test_a_server_that_asks_to_come_back_is_asked_again(self, posting: Flask, server: Server, session: Session) -> None:
        """Greylisting. Seen to fail with every refusal taken for hopeless."""
        server.answer_to_rcpt = "451 4.7.1 greylisted"
        mail.try_out(session, address="ada@patients.example")
        jobs.run_due(posting)
        assert only_job(session).last_error == "MailRefused: recipient refused: [451]"
        server.answer_to_rcpt = "250 OK"
        again(posting, session)
        assert len(server.taken) == 1
        assert only_job(session).status is JobStatus.DONE

    def test_a_farewell_that_never_comes_does_not_send_it_again(self, posting: Flask, server: Server, session: Session) -> None:
        """Seen to fail with the error of the farewell let through: the mail was taken, then counted as failed."""
        server.farewell = 3
        posting.extensions["mailman"].timeout = 0.5
        mail.try_out(session, address="ada@patients.example")
        jobs.run_due(posting)
        assert len(server.taken) == 1
        assert only_job(session).status is JobStatus.DONE

    def test_a_server_that_is_away_is_waited_for(self, settings: Settings, database: Database, session: Session) -> None:
        """Seen to fail with the error swallowed."""
        app = site(settings, database, smtp_port=_free_port(), smtp_tls="none")
        mail.try_out(session, address="ada@patients.example")
        jobs.run_due(app)
        job = only_job(session)
        assert job.status is JobStatus.WAITING
        assert "ConnectionRefusedError" in job.last_error

    def test_without_a_server_no_mail_is_kept_where_others_could_read_it(
        self, settings: Settings, database: Database, session: Session
    ) -> None:
        """In development, listening to the world. Seen to fail with `keeps_mail` true for any address."""
        app = site(settings, database, smtp_host="", host="0.0.0.0")
        mail.try_out(session, address="ada@patients.example")
        jobs.run_due(app)
        assert session.exec(select(KeptMail)).all() == []
        assert "no mail server" in only_job(session).last_error
        assert app.test_client().get("/dev/outbox").status_code == 404

    def test_nothing_typed_makes_a_header(self, posting: Flask, server: Server, session: Session) -> None:
        """Seen to fail without `clean_line`: the library refuses the line break, and the job fails for ever."""
        name = "x\r\nBcc: all@evil.example"

        def handler(work: Any) -> None:
            mailer.send(work, to="ada@patients.example", subject=f"About {name}", template="try_out")

        outbox.enqueue(session, "mail.odd")
        with posting.app_context():
            jobs.work.run_due(posting.extensions["hairline_database"], posting.extensions["hairline_settings"], {"mail.odd": handler})
        ((_from, to, message),) = server.taken
        assert to == ["ada@patients.example"]
        assert message["Bcc"] is None
        assert message["Subject"] == "About x Bcc: all@evil.example"


class TestCertificates:
    def test_the_certificate_is_looked_at(self, posting: Flask) -> None:
        """Seen to fail with the context that smtplib makes by itself: it takes any."""
        with posting.app_context():
            context = mailer.Connection(mailman=posting.extensions["mailman"]).ssl_context
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname

    @pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
    @pytest.mark.parametrize("tls", ["starttls", "tls"])
    def test_a_server_that_nobody_vouches_for_gets_no_mail(
        self, settings: Settings, database: Database, session: Session, tmp_path: Path, tls: str
    ) -> None:
        """Nor a password. Seen to fail with Flask-Mailman's own connection (STARTTLS)."""
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
        subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        how = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {"ssl_context": context}
        with listening(**how) as server:
            app = site(settings, database, smtp_port=server.port, smtp_tls=tls, smtp_user="u", smtp_password="p" * 12)
            mail.try_out(session, address="ada@patients.example")
            jobs.run_due(app)
        assert server.taken == []
        assert "CERTIFICATE_VERIFY_FAILED" in only_job(session).last_error


def _decision(session: Session, make: Make, **target: Any) -> dict[str, int]:
    kind = target.pop("kind", ReportKind.ABUSE)
    about = {"profile_id": make.profile("Ada Marsh").id} if "user_id" in target else target
    report = Report(**about, kind=kind, text="It names <me>.", reporter_email="rita@reporters.example", created_at=clock.now())
    session.add(report)
    session.flush()
    decision = Decision(
        **target,
        report_id=report.id,
        action=DecisionAction.HIDE,
        reason_class=ReasonClass.ABUSE,
        reason="Insults & <names>.",
        created_at=clock.now(),
    )
    session.add(decision)
    session.flush()
    return {"decision_id": decision.id, "report_id": report.id}


def _moving(session: Session, make: Make, *, to: str = "new.one@post.example") -> User:
    """Somebody whose account is about to move from a@p.example; the job of the mail is for the test to write."""
    user = make.user(email="a@p.example")
    emails.ask(session, user_id=user.id, email=to)
    session.execute(delete(Job))
    return user


def _left(session: Session, make: Make) -> None:
    user = make.user(email="new.one@post.example")
    moment = clock.now()
    link = MailedToken(
        token_hash="0" * 64, user_id=user.id, purpose=TokenPurpose.RELEASE_EMAIL, email_key="a@p.example", password_version=1
    )
    link.created_at, link.expires_at, link.used_at = moment, moment, moment
    session.add(link)
    session.flush()
    mail.email_left(session, link_id=link.id)


def _claim(session: Session, make: Make, status: ClaimStatus, **more: Any) -> Claim:
    """A claim of somebody who gets mail at a@p.example to the page of Ada Marsh."""
    profile, user, moment = make.profile("Ada Marsh"), make.user(email="a@p.example"), clock.now()
    claim = Claim(profile_id=profile.id, user_id=user.id, status=status, created_at=moment, updated_at=moment, expires_at=moment, **more)
    session.add(claim)
    session.flush()
    return claim


def _about_claim(tell: Callable[..., None], status: ClaimStatus, **more: Any) -> Callable[[Session, Make], object]:
    return lambda session, make: tell(session, claim_id=_claim(session, make, status, **more).id)


def _claim_code(session: Session, make: Make) -> None:
    claim = _claim(session, make, ClaimStatus.CHALLENGE_SENT)
    proof = ClaimProof(claim_id=claim.id, method=ProofMethod.EMAIL_AT_DOMAIN, subject="ada@studio.example", created_at=clock.now())
    session.add(proof)
    session.flush()
    mail.claim_code(session, proof_id=proof.id)


def _access_asked(session: Session, make: Make) -> None:
    holder, moment = _claim(session, make, ClaimStatus.APPROVED), clock.now()
    other = Claim(profile_id=holder.profile_id, user_id=make.user().id, created_at=moment, updated_at=moment, expires_at=moment)
    session.add(other)
    session.flush()
    mail.access_asked(session, claim_id=other.id)


def _credential(session: Session, make: Make, **more: Any) -> Credential:
    """A credential of a profile that the person acts for, who states it."""
    owner, profile = make.user(email="a@p.example"), make.profile("Ada Marsh")
    memberships.grant(session, user_id=owner.id, profile_id=profile.id, role=MembershipRole.OWNER)
    return make.credential(profile, stated_by_id=owner.id, stated_at=clock.now(), **more)


def _looked(session: Session, make: Make) -> None:
    outcome, why = credentials.Outcome.NOT_FOUND, "No such <policy> there."
    one = _credential(session, make)
    credentials.decide(session, credential_id=one.id, moderator_id=make.moderator().id, outcome=outcome, source_url="", reason=why)


def _expiring(session: Session, make: Make) -> None:
    one = _credential(session, make, expires_on=date(2026, 12, 1))
    mail.credential_expiring(session, credential_id=one.id, user_id=one.stated_by_id or 0)


def _member(session: Session, make: Make) -> dict[str, int]:
    """A manager of a profile."""
    user, profile = make.user(email="a@p.example"), make.profile("Ada <names>")
    memberships.grant(session, user_id=user.id, profile_id=profile.id, role=MembershipRole.MANAGER)
    return {"user_id": user.id, "profile_id": profile.id}


def _arrived(session: Session, make: Make, **said: Any) -> None:
    """A review of a profile that somebody answers for."""
    user, profile = make.user(email="a@p.example"), make.profile("Ada Marsh")
    memberships.grant(session, user_id=user.id, profile_id=profile.id, role=MembershipRole.RESPONDER)
    mail.review_arrived(session, review_id=make.review(profile=profile, **said).id, user_id=user.id)


def _suggested(session: Session, make: Make) -> None:
    who = _member(session, make)
    visitor = make.user().id
    suggestions.ask(session, profile_id=who["profile_id"], user_id=visitor, field="name", value="It names <words>", note="It names me.")
    mail.suggestion_arrived(session, **who)


def _invited(session: Session, make: Make) -> None:
    owner, profile = make.user(), make.profile("Ada <names>")
    memberships.grant(session, user_id=owner.id, profile_id=profile.id, role=MembershipRole.OWNER)
    invitations.invite(session, profile_id=profile.id, email="i@p.example", role=MembershipRole.MANAGER, actor_id=owner.id)


def _works_asked(session: Session, make: Make) -> None:
    owner, other = make.user(), make.user(email="a@p.example")
    person, practice = make.profile("Ada <names>"), make.profile("Bo <words>", kind=ProfileKind.PRACTICE)
    for user, profile in ((owner, person), (other, practice)):
        memberships.grant(session, user_id=user.id, profile_id=profile.id, role=MembershipRole.OWNER)
    people.propose(session, profile_id=person.id, other_id=practice.id, title="Lead", actor_id=owner.id)


def _reply(make: Make, author: User | None = None) -> Reply:
    review = make.review(profile=make.profile("Ada Marsh"), author=author)
    return make.reply(review=review, user_id=make.user(email="desk@practices.example").id, body="Thank you <all>.")


def _dispute(session: Session, make: Make, *, reviewer: str = "", filer: str = "", **more: Any) -> Dispute:
    """A decided dispute between two people, each with an address of their own."""
    profile = make.profile("Ada Marsh")
    author, user = make.user(email=reviewer or "owen@reviewers.example"), make.user(email=filer or "desk@practices.example")
    memberships.grant(session, user_id=user.id, profile_id=profile.id, role=MembershipRole.OWNER)
    words = {"text": "The year is <wrong>.", "answer": "SECRET ANSWER", "outcome": DisputeOutcome.KEPT, "decision": "No rule is broken."}
    words |= {"appeal_outcome": DisputeOutcome.REMOVED, "appeal_decision": "A rule is broken after all.", "appeal": "SECRET APPEAL"}
    return make.dispute(review=make.review(profile=profile, author=author), user=user, **words | more)


#: Each mail: what makes it, who gets it, what it must say.
MAILS: dict[str, tuple[Callable[[Session, Make], object], str, tuple[str, ...]]] = {
    "confirm_email": (
        lambda session, make: mail.confirm_email(session, user_id=make.user(email="a@p.example", email_confirmed_at=None).id),
        "a@p.example",
        ("http://localhost:8000/confirm/", "three days"),
    ),
    "credential_decided": (
        _looked,
        "a@p.example",
        ("Ada Marsh", "Liability insurance", "We could not find it.", "No such", "http://localhost:8000/manage/ada-marsh-"),
    ),
    "credential_expiring": (
        _expiring,
        "a@p.example",
        ("Ada Marsh", "Liability insurance", "1 Dec 2026", "http://localhost:8000/manage/ada-marsh-"),
    ),
    "password_reset": (
        lambda session, make: mail.password_reset(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/reset/", "30 minutes"),
    ),
    "already_registered": (
        lambda session, make: mail.already_registered(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/login", "http://localhost:8000/reset", "nothing was changed"),
    ),
    "password_changed": (
        lambda session, make: mail.password_changed(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/reset", "If it was not you"),
    ),
    "passkey_added": (
        lambda session, make: mail.passkey_added(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/second-factor", "http://localhost:8000/reset", "can be used to log in"),
    ),
    "passkey_removed": (
        lambda session, make: mail.passkey_removed(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/second-factor", "http://localhost:8000/reset", "can no longer be used"),
    ),
    "totp_added": (
        lambda session, make: mail.totp_added(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/second-factor", "http://localhost:8000/reset", "codes are asked for"),
    ),
    "totp_removed": (
        lambda session, make: mail.totp_removed(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/second-factor", "http://localhost:8000/reset", "no longer asked for"),
    ),
    "recovery_codes_made": (
        lambda session, make: mail.recovery_codes_made(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/second-factor", "http://localhost:8000/reset", "no longer work"),
    ),
    "recovery_code_used": (
        lambda session, make: mail.recovery_code_used(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/second-factor", "http://localhost:8000/reset", "You have 0 codes left."),
    ),
    "passkey_copied": (
        lambda session, make: mail.passkey_copied(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/second-factor", "http://localhost:8000/reset", "we refused it"),
    ),
    "second_factor_failed": (
        lambda session, make: mail.second_factor_failed(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/second-factor", "http://localhost:8000/reset", "somebody knows your password"),
    ),
    "role_changed": (
        lambda session, make: mail.role_changed(session, user_id=make.user(email="a@p.example", role=Role.MODERATOR).id),
        "a@p.example",
        ("moderator", "logged out everywhere", "http://localhost:8000/login"),
    ),
    "new_sign_in": (
        lambda session, make: mail.new_sign_in(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("http://localhost:8000/account/sessions", "http://localhost:8000/reset"),
    ),
    "release_email": (
        lambda session, make: mail.release_email(session, user_id=_moving(session, make).id),
        "a@p.example",
        ("http://localhost:8000/account/email/release/", "n…@p….example", "24 hours", "http://localhost:8000/reset"),
    ),
    "take_email": (
        lambda session, make: mail.take_email(session, user_id=_moving(session, make).id),
        "new.one@post.example",
        ("http://localhost:8000/account/email/take/", "24 hours"),
    ),
    "email_changed": (
        lambda session, make: mail.email_changed(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("From now on", "http://localhost:8000/login"),
    ),
    "email_left": (_left, "a@p.example", ("n…@p….example", "http://localhost:8000/contact", "work no longer")),
    "report_received": (
        lambda session, make: mail.report_received(session, report_id=_decision(session, make, profile_id=make.profile().id)["report_id"]),
        "rita@reporters.example",
        ("We have your report",),
    ),
    "report_decided": (
        lambda session, make: mail.report_decided(
            session, decision_id=_decision(session, make, review_id=make.review(profile=make.profile("Ada Marsh")).id)["decision_id"]
        ),
        "rita@reporters.example",
        ("Ada Marsh", "It is no longer shown.", "insults or threats", "six months"),
    ),
    "review_hidden": (
        lambda session, make: mail.review_hidden(
            session,
            decision_id=_decision(
                session,
                make,
                review_id=make.review(profile=make.profile("Ada Marsh"), author=make.user(email="a@p.example"), body="My <words>.").id,
            )["decision_id"],
        ),
        "a@p.example",
        (
            "Ada Marsh",
            "insults or threats",
            "Insults & <names>.",
            "no machine did",
            "six months",
            "My <words>.",
            "http://localhost:8000/guidelines",
        ),
    ),
    "review_restored": (
        lambda session, make: mail.review_restored(
            session, decision_id=_decision(session, make, review_id=make.review(author=make.user(email="a@p.example")).id)["decision_id"]
        ),
        "a@p.example",
        ("is shown again", "Insults & <names>."),
    ),
    "review_released": (
        lambda session, make: mail.review_released(
            session, decision_id=_decision(session, make, review_id=make.review(author=make.user(email="a@p.example")).id)["decision_id"]
        ),
        "a@p.example",
        ("is shown now", "Insults & <names>."),
    ),
    "comment_released": (
        lambda session, make: mail.comment_released(
            session, decision_id=_decision(session, make, comment_id=make.comment(author=make.user(email="a@p.example")).id)["decision_id"]
        ),
        "a@p.example",
        ("is shown now", "Insults & <names>."),
    ),
    "comment_hidden": (
        lambda session, make: mail.comment_hidden(
            session,
            decision_id=_decision(
                session,
                make,
                comment_id=make.comment(guide=make.guide(title="SMP, step by step"), author=make.user(email="a@p.example")).id,
            )["decision_id"],
        ),
        "a@p.example",
        ("SMP, step by step", "insults or threats", "How long did the redness last?"),
    ),
    "comment_restored": (
        lambda session, make: mail.comment_restored(
            session, decision_id=_decision(session, make, comment_id=make.comment(author=make.user(email="a@p.example")).id)["decision_id"]
        ),
        "a@p.example",
        ("is shown again",),
    ),
    "reply_hidden": (
        lambda session, make: mail.reply_hidden(session, decision_id=_decision(session, make, reply_id=_reply(make).id)["decision_id"]),
        "desk@practices.example",
        ("Ada Marsh", "insults or threats", "Insults & <names>.", "Thank you <all>.", "six months"),
    ),
    "reply_restored": (
        lambda session, make: mail.reply_restored(session, decision_id=_decision(session, make, reply_id=_reply(make).id)["decision_id"]),
        "desk@practices.example",
        ("Ada Marsh", "shown again"),
    ),
    "reply_published": (
        lambda session, make: mail.reply_published(session, reply_id=_reply(make, make.user(email="a@p.example")).id),
        "a@p.example",
        ("Ada Marsh", "Thank you <all>.", "http://localhost:8000/p/ada-marsh", "http://localhost:8000/report/reply/"),
    ),
    "review_arrived": (
        lambda session, make: _arrived(session, make, overall=1, title="It names me", body="It names <names> and <words>."),
        "a@p.example",
        ("Ada Marsh", "A review of", "You need not.", "http://localhost:8000/manage/ada-marsh-"),
    ),
    "suggestion_arrived": (
        lambda session, make: _suggested(session, make),
        "a@p.example",
        ("Ada <names>", "you decide", "http://localhost:8000/manage/"),
    ),
    "dispute_filed": (
        lambda session, make: mail.dispute_filed(session, dispute_id=_dispute(session, make, reviewer="a@p.example").id),
        "a@p.example",
        ("Ada Marsh", "The year is <wrong>.", "no reason by itself", "http://localhost:8000/reviews/"),
    ),
    "dispute_called_off": (
        lambda session, make: mail.dispute_called_off(session, dispute_id=_dispute(session, make, reviewer="a@p.example").id),
        "a@p.example",
        ("Ada Marsh", "called off its dispute", "you need do nothing", "http://localhost:8000/reviews/"),
    ),
    "dispute_appealed": (
        lambda session, make: mail.dispute_appealed(session, dispute_id=_dispute(session, make, reviewer="a@p.example").id),
        "a@p.example",
        ("Ada Marsh", "Another moderator", "http://localhost:8000/reviews/"),
    ),
    "dispute_decided_reviewer": (
        lambda session, make: mail.dispute_decided_reviewer(
            session, dispute_id=_dispute(session, make, reviewer="a@p.example").id, is_appeal=False
        ),
        "a@p.example",
        ("Ada Marsh", "The review stays as it is", "No rule is broken.", "180 days", "http://localhost:8000/reviews/"),
    ),
    "dispute_decided_filer": (
        lambda session, make: mail.dispute_decided_filer(
            session, dispute_id=_dispute(session, make, filer="a@p.example").id, is_appeal=True
        ),
        "a@p.example",
        ("Ada Marsh", "The review is taken down", "A rule is broken after all.", "final here", "http://localhost:8000/manage/"),
    ),
    "account_suspended": (
        lambda session, make: mail.account_suspended(
            session,
            decision_id=_decision(session, make, user_id=make.user(email="a@p.example", status=UserStatus.SUSPENDED).id)["decision_id"],
        ),
        "a@p.example",
        ("suspended", "insults or threats", "six months"),
    ),
    "account_restored": (
        lambda session, make: mail.account_restored(
            session, decision_id=_decision(session, make, user_id=make.user(email="a@p.example").id)["decision_id"]
        ),
        "a@p.example",
        ("you can log in",),
    ),
    "claim_code": (_claim_code, "ada@studio.example", ("Ada Marsh", "15 minutes", "http://localhost:8000/contact")),
    "claim_opened": (
        _about_claim(mail.claim_opened, ClaimStatus.STARTED),
        "a@p.example",
        ("Ada Marsh", "http://localhost:8000/claims/", "30 days"),
    ),
    "claim_in_review": (
        _about_claim(mail.claim_in_review, ClaimStatus.IN_REVIEW),
        "a@p.example",
        ("Ada Marsh", "A person looks", "http://localhost:8000/claims/"),
    ),
    "claim_approved": (
        _about_claim(mail.claim_approved, ClaimStatus.APPROVED, reason="We rang & asked <names>."),
        "a@p.example",
        ("Ada Marsh", "We rang & asked <names>.", "says nothing about the facts or the work", "http://localhost:8000/manage/"),
    ),
    "claim_denied": (
        _about_claim(mail.claim_denied, ClaimStatus.DENIED, reason="Insults & <names>."),
        "a@p.example",
        ("Ada Marsh", "Insults & <names>.", "six months"),
    ),
    "claim_expired": (_about_claim(mail.claim_expired, ClaimStatus.EXPIRED), "a@p.example", ("Ada Marsh", "http://localhost:8000/p/")),
    "claim_overtaken": (
        _about_claim(mail.claim_overtaken, ClaimStatus.PROOF_RECEIVED),
        "a@p.example",
        ("Ada Marsh", "7 days", "two moderators", "http://localhost:8000/claims/"),
    ),
    "access_asked": (_access_asked, "a@p.example", ("Ada Marsh", "7 days", "http://localhost:8000/manage/")),
    "claim_contested": (
        _about_claim(mail.claim_contested, ClaimStatus.CONTESTED),
        "a@p.example",
        ("Ada Marsh", "You keep the page", "http://localhost:8000/manage/"),
    ),
    "claim_kept": (_about_claim(mail.claim_kept, ClaimStatus.APPROVED), "a@p.example", ("Ada Marsh", "contested no longer")),
    "claim_transferred": (
        _about_claim(mail.claim_transferred, ClaimStatus.TRANSFERRED, reason="Insults & <names>."),
        "a@p.example",
        ("Ada Marsh", "Two moderators", "Insults & <names>.", "six months"),
    ),
    "claim_revoked": (
        _about_claim(mail.claim_revoked, ClaimStatus.REVOKED, reason="Insults & <names>."),
        "a@p.example",
        ("Ada Marsh", "no longer", "Insults & <names>.", "six months"),
    ),
    "claim_lapsed": (
        _about_claim(mail.claim_lapsed, ClaimStatus.APPROVED),
        "a@p.example",
        ("Ada Marsh", "14 days", "Nothing has changed yet", "http://localhost:8000/claims/"),
    ),
    "erasure_asked": (
        lambda session, make: (
            erasure.ask(session, user_id=make.user(email="a@p.example").id, keeps_reviews=False),
            session.execute(update(Job).where(Job.name == erasure.JOB).values(status=JobStatus.DONE)),
        ),
        "a@p.example",
        ("We do so on", "Your reviews, your comments", "http://localhost:8000/account"),
    ),
    "erasure_cancelled": (
        lambda session, make: mail.erasure_cancelled(session, user_id=make.user(email="a@p.example").id),
        "a@p.example",
        ("is not deleted", "http://localhost:8000/reset"),
    ),
    "new_entry_shown": (
        lambda session, make: mail.new_entry_shown(
            session, user_id=make.user(email="a@p.example").id, profile_id=make.profile("Cy & Noor", slug="cy-noor").id
        ),
        "a@p.example",
        ("Cy & Noor", "listed now", "http://localhost:8000/p/cy-noor"),
    ),
    "new_entry_declined": (
        lambda session, make: mail.new_entry_declined(
            session, user_id=make.user(email="a@p.example").id, profile_id=1, name="Cy & Noor", reason="Their site is about <brows>."
        ),
        "a@p.example",
        ("Cy & Noor", "not listed", "Their site is about <brows>."),
    ),
    "member_invited": (
        lambda session, make: _invited(session, make),
        "i@p.example",
        ("Ada <names>", "http://localhost:8000/invitations/", "14 days", "do nothing"),
    ),
    "member_role": (
        lambda session, make: mail.member_role(session, **_member(session, make)),
        "a@p.example",
        ("Ada <names>", "Manager", "http://localhost:8000/manage/"),
    ),
    "member_removed": (
        lambda session, make: mail.member_removed(session, **_member(session, make)),
        "a@p.example",
        ("Ada <names>", "ended your part", "http://localhost:8000/contact"),
    ),
    "profile_given_back": (
        lambda session, make: mail.profile_given_back(session, **_member(session, make)),
        "a@p.example",
        ("Ada <names>", "claimed anew", "http://localhost:8000/p/"),
    ),
    "team_changed": (
        lambda session, make: mail.team_changed(session, **_member(session, make), member_id=make.user("Bea <words>").id, what="joined"),
        "a@p.example",
        ("Ada <names>", "Bea <words>", "http://localhost:8000/manage/"),
    ),
    "works_here_asked": (
        lambda session, make: _works_asked(session, make),
        "a@p.example",
        ("Ada <names>", "Bo <words>", "neither page until you agree", "http://localhost:8000/manage/"),
    ),
    "works_here_settled": (
        lambda session, make: mail.works_here_settled(
            session, **_member(session, make), other_id=make.profile("Bo <words>").id, outcome="ended"
        ),
        "a@p.example",
        ("Ada <names>", "Bo <words>", "Reviews stay", "http://localhost:8000/manage/"),
    ),
    "try_out": (lambda session, make: mail.try_out(session, address="op@hairline.example") and None, "op@hairline.example", ("It does.",)),
}

#: The whole mail about a review, without the way to switch it off: nothing in it comes from the review.
ARRIVED = (
    "A review of Ada Marsh is shown on its page. Read it, and answer it in public if you wish. You need not."
    " http://localhost:8000/manage/ada/reviews -- Hairline http://localhost:8000/ You get this mail because you act for a profile here."
    " Switch mails of this kind off: http://localhost:8000/unsubscribe/"
)


class TestEveryMail:
    def test_each_has_a_case_here(self) -> None:
        """Seen to fail with a handler added."""
        assert {f"mail.{name}" for name in MAILS} == set(mails.HANDLERS)
        assert all(callable(getattr(mail, name)) for name in MAILS)

    @pytest.mark.parametrize("name", MAILS)
    def test_it_says_what_it_should_to_whom_it_should(self, app: Flask, session: Session, make: Make, name: str) -> None:
        """As text and as HTML, with what people typed as words and not as markup. Seen to fail with `|safe` in a template."""
        begin, to, said = MAILS[name]
        begin(session, make)
        assert jobs.run_due(app) == 1
        kept = session.exec(select(KeptMail)).one()
        assert kept.recipient == to
        assert kept.subject == kept.subject.strip() != ""
        html = kept.html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&#39;", "'")
        for words in said:
            assert words in kept.text
            assert words in html
        assert "It names" not in kept.text + kept.html, "the address of a report is its sender's word: nothing typed goes there"
        assert "<names>" not in kept.html
        assert "<words>" not in kept.html
        assert "\n\n\n" not in kept.text
        assert "%(" not in kept.text + kept.html

    @pytest.mark.parametrize("overall", [1, 5])
    def test_of_a_review_it_says_the_same_whatever_the_stars(self, app: Flask, session: Session, make: Make, overall: int) -> None:
        """Seen to fail with the stars among the words."""
        _arrived(session, make, overall=overall)
        session.execute(update(Profile).values(slug="ada"))
        jobs.run_due(app)
        kept = session.exec(select(KeptMail)).one()
        text = re.sub(r"/unsubscribe/\S+", "/unsubscribe/", kept.text)
        assert (kept.subject, " ".join(text.split())) == ("A review of your profile", ARRIVED)

    @pytest.mark.parametrize("gone", ["membership", "review"])
    def test_of_a_review_nobody_is_told_whom_it_no_longer_concerns(self, app: Flask, session: Session, make: Make, gone: str) -> None:
        """Seen to fail without `acts`, and without a look at the review's state."""
        _arrived(session, make)
        session.execute(delete(Membership) if gone == "membership" else update(Review).values(status=ReviewStatus.WITHDRAWN_BY_AUTHOR))
        jobs.run_due(app)
        assert session.exec(select(KeptMail)).all() == []

    @pytest.mark.parametrize("name", MAILS)
    def test_it_loads_nothing_and_runs_nothing(self, app: Flask, session: Session, make: Make, name: str) -> None:
        """No picture that tells when a mail was opened. Seen to fail with one in the layout."""
        MAILS[name][0](session, make)
        jobs.run_due(app)
        html = session.exec(select(KeptMail)).one().html
        assert not re.search(r"<img|<script|<link|src=|url\(|@import", html)
        assert set(re.findall(r'href="(https?://[^/"]+)', html)) <= {"http://localhost:8000"}

    def test_each_has_a_kind(self) -> None:
        """A new mail is switched off by nobody until somebody says what it is. Seen to fail with `new_sign_in` left out of `OF_MAIL`."""
        assert {f"mail.{name}" for name in OF_MAIL} == set(mails.HANDLERS)
        assert set(OF_MAIL.values()) == set(KINDS)

    @pytest.mark.parametrize("name", [name for name, kind in OF_MAIL.items() if not kind.is_fixed])
    def test_one_that_can_be_switched_off_says_how_and_is_not_sent_once_it_is(
        self, posting: Flask, server: Server, session: Session, make: Make, name: str
    ) -> None:
        """By a single POST (RFC 8058) and by a link in its text. Seen to fail without the headers, and without `choices.wants`."""
        MAILS[name][0](session, make)
        jobs.run_due(posting)
        ((_from, _to, message),) = server.taken
        address = message["List-Unsubscribe"].strip().strip("<>")
        assert address.startswith("http://localhost:8000/unsubscribe/")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        for part in ("plain", "html"):
            body = message.get_body((part,))
            assert body is not None
            assert address in body.get_content()
        user = session.exec(select(User).where(User.email == MAILS[name][1])).one()
        session.add(NotificationChoice(user_id=user.id, kind=OF_MAIL[name].word, wanted=False))
        again(posting, session)
        assert len(server.taken) == 1

    def test_a_fixed_one_is_sent_whatever_is_chosen_and_offers_no_way_out(
        self, posting: Flask, server: Server, session: Session, make: Make
    ) -> None:
        """Seen to fail with the choice of a fixed kind honoured."""
        user = make.user(email="a@p.example")
        session.add_all(NotificationChoice(user_id=user.id, kind=kind.word, wanted=False) for kind in KINDS)
        mail.password_changed(session, user_id=user.id)
        jobs.run_due(posting)
        ((_from, _to, message),) = server.taken
        assert message["List-Unsubscribe"] is None
        assert len(OPTIONAL) == 6

    def test_an_address_that_has_an_account_gets_word_and_no_link(self, app: Flask, session: Session, make: Make) -> None:
        """Nothing can come of it, and nothing of the other account is told. Seen to fail with the link minted all the same."""
        make.user("Owner 1", email="new.one@post.example")
        mail.take_email(session, user_id=_moving(session, make).id)
        jobs.run_due(app)
        kept = session.exec(select(KeptMail)).one()
        assert (kept.recipient, kept.subject) == ("new.one@post.example", "You have an account already")
        assert "/take/" not in kept.text + kept.html
        assert "a@p" not in kept.text + kept.html
        assert session.exec(select(MailedToken)).all() == []

    def test_gone_meanwhile_nothing_is_sent(self, app: Flask, session: Session, make: Make) -> None:
        """Suspended, confirmed, deleted: no error, no mail. Seen to fail with each check taken out."""
        mail.confirm_email(session, user_id=make.user().id)
        mail.password_reset(session, user_id=make.user(status=UserStatus.SUSPENDED).id)
        mail.already_registered(session, user_id=999_999)
        mail.report_received(session, report_id=999_999)
        mail.report_decided(session, decision_id=999_999)
        mail.review_hidden(session, decision_id=999_999)
        assert jobs.run_due(app) == 6
        assert session.exec(select(KeptMail)).all() == []
        assert set(session.exec(select(Job.status))) == {JobStatus.DONE}

    def test_a_mail_job_run_twice_keeps_one_mail_whose_link_works(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with the first text kept: its link ended with the second."""
        mail.password_reset(session, user_id=make.user().id)
        jobs.run_due(app)
        again(app, session)
        session.expire_all()
        kept = session.exec(select(KeptMail)).one()
        assert only_job(session).status is JobStatus.DONE
        assert Visitor(app).get(link_in(kept)).status_code == 200


def test_smtplib_errors_are_one_family() -> None:
    """`Connection.close` counts on it."""
    assert issubclass(smtplib.SMTPException, OSError)
