"""Handlers that send mail: one function a mail, named like its function in `notifications/mail.py`.

Each reads what it needs when it runs, so that no secret and no address lies in a job, and each may run twice: then a
second mail goes out under the same Message-ID. Where the person or the thing is gone meanwhile, nothing is sent; nor where
they have switched mails of its kind off (`notifications/kinds.py`).
"""

from sqlmodel import Session

from directory.accounts import blocks, emails, links, recovery
from directory.accounts.rules import veiled
from directory.core.i18n import _, lazy
from directory.models.accounts import MailedToken, Role, TokenPurpose, User
from directory.models.comments import Comment
from directory.models.guides import Guide
from directory.models.moderation import Decision, Report
from directory.models.profiles import Profile
from directory.models.replies import Reply
from directory.models.reviews import Review
from directory.notifications import choices
from directory.notifications.kinds import OF_MAIL
from directory.privacy import erasure
from directory.reviews import reasons
from directory.web import mailer, unsubscribe
from directory.work import Handler, Work

HANDLERS: dict[str, Handler] = {}

#: What each role is called in a mail.
ROLE_WORDS = {
    Role.PATIENT: lazy("member"),
    Role.PRACTITIONER: lazy("practitioner"),
    Role.MODERATOR: lazy("moderator"),
    Role.ADMIN: lazy("administrator"),
}


def mail(handler: Handler) -> Handler:
    """Make the function the handler of the job `mail.<its name>`."""
    HANDLERS[f"mail.{handler.__name__}"] = handler
    return handler


@mail
def confirm_email(work: Work) -> None:
    """Send the link that confirms an address; its secret is made here and kept as a digest."""
    with work.transaction() as session:
        user = person(session, work.payload["user_id"])
        if user is None or user.is_confirmed:
            return
        more = {name: str(work.payload[name]) for name in ("next_path", "browser_hash")}
        token = links.mint(session, user=user, purpose=TokenPurpose.CONFIRM_EMAIL, **more)
    url = mailer.link("accounts.confirm", token=token)
    mailer.send(work, to=user.email, subject=_("Confirm your e-mail address"), template="confirm_email", url=url)


@mail
def password_reset(work: Work) -> None:
    """Send the link that sets a new password; it ends the ones before it."""
    with work.transaction() as session:
        user = person(session, work.payload["user_id"])
        if user is None:
            return
        token = links.mint(session, user=user, purpose=TokenPurpose.RESET_PASSWORD)
    url = mailer.link("accounts.reset", token=token)
    mailer.send(work, to=user.email, subject=_("Set a new password"), template="password_reset", url=url)


@mail
def already_registered(work: Work) -> None:
    """Say that the address has an account already."""
    _to_user(work, _("You have an account already"), login=mailer.link("accounts.login"), reset=mailer.link("accounts.forgot"))


@mail
def password_changed(work: Work) -> None:
    """Say that the password was changed, and what to do if it was somebody else."""
    _to_user(work, _("Your password was changed"), reset=mailer.link("accounts.forgot"))


@mail
def role_changed(work: Work) -> None:
    """Say what somebody may do from now on."""
    with work.database.session() as session:
        user = person(session, work.payload["user_id"])
    role = ROLE_WORDS[user.role] if user is not None else ""
    _to_user(work, _("What you may do here has changed"), role=role, login=mailer.link("accounts.login"))


@mail
def new_sign_in(work: Work) -> None:
    """Say that somebody signed in with a browser not seen before."""
    _to_user(work, _("A new log-in to your account"), sessions=mailer.link("sessions.index"), reset=mailer.link("accounts.forgot"))


@mail
def passkey_added(work: Work) -> None:
    """Say that a passkey was added, and what to do if it was somebody else."""
    _about_factors(work, _("A passkey was added to your account"))


@mail
def passkey_removed(work: Work) -> None:
    """Say that a passkey was removed."""
    _about_factors(work, _("A passkey was removed from your account"))


@mail
def totp_added(work: Work) -> None:
    """Say that an authenticator app was set up."""
    _about_factors(work, _("An authenticator app was set up for your account"))


@mail
def totp_removed(work: Work) -> None:
    """Say that the authenticator app was removed."""
    _about_factors(work, _("The authenticator app was removed from your account"))


@mail
def recovery_codes_made(work: Work) -> None:
    """Say that there are new recovery codes; the codes stand in no mail."""
    _about_factors(work, _("You have new recovery codes"))


@mail
def passkey_copied(work: Work) -> None:
    """Say that a key gave a number that it had given before."""
    _about_factors(work, _("We refused one of your passkeys"))


@mail
def second_factor_failed(work: Work) -> None:
    """Say that whoever it was knew the password."""
    _about_factors(work, _("Somebody typed wrong codes for your account"))


