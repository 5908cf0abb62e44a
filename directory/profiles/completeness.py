"""What patients ask for first, and which of it a profile says: for its owner alone, and never for its place in a list."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from directory.core.i18n import lazy
from directory.provenance import fields


class Asked(NamedTuple):
    """Something that patients ask for.

    Args:
        key: The kind of field that answers it.
        label: The question in a few words.
        why: Why it helps, in a sentence.
        is_there: Whether the profile says it.
    """

    key: str
    label: str
    why: str
    is_there: bool


#: Kind of field -> the question and why; in the order in which people ask.
_ASKED: Sequence[tuple[str, str, str]] = (
    ("price", lazy("What it costs"), lazy("A range is enough. Most people look for it first.")),
    ("offering", lazy("What you do"), lazy("The treatments that you offer, so that the right people find you.")),
    ("hours", lazy("When you are open"), lazy("Say also when you are closed.")),
    (fields.ACCEPTING_CLIENTS, lazy("Whether you take new clients"), lazy("It spares people a call, and you, too.")),
    ("phone", lazy("How to call you"), lazy("One number that somebody answers.")),
    ("address", lazy("Where you work"), lazy("Street and number, so that people find the door.")),
    (fields.WEBSITE, lazy("Your website"), lazy("Where your own words and pictures are.")),
    (fields.DISCLOSURE, lazy("Who does the work"), lazy("Who plans, who draws, who works on the skin.")),
    (fields.ABOUT, lazy("In your own words"), lazy("How you work, and for whom.")),
    (fields.LANGUAGES, lazy("Languages you speak"), lazy("Also those of the people at your front desk.")),
)


#: In place of who works on the skin, where they operate.
_WHO_OPERATES = lazy("Who plans, who makes the cuts, who takes the grafts out and places them.")


def asked(said: Collection[str], *, has_price: bool, is_person: bool, is_surgery: bool = False) -> list[Asked]:
    """Return what patients ask for, each with whether it is there.

    Args:
        said: The fields of which something is known.
        has_price: Whether a price is published.
        is_person: Whether it is a person's profile; a practice has no languages of its own.
        is_surgery: Whether they operate.
    """
    kinds = {fields.stem(field) for field in said} | ({"price"} if has_price else set())
    whys = {fields.DISCLOSURE: _WHO_OPERATES} if is_surgery else {}
    return [Asked(key, label, whys.get(key, why), key in kinds) for key, label, why in _ASKED if is_person or key != fields.LANGUAGES]
