"""For those who act for a profile: its licences and certificates."""

from flask import Blueprint, flash, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core import clock
from directory.core.i18n import _
from directory.credentials import queries, service, types
from directory.credentials.queries import Held
from directory.evidence import queries as evidence
from directory.evidence.rules import Document
from directory.forms.credentials import ChangeForm, CredentialForm, RemoveForm, ShowForm
from directory.models.profiles import Profile
from directory.web import db, papers
from directory.web import evidence as store
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, take
from directory.web.manage import hold, managed
from directory.web.security import takes_files

bp = Blueprint("credentials", __name__, url_prefix="/manage/<slug>/credentials")


def _held(slug: str, credential_id: int) -> Held:
    return queries.held(db.session(), credential_id, profile_id=managed(slug).id)


@bp.get("")
@requires(Permission.PROFILE_EDIT, of=managed)
def index(profile: Profile) -> str:
    """Show what is stated, what registers say, and what moderators found."""
    session = db.session()
    rows = queries.of_profile(session, profile.id)
    found = queries.decisions(session, [row.id for row in rows])
    shown = [papers.managed(row, found.get(row.id), today=clock.today()) for row in rows]
    documents = evidence.of_credentials(session, [row.id for row in rows])
    return render_template("credentials/index.html", profile=profile, shown=shown, documents=documents)


@bp.route("/add", methods=["GET", "POST"])
@takes_files
@requires(Permission.PROFILE_EDIT, of=managed)
def add(profile: Profile) -> tuple[str, int] | Response:
    """Take a credential that the profile has."""
    form, user_id = CredentialForm(), signed_in().id
    known = types.fitting(profile.kind, queries.countries(db.session(), profile))
    form.offer(known)
    store.fit(form)
    if answer := take(form, lambda session: _add(session, profile, user_id, form)):
        flash(_("It stands on your page as stated by you. A moderator looks at it."))
        return answer
    return form_page("credentials/add.html", form, profile=profile, meanings=papers.meanings(known), manage_page="credentials.index")


@bp.route("/<int:credential_id>", methods=["GET", "POST"])
@requires(Permission.PROFILE_EDIT, of=_held)
def change(held: Held) -> tuple[str, int] | Response:
    """Take what is different now; moderators are asked to look again."""
    row, user_id = held.credential, signed_in().id
    form, id_ = ChangeForm(obj=row), row.id
    form.fit(row)
    if answer := take(form, lambda session: _change(session, id_, held.profile, user_id, form)):
        flash(_("Changed. A moderator looks at it again."))
        return answer
    one = papers.managed(row, None, today=clock.today())
    return form_page("credentials/change.html", form, profile=held.profile, one=one, manage_page="credentials.index")


@bp.route("/<int:credential_id>/document", methods=["GET", "POST"])
@takes_files
@requires(Permission.PROFILE_EDIT, of=_held)
def document(held: Held) -> tuple[str, int] | Response:
    """Take a document for the moderator who looks."""
    row, user_id = held.credential, signed_in().id
    form, id_ = ShowForm(), row.id
    if answer := take(form, lambda session: _show(session, id_, held.profile, user_id, form.document.data)):
        flash(_("Your document is sealed. A moderator opens it to decide, and each look is written down."))
        return answer
    one = papers.managed(row, None, today=clock.today())
    shown = {"one": one, "documents": evidence.of(db.session(), credential_id=id_), "manage_page": "credentials.index"}
    return form_page("credentials/document.html", form, profile=held.profile, **shown)


@bp.route("/<int:credential_id>/remove", methods=["GET", "POST"])
@requires(Permission.PROFILE_EDIT, of=_held)
def remove(held: Held) -> tuple[str, int] | Response:
    """Take a credential off the page."""
    form, id_, user_id = RemoveForm(), held.credential.id, signed_in().id
    if answer := take(form, lambda session: _remove(session, id_, held.profile, user_id)):
        flash(_("Removed."))
        return answer
    one = papers.managed(held.credential, None, today=clock.today())
    return form_page("credentials/remove.html", form, profile=held.profile, one=one, manage_page="credentials.index")


def _add(session: Session, profile: Profile, user_id: int, form: CredentialForm) -> str:
    hold(session, profile.id)
    given = {"kind": profile.kind, "user_id": user_id, "code": form.code.data, "stated": form.stated()}
    row, paper = service.add(session, profile_id=profile.id, **given), store.sent(form)
    if paper is not None:
        _show(session, row.id, profile, user_id, paper)
    return url_for("credentials.index", slug=profile.slug)


def _show(session: Session, credential_id: int, profile: Profile, user_id: int, paper: Document) -> str:
    hold(session, profile.id)
    service.show(session, credential_id=credential_id, user_id=user_id, keys=store.keyring(), document=paper)
    return url_for("credentials.index", slug=profile.slug)


def _change(session: Session, credential_id: int, profile: Profile, user_id: int, form: ChangeForm) -> str:
    hold(session, profile.id)
    service.change(session, credential_id=credential_id, user_id=user_id, stated=form.stated())
    return url_for("credentials.index", slug=profile.slug)


def _remove(session: Session, credential_id: int, profile: Profile, user_id: int) -> str:
    hold(session, profile.id)
    service.remove(session, credential_id=credential_id, user_id=user_id)
    return url_for("credentials.index", slug=profile.slug)
