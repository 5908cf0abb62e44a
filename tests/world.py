"""A small world for tests of pages: two real cities with people, prices, inspections and register entries."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, select

from directory.models.places import Place
from directory.models.profiles import (
    Credential,
    CredentialStatus,
    HairEvidence,
    Identifier,
    Inspection,
    Location,
    PriceUnit,
    Profile,
    ProfileKind,
    ServiceOffering,
)
from directory.models.sources import Source, SourceRecord
from directory.profiles import service as profiles
from directory.reviews import service as reviews
from directory.treatments import queries as treatments
from directory.treatments import service as taxonomy
from tests.factories import Make


class World:
    """Makes whole profiles and keeps the numbers of their places right."""

    def __init__(self, session: Session, make: Make) -> None:
        self.session, self.make = session, make
        taxonomy.sync(session)
        self.toronto = make.place("Toronto", region="Ontario", country="CA", lat=43.7, lon=-79.42, timezone="America/Toronto")
        self.hamilton = make.place("Hamilton", region="Ontario", country="CA", lat=43.25, lon=-79.85)
        country = make.country("CA")
        country.name, country.sort_key = "Canada", "canada"
        session.flush()

    def profile(
        self, name: str = "", *, place: Place | None = None, offers: Sequence[str] = ("smp",), stars: Sequence[int] = (), **more: Any
    ) -> Profile:
        """A profile with an address, offers with a price, a credential, and reviews of these stars."""
        profile = self.make.profile(name, place=place or self.toronto, **more)
        own = {"profile_id": profile.id}
        self.session.add(
            Location(
                **own, address="1 Sample St", city="Toronto", region="Ontario", country_code="CA", lat=43.7, lon=-79.4, phone="+14165550100"
            )
        )
        for code in offers:
            price = {"min_price": 190000, "currency": "CAD", "unit": PriceUnit.PACKAGE_TOTAL, "price_date": date(2026, 8, 11)}
            self.session.add(ServiceOffering(**own, treatment_id=treatments.by_code(self.session, code).id, **price))
        self.session.add(
            Credential(
                **own,
                type="training",
                title="A course",
                issuer="A school",
                status=CredentialStatus.CHECKED_OK,
                source_url="https://register.example/1",
                checked_on=date(2026, 11, 3),
            )
        )
        for given in stars:
            self.make.review(profile=profile, overall=given, is_sample=profile.is_sample)
        self.session.flush()
        reviews.refresh_rating(self.session, profile)
        self.count(profile)
        return profile

    def studio(self, name: str = "Brow and Ink", *, place: Place | None = None, code: str = "toronto-bodysafe", **more: Any) -> Profile:
        """A practice that a register lists, whose hair work nobody has confirmed, with two inspections."""
        evidence = {"hair_evidence": HairEvidence.UNKNOWN} | more
        studio = self.make.profile(name, place=place or self.toronto, kind=ProfileKind.PRACTICE, **evidence)
        record = SourceRecord(
            source_id=self.source(code).id, key=f"E{studio.id}", profile_id=studio.id, raw={}, hash="0" * 64, as_of=date(2024, 7, 31)
        )
        self.session.add(record)
        self.session.flush()
        behind = {"profile_id": studio.id, "source_record_id": record.id}
        found = {"severity": "Minor", "text": "Sharps container over the line", "action": "Corrected"}
        self.session.add_all(
            [
                Location(**behind, address="2 Sample St", city="Toronto", region="Ontario", country_code="CA", lat=43.7, lon=-79.4),
                Identifier(**behind, system=code, value=record.key),
                Inspection(**behind, system=code, inspected_on=date(2024, 6, 3), outcome="Pass"),
                Inspection(**behind, system=code, inspected_on=date(2023, 5, 2), outcome="Conditional Pass", infractions=[found]),
            ]
        )
        self.session.flush()
        self.count(studio)
        return studio

    def source(self, code: str) -> Source:
        """A register with its terms."""
        terms = {"name": "BodySafe, City of Toronto", "url": "https://register.example/", "licence": "Open Government Licence"}
        return self.make.source(code, **terms, licence_url="https://register.example/licence")

    def gone(self, studio: Profile, *, day: date = date(2024, 7, 31), still: Sequence[str] = ("Nails",)) -> None:
        """Take a studio off its register."""
        record = self.session.exec(select(SourceRecord).where(SourceRecord.profile_id == studio.id)).one()
        record.gone_on, record.gone_note = day, list(still)
        self.session.add(record)
        self.session.flush()

    def count(self, *many: Profile) -> None:
        """Bring the numbers of the profiles' places right."""
        profiles.recount_places(self.session, {profile.place_id for profile in many if profile.place_id is not None})
        self.session.commit()
