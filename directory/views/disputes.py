"""Disputes about reviews, for both sides: file one, call it off, answer one, appeal; and the public numbers."""

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.disputes import queries as disputes
from directory.disputes import rules, service
from directory.disputes.service import Choice
from directory.evidence import service as sealing
from directory.forms.base import DirectoryForm
from directory.forms.disputes import AnswerForm, AppealForm, DisputeForm, PracticeAppealForm, ReviewerAppealForm
from directory.models.evidence import EvidenceKind
from directory.models.replies import OPEN, Dispute, DisputeReason, DisputeStatus
from directory.models.reviews import VISIBLE, Review
from directory.replies import queries as replies
from directory.reviews import queries as reviews
from directory.reviews import reasons
from directory.web import db, seo
from directory.web import evidence as store
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, suspicion, take
from directory.web.manage import managed
from directory.web.security import takes_files

bp = Blueprint("disputes", __name__)
#: What a document of a reviewer is said to be.
_REVIEWERS = EvidenceKind.CORRESPONDENCE


@bp.get("/disputes")
@requires(Permission.PUBLIC)
def statistics() -> str:
    """Show what came of all disputes, and how many replies were taken down."""
    session = db.session()
    head = seo.Seo(seo.address(request.path))
    numbers, removed = disputes.statistics(session), replies.removed(session)
    return render_template("disputes/statistics.html", numbers=numbers, removed=removed, rules=rules, seo=head)


def _managed_review(slug: str, review_id: int) -> Review:
    """Return a review of the profile of an address under /manage that readers see, or that is or was disputed."""
    review, profile = disputes.disputed_review(db.session(), review_id, or_shown=True), managed(slug)
    if review.profile_id != profile.id:
        raise NotFound(_("This review is not here any more."))
    return review


@bp.route("/manage/<slug>/reviews/<int:review_id>/dispute", methods=["GET", "POST"])
@takes_files
@requires(Permission.DISPUTE_FILE, of=_managed_review)
def file(review: Review) -> tuple[str, int] | Response:
    """Dispute a review; where that was done, show how far it is."""
    form, review_id, user_id = DisputeForm(), review.id, signed_in().id
    store.fit(form)
    profile = reviews.profile_of(db.session(), review)
    if answer := take(form, lambda session: _file(session, review_id, user_id, profile.slug, form)):
        return answer
    dispute = disputes.latest(db.session(), review_id)
    values = {"profile": profile, "review": review, "is_shown": review.status in VISIBLE, "manage_page": "replies.index"}
    if dispute is not None and _is_last(dispute, review):
        return form_page("disputes/filed.html", form, dispute=dispute, **_more(dispute, review), **values)
    return form_page("disputes/file.html", form, **values)


def _is_last(dispute: Dispute, review: Review) -> bool:
    """Say whether no other dispute can be filed after this one."""
    is_set = dispute.outcome is not None or dispute.status in OPEN or review.status not in VISIBLE
    return is_set or disputes.left_to_file(db.session(), review.id) <= 0


def _more(dispute: Dispute, review: Review) -> dict[str, object]:
    """Return what the side that filed a dispute can still do about it, and what it has shown."""
    may = {"may_appeal": disputes.may_appeal(dispute, review, as_reviewer=False), "may_call_off": disputes.may_call_off(dispute)}
    return may | {"documents": disputes.papers(db.session(), dispute, author_id=review.author_id).practice}


@bp.route("/manage/<slug>/reviews/<int:review_id>/dispute/call-off", methods=["GET", "POST"])
@requires(Permission.DISPUTE_FILE, of=_managed_review)
def call_off(review: Review) -> tuple[str, int] | Response:
    """Ask whether to take a dispute back; do it when told so."""
    form, review_id, user_id, dispute = DirectoryForm(), review.id, signed_in().id, _dispute_of(review)
    profile = reviews.profile_of(db.session(), review)

    def act(session: Session) -> str:
        service.call_off(session, review_id=review_id, user_id=user_id)
        return url_for("replies.index", slug=profile.slug)

    if taken := take(form, act):
        flash(_("The dispute is called off. The reviewer gets a mail that says so."))
        return taken
    if not form.is_submitted() and not disputes.may_call_off(dispute):
        raise NotFound(_("There is no dispute here that can be called off."))
    is_last = disputes.left_to_file(db.session(), review_id) <= 1
    return form_page("disputes/call_off.html", form, profile=profile, review=review, is_last=is_last, manage_page="replies.index")


