""" "I am not listed": somebody tells us of a person or practice that is missing."""

from flask import Blueprint, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.forms.proposing import NewEntryForm
from directory.models.places import Place
from directory.places import queries as places
from directory.profiles import proposing
from directory.profiles.proposing import Alike, Entry, Relation, Sort
from directory.treatments import queries as treatments
from directory.web import db, names
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, repeated, take

bp = Blueprint("proposing", __name__, url_prefix="/new-entry")

#: Places named where several are meant.
_NAMED = 4


@bp.route("", methods=["GET", "POST"])
@requires(Permission.ENTRY_PROPOSE)
def write() -> tuple[str, int] | Response:
    """Ask for what is known; where it seems to be listed already, ask whether it is one of those."""
    form, user_id = NewEntryForm(), signed_in().id
    form.offer(treatments.all_(db.session()))
    if answer := repeated(form):
        return answer
    place, alike = _looked_up(form) if form.submitted() else (None, ())
    if place is not None and (answer := take(form, lambda session: _send(session, user_id, form, place.id))):
        return answer
    return form_page("proposing/write.html", form, alike=alike)


@bp.get("/thanks")
@requires(Permission.SIGNED_IN)
def thanks() -> str:
    """Say that it came in, and what happens next."""
    return render_template("proposing/thanks.html")


def _looked_up(form: NewEntryForm) -> tuple[Place | None, tuple[Alike, ...]]:
    """Return the place that was meant, and the profiles that may be the same; without a place something is said in the form."""
    found = places.resolve(db.session(), form.place.data, spellings=names.file())
    place = found.place
    if place is None:
        near = [one.label for one in (*found.choices, *found.nearest)[:_NAMED]]
        said = _("Which one? Write it in full: %(names)s.", names="; ".join(near)) if near else _("We know no town of this name.")
        if found.area is not None:
            said = _("%(name)s is no town. Name the town or city too.", name=found.area.label)
        form.blame(Refused(said, field="place"))
        return None, ()
    alike = proposing.alike(db.session(), name=form.name.data, place_id=place.id)
    if alike and not form.is_new.data:
        form.blame(Refused(_("Look at these first. If it is none of them, tick this box and send it again."), field="is_new"))
        return None, alike
    return place, alike


def _send(session: Session, user_id: int, form: NewEntryForm, place_id: int) -> str:
    told = {"name": form.name.data, "website": form.website.data, "treatments": tuple(form.treatments.data)}
    entry = Entry(**told, sort=Sort(form.sort.data), place_id=place_id, relation=Relation(form.relation.data))
    proposing.propose(session, user_id=user_id, entry=entry)
    return url_for("proposing.thanks")
