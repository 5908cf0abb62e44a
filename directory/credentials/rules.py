"""How a credential stands today: pure, so that nothing is shown as checked because a job did not run."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from directory.core.errors import Refused
from directory.core.i18n import _
from directory.credentials import types
from directory.models.evidence import EvidenceKind
from directory.models.profiles import Credential, CredentialStatus

MAX_TITLE, MAX_ISSUER, MAX_REFERENCE, MAX_URL = 160, 160, 80, 500
MIN_REASON, MAX_REASON = 10, 2000
#: A profile has no more of those that its owner wrote.
MOST = 40
#: Owners are told so long before one runs out, and moderators see a look that is about to.
AHEAD = timedelta(days=30)
#: The states in which somebody has looked and found it.
FOUND = (CredentialStatus.CHECKED_OK, CredentialStatus.RENEWED)
#: The states in which a moderator looks next, so that a document helps them.
AWAITED = (CredentialStatus.CLAIMED, CredentialStatus.STALE)
#: What a document for a credential of some types is said to be; of the others it is a certificate.
_PAPERS = {
    **dict.fromkeys(("medical_licence", "artist_licence", "studio_permit", "npi_number", "health_tourism"), EvidenceKind.LICENCE),
    **dict.fromkeys(("liability_insurance", types.OTHER), EvidenceKind.OTHER),
}
_FIRST = date(1950, 1, 1)
#: Nothing is valid for longer.
_YEARS_AHEAD = 30


class Standing(StrEnum):
    """What can be said of a credential today."""

    #: Somebody looked within its months and found it.
    CHECKED = "checked"
    #: A register or file says so, and nobody has looked further.
    REGISTER = "register"
    #: Whoever acts for the profile says so.
    STATED = "stated"
    #: Somebody looked and could not find it.
    NOT_FOUND = "not_found"
    #: The look was too long ago.
    STALE = "stale"
    #: Its own last day is over.
    EXPIRED = "expired"
    #: It ended, as somebody found.
    LAPSED = "lapsed"
    #: It was never true. Not shown.
    FALSE = "false"


@dataclass(frozen=True)
class Shown:
    """How a credential stands, and the day that goes with it: of the look, the register's file, the end."""

    standing: Standing
    day: date | None


def later(day: date, months: int) -> date:
    """Return the day so many months after another; the last of its month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def holds_until(code: str, checked_on: date) -> date:
    """Return the last day on which a look at a credential of this type counts."""
    return later(checked_on, types.months(code))


def today_of(
    *,
    code: str,
    status: CredentialStatus,
    checked_on: date | None,
    expires_on: date | None,
    source_url: str,
    as_of: date | None,
    today: date,
    stated: bool = False,
) -> Shown:
    """Return how a credential stands today.

    Args:
        code: Its type.
        status: What the row says; it may be behind the clock.
        checked_on: When somebody looked.
        expires_on: Its own last day.
        source_url: Where they looked; without it nothing is checked, save by a document.
        as_of: The day of the register's file that says it; none where the owner does.
        today: The present day.
        stated: Whether its owner states it: then what was found without a page was seen in a document.
    """
    if status is CredentialStatus.FALSE_CLAIM:
        return Shown(Standing.FALSE, None)
    if expires_on is not None and expires_on < today:
        return Shown(Standing.EXPIRED, expires_on)
    if status is CredentialStatus.LAPSED:
        return Shown(Standing.LAPSED, checked_on or as_of)
    if status in FOUND and (looked := checked_on or as_of) is not None and (source_url or stated):
        ends = holds_until(code, looked)
        return Shown(Standing.CHECKED, looked) if today <= ends else Shown(Standing.STALE, ends)
    if status is CredentialStatus.STALE:
        return Shown(Standing.STALE, min(holds_until(code, checked_on), today) if checked_on else as_of)
    if as_of is not None:
        return Shown(Standing.REGISTER, checked_on or as_of)
    return Shown(Standing.NOT_FOUND if status is CredentialStatus.CLAIMED and checked_on else Standing.STATED, checked_on)


def of(row: Credential, *, as_of: date | None, today: date) -> Shown:
    """Return how a row stands today; see `today_of`."""
    return today_of(
        code=row.type,
        status=row.status,
        checked_on=row.checked_on,
        expires_on=row.expires_on,
        source_url=row.source_url,
        as_of=as_of,
        today=today,
        stated=is_stated(row),
    )


def is_stated(row: Credential) -> bool:
    """Say whether whoever acts for the profile states it, and no register does."""
    return row.source_record_id is None and row.stated_at is not None


def wording(code: str, title: str) -> str:
    """Return what stands on the page: the fixed words of a known type, whatever the row or a file calls it (T-30)."""
    one = types.known(code)
    return one.wording if one else title


def takes_documents(row: Credential) -> bool:
    """Say whether a document can be shown for a credential: its owner states it, and a moderator has yet to look, or to look again."""
    return row.source_record_id is None and row.status in AWAITED


def paper(code: str) -> EvidenceKind:
    """Return what a document for a credential of this type is said to be."""
    return _PAPERS.get(code, EvidenceKind.CERTIFICATE)


def web_link(url: str, *, field: str, required: bool = False) -> str:
    """Return a link to somebody else's page if it is one that can be shown.

    Raises:
        Refused: when it is no https address with a host, holds a name and password, or is missing where it is needed.
    """
    if not url and not required:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = None, ""
    good = parts is not None and parts.scheme == "https" and "." in host and not parts.username and not parts.password
    if not good or len(url) > MAX_URL or any(c.isspace() or not c.isprintable() for c in url):
        raise Refused(_("Write the whole address, beginning with https://"), field=field)
    return url


def check_days(issued_on: date | None, expires_on: date | None, *, today: date) -> None:
    """Refuse days that cannot be.

    Raises:
        Refused: naming the field.
    """
    if issued_on is not None and not _FIRST <= issued_on <= today:
        raise Refused(_("The day of issue lies in the future, or too far back."), field="issued_on")
    if expires_on is not None and not _FIRST <= expires_on <= later(today, 12 * _YEARS_AHEAD):
        raise Refused(_("This last day is too far away. Leave it open if there is none."), field="expires_on")
    if issued_on is not None and expires_on is not None and expires_on < issued_on:
        raise Refused(_("It would end before it began."), field="expires_on")
