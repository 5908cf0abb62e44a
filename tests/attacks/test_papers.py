"""Documents of credentials and disputes: the same looks at the bytes as for claims, and the same closed doors."""

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.models.accounts import Role, User
from directory.models.evidence import Evidence
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Credential
from directory.models.replies import Dispute
from directory.models.reviews import Review
from tests.attacks.test_matrix import token
from tests.clients import Visitor
from tests.evidence.papers import IMAGES, hand_in, pdf, upload
from tests.factories import Make

TEXT = "Nobody of this name was here in the years that it speaks of."
MB = 1024 * 1024
#: What a file is called -> its bytes.
HOSTILE = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "licence.png"),
    "html": (b"<!doctype html><script>alert(1)</script>", "licence.png"),
    "bomb": ((IMAGES / "bomb_40000x40000_1bit.png").read_bytes(), "licence.png"),
    "script": (pdf(b"/OpenAction << /S /JavaScript /JS (x) >>"), "licence.pdf"),
    "pdf+zip": (pdf(end=b"PK\x03\x04"), "licence.pdf"),
    "empty": (b"", "licence.pdf"),
    "large": (pdf(stream=bytes(8 * MB)), "licence.pdf"),
}


class House:
    """A profile with an owner and a responder, a review with its author, a credential; another profile with an owner."""

    def __init__(self, session: Session, make: Make, app: Flask) -> None:
        self.session, self.app = session, app
        self.profile, self.elsewhere = make.profile("Ada Marsh"), make.profile("Bo Reed")
        self.author = make.user("Owen W.")
        self.owner, self.responder, self.other = make.user(), make.user(), make.user(role=Role.PRACTITIONER)
        for user, page, role in (
            (self.owner, self.profile, MembershipRole.OWNER),
            (self.responder, self.profile, MembershipRole.RESPONDER),
            (self.other, self.elsewhere, MembershipRole.OWNER),
        ):
            memberships.grant(session, user_id=user.id, profile_id=page.id, role=role)
        self.review: Review = make.review(profile=self.profile, author=self.author)
        self.credential: Credential = make.credential(self.profile, stated_by_id=self.owner.id)
        self.stranger, self.moderator = make.user(), make.moderator()
        session.commit()
        base = f"/manage/{self.profile.slug}"
        #: Each way in with what else is typed there.
        self.ways: dict[str, tuple[str, dict[str, str]]] = {
            "new credential": (
                f"{base}/credentials/add",
                {"code": "medical_licence", "issuer": "College of Sample", "reference": "77-TYPED"},
            ),
            "credential": (f"{base}/credentials/{self.credential.id}/document", {}),
            "dispute": (f"{base}/reviews/{self.review.id}/dispute", {"reason": "false_fact", "text": TEXT, "good_faith": "y"}),
        }

    def visitor(self, user: User) -> Visitor:
        return Visitor(self.app).sign_in(user)

    @property
    def kept(self) -> list[Evidence]:
        self.session.expire_all()
        return list(self.session.exec(select(Evidence)).all())


@pytest.fixture
def house(session: Session, make: Make, app: Flask) -> House:
    return House(session, make, app)


WAYS = ("new credential", "credential", "dispute")


@pytest.mark.parametrize("way", WAYS)
class TestSending:
    @pytest.mark.parametrize("kind", HOSTILE)
    def test_a_hostile_file_is_refused_at_its_field_and_no_word_is_lost(self, house: House, way: str, kind: str) -> None:
        """Nothing of the form happens. Seen to fail with the bytes taken as they came."""
        path, typed = house.ways[way]
        data, name = HOSTILE[kind]
        rows = house.session.exec(select(Credential.id)).all()
        answer = hand_in(house.visitor(house.owner), path, data, name, **typed)
        assert answer.status_code == 422
        assert 'id="document-error"' in answer.text
        for word in typed.values():
            assert word in answer.text
        assert house.kept == []
        assert house.session.exec(select(Credential.id)).all() == rows
        assert house.session.exec(select(Dispute.id)).all() == []

    def test_far_too_much_is_refused_unread(self, house: House, way: str) -> None:
        """Seen to fail with no limit for such pages."""
        path, typed = house.ways[way]
        assert hand_in(house.visitor(house.owner), path, bytes(10 * MB), **typed).status_code == 413
        assert house.kept == []

    def test_a_word_in_the_place_of_a_file_is_no_file(self, house: House, way: str) -> None:
        """Seen to fail with the words of the form read as a file."""
        path, typed = house.ways[way]
        house.visitor(house.owner).send(path, **typed, document="%PDF-1.7")
        assert house.kept == []

    def test_nobody_else_sends_one(self, house: House, way: str) -> None:
        """A responder may not; a stranger, the reviewer, another owner and a moderator find nothing.

        Seen to fail with the permission of those who answer reviews.
        """
        path, typed = house.ways[way]
        wanted = {house.responder: 403, house.stranger: 404, house.author: 404, house.other: 404, house.moderator: 404}
        for user, status in wanted.items():
            visitor = house.visitor(user)
            assert visitor.get(path).status_code == status
            sent = typed | {"csrf_token": token(visitor), "document": upload()}
            assert visitor.post(path, sent).status_code == status
        assert house.kept == []

    def test_none_of_them_sees_it_and_a_moderator_leaves_a_line(self, house: House, way: str) -> None:
        """Whoever sent it neither. Seen to fail with the owner among those who see it."""
        path, typed = house.ways[way]
        assert house.visitor(house.owner).send(path, **typed, document=upload(name="our-letter.pdf")).status_code == 200
        (paper,) = house.kept
        for user in (house.owner, house.responder, house.author, house.other, house.stranger):
            answer = house.visitor(user).get(f"/moderation/evidence/{paper.id}")
            assert answer.status_code == 404
            assert "our-letter" not in answer.text
        moderator = house.visitor(house.moderator)
        assert moderator.send(f"/moderation/evidence/{paper.id}").data == pdf()
        house.session.expire_all()
        seen = house.session.exec(select(AuditEntry).where(AuditEntry.action == "evidence.seen")).one()
        assert (seen.actor_id, seen.subject) == (house.moderator.id, f"evidence:{paper.id}")


