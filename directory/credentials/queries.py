"""Reading credentials: those of a profile, one with whose it is, and what waits for a moderator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, union
from sqlmodel import Session, and_, col, func, or_, select

from directory.core import clock
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import Page, paginate
from directory.credentials import clockwork, rules
from directory.models.moderation import AuditEntry
from directory.models.places import Place
from directory.models.profiles import Credential, CredentialStatus, Location, Profile

PAGE = 20


@dataclass(frozen=True)
class Held:
    """A credential with whose it is; what the permission table asks about.

    Args:
        credential: The row.
        profile: Whose it is.
    """

    credential: Credential
    profile: Profile

    @property
    def profile_id(self) -> int:
        """The profile that it concerns."""
        return self.profile.id

    @property
    def concerned(self) -> frozenset[int]:
        """Who states it: they do not decide on it."""
        return frozenset({self.credential.stated_by_id} if self.credential.stated_by_id else ())


@dataclass(frozen=True)
class Decided:
    """What a moderator found last.

    Args:
        outcome: The word of `service.Outcome`.
        reason: What whoever stated it was told.
    """

    outcome: str
    reason: str


def of_profile(session: Session, profile_id: int) -> Sequence[Credential]:
    """Return all credentials of a profile for whoever acts for it, false ones too: what they stated first, the newest on top."""
    mine = select(Credential).where(Credential.profile_id == profile_id)
    by_register = col(Credential.source_record_id).is_not(None)
    return session.exec(mine.order_by(by_register, col(Credential.stated_at).desc(), col(Credential.id))).all()


def countries(session: Session, profile: Profile) -> set[str]:
    """Return the countries where a profile has its city or an address."""
    at_home = select(col(Place.country_code)).where(Place.id == profile.place_id)
    addresses = select(col(Location.country_code)).where(Location.profile_id == profile.id)
    return set(session.scalars(union(at_home, addresses)).all())


def held(session: Session, credential_id: int, *, profile_id: int | None = None) -> Held:
    """Return a credential with its profile.

    Args:
        credential_id: Which.
        profile_id: Whose it has to be; none: anybody's.

    Raises:
        NotFound: when there is none, or it is somebody else's.
    """
    found = select(Credential, Profile).join(Profile, col(Profile.id) == col(Credential.profile_id)).where(Credential.id == credential_id)
    row = session.exec(found).first()
    if row is None or (profile_id is not None and row[1].id != profile_id):
        raise NotFound(_("There is no credential of this number."))
    return Held(*row)


def decisions(session: Session, ids: Sequence[int]) -> dict[int, Decided]:
    """Return what was found last of some credentials, by their ids."""
    subjects = {f"credential:{id_}": id_ for id_ in ids}
    words = [f"credential.{word}" for word in ("found", "in_document", "not_found", "lapsed", "false_claim")]
    rows = session.exec(
        select(AuditEntry)
        .where(col(AuditEntry.subject).in_(list(subjects)), col(AuditEntry.action).in_(words))
        .order_by(col(AuditEntry.id))
    ).all()
    return {subjects[row.subject]: Decided(row.action.removeprefix("credential."), str(row.details.get("reason", ""))) for row in rows}


def queue(session: Session, *, number: int) -> Page[Held]:
    """Return what waits for a moderator: what is newly stated, and looks that end soon or have ended; the oldest first."""
    rows = select(Credential).where(_waits()).order_by(col(Credential.stated_at), col(Credential.id))
    page = paginate(session, rows, number=number, size=PAGE)
    profiles = session.exec(select(Profile).where(col(Profile.id).in_([row.profile_id for row in page.items]))).all()
    whose = {profile.id: profile for profile in profiles}
    return Page([Held(row, whose[row.profile_id]) for row in page.items], page.number, page.size, page.total)


def waiting() -> Any:
    """Return the statement that counts what waits for a moderator."""
    return select(func.count(col(Credential.id))).where(_waits())


def _waits() -> ColumnElement[bool]:
    new = (col(Credential.status) == CredentialStatus.CLAIMED) & col(Credential.checked_on).is_(None)
    looked = [*rules.FOUND, CredentialStatus.STALE]
    again = col(Credential.status).in_(looked) & clockwork.too_old(clock.today(), ahead=True)
    return and_(col(Credential.source_record_id).is_(None), col(Credential.stated_at).is_not(None), or_(new, again))
