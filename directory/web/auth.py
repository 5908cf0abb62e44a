"""Who is asking: the cookie, Flask-Login's current user, and `@requires`."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response as AnyResponse

from directory import idempotency
from directory.accounts import memberships, permissions, rules
from directory.accounts import queries as accounts
from directory.accounts.history import Whence
from directory.accounts.permissions import Actor, Need, Permission, Verdict
from directory.accounts.throttle import network
from directory.config import Settings
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound
from directory.core.i18n import _, lazy
from directory.models.accounts import AuthSession, User
from directory.web import agents, db, errors, kept, seen
from directory.web.security import private

View = TypeVar("View", bound=Callable[..., Any])

#: What `requires` and its parts answer in place of the view.
Instead = AnyResponse | tuple[str, int, dict[str, str]]

#: Where a person goes to meet a need, and comes back from.
MET_AT = {
    Need.CONFIRMED: "account.unconfirmed",
    Need.CONSENT: "privacy.consents",
    Need.SECOND_FACTOR: "factors.needed",
    Need.FRESH: "factors.verify",
}
#: Need -> the way there, in words.
WAYS = {
    Need.CONFIRMED: lazy("Confirm your e-mail address"),
    Need.CONSENT: lazy("Agree to the use of health information"),
    Need.SECOND_FACTOR: lazy("Show a second factor"),
    Need.FRESH: lazy("Show who you are"),
}


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name. `__Host-` binds it to https, this host and every path; browsers refuse it over http."""
    return "__Host-session" if settings.is_https else "session"


def signed_in() -> User:
    """Return the person asking, where the route requires one.

    Raises:
        RuntimeError: when nobody is signed in (the route forgot `@requires`).
    """
    if not current_user.is_authenticated:
        raise RuntimeError("nobody is signed in")
    return cast(User, current_user._get_current_object())


def person() -> User | None:
    """Return the person asking, or None when nobody is signed in."""
    return signed_in() if current_user.is_authenticated else None


def own_profiles() -> frozenset[int]:
    """Return the numbers of the profiles that the person asking acts for; none where nobody is signed in."""
    user = person()
    return memberships.profiles_of(db.session(), user.id) if user else frozenset()


def auth_session() -> AuthSession:
    """Return the sign-in of the person asking, where the route requires one."""
    signed_in()
    return cast(AuthSession, g.auth_session)


def whence() -> Whence:
    """Return where the request comes from, as the person's history keeps it."""
    return Whence(agents.label(request.headers.get("User-Agent", "")), network(request.remote_addr))


def actor() -> Actor | None:
    """Return whoever asks as the permission table sees them."""
    user = person()
    if user is None:
        return None
    user_id = user.id
    role = cache(lambda profile_id: memberships.role_of(db.session(), user_id=user_id, profile_id=profile_id))
    return Actor(user, met=_met, role=role)


def is_fresh() -> bool:
    """Say whether the person showed who they are within the last minutes."""
    stepped_up_at = auth_session().stepped_up_at
    return stepped_up_at is not None and clock.now() - stepped_up_at < rules.STEP_UP


def _met(need: Need) -> bool:
    if need is Need.CONFIRMED:
        return signed_in().is_confirmed
    if need is Need.CONSENT:
        return accounts.has_consent(db.session(), signed_in().id)
    return auth_session().two_factors if need is Need.SECOND_FACTOR else is_fresh()


