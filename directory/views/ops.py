"""Doors for operators and developers: health, readiness, kept mail, patterns."""

import shutil

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from directory.accounts.permissions import Permission
from directory.config import Settings
from directory.core.errors import NotFound
from directory.models.ops import KeptMail
from directory.web import db, schema
from directory.web.auth import requires
from directory.web.security import private

bp = Blueprint("ops", __name__)

#: Less free space than this and the host should get no more visitors. Bytes.
DISK_FLOOR = 64 * 1024 * 1024


@bp.get("/healthz")
@requires(Permission.PUBLIC)
def healthz() -> Response:
    """Say that the process answers; asks no database."""
    return _status({}, ok=True)


@bp.get("/readyz")
@requires(Permission.PUBLIC)
def readyz() -> Response:
    """Say whether this host should get visitors: database reached, schema newest, disk not full. Reasons go to the log alone."""
    settings: Settings = current_app.extensions["hairline_settings"]
    checks: dict[str, bool] = {}
    try:
        checks["schema"] = schema.is_current(current_app._get_current_object())  # type: ignore[attr-defined]
    except SQLAlchemyError:
        checks["database"] = False
    checks["disk"] = shutil.disk_usage(settings.data_dir).free > DISK_FLOOR
    return _status(checks, ok=all(checks.values()))


def _status(checks: dict[str, bool], *, ok: bool) -> Response:
    response = jsonify({"status": "ok" if ok else "unavailable", **checks})
    response.status_code = 200 if ok else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/dev/outbox")
@requires(Permission.DEVELOPMENT)
def outbox() -> str:
    """Show the mails that were not sent, newest first: in development on a loopback address, and nowhere else."""
    private()
    mails = db.session().exec(select(KeptMail).order_by(col(KeptMail.id).desc()).limit(50)).all()
    return render_template("ops/outbox.html", mails=mails)


@bp.get("/dev/outbox/<int:mail_id>")
@requires(Permission.DEVELOPMENT)
def kept_mail(mail_id: int) -> str:
    """Show one kept mail as text, its links alive."""
    private()
    mail = db.session().get(KeptMail, mail_id)
    if mail is None:
        raise NotFound
    return render_template("ops/mail.html", mail=mail)


@bp.get("/dev/outbox/<int:mail_id>/html")
@requires(Permission.DEVELOPMENT)
def kept_mail_html(mail_id: int) -> Response:
    """Show the HTML part of one kept mail alone, in a policy of its own: it carries its style with it and runs nothing."""
    private()
    mail = db.session().get(KeptMail, mail_id)
    if mail is None:
        raise NotFound
    response = make_response(mail.html)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-top-navigation"
    return response


@bp.get("/patterns")
@requires(Permission.PUBLIC)
def patterns() -> str:
    """Show every component, live, in all its states."""
    return render_template("patterns.html")
