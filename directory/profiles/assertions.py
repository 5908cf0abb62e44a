"""Saying, confirming and taking back what stands on a profile: every word with whose it is, the strongest of them shown."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from directory import outbox
from directory.core import clock
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.moderation import AuditEntry
from directory.models.profiles import HairEvidence, Profile
from directory.profiles import materialise, namesakes, service
from directory.profiles.conflicts import differs
from directory.profiles.ranks import winner
from directory.provenance import fields, stating

#: What owners and moderators say; credentials, visits of inspectors and numbers have ways of their own.
EDITABLE = frozenset(
    {
        *(fields.NAME, fields.ABOUT, fields.WEBSITE, fields.LANGUAGES, fields.YEAR_STARTED, fields.ACCEPTING_CLIENTS),
        *("address", "phone", "hours", "offering"),
    }
)
#: Of what owners say, what has rows and services of its own.
_WITH_ROWS = frozenset({"credential", "role", fields.DISCLOSURE})
#: What goes stale: readers see when it was last confirmed.
CONFIRMED = ("hours", "offering", fields.ACCEPTING_CLIENTS)


class Speaker(NamedTuple):
    """Whose word it is.

    Args:
        rank: An owner's or a moderator's.
        user_id: Who typed it; never shown.
    """

    rank: AssertionRank
    user_id: int | None


def holding(session: Session, profile_id: int) -> list[FieldAssertion]:
    """Return all that holds of a profile, in one SELECT."""
    mine = select(FieldAssertion).where(FieldAssertion.profile_id == profile_id, col(FieldAssertion.ended_at).is_(None))
    return list(session.exec(mine.order_by(col(FieldAssertion.field), col(FieldAssertion.id))).all())


def by_field(words: Iterable[FieldAssertion]) -> dict[str, list[FieldAssertion]]:
    """Return words by the field that they are about."""
    found: dict[str, list[FieldAssertion]] = defaultdict(list)
    for word in words:
        found[word.field].append(word)
    return found


def shown(words: Iterable[FieldAssertion]) -> dict[str, FieldAssertion]:
    """Return the word that is shown for each field, of all that holds of a profile."""
    best = {field: winner(many) for field, many in by_field(words).items()}
    return {field: word for field, word in best.items() if word is not None}


def say(session: Session, *, profile_id: int, values: Mapping[str, Any], speaker: Speaker, name_checked: bool = False) -> list[str]:
    """Write what an owner or a moderator says of some fields, and show what has won; return the fields that were not as they are now.

    What is shown already is not said again.

    Args:
        name_checked: Whether a moderator agrees to a name that is somebody else's in the same city, too.

    Raises:
        NotFound: when there is no such profile.
        Refused: with the field as its field, when it is none that is said this way, a moderator's word stands above an owner's, or the
            name is another profile's in the same city.
    """
    profile = service.lock(session, profile_id)
    found = by_field(holding(session, profile_id))
    changed = [field for field, value in values.items() if _is_new(found.get(field, []), value)]
    for field in changed:
        _may_say(field, found.get(field, []), speaker)
    if (
        fields.NAME in changed
        and speaker.rank is AssertionRank.OWNER
        and not name_checked
        and namesakes.has(session, profile, values[fields.NAME])
    ):
        raise Refused(_("Another profile in the same city has this name. A moderator has to look first."), field=fields.NAME)
    offered = any(fields.stem(field) == "offering" and values[field] is not None for field in changed)
    extra = {fields.HAIR_EVIDENCE: str(HairEvidence.STATED_BY_OWNER)} if offered and profile.hair_evidence is HairEvidence.UNKNOWN else {}
    moment = clock.now()
    for field, value in ({field: values[field] for field in changed} | extra).items():
        _put(session, profile, field, value, found.get(field, []), speaker, moment)
    if changed:
        _done(session, profile, changed, speaker, "facts.say")
    return changed


def confirm(session: Session, *, profile_id: int, kind: str, user_id: int) -> None:
    """Note that what is shown of a kind of fact is still right, as the owner says: hours, prices or whether they take new clients.

    A register's word that is confirmed becomes the owner's, too.

    Raises:
        NotFound: when there is nothing of this kind to confirm.
    """
    profile = service.lock(session, profile_id)
    moment, speaker = clock.now(), Speaker(AssertionRank.OWNER, user_id)
    confirmed = [
        word for field, word in shown(holding(session, profile_id)).items() if fields.stem(field) == kind and word.value is not None
    ]
    if kind not in CONFIRMED or not confirmed:
        raise NotFound(_("There is nothing here to confirm yet."))
    for word in confirmed:
        if word.rank is AssertionRank.OWNER:
            word.verified_at = moment
            session.add(word)
        elif word.rank is not AssertionRank.MODERATOR:
            session.add(stating.word(profile.id, word.field, word.value, **speaker._asdict(), moment=moment))
    session.flush()
    for word in confirmed:
        materialise.apply(session, profile, word.field, winner(by_field(holding(session, profile_id))[word.field]))
    _done(session, profile, [word.field for word in confirmed], speaker, "facts.confirm")


def revert(session: Session, *, profile_id: int, assertion_id: int, speaker: Speaker) -> str:
    """Go back to an earlier word: an owner to any of an owner's, or to what a register says now; a moderator to any. Return the field.

    Raises:
        NotFound: when this profile has no such word.
        Refused: when it is not for them to go back to, or is changed on a page of its own.
    """
    profile = service.lock(session, profile_id)
    word = session.get(FieldAssertion, assertion_id)
    if word is None or word.profile_id != profile_id:
        raise NotFound(_("There is no such entry."))
    if fields.stem(word.field) not in EDITABLE:
        raise Refused(_("This has a page of its own and is not changed here. Nothing was changed."))
    if speaker.rank is AssertionRank.OWNER and word.rank is AssertionRank.REGISTER and word.ended_at is None:
        _may_say(word.field, by_field(holding(session, profile_id))[word.field], speaker)
        stating.end(session, profile_id, word.field, speaker.rank, moment=clock.now())
        materialise.apply(session, profile, word.field, winner(by_field(holding(session, profile_id))[word.field]))
        _done(session, profile, [word.field], speaker, "facts.revert")
    elif speaker.rank is AssertionRank.MODERATOR or word.rank is AssertionRank.OWNER:
        say(session, profile_id=profile_id, values={word.field: word.value}, speaker=speaker)
    else:
        raise Refused(_("You can go back to what an owner said, or to what a register says now."))
    return word.field


def end_of_owners(session: Session, *, profile_id: int, user_id: int | None = None) -> Sequence[str]:
    """End the words of a profile's owner, and show what is left: for a claim that was found to be false. Return the fields.

    Credentials and the answers to who does the work are taken away by services of their own, with the rows that they stand in; a role is
    the word of the other side too, and stays.

    Args:
        user_id: Who found it.
    """
    profile = service.lock(session, profile_id)
    moment = clock.now()
    ended = [
        word.field
        for word in holding(session, profile_id)
        if word.rank is AssertionRank.OWNER and fields.stem(word.field) not in _WITH_ROWS
    ]
    for field in ended:
        stating.end(session, profile_id, field, AssertionRank.OWNER, moment=moment)
    left = by_field(holding(session, profile_id))
    for field in ended:
        materialise.apply(session, profile, field, winner(left.get(field, [])))
    if ended:
        _done(session, profile, ended, Speaker(AssertionRank.MODERATOR, user_id), "facts.end")
    return ended


def _is_new(words: Sequence[FieldAssertion], value: Any) -> bool:
    now = winner(words)
    return differs(None if now is None else now.value, value)


def _may_say(field: str, words: Sequence[FieldAssertion], speaker: Speaker) -> None:
    if fields.stem(field) not in EDITABLE:
        raise Refused(_("This is not changed here."), field=field)
    if speaker.rank is AssertionRank.OWNER and any(word.rank is AssertionRank.MODERATOR for word in words):
        raise Refused(_("A moderator has set this. Write to us if it is not right."), field=field)


def _put(
    session: Session, profile: Profile, field: str, value: Any, words: Sequence[FieldAssertion], speaker: Speaker, moment: datetime
) -> None:
    stating.end(session, profile.id, field, speaker.rank, moment=moment)
    said = stating.word(profile.id, field, materialise.completed(field, value, words), **speaker._asdict(), moment=moment)
    session.add(said)
    session.flush()
    materialise.apply(session, profile, field, winner([*(word for word in words if word.ended_at is None), said]))


def _done(session: Session, profile: Profile, changed: Collection[str], speaker: Speaker, action: str) -> None:
    """Write what was done into the log, without the words, and have the profile indexed anew."""
    profile.updated_at = clock.now()
    session.add(profile)
    details = {"as": speaker.rank.value, "fields": sorted(changed)}
    entry = {"actor_id": speaker.user_id, "subject": f"profile:{profile.id}", "details": details}
    session.add(AuditEntry(**entry, action=action, created_at=clock.now()))
    session.flush()
    outbox.enqueue(session, "search.profile_changed", key=f"search.profile_changed:{profile.id}", profile_id=profile.id)
