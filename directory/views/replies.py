"""Answering reviews: which wait for an answer, the editor with its guard, taking a reply back, and what it said before."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import page_number
from directory.forms.base import DirectoryForm
from directory.forms.replies import ReplyForm
from directory.models.profiles import Profile
from directory.models.replies import ReplyStatus
from directory.models.reviews import Review
from directory.replies import queries as replies
from directory.replies import rules, service
from directory.reviews import queries as reviews
from directory.web import db, seo
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take
from directory.web.manage import managed
from directory.web.security import private

bp = Blueprint("replies", __name__)


def reviewed(slug: str, review_id: int) -> Review:
    """Return a review that readers see on the profile of an address under /manage.

    Raises:
        NotFound: also where it is another profile's.
    """
    review, profile = reviews.by_id(db.session(), review_id), managed(slug)
    if review.profile_id != profile.id:
        raise NotFound(_("This review is not here any more."))
    return review


@bp.get("/manage/<slug>/reviews")
@requires(Permission.PROFILE_MANAGE, of=managed)
def index(profile: Profile) -> str:
    """Show a profile's reviews to those who act for it, those without an answer first."""
    private()
    page = replies.to_answer(db.session(), profile, number=page_number(request.args.get("page")))
    waiting = replies.waiting(db.session(), profile.id)
    return render_template("replies/index.html", profile=profile, page=page, waiting=waiting)


@bp.route("/manage/<slug>/reviews/<int:review_id>/reply", methods=["GET", "POST"])
@requires(Permission.REPLY_WRITE, of=reviewed)
def write(review: Review) -> tuple[str, int] | Response:
    """Show the editor; a draft that may give somebody away comes back with what that is, until it is confirmed."""
    session, review_id, user_id = db.session(), review.id, signed_in().id
    profile, reply = reviews.profile_of(session, review), replies.of_review(session, review_id)
    shown = reply if reply is not None and reply.status is ReplyStatus.VISIBLE else None
    template = rules.TEMPLATES.get(request.args.get("template", ""))
    before = service.given_away(session, review)
    form = ReplyForm(body=str(template.text) if template else shown.body if shown else "", takes_out=bool(before))
    if answer := take(form, lambda writing: _publish(writing, review_id, user_id, profile.slug, form)):
        flash(_("Your reply is public. It stands under the review."))
        return answer
    values: dict[str, Any] = {"profile": profile, "review": review, "author": reviews.author_of(review), "reply": reply}
    found = service.found_in(session, review, form.body.data or "") if form.is_submitted() else []
    form.show([one.mark for one in found], before=before)
    return form_page("replies/write.html", form, found=found, templates=rules.TEMPLATES, manage_page="replies.index", **values)


@bp.route("/manage/<slug>/reviews/<int:review_id>/reply/withdraw", methods=["GET", "POST"])
@requires(Permission.REPLY_WRITE, of=reviewed)
def withdraw(review: Review) -> tuple[str, int] | Response:
    """Ask whether to take a reply back; do it when told so."""
    form, review_id, user_id = DirectoryForm(), review.id, signed_in().id
    profile, reply = reviews.profile_of(db.session(), review), replies.of_review(db.session(), review_id)
    if reply is None or (reply.status is not ReplyStatus.VISIBLE and not form.is_submitted()):
        raise NotFound(_("This reply is not here any more."))
    if answer := take(form, lambda session: _take_back(session, review_id, user_id, profile.slug)):
        flash(_("Your reply is taken back, with everything that it said before."))
        return answer
    return form_page("replies/withdraw.html", form, profile=profile, reply=reply, manage_page="replies.index")


@bp.get("/reviews/<int:review_id>/reply/history")
@requires(Permission.PUBLIC)
def history(review_id: int) -> str:
    """Show what the reply to a review says and said before."""
    session = db.session()
    reply, versions = replies.history(session, review_id)
    profile = reviews.profile_of(session, reviews.by_id(session, reply.review_id))
    head = seo.Seo(seo.address(url_for("replies.history", review_id=review_id)), indexed=False)
    return render_template("replies/history.html", profile=profile, versions=versions, review_id=review_id, seo=head)


def _publish(session: Session, review_id: int, user_id: int, slug: str, form: ReplyForm) -> str:
    service.write(session, review_id=review_id, user_id=user_id, body=form.body.data, confirmed=form.marks(), takes_out=form.takes_out.data)
    return url_for("replies.index", slug=slug)


def _take_back(session: Session, review_id: int, user_id: int, slug: str) -> str:
    service.withdraw(session, review_id=review_id, user_id=user_id)
    return url_for("replies.index", slug=slug)
