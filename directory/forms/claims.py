"""What people type to claim a profile and to show that they act for it, and what moderators type to decide."""

from collections.abc import Sequence

import phonenumbers
from wtforms import EmailField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Email, InputRequired, Length, ValidationError

from directory.claims import rules
from directory.claims.actions import ACTIONS, Action
from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.forms.choices import declaration, offered, one_of, radios
from directory.forms.documents import DocumentField
from directory.models.claims import ProofMethod
from directory.models.memberships import MembershipRole

#: What stands for a contact that is not on the list.
OTHER = "other"

ROLES = {
    MembershipRole.OWNER: lazy("It is me, or it is mine"),
    MembershipRole.MANAGER: lazy("I run it for its owner"),
    MembershipRole.RESPONDER: lazy("I work there"),
}


class ClaimForm(DirectoryForm):
    """A new claim."""

    role = radios(lazy("What are you to this page?"), lazy("Choose what you are to it."), words=ROLES)
    message = TextAreaField(
        lazy("Anything that helps us to know you"),
        description=lazy("Only whoever decides reads it. Write no health information and no passwords."),
        validators=[Length(max=rules.MAX_MESSAGE, message=lazy("Write at most 2,000 characters."))],
    )
    is_true = declaration(
        lazy("I may act for this person or practice"), lazy("Please confirm that you may act for this person or practice.")
    )


class ClaimEmailForm(DirectoryForm):
    """An address at the practice's own domain."""

    email = EmailField(
        lazy("E-mail address at the website's own domain"),
        validators=[Email(lazy("Write an e-mail address, for example name@practice.example.")), Length(max=254)],
        render_kw={"autocomplete": "off"},
    )


class _ContactForm(DirectoryForm):
    """One of the listed contacts, or another one."""

    which = RadioField(lazy("Which one?"), validate_choice=False, validators=[one_of(lazy("Choose one."))])

    def offer(self, listed: Sequence[str], other: str = "") -> None:
        """Offer what is listed, and last, if it has words, another one."""
        self.which.choices = [SelectChoice(value=str(number), label=one) for number, one in enumerate(listed)]
        if other:
            self.which.choices.append(SelectChoice(value=OTHER, label=other))
        self._listed = list(listed)
        if not self.is_submitted() and self.which.data is None:
            self.which.data = self.which.choices[0].value if self.which.choices else None

    def chosen(self) -> str:
        """Return the listed one that was chosen, or "" for another."""
        return "" if self.which.data == OTHER else self._listed[int(self.which.data)]


class ClaimPhoneForm(_ContactForm):
    """The number that a code goes to."""

    other = StringField(
        lazy("Another number"),
        description=lazy(
            "With + and the code of the country. A number that only you name proves nothing by itself: it helps whoever decides."
        ),
        validators=[Length(max=40, message=lazy("A number is shorter than that."))],
        render_kw={"type": "tel", "autocomplete": "off"},
    )

    def validate_other(self, field: StringField) -> None:
        """Read the number as E.164."""
        if self.which.data != OTHER:
            return
        try:
            number = phonenumbers.parse(field.data or "")
        except phonenumbers.NumberParseException as error:
            raise ValidationError(lazy("Write the number with + and the code of the country, for example +1 416 555 0100.")) from error
        field.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class ClaimWebsiteForm(_ContactForm):
    """The website on which a token is looked for."""

    other = StringField(
        lazy("Another website"),
        description=lazy("A website that only you name proves nothing by itself: it helps whoever decides."),
        validators=[Length(max=rules.MAX_SUBJECT, message=lazy("This address is too long for us."))],
        render_kw={"type": "url", "autocomplete": "off", "placeholder": "https://"},
    )

    def validate_other(self, field: StringField) -> None:
        """Ask for an address where none of the list is meant."""
        if self.which.data == OTHER and not (field.data or "").lower().startswith(("https://", "http://")):
            raise ValidationError(lazy("Write the address with https:// in front."))


class ClaimLetterForm(_ContactForm):
    """The listed address that a letter goes to."""


class ClaimNumberForm(DirectoryForm):
    """The number by which a register knows the profile."""

    number = StringField(
        lazy("Your number in the register"),
        description=lazy("For example the NPI, a licence or a permit number."),
        validators=[InputRequired(lazy("Write the number.")), Length(max=80, message=lazy("A number is shorter than that."))],
        render_kw={"autocomplete": "off"},
    )


class ClaimDocumentForm(DirectoryForm):
    """A document, shown in confidence."""

    subject = StringField(
        lazy("What is it?"),
        description=lazy("For example: nursing licence, Ontario. Not its number."),
        validators=[InputRequired(lazy("Say in a few words what it is.")), Length(max=120, message=lazy("Take at most 120 characters."))],
        render_kw={"autocomplete": "off"},
    )
    document = DocumentField(lazy("The document"))

    def ask(self, method: ProofMethod) -> None:
        """Give an example of the document that is asked for."""
        if method is ProofMethod.PHOTO_ID:
            self.subject.description = lazy("For example: passport, Canada. Not its number.")


class ClaimCodeForm(DirectoryForm):
    """The code that came."""

    code = StringField(
        lazy("The code"),
        validators=[InputRequired(lazy("Write the code.")), Length(max=40, message=lazy("A code is shorter than that."))],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ClaimDecisionForm(DirectoryForm):
    """What a moderator does with a claim."""

    action = radios(lazy("What do you decide?"), lazy("Choose what to do."), words=ACTIONS)
    reason = TextAreaField(
        lazy("In your words"),
        description=lazy(
            "Say what you saw, and nothing about anybody else. Where a claim is approved or refused its claimant gets these words by"
            " mail, and so does whoever loses the page. On a document and on a first look nobody gets them: they stand in the log."
        ),
        validators=[Length(min=rules.MIN_REASON, max=rules.MAX_REASON, message=lazy("Write at least 10 and at most 2,000 characters."))],
    )

    def offer(self, actions: Sequence[Action]) -> None:
        """Ask only for what can be done now."""
        self.action.choices = offered(ACTIONS, actions)
