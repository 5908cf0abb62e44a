"""Who does which part of the work, as the practice says, and how often its page was seen."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from directory.models.base import Record, UtcDateTime, one_of, words


class PerformedBy(StrEnum):
    """Whose hands."""

    PHYSICIAN = "physician"
    NURSE = "nurse"
    TECHNICIAN = "technician"
    SMP_ARTIST = "smp_artist"
    #: It depends on the day; a patient has to ask.
    VARIES = "varies"
    NOT_DONE = "not_done"


class TeamDisclosure(Record, table=True):
    """Who evaluates, designs, extracts, makes sites and implants; the questions of the ISHRS, answered by whoever acts for the profile."""

    __tablename__ = "team_disclosures"
    __table_args__ = (
        *(one_of(task, PerformedBy) for task in ("evaluation", "design", "extraction", "sites", "implantation")),
        CheckConstraint("patients_per_day BETWEEN 1 AND 50", name="patients_per_day_sane"),
    )
    id: int = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="profiles.id", ondelete="CASCADE", unique=True)
    evaluation: PerformedBy | None = Field(default=None, sa_type=words(PerformedBy))
    design: PerformedBy | None = Field(default=None, sa_type=words(PerformedBy))
    extraction: PerformedBy | None = Field(default=None, sa_type=words(PerformedBy))
    sites: PerformedBy | None = Field(default=None, sa_type=words(PerformedBy))
    implantation: PerformedBy | None = Field(default=None, sa_type=words(PerformedBy))
    #: At most so many on one day.
    patients_per_day: int | None = None
    is_insured: bool | None = None
    stated_at: datetime = Field(sa_type=UtcDateTime)
    user_id: int | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)


class ProfileDay(Record, table=True):
    """How often a profile was opened and stood in a list on one day; nobody is counted as a person."""

    __tablename__ = "profile_days"
    profile_id: int = Field(primary_key=True, foreign_key="profiles.id", ondelete="CASCADE")
    day: date = Field(primary_key=True)
    views: int = 0
    appearances: int = 0
