"""Tables and constraints, one area a file; no behaviour beyond derived values.

Importing this package makes the whole of `metadata` known.
"""

from directory.models import (
    accounts,
    assertions,
    claims,
    comments,
    disclosures,
    evidence,
    factors,
    guides,
    limits,
    memberships,
    moderation,
    ops,
    places,
    profiles,
    replies,
    reviews,
    search,
    sources,
    treatments,
)

__all__ = [
    "accounts",
    "assertions",
    "claims",
    "comments",
    "disclosures",
    "evidence",
    "factors",
    "guides",
    "limits",
    "memberships",
    "moderation",
    "ops",
    "places",
    "profiles",
    "replies",
    "reviews",
    "search",
    "sources",
    "treatments",
]
