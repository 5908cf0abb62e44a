"""Documents that show a credential: sent with it or later, seen by the moderator who looks, and let go by what they find."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.core import clock
from directory.core.errors import Refused
from directory.credentials import clockwork, queries, service
from directory.credentials import rules as credentials
from directory.credentials.rules import Standing
from directory.credentials.service import Outcome, Stated
from directory.evidence import rules as evidence
from directory.evidence import service as store
from directory.models.accounts import User
from directory.models.evidence import Evidence, EvidenceBlob, EvidenceKind
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Credential, CredentialStatus, Profile
from directory.privacy import retention
from directory.profiles import queries as profiles
from tests.clients import Visitor, words_of
from tests.evidence.papers import pdf, ring, upload
from tests.factories import Make

KEPT = timedelta(days=30)


class Desk:
    """A profile, its owner, and a moderator."""

    def __init__(self, session: Session, make: Make, app: Flask) -> None:
        self.session, self.make, self.app = session, make, app
        self.profile: Profile = make.profile("Ada Marsh")
        self.owner: User = make.user("Max Desk")
        memberships.grant(session, user_id=self.owner.id, profile_id=self.profile.id, role=MembershipRole.OWNER)
        self.moderator: User = make.moderator()
        session.commit()
        self.base = f"/manage/{self.profile.slug}/credentials"

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.app).sign_in(self.owner)

    def state(self, code: str = "liability_insurance", **stated: Any) -> Credential:
        said = Stated(issuer="Sample Mutual", **stated)
        given = {"profile_id": self.profile.id, "kind": self.profile.kind, "user_id": self.owner.id, "code": code}
        return service.add(self.session, **given, stated=said)

    def show(self, row: Credential, **more: Any) -> Evidence:
        given = {"credential_id": row.id, "user_id": self.owner.id, "keys": ring()} | more
        return service.show(self.session, document=evidence.clean(pdf(), file_name="licence.pdf"), **given)

    def look(self, row: Credential, outcome: Outcome = Outcome.FOUND) -> Credential:
        given = {"moderator_id": self.moderator.id, "source_url": "https://register.example/1", "reason": "Looked in the register."}
        return service.decide(self.session, credential_id=row.id, outcome=outcome, **given)

    @property
    def papers(self) -> list[Evidence]:
        self.session.expire_all()
        return list(self.session.exec(select(Evidence).order_by(Evidence.id)).all())  # type: ignore[arg-type]


@pytest.fixture
def desk(session: Session, make: Make, app: Flask) -> Desk:
    return Desk(session, make, app)


class TestPages:
    def test_it_comes_with_the_credential_and_a_moderator_finds_it_there(self, desk: Desk) -> None:
        """The owner reads its name and what becomes of it, and gets nothing of it back. Seen to fail with the field forgotten."""
        visitor = desk.visitor
        typed = {"code": "medical_licence", "issuer": "College of Sample", "reference": "77"}
        page = visitor.send(f"{desk.base}/add", **typed, document=upload(name="licence-77.pdf"))
        assert "licence-77.pdf" in words_of(page)
        assert "each look is written down. It goes within 30 days of the decision." in words_of(page)
        assert "/moderation/evidence" not in page.text
        (paper,) = desk.papers
        row = desk.session.exec(select(Credential)).one()
        assert (paper.credential_id, paper.kind, paper.user_id, paper.purge_at) == (row.id, EvidenceKind.LICENCE, desk.owner.id, None)
        moderator = Visitor(desk.app).sign_in(desk.moderator)
        look = moderator.get(f"/moderation/credentials/{row.id}")
        assert f"Document {paper.id}: licence-77.pdf" in words_of(look)
        assert f'href="/moderation/evidence/{paper.id}"' in look.text
        assert moderator.send(f"/moderation/evidence/{paper.id}").data == pdf()
        assert "licence-77" not in Visitor(desk.app).get(f"/p/{desk.profile.slug}").text

    def test_it_may_be_left_out(self, desk: Desk) -> None:
        """Seen to fail with the field required."""
        assert "as stated by you" in words_of(desk.visitor.send(f"{desk.base}/add", code="ishrs_member"))
        assert desk.papers == []

    def test_it_comes_later_up_to_five_and_the_sixth_is_refused_at_the_field(self, desk: Desk) -> None:
        """Seen to fail with the way in taken off the list."""
        row, visitor = desk.state(), desk.visitor
        desk.session.commit()
        assert "Show a document" in words_of(visitor.get(desk.base))
        for number in range(5):
            page = visitor.send(f"{desk.base}/{row.id}/document", document=upload(name=f"page-{number}.pdf"))
            assert f"page-{number}.pdf" in words_of(page)
        last = visitor.send(f"{desk.base}/{row.id}/document", document=upload(name="page-6.pdf"))
        assert last.status_code == 422
        assert 'id="document-error"' in last.text
        assert "Five documents are the most" in words_of(last)
        assert len(desk.papers) == 5
        assert {paper.kind for paper in desk.papers} == {EvidenceKind.OTHER}

    def test_the_same_form_sent_twice_keeps_one(self, desk: Desk) -> None:
        row, visitor = desk.state(), desk.visitor
        desk.session.commit()
        page = visitor.get(f"{desk.base}/{row.id}/document")
        for _ in range(2):
            assert visitor.fill(page, follow=False, document=upload()).status_code == 303
        assert len(desk.papers) == 1

    def test_a_credential_that_is_refused_leaves_no_document(self, desk: Desk) -> None:
        """One transaction. Seen to fail with the document stored before the credential."""
        typed = {"code": "medical_licence", "issuer": "College of Sample", "issued_on": "2999-01-01"}
        answer = desk.visitor.send(f"{desk.base}/add", **typed, document=upload())
        assert answer.status_code == 422
        assert "College of Sample" in answer.text
        assert "Choose this file once more" in words_of(answer)
        assert desk.papers == []

    def test_a_site_without_keys_asks_for_none(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seen to fail with the field left in the form."""
        row = desk.state()
        desk.session.commit()
        monkeypatch.delitem(desk.app.extensions, "hairline_evidence", raising=False)
        settings = desk.app.extensions["hairline_settings"]
        monkeypatch.setitem(desk.app.extensions, "hairline_settings", settings.model_copy(update={"environment": "production"}))
        visitor = desk.visitor
        assert 'name="document"' not in visitor.get(f"{desk.base}/add").text
        assert "Show a document" not in words_of(visitor.get(desk.base))
        assert "cannot take documents" in words_of(visitor.send(f"{desk.base}/{row.id}/document", document=upload()))
        assert "as stated by you" in words_of(visitor.send(f"{desk.base}/add", code="ishrs_member"))


