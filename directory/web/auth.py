"""Who is asking: the cookie, Flask-Login's current user, and `@requires`."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response as AnyResponse

from directory.accounts import permissions
from directory.accounts import queries as accounts
from directory.accounts.permissions import Permission
from directory.config import Settings
from directory.core.errors import NotFound
from directory.models.accounts import User
from directory.web import db

View = TypeVar("View", bound=Callable[..., Any])

#: How long a browser keeps the cookie; the row in `auth_sessions` decides.
COOKIE_AGE = timedelta(days=30)


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name. `__Host-` binds it to https, this host and every path; browsers refuse it over http."""
    return "__Host-hairline" if settings.production else "hairline"


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


def requires(permission: Permission) -> Callable[[View], View]:
    """Say who may use a view.

    Signed out: to the log-in, and back. Without the permission: 404 for staff pages, else to the page that says what is missing.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            refusal = _refusal(permission)
            return view(*args, **kwargs) if refusal is None else refusal

        checked.permission = permission  # type: ignore[attr-defined]
        return cast(View, checked)

    return decorate


def _refusal(permission: Permission) -> AnyResponse | None:
    if permission is Permission.PUBLIC:
        return None
    if permission is Permission.DEVELOPMENT:
        settings: Settings = current_app.extensions["hairline_settings"]
        if settings.production or not settings.is_loopback:
            raise NotFound
        return None
    user = person()
    if user is None:
        return redirect(url_for("accounts.login", next=_here()), code=303)
    if permissions.may(user, permission):
        return None
    if permission is Permission.MODERATE:
        raise NotFound
    return redirect(url_for("accounts.unconfirmed", next=_here()), code=303)


def _here() -> str:
    """Return the page asked for, to come back to."""
    return local_path(request.full_path.rstrip("?"))


def local_path(target: str | None) -> str:
    """Return `target` if it is a path on this site, else "/" (no open redirect).

    It must begin with one slash, hold neither backslash nor space nor anything that does not show (browsers leave tabs and
    line breaks out and turn backslashes round), and name no host.
    """
    if not target or len(target) > 500 or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(c.isspace() or not c.isprintable() for c in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def remember(response: AnyResponse, token: str) -> None:
    """Put the session's token into the cookie."""
    settings: Settings = current_app.extensions["hairline_settings"]
    response.set_cookie(
        cookie_name(settings), token, max_age=COOKIE_AGE, secure=settings.production, httponly=True, samesite="Lax", path="/"
    )


def forget(response: AnyResponse) -> None:
    """Take the cookie away and have the browser drop what it kept of the person's pages."""
    settings: Settings = current_app.extensions["hairline_settings"]
    response.delete_cookie(cookie_name(settings), secure=settings.production, httponly=True, samesite="Lax", path="/")
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
        return accounts.by_session_token(db.session(), token) if token and not g.get("without_database") else None

    @app.context_processor
    def offer() -> dict[str, Any]:
        return {"may": lambda permission: permissions.may(person(), Permission(permission))}
