"""What owners type of a credential, and what a moderator types who has looked."""

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField, URLField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from directory.core.i18n import lazy
from directory.credentials import rules, service, types
from directory.credentials.service import Outcome, Stated
from directory.credentials.types import Type
from directory.forms.base import DirectoryForm
from directory.forms.choices import one_of, radios
from directory.forms.documents import DocumentField
from directory.models.profiles import Credential

OUTCOMES = {
    Outcome.FOUND: lazy("I found it there, and it is valid"),
    Outcome.IN_DOCUMENT: lazy("A document shows it, and it is valid"),
    Outcome.NOT_FOUND: lazy("I could not find it"),
    Outcome.LAPSED: lazy("It was valid and has ended"),
    Outcome.FALSE_CLAIM: lazy("It is not true: it was never theirs"),
}


class Day(DateField):  # type: ignore[misc]
    """A day, as browsers send it; refused in our own words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(lazy("Write the day as year, month and day, for example 2026-09-30.")) from error


class LinkField(URLField):  # type: ignore[misc]
    """An address of the web, without the spaces that come along when one is copied."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the address as it was typed, trimmed."""
        super().process_formdata([value.strip() for value in valuelist])


class CredentialForm(DirectoryForm):
    """A credential as its owner states it; how it stands is not theirs to say."""

    code = SelectField(lazy("What is it?"), validate_choice=False, validators=[one_of(lazy("Choose one from the list."))])
    title = StringField(
        lazy("What it is called"),
        description=lazy("Needed for something else than what is in the list, and for that alone."),
        validators=[Length(max=rules.MAX_TITLE, message=lazy("Keep it to 160 characters."))],
    )
    issuer = StringField(
        lazy("Who gave it"),
        description=lazy(
            "The board, authority, school or insurer. Needed, save for the societies and registers of the list that are known to give it."
        ),
        validators=[Length(max=rules.MAX_ISSUER, message=lazy("Keep it to 160 characters."))],
    )
    reference = StringField(
        lazy("Its number"),
        description=lazy("It is shown, so that anybody can look it up."),
        validators=[Length(max=rules.MAX_REFERENCE, message=lazy("Keep the number to 80 characters."))],
    )
    issued_on = Day(lazy("Given on"), validators=[Optional()])
    expires_on = Day(lazy("Last day"), description=lazy("We remind you a month before."), validators=[Optional()])
    source_url = LinkField(
        lazy("Where it can be looked up"),
        description=lazy("The page of the register or society, beginning with https://"),
        validators=[Length(max=rules.MAX_URL, message=lazy("Keep the address to 500 characters."))],
    )

    document = DocumentField(
        lazy("A document that shows it"),
        description=lazy(
            "A licence, a certificate or the insurer's letter: a PDF, JPEG or PNG file of at most 8 MB. It is kept sealed and is not shown."
            " A moderator opens it, each look is written down, and it goes within 30 days of the decision."
        ),
        required=False,
    )

    def offer(self, known: Sequence[Type]) -> None:
        """Ask for one of the types that fit, or for something else."""
        choices = [SelectChoice(value=one.code, label=one.wording) for one in known]
        other = SelectChoice(value=types.OTHER, label=lazy("Something else"))
        self.code.choices = [SelectChoice(value="", label=lazy("Choose")), *choices, other]

    def stated(self) -> Stated:
        """Return what was typed."""
        return Stated(
            issuer=(self.issuer.data or "") if "issuer" in self else "",
            reference=self.reference.data or "",
            issued_on=self.issued_on.data,
            expires_on=self.expires_on.data,
            source_url=self.source_url.data or "",
            title=(self.title.data or "") if "title" in self else "",
        )

    def type_code(self) -> str:
        """Return the type that it is of; empty while none is chosen."""
        return self.code.data or ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Say all that is wrong at once; of a field that has its error already no more."""
        is_right = bool(super().validate(extra_validators))
        code = self.type_code()
        wrong = service.problems(code, self.stated()) if code == types.OTHER or types.known(code) else []
        new = [one for one in wrong if one.field in self and not self[one.field].errors]
        for one in new:
            self[one.field].errors = [str(one)]
        return is_right and not new


class ChangeForm(CredentialForm):
    """The same, of a credential that stands there: what it is stays; something else may be called otherwise."""

    code: Any = None
    document: Any = None
    row_type = ""

    def fit(self, row: Credential) -> None:
        """Leave out what is fixed for its type."""
        known, self.row_type = types.known(row.type), row.type
        if known is not None:
            del self.title
        if known is not None and known.issuer:
            del self.issuer

    def type_code(self) -> str:
        """Return the type of the row."""
        return self.row_type


class ShowForm(DirectoryForm):
    """A document, shown in confidence."""

    document = DocumentField(lazy("The document"))


class RemoveForm(DirectoryForm):
    """Nothing but the button."""


class LookForm(DirectoryForm):
    """What a moderator found."""

    outcome = radios(lazy("What did you find?"), lazy("Choose what you found."), words=OUTCOMES)
    source_url = LinkField(
        lazy("Where you looked"),
        description=lazy(
            "The page of the register, beginning with https://. It is shown with the day. For what a document shows, none is needed."
        ),
        validators=[Length(max=rules.MAX_URL, message=lazy("Keep the address to 500 characters."))],
    )
    reason = TextAreaField(
        lazy("In your words"),
        description=lazy("What you saw. Whoever stated it gets these words by mail."),
        validators=[
            Length(min=rules.MIN_REASON, max=rules.MAX_REASON, message=lazy("Write at least 10 and at most 2,000 characters.")),
        ],
    )
