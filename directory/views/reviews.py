"""Reviews: write one, see all of a profile, take one's own back."""

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.core.page import page_number
from directory.forms.base import DirectoryForm
from directory.forms.reviews import ReviewForm
from directory.models.moderation import HoldReason
from directory.models.profiles import Profile
from directory.models.reviews import Review, ReviewStatus
from directory.reviews import queries as reviews
from directory.reviews import service
from directory.reviews.queries import Order
from directory.treatments import queries as treatments
from directory.web import db, seo
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, profile_at, suspicion, take
from directory.web.security import private

bp = Blueprint("reviews", __name__)


@bp.route("/p/<slug>/review", methods=["GET", "POST"])
@requires(Permission.REVIEW_WRITE, of=lambda slug: profile_at(slug, "/review"))
def write(profile: Profile) -> tuple[str, int] | Response:
    """Show the review form; on a good answer, publish the review and say thank you."""
    form = ReviewForm()
    form.offer(treatments.all_(db.session()))
    author_id = signed_in().id
    if answer := take(form, lambda session: _publish(session, profile, author_id, form)):
        return answer
    earlier = None if form.is_submitted() else reviews.live(db.session(), profile_id=profile.id, author_id=author_id)
    return form_page("reviews/write.html", form, profile=profile, earlier=earlier)


def _publish(session: Session, profile: Profile, author_id: int, form: ReviewForm) -> str:
    service.submit(
        session,
        profile_id=profile.id,
        author_id=author_id,
        overall=form.overall.data,
        treatment=form.treatment.data,
        month=form.month.data,
        title=form.title.data or "",
        body=form.body.data,
        own_experience=form.own_experience.data,
        suspicion=suspicion(session, form),
    )
    return url_for("reviews.thanks", slug=profile.slug)


@bp.get("/p/<slug>/review/thanks")
@requires(Permission.SIGNED_IN)
def thanks(slug: str) -> str:
    """Say that the review is public, or that it waits for a look by a person."""
    private()
    profile = profile_at(slug, "/review/thanks")
    review = reviews.live(db.session(), profile_id=profile.id, author_id=signed_in().id)
    held = review if review and review.status is ReviewStatus.AUTO_HOLD else None
    about_link = held is not None and held.held_for is HoldReason.LINK
    return render_template("reviews/thanks.html", profile=profile, held=held, about_link=about_link)


@bp.get("/p/<slug>/reviews")
@requires(Permission.PUBLIC)
def index(slug: str) -> str:
    """Show all published reviews of a profile, the newest first unless asked otherwise."""
    profile = profile_at(slug, "/reviews")
    order, session = Order.read(request.args.get("sort")), db.session()
    page = reviews.published(session, profile, number=page_number(request.args.get("page")), order=order)
    section = reviews.Section(reviews.summary(profile), page, reviews.removed(session, profile_id=profile.id))
    here = seo.address(url_for("reviews.index", slug=profile.slug, page=page.number if page.number > 1 else None))
    head = seo.Seo(here, indexed=bool(page.items) and not profile.is_sample)
    return render_template("reviews/index.html", profile=profile, section=section, order=order, is_sample_page=profile.is_sample, seo=head)


@bp.route("/reviews/<int:review_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.REVIEW_WITHDRAW, of=lambda review_id: reviews.shown_or_held(db.session(), review_id))
def withdraw(review: Review) -> tuple[str, int] | Response:
    """Ask whether to take one's own review back; do it when told so."""
    form, review_id, author_id = DirectoryForm(), review.id, signed_in().id
    profile = reviews.profile_of(db.session(), review)
    if answer := take(form, lambda session: _take_back(session, profile, review_id, author_id)):
        flash(_("Your review is withdrawn. It is no longer shown or counted."))
        return answer
    return form_page("reviews/withdraw.html", form, review=review, profile=profile)


def _take_back(session: Session, profile: Profile, review_id: int, author_id: int) -> str:
    service.withdraw(session, review_id=review_id, author_id=author_id)
    return url_for("reviews.index", slug=profile.slug)
