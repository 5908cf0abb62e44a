"""For those who act for a profile: what stands on it, whose word each fact is, and the forms that change it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice

from directory.accounts.permissions import Permission
from directory.core.errors import NotFound, Refused
from directory.core.i18n import _
from directory.core.page import page_number
from directory.forms import facts as forms
from directory.forms.accounts import ButtonForm
from directory.forms.base import DirectoryForm
from directory.ingest.places import PlaceFinder
from directory.models.assertions import AssertionRank, FieldAssertion
from directory.models.profiles import Profile, ProfileKind
from directory.places import money
from directory.places import queries as places
from directory.profiles import assertions, history, suggestions, values
from directory.profiles.assertions import Speaker
from directory.profiles.listing import LocationRow
from directory.provenance import fields
from directory.treatments import queries as treatments
from directory.web import db
from directory.web import facts as shown
from directory.web import profile as words
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take
from directory.web.manage import hold, managed
from directory.web.security import private

bp = Blueprint("facts", __name__, url_prefix="/manage/<slug>/facts")

Answer = tuple[str, int] | Response


class At(NamedTuple):
    """One address of a profile, by its position."""

    profile: Profile
    position: int

    @property
    def profile_id(self) -> int:
        """Whose it is."""
        return self.profile.id


@bp.get("")
@requires(Permission.PROFILE_EDIT, of=managed)
def index(profile: Profile) -> str:
    """Show what stands on the profile, whose word it is, and what patients ask for."""
    private()
    sheet = shown.sheet(db.session(), profile)
    waiting = suggestions.waiting_for_owner(db.session(), profile.id)
    return render_template("manage/facts/index.html", profile=profile, sheet=sheet, waiting=waiting, form=ButtonForm)


@bp.route("/about", methods=["GET", "POST"])
@requires(Permission.PROFILE_EDIT, of=managed)
def about(profile: Profile) -> Answer:
    """Change the name, the words, the website and the first year."""
    now = _now(profile)
    form = forms.AboutForm(data={name: now.get(name) for name in (fields.ABOUT, fields.WEBSITE, fields.YEAR_STARTED)}, name=profile.name)
    if profile.kind is not ProfileKind.PRACTITIONER:
        del form.year_started

    def told() -> dict[str, Any]:
        found = {fields.NAME: values.name(form["name"].data), fields.ABOUT: values.about(form.about.data) or None}
        year = {fields.YEAR_STARTED: form.year_started.data} if "year_started" in form else {}
        return {**found, fields.WEBSITE: values.website(form.website.data) or None, **year}

    return _form("manage/facts/about.html", form, profile, told)


@bp.route("/place/<int:number>", methods=["GET", "POST"])
@requires(Permission.PROFILE_EDIT, of=lambda slug, number: _at(slug, number))
def place(at: At) -> Answer:
    """Change one address with its phone and hours."""
    n, now = at.position, _now(at.profile)
    address: Mapping[str, Any] = now.get(fields.address(n)) or {"country_code": _country(at.profile)}
    hours = now.get(fields.hours(n)) or {}
    start = {
        **address,
        "phone": words.phone_number(now.get(fields.phone(n)) or ""),
        **{day: values.written(hours.get(day)) for day in values.DAYS},
    }
    form = forms.PlaceForm(data=start)
    form.country_code.choices = [SelectChoice(code, name) for code, name in places.all_countries(db.session())]

    if not (n and now.get(fields.address(0)) and now.get(fields.address(n))):
        del form.remove
    place_id = _place_id(form) if form.is_submitted() else None  # here, for it may take long: nobody waits for the lock meanwhile

    def told() -> dict[str, Any]:
        if form.is_removed:
            return dict.fromkeys((fields.address(n), fields.phone(n), fields.hours(n)))
        said = {**values.address(form.data, form.country_code.data), "place_id": place_id}
        if place_id is None:
            raise Refused(_("We do not know this city. Look at its spelling, or write the nearest larger one."), field="city")
        phone = values.phone(form.phone.data, form.country_code.data) or None
        return {fields.address(n): said, fields.phone(n): phone, fields.hours(n): form.hours() or None}

    return _form("manage/facts/place.html", form, at.profile, told, number=n + 1, days=values.DAYS)


@bp.route("/treatments", methods=["GET", "POST"])
@requires(Permission.PROFILE_EDIT, of=managed)
def offers(profile: Profile) -> Answer:
    """Change what they offer, and the prices."""
    before = {field: value for field, value in _now(profile).items() if fields.stem(field) == "offering" and value is not None}
    home = money.currency(_country(profile))
    choices = treatments.choices(db.session())
    kinds = {code for code, _label in choices}
    known = [(row.code, row.label) for row in treatments.all_(db.session()) if row.code in kinds or fields.offering(row.code) in before]
    money_of = shown.currencies([value["currency"] for value in before.values() if value.get("currency")], home)
    made = forms.offerings_form(len(before) + forms.MORE_OFFERINGS, known, money_of)
    form = made(data=_lines(before, money_of[0]))
    return _form("manage/facts/treatments.html", form, profile, lambda: form.told(before))


@bp.route("/clients", methods=["GET", "POST"])
@requires(Permission.PROFILE_EDIT, of=managed)
def clients(profile: Profile) -> Answer:
    """Change whether they take new clients, and the languages."""
    now = _now(profile)
    takes = now.get(fields.ACCEPTING_CLIENTS)
    said = forms.UNSAID if takes is None else forms.YES if takes else forms.NO
    spoken = now.get(fields.LANGUAGES) or []
    form = forms.ClientsForm(data={"accepting_clients": said, "languages": spoken})
    form.languages.choices = [SelectChoice(tag, words.language(tag)) for tag in dict.fromkeys([*spoken, *forms.LANGUAGES])]
    if profile.kind is not ProfileKind.PRACTITIONER:
        del form.languages

    def told() -> dict[str, Any]:
        answer = {forms.YES: True, forms.NO: False}.get(form.accepting_clients.data)
        languages = {fields.LANGUAGES: form.languages.data or None} if "languages" in form else {}
        return {fields.ACCEPTING_CLIENTS: answer, **languages}

    return _form("manage/facts/clients.html", form, profile, told)


@bp.post("/confirm")
@requires(Permission.PROFILE_EDIT, of=managed)
def confirm(profile: Profile) -> Response:
    """Note that hours, prices or whether they take new clients are still right."""
    form, user_id = forms.ConfirmForm(), signed_in().id

    def act(session: Session) -> str:
        hold(session, profile.id)
        assertions.confirm(session, profile_id=profile.id, kind=form.kind.data or "", user_id=user_id)
        return url_for("facts.index", slug=profile.slug)

    answer = take(form, act)
    flash(_("Thank you. The day is noted, and readers see it.") if answer else _("This was not noted. Please try again."))
    return answer or redirect(url_for("facts.index", slug=profile.slug), code=303)


@bp.get("/history")
@requires(Permission.PROFILE_EDIT, of=managed)
def past(profile: Profile) -> str:
    """Show who said what and when."""
    private()
    page = history.page(db.session(), profile.id, number=page_number(request.args.get("page")))
    more = {"told": shown, "labels": _labels(), "practices": history.practices(db.session(), page.items)}
    return render_template("manage/facts/history.html", profile=profile, page=page, **more, form=ButtonForm)


@bp.post("/history/<int:assertion_id>/revert")
@requires(Permission.PROFILE_EDIT, of=lambda slug, assertion_id: _word(slug, assertion_id))
def revert(word: FieldAssertion) -> Response:
    """Go back to an earlier word."""
    profile_id, word_id, speaker = word.profile_id, word.id, Speaker(AssertionRank.OWNER, signed_in().id)
    form = ButtonForm()

    def act(session: Session) -> str:
        hold(session, profile_id)
        assertions.revert(session, profile_id=profile_id, assertion_id=word_id, speaker=speaker)
        return url_for("facts.past", slug=session.get_one(Profile, profile_id).slug)

    answer = take(form, act)
    slug = db.session().get_one(Profile, profile_id).slug
    flash(_("The page says so again.") if answer else " ".join(map(str, form.form_errors)) or _("Nothing was changed. Please try again."))
    return answer or redirect(url_for("facts.past", slug=slug), code=303)


def _form(template: str, form: DirectoryForm, profile: Profile, told: Any, **more: Any) -> Answer:
    """Show a form of facts, or write what it says and lead back to all facts."""
    user_id, profile_id = signed_in().id, profile.id
    done: dict[str, Any] = {}

    def act(session: Session) -> str:
        hold(session, profile_id)
        done["changed"], done["waits"] = suggestions.save(session, profile_id=profile_id, values=told(), user_id=user_id)
        return url_for("facts.index", slug=session.get_one(Profile, profile_id).slug)

    if answer := take(form, act):
        if done.get("waits"):
            flash(_("Another profile in the same city has this name. A moderator looks at it first; the rest is saved."))
        elif done:
            flash(_("Saved. The page says so now.") if done["changed"] else _("Nothing was different, so nothing was changed."))
        return answer
    return form_page(template, form, profile=profile, manage_page="facts.index", **more)


def _now(profile: Profile) -> dict[str, Any]:
    """Return what is shown of a profile, by field."""
    return {field: word.value for field, word in assertions.shown(assertions.holding(db.session(), profile.id)).items()}


def _country(profile: Profile) -> str:
    """Return the country of a profile; empty where it is not known."""
    return places.country_of(db.session(), profile.place_id) if profile.place_id is not None else ""


def _place_id(form: forms.PlaceForm) -> int | None:
    """Return the place where an address that was typed lies; None where its country is none that was offered."""
    if form.country_code.data not in {choice.value for choice in form.country_code.choices}:
        return None
    said = {name: (form[name].data or "")[:300] for name in ("country_code", "city", "region", "address", "postal_code")}
    return PlaceFinder().find(db.session(), [LocationRow(**said)])[0]


def _lines(before: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return the lines of the form for treatments as they stand."""
    found: dict[str, Any] = {f"currency_{len(before) + n}": currency for n in range(forms.MORE_OFFERINGS)}
    for n, (field, value) in enumerate(before.items()):
        code, _slash, technique = field.partition(":")[2].partition("/")
        unit = value.get("currency") or currency
        found |= {f"treatment_{n}": code, f"technique_{n}": technique, f"currency_{n}": unit, f"unit_{n}": value.get("unit") or ""}
        for name, end in (("low", "min_price"), ("high", "max_price")):
            found[f"{name}_{n}"] = "" if value.get(end) is None else values.typed_amount(value[end], unit)
    return found


def _labels() -> dict[str, str]:
    return {one.code: one.label for one in treatments.all_(db.session())}


def _at(slug: str, number: int) -> At:
    """Return one address of a profile: one that is or was there, or the next.

    Raises:
        NotFound: when there is no such profile, or its addresses do not go so far.
    """
    profile = managed(slug)
    if not 0 < number <= shown.next_place(_now(profile)):
        raise NotFound
    return At(profile, number - 1)


def _word(slug: str, assertion_id: int) -> FieldAssertion:
    profile = managed(slug)
    word = db.session().get(FieldAssertion, assertion_id)
    if word is None or word.profile_id != profile.id:
        raise NotFound
    return word
