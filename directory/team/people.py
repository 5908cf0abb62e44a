"""Who works where: said by one side, shown once the other side agrees, ended by either."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, case
from sqlalchemy import select as wide_select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from directory import outbox
from directory.accounts import memberships
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.models.assertions import AssertionRank
from directory.models.claims import RoleProposal
from directory.models.memberships import Membership, MembershipRole
from directory.models.profiles import SHOWN, Organization, Practitioner, PractitionerRole, Profile, ProfileKind
from directory.notifications import mail
from directory.profiles import service as profiles
from directory.provenance import fields, stating
from directory.team import queries, rules, service


class Proposed(NamedTuple):
    """A proposal with the person's profile and the practice's."""

    proposal: RoleProposal
    person: Profile
    practice: Profile

    @property
    def speaker(self) -> Profile:
        """The side that says it."""
        return self.person if self.person.id == self.proposal.proposed_by_profile_id else self.practice

    @property
    def asked(self) -> Profile:
        """The side that has to agree."""
        return self.practice if self.speaker is self.person else self.person

    #: What moderators decide on, for the permission table.
    @property
    def profile_id(self) -> int | None:
        """The profile that speaks."""
        return self.proposal.proposed_by_profile_id

    @property
    def concerned(self) -> frozenset[int]:
        """Whose proposal it is."""
        return frozenset(filter(None, (self.proposal.user_id,)))


class Works(NamedTuple):
    """One end of a role that holds: the other side's profile."""

    role: PractitionerRole
    other: Profile

    @property
    def is_from_register(self) -> bool:
        """Whether a register says it: it would say it again."""
        return self.role.source_record_id is not None


def works(session: Session, profile: Profile) -> list[Works]:
    """Return who works at a practice, or where a person works, by name."""
    own, other = (Practitioner, Organization) if profile.kind is ProfileKind.PRACTITIONER else (Organization, Practitioner)
    statement = (
        wide_select(PractitionerRole, Profile)
        .join(Practitioner, col(Practitioner.id) == col(PractitionerRole.practitioner_id))
        .join(Organization, col(Organization.id) == col(PractitionerRole.organization_id))
        .join(Profile, col(Profile.id) == col(other.profile_id))
        .where(col(own.profile_id) == profile.id)
    )
    return [Works(*row) for row in session.execute(statement.order_by(col(Profile.sort_key), col(Profile.id))).all()]


def proposed(session: Session, profile_id: int) -> list[Proposed]:
    """Return the proposals that one side of is this profile, the oldest first."""
    person, practice, statement = _proposals()
    mine = (person.id == profile_id) | (practice.id == profile_id)
    return [Proposed(*row) for row in session.execute(statement.where(mine)).all()]


def unanswerable(session: Session) -> Sequence[Proposed]:
    """Return the proposals whose other side nobody owns: a moderator decides on them."""
    person, practice, statement = _proposals()
    return [Proposed(*row) for row in session.execute(statement.where(_is_unanswerable(person, practice)).limit(200)).all()]


def waiting() -> Any:
    """Return the statement that counts the proposals on which a moderator decides."""
    person, practice, statement = _proposals()
    rows = statement.where(_is_unanswerable(person, practice)).order_by(None)
    return rows.with_only_columns(func.count(col(RoleProposal.id)), maintain_column_froms=True)


def find(session: Session, proposal_id: int) -> Proposed | None:
    """Return one proposal, or None where it was answered or taken back."""
    statement = _proposals()[2].where(col(RoleProposal.id) == proposal_id)
    row = session.execute(statement.execution_options(populate_existing=True)).first()
    return None if row is None else Proposed(*row)


def proposal(session: Session, proposal_id: int) -> Proposed:
    """Return one proposal.

    Raises:
        NotFound: when there is none.
    """
    found = find(session, proposal_id)
    if found is None:
        raise NotFound(_("There is no such proposal: it was answered or taken back."))
    return found


