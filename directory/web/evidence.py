"""The keys of the evidence store, for the pages where documents are sent and seen."""

from flask import Flask, current_app

from directory.config import PREFIX, Settings, SettingsError
from directory.core.errors import Refused
from directory.core.i18n import _
from directory.evidence import keys
from directory.evidence.keys import BadKeys, KeyRing
from directory.evidence.rules import Document
from directory.forms.base import DirectoryForm


def init_app(app: Flask, settings: Settings) -> None:
    """Look at the keys of the settings; a key of development is made when the first document comes.

    Raises:
        SettingsError: when they cannot be read.
    """
    if not settings.evidence_keys:
        return
    try:
        app.extensions["hairline_evidence"] = keys.read(settings.evidence_keys)
    except BadKeys as error:
        raise SettingsError(f"{PREFIX}EVIDENCE_KEYS: {error}") from error


def is_open() -> bool:
    """Say whether documents can be taken here: in production only with keys."""
    settings: Settings = current_app.extensions["hairline_settings"]
    return "hairline_evidence" in current_app.extensions or not settings.production


def fit(form: DirectoryForm) -> None:
    """Leave the field `document`, and `paper` that says what it is, out of a form to which they are added, where the site can take none."""
    for name in ("document", "paper"):
        if not is_open() and name in form:
            del form[name]


def sent(form: DirectoryForm) -> Document | None:
    """Return the document that came with a form as something added, or None."""
    found: Document | None = form.document.data if "document" in form else None
    return found


def keyring() -> KeyRing:
    """Return the keys, for `evidence.service.store` and `read`.

    Raises:
        Refused: when the site has none. The page says so before: see `is_open`.
    """
    if not is_open():
        raise Refused(_("This site cannot take documents. The other ways to show it remain."))
    if "hairline_evidence" not in current_app.extensions:
        settings: Settings = current_app.extensions["hairline_settings"]
        current_app.extensions["hairline_evidence"] = keys.kept(settings.data_dir)
    found: KeyRing = current_app.extensions["hairline_evidence"]
    return found
