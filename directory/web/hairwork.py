"""How we know that they work on hair: the badge, and who says so and since when. Green where somebody is named who looked, nowhere else."""

from flask import url_for
from markupsafe import Markup

from directory.core.i18n import _
from directory.models.assertions import AssertionRank
from directory.models.profiles import HairEvidence
from directory.profiles.shown import ProfileFacts
from directory.web import templating, words

#: The part of the page on ratings that explains the three words.
EXPLAINED = "what-we-know-of-their-hair-work"


def badge(evidence: HairEvidence, *, is_vouched: bool) -> words.Badge:
    """Return the badge of a profile: without its colour where nobody is known who looked.

    Args:
        is_vouched: Whether a moderator or a source says so.
    """
    found = words.EVIDENCE[evidence]
    return found if is_vouched or evidence is not HairEvidence.CONFIRMED else words.Badge(found.label, "line")


def note(facts: ProfileFacts) -> Markup:
    """Return who says it and since when, with the way to what the word means."""
    way = url_for("pages.how_ratings_work", _anchor=EXPLAINED)
    return Markup('{} <a href="{}">{}</a>').format(_who(facts), way, _("What these words mean"))


def _who(facts: ProfileFacts) -> str:
    evidence, word = facts.profile.hair_evidence, facts.hair_word
    if evidence is HairEvidence.UNKNOWN:
        return _("Nobody has shown us yet whether they work on hair.")
    record = facts.source_of(word.source_record_id) if word else None
    is_confirmed = evidence is HairEvidence.CONFIRMED
    if word is not None and record is not None:
        said = _("Confirmed by %(source)s, as of %(day)s.") if is_confirmed else _("%(source)s, as of %(day)s: the owner says so.")
        return said % {"source": record.source.name, "day": templating.day(record.record.as_of)}
    day = templating.day(word.asserted_on) if word else ""
    if not is_confirmed:
        is_owners = word is not None and word.rank is AssertionRank.OWNER
        return _("The owner said so on %(day)s. Nobody has checked it.", day=day) if is_owners else _("Nobody has checked it.")
    if word is not None and word.rank is AssertionRank.MODERATOR:
        return _("A moderator of this site looked, and confirmed it on %(day)s.", day=day)
    return _("Who confirmed it is not known.")
