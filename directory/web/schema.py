"""Migrations: Flask-Alembic on an engine that is safe to change the schema with."""

from typing import Any

from flask import Flask
from flask_alembic import Alembic

from directory.config import Settings
from directory.core.db import migration_engine
from directory.core.locks import FileLock
from directory.core.paths import shipped
from directory.models.base import UtcDateTime, metadata


def alembic_for(app: Flask, settings: Settings) -> Alembic:
    """Return the migration tool for an app; it opens the database only when it is asked something."""
    app.config["ALEMBIC"] = {"script_location": str(shipped("migrations") / "versions"), "file_template": "%%(rev)s_%%(slug)s"}
    engine = migration_engine(settings.database)
    app.config["ALEMBIC_CONTEXT"] = {
        # With our own BEGIN the schema changes of SQLite can be undone, and a failure leaves no half of them.
        "transactional_ddl": True,
        "render_as_batch": settings.database.startswith("sqlite"),
        "compare_type": True,
        "compare_server_default": False,
        "render_item": _render,
        # `models.base.postgres_index`: an index of the other database is not missed.
        "include_object": lambda item, *_: item.info.get("dialect", engine.dialect.name) == engine.dialect.name,
    }
    return Alembic(app, run_mkdir=False, command_name="", metadatas=metadata, engines=engine)


def migrate(app: Flask, settings: Settings) -> bool:
    """Bring the schema to the newest revision; one process at a time. Return whether there was anything to do."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.data_dir / "migrate.lock").hold(), app.app_context():
        alembic: Alembic = app.extensions["alembic"]
        if not alembic.needs_upgrade():
            return False
        alembic.upgrade()
        return True


def is_current(app: Flask) -> bool:
    """Say whether the database has the newest schema."""
    with app.app_context():
        return not app.extensions["alembic"].needs_upgrade()


def _render(kind: str, item: Any, context: Any) -> Any:
    """Write column types that need no import of ours, so that old migrations outlive the code."""
    if kind == "type":
        if isinstance(item, UtcDateTime):
            return "sa.DateTime(timezone=True)"
        if type(item).__name__ == "AutoString":
            return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False
