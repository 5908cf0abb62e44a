"""Handlers that send mail about credentials; see `web/mails.py`."""

from directory.accounts import memberships
from directory.core.i18n import _
from directory.credentials import rules as credentials
from directory.models.moderation import AuditEntry
from directory.models.profiles import Credential, Profile
from directory.web import mailer, mails
from directory.work import Handler, Work

#: The same table as that of all mails: what stands below adds to it.
HANDLERS: dict[str, Handler] = mails.HANDLERS


@mails.mail
def credential_decided(work: Work) -> None:
    """Tell whoever stated a credential what a moderator found, with the reason."""
    with work.database.session() as session:
        entry = session.get(AuditEntry, work.payload["entry_id"])
        row = session.get(Credential, int(entry.subject.partition(":")[2])) if entry is not None else None
        profile = session.get(Profile, row.profile_id) if row is not None else None
        user = mails.person(session, row.stated_by_id) if row is not None and row.stated_by_id else None
    if entry is None or row is None or profile is None or user is None:
        return
    values = {
        "what": credentials.wording(row.type, row.title),
        "about": profile.name,
        "outcome": entry.action.removeprefix("credential."),
        "reason": entry.details.get("reason", ""),
        "page": mailer.link("credentials.index", slug=profile.slug),
    }
    mails.send_to(work, user, _("What we found of a credential"), **values)


@mails.mail
def credential_expiring(work: Work) -> None:
    """Tell somebody who acts for a profile that a credential ends soon."""
    with work.database.session() as session:
        row = session.get(Credential, work.payload["credential_id"])
        profile = session.get(Profile, row.profile_id) if row is not None else None
        user = mails.person(session, work.payload["user_id"])
        acts = row is not None and user is not None and user.id in memberships.who_edits(session, row.profile_id)
    if row is None or profile is None or user is None or not acts or row.expires_on is None:
        return
    values = {
        "what": credentials.wording(row.type, row.title),
        "about": profile.name,
        "last_day": row.expires_on,
        "page": mailer.link("credentials.index", slug=profile.slug),
    }
    mails.send_to(work, user, _("A credential runs out soon"), **values)
