"""Who may not register or write: what stands in the list, whom it meets, and that nobody can read it by trying."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import blocks
from directory.accounts.throttle import network
from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.models.accounts import User
from directory.models.comments import Comment, CommentStatus
from directory.models.limits import Block, BlockKind
from directory.models.moderation import AuditEntry, HoldReason
from directory.models.ops import Job
from directory.models.reviews import Review, ReviewStatus
from directory.web.mailer import app_settings
from tests.accounts.visits import ADA, mails, register
from tests.clients import Visitor, words_of
from tests.factories import Make

SECRET = "s" * 40


def block(session: Session, kind: BlockKind, typed: str, *, secret: str = SECRET, days: int | None = None) -> Block:
    """Block somebody by the command line."""
    return blocks.add(session, kind, typed, reason="Forty adverts in a night.", secret=secret, days=days)


class TestAddresses:
    @pytest.mark.parametrize(
        "other", ["spam@adverts.example", "SPAM@Adverts.example", "spam+1@adverts.example", "Spam+two+three@ADVERTS.example"]
    )
    def test_one_mailbox_is_one_however_it_is_written(self, session: Session, other: str) -> None:
        """Seen to fail with the address as typed, and without the plus."""
        block(session, BlockKind.EMAIL, "Spam+x@adverts.example")
        assert blocks.email_is_blocked(session, other, secret=SECRET)

    @pytest.mark.parametrize("other", ["spams@adverts.example", "s.pam@adverts.example", "spam@adverts2.example", "nobody", ""])
    def test_others_are_left_alone(self, session: Session, other: str) -> None:
        """Seen to fail with the domain alone compared."""
        block(session, BlockKind.EMAIL, "spam@adverts.example")
        assert not blocks.email_is_blocked(session, other, secret=SECRET)

    def test_dots_mean_nothing_where_they_mean_nothing(self) -> None:
        """Seen to fail with dots kept, and with dots of all mailboxes dropped."""
        assert blocks.mailbox("S.p.am+1@Gmail.com") == "spam@gmail.com"
        assert blocks.mailbox("s.pam@adverts.example") == "s.pam@adverts.example"

    def test_the_table_holds_no_address(self, session: Session) -> None:
        """Nor does the log. Seen to fail with the address in the details."""
        row = block(session, BlockKind.EMAIL, "spam@adverts.example")
        entry = session.exec(select(AuditEntry)).one()
        assert "spam" not in row.value + repr(entry.details)
        assert not blocks.email_is_blocked(session, "spam@adverts.example", secret="t" * 40), "keyed"

    def test_a_domain_stands_for_those_below_it(self, session: Session) -> None:
        """Seen to fail with the end of the text compared, and with the domain itself alone."""
        block(session, BlockKind.EMAIL_DOMAIN, "@Adverts.example")
        for email in ("a@adverts.example", "a@mail.adverts.example", "a@x.y.ADVERTS.example"):
            assert blocks.email_is_blocked(session, email, secret=SECRET), email
        for email in ("a@myadverts.example", "a@adverts.example.org", "adverts.example@patients.example"):
            assert not blocks.email_is_blocked(session, email, secret=SECRET), email

    def test_a_domain_of_other_letters_is_one(self, session: Session) -> None:
        """Seen to fail with the Unicode form stored."""
        assert block(session, BlockKind.EMAIL_DOMAIN, "bücher.example").value == "xn--bcher-kva.example"
        assert blocks.email_is_blocked(session, "a@BÜCHER.example", secret=SECRET)
        assert blocks.email_is_blocked(session, "a@xn--bcher-kva.example", secret=SECRET)


class TestNetworks:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("192.0.2.7", "192.0.2.0/24"),
            ("192.0.2.7/32", "192.0.2.0/24"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("10.1.2.3/16", "10.1.0.0/16"),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::ffff:192.0.2.7", "192.0.2.0/24"),
            ("::ffff:10.1.0.0/112", "10.1.0.0/16"),
        ],
    )
    def test_none_is_narrower_than_a_household(self, session: Session, typed: str, kept: str) -> None:
        """Seen to fail with the network as typed."""
        assert block(session, BlockKind.NETWORK, typed).value == kept

    @pytest.mark.parametrize("typed", ["0.0.0.0/0", "10.0.0.0/7", "::/0", "2000::/3", "::ffff:0.0.0.0/96", "here", "", "192.0.2.0/33"])
    def test_a_slip_does_not_block_the_world(self, session: Session, typed: str) -> None:
        """Seen to fail without WIDEST."""
        with pytest.raises(Refused):
            block(session, BlockKind.NETWORK, typed)

    @pytest.mark.parametrize(
        ("address", "met"),
        [
            ("10.1.2.3", True),
            ("10.1.255.255", True),
            ("::ffff:10.1.2.3", True),
            ("10.2.0.1", False),
            ("2001:db8:7:1::1", True),
            ("2001:db9::1", False),
            ("192.0.2.200", True),
            ("192.0.3.1", False),
            ("nowhere", False),
            (None, False),
        ],
    )
    def test_it_meets_whoever_is_inside(self, session: Session, address: str | None, met: bool) -> None:
        """Seen to fail with networks that are wider than a /24 not looked for, and without IPv4 written as IPv6."""
        for typed in ("10.1.0.0/16", "2001:db8::/32", "192.0.2.1"):
            block(session, BlockKind.NETWORK, typed)
        assert blocks.network_is_blocked(session, network(address)) is met


class TestList:
    def test_it_ends_when_it_was_to_end(self, session: Session) -> None:
        """Seen to fail without the end in the question; and what is over can be blocked anew."""
        block(session, BlockKind.EMAIL, "spam@adverts.example", days=3)
        with pytest.raises(Refused, match="already"):
            block(session, BlockKind.EMAIL, "spam@adverts.example")
        with time_machine.travel(clock.now() + timedelta(days=3, seconds=1)):
            assert not blocks.email_is_blocked(session, "spam@adverts.example", secret=SECRET)
            assert blocks.all_(session) == []
            block(session, BlockKind.EMAIL, "spam@adverts.example")
        with time_machine.travel(clock.now() + timedelta(days=400)):
            assert blocks.email_is_blocked(session, "spam@adverts.example", secret=SECRET), "without an end it has none"

    def test_both_ways_are_written_into_the_log(self, session: Session, make: Make) -> None:
        """Seen to fail without the log."""
        row = block(session, BlockKind.NETWORK, "192.0.2.0/24", days=3)
        blocks.remove(session, BlockKind.NETWORK, "192.0.2.77", secret=SECRET, actor_id=make.moderator().id)
        session.flush()
        added, removed = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert (added.action, added.subject, added.actor_id) == ("block.add", f"block:{row.id}", None)
        assert added.details == {"kind": "network", "value": "192.0.2.0/24", "reason": "Forty adverts in a night.", "days": 3}
        assert (removed.action, removed.subject) == ("block.remove", f"block:{row.id}")
        assert blocks.all_(session) == []
        with pytest.raises(NotFound):
            blocks.remove(session, BlockKind.NETWORK, "192.0.2.77", secret=SECRET)


def _seen(visitor: Visitor, **other: object) -> tuple[int, str, str]:
    """Return what registering answers: the status, where it leads, and the words there."""
    page = register(visitor, **other)
    return page.history[0].status_code if page.history else page.status_code, page.request.path, words_of(page)


class TestRegistering:
    def _secret(self, app: Flask) -> str:
        with app.app_context():
            return app_settings().secret_key

    @pytest.mark.parametrize(("kind", "typed"), [(BlockKind.EMAIL, "ada@patients.example"), (BlockKind.EMAIL_DOMAIN, "patients.example")])
    def test_a_blocked_address_looks_like_any_other_and_makes_nothing(
        self, app: Flask, session: Session, kind: BlockKind, typed: str
    ) -> None:
        """Same words, same place, no account, no mail. Seen to fail with a refusal that names the field, and with the check left out."""
        block(session, kind, typed, secret=self._secret(app))
        session.commit()
        blocked = _seen(Visitor(app))
        assert session.exec(select(User)).all() == []
        assert session.exec(select(Job).where(Job.name != "ops.sweep")).all() == []
        assert mails(app, session) == []
        other = _seen(Visitor(app, "198.51.100.1"), email="bo@elsewhere.example")
        assert blocked == other
        assert blocked[:2] == (303, "/register/sent")
        assert len(session.exec(select(User)).all()) == 1

    @pytest.mark.parametrize(
        "wrong", [{"display_name": "Morgan"}, {"display_name": "Moderator"}, {"birth_year": 2020}, {"password": "12345678"}]
    )
    def test_what_is_wrong_is_said_of_blocked_addresses_too(
        self, app: Flask, session: Session, make: Make, wrong: dict[str, object]
    ) -> None:
        """A taken name tells nothing of the list. Seen to fail with the list asked before the name."""
        make.user("Morgan")
        block(session, BlockKind.EMAIL, str(ADA["email"]), secret=self._secret(app))
        session.commit()
        blocked = _seen(Visitor(app), **wrong)
        other = _seen(Visitor(app, "198.51.100.1"), **(wrong | {"email": "bo@elsewhere.example"}))
        assert blocked == other
        assert blocked[0] == 422

    def test_from_a_blocked_network_nobody_registers_and_is_told_so(self, app: Flask, session: Session) -> None:
        """Seen to fail without the check; reading goes on."""
        block(session, BlockKind.NETWORK, "192.0.2.0/24")
        session.commit()
        status, _path, words = _seen(Visitor(app, "192.0.2.9"))
        assert status == 403
        assert "No accounts are made from your network at present" in words
        assert session.exec(select(User)).all() == []
        assert Visitor(app, "192.0.2.9").get("/").status_code == 200
        assert _seen(Visitor(app, "192.0.3.9"))[0] == 303


class TestWriting:
    def test_from_a_blocked_network_it_is_held_and_not_refused(self, app: Flask, session: Session, make: Make) -> None:
        """Even what a known account writes. Seen to fail without the question in `suspicion`."""
        block(session, BlockKind.NETWORK, "192.0.2.0/24")
        make.treatment("smp")
        ada, bo = make.profile(), make.user("Bo", created_at=clock.now() - timedelta(days=30))
        for _turn in range(2):
            make.comment(author=bo)
        session.commit()
        visitor = Visitor(app, "192.0.2.9").sign_in(bo)
        body = "Three calm sessions. It looks like my own stubble."
        review = {"overall": 5, "treatment": "smp", "month": "09/2025", "body": body, "own_experience": True}
        assert "waiting for a look by a person" in words_of(visitor.send(f"/p/{ada.slug}/review", **review))
        assert "waiting for a look by a person" in words_of(visitor.send(f"/p/{ada.slug}/comment", body="Hello."))
        session.expire_all()
        found = session.exec(select(Review)).one()
        said = session.exec(select(Comment).where(Comment.status == CommentStatus.HELD)).one()
        assert (found.status, found.held_for, said.held_for) == (ReviewStatus.AUTO_HOLD, HoldReason.NETWORK, HoldReason.NETWORK)
        visitor.address = "192.0.3.9"
        assert "waiting" not in words_of(visitor.send(f"/p/{ada.slug}/comment", body="Hello."))
