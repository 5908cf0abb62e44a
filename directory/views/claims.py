"""Claiming a profile: starting it, showing it in one way or another, asking a person, taking it back."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.claims import checks, queries, rules, service
from directory.claims.codes import Outcome
from directory.core import clock
from directory.core.errors import NotFound, Refused, TooMany
from directory.core.i18n import _
from directory.evidence import service as evidence
from directory.forms.base import DirectoryForm
from directory.forms.claims import (
    ClaimCodeForm,
    ClaimDocumentForm,
    ClaimEmailForm,
    ClaimForm,
    ClaimLetterForm,
    ClaimNumberForm,
    ClaimPhoneForm,
    ClaimWebsiteForm,
)
from directory.models.claims import OPEN, Claim, ProofMethod, ProofStatus
from directory.models.memberships import MembershipRole
from directory.models.profiles import Profile
from directory.profiles import contacts
from directory.profiles.contacts import Listed
from directory.web import claiming, db
from directory.web import claims as words
from directory.web.auth import requires, signed_in
from directory.web.evidence import keyring
from directory.web.formpage import Answer, form_again, form_page, profile_at, take
from directory.web.mailer import app_settings
from directory.web.security import private, takes_files

bp = Blueprint("claims", __name__)


@dataclass(frozen=True)
class Asked:
    """A claim and the way of proving that an address names.

    Args:
        claim: The claim.
        method: The way.
        word: The way's part of the address.
    """

    claim: Claim
    method: ProofMethod
    word: str

    @property
    def user_id(self) -> int:
        """Whose claim it is, for the table of permissions."""
        return self.claim.user_id


def _claim(claim_id: int) -> Claim:
    return queries.by_id(db.session(), claim_id)


def _asked(claim_id: int, word: str, known: dict[str, ProofMethod]) -> Asked:
    if word not in known:
        raise NotFound
    return Asked(_claim(claim_id), known[word], word)


def _listed(claim: Claim) -> Listed:
    return contacts.listed_before(db.session(), profile_id=claim.profile_id, moment=claim.created_at)


def _here(claim: Claim) -> str:
    return url_for("claims.show", claim_id=claim.id)


def _taken(profile_id: int) -> dict[str, bool]:
    """Say whether a claim holds a profile, and whether anybody owns it: then two proofs decide nothing by themselves."""
    session = db.session()
    return {"is_held": queries.holder(session, profile_id) is not None, "has_owner": queries.has_owner(session, profile_id)}


def _page(template: str, form: DirectoryForm, claim: Claim, **values: object) -> tuple[str, int]:
    return form_page(f"claims/{template}.html", form, claim=claim, profile=queries.profile_of(db.session(), claim), **values)


@bp.route("/p/<slug>/claim", methods=["GET", "POST"])
@requires(Permission.CLAIM_START, of=lambda slug: profile_at(slug, "/claim"))
def start(profile: Profile) -> Answer:
    """Say what claiming is, and open a claim."""
    form, user_id = ClaimForm(), signed_in().id
    mine = queries.live(db.session(), user_id=user_id, profile_id=profile.id)
    if mine is not None and not form.is_submitted():
        return redirect(_here(mine), code=303)

    def act(session: Session) -> str:
        role, message = MembershipRole(form.role.data), form.message.data or ""
        return _here(service.open_(session, profile_id=profile.id, user_id=user_id, role=role, message=message))

    if answer := take(form, act):
        return answer
    return form_page("claims/start.html", form, profile=profile, claimed=words.CLAIMED, patience=rules.PATIENCE.days, **_taken(profile.id))


@bp.get("/claims/<int:claim_id>")
@requires(Permission.CLAIM_SEE, of=_claim)
def show(claim: Claim) -> str:
    """Show how a claim stands, and all ways to show it."""
    private()
    session = db.session()
    proofs, holder = queries.proofs(session, claim.id), queries.holder(session, claim.profile_id)
    held = holder if holder is not None and holder.id != claim.id else None
    return render_template(
        "claims/show.html",
        claim=claim,
        profile=queries.profile_of(session, claim),
        state=words.STATES[claim.status],
        is_open=claim.status in OPEN,
        ways=words.ways(claim, proofs, _listed(claim)),
        proved=[words.SHOWN[one] for one in sorted(rules.proved(proofs.values()))],
        held=held,
        has_owner=queries.has_owner(session, claim.profile_id),
        contest_from=rules.may_contest_from(claim, held) if held else None,
        may_contest=bool(held and rules.has_shown(proofs.values()) and clock.now() >= rules.may_contest_from(claim, held)),
        lapsed=[words.METHODS[method] for method, one in proofs.items() if one.status is ProofStatus.LAPSED],
        form=DirectoryForm(),
    )


@bp.route("/claims/<int:claim_id>/email", methods=["GET", "POST"])
@requires(Permission.CLAIM_SEE, of=_claim)
def email(claim: Claim) -> Answer:
    """Have a code sent to an address at the website's domain."""
    form, user_id, secret = ClaimEmailForm(), signed_in().id, app_settings().secret_key

    def act(session: Session) -> str:
        service.ask_by_email(session, claim_id=claim.id, user_id=user_id, email=form.email.data, secret=secret)
        return url_for("claims.code", claim_id=claim.id, code="email")

    return take(form, act) or _page("email", form, claim, websites=_listed(claim).websites)