def requires(permission: Permission, *, of: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """Say who may use a view.

    Signed out: to the log-in, and back. Who may not see the thing: 404; who may see it and not do it: 403. Whoever lacks
    something that they can bring about is led to where they do.

    Args:
        permission: A word of the table in `accounts/permissions.py`.
        of: Returns the thing from the values of the address, or raises NotFound. The view is then given the thing in their place.

    Raises:
        TypeError: at import, when the table asks for a thing and the route names none, or the other way round.
    """
    if bool(permissions.TABLE[permission].of) != bool(of):
        raise TypeError(f"{permission} and `of` do not fit each other")

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if permission is Permission.PUBLIC:
                return view(*args, **kwargs)
            # Whatever comes of it is this person's own answer, the way to the log-in too.
            private()
            if permission is Permission.DEVELOPMENT:
                _refuse_outside_development()
                return view(*args, **kwargs)
            asking = actor()
            if asking is None:
                return _lead("accounts.login", _("You are logged out."), _("Log in"))
            if of is None:
                return _verdict(permission, permissions.judge(asking, permission)) or view(*args, **kwargs)
            if answer := _answered(asking.user.id):
                return answer
            thing = _found(permission, of, *args, **kwargs)
            return _verdict(permission, permissions.judge(asking, permission, thing)) or view(thing)

        checked.permission = permission  # type: ignore[attr-defined]
        return cast(View, checked)

    return decorate


def _found(permission: Permission, of: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return the thing; what is not there answers like what this person may not see."""
    try:
        return of(*args, **kwargs)
    except NotFound:
        if permissions.TABLE[permission].sees:
            raise NotFound from None
        raise


def _verdict(permission: Permission, said: Verdict | Need) -> Instead | None:
    """Return None where the view may go on, or the way to what is missing."""
    if said is Verdict.YES:
        return None
    if said is Verdict.UNSEEN:
        raise NotFound
    if said is Verdict.FORBIDDEN:
        raise NotAllowed(str(permissions.TABLE[permission].why))
    return _lead(MET_AT[said], _("Something is needed before this can be taken."), str(WAYS[said]))


def _lead(endpoint: str, why: str, label: str) -> Instead:
    """Lead to what is missing, and back. Whoever has typed something keeps it: a page gives it back and leads there in another tab."""
    way = url_for(endpoint, next=here())
    again = kept.typed()
    return errors.page(409, message=why, again=again, way=(label, way)) if again else redirect(way, code=303)


def _answered(user_id: int) -> AnyResponse | None:
    """Return where a form led that was sent before: what it was about may be gone since, by that very form."""
    if request.method != "POST":
        return None
    key = idempotency.clean_key(request.form.get("idempotency_key"))
    url = idempotency.earlier(db.session(), actor=f"user:{user_id}", key=key)
    return None if url is None else redirect(url, code=303)


def _refuse_outside_development() -> None:
    settings: Settings = current_app.extensions["hairline_settings"]
    if settings.production or not settings.is_loopback:
        raise NotFound


def here() -> str:
    """Return the page asked for, to come back to; for what is no page, the person's own."""
    if request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        return url_for("account.index")
    return local_path(request.full_path.rstrip("?"))


def local_path(target: object) -> str:
    """Return `target` if it is a path on this site, else "/" (no open redirect).

    It must begin with one slash, hold neither backslash nor space nor anything that does not show (browsers leave tabs and
    line breaks out and turn backslashes round), and name no host.
    """
    if not isinstance(target, str) or not target or len(target) > 500 or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(c.isspace() or not c.isprintable() for c in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def remember(response: AnyResponse, token: str) -> None:
    """Put the session's token into the cookie.

    Raises:
        NotAllowed: over plain http on an open address, where everybody on the way could read it.
    """
    settings: Settings = current_app.extensions["hairline_settings"]
    if not (settings.is_https or settings.is_loopback):
        raise NotAllowed(_("Logging in needs https here. The operator has to set an https address for the site."))
    # The longest that a sign-in can hold; the row in `auth_sessions` decides.
    age = rules.LIFE.absolute
    response.set_cookie(cookie_name(settings), token, max_age=age, secure=settings.is_https, httponly=True, samesite="Lax", path="/")


def forget(response: AnyResponse) -> None:
    """Take the cookie away and have the browser drop what it kept of the person's pages."""
    settings: Settings = current_app.extensions["hairline_settings"]
    response.delete_cookie(cookie_name(settings), secure=settings.is_https, httponly=True, samesite="Lax", path="/")
    response.headers["Clear-Site-Data"] = '"cache"'


def session_token() -> str:
    """Return the token of this request's session, or ""."""
    settings: Settings = current_app.extensions["hairline_settings"]
    return request.cookies.get(cookie_name(settings), "")


def init_app(app: Flask) -> None:
    """Teach Flask-Login to read our cookie; nothing is kept in Flask's own session."""
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app)
    settings: Settings = app.extensions["hairline_settings"]

    @manager.request_loader  # type: ignore[untyped-decorator]
    def load(asking: Request) -> User | None:
        token = asking.cookies.get(cookie_name(settings), "")
        if not token or g.get("without_database"):
            return None
        found = accounts.by_session_token(db.session(), token)
        if found is None:
            return None
        g.auth_session, user = found
        seen.note(app, g.auth_session, user)
        return user

    @app.context_processor
    def offer() -> dict[str, Any]:
        return {"may": lambda permission, thing=None: permissions.may(actor(), Permission(permission), thing)}
