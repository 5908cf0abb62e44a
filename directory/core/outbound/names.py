"""What the DNS says at a name, asked directly: TXT records and nothing else."""

from dataclasses import dataclass

import dns.exception
import dns.resolver

from directory.core.outbound.rules import OutboundRefused, Reason


@dataclass(frozen=True)
class Resolver:
    """Whom to ask, and for how long.

    Args:
        servers: Addresses of name servers; none: those of this machine.
        port: Where they listen; tests run one of their own.
        seconds: For everything, all tries together.
    """

    servers: tuple[str, ...] = ()
    port: int = 53
    seconds: float = 6.0


SYSTEM = Resolver()

#: More than any domain has that is not made to keep us busy: the largest have some dozens of records, of a few thousand bytes.
MAX_RECORDS = 100
MAX_BYTES = 16 * 1024


def texts(name: str, resolver: Resolver = SYSTEM) -> tuple[str, ...]:
    """Return the TXT records of a name, the strings of each joined; none where it has none.

    An alias (CNAME) is not followed: whoever it leads to must not be able to speak for the name. Call it outside of a transaction: it
    may take `resolver.seconds`.

    Args:
        name: As DNS knows it.
        resolver: Whom to ask; tests name their own.

    Raises:
        OutboundRefused: NO_SUCH_NAME, ELSEWHERE (an alias), TOO_LARGE, or UNREACHABLE.
    """
    try:
        answer = _asker(resolver).resolve(name, "TXT", search=False, raise_on_no_answer=False)
        alias = answer.canonical_name != answer.qname
    except dns.resolver.NXDOMAIN:
        raise OutboundRefused(Reason.NO_SUCH_NAME, host=name) from None
    except (dns.exception.DNSException, OSError, ValueError) as error:
        slow = isinstance(error, dns.exception.Timeout)
        raise OutboundRefused(Reason.TOO_SLOW if slow else Reason.UNREACHABLE, host=name, detail=type(error).__name__) from None
    if alias:
        raise OutboundRefused(Reason.ELSEWHERE, host=name, detail="an alias")
    records = [b"".join(record.strings) for record in answer.rrset or ()]
    if len(records) > MAX_RECORDS or sum(map(len, records)) > MAX_BYTES:
        raise OutboundRefused(Reason.TOO_LARGE, host=name)
    return tuple(record.decode("utf-8", "replace") for record in records)


def _asker(resolver: Resolver) -> dns.resolver.Resolver:
    """Return dnspython's resolver, with our patience and no memory."""
    asker = dns.resolver.Resolver(configure=not resolver.servers)
    if resolver.servers:
        asker.nameservers = list(resolver.servers)
        asker.port = resolver.port
    asker.timeout, asker.lifetime = min(2.0, resolver.seconds), resolver.seconds
    asker.use_edns(0, 0, 1232)
    return asker
