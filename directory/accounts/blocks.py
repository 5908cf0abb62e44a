"""Who may not register or write here, by an operator's word: addresses, domains and networks."""

import ipaddress
from collections.abc import Sequence
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from directory.accounts.rules import clean_email, email_key
from directory.core import clock, tokens
from directory.core.errors import NotAllowed, NotFound, Refused
from directory.core.i18n import _
from directory.models.limits import Block, BlockKind
from directory.models.moderation import AuditEntry

#: The widest networks that can be blocked, by version of the protocol: wider is a slip of the keyboard.
WIDEST = {4: 8, 6: 20}
#: The narrowest: one household or less would be a list of people.
NARROWEST = {4: 24, 6: 64}
#: Mailboxes where dots in the name mean nothing.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def value_of(kind: BlockKind, typed: str, *, secret: str) -> str:
    """Return how something that is blocked stands in the table.

    An address is kept as a digest and is not readable there; what follows a plus in it is left out, since it leads to the
    same mailbox. A network that is narrower than a /24 or a /64 is widened to it.

    Raises:
        Refused: when it is no address, no domain, or no network that may be blocked.
    """
    if kind is BlockKind.EMAIL:
        return tokens.keyed_digest(mailbox(clean_email(typed)), key=secret)
    return _domain(typed) if kind is BlockKind.EMAIL_DOMAIN else _network(typed)


def mailbox(email: str) -> str:
    """Return the mailbox behind an address: small letters, nothing after a plus, no dots where they mean nothing."""
    local, _at, domain = email_key(email).rpartition("@")
    local = local.partition("+")[0] or local
    return f"{local.replace('.', '') if domain in _DOTLESS else local}@{domain}"


def email_is_blocked(session: Session, email: str, *, secret: str) -> bool:
    """Say whether an address, or its domain or one above it, is blocked. To visitors nobody says so: they could try addresses out."""
    try:
        found = validate_email(email, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    parts = found.ascii_domain.lower().split(".")
    domains = [".".join(parts[start:]) for start in range(len(parts))]
    digest = tokens.keyed_digest(mailbox(email), key=secret)
    return _is_blocked(session, (BlockKind.EMAIL, [digest]), (BlockKind.EMAIL_DOMAIN, domains))


def network_is_blocked(session: Session, here: str) -> bool:
    """Say whether a network of `throttle.network`, or one around it, is blocked."""
    try:
        network = ipaddress.ip_network(here)
    except ValueError:
        return False
    above = [str(network.supernet(new_prefix=length)) for length in range(WIDEST[network.version], network.prefixlen)]
    return _is_blocked(session, (BlockKind.NETWORK, [str(network), *above]))


def refuse_network(session: Session, here: str) -> None:
    """Refuse a registration from a blocked network.

    Raises:
        NotAllowed: saying so.
    """
    if network_is_blocked(session, here):
        raise NotAllowed(
            _("No accounts are made from your network at present, because it was used for abuse. Write to us if you need one.")
        )


def add(
    session: Session,
    kind: BlockKind,
    typed: str,
    *,
    reason: str,
    secret: str,
    days: int | None = None,
    actor_id: int | None = None,
) -> Block:
    """Block somebody; written into the log. None as actor is the command line.

    Args:
        session: One that writes.
        kind: Of what.
        typed: The address, the domain, or the network.
        reason: For operators; at most 300 characters.
        secret: Keys the digest of an address.
        days: How long; None: until it is taken back.
        actor_id: Who does it.

    Raises:
        Refused: when it cannot be blocked, or is blocked already.
    """
    moment = clock.now()
    value = value_of(kind, typed, secret=secret)
    session.execute(delete(Block).where(_is(kind, value), col(Block.expires_at) <= moment))
    ends = None if days is None else moment + timedelta(days=days)
    block = Block(kind=kind, value=value, reason=reason, created_by_id=actor_id, created_at=moment, expires_at=ends)
    try:
        with session.begin_nested():
            session.add(block)
    except IntegrityError as error:
        raise Refused(_("This is blocked already.")) from error
    _log(session, actor_id, "block.add", block, reason=reason, days=days)
    return block


def remove(session: Session, kind: BlockKind, typed: str, *, secret: str, actor_id: int | None = None) -> None:
    """Take a block back; written into the log.

    Raises:
        NotFound: when it is not blocked.
        Refused: when it could not be blocked at all.
    """
    block = session.exec(select(Block).where(_is(kind, value_of(kind, typed, secret=secret)))).first()
    if block is None:
        raise NotFound(_("This is not blocked."))
    _log(session, actor_id, "block.remove", block)
    session.delete(block)


def all_(session: Session) -> Sequence[Block]:
    """Return what is blocked now, the newest first."""
    return session.exec(select(Block).where(_holds()).order_by(col(Block.id).desc())).all()


def _is_blocked(session: Session, *lists: tuple[BlockKind, list[str]]) -> bool:
    asked = or_(*((col(Block.kind) == kind) & col(Block.value).in_(values) for kind, values in lists))
    return session.exec(select(Block.id).where(asked, _holds()).limit(1)).first() is not None


def _is(kind: BlockKind, value: str) -> object:
    return (col(Block.kind) == kind) & (col(Block.value) == value)


def _holds() -> object:
    return or_(col(Block.expires_at).is_(None), col(Block.expires_at) > clock.now())


def _domain(typed: str) -> str:
    try:
        return validate_email(f"x@{typed.strip().lstrip('@.')}", check_deliverability=False).ascii_domain.lower()
    except EmailNotValidError as error:
        raise Refused(_("Write a domain, for example mail.example.")) from error


def _network(typed: str) -> str:
    try:
        network = ipaddress.ip_network(typed.strip(), strict=False)
    except ValueError as error:
        raise Refused(_("Write a network, for example 192.0.2.0/24 or 2001:db8::/32.")) from error
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    if mapped is not None and network.prefixlen >= 96:
        network = ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}", strict=False)
    if network.prefixlen < WIDEST[network.version]:
        raise Refused(_("That is too much of the network: at most a /%(most)d.", most=WIDEST[network.version]))
    narrowest = NARROWEST[network.version]
    return str(network.supernet(new_prefix=narrowest) if network.prefixlen > narrowest else network)


def _log(session: Session, actor_id: int | None, action: str, block: Block, **details: object) -> None:
    what = {"kind": block.kind.value, "value": "" if block.kind is BlockKind.EMAIL else block.value} | details
    session.add(AuditEntry(actor_id=actor_id, action=action, subject=f"block:{block.id}", details=what, created_at=clock.now()))
