"""What somebody types of a person or practice that is not listed, and what a moderator decides of it."""

from collections.abc import Sequence

from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from directory.core.errors import DomainError
from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.forms.choices import radios
from directory.ingest import contact
from directory.models.treatments import Treatment
from directory.moderation import rules as moderation
from directory.profiles.proposing import RELATIONS, SORTS
from directory.treatments.queries import WORK

SHOW, SHOW_UNCONFIRMED, DECLINE = "show", "show_unconfirmed", "decline"


class NewEntryForm(DirectoryForm):
    """Somebody who is not listed."""

    name = StringField(
        lazy("Their name"),
        description=lazy("As they call themselves: of a person first name and surname."),
        validators=[InputRequired(lazy("Type the name.")), Length(max=200, message=lazy("Keep the name to 200 characters."))],
    )
    sort = radios(lazy("Who or what is it?"), lazy("Choose what it is."), words=SORTS)
    place = StringField(
        lazy("Town or city"),
        description=lazy("With its region or country where there are several of that name: London, Ontario."),
        validators=[InputRequired(lazy("Type a town or city.")), Length(max=120, message=lazy("Keep the place to 120 characters."))],
    )
    website = StringField(
        lazy("Web site"),
        description=lazy("Where a moderator can see that they are there, and that they work on hair."),
        validators=[Length(max=500, message=lazy("Keep the address to 500 characters."))],
    )
    treatments = SelectMultipleField(lazy("What do they do?"), validate_choice=False)
    relation = radios(lazy("What are you to them?"), lazy("Choose what you are to them."), words=RELATIONS)
    is_new = BooleanField(lazy("It is none of these"))

    def offer(self, treatments: Sequence[Treatment]) -> None:
        """Fill the list with the treatments that stand above others: whoever takes the profile over says more."""
        self.treatments.choices = [
            SelectChoice(value=one.code, label=one.label) for one in treatments if one.family in WORK and one.parent_id is None
        ]

    def validate_website(self, field: StringField) -> None:
        """Refuse what is no address of a web site."""
        try:
            field.data = contact.web_address("website", field.data or "")
        except (DomainError, ValueError) as error:
            raise ValidationError(lazy("This is no address of a web site.")) from error

    def validate_treatments(self, field: SelectMultipleField) -> None:
        """Refuse what was not offered, and nothing at all."""
        offered = {choice.value for choice in field.choices or ()}
        if not field.data or not set(field.data) <= offered:
            raise ValidationError(lazy("Choose at least one treatment."))


class EntryDecisionForm(DirectoryForm):
    """What becomes of an entry."""

    action = radios(
        lazy("What do you decide?"),
        lazy("Choose what to do."),
        words={
            SHOW: lazy("Show it: I have looked, and they work on hair"),
            SHOW_UNCONFIRMED: lazy("Show it; whether they work on hair is not confirmed"),
            DECLINE: lazy("Decline it"),
        },
    )
    reason = TextAreaField(
        lazy("Why, where you decline it"),
        description=lazy("Whoever sent it gets these words by mail."),
        validators=[Length(max=moderation.MAX_REASON_LENGTH, message=lazy("Keep it to 2,000 characters."))],
    )

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask for words where something is declined."""
        if self.action.data == DECLINE and len(field.data or "") < moderation.MIN_REASON_LENGTH:
            raise ValidationError(lazy("Write at least 10 characters."))
