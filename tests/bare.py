"""A small app for tests of templates and static files: the real template environment, no database, no views."""

from types import SimpleNamespace

from flask import Flask, g

from directory.config import Settings
from directory.core.paths import shipped
from directory.web import assets, templating

NOBODY = SimpleNamespace(is_authenticated=False)
MODERATOR = SimpleNamespace(is_authenticated=True, is_moderator=True, display_name="Mo")


def bare_app() -> Flask:
    """Return an app whose templates are the real ones and whose every endpoint has an address."""
    app = Flask("bare", template_folder=str(shipped("templates")), static_folder=None)
    app.secret_key = "k" * 32
    templating.init_app(app, Settings())
    assets.init_app(app)
    # No views are registered: an endpoint's name serves as its address.
    app.url_build_error_handlers.append(lambda error, endpoint, values: f"/{endpoint}/" + "/".join(str(one) for one in values.values()))
    app.context_processor(lambda: {"current_user": g.get("user", NOBODY)})
    return app
