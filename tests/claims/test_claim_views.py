"""The pages of claims, walked through as people would: each way from beginning to end, to real servers on this machine."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader
from sqlmodel import Session, select

from directory import jobs, outbox
from directory.accounts import memberships
from directory.app import create_app
from directory.claims import checks, keeping, queries, service
from directory.config import Settings
from directory.core import clock
from directory.core.db import Database
from directory.models.accounts import User
from directory.models.assertions import FieldAssertion
from directory.models.claims import Claim, ClaimStatus, ProofMethod, ProofStatus
from directory.models.evidence import Evidence
from directory.models.memberships import MembershipRole
from directory.models.ops import KeptMail
from directory.models.profiles import Profile, ProfileStatus
from directory.web import claims as words
from directory.web.claiming import Looking
from tests.claims import world
from tests.clients import Visitor, forms_of, words_of
from tests.evidence.papers import pdf
from tests.factories import SECRET_KEY, Make
from tests.nameserver import NameServer, name_server, txt
from tests.outside import Names, Outside, outside, reply
from tests.web.test_mailer import Server, listening

CODE = re.compile(r"[2-9A-HJKMNP-Z]{4}[- ][2-9A-HJKMNP-Z]{4}")
REASON = "I rang the studio, and they know of it."


class Someone:
    """Somebody who claims a profile in a browser."""

    def __init__(self, app: Flask, session: Session, user: User, profile: Profile, *, button: str = "Claim") -> None:
        self.app, self.session, self.profile = app, session, profile
        self.user = user
        self.browser = Visitor(app).sign_in(user)
        page = self.browser.send(f"/p/{profile.slug}/claim", form=button, role="owner", message="It is me.", is_true=True)
        assert "Your claim to the page of" in words_of(page)
        found = queries.live(session, user_id=user.id, profile_id=profile.id)
        assert found is not None
        self.id = found.id

    @property
    def claim(self) -> Claim:
        self.session.expire_all()
        return self.session.get_one(Claim, self.id)

    def send(self, below: str, **answers: object) -> str:
        return words_of(self.browser.send(f"/claims/{self.id}{below}", **answers))

    def mailed(self, *, to: str) -> str:
        """Let the worker run, and return the newest message to somebody."""
        jobs.run_due(self.app)
        self.session.expire_all()
        return [one.text for one in self.session.exec(select(KeptMail).where(KeptMail.recipient == to).order_by(KeptMail.id))][-1]  # type: ignore[arg-type]

    def by_letter(self) -> None:
        """Have a letter printed by a moderator, and type its code."""
        self.send("/letter", which="0")
        printed = Visitor(self.app).sign_in(Make(self.session).moderator(f"Mia {self.id}")).send("/moderation/letters", form=f"/{self.id}")
        assert printed.mimetype == "application/pdf"
        text = PdfReader(BytesIO(printed.data)).pages[0].extract_text()
        assert text.splitlines()[:4][-3:] == ["12 Queen Street", "Toronto, Ontario M5H 2N2", "CANADA"]
        found = CODE.search(text)
        assert found is not None
        assert "is shown" in self.send("/code/letter", code=found[0])


@pytest.fixture
def profile(session: Session, make: Make) -> Profile:
    return world.listed(session, make)


@pytest.fixture
def ada(app: Flask, session: Session, make: Make, profile: Profile) -> Someone:
    return Someone(app, session, make.user("Ada 1"), profile)


@pytest.fixture
def looks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the site ask these servers of the test, and nobody else."""

    def let(web: Outside | None = None, dns: NameServer | None = None) -> None:
        how = Looking(**({"policy": web.policy()} if web else {}), **({"resolver": dns.resolver} if dns else {}))
        monkeypatch.setitem(app.extensions, "hairline_looking", how)

    return let


