"""A person's own pages: overview, name, password, history, and the address that is not confirmed yet."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts import emails, history, memberships, naming, passwords, rules, service, throttle
from directory.accounts import queries as accounts
from directory.accounts.permissions import Permission
from directory.claims import queries as claims
from directory.comments import queries as comments
from directory.core.errors import Refused, TooMany
from directory.core.i18n import _
from directory.disputes import queries as disputes
from directory.forms.accounts import ButtonForm, ChangePasswordForm, NameForm
from directory.privacy import erasure
from directory.reviews import queries as reviews
from directory.web import account as words
from directory.web import claims as claim_words
from directory.web import db, events, login
from directory.web.auth import auth_session, is_fresh, local_path, remember, requires, signed_in, whence
from directory.web.events import Event
from directory.web.formpage import Answer, form_again, form_page, take
from directory.web.security import private

bp = Blueprint("account", __name__)


@bp.get("/account")
@requires(Permission.SIGNED_IN)
def index() -> str:
    """Show people what we hold of them and what they can do with it."""
    private()
    user, session = signed_in(), db.session()
    return render_template(
        "account/index.html",
        user=user,
        form=ButtonForm(),
        change=emails.pending(session, user.id),
        erasure=erasure.pending(session, user.id),
        two_factors=accounts.has_second_factor(session, user.id),
        claims=[(claim, profile, claim_words.STATES[claim.status]) for claim, profile in claims.of_user(session, user.id)],
        acts_for=[(words.MEMBER_ROLES[row.role], profile) for row, profile in memberships.of_user(session, user.id)],
    )


@bp.get("/account/writing")
@requires(Permission.SIGNED_IN)
def writing() -> str:
    """Show people their reviews and comments, what has become of each, and what they can do with it."""
    user_id, session = signed_in().id, db.session()
    written = reviews.of_author(session, user_id)
    return render_template(
        "account/writing.html",
        disputed=disputes.of_reviews(session, [review for review, _profile in written]),
        reviews=[(review, profile, words.review_state(review), review.status in reviews.OWN) for review, profile in written],
        comments=[
            (comment, subject, words.COMMENT_STATES.get(comment.status, words.NOT_SHOWN), comment.status in comments.OWN)
            for comment, subject in comments.of_author(session, user_id)
        ],
    )


@bp.get("/account/unconfirmed")
@requires(Permission.SIGNED_IN)
def unconfirmed() -> Response | str:
    """Say that the address must be confirmed first, and send the link again if asked."""
    private()
    target = local_path(request.args.get("next"))
    if signed_in().is_confirmed:
        return redirect(target, code=303)
    return render_template("account/unconfirmed.html", user=signed_in(), form=ButtonForm(next=target))


@bp.post("/account/confirmation")
@requires(Permission.SIGNED_IN)
def resend() -> Response:
    """Mail another confirmation."""
    form = ButtonForm()
    target = local_path(form.next.data)
    user = signed_in()
    try:
        with db.transaction() as writing:
            throttle.count(writing, throttle.MAIL_TO_ONE, keys=login.keys(throttle.MAIL_TO_ONE, user.email_key))
            service.resend_confirmation(writing, user_id=user.id, next_path=target)
    except TooMany as refusal:
        flash(str(refusal), "bad")
    else:
        flash(_("We have sent you a new link. It works for three days."))
    return redirect(url_for("account.unconfirmed", next=target), code=303)


@bp.route("/account/name", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def name() -> Answer:
    """Change the shown name."""
    user = signed_in()
    form = NameForm(display_name=user.display_name)

    def act(session: Session) -> str:
        naming.rename(session, user_id=user.id, name=form.display_name.data, whence=whence())
        return url_for("account.name")

    if answer := take(form, act):
        flash(_("Your name is changed. It stands beside everything that you have written."))
        return answer
    left = naming.changes_left(db.session(), user.id)
    return form_page("account/name.html", form, left=left, most=rules.NAME_CHANGES, days=rules.NAME_SPAN.days)


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def password() -> Answer:
    """Change the password; every other browser is signed out."""
    private()
    form, user = ChangePasswordForm(), signed_in()
    if not is_fresh() and accounts.has_second_factor(db.session(), user.id):
        return redirect(url_for("factors.verify", next=url_for("account.password")), code=303)
    if not form.submitted():
        return form_page("account/password.html", form)
    try:
        if form.new_password.data == form.password.data:
            raise Refused(_("That is the password that you have. Take another."), field="new_password")
        made_of = user.password_hash
        if not login.confirmed(user, form.password.data):
            raise Refused(_("That is not your present password."), field="password")
        hashed = passwords.choose(form.new_password.data, email=user.email, name=user.display_name, field="new_password")
        with db.transaction() as writing:
            changed = service.change_password(writing, user_id=user.id, made_of=made_of, password_hash=hashed, whence=whence())
            token = service.open_session(writing, user=changed, method=auth_session().method, whence=whence(), greets=False)
    except (Refused, TooMany) as refusal:
        return form_again("account/password.html", form, refusal)
    events.note(Event.FACTOR_CHANGED, user_id=user.id, factor="password")
    flash(_("Your password is changed. You are logged out everywhere else."))
    response = redirect(url_for("account.index"), code=303)
    remember(response, token)
    return response


@bp.get("/.well-known/change-password")
@requires(Permission.PUBLIC)
def well_known_password() -> Response:
    """Lead password managers to the page that changes a password."""
    return redirect(url_for("account.password"), code=302)


@bp.get("/account/history", endpoint="history")
@requires(Permission.SIGNED_IN)
def history_() -> str:
    """Show people what happened to their account, the newest first."""
    private()
    lines = [
        (words.EVENTS[event.kind], event.created_at, event.agent, words.network(event.network))
        for event in history.lately(db.session(), signed_in().id)
    ]
    return render_template("account/history.html", lines=lines, keep=history.KEEP.days, keep_network=history.KEEP_NETWORK.days)
