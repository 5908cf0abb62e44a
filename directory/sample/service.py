"""Bringing the sample data into a database: safe to run again, after a kill, and beside real people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlmodel import Session, col, select

from directory import outbox
from directory.accounts import passwords
from directory.core.db import Database
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.core.progress import Progress, silent
from directory.models.accounts import Role, User
from directory.models.places import Place
from directory.sample import authors, shelf, writing
from directory.sample.generate import Sample, generate
from directory.sample.rows import Row
from directory.treatments import queries as treatments


class Login(NamedTuple):
    """A sample account into which everybody may log in, on the machine of whoever runs the demonstration."""

    role: Role
    email: str
    password: str
    display_name: str


#: Printed by the demonstration; production does not start while one of these can sign in.
LOGINS = (
    Login(Role.PATIENT, f"patient@{authors.DOMAIN}", "hairline-demo-patient", "Pat Sample"),
    Login(Role.PRACTITIONER, "practitioner@practices.example", "hairline-demo-practitioner", "Robin Sample"),
    Login(Role.MODERATOR, "moderator@hairline.example", "hairline-demo-moderator", "Mo Sample"),
    Login(Role.ADMIN, "admin@hairline.example", "hairline-demo-admin", "Alex Sample"),
)


@dataclass(frozen=True)
class Counts:
    """What there is of the sample data, and how many rows of it (profiles, accounts, reviews, comments) this run wrote."""

    practitioners: int
    practices: int
    reviews: int
    comments: int
    accounts: int
    new: int

    def __str__(self) -> str:
        there = _(
            "%(practitioners)s practitioners, %(practices)s practices, %(reviews)s reviews, %(comments)s comments, %(accounts)s accounts",
            practitioners=f"{self.practitioners:,}",
            practices=f"{self.practices:,}",
            reviews=f"{self.reviews:,}",
            comments=f"{self.comments:,}",
            accounts=f"{self.accounts:,}",
        )
        return there if self.new else _("%(there)s; nothing new", there=there)


def load(database: Database, *, practitioners: int = 2000, reviews: int = 9000, progress: Progress = silent) -> Counts:
    """Write what is missing of the sample data; what is there already stays as it is, and so does whatever visitors made of it.

    The write lock is held for short batches. Ratings and the numbers of places are recounted from the rows, in the
    transaction that writes them.

    Args:
        database: Where to; its places and treatments must be there.
        practitioners: People; about a third as many practices come with them.
        reviews: Reviews in all.
        progress: Told what is being written, how far it is, and of how much.

    Raises:
        Refused: when places or treatments are missing, or when a real account or profile stands where one of these belongs:
            nothing made up is ever hung on it.
    """
    sample = generate(practitioners=practitioners, reviews=reviews)
    with database.session() as session:
        _check_places(session, sample)
        codes = {treatment.code: treatment.id for treatment in treatments.all_(session)}
    if missing := sorted(set(shelf.work()["price"]) - codes.keys()):
        raise Refused(_("These treatments are not in the database: %(codes)s. Bring its schema up to date.", codes=", ".join(missing)))
    new = writing.accounts(database, _log_ins(database), progress) + writing.accounts(database, sample.authors, progress)
    people = writing.account_ids(database, sample.authors)
    new += writing.profiles(database, sample.practices, codes, _("Practices"), progress)
    new += writing.profiles(database, sample.people, codes, _("Practitioners"), progress)
    pages = writing.profile_ids(database, [profile.slug for profile in sample.profiles])
    new += writing.reviews(database, sample.reviews, pages, people, codes, progress)
    new += writing.replies(database, sample.replies, pages, people, progress)
    new += writing.comments(database, sample.comments, pages, people, progress)
    if new:
        with database.transaction() as session:
            outbox.enqueue(session, "search.rebuild", key="search.rebuild")
    return Counts(
        practitioners=len(sample.people),
        practices=len(sample.practices),
        reviews=len(sample.reviews),
        comments=len(sample.comments),
        accounts=len(sample.authors) + len(LOGINS),
        new=new,
    )


def _check_places(session: Session, sample: Sample) -> None:
    wanted = {profile.city.place_id for profile in sample.profiles}
    if len(session.exec(select(Place.id).where(col(Place.id).in_(wanted))).all()) < len(wanted):
        raise Refused(_("Some cities of the sample data are not in the database. Load the places first: hairline places build"))


def _log_ins(database: Database) -> Sequence[Row]:
    """Return the rows of the log-ins; a password is hashed only for an account that is not there yet."""
    with database.session() as session:
        there = set(session.exec(select(User.email_key).where(col(User.email_key).in_([login.email for login in LOGINS]))).all())
    return [_log_in(login, hashed=login.email not in there) for login in LOGINS]


def _log_in(login: Login, *, hashed: bool) -> Row:
    row = authors.account(login.email, login.display_name, 1980) | {"role": login.role}
    made = passwords.choose(login.password, email=login.email, name=login.display_name) if hashed else passwords.UNUSABLE
    return row | {"password_hash": made}
