"""The addresses of places, each given once and for good: pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from directory.core.text import slugify


class RegionToName(NamedTuple):
    """A region that needs a slug."""

    country_code: str
    code: str
    name: str


class PlaceToName(NamedTuple):
    """A place that needs a path; `region_slug` is empty where it stands under its country."""

    id: int
    country_code: str
    region_slug: str
    name: str
    population: int


def region_slugs(regions: Iterable[RegionToName], *, kept: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Return the slug of each region by (country, code).

    Of two regions of one name the first by code keeps the plain slug; the other gets its code behind it.

    Args:
        regions: All regions.
        kept: Slugs given before: an address that stood in somebody's bookmarks stays.
    """
    slugs = dict(kept)
    taken = {(country, slug) for (country, _), slug in kept.items()}
    for region in sorted(set(regions)):
        if (region.country_code, region.code) in slugs:
            continue
        slug = slugify(region.name) or "region"
        if (region.country_code, slug) in taken:
            slug = f"{slug}-{slugify(region.code)}"
        taken.add((region.country_code, slug))
        slugs[region.country_code, region.code] = slug
    return slugs


def place_paths(places: Iterable[PlaceToName], *, region_paths: Iterable[str], kept: Mapping[int, str]) -> dict[int, str]:
    """Return the path of each place: `us/california/los-angeles`, without the outer slashes.

    Of places that would share a path the one with most people keeps it (then the lower number); the others get
    `-<number>` behind. A place right under its country gives way to a region of the same slug.

    Args:
        places: All places to name.
        region_paths: Paths that regions have: `us/california`.
        kept: Paths given before, by the place's number; they stay.
    """
    paths = dict(kept)
    taken = {*region_paths, *kept.values()}
    for place in sorted(places, key=lambda p: (-p.population, p.id)):
        if place.id in paths:
            continue
        path = "/".join(filter(None, (place.country_code.lower(), place.region_slug, slugify(place.name) or "place")))
        while path in taken:
            path = f"{path}-{place.id}"
        taken.add(path)
        paths[place.id] = path
    return paths
