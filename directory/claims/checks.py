"""Whether what a claimant shows stands where they say: at their domain, on their website, in their e-mail address."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from directory.claims import domains, pages
from directory.claims.domains import Domain, Sharing
from directory.core import outbound
from directory.core.i18n import lazy
from directory.core.outbound import Fetched, OutboundRefused, Policy, Reason
from directory.core.outbound.names import SYSTEM, Resolver, texts
from directory.core.outbound.rules import Target, read_url
from directory.core.tokens import keyed_digest, same
from directory.models.claims import ProofMethod

#: What a TXT record begins with.
DNS_PREFIX = "hairline-verification="
#: Where the file stands.
PATH = "/.well-known/hairline.txt"
#: The name of the tag in the head of the page.
META_NAME = pages.NAME

MAX_FILE = 1024
MAX_PAGE = 512 * 1024
#: Of a hexadecimal digest: 160 bits, which nobody guesses and a person can still compare.
_TOKEN_LENGTH = 40


@dataclass(frozen=True)
class Look:
    """What one look found.

    Args:
        found: Whether the token stands there.
        problem: Why not, as a key of `SENTENCES`; "" where it was found.
        subject: Where it was looked for: a domain for DNS, else the host of the website; "" where the website is no address.
    """

    found: bool
    problem: str
    subject: str


#: Word of `email_problem` or `look` -> the sentence that says what was wrong and how to mend it.
SENTENCES: Mapping[str, str] = {
    "free_mail": lazy("Anybody can have an address there. Use one at the domain of the listed website, or show it in another way."),
    "public_suffix": lazy("What stands behind the @ is not a domain of one owner. Use an address at the domain of the listed website."),
    "other_domain": lazy("This address is not at the domain of the listed website. Use one that is, or show it in another way."),
    "looks_alike": lazy(
        "This domain looks like that of the listed website and is another one. Look at each letter, or show it in another way."
    ),
    "no_website": lazy(
        "No website of its own is listed for this profile, so an e-mail address proves nothing here. Please show it in another way."
    ),
    "not_found": lazy(
        "We did not find the code there. Check that it is saved and public; a change in DNS can take some hours. Then ask again."
    ),
    "wrong_token": lazy("There is a code, and it is another one. Copy the one that this page shows, without anything before or behind it."),
    "unreachable": lazy("We could not reach it. Check that the website, or its DNS, answers from outside, and ask again later."),
    "insecure": lazy("The certificate of the website is not in order, so we cannot be sure whose it is. Have it renewed, and ask again."),
    "refused_address": lazy(
        "The website leads to an address inside of a private network, which we do not ask. Correct its DNS, and ask again."
    ),
    "too_large": lazy(
        "There is more than we read. Put the code into a file of its own with nothing else in it, or near the top of the page."
    ),
    "wrong_type": lazy("There is something else at that address. The code must stand in a plain text file, or in the HTML of the page."),
    "redirected_away": lazy(
        "The website leads on to another one, which cannot speak for it. Put the code where the listed address leads nowhere else."
    ),
    "no_such_domain": lazy(
        "There is no such domain any more. If the website has moved, suggest the new address first; a moderator checks it."
    ),
    "shared_host": lazy("Many people share this host, so this would not show which page is yours. Please show it in another way."),
    "bad_website": lazy("The listed website is no address that we can ask. Suggest the right one first; a moderator checks it."),
}

#: What the client for other sites says -> our word.
_REASONS = {
    Reason.BAD_URL: "bad_website",
    Reason.PRIVATE_ADDRESS: "refused_address",
    Reason.UNREACHABLE: "unreachable",
    Reason.INSECURE: "insecure",
    Reason.TOO_MANY_REDIRECTS: "redirected_away",
    Reason.TOO_LARGE: "too_large",
    Reason.TOO_SLOW: "unreachable",
    Reason.WRONG_TYPE: "wrong_type",
    Reason.BAD_ANSWER: "unreachable",
    Reason.ELSEWHERE: "redirected_away",
    Reason.NO_SUCH_NAME: "no_such_domain",
}


def token_for(claim_id: int, method: ProofMethod, *, secret: str) -> str:
    """Return what a claimant puts on their website or in their DNS; the same at each later look, so nothing is stored.

    Args:
        claim_id: Whose it is: the token of one claim shows nothing for another.
        method: Where it will stand.
        secret: The site's secret key; with another one all tokens are others.
    """
    return keyed_digest(f"claim token:{method.value}:{claim_id}", key=secret)[:_TOKEN_LENGTH]


def email_problem(email: str, websites: Sequence[str]) -> str:
    """Return "" where an address is at the domain of a listed website or below it, else why not, as a key of `SENTENCES`.

    Args:
        email: As it was typed; whether it can be one at all is for the form to say.
        websites: Addresses that somebody other than the claimant named; those on shared hosts do not count.
    """
    local, _at, host = email.strip().rpartition("@")
    domain = domains.read(host) if local else None
    if domain is None:
        return "other_domain"
    if domains.is_free_mail(domain):
        return "free_mail"
    if not domain.registrable:
        return "public_suffix"
    own = [found for found in map(_domain_of, websites) if found and found.registrable and not domains.sharing(found.host)]
    if not own:
        return "no_website"
    if domain.registrable in {site.registrable for site in own}:
        return ""
    return "looks_alike" if any(domains.alike(domain, site) for site in own) else "other_domain"


def _domain_of(website: str) -> Domain | None:
    """Return the domain of a website, or of a host that stands alone."""
    rest = website.strip().partition("://")[2] or website.strip()
    authority = rest.replace("\\", "/").partition("/")[0].partition("?")[0].partition("#")[0]
    # "https://studio.example@other.example/": whoever is asked is the other one, and nobody lists such an address in earnest.
    return None if "@" in authority else domains.read(authority.partition(":")[0])


def look(method: ProofMethod, website: str, token: str, *, policy: Policy = outbound.PUBLIC, resolver: Resolver = SYSTEM) -> Look:
    """Look for a token, by DNS_TXT, WELL_KNOWN or META_TAG. Call it outside of a transaction: it may take half a minute.

    Hosts that many share are looked at only where the place belongs to one of them: a file at the root, where each has a name
    of their own; the head of the very page that is listed, in either case. Their DNS is never theirs.

    Args:
        method: Where to look.
        website: The listed address.
        token: What must stand there.
        policy: How other sites may be asked; tests name their own.
        resolver: Whom to ask about DNS; tests name their own.

    Raises:
        ValueError: for a method that has no token.
    """
    way = _WAYS.get(method)
    if way is None:
        raise ValueError(f"{method} has no token")
    try:
        site = read_url(website.strip(), policy)
    except OutboundRefused as refusal:
        return Look(found=False, problem=_REASONS[refusal.reason], subject="")
    domain = domains.read(site.host)
    subject = domain.registrable if domain and method is ProofMethod.DNS_TXT else site.host
    try:
        problem = way(_Place(site, subject, token, policy, resolver))
    except OutboundRefused as refusal:
        problem = _REASONS[refusal.reason]
    return Look(found=not problem, problem=problem, subject=subject)


@dataclass(frozen=True)
class _Place:
    """Where one look goes, and what it looks for."""

    site: Target
    subject: str
    token: str
    policy: Policy
    resolver: Resolver

    def judged(self, found: Iterable[str]) -> str:
        """Return "" where the token is among what was found, else what to say."""
        written = [text for text in found if text]
        if any(same(text, self.token) for text in written):
            return ""
        return "wrong_token" if written else "not_found"


def _in_dns(place: _Place) -> str:
    """Look at the domain that was registered: those below it may be lent to somebody else."""
    if not place.subject:
        return "bad_website"
    if domains.sharing(place.site.host):
        return "shared_host"
    records = [record.strip(' "') for record in texts(place.subject, place.resolver)]
    return place.judged(record[len(DNS_PREFIX) :].strip() for record in records if record.lower().startswith(DNS_PREFIX))


def _in_file(place: _Place) -> str:
    """Look at the first line of the file."""
    if domains.sharing(place.site.host) and not domains.is_own_name(place.site.host):
        return "shared_host"
    found = _fetched(place, PATH, ("text/plain", *outbound.PAGES))
    if found.status != 200:
        return "not_found"
    if found.content_type != "text/plain":
        return "wrong_type"
    if len(found.body) > MAX_FILE:
        return "too_large"
    return place.judged(line.strip() for line in found.text.splitlines()[:1])


def _in_head(place: _Place) -> str:
    """Look at the head of the listed page. On a host that many share it must be that very page: another one may be anybody's."""
    path, shared = place.site.path, domains.sharing(place.site.host)
    if shared is Sharing.PATH and path == "/":
        return "shared_host"
    found = _fetched(place, path, outbound.PAGES)
    if shared and read_url(found.url, place.policy).path.rstrip("/") != path.rstrip("/"):
        return "redirected_away"
    return place.judged(pages.tokens(found.text)) if found.status == 200 else "not_found"


