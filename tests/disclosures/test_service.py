"""Who does the work, as the practice says."""

from datetime import timedelta

import pytest
from sqlmodel import select

from directory.core import clock
from directory.core.errors import Refused
from directory.disclosures import queries, rules, service
from directory.models.disclosures import PerformedBy, TeamDisclosure


def state(session, profile, user, *, patients=None, insured=None, **hands):
    return service.state(session, profile_id=profile.id, user_id=user.id, hands=hands, patients_per_day=patients, is_insured=insured)


def test_what_is_said_anew_takes_the_place_of_what_was_said(session, make):
    """One row a profile, with its day. Seen to fail with a second row, and with what is open now left standing."""
    ada, owner = make.profile(), make.user()
    first = state(session, ada, owner, sites=PerformedBy.TECHNICIAN, patients=3, insured=True)
    first.stated_at -= timedelta(days=400)
    session.add(first)
    session.flush()
    assert rules.is_old(first.stated_at, now=clock.now())
    state(session, ada, owner, extraction=PerformedBy.PHYSICIAN)
    row = session.exec(select(TeamDisclosure)).one()
    assert (row.sites, row.extraction, row.patients_per_day, row.is_insured) == (None, PerformedBy.PHYSICIAN, None, None)
    assert not rules.is_old(row.stated_at, now=clock.now())


@pytest.mark.parametrize("patients", [0, -1, 51, 9999])
def test_a_number_that_cannot_be_is_refused(session, make, patients):
    """Seen to fail without the check: the database answers in its own words."""
    ada = make.profile()
    with pytest.raises(Refused):
        state(session, ada, make.user(), patients=patients)
    assert queries.of_profile(session, ada.id) is None
