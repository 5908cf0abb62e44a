"""What was said of a profile, by whom and when: never a person's name."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select as wide_select
from sqlmodel import Session, col, func, select

from directory.core.page import Page
from directory.models.assertions import AssertionRank, EditSuggestion, FieldAssertion, SuggestionStatus
from directory.models.profiles import SHOWN, Profile
from directory.models.sources import Source, SourceRecord
from directory.provenance import fields

PER_PAGE = 30


class Entry(NamedTuple):
    """One word in the history.

    Args:
        source: The register's name; empty for a word of people.
        is_suggested: Whether a visitor suggested it.
    """

    word: FieldAssertion
    source: str
    is_suggested: bool

    @property
    def profile_id(self) -> int:
        """Whose it is."""
        return self.word.profile_id


def page(session: Session, profile_id: int, *, number: int) -> Page[Entry]:
    """Return the words of a profile, the newest first, in two SELECTs."""
    taken = (
        select(EditSuggestion.id)
        .where(
            col(EditSuggestion.profile_id) == col(FieldAssertion.profile_id),
            col(EditSuggestion.field) == col(FieldAssertion.field),
            col(EditSuggestion.decided_at) == col(FieldAssertion.asserted_at),
            EditSuggestion.status == SuggestionStatus.ACCEPTED,
        )
        .correlate(FieldAssertion)
        .exists()
    )
    rows = (
        wide_select(FieldAssertion, func.coalesce(Source.name, ""), taken)
        .outerjoin(SourceRecord, col(SourceRecord.id) == col(FieldAssertion.source_record_id))
        .outerjoin(Source, col(Source.id) == col(SourceRecord.source_id))
        .where(col(FieldAssertion.profile_id) == profile_id)
        .order_by(col(FieldAssertion.id).desc())
    )
    total = session.exec(select(func.count()).select_from(FieldAssertion).where(FieldAssertion.profile_id == profile_id)).one()
    found = session.execute(rows.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    items = [Entry(word, source, bool(suggested) and word.rank is not AssertionRank.REGISTER) for word, source, suggested in found]
    return Page(items, number, PER_PAGE, total)


def practices(session: Session, entries: Iterable[Entry]) -> dict[int, str]:
    """Return what the practices are called at which some words say that somebody works, where their pages are shown: at most one SELECT."""
    numbers = {number for entry in entries if (number := fields.practice(entry.word.field)) is not None}
    if not numbers:
        return {}
    named = wide_select(col(Profile.id), col(Profile.name)).where(col(Profile.id).in_(numbers), col(Profile.status).in_(SHOWN))
    return {row[0]: row[1] for row in session.execute(named)}


def sources(session: Session, words: Iterable[FieldAssertion]) -> dict[int, str]:
    """Return the names of the registers behind some words, by the number of the record, in one SELECT."""
    records = {word.source_record_id for word in words if word.source_record_id is not None}
    if not records:
        return {}
    named = wide_select(col(SourceRecord.id), col(Source.name)).join(Source, col(Source.id) == col(SourceRecord.source_id))
    return {row[0]: row[1] for row in session.execute(named.where(col(SourceRecord.id).in_(records)))}
