"""For those who act for a profile: who does which part of the work."""

from flask import Blueprint, flash, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core import clock
from directory.core.i18n import _
from directory.disclosures import queries, rules, service
from directory.forms.disclosures import DisclosureForm
from directory.models.profiles import Profile
from directory.profiles import queries as profiles
from directory.web import db, papers
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take
from directory.web.manage import hold, managed

bp = Blueprint("disclosures", __name__, url_prefix="/manage/<slug>/team-work")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.PROFILE_EDIT, of=managed)
def edit(profile: Profile) -> tuple[str, int] | Response:
    """Ask who does the work; every question may be left open."""
    said = queries.of_profile(db.session(), profile.id)
    form, user_id = DisclosureForm(**DisclosureForm.filled(said)), signed_in().id
    about = papers.work(profiles.facts(db.session(), profile))
    tasks = rules.asked(about, said.model_dump() if said else None)
    form.ask(tasks)
    stated_on = said.stated_at if said else None
    is_old = said is not None and rules.is_old(said.stated_at, now=clock.now())
    if answer := take(form, lambda session: _state(session, profile, user_id, form)):
        flash(_("Saved. It stands on your page with the day of today."))
        return answer
    return form_page("disclosures/edit.html", form, profile=profile, stated_on=stated_on, is_old=is_old, tasks=tasks, about=about)


def _state(session: Session, profile: Profile, user_id: int, form: DisclosureForm) -> str:
    hold(session, profile.id)
    service.state(
        session,
        profile_id=profile.id,
        user_id=user_id,
        hands=form.hands(),
        patients_per_day=form.patients_per_day.data,
        is_insured=form.insured(),
    )
    return url_for("profiles.show", slug=profile.slug, _anchor="operates")
