"""What visitors say should be different: the form, and the pages where it is decided field by field."""

from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from directory.accounts.permissions import Permission
from directory.core import clock
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.core.page import page_number
from directory.forms.accounts import ButtonForm
from directory.forms.facts import DecideForm, SuggestForm
from directory.models.assertions import AssertionRank, EditSuggestion, FieldAssertion
from directory.models.profiles import Profile
from directory.profiles import assertions, history
from directory.profiles import suggestions as service
from directory.profiles.assertions import Speaker
from directory.profiles.suggestions import Suggested
from directory.treatments import queries as treatments
from directory.web import db
from directory.web import facts as shown
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, profile_at, take
from directory.web.manage import hold, managed
from directory.web.security import private

bp = Blueprint("suggestions", __name__)

ACCEPT, DECLINE = "accept", "decline"


class Spoken(NamedTuple):
    """A word of a profile, for moderators."""

    word: FieldAssertion

    @property
    def profile_id(self) -> int:
        """Whose it is."""
        return self.word.profile_id

    @property
    def concerned(self) -> frozenset[int]:
        """Who said it."""
        return frozenset() if self.word.user_id is None else frozenset({self.word.user_id})


@bp.route("/p/<slug>/suggest", methods=["GET", "POST"])
@requires(Permission.EDIT_SUGGEST, of=lambda slug: profile_at(slug, "/suggest"))
def suggest(profile: Profile) -> tuple[str, int] | Response:
    """Take what somebody says should be different; nothing changes by it."""
    words = assertions.shown(assertions.holding(db.session(), profile.id))
    form, user_id, profile_id, slug = SuggestForm(), signed_in().id, profile.id, profile.slug
    form.field.choices = [SelectChoice("", _("Choose")), *(SelectChoice(*one) for one in shown.suggestible(words, _labels()))]

    def act(session: Session) -> str:
        field = form.field.data
        value = shown.read(field, form.value.data, words.get(field), today=clock.today())
        service.suggest(session, profile_id=profile_id, user_id=user_id, field=field, value=value, note=form.note.data)
        return url_for("profiles.show", slug=slug)

    if answer := take(form, act):
        flash(_("Thank you. Those who act for this profile, or a moderator, look at it. The page changes only if they agree."))
        return answer
    return form_page("profiles/suggest.html", form, profile=profile)


@bp.get("/manage/<slug>/suggestions")
@requires(Permission.PROFILE_EDIT, of=managed)
def index(profile: Profile) -> str:
    """Show what visitors suggest for a profile, beside what stands there."""
    private()
    rows = service.of_profile(db.session(), profile.id)
    words = assertions.shown(assertions.holding(db.session(), profile.id))
    return render_template(
        "manage/facts/suggestions.html", profile=profile, rows=rows, words=words, labels=_labels(), told=shown, form=DecideForm
    )


@bp.post("/manage/<slug>/suggestions/<int:suggestion_id>")
@requires(Permission.PROFILE_EDIT, of=lambda slug, suggestion_id: _one(slug, suggestion_id))
def decide(row: EditSuggestion) -> Response:
    """Take a suggestion on, or decline it."""
    slug = request.view_args["slug"] if request.view_args else ""
    return _decided(row, AssertionRank.OWNER, lambda now: url_for("suggestions.index", slug=now or slug))


@bp.get("/moderation/suggestions")
@requires(Permission.MODERATE)
def queue() -> str:
    """Show what waits for moderators: for profiles for which nobody acts, and names that somebody else has."""
    private()
    page = service.for_moderators(db.session(), number=page_number(request.args.get("page")))
    found = [assertions.holding(db.session(), profile_id) for profile_id in dict.fromkeys(profile.id for _row, profile in page.items)]
    now = {(word.profile_id, field): word for words in found for field, word in assertions.shown(words).items()}
    return render_template("moderation/suggestions.html", page=page, now=now, labels=_labels(), told=shown, form=DecideForm)


@bp.post("/moderation/suggestions/<int:suggestion_id>")
@requires(Permission.MODERATE_THING, of=lambda suggestion_id: service.one_for_moderators(db.session(), suggestion_id))
def moderate(thing: Suggested) -> Response:
    """Take a suggestion on as a moderator, or decline it."""
    return _decided(thing.suggestion, AssertionRank.MODERATOR, lambda _now: url_for("suggestions.queue"))


@bp.get("/moderation/facts/<int:profile_id>")
@requires(Permission.MODERATE)
def past(profile_id: int) -> str:
    """Show moderators who said what of a profile, and when."""
    private()
    profile = db.session().get(Profile, profile_id)
    if profile is None:
        raise NotFound
    page = history.page(db.session(), profile_id, number=page_number(request.args.get("page")))
    more = {"told": shown, "labels": _labels(), "practices": history.practices(db.session(), page.items)}
    return render_template("moderation/facts.html", profile=profile, page=page, **more, form=DecideForm)


@bp.post("/moderation/facts/<int:profile_id>/<int:assertion_id>")
@requires(Permission.MODERATE_THING, of=lambda profile_id, assertion_id: _spoken(profile_id, assertion_id))
def revert(thing: Spoken) -> Response:
    """Set an earlier word again, as a moderator."""
    form, speaker, word_id, profile_id = ButtonForm(), Speaker(AssertionRank.MODERATOR, signed_in().id), thing.word.id, thing.profile_id

    def act(session: Session) -> str:
        assertions.revert(session, profile_id=profile_id, assertion_id=word_id, speaker=speaker)
        return url_for("suggestions.past", profile_id=profile_id)

    answer = take(form, act)
    flash(_("The page says so now.") if answer else " ".join(map(str, form.form_errors)) or _("Nothing was changed. Please try again."))
    return answer or redirect(url_for("suggestions.past", profile_id=profile_id), code=303)


def _decided(row: EditSuggestion, rank: AssertionRank, back: Any) -> Response:
    """Do what one of the two buttons says, and lead back to the list."""
    form, speaker, row_id, profile_id = DecideForm(), Speaker(rank, signed_in().id), row.id, row.profile_id
    accept = form.decision.data == ACCEPT

    def act(session: Session) -> str:
        if rank is AssertionRank.OWNER:
            hold(session, profile_id)
        service.decide(session, suggestion_id=row_id, profile_id=profile_id, accept=accept, speaker=speaker)
        return str(back(session.get_one(Profile, profile_id).slug))

    answer = take(form, act) if form.decision.data in {ACCEPT, DECLINE} else None
    if answer is None:
        flash(" ".join(map(str, form.form_errors)) or _("Nothing was decided. Please try again."))
        return redirect(back(""), code=303)
    flash(_("The page says so now.") if accept else _("Declined. The page stays as it is."))
    return answer


def _one(slug: str, suggestion_id: int) -> EditSuggestion:
    """Return a suggestion on which those who act for a profile decide."""
    profile = managed(slug)
    row = next((one for one in service.of_profile(db.session(), profile.id) if one.id == suggestion_id), None)
    if row is None:
        raise NotFound
    return row


def _spoken(profile_id: int, assertion_id: int) -> Spoken:
    word = db.session().get(FieldAssertion, assertion_id)
    if word is None or word.profile_id != profile_id:
        raise NotFound
    return Spoken(word)


def _labels() -> dict[str, str]:
    return {one.code: one.label for one in treatments.all_(db.session())}
