"""A person with a row in every table that says something of people, and a mark of its own in every personal column."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, DateTime, Enum, LargeBinary, String, TypeDecorator, insert, select
from sqlmodel import Session
from sqlmodel import select as orm_select

from directory.core import clock
from directory.models.accounts import Role, User, UserStatus
from directory.models.base import metadata
from directory.models.profiles import Organization, Practitioner, ProfileKind
from directory.models.reviews import ReviewStatus
from directory.privacy.columns import TABLES, Kind
from tests.factories import Make


class Marked:
    """Makes the person's rows and remembers which mark stands in which column.

    Args:
        letter: What every mark begins with; one letter a person.
        day: Where the person's moments begin: no two persons share one.
    """

    def __init__(self, session: Session, make: Make, letter: str, day: datetime) -> None:
        self.session, self.make, self.letter, self.day = session, make, letter, day
        #: Mark -> (table, column).
        self.marks: dict[str, tuple[str, str]] = {}
        self._count = 0

    def row(self, table: str, **given: Any) -> int:
        """Insert a row with a mark in each personal column that nothing is given for; return its number."""
        values = dict(given)
        for name, column in metadata.tables[table].columns.items():
            if name in values or TABLES[table][name].kind is not Kind.PERSONAL:
                continue
            value = self._mark(table, name, column)
            if value is not None:
                values[name] = value
        found = self.session.execute(insert(metadata.tables[table]).values(**values))
        return found.inserted_primary_key[0]

    def _mark(self, table: str, name: str, column: Any) -> Any:
        kind = column.type
        self._count += 1
        mark = f"{self.letter}{self._count:03d}{self.letter}"
        kind = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
        if isinstance(kind, DateTime):
            moment = self.day + timedelta(minutes=self._count)
            self.marks[moment.isoformat()] = (table, name)
            return moment
        if isinstance(kind, LargeBinary):
            self.marks[mark] = (table, name)
            return mark.encode()
        if isinstance(kind, String) and not isinstance(kind, Enum):
            self.marks[mark] = (table, name)
            return mark
        return True if isinstance(kind, Boolean) else None


def marked(session: Session, make: Make, *, letter: str = "Q", day: datetime = datetime(2031, 1, 1, tzinfo=UTC)) -> tuple[User, Marked]:
    """Make the person: two reviews (one shown, one taken down), a comment, reports, decisions, and all of an account."""
    by = Marked(session, make, letter, day)
    email = f"{letter}person@{letter.lower()}.example"
    user_id = by.row(
        "users",
        email=email,
        email_key=email.lower(),
        display_name=f"{letter} Person",
        display_name_key=f"{letter}person".lower(),
        birth_year=1901 + ord(letter),
        role=Role.PATIENT,
        status=UserStatus.ACTIVE,
        password_version=1,
        is_sample=False,
    )
    by.marks |= {email: ("users", "email"), f"{letter} Person": ("users", "display_name"), str(1901 + ord(letter)): ("users", "birth_year")}
    other, profile = make.moderator(), make.profile()
    here = {"profile_id": profile.id}
    by.row("auth_sessions", user_id=user_id, method="password", awaits_factor=False)
    by.row("account_events", user_id=user_id, kind="signed_in")
    by.row("consents", user_id=user_id, withdrawn_at=None)
    by.row("mailed_tokens", user_id=user_id, purpose="reset_password", password_version=1)
    by.row("email_changes", user_id=user_id)
    by.row("notification_choices", user_id=user_id)
    by.row("passkeys", user_id=user_id, sign_count=0)
    by.row("totp_devices", user_id=user_id)
    by.row("recovery_codes", user_id=user_id)
    by.row("memberships", user_id=user_id, role="owner", **here)
    denied = by.row("claims", user_id=user_id, status="denied", role="owner", profile_id=make.profile().id)
    by.row("claim_proofs", claim_id=denied, method="dns_txt", status="failed", tries_left=0)
    ends = (make.profile(), make.profile(kind=ProfileKind.PRACTICE))
    person = session.exec(orm_select(Practitioner.id).where(Practitioner.profile_id == ends[0].id)).one()
    practice = session.exec(orm_select(Organization.id).where(Organization.profile_id == ends[1].id)).one()
    said = {"practitioner_id": person, "organization_id": practice, "proposed_by_profile_id": ends[0].id, "title": ""}
    by.row("role_proposals", user_id=user_id, **said)
    by.row("invitations", email=email, email_key=email.lower(), role="manager", **here)
    told = {"profile_id": profile.id, "treatment_id": make.treatment().id, "overall": 5, "own_experience": True, "is_sample": False}
    shown = by.row("reviews", author_id=user_id, status=ReviewStatus.PUBLISHED, month="2025-09", **told)
    down = by.row(
        "reviews",
        author_id=user_id,
        status=ReviewStatus.REMOVED,
        removed_for="abuse",
        month="2025-10",
        **told | {"profile_id": make.profile().id},
    )
    by.row("field_assertions", user_id=user_id, rank="owner", value="about", **here)
    by.row("edit_suggestions", user_id=user_id, status="pending", value="about", **here)
    comment = by.row("comments", author_id=user_id, status="visible", is_sample=False, **here)
    by.row(
        "decisions", action="hide", reply_id=_answered(by, make, user_id, shown, profile.id), moderator_id=other.id, reason_class="abuse"
    )
    decided = {"moderator_id": other.id, "reason_class": "abuse"}
    for target in ({"review_id": shown}, {"review_id": down}, {"comment_id": comment}, {"user_id": user_id}):
        by.row("decisions", action="hide", **target, **decided)
    by.row("reports", reporter_id=user_id, kind="wrong_facts", status="closed", **here)
    by.row("reports", reporter_id=None, reporter_email=email.upper(), kind="wrong_facts", status="open", **here)
    details = {"to": email, "name": f"{letter} Person", "list": [email]}
    by.row("audit_entries", actor_id=None, subject=f"user:{user_id}", details=details)
    by.row("audit_entries", actor_id=user_id, subject="review:1", details={"was": "published"})
    paper = by.row("evidence", claim_id=denied, user_id=user_id, kind="licence", size=3, key_id="k")
    by.row("evidence_blobs", evidence_id=paper)
    by.row("credentials", stated_by_id=user_id, status="claimed", **here)
    by.row("team_disclosures", user_id=user_id, sites="physician", **here)
    by.row("idempotency_keys", actor=f"user:{user_id}")
    by.row("kept_mails", recipient=email, message_id=f"<{letter}@mail.example>")
    by.row("blocks", kind="email", created_at=clock.now(), created_by_id=user_id)
    by.row("login_failures", count=1, window_start=clock.now())
    by.row("rate_counts", count=1, expires_at=clock.now())
    session.flush()
    session.expire_all()
    return session.get_one(User, user_id), by


def _answered(by: Marked, make: Make, user_id: int, shown: int, profile_id: int) -> int:
    """Make a reply with an earlier version and a dispute with an appeal of theirs for a practice, and a dispute that they answered.

    Returns:
        The reply.
    """
    theirs = {"reason": "abuse", "status": "final", "outcome": "kept", "appeal_outcome": "kept"}
    review = make.review(profile=make.profile())
    reply = by.row("replies", user_id=user_id, review_id=review.id, profile_id=review.profile_id, status="visible", removed_for=None)
    by.row("reply_revisions", user_id=user_id, reply_id=reply)
    filed = {"user_id": user_id, "appellant_id": user_id, "answer": "", "answered_at": None}
    by.row("disputes", review_id=review.id, profile_id=review.profile_id, **filed, **theirs)
    by.row("disputes", review_id=shown, profile_id=profile_id, user_id=make.user().id, appeal="", **theirs)
    return reply


#: Tables of which a person gets rows above; jobs are written by what is tested.
FILLED = frozenset(
    {
        *("users", "auth_sessions", "account_events", "consents", "mailed_tokens", "email_changes", "notification_choices"),
        *("passkeys", "totp_devices", "recovery_codes", "memberships", "claims", "claim_proofs", "reviews"),
        *("comments", "decisions", "reports", "audit_entries", "evidence", "evidence_blobs", "invitations"),
        *("role_proposals", "replies", "reply_revisions", "disputes", "idempotency_keys", "kept_mails", "blocks"),
        *("login_failures", "rate_counts", "credentials", "team_disclosures", "field_assertions", "edit_suggestions"),
    }
)


def found(session: Session, by: Marked) -> set[tuple[str, str, str]]:
    """Return every (table, column, mark) of a person that the database holds, whatever column it stands in."""
    session.expire_all()
    there = set()
    for table in metadata.sorted_tables:
        for row in session.execute(select(table)).all():
            for name, value in row._mapping.items():
                # A moment is compared whole: the digits of its microseconds may be anything, a year of birth too.
                held = {value.isoformat()} if isinstance(value, datetime) else {mark for mark in by.marks if mark in str(value)}
                there |= {(table.name, name, mark) for mark in held & by.marks.keys()}
    return there
