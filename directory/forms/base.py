"""The one form that all others build on: trimmed text, CSRF, an idempotency key, and blame at the right field."""

import secrets
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, FileField, HiddenField, SelectMultipleField, StringField

from directory.core.errors import Refused, TooMany
from directory.core.i18n import _
from directory.core.text import clean_line, clean_text
from directory.idempotency import clean_key


def _one_line(value: Any) -> Any:
    return clean_line(value) if isinstance(value, str) else value


def _lines(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


class DirectoryForm(FlaskForm):  # type: ignore[misc]
    """The base of every form that changes something."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Clean all text before it is looked at; a password is taken as typed."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Add the cleaning that fits the field."""
            kind = unbound_field.field_class.__name__
            filters = list(unbound_field.kwargs.get("filters", ()))
            if kind == "TextAreaField":
                filters.append(_lines)
            elif kind in {"StringField", "EmailField", "SearchField", "TelField", "HiddenField"}:
                filters.append(_one_line)
            if filters:
                options = dict(options, filters=filters)
            return unbound_field.bind(form=form, **options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Read the words of a form alone: a JSON body is none, and a file in the place of a word is no word."""
            if request and (request.is_json or request.files):
                return None if request.is_json else request.form
            return super().wrap_formdata(form, formdata)

    #: Random for each form shown; `idempotency.once` answers a form that is sent twice with the same URL.
    idempotency_key = HiddenField(default=lambda: secrets.token_urlsafe(24), filters=[clean_key])

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Fill the fields; a text of which cleaning leaves nothing then counts as not given (`InputRequired` asks what was sent).

        Raises:
            Refused: when a field that takes one answer came with several.
        """
        super().process(*args, **kwargs)
        if any(len(field.raw_data or ()) > 1 and not isinstance(field, SelectMultipleField) for field in self):
            # No form of ours sends a name twice; which of the two is meant, another reader of the request may see otherwise.
            raise Refused(_("This form came with an answer given twice. Go back, load the page again and send it once more."))
        for field in self:
            if isinstance(field, StringField) and field.raw_data:
                field.raw_data = [field.data]
            elif self.is_submitted() and not field.raw_data and not isinstance(field, HiddenField | BooleanField):
                # Not what stood there before: a form without the field does not ask to keep it.
                field.data = "" if isinstance(field, StringField) else None

    @property
    def has_files(self) -> bool:
        """Whether it may bring a file: then it is sent in parts."""
        return any(isinstance(field, FileField) for field in self)

    def submitted(self) -> bool:
        """Say whether the form was sent and everything in it has the right shape."""
        is_right = bool(self.validate_on_submit())
        if not is_right and self.is_submitted():
            self._ask_for_files_again()
        return is_right

    def blame(self, refusal: Refused | TooMany) -> None:
        """Put what the service refused beside its field, or above the form when it names none."""
        name = refusal.field if isinstance(refusal, Refused) else None
        found: Field | None = self._fields.get(name) if name else None
        if found is None:
            self.form_errors.append(str(refusal))
        else:
            found.errors = [*found.errors, str(refusal)]
        self._ask_for_files_again()

    def _ask_for_files_again(self) -> None:
        """Say beside each file that was right that it has to be chosen once more: no page can do that, and nobody should lose it unseen."""
        for field in self:
            if isinstance(field, FileField) and field.data is not None and not field.errors:
                field.errors = [_("Choose this file once more. It was not kept, because something else has to be put right.")]
