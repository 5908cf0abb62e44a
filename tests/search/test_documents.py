"""What engines hold of a profile."""

from datetime import date

from sqlmodel import Session

from directory.models.profiles import PriceUnit, ServiceOffering
from directory.profiles import queries as profiles
from directory.search.documents import Reader
from directory.treatments import queries as treatments
from directory.treatments import service as taxonomy
from tests.factories import Make


class TestPrice:
    def offer(self, session: Session, profile_id: int, code: str, price: int, unit: PriceUnit, currency: str = "USD") -> None:
        treatment = treatments.by_code(session, code)
        dated = {"currency": currency, "unit": unit, "price_date": date(2026, 8, 1)}
        session.add(ServiceOffering(profile_id=profile_id, treatment_id=treatment.id, min_price=price, **dated))
        session.flush()

    def test_a_visit_for_something_else_is_not_compared(self, session: Session, make: Make) -> None:
        """A session with the laser would stand first in every order by price, and the card would show it.

        Seen to fail without the families, in the documents and in the cards.
        """
        taxonomy.sync(session)
        ada = make.profile("Ada Marsh")
        self.offer(session, ada.id, "lllt", 5_000, PriceUnit.PER_SESSION)
        assert Reader(session).read([ada.id])[0].price is None
        self.offer(session, ada.id, "smp", 90_000, PriceUnit.PER_SESSION)
        assert Reader(session).read([ada.id])[0].price == 90_000
        assert [price.low for price in profiles.cards(session, [ada.id])[0].visits] == [90_000]

    def test_it_is_for_a_whole_visit_in_the_money_of_the_country(self, session: Session, make: Make) -> None:
        """Seen to fail with prices by the graft, and with every currency."""
        taxonomy.sync(session)
        ada = make.profile("Ada Marsh")
        self.offer(session, ada.id, "fue", 300, PriceUnit.PER_GRAFT)
        self.offer(session, ada.id, "smp", 10_000, PriceUnit.PACKAGE_TOTAL, currency="EUR")
        found = Reader(session).read([ada.id])[0]
        assert (found.currency, found.price) == ("USD", None)
