"""Which addresses of other people's sites may be asked, how much of an answer is taken, and the words for a refusal; pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlsplit

import idna

Address = IPv4Address | IPv6Address

MAX_URL = 2000
#: What may stand in a path or a query as it is; "%" because it was escaped by whoever wrote the address.
_AS_IS = "/%:@!$&'()*+,;=~-._?[]"
#: Spaces, controls and backslashes: programs that read addresses disagree about them, and `urlsplit` drops some without a word.
_UNCLEAR = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
#: A host and perhaps a port, and nothing else: no user, no zone ("%eth0"), no escapes, nothing after a bracket.
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\[\]@:%]+)(?::(?P<port>[0-9]{1,5})?)?")
_NAME = re.compile(r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
#: Whatever ends in a number is read as an IPv4 address by some program: 2130706433, 0x7f.1, 0177.0.0.1.
_NUMERIC = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")
#: Names that are answered inside of one network or one machine.
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa", "onion")

_GLOBAL_V6 = ip_network("2000::/3")
#: Ranges that Python calls global, in some of its versions, and that lead elsewhere than they say.
_CLOSED = tuple(
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # shared by a carrier's customers
        "168.63.129.16/32",  # the metadata of one large cloud, at a public address
        "192.0.0.0/24",  # protocols, and metadata of another cloud
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo, ORCHID and other protocols
        "2001:db8::/32",  # examples
        "2002::/16",  # 6to4: any IPv4 address may hide in it
        "3fff::/20",  # examples
    )
)


class Reason(StrEnum):
    """Why nothing was fetched, for code; what a visitor reads about it is written where it is shown."""

    BAD_URL = "bad_url"
    PRIVATE_ADDRESS = "private_address"
    UNREACHABLE = "unreachable"
    INSECURE = "insecure"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    WRONG_TYPE = "wrong_type"
    BAD_ANSWER = "bad_answer"
    #: A redirect to a host that was not named, or a name of DNS that stands for another.
    ELSEWHERE = "elsewhere"
    #: DNS says that there is no such name.
    NO_SUCH_NAME = "no_such_name"


class OutboundRefused(Exception):
    """Nothing was fetched; the text is fit for a log and never holds a path or a query, which may hold secrets.

    Args:
        reason: Which rule spoke.
        host: The host that was to be asked, where it is known and is well written.
        detail: A word more for whoever reads the log, never taken from an answer or an address.
    """

    def __init__(self, reason: Reason, *, host: str = "", detail: str = "") -> None:
        where = f" from {host}" if host else ""
        super().__init__(f"Nothing was fetched{where}: {reason}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.host = host


@dataclass(frozen=True)
class Policy:
    """What may be asked and how much is taken.

    No setting leads here: code names a policy, and only tests and the demo may name one that allows loopback
    (held by `tests/test_architecture.py`).
    """

    ports: frozenset[int] = frozenset({80, 443})
    allow_loopback: bool = False
    max_redirects: int = 3
    #: Of the body, after it is unpacked.
    max_bytes: int = 2_000_000
    #: For everything: names, all hops, the last byte.
    seconds: float = 10.0
    #: For one silence.
    idle_seconds: float = 5.0
    #: A file of certificates to trust instead of the usual ones.
    trust: str | None = None
    #: The only hosts that a redirect may lead to; empty: any public one.
    hosts: frozenset[str] = frozenset()


PUBLIC = Policy()


@dataclass(frozen=True)
class Target:
    """An address that is clear to everybody: ASCII, lower-case host, no user, no fragment."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return the host as it stands in an address, with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Return the whole address."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def literal(self) -> Address | None:
        """Return the IP address that stands in place of a name, if one does."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def read_url(url: str, policy: Policy = PUBLIC) -> Target:
    """Return what `url` says, if there is only one way to read it.

    The address that is asked later is put together anew from the parts that were checked here, so that no
    library can read another host out of the same text.

    Raises:
        OutboundRefused: It is not a plain http or https address of a public host and an allowed port.
    """
    if len(url) > MAX_URL or _UNCLEAR.search(url):
        raise OutboundRefused(Reason.BAD_URL, detail="too long, or unclear characters")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise OutboundRefused(Reason.BAD_URL, detail="not an address") from None
    if parts.scheme not in {"http", "https"}:
        raise OutboundRefused(Reason.BAD_URL, detail="neither http nor https")
    found = _AUTHORITY.fullmatch(parts.netloc)
    if not found:
        raise OutboundRefused(Reason.BAD_URL, detail="not a host")
    host = read_host(found["host"])
    port = int(found["port"] or {"http": 80, "https": 443}[parts.scheme])
    if port not in policy.ports:
        raise OutboundRefused(Reason.BAD_URL, host=host, detail="a port that is not for web pages")
    path = quote(parts.path or "/", safe=_AS_IS, errors="replace") + ("?" + quote(parts.query, safe=_AS_IS, errors="replace")) * bool(
        parts.query
    )
    return Target(parts.scheme, host, port, path)


def read_host(text: str) -> str:
    """Return a host as DNS knows it, or an IP address without brackets in its usual spelling.

    Raises:
        OutboundRefused: It is no name of the public DNS and no plainly written IP address.
    """
    if text.startswith("["):
        try:
            return str(IPv6Address(text[1:-1]))
        except ValueError:
            raise OutboundRefused(Reason.BAD_URL, detail="not an IPv6 address") from None
    try:
        # First the form that DNS sees: full-width and circled digits become digits, other full stops become dots.
        host = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode("ascii")
    except UnicodeError:  # idna's own errors are of this kind
        raise OutboundRefused(Reason.BAD_URL, detail="not a name of DNS") from None
    host = host.removesuffix(".")
    if _NUMERIC.fullmatch(host):
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise OutboundRefused(Reason.BAD_URL, detail="not a plain IPv4 address") from None
    if host in _LOCAL_NAMES or host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES)):
        raise OutboundRefused(Reason.PRIVATE_ADDRESS, detail="a local name")
    if not _NAME.fullmatch(host):
        raise OutboundRefused(Reason.BAD_URL, detail="not a name of DNS")
    return host


def is_public(address: Address, policy: Policy = PUBLIC) -> bool:
    """Tell whether `address` is on the open internet.

    IPv6 is an allow-list: only 2000::/3 is given out, so mapped (::ffff:0:0/96), translated (64:ff9b::/96,
    64:ff9b:1::/48), local and unassigned addresses fall out by themselves.
    """
    if policy.allow_loopback and address.is_loopback:
        return True
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return False
    if any(address in network for network in _CLOSED):
        return False
    return address.is_global and not address.is_multicast


def is_downgrade(before: Target, after: Target) -> bool:
    """Tell whether a redirect leads from a page that nobody can change on its way to one that anybody can."""
    return before.scheme == "https" and after.scheme == "http"
