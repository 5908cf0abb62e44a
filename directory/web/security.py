"""Headers on every answer, CSRF on every unsafe request, and who may keep a copy."""

import io
from collections.abc import Callable
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, after_this_request, current_app, g, request
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix

from directory.config import Settings
from directory.web import events
from directory.web.events import Event

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])

#: Largest request body: the longest form is a few kilobytes.
MAX_BODY = 256 * 1024
#: Of a form that may bring a document (`takes_files`): 8 MB and the words beside it.
MAX_UPLOAD = 8 * 1024 * 1024 + 512 * 1024
MAX_FIELDS = 400

#: What a form may be sent as; a form without a field has no type.
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", ""})

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def content_policy(settings: Settings) -> str:
    """Return the Content-Security-Policy. It carries no nonce: public pages are the same bytes for every visitor."""
    frames = " ".join(f"https://{host}" for host in settings.listed("video_hosts"))
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' {settings.map_tiles_origin}".strip(),
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "frame-src": frames or "'none'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "object-src": "'none'",
    }
    policy = "; ".join(f"{name} {value}" for name, value in rules.items())
    return policy + "; upgrade-insecure-requests" if settings.production else policy


class InMemory(Request):
    """A request whose files stay in memory: what is shown in confidence never lies on a disk unsealed."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None, content_length: int | None = None
    ) -> IO[bytes]:
        return io.BytesIO()


def init_app(app: Flask, settings: Settings) -> None:
    """Install all of it."""
    app.request_class = InMemory
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-form" if settings.is_https else "form",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=MAX_FIELDS,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        TRUSTED_HOSTS=trusted_hosts(settings),
    )
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(readable_address)
    app.before_request(same_origin)
    app.before_request(only_forms)
    csrf.init_app(app)
    policy = content_policy(settings)

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        # What `frame-ancestors` says, for what is too old to read it.
        headers.setdefault("X-Frame-Options", "DENY")
        headers["X-Content-Type-Options"] = "nosniff"
        # Not `no-referrer`: over https the CSRF check wants the referrer of our own forms.
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        # One picture is made for other sites: `views/badge.py` says so itself.
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(self), browsing-topics=()"
        if settings.production:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        _say_who_may_keep(response)
        return response


def readable_address() -> None:
    """Find nothing at an address with a NUL in it: nothing of ours has one, and a database fails on it."""
    if "\0" in request.path:
        raise NotFound


def same_origin() -> None:
    """Refuse an unsafe request that another site started, before any form is looked at."""
    if request.method not in UNSAFE:
        return
    origin = request.headers.get("Origin")
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    if elsewhere or (origin is not None and origin != request.host_url.rstrip("/")):
        events.note(Event.OTHER_SITE)
        raise BadRequest("from another site")


def takes_json(view: View) -> View:
    """Mark a view that scripts send JSON to; all others take forms alone."""
    view.takes_json = True  # type: ignore[attr-defined]
    return view


def takes_files(view: View) -> View:
    """Mark a view whose form may bring a document: from whoever is signed in it takes a larger body than all others."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def only_forms() -> None:
    """Refuse a body that is no form, or has more fields than any of ours.

    Read as a form the first would be an empty one, which some pages would take for an answer. How large a body may be is
    said here too, before anything of it is read.
    """
    if request.method not in UNSAFE:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False) and current_user.is_authenticated:
        request.max_content_length = MAX_UPLOAD
    is_json = request.mimetype == "application/json" and getattr(view, "takes_json", False)
    if request.mimetype not in FORMS and not is_json:
        raise UnsupportedMediaType
    if len(request.form) > MAX_FIELDS:
        raise RequestEntityTooLarge


def private() -> None:
    """Mark the page as this visitor's own: it is kept by nobody, and it may hold a form."""
    g.private_page = True


def secret_page() -> None:
    """Mark a page whose address is a secret: nobody keeps it, and no link from it tells another site where it came from."""
    private()

    @after_this_request
    def hide(response: Response) -> Response:
        # Not `no-referrer`: the browser would then name no origin with the form, and we would refuse it.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def trusted_hosts(settings: Settings) -> list[str] | None:
    """Return the host names that the site answers to; None: any (development on an open address alone).

    On a loopback address too: another site could point its own name at this machine and read /dev/outbox.
    """
    listed = list(settings.listed("trusted_hosts"))
    if listed:
        return listed
    own = urlsplit(settings.public_url).hostname or "localhost"
    if settings.production:
        return [own]
    return [own, "localhost", "127.0.0.1", "[::1]"] if settings.is_loopback else None


def _say_who_may_keep(response: Response) -> None:
    """A page for everybody may be kept for a minute; a person's own page, and every error, by nobody."""
    if "Cache-Control" in response.headers:
        return
    personal = bool(g.get("private_page")) or request.method not in {"GET", "HEAD"} or current_user.is_authenticated
    if personal or response.status_code >= 400:
        response.headers["Cache-Control"] = "private, no-store"
    else:
        response.headers["Cache-Control"] = "public, max-age=60"
    response.vary.add("Cookie")
