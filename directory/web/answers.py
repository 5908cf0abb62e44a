"""Handlers of the mails about replies and disputes (see `web/mails.py`): no address of one side stands in a mail to the other (T-20)."""

from sqlmodel import Session

from directory.accounts import memberships
from directory.core.i18n import _
from directory.disputes import rules
from directory.models.accounts import User
from directory.models.profiles import Profile
from directory.models.replies import Dispute, Reply, ReplyStatus
from directory.models.reviews import Review
from directory.reviews import reasons
from directory.web import mailer
from directory.web.mails import HANDLERS, mail, person, send_to
from directory.work import Work

__all__ = ["HANDLERS"]


@mail
def reply_published(work: Work) -> None:
    """Tell a review's author what was answered."""
    with work.database.session() as session:
        reply = session.get(Reply, work.payload["reply_id"])
        if reply is None or reply.status is not ReplyStatus.VISIBLE:
            return
        profile = session.get_one(Profile, reply.profile_id)
        user = _author(session, reply.review_id)
    if user is not None:
        page = mailer.link("profiles.show", slug=profile.slug)
        values = {"name": profile.name, "body": reply.body, "page": page, "report": mailer.link("reports.on_reply", reply_id=reply.id)}
        send_to(work, user, _("%(name)s has answered your review", name=profile.name), **values)


@mail
def dispute_filed(work: Work) -> None:
    """Tell a review's author what is said against it, until when they may answer, and that they need not."""
    with work.database.session() as session:
        dispute, profile, user = _sides(session, work.payload["dispute_id"], of_reviewer=True)
    if dispute is not None and profile is not None and user is not None:
        values = {"name": profile.name, "reason": str(rules.REASONS[dispute.reason]), "text": dispute.text, "due": dispute.answer_due_at}
        send_to(work, user, _("Your review is disputed"), **values, page=mailer.link("disputes.answer", review_id=dispute.review_id))


@mail
def dispute_called_off(work: Work) -> None:
    """Tell a review's author that the practice has taken its dispute back, and that they need do nothing."""
    with work.database.session() as session:
        dispute, profile, user = _sides(session, work.payload["dispute_id"], of_reviewer=True)
    if dispute is not None and profile is not None and user is not None:
        page = _page(dispute, profile, of_reviewer=True)
        send_to(work, user, _("Your review is disputed no longer"), name=profile.name, page=page)


@mail
def dispute_appealed(work: Work) -> None:
    """Tell the other side that another moderator looks."""
    with work.database.session() as session:
        dispute = session.get(Dispute, work.payload["dispute_id"])
        review = session.get(Review, dispute.review_id) if dispute is not None else None
        of_reviewer = dispute is not None and review is not None and dispute.appellant_id != review.author_id
        dispute, profile, user = _sides(session, work.payload["dispute_id"], of_reviewer=of_reviewer)
    if dispute is not None and profile is not None and user is not None:
        page = _page(dispute, profile, of_reviewer=of_reviewer)
        send_to(work, user, _("The decision on a dispute was appealed"), name=profile.name, page=page)


@mail
def dispute_decided_reviewer(work: Work) -> None:
    """Tell a review's author what was decided, in the moderator's words."""
    _decided(work, of_reviewer=True)


@mail
def dispute_decided_filer(work: Work) -> None:
    """Tell whoever filed a dispute what was decided, in the moderator's words."""
    _decided(work, of_reviewer=False)


def _decided(work: Work, *, of_reviewer: bool) -> None:
    with work.database.session() as session:
        dispute, profile, user = _sides(session, work.payload["dispute_id"], of_reviewer=of_reviewer)
        review = session.get(Review, dispute.review_id) if dispute is not None else None
    if dispute is None or review is None or profile is None or user is None:
        return
    is_appeal = bool(work.payload["is_appeal"])
    outcome, words = (dispute.appeal_outcome, dispute.appeal_decision) if is_appeal else (dispute.outcome, dispute.decision)
    if outcome is None:
        return
    values = {
        "name": profile.name,
        "outcome": rules.words(outcome, before=dispute.outcome if is_appeal else None),
        "words": words,
        "is_final": is_appeal,
    }
    values["reason"] = str(reasons.LABELS[review.removed_for]) if review.removed_for else ""
    values["may_appeal"] = rules.is_against_reviewer(outcome) == of_reviewer
    send_to(work, user, _("A dispute about a review is decided"), **values, page=_page(dispute, profile, of_reviewer=of_reviewer))


def _sides(session: Session, dispute_id: int, *, of_reviewer: bool) -> tuple[Dispute | None, Profile | None, User | None]:
    """Return a dispute, its profile, and the person of one side, if they are there and still on that side."""
    dispute = session.get(Dispute, dispute_id)
    if dispute is None:
        return None, None, None
    profile = session.get_one(Profile, dispute.profile_id)
    if of_reviewer:
        return dispute, profile, _author(session, dispute.review_id)
    user = person(session, dispute.user_id) if dispute.user_id is not None else None
    acts = user is not None and memberships.role_of(session, user_id=user.id, profile_id=profile.id) is not None
    return dispute, profile, user if acts else None


def _author(session: Session, review_id: int) -> User | None:
    review = session.get(Review, review_id)
    return person(session, review.author_id) if review is not None and review.author_id is not None else None


def _page(dispute: Dispute, profile: Profile, *, of_reviewer: bool) -> str:
    if of_reviewer:
        return mailer.link("disputes.answer", review_id=dispute.review_id)
    return mailer.link("disputes.file", slug=profile.slug, review_id=dispute.review_id)
