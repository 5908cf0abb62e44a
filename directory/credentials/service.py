"""Writing credentials: what owners state, and what moderators find when they look."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.credentials import rules, types
from directory.evidence import queries as documents
from directory.evidence import service as evidence
from directory.evidence.keys import KeyRing
from directory.evidence.rules import Document
from directory.models.evidence import Evidence
from directory.models.moderation import AuditEntry
from directory.models.profiles import Credential, CredentialStatus, ProfileKind
from directory.notifications import mail
from directory.provenance import fields, stating


@dataclass(frozen=True)
class Stated:
    """What an owner types of a credential; nothing else of a row is theirs to write."""

    issuer: str = ""
    reference: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    source_url: str = ""
    #: Counts only where the type is not one that we know.
    title: str = ""


class Outcome(StrEnum):
    """What a moderator finds."""

    FOUND = "found"
    #: There is no page where anybody could look, and the moderator has opened a document that shows it.
    IN_DOCUMENT = "in_document"
    NOT_FOUND = "not_found"
    LAPSED = "lapsed"
    FALSE_CLAIM = "false_claim"


def add(session: Session, *, profile_id: int, kind: ProfileKind, user_id: int, code: str, stated: Stated) -> Credential:
    """Write a credential that whoever acts for a profile states; moderators are asked to look.

    Args:
        profile_id: Whose.
        kind: Whether that is a person or a practice.
        user_id: Who states it.
        code: A known type, or `types.OTHER`.
        stated: What they typed.

    Raises:
        Refused: when the type does not fit, a day or link cannot be, a free title means a known type, it stands there already, or there
            are too many.
    """
    if code != types.OTHER and code not in {one.code for one in types.fitting(kind)}:
        raise Refused(_("Choose one from the list."), field="code")
    mine = (Credential.profile_id == profile_id, Credential.source_record_id == None)  # noqa: E711  (SQL)
    if session.exec(select(func.count()).where(*mine)).one() >= rules.MOST:
        raise Refused(_("A profile can name at most %(most)d credentials. Remove one first.", most=rules.MOST))
    row = Credential(profile_id=profile_id, type=code, title="", issuer="")
    _fill(row, stated, user_id)
    _save(session, row)
    _say(session, row)
    _log(session, user_id, "credential.state", row, type=row.type)
    return row


def change(session: Session, *, credential_id: int, user_id: int, stated: Stated) -> Credential:
    """Write what an owner states of a credential now. What moderators saw before does not cover it: they are asked to look again.

    Raises:
        NotFound: when there is none.
        Refused: when it came from a register, was found to be false, or see `add`.
    """
    row = _own(session, credential_id)
    before = fields.credential(row.type, row.reference)
    _fill(row, stated, user_id)
    _save(session, row)
    if before != fields.credential(row.type, row.reference):
        stating.unsay(session, profile_id=row.profile_id, field=before)
    _say(session, row)
    _log(session, user_id, "credential.change", row, type=row.type)
    return row


def show(session: Session, *, credential_id: int, user_id: int, keys: KeyRing, document: Document) -> Evidence:
    """Keep a document that shows a credential, in confidence; moderators who had looked without it are asked to look again.

    Raises:
        NotFound: when there is none.
        Refused: when it came from a register, nobody has to look at it now, or five documents were sent already.
    """
    row = locked(session, credential_id)
    if not rules.takes_documents(row):
        raise Refused(
            _("No moderator waits to look at this one, so no document is needed. If something is different now, change it first.")
        )
    given = {"document": document, "kind": rules.paper(row.type), "user_id": user_id}
    paper = evidence.store(session, keys=keys, credential_id=credential_id, **given)
    if row.status is CredentialStatus.CLAIMED:
        row.checked_on, row.checked_by_id = None, None
    if row.stated_at is None:
        row.stated_by_id, row.stated_at = user_id, clock.now()
        _say(session, row)
    session.add(row)
    _log(session, user_id, "credential.show", row, type=row.type)
    session.flush()
    return paper


def remove(session: Session, *, credential_id: int, user_id: int) -> None:
    """Take a credential off a profile; documents that were shown for it are deleted along with it.

    Raises:
        NotFound: when there is none.
        Refused: when it came from a register, or was found to be false.
    """
    row = _own(session, credential_id)
    _log(session, user_id, "credential.remove", row, type=row.type)
    _take_off(session, row)


def take_away(session: Session, *, profile_id: int, actor_id: int | None) -> None:
    """Take off a profile what an owner stated and no moderator has found: whoever said it turned out not to act for it.

    Args:
        actor_id: Who found that.
    """
    mine = (Credential.profile_id == profile_id, col(Credential.source_record_id).is_(None), Credential.status == CredentialStatus.CLAIMED)
    for row in session.exec(select(Credential).where(*mine).order_by(col(Credential.id)).with_for_update()).all():
        if stating.is_owners(session, profile_id=profile_id, field=fields.credential(row.type, row.reference)):
            _log(session, actor_id, "credential.take_away", row, type=row.type)
            _take_off(session, row)


def decide(session: Session, *, credential_id: int, moderator_id: int, outcome: Outcome, source_url: str, reason: str) -> Credential:
    """Write what a moderator found, in the row and in the log, let its documents go, and tell whoever stated it.

    Args:
        credential_id: Which.
        moderator_id: Who looked.
        outcome: What they found.
        source_url: Where they looked; needed for what was found there, and of no account for what a document shows.
        reason: What whoever stated it is told.

    Raises:
        NotFound: when there is none.
        Refused: when it came from a register, the link cannot be shown, or they opened no document that should show it.
    """
    row = locked(session, credential_id)
    if row.source_record_id is not None:
        raise Refused(_("A register says this, not the owner. It changes when the register does."))
    is_found = outcome in {Outcome.FOUND, Outcome.IN_DOCUMENT}
    by_document = outcome is Outcome.IN_DOCUMENT
    if by_document and not documents.has_seen(session, credential_id=credential_id, actor_id=moderator_id, since=row.stated_at):
        raise Refused(
            _("Open a document that shows it first: none was shown for what is stated now, or you have not seen it."), field="outcome"
        )
    url = "" if by_document else rules.web_link(source_url, field="source_url", required=is_found)
    if is_found and row.expires_on is not None and row.expires_on < clock.today():
        raise Refused(_("Its own last day is over. Say that it has lapsed, or ask the owner for the new day."), field="outcome")
    was = row.status
    row.status = _AFTER[outcome]
    if is_found and was in {CredentialStatus.STALE, CredentialStatus.LAPSED, *rules.FOUND}:
        row.status = CredentialStatus.RENEWED
    row.checked_on, row.checked_by_id = clock.today(), moderator_id
    # Without a page it was a document: a page that the owner names is not where we looked.
    row.source_url = url if is_found else url or row.source_url
    session.add(row)
    session.flush()
    if row.status is CredentialStatus.FALSE_CLAIM:
        stating.unsay(session, profile_id=row.profile_id, field=fields.credential(row.type, row.reference))
    elif was is CredentialStatus.FALSE_CLAIM:
        _say(session, row)
    evidence.release(session, credential_id=credential_id)
    entry = _log(session, moderator_id, f"credential.{outcome.value}", row, was=was.value, reason=reason, type=row.type)
    session.flush()
    mail.credential_decided(session, entry_id=entry.id)
    return row


def locked(session: Session, credential_id: int) -> Credential:
    """Return a credential that nobody else changes meanwhile.

    Raises:
        NotFound: when there is none.
    """
    wanted = select(Credential).where(Credential.id == credential_id).with_for_update().execution_options(populate_existing=True)
    row = session.exec(wanted).first()
    if row is None:
        raise NotFound(_("There is no credential of this number."))
    return row


_AFTER = {
    Outcome.FOUND: CredentialStatus.CHECKED_OK,
    Outcome.IN_DOCUMENT: CredentialStatus.CHECKED_OK,
    #: It stays what somebody states; the day of the look takes it out of the queue.
    Outcome.NOT_FOUND: CredentialStatus.CLAIMED,
    Outcome.LAPSED: CredentialStatus.LAPSED,
    Outcome.FALSE_CLAIM: CredentialStatus.FALSE_CLAIM,
}


def _own(session: Session, credential_id: int) -> Credential:
    row = locked(session, credential_id)
    if row.source_record_id is not None:
        raise Refused(_("A register says this, so it cannot be changed here. Tell us if it is wrong."))
    if row.status is CredentialStatus.FALSE_CLAIM:
        raise Refused(_("A moderator found that this is not true. It is not shown, and stays on record."))
    return row


def problems(code: str, stated: Stated) -> list[Refused]:
    """Return all that is wrong with what an owner typed of a credential of a type, each naming its field."""
    known, found = types.known(code), []
    if known is None and (meant := types.meant(stated.title)) is not None:
        listed = _("This is “%(name)s”. Choose it from the list: its wording is the same for everybody.", name=meant.wording)
        found.append(Refused(listed, field="title"))
    elif known is None and not stated.title:
        found.append(Refused(_("Write what it is called."), field="title"))
    if not (known.issuer if known else "") and not stated.issuer:
        found.append(Refused(_("Write who gave it."), field="issuer"))
    try:
        rules.check_days(stated.issued_on, stated.expires_on, today=clock.today())
    except Refused as refusal:
        found.append(refusal)
    try:
        rules.web_link(stated.source_url, field="source_url")
    except Refused as refusal:
        found.append(refusal)
    return found


def _fill(row: Credential, stated: Stated, user_id: int) -> None:
    if wrong := problems(row.type, stated):
        raise wrong[0]
    known = types.known(row.type)
    row.title, row.issuer = (known.wording if known else stated.title), (known.issuer if known else "") or stated.issuer
    row.reference = stated.reference
    row.issued_on, row.expires_on = stated.issued_on, stated.expires_on
    row.source_url = rules.web_link(stated.source_url, field="source_url")
    row.status, row.checked_on, row.checked_by_id = CredentialStatus.CLAIMED, None, None
    row.stated_by_id, row.stated_at = user_id, clock.now()


def _say(session: Session, row: Credential) -> None:
    """Write that it is the word of whoever states it."""
    value = stating.credential_value(row.model_dump())
    field = fields.credential(row.type, row.reference)
    stating.state(session, profile_id=row.profile_id, field=field, value=value, user_id=row.stated_by_id)


def _take_off(session: Session, row: Credential) -> None:
    stating.unsay(session, profile_id=row.profile_id, field=fields.credential(row.type, row.reference))
    session.delete(row)
    session.flush()


def _save(session: Session, row: Credential) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(_("This stands on the profile already, with the same number."), field="reference") from error


def _log(session: Session, actor_id: int | None, action: str, row: Credential, **details: str) -> AuditEntry:
    entry = AuditEntry(
        actor_id=actor_id,
        action=action,
        subject=f"credential:{row.id}",
        details=details | {"profile": row.profile_id},
        created_at=clock.now(),
    )
    session.add(entry)
    return entry
