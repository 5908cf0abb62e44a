"""What claims ask of the outside: looks for tokens, codes to telephones, and what time does to them; handlers of the worker."""

from dataclasses import dataclass

import structlog
from flask import current_app

from directory.claims import checks, keeping, phone, queries, sending, service
from directory.claims.checks import Look
from directory.core import outbound
from directory.core.i18n import _
from directory.core.outbound.names import SYSTEM, Resolver
from directory.models.claims import ProofMethod
from directory.web.mailer import app_settings
from directory.work import Handler, Work

log = structlog.get_logger("claims")


@dataclass(frozen=True)
class Looking:
    """How other people's websites and DNS are asked. `app.extensions["hairline_looking"]` says it otherwise, in tests.

    Args:
        policy: What may be asked of websites.
        resolver: Whom to ask about DNS.
    """

    policy: outbound.Policy = outbound.PUBLIC
    resolver: Resolver = SYSTEM


def token(claim_id: int, method: ProofMethod) -> str:
    """Return what the claimant puts on their website or into their DNS."""
    return checks.token_for(claim_id, method, secret=app_settings().secret_key)


def look(claim_id: int, method: ProofMethod, website: str) -> Look:
    """Look for a claimant's token. Outside of every transaction: it may take half a minute."""
    how: Looking = current_app.extensions.get("hairline_looking", Looking())
    return checks.look(method, website, token(claim_id, method), policy=how.policy, resolver=how.resolver)


def call(work: Work) -> None:
    """Handler: make a code and send it to a telephone."""
    with work.transaction() as session:
        sent = sending.code_for(session, proof_id=work.payload["proof_id"], secret=work.settings.secret_key)
    sender = phone.sender_for(work.settings, work.database)
    if sent is None or sender is None:
        return
    text = _("%(code)s is your code for %(site)s. It works for 15 minutes. If you did not ask for it, do nothing.")
    sender.send(sent.to, text % {"code": sent.code, "site": work.settings.site_name})


def recheck(work: Work) -> None:
    """Handler: look again at what proved a claim, and write down what was found."""
    claim_id: int = work.payload["claim_id"]
    with work.database.session() as session:
        proofs = keeping.to_look_at(session, claim_id)
    looks = {}
    for proof in proofs:
        looks[proof.method] = look(claim_id, proof.method, proof.subject)
        with work.transaction():
            pass  # a look may take half of the lease: each is followed by a new one
    if looks:
        with work.transaction() as session:
            keeping.rechecked(session, claim_id=claim_id, looks=looks)
            work.finish(session)


def sweep(work: Work) -> None:
    """End the claims whose time is over, each in a transaction of its own, and have due proofs looked at (the daily sweep)."""
    while True:
        with work.database.session() as session:
            over = queries.running_out(session, limit=keeping.BATCH)
        for claim_id in over:
            with work.transaction() as session:
                keeping.run_out(session, claim_id=claim_id)
        if len(over) < keeping.BATCH:
            break
    with work.transaction() as session:
        keeping.schedule(session)


HANDLERS: dict[str, Handler] = {service.CALL: call, keeping.RECHECK: recheck}
