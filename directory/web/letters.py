"""The sheet that carries a code to a postal address: what is printed on it, from the settings and the claim."""

from directory.claims import letters
from directory.claims.sending import Sent
from directory.web import mailer
from directory.web.mailer import app_settings


def sheet(sent: Sent) -> bytes:
    """Return the letter as a PDF. It needs an app, for the address of the claim's page."""
    settings = app_settings()
    lines = [sent.profile.name, *(sent.lines or (part.strip() for part in sent.to.split(",")))]
    return letters.pdf(
        lines,
        sent.code,
        site_name=settings.site_name,
        url=mailer.link("claims.show", claim_id=sent.claim.id),
        profile_name=sent.profile.name,
        until=sent.until,
        country_code=lines[-1],
        sender=settings.operator_address.replace("\n", ", "),
    )
