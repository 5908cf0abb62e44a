"""The one table of what people may do; views name a permission, templates ask `may(...)`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from directory.core.i18n import lazy
from directory.models.accounts import AuthSession, Role, User
from directory.models.claims import Claim
from directory.models.comments import Comment
from directory.models.factors import Passkey
from directory.models.memberships import MembershipRole
from directory.models.profiles import Profile
from directory.models.reviews import Review


class Permission(StrEnum):
    """Something a route or a button lets a person do."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    REVIEW_WRITE = "review_write"
    REVIEW_WITHDRAW = "review_withdraw"
    COMMENT_WRITE = "comment_write"
    COMMENT_EDIT = "comment_edit"
    COMMENT_DELETE = "comment_delete"
    SESSION_END = "session_end"
    ACCOUNT_SECURITY = "account_security"
    PASSKEY_CHANGE = "passkey_change"
    ACCOUNT_EXPORT = "account_export"
    ACCOUNT_ERASE = "account_erase"
    ENTRY_PROPOSE = "entry_propose"
    CLAIM_START = "claim_start"
    CLAIM_SEE = "claim_see"
    CLAIM_DECIDE = "claim_decide"
    EVIDENCE_SEE = "evidence_see"
    PROFILE_MANAGE = "profile_manage"
    PROFILE_EDIT = "profile_edit"
    PROFILE_OWN = "profile_own"
    EDIT_SUGGEST = "edit_suggest"
    REPLY_WRITE = "reply_write"
    DISPUTE_FILE = "dispute_file"
    DISPUTE_ANSWER = "dispute_answer"
    MODERATE = "moderate"
    MODERATE_THING = "moderate_thing"
    ROLE_GRANT = "role_grant"
    DEVELOPMENT = "development"


class Need(StrEnum):
    """What a person can bring about themselves: they are led to the page where they do."""

    #: The address was shown to be theirs.
    CONFIRMED = "confirmed"
    #: They agree to the use of health information (T-18, T-21).
    CONSENT = "consent"
    #: Two factors were shown in this session.
    SECOND_FACTOR = "second_factor"
    #: They showed who they are within the last ten minutes (`rules.STEP_UP`).
    FRESH = "fresh"


@dataclass(frozen=True)
class Actor:
    """Whoever asks, with what the predicates need to know of them.

    Args:
        user: A signed-in person whose account may be used.
        met: Says whether a need is met; asked only where a rule has needs.
        role: Their role for the profile of an id, or None.
    """

    user: User
    met: Callable[[Need], bool]
    role: Callable[[int], MembershipRole | None]


Predicate = Callable[[Actor, Any], bool]


@dataclass(frozen=True)
class Rule:
    """What must hold, in the order in which it is asked.

    Args:
        sees: Without these there is nothing here: 404.
        may: Without these it is here and not theirs to do: 403.
        needs: Without these they are led to where they can be met.
        of: What kind of thing it is done to; empty: to none in particular.
        why: What whoever sees it and may not do it is told.
    """

    sees: Sequence[Predicate] = ()
    may: Sequence[Predicate] = ()
    needs: Sequence[Need] = ()
    of: str = ""
    why: str = lazy("You can see this, and it is not for you to do.")


def _is_author(actor: Actor, thing: Review | Comment) -> bool:
    return thing.author_id == actor.user.id


def _is_owner(actor: Actor, thing: AuthSession | Passkey) -> bool:
    return thing.user_id == actor.user.id


def _is_staff(actor: Actor, thing: object) -> bool:
    return actor.user.is_moderator


def _is_admin(actor: Actor, thing: object) -> bool:
    return actor.user.role is Role.ADMIN


def _is_somebody_else(actor: Actor, thing: User) -> bool:
    return thing.id != actor.user.id


def _is_no_member(actor: Actor, thing: Profile) -> bool:
    """T-3: whoever acts for a profile does not review it."""
    return actor.role(thing.id) is None


def _is_claimant(actor: Actor, thing: Claim) -> bool:
    return thing.user_id == actor.user.id


def _is_not_the_claimant(actor: Actor, thing: Claim) -> bool:
    """Nobody approves their own claim, nor one of a profile that they act for."""
    return thing.user_id != actor.user.id and actor.role(thing.profile_id) is None


class Belonging(Protocol):
    """What belongs to a profile: a review of it, a word that was said of it."""

    @property
    def profile_id(self) -> int:
        """Whose it is."""


def _profile_id(thing: Profile | Belonging) -> int:
    return thing.id if isinstance(thing, Profile) else thing.profile_id


def _is_member(actor: Actor, thing: Profile | Belonging) -> bool:
    """They act for the profile, or for the one that the review is about."""
    return actor.role(_profile_id(thing)) is not None


def _is_manager(actor: Actor, thing: Profile | Belonging) -> bool:
    return actor.role(_profile_id(thing)) in {MembershipRole.OWNER, MembershipRole.MANAGER}


def _is_profile_owner(actor: Actor, thing: Profile) -> bool:
    return actor.role(thing.id) is MembershipRole.OWNER


class Decidable(Protocol):
    """What moderators decide on."""

    @property
    def profile_id(self) -> int | None:
        """The profile that it concerns."""

    @property
    def concerned(self) -> frozenset[int]:
        """Whose things, account or report it is."""


