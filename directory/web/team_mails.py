"""Handlers that send mail about who acts for a profile and who works where; see `mails.py`. None of them can be switched off."""

from sqlmodel import Session

from directory.accounts import memberships
from directory.core.i18n import _, lazy
from directory.models.accounts import User
from directory.models.profiles import Profile
from directory.team import invitations, people, rules
from directory.web import mailer, mails
from directory.web.mails import mail
from directory.work import Work

HANDLERS = mails.HANDLERS

#: What has become of a member -> the subject of the mail to the owners.
_CHANGES = {
    "joined": lazy("Somebody acts for your profile too"),
    "role": lazy("Somebody may do more or less for your profile"),
    "removed": lazy("Somebody acts for your profile no longer"),
    "left": lazy("Somebody has left your profile"),
}
#: What came of who works where -> the subject.
_OUTCOMES = {
    "agreed": lazy("Who works where: agreed"),
    "declined": lazy("Who works where: not agreed"),
    "ended": lazy("Who works where: ended"),
}


@mail
def member_invited(work: Work) -> None:
    """Send the link of an invitation; its secret is made here and kept as a digest. Whether the address has an account is not asked."""
    with work.transaction() as session:
        found = invitations.mint(session, work.payload["invitation_id"])
    if found is None:
        return
    row, profile, token = found
    values = {"profile": profile.name, "role": str(rules.ROLES[row.role]), "days": rules.LIFE.days}
    url = mailer.link("invitations.show", token=token)
    mailer.send(work, to=row.email, subject=_("You are asked to act for a profile"), template="member_invited", url=url, **values)


@mail
def member_role(work: Work) -> None:
    """Say what somebody may do for a profile from now on."""
    user, profile = _people(work)
    if user is None or profile is None:
        return
    with work.database.session() as session:
        role = memberships.role_of(session, user_id=user.id, profile_id=profile.id)
    if role is not None:  # removed meanwhile: that is another mail
        page = mailer.link("manage.index", slug=profile.slug)
        _send(work, user, _("What you may do for a profile has changed"), profile=profile.name, role=str(rules.ROLES[role]), page=page)


@mail
def member_removed(work: Work) -> None:
    """Say that somebody acts for a profile no longer."""
    user, profile = _people(work)
    if user is not None and profile is not None:
        _send(work, user, _("You act for a profile no longer"), profile=profile.name, contact=mailer.link("pages.contact"))


@mail
def profile_given_back(work: Work) -> None:
    """Say that nobody acts for a profile any more."""
    user, profile = _people(work)
    if user is not None and profile is not None:
        page = mailer.link("profiles.show", slug=profile.slug)
        _send(work, user, _("A profile was given back"), profile=profile.name, page=page, contact=mailer.link("pages.contact"))


@mail
def team_changed(work: Work) -> None:
    """Tell an owner what has become of somebody who acts for the profile."""
    user, profile = _people(work)
    with work.database.session() as session:
        member = session.get(User, work.payload["member_id"])
        name = member.display_name if member is not None else ""
    if user is not None and profile is not None and name:
        what = work.payload["what"]
        page = mailer.link("team.index", slug=profile.slug)
        _send(work, user, str(_CHANGES[what]), profile=profile.name, member=name, what=what, page=page)


@mail
def works_here_asked(work: Work) -> None:
    """Ask an owner whether what the other side says is right."""
    with work.database.session() as session:
        user = _user(session, work.payload["user_id"])
        found = people.find(session, work.payload["proposal_id"])
    if user is not None and found is not None:
        names = {"person": found.person.name, "practice": found.practice.name, "title": found.proposal.title}
        page = mailer.link("people.index", slug=found.asked.slug)
        _send(work, user, _("Does this person work at this practice?"), page=page, speaker=found.speaker.name, **names)


@mail
def works_here_settled(work: Work) -> None:
    """Tell an owner what came of who works where."""
    user, profile = _people(work)
    with work.database.session() as session:
        other = session.get(Profile, work.payload["other_id"])
    if user is not None and profile is not None and other is not None:
        outcome, page = work.payload["outcome"], mailer.link("people.index", slug=profile.slug)
        _send(work, user, str(_OUTCOMES[outcome]), profile=profile.name, other=other.name, outcome=outcome, page=page)


def _people(work: Work) -> tuple[User | None, Profile | None]:
    """Return whom a mail goes to and which profile it is about; None where they are gone meanwhile."""
    with work.database.session() as session:
        return _user(session, work.payload["user_id"]), session.get(Profile, work.payload["profile_id"])


def _user(session: Session, user_id: int) -> User | None:
    user = session.get(User, user_id)
    return user if user is not None and user.is_active else None


def _send(work: Work, user: User, subject: str, **values: object) -> None:
    mailer.send(work, to=user.email, subject=subject, template=work.name.removeprefix("mail."), **values)
