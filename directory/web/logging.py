"""Structured log lines with the request's id; never a body, a token or an address."""

import logging
import re
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from directory.config import Settings

log = structlog.get_logger("web")

_ID = re.compile(r"[A-Za-z0-9\-]{8,64}")


def configure(settings: Settings) -> None:
    """Send every log line through one formatter: JSON, one line an event, or readable for the eye."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    # The JSON renderer escapes line breaks and control characters: nobody can forge a line.
    renderer: Any = structlog.processors.JSONRenderer() if settings.log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # It says three lines whenever somebody asks whether the schema is current, and that is at every readiness check.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """Give each request an id and write one line when it is answered."""
    # Flask's own line names the path, and a path may be the secret of a mailed link.
    app.log_exception = _say_what_broke  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        if "request_id" in g:
            response.headers["X-Request-Id"] = g.request_id
            if request.endpoint not in {"static_files", "ops.healthz"}:
                took = round((time.perf_counter() - g.started) * 1000, 1)
                # The rule and not the path: paths may carry tokens and what people search for.
                route = request.url_rule.rule if request.url_rule else None
                log.info("request", method=request.method, route=route, status=response.status_code, ms=took)
        return response


def _say_what_broke(exc_info: Any) -> None:
    log.error("request.failed", method=request.method, route=request.url_rule.rule if request.url_rule else None, exc_info=exc_info)
