"""What waits for moderators is counted beside the way to each list, so that none waits unseen."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from directory.accounts import memberships
from directory.claims import queries as claims
from directory.core import clock
from directory.core.db import Database
from directory.credentials import queries as credentials
from directory.disputes import queries as disputes
from directory.models.assertions import EditSuggestion
from directory.models.claims import Claim, ClaimProof, ClaimStatus, ProofMethod, ProofStatus, RoleProposal
from directory.models.comments import CommentStatus
from directory.models.memberships import MembershipRole
from directory.models.moderation import Report, ReportKind, ReportStatus
from directory.models.profiles import Organization, Practitioner, ProfileKind, ProfileStatus
from directory.models.replies import DisputeStatus
from directory.models.reviews import ReviewStatus
from directory.moderation import queries as moderation
from directory.profiles import proposing, suggestions
from directory.profiles.proposing import Entry, Relation, Sort
from directory.team import people
from directory.web import waiting
from directory.web.waiting import Waiting
from tests.clients import Visitor
from tests.factories import Make
from tests.queries import count_queries

NOTHING = Waiting(*[0] * len(Waiting._fields))


class Queues:
    """Puts one thing on each list, and beside it one of the same kind that waits for no moderator."""

    def __init__(self, session: Session, make: Make) -> None:
        self.session, self.make, self.now = session, make, clock.now()

    def add(self, *rows: object) -> None:
        self.session.add_all(rows)
        self.session.flush()

    def claim(self, status: ClaimStatus) -> Claim:
        when = dict.fromkeys(("created_at", "updated_at", "expires_at"), self.now)
        claim = Claim(profile_id=self.make.profile().id, user_id=self.make.user().id, status=status, **when)
        self.add(claim)
        return claim

    def proof(self, claim: Claim, method: ProofMethod, status: ProofStatus) -> None:
        ended = self.now - timedelta(days=1)
        self.add(ClaimProof(claim_id=claim.id, method=method, status=status, subject="x", created_at=self.now, expires_at=ended))

    def reports(self) -> None:
        said = {"kind": ReportKind.WRONG_FACTS, "text": "Wrong.", "reporter_email": "a@p.example", "created_at": self.now}
        for status in ReportStatus:
            self.add(Report(profile_id=self.make.profile().id, status=status, **said))

    def held(self) -> None:
        self.make.review()
        self.make.review(status=ReviewStatus.AUTO_HOLD)
        self.make.comment(profile=self.make.profile(), status=CommentStatus.HELD)

    def claims(self) -> None:
        self.claim(ClaimStatus.IN_REVIEW)
        self.claim(ClaimStatus.WITHDRAWN)
        self.proof(self.claim(ClaimStatus.APPROVED), ProofMethod.DNS_TXT, ProofStatus.LAPSED)
        self.proof(self.claim(ClaimStatus.APPROVED), ProofMethod.DNS_TXT, ProofStatus.PROVED)

    def letters(self) -> None:
        for status in (ProofStatus.WAITING, ProofStatus.SENT):
            self.proof(self.claim(ClaimStatus.STARTED), ProofMethod.LETTER_CODE, status)
        self.proof(self.claim(ClaimStatus.WITHDRAWN), ProofMethod.LETTER_CODE, ProofStatus.WAITING)

    def credentials(self) -> None:
        self.make.credential(stated_at=self.now, checked_on=None)
        self.make.credential(stated_at=None, checked_on=None)

    def disputes(self) -> None:
        self.make.dispute(status=DisputeStatus.ANSWERED)
        self.make.dispute()

    def entries(self) -> None:
        self.make.profile(status=ProfileStatus.IMPORTED_DRAFT)
        self.make.treatment("smp")
        said = {"website": "", "treatments": ("smp",), "relation": Relation.READER, "place_id": self.make.place().id}
        proposing.propose(self.session, user_id=self.make.user().id, entry=Entry("Noor Scalp", Sort.STUDIO, **said))

    def works(self) -> None:
        for owned in ("person", "practice", "practice", "neither"):
            person, practice = self.make.profile(), self.make.profile(kind=ProfileKind.PRACTICE)
            one = self.session.exec(select(Practitioner).where(Practitioner.profile_id == person.id)).one()
            other = self.session.exec(select(Organization).where(Organization.profile_id == practice.id)).one()
            said = {"practitioner_id": one.id, "organization_id": other.id, "created_at": self.now}
            self.add(RoleProposal(proposed_by_profile_id=person.id, **said))
            if owned != "neither":
                asker = {"person": person, "practice": practice}[owned]
                memberships.grant(self.session, user_id=self.make.user().id, profile_id=asker.id, role=MembershipRole.OWNER)

    def suggestions(self) -> None:
        nobodys, somebodys = self.make.profile(), self.make.profile()
        memberships.grant(self.session, user_id=self.make.user().id, profile_id=somebodys.id, role=MembershipRole.OWNER)
        for profile in (nobodys, somebodys):
            self.add(EditSuggestion(profile_id=profile.id, user_id=self.make.user().id, field="about", value="x", created_at=self.now))


#: What stands on each list as its page shows it.
LISTED: dict[str, Callable[[Session], int]] = {
    "reports": lambda session: len(moderation.open_reports(session).items),
    "held": lambda session: len(moderation.held(session).items),
    "claims": lambda session: len(claims.in_review(session, number=1).items) + len(claims.lapsed(session)),
    "letters": lambda session: len(claims.letters(session)),
    "credentials": lambda session: len(credentials.queue(session, number=1).items),
    "disputes": lambda session: len(disputes.queue(session).items),
    "entries": lambda session: len(proposing.waiting(session)),
    "works": lambda session: len(people.unanswerable(session)),
    "suggestions": lambda session: len(suggestions.for_moderators(session, number=1).items),
}
COUNTED = {"held": 2, "claims": 2, "works": 2}


@pytest.mark.parametrize("name", Waiting._fields)
def test_each_number_is_what_its_list_shows(session: Session, make: Make, name: str) -> None:
    """Seen to fail with each condition left out of the count, and with two lists in each other's place."""
    getattr(Queues(session, make), name)()
    wanted = COUNTED.get(name, 1)
    assert waiting.read(session) == NOTHING._replace(**{name: wanted})
    assert LISTED[name](session) == wanted


def test_all_are_counted_in_one_select_for_each_page(database: Database, session: Session, make: Make, app, visitor: Visitor) -> None:
    """Seen to fail with a SELECT for each number, and with the numbers of two chips in each other's place."""
    queues = Queues(session, make)
    for name in Waiting._fields:
        getattr(queues, name)()
    visitor.sign_in(make.moderator())
    session.commit()
    with count_queries(database) as asked:
        page = visitor.get("/moderation/decisions")
    assert sum("edit_suggestions" in statement for statement in asked.selects) == 1
    assert not asked.repeated
    shown = dict(re.findall(r'<a class="chip[^>]*>([^<]+)<span class="num">(\d+)</span>', page.text.replace("\n", "")))
    assert {label.strip(): int(number) for label, number in shown.items()} == {
        **{"Held and reported": 3, "Claims": 2, "Letters": 1, "Credentials": 1, "Disputes": 1},
        **{"New entries": 1, "Who works where": 2, "Suggestions": 1},
    }