@mail
def recovery_code_used(work: Work) -> None:
    """Say that a recovery code was used, and how many are left."""
    with work.database.session() as session:
        left = recovery.left(session, int(work.payload["user_id"]))
    _about_factors(work, _("A recovery code was used to log in"), left=left)


@mail
def release_email(work: Work) -> None:
    """Ask at the present address whether the account may leave it; the new one is not written out."""
    with work.transaction() as session:
        user = person(session, work.payload["user_id"])
        change = emails.pending(session, user.id) if user is not None else None
        if user is None or change is None:
            return
        token = links.mint(session, user=user, purpose=TokenPurpose.RELEASE_EMAIL)
    values = {"url": mailer.link("emails.release", token=token), "new": veiled(change.email), "reset": mailer.link("accounts.forgot")}
    mailer.send(work, to=user.email, subject=_("May your account leave this address?"), template="release_email", **values)


@mail
def take_email(work: Work) -> None:
    """Ask at the new address whether it takes the account. One that has an account gets no link: nothing can come of it."""
    with work.transaction() as session:
        user = person(session, work.payload["user_id"])
        change = emails.pending(session, user.id) if user is not None else None
        if user is None or change is None:
            return
        if blocks.email_is_blocked(session, change.email, secret=work.settings.secret_key):
            return  # the page said the same as to everybody; nothing comes of it
        taken = emails.is_taken(session, change)
        token = "" if taken else links.mint(session, user=user, purpose=TokenPurpose.TAKE_EMAIL, email_key=change.email_key)
    if taken:
        values = {"login": mailer.link("accounts.login"), "reset": mailer.link("accounts.forgot")}
        mailer.send(work, to=change.email, subject=_("You have an account already"), template="email_taken", **values)
    else:
        url = mailer.link("emails.take_over", token=token)
        mailer.send(work, to=change.email, subject=_("Confirm your new e-mail address"), template="take_email", url=url)


@mail
def email_changed(work: Work) -> None:
    """Say at the new address that it counts from now on."""
    _to_user(work, _("Your e-mail address is changed"), login=mailer.link("accounts.login"))


@mail
def email_left(work: Work) -> None:
    """Say at the address that the account has left where to turn if that was not wanted; the new one is not written out."""
    with work.database.session() as session:
        link = session.get(MailedToken, work.payload["link_id"])
        user = person(session, link.user_id) if link is not None else None
    if link is not None and user is not None:
        values = {"new": veiled(user.email), "contact": mailer.link("pages.contact")}
        mailer.send(work, to=link.email_key, subject=_("Your account has left this address"), template="email_left", **values)


@mail
def report_received(work: Work) -> None:
    """Send the receipt of a report."""
    with work.database.session() as session:
        report = session.get(Report, work.payload["report_id"])
    if report is not None and report.reporter_email:
        mailer.send(work, to=report.reporter_email, subject=_("We have your report"), template="report_received", report=report)


@mail
def report_decided(work: Work) -> None:
    """Tell whoever wrote a report what was decided."""
    with work.database.session() as session:
        decision = session.get(Decision, work.payload["decision_id"])
        report = session.get(Report, decision.report_id) if decision is not None and decision.report_id else None
        about = _about(session, decision) if decision is not None else ""
    if decision is None or report is None or not report.reporter_email:  # emptied, because the reporter is not here any more
        return
    values = {"decision": decision, "reason_class": reasons.LABELS[decision.reason_class], "about": about, "report": report}
    mailer.send(work, to=report.reporter_email, subject=_("What we decided on your report"), template="report_decided", **values)


@mail
def review_hidden(work: Work) -> None:
    """Tell an author that their review was hidden, with the statement of reasons."""
    _to_author(work, _("Your review is hidden"))


@mail
def review_restored(work: Work) -> None:
    """Tell an author that their review is shown again."""
    _to_author(work, _("Your review is shown again"))


@mail
def review_released(work: Work) -> None:
    """Tell an author that their review waited for a look and is shown now."""
    _to_author(work, _("Your review is shown now"))


@mail
def comment_hidden(work: Work) -> None:
    """Tell an author that their comment was hidden, with the statement of reasons."""
    _to_author(work, _("Your comment is hidden"))


@mail
def comment_restored(work: Work) -> None:
    """Tell an author that their comment is shown again."""
    _to_author(work, _("Your comment is shown again"))


@mail
def comment_released(work: Work) -> None:
    """Tell an author that their comment waited for a look and is shown now."""
    _to_author(work, _("Your comment is shown now"))


@mail
def reply_hidden(work: Work) -> None:
    """Tell whoever wrote a reply that it was hidden, with the statement of reasons."""
    _to_author(work, _("Your reply is hidden"))


@mail
def reply_restored(work: Work) -> None:
    """Tell whoever wrote a reply that it is shown again."""
    _to_author(work, _("Your reply is shown again"))


