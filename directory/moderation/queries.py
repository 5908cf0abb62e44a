"""Reads for moderators: what is reported, by whom it was written, what was decided. Stars are never among it (T-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, null, union_all
from sqlalchemy import select as wide_select
from sqlmodel import Session, col, func, select

from directory.accounts.rules import name_key
from directory.core import clock
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import Page
from directory.core.text import clean_line
from directory.models.accounts import User, UserStatus
from directory.models.comments import Comment, CommentStatus
from directory.models.guides import Guide
from directory.models.moderation import Decision, DecisionAction, Report, ReportStatus
from directory.models.profiles import SHOWN, Profile, ProfileStatus
from directory.models.replies import Reply, ReplyStatus
from directory.models.reviews import VISIBLE, Review, ReviewStatus
from directory.moderation import rules
from directory.moderation.rules import Target, TargetKind
from directory.reviews import queries as reviews
from directory.reviews import reasons

PAGE_SIZE = 20
#: Held things shown above the reports: when they are decided the next ones follow.
HELD_SIZE = 20


@dataclass(frozen=True)
class Thing:
    """Something that can be decided on, as a moderator sees it.

    Args:
        name: Of the profile or the guide where it stands, or of the person.
        page_kind: "profile" or "guide": the kind of page where it stands; empty for a person.
        page_slug: The address of that page.
        title: A review's title.
        text: The words of a review, comment or reply; empty where there are none.
        author: Who wrote it; for an account the person.
        state: In words: shown, removed, suspended.
        actions: What can be done with it now, beside leaving it as it is.
        profile_id: Of the profile where it stands, if it stands on one.
    """

    target: Target
    name: str
    page_kind: str
    page_slug: str
    title: str
    text: str
    author_id: int | None
    author: str
    state: str
    actions: tuple[DecisionAction, ...]
    profile_id: int | None = None

    @property
    def concerned(self) -> frozenset[int]:
        """The people who may not decide on it themselves."""
        return frozenset() if self.author_id is None else frozenset({self.author_id})


@dataclass(frozen=True)
class Case:
    """A report with the thing it is about.

    Args:
        is_late: Whether it waits longer than it should.
    """

    id: int
    kind: str
    text: str
    reporter_name: str
    reporter_email: str
    created_at: datetime
    is_open: bool
    is_late: bool
    thing: Thing
    reporter_id: int | None = None

    @property
    def profile_id(self) -> int | None:
        """The profile that it concerns."""
        return self.thing.profile_id

    @property
    def concerned(self) -> frozenset[int]:
        """The people who may not decide on it themselves: who wrote it, and who reported it."""
        return self.thing.concerned | (frozenset() if self.reporter_id is None else frozenset({self.reporter_id}))


@dataclass(frozen=True)
class Held:
    """A review or comment that waits for a look before others see it.

    Args:
        reason: Why, in words.
        is_late: Whether it waits longer than it should.
    """

    reason: str
    since: datetime
    is_late: bool
    thing: Thing


@dataclass(frozen=True)
class Decided:
    """An earlier decision, as moderators see it."""

    target: Target
    action: str
    reason_class: str
    reason: str
    moderator: str
    created_at: datetime


def open_reports(session: Session, *, number: int = 1) -> Page[Case]:
    """Return one page of the open reports, the oldest first, each with what it is about, in two SELECTs.

    Raises:
        NotFound: when the list has no such page.
    """
    total = session.exec(waiting()).one()
    statement = (
        _cases()
        .where(col(Report.status) == ReportStatus.OPEN)
        .order_by(col(Report.created_at), col(Report.id))
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    page = Page([_as_case(row) for row in session.execute(statement).all()], number, PAGE_SIZE, total)
    if number > page.pages:
        raise NotFound(_("This list has %(pages)s pages.", pages=page.pages))
    return page


def held(session: Session) -> Page[Held]:
    """Return what waits longest for a look, with how many wait in all: reviews and comments together, in two SELECTs at most."""
    waiting = _waiting().subquery()
    total = session.execute(waiting_held()).scalar_one()
    if not total:
        return Page([], 1, HELD_SIZE, 0)
    columns = (waiting.c.held_for, waiting.c.created_at)
    statement = _joined(columns, waiting).order_by(waiting.c.created_at, waiting.c.review_id, waiting.c.comment_id).limit(HELD_SIZE)
    return Page([_as_held(row) for row in session.execute(statement).all()], 1, HELD_SIZE, total)


def waiting() -> Any:
    """Return the statement that counts the open reports."""
    return select(func.count(col(Report.id))).where(Report.status == ReportStatus.OPEN)


def waiting_held() -> Any:
    """Return the statement that counts what is held for a look."""
    return wide_select(func.count()).select_from(_waiting().subquery())


def report(session: Session, report_id: int) -> Case:
    """Return one report with what it is about.

    Raises:
        NotFound: when there is none.
    """
    row = session.execute(_cases().where(col(Report.id) == report_id)).first()
    if row is None:
        raise NotFound(_("There is no report of this number."))
    return _as_case(row)


def thing(session: Session, target: Target) -> Thing:
    """Return something that can be decided on, whether readers still see it or not.

    Raises:
        NotFound: when there is none.
    """
    if target.kind is TargetKind.USER:
        user = session.get(User, target.id)
        if user is None:
            raise NotFound(_("There is nobody of this number."))
        return _as_person(user)
    return _as_thing(*session.execute(_joined((), _pointer(target))).one())


def seen(session: Session, target: Target) -> Thing:
    """Return something that readers see, for whoever reports it.

    Raises:
        NotFound: when there is none, or none that is shown.
    """
    found = thing(session, target)
    if DecisionAction.HIDE not in found.actions or DecisionAction.RELEASE in found.actions:
        raise NotFound(_("What you want to report is not here any more."))
    return found


def decisions(session: Session, target: Target) -> Sequence[Decided]:
    """Return what was decided on something before, the newest first."""
    statement = _newest_decisions().where(getattr(Decision, target.column) == target.id)
    return [_as_decided(*row) for row in session.execute(statement).all()]


def all_decisions(session: Session, *, number: int = 1) -> Page[Decided]:
    """Return one page of everything that was decided, the newest first, in two SELECTs.

    Raises:
        NotFound: when the list has no such page.
    """
    total = session.exec(select(func.count()).select_from(Decision)).one()
    rows = session.execute(_newest_decisions().limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    page = Page([_as_decided(*row) for row in rows], number, PAGE_SIZE, total)
    if number > page.pages:
        raise NotFound(_("This list has %(pages)s pages.", pages=page.pages))
    return page


def people(session: Session, words: str, *, limit: int = 20) -> Sequence[User]:
    """Return people whose name or e-mail address holds `words`, by name; nobody for fewer than two characters."""
    words = clean_line(words).lower()
    if len(words) < 2:
        return []
    found = col(User.email_key).contains(words, autoescape=True)
    if named := name_key(words):  # "Owen W." is kept as "owenw"
        found = found | col(User.display_name_key).contains(named, autoescape=True)
    return session.exec(select(User).where(found).order_by(col(User.display_name_key), col(User.id)).limit(limit)).all()


def removed_counts(session: Session, profile_id: int | None = None) -> Sequence[reviews.Removed]:
    """Return how many reviews were taken down, by class of reason, of one profile or of all (T-5)."""
    return reviews.removed(session, profile_id=profile_id)


def _newest_decisions() -> Any:
    return (
        wide_select(Decision, col(User.display_name))
        .outerjoin(User, col(User.id) == col(Decision.moderator_id))
        .order_by(col(Decision.created_at).desc(), col(Decision.id).desc())
    )


def _as_decided(decision: Decision, moderator: str | None) -> Decided:
    kinds = {kind: getattr(decision, Target(kind, 0).column) for kind in TargetKind}
    return Decided(
        target=next(Target(kind, id_) for kind, id_ in kinds.items() if id_ is not None),
        action=str(rules.ACTIONS[decision.action]),
        reason_class=reasons.alone(decision.reason_class),
        reason=decision.reason,
        moderator=moderator or "",
        created_at=decision.created_at,
    )


def _joined(columns: tuple[Any, ...], pointer: Any) -> Any:
    """Return the SELECT of what `pointer` points to: its review, comment or reply, the page where that stands, and who wrote it.

    Args:
        columns: What to give before those six.
        pointer: Something with the columns profile_id, review_id, comment_id and reply_id, of which one is not null.
    """
    profile_id = func.coalesce(pointer.c.profile_id, col(Review.profile_id), col(Comment.profile_id), col(Reply.profile_id))
    author_id = func.coalesce(col(Review.author_id), col(Comment.author_id), col(Reply.user_id))
    return (
        wide_select(*columns, Review, Comment, Reply, Profile, Guide, User)
        .select_from(pointer)
        .outerjoin(Review, col(Review.id) == pointer.c.review_id)
        .outerjoin(Comment, col(Comment.id) == pointer.c.comment_id)
        .outerjoin(Reply, col(Reply.id) == pointer.c.reply_id)
        .outerjoin(Profile, col(Profile.id) == profile_id)
        .outerjoin(Guide, col(Guide.id) == col(Comment.guide_id))
        .outerjoin(User, col(User.id) == author_id)
    )


def _cases() -> Any:
    return _joined((Report,), Report.__table__)  # type: ignore[attr-defined]


def _pointer(target: Target) -> Any:
    """Return a row that points to one thing as a report would."""
    columns = [rules.Target(kind, 0).column for kind in rules.REPORTABLE]
    return wide_select(*(cast(target.id if name == target.column else null(), Integer).label(name) for name in columns)).subquery()


def _waiting() -> Any:
    """Return the rows that point to what is held, as a report would."""
    nothing = cast(null(), Integer)
    names = ("profile_id", "comment_id", "reply_id")
    review: tuple[Any, ...] = (*(nothing.label(name) for name in names), col(Review.id).label("review_id"))
    reviews_held = wide_select(*review, col(Review.created_at), col(Review.held_for)).where(col(Review.status) == ReviewStatus.AUTO_HOLD)
    comment: tuple[Any, ...] = (nothing, col(Comment.id), nothing, nothing, col(Comment.created_at), col(Comment.held_for))
    comments_held = wide_select(*comment).where(col(Comment.status) == CommentStatus.HELD)
    return union_all(reviews_held, comments_held)


def _as_held(row: Any) -> Held:
    reason, since = row[0], row[1]
    return Held(
        reason=str(rules.HOLDS[reason]) if reason else "", since=since, is_late=clock.now() - since > rules.LATE, thing=_as_thing(*row[2:])
    )


def _as_case(row: Any) -> Case:
    found: Report = row[0]
    return Case(
        id=found.id,
        kind=str(rules.KINDS[found.kind]),
        text=found.text,
        reporter_name=found.reporter_name,
        reporter_email=found.reporter_email,
        created_at=found.created_at,
        is_open=found.status is ReportStatus.OPEN,
        is_late=found.status is ReportStatus.OPEN and clock.now() - found.created_at > rules.LATE,
        thing=_as_thing(*row[1:]),
        reporter_id=found.reporter_id,
    )


def _as_person(user: User) -> Thing:
    is_active = user.status is UserStatus.ACTIVE
    return Thing(
        target=Target(TargetKind.USER, user.id),
        name=user.display_name,
        page_kind="",
        page_slug="",
        title="",
        text="",
        author_id=user.id,
        author=user.display_name,
        state=_("In use") if is_active else _("Suspended"),
        actions=(DecisionAction.SUSPEND if is_active else DecisionAction.UNSUSPEND,),
    )


def _as_thing(
    review: Review | None, comment: Comment | None, reply: Reply | None, profile: Profile | None, guide: Guide | None, author: User | None
) -> Thing:
    written = review or comment or reply
    if profile is None and guide is None:
        raise NotFound(_("There is nothing of this number."))
    is_held = False
    if review is not None:
        target, is_shown, is_down = Target(TargetKind.REVIEW, review.id), review.status in VISIBLE, review.status is ReviewStatus.REMOVED
        is_held = review.status is ReviewStatus.AUTO_HOLD
    elif comment is not None:
        target = Target(TargetKind.COMMENT, comment.id)
        is_shown, is_down = comment.status is CommentStatus.VISIBLE, comment.status is CommentStatus.REMOVED
        is_held = comment.status is CommentStatus.HELD
    elif reply is not None:
        target = Target(TargetKind.REPLY, reply.id)
        is_shown, is_down = reply.status is ReplyStatus.VISIBLE, reply.status is ReplyStatus.REMOVED
    elif profile is not None:
        target = Target(TargetKind.PROFILE, profile.id)
        is_shown, is_down = profile.status in SHOWN, profile.status is ProfileStatus.SUPPRESSED_LEGAL
    held_for = review.held_for if review is not None else comment.held_for if comment is not None else None
    state, actions = _state(is_shown=is_shown, is_held=is_held, is_down=is_down, is_written=written is not None)
    return Thing(
        target=target,
        name=guide.title if guide else profile.name if profile else "",
        page_kind="guide" if guide else "profile",
        page_slug=guide.slug if guide else profile.slug if profile else "",
        title=review.title if review else "",
        text=written.body if written else "",
        author_id=author.id if author else None,
        author=author.display_name if author else reviews.former() if review is not None else "",
        state=f"{state}: {rules.HOLDS[held_for]}" if is_held and held_for else state,
        actions=actions,
        profile_id=profile.id if profile else None,
    )


def _state(*, is_shown: bool, is_held: bool, is_down: bool, is_written: bool) -> tuple[str, tuple[DecisionAction, ...]]:
    """Return the state of something in words, and what can be done with it."""
    if is_shown:
        return _("Shown"), (DecisionAction.HIDE,)
    if is_held:
        return _("Held for a look"), (DecisionAction.RELEASE, DecisionAction.HIDE)
    if is_down:
        return _("Taken down"), (DecisionAction.RESTORE,)
    return _("Taken back by its author") if is_written else _("Not shown"), ()
