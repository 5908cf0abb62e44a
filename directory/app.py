"""`create_app(settings)`: put the house together, nothing else."""

from flask import Flask

from directory.config import Settings
from directory.core.db import Database
from directory.core.paths import shipped
from directory.views import BLUEPRINTS
from directory.web import assets, auth, db, errors, logging, mailer, schema, security, templating


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
    db.init_app(app, database or Database(settings.database))
    schema.alembic_for(app, settings)
    security.init_app(app, settings)
    auth.init_app(app)
    templating.init_app(app, settings)
    assets.init_app(app)
    mailer.init_app(app, settings)
    errors.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
