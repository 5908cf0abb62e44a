"""Writing what a source says, many listings at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import or_, select
from sqlmodel import Session, col

from directory.core import clock
from directory.core.i18n import _
from directory.models.profiles import (
    HairEvidence,
    Location,
    Organization,
    Practitioner,
    Profile,
    ProfileKind,
    ProfileStatus,
)
from directory.models.sources import SourceRecord
from directory.profiles import facts, holding, rules, saying, service
from directory.profiles.facts import Owned, Row
from directory.profiles.holding import Listed
from directory.profiles.listing import Listing, Placed
from directory.provenance import fields

_PROFILE = facts.blank(Profile)
_RECORD = facts.blank(SourceRecord)
_PERSON = facts.blank(Practitioner)
_PRACTICE = facts.blank(Organization)


@dataclass(frozen=True)
class Reading:
    """The reading of one file.

    Args:
        as_of: The day that the file speaks of.
        marks: Whether each listing notes that this run saw it. A file that is the same as the one read last
            has nothing gone, and reading it again changes no row.
        treatment_ids: The number of each treatment by its code.
    """

    source_id: int
    run_id: int
    as_of: date
    marks: bool
    treatment_ids: Mapping[str, int]


class Mention(NamedTuple):
    """A row that cannot be read beyond its key: what it speaks of is not gone, and stays as it is."""

    key: str
    line: int


class Known(NamedTuple):
    """What is stored of a key."""

    id: int
    key: str
    hash: str
    profile_id: int | None
    line: int
    last_run_id: int | None
    gone_on: date | None
    gone_note: list[str]
    kind: ProfileKind | None


@dataclass
class Decided:
    """What becomes of a batch."""

    new: list[Placed] = field(default_factory=list)
    changed: list[tuple[Placed, Known]] = field(default_factory=list)
    same: list[tuple[Placed, Known]] = field(default_factory=list)
    #: Somebody took the profile away for good: what a register says does not bring it back.
    removed: list[tuple[Placed, Known]] = field(default_factory=list)
    mentioned: list[tuple[Mention, Known]] = field(default_factory=list)
    refused: list[tuple[Listing, str, str]] = field(default_factory=list)


def known(session: Session, source_id: int, keys: Collection[str]) -> dict[str, Known]:
    """Return what is stored of some keys of a source, in one SELECT."""
    columns: list[Any] = [getattr(SourceRecord, name) for name in Known._fields[:-1]]
    statement = (
        select(*columns, col(Profile.kind))
        .outerjoin(Profile, col(Profile.id) == col(SourceRecord.profile_id))
        .where(col(SourceRecord.source_id) == source_id, col(SourceRecord.key).in_(keys))
    )
    return {row.key: Known(*row) for row in session.execute(statement)}


def keys_of(batch: Sequence[Placed | Mention]) -> set[str]:
    """Return every key that a batch speaks of, also those of practices where people work."""
    keys = {entry.key if isinstance(entry, Mention) else entry.listing.key for entry in batch}
    return keys | {entry.listing.works_at for entry in batch if isinstance(entry, Placed) and entry.listing.works_at}


def decide(
    batch: Sequence[Placed | Mention], stored: Mapping[str, Known], seen: dict[str, ProfileKind | None], *, run_id: int | None, marks: bool
) -> Decided:
    """Say what becomes of each listing: pure, and the same however a file is cut into batches.

    Args:
        stored: What is known of the keys of the batch.
        seen: Keys already met, added to here. A run that marks needs only those of this batch, because what it
            met before is marked in `stored`.
        run_id: The run; none where nothing is written.
    """
    decided = Decided()
    for entry in batch:
        if isinstance(entry, Mention):
            old = stored.get(entry.key)
            if old is not None and entry.key not in seen and (old.last_run_id != run_id if marks else old.line == entry.line):
                seen[entry.key] = old.kind
                decided.mentioned.append((entry, old))
            continue
        listing = entry.listing
        old = stored.get(listing.key)
        practice = stored.get(listing.works_at)
        if listing.key in seen or (old and (old.last_run_id == run_id if marks else old.line != listing.line)):
            decided.refused.append((listing, "key", _("This key stands in an earlier row already.")))
        elif old and old.kind not in {None, listing.kind}:
            decided.refused.append((listing, "kind", _("This key was a person before and is a practice now, or the other way round.")))
        elif (
            listing.works_at
            and seen.get(listing.works_at) is not ProfileKind.PRACTICE
            and not (practice and practice.kind is ProfileKind.PRACTICE and practice.gone_on is None)
        ):
            decided.refused.append((listing, "practice_key", _("No practice with this key stands in a row above.")))
        else:
            seen[listing.key] = listing.kind
            if old is None:
                decided.new.append(entry)
            elif old.profile_id is None:
                decided.removed.append((entry, old))
            elif old.hash != entry.hash or old.gone_on is not None:
                decided.changed.append((entry, old))
            else:
                decided.same.append((entry, old))
    return decided


def record_listings(session: Session, reading: Reading, batch: Sequence[Placed | Mention], notes: Mapping[str, tuple[str, ...]]) -> Decided:
    """Write a batch of listings.

    Args:
        notes: What the file says of keys that it has and that are not for us: the services still listed.

    Returns:
        What became of each.
    """
    stored = known(session, reading.source_id, keys_of(batch) | set(notes))
    decided = decide(batch, stored, {}, run_id=reading.run_id, marks=reading.marks)
    moves: list[_Move] = []
    changed, words = _change(session, reading, decided.changed, moves)
    added = _add(session, reading, decided.new, moves)
    roles = _link(session, reading, [*(one for one in added.owned if one.placed.listing.works_at), *changed.owned])
    saying.add(session, reading.as_of, added.said(reading, roles))
    saying.bring_in_line(session, reading.as_of, changed.said(reading, roles), words)
    _count(session, moves)  # profiles are locked before the numbers of places, here as everywhere: nobody waits in a ring
    if reading.marks:
        held = [*decided.same, *decided.removed]
        seen: Row = {"last_run_id": reading.run_id}
        facts.update_many(
            session,
            "source_records",
            [{**seen, "as_of": reading.as_of, "line": placed.listing.line, "b_id": old.id} for placed, old in held],
        )
        saying.confirm(session, reading.as_of, [old.id for _placed, old in decided.same])
        facts.update_many(session, "source_records", [{**seen, "line": row.line, "b_id": old.id} for row, old in decided.mentioned])
        noted = [(stored[key], list(note)) for key, note in notes.items() if key in stored]
        facts.update_many(
            session, "source_records", [{"gone_note": note, "note_run_id": reading.run_id, "b_id": old.id} for old, note in noted]
        )
    return decided


def let_go(session: Session, reading: Reading, *, said_only: bool = False, limit: int) -> int:
    """Mark at most `limit` records that a file read to its end no longer held as gone, and return how many that was.

    A profile that no other source holds is delisted, unless its owner speaks for it.

    Args:
        said_only: Whether only those are gone of which the file says so itself, because it is a part.
    """
    mine = (col(SourceRecord.source_id) == reading.source_id, col(SourceRecord.gone_on).is_(None))
    unseen = [col(SourceRecord.last_run_id).is_(None) | (col(SourceRecord.last_run_id) != reading.run_id)]
    if said_only:
        unseen.append(col(SourceRecord.note_run_id) == reading.run_id)
    columns: list[Any] = [SourceRecord.id, SourceRecord.profile_id, SourceRecord.gone_note, SourceRecord.note_run_id]
    rows = session.execute(select(*columns).where(*mine, *unseen).order_by(col(SourceRecord.id)).limit(limit)).all()
    facts.update_many(session, "source_records", [_gone(reading, row) for row in rows])
    saying.end(session, reading.as_of, [row.id for row in rows])
    profiles = {row.profile_id for row in rows if row.profile_id is not None}
    holding = select(col(SourceRecord.profile_id)).where(col(SourceRecord.profile_id).in_(profiles), col(SourceRecord.gone_on).is_(None))
    free = profiles - set(session.execute(holding).scalars()) if profiles else set()
    unowned = {id_: row for id_, row in _locked(session, free).items() if row.status is ProfileStatus.PUBLISHED_UNCLAIMED}
    now = clock.now()
    facts.update_many(session, "profiles", [{"status": ProfileStatus.DELISTED, "updated_at": now, "b_id": id_} for id_ in unowned])
    _count(session, [(row, None) for row in unowned.values()])
    return len(rows)


def forget_notes(session: Session, reading: Reading, *, whole: bool) -> None:
    """Take back notes of records that are not gone, and what an earlier file said and a whole one did not repeat."""
    stale = [col(SourceRecord.gone_on).is_(None), *([col(SourceRecord.note_run_id) != reading.run_id] if whole else [])]
    mine = (col(SourceRecord.source_id) == reading.source_id, col(SourceRecord.note_run_id).is_not(None), or_(*stale))
    ids = session.execute(select(col(SourceRecord.id)).where(*mine)).scalars().all()
    facts.update_many(session, "source_records", [{"gone_note": [], "note_run_id": None, "b_id": id_} for id_ in ids])


#: What a place counted before, and what it counts now.
_Move: TypeAlias = tuple[Listed | None, Listed | None]


class _Written(NamedTuple):
    """Listings with the rows of facts that they make, by profile."""

    owned: list[Owned]
    rows: Mapping[int, facts.Rows]

    def said(self, reading: Reading, roles: Mapping[int, Row]) -> dict[int, tuple[Owned, Row]]:
        """Return what each listing says, by profile."""
        codes = {number: code for code, number in reading.treatment_ids.items()}
        return {
            one.profile_id: (one, {**saying.words_of(one, self.rows[one.profile_id], codes), **roles.get(one.profile_id, {})})
            for one in self.owned
        }


def _gone(reading: Reading, row: Any) -> Row:
    said = row.note_run_id == reading.run_id
    note = {"gone_note": row.gone_note if said else [], "note_run_id": row.note_run_id if said else None}
    return {"gone_on": reading.as_of, **note, "b_id": row.id}


def _add(session: Session, reading: Reading, new: Sequence[Placed], moves: list["_Move"]) -> _Written:
    """Write new profiles with their records and facts; note in `moves` where they are counted."""
    if not new:
        return _Written([], {})
    now = clock.now()
    slugs = service.free_slugs(session, [(placed.listing.name, placed.city) for placed in new])
    profile_ids = facts.insert_for_ids(
        session,
        "profiles",
        [
            {
                **_PROFILE,
                **{"slug": slug, "kind": placed.listing.kind, "name": placed.listing.name, "sort_key": placed.sort_key},
                **{"place_id": placed.place_id, "hair_evidence": placed.listing.evidence or HairEvidence.UNKNOWN},
                **{"created_at": now, "updated_at": now},
            }
            for placed, slug in zip(new, slugs, strict=True)
        ],
    )
    record_ids = facts.insert_for_ids(
        session,
        "source_records",
        [
            {**_RECORD, **_record(reading, placed), "source_id": reading.source_id, "key": placed.listing.key, "profile_id": profile_id}
            for placed, profile_id in zip(new, profile_ids, strict=True)
        ],
    )
    added = [Owned(*row) for row in zip(new, profile_ids, record_ids, strict=True)]
    facts.insert_many(session, "practitioners", [row for owned in added if (row := _person(owned))])
    facts.insert_many(session, "organizations", [row for owned in added if (row := _practice(owned))])
    rows = facts.add(session, added, reading.treatment_ids)
    for placed in new:
        evidence = placed.listing.evidence or HairEvidence.UNKNOWN
        moves.append((None, Listed(placed.place_id, ProfileStatus.PUBLISHED_UNCLAIMED, evidence)))
    return _Written(added, rows)


def _change(
    session: Session, reading: Reading, changed: Sequence[tuple[Placed, Known]], moves: list["_Move"]
) -> tuple[_Written, list[saying.Word]]:
    """Bring stored profiles in line with what is said now, and return what was said until now; note in `moves` how they are counted."""
    if not changed:
        return _Written([], {}), []
    owned = [Owned(placed, old.profile_id, old.id) for placed, old in changed if old.profile_id is not None]
    before = _locked(session, {one.profile_id for one in owned})
    words = saying.open_words(session, set(before))
    held = holding.held(before, words)
    now = clock.now()
    profiles: list[Row] = []
    for one in owned:
        old, mine = before[one.profile_id], held[one.profile_id]
        evidence = one.placed.listing.evidence
        after = Listed(
            old.place_id if fields.address(0) in mine else one.placed.place_id,
            ProfileStatus.PUBLISHED_UNCLAIMED if old.status is ProfileStatus.DELISTED else old.status,
            old.evidence if evidence is None or fields.HAIR_EVIDENCE in mine else evidence,
        )
        moves.append((old, after))
        values: Row = {"place_id": after.place_id, "status": after.status, "hair_evidence": after.evidence, "updated_at": now}
        if fields.NAME not in mine:
            values |= {"name": one.placed.listing.name, "sort_key": one.placed.sort_key}
        profiles.append({**values, "b_id": one.profile_id})
    facts.update_alike(session, "profiles", profiles)
    people = [holding.without(held[one.profile_id], _by_profile(row)) for one in owned if (row := _person(one)) is not None]
    facts.update_alike(session, "practitioners", people, by="profile_id")
    practices = [holding.without(held[one.profile_id], _by_profile(row)) for one in owned if (row := _practice(one)) is not None]
    facts.update_alike(session, "organizations", practices, by="profile_id")
    facts.update_many(session, "source_records", [{**_record(reading, one.placed), "b_id": one.record_id} for one in owned])
    return _Written(owned, facts.bring_in_line(session, owned, reading.treatment_ids, held)), words


def _link(session: Session, reading: Reading, written: Sequence[Owned]) -> dict[int, Row]:
    """Write who works where, and return what is said of it, by profile; practices stand before their people."""
    people = {one.profile_id: one for one in written if one.placed.listing.person is not None}
    if not people:
        return {}
    keys = {one.placed.listing.works_at for one in people.values()} - {""}
    practices: dict[str, tuple[int, int | None, int]] = {}
    if keys:
        statement = (
            select(col(SourceRecord.key), col(Organization.id), col(Location.id), col(Organization.profile_id))
            .join(Organization, col(Organization.profile_id) == col(SourceRecord.profile_id))
            .outerjoin(Location, (col(Location.profile_id) == col(Organization.profile_id)) & (col(Location.position) == 0))
            .where(col(SourceRecord.source_id) == reading.source_id, col(SourceRecord.key).in_(keys))
        )
        practices = {row[0]: (row[1], row[2], row[3]) for row in session.execute(statement)}
    numbers = select(col(Practitioner.id), col(Practitioner.profile_id)).where(col(Practitioner.profile_id).in_(people))
    by_profile = {profile_id: id_ for id_, profile_id in session.execute(numbers)}
    wanted, said = [], {}
    for profile_id, one in people.items():
        listing = one.placed.listing
        if listing.works_at in practices:
            organization_id, location_id, at = practices[listing.works_at]
            said[profile_id] = {fields.role(at): {"title": listing.role_title}}
            ends = {"practitioner_id": by_profile[profile_id], "organization_id": organization_id, "location_id": location_id}
            wanted.append({**ends, "title": listing.role_title, "source_record_id": one.record_id})
    facts.replace_roles(session, {by_profile[profile_id]: one.record_id for profile_id, one in people.items()}, wanted)
    return said


def _locked(session: Session, profile_ids: Collection[int]) -> dict[int, Listed]:
    """Lock some profiles in one order and return what their places count of them."""
    if not profile_ids:
        return {}
    columns: list[Any] = [Profile.id, Profile.place_id, Profile.status, Profile.hair_evidence, Profile.name]
    rows = session.execute(select(*columns).where(col(Profile.id).in_(profile_ids)).order_by(col(Profile.id)).with_for_update())
    return {row[0]: Listed(*row[1:]) for row in rows}


def _count(session: Session, moves: Sequence[_Move]) -> None:
    """Move profiles from one number of their places to another."""
    changes: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for pair in moves:
        for listed, sign in zip(pair, (-1, 1), strict=True):
            if listed is not None and listed.place_id is not None:
                for n, number in enumerate(rules.counted(listed.status, listed.evidence)):
                    changes[listed.place_id][n] += sign * number
    service.add_to_places(session, {place: (hair, register) for place, (hair, register) in changes.items() if hair or register})


def _record(reading: Reading, placed: Placed) -> Row:
    return {
        **{"raw": dict(placed.listing.raw), "hash": placed.hash, "as_of": reading.as_of, "line": placed.listing.line},
        **{"gone_on": None, "gone_note": [], "note_run_id": None, "last_run_id": reading.run_id},
    }


def _person(owned: Owned) -> Row | None:
    person = owned.placed.listing.person
    if person is None:
        return None
    return {**_PERSON, **person._asdict(), "languages": list(person.languages), "profile_id": owned.profile_id}


def _practice(owned: Owned) -> Row | None:
    practice = owned.placed.listing.practice
    return None if practice is None else {**_PRACTICE, **practice._asdict(), "profile_id": owned.profile_id}


def _by_profile(row: Row) -> Row:
    return {**{name: value for name, value in row.items() if name != "profile_id"}, "b_profile_id": row["profile_id"]}
