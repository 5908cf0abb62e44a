"""Reads of guides."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from sqlmodel import Session, col, select

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.models.guides import Guide


def published(session: Session) -> Sequence[Guide]:
    """Return every guide, the one changed last first."""
    return session.exec(select(Guide).order_by(col(Guide.updated_on).desc(), col(Guide.published_on).desc(), col(Guide.id).desc())).all()


def by_slug(session: Session, slug: str) -> Guide:
    """Return the guide of that name.

    Raises:
        NotFound: when there is none.
    """
    found = session.exec(select(Guide).where(Guide.slug == slug)).first()
    if found is None:
        raise NotFound(_("There is no guide at this address."))
    return found


def nearest(session: Session, slug: str, *, limit: int = 3) -> Sequence[Guide]:
    """Return the guides whose names look most like `slug`: what a mistyped address may have meant."""
    return sorted(published(session), key=lambda guide: -SequenceMatcher(None, guide.slug, slug[:80]).ratio())[:limit]
