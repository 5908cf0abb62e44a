"""Production does not start with a door open that everybody knows, and takes no invented people."""

import pytest
from click.testing import CliRunner

from directory.app import refuse_open_samples
from directory.cli import main
from directory.config import SettingsError
from directory.core.db import Database
from directory.models.accounts import UserStatus
from tests.core.test_config import COMPLETE
from tests.factories import Make


def test_an_open_sample_account_is_refused(database: Database, make: Make) -> None:
    """Seen to fail with the check taken out of `refuse_open_samples`."""
    user = make.user("Sam Sample", is_sample=True)
    with pytest.raises(SettingsError, match="sample account"):
        refuse_open_samples(database)
    user.status = UserStatus.SUSPENDED
    make.session.flush()
    refuse_open_samples(database)


def test_authors_whose_password_nobody_can_type_are_no_open_door(database: Database, make: Make) -> None:
    """Seen to fail with every sample account counted as open."""
    make.user("Written By", is_sample=True, password_hash="!")
    refuse_open_samples(database)


@pytest.mark.parametrize("environment", [COMPLETE, {"HAIRLINE_HOST": "0.0.0.0"}], ids=["production", "open address"])
def test_the_demo_is_refused_where_others_can_see_it(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """Seen to fail with each of the two rules of `demo` taken out."""
    monkeypatch.setenv("HAIRLINE_DATA_DIR", str(tmp_path))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    refused = CliRunner().invoke(main, ["demo"])
    assert refused.exit_code == 2
    assert not list(tmp_path.glob("*.sqlite3"))
