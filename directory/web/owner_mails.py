"""Handlers that tell those who act for a profile that others wrote about it (see `web/mails.py`): not what, nor how it rates."""

from directory.accounts import memberships
from directory.core.i18n import _
from directory.models.profiles import Profile
from directory.models.reviews import VISIBLE, Review
from directory.profiles import suggestions
from directory.web import mailer, mails
from directory.work import Handler, Work

#: The same table as that of all mails: what stands below adds to it.
HANDLERS: dict[str, Handler] = mails.HANDLERS


@mails.mail
def review_arrived(work: Work) -> None:
    """Say that a review is shown; what it says stands on the page alone."""
    with work.database.session() as session:
        review = session.get(Review, work.payload["review_id"])
        profile = session.get(Profile, review.profile_id) if review is not None and review.status in VISIBLE else None
        user = mails.person(session, work.payload["user_id"])
        acts = user is not None and profile is not None and user.id in memberships.who_acts(session, profile.id)
    if user is not None and profile is not None and acts:
        values = {"name": profile.name, "page": mailer.link("replies.index", slug=profile.slug)}
        mails.send_to(work, user, _("A review of your profile"), **values)


@mails.mail
def suggestion_arrived(work: Work) -> None:
    """Say that a correction waits; none is written out, for anybody can write one."""
    with work.database.session() as session:
        profile = session.get(Profile, work.payload["profile_id"])
        user = mails.person(session, work.payload["user_id"])
        waits = profile is not None and suggestions.waiting_for_owner(session, profile.id) > 0
        acts = user is not None and profile is not None and user.id in memberships.who_edits(session, profile.id)
    if user is not None and profile is not None and waits and acts:
        values = {"name": profile.name, "page": mailer.link("suggestions.index", slug=profile.slug)}
        mails.send_to(work, user, _("A correction to your profile is suggested"), **values)
