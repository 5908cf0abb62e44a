"""What people choose about their data: whether reviews stay when they go, and what they agree to."""

from collections.abc import Mapping

from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from directory.accounts.consents import HEALTH_DATA
from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.forms.choices import radios

DELETE, LEAVE = "delete", "leave"

WORDS: Mapping[str, str] = {
    DELETE: lazy("Delete everything, also my reviews"),
    LEAVE: lazy("Leave my published reviews without my name, and delete everything else"),
}


class EraseForm(DirectoryForm):
    """How to be forgotten. Nothing is chosen beforehand."""

    reviews = radios(lazy("What is to happen with your reviews?"), lazy("Choose what is to happen with your reviews."), words=WORDS)


class ConsentForm(DirectoryForm):
    """Agree to the present text."""

    consent = BooleanField(
        lazy("I agree to this use of health information"),
        description=HEALTH_DATA.text,
        validators=[InputRequired(lazy("Tick it to agree. You can also leave it: reading needs no consent."))],
    )
    #: Which wording stood on the page that was sent.
    consent_version = HiddenField(default=HEALTH_DATA.version)
    next = HiddenField()