def _fetched(place: _Place, path: str, accept: tuple[str, ...]) -> Fetched:
    """Return what stands at a path of the website, over https; over http alone only where the website is listed so.

    A redirect may lead to the same host or to its twin with or without "www": another host cannot speak for this one, and is not
    even asked.
    """
    site = place.site
    twin = site.host.removeprefix("www.") if site.host.startswith("www.") else f"www.{site.host}"
    policy = replace(place.policy, max_bytes=MAX_PAGE, hosts=frozenset({site.host, twin}))
    try:
        return outbound.fetch(Target("https", site.host, 443 if site.port == 80 else site.port, path).url, accept=accept, policy=policy)
    except OutboundRefused as refusal:
        if site.scheme == "https" or refusal.reason not in _NO_HTTPS:
            raise
    return outbound.fetch(Target("http", site.host, site.port, path).url, accept=accept, policy=policy)


#: What a website without https says when it is asked over https.
_NO_HTTPS = {Reason.UNREACHABLE, Reason.INSECURE, Reason.TOO_SLOW, Reason.BAD_ANSWER}

_WAYS: Mapping[ProofMethod, Callable[[_Place], str]] = {
    ProofMethod.DNS_TXT: _in_dns,
    ProofMethod.WELL_KNOWN: _in_file,
    ProofMethod.META_TAG: _in_head,
}
