"""What a guide must say of itself, and when its video may be shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from directory.guides import documents
from directory.guides.documents import DocumentError

#: What each guide says on top, and the type of it.
_FACTS: Mapping[str, type] = {"title": str, "slug": str, "summary": str, "author": str, "published": date, "updated": date, "sources": list}
#: What each source says; `url` may be empty where there is no address that we have seen.
_SOURCE = ("title", "publisher", "url", "seen_on")


@dataclass(frozen=True)
class Shipped:
    """A guide as its file has it, fit to be stored."""

    slug: str
    title: str
    summary: str
    author: str
    published_on: date
    updated_on: date
    body: str
    sources: tuple[dict[str, str], ...]
    hash: str


@dataclass(frozen=True)
class Video:
    """A video that somebody else hosts: where it is, and whether it may be shown in a frame on our page."""

    url: str
    host: str
    embed: bool


def shipped(text: str) -> Shipped:
    """Return the guide that a file holds.

    Raises:
        DocumentError: when a fact is missing, has the wrong type, or the dates are the wrong way round.
    """
    document = documents.read(text)
    meta = document.meta
    for name, kind in _FACTS.items():
        if not isinstance(meta.get(name), kind) or not meta[name]:
            raise DocumentError(f"the fact {name!r} is missing or is no {kind.__name__}")
    if set(meta) - set(_FACTS):
        raise DocumentError(f"no fact is called {sorted(set(meta) - set(_FACTS))[0]!r}")
    if meta["updated"] < meta["published"]:
        raise DocumentError("updated before it was published")
    documents.parts(document.body)
    return Shipped(
        slug=meta["slug"],
        title=meta["title"],
        summary=meta["summary"],
        author=meta["author"],
        published_on=meta["published"],
        updated_on=meta["updated"],
        body=document.body,
        sources=tuple(_source(number, one) for number, one in enumerate(meta["sources"], 1)),
        hash=sha256(text.encode()).hexdigest(),
    )


def video(url: str, allowed: Collection[str]) -> Video | None:
    """Return the video at `url`, or None when there is no address, or one that is not https with a host.

    Args:
        url: The configured address.
        allowed: Hosts whose videos may be framed, in lower case; all others are only linked to.
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme != "https" or not host or parts.username is not None:
        return None
    return Video(url.strip(), host, host in allowed and parts.port in {None, 443})


def _source(number: int, source: Any) -> dict[str, str]:
    if not isinstance(source, dict) or set(source) != set(_SOURCE):
        raise DocumentError(f"source {number} says exactly {', '.join(_SOURCE)}")
    if not source["title"] or not source["publisher"] or not isinstance(source["seen_on"], date):
        raise DocumentError(f"source {number} has no title, publisher or day")
    if source["url"] and not str(source["url"]).startswith("https://"):
        raise DocumentError(f"source {number}: an address begins with https://")
    return {name: source[name].isoformat() if name == "seen_on" else str(source[name]) for name in _SOURCE}
