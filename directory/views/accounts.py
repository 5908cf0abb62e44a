"""Register, confirm, log in and out, and a new password by mail."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from directory import idempotency
from directory.accounts import links, naming, passwords, service, throttle
from directory.accounts import queries as accounts
from directory.accounts.consents import HEALTH_DATA
from directory.accounts.permissions import Permission
from directory.accounts.rules import email_key
from directory.core import tokens
from directory.core.errors import Refused, TooMany
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm, EmailForm, LoginForm, NewPasswordForm, RegisterForm
from directory.forms.base import DirectoryForm
from directory.models.accounts import MailedToken, TokenPurpose
from directory.web import db, events, login
from directory.web.auth import forget, local_path, person, remember, requires, session_token, whence
from directory.web.events import Event
from directory.web.formpage import Answer, form_again, form_page
from directory.web.mailer import app_settings
from directory.web.security import private, secret_page

bp = Blueprint("accounts", __name__)


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
        wrong = _("E-mail or password is wrong, or the address is not confirmed yet: then open the link that we mailed you.")
        return _again("login", form, Refused(wrong), target)
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
    if login.looks_after(target):
        form.ask_no_consent()
    if not form.submitted():
        if not form.is_submitted():
            form.display_name.data = naming.offer(db.session())
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
            consent_version=form.consent_version.data if form.consent_version else None,
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
    secret_page()
    found = links.find(db.session(), token=token, purpose=TokenPurpose.CONFIRM_EMAIL)
    if found is None:
        return render_template("accounts/link_over.html", purpose="confirm"), 410
    if request.method != "POST":
        return render_template("accounts/confirm.html", form=ButtonForm(), user=found[1])
    with db.transaction() as writing:
        link, user = service.confirm_email(writing, token=token)
        chosen_here = _same_browser(link) and not accounts.has_second_factor(writing, user.id)
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
    secret_page()
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
            throttle.forget(writing, key=login.forgiven(user.email))
    except (Refused, TooMany) as refusal:
        return _again("reset", form, refusal)
    events.note(Event.FACTOR_CHANGED, user_id=user.id, factor="password")
    flash(_("Your password is changed. Log in with the new one."))
    response = redirect(url_for("accounts.login"), code=303)
    forget(response)
    return response


def _page(name: str, form: DirectoryForm, target: str = "") -> tuple[str, int]:
    return form_page(f"accounts/{name}.html", form, target=target, looks_after=login.looks_after(target))


def _again(name: str, form: DirectoryForm, refusal: Refused | TooMany, target: str = "") -> Answer:
    """Show the form again with what is wrong; a text to agree to that has changed comes unticked."""
    if isinstance(form, RegisterForm) and form.consent_version and form.consent_version.data != HEALTH_DATA.version:
        form.consent_version.data, form.consent.data = HEALTH_DATA.version, False
    return form_again(f"accounts/{name}.html", form, refusal, target=target, looks_after=login.looks_after(target))