@bp.route("/claims/<int:claim_id>/phone", methods=["GET", "POST"])
@requires(Permission.CLAIM_SEE, of=_claim)
def phone(claim: Claim) -> Answer:
    """Have a code sent to a telephone."""
    form, user_id, secret = ClaimPhoneForm(), signed_in().id, app_settings().secret_key
    form.offer(_listed(claim).phones, _("Another number"))

    def act(session: Session) -> str:
        if not words.sends_codes():
            raise Refused(_("This site sends no codes to telephones."), field="which")
        number = form.chosen() or form.other.data
        service.ask_by_phone(session, claim_id=claim.id, user_id=user_id, number=number, secret=secret)
        return url_for("claims.code", claim_id=claim.id, code="phone")

    return take(form, act) or _page("phone", form, claim)


@bp.route("/claims/<int:claim_id>/letter", methods=["GET", "POST"])
@requires(Permission.CLAIM_SEE, of=_claim)
def letter(claim: Claim) -> Answer:
    """Put a letter with a code on the operator's list."""
    form, user_id, secret, addresses = ClaimLetterForm(), signed_in().id, app_settings().secret_key, _listed(claim).addresses
    form.offer(addresses)
    if not addresses:
        return _nowhere(form, claim)

    def act(session: Session) -> str:
        service.ask_by_letter(session, claim_id=claim.id, user_id=user_id, address=form.chosen(), secret=secret)
        return _here(claim)

    if answer := take(form, act):
        flash(_("We post the letter within a few days. Its code works for 30 days."))
        return answer
    return _page("letter", form, claim)


def _nowhere(form: DirectoryForm, claim: Claim) -> Answer:
    """Say that no letter can be posted, and lead back; what was sent all the same is refused."""
    page, _status = _page("no_letter", form, claim)
    return page, 422 if form.is_submitted() else 200


@bp.route("/claims/<int:claim_id>/number", methods=["GET", "POST"])
@requires(Permission.CLAIM_SEE, of=_claim)
def number(claim: Claim) -> Answer:
    """Take the number by which a register knows the profile."""
    form, user_id = ClaimNumberForm(), signed_in().id

    def act(session: Session) -> str:
        service.give_number(session, claim_id=claim.id, user_id=user_id, number=form.number.data)
        return _here(claim)

    if answer := take(form, act):
        flash(_("This is a number of the page. It helps whoever looks: show it in one more way, or ask a person."))
        return answer
    return _page("number", form, claim)


@bp.route("/claims/<int:claim_id>/website/<site>", methods=["GET", "POST"])
@requires(Permission.CLAIM_SEE, of=lambda claim_id, site: _asked(claim_id, site, words.SITES))
def website(asked: Asked) -> Answer:
    """Say where to put the token, and on which website it will be looked for."""
    claim, user_id, form = asked.claim, signed_in().id, ClaimWebsiteForm()
    form.offer(_listed(claim).websites, _("Another website"))

    def act(session: Session) -> str:
        where = form.chosen() or form.other.data
        service.ask_by_website(session, claim_id=claim.id, user_id=user_id, method=asked.method, website=where)
        return url_for("claims.website", claim_id=claim.id, site=asked.word)

    if answer := take(form, act):
        return answer
    proof = queries.proofs(db.session(), claim.id).get(asked.method)
    return _page(
        "website",
        form,
        claim,
        proof=proof,
        word=asked.word,
        title=words.METHODS[asked.method],
        token=claiming.token(claim.id, asked.method),
        prefix=checks.DNS_PREFIX,
        path=checks.PATH,
        meta_name=checks.META_NAME,
        problem=words.problem(proof.problem) if proof else "",
        look_form=DirectoryForm(formdata=None),
    )


