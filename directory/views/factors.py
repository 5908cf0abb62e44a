"""The second factor: after the password, before what matters, and the pages where it is added and removed."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from markupsafe import Markup
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts import factors as has
from directory.accounts import recovery, totp
from directory.accounts.permissions import Permission
from directory.core.errors import NotFound, Refused, TooMany
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm
from directory.forms.factors import AppForm, CodeForm, EndsOthersForm, VerifyForm
from directory.models.accounts import EventKind, SignInMethod, User
from directory.web import db, factors, login
from directory.web.auth import auth_session, local_path, person, remember, requires, signed_in, whence
from directory.web.formpage import form_page
from directory.web.mailer import app_settings
from directory.web.security import private

bp = Blueprint("factors", __name__)

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
#: Where somebody was going who had to set a factor up first.
_AFTER = "after_factor"


@bp.route("/login/second", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def second() -> Answer:
    """Ask for the second factor of somebody whose password was right; on a right answer lead them back to where they were."""
    private()
    waiting = factors.waiting()
    target = local_path(request.args.get("next"))
    if waiting is None:
        return redirect(target if person() else url_for("accounts.login", next=target), code=303)
    user, form = waiting[1], CodeForm(next=target)
    target = local_path(form.next.data)
    if not form.submitted():
        return _asks("second", form, user, target)
    try:
        token = factors.with_code(user, form.code.data, factors.finish)
    except (Refused, TooMany) as refusal:
        form.blame(refusal)
        return _asks("second", form, user, target, refusal)
    login.start_afresh()
    response = redirect(target, code=303)
    remember(response, token)
    return response


@bp.route("/account/verify", methods=["GET", "POST"])
@requires(Permission.SIGNED_IN)
def verify() -> Answer:
    """Ask once more who it is, before something that matters; then lead them on to it."""
    private()
    form = VerifyForm(next=request.args.get("next"))
    target, user = local_path(form.next.data), signed_in()
    if not form.submitted():
        return _asks("verify", form, user, target)
    try:
        token = factors.step_up_typed(user, form.password.data, form.code.data or "")
    except (Refused, TooMany) as refusal:
        form.blame(refusal)
        return _asks("verify", form, user, target, refusal)
    response = redirect(target, code=303)
    remember(response, token)
    return response


def _asks(name: str, form: CodeForm | VerifyForm, user: User, target: str, refusal: Refused | TooMany | None = None) -> Answer:
    """Show a page that asks who it is, with the ways that this account has."""
    by_recovery = request.args.get("by") == "recovery"
    ways = has.of(db.session(), user.id)
    if by_recovery or ways.app is None:
        form.ask_for_recovery()
    page, status = form_page(f"factors/{name}.html", form, has=ways, target=target, by_recovery=by_recovery)
    return (page, 429, {"Retry-After": str(refusal.retry_after)}) if isinstance(refusal, TooMany) else (page, status)


@bp.get("/account/second-factor/needed")
@requires(Permission.SIGNED_IN)
def needed() -> Answer:
    """Say to whoever moderates that this asks for two factors, and lead them to where they set one up or show it."""
    private()
    target = local_path(request.args.get("next"))
    if auth_session().two_factors:
        return redirect(target, code=303)
    session[_AFTER] = target
    return render_template("factors/needed.html", has=has.of(db.session(), signed_in().id), target=target)


@bp.get("/account/second-factor")
@requires(Permission.SIGNED_IN)
def index() -> str:
    """Show the ways in that the account has beside its password."""
    private()
    return render_template("factors/index.html", has=has.of(db.session(), signed_in().id))


@bp.route("/account/second-factor/app", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SECURITY)
def app() -> Answer:
    """Say what an authenticator app is; the button makes its secret."""
    private()
    form, user = ButtonForm(), signed_in()
    if totp.is_on(db.session(), user.id):
        return redirect(url_for("factors.index"), code=303)
    if not form.submitted():
        return render_template("factors/app.html", form=form)
    with db.transaction() as writing:
        totp.begin(writing, user_id=user.id, key=factors.key())
    return redirect(url_for("factors.app_code"), code=303)


@bp.route("/account/second-factor/app/code", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SECURITY)
def app_code() -> Answer:
    """Show the secret until a first code was typed from it; that code turns the app on."""
    private()
    form, user_id = AppForm(), signed_in().id
    try:
        setup = _setup()
    except NotFound:
        return redirect(url_for("factors.index"), code=303)
    if not form.submitted():
        return _app_page(form, setup)
    try:
        token, with_codes = factors.add(
            lambda writing: totp.confirm(writing, user_id=user_id, code=form.code.data, key=factors.key()),
            kind=EventKind.TOTP_ADDED,
            method=SignInMethod.PASSWORD_AND_CODE,
            ends_others=form.ends_others.data,
        )
    except (Refused, TooMany) as refusal:
        form.blame(refusal)
        return _app_page(form, setup)
    flash(_("Your authenticator app is set up. From now on you type a code of it when you log in with your password."))
    response = redirect(after_adding(with_codes), code=303)
    remember(response, token)
    return response


def _setup() -> totp.Setup:
    user = signed_in()
    return totp.setup(db.session(), user_id=user.id, label=user.email, issuer=app_settings().site_name, key=factors.key())


def _app_page(form: AppForm, setup: totp.Setup) -> Answer:
    # Drawn by a library from a link that we made ourselves.
    return form_page("factors/app_code.html", form, setup=setup, picture=Markup(setup.picture))  # noqa: S704


def after_adding(with_codes: bool) -> str:
    """Return where to go after a factor was added: to its recovery codes, back to where it was needed, or to the overview."""
    if with_codes:
        return url_for("factors.new_codes")
    return local_path(session.pop(_AFTER, None) or url_for("factors.index"))


@bp.route("/account/second-factor/app/remove", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SECURITY)
def remove_app() -> Answer:
    """Remove the authenticator app."""
    form, user_id = EndsOthersForm(), signed_in().id

    def act(writing: Session) -> bool:
        return totp.remove(writing, user_id=user_id)

    return removing(
        form, act, kind=EventKind.TOTP_REMOVED, template="factors/app_remove.html", said=_("Your authenticator app is removed.")
    )


def removing(
    form: EndsOthersForm, act: Callable[[Session], bool], *, kind: EventKind, template: str, said: str, **values: object
) -> Answer:
    """Show the page that asks whether to remove a factor; sent, remove it and go back to the overview."""
    private()
    if form.submitted():
        try:
            factors.remove(act, kind=kind, ends_others=form.ends_others.data)
        except Refused as refusal:
            form.blame(refusal)
        else:
            flash(said)
            return redirect(url_for("factors.index"), code=303)
    return form_page(template, form, **values)


@bp.route("/account/second-factor/codes", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_SECURITY)
def codes() -> Answer:
    """Make new recovery codes; the old ones end."""
    private()
    form, user_id = ButtonForm(), signed_in().id
    if not form.submitted():
        return form_page("factors/codes.html", form, left=recovery.left(db.session(), user_id))
    made = recovery.make()
    hashes = recovery.hashes(made)
    with db.transaction() as writing:
        has.codes_made(writing, user_id=user_id, hashes=hashes, whence=whence())
    factors.keep_codes(made)
    return redirect(url_for("factors.new_codes"), code=303)


@bp.get("/account/second-factor/codes/new")
@requires(Permission.ACCOUNT_SECURITY)
def new_codes() -> Answer:
    """Show new recovery codes, once."""
    private()
    made = factors.codes_to_show()
    if not made:
        return redirect(url_for("factors.index"), code=303)
    return render_template("factors/new_codes.html", codes=made, onward=after_adding(False))
