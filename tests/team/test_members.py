"""Inviting, coming in, changing, removing, leaving and giving back: what holds afterwards, and who is told."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlmodel import Session, select

from directory.core import clock
from directory.core.errors import Gone, NotAllowed, Refused
from directory.models.claims import Claim, ClaimStatus, Invitation, RoleProposal
from directory.models.memberships import MembershipRole
from directory.models.moderation import AuditEntry, Report, ReportKind
from directory.models.ops import KeptMail
from directory.models.profiles import Profile, ProfileKind, ProfileStatus
from directory.models.reviews import Review, ReviewStatus
from directory.reviews import service as reviews
from directory.team import invitations, people, rules, service
from tests.clients import Visitor, words_of
from tests.team.conftest import Team

OWNER, MANAGER, RESPONDER = MembershipRole.OWNER, MembershipRole.MANAGER, MembershipRole.RESPONDER


def logged(session: Session) -> list[str]:
    return list(session.exec(select(AuditEntry.action).order_by(AuditEntry.id)).all())  # type: ignore[arg-type]


class TestInviting:
    def test_a_colleague_is_invited_comes_in_and_answers_reviews(self, app: Flask, session: Session, team: Team) -> None:
        """From the form to the first page. Seen to fail with the membership left out of `accept`."""
        new = team.make.user("Nia 2", email="nia@p.example")
        session.commit()
        page = Visitor(app).sign_in(team.owner).send(f"{team.base}/team/invite", email="Nia@P.example", role="responder")
        assert "The invitation is on its way." in words_of(page)
        assert "Nia@p.example" in words_of(page)
        assert team.mails() == [("Nia@p.example", "You are asked to act for a profile")]
        text = session.exec(select(KeptMail.text)).one()
        link = next(word for word in text.split() if "/invitations/" in word)
        visitor = Visitor(app).sign_in(new)
        assert "The owners of the profile see the name that you are shown under here: Nia 2" in words_of(visitor.get(link))
        assert session.exec(select(Invitation)).one(), "opening the link uses nothing up"
        done = visitor.send(link, form="accept")
        assert "You act for this profile from now on." in words_of(done)
        assert team.roles() == {team.owner.id: "owner", new.id: "responder"}
        assert session.exec(select(Invitation)).all() == []
        assert team.mails()[1:] == [("oda@p.example", "Somebody acts for your profile too")]
        assert logged(session)[-2:] == ["member.invite", "member.grant"]

    def test_whoever_has_no_account_makes_one_and_comes_back(self, app: Flask, session: Session, team: Team) -> None:
        """Seen to fail with the way back left out of the link."""
        token = team.invite("nia@p.example")
        visitor = Visitor(app)
        page = visitor.get(f"/invitations/{token}")
        assert "Make an account" in words_of(page)
        assert f"/register?next=/invitations/{token}" in page.text.replace("%2F", "/")
        answers = {"display_name": "Nia 2", "email": "nia@p.example", "password": "three calm green mornings"}
        visitor.send(f"/register?next=/invitations/{token}", **answers, birth_year=1985)
        team.mails()
        mail = session.exec(select(KeptMail.text).where(KeptMail.subject == "Confirm your e-mail address")).one()
        confirm = next(word for word in mail.split() if "/confirm/" in word)
        assert "Act for Ada Marsh" in words_of(visitor.send(confirm))
        assert "You act for this profile from now on." in words_of(visitor.send(f"/invitations/{token}", form="accept"))

    def test_it_ends_after_fourteen_days(self, app: Flask, team: Team) -> None:
        """Seen to fail with the moment left out of `find`."""
        token, new = team.invite("nia@p.example"), team.make.user(email="nia@p.example")
        team.session.commit()
        with time_machine.travel(clock.now() + rules.LIFE + timedelta(minutes=1)):
            assert Visitor(app).sign_in(new).get(f"/invitations/{token}").status_code == 410
            with pytest.raises(Gone):
                invitations.accept(team.session, token=token, user_id=new.id)

    def test_a_newer_one_ends_the_one_before(self, team: Team) -> None:
        """One row for an address. Seen to fail with the old digest left."""
        old, new = team.invite("nia@p.example"), team.invite("NIA@p.example", OWNER)
        assert invitations.find(team.session, old) is None
        found = invitations.find(team.session, new)
        assert found is not None
        assert found[0].role is OWNER

    def test_no_more_than_so_many_are_open(self, team: Team) -> None:
        """Seen to fail without the count."""
        for number in range(rules.MOST_OPEN):
            team.invite(f"a{number}@p.example")
        with pytest.raises(Refused, match="20 invitations are open"):
            team.invite("one.more@p.example")
        team.invite("a0@p.example")

    def test_it_can_be_declined_and_taken_back(self, app: Flask, team: Team) -> None:
        """Seen to fail with the row left in each."""
        new = team.make.user(email="nia@p.example")
        first, second = team.invite("nia@p.example"), team.invite("bo@p.example")
        assert "You have said no." in words_of(Visitor(app).sign_in(new).send(f"/invitations/{first}", form="decline"))
        row = team.session.exec(select(Invitation)).one()
        page = Visitor(app).sign_in(team.owner).send(f"{team.base}/team/invitations/{row.id}")
        assert "taken back" in words_of(page)
        assert invitations.find(team.session, first) is None
        assert invitations.find(team.session, second) is None
        assert team.roles() == {team.owner.id: "owner"}

    def test_it_is_no_way_to_another_role(self, team: Team) -> None:
        """A manager who is invited as an owner stays what they are. Seen to fail with the role granted all the same."""
        manager = team.member(email="mo@p.example")
        invitations.accept(team.session, token=team.invite("mo@p.example", OWNER), user_id=manager.id)
        assert team.roles()[manager.id] == "manager"

    @pytest.mark.parametrize("how", ["removed", "demoted"])
    def test_whom_somebody_invited_stays_out_once_they_are_no_owner(self, team: Team, how: str) -> None:
        """`find` asks for the inviter as well. Seen to fail with their invitations left."""
        second, new = team.member(OWNER), team.make.user(email="nia@p.example")
        token = team.invite("nia@p.example", OWNER)
        row = team.row(team.owner)
        if how == "removed":
            service.remove(team.session, profile_id=team.profile.id, membership_id=row.id, actor_id=second.id)
        else:
            service.change_role(team.session, profile_id=team.profile.id, membership_id=row.id, role=MANAGER, actor_id=second.id)
        assert team.session.exec(select(Invitation.id)).all() == []
        with pytest.raises(Gone):
            invitations.accept(team.session, token=token, user_id=new.id)

    def test_who_reviewed_it_is_labelled_and_nobody_else_learns_of_it(self, app: Flask, session: Session, team: Team) -> None:
        """T-3: once, for moderators, shown on. Seen to fail with the label left out, and with it written each time."""
        author = team.make.user("Rita 3", email="rita@p.example")
        review = team.make.review(profile=team.profile, author=author)
        team.make.review(profile=team.profile)
        for _time in range(2):
            invitations.accept(session, token=team.invite("rita@p.example"), user_id=author.id)
            service.leave(session, profile_id=team.profile.id, user_id=author.id)
        report = session.exec(select(Report)).one()
        assert (report.review_id, report.kind, report.reporter_email) == (review.id, ReportKind.NOT_A_PATIENT, "")
        assert session.get_one(Review, review.id).status is ReviewStatus.PUBLISHED
        session.commit()
        assert "Nobody reported it: the site noticed." in words_of(Visitor(app).sign_in(team.make.moderator()).get("/moderation"))
        assert {to for to, _subject in team.mails()} == {"oda@p.example", "rita@p.example"}


class TestChanging:
    def test_a_role_is_changed_and_all_are_told(self, app: Flask, team: Team) -> None:
        """Seen to fail with each mail left out."""
        manager, other = team.member(email="mo@p.example"), team.member(OWNER, email="pia@p.example")
        page = Visitor(app).sign_in(team.owner).send(f"{team.base}/team/{team.row(manager).id}", role="owner")
        assert "Changed. They are told by mail." in words_of(page)
        assert team.roles()[manager.id] == "owner"
        subjects = {("mo@p.example", "What you may do for a profile has changed")}
        assert set(team.mails()) == subjects | {("pia@p.example", "Somebody may do more or less for your profile")}
        assert other.id in team.roles()

    def test_somebody_is_removed_and_all_are_told(self, app: Flask, team: Team) -> None:
        """Seen to fail with each mail left out."""
        manager = team.member(email="mo@p.example")
        team.member(OWNER, email="pia@p.example")
        Visitor(app).sign_in(team.owner).send(f"{team.base}/team/{team.row(manager).id}/remove")
        assert manager.id not in team.roles()
        assert Visitor(app).sign_in(manager).get(team.base).status_code == 404
        told = {("mo@p.example", "You act for a profile no longer"), ("pia@p.example", "Somebody acts for your profile no longer")}
        assert set(team.mails()) == told

    def test_anybody_may_leave(self, app: Flask, team: Team) -> None:
        """Seen to fail with leaving kept for owners."""
        responder = team.member(RESPONDER)
        page = Visitor(app).sign_in(responder).send(f"{team.base}/leave")
        assert "You act for this profile no longer." in words_of(page)
        assert team.roles() == {team.owner.id: "owner"}
        assert team.mails() == [("oda@p.example", "Somebody has left your profile")]

    def test_the_last_owner_cannot_go_and_is_told_how(self, app: Flask, team: Team) -> None:
        """Not by leaving, not by removing themselves, not by another role. Seen to fail with each check left out."""
        team.member()
        row, visitor = team.row(team.owner), Visitor(app).sign_in(team.owner)
        assert "You are the last owner" in words_of(visitor.get(f"{team.base}/leave"))
        for path, answers in (("/leave", {}), (f"/team/{row.id}/remove", {}), (f"/team/{row.id}", {"role": "manager"})):
            answer = visitor.send(team.base + path, **answers)
            assert answer.status_code == 422
            assert "This is the last owner." in words_of(answer)
        assert team.roles()[team.owner.id] == "owner"

    def test_what_was_read_before_decides_nothing(self, team: Team) -> None:
        """Two owners remove each other: the second is no owner any more. Seen to fail with the actor asked for before the lock alone."""
        other = team.member(OWNER)
        mine, theirs = team.row(team.owner).id, team.row(other).id
        service.remove(team.session, profile_id=team.profile.id, membership_id=theirs, actor_id=team.owner.id)
        with pytest.raises(NotAllowed):
            service.remove(team.session, profile_id=team.profile.id, membership_id=mine, actor_id=other.id)
        assert team.roles() == {team.owner.id: "owner"}


class TestGivingBack:
    def test_it_ends_all_and_what_was_written_stays(self, app: Flask, session: Session, team: Team) -> None:
        """Members, invitations, proposals and the claim. Seen to fail with each of them left."""
        team.member(email="mo@p.example")
        team.invite("nia@p.example")
        practice, _other = team.other()
        people.propose(session, profile_id=team.profile.id, other_id=practice.id, title="", actor_id=team.owner.id)
        review = team.make.review(profile=team.profile)
        claim = Claim(profile_id=team.profile.id, user_id=team.owner.id, status=ClaimStatus.APPROVED, created_at=clock.now())
        claim.updated_at = claim.expires_at = clock.now()
        session.add(claim)
        team.profile.status = ProfileStatus.CLAIMED
        session.commit()
        team.mails()
        page = Visitor(app).sign_in(team.owner).send(f"{team.base}/give-back")
        assert "The profile is given back." in words_of(page)
        session.expire_all()
        assert team.roles() == {}
        assert session.exec(select(Invitation)).all() == session.exec(select(RoleProposal)).all() == []
        assert session.get_one(Claim, claim.id).status is ClaimStatus.WITHDRAWN
        assert session.get_one(Profile, team.profile.id).status is ProfileStatus.PUBLISHED_UNCLAIMED
        assert session.get_one(Review, review.id).status is ReviewStatus.PUBLISHED
        given = {(to, subject) for to, subject in team.mails() if subject == "A profile was given back"}
        assert given == {("oda@p.example", "A profile was given back"), ("mo@p.example", "A profile was given back")}
        assert "profile.given_back" in logged(session)

    def test_not_over_the_head_of_another_owner(self, team: Team) -> None:
        """Seen to fail without the look at the others."""
        team.member(OWNER)
        with pytest.raises(Refused, match="Somebody else owns this profile too"):
            service.give_back(team.session, profile_id=team.profile.id, actor_id=team.owner.id)


class TestWhoWorksWhere:
    def test_the_other_side_agrees_and_it_stands_on_both_pages(self, app: Flask, session: Session, team: Team) -> None:
        """Seen to fail with the role written by the proposal alone."""
        practice, other = team.other()
        mine, theirs = Visitor(app).sign_in(team.owner), Visitor(app).sign_in(other)
        page = mine.send(f"{team.base}/people/add", profile=f"http://localhost:8000/p/{practice.slug}", title="Lead artist")
        assert "The other side is asked." in words_of(page)
        assert "Reed Studio" not in words_of(Visitor(app).get(f"/p/{team.profile.slug}"))
        proposal = session.exec(select(RoleProposal)).one()
        answered = theirs.send(f"/manage/{practice.slug}/people/proposals/{proposal.id}", answer="yes")
        assert "Done. The other side is told." in words_of(answered)
        assert "Reed Studio" in words_of(Visitor(app).get(f"/p/{team.profile.slug}"))
        assert "Ada Marsh" in words_of(Visitor(app).get(f"/p/{practice.slug}"))
        assert ("oda@p.example", "Who works where: agreed") in team.mails()

    def test_no_is_no_and_what_was_said_can_be_taken_back(self, app: Flask, session: Session, team: Team) -> None:
        """Seen to fail with the role written whatever is answered."""
        practice, other = team.other()
        for path, visitor, answers in (
            (f"/manage/{practice.slug}", Visitor(app).sign_in(other), {"answer": "no"}),
            (team.base, Visitor(app).sign_in(team.owner), {}),
        ):
            people.propose(session, profile_id=team.profile.id, other_id=practice.id, title="", actor_id=team.owner.id)
            session.commit()
            visitor.send(f"{path}/people/proposals/{session.exec(select(RoleProposal.id)).one()}", **answers)
            assert session.exec(select(RoleProposal)).all() == []
        assert people.works(session, team.profile) == []

    def test_both_say_it_and_it_holds(self, session: Session, team: Team) -> None:
        """Seen to fail with the second word refused."""
        practice, other = team.other()
        assert not people.propose(session, profile_id=team.profile.id, other_id=practice.id, title="", actor_id=team.owner.id)
        with pytest.raises(Refused, match="You have said so already"):
            people.propose(session, profile_id=team.profile.id, other_id=practice.id, title="", actor_id=team.owner.id)
        assert people.propose(session, profile_id=practice.id, other_id=team.profile.id, title="", actor_id=other.id)
        assert [one.other.id for one in people.works(session, team.profile)] == [practice.id]
        with pytest.raises(Refused, match="stands on both pages"):
            people.propose(session, profile_id=practice.id, other_id=team.profile.id, title="", actor_id=other.id)

    def test_two_people_or_two_practices_do_not_fit(self, session: Session, team: Team) -> None:
        """Seen to fail without the kinds compared."""
        other, _user = team.other("Bo Reed", kind=ProfileKind.PRACTITIONER)
        with pytest.raises(Refused, match="One of the two has to be a person"):
            people.propose(session, profile_id=team.profile.id, other_id=other.id, title="", actor_id=team.owner.id)

    def test_a_moderator_answers_where_nobody_owns_the_other_side(self, app: Flask, session: Session, team: Team) -> None:
        """And only there. Seen to fail with the owners of the other side not asked for."""
        unclaimed, _user = team.other("Reed Studio", owned=False)
        owned, _owner = team.other("Park Clinic")
        for practice in (unclaimed, owned):
            people.propose(session, profile_id=team.profile.id, other_id=practice.id, title="", actor_id=team.owner.id)
        session.commit()
        moderator = team.make.moderator()
        visitor = Visitor(app).sign_in(moderator)
        page = words_of(visitor.get("/moderation/works"))
        assert "Reed Studio" in page
        assert "Park Clinic" not in page
        first, second = session.exec(select(RoleProposal.id).order_by(RoleProposal.id)).all()  # type: ignore[arg-type]
        pages = visitor.get(f"/moderation/works/{first}").text
        assert all(f'href="/p/{one.slug}"' in pages for one in (team.profile, unclaimed)), "seen to fail without the two links"
        assert "Decided and written into the log." in words_of(visitor.send(f"/moderation/works/{first}", answer="yes"))
        assert [one.other.id for one in people.works(session, team.profile)] == [unclaimed.id]
        with pytest.raises(NotAllowed):
            people.decide(session, proposal_id=second, agrees=True, moderator_id=moderator.id)

    def test_whoever_moves_keeps_their_reviews_and_the_practice_its_own(self, app: Flask, session: Session, team: Team) -> None:
        """Ended here and said elsewhere: not one review moves. Seen to fail with reviews of a person shown on the practice's page."""
        old, first = team.other("Reed Studio")
        new, second = team.other("Park Clinic")
        team.make.review(profile=team.profile, body="Ada worked calmly, and it looks like stubble.")
        team.make.review(profile=old, body="The studio was clean and on time, three visits.")
        for practice, owner in ((old, first), (new, second)):
            for one, other, actor in ((team.profile, practice, team.owner), (practice, team.profile, owner)):
                people.propose(session, profile_id=one.id, other_id=other.id, title="", actor_id=actor.id)
            if practice is old:
                role = people.works(session, team.profile)[0].role
                session.commit()
                Visitor(app).sign_in(first).send(f"/manage/{old.slug}/people/{role.id}/end")
                session.expire_all()
        for profile in (team.profile, old, new):
            reviews.refresh_rating(session, profile)
        session.commit()
        pages = {profile.slug: words_of(Visitor(app).get(f"/p/{profile.slug}")) for profile in (team.profile, old, new)}
        assert ["Ada worked calmly" in page for page in pages.values()] == [True, False, False]
        assert ["The studio was clean" in page for page in pages.values()] == [False, True, False]
        assert ["Park Clinic" in pages[team.profile.slug], "Reed Studio" in pages[team.profile.slug]] == [True, False]

    def test_several_stand_on_both_sides(self, app: Flask, session: Session, team: Team) -> None:
        """Two practices of one person, two people of one practice. Seen to fail with the first of them shown alone."""
        (one, first), (two, second) = team.other("Reed Studio"), team.other("Park Clinic")
        bea, third = team.other("Bea Long", kind=ProfileKind.PRACTITIONER)
        pairs = ((team.profile, team.owner, one, first), (team.profile, team.owner, two, second), (bea, third, one, first))
        for here, owner, there, other in pairs:
            people.propose(session, profile_id=here.id, other_id=there.id, title="", actor_id=owner.id)
            people.propose(session, profile_id=there.id, other_id=here.id, title="", actor_id=other.id)
        session.commit()
        page = words_of(Visitor(app).get(f"/p/{team.profile.slug}"))
        assert "Reed Studio" in page
        assert "Park Clinic" in page
        page = words_of(Visitor(app).get(f"/p/{one.slug}"))
        assert "Ada Marsh" in page
        assert "Bea Long" in page

    def test_what_a_register_says_is_not_ended_here(self, session: Session, team: Team) -> None:
        """It would say it again. Seen to fail without the look at the source."""
        practice, other = team.other()
        people.propose(session, profile_id=team.profile.id, other_id=practice.id, title="", actor_id=team.owner.id)
        people.propose(session, profile_id=practice.id, other_id=team.profile.id, title="", actor_id=other.id)
        role = people.works(session, team.profile)[0].role
        source = team.make.source()
        role.source_record_id = _record(session, source.id, team.profile.id)
        session.flush()
        with pytest.raises(Refused, match="A register says so"):
            people.end(session, role_id=role.id, profile_id=team.profile.id, actor_id=team.owner.id)


def _record(session: Session, source_id: int, profile_id: int) -> int:
    from directory.models.sources import SourceRecord  # noqa: PLC0415

    row = SourceRecord(source_id=source_id, key="1", profile_id=profile_id, raw={}, hash="0", as_of=clock.today())
    session.add(row)
    session.flush()
    return row.id
