"""Mail, sent by the worker alone: through the mail server, or kept for /dev/outbox."""

from email.utils import formataddr
from urllib.parse import urlsplit

from flask import Flask, current_app, render_template
from flask_mailman import EmailMultiAlternatives, Mail
from sqlalchemy.dialects import postgresql, sqlite

from directory.config import Settings
from directory.core import clock
from directory.core.text import clean_line
from directory.models.ops import KeptMail
from directory.work import Work

mail = Mail()


def init_app(app: Flask, settings: Settings) -> None:
    """Configure the connection to the mail server."""
    app.config.update(
        MAIL_BACKEND="smtp" if settings.smtp_host else "dummy",
        MAIL_SERVER=settings.smtp_host or "localhost",
        MAIL_PORT=settings.smtp_port,
        MAIL_USERNAME=settings.smtp_user or None,
        MAIL_PASSWORD=settings.smtp_password or None,
        MAIL_USE_TLS=settings.smtp_tls == "starttls",
        MAIL_USE_SSL=settings.smtp_tls == "tls",
        MAIL_TIMEOUT=20,
        MAIL_DEFAULT_SENDER=formataddr((settings.site_name, sender(settings))),
    )
    mail.init_app(app)


def sender(settings: Settings) -> str:
    """Return the address that mails come from."""
    return settings.mail_from or settings.operator_email or "hairline@localhost.example"


def send(work: Work, *, to: str, subject: str, template: str, **values: object) -> None:
    """Render and send one mail; each has a plain-text part.

    Sent again after a crash it carries the same Message-ID, so that mail programs can tell.

    Args:
        work: The job in hand; it makes the Message-ID.
        to: The recipient's address.
        subject: One line.
        template: The name of `templates/emails/<template>.txt` and `.html`.
        values: What the templates need.
    """
    settings = work.settings
    host = urlsplit(settings.public_url).hostname or "localhost"
    message_id = f"<job-{work.job_id}@{host}>"
    values |= {"base_url": settings.public_url}
    text = render_template(f"emails/{template}.txt", **values)
    html = render_template(f"emails/{template}.html", **values)
    subject = clean_line(subject)
    if settings.keeps_mail:
        _keep(work, KeptMail(message_id=message_id, recipient=to, subject=subject, text=text, html=html, created_at=clock.now()))
    elif settings.smtp_host:
        headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
        message = EmailMultiAlternatives(subject, text, to=[to], headers=headers)
        message.attach_alternative(html, "text/html")
        message.send()
    else:
        raise RuntimeError("no mail server is set, and mails may be kept on a loopback address in development only")


def _keep(work: Work, kept: KeptMail) -> None:
    insert = sqlite.insert if work.database.is_sqlite else postgresql.insert
    with work.transaction() as session:
        session.execute(insert(KeptMail).values(**kept.model_dump(exclude={"id"})).on_conflict_do_nothing())


def app_settings() -> Settings:
    """Return the settings of the present app."""
    found: Settings = current_app.extensions["hairline_settings"]
    return found
