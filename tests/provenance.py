"""Which facts of a page nobody is known to have said."""

from collections.abc import Iterator

from sqlmodel import Session, select

from directory.disclosures import rules as disclosures
from directory.models.assertions import FieldAssertion
from directory.models.profiles import HairEvidence, Profile
from directory.profiles import queries
from directory.profiles.shown import ProfileFacts
from directory.provenance import fields
from directory.web import profile as pages


def words_on(facts: ProfileFacts) -> Iterator[str]:
    """Yield the word of every fact that a profile's page shows, part by part of web/profile.py."""
    profile, person, practice = facts.profile, facts.practitioner, facts.organization
    yield fields.NAME
    if profile.about:
        yield fields.ABOUT
    if profile.hair_evidence is not HairEvidence.UNKNOWN:
        yield fields.HAIR_EVIDENCE
    if person is not None:
        yield fields.KIND
        yield from (fields.role(role.profile.id) for role in facts.roles)
    if practice is not None and practice.legal_name:
        yield fields.LEGAL_NAME
    if facts.disclosure is not None and disclosures.answers(facts.disclosure.model_dump()):
        yield fields.DISCLOSURE
    yield from (word for word, _record in [*pages.fact_words(facts), *pages.offering_words(facts)])
    yield from (fields.credential(one.type, one.reference) for one in facts.credentials)
    yield from (fields.inspection(one.system, one.inspected_on) for one in facts.inspections)


def unsaid(session: Session) -> list[tuple[str, str]]:
    """Return (address, word) of each fact on any page without an assertion, whether it holds or ended with its record."""
    session.expire_all()
    said = set(session.exec(select(FieldAssertion.profile_id, FieldAssertion.field)).all())
    profiles = session.exec(select(Profile)).all()
    pages_of = [(profile, queries.facts(session, profile)) for profile in profiles]
    return [(profile.slug, word) for profile, facts in pages_of for word in words_on(facts) if (profile.id, word) not in said]
