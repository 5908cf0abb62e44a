"""`make demo-tls`: the demo's data served in production mode over https, with a certificate of its own and a mail server that keeps mails.

For scanners, and for whoever wants to see what production does. It listens on this machine alone. The sample log-ins, whose
passwords everybody knows, are closed; two accounts with new passwords are made and printed each time.
"""

import datetime as dt
import ipaddress
import logging
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import delete, update
from sqlmodel import col, select

from directory.accounts import passwords, service
from directory.accounts import queries as accounts
from directory.app import create_app
from directory.cli.demo import fill, free_port
from directory.config import Settings
from directory.core.db import Database
from directory.models.accounts import LoginFailure, Role, User

FOLDER = Path("var/tls")
PORT = 8443
PEOPLE = (("patient@tls.example", "Pat Tls", Role.PATIENT), ("moderator@tls.example", "Mo Tls", Role.MODERATOR))


class Keeper:
    """Keeps each mail as a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (the library's name)
        """Write the mail down."""
        name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}.eml"
        (self.folder / name).write_bytes(envelope.content)
        return "250 kept"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return a self-signed certificate for this machine and its key; made anew when it is older than a month."""
    paths = folder / "certificate.pem", folder / "key.pem"
    month = dt.timedelta(days=30)
    now = dt.datetime.now(dt.UTC)
    if all(path.exists() for path in paths):
        known = x509.load_pem_x509_certificate(paths[0].read_bytes())
        if known.not_valid_after_utc - now > month:
            return paths
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + 12 * month)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    descriptor = os.open(paths[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths


def people(database: Database) -> list[tuple[str, str]]:
    """Close the sample log-ins and return the addresses and new passwords of accounts that are open."""
    made = []
    with database.transaction() as session:
        session.execute(update(User).where(col(User.is_sample)).values(password_hash=passwords.UNUSABLE))
        session.execute(delete(LoginFailure))  # what the last scan tried
    for email, name, role in PEOPLE:
        password = secrets.token_urlsafe(12)
        hashed = passwords.choose(password, email=email, name=name)
        with database.transaction() as session:
            known = accounts.by_email(session, email)
            if known is None:
                service.create(session, email=email, display_name=name, password_hash=hashed, birth_year=1980, role=role)
            else:
                session.exec(select(User).where(User.id == known.id)).one().password_hash = hashed
                service.close_all(session, user_id=known.id)
        made.append((email, password))
    return made


def main() -> int:
    """Fill, close what is open to everybody, and serve until Ctrl-C."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith("HAIRLINE_")]:
        del os.environ[name]
    os.environ["HAIRLINE_DATA_DIR"] = str(FOLDER)
    filling = Settings.from_environment()
    app = create_app(filling)
    fill(app, filling)
    database: Database = app.extensions["hairline_database"]
    logins = people(database)
    database.dispose()
    cert, key = certificate(FOLDER)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    mails = Controller(Keeper(FOLDER / "mails"), hostname="127.0.0.1", port=free_port(8025))
    mails.start()
    port = free_port(PORT)
    environment = os.environ | {
        "HAIRLINE_ENVIRONMENT": "production",
        "HAIRLINE_DATA_DIR": str(FOLDER),
        "HAIRLINE_SECRET_KEY_FILE": str(FOLDER / "secret_key"),
        "HAIRLINE_BASE_URL": f"https://localhost:{port}",
        "HAIRLINE_TRUSTED_HOSTS": "localhost,127.0.0.1",
        "HAIRLINE_PORT": str(port),
        # A scanner that is told to wait has seen nothing.
        "HAIRLINE_LIMIT_FACTOR": "1000",
        "HAIRLINE_TLS_CERTIFICATE": str(cert),
        "HAIRLINE_TLS_KEY": str(key),
        "HAIRLINE_SMTP_HOST": "127.0.0.1",
        "HAIRLINE_SMTP_PORT": str(mails.port),
        "HAIRLINE_SMTP_TLS": "none",
        "HAIRLINE_OPERATOR_NAME": "The demo on this machine",
        "HAIRLINE_OPERATOR_ADDRESS": "1 Loopback Lane, Localhost",
        "HAIRLINE_OPERATOR_EMAIL": "operator@tls.example",
        "HAIRLINE_LOG_FORMAT": "console",
    }
    print(f"\n  https://localhost:{port}  (a certificate of its own: browsers warn)\n")
    for email, password in logins:
        print(f"    {email:<28} {password}")
    print(f"\n  Mails are kept in {FOLDER / 'mails'}\n", flush=True)
    served = subprocess.Popen([sys.executable, "-m", "directory.cli", "serve"], env=environment)
    signal.signal(signal.SIGTERM, lambda *_: served.terminate())
    try:
        return served.wait()
    except KeyboardInterrupt:
        return served.wait()
    finally:
        mails.stop()


if __name__ == "__main__":
    sys.exit(main())
