"""`hairline user` and `hairline mail`: accounts from the terminal, and whether mail goes out."""

from collections.abc import Callable

import click
from sqlmodel import Session

from directory import jobs, work
from directory.accounts import factors, passwords, service
from directory.accounts import queries as accounts
from directory.accounts.rules import clean_email
from directory.cli.context import open_app, read_settings, stop, writing
from directory.core.errors import DomainError
from directory.models.accounts import Role, User
from directory.models.ops import Job, JobStatus
from directory.notifications import mail as mails
from directory.privacy import erasure

ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Make accounts, change what they may do, suspend them."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The name to be shown.")
@click.option("--birth-year", type=int, required=True, help="Four digits; people under 18 have no account.")
@click.option("--role", type=ROLES, default=Role.PATIENT.value, show_default=True)
@click.password_option(help="Asked for when it is not given: what stands in a command is kept in the shell's history.")
def create(email: str, name: str, birth_year: int, role: str, password: str) -> None:
    """Make a confirmed account for EMAIL."""
    try:
        hashed = passwords.choose(password, email=email, name=name)
        with writing() as session:
            made = service.create(session, email=email, display_name=name, password_hash=hashed, birth_year=birth_year, role=Role(role))
            click.echo(f"{made.email} can log in as {made.display_name} ({made.role.value}).")
    except DomainError as error:
        stop(str(error))


@user.command("role")
@click.argument("email")
@click.argument("role", type=ROLES)
def set_role(email: str, role: str) -> None:
    """Let the account of EMAIL do what ROLE may do."""
    _change(email, lambda session, found: service.set_role(session, user_id=found.id, role=Role(role)))
    click.echo(f"{email} is now: {role}.")


@user.command()
@click.argument("email")
def suspend(email: str) -> None:
    """Sign EMAIL out everywhere and let them log in no more. What they wrote stays."""
    _change(email, lambda session, found: service.suspend(session, user_id=found.id))
    click.echo(f"{email} is suspended and logged out.")


@user.command()
@click.argument("email")
def unsuspend(email: str) -> None:
    """Let a suspended EMAIL log in again."""
    _change(email, lambda session, found: service.unsuspend(session, user_id=found.id))
    click.echo(f"{email} can log in again.")


@user.command()
@click.argument("email")
@click.option("--keep-reviews", is_flag=True, help="Leave published reviews without a name; otherwise they go too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, keep_reviews: bool, yes: bool) -> None:
    """Delete the account of EMAIL and everything that hangs on it, for good: for people who cannot log in to ask for it."""
    if not yes:
        click.confirm(f"Delete the account of {email} for good, without the days of grace?", abort=True)
    _change(email, lambda session, found: erasure.ask(session, user_id=found.id, keeps_reviews=keep_reviews, at_once=True))
    click.echo(f"The worker deletes the account of {email} within seconds, and tells them by mail.")


@user.command("reset-factors")
@click.argument("email")
@click.confirmation_option(prompt="Are you sure that it is they who ask? Whoever is let in this way needs the password alone")
def reset_factors(email: str) -> None:
    """Take passkeys, app and recovery codes of EMAIL away, for somebody who has lost them all. They are signed out and told by mail."""
    had: list[bool] = []
    _change(email, lambda session, found: had.append(factors.reset(session, user_id=found.id)))
    click.echo(f"{email} can log in with the password alone." if had == [True] else f"{email} had no second factor. They are logged out.")


def _change(email: str, act: Callable[[Session, User], object]) -> None:
    try:
        with writing() as session:
            act(session, accounts.existing_by_email(session, email))
    except DomainError as error:
        stop(str(error))


@click.group()
def mail() -> None:
    """See whether mail goes out."""


@mail.command("test")
@click.argument("address")
def try_out(address: str) -> None:
    """Send one mail to ADDRESS the way all mails go, by a job, and say what became of it."""
    settings = read_settings()
    app = open_app(settings)
    database = app.extensions["hairline_database"]
    try:
        with database.transaction() as session:
            job_id = mails.try_out(session, address=clean_email(address))
    except DomainError as error:
        stop(str(error))
    with app.app_context():
        leased = work.lease(database, settings, only=job_id)
        if leased is not None:
            work.run(leased, jobs.HANDLERS)
    with database.session() as session:
        job = session.get(Job, job_id)
    database.dispose()
    if job is None or job.status is not JobStatus.DONE:
        stop(f"Not sent: {job.last_error if job and job.last_error else 'a worker has it in hand; look again in a minute'}", code=1)
    click.echo(f"Kept at {settings.public_url}/dev/outbox." if settings.keeps_mail else f"{settings.smtp_host} took the mail.")
