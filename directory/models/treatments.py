"""The taxonomy of treatments: shipped as data, one row a node."""

from enum import StrEnum

from sqlalchemy import JSON
from sqlmodel import Field

from directory.models.base import Record, one_of, words


class TreatmentFamily(StrEnum):
    """The two things Hairline is about, and what goes with them."""

    SMP = "smp"
    TRANSPLANT = "transplant"
    ADJUNCT = "adjunct"


class Treatment(Record, table=True):
    """One node of the tree: a treatment, or a technique below it."""

    __tablename__ = "treatments"
    __table_args__ = (one_of("family", TreatmentFamily),)
    id: int = Field(default=None, primary_key=True)
    #: Stands in URLs and never changes: `smp`, `fue`, `smp-scar`.
    code: str = Field(max_length=40, unique=True)
    label: str = Field(max_length=80)
    family: TreatmentFamily = Field(sa_type=words(TreatmentFamily))
    parent_id: int | None = Field(default=None, foreign_key="treatments.id", ondelete="RESTRICT", index=True)
    #: Other words people use for it, for search.
    synonyms: list[str] = Field(default_factory=list, sa_type=JSON)
    position: int = 0