@bp.post("/claims/<int:claim_id>/website/<site>/look")
@requires(Permission.CLAIM_SEE, of=lambda claim_id, site: _asked(claim_id, site, words.SITES))
def look(asked: Asked) -> Response:
    """Look for the token now, outside of every transaction, then write down what was found."""
    form, user_id, claim_id, method = DirectoryForm(), signed_in().id, asked.claim.id, asked.method
    here = url_for("claims.website", claim_id=claim_id, site=asked.word)
    if not form.submitted():
        return redirect(here, code=303)
    secret = app_settings().secret_key
    try:
        with db.transaction() as session:
            where = service.before_look(session, claim_id=claim_id, user_id=user_id, method=method, secret=secret).subject
        found = claiming.look(claim_id, method, where)
        with db.transaction() as session:
            is_shown = service.looked(session, claim_id=claim_id, user_id=user_id, method=method, website=where, look=found)
    except (Refused, TooMany) as refusal:
        flash(str(refusal), "bad")
        return redirect(here, code=303)
    if is_shown:
        flash(_("We found it."))
    return redirect(_here(asked.claim) if is_shown else here, code=303)


@bp.route("/claims/<int:claim_id>/document/<paper>", methods=["GET", "POST"])
@takes_files
@requires(Permission.CLAIM_SEE, of=lambda claim_id, paper: _asked(claim_id, paper, words.DOCUMENTS))
def document(asked: Asked) -> Answer:
    """Take a document for whoever decides."""
    claim, method, user_id, form = asked.claim, asked.method, signed_in().id, ClaimDocumentForm()
    form.ask(method)
    kind = rules.KINDS[method]

    def act(session: Session) -> str:
        service.add_document(session, claim_id=claim.id, user_id=user_id, method=method, subject=form.subject.data)
        evidence.store(session, keys=keyring(), document=form.document.data, kind=kind, user_id=user_id, claim_id=claim.id)
        return _here(claim)

    if answer := take(form, act):
        flash(_("Your document is sealed. Two of our roles can open it, and each time is written down."))
        return answer
    return _page("document", form, claim, title=words.METHODS[method])


@bp.route("/claims/<int:claim_id>/code/<code>", methods=["GET", "POST"])
@requires(Permission.CLAIM_SEE, of=lambda claim_id, code: _asked(claim_id, code, words.CODES))
def code(asked: Asked) -> Answer:
    """Take a code. A wrong one counts, so its transaction stands."""
    claim, method, form = asked.claim, asked.method, ClaimCodeForm()
    more = {"claim": claim, "profile": queries.profile_of(db.session(), claim), "word": asked.word, "title": words.METHODS[method]}
    if not form.submitted():
        proof = queries.proofs(db.session(), claim.id).get(method)
        return form_page("claims/code.html", form, proof=proof, **more)
    given = {"user_id": signed_in().id, "typed": form.code.data, "secret": app_settings().secret_key}
    try:
        with db.transaction() as session:
            outcome = service.enter(session, claim_id=claim.id, method=method, **given)
        if outcome is not Outcome.PROVED:
            raise Refused(str(words.OUTCOMES[outcome]), field="code")
    except (Refused, TooMany) as refusal:
        proof = queries.proofs(db.session(), claim.id).get(method)
        return form_again("claims/code.html", form, refusal, proof=proof, **more)
    flash(_("That is the code: it is shown."))
    return redirect(_here(claim), code=303)


@bp.post("/claims/<int:claim_id>/review")
@requires(Permission.CLAIM_SEE, of=_claim)
def review(claim: Claim) -> Response:
    """Ask a person to look at what there is."""
    return _press(claim, service.ask_for_review, _("A person looks at it now. You get a mail."))


@bp.post("/claims/<int:claim_id>/contest")
@requires(Permission.CLAIM_SEE, of=_claim)
def contest(claim: Claim) -> Response:
    """Contest a profile that somebody else holds."""
    return _press(claim, service.contest, _("Two moderators look at it now. Whoever holds the page was told."))


@bp.route("/claims/<int:claim_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.CLAIM_SEE, of=_claim)
def withdraw(claim: Claim) -> Answer:
    """Ask whether to take the claim back, or leave the profile; do it when told so."""
    form, user_id = DirectoryForm(), signed_in().id

    def act(session: Session) -> str:
        service.withdraw(session, claim_id=claim.id, user_id=user_id)
        return _here(claim)

    return take(form, act) or _page("withdraw", form, claim, is_open=claim.status in OPEN)


def _press(claim: Claim, act: object, said: str) -> Response:
    form, user_id = DirectoryForm(), signed_in().id

    def done(session: Session) -> str:
        act(session, claim_id=claim.id, user_id=user_id)  # type: ignore[operator]
        return _here(claim)

    answer = take(form, done)
    if answer is not None:
        flash(said)
        return answer
    flash(" ".join(map(str, form.form_errors)) or _("Nothing was changed. Try again."), "bad")
    return redirect(_here(claim), code=303)
