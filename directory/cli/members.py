"""`hairline member`: who acts for which profile, from the terminal."""

import click

from directory.accounts import memberships
from directory.accounts import queries as accounts
from directory.cli.context import stop, writing
from directory.core.errors import DomainError, Moved
from directory.models.memberships import MembershipRole
from directory.profiles import queries as profiles

ROLES = click.Choice([role.value for role in MembershipRole])


@click.group()
def member() -> None:
    """Say who acts for a profile: owner, manager or responder."""


@member.command()
@click.argument("email")
@click.argument("slug")
@click.argument("role", type=ROLES)
def grant(email: str, slug: str, role: str) -> None:
    """Let the account of EMAIL act for the profile at /p/SLUG as ROLE."""
    try:
        with writing() as session:
            user, profile = accounts.existing_by_email(session, email), profiles.by_slug(session, slug)
            memberships.grant(session, user_id=user.id, profile_id=profile.id, role=MembershipRole(role))
    except DomainError as error:
        stop(_said(error))
    click.echo(f"{email} is {role} of {slug}.")


@member.command()
@click.argument("email")
@click.argument("slug")
def revoke(email: str, slug: str) -> None:
    """Let the account of EMAIL act for the profile at /p/SLUG no more."""
    try:
        with writing() as session:
            user, profile = accounts.existing_by_email(session, email), profiles.by_slug(session, slug)
            memberships.revoke(session, user_id=user.id, profile_id=profile.id)
    except DomainError as error:
        stop(_said(error))
    click.echo(f"{email} no longer acts for {slug}.")


@member.command("list")
@click.argument("email")
def list_(email: str) -> None:
    """Print what the account of EMAIL acts for."""
    try:
        with writing() as session:
            found = memberships.of_user(session, accounts.existing_by_email(session, email).id)
    except DomainError as error:
        stop(str(error))
    for row, profile in found:
        click.echo(f"{row.role.value:<10} {profile.slug}")


def _said(error: DomainError) -> str:
    return f"The profile stands at {error.to} now." if isinstance(error, Moved) else str(error)
