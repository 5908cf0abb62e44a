"""Register, confirm, log in and out, a new password, the account page."""

from flask import Blueprint, after_this_request, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from directory import idempotency
from directory.accounts import links, passwords, service, throttle
from directory.accounts.consents import HEALTH_DATA
from directory.accounts.permissions import Permission
from directory.accounts.rules import email_key
from directory.core import tokens
from directory.core.errors import Refused, TooMany
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm, ChangePasswordForm, EmailForm, LoginForm, NewPasswordForm, RegisterForm
from directory.forms.base import DirectoryForm
from directory.models.accounts import MailedToken, TokenPurpose
from directory.privacy import erasure
from directory.web import db, events, login
from directory.web.auth import auth_session, forget, local_path, person, remember, requires, session_token, signed_in, whence
from directory.web.events import Event
from directory.web.formpage import form_page
from directory.web.mailer import app_settings
from directory.web.security import private

bp = Blueprint("accounts", __name__)

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@bp.route("/login", methods=["GET", "POST"], endpoint="login")
@requires(Permission.PUBLIC)
def log_in() -> Answer:
    """Ask who it is; on a right answer lead them back to where they were."""
    private()
    form = LoginForm(next=request.args.get("next"))
    target = local_path(form.next.data)
    if person() and request.method != "POST":
        return redirect(target, code=303)
    if not form.submitted():
        return _page("login", form, target)
    try:
        opened = login.log_in(form.email.data, form.password.data)
    except (Refused, TooMany) as refusal:
        return _again("login", form, refusal, target)
    if opened is None:
        return _again("login", form, Refused(_("E-mail or password is wrong.")), target)
    token, half = opened
    login.start_afresh()
    response = redirect(url_for("factors.second", next=target) if half else target, code=303)
    remember(response, token)
    return response