class TestInDocument:
    """What nobody but the owner and the moderator can look at: found, and said to be seen by us alone."""

    def test_from_the_document_to_the_page_and_the_card(self, desk: Desk) -> None:
        """Seen to fail with the page that the owner names kept as the place where we looked, and with cards that ask for a page."""
        row = desk.state(source_url="https://insurer.example/ours")
        desk.session.commit()
        desk.visitor.send(f"{desk.base}/{row.id}/document", document=upload())
        (paper,) = desk.papers
        moderator = Visitor(desk.app).sign_in(desk.moderator)
        unread = moderator.send(f"/moderation/credentials/{row.id}", outcome="in_document", source_url="", reason="The letter shows it.")
        assert unread.status_code == 422
        assert "Open a document that shows it first" in words_of(unread)
        moderator.send(f"/moderation/evidence/{paper.id}")
        done = moderator.send(f"/moderation/credentials/{row.id}", outcome="in_document", source_url="", reason="The letter shows it.")
        assert "Whoever stated it gets a mail" in words_of(done)
        public = Visitor(desk.app).get(f"/p/{desk.profile.slug}")
        seen = f"Given by Sample Mutual. Seen by us in a document on {clock.today().strftime('%-d %b %Y')}."
        assert seen in words_of(public)
        assert "insurer.example" not in public.text
        assert "Checked on" not in words_of(public)
        assert "Seen by us in a document" in words_of(desk.visitor.get(desk.base))
        desk.session.expire_all()
        card = profiles.cards(desk.session, [desk.profile.id])[0]
        assert card.credential is not None
        assert card.credential.standing is Standing.CHECKED

    def test_it_needs_a_document_that_this_moderator_opened_since_it_was_stated(self, desk: Desk) -> None:
        """Seen to fail without `has_seen`; with any document, anybody's look, and with a look at what was stated before, in its place."""
        row, other = desk.state(), desk.state("medical_licence")
        elsewhere = desk.show(other)

        def opened(paper: Evidence, user: User) -> None:
            store.read(desk.session, keys=ring(), evidence_id=paper.id, actor_id=user.id)

        def refused() -> None:
            with pytest.raises(Refused, match="Open a document"):
                desk.look(row, Outcome.IN_DOCUMENT)

        refused()
        opened(elsewhere, desk.moderator)
        refused()
        paper = desk.show(row)
        refused()
        opened(paper, desk.make.moderator("Mo 2"))
        refused()
        opened(paper, desk.moderator)
        row.stated_at = clock.now() + timedelta(minutes=1)
        desk.session.flush()
        refused()
        row.stated_at = clock.now() - timedelta(minutes=1)
        desk.session.flush()
        assert desk.look(row, Outcome.IN_DOCUMENT).status is CredentialStatus.CHECKED_OK
        assert row.source_url == ""
        assert queries.decisions(desk.session, [row.id])[row.id].outcome == "in_document"

    def test_what_is_over_is_not_valid_in_a_document_either(self, desk: Desk) -> None:
        """Seen to fail with the day asked of what a register shows alone."""
        row = desk.state(expires_on=clock.today() - timedelta(days=1))
        store.read(desk.session, keys=ring(), evidence_id=desk.show(row).id, actor_id=desk.moderator.id)
        with pytest.raises(Refused, match="last day is over"):
            desk.look(row, Outcome.IN_DOCUMENT)

    def test_its_look_becomes_stale_and_another_document_renews_it(self, desk: Desk) -> None:
        row = desk.state()
        store.read(desk.session, keys=ring(), evidence_id=desk.show(row).id, actor_id=desk.moderator.id)
        desk.look(row, Outcome.IN_DOCUMENT)
        row.checked_on = clock.today() - timedelta(days=400)
        desk.session.flush()
        assert credentials.of(row, as_of=None, today=clock.today()).standing is Standing.STALE
        assert clockwork.turn(desk.session) == 1
        assert desk.look(row, Outcome.IN_DOCUMENT).status is CredentialStatus.RENEWED


