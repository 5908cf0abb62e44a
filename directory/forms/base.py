"""The one form that all others build on: trimmed text, CSRF, an idempotency key, and blame at the right field."""

import secrets
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField
from wtforms.validators import Length

from directory.core.errors import Refused
from directory.core.text import clean_line, clean_text


def _one_line(value: Any) -> Any:
    return clean_line(value) if isinstance(value, str) else value


def _lines(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


class DirectoryForm(FlaskForm):
    """The base of every form that changes something."""

    class Meta(FlaskForm.Meta):
        """Clean all text before it is looked at; a password is taken as typed."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Add the cleaning that fits the field."""
            kind = unbound_field.field_class.__name__
            filters = list(unbound_field.kwargs.get("filters", ()))
            if kind == "TextAreaField":
                filters.append(_lines)
            elif kind in {"StringField", "EmailField", "SearchField", "TelField"}:
                filters.append(_one_line)
            if filters:
                options = dict(options, filters=filters)
            return unbound_field.bind(form=form, **options)

    #: Random for each form shown; `idempotency.once` answers a form that is sent twice with the same URL.
    idempotency_key = HiddenField(default=lambda: secrets.token_urlsafe(24), validators=[Length(max=64)])

    def submitted(self) -> bool:
        """Say whether the form was sent and everything in it has the right shape."""
        return bool(self.validate_on_submit())

    def blame(self, refusal: Refused) -> None:
        """Put what the service refused beside its field, or above the form when it names none."""
        found: Field | None = self._fields.get(refusal.field) if refusal.field else None
        if found is None:
            self.form_errors.append(str(refusal))
        else:
            found.errors = [*found.errors, str(refusal)]
