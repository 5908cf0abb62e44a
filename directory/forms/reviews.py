"""What a patient types in a review."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, ValidationError

from directory.core import clock
from directory.core.errors import Refused
from directory.core.i18n import lazy
from directory.forms.choices import declaration, one_of, radios
from directory.forms.traps import TrappedForm
from directory.models.treatments import Treatment, TreatmentFamily
from directory.reviews import rules

STARS = {1: lazy("Bad"), 2: lazy("Poor"), 3: lazy("Mixed"), 4: lazy("Good"), 5: lazy("Very good")}
FAMILIES = {TreatmentFamily.SMP: lazy("Scalp micropigmentation"), TreatmentFamily.TRANSPLANT: lazy("Hair transplant")}


class ReviewForm(TrappedForm):
    """A review of one profile."""

    treatment = SelectField(lazy("Treatment"), validate_choice=False, validators=[one_of(lazy("Choose the treatment you had."))])
    month = StringField(
        lazy("Month and year"),
        description=lazy("For example 09/2025. Only the year is shown with your review."),
        validators=[Length(max=40)],
    )
    overall = radios(lazy("All in all, how was it?"), lazy("Choose one of the five ratings."), words=STARS, coerce=int)
    title = StringField(lazy("Title"), validators=[Length(max=rules.MAX_TITLE_LENGTH, message=lazy("Keep the title to 120 characters."))])
    body = TextAreaField(
        lazy("Your review"),
        description=lazy("Tell others what was done, when, and how it looks now. At least 30 characters; name nobody but them."),
        validators=[
            Length(min=rules.MIN_BODY_LENGTH, max=rules.MAX_BODY_LENGTH, message=lazy("Write at least 30 and at most 5,000 characters."))
        ],
    )
    own_experience = declaration(
        lazy("This is my own experience, or that of somebody in my care, in my own words"),
        lazy("Please confirm that this is your own experience."),
        description=lazy(
            "I do not work for this practice or for another one, and nobody gave me anything for this review. The law asks us to make sure."
        ),
    )

    def offer(self, treatments: Sequence[Treatment]) -> None:
        """Fill the list of treatments, by family."""
        groups = [
            SelectChoice(value=treatment.code, label=treatment.label, optgroup=str(words))
            for family, words in FAMILIES.items()
            for treatment in treatments
            if treatment.family is family
        ]
        self.treatment.choices = [SelectChoice(value="", label=lazy("Choose")), *groups]

    def validate_treatment(self, field: Any) -> None:
        """Refuse the empty first line of the list."""
        if not field.data:
            raise ValidationError(lazy("Choose the treatment you had."))

    def validate_month(self, field: Any) -> None:
        """Refuse what is no month of the past, in the words of the rule."""
        try:
            rules.month(field.data or "", today=clock.today())
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
