"""Writing rows of the sample data in short batches: whatever is there already is left alone."""

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import union_all
from sqlmodel import Session, col, func, select

from directory.accounts.consents import HEALTH_DATA
from directory.accounts.rules import name_key
from directory.core.db import Database
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.core.progress import Progress
from directory.models.accounts import Consent, User
from directory.models.comments import Comment
from directory.models.guides import Guide
from directory.models.profiles import Location, Organization, PractitionerRole, Profile, SlugRedirect
from directory.models.replies import Reply
from directory.models.reviews import VISIBLE, Review
from directory.profiles import facts
from directory.profiles import rules as profile_rules
from directory.profiles import service as profile_service
from directory.reviews import rules
from directory.sample import words
from directory.sample.comments import SampleComment
from directory.sample.profiles import SampleProfile
from directory.sample.replies import SampleReply
from directory.sample.reviews import SampleReview
from directory.sample.rows import Row, blank

T = TypeVar("T")

#: Rows to a batch of accounts and comments, profiles with all that hangs on them, and reviews at least: each stays well
#: under 100 ms of the write lock.
ROWS, PROFILES, REVIEWS = 250, 60, 150
#: Seconds between two batches, in which others get the write lock.
PAUSE = 0.002

_ROLE = blank(PractitionerRole)


def accounts(database: Database, rows: Sequence[Row], progress: Progress) -> int:
    """Write the accounts that are missing, each with its consent, and return how many that were."""

    def missing(session: Session, batch: Sequence[Row]) -> list[Row]:
        there = _made_up(
            session.exec(
                select(User.email_key, User.id, User.is_sample).where(col(User.email_key).in_([r["email_key"] for r in batch]))
            ).all()
        )
        return [row for row in batch if row["email_key"] not in there]

    def write(session: Session, new: Sequence[Row]) -> None:
        keys = [row["display_name_key"] for row in new]
        taken = set(session.exec(select(User.display_name_key).where(col(User.display_name_key).in_(keys))).all())
        ids = facts.insert_for_ids(session, "users", [_renamed(row) if row["display_name_key"] in taken else row for row in new])
        consent = blank(Consent) | {"purpose": HEALTH_DATA.purpose, "version": HEALTH_DATA.version}
        given = [consent | {"user_id": id_, "given_at": row["created_at"]} for id_, row in zip(ids, new, strict=True)]
        facts.insert_many(session, "consents", given)

    return _in_batches(database, _cut(rows, ROWS), len(rows), _("Accounts"), progress, missing, write)


def account_ids(database: Database, rows: Sequence[Row]) -> list[int]:
    """Return the numbers of accounts, in their order."""
    ids: dict[str, int] = {}
    with database.session() as session:
        for batch in _cut([row["email_key"] for row in rows], ROWS):
            ids |= dict(session.exec(select(User.email_key, User.id).where(col(User.email_key).in_(batch))).all())
    return [ids[row["email_key"]] for row in rows]


def profiles(database: Database, many: Sequence[SampleProfile], codes: Mapping[str, int], what: str, progress: Progress) -> int:
    """Write the profiles that are missing, with all that hangs on them, and return how many that were.

    Args:
        many: People after the practices where they work.
        codes: The number of each treatment by its code.
        what: What they are, for `progress`.
    """

    def missing(session: Session, batch: Sequence[SampleProfile]) -> list[SampleProfile]:
        there = _known(session, [profile.slug for profile in batch])
        return [profile for profile in batch if profile.slug not in there]

    def write(session: Session, new: Sequence[SampleProfile]) -> None:
        ids = facts.insert_for_ids(session, "profiles", [profile.row for profile in new])
        owned = [(profile, {"profile_id": id_}) for profile, id_ in zip(new, ids, strict=True)]
        people = [(profile, profile.person | behind) for profile, behind in owned if profile.person is not None]
        numbers = facts.insert_for_ids(session, "practitioners", [row for _profile, row in people])
        facts.insert_many(
            session, "organizations", [profile.practice | behind for profile, behind in owned if profile.practice is not None]
        )
        facts.insert_many(session, "locations", [row | behind for profile, behind in owned for row in profile.locations])
        facts.insert_many(
            session, "service_offerings", [_offering(row, codes) | behind for profile, behind in owned for row in profile.offerings]
        )
        facts.insert_many(session, "credentials", [row | behind for profile, behind in owned for row in profile.credentials])
        facts.insert_many(
            session, "team_disclosures", [profile.disclosure | behind for profile, behind in owned if profile.disclosure is not None]
        )
        at = _write_roles(session, [(profile, number) for (profile, _row), number in zip(people, numbers, strict=True) if profile.works_at])
        facts.insert_many(session, "field_assertions", words.rows(list(zip(new, ids, strict=True)), at))
        _count_at_places(session, new)

    return _in_batches(database, _cut(many, PROFILES), len(many), what, progress, missing, write)


