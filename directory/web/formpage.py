"""What pages with a form share: their status, doing a thing once, and the profile that they stand below."""

from collections.abc import Callable

from flask import redirect, render_template, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory import idempotency
from directory.accounts import blocks, throttle
from directory.core.errors import Moved, Refused, TooMany
from directory.forms.base import DirectoryForm
from directory.forms.traps import TrappedForm
from directory.models.moderation import HoldReason
from directory.models.profiles import Profile
from directory.profiles import queries as profiles
from directory.web import db
from directory.web.auth import person
from directory.web.security import private

#: What a view of a page with a form may return.
Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


def form_page(template: str, form: DirectoryForm, **values: object) -> tuple[str, int]:
    """Return a page with a form: kept by nobody, and 422 where an answer needs a look (T-1)."""
    private()
    return render_template(template, form=form, **values), 422 if form.errors else 200


def form_again(template: str, form: DirectoryForm, refusal: Refused | TooMany, **values: object) -> Answer:
    """Show the form again with what the service refused, and with what was typed, save for passwords."""
    form.blame(refusal)
    page, status = form_page(template, form, **values)
    return (page, 429, {"Retry-After": str(refusal.retry_after)}) if isinstance(refusal, TooMany) else (page, status)


def repeated(form: DirectoryForm) -> Response | None:
    """Return the answer that a form got when it was sent before; None when it was not."""
    if not form.is_submitted():
        return None
    url = idempotency.earlier(db.session(), actor=_actor(), key=form.idempotency_key.data or "")
    return None if url is None else redirect(url, code=303)


def take(form: DirectoryForm, act: Callable[[Session], str]) -> Response | None:
    """Do in one transaction, and only once, what a form asks for; then lead on.

    Args:
        form: The form of this request.
        act: Does the work in the session and returns where to lead the visitor.

    Returns:
        The redirect; None where the page is to be shown, with what is wrong where the form was sent.
    """
    answer = repeated(form)
    if answer is not None or not form.submitted():
        return answer
    try:
        with db.transaction() as session:
            url = idempotency.once(session, actor=_actor(), key=form.idempotency_key.data or "", act=lambda: act(session))
    except (Refused, TooMany) as refusal:
        form.blame(refusal)
        return None
    return redirect(url, code=303)


def suspicion(session: Session, form: TrappedForm) -> HoldReason | None:
    """Return what about a request, not about its words, asks for a moderator's look first; None for most."""
    found = form.suspicion()
    if found is None and blocks.network_is_blocked(session, throttle.network(request.remote_addr)):
        found = HoldReason.NETWORK
    return found


def profile_at(slug: str, below: str) -> Profile:
    """Return the profile of an address, for a page that belongs to it.

    Args:
        slug: The profile's part of the address.
        below: What follows the profile's own address, "/review".

    Raises:
        Moved: to the same page below the profile's present address.
        Gone: when the profile was taken away on purpose.
        NotFound: when there is none; with the nearest addresses.
    """
    try:
        return profiles.by_slug(db.session(), slug)
    except Moved as moved:
        raise Moved(to=moved.to.rstrip("/") + below) from moved


def _actor() -> str:
    user = person()
    return f"user:{user.id}" if user else "form"