class TestStart:
    def test_an_unclaimed_profile_offers_it_and_a_claimed_one_says_what_that_means(
        self, visitor: Visitor, session: Session, profile: Profile, make: Make
    ) -> None:
        page = visitor.get(f"/p/{profile.slug}")
        assert "Claim this profile" in words_of(page)
        world.own(session, profile, make.user())
        session.commit()
        said = words_of(visitor.get(f"/p/{profile.slug}"))
        assert "Somebody showed us that they act for this profile. That says nothing about the facts or the work." in said
        assert "Claim this profile" not in said

    def test_it_is_told_by_mail_and_stands_on_the_account(self, ada: Someone) -> None:
        assert "Your claim is open" in ada.mailed(to=ada.user.email)
        assert "Your claims" in words_of(ada.browser.get("/account"))
        again = ada.browser.get(f"/p/{ada.profile.slug}/claim", follow=False)
        assert again.headers["Location"] == f"/claims/{ada.id}"

    def test_without_the_declaration_nothing_is_opened(self, app: Flask, session: Session, make: Make, profile: Profile) -> None:
        page = Visitor(app).sign_in(make.user()).send(f"/p/{profile.slug}/claim", form="Claim", role="owner")
        assert page.status_code == 422
        assert "confirm that you may act" in words_of(page)
        assert session.exec(select(Claim)).all() == []


