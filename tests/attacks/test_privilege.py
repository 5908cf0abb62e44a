"""Nobody raises themselves, decides on their own cause, or leaves the site without an administrator."""

import pytest
from flask import Flask
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.core import clock
from directory.models.accounts import AuthSession, Role, SignInMethod
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry, Report, ReportKind
from directory.models.ops import Job
from tests.attacks.rows import all_rows
from tests.clients import Visitor, words_of
from tests.factories import Make

DECISION = {"action": "hide", "reason_class": "spam", "reason": "Because I want it gone."}


def forced(visitor: Visitor, path: str, **answers: str) -> int:
    """Send a form that this person is never shown, with a token that is theirs."""
    token = next(iter(visitor.get("/logout").text.split('name="csrf_token"')[1].split('value="')[1:])).split('"')[0]
    return visitor.post(path, {"csrf_token": token} | answers, follow=False).status_code


class TestOwnCause:
    def test_a_moderator_does_not_decide_on_what_stands_on_a_profile_that_they_act_for(
        self, app: Flask, session: Session, make: Make
    ) -> None:
        """A review, a comment, the profile and a report alike. Seen to fail with the member's half of the predicate taken out."""
        profile, moderator = make.profile(), make.moderator()
        memberships.grant(session, user_id=moderator.id, profile_id=profile.id, role=MembershipRole.RESPONDER)
        review, comment = make.review(profile=profile), make.comment(profile=profile)
        report = Report(review_id=review.id, kind=ReportKind.ABUSE, text="Rude.", reporter_email="r@r.example", created_at=clock.now())
        session.add(report)
        session.commit()
        paths = [f"reviews/{review.id}", f"comments/{comment.id}", f"profiles/{profile.id}", f"reports/{report.id}"]
        visitor = Visitor(app).sign_in(moderator)
        before = all_rows(session)
        for path in paths:
            assert visitor.get(f"/moderation/{path}").status_code == 403
            assert forced(visitor, f"/moderation/{path}", **DECISION) == 403
        assert all_rows(session) == before
        assert Visitor(app).sign_in(make.moderator()).get(f"/moderation/{paths[0]}").status_code == 200

    def test_whoever_reports_does_not_decide(self, app: Flask, session: Session, make: Make) -> None:
        """Seen to fail with the reporter left out of those concerned."""
        moderator, review = make.moderator(), make.review()
        report = Report(
            review_id=review.id,
            kind=ReportKind.ABUSE,
            text="x",
            reporter_email="r@r.example",
            reporter_id=moderator.id,
            created_at=clock.now(),
        )
        session.add(report)
        session.commit()
        assert Visitor(app).sign_in(moderator).get(f"/moderation/reports/{report.id}").status_code == 403

    def test_whoever_acts_for_a_profile_does_not_review_it(self, app: Flask, session: Session, make: Make) -> None:
        """T-3, on the page and in the service. Seen to fail with either check taken out."""
        from directory.core.errors import NotAllowed  # noqa: PLC0415
        from directory.reviews import service as reviews  # noqa: PLC0415

        profile, owner = make.profile(), make.user()
        memberships.grant(session, user_id=owner.id, profile_id=profile.id, role=MembershipRole.MANAGER)
        session.commit()
        assert Visitor(app).sign_in(owner).get(f"/p/{profile.slug}/review").status_code == 403
        given = {"overall": 5, "treatment": make.treatment().code, "month": "09/2025", "body": "x" * 60, "own_experience": True}
        with pytest.raises(NotAllowed):
            reviews.submit(session, profile_id=profile.id, author_id=owner.id, **given)


class TestRoles:
    def test_an_administrator_names_a_moderator(self, app: Flask, session: Session, make: Make) -> None:
        """Written into the log, told by mail, and signed out. Seen to fail with each of the three left out."""
        admin, person = make.user(role=Role.ADMIN), make.user()
        Visitor(app).sign_in(person)
        answer = Visitor(app).sign_in(admin).send(f"/moderation/users/{person.id}/role", role="moderator")
        assert answer.status_code == 200
        session.expire_all()
        assert person.role is Role.MODERATOR
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "user.role")).one()
        assert (entry.actor_id, entry.details) == (admin.id, {"before": "patient", "after": "moderator"})
        assert session.exec(select(Job).where(Job.name == "mail.role_changed")).one()
        assert session.exec(select(AuthSession).where(AuthSession.user_id == person.id)).one().revoked_at is not None

    def test_a_moderator_names_nobody(self, app: Flask, session: Session, make: Make) -> None:
        """Nor does anybody else; for them the page does not exist. Seen to fail with staff in place of administrators."""
        person = make.user()
        for who in (make.moderator(), make.user(role=Role.PRACTITIONER), make.user()):
            visitor = Visitor(app).sign_in(who)
            assert visitor.get(f"/moderation/users/{person.id}/role").status_code == 404
            assert forced(visitor, f"/moderation/users/{person.id}/role", role="admin") == 404

    def test_nobody_names_themselves(self, app: Flask, make: Make) -> None:
        """Seen to fail without `_is_somebody_else`."""
        admin = make.user(role=Role.ADMIN)
        assert forced(Visitor(app).sign_in(admin), f"/moderation/users/{admin.id}/role", role="patient") == 403

    def test_the_last_administrator_stays(self, app: Flask, session: Session, make: Make) -> None:
        """Another could take the role away while nobody else has it who may be used. Seen to fail without the count."""
        admin, other = make.user(role=Role.ADMIN), make.user(role=Role.ADMIN)
        visitor = Visitor(app).sign_in(admin)
        assert visitor.send(f"/moderation/users/{other.id}/role", role="patient").status_code == 200
        visitor = Visitor(app).sign_in(admin)
        assert forced(visitor, f"/moderation/users/{admin.id}", **(DECISION | {"action": "suspend"})) == 403
        session.expire_all()
        assert admin.role is Role.ADMIN

    def test_it_asks_to_show_again_who_one_is(self, app: Flask, session: Session, make: Make) -> None:
        """A stolen session of an administrator makes nobody one. Seen to fail without the need FRESH, and without SECOND_FACTOR."""
        admin, person = make.user(role=Role.ADMIN), make.user()
        for how in ({"fresh": False}, {"method": SignInMethod.PASSWORD}):
            visitor = Visitor(app).sign_in(admin, **how)  # type: ignore[arg-type]
            assert forced(visitor, f"/moderation/users/{person.id}/role", role="admin") == 303
        session.expire_all()
        assert person.role is Role.PATIENT

    def test_a_role_that_does_not_exist_is_refused_at_its_field(self, app: Flask, make: Make) -> None:
        """Seen to fail with the choice not checked."""
        visitor = Visitor(app).sign_in(make.user(role=Role.ADMIN))
        answer = visitor.send(f"/moderation/users/{make.user().id}/role", role="emperor")
        assert answer.status_code == 422
        assert "Choose a role." in words_of(answer)
