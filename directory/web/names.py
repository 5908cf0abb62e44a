"""The app's one door to the file of all names of places."""

from flask import current_app

from directory.config import Settings
from directory.places import blob
from directory.places.namefile import NameFile
from directory.places.namesnow import Names


def file() -> NameFile | None:
    """Return the file as it is now, or None where it is not made yet."""
    settings: Settings = current_app.extensions["hairline_settings"]
    names: Names = current_app.extensions.setdefault("hairline_names", Names(blob.path_in(settings.data_dir)))
    return names.now()
