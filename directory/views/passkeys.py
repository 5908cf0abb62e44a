"""Passkeys: their pages, and the small doors through which the browser's script asks and answers."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlmodel import Session

from directory.accounts import passkeys, service
from directory.accounts.permissions import Permission
from directory.core.errors import Gone, Refused, TooMany
from directory.core.i18n import _
from directory.core.text import clean_line
from directory.forms.factors import EndsOthersForm, PasskeyForm, PasskeyNameForm
from directory.models.accounts import AuthSession, EventKind, SignInMethod, User
from directory.models.factors import Passkey
from directory.views.factors import Answer, after_adding, removing
from directory.web import agents, challenges, db, factors, login
from directory.web.auth import local_path, remember, requires, session_token, signed_in, whence
from directory.web.challenges import Purpose
from directory.web.formpage import form_page
from directory.web.security import private, takes_json

bp = Blueprint("passkeys", __name__)

Door = TypeVar("Door", bound=Callable[[], Response])
#: An answer of a device has one or two kilobytes.
MAX_BODY = 16 * 1024


def door(view: Door) -> Door:
    """Answer a script: with a sentence where something was refused, and never from or into a cache."""

    @wraps(view)
    def answered() -> Response:
        private()
        try:
            return view()
        except TooMany as refusal:
            response = _json({"message": str(refusal)}, 429)
            response.headers["Retry-After"] = str(refusal.retry_after)
            return response
        except (Refused, Gone) as refusal:
            return _json({"message": str(refusal)}, 410 if isinstance(refusal, Gone) else 400)

    return cast(Door, takes_json(answered))


@bp.post("/login/passkey/options")
@requires(Permission.PUBLIC)
@door
def ask_log_in() -> Response:
    """Ask for any passkey of this site: none is named, so that nobody learns who has one."""
    _nothing()
    challenge = challenges.ask(Purpose.LOG_IN)
    return _options(passkeys.request_options(factors.site(), challenge=challenge, verified=True))


@bp.post("/login/passkey")
@requires(Permission.PUBLIC)
@door
def log_in() -> Response:
    """Sign in whoever has the passkey and has shown their device that it is they: two factors in one."""

    def act(writing: Session, user: User, answer: passkeys.Answer) -> str:
        owner = service.load(writing, user.id, lock=True)
        if not owner.is_active:
            raise Refused(_("This passkey is not known here. Choose another one, or log in another way."))
        return service.open_session(writing, user=owner, replaces=session_token(), method=SignInMethod.PASSKEY, whence=whence())

    token = factors.with_passkey(Purpose.LOG_IN, _credential(), None, act)
    return _signed_in(token)


@bp.post("/login/second/passkey/options")
@requires(Permission.PUBLIC)
@door
def ask_second() -> Response:
    """Ask for a passkey of whoever gave the right password."""
    _nothing()
    user = _waiting()[1]
    challenge = challenges.ask(Purpose.SECOND)
    own = passkeys.all_of(db.session(), user.id)
    return _options(passkeys.request_options(factors.site(), challenge=challenge, verified=False, existing=own))


@bp.post("/login/second/passkey")
@requires(Permission.PUBLIC)
@door
def second() -> Response:
    """Finish a sign-in with a passkey."""
    user = _waiting()[1]
    token = factors.with_passkey(
        Purpose.SECOND, _credential(), user, lambda writing, _user, _answer: factors.finish(writing, SignInMethod.PASSWORD_AND_PASSKEY)
    )
    return _signed_in(token)


@bp.post("/account/verify/passkey/options")
@requires(Permission.SIGNED_IN)
@door
def ask_step_up() -> Response:
    """Ask for a passkey of whoever is signed in."""
    _nothing()
    challenge = challenges.ask(Purpose.STEP_UP)
    own = passkeys.all_of(db.session(), signed_in().id)
    return _options(passkeys.request_options(factors.site(), challenge=challenge, verified=False, existing=own))


@bp.post("/account/verify/passkey")
@requires(Permission.SIGNED_IN)
@door
def step_up() -> Response:
    """Take a passkey as showing again who it is."""

    def act(writing: Session, _user: User, answer: passkeys.Answer) -> str:
        return factors.step_up(writing, SignInMethod.PASSKEY if answer.is_verified else SignInMethod.PASSWORD_AND_PASSKEY)

    token = factors.with_passkey(Purpose.STEP_UP, _credential(), signed_in(), act)
    return _onward(local_path(_body().get("next")), token)


@bp.get("/account/second-factor/passkeys/add")
@requires(Permission.ACCOUNT_SECURITY)
def add() -> Answer:
    """Say what a passkey is, and let the browser make one."""
    private()
    return form_page("factors/passkey_add.html", PasskeyForm(name=agents.label(request.headers.get("User-Agent", ""))))


@bp.post("/account/second-factor/passkeys/options")
@requires(Permission.ACCOUNT_SECURITY)
@door
def ask_add() -> Response:
    """Ask the browser to make a passkey."""
    _nothing()
    user = signed_in()
    with db.transaction() as writing:
        handle = passkeys.handle(writing, user_id=user.id)
    own = passkeys.all_of(db.session(), user.id)
    challenge = challenges.ask(Purpose.ADD)
    return _options(passkeys.creation_options(factors.site(), user=user, handle=handle, challenge=challenge, existing=own))


@bp.post("/account/second-factor/passkeys")
@requires(Permission.ACCOUNT_SECURITY)
@door
def take() -> Response:
    """Keep the passkey that the browser made."""
    user_id, body = signed_in().id, _body()
    name = clean_line(str(body.get("name") or ""))
    challenge, until = challenges.asked(Purpose.ADD)
    made = passkeys.check_made(factors.site(), _credential(), challenge=challenge)

    def act(writing: Session) -> None:
        passkeys.spend(writing, challenge=challenge, until=until)
        passkeys.add(writing, user_id=user_id, made=made, name=name)

    ends_others = body.get("ends_others") is not False
    token, with_codes = factors.add(act, kind=EventKind.PASSKEY_ADDED, method=SignInMethod.PASSWORD_AND_PASSKEY, ends_others=ends_others)
    flash(_("Your passkey is added. You can log in with it from now on."))
    return _onward(after_adding(with_codes), token)


def _one(passkey_id: int) -> Passkey:
    return passkeys.by_id(db.session(), passkey_id)


@bp.route("/account/second-factor/passkeys/<int:passkey_id>/name", methods=["GET", "POST"])
@requires(Permission.PASSKEY_CHANGE, of=_one)
def rename(passkey: Passkey) -> Answer:
    """Give a passkey another name."""
    private()
    form = PasskeyNameForm(name=passkey.name)
    if form.submitted():
        with db.transaction() as writing:
            passkeys.rename(writing, passkey_id=passkey.id, name=form.name.data)
        return redirect(url_for("factors.index"), code=303)
    return form_page("factors/passkey_name.html", form, passkey=passkey)


@bp.route("/account/second-factor/passkeys/<int:passkey_id>/remove", methods=["GET", "POST"])
@requires(Permission.PASSKEY_CHANGE, of=_one)
def remove(passkey: Passkey) -> Answer:
    """Remove a passkey."""

    def act(writing: Session) -> bool:
        return passkeys.remove(writing, passkey_id=passkey.id)

    said = _("The passkey is removed. You can delete it on your device too: here it opens nothing any more.")
    return removing(
        EndsOthersForm(), act, kind=EventKind.PASSKEY_REMOVED, template="factors/passkey_remove.html", said=said, passkey=passkey
    )


def _waiting() -> tuple[AuthSession, User]:
    found = factors.waiting()
    if found is None:
        raise Gone(_("That took too long. Log in once more."))
    return found


def _body() -> dict[str, Any]:
    """Return what the script sent.

    Raises:
        Refused: when it is too large, or nothing that our script sends.
    """
    raw = request.get_data() if (request.content_length or 0) <= MAX_BODY else b""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(_("That did not work. Load the page again, then try once more."))
    return found


def _nothing() -> None:
    """Refuse what asks for a challenge and says more than that."""
    if _body():
        raise Refused(_("That did not work. Load the page again, then try once more."))


def _credential() -> dict[str, Any]:
    found = _body().get("credential")
    return found if isinstance(found, dict) else {}


def _signed_in(token: str) -> Response:
    target = local_path(_body().get("next"))
    login.start_afresh()
    return _onward(target, token)


def _onward(target: str, token: str) -> Response:
    response = _json({"next": target})
    remember(response, token)
    return response


def _options(text: str) -> Response:
    return Response(text, content_type="application/json; charset=utf-8")


def _json(values: dict[str, str], status: int = 200) -> Response:
    return Response(json.dumps(values), status, content_type="application/json; charset=utf-8")
