"""What a page says of itself to search engines: its one address, whether to list it, and its facts in schema.org's words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import current_app

from directory.config import Settings
from directory.models.profiles import Location, PractitionerKind
from directory.profiles.shown import ProfileFacts
from directory.reviews import rules
from directory.reviews.queries import Shown

Crumb = tuple[str, str | None]
Node = dict[str, Any]

#: Professions that schema.org knows; all others work at a local business.
PHYSICIANS = {PractitionerKind.SURGEON, PractitionerKind.DERMATOLOGIST, PractitionerKind.PHYSICIAN}
#: The one type that every practice has beside its own.
BUSINESS = "LocalBusiness"
DAYS = {"mo": "Monday", "tu": "Tuesday", "we": "Wednesday", "th": "Thursday", "fr": "Friday", "sa": "Saturday", "su": "Sunday"}


@dataclass(frozen=True)
class Seo:
    """The head of a page for search engines, as `seo/head.html` prints it.

    Args:
        canonical: The full address that stands for the page.
        indexed: Whether search engines may list it; links on it are followed either way.
        nodes: Facts for JSON-LD.
    """

    canonical: str
    indexed: bool = True
    nodes: Sequence[Node] = field(default=())


def address(path: str, pairs: Iterable[tuple[str, str]] = ()) -> str:
    """Return the full address of a path, with a query where there is one."""
    settings: Settings = current_app.extensions["hairline_settings"]
    return settings.public_url + with_query(path, pairs)


def with_query(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return a path with a query string of `pairs`; without one when there are none."""
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path


def outside(url: str) -> str | None:
    """Return an address of somebody else's if it is one of the web: a register or a file may hold anything."""
    return url if url.startswith(("https://", "http://")) else None


def breadcrumbs(crumbs: Sequence[Crumb], here: str) -> Node:
    """Return the way to a page.

    Args:
        crumbs: As shown: (label, path), the last without a path.
        here: The page's own full address.
    """
    items = [
        {"@type": "ListItem", "position": position, "name": label, "item": address(path) if path else here}
        for position, (label, path) in enumerate(crumbs, 1)
    ]
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}


def business(facts: ProfileFacts, here: str, reviews: Sequence[Shown]) -> Node:
    """Return a profile as a local business or a physician, with what patients say of it.

    A rating is given from MIN_SHOWN reviews of our own on, as it is shown on the page (T-26, T-27); the plain mean,
    never the weighted score. Call it for real profiles only: what is made up must not reach search engines.

    Args:
        here: The page's own full address.
        reviews: The published reviews that stand on the page; all written here.
    """
    profile, location = facts.profile, facts.locations[0] if facts.locations else None
    found: Node = {"@context": "https://schema.org", "@type": _type(facts), "@id": here, "url": here, "name": profile.name}
    found |= _where(facts, location)
    said = facts.organization or facts.practitioner
    if said is not None and (website := outside(said.website)):
        found["sameAs"] = website
    if profile.review_count >= rules.MIN_SHOWN and profile.mean_micro is not None:
        found["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": f"{profile.mean_micro / rules.MILLION:.1f}",
            "reviewCount": profile.review_count,
            "bestRating": 5,
            "worstRating": 1,
        }
        found["review"] = [_review(review) for review in reviews if not review.is_sample]
    return found


def _type(facts: ProfileFacts) -> str | list[str]:
    if facts.practitioner is not None:
        return "Physician" if facts.practitioner.kind in PHYSICIANS else BUSINESS
    own = facts.organization.schema_type if facts.organization else BUSINESS
    return own if own == BUSINESS else [own, BUSINESS]


def _where(facts: ProfileFacts, location: Location | None) -> Node:
    place = facts.place
    if location is None:
        if place is None:
            return {}
        return {"address": {"@type": "PostalAddress", "addressLocality": place.name, "addressCountry": place.country_code}}
    lines = {
        "streetAddress": location.address,
        "addressLocality": location.city or (place.name if place else ""),
        "addressRegion": location.region,
        "postalCode": location.postal_code,
        "addressCountry": location.country_code,
    }
    found: Node = {"address": {"@type": "PostalAddress"} | {name: value for name, value in lines.items() if value}}
    if location.lat is not None and location.lon is not None:
        found["geo"] = {"@type": "GeoCoordinates", "latitude": location.lat, "longitude": location.lon}
    if location.phone:
        found["telephone"] = location.phone
    if location.hours:
        found["openingHoursSpecification"] = list(_hours(location.hours))
    return found


def _hours(hours: Mapping[str, list[list[str]]]) -> Iterable[Node]:
    for day, name in DAYS.items():
        for opens, closes in hours.get(day, []):
            yield {"@type": "OpeningHoursSpecification", "dayOfWeek": f"https://schema.org/{name}", "opens": opens, "closes": closes}


def _review(review: Shown) -> Node:
    found: Node = {
        "@type": "Review",
        "author": {"@type": "Person", "name": review.author},
        "datePublished": review.published_at.date().isoformat(),
        "reviewBody": "\n\n".join(review.paragraphs),
        "reviewRating": {"@type": "Rating", "ratingValue": review.overall, "bestRating": 5, "worstRating": 1},
    }
    return found | ({"name": review.title} if review.title else {})
