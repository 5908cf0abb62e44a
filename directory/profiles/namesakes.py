"""Whether a name is another profile's in the same city: who takes it may be taken for them."""

from sqlmodel import Session, col, or_, select

from directory.accounts.skeleton import skeleton
from directory.core.text import sort_key
from directory.models.profiles import LISTED, Profile


def has(session: Session, profile: Profile, name: str) -> bool:
    """Say whether a listed profile of the same city has a name that reads like this one; where the city is not known, of any city."""
    others = (col(Profile.id) != profile.id, col(Profile.status).in_(LISTED))
    same = select(Profile.name).where(*others, Profile.sort_key == sort_key(name))
    if profile.place_id is None:
        return session.exec(same.limit(1)).first() is not None
    near = select(Profile.name).where(*others, Profile.place_id == profile.place_id)
    looks = skeleton(name)
    same_here = session.exec(same.where(or_(col(Profile.place_id).is_(None), Profile.place_id == profile.place_id)).limit(1)).first()
    return same_here is not None or any(skeleton(other) == looks for other in session.exec(near))
