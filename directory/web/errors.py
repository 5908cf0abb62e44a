"""From what went wrong in the domain to a status code and a page that helps."""

import structlog
from flask import Flask, g, redirect, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError
from werkzeug.wrappers import Response

from directory.core.errors import Gone, Moved, NotAllowed, NotFound, Refused, TooMany
from directory.core.i18n import _
from directory.web import events, kept
from directory.web.events import Event
from directory.web.kept import Typed

log = structlog.get_logger("web")

#: Statuses with a page of their own; any other client error gets the page of 400.
PAGES = frozenset({400, 403, 404, 410, 413, 429, 500, 503})
#: How long to ask a client to wait while the database is busy or away. Seconds.
RETRY_AFTER = 5


def page(
    status: int,
    *,
    message: str = "",
    nearest: tuple[tuple[str, str], ...] = (),
    retry_after: int = 0,
    again: tuple[Typed, ...] = (),
    way: tuple[str, str] | None = None,
) -> tuple[str, int, dict[str, str]]:
    """Return the error page for a status, kept by nobody and indexed by nobody.

    Args:
        status: Of HTTP.
        message: A sentence in place of the page's own.
        nearest: What may have been meant, as (label, path).
        retry_after: Seconds to wait.
        again: What was sent in vain, from `kept.typed`; the page then gives it back, to be sent to the same address later.
        way: Where to go before, as (label, path).
    """
    # What broke may be the database: then nobody is looked up for the page that says so.
    g.without_database = status >= 500
    shown = status if status in PAGES else (400 if status < 500 else 500)
    values = {"status": status, "message": message, "nearest": nearest, "retry_after": retry_after, "request_id": g.get("request_id", "")}
    if again:
        values |= {"again": again, "way": way}
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    if retry_after:
        headers["Retry-After"] = str(retry_after)
    return render_template("errors/kept.html" if again else f"errors/{shown}.html", **values), status, headers


def init_app(app: Flask) -> None:
    """Install the handlers."""

    @app.errorhandler(NotFound)
    def not_found(error: NotFound) -> tuple[str, int, dict[str, str]]:
        return page(404, message=str(error), nearest=error.nearest)

    @app.errorhandler(Gone)
    def gone(error: Gone) -> tuple[str, int, dict[str, str]]:
        return page(410, message=str(error))

    @app.errorhandler(NotAllowed)
    def not_allowed(error: NotAllowed) -> tuple[str, int, dict[str, str]]:
        return page(403, message=str(error))

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int, dict[str, str]]:
        return page(400, message=str(error))

    @app.errorhandler(TooMany)
    def too_many(error: TooMany) -> tuple[str, int, dict[str, str]]:
        return page(429, message=str(error), retry_after=error.retry_after, again=kept.typed())

    @app.errorhandler(Moved)
    def moved(error: Moved) -> Response:
        return redirect(error.to, code=301)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> tuple[str, int, dict[str, str]]:
        events.note(Event.FORGED)
        if kept.ours() and (again := kept.typed()):
            return page(400, message=_("You logged in or out since you opened the page, or it was open for long."), again=again)
        return page(
            400,
            message=_(
                "This form was open for too long, or your browser keeps no cookies. Go back, load the page again and send it once more."
            ),
        )

    @app.errorhandler(SecurityError)
    def another_host(error: SecurityError) -> tuple[str, int, dict[str, str]]:
        events.note(Event.OTHER_HOST)
        # No page: without a host that is ours there is no address to link to.
        return "This site does not answer to that name.", 400, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[str, int, dict[str, str]] | Response:
        if error.code is None or error.code < 400:
            return error.get_response()
        body, status, headers = page(error.code)
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return body, status, headers

    @app.errorhandler(PoolTimeout)
    @app.errorhandler(DBAPIError)
    def database(error: DBAPIError | PoolTimeout) -> tuple[str, int, dict[str, str]]:
        log.error("database.failed", exc_info=error)
        away = isinstance(error, PoolTimeout) or _is_away(error)
        return page(503, retry_after=RETRY_AFTER) if away else page(500)

    @app.errorhandler(500)
    def broken(error: HTTPException) -> tuple[str, int, dict[str, str]]:
        return page(500)


def _is_away(error: DBAPIError) -> bool:
    """Say whether trying again later can help: the connection broke, a lock was not to be had, or the disk is full."""
    text = str(error.orig).lower()
    return error.connection_invalidated or any(
        sign in text for sign in ("locked", "timeout", "disk is full", "connection", "shutting down")
    )