class TestEnds:
    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_every_decision_lets_it_go_in_30_days(self, desk: Desk, outcome: Outcome) -> None:
        """Seen to fail without `release` in `decide`."""
        row = desk.state()
        store.read(desk.session, keys=ring(), evidence_id=desk.show(row).id, actor_id=desk.moderator.id)
        desk.look(row, outcome)
        (paper,) = desk.papers
        assert paper.purge_at is not None
        assert abs(paper.purge_at - clock.now() - KEPT) < timedelta(minutes=1)

    def test_a_last_day_lets_it_go_and_an_old_look_waits_for_the_next(self, desk: Desk) -> None:
        """Seen to fail without `release` in the clock, and with every turn of it letting go."""
        over, old = desk.state(expires_on=clock.today() - timedelta(days=1)), desk.state("medical_licence")
        for row in (over, old):
            desk.show(row)
            row.status, row.checked_on = CredentialStatus.CHECKED_OK, clock.today() - timedelta(days=900)
        desk.session.flush()
        assert clockwork.turn(desk.session) == 2
        assert [paper.purge_at is None for paper in desk.papers] == [False, True]
        assert [row.status for row in (over, old)] == [CredentialStatus.LAPSED, CredentialStatus.STALE]

    def test_a_removed_credential_takes_it_along_at_once(self, desk: Desk) -> None:
        """Its bytes too. Seen to fail with the foreign key set to NULL."""
        row = desk.state()
        desk.show(row)
        service.remove(desk.session, credential_id=row.id, user_id=desk.owner.id)
        assert desk.papers == []
        assert desk.session.exec(select(EvidenceBlob)).all() == []

    def test_one_that_nobody_let_go_is_found_by_the_clock(self, desk: Desk) -> None:
        """And one that waits for a look is left. Seen to fail without credentials in the rule of retention."""
        over, waits = desk.state(), desk.state("medical_licence")
        for row in (over, waits):
            desk.show(row)
        over.status, over.checked_on = CredentialStatus.CHECKED_OK, clock.today() - timedelta(days=32)
        desk.session.flush()
        rule = next(rule for rule in retention.RULES if rule.name == "documents")
        assert rule.run(desk.session) == 1
        assert [paper.credential_id for paper in desk.papers] == [waits.id]


class TestWhen:
    def test_one_that_was_not_found_is_looked_at_again(self, desk: Desk) -> None:
        """Seen to fail with the day of the look left."""
        row = desk.state()
        desk.look(row, Outcome.NOT_FOUND)
        assert queries.queue(desk.session, number=1).total == 0
        desk.show(row)
        assert queries.queue(desk.session, number=1).total == 1
        shown = desk.session.exec(select(AuditEntry).where(AuditEntry.action == "credential.show")).one()
        assert "licence.pdf" not in str(shown.details)

    @pytest.mark.parametrize("outcome", [Outcome.FOUND, Outcome.LAPSED, Outcome.FALSE_CLAIM])
    def test_none_is_taken_that_nobody_would_look_at(self, desk: Desk, outcome: Outcome) -> None:
        """It would lie here without an end. Seen to fail without `takes_documents`."""
        row = desk.state()
        desk.look(row, outcome)
        with pytest.raises(Refused, match="no document is needed"):
            desk.show(row)
