"""Which fields of a profile no register changes, because somebody speaks whose word is above it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from directory.models.profiles import HairEvidence, ProfileStatus
from directory.profiles.saying import Word, held_by
from directory.provenance import fields

#: An owner speaks for these.
_OWNED = (ProfileStatus.CLAIMED, ProfileStatus.VERIFIED)

#: The columns of a person or a practice that go with a field.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    fields.NAME: ("prefix", "given_name", "family_name", "suffix"),
    fields.KIND: ("kind",),
    fields.LANGUAGES: ("languages",),
    fields.YEAR_STARTED: ("year_started",),
    fields.WEBSITE: ("website",),
    fields.LEGAL_NAME: ("legal_name",),
}


class Listed(NamedTuple):
    """What a profile's place counts of it, and its name."""

    place_id: int | None
    status: ProfileStatus
    evidence: HairEvidence
    name: str = ""


def held(before: Mapping[int, Listed], words: Sequence[Word]) -> dict[int, set[str]]:
    """Return for which fields of which profiles no register speaks: an owner or a moderator does.

    The name and the hair work of a claimed profile are its owner's also where they are not what a register said last.
    """
    found = {profile_id: set[str]() for profile_id in before} | held_by(words)
    last = {(word.profile_id, word.field, word.value) for word in words if word.field in {fields.NAME, fields.HAIR_EVIDENCE}}
    for profile_id, row in before.items():
        if row.status in _OWNED:
            shown = {fields.NAME: row.name, fields.HAIR_EVIDENCE: str(row.evidence)}
            found[profile_id] |= {field for field, value in shown.items() if (profile_id, field, value) not in last}
    return found


def without(names: Collection[str], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a person or a practice without the columns of some fields."""
    left = {column for field in names for column in _COLUMNS.get(field, ())}
    return {name: value for name, value in row.items() if name not in left}
