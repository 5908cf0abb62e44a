"""`create_app(settings)`: put the house together, nothing else."""

import threading

from flask import Flask
from sqlalchemy import inspect

from directory.accounts import queries as accounts
from directory.config import Settings, SettingsError
from directory.core.db import Database
from directory.core.paths import shipped
from directory.views import BLUEPRINTS
from directory.web import (
    assets,
    auth,
    compress,
    db,
    errors,
    events,
    evidence,
    limits,
    logging,
    mailer,
    numbers,
    schema,
    search,
    security,
    seen,
    tally,
    templating,
)


def create_app(settings: Settings | None = None, *, database: Database | None = None) -> Flask:
    """Build the web application.

    Args:
        settings: All settings; None reads them from the environment.
        database: The database to use; None opens the one that the settings name.

    Raises:
        SettingsError: when the environment is incomplete or unsafe.
    """
    settings = settings or Settings.from_environment()
    logging.configure(settings)
    app = Flask("directory", template_folder=str(shipped("templates")), static_folder=None)
    app.extensions["hairline_settings"] = settings
    logging.init_app(app)
    numbers.init_app(app)
    database = database or Database(settings.database)
    db.init_app(app, database)
    search.init_app(app, settings, database)
    schema.alembic_for(app, settings)
    compress.init_app(app)
    events.init_app(app)
    limits.init_app(app, settings, database)
    security.init_app(app, settings)
    evidence.init_app(app, settings)
    limits.count_changes(app)
    auth.init_app(app)
    templating.init_app(app, settings)
    assets.init_app(app)
    mailer.init_app(app, settings)
    errors.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def serve_app() -> Flask:
    """Build the application for a web server.

    Raises:
        SettingsError: also when this is production and a made-up account, whose password everybody knows, can sign in.
    """
    app = create_app()
    settings: Settings = app.extensions["hairline_settings"]
    if settings.production:
        refuse_open_samples(app.extensions["hairline_database"])
    # Beside the first visitors: they are answered all the same, only not as quickly.
    threading.Thread(target=app.extensions["hairline_search"].prewarm, name="search-prewarm", daemon=True).start()
    threading.Thread(target=seen.keep_flushing, args=(app, threading.Event()), name="seen", daemon=True).start()
    threading.Thread(target=tally.keep_flushing, args=(app, threading.Event()), name="tally", daemon=True).start()
    return app


def refuse_open_samples(database: Database) -> None:
    """Raise SettingsError when a made-up account can sign in; a database without tables has none."""
    if not inspect(database.engine).has_table("users"):
        return
    with database.session() as session:
        if accounts.sample_account_can_sign_in(session):
            raise SettingsError("This is production, and a sample account can sign in. Suspend it first: hairline user suspend ADDRESS")
