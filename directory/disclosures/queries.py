"""Reading what a practice says about who does the work."""

from sqlmodel import Session, select

from directory.models.disclosures import TeamDisclosure


def of_profile(session: Session, profile_id: int) -> TeamDisclosure | None:
    """Return what is said for a profile, or None where nobody has said anything."""
    return session.exec(select(TeamDisclosure).where(TeamDisclosure.profile_id == profile_id)).first()