@bp.route("/logout", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def logout() -> Answer:
    """Show the one button, or say that nobody is logged in; POST ends this browser's session."""
    private()
    if request.method != "POST":
        return render_template("accounts/logout.html", form=ButtonForm())
    user = person()
    with db.transaction() as writing:
        service.close_session(writing, token=session_token())
    if user:
        events.note(Event.LOGGED_OUT, user_id=user.id)
    session.clear()
    response = redirect(url_for("accounts.logout"), code=303)
    forget(response)
    return response


@bp.route("/register", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def register() -> Answer:
    """Make an account; the answer is the same whether the address has one already or not."""
    private()
    form = RegisterForm(next=request.args.get("next"))
    target = local_path(form.next.data)
    if person():
        return redirect(target, code=303)
    if not form.submitted():
        return _page("register", form, target)
    try:
        url = _registered(form, target)
    except (Refused, TooMany) as refusal:
        return _again("register", form, refusal, target)
    return redirect(url, code=303)


def _registered(form: RegisterForm, target: str) -> str:
    """Take the registration once, and return where it leads."""
    key = form.idempotency_key.data
    limited = login.keys(throttle.REGISTER, login.here(), email_key(form.email.data))
    throttle.check(db.session(), throttle.REGISTER, keys=limited)
    hashed = passwords.choose(form.password.data, email=form.email.data, name=form.display_name.data)

    def act() -> str:
        throttle.count(writing, throttle.REGISTER, keys=limited)
        service.register(
            writing,
            email=form.email.data,
            display_name=form.display_name.data,
            password_hash=hashed,
            birth_year=form.birth_year.data,
            consent_version=form.consent_version.data,
            network=login.here(),
            secret=app_settings().secret_key,
            next_path=target,
            browser_hash=tokens.digest(key) if key else "",
        )
        return url_for("accounts.registered")

    with db.transaction() as writing:
        url = idempotency.once(writing, actor="form", key=key, act=act)
    # Nobody but this browser has seen the key: confirmed here, the person is signed in at once.
    session["registered"] = key
    return url


@bp.get("/register/sent")
@requires(Permission.PUBLIC)
def registered() -> str:
    """Say that a mail is on its way, whoever asked and whatever is in it."""
    private()
    return render_template("accounts/registered.html")


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def confirm(token: str) -> Answer:
    """Show one button: mail scanners open links, so that opening one must not use it. POST confirms the address."""
    _secret_page()
    found = links.find(db.session(), token=token, purpose=TokenPurpose.CONFIRM_EMAIL)
    if found is None:
        return render_template("accounts/link_over.html", purpose="confirm"), 410
    if request.method != "POST":
        return render_template("accounts/confirm.html", form=ButtonForm(), user=found[1])
    with db.transaction() as writing:
        link, user = service.confirm_email(writing, token=token)
        chosen_here = _same_browser(link)
        cookie = service.open_session(writing, user=user, replaces=session_token(), whence=whence()) if chosen_here else ""
    target = local_path(link.next_path)
    known = chosen_here or person() == user
    response = redirect(target if known else url_for("accounts.login", next=target), code=303)
    if chosen_here:
        login.start_afresh()
        remember(response, cookie)
    flash(_("Your e-mail address is confirmed."))
    return response


def _same_browser(link: MailedToken) -> bool:
    """Say whether the account was made in this browser: only there may a link sign in, since only there the password was chosen."""
    return bool(link.browser_hash) and tokens.same(tokens.digest(session.get("registered", "")), link.browser_hash)


@bp.post("/account/confirmation")
@requires(Permission.SIGNED_IN)
def resend() -> Answer:
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
    return redirect(url_for("accounts.unconfirmed", next=target), code=303)


@bp.get("/account")
@requires(Permission.SIGNED_IN)
def account() -> str:
    """Show people what we hold of them and what they can do with it."""
    private()
    user = signed_in()
    return render_template("accounts/account.html", user=user, form=ButtonForm(), erasure=erasure.pending(db.session(), user.id))


@bp.get("/account/unconfirmed")
@requires(Permission.SIGNED_IN)
def unconfirmed() -> Answer:
    """Say that the address must be confirmed first, and send the link again if asked."""
    private()
    target = local_path(request.args.get("next"))
    if signed_in().is_confirmed:
        return redirect(target, code=303)
    return render_template("accounts/unconfirmed.html", user=signed_in(), form=ButtonForm(next=target))


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def password() -> Answer:
    """Change the password; every other browser is signed out."""
    private()
    form, user = ChangePasswordForm(), signed_in()
    if not form.submitted():
        return _page("password", form)
    try:
        known, _newer = login.verified(user, user.email, form.password.data)
        if known is None:
            raise Refused(_("That is not your present password."), field="password")
        hashed = passwords.choose(form.new_password.data, email=user.email, name=user.display_name, field="new_password")
        with db.transaction() as writing:
            changed = service.change_password(writing, user_id=user.id, made_of=known.password_hash, password_hash=hashed, whence=whence())
            token = service.open_session(writing, user=changed, method=auth_session().method, whence=whence())
    except (Refused, TooMany) as refusal:
        return _again("password", form, refusal)
    events.note(Event.FACTOR_CHANGED, user_id=user.id, factor="password")
    flash(_("Your password is changed. You are signed out everywhere else."))
    response = redirect(url_for("accounts.account"), code=303)
    remember(response, token)
    return response


@bp.get("/.well-known/change-password")
@requires(Permission.PUBLIC)
def well_known_password() -> Response:
    """Lead password managers to the page that changes a password."""
    return redirect(url_for("accounts.password"), code=302)


@bp.route("/reset", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def forgot() -> Answer:
    """Ask for an address and mail a link to it if it has an account; the answer is the same if it has none."""
    private()
    form = EmailForm()
    if not form.submitted():
        return _page("forgot", form)
    try:
        with db.transaction() as writing:
            throttle.count(writing, throttle.ASK_FOR_MAIL, keys=login.keys(throttle.ASK_FOR_MAIL, login.here()))
            throttle.count(writing, throttle.MAIL_TO_ONE, keys=login.keys(throttle.MAIL_TO_ONE, email_key(form.email.data)))
            service.request_reset(writing, email=form.email.data)
    except TooMany as refusal:
        return _again("forgot", form, refusal)
    return redirect(url_for("accounts.forgot_sent"), code=303)


@bp.get("/reset/sent")
@requires(Permission.PUBLIC)
def forgot_sent() -> str:
    """Say that a mail is on its way if there is an account."""
    private()
    return render_template("accounts/forgot_sent.html")


@bp.route("/reset/<token>", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def reset(token: str) -> Answer:
    """Choose a new password after a mailed link; opening the page does not use it."""
    _secret_page()
    found = links.find(db.session(), token=token, purpose=TokenPurpose.RESET_PASSWORD)
    if found is None:
        return render_template("accounts/link_over.html", purpose="reset"), 410
    user, form = found[1], NewPasswordForm()
    if not form.submitted():
        return _page("reset", form)
    try:
        hashed = passwords.choose(form.new_password.data, email=user.email, name=user.display_name, field="new_password")
        with db.transaction() as writing:
            service.reset_password(writing, token=token, password_hash=hashed, whence=whence())
    except (Refused, TooMany) as refusal:
        return _again("reset", form, refusal)
    events.note(Event.FACTOR_CHANGED, user_id=user.id, factor="password")
    flash(_("Your password is changed. Log in with the new one."))
    response = redirect(url_for("accounts.login"), code=303)
    forget(response)
    return response


def _page(name: str, form: DirectoryForm, target: str = "") -> tuple[str, int]:
    return form_page(f"accounts/{name}.html", form, target=target)


def _again(name: str, form: DirectoryForm, refusal: Refused | TooMany, target: str = "") -> Answer:
    """Show the form again with what is wrong, and with what was typed, save for passwords."""
    form.blame(refusal)
    if isinstance(form, RegisterForm) and form.consent_version.data != HEALTH_DATA.version:
        form.consent_version.data, form.consent.data = HEALTH_DATA.version, False
    page, status = _page(name, form, target)
    return (page, 429, {"Retry-After": str(refusal.retry_after)}) if isinstance(refusal, TooMany) else (page, status)


def _secret_page() -> None:
    """Mark a page whose address is a secret: nobody keeps it, and no link from it tells another site where it came from."""
    private()

    @after_this_request
    def hide(response: Response) -> Response:
        # Not `no-referrer`: the browser would then name no origin with the form, and we would refuse it.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response