def profile_ids(database: Database, slugs: Sequence[str]) -> dict[str, int]:
    """Return the numbers of profiles by the addresses that they have or had."""
    with database.session() as session:
        return {slug: id_ for batch in _cut(slugs, ROWS) for slug, id_ in _known(session, batch).items()}


def reviews(
    database: Database,
    many: Sequence[SampleReview],
    pages: Mapping[str, int],
    people: Sequence[int],
    codes: Mapping[str, int],
    progress: Progress,
) -> int:
    """Write the reviews that are missing, recount their profiles' ratings, and return how many that were.

    Args:
        many: Those of one profile stand together.
        pages: The number of each profile by its address.
        people: The number of each author.
        codes: The number of each treatment by its code.
    """

    def row(review: SampleReview) -> Row:
        ends = {"profile_id": pages[review.profile], "author_id": people[review.author], "treatment_id": codes[review.treatment]}
        return review.row | ends

    def missing(session: Session, batch: Sequence[Row]) -> list[Row]:
        profiles = {row["profile_id"] for row in batch}
        there = set(session.exec(select(Review.profile_id, Review.author_id).where(col(Review.profile_id).in_(profiles))).all())
        return [row for row in batch if (row["profile_id"], row["author_id"]) not in there]

    def write(session: Session, new: Sequence[Row]) -> None:
        profiles = sorted({row["profile_id"] for row in new})
        # Before the insert, and always in this order: a recount must see every review that came before it.
        session.exec(select(Profile.id).where(col(Profile.id).in_(profiles)).order_by(col(Profile.id)).with_for_update()).all()
        facts.insert_many(session, "reviews", new)
        recount(session, profiles)

    return _in_batches(database, _together([row(review) for review in many]), len(many), _("Reviews"), progress, missing, write)


def replies(database: Database, many: Sequence[SampleReply], pages: Mapping[str, int], people: Sequence[int], progress: Progress) -> int:
    """Write the replies that are missing, and return how many that were; one to a review that is gone is left out."""

    def missing(session: Session, batch: Sequence[Row]) -> list[Row]:
        profiles = {row["profile_id"] for row in batch}
        here = select(Review.profile_id, Review.author_id, Review.id).outerjoin(Reply, col(Reply.review_id) == col(Review.id))
        rows = session.exec(here.where(col(Review.profile_id).in_(profiles), col(Review.is_sample), col(Reply.id).is_(None))).all()
        unanswered = {(profile, author): review for profile, author, review in rows}
        found = [row | {"review_id": unanswered.get((row["profile_id"], row["author_id"]))} for row in batch]
        return [row for row in found if row["review_id"] is not None]

    def write(session: Session, new: Sequence[Row]) -> None:
        facts.insert_many(session, "replies", [{name: value for name, value in row.items() if name != "author_id"} for row in new])

    rows = [reply.row | {"profile_id": pages[reply.profile], "author_id": people[reply.author]} for reply in many]
    return _in_batches(database, _cut(rows, ROWS), len(rows), _("Replies"), progress, missing, write)


def recount(session: Session, profiles: Sequence[int]) -> None:
    """Make the numbers of sample profiles what their reviews add up to: `reviews.service.refresh_rating` for many at once.

    The caller holds the locks of the profiles' rows.
    """
    statement = (
        select(Review.profile_id, Review.overall, func.count(), func.max(Review.published_at))
        .where(col(Review.profile_id).in_(profiles), col(Review.status).in_(VISIBLE))
        .group_by(col(Review.profile_id), col(Review.overall))
    )
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * 5)
    newest: dict[int, list[datetime]] = defaultdict(list)
    for id_, stars, count, day in session.exec(statement).all():
        counts[id_][stars - 1] = count
        newest[id_].append(day)
    facts.update_many(session, "profiles", [_rating(id_, counts[id_], max(newest[id_], default=None)) for id_ in profiles])


def comments(database: Database, many: Sequence[SampleComment], pages: Mapping[str, int], people: Sequence[int], progress: Progress) -> int:
    """Write the comments that are missing, and return how many that were; those on a guide wait until the guide is there."""
    with database.session() as session:
        guides = dict(session.exec(select(Guide.slug, Guide.id)).all())

    def missing(session: Session, batch: Sequence[Row]) -> list[Row]:
        authors = {row["author_id"] for row in batch}
        said = select(Comment.author_id, Comment.created_at).where(col(Comment.author_id).in_(authors), col(Comment.is_sample))
        there = set(session.exec(said).all())
        return [row for row in batch if (row["author_id"], row["created_at"]) not in there]

    def write(session: Session, new: Sequence[Row]) -> None:
        facts.insert_many(session, "comments", new)

    rows = [
        comment.row | {"profile_id": pages.get(comment.profile), "guide_id": guides.get(comment.guide), "author_id": people[comment.author]}
        for comment in many
        if comment.profile or comment.guide in guides
    ]
    return _in_batches(database, _cut(rows, ROWS), len(rows), _("Comments"), progress, missing, write)


