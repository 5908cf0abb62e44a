"""Whether what a claimant shows stands where they say: at their domain, on their website, in their e-mail address."""

from collections.abc import Sequence
from dataclasses import dataclass

from directory.core import outbound
from directory.core.outbound.names import SYSTEM, Resolver
from directory.models.claims import ProofMethod


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
SENTENCES: dict[str, str] = {}


def token_for(claim_id: int, method: ProofMethod, *, secret: str) -> str:
    """Return what a claimant puts on their website or in their DNS; the same at each later look, so nothing is stored."""
    raise NotImplementedError


def email_problem(email: str, websites: Sequence[str]) -> str:
    """Return "" where an address is at the domain of a listed website, else why not, as a key of `SENTENCES`."""
    raise NotImplementedError


def look(method: ProofMethod, website: str, token: str, *, policy: outbound.Policy = outbound.PUBLIC, resolver: Resolver = SYSTEM) -> Look:
    """Look for a token, by DNS_TXT, WELL_KNOWN or META_TAG. Call it outside of a transaction: it may take half a minute.

    Raises:
        ValueError: for a method that has no token.
    """
    raise NotImplementedError
