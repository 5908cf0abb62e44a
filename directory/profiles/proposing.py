"""Somebody tells us of a person or practice that is not listed: a draft that nobody sees, until a moderator shows it or declines it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sqlalchemy import case, delete
from sqlalchemy import select as wide_select
from sqlmodel import Session, col, func, or_, select

from directory.accounts.skeleton import skeleton
from directory.core import clock
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _, lazy
from directory.core.text import clean_line, fold, sort_key
from directory.models.accounts import User
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.moderation import AuditEntry
from directory.models.places import Place, Region
from directory.models.profiles import (
    SHOWN,
    HairEvidence,
    Location,
    Organization,
    Practitioner,
    PractitionerKind,
    Profile,
    ProfileKind,
    ProfileStatus,
    ServiceOffering,
)
from directory.models.treatments import Treatment
from directory.notifications import mail
from directory.profiles import service
from directory.provenance import fields

#: Entries of one person in 24 hours.
A_DAY = 3
_PROPOSED = "profile.propose"
#: Profiles shown as perhaps the same to whoever tells us of one, and to moderators; how alike their names are at least (0 to 1, `difflib`).
MOST_ALIKE, MOST_FOR_MODERATORS = 2, 10
_ALIKE = 0.8
#: Of the profiles of one place so many are compared.
_COMPARED = 2000


class Sort(StrEnum):
    """What is told of, in the words of the form."""

    SMP_ARTIST = "smp_artist"
    SURGEON = "surgeon"
    PHYSICIAN = "physician"
    OTHER = "other"
    STUDIO = "studio"
    CLINIC = "clinic"


class Relation(StrEnum):
    """What whoever tells us of it is to it. It proves nothing."""

    SELF = "self"
    WORKS_THERE = "works_there"
    CLIENT = "client"
    READER = "reader"


RELATIONS: Mapping[Relation, str] = {
    Relation.SELF: lazy("It is me, or my own practice"),
    Relation.WORKS_THERE: lazy("I work there"),
    Relation.CLIENT: lazy("I was treated there"),
    Relation.READER: lazy("None of these"),
}
SORTS: Mapping[Sort, str] = {
    Sort.SMP_ARTIST: lazy("A person: SMP artist"),
    Sort.SURGEON: lazy("A person: surgeon"),
    Sort.PHYSICIAN: lazy("A person: another physician"),
    Sort.OTHER: lazy("A person: another profession"),
    Sort.STUDIO: lazy("A studio"),
    Sort.CLINIC: lazy("A clinic"),
}
_PRACTICES: Mapping[Sort, str] = {Sort.STUDIO: "HealthAndBeautyBusiness", Sort.CLINIC: "MedicalClinic"}


@dataclass(frozen=True)
class Entry:
    """What is told of somebody who is not listed.

    Args:
        website: An address of the web, or "".
        treatments: Codes of what they do.
    """

    name: str
    sort: Sort
    place_id: int
    website: str
    treatments: tuple[str, ...]
    relation: Relation


@dataclass(frozen=True)
class Alike:
    """A profile that may be the same one.

    Args:
        waits_as: The number of the entry, where it waits for a moderator too.
    """

    name: str
    slug: str
    is_shown: bool
    waits_as: int | None = None


@dataclass(frozen=True)
class Waiting:
    """An entry that waits for a moderator.

    Args:
        proposer_id: Whose word it is; none where the account is gone.
    """

    profile: Profile
    place: Place | None
    website: str
    sort: str
    treatments: tuple[str, ...]
    relation: str
    proposer_id: int | None
    proposer: str
    since: datetime
    alike: tuple[Alike, ...] = ()

    @property
    def profile_id(self) -> int:
        """The draft."""
        return self.profile.id

    @property
    def concerned(self) -> frozenset[int]:
        """Who may not decide on it."""
        return frozenset() if self.proposer_id is None else frozenset({self.proposer_id})


def alike(session: Session, *, name: str, place_id: int | None, besides: int | None = None, drafts: bool = False) -> tuple[Alike, ...]:
    """Return the profiles that may be the same: those there under a name that is or looks like it, and any of the very same name.

    Args:
        besides: A profile that is not meant.
        drafts: Whether to look among what waits too, and at more: for moderators alone.
    """
    states = (*SHOWN, ProfileStatus.IMPORTED_DRAFT) if drafts else SHOWN
    wanted, same, looks = " ".join(sorted(fold(name).split())), sort_key(name), skeleton(name)
    near = or_(col(Profile.sort_key) == same, col(Profile.place_id) == place_id)
    told = case((_is_draft() & _is_told(), col(Profile.id)))
    columns = wide_select(col(Profile.name), col(Profile.slug), col(Profile.status), col(Profile.sort_key), told)
    rows = session.execute(
        columns.where(near, col(Profile.status).in_(states), col(Profile.id) != (besides or 0))
        .order_by(col(Profile.sort_key) != same, col(Profile.id))
        .limit(_COMPARED)
    ).all()
    matcher, found = SequenceMatcher(autojunk=False), []
    matcher.set_seq2(wanted)
    for other, slug, status, key, waits_as in rows:
        matcher.set_seq1(" ".join(sorted(fold(other).split())))
        ratio = 1.0 if key == same or skeleton(other) == looks else matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0
        if ratio >= _ALIKE:
            found.append((-ratio, slug, Alike(other, slug, status in SHOWN, waits_as)))
    most = MOST_FOR_MODERATORS if drafts else MOST_ALIKE
    return tuple(one for _ratio, _slug, one in sorted(found, key=lambda row: row[:2])[:most])


def propose(session: Session, *, user_id: int, entry: Entry) -> Profile:
    """Keep what somebody tells us as a draft: nobody sees it, no list holds it, and a moderator decides.

    Its facts are that person's word, of the lowest rank: in a claim they prove nothing.

    Raises:
        NotAllowed: when the account may not be used, or its address is not confirmed.
        Refused: when the name or the place is none, or three were sent within a day.
    """
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or not user.is_active or not user.is_confirmed:
        raise NotAllowed(_("Your account has changed a moment ago. Nothing was written."))
    now, name = clock.now(), clean_line(entry.name)
    sent = (AuditEntry.actor_id == user_id, AuditEntry.action == _PROPOSED, AuditEntry.created_at > now - timedelta(days=1))
    if session.exec(select(func.count()).select_from(AuditEntry).where(*sent)).one() >= A_DAY:
        raise Refused(_("Three entries a day are the most. Send the next one tomorrow."))
    place = session.get(Place, entry.place_id)
    if not 0 < len(name) <= service.MAX_NAME:
        raise Refused(_("A name has 1 to 200 characters."), field="name")
    if place is None:
        raise Refused(_("Type a town or city."), field="place")
    profile = Profile(
        slug=service.free_slug(session, name=name, city=place.name),
        kind=ProfileKind.PRACTICE if entry.sort in _PRACTICES else ProfileKind.PRACTITIONER,
        **{"name": name, "sort_key": sort_key(name), "place_id": place.id, "status": ProfileStatus.IMPORTED_DRAFT},
        **{"created_at": now, "updated_at": now},
    )
    session.add(profile)
    session.flush()
    _add_facts(session, profile, entry, place, user_id)
    details = {"relation": entry.relation.value, "sort": entry.sort.value}
    session.add(AuditEntry(actor_id=user_id, action=_PROPOSED, subject=f"profile:{profile.id}", details=details, created_at=now))
    session.flush()
    return profile


def show(session: Session, *, profile_id: int, moderator_id: int, hair_work: bool) -> Profile:
    """Put an entry into the directory, and tell whoever told us.

    Args:
        hair_work: Whether the moderator has looked and they work on hair.

    Raises:
        NotFound: when nothing of that number waits.
    """
    proposer_id, profile = _draft(session, profile_id)
    if hair_work:
        profile.hair_evidence, now = HairEvidence.CONFIRMED, clock.now()
        session.add(_said(profile_id, fields.HAIR_EVIDENCE, "confirmed", AssertionRank.MODERATOR, moderator_id, now))
    service.set_status(session, profile_id=profile_id, status=ProfileStatus.PUBLISHED_UNCLAIMED)
    _log(session, moderator_id, "profile.propose_show", profile_id, hair_work="yes" if hair_work else "not known")
    if proposer_id is not None:
        mail.new_entry_shown(session, user_id=proposer_id, profile_id=profile_id)
    return profile


def decline(session: Session, *, profile_id: int, moderator_id: int, reason: str) -> None:
    """Delete an entry, and tell whoever told us why.

    Raises:
        NotFound: when nothing of that number waits.
    """
    proposer_id, profile = _draft(session, profile_id)
    name = profile.name
    session.execute(delete(Profile).where(col(Profile.id) == profile_id))
    session.expunge(profile)
    _log(session, moderator_id, "profile.propose_decline", profile_id)
    if proposer_id is not None:
        mail.new_entry_declined(session, user_id=proposer_id, profile_id=profile_id, name=name, reason=reason)


def waiting(session: Session, *, limit: int = 50) -> list[Waiting]:
    """Return the entries that wait, the oldest first, without what may be the same."""
    drafts = select(Profile).where(_is_draft(), _is_told()).order_by(col(Profile.id)).limit(limit)
    return [_waiting(session, profile) for profile in session.exec(drafts).all()]


def how_many() -> Any:
    """Return the statement that counts the entries that wait."""
    return select(func.count(col(Profile.id))).where(_is_draft(), _is_told())


def one(session: Session, profile_id: int) -> Waiting:
    """Return an entry that waits, with what may be the same.

    Raises:
        NotFound: when there is none.
    """
    profile = session.exec(select(Profile).where(Profile.id == profile_id, _is_draft(), _is_told())).first()
    if profile is None:
        raise NotFound(_("Nothing waits here."))
    found = _waiting(session, profile)
    same = alike(session, name=profile.name, place_id=profile.place_id, besides=profile.id, drafts=True)
    return Waiting(**{**found.__dict__, "alike": same})


def _is_draft() -> Any:
    return col(Profile.status) == ProfileStatus.IMPORTED_DRAFT


def _is_told() -> Any:
    """Return the condition of drafts that somebody told us of."""
    guesses = (FieldAssertion.field == fields.NAME, FieldAssertion.rank == AssertionRank.GUESS)
    return col(Profile.id).in_(select(FieldAssertion.profile_id).where(*guesses))


def _draft(session: Session, profile_id: int) -> tuple[int | None, Profile]:
    """Return a draft, locked, and whose word it is."""
    profile = service.lock(session, profile_id)
    return one(session, profile_id).proposer_id, profile


def _waiting(session: Session, profile: Profile) -> Waiting:
    told = session.exec(
        select(AuditEntry).where(AuditEntry.subject == f"profile:{profile.id}", AuditEntry.action == _PROPOSED).order_by(col(AuditEntry.id))
    ).first()
    user = session.get(User, told.actor_id) if told is not None and told.actor_id else None
    words = {} if told is None else told.details
    said = session.exec(select(FieldAssertion).where(FieldAssertion.profile_id == profile.id)).all()
    website = next((row.value for row in said if row.field == fields.WEBSITE), "")
    labels = select(Treatment.label).join(ServiceOffering, col(ServiceOffering.treatment_id) == col(Treatment.id))
    done = session.exec(labels.where(ServiceOffering.profile_id == profile.id).order_by(col(Treatment.position), col(Treatment.id))).all()
    return Waiting(
        profile=profile,
        place=session.get(Place, profile.place_id) if profile.place_id else None,
        website=website or "",
        sort=str(SORTS[Sort(words["sort"])]) if "sort" in words else "",
        treatments=tuple(done),
        relation=str(RELATIONS[Relation(words["relation"])]) if "relation" in words else "",
        proposer_id=user.id if user else None,
        proposer=user.display_name if user else "",
        since=profile.created_at,
    )


def _add_facts(session: Session, profile: Profile, entry: Entry, place: Place, user_id: int) -> None:
    """Write the rows of a draft, and whose word each fact is."""
    if entry.sort in _PRACTICES:
        session.add(Organization(profile_id=profile.id, website=entry.website, schema_type=_PRACTICES[entry.sort]))
    else:
        session.add(Practitioner(profile_id=profile.id, kind=PractitionerKind(entry.sort.value), website=entry.website))
    region = session.get(Region, place.region_id) if place.region_id else None
    where = {"city": place.name[:120], "region": region.name[:120] if region else "", "country_code": place.country_code}
    session.add(Location(profile_id=profile.id, place_id=place.id, **where))
    facts: dict[str, Any] = {fields.NAME: profile.name, fields.address(0): {"address": "", "postal_code": "", **where}}
    if entry.website:
        facts[fields.WEBSITE] = entry.website
    if entry.sort not in _PRACTICES:
        facts[fields.KIND] = entry.sort.value
    for treatment in _treatments(session, entry.treatments):
        session.add(ServiceOffering(profile_id=profile.id, treatment_id=treatment.id))
        facts[fields.offering(treatment.code)] = dict.fromkeys(("min_price", "max_price", "currency", "unit", "price_date"))
    now = profile.created_at
    session.add_all([_said(profile.id, field, value, AssertionRank.GUESS, user_id, now) for field, value in facts.items()])


def _treatments(session: Session, codes: Collection[str]) -> Sequence[Treatment]:
    return session.exec(select(Treatment).where(col(Treatment.code).in_(codes)).order_by(col(Treatment.id))).all()


def _said(profile_id: int, field: str, value: Any, rank: AssertionRank, user_id: int, at: datetime) -> FieldAssertion:
    whose = {"rank": rank, "user_id": user_id, "asserted_at": at, "verified_at": at}
    return FieldAssertion(profile_id=profile_id, field=field, value=value, **whose)


def _log(session: Session, actor_id: int, action: str, profile_id: int, **details: str) -> None:
    entry = AuditEntry(actor_id=actor_id, action=action, subject=f"profile:{profile_id}", details=details, created_at=clock.now())
    session.add(entry)
    session.flush()
