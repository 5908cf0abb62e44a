"""Who works where: what holds, what was said and is not answered, and the forms for it; for moderators where nobody can answer."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session

from directory.accounts.permissions import Permission
from directory.core.errors import Gone, Moved, NotFound, Refused
from directory.core.i18n import _
from directory.forms.accounts import ButtonForm
from directory.forms.team import AgreeForm, WorksForm
from directory.models.profiles import Profile
from directory.profiles import queries as profiles
from directory.team import people
from directory.team.people import Proposed
from directory.web import db
from directory.web.auth import requires, signed_in
from directory.web.formpage import Answer, form_page, take
from directory.web.manage import managed
from directory.web.security import private

bp = Blueprint("people", __name__)


def _of_proposal(slug: str, proposal_id: int) -> Profile:
    """Return the profile of an address that a proposal is about."""
    profile = managed(slug)
    found = people.proposal(db.session(), proposal_id)
    if profile.id not in {found.person.id, found.practice.id}:
        raise NotFound
    return profile


def _of_role(slug: str, role_id: int) -> Profile:
    """Return the profile of an address that a role is of."""
    profile = managed(slug)
    if all(one.role.id != role_id for one in people.works(db.session(), profile)):
        raise NotFound
    return profile


def _number(name: str) -> int:
    """Return a number of the address, which the loader has looked at."""
    return int((request.view_args or {})[name])


@bp.get("/manage/<slug>/people")
@requires(Permission.PROFILE_MANAGE, of=managed)
def index(profile: Profile) -> str:
    """Show who works at a practice, or where a person works, and what waits for an answer."""
    session = db.session()
    proposed = people.proposed(session, profile.id)
    asked, said = ([one for one in proposed if (one.asked.id == profile.id) is ours] for ours in (True, False))
    return render_template("people/index.html", profile=profile, works=people.works(session, profile), asked=asked, said=said)


@bp.route("/manage/<slug>/people/add", methods=["GET", "POST"])
@requires(Permission.PROFILE_OWN, of=managed)
def propose(profile: Profile) -> Answer:
    """Ask who works here, or where this person works."""
    form, me = WorksForm(), signed_in().id
    at_once: list[bool] = []

    def act(session: Session) -> str:
        other = _typed(session, form.profile.data)
        title = form.title.data or ""
        at_once.append(people.propose(session, profile_id=profile.id, other_id=other.id, title=title, actor_id=me))
        return url_for("people.index", slug=profile.slug)

    if answer := take(form, act):
        flash(_("It stands on both pages now.") if any(at_once) else _("The other side is asked. It is shown once they agree."))
        return answer
    return form_page("people/add.html", form, profile=profile)


@bp.route("/manage/<slug>/people/proposals/<int:proposal_id>", methods=["GET", "POST"])
@requires(Permission.PROFILE_OWN, of=_of_proposal)
def answer(profile: Profile) -> Answer:
    """Ask whether what the other side says is right; what one said oneself can be taken back."""
    me, number = signed_in().id, _number("proposal_id")
    found = people.proposal(db.session(), number)
    is_ours = found.speaker.id == profile.id
    form = ButtonForm() if is_ours else AgreeForm()

    def act(session: Session) -> str:
        if is_ours:
            people.take_back(session, proposal_id=number, profile_id=profile.id, actor_id=me)
        else:
            agrees = form.answer.data == "yes"
            people.answer(session, proposal_id=number, profile_id=profile.id, agrees=agrees, actor_id=me)
        return url_for("people.index", slug=profile.slug)

    if done := take(form, act):
        flash(_("Done. The other side is told.") if not is_ours else _("Taken back."))
        return done
    return form_page("people/answer.html", form, profile=profile, found=found, is_ours=is_ours)


@bp.route("/manage/<slug>/people/<int:role_id>/end", methods=["GET", "POST"])
@requires(Permission.PROFILE_OWN, of=_of_role)
def end(profile: Profile) -> Answer:
    """Ask whether somebody works there no longer."""
    form, me, number = ButtonForm(), signed_in().id, _number("role_id")

    def act(session: Session) -> str:
        people.end(session, role_id=number, profile_id=profile.id, actor_id=me)
        return url_for("people.index", slug=profile.slug)

    if answer := take(form, act):
        flash(_("Ended. It stands on neither page any more, and reviews stay where they are."))
        return answer
    found = next(one for one in people.works(db.session(), profile) if one.role.id == number)
    return form_page("people/end.html", form, profile=profile, found=found)


@bp.get("/moderation/works")
@requires(Permission.MODERATE)
def queue() -> str:
    """Show the proposals whose other side nobody owns."""
    private()
    return render_template("people/queue.html", found=people.unanswerable(db.session()))


@bp.route("/moderation/works/<int:proposal_id>", methods=["GET", "POST"])
@requires(Permission.MODERATE_THING, of=lambda proposal_id: people.proposal(db.session(), proposal_id))
def decide(found: Proposed) -> Answer:
    """Decide in place of a side that nobody owns."""
    form, me, number = AgreeForm(), signed_in().id, found.proposal.id

    def act(session: Session) -> str:
        people.decide(session, proposal_id=number, agrees=form.answer.data == "yes", moderator_id=me)
        return url_for("people.queue")

    if answer := take(form, act):
        flash(_("Decided and written into the log."))
        return answer
    return form_page("people/decide.html", form, found=found)


def _typed(session: Session, address: str) -> Profile:
    """Return the profile whose address somebody typed, whole or in part.

    Raises:
        Refused: when there is none.
    """
    slug = urlsplit(address).path.rstrip("/").rpartition("/")[2]
    try:
        return profiles.by_slug(session, slug)
    except (NotFound, Moved, Gone) as error:
        raise Refused(_("No page here has this address."), field="profile") from error
