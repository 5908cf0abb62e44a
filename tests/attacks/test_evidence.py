"""Documents shown in confidence: who may not see them, what is not taken, and what is nowhere said."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from sqlmodel import Session, func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from directory.accounts import memberships
from directory.accounts.permissions import Permission
from directory.app import create_app
from directory.config import Settings
from directory.core.db import Database
from directory.core.i18n import lazy
from directory.evidence import rules, service
from directory.forms.base import DirectoryForm
from directory.forms.documents import DocumentField
from directory.models.accounts import Role, SignInMethod, User
from directory.models.claims import Claim
from directory.models.evidence import Evidence, EvidenceBlob, EvidenceKind
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry
from directory.privacy import export
from directory.web import evidence
from directory.web.auth import requires, signed_in
from directory.web.formpage import take
from directory.web.security import MAX_UPLOAD, takes_files
from tests.clients import Visitor, forms_of, words_of
from tests.evidence.papers import IMAGES, claim, pdf, picture, shown
from tests.factories import Make

MB = 1024 * 1024


class PaperForm(DirectoryForm):
    """As a page that takes documents has it."""

    document = DocumentField(lazy("Your licence"))


def _pages(claim_id: Callable[[], int]) -> Blueprint:
    """A page that takes a document, and one of the same form that does not say so."""
    bp = Blueprint("showing", __name__)

    def page() -> Any:
        form, user_id = PaperForm(), signed_in().id

        def keep(session: Session) -> str:
            given = {"document": form.document.data, "kind": EvidenceKind.LICENCE, "user_id": user_id, "claim_id": claim_id()}
            service.store(session, keys=evidence.keyring(), **given)
            return "/account"

        fields = "".join(str(field()) for field in form)
        return take(form, keep) or (
            f"<form method=post enctype=multipart/form-data>{fields}</form><p>{form.errors}</p>",
            422 if form.errors else 200,
        )

    bp.add_url_rule("/show-us", "takes", requires(Permission.SIGNED_IN)(takes_files(lambda: page())), methods=["GET", "POST"])
    bp.add_url_rule("/tell-us", "takes_none", requires(Permission.SIGNED_IN)(lambda: page()), methods=["GET", "POST"])
    return bp


@pytest.fixture
def mine(session: Session, make: Make) -> Claim:
    return claim(session, make)


@pytest.fixture
def site(database: Database, settings: Settings, mine: Claim) -> Flask:
    app = create_app(settings, database=database)
    app.register_blueprint(_pages(lambda: mine.id))
    app.testing = True
    return app


@pytest.fixture
def claimant(site: Flask, session: Session, mine: Claim) -> Visitor:
    return Visitor(site).sign_in(session.get_one(User, mine.user_id))


def send(visitor: Visitor, data: bytes, name: str = "licence.pdf", *, path: str = "/show-us", follow: bool = False) -> TestResponse:
    page = visitor.get(path)
    words = {name: values[0] for name, values in forms_of(page)[0].values.items() if name != "document"}
    boundary, body = encode_multipart(words | {"document": FileStorage(io.BytesIO(data), name)})
    return visitor.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}", follow_redirects=follow)


def kept(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Evidence)).one()


class TestSending:
    def test_a_document_is_taken_up_to_8_mb(self, session: Session, claimant: Visitor) -> None:
        """Seen to fail with the body of all other forms."""
        assert send(claimant, pdf(stream=bytes(8 * MB - 1000), head=b"")).status_code == 303
        session.expire_all()
        one = session.exec(select(Evidence)).one()
        assert (one.file_name, one.media_type, one.user_id) == ("licence.pdf", rules.PDF, one.user_id)
        assert one.size > 8 * MB - 1000

    def test_more_is_refused_at_the_field_and_much_more_unread(self, session: Session, claimant: Visitor) -> None:
        """Seen to fail with no limit for such pages."""
        over = send(claimant, pdf(stream=bytes(8 * MB)))
        assert over.status_code == 422
        assert "larger than 8 MB" in over.text
        assert send(claimant, pdf(stream=bytes(10 * MB))).status_code == 413
        assert MAX_UPLOAD < 9 * MB
        assert kept(session) == 0

    def test_only_pages_that_say_so_take_it(self, session: Session, claimant: Visitor) -> None:
        """Seen to fail with the larger body for every form sent in parts."""
        assert send(claimant, pdf(stream=bytes(MB)), path="/tell-us").status_code == 413
        assert kept(session) == 0

    def test_nobody_signed_out_sends_a_large_body(self, site: Flask) -> None:
        """Nothing of it is read. Seen to fail with the mark alone asked."""
        visitor = Visitor(site)
        boundary, body = encode_multipart({"document": FileStorage(io.BytesIO(bytes(MB)), "a.pdf")})
        large = visitor.client.post("/show-us", data=body, content_type=f"multipart/form-data; boundary={boundary}")
        assert large.status_code == 413
        assert visitor.post("/show-us", {"document": (io.BytesIO(bytes(100)), "a.pdf")}, follow=False).status_code == 400

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "licence.png"),
            (b"<!doctype html><script>alert(1)</script>", "licence.png"),
            ((IMAGES / "bomb_40000x40000_1bit.png").read_bytes(), "licence.png"),
            ((IMAGES / "png_decompression_dos.png").read_bytes(), "licence.png"),
            (pdf(b"/OpenAction << /S /JavaScript /JS (x) >>"), "licence.pdf"),
            (pdf(end=b"PK\x03\x04"), "licence.pdf"),
            (b"<html>" + pdf(), "licence.pdf"),
            (b"", "licence.pdf"),
        ],
        ids=["svg", "html", "bomb", "text bomb", "script", "pdf+zip", "html+pdf", "empty"],
    )
    def test_hostile_files_are_refused_clearly_and_nothing_is_kept(
        self, session: Session, claimant: Visitor, data: bytes, name: str
    ) -> None:
        """Seen to fail with the type taken from the browser's word."""
        answer = send(claimant, data, name)
        assert answer.status_code == 422
        assert "document" in words_of(answer)
        assert kept(session) == 0

    def test_a_word_in_the_place_of_a_file_and_two_files_are_refused(self, session: Session, claimant: Visitor) -> None:
        """Seen to fail with the words of the form read as a file, and with the first of two taken."""
        assert claimant.send("/show-us", follow=False, document="%PDF-1.7").status_code == 422
        two = claimant.send("/show-us", follow=False, document=[(io.BytesIO(pdf()), "a.pdf"), (io.BytesIO(pdf()), "b.pdf")])
        assert two.status_code == 400
        assert kept(session) == 0

    def test_a_path_in_its_name_leads_nowhere(self, session: Session, claimant: Visitor) -> None:
        """Seen to fail with the name as it was sent."""
        send(claimant, pdf(), "..\\../../etc/cron.d/x: y.pdf")
        session.expire_all()
        name = session.exec(select(Evidence.file_name)).one()
        assert not set(name) & set("/\\\r\n:")

    def test_where_a_photograph_was_taken_is_gone(self, site: Flask, session: Session, make: Make, claimant: Visitor) -> None:
        """Seen to fail with the bytes kept as they came."""
        send(claimant, (IMAGES / "all_metadata_kinds.jpg").read_bytes(), "me.jpg")
        session.expire_all()
        one = session.exec(select(Evidence)).one()
        seen = Visitor(site).sign_in(make.moderator()).send(f"/moderation/evidence/{one.id}")
        assert seen.data.startswith(b"\xff\xd8\xff")
        assert b"Exif" not in seen.data

    def test_the_log_names_no_file(self, claimant: Visitor, session: Session, log_lines: Callable[[], str]) -> None:
        """Taken, refused, and too large. Seen to fail with the name in the line of a request."""
        for data in (pdf(), b"nothing", pdf(stream=bytes(10 * MB))):
            send(claimant, data, "Ada-Lovelace-passport.pdf")
        assert "passport" not in log_lines()
        session.expire_all()
        assert all("passport" not in str(row.details) for row in session.exec(select(AuditEntry)).all())