@mail
def account_suspended(work: Work) -> None:
    """Tell a person that their account is suspended, with the statement of reasons."""
    _to_author(work, _("Your account is suspended"))


@mail
def account_restored(work: Work) -> None:
    """Tell a person that their account may be used again."""
    _to_author(work, _("Your account is open again"))


@mail
def new_entry_shown(work: Work) -> None:
    """Say that somebody whom a person told us of is listed now."""
    with work.database.session() as session:
        profile = session.get(Profile, work.payload["profile_id"])
    if profile is not None:
        _to_user(work, _("Your entry is listed now"), about=profile.name, page=mailer.link("profiles.show", slug=profile.slug))


@mail
def new_entry_declined(work: Work) -> None:
    """Say that somebody whom a person told us of is not listed, and why."""
    _to_user(work, _("Your entry is not listed"), about=work.payload["about"], reason=work.payload["reason"])


@mail
def erasure_asked(work: Work) -> None:
    """Say when an account will be deleted, and how to keep it."""
    with work.database.session() as session:
        request = erasure.pending(session, work.payload["user_id"])
    if request is not None:
        values = {"due": request.due_at, "keeps_reviews": request.keeps_reviews, "account": mailer.link("account.index")}
        _to_user(work, _("Your account will be deleted"), **values)


@mail
def erasure_cancelled(work: Work) -> None:
    """Say that an account stays."""
    _to_user(work, _("Your account stays"), reset=mailer.link("accounts.forgot"))


@mail
def try_out(work: Work) -> None:
    """Send a mail that says that mail works (`hairline mail test`)."""
    mailer.send(work, to=str(work.payload["address"]), subject=_("Mail works"), template="try_out")


def _to_user(work: Work, subject: str, **values: object) -> None:
    """Send the mail named like its job to the person in the payload."""
    with work.database.session() as session:
        user = person(session, work.payload["user_id"])
    if user is not None:
        send_to(work, user, subject, **values)


def send_to(work: Work, user: User, subject: str, **values: object) -> None:
    """Send the mail named like its job, unless the person has switched its kind off; a kind that can be carries the way to do it."""
    name = work.name.removeprefix("mail.")
    kind = OF_MAIL[name]
    with work.database.session() as session:
        if not choices.wants(session, user.id, kind):
            return
    one_click = "" if kind.is_fixed else unsubscribe.address(user_id=user.id, kind=kind)
    mailer.send(work, to=user.email, subject=subject, template=name, one_click=one_click, **values)


def _about_factors(work: Work, subject: str, **values: object) -> None:
    """Send a mail about a second factor: where to look at them, and how to set a new password."""
    _to_user(work, subject, page=mailer.link("factors.index"), reset=mailer.link("accounts.forgot"), **values)


def _to_author(work: Work, subject: str) -> None:
    """Send the mail named like its job to whom a decision is about: what was decided, on what, by which rule, and what they can do."""
    with work.database.session() as session:
        decision = session.get(Decision, work.payload["decision_id"])
        if decision is None:
            return
        thing = _thing(session, decision)
        author_id = None if thing is None or isinstance(thing, User) else thing.user_id if isinstance(thing, Reply) else thing.author_id
        user = thing if isinstance(thing, User) else session.get(User, author_id) if author_id else None
        values: dict[str, object] = {
            "about": _about(session, decision),
            "body": "" if isinstance(thing, User) or thing is None else thing.body,
        }
        values["was_held"] = isinstance(thing, Review | Comment) and thing.held_for is not None
    if user is not None:
        values |= {"decision": decision, "reason_class": reasons.LABELS[decision.reason_class], "rules": mailer.link("pages.guidelines")}
        send_to(work, user, subject, **values)


def person(session: Session, user_id: int) -> User | None:
    """Return the person if their account may be used."""
    user = session.get(User, user_id)
    return user if user is not None and user.is_active else None


def _thing(session: Session, decision: Decision) -> Review | Comment | Reply | User | None:
    """Return what an author made and a decision is about: a review, a comment, a reply, or the account itself."""
    if decision.review_id:
        return session.get(Review, decision.review_id)
    if decision.comment_id:
        return session.get(Comment, decision.comment_id)
    if decision.reply_id:
        return session.get(Reply, decision.reply_id)
    return session.get(User, decision.user_id) if decision.user_id else None


def _about(session: Session, decision: Decision) -> str:
    """Return the name of the page that a decision concerns, or ""."""
    thing = _thing(session, decision)
    profile_id = decision.profile_id if thing is None or isinstance(thing, User) else thing.profile_id
    profile = session.get(Profile, profile_id) if profile_id else None
    if profile is not None:
        return profile.name
    guide = session.get(Guide, thing.guide_id) if isinstance(thing, Comment) and thing.guide_id else None
    return guide.title if guide is not None else ""