@bp.route("/manage/<slug>/reviews/<int:review_id>/dispute/appeal", methods=["GET", "POST"])
@takes_files
@requires(Permission.DISPUTE_FILE, of=_managed_review)
def appeal_as_practice(review: Review) -> tuple[str, int] | Response:
    """Ask another moderator to look at a decision, for the profile."""
    profile = reviews.profile_of(db.session(), review)
    url = url_for("disputes.file", slug=profile.slug, review_id=review.id)
    form = PracticeAppealForm()
    store.fit(form)
    return _appeal(review, form, "disputes/appeal_managed.html", url, as_reviewer=False, profile=profile, manage_page="replies.index")


@bp.route("/reviews/<int:review_id>/dispute", methods=["GET", "POST"])
@takes_files
@requires(Permission.DISPUTE_ANSWER, of=lambda review_id: disputes.disputed_review(db.session(), review_id))
def answer(review: Review) -> tuple[str, int] | Response:
    """Show a reviewer what is disputed about their review, and take their answer; afterwards show how far it is."""
    dispute, profile = _dispute_of(review), reviews.profile_of(db.session(), review)
    form, review_id, author_id = AnswerForm(overall=review.overall, title=review.title, body=review.body), review.id, signed_in().id
    store.fit(form)
    if taken := take(form, lambda session: _answer(session, review_id, author_id, form)):
        flash(_("We have your answer. Only our moderators read what you wrote to them."))
        return taken
    values = {"review": review, "profile": profile, "dispute": dispute, "reason": rules.REASONS[dispute.reason]}
    if dispute.status not in disputes.ANSWERABLE:
        values["documents"] = disputes.papers(db.session(), dispute, author_id=review.author_id).reviewer
        removed_for = reasons.alone(review.removed_for) if review.removed_for else ""
        may_appeal = disputes.may_appeal(dispute, review, as_reviewer=True)
        return form_page("disputes/answered.html", form, may_appeal=may_appeal, removed_for=removed_for, **values)
    return form_page("disputes/answer.html", form, **values)


@bp.route("/reviews/<int:review_id>/dispute/appeal", methods=["GET", "POST"])
@takes_files
@requires(Permission.DISPUTE_ANSWER, of=lambda review_id: disputes.disputed_review(db.session(), review_id))
def appeal_as_reviewer(review: Review) -> tuple[str, int] | Response:
    """Ask another moderator to look at a decision, as the review's author."""
    profile = reviews.profile_of(db.session(), review)
    url = url_for("disputes.answer", review_id=review.id)
    form = ReviewerAppealForm()
    store.fit(form)
    return _appeal(review, form, "disputes/appeal.html", url, as_reviewer=True, profile=profile)


def _dispute_of(review: Review) -> Dispute:
    found = disputes.latest(db.session(), review.id)
    if found is None:
        raise NotFound(_("Nobody disputes this review."))
    return found


def _appeal(
    review: Review, form: AppealForm, template: str, url: str, *, as_reviewer: bool, **values: object
) -> tuple[str, int] | Response:
    review_id, user_id, dispute = review.id, signed_in().id, _dispute_of(review)

    def act(session: Session) -> str:
        appealed = service.appeal(session, review_id=review_id, user_id=user_id, text=form.text.data)
        _keep(session, appealed.id, user_id, form)
        return url

    if taken := take(form, act):
        flash(_("Your appeal has come in. Another moderator looks at it."))
        return taken
    if not form.is_submitted() and not disputes.may_appeal(dispute, review, as_reviewer=as_reviewer):
        raise NotFound(_("There is no decision here that can be appealed."))
    return form_page(template, form, dispute=dispute, back=url, **values)


def _file(session: Session, review_id: int, user_id: int, slug: str, form: DisputeForm) -> str:
    filed = service.file(session, review_id=review_id, user_id=user_id, reason=DisputeReason(form.reason.data), text=form.text.data)
    _keep(session, filed.id, user_id, form)
    return url_for("disputes.file", slug=slug, review_id=review_id)


def _keep(session: Session, dispute_id: int, user_id: int, form: DisputeForm | AnswerForm | AppealForm) -> None:
    """Seal the document, if any, that came with a form of either side; the reviewer is not asked what it is said to be."""
    paper = store.sent(form)
    if paper is not None:
        given = {"document": paper, "kind": EvidenceKind(form.paper.data if "paper" in form else _REVIEWERS), "user_id": user_id}
        sealing.store(session, keys=store.keyring(), dispute_id=dispute_id, **given)


def _answer(session: Session, review_id: int, author_id: int, form: AnswerForm) -> str:
    answered = service.answer(
        session,
        review_id=review_id,
        author_id=author_id,
        choice=Choice(form.choice.data),
        text=form.answer.data or "",
        overall=form.overall.data,
        title=form.title.data or "",
        body=form.body.data,
        suspicion=suspicion(session, form),
    )
    if answered.status is not DisputeStatus.CLOSED:  # with a review that is withdrawn nobody looks at it any more
        _keep(session, answered.id, author_id, form)
    return url_for("disputes.answer", review_id=review_id)
