"""What those who act for a profile type of its facts, and what visitors suggest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField, URLField
from wtforms.fields import SelectChoice, TelField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import TextInput

from directory.core import clock
from directory.core.errors import Refused, TooMany
from directory.core.i18n import lazy
from directory.forms.base import DirectoryForm
from directory.forms.choices import one_of, radios
from directory.models.profiles import PriceUnit
from directory.profiles import suggestions, values
from directory.provenance import fields

#: Empty lines for treatments that are not there yet.
MORE_OFFERINGS = 3
MAX_TECHNIQUE = 80
#: What people are asked in: BCP 47, by how often practices of our countries name them.
LANGUAGES = (
    *("en", "fr", "es", "de", "it", "pt", "nl", "tr", "pl", "ru", "uk", "ar", "fa", "he", "hi", "ur", "pa", "bn", "ta"),
    *("zh", "yue", "ja", "ko", "vi", "th", "tl", "id", "ms", "el", "ro", "hu", "cs", "sv", "da", "nb", "fi"),
)
YES, NO, UNSAID = "yes", "no", "unsaid"
ACCEPTING = {YES: lazy("Yes, we take new clients"), NO: lazy("Not at present"), UNSAID: lazy("Say nothing about it")}
DAYS = {
    **{"mo": lazy("Monday"), "tu": lazy("Tuesday"), "we": lazy("Wednesday"), "th": lazy("Thursday")},
    **{"fr": lazy("Friday"), "sa": lazy("Saturday"), "su": lazy("Sunday")},
}
UNITS = {
    PriceUnit.PACKAGE_TOTAL: lazy("for everything"),
    PriceUnit.PER_SESSION: lazy("a session"),
    PriceUnit.PER_AREA: lazy("an area"),
    PriceUnit.PER_HOUR: lazy("an hour"),
    PriceUnit.PER_GRAFT: lazy("a graft"),
    PriceUnit.PER_HAIR: lazy("a hair"),
}


def _obey(rule: Callable[[], object]) -> None:
    """Turn what a rule refuses into a message at the field."""
    try:
        rule()
    except Refused as refusal:
        raise ValidationError(str(refusal)) from refusal


class FactsForm(DirectoryForm):
    """The base of the forms for facts: what the service refuses of a field stands beside what was typed for it."""

    def blame(self, refusal: Refused | TooMany) -> None:
        """Put a refusal of "phone:0" beside the field "phone"."""
        if isinstance(refusal, Refused) and refusal.field:
            stem = fields.stem(refusal.field)
            refusal = Refused(str(refusal), field={"hours": "mo", "address": "address"}.get(stem, stem))
        super().blame(refusal)


class AboutForm(FactsForm):
    """Who they are."""

    name = StringField(lazy("Name"), description=lazy("As patients know you. The old address of this page leads to the new one."))
    about = TextAreaField(
        lazy("In your own words"),
        description=lazy("How you work, and for whom. At most 4,000 characters; no prices, they have a place of their own."),
    )
    website = URLField(lazy("Website"), description=lazy("The whole address, beginning with https://."))
    year_started = IntegerField(
        lazy("Working since"),
        description=lazy("The year, such as 2015."),
        invalid_value_message=lazy("Write the year in four digits, such as 2015."),
        validators=[Optional()],
        widget=TextInput(),
        render_kw={"inputmode": "numeric"},
    )

    def validate_name(self, field: Field) -> None:
        """Say what is wrong with the name."""
        _obey(lambda: values.name(field.data or ""))

    def validate_about(self, field: Field) -> None:
        """Say what is wrong with the words."""
        _obey(lambda: values.about(field.data or ""))

    def validate_website(self, field: Field) -> None:
        """Say what is wrong with the address."""
        _obey(lambda: values.website(field.data or ""))

    def validate_year_started(self, field: Field) -> None:
        """Say what is wrong with the year."""
        _obey(lambda: values.year(field.data, today=clock.today()))


class PlaceForm(FactsForm):
    """Where they work, how to call them there, and when."""

    address = StringField(lazy("Street and number"))
    city = StringField(lazy("City"))
    region = StringField(lazy("State, province or region"))
    postal_code = StringField(lazy("Postcode"))
    country_code = SelectField(lazy("Country"), validate_choice=False, validators=[one_of(lazy("Choose the country."))])
    phone = TelField(lazy("Phone"), description=lazy("With its country, such as +1 416 555 0123."))
    mo = StringField(
        DAYS["mo"], description=lazy("Such as 09:00-12:00, 13:00-17:30, or 9am-5pm, or closed. Leave a day empty to say nothing of it.")
    )
    tu = StringField(DAYS["tu"])
    we = StringField(DAYS["we"])
    th = StringField(DAYS["th"])
    fr = StringField(DAYS["fr"])
    sa = StringField(DAYS["sa"])
    su = StringField(DAYS["su"])
    #: Only of an address beside the first.
    remove = BooleanField(lazy("Take this address off the page, with its phone and hours"))

    @property
    def is_removed(self) -> bool:
        """Whether the address is to be taken away."""
        return "remove" in self and bool(self.remove.data)

    def validate_phone(self, field: Field) -> None:
        """Say what is wrong with the number."""
        _obey(lambda: values.phone(field.data or "", self.country_code.data or ""))

    def validate(self, extra_validators: Any = None) -> bool:
        """Say also what is wrong with the parts of the address and with each day."""
        is_right = bool(super().validate(extra_validators))
        if self.is_removed:
            return is_right
        wrong: list[Refused] = []
        try:
            values.address(self.data, self.country_code.data or "")
        except Refused as refusal:
            wrong.append(refusal)
        for day in values.DAYS:
            try:
                values.spans(self[day].data or "")
            except Refused as refusal:
                wrong.append(Refused(str(refusal), field=day))
        for one in wrong:
            DirectoryForm.blame(self, one)
        return is_right and not wrong

    def hours(self) -> dict[str, list[list[str]]]:
        """Return the opening hours that were typed."""
        return values.hours({day: self[day].data or "" for day in values.DAYS})


class ClientsForm(FactsForm):
    """Whether they take new clients, and in which languages."""

    accepting_clients = radios(lazy("Do you take new clients?"), lazy("Choose one of the answers."), words=ACCEPTING)
    languages = SelectMultipleField(lazy("Languages"), validate_choice=True)


class OfferingsForm(FactsForm):
    """Treatments and prices, one line each; `offerings_form` makes the lines."""

    lines = 0

    def told(self, before: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
        """Return what was typed, field by field; what stood there before and does not any more is none.

        Raises:
            Refused: with the field of its line.
        """
        found: dict[str, Any] = dict.fromkeys(before)
        said: set[str] = set()
        for n in range(self.lines):
            code = self[f"treatment_{n}"].data
            if not code and n >= self.lines - MORE_OFFERINGS and any(self[f"{part}_{n}"].data for part in ("technique", "low", "high")):
                # Nothing stood here that could be taken away: whoever typed a price forgot what it is for.
                raise Refused(str(lazy("Choose the treatment, or empty this line.")), field=f"treatment_{n}")
            if not code:
                continue
            word = fields.offering(code, self[f"technique_{n}"].data or "")
            if word in said:
                raise Refused(str(lazy("This treatment stands in two lines.")), field=f"treatment_{n}")
            said.add(word)
            try:
                found[word] = values.price(
                    self[f"low_{n}"].data or "",
                    self[f"high_{n}"].data or "",
                    self[f"currency_{n}"].data or "",
                    self[f"unit_{n}"].data or "",
                    day=clock.today(),
                )
            except Refused as refusal:
                raise Refused(str(refusal), field=f"{refusal.field}_{n}") from refusal
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        """Say what is wrong in the lines."""
        is_right = bool(super().validate(extra_validators))
        if is_right:
            try:
                self.told({})
            except Refused as refusal:
                DirectoryForm.blame(self, refusal)
                return False
        return is_right


def offerings_form(lines: int, treatments: Sequence[tuple[str, str]], currencies: Sequence[str]) -> type[OfferingsForm]:
    """Return the form with that many lines.

    Args:
        treatments: Codes and labels.
        currencies: Those to choose from, the likeliest first.
    """
    kinds = [SelectChoice("", lazy("None")), *(SelectChoice(code, label) for code, label in treatments)]
    units = [SelectChoice("", lazy("Choose")), *(SelectChoice(unit.value, label) for unit, label in UNITS.items())]
    wrong = lazy("Choose one of these.")
    made: dict[str, Any] = {"lines": lines}
    for n in range(lines):
        made[f"treatment_{n}"] = SelectField(lazy("Treatment"), choices=kinds, validate_choice=False, validators=[one_of(wrong)])
        made[f"technique_{n}"] = StringField(
            lazy("How it is done"), validators=[Length(max=MAX_TECHNIQUE, message=lazy("Write at most 80 characters."))]
        )
        made[f"low_{n}"] = StringField(lazy("Price, or from"), render_kw={"inputmode": "decimal"})
        made[f"high_{n}"] = StringField(lazy("to"), render_kw={"inputmode": "decimal"})
        money = [SelectChoice(code, code) for code in currencies]
        made[f"currency_{n}"] = SelectField(lazy("Currency"), choices=money, validate_choice=False, validators=[one_of(wrong)])
        made[f"unit_{n}"] = SelectField(lazy("What for"), choices=units, validate_choice=False, validators=[one_of(wrong)])
    return type("OfferingsForm", (OfferingsForm,), made)


class ConfirmForm(DirectoryForm):
    """One button: this is still right."""

    kind = StringField(lazy("What"), validators=[Length(max=40)])


class DecideForm(DirectoryForm):
    """Two buttons: take it on, or decline."""

    decision = StringField(lazy("Decision"), validators=[InputRequired()])


class SuggestForm(DirectoryForm):
    """What a visitor says should be different."""

    field = SelectField(lazy("What should be different?"), validate_choice=False, validators=[one_of(lazy("Choose what it is about."))])
    value = StringField(
        lazy("What is right?"),
        description=lazy("As it should stand on the page. Hours as: mo-fr 09:00-17:00; sa closed. A price as: 1900-2500."),
        validators=[InputRequired(lazy("Write what is right.")), Length(max=values.MAX_ABOUT)],
    )
    note = TextAreaField(
        lazy("How do you know?"),
        description=lazy("Where it can be seen, or when you were there. Only those who decide read it. No health information, please."),
        validators=[Length(min=10, max=suggestions.MAX_NOTE, message=lazy("Write at least 10 and at most 1,000 characters."))],
    )

    def validate_field(self, field: Field) -> None:
        """Refuse the empty first line of the list."""
        if not field.data:
            raise ValidationError(lazy("Choose what it is about."))
