"""Comments: the lists under profiles and guides, and the forms to say, change and delete something."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from directory.accounts.permissions import Permission
from directory.comments import queries as comments
from directory.comments import service
from directory.comments.queries import Kind, Subject
from directory.core.page import page_number
from directory.forms.base import DirectoryForm
from directory.forms.comments import CommentForm
from directory.guides import queries as guides
from directory.models.comments import Comment, CommentStatus
from directory.models.moderation import HoldReason
from directory.web import db, seo
from directory.web.auth import requires, signed_in
from directory.web.formpage import form_page, profile_at, suspicion, take
from directory.web.security import private

bp = Blueprint("comments", __name__)


@bp.route("/p/<slug>/comment", methods=["GET", "POST"])
@requires(Permission.COMMENT_WRITE)
def on_profile(slug: str) -> tuple[str, int] | Response:
    """Show the form to comment on a profile; on a good answer, lead to the comment."""
    return _write(comments.on_profile(profile_at(slug, "/comment")))


@bp.route("/guides/<slug>/comment", methods=["GET", "POST"])
@requires(Permission.COMMENT_WRITE)
def on_guide(slug: str) -> tuple[str, int] | Response:
    """Show the form to comment on a guide; on a good answer, lead to the comment."""
    return _write(comments.on_guide(guides.by_slug(db.session(), slug)))


@bp.get("/p/<slug>/comments")
@requires(Permission.PUBLIC)
def of_profile(slug: str) -> str:
    """Show all comments on a profile."""
    profile = profile_at(slug, "/comments")
    return _index(comments.on_profile(profile), is_sample_page=profile.is_sample)


@bp.get("/guides/<slug>/comments")
@requires(Permission.PUBLIC)
def of_guide(slug: str) -> str:
    """Show all comments on a guide."""
    return _index(comments.on_guide(guides.by_slug(db.session(), slug)), is_sample_page=False)


@bp.route("/comments/<int:comment_id>/edit", methods=["GET", "POST"])
@requires(Permission.COMMENT_EDIT, of=lambda comment_id: comments.shown_or_held(db.session(), comment_id))
def edit(comment: Comment) -> tuple[str, int] | Response:
    """Show one's own comment to be changed; on a good answer, lead to it."""
    author_id, comment_id = signed_in().id, comment.id
    subject = comments.subject_of(db.session(), comment)
    form = CommentForm(body=comment.body)
    if answer := take(form, lambda session: _change(session, subject, comment_id, author_id, form)):
        return answer
    return form_page("comments/write.html", form, subject=subject, address=_address(subject), comment=comment)


@bp.route("/comments/<int:comment_id>/delete", methods=["GET", "POST"])
@requires(Permission.COMMENT_DELETE, of=lambda comment_id: comments.shown_or_held(db.session(), comment_id))
def delete(comment: Comment) -> tuple[str, int] | Response:
    """Ask whether to delete one's own comment; do it when told so."""
    form, author_id, comment_id = DirectoryForm(), signed_in().id, comment.id
    subject = comments.subject_of(db.session(), comment)
    if answer := take(form, lambda session: _delete(session, subject, comment_id, author_id)):
        return answer
    return form_page("comments/delete.html", form, subject=subject, address=_address(subject), comment=comment)


@bp.get("/comments/<int:comment_id>/waiting")
@requires(Permission.COMMENT_DELETE, of=lambda comment_id: comments.shown_or_held(db.session(), comment_id))
def waiting(comment: Comment) -> str | Response:
    """Say to its author that a comment waits for a look by a person; once it is shown, lead to it."""
    private()
    subject = comments.subject_of(db.session(), comment)
    if comment.status is not CommentStatus.HELD:
        return redirect(_address(subject, comment.id), code=303)
    about_link = comment.held_for is HoldReason.LINK
    return render_template("comments/waiting.html", comment=comment, subject=subject, address=_address(subject), about_link=about_link)


def _write(subject: Subject) -> tuple[str, int] | Response:
    form, author_id = CommentForm(), signed_in().id
    if answer := take(form, lambda session: _say(session, subject, author_id, form)):
        return answer
    return form_page("comments/write.html", form, subject=subject, address=_address(subject), comment=None)


def _say(session: Session, subject: Subject, author_id: int, form: CommentForm) -> str:
    comment = service.write(session, subject=subject, author_id=author_id, body=form.body.data, suspicion=suspicion(session, form))
    return _where(subject, comment)


def _change(session: Session, subject: Subject, comment_id: int, author_id: int, form: CommentForm) -> str:
    doubt = suspicion(session, form)
    return _where(subject, service.edit(session, comment_id=comment_id, author_id=author_id, body=form.body.data, suspicion=doubt))


def _where(subject: Subject, comment: Comment) -> str:
    """Return where a comment stands for its author: on its page, or waiting for a look."""
    if comment.status is CommentStatus.HELD:
        return url_for("comments.waiting", comment_id=comment.id)
    return _address(subject, comment.id)


def _delete(session: Session, subject: Subject, comment_id: int, author_id: int) -> str:
    service.delete(session, comment_id=comment_id, author_id=author_id)
    return _address(subject, comment_id)


def _index(subject: Subject, *, is_sample_page: bool) -> str:
    page = comments.listed(db.session(), subject, number=page_number(request.args.get("page")))
    section = comments.Section(subject, page)
    endpoint = "comments.of_profile" if subject.kind is Kind.PROFILE else "comments.of_guide"
    here = seo.address(url_for(endpoint, slug=subject.slug, page=page.number if page.number > 1 else None))
    head = seo.Seo(here, indexed=bool(page.items) and not is_sample_page)
    return render_template("comments/index.html", section=section, address=_address(subject), is_sample_page=is_sample_page, seo=head)


def _address(subject: Subject, comment_id: int | None = None) -> str:
    """Return the address of the page that comments stand under, or of one comment there."""
    endpoint = "profiles.show" if subject.kind is Kind.PROFILE else "guides.show"
    return url_for(endpoint, slug=subject.slug, _anchor=f"comment-{comment_id}" if comment_id else None)
