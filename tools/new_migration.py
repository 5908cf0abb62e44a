"""Write the migration between the newest revision and the models: `python tools/new_migration.py 0002 "words"`."""

import sys
import tempfile
from pathlib import Path

from directory.app import create_app
from directory.config import Settings


def main(number: str, message: str) -> None:
    """Migrate an empty database to the newest revision, then write down what the models say beyond it."""
    with tempfile.TemporaryDirectory() as name:
        app = create_app(Settings(data_dir=Path(name), secret_key="only-to-write-a-migration-0123456789"))
        with app.app_context():
            alembic = app.extensions["alembic"]
            alembic.upgrade()
            alembic.rev_id = lambda: number
            alembic.revision(message)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
