"""Mail, sent by the worker alone: through the mail server, or kept for /dev/outbox."""

import re
import smtplib
from contextlib import suppress
from email.utils import formataddr
from urllib.parse import urlsplit

from flask import Flask, current_app, render_template
from flask_mailman import EmailMultiAlternatives, Mail
from flask_mailman.backends.smtp import EmailBackend
from sqlalchemy.dialects import postgresql, sqlite

from directory.config import Settings
from directory.core import clock
from directory.core.text import clean_line
from directory.models.ops import KeptMail
from directory.work import Hopeless, Work

mail = Mail()

_BLANK_LINES = re.compile(r"\n{3,}")

#: Seconds that one step of talking to the mail server may take; a whole mail stays well below `work.LEASE`.
PATIENCE = 8


class MailRefused(Exception):
    """The mail server did not take the mail; the text holds its code and no address, because it is logged."""


class NoServer(RuntimeError):
    """There is no mail server, and mails may not be kept here."""


class Connection(EmailBackend):  # type: ignore[misc]
    """A connection that looks at the server's certificate.

    Flask-Mailman's own takes any certificate after STARTTLS, and asks the name server what this host is called.
    """

    connection: smtplib.SMTP | None

    def open(self) -> bool:
        """Connect and log in; return whether a connection had to be made."""
        if self.connection:
            return False
        options = {"local_hostname": host_name(app_settings()), "timeout": self.timeout}
        if self.use_ssl:
            made: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, context=self.ssl_context, **options)
        else:
            made = smtplib.SMTP(self.host, self.port, **options)
        self.connection = made
        if self.use_tls:
            made.starttls(context=self.ssl_context)
        if self.username and self.password:
            made.login(self.username, self.password)
        return True

    def close(self) -> None:
        """Say farewell; whatever the server answers, its word about the mail stands."""
        made, self.connection = self.connection, None
        if made is not None:
            with suppress(OSError):  # smtplib's own errors are of this family
                made.quit()


def init_app(app: Flask, settings: Settings) -> None:
    """Configure the connection to the mail server."""
    app.config.update(
        MAIL_BACKEND=Connection if settings.smtp_host else "dummy",
        MAIL_SERVER=settings.smtp_host or "localhost",
        MAIL_PORT=settings.smtp_port,
        MAIL_USERNAME=settings.smtp_user or None,
        MAIL_PASSWORD=settings.smtp_password or None,
        MAIL_USE_TLS=settings.smtp_tls == "starttls",
        MAIL_USE_SSL=settings.smtp_tls == "tls",
        MAIL_TIMEOUT=PATIENCE,
        MAIL_DEFAULT_SENDER=formataddr((settings.site_name, sender(settings))),
    )
    mail.init_app(app)


def sender(settings: Settings) -> str:
    """Return the address that mails come from."""
    return settings.mail_from or settings.operator_email or "hairline@localhost.example"


def host_name(settings: Settings) -> str:
    """Return the site's host name."""
    return urlsplit(settings.public_url).hostname or "localhost"


def link(endpoint: str, **values: object) -> str:
    """Return the full address of a page for a mail: made of the settings alone, never of what a request says of its host."""
    settings = app_settings()
    return settings.public_url + current_app.url_map.bind(host_name(settings)).build(endpoint, values)


def message_id(work: Work) -> str:
    """Return what marks the mail of a job, however often it is sent."""
    return f"<job-{work.job_id}@{host_name(work.settings)}>"


def send(work: Work, *, to: str, subject: str, template: str, ends: bool = True, **values: object) -> None:
    """Render and send one mail; each has a plain-text part.

    Sent again after a crash it carries the same Message-ID, so that mail programs can tell.

    Args:
        work: The job in hand; it makes the Message-ID.
        to: The recipient's address.
        subject: One line.
        template: The name of `templates/emails/<template>.txt` and `.html`.
        ends: Whether the job is done with it, where the mail is kept.
        values: What the templates need.

    Raises:
        NoServer: when mails can be neither sent nor kept.
        Hopeless: when the server says that the address takes no mail.
        MailRefused: when it refuses for another reason.
    """
    settings = work.settings
    values |= {"subject": subject, "home": settings.public_url + "/"}
    text = _BLANK_LINES.sub("\n\n", render_template(f"emails/{template}.txt", **values)).strip() + "\n"
    html = render_template(f"emails/{template}.html", **values)
    subject = clean_line(subject)
    if settings.keeps_mail:
        kept = KeptMail(message_id=message_id(work), recipient=to, subject=subject, text=text, html=html, created_at=clock.now())
        _keep(work, kept, ends=ends)
    elif settings.smtp_host:
        headers = {"Message-ID": message_id(work), "Auto-Submitted": "auto-generated"}
        connection = mail.get_connection()
        message = EmailMultiAlternatives(subject, text, to=[to], headers=headers, connection=connection)
        message.attach_alternative(html, "text/html")
        _deliver(message, connection)
    else:
        raise NoServer("no mail server is set, and mails may be kept on a loopback address in development only")


def _deliver(message: EmailMultiAlternatives, connection: Connection) -> None:
    """Hand the mail to the server; what goes wrong is told without the address, because it is logged."""
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted(code for code, _words in error.recipients.values())
        kind = Hopeless if all(500 <= code < 600 for code in codes) else MailRefused
        raise kind(f"recipient refused: {codes}") from None
    except smtplib.SMTPResponseException as error:
        raise MailRefused(f"{type(error).__name__}: {error.smtp_code}") from None
    finally:
        connection.close()


def _keep(work: Work, kept: KeptMail, *, ends: bool) -> None:
    """Keep a mail and, as a rule, end its job; kept again, it takes the place of the first, whose link a newer one may have ended."""
    insert = (sqlite.insert if work.database.is_sqlite else postgresql.insert)(KeptMail).values(**kept.model_dump(exclude={"id"}))
    newer = {"text": insert.excluded.text, "html": insert.excluded.html}
    with work.transaction() as session:
        session.execute(insert.on_conflict_do_update(index_elements=["message_id"], set_=newer))
        if ends:
            work.finish(session)


def app_settings() -> Settings:
    """Return the settings of the present app."""
    found: Settings = current_app.extensions["hairline_settings"]
    return found
