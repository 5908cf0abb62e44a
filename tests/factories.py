"""`make`: rows that are valid by default; a test names only what matters to it."""

from datetime import date, timedelta
from math import cos, radians, sin
from typing import Any

from sqlmodel import Session, SQLModel, select

from directory.accounts import totp
from directory.accounts.consents import HEALTH_DATA
from directory.accounts.rules import name_key
from directory.core import clock
from directory.core.text import slugify, sort_key
from directory.models.accounts import Consent, Role, User
from directory.models.comments import Comment, CommentStatus
from directory.models.factors import Passkey
from directory.models.guides import Guide
from directory.models.moderation import ReasonClass
from directory.models.places import Country, Place, Region
from directory.models.profiles import Credential, HairEvidence, Organization, Practitioner, PractitionerKind, Profile, ProfileKind
from directory.models.replies import Dispute, DisputeReason, Reply, ReplyStatus
from directory.models.reviews import Review, ReviewStatus
from directory.models.sources import Source
from directory.models.treatments import Treatment, TreatmentFamily
from directory.places.names import key

#: The password of every made user; its hash is made once (see `password_hash`).
PASSWORD = "correct horse battery staple"
#: The site's key in tests (`settings` in conftest.py), and what every made app was told.
SECRET_KEY = "tests-only-0123456789-abcdefghijklmnop"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Make:
    """Makes rows in one session. The counter keeps unique things unique."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._count = 0

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def country(self, code: str = "US", name: str = "United States") -> Country:
        """A country, made once."""
        return self.session.get(Country, code) or self._add(Country(code=code, name=name, sort_key=sort_key(name)))

    def region(self, name: str = "California", *, country: str = "US") -> Region:
        """A region of a country, made once."""
        self.country(country)
        found = self.session.exec(select(Region).where(Region.country_code == country, Region.slug == slugify(name))).first()
        values = {"country_code": country, "code": name[:2].upper(), "name": name, "slug": slugify(name), "sort_key": sort_key(name)}
        return found or self._add(Region(**values))

    def place(self, name: str = "Los Angeles", *, region: str = "California", country: str = "US", **more: Any) -> Place:
        """A city, made once per path."""
        home = self.region(region, country=country) if region else None
        if home is None:
            self.country(country)
        path = "/".join(filter(None, (country.lower(), home.slug if home else "", slugify(name))))
        found = self.session.exec(select(Place).where(Place.path == path)).first()
        if found:
            return found
        lat, lon = more.pop("lat", 34.05), more.pop("lon", -118.24)
        values: dict[str, Any] = {
            "id": 9_000_000 + self._next(),
            "country_code": country,
            "region_id": home.id if home else None,
            "name": name,
            "slug": slugify(name),
            "path": path,
            "sort_key": sort_key(name),
            "key": key(name),
            "lat": lat,
            "lon": lon,
            "x": cos(radians(lat)) * cos(radians(lon)),
            "y": cos(radians(lat)) * sin(radians(lon)),
            "z": sin(radians(lat)),
            "population": 100_000,
            "timezone": "America/Los_Angeles",
        }
        return self._add(Place(**values | more))

    def treatment(self, code: str = "smp", **more: Any) -> Treatment:
        """A treatment, made once."""
        found = self.session.exec(select(Treatment).where(Treatment.code == code)).first()
        family = TreatmentFamily.SMP if code.startswith("smp") else TreatmentFamily.TRANSPLANT
        return found or self._add(Treatment(**{"code": code, "label": code.upper(), "family": family} | more))

    def user(self, name: str = "", **more: Any) -> User:
        """A confirmed patient of age who agrees to the use of health information; their password is PASSWORD."""
        number = self._next()
        name = name or f"Person {number}"
        values = {
            "email": f"person{number}@patients.example",
            "display_name": name,
            "display_name_key": name_key(name),
            "password_hash": password_hash(),
            "birth_year": 1980,
            "email_confirmed_at": clock.now(),
            "created_at": clock.now(),
        } | more
        consents = values.pop("consents", True)
        user: User = self._add(User(**values, email_key=str(values["email"]).lower()))
        if consents:
            self._add(Consent(user_id=user.id, purpose=HEALTH_DATA.purpose, version=HEALTH_DATA.version, given_at=clock.now()))
        return user

    def moderator(self, name: str = "", **more: Any) -> User:
        """Somebody who may hide and restore."""
        return self.user(name, role=Role.MODERATOR, **more)

    def passkey(self, user: User | None = None, **more: Any) -> Passkey:
        """A passkey of somebody; nobody holds its private half."""
        number = self._next()
        values = {"user_id": (user or self.user()).id, "credential_id": f"key{number:05}", "public_key": b"", "name": f"Key {number}"}
        return self._add(Passkey(**values | {"created_at": clock.now()} | more))

    def app(self, user: User, *, secret: str = TOTP_SECRET, key: str = SECRET_KEY) -> User:
        """An authenticator app of somebody, set up; returns them."""
        totp.put(self.session, user_id=user.id, secret=secret, key=key, confirmed_at=clock.now())
        return user

    def profile(self, name: str = "", *, place: Place | None = None, kind: ProfileKind = ProfileKind.PRACTITIONER, **more: Any) -> Profile:
        """A listed profile whose hair work is confirmed, with the row that owns it."""
        number = self._next()
        name = name or f"Ada Marsh {number}"
        values = {
            "slug": f"{slugify(name) or 'profile'}-{number}",
            "kind": kind,
            "name": name,
            "sort_key": sort_key(name),
            "place_id": (place or self.place()).id,
            "hair_evidence": HairEvidence.CONFIRMED,
            "created_at": clock.now(),
            "updated_at": clock.now(),
        }
        profile: Profile = self._add(Profile(**values | more))
        if kind is ProfileKind.PRACTITIONER:
            self._add(Practitioner(profile_id=profile.id, kind=PractitionerKind.SMP_ARTIST))
        else:
            self._add(Organization(profile_id=profile.id, schema_type="HealthAndBeautyBusiness"))
        return profile

    def review(self, *, profile: Profile | None = None, author: User | None = None, **more: Any) -> Review:
        """A published review; the profile's numbers are not recounted."""
        values = {
            "profile_id": (profile or self.profile()).id,
            "author_id": (author or self.user()).id,
            "treatment_id": self.treatment().id,
            "month": "2025-09",
            "overall": 4,
            "body": "Three sessions, calm and clean. The hairline looks like my own stubble.",
            "own_experience": True,
            "created_at": clock.now(),
            "published_at": clock.now() - timedelta(minutes=self._next()),
            "removed_for": ReasonClass.ABUSE if more.get("status") is ReviewStatus.REMOVED else None,
        }
        return self._add(Review(**values | more))

    def guide(self, slug: str = "smp", **more: Any) -> Guide:
        """An article."""
        values = {"slug": slug, "title": "A guide", "summary": "What it is.", "author": "The editors", "published_on": date(2026, 11, 1)}
        return self._add(Guide(**values | {"updated_on": date(2026, 11, 1), "body": "## First\n\nWords.", "hash": "0" * 64} | more))

    def comment(self, *, profile: Profile | None = None, guide: Guide | None = None, author: User | None = None, **more: Any) -> Comment:
        """A visible comment on a profile, or on a guide where one is given."""
        target = {"guide_id": guide.id} if guide else {"profile_id": (profile or self.profile()).id}
        values = {"author_id": (author or self.user()).id, "body": "How long did the redness last?", "created_at": clock.now()}
        values["removed_for"] = ReasonClass.ABUSE if more.get("status") is CommentStatus.REMOVED else None
        return self._add(Comment(**target | values | more))

    def credential(self, profile: Profile | None = None, **more: Any) -> Credential:
        """A credential as somebody states it, looked at by nobody."""
        values = {"profile_id": (profile or self.profile()).id, "type": "liability_insurance", "title": "Liability insurance"}
        return self._add(Credential(**values | {"issuer": "Sample Mutual", "reference": f"P-{self._next()}"} | more))

    def reply(self, *, review: Review | None = None, **more: Any) -> Reply:
        """The shown reply to a review, written by nobody who is here any more."""
        review = review or self.review()
        values = {"review_id": review.id, "profile_id": review.profile_id, "body": "Thank you for the feedback.", "created_at": clock.now()}
        values["removed_for"] = ReasonClass.ABUSE if more.get("status") is ReplyStatus.REMOVED else None
        return self._add(Reply(**values | more))

    def dispute(self, *, review: Review | None = None, user: User | None = None, **more: Any) -> Dispute:
        """A dispute about a review, filed by somebody; its author was asked, and the review says that it is disputed."""
        review = review or self.review()
        moment = clock.now()
        values = {"review_id": review.id, "profile_id": review.profile_id, "user_id": (user or self.user()).id, "created_at": moment}
        values |= {"reason": DisputeReason.FALSE_FACT, "text": "The year is wrong.", "answer_due_at": moment + timedelta(days=7)}
        return self._add(Dispute(**values | more))

    def source(self, code: str = "register", **more: Any) -> Source:
        """A source, made once."""
        found = self.session.exec(select(Source).where(Source.code == code)).first()
        return found or self._add(Source(**{"code": code, "name": "A register", "licence": "Open"} | more))


_hash = ""


def password_hash() -> str:
    """Return the hash of PASSWORD: a weak and quick one, for made users alone."""
    global _hash
    if not _hash:
        from pwdlib.hashers.argon2 import Argon2Hasher  # noqa: PLC0415

        _hash = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    return _hash


def values(row: SQLModel) -> dict[str, Any]:
    """Return a row as a plain dictionary."""
    return row.model_dump()