class TestSeeing:
    def test_nobody_but_staff_knows_of_it_not_even_who_sent_it(self, app: Flask, session: Session, make: Make, mine: Claim) -> None:
        """The claimant, another one, the owner, a patient. Seen to fail with the claimant among those who see it."""
        owner = make.user(role=Role.PRACTITIONER)
        memberships.grant(session, user_id=owner.id, profile_id=mine.profile_id, role=MembershipRole.OWNER)
        one, rival = shown(session, mine), claim(session, make, profile_id=mine.profile_id)
        people = [session.get_one(User, mine.user_id), session.get_one(User, rival.user_id), owner, make.user()]
        session.commit()
        for user in people:
            visitor = Visitor(app).sign_in(user)
            for answer in (visitor.get(f"/moderation/evidence/{one.id}"), visitor.get(f"/moderation/evidence/{one.id + 1}")):
                assert answer.status_code == 404
            assert "licence" not in visitor.get(f"/moderation/evidence/{one.id}").text
        assert Visitor(app).get(f"/moderation/evidence/{one.id}", follow=False).status_code == 303

    @pytest.mark.parametrize(("how", "way"), [({"method": SignInMethod.PASSWORD}, "second-factor"), ({"fresh": False}, "")])
    def test_a_moderator_shows_two_factors_and_that_just_now(
        self, app: Flask, session: Session, make: Make, mine: Claim, how: dict[str, Any], way: str
    ) -> None:
        """Seen to fail with each need taken out of EVIDENCE_SEE."""
        one = shown(session, mine, keys=self.keys(app))
        moderator = Visitor(app).sign_in(make.moderator(), **how)
        for answer in (
            moderator.get(f"/moderation/evidence/{one.id}", follow=False),
            moderator.post(f"/moderation/evidence/{one.id}", follow=False),
        ):
            assert answer.status_code in {303, 400}
            assert not answer.data.startswith(b"%PDF")
        session.expire_all()
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "evidence.seen")).first() is None

    def test_a_moderator_who_is_a_side_of_it_may_not(self, app: Flask, session: Session, make: Make) -> None:
        """Their own claim, and a profile that they act for. Seen to fail without `concerned`, and without `profile_id`."""
        moderator, member = make.moderator(), make.moderator()
        own, other = claim(session, make, user_id=moderator.id), claim(session, make)
        memberships.grant(session, user_id=member.id, profile_id=other.profile_id, role=MembershipRole.MANAGER)
        papers = [(moderator, shown(session, own)), (member, shown(session, other))]
        session.commit()
        for user, one in papers:
            assert Visitor(app).sign_in(user).get(f"/moderation/evidence/{one.id}").status_code == 403

    def test_it_is_opened_by_a_button_and_runs_nothing(self, app: Flask, session: Session, make: Make, mine: Claim) -> None:
        """A GET opens nothing and writes nothing. Seen to fail without each header, and with the bytes given for a GET."""
        keys, moderator = self.keys(app), make.moderator()
        paper, photo = shown(session, mine, keys=keys), shown(session, mine, picture(), keys=keys)
        session.commit()
        visitor = Visitor(app).sign_in(moderator)
        page = visitor.get(f"/moderation/evidence/{paper.id}")
        assert "licence.pdf" in words_of(page)
        assert "30 days after the decision" in words_of(page)
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "evidence.seen")).first() is None
        for one, kind, how in ((paper, "application/pdf", "attachment"), (photo, "image/jpeg", "inline")):
            answer = visitor.send(f"/moderation/evidence/{one.id}")
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["Content-Disposition"].startswith(f"{how}; filename=document-{one.id}.")
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "private, no-store"
        session.expire_all()
        seen = session.exec(select(AuditEntry).where(AuditEntry.action == "evidence.seen").order_by(AuditEntry.id)).all()
        assert [(row.actor_id, row.subject) for row in seen] == [(moderator.id, f"evidence:{one.id}") for one in (paper, photo)]

    def test_swapped_and_lost_bytes_open_nothing(self, app: Flask, session: Session, make: Make, mine: Claim) -> None:
        """Another row's bytes, a key that is not here, no bytes. Seen to fail with the associated data left out."""
        keys = self.keys(app)
        one, other, foreign, gone = (shown(session, mine, keys=keys) for _ in range(4))
        session.get_one(EvidenceBlob, one.id).sealed = session.get_one(EvidenceBlob, other.id).sealed
        foreign.key_id = "stolen"
        session.delete(session.get_one(EvidenceBlob, gone.id))
        session.commit()
        visitor = Visitor(app).sign_in(make.moderator())
        for paper in (one, foreign):
            answer = visitor.send(f"/moderation/evidence/{paper.id}")
            assert answer.status_code == 409
            assert b"%PDF" not in answer.data
        assert "Not in the backup" in words_of(visitor.get(f"/moderation/evidence/{gone.id}"))
        session.expire_all()
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "evidence.seen")).first() is None

    def test_an_export_names_a_document_and_holds_no_byte_of_it(self, session: Session, mine: Claim) -> None:
        """Seen to fail with the bytes among what leaves."""
        shown(session, mine, pdf(b"/Secret"))
        (row,) = export.files(session, mine.user_id)["documents.json"]
        assert row.keys() == {"kind", "file_name", "media_type", "size", "created_at", "purge_at"}
        assert b"Secret" not in export.archive(session, mine.user_id)

    @staticmethod
    def keys(app: Flask) -> Any:
        with app.app_context():
            return evidence.keyring()