class TestFromEndToEnd:
    def test_by_email_and_letter(self, ada: Someone) -> None:
        """The code of the mail, then that of the sheet."""
        said = ada.send("/email", email="ada@studio.example")
        assert "It goes to: ada@studio.example" in said
        code = CODE.search(ada.mailed(to="ada@studio.example"))
        assert code is not None
        assert "is shown" in ada.send("/code/email", code=code[0])
        assert ada.claim.status is ClaimStatus.IN_REVIEW
        ada.by_letter()
        assert ada.claim.status is ClaimStatus.APPROVED
        assert "You act for the page of Ada Marsh" in ada.mailed(to=ada.user.email)

    def test_by_email_over_a_mail_server(
        self, settings: Settings, database: Database, session: Session, make: Make, profile: Profile
    ) -> None:
        """To a server of the test, as it goes out to the world."""
        with listening() as server:
            more = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_tls": "none", "mail_from": "post@hairline.example"}
            app = create_app(settings.model_copy(update=more), database=database)
            app.testing = True
            ada = Someone(app, session, make.user("Ada 1"), profile)
            ada.send("/email", email="ada@studio.example")
            jobs.run_due(app)
            code = CODE.search(_mail_to(server, "ada@studio.example"))
            assert code is not None
            assert "is shown" in ada.send("/code/email", code=code[0])

    def test_by_a_file_on_the_website_and_a_telephone(
        self, settings: Settings, database: Database, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app = create_app(settings.model_copy(update={"phone_sender": "console"}), database=database)
        app.testing = True
        Names(monkeypatch, studio_example=[["127.0.0.1"]])
        token = ""
        with outside(lambda connection, request: connection.sendall(reply(token.encode(), kind="text/plain"))) as server:
            profile = _listed_at(session, make, server.url(host="studio.example"))
            app.extensions["hairline_looking"] = Looking(policy=server.policy())
            ada = Someone(app, session, make.user("Ada 1"), profile)
            assert "nothing else in it" in ada.send("/website/file", which="0")
            assert "There is something else" not in ada.send("/website/file", form="look")
            assert ada.claim.status is ClaimStatus.CHALLENGE_SENT
            token = checks.token_for(ada.id, ProofMethod.WELL_KNOWN, secret=SECRET_KEY)
            assert "We found it." in ada.send("/website/file", form="look")
        assert ada.claim.status is ClaimStatus.IN_REVIEW
        ada.send("/phone", which="0")
        code = CODE.search(ada.mailed(to=world.PHONE))
        assert code is not None
        assert "is shown" in ada.send("/code/phone", code=code[0])
        assert ada.claim.status is ClaimStatus.APPROVED

    def test_by_dns_and_a_document(self, ada: Someone, make: Make, looks: Callable[..., None]) -> None:
        """The record stands at the domain itself; the document is opened by a moderator, who takes it."""
        token = checks.token_for(ada.id, ProofMethod.DNS_TXT, secret=SECRET_KEY)
        with name_server({"studio.example": txt("v=spf1 -all")}) as server:
            looks(dns=server)
            said = ada.send("/website/dns", which="0")
            assert f"{checks.DNS_PREFIX}{token}" in said
            assert "did not find the code" in ada.send("/website/dns", form="look")
            server.names["studio.example"] = txt("v=spf1 -all", checks.DNS_PREFIX + token)
            assert "We found it." in ada.send("/website/dns", form="look")
        said = ada.send("/document/licence", subject="permit of Toronto", document=(BytesIO(pdf()), "permit.pdf"))
        assert "sealed" in said
        assert ada.session.exec(select(Evidence.file_name)).all() == ["permit.pdf"]
        moderator = Visitor(ada.app).sign_in(make.moderator("Mia 1"))
        page = moderator.get(f"/moderation/claims/{ada.id}")
        assert "Document" in words_of(page)
        refused = moderator.send(f"/moderation/claims/{ada.id}", action="take_licence", reason=REASON)
        assert "Open the document first" in words_of(refused)
        moderator.send(f"/moderation/evidence/{ada.session.exec(select(Evidence.id)).one()}")
        taken = words_of(moderator.send(f"/moderation/claims/{ada.id}", action="take_licence", reason=REASON))
        assert "Nobody gets a mail about a document by itself." in taken
        assert f"claim.document_taken (licence_document), Mia 1: {REASON}" in taken
        assert ada.claim.status is ClaimStatus.APPROVED
        assert ada.session.exec(select(Evidence.purge_at)).one() is not None, "decided, it goes in 30 days"

    def test_by_a_line_in_the_page_and_a_moderator(self, app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        Names(monkeypatch, studio_example=[["127.0.0.1"]])
        tag = ""
        with outside(lambda connection, request: connection.sendall(reply(f"<html><head>{tag}</head></html>".encode()))) as server:
            profile = _listed_at(session, make, server.url(host="studio.example"))
            monkeypatch.setitem(app.extensions, "hairline_looking", Looking(policy=server.policy()))
            ada = Someone(app, session, make.user("Ada 1"), profile)
            said = ada.send("/website/tag", which="0")
            assert "into the head of the listed page, before </head>:" in said, "seen to fail with the tag in the page as a tag"
            token = checks.token_for(ada.id, ProofMethod.META_TAG, secret=SECRET_KEY)
            tag = f'<meta name="{checks.META_NAME}" content="{token}">'
            assert "We found it." in ada.send("/website/tag", form="look")
        moderator = Visitor(app).sign_in(make.moderator("Mia 1"))
        assert "Ada Marsh" in words_of(moderator.get("/moderation/claims"))
        moderator.send(f"/moderation/claims/{ada.id}", action="approve", reason=REASON)
        assert ada.claim.status is ClaimStatus.APPROVED
        assert "Look after the page" in words_of(ada.browser.get(f"/claims/{ada.id}"))

    def test_each_document_is_asked_for_with_an_example_of_its_own(self, ada: Someone) -> None:
        """Seen to fail with the example of a licence for both."""
        examples = {"licence": "nursing licence, Ontario", "photo-id": "passport, Canada"}
        for paper, example in examples.items():
            page = words_of(ada.browser.get(f"/claims/{ada.id}/document/{paper}"))
            assert [one in page for one in examples.values()] == [one == example for one in examples.values()]

    def test_by_the_word_of_a_moderator_who_refuses(self, ada: Someone, make: Make) -> None:
        ada.send("", form="review")
        Visitor(ada.app).sign_in(make.moderator("Mia 1")).send(f"/moderation/claims/{ada.id}", action="deny", reason=REASON)
        assert ada.claim.status is ClaimStatus.DENIED
        assert REASON in words_of(ada.browser.get(f"/claims/{ada.id}"))
        assert REASON in ada.mailed(to=ada.user.email)


class TestCode:
    def test_a_wrong_one_is_said_at_its_field_and_counts(self, ada: Someone) -> None:
        """Seen to fail with the refusal raised inside the transaction: no try was ever counted."""
        ada.send("/email", email="ada@studio.example")
        jobs.run_due(ada.app)
        page = ada.browser.send(f"/claims/{ada.id}/code/email", code="AAAA-AAAA")
        assert page.status_code == 422
        assert "That is not the code." in words_of(page)
        proof = queries.proofs(ada.session, ada.id)[ProofMethod.EMAIL_AT_DOMAIN]
        ada.session.refresh(proof)
        assert proof.tries_left == 2
        ada.send("/code/email", code="AAAA-AAAA")
        assert "third wrong code" in ada.send("/code/email", code="AAAA-AAAA")

    @pytest.mark.parametrize(
        ("address", "said"), [("ada@gmail.com", "Anybody can have an address there"), ("ada@stud1o.example", "looks like")]
    )
    def test_an_address_that_never_counts_is_refused_at_its_field(self, ada: Someone, address: str, said: str) -> None:
        page = ada.browser.send(f"/claims/{ada.id}/email", email=address)
        assert page.status_code == 422
        assert said in words_of(page)
        assert queries.proofs(ada.session, ada.id) == {}

    def test_where_nobody_sends_to_telephones_nothing_is_asked_for(self, ada: Someone) -> None:
        assert "sends no codes" in words_of(ada.browser.get(f"/claims/{ada.id}"))
        assert "sends no codes" in ada.send("/phone", which="0")

    @pytest.mark.parametrize("typed", ["0800", "+", "+1", "+999999999999999", "tel:+14165550134;ext=1"])
    def test_what_is_no_number_is_refused(self, ada: Someone, typed: str) -> None:
        assert ada.browser.send(f"/claims/{ada.id}/phone", which="other", other=typed).status_code == 422


class TestWays:
    def bare(self, app: Flask, session: Session, make: Make) -> Someone:
        """Somebody who claims a page of which nobody else names anything."""
        return Someone(app, session, make.user("Bo 1"), make.profile("Bo Reed", status=ProfileStatus.PUBLISHED_UNCLAIMED))

    def test_what_nobody_names_is_not_said_to_prove(
        self, app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And stands below what proves. Seen to fail without `_lead`, and with the order left to the list of ways."""
        monkeypatch.setattr(words, "sends_codes", lambda: True)
        bo = self.bare(app, session, make)
        found = words_of(bo.browser.get(f"/claims/{bo.id}"))
        assert found.count("No register names a website for this page, so this only helps a person who looks.") == 4
        assert found.count("No register names a telephone for this page, so this only helps a person who looks.") == 1
        assert "Shows the website" not in found
        assert "Shows the telephone" not in found
        assert "Takes a minute" not in found
        order = [found.index(words) for words in ("A photo ID", "E-mail at the website's domain", "A code by letter Shows")]
        assert order == sorted(order)

    def test_what_is_named_is_said_to_prove(self, ada: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seen to fail with every way a lead."""
        monkeypatch.setattr(words, "sends_codes", lambda: True)
        found = words_of(ada.browser.get(f"/claims/{ada.id}"))
        assert (found.count("Shows the website"), found.count("Shows the telephone"), found.count("Shows the address")) == (4, 1, 1)
        assert "only helps a person" not in found
        assert found.index("A code by letter") < found.index("The number in the register")

    def test_without_an_address_no_letter_is_offered(self, app: Flask, session: Session, make: Make) -> None:
        """No form with a button that does nothing. Seen to fail with the form shown."""
        bo = self.bare(app, session, make)
        page = bo.browser.get(f"/claims/{bo.id}/letter")
        assert "we post letters to no other" in words_of(page)
        assert not [form for form in forms_of(page) if "which" in form.names]
        assert f'href="/claims/{bo.id}"' in page.text
        form = next(form for form in forms_of(bo.browser.get(f"/claims/{bo.id}/email")) if "email" in form.names)
        token = {"csrf_token": form.values["csrf_token"][0]}
        sent = bo.browser.post(f"/claims/{bo.id}/letter", token | {"which": "0"})
        assert sent.status_code == 422
        assert "Nothing was asked for" in words_of(sent)
        assert queries.proofs(session, bo.id) == {}

    def test_a_number_alone_leaves_work_to_do(self, ada: Someone) -> None:
        """Seen to fail with the page saying that a person looks at it."""
        said = ada.send("/number", number=world.NPI)
        assert "show it in one more way, or ask a person" in said
        assert "You need not do anything" not in said
        assert "Noted, for whoever looks" in said
        assert "None of these fits?" in said


class TestSecond:
    """Somebody acts for the page already, by a claim or by the operator's word."""

    @pytest.mark.parametrize(
        ("by", "mailed", "page"),
        [
            ("claim", "Somebody else acts for this page already. We have told them", "They may invite you"),
            ("operator", "Somebody else acts for this page already. Show what you can", "nothing decides by itself"),
            ("nobody", "the page is yours at once.", "Two ways of different kinds decide at once"),
        ],
    )
    def test_it_says_what_two_ways_do_here(
        self, app: Flask, session: Session, make: Make, profile: Profile, by: str, mailed: str, page: str
    ) -> None:
        """In the mail, on the page before and on the page after. Seen to fail with one sentence for all."""
        if by == "claim":
            world.own(session, profile, make.user())
        elif by == "operator":
            memberships.grant(session, user_id=make.user().id, profile_id=profile.id, role=MembershipRole.OWNER)
        session.commit()
        user = make.user("Eve 1")
        before = words_of(Visitor(app).sign_in(user).get(f"/p/{profile.slug}/claim"))
        assert page in before
        eve = Someone(app, session, user, profile, button="Ask for access" if by == "claim" else "Claim")
        text = eve.mailed(to=user.email)
        assert mailed in text
        assert ("yours at once" in text) is (by == "nobody")
        for said in (before, words_of(eve.browser.get(f"/claims/{eve.id}"))):
            assert ("of different kinds decide at once" in said) is (by == "nobody")


class TestContested:
    def test_from_the_week_of_waiting_to_two_moderators(self, app: Flask, session: Session, make: Make, profile: Profile) -> None:
        """Whoever holds the page keeps it."""
        owner = make.user("Oda 1")
        holder = world.own(session, profile, owner)
        session.commit()
        browser = Visitor(app).sign_in(make.user("Eve 1"))
        page = browser.send(f"/p/{profile.slug}/claim", form="Ask for access", role="owner", is_true=True)
        assert "You can contest the page from" in words_of(page)
        claim = session.exec(select(Claim).where(Claim.user_id != owner.id)).one()
        jobs.run_due(app)
        told = session.exec(select(KeptMail.text).where(KeptMail.recipient == owner.email)).all()
        assert any("asks for access" in one for one in told)
        assert not any("Eve" in one for one in told)
        world.website(session, claim)
        session.commit()
        with time_machine.travel(clock.now() + timedelta(days=8)):
            browser = Visitor(app).sign_in(session.get_one(User, claim.user_id))
            assert "Two moderators look at it now" in words_of(browser.send(f"/claims/{claim.id}", form="contest"))
            one, two = (Visitor(app).sign_in(make.moderator(f"Mia {number}")) for number in (1, 2))
            one.send(f"/moderation/claims/{claim.id}", action="second_keep", reason=REASON)
            assert "nothing for you to decide" in words_of(one.get(f"/moderation/claims/{claim.id}"))
            two.send(f"/moderation/claims/{claim.id}", action="keep", reason=REASON)
        session.expire_all()
        assert (holder.status, claim.status) == (ClaimStatus.APPROVED, ClaimStatus.DENIED)
        assert world.owners(session, profile) == [owner.id]


class TestClock:
    def test_the_sweep_ends_claims_and_looks_again(
        self, app: Flask, session: Session, make: Make, profile: Profile, looks: Callable[..., None]
    ) -> None:
        """Through the jobs as the worker runs them. Seen to fail with the sweep not calling `claiming.sweep`."""
        holder = world.begin(session, profile, make.user())
        world.website(session, holder, method=ProofMethod.DNS_TXT)
        world.letter(session, holder)
        stale = world.begin(session, world.listed(session, make), make.user())
        session.commit()
        jobs.run_due(app)
        with name_server({"studio.example": txt("nothing of ours")}) as server, time_machine.travel(clock.now() + timedelta(days=91)):
            looks(dns=server)
            outbox.enqueue(session, "ops.sweep", key="ops.sweep")
            session.commit()
            jobs.run_due(app)
            assert ("studio.example", "TXT") in [(name.rstrip("."), kind) for name, kind in server.asked]
        session.expire_all()
        assert stale.status is ClaimStatus.EXPIRED
        assert holder.status is ClaimStatus.APPROVED
        assert world.proof(session, holder, ProofMethod.DNS_TXT).status is ProofStatus.LAPSED
        assert profile.status is ProfileStatus.CLAIMED
        subjects = session.exec(select(KeptMail.subject)).all()
        assert "We did not find what showed that the profile is yours" in subjects
        assert keeping.to_look_at(session, holder.id) == []

    def test_a_withdrawn_claim_says_so(self, ada: Someone) -> None:
        ada.send("/withdraw")
        assert ada.claim.status is ClaimStatus.WITHDRAWN
        assert "Taken back" in words_of(ada.browser.get(f"/claims/{ada.id}"))
        service.open_(ada.session, profile_id=ada.profile.id, user_id=ada.user.id, role=ada.claim.role)


def _listed_at(session: Session, make: Make, website: str) -> Profile:
    profile = world.listed(session, make)
    said = session.exec(select(FieldAssertion).where(FieldAssertion.profile_id == profile.id, FieldAssertion.field == "website")).one()
    said.value = website
    session.add(said)
    session.flush()
    return profile


def _mail_to(server: Server, address: str) -> str:
    (message,) = [message for _from, to, message in server.taken if to == [address]]
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
