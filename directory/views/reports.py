"""Report or correct: a page of its own for each profile, review, comment and reply; no account needed."""

from flask import Blueprint, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.forms.reports import ReportForm
from directory.models.moderation import ReportKind
from directory.moderation import queries as moderation
from directory.moderation import service
from directory.moderation.queries import Thing
from directory.moderation.rules import Target, TargetKind
from directory.replies import queries as replies
from directory.web import db
from directory.web.auth import person, requires
from directory.web.formpage import form_page, profile_at, take
from directory.web.security import private

bp = Blueprint("reports", __name__, url_prefix="/report")


@bp.route("/profile/<slug>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def on_profile(slug: str) -> tuple[str, int] | Response:
    """Take a report on a profile."""
    return _take(Target(TargetKind.PROFILE, profile_at(slug, "").id))


@bp.route("/review/<int:review_id>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def on_review(review_id: int) -> tuple[str, int] | Response:
    """Take a report on a review."""
    return _take(Target(TargetKind.REVIEW, review_id))


@bp.route("/comment/<int:comment_id>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def on_comment(comment_id: int) -> tuple[str, int] | Response:
    """Take a report on a comment."""
    return _take(Target(TargetKind.COMMENT, comment_id))


@bp.route("/reply/<int:reply_id>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def on_reply(reply_id: int) -> tuple[str, int] | Response:
    """Take a report on a reply to a review."""
    replies.by_id(db.session(), reply_id)
    return _take(Target(TargetKind.REPLY, reply_id))


@bp.get("/thanks")
@requires(Permission.PUBLIC)
def thanks() -> str:
    """Say that the report has come in, and what happens next."""
    private()
    return render_template("reports/thanks.html")


def _take(target: Target) -> tuple[str, int] | Response:
    thing, user = moderation.seen(db.session(), target), person()
    form = ReportForm(email=user.email if user else "")
    form.offer(target.kind)
    reporter_id = user.id if user else None
    if answer := take(form, lambda session: _send(session, thing, reporter_id, form)):
        return answer
    return form_page("reports/write.html", form, thing=thing)


def _send(session: Session, thing: Thing, reporter_id: int | None, form: ReportForm) -> str:
    service.report(
        session,
        target=thing.target,
        kind=ReportKind(form.kind.data),
        text=form.text.data,
        email=form.email.data,
        name=form.name.data or "",
        reporter_id=reporter_id,
    )
    return url_for("reports.thanks")