def _in_batches(
    database: Database,
    batches: Iterable[Sequence[T]],
    total: int,
    what: str,
    progress: Progress,
    missing: Callable[[Session, Sequence[T]], list[T]],
    write: Callable[[Session, Sequence[T]], None],
) -> int:
    """Write what is missing of each batch, and return how many that were; a batch that is there takes no lock."""
    done = written = 0
    for batch in batches:
        with database.session() as reading:
            wanted = missing(reading, batch)
        if wanted:
            with _unswept(), database.transaction() as session:
                new = missing(session, batch)  # somebody else may have written it since
                write(session, new)
            written += len(new)
            time.sleep(PAUSE)
        done += len(batch)
        progress(what, done, total)
    return written


@contextmanager
def _unswept() -> Iterator[None]:
    """Put the collection of garbage off until the lock is free: with all rows in memory a full one takes 0.2 s."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _cut(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _together(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into batches in which those of one profile stay together."""
    batch: list[Row] = []
    for row in rows:
        if len(batch) >= REVIEWS and row["profile_id"] != batch[-1]["profile_id"]:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _known(session: Session, slugs: Sequence[str]) -> dict[str, int]:
    """Return the profiles of the addresses that are given, now or before a change of name."""
    now = select(Profile.slug, Profile.id, Profile.is_sample).where(col(Profile.slug).in_(slugs))
    moved = select(SlugRedirect.slug, Profile.id, Profile.is_sample).join(Profile, col(Profile.id) == col(SlugRedirect.profile_id))
    return _made_up(session.execute(union_all(now, moved.where(col(SlugRedirect.slug).in_(slugs)))).all())


def _made_up(found: Iterable[tuple[str, int, bool]]) -> dict[str, int]:
    """Return the number of each of these.

    Raises:
        Refused: when one of them is real: nothing made up may be hung on it.
    """
    rows = list(found)
    if real := [name for name, _id, is_sample in rows if not is_sample]:
        raise Refused(_("There is a real %(name)s where sample data belongs. Nothing more was written.", name=real[0]))
    return {name: id_ for name, id_, _is_sample in rows}


def _renamed(row: Row) -> Row:
    """Return an account under a name that nobody else has: a real person may have taken the first."""
    name = f"{row['display_name']} (sample)"
    return row | {"display_name": name, "display_name_key": name_key(name)}


def _offering(row: Row, codes: Mapping[str, int]) -> Row:
    return {name: value for name, value in row.items() if name != "treatment"} | {"treatment_id": codes[row["treatment"]]}


def _write_roles(session: Session, people: Sequence[tuple[SampleProfile, int]]) -> dict[str, int]:
    """Write who works where; return the number of each practice's profile by its address."""
    practices = (
        select(Profile.slug, Organization.id, Location.id, Profile.id)
        .join(Organization, col(Organization.profile_id) == col(Profile.id))
        .outerjoin(Location, (col(Location.profile_id) == col(Profile.id)) & (col(Location.position) == 0))
        .where(col(Profile.slug).in_({profile.works_at for profile, _number in people}))
    )
    found = session.exec(practices).all()
    ends = {slug: {"organization_id": practice, "location_id": location} for slug, practice, location, _profile in found}
    rows = [
        _ROLE | ends[profile.works_at] | {"practitioner_id": number, "title": profile.role_title}
        for profile, number in people
        if profile.works_at in ends  # a practice may have been given another address since
    ]
    facts.insert_many(session, "practitioner_roles", rows)
    return {slug: number for slug, _practice, _location, number in found}


def _count_at_places(session: Session, new: Sequence[SampleProfile]) -> None:
    changes: dict[int, tuple[int, int]] = {}
    for profile in new:
        hair, register = changes.get(profile.city.place_id, (0, 0))
        more = profile_rules.counted(profile.row["status"], profile.row["hair_evidence"])
        changes[profile.city.place_id] = (hair + more[0], register + more[1])
    profile_service.add_to_places(session, {place: numbers for place, numbers in changes.items() if any(numbers)})


def _rating(profile_id: int, counts: Sequence[int], newest: datetime | None) -> Row:
    count, total = sum(counts), sum(stars * many for stars, many in enumerate(counts, 1))
    return {
        "b_id": profile_id,
        "review_count": count,
        **{f"stars_{stars}": many for stars, many in enumerate(counts, 1)},
        "mean_micro": rules.mean_micro(total, count),
        "score_micro": rules.weighted(total, count),
        "policy_version": rules.POLICY_VERSION,
        "newest_review_at": newest,
    }
