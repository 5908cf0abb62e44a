"""What there is to do for a profile, in four SELECTs; what the page leaves unsaid is counted elsewhere (`web/facts.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, func
from sqlalchemy import select as wide_select
from sqlmodel import Session, col, select

from directory.core import clock
from directory.models.assertions import EditSuggestion, SuggestionStatus
from directory.models.claims import HOLDING, OPEN, Claim, RoleProposal
from directory.models.memberships import Membership
from directory.models.profiles import Credential, CredentialStatus, Organization, Practitioner, Profile
from directory.models.replies import Dispute, DisputeStatus, Reply, ReplyStatus
from directory.models.reviews import VISIBLE, Review
from directory.profiles import days
from directory.profiles.days import Count
from directory.team import rules

#: Disputes about which something is still to come.
_SETTLED = (DisputeStatus.DECIDED, DisputeStatus.FINAL, DisputeStatus.CLOSED, DisputeStatus.CALLED_OFF)


@dataclass(frozen=True)
class Overview:
    """The first page of whoever acts for a profile.

    Args:
        to_answer: Reviews that readers see and nobody has answered.
        suggestions: Corrections that visitors suggest and nobody has decided on.
        disputes: Disputes that are not settled.
        proposals: What others say of who works where, and this side has not answered.
        asking: People whose claim is open, who do not act for the profile and do not contest it yet.
        expiring: Credentials that end soon, the next one first.
        claim: The claim that holds the profile; None where it was given otherwise.
        counted: What was counted on each of the last days.
        today: The day that it was read on.
    """

    to_answer: int
    suggestions: int
    disputes: int
    proposals: int
    asking: int
    expiring: Sequence[Credential]
    claim: Claim | None
    counted: Mapping[date, Count]
    today: date

    @property
    def spans(self) -> list[tuple[int, Count]]:
        """The sums of the last 7, 28 and 90 days."""
        return [(span, days.last(self.counted, self.today, span)) for span in days.SPANS]

    @property
    def is_counted(self) -> bool:
        """Whether there is anything to draw: the page was opened or stood in a list."""
        return any(any(count) for count in self.counted.values())

    @property
    def weeks(self) -> list[tuple[date, Count]]:
        """The last 13 weeks, the oldest first."""
        return days.weeks(self.counted, self.today)


def read(session: Session, profile: Profile) -> Overview:
    """Return what there is to do."""
    today = clock.today()
    numbers = session.execute(_numbers(profile.id)).one()
    ending = (
        Credential.profile_id == profile.id,
        Credential.status != CredentialStatus.FALSE_CLAIM,
        col(Credential.expires_on).between(today, today + rules.SOON),
    )
    expiring = session.exec(select(Credential).where(*ending).order_by(col(Credential.expires_on), col(Credential.id))).all()
    claim = session.exec(select(Claim).where(Claim.profile_id == profile.id, col(Claim.status).in_(HOLDING))).first()
    counted = days.since(session, profile.id, today - timedelta(days=7 * 13))
    to_answer, suggestions, disputes, proposals, asking = numbers
    return Overview(to_answer, suggestions, disputes, proposals, asking, expiring, claim, counted, today)


def _numbers(profile_id: int) -> Select[tuple[int, int, int, int, int]]:
    """Return one SELECT of all numbers."""
    # One that was taken back may be written again; one that was taken down may not.
    answered = select(Reply.id).where(col(Reply.review_id) == col(Review.id), Reply.status != ReplyStatus.WITHDRAWN)
    open_reviews = (col(Review.profile_id) == profile_id, col(Review.status).in_(VISIBLE), ~answered.exists())
    pending = (EditSuggestion.profile_id == profile_id, EditSuggestion.status == SuggestionStatus.PENDING)
    unsettled = (Dispute.profile_id == profile_id, col(Dispute.status).not_in(_SETTLED))
    ends = (col(Practitioner.profile_id) == profile_id) | (col(Organization.profile_id) == profile_id)
    asked = (
        select(func.count(col(RoleProposal.id)))
        .join(Practitioner, col(Practitioner.id) == col(RoleProposal.practitioner_id))
        .join(Organization, col(Organization.id) == col(RoleProposal.organization_id))
        .where(ends, RoleProposal.proposed_by_profile_id != profile_id)
    )
    acts = select(Membership.id).where(col(Membership.user_id) == col(Claim.user_id), Membership.profile_id == profile_id)
    claiming = (Claim.profile_id == profile_id, col(Claim.status).in_(OPEN), col(Claim.contests_id).is_(None), ~acts.exists())
    counts = [
        select(func.count(col(Review.id))).where(*open_reviews),
        select(func.count(col(EditSuggestion.id))).where(*pending),
        select(func.count(col(Dispute.id))).where(*unsettled),
        asked,
        select(func.count(col(Claim.id))).where(*claiming),
    ]
    return wide_select(*(one.scalar_subquery() for one in counts))