def _is_not_involved(actor: Actor, thing: Decidable) -> bool:
    """Nobody decides on what they wrote or reported, on their own account, or on what stands on a profile that they act for."""
    return actor.user.id not in thing.concerned and (thing.profile_id is None or actor.role(thing.profile_id) is None)


#: Permission -> what must hold of a signed-in person whose account may be used.
TABLE: Mapping[Permission, Rule] = {
    #: Everybody, signed in or not.
    Permission.PUBLIC: Rule(),
    Permission.SIGNED_IN: Rule(),
    Permission.REVIEW_WRITE: Rule(
        of="profile",
        may=(_is_no_member,),
        needs=(Need.CONFIRMED, Need.CONSENT),
        why=lazy("You act for this profile, so you cannot review it."),
    ),
    Permission.REVIEW_WITHDRAW: Rule(of="review", sees=(_is_author,)),
    Permission.COMMENT_WRITE: Rule(needs=(Need.CONFIRMED, Need.CONSENT)),
    Permission.COMMENT_EDIT: Rule(of="comment", sees=(_is_author,), needs=(Need.CONFIRMED, Need.CONSENT)),
    Permission.COMMENT_DELETE: Rule(of="comment", sees=(_is_author,)),
    Permission.SESSION_END: Rule(of="session", sees=(_is_owner,)),
    Permission.ACCOUNT_SECURITY: Rule(needs=(Need.FRESH,)),
    Permission.PASSKEY_CHANGE: Rule(of="passkey", sees=(_is_owner,), needs=(Need.FRESH,)),
    Permission.ACCOUNT_EXPORT: Rule(needs=(Need.FRESH,)),
    Permission.ACCOUNT_ERASE: Rule(needs=(Need.FRESH,)),
    #: To say that somebody is not listed.
    Permission.ENTRY_PROPOSE: Rule(needs=(Need.CONFIRMED,)),
    Permission.CLAIM_START: Rule(of="profile", needs=(Need.CONFIRMED,)),
    Permission.CLAIM_SEE: Rule(of="claim", sees=(_is_claimant,), needs=(Need.CONFIRMED,)),
    Permission.CLAIM_DECIDE: Rule(
        of="claim",
        sees=(_is_staff,),
        may=(_is_not_the_claimant,),
        needs=(Need.SECOND_FACTOR,),
        why=lazy("This is your own claim, or one of a profile that you act for. Another moderator has to decide."),
    ),
    Permission.EVIDENCE_SEE: Rule(
        of="evidence",
        sees=(_is_staff,),
        may=(_is_not_involved,),
        needs=(Need.SECOND_FACTOR, Need.FRESH),
        why=lazy("This document is yours, or concerns a profile that you act for."),
    ),
    Permission.PROFILE_MANAGE: Rule(of="profile", sees=(_is_member,)),
    Permission.PROFILE_EDIT: Rule(
        of="profile", sees=(_is_member,), may=(_is_manager,), why=lazy("Your role is to answer reviews. Owners and managers change facts.")
    ),
    Permission.PROFILE_OWN: Rule(
        of="profile", sees=(_is_member,), may=(_is_profile_owner,), needs=(Need.FRESH,), why=lazy("This is for an owner of the profile.")
    ),
    Permission.EDIT_SUGGEST: Rule(of="profile", needs=(Need.CONFIRMED,)),
    Permission.REPLY_WRITE: Rule(of="review", sees=(_is_member,)),
    Permission.DISPUTE_FILE: Rule(
        of="review", sees=(_is_member,), may=(_is_manager,), why=lazy("Your role is to answer reviews. Owners and managers dispute them.")
    ),
    #: The reviewer's side of it.
    Permission.DISPUTE_ANSWER: Rule(of="review", sees=(_is_author,)),
    Permission.MODERATE: Rule(sees=(_is_staff,), needs=(Need.SECOND_FACTOR,)),
    Permission.MODERATE_THING: Rule(
        of="thing",
        sees=(_is_staff,),
        may=(_is_not_involved,),
        needs=(Need.SECOND_FACTOR,),
        why=lazy("This concerns you: your own words, report or account, or a profile that you act for. Another moderator has to decide."),
    ),
    Permission.ROLE_GRANT: Rule(of="user", sees=(_is_admin,), may=(_is_somebody_else,), needs=(Need.SECOND_FACTOR, Need.FRESH)),
    #: Development on a loopback address; `web.auth` asks for that, and for nobody in particular.
    Permission.DEVELOPMENT: Rule(),
}


class Verdict(StrEnum):
    """What comes of asking."""

    YES = "yes"
    UNSEEN = "unseen"
    FORBIDDEN = "forbidden"


def judge(actor: Actor, permission: Permission, thing: object = None) -> Verdict | Need:
    """Say whether somebody may do it to a thing: yes, nothing to see, forbidden, or the first need that is not met."""
    rule = TABLE[permission]
    if not all(holds(actor, thing) for holds in rule.sees):
        return Verdict.UNSEEN
    if not all(holds(actor, thing) for holds in rule.may):
        return Verdict.FORBIDDEN
    return next((need for need in rule.needs if not actor.met(need)), Verdict.YES)


def may(actor: Actor | None, permission: Permission, thing: object = None) -> bool:
    """Say whether `actor` (None: signed out) may do it, for a button: a need that they can meet does not hide it."""
    if permission is Permission.PUBLIC:
        return True
    return actor is not None and judge(actor, permission, thing) not in {Verdict.UNSEEN, Verdict.FORBIDDEN}
