"""Whose a domain is: what may be registered, what anybody may have, what many share, and what can be taken for another."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import idna

from directory.accounts.skeleton import skeleton
from directory.core.outbound.rules import OutboundRefused, read_host
from directory.core.paths import DATA

_FOLDER = DATA / "domains"
#: Of shorter names too many differ by one letter: "bmw" and "bmv" say nothing.
_MIN_ALIKE = 5


class Sharing(StrEnum):
    """How those who share a host are told apart."""

    #: Each has a path: "facebook.example/ada".
    PATH = "path"
    #: Each has a name below: "ada.sites.example".
    NAME = "name"


@dataclass(frozen=True)
class Domain:
    """A host taken apart.

    Args:
        host: As DNS knows it.
        registrable: What somebody registered, or got from whoever registered it; "" for a public suffix and for an IP address.
        suffix: What stands behind it: "com", "co.uk", "github.io".
    """

    host: str
    registrable: str
    suffix: str


def read(host: str) -> Domain | None:
    """Return a host taken apart by the list of public suffixes, with those of its private part; None where it is no host.

    A last label that the list does not know is a suffix, as the list itself says.
    """
    try:
        host = read_host(host.strip())
    except OutboundRefused:
        return None
    if ":" in host or host.rpartition(".")[2].isdigit():
        return Domain(host, "", "")
    parts = _suffixes()(host)
    suffix = parts.suffix or host.rpartition(".")[2]
    # What is left before a suffix that the list does not know, the library calls the domain.
    before = host.removesuffix(suffix).rstrip(".")
    return Domain(host, f"{before.rpartition('.')[2]}.{suffix}" if before else "", suffix)


@cache
def _suffixes():  # type: ignore[no-untyped-def]  # the library's own type, which is imported when it is first needed
    """Return the library over the list that it ships: nothing is fetched and nothing is kept."""
    from tldextract import TLDExtract  # noqa: PLC0415  (it reads a large file)

    return TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True, include_psl_private_domains=True)


@cache
def _free() -> frozenset[str]:
    return frozenset((_FOLDER / "free_mail.txt").read_text("ascii").split())


@cache
def _shared() -> dict[str, Sharing]:
    lines = (_FOLDER / "shared_hosts.txt").read_text("ascii").splitlines()
    return {host: Sharing(kind) for host, kind in (line.split() for line in lines if line and not line.startswith("#"))}


def is_free_mail(domain: Domain) -> bool:
    """Tell whether anybody can have an address there."""
    return bool({domain.host, domain.registrable} & _free())


def sharing(host: str) -> Sharing | None:
    """Return how those who share a host are told apart; None where it is not one of those that many share."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        if kind := _shared().get(".".join(labels[start:])):
            return kind
    return None


def is_own_name(host: str) -> bool:
    """Tell whether a host is a name that one of those who share its domain has for themselves."""
    above = host.partition(".")[2]
    return sharing(host) is Sharing.NAME and sharing(above) is Sharing.NAME and not host.startswith("www.")


def alike(one: Domain, other: Domain) -> bool:
    """Tell whether one domain can be taken for another that it is not."""
    if one.registrable == other.registrable:
        return False
    left, right = _shown(one.registrable), _shown(other.registrable)
    if skeleton(left) == skeleton(right) or _name(left, one) == _name(right, other):
        return True
    return min(len(left), len(right)) >= _MIN_ALIKE and (one_letter_away(left, right) or one_letter_away(skeleton(left), skeleton(right)))


def _name(shown: str, domain: Domain) -> str:
    """Return what a domain looks like without its suffix: "studio.example" and "studio.test" are taken for each other."""
    return skeleton(shown.removesuffix(_shown(domain.suffix)))


def _shown(host: str) -> str:
    """Return a host in the letters that people see."""
    try:
        return idna.decode(host)
    except UnicodeError:  # idna's own errors are of this kind
        return host


def one_letter_away(left: str, right: str) -> bool:
    """Tell whether one letter was put in, left out, changed, or swapped with its neighbour."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    if len(left) > len(right):
        left, right = right, left
    at = next((i for i, letter in enumerate(left) if letter != right[i]), len(left))
    if len(left) < len(right):
        return left[at:] == right[at + 1 :]
    return left[at + 1 :] == right[at + 1 :] or (left[at : at + 2] == right[at : at + 2][::-1] and left[at + 2 :] == right[at + 2 :])