def propose(session: Session, *, profile_id: int, other_id: int, title: str, actor_id: int) -> bool:
    """Say that a person works at a practice; return whether it holds at once, since both sides have said so.

    Raises:
        NotAllowed: when the actor does not own the profile that speaks.
        Refused: when the two are no person and practice, or it holds or was said already.
    """
    here, there = _lock(session, profile_id, other_id)
    service.as_owner(session, profile_id=profile_id, actor_id=actor_id)
    if not rules.fit(here.kind, there.kind) or there.status not in SHOWN:
        raise Refused(_("One of the two has to be a person, the other a practice."), field="profile")
    practitioner, organization = _ends(session, here, there)
    if _role(session, practitioner, organization) is not None:
        raise Refused(_("That stands on both pages already."), field="profile")
    said = session.exec(select(RoleProposal).where(*_pair(practitioner, organization)).with_for_update()).first()
    if said is not None and said.proposed_by_profile_id == profile_id:
        raise Refused(_("You have said so already. The other side has not answered yet."), field="profile")
    if said is not None or memberships.role_of(session, user_id=actor_id, profile_id=other_id) is MembershipRole.OWNER:
        if said is not None:
            session.delete(said)
        by = said.user_id if said is not None and here.kind is not ProfileKind.PRACTITIONER else actor_id
        _hold(session, practitioner, organization, title or (said.title if said else ""), actor_id, _Word(by))
        _tell(session, there, here, "agreed", but=actor_id)
        return True
    row = RoleProposal(
        practitioner_id=practitioner.id,
        organization_id=organization.id,
        title=title,
        proposed_by_profile_id=profile_id,
        user_id=actor_id,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    service.log(session, actor_id, "role.propose", profile_id, other=f"profile:{other_id}")
    for owner_id in queries.owners(session, other_id):
        mail.works_here_asked(session, user_id=owner_id, proposal_id=row.id)
    return False


def answer(session: Session, *, proposal_id: int, profile_id: int, agrees: bool, actor_id: int) -> None:
    """Agree to what the other side says, or not.

    Raises:
        NotFound: when there is no such proposal, or it is not for this profile to answer.
        NotAllowed: when the actor does not own the profile.
    """
    found = _locked(session, proposal_id)
    if found.asked.id != profile_id:
        raise NotFound
    service.as_owner(session, profile_id=profile_id, actor_id=actor_id)
    _settle(session, found, agrees=agrees, actor_id=actor_id, rank=AssertionRank.OWNER)


def decide(session: Session, *, proposal_id: int, agrees: bool, moderator_id: int) -> None:
    """Decide in place of a side that nobody owns.

    Raises:
        NotFound: when there is no such proposal.
        NotAllowed: when somebody owns the other side: it is theirs to answer.
    """
    found = _locked(session, proposal_id)
    if queries.owners(session, found.asked.id):
        raise NotAllowed(_("Somebody owns the other profile by now, so it is theirs to answer."))
    _settle(session, found, agrees=agrees, actor_id=moderator_id, rank=AssertionRank.MODERATOR)


def take_back(session: Session, *, proposal_id: int, profile_id: int, actor_id: int) -> None:
    """Take back what was said and not answered yet.

    Raises:
        NotFound: when there is no such proposal of this profile.
        NotAllowed: when the actor does not own the profile.
    """
    found = _locked(session, proposal_id)
    if found.speaker.id != profile_id:
        raise NotFound
    service.as_owner(session, profile_id=profile_id, actor_id=actor_id)
    session.delete(found.proposal)
    service.log(session, actor_id, "role.take_back", profile_id, other=f"profile:{found.asked.id}")


def end(session: Session, *, role_id: int, profile_id: int, actor_id: int) -> None:
    """End a role, whichever side one is. Reviews stay where they are: each hangs on the profile that it was written for.

    Raises:
        NotFound: when this profile has no such role.
        NotAllowed: when the actor does not own the profile.
        Refused: when a register says it.
    """
    here = service.as_owner(session, profile_id=profile_id, actor_id=actor_id)
    found = next((one for one in works(session, here) if one.role.id == role_id), None)
    if found is None:
        raise NotFound
    if found.is_from_register:
        raise Refused(_("A register says so, and would say it again. Have it changed there, or report it to us."))
    session.delete(found.role)
    person, practice = (here, found.other) if here.kind is ProfileKind.PRACTITIONER else (found.other, here)
    stating.unsay(session, profile_id=person.id, field=fields.role(practice.id))
    service.log(session, actor_id, "role.end", profile_id, other=f"profile:{found.other.id}")
    _touch(session, here, found.other)
    _tell(session, found.other, here, "ended", but=actor_id)


class _Word(NamedTuple):
    """Whose word a role is on the person's page: the person's side's, or a moderator's where nobody owns it."""

    user_id: int | None
    rank: AssertionRank = AssertionRank.OWNER


def _settle(session: Session, found: Proposed, *, agrees: bool, actor_id: int, rank: AssertionRank) -> None:
    practitioner, organization = _ends(session, found.person, found.practice)
    title = found.proposal.title
    word = _Word(found.proposal.user_id) if found.speaker is found.person else _Word(actor_id, rank)
    session.delete(found.proposal)
    if agrees and _role(session, practitioner, organization) is None:
        _hold(session, practitioner, organization, title, actor_id, word)
    elif not agrees:
        service.log(session, actor_id, "role.decline", found.asked.id, other=f"profile:{found.speaker.id}")
    _tell(session, found.speaker, found.asked, "agreed" if agrees else "declined", but=actor_id)


def _hold(session: Session, practitioner: Practitioner, organization: Organization, title: str, actor_id: int, word: _Word) -> None:
    """Let it stand on both pages from now on, and write whose word it is."""
    row = PractitionerRole(practitioner_id=practitioner.id, organization_id=organization.id, title=title)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Refused(_("That stands on both pages already.")) from error
    field = fields.role(organization.profile_id)
    stating.state(session, profile_id=practitioner.profile_id, field=field, value={"title": title}, **word._asdict())
    details = {"practice": f"profile:{organization.profile_id}"}
    service.log(session, actor_id, "role.agree", practitioner.profile_id, **details)
    _touch(session, *(session.get_one(Profile, number) for number in (practitioner.profile_id, organization.profile_id)))


def _tell(session: Session, whom: Profile, other: Profile, outcome: str, *, but: int) -> None:
    for owner_id in queries.owners(session, whom.id, but=but):
        mail.works_here_settled(session, user_id=owner_id, profile_id=whom.id, other_id=other.id, outcome=outcome)


def _touch(session: Session, *changed: Profile) -> None:
    for profile in changed:
        profile.updated_at = clock.now()
        outbox.enqueue(session, "search.profile_changed", key=f"search.profile_changed:{profile.id}", profile_id=profile.id)


def _locked(session: Session, proposal_id: int) -> Proposed:
    """Return a proposal with both profiles locked, as it is then."""
    found = proposal(session, proposal_id)
    _lock(session, found.person.id, found.practice.id)
    return proposal(session, proposal_id)


def _lock(session: Session, one: int, other: int) -> tuple[Profile, Profile]:
    """Return two profiles, locked always in the order of their numbers."""
    locked = {number: profiles.lock(session, number) for number in sorted({one, other})}
    return locked[one], locked[other]


def _ends(session: Session, one: Profile, other: Profile) -> tuple[Practitioner, Organization]:
    person, practice = (one, other) if one.kind is ProfileKind.PRACTITIONER else (other, one)
    practitioner = session.exec(select(Practitioner).where(Practitioner.profile_id == person.id)).one()
    return practitioner, session.exec(select(Organization).where(Organization.profile_id == practice.id)).one()


def _role(session: Session, practitioner: Practitioner, organization: Organization) -> PractitionerRole | None:
    mine = (PractitionerRole.practitioner_id == practitioner.id, PractitionerRole.organization_id == organization.id)
    return session.exec(select(PractitionerRole).where(*mine)).first()


def _pair(practitioner: Practitioner, organization: Organization) -> tuple[bool, bool]:
    return RoleProposal.practitioner_id == practitioner.id, RoleProposal.organization_id == organization.id


def _is_unanswerable(person: Any, practice: Any) -> Any:
    """Return the condition of proposals whose other side nobody owns."""
    asked = case((col(RoleProposal.proposed_by_profile_id) == person.id, practice.id), else_=person.id)
    owned = select(Membership.id).where(col(Membership.profile_id) == asked, Membership.role == MembershipRole.OWNER)
    return ~owned.correlate(person, practice, RoleProposal).exists()


def _proposals() -> tuple[Any, Any, Select[RoleProposal, Profile, Profile]]:
    """Return the person's side, the practice's side, and the SELECT of proposals with both, the oldest first."""
    person, practice = aliased(Profile), aliased(Profile)
    statement = (
        wide_select(RoleProposal, person, practice)
        .join(Practitioner, col(Practitioner.id) == col(RoleProposal.practitioner_id))
        .join(person, person.id == col(Practitioner.profile_id))
        .join(Organization, col(Organization.id) == col(RoleProposal.organization_id))
        .join(practice, practice.id == col(Organization.profile_id))
        .order_by(col(RoleProposal.created_at), col(RoleProposal.id))
    )
    return person, practice, statement
