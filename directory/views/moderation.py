"""For moderators: what is reported, what was decided, and a form to decide on each thing. Stars are never shown here (T-5)."""

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.i18n import _
from directory.core.page import page_number
from directory.forms.moderation import DecisionForm
from directory.models.moderation import DecisionAction, ReasonClass
from directory.moderation import queries as moderation
from directory.moderation import service
from directory.moderation.queries import Case, Thing
from directory.moderation.rules import Target, TargetKind
from directory.web import db
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take
from directory.web.security import private

bp = Blueprint("moderation", __name__, url_prefix="/moderation")


@bp.get("")
@requires(Permission.MODERATE)
def queue() -> str:
    """Show what is held for a look and the open reports, the oldest first."""
    private()
    number = page_number(request.args.get("page"))
    held = moderation.held(db.session()) if number == 1 else None
    page = moderation.open_reports(db.session(), number=number)
    return render_template("moderation/queue.html", page=page, held=held)


@bp.get("/decisions")
@requires(Permission.MODERATE)
def decisions() -> str:
    """Show what was decided, the newest first: the way to put something back."""
    private()
    page = moderation.all_decisions(db.session(), number=page_number(request.args.get("page")))
    return render_template("moderation/decisions.html", page=page)


@bp.get("/people")
@requires(Permission.MODERATE)
def people() -> str:
    """Find people by name or address."""
    private()
    words = request.args.get("q", "")[:100]
    return render_template("moderation/people.html", words=words, people=moderation.people(db.session(), words))


def _thing(kind: TargetKind, id_: int) -> Thing:
    return moderation.thing(db.session(), Target(kind, id_))


@bp.route("/reports/<int:report_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda report_id: moderation.report(db.session(), report_id))
def on_report(case: Case) -> tuple[str, int] | Response:
    """Decide on a report."""
    return _decide(case.thing, case)


@bp.route("/reviews/<int:review_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda review_id: _thing(TargetKind.REVIEW, review_id))
def on_review(thing: Thing) -> tuple[str, int] | Response:
    """Decide on a review without a report."""
    return _decide(thing)


@bp.route("/comments/<int:comment_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda comment_id: _thing(TargetKind.COMMENT, comment_id))
def on_comment(thing: Thing) -> tuple[str, int] | Response:
    """Decide on a comment without a report."""
    return _decide(thing)


@bp.route("/replies/<int:reply_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda reply_id: _thing(TargetKind.REPLY, reply_id))
def on_reply(thing: Thing) -> tuple[str, int] | Response:
    """Decide on a reply without a report."""
    return _decide(thing)


@bp.route("/profiles/<int:profile_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda profile_id: _thing(TargetKind.PROFILE, profile_id))
def on_profile(thing: Thing) -> tuple[str, int] | Response:
    """Decide on a profile without a report."""
    return _decide(thing)


@bp.route("/users/<int:user_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda user_id: _thing(TargetKind.USER, user_id))
def on_user(thing: Thing) -> tuple[str, int] | Response:
    """Suspend an account, or let it be used again."""
    return _decide(thing)


def _decide(thing: Thing, case: Case | None = None) -> tuple[str, int] | Response:
    form, moderator_id = DecisionForm(), signed_in().id
    form.offer([*thing.actions, DecisionAction.KEEP] if case else thing.actions)
    if answer := take(form, lambda session: _act(session, moderator_id, thing, case, form)):
        flash(_("Decided and written into the log. Everybody concerned gets a mail."))
        return answer
    earlier = moderation.decisions(db.session(), thing.target)
    return form_page("moderation/decide.html", form, thing=thing, case=case, earlier=earlier)


def _act(session: Session, moderator_id: int, thing: Thing, case: Case | None, form: DecisionForm) -> str:
    given = {
        "moderator_id": moderator_id,
        "action": DecisionAction(form.action.data),
        "reason_class": ReasonClass(form.reason_class.data),
        "reason": form.reason.data,
    }
    if case is not None:
        service.answer(session, report_id=case.id, **given)
        return url_for("moderation.queue")
    service.decide(session, target=thing.target, **given)
    return url_for("moderation.decisions")
