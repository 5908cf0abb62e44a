"""Who says what of made-up profiles: the owner where one is claimed, else nobody in particular; hair work is confirmed by moderators."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from directory.disclosures import rules as disclosures
from directory.models.assertions import AssertionRank
from directory.models.profiles import HairEvidence, ProfileStatus
from directory.profiles import saying
from directory.provenance import fields, stating
from directory.sample.profiles import SampleProfile
from directory.sample.rows import Row


def rows(profiles: Sequence[tuple[SampleProfile, int]], works_at: Mapping[str, int]) -> list[Row]:
    """Return the assertions of some profiles.

    Args:
        profiles: Each with its number.
        works_at: The numbers of the practices where they work, by their addresses.
    """
    return [_row(profile, number, field, value) for profile, number in profiles for field, value in _said(profile, works_at).items()]


def _said(profile: SampleProfile, works_at: Mapping[str, int]) -> dict[str, Any]:
    row = defaultdict(lambda: None, profile.row)
    said: dict[str, Any] = {fields.NAME: row["name"], fields.ABOUT: row["about"]}
    if row["hair_evidence"] is not HairEvidence.UNKNOWN:
        said[fields.HAIR_EVIDENCE] = str(row["hair_evidence"])
    person, practice = profile.person or {}, profile.practice or {}
    said |= {name: person.get(name) for name in (fields.LANGUAGES, fields.YEAR_STARTED)}
    said |= {fields.KIND: str(person["kind"])} if person else {fields.LEGAL_NAME: practice.get("legal_name")}
    said[fields.WEBSITE] = (person or practice)["website"]
    for n, location in enumerate(profile.locations):
        said[fields.address(n)] = saying.address_value(location)
        said |= {fields.phone(n): location["phone"], fields.hours(n): location["hours"]}
    for offering in profile.offerings:
        said[fields.offering(offering["treatment"], offering["technique"])] = saying.offering_value(offering)
    for paper in profile.credentials:
        said[fields.credential(paper["type"], paper["reference"])] = stating.credential_value(paper)
    if profile.works_at in works_at:
        said[fields.role(works_at[profile.works_at])] = {"title": profile.role_title}
    if profile.disclosure is not None:
        said[fields.DISCLOSURE] = disclosures.answers(profile.disclosure)
    return {field: value for field, value in said.items() if value not in (None, "", [], {})}


def _row(profile: SampleProfile, number: int, field: str, value: Any) -> Row:
    rank = AssertionRank.OWNER if profile.row["status"] is ProfileStatus.CLAIMED else AssertionRank.GUESS
    if field == fields.HAIR_EVIDENCE and profile.row["hair_evidence"] is HairEvidence.CONFIRMED:
        rank = AssertionRank.MODERATOR  # nobody confirms their own
    is_dated = field == fields.DISCLOSURE and profile.disclosure is not None
    moment: datetime = (profile.disclosure or {})["stated_at"] if is_dated else profile.row["updated_at"]
    return {
        **{"profile_id": number, "field": field, "value": value, "rank": rank, "source_record_id": None, "user_id": None},
        **{"asserted_at": moment, "verified_at": moment, "ended_at": None},
    }
