"""What visitors say should be different: kept until who acts for the profile, or a moderator, decides field by field."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select

from directory.accounts import memberships
from directory.core import clock
from directory.core.errors import NotFound, Refused, TooMany
from directory.core.i18n import _
from directory.core.page import Page, paginate
from directory.models.assertions import AssertionRank, EditSuggestion, FieldAssertion, SuggestionStatus
from directory.models.memberships import Membership, MembershipRole
from directory.models.moderation import AuditEntry
from directory.models.profiles import Profile
from directory.notifications import mail
from directory.profiles import assertions, namesakes, service
from directory.profiles.assertions import Speaker
from directory.profiles.conflicts import differs
from directory.provenance import fields

#: Suggestions of one person in a day, and at most so many that wait for one profile.
A_DAY, WAITING = 10, 100
MAX_NOTE = 1000
PER_PAGE = 20


class Suggested(NamedTuple):
    """A suggestion with its profile."""

    suggestion: EditSuggestion
    profile: Profile

    @property
    def profile_id(self) -> int:
        """The profile that it concerns."""
        return self.profile.id

    @property
    def concerned(self) -> frozenset[int]:
        """Who made it."""
        return frozenset() if self.suggestion.user_id is None else frozenset({self.suggestion.user_id})


def suggest(session: Session, *, profile_id: int, user_id: int, field: str, value: Any, note: str) -> EditSuggestion:
    """Keep what a person says should be different. Nothing on the page changes.

    Raises:
        NotFound: when there is no such profile.
        Refused: when the page says so already, or the same is waiting.
        TooMany: after ten in a day.
    """
    service.lock(session, profile_id)
    since = clock.now() - timedelta(days=1)
    mine = (EditSuggestion.user_id == user_id, col(EditSuggestion.created_at) > since)
    if session.exec(select(func.count()).select_from(EditSuggestion).where(*mine)).one() >= A_DAY:
        raise TooMany(_("You have suggested ten changes today. Thank you. Please go on tomorrow."), retry_after=24 * 3600)
    now = assertions.shown(assertions.holding(session, profile_id)).get(field)
    if now is not None and not differs(now.value, value):
        raise Refused(_("The page says so already."), field="value")
    row = ask(session, profile_id=profile_id, user_id=user_id, field=field, value=value, note=note)
    deciding = memberships.who_edits(session, profile_id)
    if user_id not in deciding:  # what they say themselves is for a moderator
        for one in deciding:
            mail.suggestion_arrived(session, user_id=one, profile_id=profile_id)
    return row


def ask(session: Session, *, profile_id: int, user_id: int, field: str, value: Any, note: str) -> EditSuggestion:
    """Have somebody else decide on a value. The caller holds the lock of the profile.

    Raises:
        Refused: when the same is waiting, or very many are.
    """
    here = (EditSuggestion.profile_id == profile_id, EditSuggestion.status == SuggestionStatus.PENDING)
    waiting = session.exec(select(EditSuggestion).where(*here)).all()
    if any(one.field == field and one.user_id == user_id and not differs(one.value, value) for one in waiting):
        raise Refused(_("You have suggested this already. It waits for a decision."), field="value")
    if len(waiting) >= WAITING:
        raise Refused(_("Many suggestions wait for this profile already. Please come back later."))
    values = {"profile_id": profile_id, "user_id": user_id, "field": field, "value": value, "note": note}
    row = EditSuggestion(**values, created_at=clock.now())
    session.add(row)
    session.flush()
    return row


def of_profile(session: Session, profile_id: int) -> Sequence[EditSuggestion]:
    """Return what waits for those who act for a profile, the oldest first."""
    mine = (EditSuggestion.profile_id == profile_id, EditSuggestion.status == SuggestionStatus.PENDING, ~_by_a_member())
    return session.exec(
        select(EditSuggestion).where(*mine).order_by(col(EditSuggestion.created_at), col(EditSuggestion.id)).limit(WAITING)
    ).all()


def waiting_for_owner(session: Session, profile_id: int) -> int:
    """Return how many wait for those who act for a profile."""
    mine = (EditSuggestion.profile_id == profile_id, EditSuggestion.status == SuggestionStatus.PENDING, ~_by_a_member())
    return session.exec(select(func.count()).select_from(EditSuggestion).where(*mine)).one()


def for_moderators(session: Session, *, number: int) -> Page[tuple[EditSuggestion, Profile]]:
    """Return what waits for moderators, the oldest first: where nobody acts for the profile, and what its own people may not decide."""
    rows = (
        select(EditSuggestion, Profile)
        .join(Profile, col(Profile.id) == col(EditSuggestion.profile_id))
        .where(EditSuggestion.status == SuggestionStatus.PENDING, _is_moderators())
        .order_by(col(EditSuggestion.created_at), col(EditSuggestion.id))
    )
    return paginate(session, rows, number=number, size=PER_PAGE, total=session.exec(waiting_for_moderators()).one())


def waiting_for_moderators() -> Any:
    """Return the statement that counts what waits for moderators."""
    return select(func.count(col(EditSuggestion.id))).where(EditSuggestion.status == SuggestionStatus.PENDING, _is_moderators())


def one_for_moderators(session: Session, suggestion_id: int) -> Suggested:
    """Return a suggestion on which moderators decide.

    Raises:
        NotFound: when there is none, or it is for those who act for the profile.
    """
    row = session.exec(select(EditSuggestion).where(EditSuggestion.id == suggestion_id, _is_moderators())).first()
    if row is None:
        raise NotFound(_("There is no such suggestion."))
    return Suggested(row, session.get_one(Profile, row.profile_id))


def decide(session: Session, *, suggestion_id: int, profile_id: int, accept: bool, speaker: Speaker) -> EditSuggestion:
    """Take a suggestion on as one's own word, or decline it.

    A name for which its own people asked becomes their word, not the moderator's: they may change it again.

    Raises:
        NotFound: when this profile has no such suggestion, or it is not for them to decide.
        Refused: when it was decided already, or what it says cannot be said.
    """
    service.lock(session, profile_id)
    row = session.exec(select(EditSuggestion).where(EditSuggestion.id == suggestion_id).execution_options(populate_existing=True)).first()
    if row is None or row.profile_id != profile_id:
        raise NotFound(_("There is no such suggestion."))
    own = session.exec(select(EditSuggestion.id).where(EditSuggestion.id == suggestion_id, _by_a_member())).first() is not None
    if own and speaker.rank is not AssertionRank.MODERATOR:
        raise NotFound(_("There is no such suggestion."))
    if row.status is not SuggestionStatus.PENDING:
        raise Refused(_("This was decided already."))
    row.status = SuggestionStatus.ACCEPTED if accept else SuggestionStatus.DECLINED
    row.decided_at, row.decided_by_id = clock.now(), speaker.user_id
    if accept:
        said_by = Speaker(AssertionRank.OWNER, row.user_id) if own else speaker
        assertions.say(session, profile_id=profile_id, values={row.field: row.value}, speaker=said_by, name_checked=own)
        newest = select(col(FieldAssertion.asserted_at)).where(FieldAssertion.profile_id == profile_id, FieldAssertion.field == row.field)
        row.decided_at = session.exec(newest.order_by(col(FieldAssertion.id).desc()).limit(1)).first() or row.decided_at
    session.add(row)
    entry = {"actor_id": speaker.user_id, "subject": f"profile:{profile_id}", "details": {"suggestion": row.id, "fields": [row.field]}}
    session.add(AuditEntry(**entry, action=f"suggestion.{'accept' if accept else 'decline'}", created_at=clock.now()))
    session.flush()
    return row


def save(session: Session, *, profile_id: int, values: dict[str, Any], user_id: int) -> tuple[list[str], bool]:
    """Write what an owner says of some fields; a name that another profile of the city has waits for a moderator.

    Returns:
        The fields that are not as they were, and whether the name waits.

    Raises:
        Refused: see `assertions.say`.
    """
    profile = service.lock(session, profile_id)
    name = values.get(fields.NAME)
    waits = name is not None and differs(name, profile.name) and namesakes.has(session, profile, name)
    if waits:
        ask(session, profile_id=profile_id, user_id=user_id, field=fields.NAME, value=name, note="")
        values = {field: value for field, value in values.items() if field != fields.NAME}
    return assertions.say(session, profile_id=profile_id, values=values, speaker=Speaker(AssertionRank.OWNER, user_id)), waits


def _acts(*, of: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that somebody who may change facts acts for the suggestion's profile."""
    may = col(Membership.role).in_((MembershipRole.OWNER, MembershipRole.MANAGER))
    here = select(Membership.id).where(col(Membership.profile_id) == col(EditSuggestion.profile_id), may, of)
    return here.correlate(EditSuggestion).exists()


def _by_a_member() -> ColumnElement[bool]:
    return _acts(of=and_(col(Membership.user_id) == col(EditSuggestion.user_id)))


def _is_moderators() -> ColumnElement[bool]:
    return or_(~_acts(of=col(Membership.id).is_not(None)), _by_a_member())
