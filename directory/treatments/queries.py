"""Reading treatments."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from directory.core.errors import NotFound
from directory.core.i18n import _
from directory.models.treatments import Treatment, TreatmentFamily

#: What a practitioner is chosen for; the adjuncts are there for information only.
WORK = (TreatmentFamily.SMP, TreatmentFamily.TRANSPLANT)


def all_(session: Session) -> Sequence[Treatment]:
    """Return the whole taxonomy in the order in which it is shown, parents before their children."""
    return session.exec(select(Treatment).order_by(col(Treatment.position), col(Treatment.id))).all()


def by_code(session: Session, code: str) -> Treatment:
    """Return one treatment.

    Raises:
        NotFound: when no treatment has this code.
    """
    found = session.exec(select(Treatment).where(Treatment.code == code)).first()
    if found is None:
        raise NotFound(_("We know no treatment by this name."))
    return found


def choices(session: Session, *, families: Collection[TreatmentFamily] = WORK) -> list[tuple[str, str]]:
    """Return (code, label) of the treatments of some families, in order: for a form's list."""
    return [(treatment.code, treatment.label) for treatment in all_(session) if treatment.family in families]


def with_below(session: Session, code: str) -> list[Treatment]:
    """Return a treatment and everything below it, itself first: whoever does scar camouflage does scalp micropigmentation.

    Raises:
        NotFound: when no treatment has this code.
    """
    found = [by_code(session, code)]
    for treatment in all_(session):  # parents come before their children
        if treatment.parent_id in {above.id for above in found}:
            found.append(treatment)
    return found