def test_nothing_is_reached_by_the_address_of_another_profile(house: House, session: Session) -> None:
    """Not by its owner, and not by somebody who acts for both. Seen to fail without the profile of the address asked, for each."""
    memberships.grant(session, user_id=house.owner.id, profile_id=house.elsewhere.id, role=MembershipRole.OWNER)
    path, typed = house.ways["dispute"]
    house.visitor(house.owner).send(path, **typed)
    base = f"/manage/{house.elsewhere.slug}"
    for path in (f"{base}/credentials/{house.credential.id}/document", f"{base}/reviews/{house.review.id}/dispute/call-off"):
        for user in (house.other, house.owner):
            assert house.visitor(user).get(path).status_code == 404


def test_a_moderator_who_acts_for_the_practice_or_wrote_the_review_may_not(house: House, session: Session, make: Make) -> None:
    """T-20. Seen to fail without the sides of the case."""
    member, writer = make.moderator(), make.moderator()
    memberships.grant(session, user_id=member.id, profile_id=house.profile.id, role=MembershipRole.RESPONDER)
    house.review.author_id = writer.id
    session.add(house.review)
    session.commit()
    path, typed = house.ways["dispute"]
    house.visitor(house.owner).send(path, **typed, document=upload())
    (paper,) = house.kept
    for user in (member, writer):
        assert house.visitor(user).get(f"/moderation/evidence/{paper.id}").status_code == 403


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_of_the_reviewer_is_refused_at_its_field(house: House, kind: str) -> None:
    """And the dispute waits for the answer as before. Seen to fail with the bytes taken as they came."""
    path, typed = house.ways["dispute"]
    house.visitor(house.owner).send(path, **typed)
    data, name = HOSTILE[kind]
    answer = hand_in(house.visitor(house.author), f"/reviews/{house.review.id}/dispute", data, name, choice="keep", answer="I was there.")
    assert answer.status_code == 422
    assert 'id="document-error"' in answer.text
    assert "I was there." in answer.text
    assert house.kept == []
    assert house.session.exec(select(Dispute.answered_at)).one() is None


def test_nobody_else_sends_one_in_the_reviewers_place_nor_sees_it(house: House) -> None:
    """Nor does the reviewer, once it is sent; a moderator does. Seen to fail with the rule of the permission letting everybody through."""
    path, typed = house.ways["dispute"]
    house.visitor(house.owner).send(path, **typed)
    answering = f"/reviews/{house.review.id}/dispute"
    others = (house.owner, house.responder, house.other, house.stranger, house.moderator)
    for user in others:
        visitor = house.visitor(user)
        assert visitor.get(answering).status_code == 404
        for way in (answering, f"{answering}/appeal"):
            assert visitor.post(way, {"csrf_token": token(visitor), "choice": "keep", "document": upload()}).status_code == 404
    assert house.kept == []
    house.visitor(house.author).send(answering, choice="keep", document=upload(name="my-receipt.pdf"))
    (paper,) = house.kept
    for user in (house.author, *others[:-1]):
        answer = house.visitor(user).get(f"/moderation/evidence/{paper.id}")
        assert answer.status_code == 404
        assert "my-receipt" not in answer.text
    assert house.visitor(house.moderator).send(f"/moderation/evidence/{paper.id}").data == pdf()
