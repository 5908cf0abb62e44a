"""Tests do not see each other's rows, though the code under test really commits."""

import pytest
from sqlalchemy import inspect
from sqlmodel import select

from directory.core.db import Database, ForgottenTransaction
from directory.models.treatments import Treatment, TreatmentFamily


def _row(code: str) -> Treatment:
    return Treatment(code=code, label=code, family=TreatmentFamily.SMP)


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_in_the_next(database: Database, turn: int) -> None:
    """Seen to fail on SQLite without the listeners of core/db.py that send our own BEGIN."""
    with database.session() as reading:
        assert reading.exec(select(Treatment)).all() == []
    with database.transaction() as session:
        session.add(_row("leak"))
    with database.session() as reading:
        assert [row.code for row in reading.exec(select(Treatment))] == ["leak"]


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    """Seen to fail with the rollback in transaction() taken out."""
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.add(_row("half"))
        session.flush()
        raise ZeroDivisionError
    with database.session() as reading:
        assert reading.exec(select(Treatment)).all() == []


def test_a_forgotten_transaction_is_an_error(database: Database) -> None:
    """Seen to fail with a plain Session in place of ReadSession."""
    with database.session() as reading:
        reading.add(_row("forgotten"))
        with pytest.raises(ForgottenTransaction):
            reading.flush()
        reading.expunge_all()


def test_pending_changes_are_never_dropped_silently(database: Database) -> None:
    """Seen to fail without the assertion in transaction()."""
    with database.session() as reading:
        reading.add(_row("pending"))
        with pytest.raises(RuntimeError, match="pending"), database.transaction(reading):
            pass
        reading.expunge_all()


def test_a_transaction_inside_a_transaction_is_refused(database: Database) -> None:
    """Seen to hang without the check: the second waits for the first one's lock."""
    with database.transaction(), pytest.raises(RuntimeError, match="inside"), database.transaction():
        pass


def test_rows_read_before_a_transaction_stay_readable(database: Database) -> None:
    """Seen to fail with rollback() in place of commit() when the reading part is ended: rows expire then."""
    with database.transaction() as writing:
        writing.add(_row("kept"))
    with database.session() as reading:
        row = reading.exec(select(Treatment)).one()
        with database.transaction(reading):
            assert not inspect(row).expired_attributes
            assert row.code == "kept"
