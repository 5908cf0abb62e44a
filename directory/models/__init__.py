"""Tables and constraints, one area a file; no behaviour beyond derived values.

Importing this package makes the whole of `metadata` known.
"""

from directory.models import (
    accounts,
    comments,
    factors,
    guides,
    limits,
    memberships,
    moderation,
    ops,
    places,
    profiles,
    reviews,
    search,
    sources,
    treatments,
)

__all__ = [
    "accounts",
    "comments",
    "factors",
    "guides",
    "limits",
    "memberships",
    "moderation",
    "ops",
    "places",
    "profiles",
    "reviews",
    "search",
    "sources",
    "treatments",
]
