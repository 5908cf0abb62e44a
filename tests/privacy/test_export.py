"""An export holds everything of its person that may leave, no secret, and nothing of anybody else."""

import io
import json
import zipfile
from datetime import UTC, datetime

from sqlmodel import Session, select

from directory.core import clock
from directory.models.base import metadata
from directory.models.moderation import Decision, DecisionAction, ReasonClass, Report, ReportKind
from directory.models.reviews import Review
from directory.privacy import columns, export
from directory.privacy.columns import TABLES
from tests.factories import Make
from tests.privacy.marked import FILLED, marked


def opened(content: bytes) -> dict[str, str]:
    """The files of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_every_table_with_something_personal_is_filled_here() -> None:
    """So that the tests below ask all of them. Seen to fail with a table taken out of FILLED."""
    assert {table for table, _name, _column in columns.personal()} - {"jobs", "erasure_requests"} == FILLED


def test_every_table_with_something_that_leaves_is_read() -> None:
    """Seen to fail with the passkeys taken out of `MINE`."""
    assert {table for table, _name, column in columns.personal() if column.file} == set(export.MINE)


class TestWhole:
    def test_everything_that_may_leave_is_there(self, session: Session, make: Make) -> None:
        """Seen to fail with a column left out, and with reports found by number alone."""
        user, by = marked(session, make)
        whole = "\n".join(opened(export.archive(session, user.id)).values())
        missing = {(table, name) for mark, (table, name) in by.marks.items() if TABLES[table][name].file and mark not in whole}
        # A moderator's own deed is there; what its details say may be of somebody else.
        assert missing == set()

    def test_no_secret_and_nothing_withheld_is_there(self, session: Session, make: Make) -> None:
        """Seen to fail with every column whose name holds "hash" added to those that leave."""
        user, by = marked(session, make)
        whole = "\n".join(opened(export.archive(session, user.id)).values())
        assert {(table, name) for mark, (table, name) in by.marks.items() if not TABLES[table][name].file and mark in whole} == set()

    def test_each_column_stands_in_the_file_that_the_table_names(self, session: Session, make: Make) -> None:
        """Also those without a mark: words of a list, yes and no. Seen to fail with the first column of each table left out."""
        user, _by = marked(session, make)
        files = export.files(session, user.id)
        for table, name, column in columns.personal():
            if column.file and table != "erasure_requests" and name not in export._POINTERS:
                assert any(name in row for row in files[f"{column.file}.json"]), (table, name)
        assert files["reviews.json"][0]["treatment"] == "SMP"
        assert set(files["reviews.json"][0]["profile"]) == {"name", "page"}

    def test_it_is_made_of_files_of_fixed_names(self, session: Session, make: Make) -> None:
        """Seen to fail with a file named after the shown name."""
        user, _by = marked(session, make)
        files = opened(export.archive(session, user.id))
        known = {f"{column.file}.json" for _table, _name, column in columns.personal() if column.file}
        assert set(files) == (known - {"erasure.json"}) | {"README.txt"}
        assert all(json.loads(text) for name, text in files.items() if name.endswith(".json"))
        assert all(name in files["README.txt"] for name in files if name != "README.txt")


class TestNobodyElse:
    def test_nothing_of_another_person_is_there(self, session: Session, make: Make) -> None:
        """Another with rows everywhere, who also reported my review, and moderators who decided on it.

        Seen to fail with the condition of each table in `MINE` made true in turn.
        """
        user, _mine = marked(session, make)
        other, theirs = marked(session, make, letter="Z", day=datetime(2033, 1, 1, tzinfo=UTC))
        review = session.exec(select(Review).where(Review.author_id == user.id)).first()
        theirs.row("reports", review_id=review.id, reporter_id=other.id, kind="abuse", status="open")
        judge = make.moderator("Judge Jay", email="judge@staff.example")
        decided = Decision(
            review_id=review.id,
            action=DecisionAction.KEEP,
            reason_class=ReasonClass.NO_RULE_BROKEN,
            reason="Dear Zelda, you were there too.",
            moderator_id=judge.id,
            created_at=clock.now(),
        )
        session.add(decided)
        session.flush()
        whole = "\n".join(opened(export.archive(session, user.id)).values())
        assert {place for mark, place in theirs.marks.items() if mark in whole} == set()
        for words in ("Judge Jay", "judge@staff.example", "Zelda", other.email, other.display_name):
            assert words not in whole

    def test_an_address_that_is_not_confirmed_opens_nothing(self, session: Session, make: Make) -> None:
        """Whoever registers with somebody's address does not get the reports sent from it. Seen to fail without the confirmation."""
        sent = {"reporter_email": "victim@readers.example", "reporter_name": "Vic", "created_at": clock.now()}
        session.add(Report(profile_id=make.profile().id, kind=ReportKind.PRIVACY, text="My mother's street.", **sent))
        thief = make.user(email="victim@readers.example", email_confirmed_at=None)
        session.flush()
        assert "reports.json" not in export.files(session, thief.id)
        thief.email_confirmed_at = clock.now()
        session.flush()
        assert [row["text"] for row in export.files(session, thief.id)["reports.json"]] == ["My mother's street."]

    def test_what_a_moderator_did_leaves_without_its_details(self, session: Session, make: Make) -> None:
        """The details may be of others. Seen to fail with the details left in."""
        user, _by = marked(session, make)
        log = export.files(session, user.id)["log.json"]
        assert [set(row) for row in log] == [{"action", "subject", "created_at", "details"}, {"action", "subject", "created_at"}]


def test_the_tables_read_are_tables() -> None:
    """Seen to fail with a table's name misspelt."""
    assert set(export.MINE) <= set(metadata.tables)
